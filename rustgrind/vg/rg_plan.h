/* rg_plan.h - what is to be counted and simulated at which statement of a superblock.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_PLAN_H
#define RG_PLAN_H

#include "rg_vg.h"

/* Things to do before statement STMT of the superblock (its number of statements: at its end), in this order.  */
enum rg_step_kind {
    RG_STEP_BEGIN,  /* segment SEG begins */
    RG_STEP_ACCESS, /* its next access, if VALUE is not NULL: address, or for branches taken (I1) or target */
    RG_STEP_END,    /* all of it has happened */
};

struct rg_step {
    UChar kind;
    Int stmt;
    UInt seg;
    UInt access;   /* index in the segment's accesses */
    IRExpr *value; /* address; target; for conditional branches the guard */
    IRExpr *high;  /* of the last of a group of accesses: VALUE is its lowest byte, HIGH + HIGH_SIZE - 1 its highest */
    UInt high_size;
    Bool inverted; /* of a conditional branch: taken is the opposite of VALUE */
    IRExpr *guard; /* of a guarded access */
};

struct rg_plan_seg {
    UShort first, n;       /* instructions */
    UInt access, n_access; /* in rg_plan.accesses */
    UInt n_words;          /* for data addresses */
    UInt n_groups;
};

struct rg_plan {
    struct rg_step *steps;
    struct rg_plan_seg *segs;
    struct rg_access *accesses;
    UInt n_steps, n_segs, n_accesses, n_slots;
};

/* Makes the plan of IN, whose first IMark is statement FIRST; it lives until the next call.  */
const struct rg_plan *rg_plan_make(const IRSB *in, Int first);
/* The plan made last.  */
const struct rg_plan *rg_plan_last(void);

#endif
