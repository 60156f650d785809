/* rg_instrument.c - turns a superblock into one that counts itself.

   SPDX-License-Identifier: GPL-2.0-or-later

   What is added, in the order in which it runs:

     if (state.home != block[0]) rg_h_enter_ip()         the superblock is not at home in the current context: find its counters
     counter[segment] at (constant + state.off) += 1     at the start of every segment
     state.total += instructions of the segment
     direct call:    push an entry, all inline; a tail call, too, with rg_h_push_undo if SP is not where it must be
     indirect call:  push an entry as if it went where it went last, rg_h_push_undo if not; a tail call, too
     return:         pop an entry inline, rg_h_ret if it was the wrong one
     other exits:    nothing when the target is inside the same function, else rg_h_exit
     SP was raised:  rg_h_unwind if it has left the top entry

   That is long, and most superblocks of a large program run a few times only: translating it would take longer than it
   saves.  So a superblock begins its life *cold*: the same work is done by calls of helpers, which is short.  When it has
   run rg_hot_after times, its translation is thrown away, between two slices of the guest, and made again inline.  rustc
   compiling a hello-world, which executes 160,000 superblocks, takes 20 % less time so (make bench, rustc-hello;
   --hot-after=0 is the other way).

   Generated code reaches the state from a base register, and counters, which lie within 2 GB of it, too: short addresses.  */
#include "rg_allocs.h"
#include "rg_build.h"
#include "rg_deterministic.h"
#include "rg_fault.h"
#include "rg_plan.h"
#include "rg_sim.h"

/* ---- pieces of code ---- */

/* The superblock's home: it never changes once it is bound.  */
static IRExpr *home_of_sb(struct rg_builder *b)
{
    UWord home = b->sb->block[0];
    return home == RG_HOME_UNBOUND ? rg_b_load(b, rg_b_near(b, &b->sb->block[0])) : rg_b_cword(home);
}

/* Arguments of a guarded call are computed whether it is made or not, so this one has none: the helper finds the superblock
   by the guest's instruction pointer, which every jump to a translation has just set.  Where the call has been made before, in
   other contexts than home, it is faster to say which superblock it is.  */
static void emit_enter(struct rg_builder *b)
{
    IRExpr *home = rg_b_load(b, RG_STATE(home));
    IRExpr *away = rg_b_cmp(b, Iop_CmpNE64, home, home_of_sb(b));

    if (b->is_plt)
        away = rg_b_both(b, away, rg_b_cmp(b, Iop_CmpNE64, home, rg_b_cword(RG_HOME_SKIP)));
    if (b->ip_is_addr && !b->sb->copies)
        rg_b_call_if(b, away, 0, "rg_h_enter_ip", &rg_h_enter_ip, mkIRExprVec_0());
    else
        rg_b_call_if(b, away, 1, "rg_h_enter_sb", &rg_h_enter_sb, mkIRExprVec_1(rg_b_cword((UWord)b->sb)));
}

/* In skipped code state.off is the address of the call site's counter of instructions.  */
static IRExpr *plt_counter(struct rg_builder *b, IRExpr *counter, UWord n, IRExpr **increment)
{
    IRExpr *skip = rg_b_cmp(b, Iop_CmpEQ64, rg_b_load(b, RG_STATE(home)), rg_b_cword(RG_HOME_SKIP));
    *increment = rg_b_bind(b, IRExpr_ITE(skip, rg_b_cword(n), rg_b_cword(1)));
    return rg_b_bind(b, IRExpr_ITE(skip, rg_b_load(b, RG_STATE(off)), counter));
}

