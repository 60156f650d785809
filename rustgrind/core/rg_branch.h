/* rg_branch.h - the branch predictors of cachegrind and callgrind.

   SPDX-License-Identifier: GPL-2.0-or-later

   The facts are those of cachegrind 3.19 (cachegrind/cg_branchpred.c).  Conditional branches: 2^14 saturating two-bit counters,
   found by the low 7 bits of the instruction's address and whether the last 7 conditional branches were taken; 2 and 3 predict
   taken.  Indirect branches: 2^9 last targets, found by the low 9 bits of the address.  Both begin with zeros, and nothing but
   rg_branch_init ever resets them.

   The tables are laid out for generated code, which does the same as the two inline functions with as few operations:
   - history is kept shifted, so that it is or-ed with a constant to give an index;
   - a counter byte is 4 x state, with RG_BRANCH_MISS if the last prediction from it was wrong; step[byte | taken] is the next
     one, whatever RG_BRANCH_MISS was: look up, store, test.  Shifted left by RG_BRANCH_MISS_SHIFT, 64 bits wide, only
     RG_BRANCH_MISS is left, as the highest bit.  */
#ifndef RG_BRANCH_H
#define RG_BRANCH_H

#include "rg_port.h"

enum {
    RG_BRANCH_ADDR_BITS = 7,
    RG_BRANCH_ADDR_MASK = (1 << RG_BRANCH_ADDR_BITS) - 1,
    RG_BRANCH_HISTORY_MASK = RG_BRANCH_ADDR_MASK << RG_BRANCH_ADDR_BITS,
    RG_BRANCH_COUNTERS = 1 << 14,
    RG_BRANCH_TARGETS = 1 << 9,
    RG_BRANCH_MISS = 2,
    RG_BRANCH_MISS_SHIFT = 62,
};

/* The caller's: near its generated code.  What is used most is at the end.  */
struct rg_branch {
    uint64_t target[RG_BRANCH_TARGETS];
    uint8_t counter[RG_BRANCH_COUNTERS];
    uint8_t step[16];    /* [old counter byte | taken] = new counter byte */
    uint64_t history;    /* bits 7 to 13; bit 7 is the last branch */
};

void rg_branch_init(struct rg_branch *b);

/* A conditional branch at A.  Returns 0 when it was predicted, RG_BRANCH_MISS when not.  */
static inline unsigned rg_branch_conditional(struct rg_branch *b, uint64_t a, bool taken)
{
    uint8_t *counter = &b->counter[b->history | (a & RG_BRANCH_ADDR_MASK)];
    uint8_t next = b->step[*counter | taken];

    *counter = next;
    b->history = (b->history << 1 & RG_BRANCH_HISTORY_MASK) | (uint64_t)taken << RG_BRANCH_ADDR_BITS;
    return next & RG_BRANCH_MISS;
}

/* A jump at A through a register or memory, to TARGET.  Returns true when it was not predicted.  */
static inline bool rg_branch_indirect(struct rg_branch *b, uint64_t a, uint64_t target)
{
    uint64_t *last = &b->target[a & (RG_BRANCH_TARGETS - 1)];
    bool miss = *last != target;

    *last = target;
    return miss;
}

#endif
