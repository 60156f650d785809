/* rg_cache_wb.c - a last-level cache with dirty lines, and the prefetcher.

   SPDX-License-Identifier: GPL-2.0-or-later

   This keeps callgrind's words, because its numbers depend on what is in them:
   - a word of a set is the address's bits above the set, cut to 32 bits (so addresses 4 GB apart are one line), with bit 0 for
     a dirty line; all begin as 0, which is a clean line with these bits zero;
   - with one set, an access that straddles two lines touches the first only;
   - what is prefetched is put there as a number of a line, not as such a word: it is never found again by an access, but it
     pushes others out, and counts as dirty when it is odd.  */
#include "rg_cache_impl.h"

enum { DIRTY = 1 };

void rg_cache_wb_init(struct rg_cache_wb *w, const struct rg_geometry *g)
{
    unsigned sets = rg_lru_n_sets(g);

    w->line_bits = rg_log2(g->line);
    w->set_bits = rg_log2(sets);
    w->assoc = g->assoc;
    w->tag_mask = UINT32_MAX << (w->line_bits + w->set_bits) & UINT32_MAX;
    w->words = rg_alloc("cache.wb", (size_t)sets * g->assoc * sizeof *w->words);
}

void rg_cache_wb_clear(struct rg_cache_wb *w)
{
    memset(w->words, 0, ((size_t)w->assoc << w->set_bits) * sizeof *w->words);
}

/* Moves the word that is WORD but for the bits of LOOSE to the front, with MORE bits set; or puts WORD there.  */
static enum rg_cache_result to_front(struct rg_cache_wb *w, size_t set, uint64_t word, uint64_t loose, uint64_t more)
{
    uint64_t *words = &w->words[set * w->assoc];
    uint64_t carried = word | more;

    for (unsigned i = 0; i < w->assoc; i++) {
        uint64_t old = words[i];
        words[i] = carried;
        if ((old & ~loose) == word) {
            words[0] = old | more;
            return RG_CACHE_LL_HIT;
        }
        carried = old;
    }
    return carried & DIRTY ? RG_CACHE_MISS_DIRTY : RG_CACHE_MISS;
}

static size_t set_of(const struct rg_cache_wb *w, uint64_t a)
{
    return a >> w->line_bits & ((1u << w->set_bits) - 1);
}

enum rg_cache_result rg_cache_wb_access(struct rg_cache_wb *w, uint64_t a, unsigned size, bool write)
{
    uint64_t last = a + size - 1, more = write ? DIRTY : 0;
    size_t set1 = set_of(w, a), set2 = set_of(w, last);
    enum rg_cache_result first = to_front(w, set1, a & w->tag_mask, DIRTY, more);

    if (set1 == set2)
        return first;
    enum rg_cache_result second = to_front(w, set2, last & w->tag_mask, DIRTY, more);
    return first > second ? first : second;
}

void rg_cache_wb_prefetch(struct rg_cache_wb *w, uint64_t a)
{
    to_front(w, set_of(w, a), a >> w->line_bits, 0, 0);
}

/* One stream in each eighth 4 KB page.  A stream that has gone in one direction for three lines is one to be fetched for.  */
bool rg_cache_prefetch(struct rg_cache_stream streams[RG_CACHE_STREAMS], unsigned line_bits, uint64_t a, uint64_t *fetch)
{
    enum { PAGE_BITS = 12, AHEAD = 5, LONG_ENOUGH = 2 };
    struct rg_cache_stream *s = &streams[(a >> PAGE_BITS) % RG_CACHE_STREAMS];
    uint32_t line = (uint32_t)(a >> line_bits);
    uint64_t distance = (uint64_t)AHEAD << line_bits;
    bool up = line == (uint32_t)(s->last + 1), down = line == (uint32_t)(s->last - 1);

    if (line == s->last)
        return false;
    s->last = line;
    if (s->run == 0) {
        s->run = up ? 1 : down ? -1 : 0;
        return false;
    }
    if (s->run > 0 ? !up : !down) {
        s->run = 0;
        return false;
    }
    s->run += s->run > 0 ? 1 : -1;
    *fetch = s->run > 0 ? a + distance : a - distance;
    return s->run >= LONG_ENOUGH || s->run <= -LONG_ENOUGH;
}
