/* rg_leak_priv.h - what the parts of the leak check share: rg_leak.c (marking), rg_leakref.c (pointers into the middle),
   rg_leakscc.c (components).

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_LEAK_PRIV_H
#define RG_LEAK_PRIV_H

#include "rg_leak.h"

enum { RG_LEAK_MAX_REGIONS = 64 };

/* What is known of a block, in 16 bits.  */
enum {
    ST_KIND = 3,         /* enum rg_leak_kind */
    ST_REFS_SHIFT = 2,   /* 3 bits */
    ST_HEUR_SHIFT = 5,   /* 3 bits: number of the heuristic + 1 */
    ST_WAITING = 1 << 8, /* to be looked into; its link is the next such block */
    ST_NOT_ROOT = ST_WAITING, /* rg_leakscc.c */
    ST_SELF = 1 << 9,         /* points to its own start */
    ST_WORD_SHIFT = 10,       /* 6 bits: the word to go on with */
    ST_WORDS = 1 << 6,
};

/* Blocks [first, end) and a table over [lo, hi).  */
struct rg_leak_region {
    uint64_t lo, hi;
    uint32_t first, end;
    uint32_t *starts; /* by (address - lo) >> shift: the first block that ends behind the beginning of the piece */
    unsigned shift;
};

/* A word that may be a pointer, with what is before and behind it, where known.  */
struct rg_leak_word {
    uint64_t v, before, behind;
    uint64_t where;     /* of root words */
    uint32_t block;     /* where the search for it begins */
    uint8_t from;       /* kind of what holds it */
    bool in_root_stack; /* on a stack or in a register: more likely left over from something */
};

enum { RG_LEAK_BATCH = 64 };

struct rg_leak {
    struct rg_leak_world w;
    struct rg_heap *heap;
    struct rg_heap_view view;
    size_t n;
    uint64_t lo, hi; /* of all blocks */
    struct rg_leak_region regions[RG_LEAK_MAX_REGIONS];
    unsigned n_regions;
    uint16_t *state;
    uint32_t *link; /* reached: number of the root; lost: block it belongs to; waiting: the next one */
    uint32_t waiting;
    struct rg_leak_root *roots;
    uint32_t n_roots, root_room;
    struct rg_leak_root now; /* root that is being scanned */
    uint32_t now_number;     /* its number, once it has reached something */
    struct rg_leak_word batch[RG_LEAK_BATCH], root_batch[RG_LEAK_BATCH];
    unsigned n_batch, n_root_batch;

    /* The lost, by rank: their number among the lost in the order of addresses.  */
    uint64_t *lost_bits;
    uint32_t *lost_before; /* by 64 blocks: the lost ones before them */
    uint32_t n_lost;
    uint32_t *component;   /* by rank */
    uint16_t *found;       /* by rank: pointers to its start */
    struct rg_leak_component *components;
    uint32_t n_components, component_room;
    size_t memory, most_memory; /* bytes */
};

static inline const struct rg_heap_block *rg_leak_block_at(const struct rg_leak *l, size_t i)
{
    return rg_heap_view_at(&l->view, i);
}

static inline enum rg_leak_kind rg_leak_kind_at(const struct rg_leak *l, size_t i) { return l->state[i] & ST_KIND; }

/* The region of V, or NULL.  */
static inline const struct rg_leak_region *rg_leak_region_of(const struct rg_leak *l, uint64_t v)
{
    for (unsigned k = 0; k < l->n_regions; k++)
        if (v - l->regions[k].lo < l->regions[k].hi - l->regions[k].lo)
            return &l->regions[k];
    return NULL;
}

static inline bool rg_leak_in_range(const struct rg_leak *l, uint64_t v) { return v - l->lo < l->hi - l->lo; }

/* From block I on, the one that holds V.  */
static inline uint32_t rg_leak_find_from(const struct rg_leak *l, uint32_t i, uint64_t v)
{
    while (i < l->n && rg_heap_block_end(rg_leak_block_at(l, i)) <= v)
        i++;
    return i < l->n && rg_leak_block_at(l, i)->addr <= v ? i : RG_LEAK_NOT_FOUND;
}

static inline uint32_t rg_leak_lookup(const struct rg_leak *l, uint64_t v)
{
    const struct rg_leak_region *r = rg_leak_in_range(l, v) ? rg_leak_region_of(l, v) : NULL;
    return r ? rg_leak_find_from(l, r->starts[(v - r->lo) >> r->shift], v) : RG_LEAK_NOT_FOUND;
}

static inline const uint64_t *rg_leak_words(const struct rg_leak *l, uint64_t addr, size_t n, size_t *got)
{
    return l->w.words(l->w.arg, addr, n, got);
}

static inline uint64_t rg_leak_first_word(const struct rg_heap_block *b) { return (b->addr + 7) & ~(uint64_t)7; }

static inline size_t rg_leak_n_words(const struct rg_heap_block *b)
{
    uint64_t end = (b->addr + b->size) & ~(uint64_t)7;
    return end > rg_leak_first_word(b) ? (end - rg_leak_first_word(b)) / 8 : 0;
}

bool rg_leak_word_at(const struct rg_leak *l, const struct rg_heap_block *b, size_t word, uint64_t *value);

/* rg_leakref.c: how C refers to block B at offset OFF, a RG_LEAK_REF_*; *HEURISTIC is set if that needed one.  */
unsigned rg_leak_ref_kind(const struct rg_leak *l, const struct rg_heap_block *b, uint64_t off, const struct rg_leak_word *c,
                          unsigned *heuristic);

/* rg_leakscc.c.  Before it, the links of the lost are free for its use.  */
void rg_leak_find_components(struct rg_leak *l);

/* The rank of block I, or NOT_FOUND.  */
static inline uint32_t rg_leak_rank(const struct rg_leak *l, size_t i)
{
    uint64_t bits = l->lost_bits ? l->lost_bits[i / 64] : 0, below;

    if (!(bits >> (i % 64) & 1))
        return RG_LEAK_NOT_FOUND;
    below = bits & (((uint64_t)1 << i % 64) - 1);
    below -= below >> 1 & 0x5555555555555555u;
    below = (below & 0x3333333333333333u) + (below >> 2 & 0x3333333333333333u);
    below = (below + (below >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return l->lost_before[i / 64] + (uint32_t)(below * 0x0101010101010101u >> 56);
}

/* As rg_alloc and rg_free, but counted.  */
void *rg_leak_alloc(struct rg_leak *l, size_t n);
void rg_leak_release(struct rg_leak *l, void *p, size_t n);

#endif
