/* rg_allocs.h - the calls of the program's own allocator, seen in the instrumentation.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_ALLOCS_H
#define RG_ALLOCS_H

#include "rg_vg.h"

#include "../core/rg_heap.h"

struct rg_alloc_fn; /* opaque: what a function of an allocator does */

/* The table of blocks; NULL unless the run looks at the heap.  */
extern struct rg_heap *rg_allocs_heap;

/* By thread: calls of allocator functions that have not returned.  NULL unless the run looks at the heap.  */
extern UInt *rg_allocs_waiting;

void rg_allocs_init(void);

/* --alloc-fn=NAME:MODEL.  Returns a message when it is none, else NULL.  */
const HChar *rg_allocs_add_option(const HChar *text);

/* What the function that begins at A does, if it is an allocator's; NULL if not.  */
const struct rg_alloc_fn *rg_allocs_function(Addr a);

/* Called by generated code at the first instruction of an allocator's function.  */
VG_REGPARM(1) void rg_h_alloc(const struct rg_alloc_fn *fn);

/* The running thread goes to DST and its stack pointer is SP there.  */
void rg_allocs_left(Addr dst, Addr sp);
static inline void rg_allocs_leave(Addr dst, Addr sp)
{
    if (rg_allocs_waiting && rg_allocs_waiting[rg_current_tid])
        rg_allocs_left(dst, sp);
}

/* A signal handler begins, or ends, on the running thread.  */
void rg_allocs_signal(Bool begins);
void rg_allocs_thread_gone(ThreadId tid);

/* Is the running thread inside of the allocator?  */
Bool rg_allocs_inside(void);

/* VALUE in register REG (numbered as in the machine's code) of TID is what the allocator has left there: the program has not put
   it there.  */
enum { RG_ALLOCS_REGISTERS = 16 };
Bool rg_allocs_left_in_register(ThreadId tid, UInt reg, UWord value);

/* Instructions executed by all threads.  */
ULong rg_allocs_now(void);

/* Is SYMBOL a function that only allocators have inside?  */
Bool rg_allocs_is_internal(const HChar *symbol);
/* Is the allocator a part of the program's file, not a library?  */
Bool rg_allocs_in_program(void);

/* [P, P+SIZE) is, or was, a block.  */
void rg_allocs_note_range(Addr p, SizeT size);
/* Is V between the lowest and the highest address of blocks so far?  */
Bool rg_allocs_may_point(UWord v);

#endif
