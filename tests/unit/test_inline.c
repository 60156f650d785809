/* test_inline.c - rg_inline: profiles with inlined functions, made by hand and at random.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "port_test.h"
#include "rg_inline.h"
#include "rnd.h"
#include "suites.h"

#define COST(...) ((const uint64_t[]){ __VA_ARGS__ })
#define POS(l, a) ((struct rg_pos){ .file = 0, .line = (l), .addr = (a) })
#define NODE(f, l) ((struct rg_node){ .fn = (f), .level = (l) })

enum { MAIN, MID, LEAF, CALLEE, WALK, N_FUNCTIONS };

static struct rg_profile *profile(unsigned nevents, bool with_addr)
{
    static const char *const names[] = { "main", "mid", "leaf", "callee", "walk" };
    struct rg_profile *p = rg_profile_new(nevents);
    rg_profile_set_positions(p, true, with_addr);
    uint32_t object = rg_profile_object(p, "o"), file = rg_profile_file(p, "f");
    for (uint32_t i = 0; i < N_FUNCTIONS; i++)
        rg_profile_function(p, object, file, names[i]);
    return p;
}

/* P, finished, as texts of one line per record: "node line cost" and "caller line > callee line calls cost", joined by "; ".  */
static const char *text_of(struct rg_profile *p)
{
    static char text[2000];
    size_t n = 0;
    text[0] = 0;
    rg_profile_finish(p);
    for (size_t i = 0; i < rg_profile_n_costs(p); i++) {
        struct rg_cost_rec r = rg_profile_cost_at(p, i);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s'%u %u %lu; ", rg_profile_fn_name(p, r.node.fn), r.node.level, r.pos.line,
                              (unsigned long)r.cost[0]);
    }
    for (size_t i = 0; i < rg_profile_n_calls(p); i++) {
        struct rg_call_rec r = rg_profile_call_at(p, i);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s'%u %u > %s'%u %u x%lu %lu; ", rg_profile_fn_name(p, r.caller.fn),
                              r.caller.level, r.pos.line, rg_profile_fn_name(p, r.callee.fn), r.callee.level, r.target.line,
                              (unsigned long)r.calls, (unsigned long)r.cost[0]);
    }
    return text;
}

static void nothing_inlined(void)
{
    struct rg_profile *p = profile(1, false);
    struct rg_inline *x = rg_inline_new(p, NULL, 0, 2);
    rg_inline_cost(x, NODE(MAIN, 1), POS(3, 0x10), 0, 5, COST(5));
    rg_inline_call(x, NODE(MAIN, 1), POS(4, 0x14), 0, NODE(CALLEE, 1), POS(9, 0x90), 2, COST(7));
    CU_ASSERT_TRUE(PANICS(rg_inline_cost(x, NODE(MAIN, 1), POS(3, 0x10), 1, 5, COST(5))));
    rg_inline_finish(x, NULL);
    CU_ASSERT_STRING_EQUAL(text_of(p), "main'1 3 5; main'1 4 > callee'1 9 x2 7; ");
    rg_profile_free(p);
}

/* main, line 10, has mid inlined at its line 11, which has leaf inlined at its line 21.  leaf calls callee from line 31.  */
static const struct rg_inlined two[] = {
    { .fn = MID, .parent = 0, .call = { .line = 11 } },
    { .fn = LEAF, .parent = 1, .call = { .line = 21 } },
};

static void chain(void)
{
    struct rg_profile *p = profile(1, false);
    struct rg_inline *x = rg_inline_new(p, two, 2, 2);
    rg_inline_cost(x, NODE(MAIN, 1), POS(10, 0x10), 0, 1, COST(1));
    rg_inline_cost(x, NODE(MAIN, 1), POS(30, 0x1c), 2, 4, COST(4));
    rg_inline_cost(x, NODE(MAIN, 1), POS(20, 0x14), 1, 3, COST(3));
    rg_inline_cost(x, NODE(MAIN, 1), POS(31, 0x18), 2, 5, COST(5));
    rg_inline_call(x, NODE(MAIN, 1), POS(31, 0x18), 2, NODE(CALLEE, 1), POS(40, 0x90), 5, COST(100));
    rg_inline_cost(x, NODE(CALLEE, 1), POS(40, 0x90), 0, 5, COST(100));
    rg_inline_finish(x, NULL);
    CU_ASSERT_STRING_EQUAL(text_of(p), "callee'1 40 100; leaf'1 30 4; leaf'1 31 5; main'1 10 1; mid'1 20 3; "
                                       "leaf'1 31 > callee'1 40 x5 100; main'1 11 > mid'1 20 x3 112; mid'1 21 > leaf'1 31 x5 109; ");
    CU_ASSERT_EQUAL(rg_profile_totals(p)[0], 113);
    rg_profile_free(p);
}

