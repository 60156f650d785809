/* rg_frames.c - memory for the frames of threads, and costs that are still in them.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_frames.h"

struct rg_near rg_near;
UInt rg_n_levels = 2;
UWord rg_level_limit = 8;

enum { INITIAL_CELLS = 4096, MAX_LEVELS = 16 };

/* Where entries without an edge put what the inline code adds.  */
enum { TRASH_WORDS = (2 + RG_N_EVENTS) * MAX_LEVELS * MAX_LEVELS };
UWord rg_trash_base[TRASH_WORDS];
UWord rg_trash_marker[TRASH_WORDS];
UWord rg_trash_words[TRASH_WORDS];

/* ---- threads' storage ---- */

static void base_reset(struct rg_frame *base)
{
    for (int i = -1; i <= 0; i++)
        base[i] = (struct rg_frame){.acc = rg_trash_base, .sp = ~(Addr)0, .home = RG_HOME_NONE};
}

/* A superblock makes one call at most, and runs only so many times in a slice, before which rg_stack_reserve is called.  So
   the inline push needs no check of its own.  Markers of signals are pushed between slices.  */
enum { DEFAULT_QUANTUM = 100000, SPARE_FRAMES = 64 };

static SizeT frames_per_slice(void)
{
    SizeT quantum = rg_compat_quantum();
    return (quantum ? quantum : DEFAULT_QUANTUM) + SPARE_FRAMES;
}

/* One entry is below the base, because the inline pop reads the one below that which it pops.  The memory is not cleared, so
   that only what is used takes any.  */
static struct rg_frame *frames_alloc(SizeT n)
{
    return (struct rg_frame *)VG_(malloc)("rg.frames", (n + 1) * sizeof(struct rg_frame)) + 1;
}

static UWord *side_alloc(SizeT n)
{
    return side_words() ? VG_(malloc)("rg.side", n * side_words() * sizeof(UWord)) : NULL;
}

struct rg_rare *rg_stack_rare(void) { return rare_of(rg_s.top); }

struct rg_rare *rg_stack_rare_below(UInt depth)
{
    struct rg_frame *base = rg_thread_of(rg_current_tid)->base;
    struct rg_frame *f = depth > 0 ? base + depth - 1 : base;

    return rare_of(f < rg_s.top ? f : rg_s.top);
}

Bool rg_stack_is_call(const UWord *acc) { return acc != rg_trash_base && acc != rg_trash_marker && acc != rg_trash_words; }

void rg_thread_make(struct rg_thread *t)
{
    if (!t->used) {
        t->used = True;
        t->n_frames = 2 * frames_per_slice();
        t->base = frames_alloc(t->n_frames);
        t->side = side_alloc(t->n_frames);
        if (t->side)
            VG_(memset)(t->side, 0, side_words() * sizeof(UWord));
        t->n_cells = rg_ctx_n() > INITIAL_CELLS ? 2 * rg_ctx_n() : INITIAL_CELLS;
        t->saved.cells = RG_ALLOC("rg.cells", t->n_cells * 8);
    }
    base_reset(t->base);
    t->saved.top = t->base;
    t->saved.home = RG_HOME_NONE;
    t->saved.off = 0;
    t->saved.last = NULL;
    t->saved.mark_total = RG_NO_MARK;
}

void rg_stack_reserve(void)
{
    struct rg_thread *t = rg_thread_of(rg_current_tid);
    SizeT used = rg_s.top + 1 - t->base;
    struct rg_frame *base;

    if (used + frames_per_slice() <= t->n_frames)
        return;
    t->n_frames = 2 * (used + frames_per_slice());
    base = frames_alloc(t->n_frames);
    VG_(memcpy)(base - 1, t->base - 1, (used + 1) * sizeof *base);
    VG_(free)(t->base - 1);
    t->base = base;
    rg_s.top = base + used - 1;
    if (t->side) {
        UWord *old = t->side;
        t->side = side_alloc(t->n_frames);
        VG_(memcpy)(t->side, old, used * side_words() * sizeof(UWord));
        VG_(free)(old);
    }
}

static void cells_grow(struct rg_thread *t)
{
    SizeT old = t->n_cells;
    UChar **cells = t == rg_thread_of(rg_current_tid) ? &rg_s.cells : &t->saved.cells;

    t->n_cells = 2 * rg_ctx_n();
    *cells = VG_(realloc)("rg.cells", *cells, t->n_cells * 8);
    VG_(memset)(*cells + old * 8, 0, (t->n_cells - old) * 8);
}

static UWord cells_wanted;

static void cells_check(struct rg_thread *t)
{
    if (t->n_cells < cells_wanted)
        cells_grow(t);
}

void rg_cells_reserve(UWord n_ctx)
{
    cells_wanted = n_ctx;
    rg_threads_forall(cells_check);
}

/* ---- costs of active calls ---- */

void rg_stack_add_active(const struct rg_thread *t, const struct rg_state *s, Int sign)
{
    UWord total = s->total, rare[RG_N_EVENTS] = {0};
    const UWord *lanes = s->lanes;

    for (struct rg_frame *f = s->top; f > t->base; f--) {
        if (f->sp & RARE)
            rare_sum(rare_in(t, f), rare, 1);
        if (is_marker(f)) {
            total = f->enter;
            lanes = lanes_in(t, f);
            VG_(memset)(rare, 0, sizeof rare);
        } else if (!is_skip(f)) {
            f->acc[rg_n_levels * rg_n_levels] += sign * (total - f->enter);
            add_lanes(f, lanes, sign);
            for (UInt i = 0; i < rg_ev.n_rare; i++)
                f->acc[rg_square(rg_ev.n_static + i)] += sign * rare[i];
        }
    }
}

void rg_stack_add_totals(const struct rg_thread *t, const struct rg_state *s, uint64_t *sum)
{
    UWord by_lane[RG_N_EVENTS] = {0};

    VG_(memcpy)(by_lane, s->lanes, rg_ev.n_static * sizeof *by_lane);
    for (const struct rg_frame *f = s->top; f >= t->base; f--)
        if (t->side && (f->sp & RARE))
            rare_sum(rare_in(t, f), by_lane + rg_ev.n_static, 1);
    for (UInt c = 0; c < rg_ev.n; c++)
        if (!rg_event_is_late(rg_ev.in_column[c]))
            sum[c] += rg_ev.in_column[c] == RG_IR ? s->total : by_lane[rg_ev.lane[rg_ev.in_column[c]]];
}
