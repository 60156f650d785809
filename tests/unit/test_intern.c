/* test_intern.c - rg_intern: ids, copies that stay, ranks.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port_test.h"
#include "rg_intern.h"
#include "rnd.h"
#include "suites.h"

static void ids_are_dense(void)
{
    struct rg_intern *in = rg_intern_new("t");
    CU_ASSERT_EQUAL(rg_intern_count(in), 0);
    CU_ASSERT_EQUAL(rg_intern_str(in, "b"), 0);
    CU_ASSERT_EQUAL(rg_intern_str(in, ""), 1);
    CU_ASSERT_EQUAL(rg_intern_str(in, "a"), 2);
    CU_ASSERT_EQUAL(rg_intern_str(in, "b"), 0);
    CU_ASSERT_EQUAL(rg_intern_bytes(in, "abc", 1), 2);
    CU_ASSERT_EQUAL(rg_intern_count(in), 3);
    CU_ASSERT_STRING_EQUAL(rg_intern_name(in, 1), "");
    CU_ASSERT_STRING_EQUAL(rg_intern_name(in, 2), "a");
    CU_ASSERT_EQUAL(rg_intern_len(in, 1), 0);
    CU_ASSERT_TRUE(PANICS(rg_intern_name(in, 3)));
    CU_ASSERT_TRUE(PANICS(rg_intern_len(in, RG_INTERN_NONE)));
    rg_intern_free(in);
    rg_intern_free(NULL);
}

static void any_bytes(void)
{
    struct rg_intern *in = rg_intern_new("t");
    uint32_t a = rg_intern_bytes(in, "x\0y", 3);
    uint32_t b = rg_intern_bytes(in, "x\0z", 3);
    uint32_t c = rg_intern_bytes(in, "x\0", 2);
    uint32_t d = rg_intern_bytes(in, "x", 1);
    uint32_t zeros[10];
    for (int i = 0; i < 10; i++) /* strings that differ in the number of NULs only */
        zeros[i] = rg_intern_bytes(in, "\0\0\0\0\0\0\0\0\0", (size_t)i);
    CU_ASSERT(a != b && b != c && c != d && a != c && a != d && b != d);
    for (int i = 0; i < 10; i++)
        for (int j = 0; j < i; j++)
            CU_ASSERT_NOT_EQUAL(zeros[i], zeros[j]);
    CU_ASSERT_EQUAL(memcmp(rg_intern_name(in, a), "x\0y", 4), 0);
    CU_ASSERT_EQUAL(rg_intern_len(in, b), 3);
    rg_intern_free(in);
}

static void find_adds_nothing(void)
{
    struct rg_intern *in = rg_intern_new("t");
    CU_ASSERT_EQUAL(rg_intern_find(in, "a", 1), RG_INTERN_NONE);
    CU_ASSERT_EQUAL(rg_intern_count(in), 0);
    rg_intern_str(in, "a");
    CU_ASSERT_EQUAL(rg_intern_find(in, "a", 1), 0);
    CU_ASSERT_EQUAL(rg_intern_find(in, "ab", 2), RG_INTERN_NONE);
    rg_intern_free(in);
}

