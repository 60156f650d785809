/* test_total.c - rg_total: totals of sets of functions, by hand and against programs simulated at random.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

#include "port_test.h"
#include "rg_total.h"
#include "rnd.h"
#include "suites.h"

#define NODE(f, l) ((struct rg_node){ .fn = (f), .level = (l) })
#define COST(...) ((const uint64_t[]){ __VA_ARGS__ })

enum { MAX_FUNCTIONS = 20, MAX_DEPTH = 14, N_SETS = 4 };

static const struct rg_pos nowhere = { .file = 0 };

static struct rg_profile *profile(unsigned n)
{
    struct rg_profile *p = rg_profile_new(1);
    uint32_t object = rg_profile_object(p, "o"), file = rg_profile_file(p, "f");
    char name[2] = "a";

    for (unsigned i = 0; i < n; i++, name[0]++)
        rg_profile_function(p, object, file, name);
    return p;
}

static void empty(void)
{
    struct rg_profile *p = profile(1);
    uint32_t set_of[1] = { 3 };
    bool estimated;
    rg_profile_finish(p);
    struct rg_total *t = rg_total_new(p, 0);
    CU_ASSERT_EQUAL(rg_total_function(t, 0), 0);
    CU_ASSERT_EQUAL(rg_total_set(t, set_of, 3, &estimated), 0);
    CU_ASSERT_FALSE(estimated);
    CU_ASSERT_TRUE(PANICS(rg_total_new(p, 1)));
    rg_total_free(t);
    rg_profile_free(p);
}

/* main calls one of the set, which calls another by way of a function that main calls, too.  */
static void both_ways(void)
{
    enum { MAIN, ONE, WAY, TWO };
    static const uint32_t set_of[] = { 0, 1, 0, 1 };
    struct rg_profile *p = profile(4);
    bool estimated;
    rg_profile_cost(p, NODE(MAIN, 1), nowhere, COST(10));
    rg_profile_call(p, NODE(MAIN, 1), nowhere, NODE(ONE, 1), nowhere, 1, COST(60));
    rg_profile_call(p, NODE(MAIN, 1), nowhere, NODE(WAY, 1), nowhere, 1, COST(30));
    rg_profile_cost(p, NODE(ONE, 1), nowhere, COST(30));
    rg_profile_call(p, NODE(ONE, 1), nowhere, NODE(WAY, 1), nowhere, 1, COST(30));
    rg_profile_call(p, NODE(WAY, 1), nowhere, NODE(TWO, 1), nowhere, 2, COST(60));
    rg_profile_cost(p, NODE(TWO, 1), nowhere, COST(60));
    rg_profile_finish(p);
    struct rg_total *t = rg_total_new(p, 0);
    CU_ASSERT_EQUAL(rg_total_function(t, MAIN), 100);
    CU_ASSERT_EQUAL(rg_total_function(t, ONE), 60);
    CU_ASSERT_EQUAL(rg_total_function(t, TWO), 60);
    CU_ASSERT_EQUAL(rg_total_set(t, set_of, 1, &estimated), 90);
    CU_ASSERT_TRUE(estimated);
    CU_ASSERT_EQUAL(rg_total_set(t, set_of, 0, &estimated), 100);
    CU_ASSERT_FALSE(estimated);
    rg_total_free(t);
    rg_profile_free(p);
}

/* ---- simulated programs ---- */

struct program {
    struct rg_profile *p;
    uint64_t r;
    unsigned callee[MAX_FUNCTIONS][3], n, active[MAX_FUNCTIONS], in_set[N_SETS], budget;
    uint32_t set_of[MAX_FUNCTIONS];
    uint64_t truth[N_SETS];
};

static uint64_t run(struct program *s, unsigned f, unsigned depth)
{
    unsigned level = ++s->active[f] < 2 ? 1 : 2;
    uint64_t sum = 0;

    s->in_set[s->set_of[f]]++;
    for (unsigned steps = 1 + rnd_below(&s->r, 4); steps > 0; steps--) {
        uint64_t cost = 1 + rnd_below(&s->r, 100);
        if (depth == MAX_DEPTH || s->budget == 0 || rnd_below(&s->r, 2) == 0) {
            rg_profile_cost(s->p, NODE(f, level), nowhere, &cost);
            for (unsigned i = 0; i < N_SETS; i++)
                s->truth[i] += s->in_set[i] > 0 ? cost : 0;
        } else {
            unsigned g = s->callee[f][rnd_below(&s->r, 3)], to = s->active[g] > 0 ? 2 : 1;
            s->budget--;
            cost = run(s, g, depth + 1);
            rg_profile_call(s->p, NODE(f, level), nowhere, NODE(g, to), nowhere, 1, &cost);
        }
        sum += cost;
    }
    s->in_set[s->set_of[f]]--;
    s->active[f]--;
    return sum;
}

static void simulated(void)
{
    unsigned exact = 0, guessed = 0;

    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct program s = { .r = seed, .budget = 1000 };
        s.n = 2 + rnd_below(&s.r, MAX_FUNCTIONS - 2);
        s.p = profile(s.n);
        for (unsigned i = 0; i < s.n; i++) {
            s.set_of[i] = rnd_below(&s.r, N_SETS);
            for (unsigned k = 0; k < 3; k++)
                s.callee[i][k] = rnd_below(&s.r, 8) == 0 ? rnd_below(&s.r, s.n) : i + 1 < s.n ? i + 1 + rnd_below(&s.r, s.n - i - 1) : i;
        }
        for (unsigned roots = 1 + rnd_below(&s.r, 3); roots > 0; roots--)
            run(&s, rnd_below(&s.r, 2), 0);
        rg_profile_finish(s.p);
        struct rg_total *t = rg_total_new(s.p, 0);
        for (unsigned i = 0; i < N_SETS; i++) {
            bool estimated;
            uint64_t got = rg_total_set(t, s.set_of, i, &estimated);
            CU_ASSERT_TRUE(got <= rg_profile_totals(s.p)[0]);
            exact += !estimated;
            guessed += estimated;
            if (!estimated && got != s.truth[i])
                fprintf(stderr, "\n  seed %lu set %u: %lu, not %lu\n", (unsigned long)seed, i, (unsigned long)got, (unsigned long)s.truth[i]);
            if (!estimated)
                CU_ASSERT_EQUAL(got, s.truth[i]);
        }
        rg_total_free(t);
        rg_profile_free(s.p);
    }
    CU_ASSERT_TRUE(exact > 1000 && guessed > 100);
}

const struct unit_test suite_total[] = {
    { "empty", empty },
    { "both ways", both_ways },
    { "simulated programs", simulated },
    { NULL, NULL },
};
