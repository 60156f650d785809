/* rg_lru.c - one set-associative cache with true LRU.

   SPDX-License-Identifier: GPL-2.0-or-later

   Canonical addresses differ in their low 48 bits.  When line and set take 17 of them, tags have at most 31 bits, and one with
   more is free to mean "empty".  With fewer, 64 bits are used, and an empty way holds a number that no line has.

   Where in a set a tag is found is hard to predict, so a loop that ends there costs more than one that always goes through all
   ways; sets of 4, 8, 12 ... 64 narrow tags are moved four tags at a time without looking (w1d: half the time), and sets of 16,
   which are usual, without a loop.  */
#include "rg_lru_usual.h"

enum { NARROW_BITS = 48 - 31, BY_FOUR_MAX = 64 };

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
    l->usual = l->narrow && g->assoc == RG_LRU_USUAL_ASSOC;
    l->set_mask = sets - 1;
    l->set_bytes = g->assoc * (l->narrow ? sizeof(uint32_t) : sizeof(uint64_t));
    l->tags = rg_alloc_lines("lru", (size_t)sets * l->set_bytes, &l->memory);
    rg_lru_clear(l);
}

void rg_lru_free(struct rg_lru *l)
{
    rg_free(l->memory);
    l->tags = l->memory = NULL;
}

void rg_lru_clear(struct rg_lru *l)
{
    memset(l->tags, 0xff, (l->set_mask + (size_t)1) * l->set_bytes);
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

#ifdef __SSE2__
/* The same for ASSOC narrow tags, a multiple of 4 up to BY_FOUR_MAX.  */
static bool to_front_by_four(uint32_t *tags, unsigned assoc, uint32_t tag)
{
    const __m128i bits = _mm_set_epi32(8, 4, 2, 1), wanted = _mm_set1_epi32((int)tag);
    __m128i carried = _mm_slli_si128(wanted, 12);
    uint64_t found = 0, moved;

    for (unsigned i = 0; i < assoc; i += 4) {
        __m128i equal = _mm_cmpeq_epi32(rg_lru_four(tags + i), wanted);
        found |= (uint64_t)(unsigned)_mm_movemask_ps(_mm_castsi128_ps(equal)) << i;
    }
    moved = found ^ (found - 1); /* the way it was in and those before it; all of them if it was in none */
    for (unsigned i = 0; i < assoc; i += 4) {
        __m128i now = rg_lru_four(tags + i);
        __m128i shifted = _mm_or_si128(_mm_slli_si128(now, 4), _mm_srli_si128(carried, 12));
        __m128i chosen = _mm_cmpeq_epi32(_mm_and_si128(_mm_set1_epi32((int)(moved >> i)), bits), bits);
        carried = now;
        _mm_storeu_si128((__m128i *)(tags + i), rg_lru_choose(chosen, shifted, now));
    }
    return found != 0;
}
#else
static inline bool to_front_by_four(uint32_t *tags, unsigned assoc, uint32_t tag)
{
    return to_front(tags, assoc, true, tag);
}

bool rg_lru_to_front(uint32_t *tags, uint32_t tag) { return to_front(tags, RG_LRU_USUAL_ASSOC, true, tag); }
#endif

static bool touch_any(const struct rg_lru *l, uint64_t block)
{
    void *set = rg_lru_set(l, block);

    if (!l->narrow)
        return to_front(set, l->assoc, false, block >> l->set_bits);
    if (l->assoc % 4 == 0 && l->assoc <= BY_FOUR_MAX)
        return to_front_by_four(set, l->assoc, rg_lru_narrow_tag(l, block));
    return to_front(set, l->assoc, true, rg_lru_narrow_tag(l, block));
}

static inline bool touch(const struct rg_lru *l, uint64_t block)
{
    return l->usual ? rg_lru_touch_usual(l, block) : touch_any(l, block);
}

bool rg_lru_access(struct rg_lru *l, uint64_t a, unsigned size)
{
    uint64_t block1 = a >> l->line_bits, block2 = (a + size - 1) >> l->line_bits;
    bool hit = touch(l, block1);

    if (block2 != block1)
        hit &= touch(l, block2);
    return hit;
}
