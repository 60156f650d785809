/* rg_simtext.h - the end-of-run text about caches and branches, and what goes with their events into a profile's header.

   SPDX-License-Identifier: GPL-2.0-or-later

   The layout is that of callgrind 3.19 (cachesim_printstat, branchsim_printstat), which scripts match.  */
#ifndef RG_SIMTEXT_H
#define RG_SIMTEXT_H

#include "rg_geometry.h"
#include "rg_text.h"

/* Prints the totals of N events, NAMES[0] being Ir, as

        Events    : Ir Dr Dw ...
        Collected : 2022413 126700 111391 ...

        I   refs:      2,022,413

   then, if there is I1mr, misses and miss rates of I1, D1 and LL, and if there is Bc, branches and mispredictions.  An event that
   is not among NAMES counts 0; a rate of nothing is 0.  */
void rg_simtext_summary(const char *const *names, const uint64_t *totals, unsigned n, rg_line_fn line, void *arg);

/* Appends the text of the "desc:" line of the cache NAME (I1, D1, LL), without "desc: ".  */
void rg_simtext_desc(struct rg_buf *b, const char *name, const struct rg_geometry *g);

/* Stores the texts of the "event:" lines that go with the N events NAMES, then NULL, in DEFS: long names of events.  UNIT is that of
   sysTime: "ms", "us" or "ns".  With DERIVED also metrics that are computed from events:
   - EstimatedCycles, as gungraun computes it: 1 for an access that hits L1, 5 for one that hits LL, 35 for one that misses it.
   CEst, KCachegrind's own estimate, is built into it and must not be defined again: KCachegrind would keep our definition.  */
enum { RG_SIMTEXT_MAX_DEFS = 7 };
void rg_simtext_event_defs(const char *const *names, unsigned n, const char *unit, bool derived,
                           const char *defs[RG_SIMTEXT_MAX_DEFS + 1]);

#endif
