/* rg_build.h - building blocks of generated code.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_BUILD_H
#define RG_BUILD_H

#include "rg_vg.h"

#define RG_OFFSET_OF(type, field) __builtin_offsetof(type, field)

/* What is known of a value relative to SP at the start of the superblock: it is at most SP + UB.  */
struct rg_sp_info {
    Bool known;
    Long ub;
};

struct rg_builder {
    IRSB *out;
    struct rg_sb *sb;
    IRExpr *base;  /* RG_BASE */
    IRExpr *off;   /* state.off, which no superblock changes before its exit */
    IRExpr *total; /* state.total, with the last segment begun */
    Int offset_sp, size_sp;
    struct rg_sp_info *tmps; /* by temporary of the input */
    Int n_tmps;
    struct rg_sp_info sp; /* now */
    IRExpr *sp_value;  /* what was last put there, NULL: unknown */
    Long checked;      /* SP up to this is known to be in the top entry */
    Int last_put_sp;   /* index of the last statement that changes SP */
    Bool is_plt;
    Bool cold;
    Bool marks;    /* rg_fault.c */
    Bool several;  /* the present segment has several places that can fault */
    UInt marked;   /* the last instruction that a mark was made for */
    ULong faults[4]; /* a bit for each instruction that can fault */
    Int offset_mark; /* in the guest state */
    Bool ip_is_addr; /* the guest jumps to the superblock by its own address */
    /* Of the present segment: */
    UInt n_words;     /* of addresses written so far: rg_sim_address */
    UInt n_groups;    /* of data accesses so far */
    UInt n_slots;     /* of D1 asked so far */
    IRExpr *slots[2 * RG_MAX_GROUPS]; /* where they are, in words, in the table */
    UInt slot_group[2 * RG_MAX_GROUPS];
    IRExpr *slow;     /* not zero: the helper must look at it; NULL: 0 */
    IRExpr *branch;   /* not zero: the branch was mispredicted; when always simulated: taken, or target */
    Bool indirect;    /* it is an indirect jump */
};

/* ---- IR ---- */

static inline IRExpr *rg_b_cword(UWord v) { return IRExpr_Const(IRConst_U64(v)); }
static inline void rg_b_add(struct rg_builder *b, IRStmt *st) { addStmtToIRSB(b->out, st); }

static inline IRExpr *rg_b_bind_ty(struct rg_builder *b, IRType ty, IRExpr *e)
{
    IRTemp t = newIRTemp(b->out->tyenv, ty);
    rg_b_add(b, IRStmt_WrTmp(t, e));
    return IRExpr_RdTmp(t);
}

static inline IRExpr *rg_b_bind(struct rg_builder *b, IRExpr *e) { return rg_b_bind_ty(b, Ity_I64, e); }
static inline IRExpr *rg_b_binop(struct rg_builder *b, IROp op, IRExpr *x, IRExpr *y) { return rg_b_bind(b, IRExpr_Binop(op, x, y)); }
static inline IRExpr *rg_b_cmp(struct rg_builder *b, IROp op, IRExpr *x, IRExpr *y) { return rg_b_bind_ty(b, Ity_I1, IRExpr_Binop(op, x, y)); }
static inline IRExpr *rg_b_nonzero(struct rg_builder *b, IRExpr *x)
{
    return rg_b_bind_ty(b, Ity_I1, IRExpr_Unop(Iop_CmpNEZ64, x));
}

static inline IRExpr *rg_b_load(struct rg_builder *b, IRExpr *addr) { return rg_b_bind(b, IRExpr_Load(Iend_LE, Ity_I64, addr)); }
static inline IRExpr *rg_b_plus(struct rg_builder *b, IRExpr *x, UWord n) { return n ? rg_b_binop(b, Iop_Add64, x, rg_b_cword(n)) : x; }
static inline void rg_b_store(struct rg_builder *b, IRExpr *addr, IRExpr *v) { rg_b_add(b, IRStmt_Store(Iend_LE, addr, v)); }

/* The state is addressed from a base pointer that every thread has in its shadow registers.  As a constant it would cost a
   10-byte instruction at every use, because constants are propagated; and counters are in reach of a 32-bit displacement
   from it.  */
static inline IRExpr *rg_b_near(struct rg_builder *b, const volatile void *p) { return rg_b_plus(b, b->base, (UWord)p - RG_BASE); }
#define RG_STATE(field) rg_b_near(b, &rg_s.field)
#define RG_FRAME(frame, field) rg_b_plus(b, frame, RG_OFFSET_OF(struct rg_frame, field))

static inline IRExpr *rg_b_cached(struct rg_builder *b, const void *field) { return rg_b_load(b, rg_b_cword((UWord)field)); }

static inline IRExpr *rg_b_guest_sp(struct rg_builder *b) { return b->sp_value ? b->sp_value : rg_b_bind(b, IRExpr_Get(b->offset_sp, Ity_I64)); }

static inline void rg_b_call_if(struct rg_builder *b, IRExpr *guard, Int regparms, const HChar *name, void *fn, IRExpr **args)
{
    IRDirty *d = unsafeIRDirty_0_N(regparms, name, VG_(fnptr_to_fnentry)(fn), args);
    if (guard)
        d->guard = guard;
    rg_b_add(b, IRStmt_Dirty(d));
}

/* I1 x and y.  */
static inline IRExpr *rg_b_both(struct rg_builder *b, IRExpr *x, IRExpr *y)
{
    IRExpr *p = rg_b_bind_ty(b, Ity_I64, IRExpr_Unop(Iop_1Uto64, x));
    IRExpr *q = rg_b_bind_ty(b, Ity_I64, IRExpr_Unop(Iop_1Uto64, y));
    return rg_b_cmp(b, Iop_CmpNE64, rg_b_binop(b, Iop_And64, p, q), rg_b_cword(0));
}

static inline IRExpr *rg_b_either(struct rg_builder *b, IRExpr *x, IRExpr *y)
{
    IRExpr *p = rg_b_bind_ty(b, Ity_I64, IRExpr_Unop(Iop_1Uto64, x));
    IRExpr *q = rg_b_bind_ty(b, Ity_I64, IRExpr_Unop(Iop_1Uto64, y));
    return rg_b_cmp(b, Iop_CmpNE64, rg_b_binop(b, Iop_Or64, p, q), rg_b_cword(0));
}

static inline IRExpr *rg_b_or(struct rg_builder *b, IRExpr *x, IRExpr *y) { return x ? rg_b_binop(b, Iop_Or64, x, y) : y; }

/* Of the segment's accesses and branches: rg_emit_sim.c.  */
struct rg_step;
void rg_emit_counts(struct rg_builder *b, const struct rg_seg *seg);
void rg_emit_access(struct rg_builder *b, const struct rg_seg *seg, const struct rg_step *step);
void rg_emit_sim_end(struct rg_builder *b, const struct rg_seg *seg);

#endif
