/* test_buf.c - rg_buf: growing and fixed buffers, numbers.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port_test.h"
#include "rg_buf.h"
#include "suites.h"

/* Compares the buffer with TEXT, and empties it.  */
static void check(struct rg_buf *b, const char *text)
{
    const char *got = rg_buf_cstr(b);
    if (strcmp(got, text) != 0)
        fprintf(stderr, "\n  got \"%s\", want \"%s\"\n", got, text);
    CU_ASSERT_STRING_EQUAL(got, text);
    CU_ASSERT_EQUAL(b->n, strlen(text));
    rg_buf_clear(b);
}

static void empty(void)
{
    struct rg_buf b;
    rg_buf_init(&b, "t");
    CU_ASSERT_EQUAL(port_test_live(), 0);
    rg_buf_free(&b);
    check(&b, "");
    rg_buf_bytes(&b, "", 0);
    rg_buf_str(&b, "");
    rg_buf_fill(&b, 'x', 0);
    check(&b, "");
    rg_buf_free(&b);
    rg_buf_str(&b, "again");
    check(&b, "again");
    rg_buf_free(&b);
}

static void grows(void)
{
    struct rg_buf b;
    rg_buf_init(&b, "t");
    for (int i = 0; i < 100000; i++)
        rg_buf_char(&b, (char)(i % 251));
    rg_buf_bytes(&b, "\0x\0", 3);
    CU_ASSERT_EQUAL(b.n, 100003);
    int wrong = 0;
    for (int i = 0; i < 100000; i++)
        wrong += (unsigned char)b.p[i] != i % 251;
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(memcmp(b.p + 100000, "\0x\0", 3), 0);
    CU_ASSERT_FALSE(b.truncated);
    /* doubling: a few dozen allocations, not thousands */
    CU_ASSERT(port_test_allocations() < 20);
    rg_buf_cut(&b, 2);
    CU_ASSERT_EQUAL(b.n, 2);
    CU_ASSERT_TRUE(PANICS(rg_buf_cut(&b, 3)));
    rg_buf_free(&b);
}

static void decimal(void)
{
    static const struct {
        uint64_t v;
        const char *text;
    } cases[] = {
        { 0, "0" }, { 9, "9" }, { 10, "10" }, { 99, "99" }, { 100, "100" }, { 101, "101" }, { 12345, "12345" },
        { 1000000, "1000000" }, { UINT32_MAX, "4294967295" }, { UINT64_MAX, "18446744073709551615" },
        { 10000000000000000000u, "10000000000000000000" },
    };
    struct rg_buf b;
    rg_buf_init(&b, "t");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rg_buf_dec(&b, cases[i].v);
        check(&b, cases[i].text);
    }
    uint64_t v = 1;
    for (int i = 0; i < 2000; i++) { /* all lengths, against libc */
        v = v * 6364136223846793005u + 1442695040888963407u;
        char want[32];
        snprintf(want, sizeof want, "%" PRIu64, v >> i % 64);
        rg_buf_dec(&b, v >> i % 64);
        check(&b, want);
    }
    rg_buf_sdec(&b, INT64_MIN);
    check(&b, "-9223372036854775808");
    rg_buf_sdec(&b, INT64_MAX);
    check(&b, "9223372036854775807");
    rg_buf_sdec(&b, -1);
    check(&b, "-1");
    rg_buf_sdec(&b, 0);
    check(&b, "0");
    rg_buf_free(&b);
}

static void hexadecimal(void)
{
    static const struct {
        uint64_t v;
        const char *text;
    } cases[] = {
        { 0, "0x0" }, { 9, "0x9" }, { 15, "0xf" }, { 16, "0x10" }, { 0xabcdef, "0xabcdef" },
        { UINT64_MAX, "0xffffffffffffffff" }, { (uint64_t)1 << 60, "0x1000000000000000" },
    };
    struct rg_buf b;
    rg_buf_init(&b, "t");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rg_buf_hex(&b, cases[i].v);
        check(&b, cases[i].text);
    }
    rg_buf_free(&b);
}

static void thousands(void)
{
    static const struct {
        uint64_t v;
        const char *text;
    } cases[] = {
        { 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { 12345, "12,345" }, { 123456, "123,456" }, { 1234567, "1,234,567" },
        { 1000000000, "1,000,000,000" }, { UINT64_MAX, "18,446,744,073,709,551,615" },
    };
    struct rg_buf b;
    rg_buf_init(&b, "t");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rg_buf_thousands(&b, cases[i].v);
        check(&b, cases[i].text);
    }
    rg_buf_free(&b);
}

