/* rg_sim.c - what generated code cannot simulate by itself: misses, and all of it while code is cold.

   SPDX-License-Identifier: GPL-2.0-or-later

   Two clocks.  Time of data is rg_sim_time, which generated code and helpers advance.  Time of code is rg_s.total: all code lines
   of a segment get the same, which is right as long as they are in different sets, and segments have different ones.  When
   rg_s.total is set to something else, because another thread runs or a handler has ended, all stamps are moved along.  */
#include "rg_sim.h"

#include "rg_caches.h"
#include "rg_frames.h"
#include "rg_node.h"

UInt rg_sim_i1_bits = 6, rg_sim_d1_bits = 6;
Bool rg_sim_always;
struct rg_geometry rg_sim_caches[RG_N_CACHES];
const HChar *const rg_sim_cache_names[RG_N_CACHES] = {"I1", "D1", "LL"};

static struct rg_cache *cache;

/* ---- counters ---- */

static UInt add_level_events(enum rg_event *events, enum rg_event l1, enum rg_event ll, enum rg_event dirty)
{
    UInt n = 0;

    events[n++] = l1;
    events[n++] = ll;
    if (rg_opt.simulate_wb)
        events[n++] = dirty;
    return n;
}

UInt rg_sim_slots(const struct rg_access *a, enum rg_event *events)
{
    UInt n = 0;

    switch (a->kind) {
    case RG_ACC_INSTR:
        if (rg_opt.cacheuse)
            for (enum rg_event e = RG_ACCOST1; e <= RG_SPLOSS2; e++)
                events[n++] = e;
        /* With --cacheuse a straddling fetch may leave its second line to the next instruction (rg_cache_use.c).  */
        return n + (a->new_line || rg_opt.cacheuse ? add_level_events(events + n, RG_I1MR, RG_ILMR, RG_ILDMR) : 0);
    case RG_ACC_READ:
        if (a->guarded)
            events[n++] = RG_DR;
        return n + add_level_events(events + n, RG_D1MR, RG_DLMR, RG_DLDMR);
    case RG_ACC_WRITE:
        if (a->guarded)
            events[n++] = RG_DW;
        return n + add_level_events(events + n, RG_D1MW, RG_DLMW, RG_DLDMW);
    case RG_ACC_COND: events[0] = RG_BCM; return 1;
    case RG_ACC_INDIRECT: events[0] = RG_BIM; return 1;
    }
    return 0;
}

UInt rg_sim_n_slots(const struct rg_access *a)
{
    enum rg_event events[RG_MAX_SLOTS];
    return rg_sim_slots(a, events);
}

static Bool skipped(const struct rg_seg *seg) { return seg->sim->is_plt && rg_s.home == RG_HOME_SKIP; }

/* The counter of slot I, event E, of access A of SEG in the present context.  */
static UWord *counter_of(const struct rg_seg *seg, const struct rg_access *a, UInt i, enum rg_event e)
{
    UWord **slots;

    if (skipped(seg))
        return (UWord *)rg_s.off + rg_skip_words(rg_ev.lane[e]);
    slots = (UWord **)((Addr)seg->sim->rare + rg_s.off);
    if (!*slots)
        *slots = rg_pool(seg->sb->n_slots * sizeof(UWord));
    return *slots + a->slot + i;
}

/* Slots [FIRST, END) of access A have happened.  */
static void count_slots(const struct rg_seg *seg, const struct rg_access *a, UInt first, UInt end)
{
    enum rg_event events[RG_MAX_SLOTS];
    struct rg_rare *rare = rare_of(rg_s.top);

    rg_sim_slots(a, events);
    for (UInt i = first; i < end; i++) {
        ++*counter_of(seg, a, i, events[i]);
        if (rg_ev.lane[events[i]] >= rg_ev.n_static)
            rg_rare_add(rare, rg_ev.lane[events[i]] - rg_ev.n_static, 1);
        else
            rg_s.lanes[rg_ev.lane[events[i]]]++;
    }
}

