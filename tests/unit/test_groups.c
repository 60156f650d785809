/* test_groups.c - rg_groups: a profile by item, crate and class.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

#include "port_test.h"
#include "rg_groups.h"
#include "suites.h"

/* A profile in the making: two events.  */
struct world {
    struct rg_profile *p;
    struct rg_names *names;
    uint32_t file;
};

static struct world world_new(void)
{
    struct world w = { .p = rg_profile_new(2), .names = rg_names_new(RG_SPELL_INSTANCE) };
    w.file = rg_profile_file(w.p, "a.rs");
    return w;
}

static void world_free(struct world *w)
{
    rg_names_free(w->names);
    rg_profile_free(w->p);
}

static uint32_t add(struct world *w, const char *object, const char *symbol, const char *name, uint64_t bytes, uint64_t cost)
{
    struct rg_item_source src = { .symbol = symbol, .name = name };
    uint32_t fn = rg_names_function(w->names, w->p, rg_profile_object(w->p, object), w->file, &src, bytes);
    struct rg_pos pos = { .file = w->file, .line = 1 };

    rg_profile_cost(w->p, (struct rg_node){ fn, 1 }, pos, (uint64_t[]){ cost, 0 });
    return fn;
}

static void collect(void *arg, const char *line)
{
    rg_buf_str(arg, line);
    rg_buf_char(arg, '\n');
}

static bool sink(void *arg, const char *bytes, size_t n)
{
    rg_buf_bytes(arg, bytes, n);
    return true;
}

static bool broken_sink(void *arg, const char *bytes, size_t n)
{
    (void)arg, (void)bytes, (void)n;
    return false;
}

enum what { GENERICS, CRATES, RECORDS };

static void check(struct world *w, enum what what, unsigned n, const char *want)
{
    struct rg_buf b;

    rg_buf_init(&b, "t");
    rg_profile_finish(w->p);
    struct rg_groups *g = rg_groups_new(w->p, w->names, NULL);
    if (what == GENERICS)
        rg_groups_print_generics(g, 0, n, collect, &b);
    else if (what == CRATES)
        rg_groups_print_crates(g, 0, n, collect, &b);
    else
        CU_ASSERT_TRUE(rg_groups_write(g, sink, &b));
    if (strcmp(rg_buf_cstr(&b), want) != 0)
        fprintf(stderr, "\n--- got:\n%s--- want:\n%s---\n", rg_buf_cstr(&b), want);
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), want);
    CU_ASSERT_FALSE(rg_groups_write(g, broken_sink, NULL));
    rg_groups_free(g);
    rg_buf_free(&b);
}

#define GENERIC_HEAD "       cost        %         self  instances  code bytes  generic function: all its instances, with what they call\n"
#define CRATE_HEAD "      cost        %  functions  crate or object, by self cost\n"

static void empty(void)
{
    struct world w = world_new();
    check(&w, GENERICS, 10, GENERIC_HEAD);
    check(&w, CRATES, 10, CRATE_HEAD);
    check(&w, RECORDS, 0, "#rg version 1\n");
    world_free(&w);
}

static void instances(void)
{
    struct world w = world_new();
    add(&w, "/p", "_RINvC4tree4growhE", NULL, 100, 3000);
    uint32_t twice = add(&w, "/p", "_RINvC4tree4growcE", NULL, 50, 1000);
    rg_profile_cost(w.p, (struct rg_node){ twice, 2 }, (struct rg_pos){ .file = w.file, .line = 2 }, (uint64_t[]){ 1000, 0 });
    add(&w, "/p", "_RNvC4tree4main", NULL, 10, 4000); /* not generic */
    add(&w, "/p", "_RINvC4tree4falljE", NULL, 0, 1000);
    check(&w, GENERICS, 10, GENERIC_HEAD
          "      5,000   50.00%        5,000          2         150  tree::grow\n"
          "      1,000   10.00%        1,000          1     inlined  tree::fall\n");
    check(&w, GENERICS, 1, GENERIC_HEAD "      5,000   50.00%        5,000          2         150  tree::grow\n");
    check(&w, CRATES, 10, CRATE_HEAD "    10,000  100.00%          4  tree\n");
    world_free(&w);
}

