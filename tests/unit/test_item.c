/* test_item.c - rg_item: one key for v0 symbols, legacy symbols and DWARF's names.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

#include "port_test.h"
#include "rg_item.h"
#include "suites.h"

struct wanted {
    const char *instance, *key, *label, *args, *crate;
    unsigned classes;
};

static void check_text(const char *symbol, const char *what, const char *got, const char *want)
{
    if (strcmp(got, want) != 0)
        fprintf(stderr, "\n  %s: %s\n  got  \"%s\"\n  want \"%s\"\n", symbol, what, got, want);
    CU_ASSERT_STRING_EQUAL(got, want);
}

static void check_source(struct rg_item_source src, struct wanted want)
{
    struct rg_item it;

    rg_item_init(&it);
    for (int again = 0; again < 2; again++) { /* what was there before must not matter */
        rg_item_read(&it, &src);
        check_text(src.symbol, "instance", rg_buf_cstr(&it.instance), want.instance);
        check_text(src.symbol, "key", rg_buf_cstr(&it.key), want.key);
        check_text(src.symbol, "label", rg_buf_cstr(&it.label), want.label);
        check_text(src.symbol, "args", rg_buf_cstr(&it.args), want.args);
        check_text(src.symbol, "crate", rg_buf_cstr(&it.crate), want.crate);
        CU_ASSERT_EQUAL(it.classes, want.classes);
        CU_ASSERT_TRUE(it.is_rust);
    }
    rg_item_free(&it);
}

static void check(const char *symbol, struct wanted want)
{
    check_source((struct rg_item_source){ .symbol = symbol }, want);
}

#define WANT(...) ((struct wanted){ __VA_ARGS__ })

static void functions(void)
{
    check("_RNvC4tree4grow", WANT("tree::grow", "tree::grow", "tree::grow", "", "tree", 0));
    check("_RINvC4tree4growhcECs_5other",
          WANT("tree::grow::<u8, char>", "tree::grow", "tree::grow", "<u8, char>", "tree", 0));
    check("_RINvC4tree4growhE.llvm.123", WANT("tree::grow::<u8>", "tree::grow", "tree::grow", "<u8>", "tree", 0));
    check("_RINvC4tree4growhE.cold", WANT("tree::grow::<u8>", "tree::grow", "tree::grow", "<u8>", "tree", 0));
    check("_RNCINvC4tree4growhEs_0", WANT("tree::grow::<u8>::{closure#1}", "tree::grow::{closure#1}", "tree::grow::{closure#1}",
                                          "<u8>", "tree", RG_CLASS_CLOSURE));
    check("_RNKNvC4tree4grow0", WANT("tree::grow::{K#0}", "tree::grow::{constant#0}", "tree::grow::{constant#0}", "", "tree", 0));
}

static void impls(void)
{
    check("_RNvMs1_NtC4tree4leafINtC4tree4LeafhE4fall",
          WANT("<tree::Leaf<u8>>::fall", "tree::Leaf::fall", "tree::Leaf::fall", "<tree::Leaf<u8>>", "tree", 0));
    check("_RNvMs1_NtC4tree4leafNtC4tree4Leaf4fall",
          WANT("<tree::Leaf>::fall", "tree::Leaf::fall", "tree::Leaf::fall", "", "tree", 0));
    check("_RNvMs1_NtC4core5sliceSh4sort",
          WANT("<[u8]>::sort", "core::slice::{impl#3}::sort", "<[_]>::sort", "<[u8]>", "core", 0));
    check("_RNvMNtC4core3numh4pow2", WANT("<u8>::pow2", "core::num::{impl#0}::pow2", "<u8>::pow2", "", "core", 0));
    check("_RNvXs1_C4treeRhNtC4tree4Grow4grow",
          WANT("<&u8 as tree::Grow>::grow", "tree::{impl#3}::grow", "<&_ as tree::Grow>::grow", "<&u8>", "tree", 0));
    check("_RNvXs1_C4treeINtC3vec3VechEINtC4tree4FromcE4from",
          WANT("<vec::Vec<u8> as tree::From<char>>::from", "tree::{impl#3}::from", "<vec::Vec<_> as tree::From<_>>::from",
               "<vec::Vec<u8>>, <tree::From<char>>", "tree", 0));
    check("_RNvXC4treeNtNvMC1aNtC1a1A1f5InnerNtC4tree4Grow4grow",
          WANT("<<a::A>::f::Inner as tree::Grow>::grow", "tree::{impl#0}::grow", "<a::A::f::Inner as tree::Grow>::grow", "",
               "tree", 0));
    check("_RINvYhNtC4tree4Grow4growcE",
          WANT("<u8 as tree::Grow>::grow::<char>", "tree::Grow::grow", "<_ as tree::Grow>::grow", "<u8>, <char>", "tree", 0));
}

