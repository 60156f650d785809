/* test_heap.c - rg_heap against a plain array, its statistics, and rg_calltree.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdlib.h>

#include "rg_calltree.h"
#include "rg_heap.h"
#include "rg_heapcost.h"
#include "rg_heapsum.h"
#include "rnd.h"
#include "suites.h"

static void add_find_remove(void)
{
    struct rg_heap *h = rg_heap_new();
    struct rg_heap_block old;

    CU_ASSERT_PTR_NULL(rg_heap_find(h, 0x1000));
    CU_ASSERT_FALSE(rg_heap_remove(h, 0x1000, 1, NULL));
    rg_heap_add(h, 0x1000, 24, 3, 100, RG_HEAP_MAPPED);
    const struct rg_heap_block *b = rg_heap_find(h, 0x1000);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    CU_ASSERT_EQUAL(b->size, 24);
    CU_ASSERT_EQUAL(b->site, 3);
    CU_ASSERT_EQUAL(b->born, 100);
    CU_ASSERT_EQUAL(b->flags, RG_HEAP_MAPPED);
    CU_ASSERT_TRUE(rg_heap_remove(h, 0x1000, 130, &old));
    CU_ASSERT_EQUAL(old.size, 24);
    CU_ASSERT_EQUAL(rg_heap_site(h, 3)->lifetimes, 30);
    rg_heap_put_back(h, &old, 130);
    CU_ASSERT_PTR_NOT_NULL(rg_heap_find(h, 0x1000));
    CU_ASSERT_EQUAL(rg_heap_site(h, 3)->lifetimes, 0);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->frees, 0);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->allocs, 1);
    CU_ASSERT_TRUE(rg_heap_resize(h, 0x1000, 10, 140));
    CU_ASSERT_EQUAL(rg_heap_totals(h)->live_bytes, 10);
    CU_ASSERT_FALSE(rg_heap_resize(h, 0x2000, 10, 140));
    rg_heap_free(h);
}

/* An address that is given out again without a free that was seen.  */
static void missed_free(void)
{
    struct rg_heap *h = rg_heap_new();

    rg_heap_add(h, 64, 100, 0, 1, 0);
    rg_heap_add(h, 64, 7, 1, 2, 0);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->live_blocks, 1);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->live_bytes, 7);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->bytes, 107);
    CU_ASSERT_EQUAL(rg_heap_site(h, 0)->live_blocks, 0);
    rg_heap_free(h);
}

static void huge_size(void)
{
    struct rg_heap *h = rg_heap_new();

    rg_heap_add(h, 64, UINT64_MAX, 0, 1, 0);
    CU_ASSERT_EQUAL(rg_heap_find(h, 64)->size, ((uint64_t)1 << RG_HEAP_SIZE_BITS) - 1);
    rg_heap_remove(h, 64, 2, NULL);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->live_bytes, 0);
    rg_heap_free(h);
}

/* The peak of all is not the sum of the peaks of each.  */
static void peak_by_site(void)
{
    struct rg_heap *h = rg_heap_new();

    rg_heap_add(h, 16, 100, 0, 1, 0); /* 100 */
    rg_heap_remove(h, 16, 2, NULL);
    rg_heap_add(h, 32, 70, 1, 3, 0);
    rg_heap_add(h, 48, 60, 2, 4, 0); /* 130: the peak */
    rg_heap_remove(h, 32, 5, NULL);
    rg_heap_add(h, 64, 65, 0, 6, 0); /* 125 */
    rg_heap_settle(h);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->peak_bytes, 130);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->peak_blocks, 2);
    CU_ASSERT_EQUAL(rg_heap_site(h, 0)->peak_bytes, 0);
    CU_ASSERT_EQUAL(rg_heap_site(h, 1)->peak_bytes, 70);
    CU_ASSERT_EQUAL(rg_heap_site(h, 2)->peak_bytes, 60);
    rg_heap_add(h, 80, 6, 2, 7, 0); /* 131: the end is the peak */
    rg_heap_settle(h);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->peak_bytes, 131);
    CU_ASSERT_EQUAL(rg_heap_site(h, 0)->peak_bytes, 65);
    CU_ASSERT_EQUAL(rg_heap_site(h, 1)->peak_bytes, 0);
    CU_ASSERT_EQUAL(rg_heap_site(h, 2)->peak_bytes, 66);
    rg_heap_free(h);
}

