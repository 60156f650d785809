/* test_glob.c - rg_glob: against a table, and against the obvious recursive definition.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port_test.h"
#include "rg_glob.h"
#include "rnd.h"
#include "suites.h"

static void table(void)
{
    static const struct {
        const char *pattern, *name;
        bool match;
    } cases[] = {
        { "", "", true }, { "", "a", false }, { "a", "", false }, { "*", "", true }, { "**", "", true }, { "?", "", false },
        { "*", "anything at all", true }, { "main", "main", true }, { "main", "mainly", false }, { "main", "domain", false },
        { "m?in", "main", true }, { "m?in", "min", false }, { "?", "ab", false }, { "??", "ab", true }, { "*?", "", false },
        { "w1::*", "w1::run", true }, { "w1::*", "w1::", true }, { "w1::*", "w2::run", false }, { "*::main", "w1::main", true },
        { "*::main", "w1::main::inner", false }, { "*a*b*", "xxaxxbxx", true }, { "*a*b*", "xxbxxaxx", false },
        { "a*a", "a", false }, { "a*a", "aa", true }, { "*ab", "aab", true }, { "*aab", "aaab", true },
        { "a*bc", "abcbcbc", true },
        { "a*bc*d", "abcbd", true }, { "a*bc*d", "abbd", false }, { "[a]", "[a]", true }, { "[a]", "a", false },
        { "\\*", "\\x", true }, { "\\*", "*", false }, { "a?c*", "abc", true }, { "<*>::drop", "<T as D<U>>::drop", true },
        { "?", "\xc3\xa9", false }, { "??", "\xc3\xa9", true }, { "A", "a", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (rg_glob_match(cases[i].pattern, cases[i].name) != cases[i].match)
            fprintf(stderr, "\n  pattern \"%s\", name \"%s\"\n", cases[i].pattern, cases[i].name);
        CU_ASSERT_EQUAL(rg_glob_match(cases[i].pattern, cases[i].name), cases[i].match);
    }
}

static bool slow_match(const char *p, const char *s)
{
    if (*p == '\0')
        return *s == '\0';
    if (*p == '*')
        return slow_match(p + 1, s) || (*s != '\0' && slow_match(p, s + 1));
    return *s != '\0' && (*p == '?' || *p == *s) && slow_match(p + 1, s + 1);
}

static void against_definition(void)
{
    uint64_t seed = 3;
    int wrong = 0, matches = 0;
    for (int i = 0; i < 100000; i++) {
        char pattern[8], name[10];
        uint32_t np = rnd_below(&seed, 8), ns = rnd_below(&seed, 10);
        for (uint32_t j = 0; j < np; j++)
            pattern[j] = "ab*?"[rnd_below(&seed, 4)];
        for (uint32_t j = 0; j < ns; j++)
            name[j] = "ab"[rnd_below(&seed, 2)];
        pattern[np] = name[ns] = '\0';
        bool want = slow_match(pattern, name);
        wrong += rg_glob_match(pattern, name) != want;
        matches += want;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(matches > 5000 && matches < 95000);
}

/* The recursive definition would need more than 10^20 steps here.  */
static void does_not_blow_up(void)
{
    enum { STARS = 30, LENGTH = 20000 };
    char pattern[2 * STARS + 2];
    for (int i = 0; i < STARS; i++)
        memcpy(pattern + 2 * i, "a*", 2);
    memcpy(pattern + 2 * STARS, "b", 2);
    char *name = malloc(LENGTH + 1);
    memset(name, 'a', LENGTH);
    name[LENGTH] = '\0';
    CU_ASSERT_FALSE(rg_glob_match(pattern, name));
    name[LENGTH - 1] = 'b';
    CU_ASSERT_TRUE(rg_glob_match(pattern, name));
    free(name);
}

static void literals(void)
{
    CU_ASSERT_TRUE(rg_glob_is_literal(""));
    CU_ASSERT_TRUE(rg_glob_is_literal("core::fmt::write"));
    CU_ASSERT_FALSE(rg_glob_is_literal("core::*"));
    CU_ASSERT_FALSE(rg_glob_is_literal("mai?"));
}

const struct unit_test suite_glob[] = {
    { "table", table },
    { "random patterns against the definition", against_definition },
    { "does not blow up", does_not_blow_up },
    { "literals", literals },
    { 0 },
};
