/* test_demangle.c - rg_demangle: single symbols.  tests/corpus/symbols has the many.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

#include "port_test.h"
#include "rg_demangle.h"
#include "suites.h"

static void check_form(const char *text, enum rg_symbol_form form, const char *want)
{
    struct rg_symbol s;
    struct rg_buf b;

    rg_buf_init(&b, "t");
    if (rg_symbol_read(&s, text, strlen(text)))
        rg_symbol_print(&s, form, &b);
    else
        rg_buf_str(&b, "no symbol");
    if (strcmp(rg_buf_cstr(&b), want) != 0)
        fprintf(stderr, "\n  %s\n  got  \"%s\"\n  want \"%s\"\n", text, rg_buf_cstr(&b), want);
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), want);
    rg_buf_free(&b);
}

static void check(const char *text, const char *plain, const char *alternate)
{
    check_form(text, RG_SYMBOL_PLAIN, plain);
    check_form(text, RG_SYMBOL_ALTERNATE, alternate);
}

static void paths(void)
{
    check("_RNvCsb_4tree4grow", "tree[d]::grow", "tree::grow");
    check("_RNvC4tree4grow", "tree::grow", "tree::grow");
    check("_RNvNtC4tree4leaf4fall", "tree::leaf::fall", "tree::leaf::fall");
    check("_RNvC4tree6_9lives", "tree::9lives", "tree::9lives");
    check("_RNCNvC4tree4grow0", "tree::grow::{closure#0}", "tree::grow::{closure#0}");
    check("_RNCNvC4tree4grows_0", "tree::grow::{closure#1}", "tree::grow::{closure#1}");
    check("_RNSNvC4tree4grow6vtable", "tree::grow::{shim:vtable#0}", "tree::grow::{shim:vtable#0}");
    check("_RNKNvC4tree4grow0", "tree::grow::{K#0}", "tree::grow::{K#0}");
    check("_RNvNfC4tree04grow", "tree::grow", "tree::grow");
    check("_RNvMC4treeNtB2_4Leaf4fall", "<tree::Leaf>::fall", "<tree::Leaf>::fall");
    check("_RNvXs1_C4treehNtB5_4Grow4grow", "<u8 as tree::Grow>::grow", "<u8 as tree::Grow>::grow");
    check("_RNvYhNtC4tree4Grow4grow", "<u8 as tree::Grow>::grow", "<u8 as tree::Grow>::grow");
    check("_RINvC4tree4growhE", "tree::grow::<u8>", "tree::grow::<u8>");
    check("_RINvC4tree4growhECs3_5other", "tree::grow::<u8>", "tree::grow::<u8>");
}

/* tree::f::<...> of one generic argument.  */
static void check_argument(const char *mangled, const char *plain, const char *alternate)
{
    char symbol[200], want[2][200];

    snprintf(symbol, sizeof symbol, "_RINvC4tree1f%sE", mangled);
    snprintf(want[0], sizeof want[0], "tree::f::<%s>", plain);
    snprintf(want[1], sizeof want[1], "tree::f::<%s>", alternate);
    check(symbol, want[0], want[1]);
}

#define SAME(mangled, want) check_argument(mangled, want, want)

static void types(void)
{
    static const char letters[] = "abcdefhijlmnopstuvxyz";
    static const char *const names[] = { "i8", "bool", "char", "f64", "str", "f32", "u8", "isize", "usize", "i32", "u32", "i128",
                                         "u128", "_", "i16", "u16", "()", "...", "i64", "u64", "!" };
    for (size_t i = 0; letters[i]; i++) {
        SAME(((char[2]){ letters[i], 0 }), names[i]);
        CU_ASSERT_STRING_EQUAL(rg_symbol_basic_type(letters[i]), names[i]);
    }
    CU_ASSERT_PTR_NULL(rg_symbol_basic_type('g'));
    CU_ASSERT_PTR_NULL(rg_symbol_basic_type('R'));
    SAME("Re", "&str");
    SAME("QSh", "&mut [u8]");
    SAME("RL_e", "&str");
}

