/* test_own.c - rg_own: whose a cost is, by hand and against programs simulated at random.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

#include "port_test.h"
#include "rg_own.h"
#include "rnd.h"
#include "suites.h"

#define MINE "/home/u/mine/src/lib.rs"
#define DEP "/home/u/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/dep-1.0.0/src/lib.rs"
#define CORE "/rustc/0123456789abcdef0123456789abcdef01234567/library/core/src/iter/mod.rs"
#define NODE(f, l) ((struct rg_node){ .fn = (f), .level = (l) })
#define COST(...) ((const uint64_t[]){ __VA_ARGS__ })

struct world {
    struct rg_profile *p;
    struct rg_names *names;
};

static struct world world_new(unsigned nevents)
{
    return (struct world){ .p = rg_profile_new(nevents), .names = rg_names_new(RG_SPELL_INSTANCE) };
}

static void world_free(struct world *w)
{
    rg_names_free(w->names);
    rg_profile_free(w->p);
}

static uint32_t add(struct world *w, const char *symbol, const char *file)
{
    struct rg_item_source src = { .symbol = symbol };
    return rg_names_function(w->names, w->p, rg_profile_object(w->p, "/p"), rg_profile_file(w->p, file), &src, 0);
}

static uint64_t cost_of(const struct rg_own *o, uint32_t fn)
{
    uint64_t doubt;
    const uint64_t *cost = rg_own_cost_of(o, fn, &doubt);
    return cost != NULL ? cost[0] : 0;
}

static uint64_t doubt_of(const struct rg_own *o, uint32_t fn)
{
    uint64_t doubt;
    rg_own_cost_of(o, fn, &doubt);
    return doubt;
}

/* Which crates are own.  */
static void crates(void)
{
    static const struct {
        const char *symbol, *file;
        bool own;
    } cases[] = {
        { "_RNvC4mine1a", MINE, true },
        { "_RNvC4mine1b", CORE, true }, /* one macro of the library's does not make it the library */
        { "_RNvC4mine1c", MINE, true },
        { "_RNvC4core1a", CORE, false },
        { "_RNvC4core1b", MINE, false },
        { "_RNvC3dep1a", DEP, false },
        { "_RNvC3two1a", "/home/u/mine/vendor/two/src/lib.rs", false },
        { "_RNvC5three1a", "/home/u/.cargo/git/checkouts/three-0123/abc/src/lib.rs", false },
        { "_RNvC4four1a", "/usr/share/cargo/registry/four-1.0.0/src/lib.rs", false },
        { "_RNvC4five1a", "/home/u/mine/target/release/build/five-0123456789abcdef/out/gen.rs", false }, /* nothing is known, and no main */
        { "_RNvC3ten1a", "/home/u/build/mine-0123456789abcdeg/out/src/lib.rs", true },
        { "_RNvC6eleven1a", "/home/u/out/mine/src/lib.rs", true },
        { "_RNvC6twelve1a", "/home/u/mine/external/twelve-1.0.0/src/lib.rs", false },
        { "_RNvC3six4main", "???", true },
        { "_RNvC3six1a", "???", true },
        { "_RNvC5seven1a", "???", false },
        { "_RNvC5eight4main", DEP, false },
        { "_RNvYNCNvC4mine1a0INtNtNtC4core3ops8function6FnOnceuE9call_once", CORE, false }, /* glue */
        { "_ZN4nine1a17h0123456789abcdefE", MINE, true },
        { "main", MINE, false }, /* not Rust's */
        { "_RINvNtC4core3ptr13drop_in_placeNtC4mine1TE", MINE, false },
    };
    enum { N = sizeof cases / sizeof *cases };
    struct world w = world_new(1);
    uint32_t fn[N];
    for (unsigned i = 0; i < N; i++)
        fn[i] = add(&w, cases[i].symbol, cases[i].file);
    struct rg_own *o = rg_own_new(w.p, w.names);
    for (unsigned i = 0; i < N; i++) {
        if (rg_own_is(o, fn[i]) != cases[i].own)
            fprintf(stderr, "\n  %s in %s: own %d\n", cases[i].symbol, cases[i].file, !cases[i].own);
        CU_ASSERT_EQUAL(rg_own_is(o, fn[i]), cases[i].own);
    }
    CU_ASSERT_TRUE(rg_own_any(o));
    CU_ASSERT_FALSE(rg_own_is(o, 1000));
    rg_own_free(o);
    world_free(&w);
}

