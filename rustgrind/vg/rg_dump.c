/* rg_dump.c - from counters to a profile, and the profile to its file and to the end-of-run text.

   SPDX-License-Identifier: GPL-2.0-or-later

   Addresses become files and lines only now (rg_where.c).  Every instruction of an executed superblock is looked up once, whatever
   the number of contexts it ran in.  */
#include "rg_events.h"
#include "rg_fault.h"
#include "rg_heapevents.h"
#include "rg_heapreport.h"
#include "rg_leakcheck.h"
#include "rg_jit.h"
#include "rg_out.h"
#include "rg_sim.h"
#include "rg_symbols.h"
#include "rg_unused.h"
#include "rg_where.h"

#include "../core/rg_cgwrite.h"
#include "../core/rg_groups.h"
#include "../core/rg_profile.h"
#include "../core/rg_report.h"
#include "../core/rg_simtext.h"

enum { REPORT_ROWS = 10 };

/* ---- the profile ---- */

struct dump {
    struct rg_profile *profile;
    struct rg_names *names;    /* NULL: callgrind's */
    struct rg_groups *groups;  /* NULL without names */
    struct rg_own *own;        /* NULL without names */
    struct rg_inline *inlines; /* what stands before it */
    struct rg_heapcost *heap;  /* NULL: not wanted */
    UInt tid;            /* 0: all */
    UInt *fn_ids;        /* by rg_fn.id, + 1 */
    const HChar *cached_path;
    UInt cached_file;
    ULong superblocks;
    uint64_t *costs;     /* scratch: of each instruction of a superblock, RG_N_EVENTS wide */
    UInt costs_room;
};

static UInt file_id(struct dump *d, const HChar *path)
{
    if (path != d->cached_path) {
        d->cached_path = path;
        d->cached_file = rg_profile_file(d->profile, path);
    }
    return d->cached_file;
}

static UInt fn_id(struct dump *d, const struct rg_fn *fn)
{
    if (!d->fn_ids[fn->id]) {
        const HChar *name, *file;
        UInt obj = rg_profile_object(d->profile, fn->obj->name);
        rg_where_function(fn, &name, &file);
        d->fn_ids[fn->id] = 1 + rg_symbols_function(d->names, d->profile, obj, rg_profile_file(d->profile, file), fn->symbol,
                                                    fn->symbol ? name : fn->name, fn->code_bytes);
    }
    return d->fn_ids[fn->id] - 1;
}

/* Code without line information belongs to the file of the function that runs it.  */
static struct rg_pos pos_of(struct dump *d, const struct rg_line *l, const HChar *fallback, PtrdiffT off)
{
    return (struct rg_pos){file_id(d, l->file ? l->file : fallback), l->line, off};
}

static uint64_t *cost_of(struct dump *d, UInt instr, enum rg_event e)
{
    return &d->costs[instr * rg_ev.n + rg_ev.column[e]];
}

static Bool has_plain(const struct rg_sb *sb, UInt instr, enum rg_access_kind kind)
{
    for (UInt i = 0; i < sb->n_segs; i++)
        for (UInt k = 0; k < sb->segs[i].sim->n; k++) {
            const struct rg_access *x = &sb->segs[i].sim->accesses[k];
            if (x->instr == instr && x->kind == kind && !x->guarded)
                return True;
        }
    return False;
}

/* callgrind counts a guarded access where the counters of its kind would be, in an array of counters by instruction and kind.  If
   the instruction has none, because it has no other access of the kind, what comes next is counted instead.  Returns NULL
   behind the array's end.  */
