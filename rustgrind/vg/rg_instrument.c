/* rg_instrument.c - turns a superblock into one that counts itself.

   SPDX-License-Identifier: GPL-2.0-or-later

   What is added, in the order in which it runs:

     if (state.home != block[0]) rg_h_enter(sb)          the superblock is not at home in the current context: find its counters
     counter[segment] at (constant + state.off) += 1     at the start of every segment
     state.total += instructions of the segment
     direct call:    push an entry, all inline
     return:         pop an entry inline, rg_h_ret_undo if it was the wrong one
     other exits:    nothing when the target is inside the same function, else rg_h_exit
     SP was raised:  rg_h_unwind if it has left the top entry

   All addresses are constants in generated code; counters and state lie below 2 GB so that they are short.  */
#include "rg_vg.h"

#include "pub_tool_hashtable.h"

#define OFFSET_OF(type, field) __builtin_offsetof(type, field)

/* What is known of a value relative to SP at the start of the superblock: it is at most SP + UB.  */
struct sp_info {
    Bool known;
    Long ub;
};

struct builder {
    IRSB *out;
    struct rg_sb *sb;
    Int offset_sp, size_sp;
    struct sp_info *tmps; /* by temporary of the input */
    Int n_tmps;
    struct sp_info sp; /* now */
    Long checked;      /* SP up to this is known to be in the top entry */
    Int last_put_sp;   /* index of the last statement that changes SP */
    Bool is_plt;
};

/* ---- superblocks ---- */

static struct rg_sb *all_sbs;
static VgHashTable *sb_table;

struct sb_key {
    struct sb_key *next;
    UWord key;
    struct rg_sb *first;
};

struct rg_sb *rg_sb_first(void) { return all_sbs; }

void rg_sb_register(struct rg_sb *sb)
{
    sb->next_all = all_sbs;
    all_sbs = sb;
}

Addr rg_sb_instr_addr(const struct rg_sb *sb, UInt instr)
{
    Addr a = sb->addr;
    for (UInt i = 0; i < instr; i++)
        a += sb->ilen[i];
    return a;
}

/* Counters in .bss first: the tool is linked below 2 GB.  */
enum { RESERVE_WORDS = 24 << 20, CHUNK_WORDS = 1 << 20 };
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

#define STATE(field) cword((UWord)&rg_s.field)
#define FRAME(frame, field) plus(b, frame, OFFSET_OF(struct rg_frame, field))

static IRExpr *guest_sp(struct builder *b) { return bind(b, IRExpr_Get(b->offset_sp, Ity_I64)); }

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

static void emit_enter(struct builder *b)
{
    IRExpr *home = load(b, STATE(home));
    IRExpr *away = cmp(b, Iop_CmpNE64, home, load(b, cword((UWord)&b->sb->block[0])));

    if (b->is_plt)
        away = both(b, away, cmp(b, Iop_CmpNE64, home, cword(RG_HOME_SKIP)));
    call_if(b, away, 1, "rg_h_enter", &rg_h_enter, mkIRExprVec_1(cword((UWord)b->sb)));
}

/* In skipped code state.off is the address of the call site's counter of instructions.  */
static IRExpr *plt_counter(struct builder *b, IRExpr *counter, UWord n, IRExpr **increment)
{
    IRExpr *skip = cmp(b, Iop_CmpEQ64, load(b, STATE(home)), cword(RG_HOME_SKIP));
    *increment = bind(b, IRExpr_ITE(skip, cword(n), cword(1)));
    return bind(b, IRExpr_ITE(skip, load(b, STATE(off)), counter));
}

static void emit_segment(struct builder *b, const struct rg_seg *seg)
{
    IRExpr *counter = binop(b, Iop_Add64, load(b, STATE(off)), cword((UWord)&b->sb->block[seg->word]));
    IRExpr *increment = cword(1);

    if (b->is_plt)
        counter = plt_counter(b, counter, seg->n, &increment);
    store(b, counter, binop(b, Iop_Add64, load(b, counter), increment));
    store(b, STATE(total), binop(b, Iop_Add64, load(b, STATE(total)), cword(seg->n)));
    if (rg_opt.compat_callgrind) {
        store(b, STATE(last), cword((UWord)seg));
        store(b, STATE(last_acc), counter);
    }
}

