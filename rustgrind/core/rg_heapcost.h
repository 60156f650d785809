/* rg_heapcost.h - what each call costs in terms of the heap, from statistics by call path.

   SPDX-License-Identifier: GPL-2.0-or-later

   Calls are named by their *via*, a number other than 0 which the caller has put into the nodes of the tree.  */
#ifndef RG_HEAPCOST_H
#define RG_HEAPCOST_H

#include "rg_calltree.h"
#include "rg_heap.h"

struct rg_heapcost; /* opaque */

enum { RG_HEAPCOST_ALLOC_BYTES, RG_HEAPCOST_ALLOC_BLOCKS, RG_HEAPCOST_PEAK_BYTES, RG_HEAPCOST_LEAK_BYTES, RG_HEAPCOST_N };

struct rg_heapcost_in {
    const struct rg_heap *heap; /* settled */
    const struct rg_calltree *tree;
    void *arg;
    /* Of the blocks of SITE: the via of the call that allocates them, and the innermost node on whose behalf it is made.  */
    uint64_t (*site)(void *arg, uint32_t site, uint32_t *node);
    /* Bytes that SITE leaks; NULL: not known.  */
    uint64_t (*leaked)(void *arg, uint32_t site);
    /* Is VIA a call?  If not, its cost belongs to nothing further out: the function was the first one of a thread, or of a signal
       handler.  */
    bool (*is_call)(void *arg, uint64_t via);
};

struct rg_heapcost *rg_heapcost_new(const struct rg_heapcost_in *in);
void rg_heapcost_free(struct rg_heapcost *c);

/* Both return RG_HEAPCOST_N numbers, or NULL when all are 0: what is allocated by the call VIA itself, and what on behalf of the
   function that it calls.  Of the second only those that are known at the end alone are filled in: peak and leaks.  */
const uint64_t *rg_heapcost_self(const struct rg_heapcost *c, uint64_t via);
const uint64_t *rg_heapcost_incl(const struct rg_heapcost *c, uint64_t via);

#endif
