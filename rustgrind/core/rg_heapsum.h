/* rg_heapsum.h - heap statistics by function, from those by call path.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_HEAPSUM_H
#define RG_HEAPSUM_H

#include "rg_calltree.h"
#include "rg_heap.h"

/* SELF counts what the function allocates by itself or through functions that are not the program's own; INCL also what the
   program's functions that it calls allocate.  A recursive function counts once.  */
struct rg_heapsum_cost {
    uint64_t bytes, blocks, peak_bytes, peak_blocks, temp_blocks, copied_bytes, freed_blocks, lifetimes, unused_bytes;
};

struct rg_heapsum_row {
    uint32_t fn; /* as in the tree's nodes */
    struct rg_heapsum_cost self, incl;
};

/* The heap and the tree whose node of site S is node(arg, S); own(arg, FN): FN is the program's, not of a library.  */
struct rg_heapsum_in {
    const struct rg_heap *heap; /* settled */
    const struct rg_calltree *tree;
    void *arg;
    uint32_t (*node)(void *arg, uint32_t site);
    bool (*own)(void *arg, uint32_t fn);
};

/* Rows of all functions on paths, by self bytes, largest first; stores their number.  Freed by rg_free.  */
struct rg_heapsum_row *rg_heapsum(const struct rg_heapsum_in *in, size_t *n);

#endif