/* Of fetches, reads and writes: where misses of L1, of LL, and dirty ones are in a vector of rare events.  */
static UChar miss_rare[RG_ACC_WRITE + 1][3];

static void find_miss_rare(void)
{
    static const UChar misses[RG_ACC_WRITE + 1][3] = {
        [RG_ACC_INSTR] = {RG_I1MR, RG_ILMR, RG_ILDMR},
        [RG_ACC_READ] = {RG_D1MR, RG_DLMR, RG_DLDMR},
        [RG_ACC_WRITE] = {RG_D1MW, RG_DLMW, RG_DLDMW}};

    for (UInt kind = 0; kind <= RG_ACC_WRITE; kind++)
        for (UInt i = 0; i < 3; i++)
            miss_rare[kind][i] = rg_ev.lane[misses[kind][i]] - rg_ev.n_static;
}

/* The result of access A, which was no hit of L1.  */
static inline void count_misses(const struct rg_seg *seg, const struct rg_access *a, enum rg_cache_result r)
{
    UInt first = a->kind == RG_ACC_INSTR ? (rg_opt.cacheuse ? 4 : 0) : a->guarded;
    struct rg_rare *rare;
    UWord *slots;

    if (skipped(seg)) {
        count_slots(seg, a, first, first + (UInt)r);
        return;
    }
    slots = counter_of(seg, a, first, RG_IR);
    rare = rare_of(rg_s.top);
    for (UInt i = 0; i < (UInt)r; i++) {
        slots[i]++;
        rg_rare_add(rare, miss_rare[a->kind][i], 1);
    }
}

/* ---- models ---- */

/* Cache use of skipped code: its counters are not side by side, as the model wants them.  They are added up at the end.  */
struct skipped_use {
    struct skipped_use *next;
    UWord words;
    struct rg_cache_use use;
};

static VgHashTable *skipped_uses;

static struct rg_cache_use *skipped_use(UWord *words)
{
    struct skipped_use *u = rg_node_of(&skipped_uses, "rg.sim.use", (UWord)words, sizeof *u);

    return &u->use;
}

static void add_skipped_uses(void)
{
    struct skipped_use *u;

    if (!skipped_uses)
        return;
    VG_(HT_ResetIter)(skipped_uses);
    while ((u = VG_(HT_Next)(skipped_uses))) {
        UWord *words = (UWord *)u->words;
        words[rg_skip_words(rg_ev.lane[RG_ACCOST1])] += u->use.ac_cost1;
        words[rg_skip_words(rg_ev.lane[RG_SPLOSS1])] += u->use.sp_loss1;
        words[rg_skip_words(rg_ev.lane[RG_ACCOST2])] += u->use.ac_cost2;
        words[rg_skip_words(rg_ev.lane[RG_SPLOSS2])] += u->use.sp_loss2;
    }
}

/* Where the counters of cache use of A's instruction are.  */
static void set_owner(const struct rg_seg *seg, const struct rg_access *a)
{
    const struct rg_sb *sb = seg->sb;

    if (skipped(seg)) {
        rg_cache_use_owner(cache, skipped_use((UWord *)rg_s.off), True);
        return;
    }
    for (UInt i = 0; i < sb->n_segs; i++)
        for (UInt k = 0; sb->segs[i].sim && k < sb->segs[i].sim->n; k++) {
            const struct rg_access *x = &sb->segs[i].sim->accesses[k];
            if (x->kind == RG_ACC_INSTR && x->instr == a->instr)
                rg_cache_use_owner(cache, (struct rg_cache_use *)counter_of(seg, x, 0, RG_ACCOST1), True);
        }
}

static enum rg_cache_result data_access(const struct rg_access *a, Addr addr, UWord time)
{
    return rg_cache_data(cache, addr, a->size, a->kind == RG_ACC_WRITE, time);
}

