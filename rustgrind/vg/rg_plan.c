/* rg_plan.c - cuts a superblock into segments.

   SPDX-License-Identifier: GPL-2.0-or-later

   When only instructions are counted, a segment ends with every instruction that has an exit.  With simulation it ends right
   before every exit, so that what an instruction does behind its exit is apart; and it has at most RG_MAX_ACCESSES accesses,
   because callgrind looks at accesses in groups of that size, and loses those of a group that is left by a fault.  Accesses
   that may not happen (guarded loads and stores) are segments of their own.  A read that is followed by a write of the same
   place in the same instruction is one access, a write, as in callgrind.

   Accesses one after another that are relative to the same address, and all within the length of a line, are a *group*: if the
   lines of its lowest and its highest byte are in the cache, all of it is.  Pushes, pops and copies of structs are such.  So is
   a wide access by itself, because a quarter or half of those of memcpy and memcmp straddle lines.  */
#include "rg_plan.h"

#include "rg_events.h"
#include "rg_sim.h"

static struct rg_plan plan;

/* A temporary's value as an offset from another one's, or a constant.  */
struct origin {
    Int tmp; /* NO_TMP: a constant */
    Long off;
};

enum { NO_TMP = -1 };

static struct origin *origins; /* by temporary */

/* Room for one more superblock of N statements.  A statement makes at most three accesses, and each of these an end and a
   beginning.  */
static void make_room(Int n)
{
    static Int room;

    if (n <= room)
        return;
    room = 2 * n;
    plan.steps = VG_(realloc)("rg.plan", plan.steps, 9 * room * sizeof *plan.steps);
    plan.segs = VG_(realloc)("rg.plan", plan.segs, 3 * room * sizeof *plan.segs);
    plan.accesses = VG_(realloc)("rg.plan", plan.accesses, 3 * room * sizeof *plan.accesses);
}

struct planner {
    const IRSB *in;
    Int stmt;        /* now */
    Int begin;       /* statement before which the present segment begins */
    UInt instr;      /* instructions seen */
    Int last_exit;   /* statement, or -1 */
    Bool inverted;   /* VEX has inverted the last exit */
    Addr off, len;   /* of the present instruction, in the superblock */
    Addr addr;
    UWord last_line; /* of the present segment, + 1 */
    struct rg_plan_seg *seg;
    UInt first_step; /* of the present segment */
    UInt queued;
};

static struct rg_step *step(struct planner *p, enum rg_step_kind kind)
{
    struct rg_step *s = &plan.steps[plan.n_steps++];

    *s = (struct rg_step){.kind = kind, .stmt = p->stmt, .seg = plan.n_segs};
    return s;
}

static void seg_begin(struct planner *p, Int stmt)
{
    p->seg = &plan.segs[plan.n_segs];
    *p->seg = (struct rg_plan_seg){.first = p->instr, .access = plan.n_accesses};
    p->first_step = plan.n_steps;
    step(p, RG_STEP_BEGIN)->stmt = stmt;
    p->queued = 0;
    p->last_line = 0;
}

/* The present segment ends here, and one begins before statement NEXT.  A segment without anything is none.  */
static void seg_cut(struct planner *p, Int next)
{
    p->seg->n_access = plan.n_accesses - p->seg->access;
    if (p->seg->n == 0 && p->seg->n_access == 0) {
        plan.n_steps = p->first_step;
    } else {
        step(p, RG_STEP_END);
        plan.n_segs++;
    }
    seg_begin(p, next);
}

static struct rg_access *access_add(struct planner *p, enum rg_access_kind kind, UInt size, IRExpr *value)
{
    struct rg_access *a;
    struct rg_step *s;

    if (p->queued == RG_MAX_ACCESSES)
        seg_cut(p, p->stmt);
    p->queued++;
    s = step(p, RG_STEP_ACCESS);
    s->access = plan.n_accesses - p->seg->access;
    s->value = value;
    a = &plan.accesses[plan.n_accesses++];
    *a = (struct rg_access){.kind = kind, .size = size, .instr = p->instr - 1, .off = p->off};
    return a;
}

