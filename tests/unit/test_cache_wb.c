/* test_cache_wb.c - rg_cache with a last-level cache that is written back.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>

#include "port_test.h"
#include "rg_cache.h"
#include "rnd.h"
#include "slowcache.h"
#include "suites.h"

#define L1 RG_CACHE_L1_HIT
#define LL RG_CACHE_LL_HIT
#define MEM RG_CACHE_MISS
#define DIRTY RG_CACHE_MISS_DIRTY

struct step {
    enum rg_cache_kind kind;
    uint64_t a;
    unsigned size;
    enum rg_cache_result result;
};

static void walk(const struct rg_geometry g[3], unsigned mode, const struct step *steps, size_t n)
{
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g[0], &g[1], &g[2], mode, hot, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct step *s = &steps[i];
        enum rg_cache_result r = s->kind == RG_CACHE_FETCH
                                     ? rg_cache_fetch(c, rg_cache_code_line(c, s->a), s->a, s->size, 2 * i + 2)
                                     : rg_cache_data(c, s->a, s->size, s->kind == RG_CACHE_WRITE, 2 * i + 2);
        if (r != s->result)
            fprintf(stderr, "\n  step %zu, address %#llx: %d, by hand %d\n", i, (unsigned long long)s->a, r, s->result);
        CU_ASSERT_EQUAL(r, s->result);
    }
    rg_cache_free(c);
    free(hot);
}

/* D1: two lines, one set each; LL: two sets of one line each.  */
static void by_hand(void)
{
    static const struct rg_geometry g[3] = { { 128, 1, 64 }, { 128, 1, 64 }, { 128, 1, 64 } };
    static const struct step steps[] = {
        { RG_CACHE_READ, 0x1000, 8, MEM },
        { RG_CACHE_READ, 0x1080, 8, MEM },   /* what it pushes out is clean */
        { RG_CACHE_WRITE, 0x1000, 8, MEM },
        { RG_CACHE_READ, 0x1008, 8, L1 },
        { RG_CACHE_READ, 0x1100, 8, DIRTY },
        { RG_CACHE_WRITE, 0x1108, 8, L1 },   /* a hit of L1 makes the line of LL dirty */
        { RG_CACHE_FETCH, 0x1180, 8, DIRTY },
        { RG_CACHE_READ, 0x1100, 8, L1 },    /* still in D1 */
        { RG_CACHE_WRITE, 0x1100, 8, L1 },   /* it is not in LL: the write loads it there, which is not told */
        { RG_CACHE_FETCH, 0x1180, 8, L1 },
        { RG_CACHE_FETCH, 0x1200, 8, DIRTY },
        { RG_CACHE_WRITE, 0x103c, 8, MEM },  /* both lines miss and become dirty */
        { RG_CACHE_READ, 0x10bc, 8, DIRTY }, /* both lines of LL were dirty: one event */
        { RG_CACHE_READ, 0x1000, 8, MEM },
    };
    walk(g, RG_CACHE_WB, steps, sizeof steps / sizeof *steps);
}

/* Addresses 4 GB apart are one line of LL, but not of D1; at the start all sets hold what has no bits above the set.  */
static void cut_tags(void)
{
    static const struct rg_geometry g[3] = { { 128, 1, 64 }, { 128, 1, 64 }, { 65536, 2, 64 } };
    static const struct step steps[] = {
        { RG_CACHE_READ, 0x40, 8, LL },
        { RG_CACHE_READ, 0x7fc0, 8, LL },
        { RG_CACHE_READ, 0x8000, 8, MEM },
        { RG_CACHE_READ, 0x100008000, 8, LL },
        { RG_CACHE_READ, 0x8000, 8, LL },
        { RG_CACHE_WRITE, 0x10000, 8, MEM },
        { RG_CACHE_READ, 0x500018000, 8, MEM },
        { RG_CACHE_READ, 0x300020000, 8, DIRTY },
    };
    walk(g, RG_CACHE_WB, steps, sizeof steps / sizeof *steps);
}