static void emit_push(struct builder *b, struct rg_exit *x)
{
    UWord home = rg_ctx_home(rg_place_fn(x->to), 0);
    IRExpr *top = plus(b, load(b, STATE(top)), RG_FRAME_SIZE);
    IRExpr *cell = plus(b, load(b, STATE(cells)), home);
    IRExpr *lvl = load(b, cell);
    IRExpr *acc = plus(b, load(b, STATE(off)), (UWord)&b->sb->block[x->edge_word]);
    IRExpr *next = cword(rg_level_limit);

    if (rg_n_levels > 1)
        acc = binop(b, Iop_Add64, acc, binop(b, Iop_Mul64, lvl, cword(rg_n_levels)));
    if (rg_n_levels > 2)
        next = bind(b, IRExpr_ITE(cmp(b, Iop_CmpEQ64, lvl, cword(rg_level_limit)), lvl, plus(b, lvl, 8)));
    store(b, acc, plus(b, load(b, acc), 1));
    store(b, FRAME(top, acc), acc);
    store(b, FRAME(top, enter), load(b, STATE(total)));
    store(b, FRAME(top, sp), guest_sp(b));
    store(b, FRAME(top, ret), cword(x->ret_addr));
    store(b, FRAME(top, home), cword(home));
    store(b, FRAME(top, off), lvl);
    store(b, cell, next);
    store(b, STATE(top), top);
    store(b, STATE(home), cword(home));
    store(b, STATE(off), lvl);
    call_if(b, cmp(b, Iop_CmpLE64U, load(b, STATE(limit)), top), 0, "rg_h_grow", &rg_h_grow, mkIRExprVec_0());
}

static void emit_pop(struct builder *b, struct rg_exit *x, IRExpr *dst)
{
    IRExpr *top = load(b, STATE(top));
    IRExpr *below = plus(b, top, -(UWord)RG_FRAME_SIZE);
    IRExpr *off = load(b, STATE(off));
    IRExpr *incl = plus(b, load(b, FRAME(top, acc)), 8 * rg_n_levels * rg_n_levels);
    IRExpr *cost = binop(b, Iop_Sub64, load(b, STATE(total)), load(b, FRAME(top, enter)));
    IRExpr *sp = guest_sp(b);
    IRExpr *wrong_ret = binop(b, Iop_Xor64, load(b, FRAME(top, ret)), dst);
    IRExpr *wrong_sp = binop(b, Iop_Xor64, plus(b, load(b, FRAME(top, sp)), 8), sp);

    store(b, incl, binop(b, Iop_Add64, load(b, incl), cost));
    store(b, binop(b, Iop_Add64, load(b, STATE(cells)), load(b, FRAME(top, home))), load(b, FRAME(top, off)));
    store(b, STATE(top), below);
    store(b, STATE(home), load(b, FRAME(below, home)));
    store(b, STATE(off), load(b, FRAME(below, off)));
    call_if(b, cmp(b, Iop_CmpNE64, binop(b, Iop_Or64, wrong_ret, wrong_sp), cword(0)), 0, "rg_h_ret_undo", &rg_h_ret_undo,
            mkIRExprVec_4(cword((UWord)x), dst, sp, off));
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
    IRExpr *left = sp_left_top(b, sp);

    call_if(b, guard ? both(b, guard, left) : left, 1, "rg_h_unwind", &rg_h_unwind, mkIRExprVec_1(sp));
    if (!guard && b->sp.known)
        b->checked = b->sp.ub;
}

static void emit_exit_helper(struct builder *b, IRExpr *guard, struct rg_exit *x, IRExpr *dst, IRExpr *sp)
{
    call_if(b, guard, 0, "rg_h_exit", &rg_h_exit, mkIRExprVec_3(cword((UWord)x), dst, sp));
}

static Bool exit_is_call_like(const struct rg_sb *sb, const struct rg_place *to)
{
    return to->is_entry || to->sect != sb->place->sect || to->obj != sb->obj;
}

/* ---- exits ---- */

