/* rg_events.c - the table of events.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_events.h"
#include "rg_leakcheck.h"

enum kind { COUNTED, STATIC, RARE, LATE };
enum when { ALWAYS, CACHE, WRITE_BACK, BRANCH, CACHE_USE, BUS, SYSTEM_TIME, SYSTEM_CPU_TIME, HEAP, LEAKS };

static const struct {
    const char *name;
    UChar kind, when;
} table[RG_N_EVENTS] = {
    [RG_IR] = {"Ir", COUNTED, ALWAYS},
    [RG_DR] = {"Dr", STATIC, CACHE},
    [RG_DW] = {"Dw", STATIC, CACHE},
    [RG_I1MR] = {"I1mr", RARE, CACHE},
    [RG_D1MR] = {"D1mr", RARE, CACHE},
    [RG_D1MW] = {"D1mw", RARE, CACHE},
    [RG_ILMR] = {"ILmr", RARE, CACHE},
    [RG_DLMR] = {"DLmr", RARE, CACHE},
    [RG_DLMW] = {"DLmw", RARE, CACHE},
    [RG_ILDMR] = {"ILdmr", RARE, WRITE_BACK},
    [RG_DLDMR] = {"DLdmr", RARE, WRITE_BACK},
    [RG_DLDMW] = {"DLdmw", RARE, WRITE_BACK},
    [RG_BC] = {"Bc", STATIC, BRANCH},
    [RG_BCM] = {"Bcm", RARE, BRANCH},
    [RG_BI] = {"Bi", STATIC, BRANCH},
    [RG_BIM] = {"Bim", RARE, BRANCH},
    [RG_ACCOST1] = {"AcCost1", RARE, CACHE_USE},
    [RG_SPLOSS1] = {"SpLoss1", RARE, CACHE_USE},
    [RG_ACCOST2] = {"AcCost2", RARE, CACHE_USE},
    [RG_SPLOSS2] = {"SpLoss2", RARE, CACHE_USE},
    [RG_GE] = {"Ge", STATIC, BUS},
    [RG_SYSCOUNT] = {"sysCount", RARE, SYSTEM_TIME},
    [RG_SYSTIME] = {"sysTime", RARE, SYSTEM_TIME},
    [RG_SYSCPUTIME] = {"sysCpuTime", RARE, SYSTEM_CPU_TIME},
    [RG_ALLOC_BYTES] = {"AllocBytes", RARE, HEAP},
    [RG_ALLOC_BLOCKS] = {"AllocBlocks", RARE, HEAP},
    [RG_PEAK_BYTES] = {"PeakBytes", LATE, HEAP},
    [RG_LEAK_BYTES] = {"LeakBytes", LATE, LEAKS},
};

struct rg_events rg_ev;

static Bool wanted(enum when when)
{
    switch (when) {
    case ALWAYS: return True;
    case CACHE: return rg_opt.cache_sim;
    case WRITE_BACK: return rg_opt.simulate_wb;
    case BRANCH: return rg_opt.branch_sim;
    case CACHE_USE: return rg_opt.cacheuse;
    case BUS: return rg_opt.collect_bus;
    case SYSTEM_TIME: return rg_opt.collect_systime != RG_SYSTIME_NO;
    case SYSTEM_CPU_TIME: return rg_opt.collect_systime == RG_SYSTIME_NSEC;
    case HEAP: return rg_opt.heap_events;
    case LEAKS: return rg_opt.heap_events && rg_leak_opt.mode != RG_LEAK_MODE_NO;
    }
    return False;
}

void rg_events_init(void)
{
    for (UInt e = 0; e < RG_N_EVENTS; e++) {
        rg_ev.column[e] = rg_ev.lane[e] = RG_NOT_COUNTED;
        if (!wanted(table[e].when))
            continue;
        rg_ev.in_column[rg_ev.n] = e;
        rg_ev.names[rg_ev.n] = table[e].name;
        rg_ev.column[e] = rg_ev.n++;
        if (table[e].kind == STATIC)
            rg_ev.lane[e] = rg_ev.n_static++;
    }
    for (UInt e = 0; e < RG_N_EVENTS; e++)
        if (rg_event_on(e) && table[e].kind == RARE)
            rg_ev.lane[e] = rg_ev.n_static + rg_ev.n_rare++;
}

Bool rg_events_drop_leaks(Bool drop)
{
    if (!wanted(LEAKS) || (rg_ev.column[RG_LEAK_BYTES] == RG_NOT_COUNTED) == drop)
        return False;
    if (drop)
        rg_ev.n--;
    rg_ev.column[RG_LEAK_BYTES] = drop ? RG_NOT_COUNTED : rg_ev.n++;
    return True;
}