static uint64_t *guarded_cost(struct dump *d, const struct rg_sb *sb, const struct rg_access *a, enum rg_event e)
{
    static const UChar write[RG_N_EVENTS] = {[RG_DR] = RG_DW, [RG_D1MR] = RG_D1MW, [RG_DLMR] = RG_DLMW, [RG_DLDMR] = RG_DLDMW};
    static const UChar fetch[RG_N_EVENTS] = {
        [RG_DR] = RG_IR, [RG_D1MR] = RG_I1MR, [RG_DLMR] = RG_ILMR, [RG_DLDMR] = RG_ILDMR,
        [RG_DW] = RG_IR, [RG_D1MW] = RG_I1MR, [RG_DLMW] = RG_ILMR, [RG_DLDMW] = RG_ILDMR};

    if (!rg_opt.compat_callgrind || has_plain(sb, a->instr, a->kind))
        return cost_of(d, a->instr, e);
    if (a->kind == RG_ACC_READ && has_plain(sb, a->instr, RG_ACC_WRITE))
        return cost_of(d, a->instr, write[e]);
    return a->instr + 1u < sb->n_instrs ? cost_of(d, a->instr + 1, fetch[e]) : NULL;
}

/* Adds to the costs of instructions what SEG, which ran *COUNTER times, costs; SLOTS are counters of rare events or NULL.  */
static void add_segment(struct dump *d, const struct rg_seg *seg, const UWord *counter, const UWord *slots)
{
    UWord count = *counter, executed = rg_opt.cache_sim ? count : count - rg_uncounted(counter);

    for (UInt i = seg->first; i < seg->first + seg->n; i++)
        *cost_of(d, i, RG_IR) += executed - rg_fault_missing(counter, i);
    for (UInt k = 0; seg->sim && k < seg->sim->n; k++) {
        const struct rg_access *a = &seg->sim->accesses[k];
        enum rg_event events[RG_MAX_SLOTS], e = rg_sb_static_event(a);
        UInt n = slots ? rg_sim_slots(a, events) : 0;
        if (e != RG_IR)
            *cost_of(d, a->instr, e) += count - rg_fault_missing(counter, a->instr);
        for (UInt i = 0; i < n; i++) {
            uint64_t *cost = a->guarded ? guarded_cost(d, seg->sb, a, events[i]) : cost_of(d, a->instr, events[i]);
            if (cost)
                *cost += slots[a->slot + i];
        }
    }
}

static Bool same_line(const struct rg_line *a, const struct rg_line *b)
{
    return a->file == b->file && a->line == b->line && a->inlined == b->inlined;
}

/* Hands the costs of SB's instructions to the profile, together for those on one line.  */
static void flush_costs(struct dump *d, const struct rg_sb *sb, struct rg_node node, const struct rg_fn *fn)
{
    PtrdiffT off = sb->off;

    for (UInt i = 0; i < sb->n_instrs;) {
        const struct rg_line *l = &sb->lines[i];
        struct rg_pos pos = pos_of(d, l, fn->file, off);
        uint64_t *cost = &d->costs[i * rg_ev.n], executed = *cost_of(d, i, RG_IR);
        off += sb->ilen[i++];
        while (i < sb->n_instrs && !rg_opt.dump_instr && same_line(&sb->lines[i], l)) {
            for (UInt e = 0; e < rg_ev.n; e++)
                cost[e] += d->costs[i * rg_ev.n + e];
            off += sb->ilen[i++];
        }
        rg_inline_cost(d->inlines, node, pos, l->inlined, executed, cost);
    }
}

static void clear_costs(struct dump *d, const struct rg_sb *sb)
{
    UInt n = sb->n_instrs * rg_ev.n;

    if (n > d->costs_room) {
        d->costs_room = 2 * n;
        d->costs = VG_(realloc)("rg.dump.costs", d->costs, d->costs_room * sizeof *d->costs);
    }
    VG_(memset)(d->costs, 0, n * sizeof *d->costs);
}

static struct rg_pos exit_pos(struct dump *d, const struct rg_exit *x)
{
    PtrdiffT off = x->sb->off + (rg_sb_instr_addr(x->sb, x->instr) - x->sb->addr);
    return pos_of(d, &x->sb->lines[x->instr], "???", off);
}

static UInt inlined_at(const struct rg_exit *x) { return x->sb->lines[x->instr].inlined; }

