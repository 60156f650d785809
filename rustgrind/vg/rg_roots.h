/* rg_roots.h - where the program may keep pointers: which memory is whose, and the stacks of threads.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_ROOTS_H
#define RG_ROOTS_H

#include "rg_vg.h"

#include "../core/rg_leak.h"

/* Registers what tells of memory and threads.  */
void rg_roots_init(void);

/* Memory [A, A+LEN) is gone.  */
void rg_roots_unmapped(Addr a, SizeT len);

/* TID is about to exit by itself; TID is gone (it may have been ended with the process).  */
void rg_roots_thread_exits(ThreadId tid);
void rg_roots_thread_gone(ThreadId tid);

/* The running thread, whose stack pointer is SP, begins to exit: what is below holds nothing of use, but the functions it will
   call
   leave parts of it as they are, and pointers in there.  */
void rg_roots_clear_below(Addr sp);

/* The program has run since the last time: nothing is known of its pages.  */
void rg_roots_begin(void);
/* Clears [A, A+LEN), but for pages that were never touched.  */
void rg_roots_clear(Addr a, SizeT len);
/* Readable words at ADDR, as struct rg_leak_world wants them.  */
const uint64_t *rg_roots_words(void *arg, uint64_t addr, size_t n, size_t *got);

/* Shows all roots to L, whose blocks are sorted.  */
void rg_roots_scan(struct rg_leak *l);

/* What is at A, in words: "static NAME in OBJECT", "thread-local of thread 2", ...; text until the next call.  */
const HChar *rg_roots_describe(const struct rg_leak_root *root);

#endif
