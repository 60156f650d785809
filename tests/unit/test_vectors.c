/* test_vectors.c - rg_vectors: vectors stay in place and are used again.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "port_test.h"
#include "rg_vectors.h"
#include "suites.h"

static void vectors_stay(void)
{
    enum { N = 5 * RG_VECTORS_PER_CHUNK };
    static uint64_t *where[N];
    struct rg_vectors vs;
    rg_vectors_init(&vs, 3, "t");
    int wrong = 0;
    for (uint32_t i = 0; i < N; i++) {
        const uint64_t cost[3] = { i, 2 * i, UINT64_MAX - i };
        wrong += rg_vectors_add(&vs, cost) != i;
        where[i] = rg_vectors_at(&vs, i);
    }
    for (uint32_t i = 0; i < N; i++) {
        const uint64_t *v = rg_vectors_at(&vs, i);
        wrong += v != where[i] || v[0] != i || v[1] != 2 * i || v[2] != UINT64_MAX - i;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_TRUE(PANICS(rg_vectors_drop(&vs, N)));
    rg_vectors_free(&vs);
}

static void dropped_ones_are_used_again(void)
{
    struct rg_vectors vs;
    rg_vectors_init(&vs, 1, "t");
    const uint64_t cost[1] = { 7 };
    for (uint32_t i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(rg_vectors_add(&vs, cost), i);
    rg_vectors_drop(&vs, 3);
    rg_vectors_drop(&vs, 0);
    rg_vectors_drop(&vs, 9);
    uint32_t seen = 0;
    for (int i = 0; i < 3; i++)
        seen |= 1u << rg_vectors_add(&vs, cost);
    CU_ASSERT_EQUAL(seen, 1u << 0 | 1u << 3 | 1u << 9);
    CU_ASSERT_EQUAL(rg_vectors_add(&vs, cost), 10);
    for (uint32_t i = 0; i <= 10; i++)
        CU_ASSERT_EQUAL(*rg_vectors_at(&vs, i), 7);
    rg_vectors_free(&vs);
}

const struct unit_test suite_vectors[] = {
    { "vectors stay in place", vectors_stay },
    { "dropped ones are used again", dropped_ones_are_used_again },
    { 0 },
};