static void nothing(void)
{
    struct world w = world_new(1);
    uint32_t core = add(&w, "_RNvC4core1a", CORE);
    struct rg_own *o = rg_own_new(w.p, w.names);
    rg_own_cost(o, NODE(core, 1), RG_OWN_NONE, COST(7));
    rg_own_finish(o);
    CU_ASSERT_FALSE(rg_own_any(o));
    CU_ASSERT_EQUAL(cost_of(o, RG_OWN_NONE), 7);
    CU_ASSERT_EQUAL(cost_of(o, core), 0);
    rg_own_free(o);
    world_free(&w);
}

/* a and b call sort, which calls leaf, 30 times and 10 times.  Both have their own part of its cost exactly.  */
static void several_callers(void)
{
    struct world w = world_new(2);
    uint32_t a = add(&w, "_RNvC4mine1a", MINE), b = add(&w, "_RNvC4mine1b", MINE), sort = add(&w, "_RNvC4core4sort", CORE),
             leaf = add(&w, "_RNvC3dep4leaf", DEP);
    struct rg_own *o = rg_own_new(w.p, w.names);
    rg_own_cost(o, NODE(a, 1), a, COST(1, 5));
    rg_own_call(o, NODE(a, 1), a, NODE(sort, 1), COST(300, 0));
    rg_own_call(o, NODE(b, 1), b, NODE(sort, 1), COST(100, 8));
    rg_own_cost(o, NODE(sort, 1), RG_OWN_NONE, COST(40, 0));
    rg_own_call(o, NODE(sort, 1), RG_OWN_NONE, NODE(leaf, 1), COST(360, 8));
    rg_own_cost(o, NODE(leaf, 1), RG_OWN_NONE, COST(360, 8));
    rg_own_finish(o);
    CU_ASSERT_EQUAL(cost_of(o, a), 301);
    CU_ASSERT_EQUAL(cost_of(o, b), 100);
    CU_ASSERT_EQUAL(cost_of(o, RG_OWN_NONE), 0);
    CU_ASSERT_EQUAL(doubt_of(o, a) + doubt_of(o, b), 0);
    uint64_t unused;
    CU_ASSERT_EQUAL(rg_own_cost_of(o, b, &unused)[1], 8);
    CU_ASSERT_EQUAL(rg_own_cost_of(o, a, &unused)[1], 5);
    rg_own_free(o);
    world_free(&w);
}

/* As above, but sort calls back: then nobody knows whose the 40 are.  */
static void estimate(void)
{
    struct world w = world_new(1);
    uint32_t a = add(&w, "_RNvC4mine1a", MINE), b = add(&w, "_RNvC4mine1b", MINE), sort = add(&w, "_RNvC4core4sort", CORE),
             back = add(&w, "_RNvC4mine4back", MINE);
    struct rg_own *o = rg_own_new(w.p, w.names);
    rg_own_call(o, NODE(a, 1), a, NODE(sort, 1), COST(300));
    rg_own_call(o, NODE(b, 1), b, NODE(sort, 1), COST(100));
    rg_own_cost(o, NODE(sort, 1), RG_OWN_NONE, COST(40));
    rg_own_call(o, NODE(sort, 1), RG_OWN_NONE, NODE(back, 1), COST(360));
    rg_own_cost(o, NODE(back, 1), back, COST(360));
    rg_own_finish(o);
    CU_ASSERT_EQUAL(cost_of(o, a), 30);
    CU_ASSERT_EQUAL(cost_of(o, b), 10);
    CU_ASSERT_EQUAL(cost_of(o, back), 360);
    CU_ASSERT_EQUAL(doubt_of(o, a), 30); /* all or nothing may be its */
    CU_ASSERT_EQUAL(doubt_of(o, b), 30);
    CU_ASSERT_EQUAL(doubt_of(o, back), 0);
    rg_own_free(o);
    world_free(&w);
}

