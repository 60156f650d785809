/* test_map.c - rg_map: against a plain array, with keys that collide, zero, removal, iteration.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdlib.h>
#include <string.h>

#include "port_test.h"
#include "rg_map.h"
#include "rnd.h"
#include "suites.h"

static void empty(void)
{
    struct rg_map m;
    rg_map_init(&m, "t");
    size_t cursor = 0;
    uint64_t key, value;
    CU_ASSERT_EQUAL(rg_map_count(&m), 0);
    CU_ASSERT_PTR_NULL(rg_map_find(&m, 0));
    CU_ASSERT_PTR_NULL(rg_map_find(&m, 1));
    CU_ASSERT_EQUAL(rg_map_get(&m, 7, 99), 99);
    CU_ASSERT_FALSE(rg_map_remove(&m, 1, NULL));
    CU_ASSERT_FALSE(rg_map_remove(&m, 0, NULL));
    CU_ASSERT_FALSE(rg_map_next(&m, &cursor, &key, &value));
    CU_ASSERT_FALSE(rg_map_next(&m, &cursor, &key, &value));
    rg_map_clear(&m);
    CU_ASSERT_EQUAL(port_test_live(), 0);
    rg_map_free(&m);
}

static void add_put_get(void)
{
    struct rg_map m;
    rg_map_init(&m, "t");
    bool added = false;
    uint64_t *v = rg_map_add(&m, 5, &added);
    CU_ASSERT_TRUE(added);
    CU_ASSERT_EQUAL(*v, 0);
    *v = 50;
    v = rg_map_add(&m, 5, &added);
    CU_ASSERT_FALSE(added);
    CU_ASSERT_EQUAL(*v, 50);
    rg_map_put(&m, 5, 51);
    rg_map_put(&m, UINT64_MAX, UINT64_MAX);
    CU_ASSERT_EQUAL(rg_map_get(&m, 5, 0), 51);
    CU_ASSERT_EQUAL(rg_map_get(&m, UINT64_MAX, 0), UINT64_MAX);
    CU_ASSERT_EQUAL(rg_map_count(&m), 2);
    *rg_map_find(&m, 5) += 1;
    CU_ASSERT_EQUAL(rg_map_get(&m, 5, 0), 52);
    rg_map_clear(&m);
    CU_ASSERT_EQUAL(rg_map_count(&m), 0);
    CU_ASSERT_PTR_NULL(rg_map_find(&m, 5));
    rg_map_free(&m);
}

static void key_zero(void)
{
    struct rg_map m;
    rg_map_init(&m, "t");
    bool added;
    *rg_map_add(&m, 0, &added) = 8;
    CU_ASSERT_TRUE(added);
    CU_ASSERT_EQUAL(rg_map_count(&m), 1);
    CU_ASSERT_EQUAL(rg_map_get(&m, 0, 1), 8);
    rg_map_put(&m, 3, 33);
    size_t cursor = 0;
    uint64_t key, value, keys = 0, values = 0;
    int n = 0;
    while (rg_map_next(&m, &cursor, &key, &value)) {
        n++;
        keys += key;
        values += value;
    }
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_EQUAL(keys, 3);
    CU_ASSERT_EQUAL(values, 41);
    CU_ASSERT_TRUE(rg_map_remove(&m, 0, &value));
    CU_ASSERT_EQUAL(value, 8);
    CU_ASSERT_FALSE(rg_map_remove(&m, 0, &value));
    CU_ASSERT_EQUAL(*rg_map_add(&m, 0, &added), 0); /* not the old 8 */
    rg_map_clear(&m);
    CU_ASSERT_PTR_NULL(rg_map_find(&m, 0));
    rg_map_free(&m);
}

static void reserve_grows_once(void)
{
    struct rg_map m;
    rg_map_init(&m, "t");
    rg_map_reserve(&m, 10000);
    unsigned long before = port_test_allocations();
    for (uint64_t k = 1; k <= 10000; k++)
        rg_map_put(&m, k << 40, k);
    CU_ASSERT_EQUAL(port_test_allocations(), before);
    CU_ASSERT_EQUAL(rg_map_count(&m), 10000);
    rg_map_free(&m);
}