/* The address is written twice, not shared: each becomes part of an instruction.  */
static void emit_segment(struct rg_builder *b, const struct rg_seg *seg)
{
    if (b->cold) {
        rg_b_call_if(b, NULL, 1, "rg_h_segment", &rg_h_segment, mkIRExprVec_1(rg_b_cword((UWord)seg)));
        return;
    }
    IRExpr *off = b->off = b->off ? b->off : rg_b_load(b, RG_STATE(off));
    UWord word = (UWord)&b->sb->block[seg->word];

    if (b->is_plt) {
        IRExpr *increment, *counter = plt_counter(b, rg_b_plus(b, off, word), seg->n, &increment);
        rg_b_store(b, counter, rg_b_binop(b, Iop_Add64, rg_b_load(b, counter), increment));
    } else {
        rg_b_store(b, rg_b_plus(b, off, word), rg_b_plus(b, rg_b_load(b, rg_b_plus(b, off, word)), 1));
    }
    b->total = rg_b_plus(b, b->total ? b->total : rg_b_load(b, RG_STATE(total)), seg->n);
    rg_b_store(b, RG_STATE(total), b->total);
    if (seg->sim)
        rg_emit_counts(b, seg);
    if (rg_opt.compat_callgrind || rg_opt.collect_systime || rg_opt.heap_events) {
        rg_b_store(b, RG_STATE(last), rg_b_cword((UWord)seg));
        rg_b_store(b, RG_STATE(last_acc), rg_b_plus(b, off, word));
        if (seg->sim)
            rg_b_store(b, RG_STATE(done), rg_b_cword(0));
    }
}

/* What a push needs to know.  */
struct push {
    IRExpr *top;  /* entry below the new one */
    IRExpr *acc;  /* counters of the edge for level 0 of the callee are at acc + words */
    UWord words;
    IRExpr *home; /* callee's context */
    IRExpr *sp;
};

/* Takes static totals off the edge at ACC, or adds them.  */
static void emit_lanes(struct rg_builder *b, IRExpr *acc, IROp op)
{
    for (UInt i = 0; i < rg_ev.n_static; i++) {
        IRExpr *total = rg_b_load(b, RG_STATE(lanes[i])); /* becomes part of an instruction */
        UWord at = rg_square(i) * sizeof(UWord);
        /* Added twice, it is part of the address; added once, an instruction.  */
        rg_b_store(b, rg_b_plus(b, acc, at), rg_b_binop(b, op, rg_b_load(b, rg_b_plus(b, acc, at)), total));
    }
}

static void emit_push(struct rg_builder *b, const struct push *p)
{
    IRExpr *frame = rg_b_plus(b, p->top, RG_FRAME_SIZE);
    IRExpr *cell = rg_b_binop(b, Iop_Add64, rg_b_load(b, RG_STATE(cells)), p->home);
    IRExpr *lvl = rg_b_load(b, cell);
    IRExpr *acc = p->acc;
    IRExpr *next = rg_b_cword(rg_level_limit);

    /* In this order it is one instruction.  */
    if (rg_n_levels == 2)
        acc = rg_b_binop(b, Iop_Add64, acc, rg_b_bind(b, IRExpr_Binop(Iop_Shl64, lvl, IRExpr_Const(IRConst_U8(1)))));
    else if (rg_n_levels > 2) {
        acc = rg_b_binop(b, Iop_Add64, acc, rg_b_binop(b, Iop_Mul64, lvl, rg_b_cword(rg_n_levels)));
        next = rg_b_bind(b, IRExpr_ITE(rg_b_cmp(b, Iop_CmpEQ64, lvl, rg_b_cword(rg_level_limit)), lvl, rg_b_plus(b, lvl, 8)));
    }
    acc = rg_b_plus(b, acc, p->words);
    rg_b_store(b, acc, rg_b_plus(b, rg_b_load(b, acc), 1));
    emit_lanes(b, acc, Iop_Sub64);
    rg_b_store(b, RG_FRAME(frame, acc), acc);
    rg_b_store(b, RG_FRAME(frame, enter), b->total);
    rg_b_store(b, RG_FRAME(frame, sp), p->sp);
    rg_b_store(b, RG_FRAME(frame, home), p->home);
    rg_b_store(b, RG_FRAME(frame, off), lvl);
    rg_b_store(b, cell, next);
    rg_b_store(b, RG_STATE(top), frame);
    rg_b_store(b, RG_STATE(home), p->home);
    rg_b_store(b, RG_STATE(off), lvl);
}

/* State.off behind a guarded call that simulates the segment: a value that is needed on both sides of a call would be stored and
   loaded, or take a register from another one.  */
static IRExpr *off_after(struct rg_builder *b) { return rg_ev.n > 1 ? rg_b_load(b, RG_STATE(off)) : b->off; }