/* Simulates the caches for SEG, whose first group has TIME.  */
static void simulate(const struct rg_seg *seg, UWord time)
{
    const struct rg_segsim *sim = seg->sim;
    UInt line = 0;

    for (UInt i = 0; i < sim->n; i++) {
        const struct rg_access *a = &sim->accesses[i];
        enum rg_cache_result r = RG_CACHE_L1_HIT;
        if (rg_opt.cacheuse && (a->kind <= RG_ACC_WRITE))
            set_owner(seg, a);
        if (a->kind == RG_ACC_INSTR && (a->new_line || rg_opt.cacheuse)) {
            Addr at = seg->sb->addr + a->off;
            while (sim->lines[line]->addr >> rg_sim_i1_bits != at >> rg_sim_i1_bits)
                line++;
            r = rg_cache_fetch(cache, sim->lines[line], at, a->size, rg_s.total);
        } else if (a->kind == RG_ACC_READ || a->kind == RG_ACC_WRITE) {
            r = data_access(a, *rg_sim_address(a->word) + a->delta, time + RG_SIM_TICKS * a->group);
        }
        if (r != RG_CACHE_L1_HIT)
            count_misses(seg, a, r);
    }
}

static void count_mispredicted(const struct rg_seg *seg)
{
    const struct rg_access *a = &seg->sim->accesses[seg->sim->branch];
    enum rg_event e = a->kind == RG_ACC_COND ? RG_BCM : RG_BIM;

    ++*counter_of(seg, a, 0, e);
    rg_rare_add(rare_of(rg_s.top), rg_ev.lane[e] - rg_ev.n_static, 1);
}

static Bool code_is_there(const struct rg_segsim *sim)
{
    for (UInt i = 0; i < sim->n_lines; i++)
        if (sim->lines[i]->absent)
            return False;
    return True;
}

static Bool has_slot(Addr at, UInt size)
{
    return !rg_cache_missed(rg_cache_hot_check(&rg_sim_hot, rg_sim_d1_bits, at, size), rg_sim_d1_bits);
}

static Addr address_of(const struct rg_data *d) { return *rg_sim_address(d->word) + d->delta; }

/* The same in RG_CACHE_PLAIN for a segment all of whose code is there.  */
static void simulate_data(const struct rg_seg *seg, UWord time)
{
    const struct rg_segsim *sim = seg->sim;

    for (const struct rg_data *d = sim->data, *end = d + sim->n_data; d < end; d++) {
        Addr at = address_of(d);
        UWord now = time + RG_SIM_TICKS * d->group;
        enum rg_cache_result r;
        if (has_slot(at, d->size)) {
            rg_cache_hot_stamp(&rg_sim_hot, rg_sim_d1_bits, at, now);
            continue;
        }
        r = rg_cache_plain_data(cache, at, d->size, now);
        if (r != RG_CACHE_L1_HIT)
            count_misses(seg, &sim->accesses[d->access], r);
    }
}

VG_REGPARM(1) void rg_h_sim(const struct rg_seg *seg)
{
    UWord time = rg_sim_time - RG_SIM_TICKS * (seg->sim->n_groups - 1);

    rg_cache_restamp(cache);
    if (!rg_sim_always && code_is_there(seg->sim))
        simulate_data(seg, time);
    else
        simulate(seg, time);
}

VG_REGPARM(3) void rg_h_sim_branch(const struct rg_seg *seg, UWord mispredicted, UWord slow)
{
    if (rg_cache_missed(slow, rg_sim_d1_bits))
        rg_h_sim(seg);
    if (mispredicted)
        count_mispredicted(seg);
}

static UWord predict(const struct rg_seg *seg, UWord value)
{
    const struct rg_access *a = &seg->sim->accesses[seg->sim->n - 1];
    Addr at = seg->sb->addr + a->off;

    if (a->kind == RG_ACC_COND)
        return rg_branch_conditional(&rg_sim_branch, at, value);
    if (a->kind == RG_ACC_INDIRECT)
        return rg_branch_indirect(&rg_sim_branch, at, value);
    return 0;
}

