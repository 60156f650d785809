/* rg_sb.c - superblocks: their shape, their counters, and the memory for both.

   SPDX-License-Identifier: GPL-2.0-or-later

   A superblock is known by its address and shape (lengths of its instructions, its exits).  It is never forgotten: when its
   translation was thrown away and is made again, it finds its counters.  Code that was changed in place has another shape or
   goes on with the same counters.  */
#include "rg_events.h"
#include "rg_plan.h"
#include "rg_sim.h"

/* ---- memory ---- */

/* Counters in .bss first: the tool is linked below 2 GB.  */
enum { RESERVE_WORDS = 24 << 20, CHUNK_WORDS = 1 << 20, POOL_CHUNK = 1 << 18 };

/* In rg_site.dst: no code is at that address.  */
enum { NO_TARGET = 1 };

static UWord reserve[RESERVE_WORDS];

UWord *rg_arena_words(SizeT n)
{
    static UWord *next = reserve, *end = reserve + RESERVE_WORDS;
    UWord *words;

    if ((SizeT)(end - next) < n) {
        SizeT size = n > CHUNK_WORDS ? n : CHUNK_WORDS;
        next = rg_compat_shadow_alloc(size * sizeof(UWord));
        if (!next) {
            VG_(umsg)("rustgrind: out of memory for counters (%lu bytes)\n", size * sizeof(UWord));
            VG_(exit)(1);
        }
        end = next + size;
    }
    words = next;
    next += n;
    return words;
}

void *rg_pool(SizeT n)
{
    static UChar *next, *end;
    void *p;

    n = (n + 7) & ~(SizeT)7;
    if ((SizeT)(end - next) < n) {
        SizeT size = n > POOL_CHUNK ? n : POOL_CHUNK;
        next = RG_ALLOC("rg.pool", size);
        end = next + size;
    }
    p = next;
    next += n;
    return p;
}

/* ---- the table ---- */

static XArray *all;
static struct rg_sb **by_addr;
static UWord n_buckets;

static UWord bucket(Addr a) { return (a * 0x9e3779b97f4a7c15ULL >> 20) & (n_buckets - 1); }

UWord rg_sb_count(void) { return all ? VG_(sizeXA)(all) : 0; }
struct rg_sb *rg_sb_nth(UWord i) { return *(struct rg_sb **)VG_(indexXA)(all, i); }

void rg_sb_register(struct rg_sb *sb)
{
    if (!all)
        all = VG_(newXA)(VG_(malloc), "rg.sb.ids", VG_(free), sizeof sb);
    VG_(addToXA)(all, &sb);
}

static void table_grow(void)
{
    struct rg_sb **old = by_addr;
    UWord n_old = n_buckets;

    n_buckets = n_old ? 4 * n_old : 4096;
    by_addr = RG_ALLOC("rg.sb.table", n_buckets * sizeof *by_addr);
    for (UWord i = 0; i < n_old; i++)
        for (struct rg_sb *sb = old[i], *next; sb; sb = next) {
            next = sb->next_hash;
            sb->next_hash = by_addr[bucket(sb->addr)];
            by_addr[bucket(sb->addr)] = sb;
        }
    VG_(free)(old);
}

struct rg_place *rg_sb_place(struct rg_sb *sb)
{
    if (!sb->place)
        sb->place = rg_place_of_executed(sb->addr);
    return sb->place;
}

Addr rg_sb_instr_addr(const struct rg_sb *sb, UInt instr)
{
    Addr a = sb->addr;
    for (UInt i = 0; i < instr; i++)
        a += sb->ilen[i];
    return a;
}

struct rg_site *rg_exit_site(struct rg_exit *x)
{
    if (!x->site) {
        x->site = rg_pool(sizeof *x->site);
        x->site->dst = NO_TARGET;
        x->site->words = rg_trash_words;
    }
    return x->site;
}

/* Code in [A, A+LEN) is going away: what remembers going there forgets it, since other code may come to the same place.  */
void rg_sb_forget_targets(Addr a, SizeT len)
{
    for (UWord i = 0; i < rg_sb_count(); i++) {
        struct rg_sb *sb = rg_sb_nth(i);
        for (UInt k = 0; k < sb->n_exits; k++) {
            struct rg_site *site = sb->exits[k].site;
            if (!site)
                continue;
            if (site->dst - a < len)
                site->dst = NO_TARGET;
            if (site->quiet_lo < a + len && site->quiet_lo + site->quiet_len > a)
                site->quiet_len = 0;
        }
    }
}

/* ---- shape ---- */