static void emit_direct_call(struct rg_builder *b, struct rg_exit *x)
{
    struct push p = {
        .top = rg_b_load(b, RG_STATE(top)),
        .acc = off_after(b),
        .words = (UWord)&b->sb->block[x->edge_word],
        .home = rg_b_cword(rg_ctx_home(rg_place_fn(x->to), 0)),
        .sp = rg_b_guest_sp(b),
    };
    emit_push(b, &p);
}

/* A jump that is a call: it has the SP of the entry below, if the guest's SP has not left that one (and if there is one: the
   signed comparison fails for the base).  WRONG: another reason to undo it, or NULL.  */
static void emit_tail_push(struct rg_builder *b, struct rg_exit *x, struct push *p, IRExpr *dst, IRExpr *wrong)
{
    IRExpr *sp = rg_b_guest_sp(b), *below = rg_b_load(b, RG_FRAME(p->top, sp));
    IRExpr *left = rg_b_cmp(b, Iop_CmpLT64S, below, sp);

    p->sp = rg_b_binop(b, Iop_Or64, rg_ev.n_rare ? rg_b_binop(b, Iop_And64, below, rg_b_cword(~(UWord)2)) : below, rg_b_cword(1));
    rg_b_store(b, rg_b_plus(b, p->top, RG_FRAME_SIZE + RG_OFFSET_OF(struct rg_frame, ret)), rg_b_cword(0));
    emit_push(b, p);
    rg_b_call_if(b, wrong ? rg_b_either(b, wrong, left) : left, 0, "rg_h_push_undo", &rg_h_push_undo,
            mkIRExprVec_4(rg_b_cword((UWord)x), dst, sp, b->off));
}

static void emit_tail_call(struct rg_builder *b, struct rg_exit *x)
{
    struct push p = {
        .top = rg_b_load(b, RG_STATE(top)),
        .acc = off_after(b),
        .words = (UWord)&b->sb->block[x->edge_word],
        .home = rg_b_cword(rg_ctx_home(rg_place_fn(x->to), 0)),
    };
    emit_tail_push(b, x, &p, rg_b_cword(x->dst), NULL);
}

/* What an indirect exit pushes if it goes where it went last; WRONG: it does not, or the block is not at home.  */
static struct push push_as_last(struct rg_builder *b, struct rg_exit *x, IRExpr *dst, IRExpr **wrong)
{
    IRExpr *top = rg_b_load(b, RG_STATE(top));
    IRExpr *other_dst = rg_b_binop(b, Iop_Xor64, dst, rg_b_cached(b, &x->site->dst));
    IRExpr *away = rg_b_binop(b, Iop_Xor64, rg_b_load(b, RG_STATE(home)), home_of_sb(b));

    *wrong = rg_b_cmp(b, Iop_CmpNE64, rg_b_binop(b, Iop_Or64, other_dst, away), rg_b_cword(0));
    return (struct push){
        .top = top,
        .acc = rg_b_binop(b, Iop_Add64, rg_b_cached(b, &x->site->words), rg_b_load(b, RG_FRAME(top, off))),
        .home = rg_b_cached(b, &x->site->home),
    };
}

static void emit_indirect_call(struct rg_builder *b, struct rg_exit *x, IRExpr *dst)
{
    IRExpr *wrong;
    struct push p = push_as_last(b, x, dst, &wrong);

    p.sp = rg_b_guest_sp(b);
    emit_push(b, &p);
    rg_b_call_if(b, wrong, 0, "rg_h_push_undo", &rg_h_push_undo, mkIRExprVec_4(rg_b_cword((UWord)x), dst, p.sp, b->off));
}

static void emit_indirect_tail_call(struct rg_builder *b, struct rg_exit *x, IRExpr *dst)
{
    IRExpr *wrong;
    struct push p = push_as_last(b, x, dst, &wrong);

    emit_tail_push(b, x, &p, dst, wrong);
}

