/* rg_unused.h - how much of a block the program never wrote.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_UNUSED_H
#define RG_UNUSED_H

#include "rg_vg.h"

#include "../core/rg_heap.h"

/* Bytes at the end of B, which is still there, that are as they were when it was allocated.  0 where that cannot be told.  */
SizeT rg_unused_tail(const struct rg_heap_block *b);

/* Adds (1) or takes back (-1) what is unused of the blocks that are alive.  */
void rg_unused_count_live(Int sign);

#endif