/* Keys that all begin their search at the last slots of a small table: runs wrap around, removal has to shift across the end.  */
static void removal_across_the_end(void)
{
    uint64_t keys[8];
    int n = 0;
    for (uint64_t k = 1; n < 8; k++)
        if ((rg_map_hash(k) & 15) >= 14)
            keys[n++] = k;
    for (int gone = 0; gone < 8; gone++) {
        struct rg_map m;
        rg_map_init(&m, "t");
        for (int i = 0; i < 8; i++)
            rg_map_put(&m, keys[i], 100 + (uint64_t)i);
        CU_ASSERT_EQUAL(m.mask, 15);
        uint64_t value = 0;
        CU_ASSERT_TRUE(rg_map_remove(&m, keys[gone], &value));
        CU_ASSERT_EQUAL(value, 100 + (uint64_t)gone);
        for (int i = 0; i < 8; i++)
            CU_ASSERT_EQUAL(rg_map_get(&m, keys[i], 0), i == gone ? 0 : 100 + (uint64_t)i);
        rg_map_free(&m);
    }
}

/* 200,000 random steps on 3,000 keys (addresses 16 apart, zero among them), against an array.  */
static void against_array(void)
{
    enum { N = 3000 };
    struct rg_map m;
    rg_map_init(&m, "t");
    uint64_t *want = calloc(N, sizeof *want); /* 0: absent */
    uint64_t seed = 1;
    size_t count = 0;
    int wrong = 0;
    for (int step = 0; step < 200000; step++) {
        uint32_t i = rnd_below(&seed, N);
        uint64_t key = (uint64_t)i * 16, value = 0;
        switch (rnd_below(&seed, 4)) {
        case 0:
            wrong += rg_map_remove(&m, key, &value) != (want[i] != 0) || value != want[i];
            count -= want[i] != 0;
            want[i] = 0;
            break;
        case 1:
            wrong += rg_map_get(&m, key, 0) != want[i];
            break;
        default:
            count += want[i] == 0;
            want[i] = rnd(&seed) | 1;
            rg_map_put(&m, key, want[i]);
        }
        wrong += rg_map_count(&m) != count;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    size_t cursor = 0, seen = 0;
    uint64_t key, value;
    while (rg_map_next(&m, &cursor, &key, &value)) {
        seen++;
        wrong += key % 16 != 0 || key / 16 >= N || want[key / 16] != value;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(seen, count);
    CU_ASSERT(count > N / 2);
    free(want);
    rg_map_free(&m);
}

/* Keys as the tool has them must not pile up: the mean number of probes stays small.  */
static void probes_stay_short(void)
{
    static const uint64_t strides[] = { 1, 4, 16, 4096, (uint64_t)1 << 16, (uint64_t)1 << 32, (uint64_t)1 << 48 };
    for (size_t s = 0; s < sizeof strides / sizeof *strides; s++) {
        struct rg_map m;
        rg_map_init(&m, "t");
        enum { N = 12288 }; /* three quarters of 16384: as full as it gets */
        for (uint64_t i = 1; i <= N; i++)
            rg_map_put(&m, i * strides[s], i);
        CU_ASSERT_EQUAL(m.mask, 16383);
        uint64_t probes = 0;
        for (uint64_t i = 1; i <= N; i++) {
            size_t at = (size_t)(rg_map_find(&m, i * strides[s]) - &m.slots[0].value) / 2;
            probes += ((at - rg_map_hash(i * strides[s])) & m.mask) + 1;
        }
        CU_ASSERT(probes < 4 * N); /* 2.5 is expected */
        rg_map_free(&m);
    }
}

const struct unit_test suite_map[] = {
    { "empty", empty },
    { "add, put, get", add_put_get },
    { "key zero", key_zero },
    { "reserve grows once", reserve_grows_once },
    { "removal across the end of the table", removal_across_the_end },
    { "random steps against an array", against_array },
    { "probes stay short", probes_stay_short },
    { 0 },
};