static void temporaries_and_reallocs(void)
{
    struct rg_heap *h = rg_heap_new();

    rg_heap_add(h, 16, 100, 5, 1, 0);
    rg_heap_was_temporary(h, 5, 100);
    rg_heap_was_realloc(h, 5, 40);
    rg_heap_was_realloc(h, 5, 0);
    CU_ASSERT_EQUAL(rg_heap_site(h, 5)->temp_bytes, 100);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->temp_blocks, 1);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->realloc_blocks, 2);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->copied_bytes, 40);
    CU_ASSERT_EQUAL(rg_heap_site_count(h), 6);
    rg_heap_was_unused(h, 1, 30);
    rg_heap_was_unused(h, 1, 12);
    rg_heap_was_unused(h, 1, -(uint64_t)12);
    CU_ASSERT_EQUAL(rg_heap_site(h, 1)->unused_bytes, 30);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->unused_bytes, 30);
    rg_heap_free(h);
}

enum { N = 3000, STEPS = 60000 };

/* Addresses whose table places collide, added and removed at random.  */
static void against_an_array(void)
{
    struct rg_heap *h = rg_heap_new();
    uint64_t *size = calloc(N, sizeof *size), live = 0, bytes = 0, cursor = 0;
    uint64_t r = 7;
    size_t n = 0;

    for (int i = 0; i < STEPS; i++) {
        size_t k = rnd_below(&r, N);
        uint64_t addr = 0x10000 + 16 * k;
        if (size[k]) {
            CU_ASSERT_TRUE(rg_heap_remove(h, addr, i, NULL));
            live -= size[k];
            n--;
            size[k] = 0;
        } else {
            CU_ASSERT_FALSE(rg_heap_remove(h, addr, i, NULL));
            size[k] = 1 + rnd_below(&r, 1000);
            rg_heap_add(h, addr, size[k], k % 7, i, 0);
            live += size[k];
            bytes += size[k];
            n++;
        }
    }
    for (size_t k = 0; k < N; k++) {
        const struct rg_heap_block *b = rg_heap_find(h, 0x10000 + 16 * k);
        CU_ASSERT_EQUAL(b ? b->size : 0, size[k]);
    }
    CU_ASSERT_EQUAL(rg_heap_totals(h)->live_bytes, live);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->live_blocks, n);
    CU_ASSERT_EQUAL(rg_heap_totals(h)->bytes, bytes);
    size_t seen = 0;
    for (const struct rg_heap_block *b; (b = rg_heap_next(h, &cursor)); seen++)
        CU_ASSERT_EQUAL(size[(b->addr - 0x10000) / 16], b->size);
    CU_ASSERT_EQUAL(seen, n);
    uint64_t by_site = 0;
    for (uint32_t s = 0; s < rg_heap_site_count(h); s++)
        by_site += rg_heap_site(h, s)->live_bytes;
    CU_ASSERT_EQUAL(by_site, live);
    free(size);
    rg_heap_free(h);
}

/* Sorted where they are, in several ways of being out of order; then the table goes on.  */
static void sorting(void)
{
    enum { MANY = 40000 };
    uint64_t r = 3;

    for (int far = 0; far < 3; far++) {
        struct rg_heap *h = rg_heap_new();
        struct rg_heap_view v;
        uint64_t gap = far == 0 ? 0 : far == 1 ? (uint64_t)1 << 30 : (uint64_t)1 << 46;
        for (uint64_t i = 0; i < MANY; i++) {
            uint64_t k = far == 2 ? rnd_below(&r, 4 * MANY) : i * 7919 % MANY;
            rg_heap_add(h, 0x10000 + 32 * k + (k % 3) * gap, 1 + k % 32, k % 50, i, 0);
        }
        for (uint64_t i = 0; i < MANY / 2; i++)
            rg_heap_remove(h, 0x10000 + 32 * i + (i % 3) * gap, MANY, NULL);
        rg_heap_add(h, 0x10000 + 32 * (MANY - 4), 100000, 0, MANY, 0); /* holds others */
        v = rg_heap_sort(h);
        uint64_t live = rg_heap_totals(h)->live_blocks, inner = 0;
        for (size_t i = 1; i < v.n; i++)
            CU_ASSERT(rg_heap_block_end(rg_heap_view_at(&v, i - 1)) <= rg_heap_view_at(&v, i)->addr);
        for (uint64_t c = 0; rg_heap_next(h, &c);)
            inner++;
        CU_ASSERT_EQUAL(inner, live);
        CU_ASSERT_EQUAL(v.n, live - 1);
        CU_ASSERT_EQUAL(rg_heap_view_at(&v, v.n)->size, 100000);
        for (uint64_t k = MANY / 2; k < MANY && far < 2; k++) {
            const struct rg_heap_block *b = rg_heap_find(h, 0x10000 + 32 * k + (k % 3) * gap);
            CU_ASSERT_FATAL(b && (b->size == 100000 || (b->size == 1 + k % 32 && b->site == k % 50)));
        }
        rg_heap_add(h, 0x8000, 5, 0, MANY, 0);
        CU_ASSERT_TRUE(rg_heap_remove(h, 0x10000 + 32 * (MANY - 4), MANY, NULL));
        CU_ASSERT_EQUAL(rg_heap_sort(h).n, live);
        CU_ASSERT_TRUE(rg_heap_remove(h, 0x8000, MANY, NULL));
        CU_ASSERT_EQUAL(rg_heap_totals(h)->live_blocks, live - 1);
        rg_heap_free(h);
    }
}

