/* rg_dwarf.h - where addresses are in the source, and which functions were inlined there (DWARF 2 to 5, dwarfstd.org).

   SPDX-License-Identifier: GPL-2.0-or-later

   A session belongs to one object file.  It is given the addresses that were executed and reads what concerns them, nothing more.
   Damaged debug information is no error: what cannot be read is not there, at worst all of it.  */
#ifndef RG_DWARF_H
#define RG_DWARF_H

#include "rg_elf.h"

struct rg_dwarf; /* opaque */

/* Opens the debug information of E, which must stay open as long.  NULL when there is none: no section .debug_info that can be
   read.  */
struct rg_dwarf *rg_dwarf_open(struct rg_elf *e);
void rg_dwarf_close(struct rg_dwarf *d);

/* What is known of an address.  */
struct rg_dwarf_place {
    uint32_t file;     /* an id for rg_dwarf_file; RG_DWARF_NONE: unknown */
    uint32_t line;     /* 0: unknown */
    uint32_t instance; /* the innermost function instance, an id for rg_dwarf_instance; RG_DWARF_NONE: unknown */
};

#define RG_DWARF_NONE UINT32_MAX

/* Fills PLACE[I] for each of the N addresses ADDR[I], addresses of the object file, which ascend and are distinct.  Once per
   session.  */
void rg_dwarf_resolve(struct rg_dwarf *d, const uint64_t *addr, size_t n, struct rg_dwarf_place *place);

/* A function's code, out of line or inlined at one place.  PARENT, a smaller id, is the instance it was inlined into;
   RG_DWARF_NONE: it is out of line, and CALL_* are unknown.  */
struct rg_dwarf_instance {
    uint32_t function; /* an id for rg_dwarf_function */
    uint32_t parent;
    uint32_t call_file; /* where the call was, in the parent's function; as in struct rg_dwarf_place */
    uint32_t call_line, call_column;
};

uint32_t rg_dwarf_n_instances(const struct rg_dwarf *d);
struct rg_dwarf_instance rg_dwarf_instance(const struct rg_dwarf *d, uint32_t id);

/* A function as it was declared.  Strings are "" when they are not known, and live as long as the session.  */
struct rg_dwarf_function {
    const char *linkage_name; /* the mangled symbol */
    const char *name;         /* DW_AT_name: without path, for Rust with generic arguments */
    const char *params;       /* names of its generic types, in the order of the arguments: T,A; for legacy symbols only */
    uint32_t decl_file;       /* as in struct rg_dwarf_place */
    uint32_t decl_line;
};

uint32_t rg_dwarf_n_functions(const struct rg_dwarf *d);
struct rg_dwarf_function rg_dwarf_function(const struct rg_dwarf *d, uint32_t id);

/* The namespaces and types that function ID is declared in, outermost first, joined by ::, as core::slice::sort::stable; types with
   their generic arguments.  "" when there are none, or before rg_dwarf_read_scopes has been called, once, after rg_dwarf_resolve and
   before rg_dwarf_stop_reading.  */
void rg_dwarf_read_scopes(struct rg_dwarf *d);
const char *rg_dwarf_scope(const struct rg_dwarf *d, uint32_t id);

/* Frees what only reading needs, most of the memory; what was found stays.  */
void rg_dwarf_stop_reading(struct rg_dwarf *d);

/* The path of a file, absolute when the compiler's directory is known.  */
const char *rg_dwarf_file(const struct rg_dwarf *d, uint32_t id);

/* What to tell the user, after rg_dwarf_resolve: a set of these.  */
enum rg_dwarf_flag {
    RG_DWARF_PACKED = 1,    /* a section is packed in a way we cannot unpack (zstd) */
    RG_DWARF_SPLIT = 2,     /* executed code has its debug information in .dwo or .dwp files */
    RG_DWARF_LINES_ONLY = 4, /* most functions that were inlined have no full name: debuginfo=line-tables-only */
    RG_DWARF_DAMAGED = 8,   /* a unit or a line table with executed code could not be read */
};
unsigned rg_dwarf_flags(const struct rg_dwarf *d);

#endif
