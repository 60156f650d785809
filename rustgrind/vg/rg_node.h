/* rg_node.h - hash tables whose nodes are made when they are first asked for.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_NODE_H
#define RG_NODE_H

#include "rg_vg.h"

#include "pub_tool_hashtable.h"

/* The node of KEY in *TABLE (made too if it is NULL); if there was none, one of SIZE bytes, zeroed but for the key.  It begins as a
   VgHashNode does: next, key.  */
static inline void *rg_node_of(VgHashTable **table, const HChar *tag, UWord key, SizeT size)
{
    VgHashNode *n;

    if (!*table)
        *table = VG_(HT_construct)(tag);
    n = VG_(HT_lookup)(*table, key);
    if (!n) {
        n = RG_ALLOC(tag, size);
        n->key = key;
        VG_(HT_add_node)(*table, n);
    }
    return n;
}

#endif