/* One key, whatever the mangling, and a label for all.  */
static void one_item(void)
{
    struct world w = world_new();
    add(&w, "/p", "_RINvCsb_4tree4growhE", NULL, 0, 10);
    add(&w, "/p", "_ZN4tree4grow17h0123456789abcdefE", "grow<char>", 0, 10);
    add(&w, "/p", "_ZN4tree4grow17h1111111122222222E", NULL, 0, 10);
    check(&w, GENERICS, 10, GENERIC_HEAD "         30  100.00%           30          3     inlined  tree::grow\n");
    check(&w, CRATES, 10, CRATE_HEAD "        30  100.00%          3  tree\n");
    world_free(&w);

    w = world_new();
    add(&w, "/p", "_RNvXs1_C4treeRhNtC4tree4Grow4grow", NULL, 0, 10);
    add(&w, "/p", "_RNvXs1_C4treeTcENtC4tree4Grow4grow", NULL, 0, 20);
    check(&w, GENERICS, 10, GENERIC_HEAD "         30  100.00%           30          2     inlined  <_ as tree::Grow>::grow\n");
    world_free(&w);
}

static void crates(void)
{
    struct world w = world_new();
    add(&w, "/lib/libc.so.6", NULL, "malloc", 0, 700);
    add(&w, "/lib/libc.so.6", NULL, "free", 0, 300);
    add(&w, "/p", "_RNvCs0_4tree4grow", NULL, 0, 5000);
    add(&w, "/p", "_RNvCs1_4tree4grow", NULL, 0, 2000); /* another version */
    add(&w, "/p", "_ZN4tree4fall17h0123456789abcdefE", NULL, 0, 1500); /* of either */
    add(&w, "/p", "_RNvMNtC4core5sliceSh4sort", NULL, 0, 400);
    add(&w, "/p", "_ZN1a17h0123456789abcdefE", NULL, 0, 100);
    check(&w, CRATES, 10, CRATE_HEAD
          "     5,000   50.00%          1  tree[2]\n"
          "     2,000   20.00%          1  tree[3]\n"
          "     1,500   15.00%          1  tree\n"
          "     1,000   10.00%          2  [libc.so.6]\n"
          "       400    4.00%          1  core\n"
          "       100    1.00%          1  ?\n");
    world_free(&w);
}

/* What the profile has without names is its own item too.  */
static void unnamed(void)
{
    struct world w = world_new();
    uint32_t fn = rg_profile_function(w.p, rg_profile_object(w.p, "/p"), w.file, "???");
    rg_profile_cost(w.p, (struct rg_node){ fn, 1 }, (struct rg_pos){ .file = w.file }, (uint64_t[]){ 7, 0 });
    check(&w, CRATES, 10, CRATE_HEAD "         7  100.00%          1  [p]\n");
    check(&w, RECORDS, 0, "#rg version 1\n#rg crate 1 0x0 [p]\n#rg fn 1 0 0\n");
    struct rg_groups *g = rg_groups_new(w.p, w.names, NULL);
    CU_ASSERT_FALSE(rg_groups_has_rust(g));
    rg_groups_free(g);
    add(&w, "/p", "_RNvC4tree4main", NULL, 0, 1);
    rg_profile_finish(w.p);
    g = rg_groups_new(w.p, w.names, NULL);
    CU_ASSERT_TRUE(rg_groups_has_rust(g));
    rg_groups_free(g);
    world_free(&w);
}

/* Functions in the order of the file: by object, file, name.  One that is only called has no line there.  */
static void records(void)
{
    struct world w = world_new();
    uint32_t main_fn = add(&w, "/p", "_RNvCsb_4tree4main", NULL, 10, 1);
    add(&w, "/p", "_RINvCsb_4tree4growhE", NULL, 100, 5);
    add(&w, "/p", "_RINvCsb_4tree4growcE", NULL, 50, 5);
    add(&w, "/lib/libc.so.6", NULL, "malloc", 0, 1);
    struct rg_item_source src = { .symbol = "_RNvCsb_4tree6called" };
    uint32_t called = rg_names_function(w.names, w.p, rg_profile_object(w.p, "/p"), w.file, &src, 0);
    struct rg_pos pos = { .file = w.file, .line = 1 };
    rg_profile_call(w.p, (struct rg_node){ main_fn, 1 }, pos, (struct rg_node){ called, 1 }, pos, 1, (uint64_t[]){ 1, 0 });
    rg_profile_cost(w.p, (struct rg_node){ main_fn, 2 }, pos, (uint64_t[]){ 1, 0 });
    check(&w, RECORDS, 0,
          "#rg version 1\n"
          "#rg crate 1 0x0 [libc.so.6]\n"
          "#rg crate 2 0xd tree\n"
          "#rg fn 1 0 0 allocation\n"
          "#rg item 1 tree::grow\n"
          "#rg fn 2 1 50\n"
          "#rg fn 2 1 100\n"
          "#rg fn 2 0 10\n");
    world_free(&w);
}

