/* rg_sim.h - simulated caches and branch predictors, fed by generated code.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_SIM_H
#define RG_SIM_H

#include "../core/rg_branch.h"
#include "../core/rg_cache.h"
#include "rg_events.h"
#include "rg_vg.h"

/* Time of data: that of the last group of accesses.  Each group has one that is larger by RG_SIM_TICKS than the one before.  */
#define rg_sim_time rg_near.sim_time
enum { RG_SIM_TICKS = 2 };

/* Word I of the addresses of the data accesses of the segment that runs.  */
static inline UWord *rg_sim_address(UInt i)
{
    return i < RG_NEAR_ADDRESSES ? &rg_near.sim_addresses[i] : &rg_near.sim_more_addresses[i];
}

#define rg_sim_hot rg_near.sim_hot
#define rg_sim_branch rg_near.sim_branch
extern UInt rg_sim_i1_bits, rg_sim_d1_bits; /* log2 of the line sizes */
extern Bool rg_sim_always; /* generated code cannot tell hits by itself: the helper is called for every segment */

enum { RG_N_CACHES = 3 };
extern struct rg_geometry rg_sim_caches[RG_N_CACHES]; /* I1, D1, LL; of size 0 without --cache-sim */
extern const HChar *const rg_sim_cache_names[RG_N_CACHES];

void rg_sim_init(void);
/* The end of the run: lines leave the caches.  */
void rg_sim_finish(void);

/* Two lines next to each other are in different sets of D1.  */
Bool rg_sim_may_group(void);
/* The size that an access of SIZE bytes is simulated with.  */
UInt rg_sim_clip(UInt size);
/* The simulated clock of instruction fetches is rg_s.total: it will be TOTAL from now on.  */
void rg_sim_set_time(UWord total);
/* Finds the lines of code that SEG is in.  */
void rg_sim_find_lines(const struct rg_seg *seg);
static inline struct rg_cache_line *rg_sim_line(const struct rg_segsim *sim, UInt i) { return sim->lines[i]; }

/* The counters that access A has in a block, in their order; returns how many.  */
enum { RG_MAX_SLOTS = 8 };
UInt rg_sim_slots(const struct rg_access *a, enum rg_event *events);
UInt rg_sim_n_slots(const struct rg_access *a);

/* Helpers.  Time is already that of the segment's last group, but with _all and _guarded.  With _branch the caches are simulated if
   SLOW, what the checks of the caches found, is not less than a line of D1.  */
VG_REGPARM(1) void rg_h_sim(const struct rg_seg *seg);
VG_REGPARM(3) void rg_h_sim_branch(const struct rg_seg *seg, UWord mispredicted, UWord slow);
/* VALUE: of the segment's branch, taken (0 or 1) or target.  */
VG_REGPARM(2) void rg_h_sim_all(const struct rg_seg *seg, UWord value);
VG_REGPARM(2) void rg_h_sim_guarded(const struct rg_seg *seg, Addr a);

#endif
