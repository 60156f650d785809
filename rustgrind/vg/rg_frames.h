/* rg_frames.h - the frames of the shadow stack: what they are, and what is kept beside them.  For rg_stack.c, rg_frames.c and rg_sim.c.

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

/* Beside a frame: rare events of the function and of calls that have returned, valid if RARE is set in the frame's sp; then,
   for a marker, the static totals when it was pushed.  */
enum { RARE = 2 };

static inline UWord side_words(void) { return rg_ev.n > 1 ? 1 + rg_ev.n_rare + RG_N_STATIC : 0; }

static inline struct rg_rare *rare_in(const struct rg_thread *t, const struct rg_frame *f)
{
    return (struct rg_rare *)(t->side + (f - t->base) * side_words());
}

static inline UWord *lanes_in(const struct rg_thread *t, const struct rg_frame *f) { return rare_in(t, f)->n + rg_ev.n_rare; }
static inline UWord *lanes_of(const struct rg_frame *f) { return lanes_in(rg_thread_of(rg_current_tid), f); }

static inline struct rg_rare *rare_of(struct rg_frame *f)
{
    struct rg_rare *v = rare_in(rg_thread_of(rg_current_tid), f);

    if (!(f->sp & RARE)) {
        f->sp |= RARE;
        v->set = 0;
    }
    return v;
}

/* Adds the events of V to SUM[I * STRIDE].  */
static inline void rare_sum(const struct rg_rare *v, UWord *sum, UWord stride)
{
    for (UWord set = v->set; set; set &= set - 1) {
        UInt i = __builtin_ctzl(set);
        sum[i * stride] += v->n[i];
    }
}

/* F is popped: its rare events belong to its edge and to the frame below.  */
static inline void hand_on(struct rg_frame *f)
{
    const struct rg_rare *v = rare_of(f);
    struct rg_rare *below = rare_of(f - 1);

    rare_sum(v, f->acc + rg_square(rg_ev.n_static), rg_n_levels * rg_n_levels);
    for (UWord set = v->set; set; set &= set - 1) {
        UInt i = __builtin_ctzl(set);
        rg_rare_add(below, i, v->n[i]);
    }
}

/* Inclusive cost is the difference of two totals: static events are taken off the edge at the call and added at its end.  */
static inline void add_lanes(struct rg_frame *f, const UWord *lanes, Int sign)
{
    for (UInt i = 0; i < rg_ev.n_static; i++)
        f->acc[rg_square(i)] += sign * lanes[i];
}

#endif
