/* rg_branch.c - the table that moves the predictor's counters.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_branch.h"

/* What becomes of a counter byte: bits 2 and 3 are the state, 0 (surely not taken) to 3 (surely taken).  */
static uint8_t step(unsigned byte, unsigned taken)
{
    unsigned state = byte >> 2 & 3;
    unsigned next = taken ? (state == 3 ? 3 : state + 1) : (state == 0 ? 0 : state - 1);
    bool miss = (state >= 2) != (taken != 0);

    return (uint8_t)(next << 2 | (miss ? RG_BRANCH_MISS : 0));
}

void rg_branch_init(struct rg_branch *b)
{
    memset(b, 0, sizeof *b);
    for (unsigned i = 0; i < sizeof b->step; i++)
        b->step[i] = step(i & ~1u, i & 1);
}