/* A conditional exit in the middle, taken when GUARD.  STMT is its index in the input.  */
static void emit_side_exit(struct builder *b, struct rg_exit *x, IRExpr *guard, Int stmt)
{
    if (x->kind != RG_JUMP || exit_is_call_like(b->sb, x->to))
        emit_exit_helper(b, guard, x, cword(x->dst), guest_sp(b));
    else if (sp_unchecked(b))
        emit_sp_check(b, stmt > b->last_put_sp ? NULL : guard);
}

static Bool call_is_inline(const struct builder *b, const struct rg_exit *x)
{
    return x->has_edge && b->sp.known && b->sp.ub < b->checked;
}

static void emit_indirect_jump(struct builder *b, struct rg_exit *x, IRExpr *dst)
{
    IRExpr *into = binop(b, Iop_Sub64, dst, load(b, cword((UWord)&x->quiet_lo)));
    IRExpr *guard = cmp(b, Iop_CmpLE64U, load(b, cword((UWord)&x->quiet_len)), into);
    IRExpr *sp = guest_sp(b);

    if (sp_unchecked(b))
        guard = either(b, guard, sp_left_top(b, sp));
    emit_exit_helper(b, guard, x, dst, sp);
}

static void emit_final_exit(struct builder *b, struct rg_exit *x, IRExpr *next)
{
    if (x->kind == RG_RET)
        emit_pop(b, x, next);
    else if (x->kind == RG_CALL && call_is_inline(b, x))
        emit_push(b, x);
    else if (x->kind == RG_CALL || (x->to && exit_is_call_like(b->sb, x->to)))
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
    else if (st->tag == Ist_Put && st->Ist.Put.offset == b->offset_sp)
        b->sp = sp_of_expr(b, st->Ist.Put.data);
    else if (puts_sp(b, st))
        b->sp.known = False;
}

/* ---- shape of a superblock ---- */

static UChar exit_kind(IRJumpKind jk) { return jk == Ijk_Call ? RG_CALL : jk == Ijk_Ret ? RG_RET : RG_JUMP; }

static Addr const_addr(const IRExpr *e) { return e->tag == Iex_Const ? e->Iex.Const.con->Ico.U64 : 0; }

static void scan(const IRSB *in, Int first, struct rg_sb *sb)
{
    UInt n_exits = 1, n_instrs = 0;

    for (Int i = first; i < in->stmts_used; i++) {
        n_instrs += in->stmts[i]->tag == Ist_IMark;
        n_exits += in->stmts[i]->tag == Ist_Exit;
    }
    sb->ilen = RG_ALLOC("rg.sb.ilen", n_instrs);
    sb->exits = RG_ALLOC("rg.sb.exits", n_exits * sizeof *sb->exits);
    for (Int i = first; i < in->stmts_used; i++) {
        const IRStmt *st = in->stmts[i];
        if (st->tag == Ist_IMark) {
            sb->ilen[sb->n_instrs++] = st->Ist.IMark.len ? st->Ist.IMark.len : 1;
        } else if (st->tag == Ist_Exit) {
            struct rg_exit *x = &sb->exits[sb->n_exits++];
            x->instr = sb->n_instrs - 1;
            x->kind = exit_kind(st->Ist.Exit.jk);
            x->dst = st->Ist.Exit.dst->Ico.U64;
        }
    }
    struct rg_exit *x = &sb->exits[sb->n_exits++];
    x->instr = sb->n_instrs - 1;
    x->kind = exit_kind(in->jumpkind);
    x->dst = const_addr(in->next);
}

static Bool same_shape(const struct rg_sb *x, const struct rg_sb *y)
{
    if (x->obj != y->obj || x->n_instrs != y->n_instrs || x->n_exits != y->n_exits ||
        VG_(memcmp)(x->ilen, y->ilen, x->n_instrs) != 0)
        return False;
    for (UInt i = 0; i < x->n_exits; i++)
        if (x->exits[i].instr != y->exits[i].instr || x->exits[i].kind != y->exits[i].kind ||
            x->exits[i].dst != y->exits[i].dst)
            return False;
    return True;
}

static void make_segments(struct rg_sb *sb, UInt *words)
{
    UInt start = 0;

    sb->segs = RG_ALLOC("rg.sb.segs", sb->n_exits * sizeof *sb->segs);
    for (UInt i = 0; i < sb->n_exits; i++) {
        UInt end = sb->exits[i].instr + 1;
        if (end <= start)
            continue;
        sb->segs[sb->n_segs++] = (struct rg_seg){sb, start, end - start, *words};
        *words += rg_n_levels;
        start = end;
    }
}

