/* rg_perfmap.h - names of code that a program made at run time, as it tells perf and gdb.

   SPDX-License-Identifier: GPL-2.0-or-later

   The file /tmp/perf-PID.map has a line per function: address and size in hexadecimal, and a name, which may hold blanks (linux,
   tools/perf/Documentation/jit-interface.txt).  wasmtime, Cranelift, V8 and others write it on request.

   For gdb a program keeps a list of ELF files in its own memory, whose symbols are functions (gdb's manual, "JIT Compilation Interface").  */
#ifndef RG_PERFMAP_H
#define RG_PERFMAP_H

#include "rg_port.h"

struct rg_perfmap; /* opaque */

/* Reads the N bytes at TEXT, which are copied.  Lines that are none are passed over.  */
struct rg_perfmap *rg_perfmap_new(const char *text, size_t n);
void rg_perfmap_free(struct rg_perfmap *m);

/* Adds the functions of the symbol table of a 64-bit ELF file of N bytes at ELF, memory of rg_alloc, which M frees.  Damaged files have
   fewer functions.  */
void rg_perfmap_add_elf(struct rg_perfmap *m, uint8_t *elf, size_t n);

size_t rg_perfmap_count(const struct rg_perfmap *m);

/* The name of the function at ADDRESS; NULL when there is none.  Of several that begin at one address the one written last, for memory
   may be used again.  Valid until M is freed.  */
const char *rg_perfmap_find(const struct rg_perfmap *m, uint64_t address);

#endif
