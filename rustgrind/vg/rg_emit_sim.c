/* rg_emit_sim.c - generated code that simulates caches and branch predictors.

   SPDX-License-Identifier: GPL-2.0-or-later

   The fast way of rg_cache.h.  All checks of a segment are or-ed into a word SLOW, which is less than a line if all are hits.
   Instruction lines are known when the code is made, so what is known of them is at constant addresses.  At the end of the
   segment one guarded call, made if SLOW says so, simulates it in the order in which things happened; addresses of data are kept
   for that.  Behind it, made or not, lines are stamped.

   Predictors are updated without branches; a misprediction is a second reason for the call.  */
#include "rg_sim.h"

#include "rg_build.h"
#include "rg_plan.h"

/* ---- counts ---- */

static IRExpr *plt_words(struct rg_builder *b)
{
    IRExpr *skip = rg_b_cmp(b, Iop_CmpEQ64, rg_b_load(b, RG_STATE(home)), rg_b_cword(RG_HOME_SKIP));
    return rg_b_bind(b, IRExpr_ITE(skip, rg_b_load(b, RG_STATE(off)), rg_b_near(b, rg_trash_words)));
}

void rg_emit_counts(struct rg_builder *b, const struct rg_seg *seg)
{
    IRExpr *plt = NULL;

    for (UInt i = 0; i < rg_ev.n_static; i++) {
        UWord n = seg->sim->counts[i];
        if (!n)
            continue;
        rg_b_store(b, RG_STATE(lanes[i]), rg_b_plus(b, rg_b_load(b, RG_STATE(lanes[i])), n));
        if (!b->is_plt)
            continue;
        plt = plt ? plt : plt_words(b);
        IRExpr *word = rg_b_plus(b, plt, rg_skip_words(i) * sizeof(UWord));
        rg_b_store(b, word, rg_b_plus(b, rg_b_load(b, word), n));
    }
}

/* ---- caches ---- */

static IRExpr *shift_right(struct rg_builder *b, IRExpr *x, UInt n)
{
    return rg_b_bind(b, IRExpr_Binop(Iop_Shr64, x, IRExpr_Const(IRConst_U8(n))));
}

static IRExpr *shift_left(struct rg_builder *b, IRExpr *x, UInt n)
{
    return rg_b_bind(b, IRExpr_Binop(Iop_Shl64, x, IRExpr_Const(IRConst_U8(n))));
}

/* The word of SLOT that is FIELD of the first slot.  Written so, all of it becomes part of an instruction.  */
static IRExpr *load_of_slot(struct rg_builder *b, IRExpr *slot, const void *field)
{
    IRExpr *at = rg_b_binop(b, Iop_Add64, b->base, shift_left(b, slot, 3));
    return rg_b_load(b, rg_b_plus(b, at, (UWord)field - RG_BASE));
}

/* As rg_cache_hot_check: are the bytes at FIRST and LAST in one line that has its slot?  */
static void check_line(struct rg_builder *b, IRExpr *first, IRExpr *last)
{
    IRExpr *slot = shift_right(b, first, rg_sim_d1_bits - RG_CACHE_SLOT_SHIFT + 3);

    slot = rg_b_binop(b, Iop_And64, slot, rg_b_cword(RG_CACHE_SLOT_MASK >> 3));
    b->slots[b->n_slots] = slot;
    b->slot_group[b->n_slots++] = b->n_groups;
    b->slow = rg_b_or(b, b->slow, rg_b_binop(b, Iop_Xor64, last, load_of_slot(b, slot, &rg_sim_hot.slot[0].line)));
}

/* As rg_cache_hot_stamp, for all of them.  Time is loaded again because it would have to be kept somewhere during the call.  */
static void stamp_slots(struct rg_builder *b)
{
    IRExpr *last = b->n_slots ? rg_b_load(b, rg_b_near(b, &rg_sim_time)) : NULL;

    for (UInt i = 0; i < b->n_slots; i++) {
        IRExpr *stamp = load_of_slot(b, b->slots[i], &rg_sim_hot.slot[0].stamp);
        rg_b_store(b, stamp, rg_b_plus(b, last, -(UWord)RG_SIM_TICKS * (b->n_groups - 1 - b->slot_group[i])));
    }
}

