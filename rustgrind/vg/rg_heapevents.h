/* rg_heapevents.h - --heap-events=yes: allocations, leaks and what is live at the peak as events of the profile.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_HEAPEVENTS_H
#define RG_HEAPEVENTS_H

#include "rg_vg.h"

#include "../core/rg_heapcost.h"

/* A block of SIZE bytes is allocated; RARE are the rare events of the frame that does it.  */
void rg_heapevents_add(struct rg_rare *rare, SizeT size);

/* At a dump: costs by counters of calls (edges, skipped words); those of functions that nothing called by homes.  To be freed.  */
struct rg_heapcost *rg_heapevents_costs(void);

/* Adds ROW (may be NULL) to COST, by column.  Returns whether there was anything.  */
Bool rg_heapevents_put(uint64_t *cost, const uint64_t *row);

#endif
