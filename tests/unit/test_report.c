/* test_report.c - rg_report: tables compared line by line.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "port_test.h"
#include "rg_buf.h"
#include "rg_report.h"
#include "suites.h"

#define COST(...) ((const uint64_t[]){ __VA_ARGS__ })

#define SELF_HEAD "      cost        %  function (file:object), by self cost\n"
#define INCLUSIVE_HEAD "      cost        %  function (file:object), by inclusive cost\n"

static void collect(void *arg, const char *line)
{
    struct rg_buf *b = arg;
    CU_ASSERT_PTR_NULL(strchr(line, '\n'));
    rg_buf_str(b, line);
    rg_buf_char(b, '\n');
}

static const char *hidden_name;
static const struct model *hidden_model;

static bool is_hidden(const void *arg, uint32_t fn, uint64_t self)
{
    (void)arg;
    CU_ASSERT_TRUE(self > 0);
    return strcmp(rg_profile_fn_name(model_profile((struct model *)hidden_model), fn), hidden_name) == 0;
}

static rg_hidden_fn hidden; /* for check */

static void check(struct model *m, unsigned event, unsigned n, const char *want)
{
    struct rg_buf b;
    rg_buf_init(&b, "lines");
    rg_profile_finish(model_profile(m));
    rg_report_functions(model_profile(m), event, n, hidden, NULL, collect, &b);
    const char *got = rg_buf_cstr(&b);
    if (strcmp(got, want) != 0)
        fprintf(stderr, "\n--- got:\n%s--- want:\n%s---\n", got, want);
    CU_ASSERT_STRING_EQUAL(got, want);
    rg_buf_free(&b);
}

static struct place fn(const char *name, uint32_t level)
{
    return (struct place){ "/bin/p", "/src/a.rs", name, level, "/src/a.rs", 1, 0 };
}

static void empty(void)
{
    struct model *m = model_new(1, true, false);
    check(m, 0, 10, SELF_HEAD "\n" INCLUSIVE_HEAD);
    CU_ASSERT_TRUE(PANICS(rg_report_functions(model_profile(m), 1, 10, NULL, NULL, collect, NULL)));
    model_free(m);
}

/* What is hidden is hidden by inclusive cost only.  */
static void hide(void)
{
    struct model *m = model_new(1, true, false);
    model_cost(m, fn("start", 1), COST(10));
    model_call(m, fn("start", 1), fn("f", 1), 1, COST(90));
    model_cost(m, fn("f", 1), COST(90));
    hidden = is_hidden;
    hidden_name = "start";
    hidden_model = m;
    check(m, 0, 10,
          SELF_HEAD "        90   90.00%  f (a.rs:p)\n"
                    "        10   10.00%  start (a.rs:p)\n"
                    "\n" INCLUSIVE_HEAD "        90   90.00%  f (a.rs:p)\n");
    hidden = NULL;
    model_free(m);
}

/* main 100 self, calls f (60: 10 self + 50 in g).  */
static void self_and_inclusive(void)
{
    struct model *m = model_new(2, true, false);
    model_cost(m, fn("main", 1), COST(1000000, 0));
    model_call(m, fn("main", 1), fn("f", 1), 3, COST(600000, 7));
    model_cost(m, fn("f", 1), COST(100000, 5));
    struct place inlined = fn("f", 1);
    inlined.pos_file = "other.rs";
    model_cost(m, inlined, COST(0, 2));
    struct place g = { "/lib/libc.so.6", "???", "g", 1, "???", 0, 0 };
    model_call(m, fn("f", 1), g, 3, COST(500000, 0));
    model_cost(m, g, COST(500000, 0));
    check(m, 0, 10,
          SELF_HEAD
          " 1,000,000   62.50%  main (a.rs:p)\n"
          "   500,000   31.25%  g (???:libc.so.6)\n"
          "   100,000    6.25%  f (a.rs:p)\n"
          "\n" INCLUSIVE_HEAD
          " 1,600,000  100.00%  main (a.rs:p)\n"
          "   600,000   37.50%  f (a.rs:p)\n"
          "   500,000   31.25%  g (???:libc.so.6)\n");
    check(m, 0, 1, SELF_HEAD " 1,000,000   62.50%  main (a.rs:p)\n\n" INCLUSIVE_HEAD " 1,600,000  100.00%  main (a.rs:p)\n");
    check(m, 0, 0, SELF_HEAD "\n" INCLUSIVE_HEAD);
    /* another event; main has none itself, g has none at all */
    check(m, 1, 10,
          SELF_HEAD
          "         7  100.00%  f (a.rs:p)\n"
          "\n" INCLUSIVE_HEAD
          "         7  100.00%  f (a.rs:p)\n"
          "         7  100.00%  main (a.rs:p)\n");
    model_free(m);
}