static void composed_types(void)
{
    SAME("Ph", "*const u8");
    SAME("Oh", "*mut u8");
    check_argument("Ahj4_", "[u8; 4usize]", "[u8; 4]");
    SAME("TE", "()");
    SAME("ThE", "(u8,)");
    SAME("ThcE", "(u8, char)");
    SAME("FEu", "fn()");
    SAME("FUKChEj", "unsafe extern \"C\" fn(u8) -> usize");
    SAME("FK8C_unwindEu", "extern \"C-unwind\" fn()");
    SAME("FG0_RL0_eRL1_eEu", "for<'a, 'b> fn(&'b str, &'a str)");
    SAME("DNtC4tree4GrowEL_", "dyn tree::Grow");
    SAME("DNtC4tree4GrowNtC4tree4LeafEL0_", "dyn tree::Grow + tree::Leaf + '{invalid syntax}");
    SAME("DINtC4tree4GrowhEp4Fallip1BcEL_", "dyn tree::Grow<u8, Fall = isize, B = char>");
    check_argument("DNtC4tree4Growp1NKj3_EL_", "dyn tree::Grow<N = 3usize>", "dyn tree::Grow<N = 3>");
    check_argument("WhRh1_h9_", "u8 is 1u8..=9u8", "u8 is 1..=9");
    check_argument("WhORh1_h2_Rh4_h5_E", "u8 is 1u8..=2u8 | 4u8..=5u8", "u8 is 1..=2 | 4..=5");
    SAME("WPhN", "*const u8 is !null");
}

static void constants(void)
{
    check_argument("Kj1f_", "31usize", "31");
    check_argument("Kan80_", "-128i8", "-128");
    check_argument("Ko10000000000000000_", "0x10000000000000000u128", "0x10000000000000000");
    check_argument("Ko00000000000000000ff_", "255u128", "255");
    SAME("Kp", "_");
    SAME("Kb0_", "false");
    SAME("Kb1_", "true");
    SAME("Kc61_", "'a'");
    SAME("Kc27_", "'\\''");
    SAME("Kc22_", "'\"'");
    check_argument("Ka_", "0i8", "0");
}

static void text_constants(void)
{
    SAME("Kca_", "'\\n'");
    SAME("Kc3b1_", "'\u03b1'");
    SAME("Kc301_", "'\\u{301}'");
    SAME("Ke6869_", "{*\"hi\"}");
    SAME("KRe6869_", "\"hi\"");
    SAME("KRe2227_", "\"\\\"'\"");
    SAME("KRec3bc_", "\"\u00fc\"");
}

static void compound_constants(void)
{
    check_argument("KRj1_", "{&1usize}", "{&1}");
    check_argument("KQAj1_j2_E", "{&mut [1usize, 2usize]}", "{&mut [1, 2]}");
    SAME("KTE", "{()}");
    SAME("KTb1_E", "{(true,)}");
    SAME("KVNtC4tree4NoneU", "{tree::None}");
    SAME("KVNtC4tree4SomeTb1_E", "{tree::Some(true)}");
    SAME("KVNtC4tree4LeafS3redb1_s_4blueb0_E", "{tree::Leaf { red: true, blue: false }}");
}

static void back_references(void)
{
    SAME("NtC4tree4LeafBa_", "tree::Leaf, tree::Leaf");
    SAME("NtC4tree4LeafB2_", "tree::Leaf, tree");
    SAME("hB3_", "u8, {invalid syntax}");
    SAME("ThB3_ETB3_hE", "(u8, {invalid syntax}), ({invalid syntax}, u8)"); /* a wrong one is wrong alone */
    check("_RINvC4tree1fThEBa_E", "tree::f::<(u8,), (u8,)>", "tree::f::<(u8,), (u8,)>");
    check("_RIC4treeBz_E", "no symbol", "no symbol"); /* forward */
}

static void identifiers(void)
{
    check("_RNvC4treeu6a_zzzz", "tree::punycode{a-zzzz}", "tree::punycode{a-zzzz}");
    check("_RNvC4treeu7grn_ioa", "tree::gr\u00fcn", "tree::gr\u00fcn");
    check("_RNvC4treeu2a_", "no symbol", "no symbol");
    check("_RNvC4treeu3ABC", "tree::punycode{ABC}", "tree::punycode{ABC}");
    check("_ZN4tree9gr$ufc$neE", "tree::gr\u00fcne", "tree::gr\u00fcne");
}