static void names_stay_where_they_are(void)
{
    enum { N = 20000, LONG = 200000 };
    struct rg_intern *in = rg_intern_new("t");
    char *big = malloc(LONG);
    memset(big, 'q', LONG);
    rg_intern_str(in, "first");
    const char *first = rg_intern_name(in, 0);
    uint32_t big_id = rg_intern_bytes(in, big, LONG);
    const char *big_name = rg_intern_name(in, big_id);
    char s[32];
    int wrong = 0;
    for (int i = 0; i < N; i++) {
        snprintf(s, sizeof s, "core::name_%d", i);
        wrong += rg_intern_str(in, s) != (uint32_t)i + 2;
        memset(s, 0, sizeof s); /* it was copied */
    }
    for (int i = 0; i < N; i++) {
        snprintf(s, sizeof s, "core::name_%d", i);
        wrong += rg_intern_str(in, s) != (uint32_t)i + 2 || strcmp(rg_intern_name(in, (uint32_t)i + 2), s) != 0;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(rg_intern_count(in), N + 2);
    CU_ASSERT_PTR_EQUAL(rg_intern_name(in, 0), first);
    CU_ASSERT_PTR_EQUAL(rg_intern_name(in, big_id), big_name);
    CU_ASSERT_EQUAL(memcmp(big_name, big, LONG), 0);
    CU_ASSERT_EQUAL(big_name[LONG], '\0');
    CU_ASSERT_EQUAL(rg_intern_bytes(in, big, LONG), big_id);
    CU_ASSERT_NOT_EQUAL(rg_intern_bytes(in, big, LONG - 1), big_id);
    free(big);
    rg_intern_free(in);
}

static void ranks_follow_bytes(void)
{
    static const char *const in_order[] = { "", "(", "a", "a b", "aa", "ab", "b", "\x7f", "\x80", "\xff" };
    static const int added[] = { 6, 0, 9, 3, 8, 1, 4, 2, 7, 5 };
    struct rg_intern *in = rg_intern_new("t");
    uint32_t rank[10];
    rg_intern_ranks(in, rank); /* of nothing */
    for (int i = 0; i < 10; i++)
        rg_intern_str(in, in_order[added[i]]);
    rg_intern_ranks(in, rank);
    for (int i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(rank[i], (uint32_t)added[i]);
    rg_intern_free(in);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Interns N strings made by MAKE and compares the ranks with libc's sort.  */
static void check_ranks(void (*make)(uint64_t *seed, char s[64]), int n)
{
    struct rg_intern *in = rg_intern_new("t");
    uint64_t seed = (uint64_t)n;
    for (int i = 0; i < n; i++) {
        char s[64];
        make(&seed, s);
        rg_intern_str(in, s);
    }
    uint32_t count = rg_intern_count(in);
    const char **sorted = malloc(count * sizeof *sorted);
    uint32_t *rank = malloc(count * sizeof *rank);
    for (uint32_t id = 0; id < count; id++)
        sorted[id] = rg_intern_name(in, id);
    qsort(sorted, count, sizeof *sorted, by_bytes);
    rg_intern_ranks(in, rank);
    int wrong = 0;
    for (uint32_t id = 0; id < count; id++)
        wrong += rank[id] >= count || strcmp(sorted[rank[id]], rg_intern_name(in, id)) != 0;
    CU_ASSERT_EQUAL(wrong, 0);
    free(sorted);
    free(rank);
    rg_intern_free(in);
}

static void make_rust_name(uint64_t *seed, char s[64])
{
    snprintf(s, 64, "core::iter::adapters::%s::m%u::{closure#%u}", rnd_below(seed, 2) ? "map" : "mapper", rnd_below(seed, 30),
             rnd_below(seed, 300));
}

static void make_two_letters(uint64_t *seed, char s[64]) /* many are prefixes of others; lengths around the groups of 8 */
{
    uint32_t n = rnd_below(seed, 20);
    for (uint32_t i = 0; i < n; i++)
        s[i] = i < 14 ? 'a' : "ab"[rnd_below(seed, 2)];
    s[n] = '\0';
}

static void make_any_bytes(uint64_t *seed, char s[64])
{
    uint32_t n = rnd_below(seed, 30);
    for (uint32_t i = 0; i < n; i++)
        s[i] = (char)(1 + rnd_below(seed, rnd_below(seed, 2) ? 3 : 255));
    s[n] = '\0';
}

static void make_in_order(uint64_t *seed, char s[64])
{
    snprintf(s, 64, "%08u", (unsigned)++*seed);
}

static void ranks_of_many(void)
{
    static const int sizes[] = { 1, 2, 3, 12, 13, 14, 100, 5000 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check_ranks(make_rust_name, sizes[i]);
        check_ranks(make_two_letters, sizes[i]);
        check_ranks(make_any_bytes, sizes[i]);
        check_ranks(make_in_order, sizes[i]);
    }
}

/* Strings that differ in the number of NULs at their end only are still in order, shorter ones first.  */
static void ranks_with_nuls(void)
{
    enum { N = 40 };
    static const char zeros[N];
    struct rg_intern *in = rg_intern_new("t");
    uint32_t rank[N];
    for (size_t i = 0; i < N; i++)
        rg_intern_bytes(in, zeros, i * 7 % N);
    rg_intern_ranks(in, rank);
    for (size_t i = 0; i < N; i++)
        CU_ASSERT_EQUAL(rank[i], i * 7 % N);
    rg_intern_free(in);
}

/* Whichever reallocation moves memory, the result is the same.  */
static void every_move(void)
{
    unsigned long n_moves = 1;
    for (unsigned long which = 1; which <= n_moves + 1; which++) {
        port_test_begin(which);
        struct rg_intern *in = rg_intern_new("t");
        int wrong = 0;
        char s[16];
        for (uint32_t i = 0; i < 300; i++) {
            snprintf(s, sizeof s, "%u", i % 200);
            wrong += rg_intern_str(in, s) != i % 200;
        }
        CU_ASSERT_EQUAL(wrong, 0);
        CU_ASSERT_EQUAL(rg_intern_count(in), 200);
        n_moves = port_test_reallocations();
        rg_intern_free(in);
    }
    CU_ASSERT(n_moves >= 2);
}

const struct unit_test suite_intern[] = {
    { "ids are dense", ids_are_dense },
    { "any bytes", any_bytes },
    { "find adds nothing", find_adds_nothing },
    { "names stay where they are", names_stay_where_they_are },
    { "ranks follow bytes", ranks_follow_bytes },
    { "ranks of many strings", ranks_of_many },
    { "ranks of strings with NULs", ranks_with_nuls },
    { "every single move of memory", every_move },
    { 0 },
};