/* leaf's code only: mid has none of its own, and its lowest address is leaf's.  */
static void outer_without_code(void)
{
    struct rg_profile *p = profile(1, true);
    struct rg_inline *x = rg_inline_new(p, two, 2, 2);
    rg_inline_cost(x, NODE(MAIN, 1), POS(30, 0x1c), 2, 4, COST(4));
    rg_inline_cost(x, NODE(MAIN, 1), POS(31, 0x18), 2, 0, COST(9)); /* never counted as executed: at least one call */
    rg_inline_finish(x, NULL);
    CU_ASSERT_STRING_EQUAL(text_of(p), "leaf'1 30 4; leaf'1 31 9; main'1 11 > mid'1 31 x1 13; mid'1 21 > leaf'1 31 x1 13; ");
    for (size_t i = 0; i < rg_profile_n_calls(p); i++) {
        CU_ASSERT_EQUAL(rg_profile_call_at(p, i).pos.addr, 0x18);
        CU_ASSERT_EQUAL(rg_profile_call_at(p, i).target.addr, 0x18);
    }
    rg_profile_free(p);
}

/* One superblock may begin in the middle of another: an address is then executed as often as both say.  */
static void overlapping_superblocks(void)
{
    struct rg_profile *p = profile(1, false);
    struct rg_inline *x = rg_inline_new(p, two, 2, 2);
    rg_inline_cost(x, NODE(MAIN, 1), POS(20, 0x14), 1, 3, COST(3));
    rg_inline_cost(x, NODE(MAIN, 1), POS(20, 0x18), 1, 9, COST(9));
    rg_inline_cost(x, NODE(MAIN, 1), POS(20, 0x14), 1, 4, COST(4));
    rg_inline_finish(x, NULL);
    CU_ASSERT_STRING_EQUAL(text_of(p), "mid'1 20 16; main'1 11 > mid'1 20 x7 16; ");
    rg_profile_free(p);
}

/* walk calls itself through an inlined closure: level 2 keeps to itself.  */
static void recursion_levels(void)
{
    static const struct rg_inlined closure[] = { { .fn = LEAF, .parent = 0, .call = { .line = 6 } } };
    struct rg_profile *p = profile(1, false);
    struct rg_inline *x = rg_inline_new(p, closure, 1, 2);
    for (uint32_t level = 1; level <= 2; level++) {
        rg_inline_cost(x, NODE(WALK, level), POS(5, 0x10), 0, 1, COST(1));
        rg_inline_cost(x, NODE(WALK, level), POS(7, 0x20), 1, 1, COST(2));
        rg_inline_call(x, NODE(WALK, level), POS(7, 0x20), 1, NODE(WALK, 2), POS(5, 0x10), 1, COST(level == 1 ? 3 : 0));
    }
    rg_inline_finish(x, NULL);
    CU_ASSERT_STRING_EQUAL(text_of(p), "leaf'1 7 2; leaf'2 7 2; walk'1 5 1; walk'2 5 1; leaf'1 7 > walk'2 5 x1 3; "
                                       "leaf'2 7 > walk'2 5 x1 0; walk'1 6 > leaf'1 7 x1 5; walk'2 6 > leaf'2 7 x1 2; ");
    rg_profile_free(p);
}

/* A function inlined into itself is recursion, too.  */
static void inlined_into_itself(void)
{
    static const struct rg_inlined self[] = {
        { .fn = WALK, .parent = 0, .call = { .line = 1 } },
        { .fn = MID, .parent = 1, .call = { .line = 2 } },
        { .fn = WALK, .parent = 2, .call = { .line = 3 } },
        { .fn = MID, .parent = 3, .call = { .line = 4 } },
    };
    struct rg_profile *p = profile(1, false);
    struct rg_inline *x = rg_inline_new(p, self, 4, 2);
    rg_inline_cost(x, NODE(WALK, 1), POS(9, 0x10), 4, 1, COST(1));
    rg_inline_finish(x, NULL);
    CU_ASSERT_STRING_EQUAL(text_of(p), "mid'2 9 1; mid'1 3 > walk'2 9 x1 1; walk'1 1 > walk'2 9 x1 1; "
                                       "walk'2 2 > mid'1 9 x1 1; walk'2 4 > mid'2 9 x1 1; ");
    rg_profile_free(p);
}