static UChar exit_kind(IRJumpKind jk) { return jk == Ijk_Call ? RG_CALL : jk == Ijk_Ret ? RG_RET : RG_JUMP; }
static Addr const_addr(const IRExpr *e) { return e->tag == Iex_Const ? e->Iex.Const.con->Ico.U64 : 0; }

/* Reads the shape of IN into SB, whose arrays are scratch memory that is used again for the next one.  */
static void scan(const IRSB *in, Int first, struct rg_sb *sb)
{
    static struct rg_exit *exits;
    static UChar *ilen;
    static Int room;

    if (in->stmts_used + 1 > room) {
        room = 2 * in->stmts_used + 1;
        exits = VG_(realloc)("rg.scan", exits, room * sizeof *exits);
        ilen = VG_(realloc)("rg.scan", ilen, room);
    }
    sb->exits = exits;
    sb->ilen = ilen;
    for (Int i = first; i < in->stmts_used; i++) {
        const IRStmt *st = in->stmts[i];
        if (st->tag == Ist_IMark)
            ilen[sb->n_instrs++] = st->Ist.IMark.len ? st->Ist.IMark.len : 1;
        else if (st->tag == Ist_Exit)
            exits[sb->n_exits++] = (struct rg_exit){
                .instr = sb->n_instrs - 1, .kind = exit_kind(st->Ist.Exit.jk), .dst = st->Ist.Exit.dst->Ico.U64};
    }
    exits[sb->n_exits++] =
        (struct rg_exit){.instr = sb->n_instrs - 1, .kind = exit_kind(in->jumpkind), .dst = const_addr(in->next)};
}

static Bool same_exits(const struct rg_sb *x, const struct rg_sb *y)
{
    for (UInt i = 0; i < x->n_exits; i++)
        if (x->exits[i].instr != y->exits[i].instr || x->exits[i].kind != y->exits[i].kind || x->exits[i].dst != y->exits[i].dst)
            return False;
    return True;
}

static Bool same_accesses(const struct rg_sb *x, const struct rg_plan *plan)
{
    for (UInt i = 0; i < x->n_segs; i++) {
        const struct rg_segsim *sim = x->segs[i].sim;
        const struct rg_plan_seg *seg = &plan->segs[i];
        if (x->segs[i].n != seg->n || x->segs[i].first != seg->first || (sim ? sim->n : 0) != seg->n_access ||
            (sim && VG_(memcmp)(sim->accesses, &plan->accesses[seg->access], seg->n_access * sizeof *sim->accesses) != 0))
            return False;
    }
    return True;
}

static Bool same_shape(const struct rg_sb *x, const struct rg_sb *y, const struct rg_plan *plan)
{
    return x->addr == y->addr && x->obj == y->obj && x->n_instrs == y->n_instrs && x->n_exits == y->n_exits &&
           x->n_segs == plan->n_segs && VG_(memcmp)(x->ilen, y->ilen, x->n_instrs) == 0 && same_exits(x, y) &&
           same_accesses(x, plan);
}

UInt rg_sb_static_event(const struct rg_access *a)
{
    static const UChar events[RG_N_ACC] = {
        [RG_ACC_READ] = RG_DR, [RG_ACC_WRITE] = RG_DW, [RG_ACC_COND] = RG_BC, [RG_ACC_INDIRECT] = RG_BI, [RG_ACC_BUS] = RG_GE};

    return a->guarded ? RG_IR : events[a->kind];
}

static Bool is_data(const struct rg_access *a)
{
    return (a->kind == RG_ACC_READ || a->kind == RG_ACC_WRITE) && !a->guarded;
}

static struct rg_segsim *segsim_new(const struct rg_access *accesses, UInt n)
{
    struct rg_segsim *sim;
    UInt n_data = 0;

    for (UInt i = 0; i < n; i++)
        n_data += is_data(&accesses[i]);
    sim = rg_pool(sizeof *sim + n_data * sizeof *sim->data + n * sizeof *accesses);
    sim->n = n;
    sim->accesses = (struct rg_access *)&sim->data[n_data];
    for (UInt i = 0; i < n; i++) {
        const struct rg_access *a = &accesses[i];
        UInt e = rg_sb_static_event(a);
        sim->accesses[i] = *a;
        if (e != RG_IR)
            sim->counts[rg_ev.lane[e]]++;
        if (a->kind == RG_ACC_COND || a->kind == RG_ACC_INDIRECT)
            sim->branch = i;
        if (is_data(a))
            sim->data[sim->n_data++] = (struct rg_data){a->word, a->delta, a->size, a->group, i};
    }
    return sim;
}