static void percent(void)
{
    static const struct {
        uint64_t part, whole;
        unsigned decimals;
        const char *text;
    } cases[] = {
        { 0, 0, 2, "0.00%" }, { 7, 0, 2, "0.00%" }, { 0, 5, 2, "0.00%" }, { 5, 5, 2, "100.00%" }, { 5, 5, 0, "100%" },
        { 1, 2, 2, "50.00%" }, { 1, 3, 2, "33.33%" }, { 2, 3, 2, "66.67%" }, { 1, 8, 1, "12.5%" }, { 1, 8, 0, "13%" },
        { 1, 200, 0, "1%" }, { 1, 201, 0, "0%" }, { 99995, 100000, 2, "100.00%" }, { 99994, 100000, 2, "99.99%" },
        { 1, 100000, 2, "0.00%" }, { 5, 100000, 2, "0.01%" }, { 1, 1000, 9, "0.100000000%" }, { 3, 2, 2, "150.00%" },
        { UINT64_MAX, UINT64_MAX, 2, "100.00%" }, { UINT64_MAX - 1, UINT64_MAX, 9, "100.000000000%" },
        { UINT64_MAX / 2, UINT64_MAX, 9, "50.000000000%" }, { UINT64_MAX / 3, UINT64_MAX, 9, "33.333333333%" },
        { UINT64_MAX, 1, 0, "1844674407370955161500%" }, { UINT64_MAX, 2, 1, "922337203685477580750.0%" },
        { 1, UINT64_MAX, 9, "0.000000000%" },
    };
    struct rg_buf b;
    rg_buf_init(&b, "t");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rg_buf_percent(&b, cases[i].part, cases[i].whole, cases[i].decimals);
        check(&b, cases[i].text);
    }
    for (unsigned part = 0; part <= 777; part++) { /* against integer arithmetic that cannot overflow here */
        char want[32];
        unsigned hundredths = (part * 10000 * 2 + 777) / (2 * 777);
        snprintf(want, sizeof want, "%u.%02u%%", hundredths / 100, hundredths % 100);
        rg_buf_percent(&b, part, 777, 2);
        check(&b, want);
    }
    CU_ASSERT_TRUE(PANICS(rg_buf_percent(&b, 1, 2, 10)));
    rg_buf_free(&b);
}

static void alignment(void)
{
    struct rg_buf b;
    rg_buf_init(&b, "t");
    rg_buf_str(&b, "ab");
    rg_buf_align_right(&b, 0, 5);
    size_t mark = b.n;
    rg_buf_str(&b, "cd");
    rg_buf_align_left(&b, mark, 4);
    rg_buf_char(&b, '|');
    check(&b, "   abcd  |");
    rg_buf_str(&b, "long");
    rg_buf_align_right(&b, 0, 4);
    rg_buf_align_left(&b, 0, 3);
    check(&b, "long");
    rg_buf_align_right(&b, 0, 3);
    check(&b, "   ");
    CU_ASSERT_TRUE(PANICS(rg_buf_align_left(&b, 1, 3)));
    rg_buf_free(&b);
}

static void fixed(void)
{
    char mem[8 + 1];
    mem[8] = '#';
    struct rg_buf b;
    rg_buf_init_fixed(&b, mem, 8);
    rg_buf_str(&b, "1234567");
    CU_ASSERT_FALSE(b.truncated);
    check(&b, "1234567");
    rg_buf_str(&b, "1234");
    rg_buf_dec(&b, 56789);
    CU_ASSERT_TRUE(b.truncated);
    rg_buf_char(&b, 'x');
    rg_buf_str(&b, "x");
    check(&b, "1234567");
    CU_ASSERT_FALSE(b.truncated);
    /* once something was cut, nothing shorter slips in behind it */
    rg_buf_str(&b, "123");
    rg_buf_str(&b, "456789");
    rg_buf_cut(&b, 3);
    rg_buf_char(&b, 'x');
    check(&b, "123");
    rg_buf_fill(&b, '-', 100);
    check(&b, "-------");
    rg_buf_str(&b, "abc");
    rg_buf_align_right(&b, 0, 100);
    check(&b, "    abc");
    CU_ASSERT_EQUAL(mem[8], '#');
    CU_ASSERT_EQUAL(port_test_allocations(), 0);
    rg_buf_free(&b); /* the caller's memory: nothing happens */

    char one[1];
    rg_buf_init_fixed(&b, one, 1);
    rg_buf_char(&b, 'x');
    CU_ASSERT_TRUE(b.truncated);
    check(&b, "");
    CU_ASSERT_TRUE(PANICS(rg_buf_init_fixed(&b, one, 0)));
}

const struct unit_test suite_buf[] = {
    { "empty", empty },
    { "grows", grows },
    { "decimal", decimal },
    { "hexadecimal", hexadecimal },
    { "thousands", thousands },
    { "percent", percent },
    { "alignment", alignment },
    { "fixed memory", fixed },
    { 0 },
};
