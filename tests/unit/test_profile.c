/* test_profile.c - rg_profile: identity, merging, order, and 100,000 random records against the obvious model.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgparse.h"
#include "model.h"
#include "port_test.h"
#include "rnd.h"
#include "suites.h"

#define COST(...) ((const uint64_t[]){ __VA_ARGS__ })
#define POS(f, l, a) ((struct rg_pos){ .file = (f), .line = (l), .addr = (a) })
#define NODE(f, l) ((struct rg_node){ .fn = (f), .level = (l) })

static void empty(void)
{
    struct rg_profile *p = rg_profile_new(3);
    CU_ASSERT_EQUAL(rg_profile_nevents(p), 3);
    CU_ASSERT_TRUE(PANICS(rg_profile_n_costs(p))); /* not finished */
    rg_profile_finish(p);
    rg_profile_finish(p);
    CU_ASSERT_EQUAL(rg_profile_n_costs(p), 0);
    CU_ASSERT_EQUAL(rg_profile_n_calls(p), 0);
    CU_ASSERT_EQUAL(rg_profile_n_nodes(p), 0);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(rg_profile_totals(p)[i], 0);
    CU_ASSERT_TRUE(PANICS(rg_profile_cost_at(p, 0)));
    CU_ASSERT_TRUE(PANICS(rg_profile_call_at(p, 0)));
    CU_ASSERT_TRUE(PANICS(rg_profile_node_at(p, 0)));
    rg_profile_free(p);
    rg_profile_free(NULL);
    CU_ASSERT_TRUE(PANICS(rg_profile_new(0)));
    CU_ASSERT_TRUE(PANICS(rg_profile_new(65)));
}

