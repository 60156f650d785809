/* rg_lru.c - one set-associative cache with true LRU.

   SPDX-License-Identifier: GPL-2.0-or-later

   Canonical addresses differ in their low 48 bits.  When line and set take 17 of them, tags have at most 31 bits, and one with
   more is free to mean "empty".  With fewer, 64 bits are used, and an empty way holds a number that no line has.  */
#include "rg_lru.h"

enum { NARROW_BITS = 48 - 31 };

static inline uint64_t tag_at(const void *tags, size_t i, bool narrow)
{
    return narrow ? ((const uint32_t *)tags)[i] : ((const uint64_t *)tags)[i];
}

static inline void set_tag(void *tags, size_t i, bool narrow, uint64_t tag)
{
    if (narrow)
        ((uint32_t *)tags)[i] = (uint32_t)tag;
    else
        ((uint64_t *)tags)[i] = tag;
}

void rg_lru_init(struct rg_lru *l, const struct rg_geometry *g)
{
    unsigned sets = rg_lru_n_sets(g);

    l->line_bits = rg_log2(g->line);
    l->set_bits = rg_log2(sets);
    l->assoc = g->assoc;
    l->narrow = l->line_bits + l->set_bits >= NARROW_BITS;
    l->tags = rg_alloc("lru", (size_t)sets * g->assoc * (l->narrow ? sizeof(uint32_t) : sizeof(uint64_t)));
    rg_lru_clear(l);
}

void rg_lru_free(struct rg_lru *l)
{
    rg_free(l->tags);
    l->tags = NULL;
}

void rg_lru_clear(struct rg_lru *l)
{
    size_t ways = (size_t)l->assoc << l->set_bits;

    memset(l->tags, 0xff, ways * (l->narrow ? sizeof(uint32_t) : sizeof(uint64_t)));
    for (size_t i = 0; i < l->assoc; i++)
        set_tag(l->tags, i, l->narrow, 0);
}

/* Every way takes the tag of the one before it, up to where TAG was, or to the end.  */
static inline bool to_front(void *tags, unsigned assoc, bool narrow, uint64_t tag)
{
    uint64_t carried = tag;

    for (unsigned i = 0; i < assoc; i++) {
        uint64_t t = tag_at(tags, i, narrow);
        set_tag(tags, i, narrow, carried);
        if (t == tag)
            return true;
        carried = t;
    }
    return false;
}

static inline bool touch(struct rg_lru *l, uint64_t block)
{
    size_t first = (block & ((1u << l->set_bits) - 1)) * l->assoc;
    uint64_t tag = block >> l->set_bits;

    if (l->narrow)
        return to_front((uint32_t *)l->tags + first, l->assoc, true, tag & UINT32_MAX >> 1);
    return to_front((uint64_t *)l->tags + first, l->assoc, false, tag);
}

bool rg_lru_access(struct rg_lru *l, uint64_t a, unsigned size)
{
    uint64_t block1 = a >> l->line_bits, block2 = (a + size - 1) >> l->line_bits;
    bool hit = touch(l, block1);

    if (block2 != block1)
        hit &= touch(l, block2);
    return hit;
}