static void add_instr(struct planner *p, const IRStmt *st)
{
    UInt len = st->Ist.IMark.len ? st->Ist.IMark.len : 1;
    Addr a = p->addr + p->off + p->len;

    if (rg_opt.cache_sim && p->queued == RG_MAX_ACCESSES)
        seg_cut(p, p->stmt);
    if (p->seg->n++ == 0)
        p->seg->first = p->instr;
    p->instr++;
    p->off += p->len;
    p->len = len;
    if (!rg_opt.cache_sim)
        return;
    struct rg_access *acc = access_add(p, RG_ACC_INSTR, len, NULL);
    acc->new_line = a >> rg_sim_i1_bits != p->last_line - 1 || (a + len - 1) >> rg_sim_i1_bits != p->last_line - 1;
    p->last_line = ((a + len - 1) >> rg_sim_i1_bits) + 1;
}

static void add_data(struct planner *p, enum rg_access_kind kind, UInt size, IRExpr *addr)
{
    struct rg_access *last = &plan.accesses[plan.n_accesses - 1];

    if (!rg_opt.cache_sim)
        return;
    size = rg_sim_clip(size);
    if (kind == RG_ACC_WRITE && p->queued > 0 && last->kind == RG_ACC_READ && last->size == size && last->instr == p->instr - 1 &&
        eqIRAtom(plan.steps[plan.n_steps - 1].value, addr)) {
        last->kind = RG_ACC_WRITE;
        return;
    }
    access_add(p, kind, size, addr);
}

static void add_bus(struct planner *p)
{
    if (rg_opt.collect_bus)
        access_add(p, RG_ACC_BUS, 0, NULL);
}

static void add_guarded(struct planner *p, enum rg_access_kind kind, IRType ty, IRExpr *addr, IRExpr *guard)
{
    if (!rg_opt.cache_sim)
        return;
    seg_cut(p, p->stmt);
    access_add(p, kind, rg_sim_clip(sizeofIRType(ty)), addr)->guarded = True;
    plan.steps[plan.n_steps - 1].guard = guard;
    seg_cut(p, p->stmt);
}

static void add_exit(struct planner *p, const IRStmt *st)
{
    IRJumpKind jk = st->Ist.Exit.jk;

    if (rg_opt.branch_sim && (jk == Ijk_Boring || jk == Ijk_Call || jk == Ijk_Ret)) {
        access_add(p, RG_ACC_COND, 0, st->Ist.Exit.guard);
        plan.steps[plan.n_steps - 1].inverted = p->inverted && p->stmt == p->last_exit;
    }
    seg_cut(p, p->stmt + 1);
}

static void add_cas(struct planner *p, const IRCAS *cas)
{
    UInt size = sizeofIRType(typeOfIRExpr(p->in->tyenv, cas->dataLo)) * (cas->dataHi ? 2 : 1);

    add_data(p, RG_ACC_READ, size, cas->addr);
    add_data(p, RG_ACC_WRITE, size, cas->addr);
    add_bus(p);
}

static void add_dirty(struct planner *p, const IRDirty *d)
{
    if (d->mFx == Ifx_Read || d->mFx == Ifx_Modify)
        add_data(p, RG_ACC_READ, d->mSize, d->mAddr);
    if (d->mFx == Ifx_Write || d->mFx == Ifx_Modify)
        add_data(p, RG_ACC_WRITE, d->mSize, d->mAddr);
}

static void add_guarded_load(struct planner *p, const IRLoadG *lg)
{
    IRType wide, ty = Ity_INVALID;

    typeOfIRLoadGOp(lg->cvt, &wide, &ty);
    add_guarded(p, RG_ACC_READ, ty, lg->addr, lg->guard);
}

