/* rg_inline.h - inlined functions as functions: fills a profile as if nothing had been inlined.

   SPDX-License-Identifier: GPL-2.0-or-later

   Stands between who knows costs of addresses and the profile.  A cost at an address whose code was inlined belongs to the innermost
   function there; for each function around it there is a call from the one that it was inlined into.  The sum of all costs does not
   change, nor do calls that were really made, but for who made them.

   How often an inlined function was called is not known.  It is taken to be how often the lowest executed address of its code was
   executed, and at least once.  */
#ifndef RG_INLINE_H
#define RG_INLINE_H

#include "rg_own.h"

/* A place where a function was inlined.  */
struct rg_inlined {
    uint32_t fn;        /* of the profile */
    uint32_t parent;    /* what it was inlined into: an earlier one's number; 0: the function out of line */
    struct rg_pos call; /* where that called it; ADDR is not used */
};

struct rg_inline; /* opaque */

/* An expansion into P.  INLINED[I - 1] is number I, for I from 1 to N; it must stay where it is until rg_inline_finish.  LEVELS is
   the highest recursion level (1 to 65535).  An inlined function has the level of the function out of line that it is in, plus one
   for each time it is around itself, LEVELS at most.  */
struct rg_inline *rg_inline_new(struct rg_profile *p, const struct rg_inlined *inlined, uint32_t n, uint32_t levels);

/* As rg_profile_cost, at a position in inlined function NUMBER (0: in none) of the code of NODE.  COUNT tells how often the
   instruction at POS.addr was executed.  POS.addr must be right whatever the granularity of the profile.  */
void rg_inline_cost(struct rg_inline *x, struct rg_node node, struct rg_pos pos, uint32_t number, uint64_t count,
                    const uint64_t *cost);

/* As rg_profile_call, for calls made in inlined function NUMBER (0: in none) of the code of CALLER.  */
void rg_inline_call(struct rg_inline *x, struct rg_node caller, struct rg_pos pos, uint32_t number, struct rg_node callee,
                    struct rg_pos target, uint64_t calls, const uint64_t *cost);

/* Adds the calls of inlined functions to the profile, and frees X.  OWN, if it is not NULL, is told of all costs and calls.  */
void rg_inline_finish(struct rg_inline *x, struct rg_own *own);

#endif