/* ---- simulated programs ---- */

enum { MAX_FUNCTIONS = 24, MAX_DEPTH = 12 };

struct program {
    struct rg_own *o;
    uint64_t r;
    uint32_t fn[MAX_FUNCTIONS];
    bool own[MAX_FUNCTIONS];
    unsigned callee[MAX_FUNCTIONS][4], inlined[MAX_FUNCTIONS]; /* INLINED: an own function, or itself */
    unsigned n, active[MAX_FUNCTIONS], levels, budget;
    uint64_t truth[MAX_FUNCTIONS + 1], total; /* the last: none */
};

static unsigned under(struct program *s, unsigned n)
{
    return rnd_below(&s->r, n);
}

/* Runs function F, whose nearest own caller is NEAREST; returns its inclusive cost.  */
static uint64_t run(struct program *s, unsigned f, unsigned nearest, unsigned depth)
{
    uint64_t sum = 0;
    unsigned level = ++s->active[f] < s->levels ? s->active[f] : s->levels;

    if (s->own[f])
        nearest = f;
    for (unsigned steps = 1 + under(s, 5); steps > 0; steps--) {
        bool inlined = under(s, 3) == 0 && s->inlined[f] != f;
        unsigned here = inlined ? s->inlined[f] : nearest, told = inlined ? s->inlined[f] : f;
        uint32_t tell = s->own[told] ? s->fn[told] : RG_OWN_NONE;
        uint64_t cost = 1 + under(s, 100);
        if (depth == MAX_DEPTH || s->budget == 0 || under(s, 2) == 0) {
            rg_own_cost(s->o, NODE(s->fn[f], level), tell, &cost);
            s->truth[here] += cost;
            s->total += cost;
        } else {
            s->budget--;
            unsigned g = s->callee[f][under(s, 4)], to = s->active[g] + 1 < s->levels ? s->active[g] + 1 : s->levels;
            cost = run(s, g, here, depth + 1);
            rg_own_call(s->o, NODE(s->fn[f], level), tell, NODE(s->fn[g], to), &cost);
        }
        sum += cost;
    }
    s->active[f]--;
    return sum;
}

/* Returns how many functions had a cost that is exact.  */
static unsigned simulate(uint64_t seed, unsigned levels, unsigned *n_doubtful)
{
    struct program s = { .levels = levels, .budget = 2000 };
    struct world w = world_new(1);
    uint64_t sum = 0;
    unsigned exact = 0;

    s.r = seed;
    s.n = 3 + under(&s, MAX_FUNCTIONS - 3);
    for (unsigned i = 0; i < s.n; i++) {
        char symbol[40];
        s.own[i] = under(&s, 3) == 0;
        snprintf(symbol, sizeof symbol, s.own[i] ? "_RNvC4mine1%c" : "_RNvC4core1%c", 'a' + (int)i);
        s.fn[i] = add(&w, symbol, s.own[i] ? MINE : CORE);
    }
    s.o = rg_own_new(w.p, w.names);
    for (unsigned i = 0; i < s.n; i++) {
        unsigned other = under(&s, s.n);
        s.inlined[i] = s.own[other] ? other : i;
        for (unsigned k = 0; k < 4; k++) /* mostly forward: too many circles leave nothing that is exact */
            s.callee[i][k] = under(&s, 6) == 0 ? under(&s, s.n) : i + 1 < s.n ? i + 1 + under(&s, s.n - i - 1) : i;
    }
    for (unsigned roots = 1 + under(&s, 3); roots > 0; roots--)
        run(&s, under(&s, 2), MAX_FUNCTIONS, 0);
    rg_own_finish(s.o);
    for (unsigned i = 0; i < s.n; i++) {
        if (!s.own[i])
            continue;
        uint64_t got = cost_of(s.o, s.fn[i]), doubt = doubt_of(s.o, s.fn[i]), off = got > s.truth[i] ? got - s.truth[i] : s.truth[i] - got;
        sum += got;
        if (off > doubt)
            fprintf(stderr, "\n  seed %lu levels %u: %u has %lu, not %lu, doubt %lu\n", (unsigned long)seed, levels, i, (unsigned long)got,
                    (unsigned long)s.truth[i], (unsigned long)doubt);
        CU_ASSERT_TRUE(off <= doubt);
        exact += doubt == 0;
        *n_doubtful += doubt > 0;
    }
    uint64_t none = cost_of(s.o, RG_OWN_NONE), truth = s.truth[MAX_FUNCTIONS];
    CU_ASSERT_EQUAL(sum + none, s.total);
    CU_ASSERT_TRUE((none > truth ? none - truth : truth - none) <= doubt_of(s.o, RG_OWN_NONE));
    rg_own_free(s.o);
    world_free(&w);
    return exact;
}

