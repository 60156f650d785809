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
#include "rg_deterministic.h"
#include "rg_vg.h"

#define OFFSET_OF(type, field) __builtin_offsetof(type, field)

/* What is known of a value relative to SP at the start of the superblock: it is at most SP + UB.  */
struct sp_info {
    Bool known;
    Long ub;
};

struct builder {
    IRSB *out;
    struct rg_sb *sb;
    IRExpr *base;  /* &rg_s */
    IRExpr *off;   /* state.off, which no superblock changes before its exit */
    IRExpr *total; /* state.total, with the last segment begun */
    Int offset_sp, size_sp;
    struct sp_info *tmps; /* by temporary of the input */
    Int n_tmps;
    struct sp_info sp; /* now */
    IRExpr *sp_value;  /* what was last put there, NULL: unknown */
    Long checked;      /* SP up to this is known to be in the top entry */
    Int last_put_sp;   /* index of the last statement that changes SP */
    Bool is_plt;
    Bool cold;
    Bool ip_is_addr; /* the guest jumps to the superblock by its own address */
};

/* ---- IR ---- */

static IRExpr *cword(UWord v) { return IRExpr_Const(IRConst_U64(v)); }
static void add(struct builder *b, IRStmt *st) { addStmtToIRSB(b->out, st); }

static IRExpr *bind_ty(struct builder *b, IRType ty, IRExpr *e)
{
    IRTemp t = newIRTemp(b->out->tyenv, ty);
    add(b, IRStmt_WrTmp(t, e));
    return IRExpr_RdTmp(t);
}

static IRExpr *bind(struct builder *b, IRExpr *e) { return bind_ty(b, Ity_I64, e); }
static IRExpr *binop(struct builder *b, IROp op, IRExpr *x, IRExpr *y) { return bind(b, IRExpr_Binop(op, x, y)); }
static IRExpr *cmp(struct builder *b, IROp op, IRExpr *x, IRExpr *y) { return bind_ty(b, Ity_I1, IRExpr_Binop(op, x, y)); }
static IRExpr *load(struct builder *b, IRExpr *addr) { return bind(b, IRExpr_Load(Iend_LE, Ity_I64, addr)); }
static IRExpr *plus(struct builder *b, IRExpr *x, UWord n) { return n ? binop(b, Iop_Add64, x, cword(n)) : x; }
static void store(struct builder *b, IRExpr *addr, IRExpr *v) { add(b, IRStmt_Store(Iend_LE, addr, v)); }

/* The state is addressed from a base pointer that every thread has in its shadow registers.  As a constant it would cost a
   10-byte instruction at every use, because constants are propagated; and counters are in reach of a 32-bit displacement
   from it.  */
static IRExpr *near(struct builder *b, const volatile void *p) { return plus(b, b->base, (UWord)p - (UWord)&rg_s); }
#define STATE(field) near(b, &rg_s.field)
#define FRAME(frame, field) plus(b, frame, OFFSET_OF(struct rg_frame, field))

static IRExpr *cached(struct builder *b, const void *field) { return load(b, cword((UWord)field)); }

static IRExpr *guest_sp(struct builder *b) { return b->sp_value ? b->sp_value : bind(b, IRExpr_Get(b->offset_sp, Ity_I64)); }

static void call_if(struct builder *b, IRExpr *guard, Int regparms, const HChar *name, void *fn, IRExpr **args)
{
    IRDirty *d = unsafeIRDirty_0_N(regparms, name, VG_(fnptr_to_fnentry)(fn), args);
    if (guard)
        d->guard = guard;
    add(b, IRStmt_Dirty(d));
}

/* I1 x and y.  */
static IRExpr *both(struct builder *b, IRExpr *x, IRExpr *y)
{
    IRExpr *p = bind_ty(b, Ity_I64, IRExpr_Unop(Iop_1Uto64, x));
    IRExpr *q = bind_ty(b, Ity_I64, IRExpr_Unop(Iop_1Uto64, y));
    return cmp(b, Iop_CmpNE64, binop(b, Iop_And64, p, q), cword(0));
}