static void make_segments(struct rg_sb *sb, const struct rg_plan *plan, UInt *words)
{
    for (UInt i = 0; i < plan->n_segs; i++) {
        const struct rg_plan_seg *seg = &plan->segs[i];
        sb->segs[i] = (struct rg_seg){.sb = sb, .first = seg->first, .n = seg->n, .word = *words};
        *words += rg_n_levels;
        if (!seg->n_access)
            continue;
        sb->segs[i].sim = segsim_new(&plan->accesses[seg->access], seg->n_access);
        sb->segs[i].sim->n_groups = seg->n_groups;
        if (rg_opt.cache_sim)
            rg_sim_find_lines(&sb->segs[i]);
    }
}

static Bool inline_edge(const struct rg_sb *sb, const struct rg_exit *x, Bool is_last)
{
    return is_last && x->kind != RG_RET && !rg_opt.separate_threads && !sb->is_plt &&
           !(rg_opt.skip_plt && x->to->sect == Vg_SectPLT) && !rg_place_fn(x->to)->pop_on_jump;
}

static void classify(struct rg_sb *sb, struct rg_exit *x, UInt *words)
{
    x->sb = sb;
    if (!x->dst) {
        if (x->kind != RG_RET)
            rg_exit_site(x);
        return;
    }
    if (x->kind == RG_JUMP && rg_code_plain_target(sb, x->dst))
        return;
    x->to = rg_place_of(x->dst);
    if (x->kind == RG_JUMP && !rg_exit_is_call_like(sb, x->to)) {
        x->to = NULL;
        return;
    }
    if (inline_edge(sb, x, x == &sb->exits[sb->n_exits - 1])) {
        x->has_edge = True;
        x->edge_word = *words;
        *words += rg_edge_n_words();
    }
}

/* A permanent copy of the scanned superblock S, in one piece.  */
static struct rg_sb *sb_new(struct rg_sb *s, const struct rg_plan *plan)
{
    UInt words = rg_ev.n_rare ? 1 + rg_n_levels : 1;
    SizeT exits = s->n_exits * sizeof *s->exits, segs = plan->n_segs * sizeof *s->segs;
    struct rg_sb *sb = rg_pool(sizeof *sb + exits + segs + s->n_instrs);

    *sb = *s;
    sb->exits = (struct rg_exit *)(sb + 1);
    sb->segs = (struct rg_seg *)((UChar *)sb->exits + exits);
    sb->ilen = (UChar *)sb->segs + segs;
    VG_(memcpy)(sb->exits, s->exits, exits);
    VG_(memcpy)(sb->ilen, s->ilen, s->n_instrs);
    sb->n_segs = plan->n_segs;
    sb->n_slots = plan->n_slots;
    make_segments(sb, plan, &words);
    sb->length = rg_sb_instr_addr(sb, sb->n_instrs) - sb->addr;
    for (UInt i = 0; i < sb->n_exits; i++)
        classify(sb, &sb->exits[i], &words);
    sb->block_words = words;
    sb->block = rg_arena_words(words);
    sb->block[0] = RG_HOME_UNBOUND;
    for (UInt i = 0; i < sb->n_segs; i++)
        if (sb->segs[i].sim) {
            sb->segs[i].sim->rare = (UWord **)&sb->block[1];
            sb->segs[i].sim->is_plt = sb->is_plt;
        }
    return sb;
}

struct rg_sb *rg_sb_get(const IRSB *in, Int first, Addr a)
{
    struct rg_sb s = {.addr = a}, *sb, **link;
    const struct rg_plan *plan = rg_plan_make(in, first);

    if (rg_sb_count() >= n_buckets)
        table_grow();
    s.obj = rg_code_object(a, &s.off, &s.sect);
    s.is_plt = rg_opt.skip_plt && s.sect == Vg_SectPLT;
    scan(in, first, &s);
    for (link = &by_addr[bucket(a)]; (sb = *link) && !same_shape(sb, &s, plan); link = &sb->next_hash)
        ;
    if (sb) {
        *link = sb->next_hash;
    } else {
        sb = sb_new(&s, plan);
        rg_sb_register(sb);
    }
    sb->next_hash = by_addr[bucket(a)];
    by_addr[bucket(a)] = sb;
    return sb;
}

struct rg_sb *rg_sb_at(Addr a)
{
    struct rg_sb *sb = by_addr[bucket(a)];

    while (sb->addr != a)
        sb = sb->next_hash;
    return sb;
}
