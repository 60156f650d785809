/* test_cache_use.c - rg_cache in the mode that tells how lines are used.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port_test.h"
#include "rg_cache.h"
#include "rnd.h"
#include "slowcache.h"
#include "suites.h"

#define L1 RG_CACHE_L1_HIT
#define LL RG_CACHE_LL_HIT
#define MEM RG_CACHE_MISS

static bool is(const struct rg_cache_use *u, uint64_t ac1, uint64_t sp1, uint64_t ac2, uint64_t sp2)
{
    bool same = u->ac_cost1 == ac1 && u->sp_loss1 == sp1 && u->ac_cost2 == ac2 && u->sp_loss2 == sp2;
    if (!same)
        fprintf(stderr, "\n  %llu %llu %llu %llu\n", (unsigned long long)u->ac_cost1, (unsigned long long)u->sp_loss1,
                (unsigned long long)u->ac_cost2, (unsigned long long)u->sp_loss2);
    return same;
}

/* D1: two sets of one line of 64 bytes; LL: two sets of one.  */
static void by_hand(void)
{
    static const struct rg_geometry g = { 128, 1, 64 };
    struct rg_cache_use a = { 0 }, b = { 0 };
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g, &g, &g, RG_CACHE_USE, hot, NULL);

    rg_cache_use_owner(c, &a, true);
    CU_ASSERT_EQUAL(rg_cache_data(c, 0x1000, 8, false, 0), MEM);
    CU_ASSERT_EQUAL(rg_cache_data(c, 0x1008, 8, true, 0), L1);
    CU_ASSERT_EQUAL(rg_cache_data(c, 0x1008, 8, false, 0), L1);
    CU_ASSERT_TRUE(is(&a, 0, 0, 0, 0));
    rg_cache_use_owner(c, &b, true);
    CU_ASSERT_EQUAL(rg_cache_data(c, 0x1080, 4, false, 0), MEM);
    /* 0x1000 left D1 after 3 accesses of 16 bytes; LL's place was given to 0x1080 with the new access */
    CU_ASSERT_TRUE(is(&a, 333, 48, 333, 48));
    CU_ASSERT_TRUE(is(&b, 0, 0, 0, 0));
    CU_ASSERT_EQUAL(rg_cache_data(c, 0x10be, 4, false, 0), MEM); /* 2 bytes of 0x1080, 2 of 0x10c0 */
    CU_ASSERT_EQUAL(rg_cache_fetch(c, rg_cache_code_line(c, 0x1083), 0x1083, 3, 0), LL);
    rg_cache_use_owner(c, NULL, true);
    CU_ASSERT_EQUAL(rg_cache_data(c, 0x1100, 1, false, 0), MEM);
    /* 0x1080: 2 accesses, 4 + 2 bytes; LL's line as well, as the code line is not yet told there */
    CU_ASSERT_TRUE(is(&b, 500, 58, 500, 58));
    rg_cache_use_finish(c);
    /* I1 0x1080: 1 access to bytes 3 to 5, which are in 2 parts of 2 bytes; D1 0x10c0: 1 access of 2 bytes, and LL's of it */
    CU_ASSERT_TRUE(is(&b, 500 + 1000 + 1000, 58 + 60 + 62, 500 + 1000, 58 + 62));
    CU_ASSERT_TRUE(is(&a, 333, 48, 333, 48));
    rg_cache_free(c);
    free(hot);
}

static void not_collecting(void)
{
    static const struct rg_geometry g = { 128, 1, 64 };
    struct rg_cache_use a = { 0 };
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g, &g, &g, RG_CACHE_USE, hot, NULL);

    rg_cache_use_owner(c, &a, true);
    rg_cache_data(c, 0x1000, 8, false, 0);
    rg_cache_use_owner(c, &a, false);
    rg_cache_data(c, 0x1080, 8, false, 0);
    CU_ASSERT_TRUE(is(&a, 0, 0, 0, 0));
    rg_cache_use_finish(c);
    CU_ASSERT_TRUE(is(&a, 0, 0, 0, 0));
    rg_cache_use_owner(c, &a, true);
    rg_cache_data(c, 0x1000, 8, false, 0);
    CU_ASSERT_TRUE(is(&a, 1000, 56, 1000, 56));
    rg_cache_clear(c);
    rg_cache_use_finish(c);
    CU_ASSERT_TRUE(is(&a, 1000, 56, 1000, 56));
    rg_cache_free(c);
    free(hot);
}