static void keep_address(struct rg_builder *b, IRExpr *address)
{
    rg_b_store(b, rg_b_near(b, rg_sim_address(b->n_words++)), address);
}

static void emit_data(struct rg_builder *b, const struct rg_access *acc, const struct rg_step *step)
{
    Bool checked = !b->cold && !rg_sim_always;
    IRExpr *high;

    if (!step->value)
        return; /* its group comes with the last one */
    keep_address(b, step->value);
    if (!step->high) {
        if (checked)
            check_line(b, step->value, rg_b_plus(b, step->value, acc->size - 1));
    } else {
        high = rg_b_plus(b, step->high, step->high_size - 1);
        keep_address(b, high);
        if (checked) {
            check_line(b, step->value, step->value);
            check_line(b, high, high);
        }
    }
    b->n_groups++;
}

static void check_lines(struct rg_builder *b, const struct rg_segsim *sim)
{
    for (UInt i = 0; i < sim->n_lines; i++)
        b->slow = rg_b_or(b, b->slow, rg_b_load(b, rg_b_near(b, &rg_sim_line(sim, i)->absent)));
}

static void stamp_lines(struct rg_builder *b, const struct rg_segsim *sim)
{
    for (UInt i = 0; i < sim->n_lines; i++)
        rg_b_store(b, rg_b_near(b, &rg_sim_line(sim, i)->stamp), b->total);
}

static void emit_guarded(struct rg_builder *b, const struct rg_seg *seg, const struct rg_step *step)
{
    rg_b_call_if(b, step->guard, 2, "rg_h_sim_guarded", &rg_h_sim_guarded,
                 mkIRExprVec_2(rg_b_cword((UWord)seg), step->value));
}

/* ---- branches ---- */

static IRExpr *byte_at(struct rg_builder *b, IRExpr *addr)
{
    IRExpr *byte = rg_b_bind_ty(b, Ity_I8, IRExpr_Load(Iend_LE, Ity_I8, addr));
    return rg_b_bind(b, IRExpr_Unop(Iop_8Uto64, byte));
}

/* As rg_branch_conditional.  Returns 0 or, for a misprediction, 2^63.  */
static IRExpr *predict_cond(struct rg_builder *b, Addr a, IRExpr *taken)
{
    struct rg_branch *p = &rg_sim_branch;
    IRExpr *history = rg_b_load(b, rg_b_near(b, &p->history));
    IRExpr *counter = rg_b_plus(b, history, (UWord)&p->counter[a & RG_BRANCH_ADDR_MASK]);
    IRExpr *index = rg_b_binop(b, Iop_Or64, byte_at(b, counter), taken);
    IRExpr *next = byte_at(b, rg_b_plus(b, index, (UWord)p->step));
    IRExpr *newest = shift_left(b, taken, RG_BRANCH_ADDR_BITS);

    rg_b_store(b, counter, rg_b_bind_ty(b, Ity_I8, IRExpr_Unop(Iop_64to8, next)));
    newest = rg_b_binop(b, Iop_Add64, newest, rg_b_binop(b, Iop_Add64, history, history));
    rg_b_store(b, rg_b_near(b, &p->history), rg_b_binop(b, Iop_And64, newest, rg_b_cword(RG_BRANCH_HISTORY_MASK)));
    return shift_left(b, next, RG_BRANCH_MISS_SHIFT);
}

static IRExpr *predict_indirect(struct rg_builder *b, Addr a, IRExpr *target)
{
    IRExpr *last = rg_b_near(b, &rg_sim_branch.target[a & (RG_BRANCH_TARGETS - 1)]);
    IRExpr *differs = rg_b_binop(b, Iop_Xor64, rg_b_load(b, last), target);

    rg_b_store(b, last, target);
    return differs;
}