static void classify(struct rg_sb *sb, struct rg_exit *x, UInt *words)
{
    struct rg_place *to;

    x->sb = sb;
    x->index = x - sb->exits;
    if (x->kind == RG_CALL)
        x->ret_addr = rg_sb_instr_addr(sb, x->instr + 1);
    if (!x->dst)
        return;
    to = x->to = rg_place_of(x->dst);
    if (x->kind != RG_CALL || x->index != sb->n_exits - 1 || rg_opt.separate_threads ||
        (rg_opt.skip_plt && (to->sect == Vg_SectPLT || sb->place->sect == Vg_SectPLT)) || rg_place_fn(to)->pop_on_jump)
        return;
    x->has_edge = 1;
    x->edge_word = *words;
    *words += 2 * rg_n_levels * rg_n_levels;
}

static struct rg_sb *sb_get(const IRSB *in, Int first, Addr a)
{
    struct rg_sb *sb = RG_ALLOC("rg.sb", sizeof *sb), *old;
    struct sb_key *k;
    UInt words = 1;

    if (!sb_table)
        sb_table = VG_(HT_construct)("rg.sbs");
    sb->addr = a;
    sb->place = rg_place_of_executed(a);
    sb->obj = sb->place->obj;
    sb->off = sb->place->off;
    scan(in, first, sb);
    k = VG_(HT_lookup)(sb_table, a);
    if (!k) {
        k = RG_ALLOC("rg.sb.key", sizeof *k);
        k->key = a;
        VG_(HT_add_node)(sb_table, k);
    }
    for (old = k->first; old; old = old->next_hash)
        if (same_shape(old, sb)) {
            VG_(free)(sb->ilen);
            VG_(free)(sb->exits);
            VG_(free)(sb);
            return old;
        }
    make_segments(sb, &words);
    for (UInt i = 0; i < sb->n_exits; i++)
        classify(sb, &sb->exits[i], &words);
    sb->block_words = words;
    sb->block = rg_arena_words(words);
    sb->block[0] = RG_HOME_UNBOUND;
    sb->next_hash = k->first;
    k->first = sb;
    rg_sb_register(sb);
    return sb;
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
    b->is_plt = rg_opt.skip_plt && b->sb->place->sect == Vg_SectPLT;
}

IRSB *rg_instrument(VgCallbackClosure *closure, IRSB *in, const VexGuestLayout *layout, const VexGuestExtents *vge,
                    const VexArchInfo *host, IRType gWordTy, IRType hWordTy)
{
    struct builder b;
    UInt instr = 0, seg = 0, x = 0;
    Int i = 0;

    (void)closure, (void)vge, (void)host;
    if (gWordTy != Ity_I64 || hWordTy != Ity_I64)
        VG_(tool_panic)("rustgrind needs a 64-bit guest");
    b.out = deepCopyIRSBExceptStmts(in);
    while (i < in->stmts_used && in->stmts[i]->tag != Ist_IMark)
        addStmtToIRSB(b.out, in->stmts[i++]);
    if (i == in->stmts_used)
        return in;
    b.sb = sb_get(in, i, in->stmts[i]->Ist.IMark.addr + in->stmts[i]->Ist.IMark.delta);
    builder_init(&b, in, i, layout);
    for (; i < in->stmts_used; i++) {
        IRStmt *st = in->stmts[i];
        if (st->tag == Ist_IMark) {
            add(&b, st);
            if (instr == 0)
                emit_enter(&b);
            if (seg < b.sb->n_segs && b.sb->segs[seg].first == instr)
                emit_segment(&b, &b.sb->segs[seg++]);
            instr++;
            continue;
        }
        if (st->tag == Ist_Exit)
            emit_side_exit(&b, &b.sb->exits[x++], st->Ist.Exit.guard, i);
        track_sp(&b, st);
        add(&b, st);
    }
    emit_final_exit(&b, &b.sb->exits[x], in->next);
    VG_(free)(b.tmps);
    return b.out;
}