VG_REGPARM(2) void rg_h_sim_all(const struct rg_seg *seg, UWord value)
{
    rg_sim_time += RG_SIM_TICKS * seg->sim->n_groups;
    if (rg_opt.cache_sim)
        rg_h_sim(seg);
    if (predict(seg, value))
        count_mispredicted(seg);
    for (UInt i = 0; i < seg->sim->n_lines; i++)
        seg->sim->lines[i]->stamp = rg_s.total;
}

VG_REGPARM(2) void rg_h_sim_guarded(const struct rg_seg *seg, Addr addr)
{
    const struct rg_access *a = &seg->sim->accesses[0];
    enum rg_cache_result r;

    if (rg_opt.cacheuse)
        set_owner(seg, a);
    count_slots(seg, a, 0, 1);
    rg_sim_time += RG_SIM_TICKS;
    rg_cache_restamp(cache);
    r = data_access(a, addr, rg_sim_time);
    if (r != RG_CACHE_L1_HIT)
        count_misses(seg, a, r);
}

/* ---- lines, time, beginning and end ---- */

void rg_sim_find_lines(const struct rg_seg *seg)
{
    struct rg_segsim *sim = seg->sim;
    Addr first = ~(Addr)0, last = 0;
    struct rg_cache_line *line;

    for (UInt i = 0; i < sim->n; i++) {
        const struct rg_access *a = &sim->accesses[i];
        if (a->kind != RG_ACC_INSTR)
            continue;
        Addr at = seg->sb->addr + a->off;
        first = at < first ? at : first;
        last = at + a->size - 1;
    }
    if (first > last)
        return;
    sim->n_lines = (last >> rg_sim_i1_bits) - (first >> rg_sim_i1_bits) + 1;
    sim->lines = rg_pool(sim->n_lines * sizeof *sim->lines);
    line = rg_cache_code_line(cache, first);
    for (UInt i = 0; i < sim->n_lines; i++) {
        sim->lines[i] = line;
        line = rg_cache_next_line(cache, line);
    }
}

Bool rg_sim_may_group(void) { return !rg_cache_one_set(cache); }

UInt rg_sim_clip(UInt size)
{
    UInt max = rg_cache_max_access(cache);
    return size < max ? size : max;
}

void rg_sim_set_time(UWord total)
{
    if (cache && total != rg_s.total)
        rg_cache_shift_code_time(cache, total - rg_s.total);
}

/* Near generated code, where counters are, too.  */
static struct rg_cache_line *new_line(void)
{
    return (struct rg_cache_line *)rg_arena_words((sizeof(struct rg_cache_line) + sizeof(UWord) - 1) / sizeof(UWord));
}

/* Lines of one segment must be in different sets, or their order has to be known.  */
enum { MAX_SEGMENT_BYTES = 1024 };

void rg_sim_init(void)
{
    UInt mode = RG_CACHE_PLAIN;

    rg_branch_init(&rg_sim_branch);
    if (!rg_opt.cache_sim)
        return;
    if (rg_opt.simulate_wb)
        mode |= RG_CACHE_WB;
    if (rg_opt.simulate_hwpref)
        mode |= RG_CACHE_HWPREF;
    if (rg_opt.cacheuse)
        mode |= RG_CACHE_USE;
    find_miss_rare();
    rg_caches_geometry(&rg_sim_caches[0], &rg_sim_caches[1], &rg_sim_caches[2]);
    cache = rg_cache_new(&rg_sim_caches[0], &rg_sim_caches[1], &rg_sim_caches[2], mode, &rg_sim_hot, new_line);
    rg_sim_i1_bits = rg_cache_i1_line_bits(cache);
    rg_sim_d1_bits = rg_cache_d1_line_bits(cache);
    rg_sim_always = mode != RG_CACHE_PLAIN;
}

void rg_sim_finish(void)
{
    if (!rg_opt.cacheuse)
        return;
    rg_cache_use_finish(cache);
    add_skipped_uses();
}