/* The costs at WORDS: Ir, then those of lanes, STRIDE words apart.  Returns whether there are any.  */
static Bool gather(uint64_t *cost, const UWord *words, UInt stride)
{
    Bool any = False;

    for (UInt c = 0; c < rg_ev.n; c++) {
        enum rg_event e = rg_ev.in_column[c];
        cost[c] = 0;
        if (rg_event_is_late(e))
            continue;
        cost[c] = words[e == RG_IR ? 0 : (1 + rg_ev.lane[e]) * stride];
        any |= cost[c] != 0;
    }
    return any;
}

/* What the function of NODE allocates by the call at WORDS, from exit X.  */
static void add_heap(struct dump *d, const struct rg_exit *x, struct rg_node node, const UWord *words)
{
    uint64_t cost[RG_N_EVENTS] = {0};

    if (d->heap && rg_heapevents_put(cost, rg_heapcost_self(d->heap, (Addr)words)))
        rg_inline_cost(d->inlines, node, exit_pos(d, x), inlined_at(x), 0, cost);
}

static void add_calls(struct dump *d, const struct rg_exit *x, const struct rg_fn *caller, struct rg_place *to,
                      const UWord *words)
{
    UInt n = rg_n_levels;
    struct rg_line target = {NULL, 0, 0};
    Bool looked_up = False;

    for (UInt from = 0; from < n; from++)
        for (UInt level = 0; level < n; level++) {
            const UWord *calls = words + from + n * level;
            struct rg_node node;
            uint64_t incl[RG_N_EVENTS];
            if (!gather(incl, calls + n * n, n * n))
                continue;
            node = (struct rg_node){fn_id(d, caller), from + 1};
            if (d->heap)
                rg_heapevents_put(incl, rg_heapcost_incl(d->heap, (Addr)calls));
            if (!looked_up)
                target = rg_where_of(to);
            looked_up = True;
            rg_inline_call(d->inlines, node, exit_pos(d, x), inlined_at(x), (struct rg_node){fn_id(d, rg_place_fn(to)), level + 1},
                           pos_of(d, &target, rg_place_fn(to)->file, to->off), *calls, incl);
            add_heap(d, x, node, calls);
        }
}

/* The self cost of SB in one level of a block.  */
static void add_level(struct dump *d, const struct rg_sb *sb, const UWord *block, struct rg_node node, const struct rg_fn *fn)
{
    UInt level = node.level - 1;
    const UWord *slots = sb->n_slots ? (const UWord *)block[1 + level] : NULL;

    clear_costs(d, sb);
    for (UInt i = 0; i < sb->n_segs; i++) {
        UWord count = block[sb->segs[i].word + level];
        if (count || slots)
            add_segment(d, &sb->segs[i], &block[sb->segs[i].word + level], slots);
    }
    flush_costs(d, sb, node, fn);
}

/* callgrind writes nothing of a superblock that was begun but never left for another.  */
static Bool never_finished(const struct rg_sb *sb, const UWord *block, UInt level)
{
    const UWord *counter = &block[sb->segs[0].word + level];
    return rg_opt.compat_callgrind && *counter <= rg_uncounted(counter);
}

/* The counters of SB in one context.  */
static void add_block(struct dump *d, struct rg_sb *sb, UWord home, const UWord *block)
{
    struct rg_ctx *ctx = rg_ctx_of(home);

    if (home < RG_HOME_FIRST || ctx->tid != d->tid)
        return;
    for (UInt level = 0; sb->n_segs > 0 && level < rg_n_levels; level++) {
        UWord count = block[sb->segs[0].word + level];
        d->superblocks += count;
        if (count && !never_finished(sb, block, level))
            add_level(d, sb, block, (struct rg_node){fn_id(d, ctx->fn), level + 1}, ctx->fn);
    }
    for (UInt i = 0; i < sb->n_exits; i++)
        if (sb->exits[i].has_edge)
            add_calls(d, &sb->exits[i], ctx->fn, sb->exits[i].to, block + sb->exits[i].edge_word);
}

