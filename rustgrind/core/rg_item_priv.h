/* rg_item_priv.h - what the files of the item key share.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_ITEM_PRIV_H
#define RG_ITEM_PRIV_H

#include "rg_item.h"

/* Fills IT, which is empty, from a legacy symbol with a hash.  */
void rg_item_read_legacy(struct rg_item *it, const struct rg_symbol *s, const struct rg_item_source *src);

/* Adds the class that only DWARF's NAME (may be NULL) tells.  */
void rg_item_mark_async(struct rg_item *it, const char *name);

/* Adds the classes that follow from the key.  */
void rg_item_classify(struct rg_item *it);

#endif