/* main -> f -> f'2 -> f'2 -> ... -> g: the levels are one row, and nothing is counted twice.  */
static void recursion(void)
{
    struct model *m = model_new(1, true, false);
    model_cost(m, fn("main", 1), COST(10));
    model_call(m, fn("main", 1), fn("f", 1), 1, COST(90));
    model_cost(m, fn("f", 1), COST(20));
    model_call(m, fn("f", 1), fn("f", 2), 1, COST(70));
    model_cost(m, fn("f", 2), COST(40));
    model_call(m, fn("f", 2), fn("f", 2), 5, COST(60));
    model_call(m, fn("f", 2), fn("g", 1), 1, COST(30));
    model_cost(m, fn("g", 1), COST(30));
    check(m, 0, 10,
          SELF_HEAD
          "        60   60.00%  f (a.rs:p)\n"
          "        30   30.00%  g (a.rs:p)\n"
          "        10   10.00%  main (a.rs:p)\n"
          "\n" INCLUSIVE_HEAD
          "       100  100.00%  main (a.rs:p)\n"
          "        90   90.00%  f (a.rs:p)\n"
          "        30   30.00%  g (a.rs:p)\n");
    model_free(m);
}

/* Without levels a recursive function calls itself: that call is no further cost.  */
static void recursion_without_levels(void)
{
    struct model *m = model_new(1, true, false);
    model_cost(m, fn("main", 1), COST(10));
    model_call(m, fn("main", 1), fn("f", 1), 1, COST(90));
    model_cost(m, fn("f", 1), COST(60));
    model_call(m, fn("f", 1), fn("f", 1), 9, COST(500));
    model_call(m, fn("f", 1), fn("g", 1), 1, COST(30));
    model_cost(m, fn("g", 1), COST(30));
    check(m, 0, 2,
          SELF_HEAD
          "        60   60.00%  f (a.rs:p)\n"
          "        30   30.00%  g (a.rs:p)\n"
          "\n" INCLUSIVE_HEAD
          "       100  100.00%  main (a.rs:p)\n"
          "        90   90.00%  f (a.rs:p)\n");
    model_free(m);
}

/* Cycles without levels count calls more than once: cut at the total.  Overflow, too.  */
static void never_above_the_total(void)
{
    struct model *m = model_new(1, true, false);
    model_cost(m, fn("a", 1), COST(30));
    model_cost(m, fn("b", 1), COST(70));
    model_call(m, fn("a", 1), fn("b", 1), 2, COST(95));
    model_call(m, fn("b", 1), fn("a", 1), 2, COST(UINT64_MAX));
    check(m, 0, 10,
          SELF_HEAD
          "        70   70.00%  b (a.rs:p)\n"
          "        30   30.00%  a (a.rs:p)\n"
          "\n" INCLUSIVE_HEAD
          "       100  100.00%  a (a.rs:p)\n"
          "       100  100.00%  b (a.rs:p)\n");
    model_free(m);

    m = model_new(1, true, false);
    model_cost(m, fn("a", 1), COST(UINT64_MAX - 1));
    model_cost(m, fn("b", 1), COST(1));
    check(m, 0, 10,
          "                      cost        %  function (file:object), by self cost\n"
          "18,446,744,073,709,551,614  100.00%  a (a.rs:p)\n"
          "                         1    0.00%  b (a.rs:p)\n"
          "\n"
          "                      cost        %  function (file:object), by inclusive cost\n"
          "18,446,744,073,709,551,614  100.00%  a (a.rs:p)\n"
          "                         1    0.00%  b (a.rs:p)\n");
    model_free(m);
}

/* A profile that began in the middle: the outermost activation has no records, or has less than the inner ones.  */
static void outermost_activation_is_missing(void)
{
    struct model *m = model_new(1, true, false);
    model_cost(m, fn("f", 3), COST(40));
    model_call(m, fn("f", 3), fn("g", 1), 1, COST(10));
    model_call(m, fn("h", 1), fn("f", 2), 1, COST(0)); /* f'2 is a node without records */
    model_cost(m, fn("g", 1), COST(10));
    model_cost(m, fn("i", 1), COST(1));
    model_cost(m, fn("i", 2), COST(49));
    check(m, 0, 10,
          SELF_HEAD
          "        50   50.00%  i (a.rs:p)\n"
          "        40   40.00%  f (a.rs:p)\n"
          "        10   10.00%  g (a.rs:p)\n"
          "\n" INCLUSIVE_HEAD
          "        50   50.00%  f (a.rs:p)\n"
          "        50   50.00%  i (a.rs:p)\n"
          "        10   10.00%  g (a.rs:p)\n");
    model_free(m);
}

static void odd_names(void)
{
    struct model *m = model_new(1, true, false);
    struct place p = { "", "dir/", "a\x1b[0m\n\xff", 1, "dir/", 1, 0 };
    model_cost(m, p, COST(1));
    check(m, 0, 10,
          SELF_HEAD "         1  100.00%  a\\x1b[0m\\x0a\\xff (dir/:)\n\n" INCLUSIVE_HEAD
          "         1  100.00%  a\\x1b[0m\\x0a\\xff (dir/:)\n");
    model_free(m);
}

const struct unit_test suite_report[] = {
    { "empty", empty },
    { "self and inclusive", self_and_inclusive },
    { "hide", hide },
    { "recursion", recursion },
    { "recursion without levels", recursion_without_levels },
    { "never above the total", never_above_the_total },
    { "outermost activation is missing", outermost_activation_is_missing },
    { "odd names", odd_names },
    { 0 },
};
