/* rg_calltree.h - the tree of calls that led to something: one node per path.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_CALLTREE_H
#define RG_CALLTREE_H

#include "rg_port.h"

/* Node 0 is the root: no call.  A node is one function activation seen from its caller.  */
enum { RG_CALLTREE_ROOT = 0 };

struct rg_calltree_node {
    uint64_t ip;     /* return address of the call; 0: jumped to, or the first function of its thread */
    uint64_t via;    /* what the caller of this module knows the call by, the first time that it was made */
    uint32_t parent; /* the caller's node */
    uint32_t fn;     /* what the caller of this module knows the function by */
    uint32_t mark;   /* free for the caller of this module; 0 in a new node */
    uint32_t depth;  /* of the root: 0 */
};

struct rg_calltree; /* opaque */

struct rg_calltree *rg_calltree_new(const char *tag);
void rg_calltree_free(struct rg_calltree *t);

/* The node for FN, called from node PARENT with return address IP: found, or made.  VIA tells jumps apart, which have no IP.  */
uint32_t rg_calltree_child(struct rg_calltree *t, uint32_t parent, uint64_t ip, uint32_t fn, uint64_t via);

/* Valid until the next rg_calltree_child.  */
struct rg_calltree_node *rg_calltree_at(const struct rg_calltree *t, uint32_t node);

/* Nodes are 0 to count - 1; a parent's number is smaller than its children's.  */
uint32_t rg_calltree_count(const struct rg_calltree *t);

#endif