static void filed_elsewhere(void)
{
    check("_RINvNtC4core3ptr13drop_in_placehE",
          WANT("core::ptr::drop_in_place::<u8>", "core::ptr::drop_in_place", "core::ptr::drop_in_place", "<u8>", "core",
               RG_CLASS_DROP));
    check("_RINvNtC4core3ptr9drop_gluehE",
          WANT("core::ptr::drop_glue::<u8>", "core::ptr::drop_in_place", "core::ptr::drop_in_place", "<u8>", "core",
               RG_CLASS_DROP));
    check("_RNvYNCNvC4tree4grow0INtNtNtC4core3ops8function6FnOnceuE9call_once",
          WANT("<tree::grow::{closure#0} as core::ops::function::FnOnce<()>>::call_once", "tree::grow::{closure#0}",
               "tree::grow::{closure#0}", "", "tree", RG_CLASS_GLUE | RG_CLASS_CLOSURE));
    check("_RNSNvYNCNvC4tree4grow0INtNtNtC4core3ops8function6FnOnceuE9call_once6vtable",
          WANT("<tree::grow::{closure#0} as core::ops::function::FnOnce<()>>::call_once::{shim:vtable#0}",
               "tree::grow::{closure#0}", "tree::grow::{closure#0}", "", "tree", RG_CLASS_GLUE | RG_CLASS_CLOSURE));
    check("_RNvYFEuINtNtNtC4core3ops8function6FnOnceuE9call_once",
          WANT("<fn() as core::ops::function::FnOnce<()>>::call_once", "core::ops::function::FnOnce::call_once",
               "<_ as core::ops::function::FnOnce>::call_once", "<()>, <fn()>", "core", RG_CLASS_GLUE));
}

static void classes(void)
{
    static const struct {
        const char *symbol;
        unsigned classes;
    } cases[] = {
        { "_RNvNtC4core9panicking5panic", RG_CLASS_PANIC },
        { "_RNvC7___rustc12___rust_alloc", RG_CLASS_ALLOCATION },
        { "_RNvC7___rustc11___rdl_alloc", RG_CLASS_ALLOCATION },
        { "_RNvC7___rustc10rust_panic", RG_CLASS_PANIC },
        { "_RNvMNtC5alloc7raw_vecNtNtC5alloc7raw_vec6RawVec8grow_one", RG_CLASS_ALLOCATION },
        { "_RNvNtC3std2rt10lang_start", RG_CLASS_RUNTIME },
        { "_RNvNtNtC3std3sys9backtrace28___rust_begin_short_backtrace", RG_CLASS_RUNTIME | RG_CLASS_GLUE },
        { "_RNvNtC3std9panicking15panic_with_hook", RG_CLASS_PANIC },
        { "_RNvNtC3std9panicking3try", RG_CLASS_RUNTIME },
        { "_RNvNtC4core6option13expect_failed", RG_CLASS_PANIC },
        { "_RNvNtC4core6option14expect_failed2", 0 },
        { "_RNvNtC4core10panicking25panic", 0 },
        { "malloc", RG_CLASS_ALLOCATION },
        { "_int_free_chunk", RG_CLASS_ALLOCATION },
        { "mallocs", 0 },
        { "__rust_realloc", RG_CLASS_ALLOCATION },
        { "__rust_begin", 0 },
        { "_Unwind_RaiseException", RG_CLASS_PANIC },
        { "main", RG_CLASS_RUNTIME },
        { "mainly", 0 },
    };
    struct rg_item it;

    rg_item_init(&it);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rg_item_read(&it, &(struct rg_item_source){ .symbol = cases[i].symbol });
        if (it.classes != cases[i].classes)
            fprintf(stderr, "\n  %s (%s): got %u, want %u\n", cases[i].symbol, rg_buf_cstr(&it.key), it.classes,
                cases[i].classes);
        CU_ASSERT_EQUAL(it.classes, cases[i].classes);
    }
    rg_item_free(&it);
    CU_ASSERT_STRING_EQUAL(rg_item_class_name(0), "glue");
    CU_ASSERT_STRING_EQUAL(rg_item_class_name(RG_N_CLASSES - 1), "closure");
    CU_ASSERT_TRUE(rg_item_is_std("core") && rg_item_is_std("hashbrown"));
    CU_ASSERT_FALSE(rg_item_is_std("cor") || rg_item_is_std("corex") || rg_item_is_std(""));
}