static UWord home_of_block(const struct rg_sb *sb, const UWord *block)
{
    for (const struct rg_copy *c = sb->copies; c; c = c->next)
        if (c->block == block)
            return c->home;
    return sb->block[0];
}

static void add_edge(struct dump *d, const struct rg_edge *e)
{
    UWord home = home_of_block(e->exit->sb, e->block);
    struct rg_ctx *ctx = rg_ctx_of(home);

    if (home < RG_HOME_FIRST || ctx->tid != d->tid)
        return;
    if (e->to) {
        add_calls(d, e->exit, ctx->fn, e->to, e->words);
        return;
    }
    for (UInt level = 0; level < rg_n_levels; level++) {
        const struct rg_exit *last = &e->exit->sb->exits[e->exit->sb->n_exits - 1];
        uint64_t cost[RG_N_EVENTS];
        add_heap(d, last, (struct rg_node){fn_id(d, ctx->fn), level + 1}, e->words + level);
        if (never_finished(e->exit->sb, e->block, level))
            continue;
        if (gather(cost, e->words + level, rg_n_levels))
            rg_inline_cost(d->inlines, (struct rg_node){fn_id(d, ctx->fn), level + 1}, exit_pos(d, last), inlined_at(last), 0,
                           cost);
    }
}

/* Functions that nothing called, and that allocate.  */
static void add_heap_of_first(struct dump *d)
{
    for (UWord home = RG_HOME_FIRST; d->heap && home < 8 * rg_ctx_n(); home += 8) {
        const struct rg_ctx *ctx = rg_ctx_of(home);
        uint64_t cost[RG_N_EVENTS] = {0};
        if (ctx->tid == d->tid && rg_heapevents_put(cost, rg_heapcost_self(d->heap, home)))
            rg_profile_cost(d->profile, (struct rg_node){fn_id(d, ctx->fn), 1},
                            (struct rg_pos){file_id(d, ctx->fn->file), 0, 0}, cost);
    }
}

static void add_all(struct dump *d)
{
    for (UWord i = 0; i < rg_sb_count(); i++) {
        struct rg_sb *sb = rg_sb_nth(i);
        if (sb->block[0] == RG_HOME_UNBOUND)
            continue;
        rg_where_resolve(sb);
        add_block(d, sb, sb->block[0], sb->block);
        for (const struct rg_copy *c = sb->copies; c; c = c->next)
            add_block(d, sb, c->home, c->block);
        for (const struct rg_edge *e = sb->edges; e; e = e->next)
            add_edge(d, e);
        rg_where_release(sb);
    }
}

static void dump_make(struct dump *d, UInt tid)
{
    const struct rg_inlined *inlined;
    UInt n_inlined;

    *d = (struct dump){.tid = tid};
    d->profile = rg_profile_new(rg_ev.n);
    d->fn_ids = RG_ALLOC("rg.dump.fns", (rg_code_n_fns() + 64) * sizeof *d->fn_ids);
    rg_profile_set_positions(d->profile, rg_opt.dump_line, rg_opt.dump_instr);
    d->names = rg_symbols_names();
    inlined = rg_where_inlined(d->profile, d->names, &n_inlined);
    d->inlines = rg_inline_new(d->profile, inlined, n_inlined, rg_n_levels);
    d->heap = rg_opt.heap_events ? rg_heapevents_costs() : NULL;
    add_all(d);
    add_heap_of_first(d);
    rg_heapcost_free(d->heap);
    if (d->names)
        d->own = rg_own_new(d->profile, d->names);
    rg_inline_finish(d->inlines, d->own);
    rg_profile_finish(d->profile);
    if (d->own)
        rg_own_finish(d->own);
    if (d->names)
        d->groups = rg_groups_new(d->profile, d->names, d->own);
}

static void dump_free(struct dump *d)
{
    if (d->names) {
        rg_own_free(d->own);
        rg_groups_free(d->groups);
        rg_names_free(d->names);
    }
    rg_profile_free(d->profile);
    VG_(free)(d->fn_ids);
    VG_(free)(d->costs);
}

