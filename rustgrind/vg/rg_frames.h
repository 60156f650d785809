/* rg_frames.h - the frames of the shadow stack: what they are, and what is kept beside them.  For rg_stack.c and rg_frames.c.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_FRAMES_H
#define RG_FRAMES_H

#include "rg_sim.h"

/* Where entries without an edge put what the inline code adds.  */
extern UWord rg_trash_base[], rg_trash_marker[];

static inline UWord next_level(UWord off) { return off < rg_level_limit ? off + 8 : off; }
static inline Addr sp_of(const struct rg_frame *f) { return f->sp & ~(Addr)3; }
static inline Bool is_skip(const struct rg_frame *f) { return f->home == RG_HOME_SKIP; }
static inline UWord *cell(UWord home) { return (UWord *)(rg_s.cells + home); }

static inline Bool is_marker(const struct rg_frame *f) { return f->acc == rg_trash_marker; }
static inline Bool is_base(const struct rg_frame *f) { return f->acc == rg_trash_base; }

/* Rare events of the function and of calls that have returned, valid if RARE is set in the frame's sp; then, for a marker, the
   static totals when it was pushed.  */
enum { RARE = 2 };

static inline UWord side_words(void) { return rg_ev.n > 1 ? rg_ev.n_rare + RG_N_STATIC : 0; }

static inline UWord *side_in(const struct rg_thread *t, const struct rg_frame *f) { return t->side + (f - t->base) * side_words(); }
static inline UWord *side(const struct rg_frame *f) { return side_in(rg_thread_of(rg_current_tid), f); }

static inline UWord *rare_of(struct rg_frame *f)
{
    UWord *v = side(f);

    if (!(f->sp & RARE)) {
        f->sp |= RARE;
        for (UInt i = 0; i < rg_ev.n_rare; i++)
            v[i] = 0;
    }
    return v;
}

/* F is popped: its rare events belong to its edge and to the frame below.  */
static inline void hand_on(struct rg_frame *f)
{
    UWord *v = side(f), *below = rare_of(f - 1);

    for (UInt i = 0; i < rg_ev.n_rare; i++) {
        f->acc[rg_square(rg_ev.n_static + i)] += v[i];
        below[i] += v[i];
    }
}

/* Inclusive cost is the difference of two totals: static events are taken off the edge at the call and added at its end.  */
static inline void add_lanes(struct rg_frame *f, const UWord *lanes, Int sign)
{
    for (UInt i = 0; i < rg_ev.n_static; i++)
        f->acc[rg_square(i)] += sign * lanes[i];
}

#endif