static void names_and_functions(void)
{
    struct rg_profile *p = rg_profile_new(1);
    uint32_t ob = rg_profile_object(p, "o"), ob2 = rg_profile_object(p, "o2");
    uint32_t fl = rg_profile_file(p, "f"), fl2 = rg_profile_file(p, "f2");
    uint32_t fn[] = {
        rg_profile_function(p, ob, fl, "main"), rg_profile_function(p, ob2, fl, "main"), rg_profile_function(p, ob, fl2, "main"),
        rg_profile_function(p, ob, fl, "other"), rg_profile_function(p, ob, fl, "f"),
    };
    for (uint32_t i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(fn[i], i);
    CU_ASSERT_EQUAL(rg_profile_function(p, ob2, fl, "main"), 1);
    CU_ASSERT_EQUAL(rg_profile_object(p, "o2"), ob2);
    CU_ASSERT_EQUAL(rg_profile_n_objects(p), 2);
    CU_ASSERT_EQUAL(rg_profile_n_files(p), 2);
    CU_ASSERT_EQUAL(rg_profile_n_functions(p), 5);
    CU_ASSERT_STRING_EQUAL(rg_profile_fn_name(p, 3), "other");
    CU_ASSERT_EQUAL(rg_profile_fn_object(p, 1), ob2);
    CU_ASSERT_EQUAL(rg_profile_fn_file(p, 2), fl2);
    CU_ASSERT_STRING_EQUAL(rg_profile_object_name(p, ob), "o");
    CU_ASSERT_STRING_EQUAL(rg_profile_file_name(p, fl2), "f2");
    CU_ASSERT_TRUE(PANICS(rg_profile_fn_name(p, 5)));
    CU_ASSERT_TRUE(PANICS(rg_profile_file_name(p, 2)));
    CU_ASSERT_TRUE(PANICS(rg_profile_object_name(p, 2)));
    CU_ASSERT_TRUE(PANICS(rg_profile_function(p, 2, 0, "x")));
    CU_ASSERT_TRUE(PANICS(rg_profile_function(p, 0, 2, "x")));
    rg_profile_free(p);
}

static void bad_records_are_our_bug(void)
{
    struct rg_profile *p = rg_profile_new(1);
    uint32_t fl = rg_profile_file(p, "f"), fn = rg_profile_function(p, rg_profile_object(p, "o"), fl, "n");
    CU_ASSERT_TRUE(PANICS(rg_profile_cost(p, NODE(fn, 0), POS(fl, 1, 0), COST(1))));
    CU_ASSERT_TRUE(PANICS(rg_profile_cost(p, NODE(fn, 65536), POS(fl, 1, 0), COST(1))));
    CU_ASSERT_TRUE(PANICS(rg_profile_cost(p, NODE(fn + 1, 1), POS(fl, 1, 0), COST(1))));
    CU_ASSERT_TRUE(PANICS(rg_profile_cost(p, NODE(fn, 1), POS(fl + 1, 1, 0), COST(1))));
    CU_ASSERT_TRUE(PANICS(rg_profile_call(p, NODE(fn, 1), POS(fl, 1, 0), NODE(fn, 1), POS(fl + 1, 1, 0), 1, COST(1))));
    rg_profile_cost(p, NODE(fn, 65535), POS(fl, 1, 0), COST(1));
    CU_ASSERT_TRUE(PANICS(rg_profile_set_positions(p, false, true))); /* too late */
    rg_profile_free(p);
}

static void costs_are_merged(void)
{
    struct rg_profile *p = rg_profile_new(2);
    uint32_t fl = rg_profile_file(p, "f"), fn = rg_profile_function(p, rg_profile_object(p, "o"), fl, "n");
    rg_profile_cost(p, NODE(fn, 1), POS(fl, 7, 0x10), COST(1, 10));
    rg_profile_cost(p, NODE(fn, 1), POS(fl, 7, 0x14), COST(2, 20)); /* same line, other address */
    rg_profile_cost(p, NODE(fn, 1), POS(fl, 6, 0), COST(0, 5));
    rg_profile_cost(p, NODE(fn, 1), POS(fl, 5, 0), COST(0, 0)); /* no record */
    rg_profile_cost(p, NODE(fn, 2), POS(fl, 7, 0), COST(4, 0));
    rg_profile_finish(p);
    CU_ASSERT_EQUAL(rg_profile_n_costs(p), 3);
    struct rg_cost_rec r = rg_profile_cost_at(p, 0);
    CU_ASSERT(r.pos.line == 6 && r.node.level == 1 && r.cost[0] == 0 && r.cost[1] == 5);
    r = rg_profile_cost_at(p, 1);
    CU_ASSERT(r.pos.line == 7 && r.pos.addr == 0 && r.node.level == 1 && r.cost[0] == 3 && r.cost[1] == 30);
    r = rg_profile_cost_at(p, 2);
    CU_ASSERT(r.pos.line == 7 && r.node.level == 2 && r.cost[0] == 4 && r.cost[1] == 0);
    CU_ASSERT_EQUAL(rg_profile_totals(p)[0], 7);
    CU_ASSERT_EQUAL(rg_profile_totals(p)[1], 35);
    rg_profile_free(p);
}

static void calls_are_merged(void)
{
    struct rg_profile *p = rg_profile_new(1);
    uint32_t fl = rg_profile_file(p, "f"), fn = rg_profile_function(p, rg_profile_object(p, "o"), fl, "n");
    rg_profile_call(p, NODE(fn, 1), POS(fl, 5, 0), NODE(fn, 2), POS(fl, 3, 0), 1, COST(10));
    rg_profile_call(p, NODE(fn, 1), POS(fl, 5, 0), NODE(fn, 2), POS(fl, 3, 0), 2, COST(20));
    rg_profile_call(p, NODE(fn, 1), POS(fl, 5, 0), NODE(fn, 2), POS(fl, 3, 0), 0, COST(5)); /* began before */
    rg_profile_call(p, NODE(fn, 1), POS(fl, 5, 0), NODE(fn, 2), POS(fl, 4, 0), 1, COST(0)); /* another target */
    rg_profile_call(p, NODE(fn, 1), POS(fl, 6, 0), NODE(fn, 3), POS(fl, 4, 0), 0, COST(0)); /* nothing */
    rg_profile_finish(p);
    CU_ASSERT_EQUAL_FATAL(rg_profile_n_calls(p), 2);
    CU_ASSERT_EQUAL(rg_profile_n_nodes(p), 2);
    CU_ASSERT_EQUAL(rg_profile_call_at(p, 0).calls, 3);
    CU_ASSERT_EQUAL(rg_profile_call_at(p, 0).cost[0], 35);
    CU_ASSERT_EQUAL(rg_profile_call_at(p, 1).calls, 1);
    CU_ASSERT_EQUAL(rg_profile_call_at(p, 1).target.line, 4);
    rg_profile_free(p);
}

/* The same records with each granularity of positions.  */
static void granularity(void)
{
    static const struct {
        bool with_line, with_addr;
        size_t n_costs, n_calls;
    } cases[] = { { false, false, 1, 1 }, { true, false, 2, 2 }, { false, true, 3, 2 }, { true, true, 4, 3 } };
    for (int i = 0; i < 4; i++) {
        struct rg_profile *p = rg_profile_new(1);
        rg_profile_set_positions(p, cases[i].with_line, cases[i].with_addr);
        uint32_t fl = rg_profile_file(p, "f"), fn = rg_profile_function(p, rg_profile_object(p, "o"), fl, "n");
        rg_profile_cost(p, NODE(fn, 1), POS(fl, 1, 0x10), COST(1));
        rg_profile_cost(p, NODE(fn, 1), POS(fl, 1, 0x20), COST(2));
        rg_profile_cost(p, NODE(fn, 1), POS(fl, 2, 0x20), COST(4));
        rg_profile_cost(p, NODE(fn, 1), POS(fl, 2, 0x30), COST(8));
        rg_profile_call(p, NODE(fn, 1), POS(fl, 1, 0x10), NODE(fn, 2), POS(fl, 9, 0x9), 3, COST(16));
        rg_profile_call(p, NODE(fn, 1), POS(fl, 1, 0x20), NODE(fn, 2), POS(fl, 9, 0x9), 4, COST(32));
        rg_profile_call(p, NODE(fn, 1), POS(fl, 2, 0x20), NODE(fn, 2), POS(fl, 9, 0x9), 5, COST(64));
        rg_profile_finish(p);
        CU_ASSERT_EQUAL(rg_profile_n_costs(p), cases[i].n_costs);
        CU_ASSERT_EQUAL(rg_profile_n_calls(p), cases[i].n_calls);
        uint64_t calls = 0, cost = 0;
        for (size_t k = 0; k < rg_profile_n_calls(p); k++) {
            struct rg_call_rec c = rg_profile_call_at(p, k);
            calls += c.calls;
            cost += c.cost[0];
            CU_ASSERT_EQUAL(c.target.line, cases[i].with_line ? 9 : 0);
            CU_ASSERT_EQUAL(c.target.addr, cases[i].with_addr ? 9 : 0);
            CU_ASSERT(c.callee.fn == fn && c.callee.level == 2 && c.caller.level == 1);
        }
        CU_ASSERT_EQUAL(calls, 12);
        CU_ASSERT_EQUAL(cost, 112);
        CU_ASSERT_EQUAL(rg_profile_totals(p)[0], 15); /* calls do not count */
        rg_profile_free(p);
    }
}

static void huge_numbers(void)
{
    struct rg_profile *p = rg_profile_new(1);
    rg_profile_set_positions(p, true, true);
    uint32_t fl = rg_profile_file(p, "f"), fn = rg_profile_function(p, rg_profile_object(p, "o"), fl, "n");
    rg_profile_cost(p, NODE(fn, 65535), POS(fl, UINT32_MAX, UINT64_MAX), COST(UINT64_MAX));
    rg_profile_call(p, NODE(fn, 1), POS(fl, UINT32_MAX, UINT64_MAX), NODE(fn, 1), POS(fl, 0, 0), UINT64_MAX, COST(UINT64_MAX));
    rg_profile_finish(p);
    struct rg_cost_rec r = rg_profile_cost_at(p, 0);
    CU_ASSERT(r.node.level == 65535 && r.pos.line == UINT32_MAX && r.pos.addr == UINT64_MAX && r.cost[0] == UINT64_MAX);
    CU_ASSERT_EQUAL(rg_profile_call_at(p, 0).calls, UINT64_MAX);
    CU_ASSERT_EQUAL(rg_profile_totals(p)[0], UINT64_MAX);
    rg_profile_cost(p, NODE(fn, 65535), POS(fl, UINT32_MAX, UINT64_MAX), COST(2)); /* wraps around */
    rg_profile_finish(p);
    CU_ASSERT_EQUAL(rg_profile_n_costs(p), 1);
    CU_ASSERT_EQUAL(rg_profile_cost_at(p, 0).cost[0], 1);
    CU_ASSERT_EQUAL(rg_profile_totals(p)[0], 1);
    rg_profile_free(p);
}

static void order_is_one_of_names(void)
{
    struct model *m = model_new(1, true, false);
    static const struct place in_order[] = {
        { "a", "f", "z", 1, "f", 3, 0 },  { "a", "g", "a", 1, "f", 9, 0 },  { "a", "g", "a", 1, "g", 1, 0 },
        { "a", "g", "a", 1, "g", 10, 0 }, { "a", "g", "a", 2, "b", 1, 0 },  { "a", "g", "a", 10, "b", 1, 0 },
        { "a", "g", "ab", 1, "f", 1, 0 }, { "b", "f", "a", 1, "f", 1, 0 },
    };
    enum { N = sizeof in_order / sizeof *in_order };
    static const int added[N] = { 5, 7, 0, 3, 6, 2, 4, 1 };
    for (int i = 0; i < N; i++)
        model_cost(m, in_order[added[i]], COST((uint64_t)added[i] + 1));
    /* calls from one position: by callee, then by target */
    struct place from = in_order[0];
    model_call(m, from, in_order[7], 5, COST(1));
    model_call(m, from, in_order[4], 3, COST(1));
    model_call(m, from, in_order[1], 2, COST(1));
    model_call(m, from, in_order[0], 1, COST(1));
    model_call(m, from, in_order[5], 4, COST(1));
    struct rg_profile *p = model_profile(m);
    rg_profile_finish(p);
    CU_ASSERT_EQUAL_FATAL(rg_profile_n_costs(p), N);
    CU_ASSERT_EQUAL_FATAL(rg_profile_n_calls(p), 5);
    for (size_t i = 0; i < N; i++)
        CU_ASSERT_EQUAL(rg_profile_cost_at(p, i).cost[0], i + 1);
    for (size_t i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(rg_profile_call_at(p, i).calls, i + 1);
    /* nodes and their ranges */
    CU_ASSERT_EQUAL(rg_profile_n_nodes(p), 6);
    size_t n = 0;
    for (uint32_t i = 0; i < rg_profile_n_nodes(p); i++) {
        struct rg_range r = rg_profile_node_costs(p, i);
        CU_ASSERT_EQUAL(r.begin, n);
        for (; n < r.end; n++)
            CU_ASSERT_EQUAL(rg_profile_node_index(p, rg_profile_cost_at(p, n).node), i);
        CU_ASSERT_EQUAL(rg_profile_node_index(p, rg_profile_node_at(p, i)), i);
    }
    CU_ASSERT_EQUAL(n, N);
    CU_ASSERT_EQUAL(rg_profile_node_calls(p, 0).end, 5);
    CU_ASSERT_EQUAL(rg_profile_node_calls(p, 5).begin, 5);
    CU_ASSERT_EQUAL(rg_profile_node_calls(p, 5).end, 5);
    CU_ASSERT_TRUE(PANICS(rg_profile_node_index(p, NODE(0, 77))));
    model_free(m);
}

/* More records, files and nodes after a finish, also such that change the ranks of the old ones.  */
static void adding_after_finish(void)
{
    struct model *m = model_new(1, true, false);
    struct place at = { "o", "m.rs", "m", 1, "m.rs", 5, 0 }, other = { "o", "m.rs", "m", 1, "z.rs", 5, 0 };
    model_cost(m, at, COST(1));
    model_call(m, other, at, 7, COST(9));
    rg_profile_finish(model_profile(m));
    model_cost(m, at, COST(2)); /* merges with what was there */
    model_call(m, other, at, 1, COST(1));
    struct place before = { "a", "a.rs", "a", 3, "a.rs", 1, 0 };
    model_cost(m, before, COST(4));
    model_cost(m, other, COST(8));
    struct rg_profile *p = model_profile(m);
    rg_profile_file(p, "0.rs");
    CU_ASSERT_TRUE(PANICS(rg_profile_cost_at(p, 0)));
    for (int round = 0; round < 3; round++) {
        rg_profile_finish(p);
        CU_ASSERT_EQUAL(rg_profile_n_costs(p), 3);
        CU_ASSERT_EQUAL(rg_profile_n_calls(p), 1);
        struct rg_cost_rec first = rg_profile_cost_at(p, 0), second = rg_profile_cost_at(p, 1), third = rg_profile_cost_at(p, 2);
        CU_ASSERT_STRING_EQUAL(rg_profile_fn_name(p, first.node.fn), "a");
        CU_ASSERT_EQUAL(first.node.level, 3);
        CU_ASSERT_STRING_EQUAL(rg_profile_file_name(p, first.pos.file), "a.rs");
        CU_ASSERT_EQUAL(first.cost[0], 4 + 16u * (unsigned)round);
        CU_ASSERT_STRING_EQUAL(rg_profile_file_name(p, second.pos.file), "m.rs");
        CU_ASSERT_EQUAL(second.cost[0], 3);
        CU_ASSERT_STRING_EQUAL(rg_profile_file_name(p, third.pos.file), "z.rs");
        CU_ASSERT_EQUAL(third.cost[0], 8);
        struct rg_call_rec c = rg_profile_call_at(p, 0);
        CU_ASSERT(c.calls == 8 && c.cost[0] == 10);
        CU_ASSERT_STRING_EQUAL(rg_profile_file_name(p, c.target.file), "m.rs");
        model_cost(m, before, COST(16));
    }
    model_free(m);
}

/* What was remembered about the last node and about recent records does not outlive a finish, which renumbers both.  */
static void nothing_stale_after_finish(void)
{
    enum { BETWEEN = 30000 }; /* enough to push the record of line 1000000 out of any small cache */
    struct model *m = model_new(1, true, false);
    struct rg_profile *p = model_profile(m);
    struct place z = { "o", "z.rs", "z", 1, "z.rs", 1000000, 0 }, a = { "o", "a.rs", "a", 1, "a.rs", 1, 0 };
    model_cost(m, z, COST(1));
    for (uint32_t i = 0; i < BETWEEN; i++) {
        struct place between = z;
        between.line = i;
        model_cost(m, between, COST(1));
    }
    model_cost(m, z, COST(2));
    rg_profile_finish(p);
    CU_ASSERT_EQUAL(rg_profile_n_costs(p), BETWEEN + 1);
    model_cost(m, z, COST(4));
    rg_profile_finish(p);
    CU_ASSERT_EQUAL_FATAL(rg_profile_n_costs(p), BETWEEN + 1);
    CU_ASSERT_EQUAL(rg_profile_cost_at(p, BETWEEN).pos.line, 1000000);
    CU_ASSERT_EQUAL(rg_profile_cost_at(p, BETWEEN).cost[0], 7);

    model_cost(m, a, COST(8)); /* gets a number behind z's, and the one before it in the end */
    rg_profile_finish(p);
    model_cost(m, a, COST(16));
    rg_profile_finish(p);
    CU_ASSERT_EQUAL(rg_profile_n_costs(p), BETWEEN + 2);
    CU_ASSERT_STRING_EQUAL(rg_profile_fn_name(p, rg_profile_cost_at(p, 0).node.fn), "a");
    CU_ASSERT_EQUAL(rg_profile_cost_at(p, 0).cost[0], 24);
    model_free(m);
}

static struct place random_place(uint64_t *seed, char name[40], bool wide)
{
    static const char *const objects[] = { "/lib/a.so", "/bin/p", "" };
    static const char *const files[] = { "src/main.rs", "lib.rs", "???", "/rustc/x/core.rs", "a", "z z" };
    uint32_t n_functions = wide ? 2000 : 12;
    snprintf(name, 40, "crate::f%u", rnd_below(seed, n_functions));
    uint32_t function = rnd_below(seed, 3);
    return (struct place){
        .object = objects[function],
        .file = files[function * 2],
        .function = name,
        .level = 1 + (rnd_below(seed, 4) == 0) * (1 + rnd_below(seed, 2)),
        .pos_file = files[rnd_below(seed, 3) ? function * 2 : rnd_below(seed, 6)],
        .line = rnd_below(seed, wide ? 400 : 20),
        .addr = 0x1000 + rnd_below(seed, 64) * 3,
    };
}

static void compare_with_model(struct model *m)
{
    struct rg_profile *p = model_profile(m);
    rg_profile_finish(p);
    size_t n_want, n_costs, n_calls;
    char **want = model_texts(m, &n_want);
    char **got = model_profile_texts(p, &n_costs, &n_calls);
    cg_sort_texts(got, n_costs + n_calls);
    CU_ASSERT_EQUAL(n_costs + n_calls, n_want);
    size_t wrong = 0;
    for (size_t i = 0; i < n_want && i < n_costs + n_calls; i++) {
        if (strcmp(want[i], got[i]) != 0 && wrong++ == 0)
            fprintf(stderr, "\n  got  %s\n  want %s\n", got[i], want[i]);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    for (unsigned e = 0; e < rg_profile_nevents(p); e++)
        CU_ASSERT_EQUAL(rg_profile_totals(p)[e], model_totals(m)[e]);
    model_free_texts(want, n_want);
    model_free_texts(got, n_costs + n_calls);
}

static void random_records(unsigned nevents, bool with_line, bool with_addr, bool wide, int n)
{
    struct model *m = model_new(nevents, with_line, with_addr);
    uint64_t seed = nevents + 10 * (uint64_t)n;
    for (int i = 0; i < n; i++) {
        char name[40], callee_name[40];
        uint64_t cost[8];
        for (int e = 0; e < 8; e++)
            cost[e] = rnd_below(&seed, 4) ? rnd_below(&seed, 1000) : rnd(&seed) >> rnd_below(&seed, 64);
        struct place at = random_place(&seed, name, wide);
        if (rnd_below(&seed, 3) == 0)
            model_call(m, at, random_place(&seed, callee_name, wide), rnd_below(&seed, 5), cost);
        else
            model_cost(m, at, cost);
        if (i == n / 2)
            rg_profile_finish(model_profile(m));
    }
    compare_with_model(m);
    model_free(m);
}

static void many_random_records(void)
{
    random_records(1, true, false, true, 100000);
}

static void random_records_of_each_kind(void)
{
    for (int kind = 0; kind < 4; kind++) {
        random_records(1, kind & 1, kind & 2, false, 300);
        random_records(8, kind & 1, kind & 2, false, 5000);
        random_records(3, kind & 1, kind & 2, true, 5000);
    }
}

/* Equal profiles, filled in another order with other ids, come out equal.  */
static void order_of_adding_does_not_matter(void)
{
    enum { N = 3000 };
    size_t n[2][2];
    char **texts[2];
    for (int round = 0; round < 2; round++) {
        struct model *m = model_new(2, true, true);
        for (int i = 0; i < N; i++) {
            uint64_t seed = 1000 + (uint64_t)(round == 0 ? i : N - 1 - i);
            char name[40], callee_name[40];
            struct place at = random_place(&seed, name, false);
            uint64_t cost[2] = { rnd_below(&seed, 9), rnd_below(&seed, 9) };
            if (i % 2 == (round == 0 ? 0 : (N - 1) % 2))
                model_cost(m, at, cost);
            else
                model_call(m, at, random_place(&seed, callee_name, false), 1, cost);
        }
        rg_profile_finish(model_profile(m));
        texts[round] = model_profile_texts(model_profile(m), &n[round][0], &n[round][1]);
        model_free(m);
    }
    CU_ASSERT_EQUAL_FATAL(n[0][0], n[1][0]);
    CU_ASSERT_EQUAL_FATAL(n[0][1], n[1][1]);
    size_t wrong = 0;
    for (size_t i = 0; i < n[0][0] + n[0][1]; i++)
        wrong += strcmp(texts[0][i], texts[1][i]) != 0;
    CU_ASSERT_EQUAL(wrong, 0);
    for (int round = 0; round < 2; round++)
        model_free_texts(texts[round], n[round][0] + n[round][1]);
}

static void every_move(void)
{
    unsigned long n_moves = 1;
    for (unsigned long which = 1; which <= n_moves + 1; which++) {
        port_test_begin(which);
        random_records(2, true, true, false, 400);
        n_moves = port_test_reallocations();
    }
    CU_ASSERT(n_moves >= 5);
}

const struct unit_test suite_profile[] = {
    { "empty", empty },
    { "names and functions", names_and_functions },
    { "bad records are our bug", bad_records_are_our_bug },
    { "costs are merged", costs_are_merged },
    { "calls are merged", calls_are_merged },
    { "granularity of positions", granularity },
    { "huge numbers", huge_numbers },
    { "order is one of names", order_is_one_of_names },
    { "adding after finish", adding_after_finish },
    { "nothing stale after finish", nothing_stale_after_finish },
    { "100,000 random records", many_random_records },
    { "random records of each kind", random_records_of_each_kind },
    { "order of adding does not matter", order_of_adding_does_not_matter },
    { "every single move of memory", every_move },
    { 0 },
};