static void emit_pop(struct rg_builder *b, struct rg_exit *x, IRExpr *dst)
{
    IRExpr *top = rg_b_load(b, RG_STATE(top));
    IRExpr *below = rg_b_plus(b, top, -(UWord)RG_FRAME_SIZE);
    IRExpr *acc = rg_b_load(b, RG_FRAME(top, acc));
    UWord incl = 8 * rg_n_levels * rg_n_levels;
    IRExpr *cost = rg_b_binop(b, Iop_Sub64, b->total, rg_b_load(b, RG_FRAME(top, enter)));
    IRExpr *sp = rg_b_guest_sp(b);
    IRExpr *entry_sp = rg_b_load(b, RG_FRAME(top, sp));

    rg_b_store(b, rg_b_plus(b, acc, incl), rg_b_binop(b, Iop_Add64, rg_b_load(b, rg_b_plus(b, acc, incl)), cost));
    emit_lanes(b, acc, Iop_Add64);
    rg_b_store(b, rg_b_binop(b, Iop_Add64, rg_b_load(b, RG_STATE(cells)), rg_b_load(b, RG_FRAME(top, home))),
               rg_b_load(b, RG_FRAME(top, off)));
    rg_b_store(b, RG_STATE(top), below);
    rg_b_store(b, RG_STATE(home), rg_b_load(b, RG_FRAME(below, home)));
    rg_b_store(b, RG_STATE(off), rg_b_load(b, RG_FRAME(below, off)));
    rg_b_call_if(b, rg_b_cmp(b, Iop_CmpNE64, rg_b_plus(b, entry_sp, 8), sp), 0, "rg_h_ret", &rg_h_ret, mkIRExprVec_2(rg_b_cword((UWord)x), dst));
}

static IRExpr *sp_left_top(struct rg_builder *b, IRExpr *sp)
{
    IRExpr *top = rg_b_load(b, RG_STATE(top));
    return rg_b_cmp(b, Iop_CmpLT64U, rg_b_load(b, RG_FRAME(top, sp)), sp);
}

static Bool sp_unchecked(const struct rg_builder *b) { return !b->sp.known || b->sp.ub > b->checked; }

static void emit_sp_check(struct rg_builder *b, IRExpr *guard)
{
    IRExpr *sp = rg_b_guest_sp(b);

    if (b->cold) {
        rg_b_call_if(b, guard, 1, "rg_h_unwind", &rg_h_unwind, mkIRExprVec_1(sp));
        return;
    }
    IRExpr *left = sp_left_top(b, sp);
    rg_b_call_if(b, guard ? rg_b_both(b, guard, left) : left, 1, "rg_h_unwind", &rg_h_unwind, mkIRExprVec_1(sp));
    if (!guard && b->sp.known)
        b->checked = b->sp.ub;
}

static void emit_exit_helper(struct rg_builder *b, IRExpr *guard, struct rg_exit *x, IRExpr *dst, IRExpr *sp)
{
    rg_b_call_if(b, guard, 0, "rg_h_exit", &rg_h_exit, mkIRExprVec_3(rg_b_cword((UWord)x), dst, sp));
}

/* ---- exits ---- */

/* A conditional exit in the middle, taken when GUARD.  STMT is its index in the input.  */
static void emit_side_exit(struct rg_builder *b, struct rg_exit *x, IRExpr *guard, Int stmt)
{
    if (x->kind != RG_JUMP || x->to)
        emit_exit_helper(b, guard, x, rg_b_cword(x->dst), rg_b_guest_sp(b));
    else if (sp_unchecked(b))
        emit_sp_check(b, stmt > b->last_put_sp ? NULL : guard);
}

/* After pushing its return address a call is below the top entry's SP, if SP was not raised before.  */
static Bool call_is_inline(const struct rg_builder *b, const struct rg_exit *x)
{
    return (x->has_edge || (!x->dst && !b->is_plt && !rg_opt.separate_threads)) && b->sp.known && b->sp.ub < b->checked;
}

/* A jump table, or a call through a pointer at the end of a function: what it was while the superblock was cold it will be
   again.  */
static void emit_indirect_jump(struct rg_builder *b, struct rg_exit *x, IRExpr *dst)
{
    if (x->site->quiet_len == 0 && x->site->words != rg_trash_words && !b->is_plt && !rg_opt.separate_threads) {
        emit_indirect_tail_call(b, x, dst);
        return;
    }

    IRExpr *into = rg_b_binop(b, Iop_Sub64, dst, rg_b_cached(b, &x->site->quiet_lo));
    IRExpr *guard = rg_b_cmp(b, Iop_CmpLE64U, rg_b_cached(b, &x->site->quiet_len), into);
    IRExpr *sp = rg_b_guest_sp(b);

    if (sp_unchecked(b))
        guard = rg_b_either(b, guard, sp_left_top(b, sp));
    emit_exit_helper(b, guard, x, dst, sp);
}