static IRExpr *either(struct builder *b, IRExpr *x, IRExpr *y)
{
    IRExpr *p = bind_ty(b, Ity_I64, IRExpr_Unop(Iop_1Uto64, x));
    IRExpr *q = bind_ty(b, Ity_I64, IRExpr_Unop(Iop_1Uto64, y));
    return cmp(b, Iop_CmpNE64, binop(b, Iop_Or64, p, q), cword(0));
}

/* ---- pieces of code ---- */

/* The superblock's home: it never changes once it is bound.  */
static IRExpr *home_of_sb(struct builder *b)
{
    UWord home = b->sb->block[0];
    return home == RG_HOME_UNBOUND ? load(b, near(b, &b->sb->block[0])) : cword(home);
}

/* Arguments of a guarded call are computed whether it is made or not, so this one has none: the helper finds the superblock
   by the guest's instruction pointer, which every jump to a translation has just set.  Where the call has been made before, in
   other contexts than home, it is faster to say which superblock it is.  */
static void emit_enter(struct builder *b)
{
    IRExpr *home = load(b, STATE(home));
    IRExpr *away = cmp(b, Iop_CmpNE64, home, home_of_sb(b));

    if (b->is_plt)
        away = both(b, away, cmp(b, Iop_CmpNE64, home, cword(RG_HOME_SKIP)));
    if (b->ip_is_addr && !b->sb->copies)
        call_if(b, away, 0, "rg_h_enter_ip", &rg_h_enter_ip, mkIRExprVec_0());
    else
        call_if(b, away, 1, "rg_h_enter_sb", &rg_h_enter_sb, mkIRExprVec_1(cword((UWord)b->sb)));
}

/* In skipped code state.off is the address of the call site's counter of instructions.  */
static IRExpr *plt_counter(struct builder *b, IRExpr *counter, UWord n, IRExpr **increment)
{
    IRExpr *skip = cmp(b, Iop_CmpEQ64, load(b, STATE(home)), cword(RG_HOME_SKIP));
    *increment = bind(b, IRExpr_ITE(skip, cword(n), cword(1)));
    return bind(b, IRExpr_ITE(skip, load(b, STATE(off)), counter));
}