static void add_stmt(struct planner *p, const IRStmt *st)
{
    IRTypeEnv *env = p->in->tyenv;

    switch (st->tag) {
    case Ist_IMark: add_instr(p, st); break;
    case Ist_Exit: add_exit(p, st); break;
    case Ist_WrTmp:
        if (st->Ist.WrTmp.data->tag == Iex_Load)
            add_data(p, RG_ACC_READ, sizeofIRType(st->Ist.WrTmp.data->Iex.Load.ty), st->Ist.WrTmp.data->Iex.Load.addr);
        break;
    case Ist_Store: add_data(p, RG_ACC_WRITE, sizeofIRType(typeOfIRExpr(env, st->Ist.Store.data)), st->Ist.Store.addr); break;
    case Ist_StoreG: {
        const IRStoreG *sg = st->Ist.StoreG.details;
        add_guarded(p, RG_ACC_WRITE, typeOfIRExpr(env, sg->data), sg->addr, sg->guard);
        break;
    }
    case Ist_LoadG: add_guarded_load(p, st->Ist.LoadG.details); break;
    case Ist_CAS: add_cas(p, st->Ist.CAS.details); break;
    case Ist_Dirty: add_dirty(p, st->Ist.Dirty.details); break;
    default: break;
    }
}

/* Finds the last exit, and whether it is one that VEX has inverted: it goes to the next instruction.  */
static void find_last_exit(struct planner *p, Int first)
{
    Addr next = 0;

    p->last_exit = -1;
    for (Int i = first; i < p->in->stmts_used; i++) {
        const IRStmt *st = p->in->stmts[i];
        if (st->tag == Ist_IMark) {
            next = st->Ist.IMark.addr + st->Ist.IMark.len;
            p->inverted = False;
        } else if (st->tag == Ist_Exit) {
            p->last_exit = i;
            p->inverted = st->Ist.Exit.dst->Ico.U64 == next;
        }
    }
}

/* Segments without simulation: they begin behind the mark of their first instruction.  */
static void plan_plain(struct planner *p, Int first)
{
    Bool open = False, exits = False;

    for (Int i = first; i < p->in->stmts_used; i++) {
        const IRStmt *st = p->in->stmts[i];
        if (st->tag == Ist_Exit)
            exits = True;
        if (st->tag != Ist_IMark)
            continue;
        if (!open || exits) {
            plan.segs[plan.n_segs] = (struct rg_plan_seg){.first = p->instr};
            p->stmt = i + 1;
            step(p, RG_STEP_BEGIN);
            plan.n_segs++;
        }
        open = True;
        exits = False;
        plan.segs[plan.n_segs - 1].n++;
        p->instr++;
    }
}

static void plan_simulated(struct planner *p, Int first)
{
    const IRSB *in = p->in;

    find_last_exit(p, first);
    seg_begin(p, first);
    for (Int i = first; i < in->stmts_used; i++) {
        p->stmt = i;
        add_stmt(p, in->stmts[i]);
    }
    p->stmt = in->stmts_used;
    if (rg_opt.branch_sim && (in->jumpkind == Ijk_Boring || in->jumpkind == Ijk_Call) && in->next->tag == Iex_RdTmp)
        access_add(p, RG_ACC_INDIRECT, 0, in->next);
    seg_cut(p, p->stmt);
    plan.n_steps = p->first_step;
}

/* ---- groups ---- */

static struct origin origin_of(const IRExpr *e)
{
    if (e->tag == Iex_RdTmp)
        return origins[e->Iex.RdTmp.tmp];
    return (struct origin){NO_TMP, e->Iex.Const.con->Ico.U64};
}

static Bool is_offset(const IRExpr *e)
{
    return e->tag == Iex_Binop && (e->Iex.Binop.op == Iop_Add64 || e->Iex.Binop.op == Iop_Sub64) &&
           e->Iex.Binop.arg1->tag == Iex_RdTmp && e->Iex.Binop.arg2->tag == Iex_Const;
}

static void find_origins(const IRSB *in, Int first)
{
    static Int room;

    if (in->tyenv->types_used > room) {
        room = 2 * in->tyenv->types_used;
        origins = VG_(realloc)("rg.plan", origins, room * sizeof *origins);
    }
    for (Int t = 0; t < in->tyenv->types_used; t++)
        origins[t] = (struct origin){t, 0};
    for (Int i = first; i < in->stmts_used; i++) {
        const IRStmt *st = in->stmts[i];
        if (st->tag != Ist_WrTmp || typeOfIRTemp(in->tyenv, st->Ist.WrTmp.tmp) != Ity_I64)
            continue;
        struct origin *o = &origins[st->Ist.WrTmp.tmp];
        const IRExpr *e = st->Ist.WrTmp.data;
        if (e->tag == Iex_RdTmp)
            *o = origin_of(e);
        if (!is_offset(e))
            continue;
        Long n = e->Iex.Binop.arg2->Iex.Const.con->Ico.U64;
        *o = origin_of(e->Iex.Binop.arg1);
        o->off += e->Iex.Binop.op == Iop_Add64 ? n : -n;
    }
}