static void emit_final_exit(struct rg_builder *b, struct rg_exit *x, IRExpr *next)
{
    if (b->cold && (x->kind != RG_JUMP || !x->dst))
        emit_exit_helper(b, NULL, x, next, rg_b_guest_sp(b));
    else if (x->kind == RG_RET)
        emit_pop(b, x, next);
    else if (x->kind == RG_CALL && call_is_inline(b, x) && x->dst)
        emit_direct_call(b, x);
    else if (x->kind == RG_CALL && call_is_inline(b, x))
        emit_indirect_call(b, x, next);
    else if (x->kind == RG_JUMP && x->has_edge && !b->cold)
        emit_tail_call(b, x);
    else if (x->kind == RG_CALL || x->to)
        emit_exit_helper(b, NULL, x, next, rg_b_guest_sp(b));
    else if (!x->dst)
        emit_indirect_jump(b, x, next);
    else if (sp_unchecked(b))
        emit_sp_check(b, NULL);
}

/* ---- tracking SP ---- */

static struct rg_sp_info sp_of_expr(const struct rg_builder *b, const IRExpr *e)
{
    if (e->tag == Iex_RdTmp && (Int)e->Iex.RdTmp.tmp < b->n_tmps)
        return b->tmps[e->Iex.RdTmp.tmp];
    return (struct rg_sp_info){False, 0};
}

static struct rg_sp_info sp_of_data(const struct rg_builder *b, const IRExpr *e)
{
    struct rg_sp_info x = {False, 0};

    if (e->tag == Iex_Get && e->Iex.Get.offset == b->offset_sp && e->Iex.Get.ty == Ity_I64)
        return b->sp;
    if (e->tag == Iex_RdTmp)
        return sp_of_expr(b, e);
    if (e->tag != Iex_Binop || e->Iex.Binop.arg2->tag != Iex_Const || e->Iex.Binop.arg2->Iex.Const.con->tag != Ico_U64)
        return x;
    Long n = e->Iex.Binop.arg2->Iex.Const.con->Ico.U64;
    x = sp_of_expr(b, e->Iex.Binop.arg1);
    if (e->Iex.Binop.op == Iop_Add64)
        x.ub += n;
    else if (e->Iex.Binop.op == Iop_Sub64)
        x.ub -= n;
    else if (e->Iex.Binop.op != Iop_And64)
        x.known = False;
    return x;
}

static Bool dirty_writes_sp(const struct rg_builder *b, const IRDirty *d)
{
    for (Int i = 0; i < d->nFxState; i++)
        if (d->fxState[i].fx != Ifx_Read && d->fxState[i].offset < b->offset_sp + b->size_sp &&
            d->fxState[i].offset + d->fxState[i].size > b->offset_sp)
            return True;
    return False;
}

static Bool puts_sp(const struct rg_builder *b, const IRStmt *st)
{
    return (st->tag == Ist_Put && st->Ist.Put.offset == b->offset_sp) ||
           (st->tag == Ist_Dirty && dirty_writes_sp(b, st->Ist.Dirty.details));
}

static void track_sp(struct rg_builder *b, const IRStmt *st)
{
    if (st->tag == Ist_WrTmp && (Int)st->Ist.WrTmp.tmp < b->n_tmps)
        b->tmps[st->Ist.WrTmp.tmp] = sp_of_data(b, st->Ist.WrTmp.data);
    else if (st->tag == Ist_Put && st->Ist.Put.offset == b->offset_sp) {
        b->sp = sp_of_expr(b, st->Ist.Put.data);
        b->sp_value = st->Ist.Put.data;
    } else if (puts_sp(b, st)) {
        b->sp.known = False;
        b->sp_value = NULL;
    }
}

/* ---- the whole ---- */