static IRExpr *taken_of(struct rg_builder *b, const struct rg_step *step)
{
    IRExpr *taken = step->value;

    if (step->inverted)
        taken = rg_b_bind_ty(b, Ity_I1, IRExpr_Unop(Iop_Not1, taken));
    return rg_b_bind(b, IRExpr_Unop(Iop_1Uto64, taken));
}

static void emit_branch(struct rg_builder *b, const struct rg_seg *seg, const struct rg_access *acc, const struct rg_step *step)
{
    Addr a = seg->sb->addr + acc->off;
    Bool raw = b->cold || rg_sim_always;

    if (acc->kind == RG_ACC_COND) {
        IRExpr *taken = taken_of(b, step);
        b->branch = raw ? taken : predict_cond(b, a, taken);
    } else {
        b->branch = raw ? step->value : predict_indirect(b, a, step->value);
        b->indirect = True;
    }
}

/* ---- a segment ---- */

void rg_emit_access(struct rg_builder *b, const struct rg_seg *seg, const struct rg_step *step)
{
    const struct rg_access *acc = &seg->sim->accesses[step->access];

    switch (acc->kind) {
    case RG_ACC_READ:
    case RG_ACC_WRITE:
        if (acc->guarded)
            emit_guarded(b, seg, step);
        else
            emit_data(b, acc, step);
        break;
    case RG_ACC_COND:
    case RG_ACC_INDIRECT: emit_branch(b, seg, acc, step); break;
    default: break;
    }
}

/* SLOW has a bit above those inside a line set.  So has a misprediction, but for that of an indirect jump, which may be any
   number.  */
static IRExpr *something_happened(struct rg_builder *b)
{
    IRExpr *lines = rg_b_cword(-(UWord)1 << rg_sim_d1_bits), *missed, *mispredicted;

    if (b->slow && b->branch && !b->indirect)
        return rg_b_nonzero(b, rg_b_binop(b, Iop_And64, rg_b_or(b, b->slow, b->branch), lines));
    missed = b->slow ? rg_b_binop(b, Iop_And64, b->slow, lines) : NULL;
    mispredicted = b->branch;
    if (missed && mispredicted)
        return rg_b_nonzero(b, rg_b_or(b, missed, mispredicted));
    return missed || mispredicted ? rg_b_nonzero(b, missed ? missed : mispredicted) : NULL;
}

static void emit_fast_end(struct rg_builder *b, const struct rg_seg *seg)
{
    IRExpr *wrong;

    if (b->n_groups) {
        IRExpr *time = rg_b_load(b, rg_b_near(b, &rg_sim_time));
        rg_b_store(b, rg_b_near(b, &rg_sim_time), rg_b_plus(b, time, b->n_groups * RG_SIM_TICKS));
    }
    check_lines(b, seg->sim);
    wrong = something_happened(b);
    if (!wrong)
        return;
    if (b->branch)
        rg_b_call_if(b, wrong, 3, "rg_h_sim_branch", &rg_h_sim_branch,
                     mkIRExprVec_3(rg_b_cword((UWord)seg), b->branch, b->slow ? b->slow : rg_b_cword(0)));
    else
        rg_b_call_if(b, wrong, 1, "rg_h_sim", &rg_h_sim, mkIRExprVec_1(rg_b_cword((UWord)seg)));
    stamp_slots(b);
    stamp_lines(b, seg->sim);
}

void rg_emit_sim_end(struct rg_builder *b, const struct rg_seg *seg)
{
    if (!seg->sim || seg->sim->accesses[0].guarded)
        return;
    if (b->cold || rg_sim_always)
        rg_b_call_if(b, NULL, 2, "rg_h_sim_all", &rg_h_sim_all,
                     mkIRExprVec_2(rg_b_cword((UWord)seg), b->branch ? b->branch : rg_b_cword(0)));
    else
        emit_fast_end(b, seg);
    if (rg_opt.compat_callgrind)
        rg_b_store(b, RG_STATE(done), rg_b_cword(1));
    b->slow = b->branch = NULL;
    b->indirect = False;
    b->n_words = b->n_groups = b->n_slots = 0;
}