static void memory_per_block(void)
{
    struct rg_heap *h = rg_heap_new();

    for (uint64_t i = 1; i <= 100000; i++)
        rg_heap_add(h, 32 * i, 8, 0, i, 0);
    CU_ASSERT(rg_heap_memory(h) <= 40 * 100000);
    rg_heap_free(h);
}

static void paths(void)
{
    struct rg_calltree *t = rg_calltree_new("t");
    uint32_t a = rg_calltree_child(t, RG_CALLTREE_ROOT, 0, 1, 0), b = rg_calltree_child(t, a, 100, 2, 0);

    CU_ASSERT_EQUAL(rg_calltree_child(t, RG_CALLTREE_ROOT, 0, 1, 0), a);
    CU_ASSERT_EQUAL(rg_calltree_child(t, a, 100, 2, 0), b);
    CU_ASSERT_NOT_EQUAL(rg_calltree_child(t, a, 101, 2, 0), b);
    CU_ASSERT_NOT_EQUAL(rg_calltree_child(t, a, 100, 3, 0), b);
    CU_ASSERT_EQUAL(rg_calltree_child(t, a, 100, 2, 77), b); /* the first VIA stays */
    CU_ASSERT_EQUAL(rg_calltree_at(t, b)->via, 0);
    uint32_t jump = rg_calltree_child(t, a, 0, 2, 5);
    CU_ASSERT_EQUAL(rg_calltree_child(t, a, 0, 2, 5), jump);
    CU_ASSERT_NOT_EQUAL(rg_calltree_child(t, a, 0, 2, 6), jump);
    CU_ASSERT_EQUAL(rg_calltree_at(t, jump)->via, 5);
    CU_ASSERT_EQUAL(rg_calltree_at(t, b)->parent, a);
    CU_ASSERT_EQUAL(rg_calltree_at(t, b)->depth, 2);
    rg_calltree_at(t, b)->mark = 9;
    for (uint32_t i = 0; i < 20000; i++)
        rg_calltree_child(t, i % 50, i, i, 0);
    CU_ASSERT_EQUAL(rg_calltree_at(t, b)->mark, 9);
    CU_ASSERT_EQUAL(rg_calltree_child(t, a, 100, 2, 0), b);
    uint32_t n = rg_calltree_count(t);
    for (uint32_t i = 0; i < 20000; i++)
        rg_calltree_child(t, i % 50, i, i, 0);
    CU_ASSERT_EQUAL(rg_calltree_count(t), n);
    rg_calltree_free(t);
}

static uint32_t node_is_site_plus_base(void *arg, uint32_t site) { return ((const uint32_t *)arg)[site]; }

/* Functions from 100 on are a library's.  */
static bool own(void *arg, uint32_t fn)
{
    (void)arg;
    return fn < 100;
}

/* main (1) -> work (2) -> work -> push (101) -> malloc (100), and main -> malloc.  */
static void by_function(void)
{
    struct rg_heap *h = rg_heap_new();
    struct rg_calltree *t = rg_calltree_new("t");
    uint32_t main_node = rg_calltree_child(t, RG_CALLTREE_ROOT, 0, 1, 0);
    uint32_t work = rg_calltree_child(t, rg_calltree_child(t, main_node, 10, 2, 0), 20, 2, 0);
    uint32_t nodes[2] = {rg_calltree_child(t, rg_calltree_child(t, work, 30, 101, 0), 40, 100, 0),
                         rg_calltree_child(t, main_node, 50, 100, 0)};
    struct rg_heapsum_in in = {h, t, nodes, node_is_site_plus_base, own};
    size_t n;

    rg_heap_add(h, 16, 100, 0, 1, 0);
    rg_heap_add(h, 32, 30, 0, 2, 0);
    rg_heap_remove(h, 32, 9, NULL);
    rg_heap_add(h, 48, 7, 1, 10, 0);
    rg_heap_settle(h);
    struct rg_heapsum_row *r = rg_heapsum(&in, &n);
    CU_ASSERT_EQUAL_FATAL(n, 4);
    CU_ASSERT_EQUAL(r[0].fn, 2);
    CU_ASSERT_EQUAL(r[0].self.bytes, 130);
    CU_ASSERT_EQUAL(r[0].self.lifetimes, 7);
    CU_ASSERT_EQUAL(r[0].incl.bytes, 130); /* once, though it is on the path twice */
    CU_ASSERT_EQUAL(r[0].self.peak_bytes, 130);
    CU_ASSERT_EQUAL(r[1].fn, 1);
    CU_ASSERT_EQUAL(r[1].self.bytes, 7);
    CU_ASSERT_EQUAL(r[1].incl.bytes, 137);
    CU_ASSERT_EQUAL(r[2].fn, 100);
    CU_ASSERT_EQUAL(r[2].self.bytes, 0);
    CU_ASSERT_EQUAL(r[2].incl.blocks, 3);
    CU_ASSERT_EQUAL(r[3].fn, 101);
    rg_free(r);
    rg_calltree_free(t);
    rg_heap_free(h);
}