#define HASH "17h0123456789abcdefE"

static void legacy_with_dwarf(void)
{
    check_source((struct rg_item_source){ "_ZN4core5slice9quicksort" HASH, "quicksort<u64, core::F<u64>>", "core::slice", NULL },
                 WANT("core::slice::quicksort<u64, core::F<u64>>", "core::slice::quicksort", "core::slice::quicksort",
                      "<u64, core::F<u64>>", "core", 0));
    check_source((struct rg_item_source){ "_ZN5alloc3vec16Vec$LT$T$C$A$GT$4push" HASH, "push<u8, alloc::Global>",
                     "alloc::vec::Vec<u8, alloc::Global>", NULL },
                 WANT("alloc::vec::Vec<T,A>::push<u8, alloc::Global>", "alloc::vec::Vec::push", "alloc::vec::Vec::push",
                      "<u8, alloc::Global>", "alloc", 0));
    check_source((struct rg_item_source){ "_ZN50_$LT$tree..Leaf$LT$T$GT$$u20$as$u20$tree..Grow$GT$4grow" HASH, "grow<u8>",
                     "tree::{impl#3}", NULL },
                 WANT("<tree::Leaf<u8> as tree::Grow>::grow", "tree::{impl#3}::grow", "<tree::Leaf<_> as tree::Grow>::grow",
                      "<u8>", "tree", 0));
    check_source((struct rg_item_source){ "_ZN4tree4grow28_$u7b$$u7b$closure$u7d$$u7d$" HASH, "{closure#2}<u8>", "tree::grow",
                     NULL },
                 WANT("tree::grow::{closure#2}<u8>", "tree::grow::{closure#2}", "tree::grow::{closure#2}", "<u8>", "tree",
                      RG_CLASS_CLOSURE));
    check_source((struct rg_item_source){ "_ZN4tree4grow28_$u7b$$u7b$closure$u7d$$u7d$" HASH, "{async_fn#0}", "tree::grow",
                     NULL },
                 WANT("tree::grow::{async_fn#0}", "tree::grow::{closure#0}", "tree::grow::{closure#0}", "", "tree",
                      RG_CLASS_CLOSURE | RG_CLASS_ASYNC));
    check_source((struct rg_item_source){ "_ZN4tree4grow" HASH, "grow<u8>", NULL, NULL }, /* no scope: the path is the symbol's */
                 WANT("tree::grow<u8>", "tree::grow", "tree::grow", "<u8>", "tree", 0));
}

