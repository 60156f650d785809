/* rg_edge.h - the counters of calls: who called, who was called, how often, at what inclusive cost.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_EDGE_H
#define RG_EDGE_H

#include "rg_vg.h"

/* A place that calls: an exit of a superblock, executed with counters at BLOCK, at level offset LVL.  */
struct rg_source {
    struct rg_exit *exit;
    UWord *block;
    UWord lvl;
};

/* The counters of calls from FROM to TO, whose context is at level offset TO_LVL: [0] counts them, [rg_n_levels squared] is their
   inclusive cost.  */
UWord *rg_edge_words(const struct rg_source *from, struct rg_place *to, UWord to_lvl);

/* The counter of instructions in skipped code that FROM called.  */
UWord *rg_edge_skipped(const struct rg_source *from);

/* Stands for a caller that was never seen calling: a call instruction somewhere before A + 1, in the context HOME.  */
struct rg_source rg_edge_unknown_caller(Addr a, UWord home);

/* What FROM, an unknown caller, has called: the context of FN, entered nobody knows where; RETURNING is where it returns.  */
struct rg_place *rg_edge_unknown_entry(const struct rg_source *from, struct rg_fn *fn, struct rg_sb *returning);

#endif