/* Nothing is in the tables that generated code looks at.  */
static void always_slow(void)
{
    static const struct rg_geometry g = { 32768, 8, 64 };
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g, &g, &g, RG_CACHE_USE, hot, NULL);
    struct rg_cache_line *line = rg_cache_code_line(c, 0x1000), *zero = rg_cache_code_line(c, 0);

    for (int i = 0; i < 3; i++) {
        rg_cache_data(c, 0x1000, 8, false, 1);
        rg_cache_fetch(c, line, 0x1000, 8, 1);
        CU_ASSERT_TRUE(rg_cache_missed(rg_cache_hot_check(hot, 6, 0x1000, 8), 6));
        CU_ASSERT_TRUE(rg_cache_missed(line->absent & zero->absent, 6));
        if (i == 1)
            rg_cache_clear(c);
    }
    rg_cache_free(c);
    free(hot);
}

static const struct rg_geometry geometries[][3] = {
    { { 32768, 8, 64 }, { 32768, 8, 64 }, { 8388608, 16, 64 } },
    { { 4096, 4, 64 }, { 2048, 2, 64 }, { 65536, 8, 64 } },
    { { 1024, 1, 16 }, { 512, 2, 16 }, { 4096, 4, 16 } },
    { { 2048, 2, 32 }, { 3072, 3, 128 }, { 10240, 5, 64 } },
    { { 128, 2, 64 }, { 1024, 16, 64 }, { 4096, 64, 64 } }, /* one set each */
    { { 32, 1, 16 }, { 2048, 1, 1024 }, { 64, 2, 16 } },
};

enum { N_GEOMETRIES = sizeof geometries / sizeof *geometries, N_ACCESSES = 1000000, N_OWNERS = 500 };

static bool same(size_t k)
{
    static struct rg_cache_use owners[N_OWNERS], slow_owners[N_OWNERS];
    const struct rg_geometry *g = geometries[k];
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g[0], &g[1], &g[2], RG_CACHE_USE, hot, NULL);
    struct slow_trace data = { .state = 41 + k }, code = { .state = 42 + k };
    uint64_t state = 43 + k;
    struct slowcache slow;
    bool same = true;

    slowcache_init(&slow, g, RG_CACHE_USE);
    memset(owners, 0, sizeof owners);
    memset(slow_owners, 0, sizeof slow_owners);
    for (unsigned n = 0; n < N_ACCESSES && same; n++) {
        unsigned size, kind = rnd_below(&state, 3), owner = rnd_below(&state, N_OWNERS + 20);
        uint64_t a = slow_trace_next(kind == RG_CACHE_FETCH ? &code : &data, rg_cache_max_access(c), &size);
        slow.collect = n % 100000 < 90000;
        slow.owner = owner < N_OWNERS ? &slow_owners[owner] : NULL;
        rg_cache_use_owner(c, owner < N_OWNERS ? &owners[owner] : NULL, slow.collect);
        enum rg_cache_result r = kind == RG_CACHE_FETCH ? rg_cache_fetch(c, rg_cache_code_line(c, a), a, size, 0)
                                                        : rg_cache_data(c, a, size, kind == RG_CACHE_WRITE, 0);
        enum rg_cache_result want = slowcache_access(&slow, kind, a, size);
        if (r != want) {
            fprintf(stderr, "\n  geometry %zu, access %u: %d, slowly %d\n", k, n, r, want);
            same = false;
        }
    }
    same &= memcmp(owners, slow_owners, sizeof owners) == 0;
    rg_cache_use_owner(c, NULL, true);
    rg_cache_use_finish(c);
    slow.collect = true;
    slowcache_finish(&slow);
    same &= memcmp(owners, slow_owners, sizeof owners) == 0;
    uint64_t sum = 0;
    for (unsigned i = 0; i < N_OWNERS; i++)
        sum += owners[i].sp_loss1 + owners[i].sp_loss2;
    CU_ASSERT_TRUE(sum > N_OWNERS);
    rg_cache_free(c);
    slowcache_free(&slow);
    free(hot);
    return same;
}

static void random_accesses(void)
{
    for (size_t k = 0; k < N_GEOMETRIES; k++)
        CU_ASSERT_TRUE(same(k));
}

const struct unit_test suite_cache_use[] = {
    { "by hand", by_hand },
    { "not collecting", not_collecting },
    { "always slow", always_slow },
    { "random accesses", random_accesses },
    { 0 },
};