/* What is prefetched is not found, but takes a place; a line of an odd number does so as a dirty one.  */
static void with_prefetcher(void)
{
    static const struct rg_geometry g[3] = { { 128, 1, 64 }, { 128, 1, 64 }, { 4096, 1, 64 } };
    static const struct step steps[] = {
        { RG_CACHE_READ, 0x20000, 8, MEM },
        { RG_CACHE_READ, 0x20040, 8, MEM },
        { RG_CACHE_READ, 0x20080, 8, MEM },   /* fetches 201c0, number 0x807 */
        { RG_CACHE_READ, 0x201c0, 8, DIRTY },
        { RG_CACHE_READ, 0x20200, 8, MEM },   /* up 1 */
        { RG_CACHE_READ, 0x20240, 8, MEM },   /* up 2: fetches 20380, number 0x80e */
        { RG_CACHE_READ, 0x20380, 8, MEM },
        { RG_CACHE_WRITE, 0x203c0, 8, MEM },  /* up 1; a write is seen by the prefetcher before D1, */
        { RG_CACHE_WRITE, 0x203c8, 8, L1 },
        { RG_CACHE_WRITE, 0x20380, 8, L1 },   /* not a run */
        { RG_CACHE_WRITE, 0x203c0, 8, L1 },   /* up 1: also when it hits L1 */
        { RG_CACHE_READ, 0x20400, 8, MEM },   /* up 2: fetches 20540, number 0x815 */
        { RG_CACHE_READ, 0x20540, 8, DIRTY },
    };
    walk(g, RG_CACHE_WB | RG_CACHE_HWPREF, steps, sizeof steps / sizeof *steps);
}

static const struct rg_geometry geometries[][3] = {
    { { 32768, 8, 64 }, { 32768, 8, 64 }, { 8388608, 16, 64 } },
    { { 4096, 4, 64 }, { 2048, 2, 64 }, { 65536, 8, 64 } },
    { { 1024, 1, 16 }, { 512, 2, 16 }, { 4096, 4, 16 } },
    { { 2048, 2, 32 }, { 3072, 3, 128 }, { 10240, 5, 64 } },
    { { 128, 2, 64 }, { 1024, 16, 64 }, { 4096, 64, 64 } }, /* LL has one set */
    { { 32, 1, 16 }, { 32, 1, 16 }, { 64, 2, 16 } },
};

enum { N_GEOMETRIES = sizeof geometries / sizeof *geometries, N_ACCESSES = 1000000 };

static bool same(size_t k, unsigned mode, unsigned long counts[4])
{
    const struct rg_geometry *g = geometries[k];
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g[0], &g[1], &g[2], mode, hot, NULL);
    struct slow_trace data = { .state = 31 + k }, code = { .state = 32 + k };
    uint64_t state = 33 + k, time = 1;
    struct slowcache slow;
    bool same = true;

    slowcache_init(&slow, g, mode);
    for (unsigned n = 0; n < N_ACCESSES && same; n++, time += 2) {
        unsigned size, kind = rnd_below(&state, 3);
        uint64_t a = slow_trace_next(kind == RG_CACHE_FETCH ? &code : &data, rg_cache_max_access(c), &size);
        enum rg_cache_result r = kind == RG_CACHE_FETCH ? rg_cache_fetch(c, rg_cache_code_line(c, a), a, size, time)
                                                        : rg_cache_data(c, a, size, kind == RG_CACHE_WRITE, time);
        enum rg_cache_result want = slowcache_access(&slow, kind, a, size);
        counts[r]++;
        if (r != want) {
            fprintf(stderr, "\n  geometry %zu, mode %u, access %u: %d, slowly %d\n", k, mode, n, r, want);
            same = false;
        }
        if (n == N_ACCESSES / 3) {
            rg_cache_clear(c);
            slowcache_clear(&slow);
        }
    }
    rg_cache_free(c);
    slowcache_free(&slow);
    free(hot);
    return same;
}

static void random_accesses(void)
{
    for (size_t k = 0; k < N_GEOMETRIES; k++)
        for (unsigned mode = RG_CACHE_WB; mode <= (RG_CACHE_WB | RG_CACHE_HWPREF); mode += RG_CACHE_HWPREF) {
            unsigned long counts[4] = { 0 };
            CU_ASSERT_TRUE(same(k, mode, counts));
            CU_ASSERT_TRUE(counts[L1] > 1000 && counts[LL] > 100 && counts[MEM] > 1000);
            if (k > 0)
                CU_ASSERT_TRUE(counts[DIRTY] > 1000);
        }
}

const struct unit_test suite_cache_wb[] = {
    { "by hand", by_hand },
    { "tags are cut", cut_tags },
    { "with the prefetcher", with_prefetcher },
    { "random accesses", random_accesses },
    { 0 },
};