/* Generic types of the symbol's path get what they stand for.  */
static void legacy_types(void)
{
    static const char push[] = "_ZN5alloc3vec16Vec$LT$T$C$A$GT$4push" HASH, vec[] = "alloc::vec::Vec<u8, alloc::Global>";
    static const char compare[] = "_ZN48_$LT$A$u20$as$u20$core..slice..cmp..SliceOrd$GT$7compare" HASH;
    static const char map[] = "_ZN4core6option15Option$LT$T$GT$3map" HASH;

    check_source((struct rg_item_source){ push, "push<u8, alloc::Global>", vec, "T,A" },
                 WANT("alloc::vec::Vec<u8,alloc::Global>::push", "alloc::vec::Vec::push", "alloc::vec::Vec::push",
                      "<u8, alloc::Global>", "alloc", 0));
    check_source((struct rg_item_source){ push, "push<u8, alloc::Global>", vec, "T" }, /* that cannot be */
                 WANT("alloc::vec::Vec<T,A>::push<u8, alloc::Global>", "alloc::vec::Vec::push", "alloc::vec::Vec::push",
                      "<u8, alloc::Global>", "alloc", 0));
    check_source((struct rg_item_source){ map, "map<&str, (u8, [a::B<u8>; 2]), fn(&str) -> u8>", "core::option::Option",
                     "T,U,F" },
                 WANT("core::option::Option<&str>::map<(u8, [a::B<u8>; 2]), fn(&str) -> u8>", "core::option::Option::map",
                      "core::option::Option::map",
                      "<&str, (u8, [a::B<u8>; 2]), fn(&str) -> u8>", "core", 0));
    check_source((struct rg_item_source){ map, "map<&str, u8, 3>", "core::option::Option", "U,T" }, /* a constant has no name */
                 WANT("core::option::Option<u8>::map<&str, 3>", "core::option::Option::map", "core::option::Option::map",
                      "<&str, u8, 3>", "core", 0));
    check_source((struct rg_item_source){ compare, "compare<u8>", "core::slice::cmp::{impl#15}", NULL },
                     /* a lone one needs no name */
                 WANT("<u8 as core::slice::cmp::SliceOrd>::compare", "core::slice::cmp::{impl#15}::compare",
                      "<_ as core::slice::cmp::SliceOrd>::compare", "<u8>", "core", 0));
    check_source((struct rg_item_source){ push, "push<u8, u8, u8>", vec, NULL }, /* nor do equal ones */
                 WANT("alloc::vec::Vec<u8,u8>::push<u8>", "alloc::vec::Vec::push", "alloc::vec::Vec::push", "<u8, u8, u8>", "alloc", 0));
    check_source((struct rg_item_source){ push, "push<u8>", vec, NULL },
                 WANT("alloc::vec::Vec<T,A>::push<u8>", "alloc::vec::Vec::push", "alloc::vec::Vec::push", "<u8>", "alloc", 0));
    check_source((struct rg_item_source){ compare, "compare<u8, u16>", "core::slice::cmp::{impl#15}", NULL },
                 WANT("<A as core::slice::cmp::SliceOrd>::compare<u8, u16>", "core::slice::cmp::{impl#15}::compare",
                      "<_ as core::slice::cmp::SliceOrd>::compare", "<u8, u16>", "core", 0));
    check_source((struct rg_item_source){ compare, "compare<\x01<<(>,", "core::slice::cmp::{impl#15}", "A" },
                     /* nothing that a compiler writes */
                 WANT("<A as core::slice::cmp::SliceOrd>::compare<\x01<<(>,", "core::slice::cmp::{impl#15}::compare",
                      "<_ as core::slice::cmp::SliceOrd>::compare", "<\x01<<(>,", "core", 0));
}