static void legacy(void)
{
    check("_ZN4tree4grow17h0123456789abcdefE", "tree::grow::h0123456789abcdef", "tree::grow");
    check("_ZN4tree4growE", "tree::grow", "tree::grow");
    check("_ZN4tree2h1E", "tree::h1", "tree");
    check("_ZN32_$LT$T$u20$as$u20$tree..Grow$GT$4growE", "<T as tree::Grow>::grow", "<T as tree::Grow>::grow");
    check("_ZN3a.b5$BP$cE", "a.b::*c", "a.b::*c");
    check("_ZN7$XX$a.bE", "$XX$a.b", "$XX$a.b");
    check("_ZN5$u7f$E", "$u7f$", "$u7f$");
    check("_ZN3$C$4$RP$E", ",::)", ",::)");
    check("_ZNE", "", "");
}

static void suffixes(void)
{
    check("_RNvC4tree4grow.cold", "tree::grow.cold", "tree::grow.cold");
    check("_RNvC4tree4grow.llvm.123", "tree::grow", "tree::grow");
    check("_RNvC4tree4grow.llvm.123.cold", "tree::grow.llvm.123.cold", "tree::grow.llvm.123.cold");
    check("_ZN4tree4growE.part.0", "tree::grow.part.0", "tree::grow.part.0");

    struct rg_symbol s;
    static const char text[] = "_ZN4tree17h0123456789abcdefE.cold.llvm.1A@@2";
    CU_ASSERT_TRUE(rg_symbol_read(&s, text, sizeof text - 1));
    CU_ASSERT_EQUAL(s.kind, RG_SYMBOL_LEGACY);
    CU_ASSERT_EQUAL(s.n_elements, 2);
    CU_ASSERT_TRUE(s.hash != NULL && memcmp(s.hash, "0123456789abcdef", 16) == 0);
    CU_ASSERT_TRUE(s.suffix_len == 5 && memcmp(s.suffix, ".cold", 5) == 0);
    CU_ASSERT_TRUE(s.llvm_len == 11 && memcmp(s.llvm, ".llvm.1A@@2", 11) == 0);
}

static void no_symbols(void)
{
    static const char *const texts[] = {
        "", "_", "_R", "R", "_ZN", "main", "_Z3foov", "_ZN3foo3barEv", "_ZN3foo", "_ZN9fooE", "_ZN99999999999999999999E", "_RNvC",
        "_Rnv", "_RNvC4tree", "_RNvC4tree4gro", "_RC4tree!", "_RC4tree cold", "_RC4tree.a b", "_RNvC4\xc3\xbc\x61\x61", "Rust", "_RINvC1aB0_",
        "_RNvC4treeu0_", "_RCszzzzzzzzzzzzzzzz_1a", "_RIC1aKb2_E", "_RIC1aKcd800_E", "_RIC1aKRec3_E", "_RIC1aKRec080_E",
        "_RIC1aKReeda080_E", "_RIC1aKRe6_E", "_RIC1aKVC1aXE", "_RIC1aPE", "_RIC1aWhOE", "_RIC1aDC1aE", "_RIC1aFK0EuE",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check(texts[i], "no symbol", "no symbol");
}

/* A tuple whose two fields are equal, and so on inside, LEVELS deep, by back references: 2^LEVELS times FIELD.  */
static size_t doubling(char *text, unsigned levels, const char *field)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    const unsigned first = 4; /* position of the first T */
    size_t n = 0;

    memcpy(text, "_RIC1a", 6);
    n = 6;
    memset(text + n, 'T', levels);
    n += levels;
    memcpy(text + n, field, strlen(field));
    n += strlen(field);
    for (unsigned i = levels; i-- > 0;) {
        text[n++] = 'B';
        text[n++] = digits[first + i];
        text[n++] = '_';
        text[n++] = 'E';
    }
    text[n++] = 'E';
    return n;
}

static void output_limit(void)
{
    char text[200];
    struct rg_symbol s;
    struct rg_buf b;

    rg_buf_init(&b, "t");
    for (unsigned levels = 2; levels <= 30; levels++) {
        size_t n = doubling(text, levels, "p");
        rg_buf_clear(&b);
        CU_ASSERT_TRUE_FATAL(rg_symbol_read(&s, text, n));
        rg_symbol_print(&s, RG_SYMBOL_PLAIN, &b);
        size_t whole = 3 + 5 * ((size_t)1 << levels) - 4; /* a::<...>: each field "_" or "(, )" */
        if (levels == 2)
            CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), "a::<((_, _), (_, _))>");
        CU_ASSERT_TRUE(whole > RG_DEMANGLE_MAX_OUTPUT ? b.n > RG_DEMANGLE_MAX_OUTPUT - 20 && b.n <= RG_DEMANGLE_MAX_OUTPUT + 20
                                                      : b.n == whole + 2);
    }
    rg_buf_free(&b);
}