/* Site 0: main (via 1) -> work (2) -> work (3) -> malloc (4); site 1: main -> malloc (5); site 2: a handler, which no call began
   (via 9), -> malloc (6), in the middle of main.  */
struct costs {
    uint32_t leaf[3];
    const struct rg_calltree *tree;
};

static uint64_t cost_site(void *arg, uint32_t site, uint32_t *node)
{
    const struct costs *c = arg;
    const struct rg_calltree_node *n = rg_calltree_at(c->tree, c->leaf[site]);
    *node = n->parent;
    return n->via;
}

static uint64_t cost_leaked(void *arg, uint32_t site)
{
    (void)arg;
    return site == 0 ? 60 : 0;
}

static bool cost_is_call(void *arg, uint64_t via)
{
    (void)arg;
    return via != 9 && via != 100;
}

static void by_call(void)
{
    struct rg_heap *h = rg_heap_new();
    struct rg_calltree *t = rg_calltree_new("t");
    uint32_t start = rg_calltree_child(t, RG_CALLTREE_ROOT, 0, 7, 100), main_node = rg_calltree_child(t, start, 1, 1, 1);
    uint32_t work = rg_calltree_child(t, rg_calltree_child(t, main_node, 10, 2, 2), 20, 2, 3);
    uint32_t handler = rg_calltree_child(t, main_node, 0, 8, 9);
    struct costs costs = {{rg_calltree_child(t, work, 30, 9, 4), rg_calltree_child(t, main_node, 40, 9, 5),
                           rg_calltree_child(t, handler, 50, 9, 6)}, t};
    struct rg_heapcost_in in = {h, t, &costs, cost_site, cost_leaked, cost_is_call};

    rg_heap_add(h, 16, 100, 0, 1, 0);
    rg_heap_add(h, 32, 10, 1, 2, 0);
    rg_heap_add(h, 64, 3, 2, 2, 0);
    rg_heap_remove(h, 16, 3, NULL);
    rg_heap_add(h, 16, 20, 0, 4, 0);
    rg_heap_settle(h);
    struct rg_heapcost *c = rg_heapcost_new(&in);
    static const uint64_t self[][RG_HEAPCOST_N] = {{120, 2, 100, 60}, {10, 1, 10, 0}, {3, 1, 3, 0}};
    for (uint64_t i = 0; i < 3; i++) {
        const uint64_t *row = rg_heapcost_self(c, 4 + i);
        CU_ASSERT_PTR_NOT_NULL_FATAL(row);
        CU_ASSERT(memcmp(row, self[i], sizeof self[i]) == 0);
    }
    static const uint64_t incl[][RG_HEAPCOST_N] = {{0, 0, 110, 60}, {0, 0, 100, 60}, {0, 0, 100, 60}}; /* not the handler's */
    for (uint64_t i = 0; i < 3; i++) {
        const uint64_t *row = rg_heapcost_incl(c, 1 + i);
        CU_ASSERT_PTR_NOT_NULL_FATAL(row);
        CU_ASSERT(memcmp(row, incl[i], sizeof incl[i]) == 0);
    }
    for (uint64_t via = 4; via <= 9; via++)
        CU_ASSERT_PTR_NULL(rg_heapcost_incl(c, via));
    CU_ASSERT_PTR_NULL(rg_heapcost_incl(c, 100));
    CU_ASSERT_PTR_NULL(rg_heapcost_self(c, 1));
    rg_heapcost_free(c);
    rg_calltree_free(t);
    rg_heap_free(h);
}

const struct unit_test suite_heap[] = {
    { "add, find, remove, put back, resize", add_find_remove },
    { "an address given out twice", missed_free },
    { "a size beyond the record's", huge_size },
    { "what was live at the peak", peak_by_site },
    { "temporaries and reallocs", temporaries_and_reallocs },
    { "random blocks against an array", against_an_array },
    { "sorted in place", sorting },
    { "at most 40 bytes a block", memory_per_block },
    { "call paths", paths },
    { "statistics by function", by_function },
    { "costs by call", by_call },
    { NULL, NULL },
};