/* The address is written twice, not shared: each becomes part of an instruction.  */
static void emit_segment(struct builder *b, const struct rg_seg *seg)
{
    if (b->cold) {
        call_if(b, NULL, 1, "rg_h_segment", &rg_h_segment, mkIRExprVec_1(cword((UWord)seg)));
        return;
    }
    IRExpr *off = b->off = b->off ? b->off : load(b, STATE(off));
    UWord word = (UWord)&b->sb->block[seg->word];

    if (b->is_plt) {
        IRExpr *increment, *counter = plt_counter(b, plus(b, off, word), seg->n, &increment);
        store(b, counter, binop(b, Iop_Add64, load(b, counter), increment));
    } else {
        store(b, plus(b, off, word), plus(b, load(b, plus(b, off, word)), 1));
    }
    b->total = plus(b, b->total ? b->total : load(b, STATE(total)), seg->n);
    store(b, STATE(total), b->total);
    if (rg_opt.compat_callgrind) {
        store(b, STATE(last), cword((UWord)seg));
        store(b, STATE(last_acc), plus(b, off, word));
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

static void emit_push(struct builder *b, const struct push *p)
{
    IRExpr *frame = plus(b, p->top, RG_FRAME_SIZE);
    IRExpr *cell = binop(b, Iop_Add64, load(b, STATE(cells)), p->home);
    IRExpr *lvl = load(b, cell);
    IRExpr *acc = p->acc;
    IRExpr *next = cword(rg_level_limit);

    /* In this order it is one instruction.  */
    if (rg_n_levels == 2)
        acc = binop(b, Iop_Add64, acc, bind(b, IRExpr_Binop(Iop_Shl64, lvl, IRExpr_Const(IRConst_U8(1)))));
    else if (rg_n_levels > 2) {
        acc = binop(b, Iop_Add64, acc, binop(b, Iop_Mul64, lvl, cword(rg_n_levels)));
        next = bind(b, IRExpr_ITE(cmp(b, Iop_CmpEQ64, lvl, cword(rg_level_limit)), lvl, plus(b, lvl, 8)));
    }
    acc = plus(b, acc, p->words);
    store(b, acc, plus(b, load(b, acc), 1));
    store(b, FRAME(frame, acc), acc);
    store(b, FRAME(frame, enter), b->total);
    store(b, FRAME(frame, sp), p->sp);
    store(b, FRAME(frame, home), p->home);
    store(b, FRAME(frame, off), lvl);
    store(b, cell, next);
    store(b, STATE(top), frame);
    store(b, STATE(home), p->home);
    store(b, STATE(off), lvl);
}

static void emit_direct_call(struct builder *b, struct rg_exit *x)
{
    struct push p = {
        .top = load(b, STATE(top)),
        .acc = b->off,
        .words = (UWord)&b->sb->block[x->edge_word],
        .home = cword(rg_ctx_home(rg_place_fn(x->to), 0)),
        .sp = guest_sp(b),
    };
    emit_push(b, &p);
}

/* A jump that is a call: it has the SP of the entry below, if the guest's SP has not left that one (and if there is one: the
   signed comparison fails for the base).  WRONG: another reason to undo it, or NULL.  */
static void emit_tail_push(struct builder *b, struct rg_exit *x, struct push *p, IRExpr *dst, IRExpr *wrong)
{
    IRExpr *sp = guest_sp(b), *below = load(b, FRAME(p->top, sp));
    IRExpr *left = cmp(b, Iop_CmpLT64S, below, sp);

    p->sp = binop(b, Iop_Or64, below, cword(1));
    store(b, plus(b, p->top, RG_FRAME_SIZE + OFFSET_OF(struct rg_frame, ret)), cword(0));
    emit_push(b, p);
    call_if(b, wrong ? either(b, wrong, left) : left, 0, "rg_h_push_undo", &rg_h_push_undo,
            mkIRExprVec_4(cword((UWord)x), dst, sp, b->off));
}

static void emit_tail_call(struct builder *b, struct rg_exit *x)
{
    struct push p = {
        .top = load(b, STATE(top)),
        .acc = b->off,
        .words = (UWord)&b->sb->block[x->edge_word],
        .home = cword(rg_ctx_home(rg_place_fn(x->to), 0)),
    };
    emit_tail_push(b, x, &p, cword(x->dst), NULL);
}

/* What an indirect exit pushes if it goes where it went last; WRONG: it does not, or the block is not at home.  */
static struct push push_as_last(struct builder *b, struct rg_exit *x, IRExpr *dst, IRExpr **wrong)
{
    IRExpr *top = load(b, STATE(top));
    IRExpr *other_dst = binop(b, Iop_Xor64, dst, cached(b, &x->site->dst));
    IRExpr *away = binop(b, Iop_Xor64, load(b, STATE(home)), home_of_sb(b));

    *wrong = cmp(b, Iop_CmpNE64, binop(b, Iop_Or64, other_dst, away), cword(0));
    return (struct push){
        .top = top,
        .acc = binop(b, Iop_Add64, cached(b, &x->site->words), load(b, FRAME(top, off))),
        .home = cached(b, &x->site->home),
    };
}

static void emit_indirect_call(struct builder *b, struct rg_exit *x, IRExpr *dst)
{
    IRExpr *wrong;
    struct push p = push_as_last(b, x, dst, &wrong);

    p.sp = guest_sp(b);
    emit_push(b, &p);
    call_if(b, wrong, 0, "rg_h_push_undo", &rg_h_push_undo, mkIRExprVec_4(cword((UWord)x), dst, p.sp, b->off));
}

static void emit_indirect_tail_call(struct builder *b, struct rg_exit *x, IRExpr *dst)
{
    IRExpr *wrong;
    struct push p = push_as_last(b, x, dst, &wrong);

    emit_tail_push(b, x, &p, dst, wrong);
}

static void emit_pop(struct builder *b, struct rg_exit *x, IRExpr *dst)
{
    IRExpr *top = load(b, STATE(top));
    IRExpr *below = plus(b, top, -(UWord)RG_FRAME_SIZE);
    IRExpr *acc = load(b, FRAME(top, acc));
    UWord incl = 8 * rg_n_levels * rg_n_levels;
    IRExpr *cost = binop(b, Iop_Sub64, b->total, load(b, FRAME(top, enter)));
    IRExpr *sp = guest_sp(b);
    IRExpr *entry_sp = load(b, FRAME(top, sp));

    store(b, plus(b, acc, incl), binop(b, Iop_Add64, load(b, plus(b, acc, incl)), cost));
    store(b, binop(b, Iop_Add64, load(b, STATE(cells)), load(b, FRAME(top, home))), load(b, FRAME(top, off)));
    store(b, STATE(top), below);
    store(b, STATE(home), load(b, FRAME(below, home)));
    store(b, STATE(off), load(b, FRAME(below, off)));
    call_if(b, cmp(b, Iop_CmpNE64, plus(b, entry_sp, 8), sp), 0, "rg_h_ret", &rg_h_ret, mkIRExprVec_2(cword((UWord)x), dst));
}

static IRExpr *sp_left_top(struct builder *b, IRExpr *sp)
{
    IRExpr *top = load(b, STATE(top));
    return cmp(b, Iop_CmpLT64U, load(b, FRAME(top, sp)), sp);
}

static Bool sp_unchecked(const struct builder *b) { return !b->sp.known || b->sp.ub > b->checked; }

static void emit_sp_check(struct builder *b, IRExpr *guard)
{
    IRExpr *sp = guest_sp(b);

    if (b->cold) {
        call_if(b, guard, 1, "rg_h_unwind", &rg_h_unwind, mkIRExprVec_1(sp));
        return;
    }
    IRExpr *left = sp_left_top(b, sp);
    call_if(b, guard ? both(b, guard, left) : left, 1, "rg_h_unwind", &rg_h_unwind, mkIRExprVec_1(sp));
    if (!guard && b->sp.known)
        b->checked = b->sp.ub;
}

static void emit_exit_helper(struct builder *b, IRExpr *guard, struct rg_exit *x, IRExpr *dst, IRExpr *sp)
{
    call_if(b, guard, 0, "rg_h_exit", &rg_h_exit, mkIRExprVec_3(cword((UWord)x), dst, sp));
}

/* ---- exits ---- */

/* A conditional exit in the middle, taken when GUARD.  STMT is its index in the input.  */
static void emit_side_exit(struct builder *b, struct rg_exit *x, IRExpr *guard, Int stmt)
{
    if (x->kind != RG_JUMP || x->to)
        emit_exit_helper(b, guard, x, cword(x->dst), guest_sp(b));
    else if (sp_unchecked(b))
        emit_sp_check(b, stmt > b->last_put_sp ? NULL : guard);
}

/* After pushing its return address a call is below the top entry's SP, if SP was not raised before.  */
static Bool call_is_inline(const struct builder *b, const struct rg_exit *x)
{
    return (x->has_edge || (!x->dst && !b->is_plt && !rg_opt.separate_threads)) && b->sp.known && b->sp.ub < b->checked;
}

/* A jump table, or a call through a pointer at the end of a function: what it was while the superblock was cold it will be
   again.  */
static void emit_indirect_jump(struct builder *b, struct rg_exit *x, IRExpr *dst)
{
    if (x->site->quiet_len == 0 && x->site->words != rg_trash_words && !b->is_plt && !rg_opt.separate_threads) {
        emit_indirect_tail_call(b, x, dst);
        return;
    }

    IRExpr *into = binop(b, Iop_Sub64, dst, cached(b, &x->site->quiet_lo));
    IRExpr *guard = cmp(b, Iop_CmpLE64U, cached(b, &x->site->quiet_len), into);
    IRExpr *sp = guest_sp(b);

    if (sp_unchecked(b))
        guard = either(b, guard, sp_left_top(b, sp));
    emit_exit_helper(b, guard, x, dst, sp);
}

static void emit_final_exit(struct builder *b, struct rg_exit *x, IRExpr *next)
{
    if (b->cold && (x->kind != RG_JUMP || !x->dst))
        emit_exit_helper(b, NULL, x, next, guest_sp(b));
    else if (x->kind == RG_RET)
        emit_pop(b, x, next);
    else if (x->kind == RG_CALL && call_is_inline(b, x) && x->dst)
        emit_direct_call(b, x);
    else if (x->kind == RG_CALL && call_is_inline(b, x))
        emit_indirect_call(b, x, next);
    else if (x->kind == RG_JUMP && x->has_edge && !b->cold)
        emit_tail_call(b, x);
    else if (x->kind == RG_CALL || x->to)
        emit_exit_helper(b, NULL, x, next, guest_sp(b));
    else if (!x->dst)
        emit_indirect_jump(b, x, next);
    else if (sp_unchecked(b))
        emit_sp_check(b, NULL);
}

/* ---- tracking SP ---- */

static struct sp_info sp_of_expr(const struct builder *b, const IRExpr *e)
{
    if (e->tag == Iex_RdTmp && (Int)e->Iex.RdTmp.tmp < b->n_tmps)
        return b->tmps[e->Iex.RdTmp.tmp];
    return (struct sp_info){False, 0};
}

static struct sp_info sp_of_data(const struct builder *b, const IRExpr *e)
{
    struct sp_info x = {False, 0};

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

static Bool dirty_writes_sp(const struct builder *b, const IRDirty *d)
{
    for (Int i = 0; i < d->nFxState; i++)
        if (d->fxState[i].fx != Ifx_Read && d->fxState[i].offset < b->offset_sp + b->size_sp &&
            d->fxState[i].offset + d->fxState[i].size > b->offset_sp)
            return True;
    return False;
}

static Bool puts_sp(const struct builder *b, const IRStmt *st)
{
    return (st->tag == Ist_Put && st->Ist.Put.offset == b->offset_sp) ||
           (st->tag == Ist_Dirty && dirty_writes_sp(b, st->Ist.Dirty.details));
}

static void track_sp(struct builder *b, const IRStmt *st)
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

static void builder_init(struct builder *b, const IRSB *in, Int first, const VexGuestLayout *layout)
{
    b->offset_sp = layout->offset_SP;
    b->size_sp = layout->sizeof_SP;
    b->n_tmps = in->tyenv->types_used;
    b->tmps = VG_(calloc)("rg.tmps", b->n_tmps + 1, sizeof *b->tmps);
    b->sp = (struct sp_info){True, 0};
    b->checked = 0;
    b->last_put_sp = -1;
    for (Int i = first; i < in->stmts_used; i++)
        if (puts_sp(b, in->stmts[i]))
            b->last_put_sp = i;
    b->is_plt = b->sb->is_plt;
    b->cold = b->sb->runs < rg_hot_after;
}

IRSB *rg_instrument(VgCallbackClosure *closure, IRSB *in, const VexGuestLayout *layout, const VexGuestExtents *vge,
                    const VexArchInfo *host, IRType gWordTy, IRType hWordTy)
{
    struct builder b = {0};
    UInt instr = 0, seg = 0, x = 0;
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
    for (; i < in->stmts_used; i++) {
        IRStmt *st = in->stmts[i];
        if (st->tag == Ist_IMark) {
            add(&b, st);
            if (instr == 0 && !b.cold) {
                b.base = bind(&b, IRExpr_Get(layout->total_sizeB, Ity_I64));
                emit_enter(&b);
            }
            if (seg < b.sb->n_segs && b.sb->segs[seg].first == instr)
                emit_segment(&b, &b.sb->segs[seg++]);
            instr++;
            continue;
        }
        if (st->tag == Ist_Exit)
            emit_side_exit(&b, &b.sb->exits[x++], st->Ist.Exit.guard, i);
        if (st->tag == Ist_Dirty)
            rg_deterministic_dirty(st->Ist.Dirty.details);
        track_sp(&b, st);
        add(&b, st);
    }
    emit_final_exit(&b, &b.sb->exits[x], in->next);
    VG_(free)(b.tmps);
    return b.out;
}
