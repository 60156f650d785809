/* test_graph.c - rg_graph against reachability found step by step.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <string.h>

#include "port_test.h"
#include "rg_graph.h"
#include "rnd.h"
#include "suites.h"

enum { MAX_NODES = 40, MAX_LINKS = 120 };

/* REACHES[A][B]: a way leads from A to B.  */
static void find_reach(uint32_t n, const struct rg_link *links, uint32_t n_links, bool reaches[MAX_NODES][MAX_NODES])
{
    memset(reaches, 0, MAX_NODES * sizeof *reaches);
    for (uint32_t i = 0; i < n; i++)
        reaches[i][i] = true;
    for (uint32_t i = 0; i < n_links; i++)
        reaches[links[i].from][links[i].to] = true;
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < n; j++)
                reaches[i][j] = reaches[i][j] || (reaches[i][k] && reaches[k][j]);
}

static void check(uint32_t n, const struct rg_link *links, uint32_t n_links)
{
    static bool reaches[MAX_NODES][MAX_NODES];
    struct rg_graph g;
    uint32_t place[MAX_NODES], seen = 0;

    find_reach(n, links, n_links, reaches);
    rg_graph_init(&g, n, links, n_links);
    CU_ASSERT_EQUAL(g.n, n);
    for (uint32_t i = 0; i < n; i++)
        place[g.order[i]] = i;
    for (uint32_t c = 0; c < g.n_components; c++)
        for (uint32_t i = g.component_first[c]; i < g.component_first[c + 1]; i++, seen++)
            CU_ASSERT_EQUAL(g.component[g.order[i]], c);
    CU_ASSERT_EQUAL(seen, n);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) {
            CU_ASSERT_EQUAL(g.component[i] == g.component[j], reaches[i][j] && reaches[j][i]);
            if (reaches[i][j] && !reaches[j][i])
                CU_ASSERT_TRUE(place[j] < place[i] && g.component[j] < g.component[i]);
        }
    uint32_t out = 0, in = 0;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = g.first[i]; k < g.first[i + 1]; k++, out++)
            CU_ASSERT_TRUE(links[g.link[k]].from == i && (k == g.first[i] || g.link[k - 1] < g.link[k]));
        for (uint32_t k = g.in_first[i]; k < g.in_first[i + 1]; k++, in++)
            CU_ASSERT_TRUE(links[g.in_link[k]].to == i && (k == g.in_first[i] || g.in_link[k - 1] < g.in_link[k]));
    }
    CU_ASSERT_TRUE(out == n_links && in == n_links);
    rg_graph_free(&g);
}

static void small(void)
{
    static const struct rg_link self[] = { { 0, 0 } }, two[] = { { 1, 0 }, { 0, 1 }, { 1, 0 } }, line[] = { { 0, 2 }, { 2, 1 } };

    check(0, NULL, 0);
    check(1, NULL, 0);
    check(1, self, 1);
    check(2, two, 3);
    check(3, line, 2);
}

static void at_random(void)
{
    uint64_t r = 1;
    struct rg_link links[MAX_LINKS];

    for (int i = 0; i < 400; i++) {
        uint32_t n = 1 + rnd_below(&r, MAX_NODES), n_links = rnd_below(&r, MAX_LINKS);
        for (uint32_t k = 0; k < n_links; k++)
            links[k] = (struct rg_link){ rnd_below(&r, n), rnd_below(&r, n) };
        check(n, links, n_links);
    }
}

/* A million nodes in a row need no deep stack of ours.  */
static void deep(void)
{
    enum { N = 1000000 };
    struct rg_link *links = rg_alloc("t", N * sizeof *links);
    struct rg_graph g;

    for (uint32_t i = 0; i < N; i++)
        links[i] = (struct rg_link){ i, (i + 1) % N };
    rg_graph_init(&g, N, links, N - 1);
    CU_ASSERT_EQUAL(g.n_components, N);
    rg_graph_free(&g);
    rg_graph_init(&g, N, links, N);
    CU_ASSERT_EQUAL(g.n_components, 1);
    rg_graph_free(&g);
    rg_free(links);
}

const struct unit_test suite_graph[] = {
    { "small graphs", small },
    { "random graphs", at_random },
    { "deep graphs", deep },
    { NULL, NULL },
};