static void builder_init(struct rg_builder *b, const IRSB *in, Int first, const VexGuestLayout *layout)
{
    b->offset_sp = layout->offset_SP;
    b->size_sp = layout->sizeof_SP;
    b->n_tmps = in->tyenv->types_used;
    b->tmps = VG_(calloc)("rg.tmps", b->n_tmps + 1, sizeof *b->tmps);
    b->sp = (struct rg_sp_info){True, 0};
    b->checked = 0;
    b->last_put_sp = -1;
    for (Int i = first; i < in->stmts_used; i++)
        if (puts_sp(b, in->stmts[i]))
            b->last_put_sp = i;
    b->is_plt = b->sb->is_plt;
    b->cold = b->sb->runs < rg_hot_after;
    b->marks = rg_fault_marks(b);
    if (b->marks)
        rg_fault_look(b, in, first, layout);
}

/* Whether there is anything to count for SEG: a guarded access is counted by its helper.  */
static Bool counts_anything(const struct rg_seg *seg)
{
    return seg->n > 0 || !seg->sim || !seg->sim->accesses[0].guarded;
}

/* Does what the plan says is to be done before statement STMT.  Returns the next step.  */
static UInt run_steps(struct rg_builder *b, UInt next, Int stmt)
{
    const struct rg_plan *plan = rg_plan_last();

    for (; next < plan->n_steps && plan->steps[next].stmt <= stmt; next++) {
        const struct rg_step *step = &plan->steps[next];
        struct rg_seg *seg = &b->sb->segs[step->seg];
        switch (step->kind) {
        case RG_STEP_BEGIN:
            if (counts_anything(seg))
                emit_segment(b, seg);
            if (b->marks)
                rg_fault_begin(b, seg);
            break;
        case RG_STEP_ACCESS: rg_emit_access(b, seg, step); break;
        case RG_STEP_END: rg_emit_sim_end(b, seg); break;
        }
    }
    return next;
}

/* The superblock may begin a function of the program's allocator.  */
static void emit_alloc(struct rg_builder *b)
{
    const struct rg_alloc_fn *fn = rg_allocs_function(b->sb->addr);

    if (fn)
        rg_b_call_if(b, NULL, 1, "rg_h_alloc", &rg_h_alloc, mkIRExprVec_1(rg_b_cword((UWord)fn)));
}

/* Copies IN from its first IMark, statement FIRST, with what is to be added.  */
static void instrument(struct rg_builder *b, const IRSB *in, Int first, const VexGuestLayout *layout)
{
    UInt x = 0, step = 0, instr = 0;

    rg_b_add(b, in->stmts[first]);
    if (!b->cold || rg_ev.n > 1)
        b->base = rg_b_bind(b, IRExpr_Get(layout->total_sizeB, Ity_I64));
    if (!b->cold)
        emit_enter(b);
    step = run_steps(b, step, first);
    emit_alloc(b);
    for (Int i = first + 1; i < in->stmts_used; i++) {
        IRStmt *st = in->stmts[i];
        step = run_steps(b, step, i);
        if (st->tag == Ist_Exit)
            emit_side_exit(b, &b->sb->exits[x++], st->Ist.Exit.guard, i);
        instr += st->tag == Ist_IMark;
        if (b->marks)
            rg_fault_mark(b, instr, st);
        if (st->tag == Ist_Dirty)
            rg_deterministic_dirty(st->Ist.Dirty.details);
        track_sp(b, st);
        rg_b_add(b, st);
    }
    run_steps(b, step, in->stmts_used);
    emit_final_exit(b, &b->sb->exits[x], in->next);
}

IRSB *rg_instrument(VgCallbackClosure *closure, IRSB *in, const VexGuestLayout *layout, const VexGuestExtents *vge,
                    const VexArchInfo *host, IRType gWordTy, IRType hWordTy)
{
    struct rg_builder b = {0};
    Int i = 0;

    (void)vge, (void)host;
    if (gWordTy != Ity_I64 || hWordTy != Ity_I64)
        VG_(tool_panic)("rustgrind needs a 64-bit guest");
    b.out = deepCopyIRSBExceptStmts(in);
    while (i < in->stmts_used && in->stmts[i]->tag != Ist_IMark)
        addStmtToIRSB(b.out, in->stmts[i++]);
    if (i == in->stmts_used)
        return in;
    b.sb = rg_sb_get(in, i, in->stmts[i]->Ist.IMark.addr + in->stmts[i]->Ist.IMark.delta);
    builder_init(&b, in, i, layout);
    b.ip_is_addr = closure->nraddr == b.sb->addr;
    instrument(&b, in, i, layout);
    VG_(free)(b.tmps);
    return b.out;
}