/* Fields that print nothing but take 400 steps each: what bounds the time is not the output.  */
static void step_limit(void)
{
    char text[1400], field[1300];
    struct rg_symbol s;
    struct rg_buf b;

    for (unsigned i = 0; i < 400; i++)
        memcpy(field + 2 * i, "Nt", 2);
    memcpy(field + 800, "C0", 2);
    memset(field + 802, '0', 400);
    field[1202] = '\0';
    rg_buf_init(&b, "t");
    for (unsigned levels = 10; levels <= 12; levels += 2) {
        bool few = 400u << levels < RG_DEMANGLE_MAX_STEPS;
        rg_buf_clear(&b);
        CU_ASSERT_TRUE_FATAL(rg_symbol_read(&s, text, doubling(text, levels, field)));
        rg_symbol_print(&s, RG_SYMBOL_PLAIN, &b);
        CU_ASSERT_TRUE(b.n > 100 && b.n < 8u << levels);
        CU_ASSERT_TRUE((memcmp(rg_buf_cstr(&b) + b.n - 20, "{size limit reached}", 20) == 0) == !few);
    }
    rg_buf_free(&b);
}

static void depth_limit(void)
{
    char text[700];
    struct rg_symbol s;
    struct rg_buf b;

    for (unsigned depth = 498; depth <= 500; depth++) { /* beside the path's own level */
        size_t n = 6;
        memcpy(text, "_RIC1a", n);
        memset(text + n, 'S', depth);
        n += depth;
        memcpy(text + n, "hE", 2);
        CU_ASSERT_EQUAL(rg_symbol_read(&s, text, n + 2), depth <= RG_DEMANGLE_MAX_DEPTH - 1);
    }
    static const char endless[] = "_RIC1aRB3_E"; /* three levels each time */
    rg_buf_init(&b, "t");
    CU_ASSERT_TRUE(rg_symbol_read(&s, endless, sizeof endless - 1));
    rg_symbol_print(&s, RG_SYMBOL_PLAIN, &b);
    CU_ASSERT_EQUAL(b.n, strlen("a::<>") + 167 + strlen("{recursion limit reached}"));
    CU_ASSERT_TRUE(b.n > 30 && memcmp(b.p + b.n - 26, "{recursion limit reached}>", 26) == 0);
    rg_buf_free(&b);
}

static void size_limit(void)
{
    static const char text[] = "_RINvC4tree1fFGZZZZZ_EuE"; /* a binder of 900 million lifetimes */
    struct rg_symbol s;
    struct rg_buf b;

    rg_buf_init(&b, "t");
    CU_ASSERT_TRUE(rg_symbol_read(&s, text, sizeof text - 1));
    rg_symbol_print(&s, RG_SYMBOL_PLAIN, &b);
    CU_ASSERT_TRUE(b.n > RG_DEMANGLE_MAX_OUTPUT - 20 && b.n <= RG_DEMANGLE_MAX_OUTPUT + 20);
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b) + b.n - 20, "{size limit reached}");
    rg_buf_free(&b);
}

/* A part as text: kind, name, disambiguator, and what it points to.  */
static void put_part(struct rg_buf *b, const struct rg_symbol *s, const struct rg_part *p)
{
    rg_buf_char(b, "cnsitT"[p->kind]);
    rg_buf_char(b, ' ');
    rg_ident_print(&p->name, b);
    if (p->kind == RG_PART_SPECIAL)
        rg_buf_char(b, p->ns);
    rg_buf_char(b, '#');
    rg_buf_dec(b, p->dis);
    if (p->self != 0) {
        rg_buf_char(b, ' ');
        rg_symbol_print_type(s, p->self, b);
    }
    if (p->trait != 0) {
        rg_buf_char(b, ':');
        rg_symbol_print_path(s, p->trait, b);
    }
    if (p->args != 0)
        rg_symbol_print_args(s, p->args, b);
    rg_buf_str(b, "; ");
}

