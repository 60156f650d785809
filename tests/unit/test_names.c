/* test_names.c - rg_names: distinct functions have distinct names, and the same ones whatever else is there.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

#include "port_test.h"
#include "rg_names.h"
#include "suites.h"

static struct rg_item_source symbol(const char *s)
{
    return (struct rg_item_source){ .symbol = s };
}

static void check_name(struct rg_names *names, struct rg_item_source src, const char *want)
{
    const char *got = rg_names_of(names, &src);
    if (strcmp(got, want) != 0)
        fprintf(stderr, "\n  %s: got \"%s\", want \"%s\"\n", src.symbol, got, want);
    CU_ASSERT_STRING_EQUAL(got, want);
}

static const char one[] = "_ZN4tree4grow17h0123456789abcdefE", two[] = "_ZN4tree4grow17h1111111122222222E";

static void ambiguous_legacy(void)
{
    struct rg_names *names = rg_names_new(RG_SPELL_INSTANCE);
    struct rg_item_source a = symbol(one), b = symbol(two), f = symbol("_ZN4tree4fall17h0123456789abcdefE");

    rg_names_note(names, &a);
    rg_names_note(names, &a);
    rg_names_note(names, &f);
    rg_names_note(names, &b);
    check_name(names, a, "tree::grow[01234567]");
    check_name(names, b, "tree::grow[11111111]");
    check_name(names, a, "tree::grow[01234567]");
    check_name(names, f, "tree::fall");
    rg_names_free(names);
}

static void dwarf_tells_apart(void)
{
    struct rg_names *names = rg_names_new(RG_SPELL_INSTANCE);
    struct rg_item_source a = { one, "grow<u8>", NULL, NULL }, b = { two, "grow<char>", NULL, NULL };

    rg_names_note(names, &a);
    rg_names_note(names, &b);
    check_name(names, a, "tree::grow<u8>");
    check_name(names, b, "tree::grow<char>");
    check_name(names, symbol(one), "tree::grow<u8>"); /* what is known once is known */
    rg_names_free(names);
}

static void two_versions_of_a_crate(void)
{
    static const enum rg_item_spelling how[] = { RG_SPELL_INSTANCE, RG_SPELL_MONO };
    static const char *const want[][2] = { { "tree[2]::grow", "tree[3]::grow" }, { "tree::grow::([2])", "tree::grow::([3])" } };

    for (int i = 0; i < 2; i++) {
        struct rg_names *names = rg_names_new(how[i]);
        struct rg_item_source a = symbol("_RNvCs0_4tree4grow"), b = symbol("_RNvCs1_4tree4grow");
        rg_names_note(names, &a);
        rg_names_note(names, &b);
        check_name(names, a, want[i][0]);
        check_name(names, b, want[i][1]);
        rg_names_free(names);
    }
}

/* Copies by other crates, and pieces, are the same function.  */
static void copies_and_pieces(void)
{
    static const char *const same[] = { "_RINvC4tree4growhE", "_RINvC4tree4growhEC5other", "_RINvC4tree4growhE.cold",
                                        "_RINvC4tree4growhE.llvm.1" };
    struct rg_names *names = rg_names_new(RG_SPELL_INSTANCE);

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof same / sizeof *same; i++)
            check_name(names, symbol(same[i]), "tree::grow::<u8>");
    rg_names_free(names);
}

/* Told too late, or beyond what hashes tell: still not merged.  */
static void never_merged(void)
{
    struct rg_names *names = rg_names_new(RG_SPELL_INSTANCE);

    check_name(names, symbol(one), "tree::grow");
    check_name(names, symbol(two), "tree::grow[11111111]");
    check_name(names, symbol("_ZN4tree4grow17h1111111133333333E"), "tree::grow[11111111] #2");
    check_name(names, symbol("_ZN4tree4grow17h1111111144444444E"), "tree::grow[11111111] #3");
    check_name(names, symbol("_ZN4tree4grow17h1111111133333333E"), "tree::grow[11111111] #2");
    check_name(names, (struct rg_item_source){ .name = "grow(int)" }, "grow(int)");
    check_name(names, (struct rg_item_source){ .name = "grow(int)" }, "grow(int)");
    rg_names_free(names);
}

static void items(void)
{
    struct rg_names *names = rg_names_new(RG_SPELL_ITEM);

    check_name(names, symbol("_RINvC4tree4growhE"), "tree::grow");
    check_name(names, symbol("_RINvC4tree4growcE"), "tree::grow");
    check_name(names, symbol(one), "tree::grow");
    rg_names_free(names);
}

static void facts(void)
{
    struct rg_names *names = rg_names_new(RG_SPELL_INSTANCE);
    struct rg_profile *p = rg_profile_new(1);
    struct rg_item_source grow = symbol("_RINvCsb_4tree4growhE"), cold = symbol("_RINvCsb_4tree4growhE.cold"), c = { .name = "malloc" };
    uint32_t object = rg_profile_object(p, "o"), file = rg_profile_file(p, "f");

    uint32_t fn = rg_names_function(names, p, object, file, &grow, 100);
    CU_ASSERT_EQUAL(rg_names_function(names, p, object, file, &cold, 20), fn);
    uint32_t m = rg_names_function(names, p, object, file, &c, 0);
    uint32_t other = rg_profile_function(p, object, file, "other");
    CU_ASSERT_STRING_EQUAL(rg_profile_fn_name(p, fn), "tree::grow::<u8>");
    struct rg_facts f = rg_names_facts(names, fn);
    CU_ASSERT_STRING_EQUAL(f.key, "tree::grow");
    CU_ASSERT_STRING_EQUAL(f.label, "tree::grow");
    CU_ASSERT_STRING_EQUAL(f.crate, "tree");
    CU_ASSERT_TRUE(f.crate_dis == 13 && f.code_bytes == 120 && f.classes == 0 && f.is_rust && f.is_generic);
    f = rg_names_facts(names, m);
    CU_ASSERT_STRING_EQUAL(f.key, "malloc");
    CU_ASSERT_TRUE(f.code_bytes == 0 && f.classes == RG_CLASS_ALLOCATION && !f.is_rust && !f.is_generic && f.crate[0] == '\0');
    CU_ASSERT_PTR_NULL(rg_names_facts(names, other).key);
    CU_ASSERT_PTR_NULL(rg_names_facts(names, 1000000).key);
    rg_profile_free(p);
    rg_names_free(names);
}

const struct unit_test suite_names[] = {
    { "legacy symbols that look alike", ambiguous_legacy },
    { "debug information tells apart", dwarf_tells_apart },
    { "two versions of a crate", two_versions_of_a_crate },
    { "copies and pieces", copies_and_pieces },
    { "never merged", never_merged },
    { "items", items },
    { "facts", facts },
    { NULL, NULL },
};