/* Where legacy text, v0 and DWARF's scope differ, the key is v0's.  */
static void legacy_keys(void)
{
    check_source((struct rg_item_source){ "_ZN5alloc5boxed12Box$LT$T$GT$3new" HASH, "new<u8>", "alloc::boxed::{impl#0}", "T" },
                 WANT("alloc::boxed::Box<u8>::new", "alloc::boxed::Box::new", "alloc::boxed::Box::new", "<u8>", "alloc", 0));
    check_source((struct rg_item_source){ "_ZN5alloc3vec16Vec$LT$T$C$A$GT$6retain28_$u7b$$u7b$closure$u7d$$u7d$" HASH,
                     "{closure#1}<u8, a::A>",
                                          "alloc::vec::{impl#1}::retain", "T,A" },
                 WANT("alloc::vec::Vec<u8,a::A>::retain::{closure#1}", "alloc::vec::Vec::retain::{closure#1}",
                      "alloc::vec::Vec::retain::{closure#1}",
                      "<u8, a::A>", "alloc", RG_CLASS_CLOSURE));
    check_source((struct rg_item_source){ "_ZN4tree3big37_$LT$impl$u20$tree..Leaf$LT$T$GT$$GT$4fall28_$u7b$$u7b$closure$u7d$$u7d$" HASH, "{closure#0}<u8>",
                                          "tree::big::{impl#2}::fall", NULL },
                 WANT("tree::big::<impl tree::Leaf<u8>>::fall::{closure#0}", "tree::Leaf::fall::{closure#0}",
                      "tree::Leaf::fall::{closure#0}", "<u8>",
                      "tree", RG_CLASS_CLOSURE));
    check_source((struct rg_item_source){ "_ZN4tree4grow28_$u7b$$u7b$closure$u7d$$u7d$28_$u7b$$u7b$closure$u7d$$u7d$28_$u7b$$u7b$closure$u7d$$u7d$" HASH,
                                          "{closure#0}", "tree::grow::{async_fn#0}::{closure#4}", NULL },
                 WANT("tree::grow::{closure#0}::{closure#4}::{closure#0}", "tree::grow::{closure#0}::{closure#4}::{closure#0}",
                      "tree::grow::{closure#0}::{closure#4}::{closure#0}", "", "tree", RG_CLASS_CLOSURE));
    check_source((struct rg_item_source){ "_ZN4core5slice29_$LT$impl$u20$$u5b$T$u5d$$GT$4sort" HASH, "sort<u8>",
                     "core::slice::{impl#0}", NULL },
                 WANT("core::slice::<impl [u8]>::sort", "core::slice::{impl#0}::sort", "<[_]>::sort", "<u8>", "core", 0));
    check_source((struct rg_item_source){ "_ZN4tree4cmps45_$LT$impl$u20$tree..Cmp$u20$for$u20$$RF$T$GT$2eq" HASH, "eq<u8>",
                     "tree::cmps::{impl#4}", NULL },
                 WANT("tree::cmps::<impl tree::Cmp for &u8>::eq", "tree::cmps::{impl#4}::eq", "<&_ as tree::Cmp>::eq", "<u8>",
                      "tree", 0));
    check_source((struct rg_item_source){ "_ZN4core3ops8function6FnOnce9call_once" HASH,
                     "call_once<tree::Leaf::grow::{closure_env#1}<u8>, ()>",
                                          "core::ops::function::FnOnce", NULL },
                 WANT("core::ops::function::FnOnce::call_once<tree::Leaf::grow::{closure_env#1}<u8>, ()>",
                      "tree::Leaf::grow::{closure#1}",
                      "tree::Leaf::grow::{closure#1}", "<tree::Leaf::grow::{closure_env#1}<u8>, ()>", "tree",
                          RG_CLASS_GLUE | RG_CLASS_CLOSURE));
    check_source((struct rg_item_source){ "_ZN4core3ops8function6FnOnce9call_once" HASH, "call_once<fn(), ()>",
                     "core::ops::function::FnOnce", NULL },
                 WANT("core::ops::function::FnOnce::call_once<fn(), ()>", "core::ops::function::FnOnce::call_once",
                      "core::ops::function::FnOnce::call_once", "<fn(), ()>", "core", RG_CLASS_GLUE));
}

