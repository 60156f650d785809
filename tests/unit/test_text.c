/* test_text.c - rg_text: any bytes become lines of valid UTF-8.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

#include "port_test.h"
#include "rg_text.h"
#include "suites.h"

static void check(const char *in, size_t n, const char *want)
{
    struct rg_buf b;
    rg_buf_init(&b, "t");
    rg_text_put(&b, in, n);
    if (strcmp(rg_buf_cstr(&b), want) != 0)
        fprintf(stderr, "\n  got \"%s\", want \"%s\"\n", rg_buf_cstr(&b), want);
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), want);
    rg_buf_free(&b);
}

#define CHECK(in, want) check(in, sizeof(in) - 1, want)

static void good_text_stays(void)
{
    CHECK("", "");
    CHECK("<alloc::vec::Vec<T> as core::ops::Drop>::drop", "<alloc::vec::Vec<T> as core::ops::Drop>::drop");
    CHECK("a\\b \"$ {}~ ", "a\\b \"$ {}~ ");
    CHECK("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa6\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa6\x80");
    CHECK("\xc2\xa0\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
          "\xc2\xa0\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

static void controls_are_escaped(void)
{
    CHECK("a\nb", "a\\x0ab");
    CHECK("\r\t\x1b[0m\x7f", "\\x0d\\x09\\x1b[0m\\x7f");
    CHECK("x\0y", "x\\x00y");
    CHECK("\xc2\x85", "\\xc2\\x85"); /* U+0085, "next line" */
}

static void bad_utf8_is_escaped(void)
{
    CHECK("\xff\xfe", "\\xff\\xfe");
    CHECK("\x80g", "\\x80g");
    CHECK("caf\xe9", "caf\\xe9");                      /* Latin-1 */
    CHECK("\xc3", "\\xc3");                            /* cut off */
    CHECK("\xe2\x82", "\\xe2\\x82");
    CHECK("\xe2\x82" "a", "\\xe2\\x82a");
    CHECK("\xf0\x9f\xa6", "\\xf0\\x9f\\xa6");
    CHECK("\xc0\x80\xc1\xbf", "\\xc0\\x80\\xc1\\xbf"); /* overlong */
    CHECK("\xe0\x9f\xbf", "\\xe0\\x9f\\xbf");
    CHECK("\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf");
    CHECK("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* surrogate */
    CHECK("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
    CHECK("\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80");
    CHECK("\xe9\xc3\xa9", "\\xe9\xc3\xa9");            /* a good one right after a bad one */
}

static void basenames(void)
{
    CU_ASSERT_STRING_EQUAL(rg_text_basename("/a/b/c.rs"), "c.rs");
    CU_ASSERT_STRING_EQUAL(rg_text_basename("c.rs"), "c.rs");
    CU_ASSERT_STRING_EQUAL(rg_text_basename(""), "");
    CU_ASSERT_STRING_EQUAL(rg_text_basename("/"), "/");
    CU_ASSERT_STRING_EQUAL(rg_text_basename("/a/b/"), "b/");
    CU_ASSERT_STRING_EQUAL(rg_text_basename("a/"), "a/");
}

static void check_name(const char *name, size_t width, const char *want)
{
    struct rg_buf b;
    rg_buf_init(&b, "t");
    rg_text_put_name(&b, name, strlen(name), width);
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), want);
    CU_ASSERT_TRUE(b.n <= width || strchr(name, '\n') != NULL);
    rg_buf_free(&b);
}

static void long_names(void)
{
    static const char fold[] = "<alloc::vec::Vec<u8> as a::Fold<b::C<d::E>>>::fold::<f::G<h::I<j::K>>, fn(u8) -> m::N<o::P>>";
    check_name(fold, 100, fold);
    check_name(fold, 91, "<alloc::vec::Vec<u8> as a::Fold<b::C<d::E>>>::fold::<f::G<h::I<..>>, fn(u8) -> m::N<o::P>>");
    check_name(fold, 84, "<alloc::vec::Vec<u8> as a::Fold<b::C<..>>>::fold::<f::G<..>, fn(u8) -> m::N<..>>");
    check_name(fold, 50, "<alloc::vec::Vec<..> as a::Fold<..>>::fold::<..>");
    check_name(fold, 40, "<alloc::vec::Vec<....ld<..>>::fold::<..>");
    check_name("f<a", 8, "f<a");
    check_name("<<<<<<<<<<<<<<<<<<<<>>>>", 10, "<<<...>>>>");
    check_name("f>>>>>>>><<<<<<<<<<<<<<", 10, "f>>...><..");
    check_name("abcdefghijklmnop", 8, "ab...nop");
    check_name("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 8, "\xc3\xa9...\xc3\xa9");
    check_name("a\nb", 8, "a\\x0ab");
}

const struct unit_test suite_text[] = {
    { "good text stays", good_text_stays },
    { "control characters are escaped", controls_are_escaped },
    { "bad UTF-8 is escaped", bad_utf8_is_escaped },
    { "basenames", basenames },
    { "long names", long_names },
    { 0 },
};
