/* rg_events.h - what is counted: which events there are, and where their counters are.

   SPDX-License-Identifier: GPL-2.0-or-later

   Three kinds.  Instructions are counted by the engine itself.  *Static* events (memory accesses, branches) are as many in a
   segment whenever it runs, so they need no counters of their own but a total, for inclusive cost.  *Rare* events (misses) are
   found out by helpers, which count them where they happen and in the frame on top; frames hand them on when they are popped.
   *Late* events are only known at the end (rg_heapevents.h).  */
#ifndef RG_EVENTS_H
#define RG_EVENTS_H

#include "rg_vg.h"

/* In the order of callgrind's output.  */
enum rg_event {
    RG_IR, RG_DR, RG_DW, RG_I1MR, RG_D1MR, RG_D1MW, RG_ILMR, RG_DLMR, RG_DLMW, RG_ILDMR, RG_DLDMR, RG_DLDMW,
    RG_BC, RG_BCM, RG_BI, RG_BIM, RG_ACCOST1, RG_SPLOSS1, RG_ACCOST2, RG_SPLOSS2, RG_GE, RG_SYSCOUNT, RG_SYSTIME,
    RG_SYSCPUTIME, RG_ALLOC_BYTES, RG_ALLOC_BLOCKS, RG_PEAK_BYTES, RG_LEAK_BYTES,
    RG_N_EVENTS
};

enum { RG_NOT_COUNTED = 255 };

struct rg_events {
    UInt n;        /* events that are counted */
    UInt n_static; /* of them; their totals are rg_s.lanes[0..] */
    UInt n_rare;
    enum rg_event in_column[RG_N_EVENTS]; /* by column of the output */
    UChar column[RG_N_EVENTS];
    /* Static events: index in rg_s.lanes; rare events: n_static + index in the vector of rare events.  Ir has none.  */
    UChar lane[RG_N_EVENTS];
    const char *names[RG_N_EVENTS + 1]; /* by column */
};

extern struct rg_events rg_ev;

/* From the options.  */
void rg_events_init(void);
/* LeakBytes, which is the last column, is left out (True), or is there again.  Returns whether that changes anything.  */
Bool rg_events_drop_leaks(Bool drop);

static inline Bool rg_event_is_late(enum rg_event e) { return e == RG_PEAK_BYTES || e == RG_LEAK_BYTES; }
static inline Bool rg_event_on(enum rg_event e) { return rg_ev.column[e] != RG_NOT_COUNTED; }

/* An edge has a square of words, [callee's level][caller's level], for calls, for Ir, and for each lane.  */
static inline UInt rg_square(UInt lane) { return (2 + lane) * rg_n_levels * rg_n_levels; }
static inline UInt rg_edge_n_words(void) { return rg_square(rg_ev.n_static + rg_ev.n_rare); }

/* The words of skipped code: for Ir and each lane, one per level.  */
static inline UInt rg_skip_words(UInt lane) { return (1 + lane) * rg_n_levels; }

#endif
