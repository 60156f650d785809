/* rg_heapevents.c - allocations, leaks and what is live at the peak as events of the profile.

   SPDX-License-Identifier: GPL-2.0-or-later

   Self cost is charged to the line that calls the allocator: the allocator's own functions allocate for everybody.
   Inclusive cost of what is allocated goes the way of all rare events: frames hand it on when they are popped.  What leaks
   and what is live at the peak is known at the end only, when the frames are gone, so it is handed out along the paths of
   rg_sites.  Paths do not have recursion deeper than they fold, so there a recursive call has less of these two than of the
   others; nothing else differs.  */
#include "rg_heapevents.h"
#include "rg_allocs.h"
#include "rg_events.h"
#include "rg_leakcheck.h"
#include "rg_sites.h"

void rg_heapevents_add(struct rg_rare *rare, SizeT size)
{
    rg_rare_add(rare, rg_ev.lane[RG_ALLOC_BYTES] - rg_ev.n_static, size);
    rg_rare_add(rare, rg_ev.lane[RG_ALLOC_BLOCKS] - rg_ev.n_static, 1);
}

static uint64_t call_of(void *arg, uint32_t site, uint32_t *node)
{
    const UWord *call = rg_sites_call(site, node);

    (void)arg;
    return call ? (Addr)call : (Addr)rg_sites_node_at(*node)->fn * 8;
}

static uint64_t leaked(void *arg, uint32_t site) { return ((const ULong *)arg)[site]; }

static bool is_call(void *arg, uint64_t via)
{
    (void)arg;
    return rg_stack_is_call((const UWord *)(Addr)via);
}

struct rg_heapcost *rg_heapevents_costs(void)
{
    ULong *lost = rg_event_on(RG_LEAK_BYTES) ? rg_leakcheck_lost_by_site() : NULL;
    struct rg_heapcost_in in = {rg_allocs_heap, rg_sites_tree(), lost, call_of, lost ? leaked : NULL, is_call};
    struct rg_heapcost *costs;

    rg_heap_settle(rg_allocs_heap);
    costs = rg_heapcost_new(&in);
    VG_(free)(lost);
    return costs;
}

Bool rg_heapevents_put(uint64_t *cost, const uint64_t *row)
{
    static const enum rg_event events[RG_HEAPCOST_N] = {
        [RG_HEAPCOST_ALLOC_BYTES] = RG_ALLOC_BYTES, [RG_HEAPCOST_ALLOC_BLOCKS] = RG_ALLOC_BLOCKS,
        [RG_HEAPCOST_PEAK_BYTES] = RG_PEAK_BYTES, [RG_HEAPCOST_LEAK_BYTES] = RG_LEAK_BYTES};
    Bool any = False;

    for (UInt i = 0; row && i < RG_HEAPCOST_N; i++) {
        if (!row[i] || !rg_event_on(events[i]))
            continue;
        cost[rg_ev.column[events[i]]] += row[i];
        any = True;
    }
    return any;
}