static void check_parts(const char *text, const char *want)
{
    struct rg_part parts[RG_MAX_PARTS];
    struct rg_symbol s;
    struct rg_buf b;

    rg_buf_init(&b, "t");
    CU_ASSERT_TRUE(rg_symbol_read(&s, text, strlen(text)));
    unsigned n = rg_symbol_parts(&s, parts);
    for (unsigned i = 0; i < n; i++)
        put_part(&b, &s, &parts[i]);
    if (strcmp(rg_buf_cstr(&b), want) != 0)
        fprintf(stderr, "\n  %s\n  got  \"%s\"\n  want \"%s\"\n", text, rg_buf_cstr(&b), want);
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), want);
    rg_buf_free(&b);
}

static void parts(void)
{
    check_parts("_RINvNtCsb_4tree4leaf4fallhEC5other", "c tree#13; n leaf#0; n fall#0<u8>; ");
    check_parts("_RNCINvC4tree4fallhEs0_0", "c tree#0; n fall#0<u8>; s C#2; ");
    check_parts("_RNvMs1_NtC4tree4leafINtB5_4LeafhE4fall", "c tree#0; n leaf#0; i #3 tree::leaf::Leaf<u8>; n fall#0; ");
    check_parts("_RNvXs_C4treeRhINtB4_4FromcE4from", "c tree#0; t #1 &u8:tree::From<char>; n from#0; ");
    check_parts("_RNvYhINtC4tree4FromcE4from", "c tree#0; n From#0<char>; T #0 u8; n from#0; ");
    check_parts("_RNvB_1f", "");                 /* a path that is its own beginning */
    check_parts("_ZN4tree4growE", "");
}

static void too_many_parts(void)
{
    char text[400] = "_R";
    struct rg_part parts[RG_MAX_PARTS];
    struct rg_symbol s;

    for (unsigned n = RG_MAX_PARTS - 1; n <= RG_MAX_PARTS; n++) { /* names beside the crate */
        size_t at = 2;
        for (unsigned i = 0; i < n; i++, at += 2)
            memcpy(text + at, "Nt", 2);
        memcpy(text + at, "C1a", 3);
        at += 3;
        for (unsigned i = 0; i < n; i++, at += 2)
            memcpy(text + at, "1b", 2);
        CU_ASSERT_TRUE(rg_symbol_read(&s, text, at));
        CU_ASSERT_EQUAL(rg_symbol_parts(&s, parts), n < RG_MAX_PARTS ? n + 1 : 0);
    }
}

static void heads_and_elements(void)
{
    static const char v0[] = "_RNvMC4treeRNtB2_4Leaf4fall", old[] = "_ZN7$LT$a..1b17h0123456789abcdefE";
    struct rg_part parts[RG_MAX_PARTS];
    struct rg_symbol s;
    struct rg_buf b;

    CU_ASSERT_TRUE(rg_symbol_read(&s, v0, sizeof v0 - 1));
    CU_ASSERT_EQUAL(rg_symbol_parts(&s, parts), 3);
    size_t at = parts[1].self;
    CU_ASSERT_EQUAL(rg_symbol_type_head(&s, &at), 'R');
    at++;
    CU_ASSERT_EQUAL(rg_symbol_type_head(&s, &at), 'N');
    at = s.body_len;
    CU_ASSERT_EQUAL(rg_symbol_type_head(&s, &at), 0);

    rg_buf_init(&b, "t");
    CU_ASSERT_TRUE(rg_symbol_read(&s, old, sizeof old - 1));
    rg_symbol_print_element(&s, 0, &b);
    rg_symbol_print_element(&s, 1, &b);
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), "<a::b");
    rg_buf_free(&b);
}

const struct unit_test suite_demangle[] = {
    { "paths", paths },
    { "types", types },
    { "composed types", composed_types },
    { "constants", constants },
    { "characters and strings", text_constants },
    { "compound constants", compound_constants },
    { "back references", back_references },
    { "identifiers", identifiers },
    { "legacy symbols", legacy },
    { "suffixes", suffixes },
    { "what is no symbol", no_symbols },
    { "limit of output", output_limit },
    { "work without output", step_limit },
    { "limit of depth", depth_limit },
    { "limit of output in a binder", size_limit },
    { "parts of a path", parts },
    { "too many parts", too_many_parts },
    { "heads of types, elements of legacy symbols", heads_and_elements },
    { NULL, NULL },
};