struct group {
    UInt n;
    UInt steps[RG_MAX_ACCESSES];
    struct rg_step *low, *high;
    struct origin origin; /* of the lowest byte */
    Long end;             /* offset behind the highest */
};

static struct rg_access *access_of(const struct rg_step *s) { return &plan.accesses[plan.segs[s->seg].access + s->access]; }

enum { WIDE = 16 };

/* Gives the group the words for its addresses: one for a single access, else those of its lowest and highest byte.  */
static void group_close(struct group *g)
{
    struct rg_plan_seg *seg;
    Bool paired;

    if (g->n == 0)
        return;
    paired = g->n > 1 || (access_of(g->high)->size >= WIDE && rg_sim_may_group());
    seg = &plan.segs[plan.steps[g->steps[0]].seg];
    for (UInt i = 0; i < g->n; i++) {
        struct rg_step *s = &plan.steps[g->steps[i]];
        access_of(s)->word = seg->n_words;
        access_of(s)->delta = origin_of(s->value).off - g->origin.off;
        access_of(s)->group = seg->n_groups;
    }
    seg->n_words += paired ? 2 : 1;
    seg->n_groups++;
    if (paired) {
        IRExpr *low = g->low->value, *high = g->high->value;
        UInt high_size = access_of(g->high)->size;
        for (UInt i = 0; i < g->n; i++)
            plan.steps[g->steps[i]].value = NULL;
        struct rg_step *last = &plan.steps[g->steps[g->n - 1]];
        last->value = low;
        last->high = high;
        last->high_size = high_size;
    }
    g->n = 0;
}

static void group_add(struct group *g, UInt step)
{
    struct rg_step *s = &plan.steps[step];
    struct origin o = origin_of(s->value);
    Long end = o.off + access_of(s)->size;

    if (g->n > 0) {
        Long low = o.off < g->origin.off ? o.off : g->origin.off, high = end > g->end ? end : g->end;
        if (o.tmp != g->origin.tmp || high - low > (Long)1 << rg_sim_d1_bits || !rg_sim_may_group())
            group_close(g);
    }
    if (g->n == 0 || o.off < g->origin.off) {
        g->origin = o;
        g->low = s;
    }
    if (g->n == 0 || end > g->end) {
        g->end = end;
        g->high = s;
    }
    g->steps[g->n++] = step;
}

static void find_groups(void)
{
    struct group g = {0};

    for (UInt i = 0; i < plan.n_steps; i++) {
        const struct rg_step *s = &plan.steps[i];
        if (s->kind != RG_STEP_ACCESS) {
            group_close(&g);
            continue;
        }
        const struct rg_access *a = access_of(s);
        if ((a->kind == RG_ACC_READ || a->kind == RG_ACC_WRITE) && !a->guarded)
            group_add(&g, i);
    }
    group_close(&g);
}

/* Numbers the counters of rare events.  */
static void number_slots(void)
{
    plan.n_slots = 0;
    for (UInt i = 0; i < plan.n_accesses; i++) {
        plan.accesses[i].slot = plan.n_slots;
        plan.n_slots += rg_sim_n_slots(&plan.accesses[i]);
    }
}

const struct rg_plan *rg_plan_make(const IRSB *in, Int first)
{
    struct planner p = {.in = in, .addr = in->stmts[first]->Ist.IMark.addr + in->stmts[first]->Ist.IMark.delta};

    make_room(in->stmts_used - first + 2);
    plan.n_steps = plan.n_segs = plan.n_accesses = 0;
    if (rg_ev.n == 1)
        plan_plain(&p, first);
    else
        plan_simulated(&p, first);
    if (rg_opt.cache_sim) {
        find_origins(in, first);
        find_groups();
    }
    number_slots();
    return &plan;
}

const struct rg_plan *rg_plan_last(void) { return &plan; }