/* ---- the file ---- */

static HChar *out_file;
static Int out_pid;
static HChar *command;

/* The lines about simulated caches.  */
struct header {
    struct rg_buf texts[RG_N_CACHES];
    const char *desc[RG_N_CACHES + 1];
    const char *event_defs[RG_SIMTEXT_MAX_DEFS + 1];
};

static void header_make(struct header *h)
{
    static const HChar *const units[] = {
        [RG_SYSTIME_NO] = "ms", [RG_SYSTIME_YES] = "ms", [RG_SYSTIME_MSEC] = "ms", [RG_SYSTIME_USEC] = "us", [RG_SYSTIME_NSEC] = "ns"};

    *h = (struct header){0};
    for (UInt i = 0; rg_opt.cache_sim && i < RG_N_CACHES; i++) {
        rg_buf_init(&h->texts[i], "rg.dump.desc");
        rg_simtext_desc(&h->texts[i], rg_sim_cache_names[i], &rg_sim_caches[i]);
        h->desc[i] = rg_buf_cstr(&h->texts[i]);
    }
    rg_simtext_event_defs(rg_ev.names, rg_ev.n, units[rg_opt.collect_systime], !rg_opt.compat_callgrind, h->event_defs);
}

static void header_free(struct header *h)
{
    for (UInt i = 0; rg_opt.cache_sim && i < RG_N_CACHES; i++)
        rg_buf_free(&h->texts[i]);
}

static void write_profile(struct dump *d, const HChar *path, Int thread, const HChar *trigger)
{
    struct rg_out *out = rg_out_open(path);
    HChar creator[64];
    struct rg_cgwrite_options opt = {
        .creator = creator,
        .cmd = command,
        .trigger = trigger,
        .events = rg_ev.names,
        .bb_to = d->superblocks,
        .pid = VG_(getpid)(),
        .part = 1,
        .thread = thread,
        .dump_line = rg_opt.dump_line,
        .dump_instr = rg_opt.dump_instr,
        .compress_strings = rg_opt.compress_strings,
        .compress_pos = rg_opt.compress_pos,
    };
    uint64_t summary[RG_N_EVENTS];
    struct header header;

    header_make(&header);
    opt.desc = header.desc;
    opt.event_defs = header.event_defs;
    rg_threads_total(summary);
    for (UInt i = 0; i < rg_ev.n; i++)
        if (rg_event_is_late(rg_ev.in_column[i]))
            summary[i] = rg_profile_totals(d->profile)[i];
    if (rg_opt.compat_callgrind && !thread)
        opt.summary = summary;
    VG_(sprintf)(creator, "rustgrind-%s", PACKAGE_VERSION);
    if (rg_cgwrite(d->profile, &opt, rg_out_sink, out) && d->groups)
        rg_groups_write(d->groups, rg_out_sink, out);
    rg_leakcheck_write(rg_out_sink, out);
    rg_heapreport_write(rg_out_sink, out);
    rg_out_close(out);
    header_free(&header);
}

static HChar *command_line(void)
{
    SizeT n = VG_(strlen)(VG_(args_the_exename)) + 1;
    HChar *s, *p;

    for (Word i = 0; i < VG_(sizeXA)(VG_(args_for_client)); i++)
        n += 1 + VG_(strlen)(*(HChar **)VG_(indexXA)(VG_(args_for_client), i));
    p = s = VG_(malloc)("rg.cmd", n);
    p += VG_(sprintf)(p, "%s", VG_(args_the_exename));
    for (Word i = 0; i < VG_(sizeXA)(VG_(args_for_client)); i++)
        p += VG_(sprintf)(p, " %s", *(HChar **)VG_(indexXA)(VG_(args_for_client), i));
    return s;
}

/* Sets out_file for this process; a forked child has its own.  */
static void name_output(void)
{
    if (out_file && out_pid == VG_(getpid)())
        return;
    out_pid = VG_(getpid)();
    VG_(free)(out_file);
    out_file = VG_(expand_file_name)(rg_opt.out_file_option, rg_opt.out_file);
}