static void simulated(void)
{
    unsigned exact = 0, doubtful = 0;
    for (uint64_t seed = 1; seed <= 1000; seed++)
        exact += simulate(seed, seed % 2 ? 2 : 3, &doubtful);
    CU_ASSERT_TRUE(exact > 500 && doubtful > 500);
    if (exact <= 500 || doubtful <= 500)
        fprintf(stderr, "\n  exact %u, doubtful %u\n", exact, doubtful);
}

/* ---- the table ---- */

static void collect(void *arg, const char *line)
{
    rg_buf_str(arg, line);
    rg_buf_char(arg, '\n');
}

static void table(void)
{
    static const char want[] = "      cost        %        self  your code, with what it calls in other crates\n"
                               "     9,219   91.01%       9,000  mine::a\n"
                               "        50    0.49%          50  mine::sort_by_key::<alloc::string::String, mine::Vec<u8>, mine::Vec<u32>, mine::Vec<u16>>\n"
                               "      ~861    8.50%              (not called by your code)\n";
    struct world w = world_new(1);
    uint32_t a = add(&w, "_RNvC4mine1a", MINE), core = add(&w, "_RNvC4core1a", CORE);
    uint32_t b = add(&w, "_RINvC4mine11sort_by_keyNtNtC5alloc6string6StringINtC4mine3VechEINtC4mine3VecmEINtC4mine3VectEE", MINE);
    struct rg_pos pos = { .file = 0 };
    struct rg_buf text;
    struct rg_own *o = rg_own_new(w.p, w.names);
    rg_own_cost(o, NODE(a, 1), a, COST(8900));
    rg_own_cost(o, NODE(b, 1), b, COST(50));
    rg_own_call(o, NODE(a, 1), a, NODE(core, 1), COST(240));
    rg_own_cost(o, NODE(core, 1), a, COST(100));
    rg_own_cost(o, NODE(core, 1), RG_OWN_NONE, COST(1080));
    rg_own_finish(o);
    rg_profile_cost(w.p, NODE(a, 1), pos, COST(9000));
    rg_profile_cost(w.p, NODE(b, 1), pos, COST(50));
    rg_profile_cost(w.p, NODE(core, 1), pos, COST(1080));
    rg_profile_finish(w.p);
    rg_buf_init(&text, "t");
    rg_own_print(o, 0, 10, collect, &text);
    if (strcmp(rg_buf_cstr(&text), want) != 0)
        fprintf(stderr, "\n--- got:\n%s--- want:\n%s---\n", rg_buf_cstr(&text), want);
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&text), want);
    rg_buf_free(&text);
    rg_own_free(o);
    world_free(&w);
}

const struct unit_test suite_own[] = {
    { "crates", crates },
    { "nothing is own", nothing },
    { "several callers", several_callers },
    { "an estimate", estimate },
    { "simulated programs", simulated },
    { "table", table },
    { NULL, NULL },
};