static void legacy_alone(void)
{
    check("_ZN4core5slice9quicksort" HASH, WANT("core::slice::quicksort", "core::slice::quicksort", "core::slice::quicksort", "",
         "core", 0));
    check("_ZN5alloc3vec16Vec$LT$T$C$A$GT$4push" HASH,
          WANT("alloc::vec::Vec<T,A>::push", "alloc::vec::Vec::push", "alloc::vec::Vec::push", "", "alloc", 0));
    check("_ZN50_$LT$tree..Leaf$LT$T$GT$$u20$as$u20$tree..Grow$GT$4grow" HASH,
          WANT("<tree::Leaf<T> as tree::Grow>::grow", "<tree::Leaf<T> as tree::Grow>::grow",
               "<tree::Leaf<_> as tree::Grow>::grow", "",
               "tree", 0));
    check("_ZN4core3ptr28drop_in_place$LT$tree..T$GT$" HASH,
          WANT("core::ptr::drop_in_place<tree::T>", "core::ptr::drop_in_place", "core::ptr::drop_in_place", "<tree::T>", "core",
               RG_CLASS_DROP));
    check("_ZN4core3ops8function6FnOnce40call_once$u7b$$u7b$vtable.shim$u7d$$u7d$" HASH,
          WANT("core::ops::function::FnOnce::call_once{{vtable.shim}}", "core::ops::function::FnOnce::call_once{{vtable.shim}}",
               "core::ops::function::FnOnce::call_once{{vtable.shim}}", "", "core", RG_CLASS_GLUE));
    check("_ZN32_$LT$T$u20$as$u20$tree..Into$GT$4into" HASH,
          WANT("<T as tree::Into>::into", "<T as tree::Into>::into", "<_ as tree::Into>::into", "", "tree", 0));
}

static void crates_of_legacy_impls(void)
{
    static const char *const cases[][2] = {
        { "_ZN55_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$tree..Grow$GT$4grow" HASH, "tree" },
        { "_ZN54_$LT$tree..vec..Vec$LT$T$GT$$u20$as$u20$core..Drop$GT$4drop" HASH, "tree" },
        { "_ZN55_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..Drop$GT$4drop" HASH, "alloc" },
        { "_ZN36_$LT$$RF$T$u20$as$u20$core..Drop$GT$4drop" HASH, "core" },
        { "_ZN36_$LT$$u5b$T$u5d$$u20$as$u20$a..B$GT$4drop" HASH, "a" },
    };
    struct rg_item it;

    rg_item_init(&it);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rg_item_read(&it, &(struct rg_item_source){ .symbol = cases[i][0] });
        CU_ASSERT_TRUE(it.is_rust && it.blind);
        check_text(cases[i][0], "crate", rg_buf_cstr(&it.crate), cases[i][1]);
    }
    rg_item_free(&it);
}

static void check_spelling(struct rg_item_source src, enum rg_item_spelling how, bool with_hash, const char *want)
{
    struct rg_item it;
    struct rg_buf b;

    rg_item_init(&it);
    rg_buf_init(&b, "t");
    rg_item_read(&it, &src);
    rg_item_spell(&it, how, with_hash, &b);
    check_text(src.symbol, "spelling", rg_buf_cstr(&b), want);
    rg_buf_free(&b);
    rg_item_free(&it);
}

static void spellings(void)
{
    struct rg_item_source v0 = { .symbol = "_RINvCsb_4tree4growhEC5other.cold" }, plain = { .symbol = "_RNvCsb_4tree4grow" };
    struct rg_item_source legacy = { .symbol = "_ZN4tree4grow" HASH }, dwarf = { "_ZN4tree4grow" HASH, "grow<u8>", NULL, NULL };
    struct rg_item_source c = { .symbol = "memcpy" };

    check_spelling(v0, RG_SPELL_INSTANCE, false, "tree::grow::<u8>");
    check_spelling(v0, RG_SPELL_INSTANCE, true, "tree[d]::grow::<u8>");
    check_spelling(v0, RG_SPELL_ITEM, false, "tree::grow");
    check_spelling(v0, RG_SPELL_MONO, false, "tree::grow::(<u8>)");
    check_spelling(plain, RG_SPELL_MONO, false, "tree::grow");
    check_spelling(legacy, RG_SPELL_INSTANCE, true, "tree::grow[01234567]");
    check_spelling(legacy, RG_SPELL_MONO, true, "tree::grow::([01234567])");
    check_spelling(legacy, RG_SPELL_INSTANCE, false, "tree::grow");
    check_spelling(dwarf, RG_SPELL_INSTANCE, false, "tree::grow<u8>");
    check_spelling(dwarf, RG_SPELL_MONO, false, "tree::grow::(<u8>)");
    check_spelling(dwarf, RG_SPELL_MONO, true, "tree::grow::(<u8>[01234567])");
    check_spelling(c, RG_SPELL_MONO, true, "memcpy");
}

