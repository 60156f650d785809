/* test_fnname.c - rg_fnname: names from symbols and debug information.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <string.h>

#include "rg_fnname.h"
#include "suites.h"

static void names(void)
{
    static const struct {
        const char *linkage, *name, *want; /* NULL: no Rust symbol */
    } cases[] = {
        { "_RNvCs4fqI2P2rA04_3w1d4main", "", "w1d::main" },
        { "_RNvCs4fqI2P2rA04_3w1d4main", "main", "w1d::main" },
        { "_ZN3w1d4main17h0123456789abcdefE", "", "w1d::main" },
        { "_ZN4core5slice4sort9quicksort17h0123456789abcdefE", "quicksort<u64, F>", "core::slice::sort::quicksort<u64, F>" },
        { "_ZN4core5slice4sort28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE", "{closure#1}<u64>",
          "core::slice::sort::{closure#1}<u64>" },
        { "_ZN4main17h0123456789abcdefE", "main<T>", "main<T>" },
        { "_ZN4core5slice4sort9quicksort17h0123456789abcdefE.llvm.123", "quicksort<u8>", "core::slice::sort::quicksort<u8>" },
        { "_ZN3foo3barEv", "bar", NULL }, /* C++ */
        { "_ZN3foo3barE", "bar", NULL },
        { "main", "main", NULL },
        { "", "", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rg_buf b;
        rg_buf_init(&b, "test");
        CU_ASSERT_EQUAL(rg_fnname_put(&b, cases[i].linkage, cases[i].name), cases[i].want != NULL);
        CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), cases[i].want != NULL ? cases[i].want : "");
        rg_buf_free(&b);
    }
}

static void identities(void)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        { "_ZN3w1d4main17h0123456789abcdefE", "_ZN3w1d4main17h0123456789abcdefE.llvm.1", true },
        { "_ZN3w1d4main17h0123456789abcdefE", "_ZN3w1d4main17h0123456789abcdefE.cold", true },
        { "_ZN3w1d4main17h0123456789abcdefE", "_ZN3w1d4main17h0123456789abcdeeE", false },
        { "_RINvC1a1fmEC1b", "_RINvC1a1fmEC1c", true }, /* made in another crate */
        { "_RINvC1a1fmEC1b", "_RINvC1a1fhEC1b", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = rg_fnname_identity(cases[i].a), m = rg_fnname_identity(cases[i].b);
        CU_ASSERT(n > 0 && m > 0);
        CU_ASSERT_EQUAL(n == m && memcmp(cases[i].a, cases[i].b, n) == 0, cases[i].same);
    }
    CU_ASSERT_EQUAL(rg_fnname_identity("main"), 0);
    CU_ASSERT_EQUAL(rg_fnname_identity("_ZN3foo3barEv"), 0);
}

const struct unit_test suite_fnname[] = {
    { "names", names },
    { "identities", identities },
    { NULL, NULL },
};