/* Totals: what its instances call counts once.  Wrappers that were inlined away are no rows, nor is glue.  */
static void totals(void)
{
    struct world w = world_new();
    uint32_t one = add(&w, "/p", "_RINvC4tree4growhE", NULL, 100, 3000), two = add(&w, "/p", "_RINvC4tree4growcE", NULL, 50, 1000);
    uint32_t other = add(&w, "/p", "_RNvC4tree5other", NULL, 10, 500), away = add(&w, "/p", "_RINvC4tree4awayhE", NULL, 0, 0);
    uint32_t glue = add(&w, "/p", "_RNvYFEuINtNtNtC4core3ops8function6FnOnceuE9call_once", NULL, 10, 5);
    struct rg_pos pos = { .file = w.file, .line = 1 };
    const struct rg_node from[] = { { glue, 1 }, { away, 1 }, { one, 1 }, { two, 1 } }, to[] = { { away, 1 }, { one, 1 }, { two, 1 }, { other, 1 } };
    for (unsigned i = 0; i < 4; i++)
        rg_profile_call(w.p, from[i], pos, to[i], pos, 1, (uint64_t[]){ i < 2 ? 4500 : i == 2 ? 1500 : 500, 0 });
    check(&w, GENERICS, 10, GENERIC_HEAD "      4,500   99.89%        4,000          2         150  tree::grow\n");
    world_free(&w);
}

/* Records of what belongs to own functions.  */
static void own_records(void)
{
    struct world w = world_new();
    w.file = rg_profile_file(w.p, "/home/u/tree/src/main.rs");
    uint32_t main_fn = add(&w, "/p", "_RNvCsb_4tree4main", NULL, 10, 1), c = add(&w, "/lib/libc.so.6", NULL, "malloc", 0, 7);
    struct rg_own *o = rg_own_new(w.p, w.names);
    struct rg_buf b;
    rg_own_cost(o, (struct rg_node){ main_fn, 1 }, main_fn, (uint64_t[]){ 1, 4 });
    rg_own_cost(o, (struct rg_node){ c, 1 }, RG_OWN_NONE, (uint64_t[]){ 7, 0 });
    rg_own_call(o, (struct rg_node){ main_fn, 1 }, main_fn, (struct rg_node){ c, 1 }, (uint64_t[]){ 5, 0 });
    rg_own_finish(o);
    rg_profile_finish(w.p);
    struct rg_groups *g = rg_groups_new(w.p, w.names, o);
    rg_buf_init(&b, "t");
    CU_ASSERT_TRUE(rg_groups_write(g, sink, &b));
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), "#rg version 1\n"
                                            "#rg crate 1 0x0 [libc.so.6]\n"
                                            "#rg crate 2 0xd tree\n"
                                            "#rg fn 1 0 0 allocation\n"
                                            "#rg fn 2 0 10\n"
                                            "#rg workspace 2\n"
                                            "#rg own 0 0 2 0\n"
                                            "#rg own 2 0 6 4\n");
    rg_buf_free(&b);
    rg_groups_free(g);
    rg_own_free(o);
    world_free(&w);
}

static void long_costs(void)
{
    struct world w = world_new();
    add(&w, "/p", "_RINvC4tree4growhE", NULL, 0, 123456789012);
    check(&w, GENERICS, 10,
          "            cost        %              self  instances  code bytes  generic function: all its instances, with what they call\n"
          " 123,456,789,012  100.00%   123,456,789,012          1     inlined  tree::grow\n");
    world_free(&w);
}

const struct unit_test suite_groups[] = {
    { "empty", empty },
    { "instances of items", instances },
    { "one item by any symbol", one_item },
    { "crates", crates },
    { "functions without names", unnamed },
    { "records", records },
    { "totals", totals },
    { "records of own functions", own_records },
    { "long costs", long_costs },
    { NULL, NULL },
};