/* The file exists, empty, while the program runs: a bad path is told before the run, not after it.  */
void rg_dump_init(void)
{
    command = command_line();
    name_output();
    rg_out_create(out_file);
}

/* ---- the end of the run ---- */

static void print_line(void *arg, const char *line)
{
    (void)arg;
    VG_(umsg)("%s\n", line);
}

static bool passes_on(const void *groups, uint32_t fn, uint64_t self) { return rg_groups_passes_on(groups, fn, self); }

static void print_summary(struct dump *d)
{
    Bool rust = d->groups && rg_groups_has_rust(d->groups);

    rg_simtext_summary(rg_ev.names, rg_profile_totals(d->profile), rg_ev.n, print_line, NULL);
    VG_(umsg)("\n");
    rg_report_functions(d->profile, 0, REPORT_ROWS, rust ? passes_on : NULL, d->groups, print_line, NULL);
    VG_(umsg)("\n");
    if (!rust)
        return;
    rg_groups_print_generics(d->groups, 0, REPORT_ROWS, print_line, NULL);
    VG_(umsg)("\n");
    rg_groups_print_crates(d->groups, 0, REPORT_ROWS, print_line, NULL);
    VG_(umsg)("\n");
    if (!rg_own_any(d->own))
        return;
    rg_own_print(d->own, 0, REPORT_ROWS, print_line, NULL);
    VG_(umsg)("\n");
}

static void print_where(const HChar *path)
{
    VG_(umsg)("Profile   : %s\n", path);
    VG_(umsg)("            kcachegrind %s\n", path);
}

/* Writes the profiles; with TEXT, tells the user, too.  */
static void dump_threads(const HChar *trigger, Bool text, Bool final)
{
    HChar *path = VG_(malloc)("rg.path", VG_(strlen)(out_file) + 16);

    if (final)
        rg_leakcheck_final();
    for (UInt tid = 1; tid < VG_N_THREADS; tid++) {
        struct dump d;
        if (!rg_thread_of(tid)->used)
            continue;
        dump_make(&d, tid);
        VG_(sprintf)(path, "%s-%02u", out_file, tid);
        write_profile(&d, path, tid, trigger);
        if (text) {
            print_summary(&d);
            print_where(path);
        }
        dump_free(&d);
    }
    VG_(free)(path);
}

static void dump_process(const HChar *trigger, Bool text, Bool final)
{
    struct dump d;

    Bool check_last = final && rg_opt.heap && !rg_opt.heap_events; /* the profile does not need what the check finds */

    if (final && rg_opt.heap_events)
        rg_leakcheck_final();
    dump_make(&d, 0);
    if (check_last && text)
        print_summary(&d);
    if (check_last)
        rg_leakcheck_final();
    write_profile(&d, out_file, 0, trigger);
    if (text && !check_last)
        print_summary(&d);
    if (text)
        print_where(out_file);
    dump_free(&d);
}

static void dump_all(const HChar *trigger, Bool text, Bool final)
{
    rg_jit_name_functions();
    rg_where_begin();
    if (rg_opt.separate_threads)
        dump_threads(trigger, text, final);
    else
        dump_process(trigger, text, final);
    rg_where_end();
}

/* The program replaces itself: what was collected is written as it stands.  Children that were forked to run another program
   leave no profile.  */
void rg_dump_before_exec(void)
{
    Bool dropped;

    if (out_pid != VG_(getpid)())
        return;
    rg_threads_add_active(1);
    dropped = rg_events_drop_leaks(True); /* there is no check */
    rg_unused_count_live(1);
    dump_all("execve", False, False);
    if (dropped)
        rg_events_drop_leaks(False);
    rg_unused_count_live(-1);
    rg_threads_add_active(-1);
}

void rg_dump_final(void)
{
    name_output();
    dump_all("Program termination", VG_(clo_verbosity) > 0 && !VG_(clo_xml), True);
}
