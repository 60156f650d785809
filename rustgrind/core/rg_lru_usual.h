/* rg_lru_usual.h - the usual set of rg_lru.h, inline: 16 ways of narrow tags.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_LRU_USUAL_H
#define RG_LRU_USUAL_H

#include "rg_lru.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { RG_LRU_USUAL_ASSOC = 16 };

static inline void *rg_lru_set(const struct rg_lru *l, uint64_t block)
{
    return (char *)l->tags + (block & l->set_mask) * l->set_bytes;
}

/* The tag of the line with number BLOCK, when tags are narrow.  */
static inline uint32_t rg_lru_narrow_tag(const struct rg_lru *l, uint64_t block) { return block >> l->set_bits & UINT32_MAX >> 1; }

#ifdef __SSE2__
static inline __m128i rg_lru_four(const uint32_t *tags) { return _mm_loadu_si128((const __m128i *)tags); }

static inline __m128i rg_lru_choose(__m128i which, __m128i yes, __m128i no)
{
    return _mm_or_si128(_mm_and_si128(which, yes), _mm_andnot_si128(which, no));
}

/* The tags before TAG, or all of them if it is not there, take the place of the next one; TAG is the first.  Returns true when it was
   there.  */
static inline bool rg_lru_to_front(uint32_t *tags, uint32_t tag)
{
    static const uint32_t moved[2 * RG_LRU_USUAL_ASSOC] = {
        UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
        UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    const __m128i wanted = _mm_set1_epi32((int)tag);
    __m128i a = rg_lru_four(tags), b = rg_lru_four(tags + 4), c = rg_lru_four(tags + 8), d = rg_lru_four(tags + 12);
    __m128i low = _mm_packs_epi32(_mm_cmpeq_epi32(a, wanted), _mm_cmpeq_epi32(b, wanted));
    __m128i high = _mm_packs_epi32(_mm_cmpeq_epi32(c, wanted), _mm_cmpeq_epi32(d, wanted));
    unsigned found = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(low, high));
    const uint32_t *which = moved + RG_LRU_USUAL_ASSOC - 1 - __builtin_ctz(found | 1u << (RG_LRU_USUAL_ASSOC - 1));
    __m128i a1 = _mm_or_si128(_mm_slli_si128(a, 4), _mm_cvtsi32_si128((int)tag));
    __m128i b1 = rg_lru_four(tags + 3), c1 = rg_lru_four(tags + 7), d1 = rg_lru_four(tags + 11);

    _mm_storeu_si128((__m128i *)tags, rg_lru_choose(rg_lru_four(which), a1, a));
    _mm_storeu_si128((__m128i *)(tags + 4), rg_lru_choose(rg_lru_four(which + 4), b1, b));
    _mm_storeu_si128((__m128i *)(tags + 8), rg_lru_choose(rg_lru_four(which + 8), c1, c));
    _mm_storeu_si128((__m128i *)(tags + 12), rg_lru_choose(rg_lru_four(which + 12), d1, d));
    return found != 0;
}
#else
bool rg_lru_to_front(uint32_t *tags, uint32_t tag);
#endif

/* Touches the line with number BLOCK of a cache whose sets are usual.  Returns true when it was there.  */
static inline bool rg_lru_touch_usual(const struct rg_lru *l, uint64_t block)
{
    return rg_lru_to_front(rg_lru_set(l, block), rg_lru_narrow_tag(l, block));
}

#endif
