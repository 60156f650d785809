/* rg_item_priv.h - what the files of the item key share.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_ITEM_PRIV_H
#define RG_ITEM_PRIV_H

#include "rg_item.h"

/* Buffers for the time of one reading; the last are by depth of paths in paths.  */
enum { SPARE_PARENT, SPARE_LAST, SPARE_PATH, SPARE_SCOPE, SPARE_TYPES, SPARE_TRAIT, SPARE_LABELS, MAX_NESTED = RG_ITEM_SPARES - SPARE_LABELS };

static inline struct rg_buf *rg_item_spare(struct rg_item *it, unsigned i)
{
    rg_buf_clear(&it->spare[i]);
    return &it->spare[i];
}

/* Fills IT, which is empty, from a legacy symbol with a hash.  */
void rg_item_read_legacy(struct rg_item *it, const struct rg_symbol *s, const struct rg_item_source *src);

/* Adds the class that only DWARF's NAME (may be NULL) tells.  */
void rg_item_mark_async(struct rg_item *it, const char *name);

/* Adds the classes that follow from the key.  */
void rg_item_classify(struct rg_item *it);

#endif