/* The same function inlined at two places, and out of line: one node.  */
static void one_node(void)
{
    static const struct rg_inlined twice[] = {
        { .fn = LEAF, .parent = 0, .call = { .line = 11 } },
        { .fn = LEAF, .parent = 0, .call = { .line = 12 } },
    };
    struct rg_profile *p = profile(1, false);
    struct rg_inline *x = rg_inline_new(p, twice, 2, 2);
    rg_inline_cost(x, NODE(MAIN, 1), POS(30, 0x10), 1, 2, COST(2));
    rg_inline_cost(x, NODE(MID, 1), POS(30, 0x20), 2, 3, COST(3));
    rg_inline_cost(x, NODE(LEAF, 1), POS(30, 0x30), 0, 4, COST(4));
    rg_inline_finish(x, NULL);
    CU_ASSERT_STRING_EQUAL(text_of(p), "leaf'1 30 9; main'1 11 > leaf'1 30 x2 2; mid'1 12 > leaf'1 30 x3 3; ");
    rg_profile_free(p);
}

/* ---- random profiles ---- */

enum { EVENTS = 3, INLINED = 200, RECORDS = 4000, ADDRESSES = 500 };

struct random_case {
    struct rg_inlined inlined[INLINED];
    uint32_t at[ADDRESSES]; /* the inlined function of an address */
};

static void fill(struct random_case *c, uint64_t *seed)
{
    for (uint32_t i = 0; i < INLINED; i++)
        c->inlined[i] = (struct rg_inlined){ .fn = rnd_below(seed, N_FUNCTIONS), .parent = rnd_below(seed, i + 1), .call = { .line = i + 1 } };
    for (uint32_t i = 0; i < ADDRESSES; i++)
        c->at[i] = rnd_below(seed, INLINED + 1);
}

/* Inclusive cost is conserved: what each inlined function costs with all it calls is what is handed to it by its callers.  */
static void check_balance_of(struct rg_profile *p, const uint64_t *self, const uint64_t *out)
{
    for (unsigned e = 0; e < EVENTS; e++)
        CU_ASSERT_EQUAL(rg_profile_totals(p)[e], self[e]);
    uint64_t real = 0;
    for (size_t i = 0; i < rg_profile_n_calls(p); i++) {
        struct rg_call_rec r = rg_profile_call_at(p, i);
        CU_ASSERT(r.calls >= 1);
        if (r.target.line == 999)
            real += r.cost[1];
    }
    CU_ASSERT_EQUAL(real, out[1]);
}

static void random_profiles(void)
{
    struct random_case *c = malloc(sizeof *c);
    uint64_t seed = 11;
    for (int round = 0; round < 20; round++) {
        fill(c, &seed);
        struct rg_profile *p = profile(EVENTS, round % 2);
        struct rg_inline *x = rg_inline_new(p, c->inlined, INLINED, 1 + (uint32_t)round % 3);
        uint64_t self[EVENTS] = { 0 }, out[EVENTS] = { 0 };
        for (int i = 0; i < RECORDS; i++) {
            uint32_t a = rnd_below(&seed, ADDRESSES), line = 1 + rnd_below(&seed, 50);
            struct rg_node node = NODE(rnd_below(&seed, N_FUNCTIONS), 1 + rnd_below(&seed, 1 + (uint32_t)round % 3));
            uint64_t cost[EVENTS] = { rnd_below(&seed, 9), rnd(&seed) >> 40, rnd_below(&seed, 2) };
            bool call = rnd_below(&seed, 4) == 0;
            for (unsigned e = 0; e < EVENTS; e++)
                (call ? out : self)[e] += cost[e];
            if (call)
                rg_inline_call(x, node, POS(line, a), c->at[a], NODE(CALLEE, 1), POS(999, 9999), 1, cost);
            else
                rg_inline_cost(x, node, POS(line, a), c->at[a], cost[0], cost);
        }
        rg_inline_finish(x, NULL);
        rg_profile_finish(p);
        check_balance_of(p, self, out);
        rg_profile_free(p);
    }
    free(c);
}

const struct unit_test suite_inline[] = {
    { "nothing inlined", nothing_inlined },
    { "a chain", chain },
    { "an outer function without code of its own", outer_without_code },
    { "overlapping superblocks", overlapping_superblocks },
    { "recursion levels", recursion_levels },
    { "inlined into itself", inlined_into_itself },
    { "one node for one function", one_node },
    { "random profiles", random_profiles },
    { NULL, NULL },
};