/* The identity leaves out what does not make another function.  */
static void identities(void)
{
    static const char *const same[] = { "_RINvC4tree4growhE", "_RINvC4tree4growhECs3_5other", "_RINvC4tree4growhE.cold",
        "_RINvC4tree4growhE.llvm.12" };
    static const char *const other[] = { "_RINvC4tree4growcE", "_RINvCs_4tree4growhE", "_ZN4tree4grow" HASH };
    struct rg_item it;

    rg_item_init(&it);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        rg_item_read(&it, &(struct rg_item_source){ .symbol = same[i] });
        CU_ASSERT_TRUE(it.identity_len == 16 && memcmp(it.identity, "INvC4tree4growhE", 16) == 0);
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        rg_item_read(&it, &(struct rg_item_source){ .symbol = other[i] });
        CU_ASSERT_FALSE(it.identity_len == 16 && memcmp(it.identity, "INvC4tree4growhE", 16) == 0);
    }
    rg_item_free(&it);
}

static void not_rust(void)
{
    static const char *const texts[] = { "memcpy", "_ZN3foo3barEv", "_ZN3foo3barE", "_Z3foov", "", "_R" };
    struct rg_item it;

    rg_item_init(&it);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        rg_item_read(&it, &(struct rg_item_source){ .symbol = texts[i] });
        CU_ASSERT_FALSE(it.is_rust);
        CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&it.key), texts[i]);
        CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&it.instance), texts[i]);
        CU_ASSERT_EQUAL(it.crate.n, 0);
    }
    rg_item_read(&it, &(struct rg_item_source){ .name = "foo::bar()" });
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&it.label), "foo::bar()");
    rg_item_read(&it, &(struct rg_item_source){ NULL, NULL, NULL, NULL });
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&it.label), "???");
    rg_item_free(&it);
}

/* What cannot be taken apart is its own item.  */
static void too_deep(void)
{
    char text[400];
    struct rg_item it;
    size_t n = 2;

    memcpy(text, "_R", 2);
    for (int i = 0; i < RG_MAX_PARTS; i++, n += 2)
        memcpy(text + n, "Nt", 2);
    memcpy(text + n, "C1a", 3);
    n += 3;
    for (int i = 0; i < RG_MAX_PARTS; i++, n += 2)
        memcpy(text + n, "1b", 2);
    text[n] = '\0';
    rg_item_init(&it);
    rg_item_read(&it, &(struct rg_item_source){ .symbol = text });
    CU_ASSERT_TRUE(it.is_rust && it.key.n == 1 + 3 * RG_MAX_PARTS);
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&it.key), rg_buf_cstr(&it.label));
    rg_item_free(&it);
}

const struct unit_test suite_item[] = {
    { "functions and closures", functions },
    { "methods", impls },
    { "what is filed elsewhere", filed_elsewhere },
    { "classes", classes },
    { "legacy symbols with DWARF", legacy_with_dwarf },
    { "generic types of legacy symbols", legacy_types },
    { "keys of legacy symbols", legacy_keys },
    { "legacy symbols alone", legacy_alone },
    { "crates of legacy impls", crates_of_legacy_impls },
    { "spellings", spellings },
    { "identities", identities },
    { "what is not Rust", not_rust },
    { "too deep", too_deep },
    { NULL, NULL },
};
