/* test_simtext.c - rg_simtext: against what callgrind 3.19 printed for the same counts.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

#include "port_test.h"
#include "rg_simtext.h"
#include "suites.h"

struct lines {
    char text[4000];
    size_t n;
};

static void collect(void *arg, const char *line)
{
    struct lines *l = arg;
    l->n += (size_t)snprintf(l->text + l->n, sizeof l->text - l->n, "%s\n", line);
}

static void check(const char *const *names, const uint64_t *totals, unsigned n, const char *expected)
{
    struct lines l = { .n = 0 };
    rg_simtext_summary(names, totals, n, collect, &l);
    if (strcmp(l.text, expected) != 0)
        fprintf(stderr, "\n%s", l.text);
    CU_ASSERT_STRING_EQUAL(l.text, expected);
}

/* callgrind --cache-sim=yes --branch-sim=yes.  */
static void caches_and_branches(void)
{
    static const char *const names[] = { "Ir", "Dr", "Dw", "I1mr", "D1mr", "D1mw", "ILmr", "DLmr", "DLmw", "Bc", "Bcm",
                                      "Bi", "Bim" };
    static const uint64_t totals[] = { 2022413, 126700, 111391, 1068, 930, 565, 1054, 738, 536, 124881, 3073, 280, 146 };
    check(names, totals, sizeof names / sizeof *names,
        "Events    : Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw Bc Bcm Bi Bim\n"
        "Collected : 2022413 126700 111391 1068 930 565 1054 738 536 124881 3073 280 146\n"
        "\n"
        "I   refs:      2,022,413\n"
        "I1  misses:        1,068\n"
        "LLi misses:        1,054\n"
        "I1  miss rate:      0.05%\n"
        "LLi miss rate:      0.05%\n"
        "\n"
        "D   refs:        238,091  (126,700 rd + 111,391 wr)\n"
        "D1  misses:        1,495  (    930 rd +     565 wr)\n"
        "LLd misses:        1,274  (    738 rd +     536 wr)\n"
        "D1  miss rate:       0.6% (    0.7%   +     0.5%  )\n"
        "LLd miss rate:       0.5% (    0.6%   +     0.5%  )\n"
        "\n"
        "LL refs:           2,563  (  1,998 rd +     565 wr)\n"
        "LL misses:         2,328  (  1,792 rd +     536 wr)\n"
        "LL miss rate:        0.1% (    0.1%   +     0.5%  )\n"
        "\n"
        "Branches:        125,161  (124,881 cond +     280 ind)\n"
        "Mispredicts:       3,219  (  3,073 cond +     146 ind)\n"
        "Mispred rate:        2.6% (    2.5%     +    52.1%   )\n");
}

/* callgrind --branch-sim=yes.  */
static void only_branches(void)
{
    static const char *const names[] = { "Ir", "Bc", "Bcm", "Bi", "Bim" };
    static const uint64_t totals[] = { 2022427, 124882, 3072, 280, 146 };
    check(names, totals, sizeof names / sizeof *names,
        "Events    : Ir Bc Bcm Bi Bim\n"
        "Collected : 2022427 124882 3072 280 146\n"
        "\n"
        "I   refs:      2,022,427\n"
        "\n"
        "Branches:        125,162  (124,882 cond + 280 ind)\n"
        "Mispredicts:       3,218  (  3,072 cond + 146 ind)\n"
        "Mispred rate:        2.6% (    2.5%     + 52.1%   )\n");
}

/* callgrind with caches of two and four lines.  */
static void only_caches(void)
{
    static const char *const names[] = { "Ir", "Dr", "Dw", "I1mr", "D1mr", "D1mw", "ILmr", "DLmr", "DLmw" };
    static const uint64_t totals[] = { 2022427, 126708, 111391, 214228, 17218, 5919, 13770, 16476, 5477 };
    check(names, totals, sizeof names / sizeof *names,
        "Events    : Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw\n"
        "Collected : 2022427 126708 111391 214228 17218 5919 13770 16476 5477\n"
        "\n"
        "I   refs:      2,022,427\n"
        "I1  misses:      214,228\n"
        "LLi misses:       13,770\n"
        "I1  miss rate:     10.59%\n"
        "LLi miss rate:      0.68%\n"
        "\n"
        "D   refs:        238,099  (126,708 rd + 111,391 wr)\n"
        "D1  misses:       23,137  ( 17,218 rd +   5,919 wr)\n"
        "LLd misses:       21,953  ( 16,476 rd +   5,477 wr)\n"
        "D1  miss rate:       9.7% (   13.6%   +     5.3%  )\n"
        "LLd miss rate:       9.2% (   13.0%   +     4.9%  )\n"
        "\n"
        "LL refs:         237,365  (231,446 rd +   5,919 wr)\n"
        "LL misses:        35,723  ( 30,246 rd +   5,477 wr)\n"
        "LL miss rate:        1.6% (    1.4%   +     4.9%  )\n");
}

/* No simulation.  */
static void only_instructions(void)
{
    static const char *const names[] = { "Ir" };
    static const uint64_t totals[] = { 0 };
    check(names, totals, sizeof names / sizeof *names,
        "Events    : Ir\n"
        "Collected : 0\n"
        "\n"
        "I   refs:      0\n");
}

/* Nothing happened: no division by zero.  */
static void nothing(void)
{
    static const char *const names[] = { "Ir", "Dr", "Dw", "I1mr", "D1mr", "D1mw", "ILmr", "DLmr", "DLmw", "Bc", "Bcm",
                                      "Bi", "Bim" };
    static const uint64_t totals[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    check(names, totals, sizeof names / sizeof *names,
        "Events    : Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw Bc Bcm Bi Bim\n"
        "Collected : 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
        "\n"
        "I   refs:      0\n"
        "I1  misses:    0\n"
        "LLi misses:    0\n"
        "I1  miss rate: 0.00%\n"
        "LLi miss rate: 0.00%\n"
        "\n"
        "D   refs:      0  (0 rd + 0 wr)\n"
        "D1  misses:    0  (0 rd + 0 wr)\n"
        "LLd misses:    0  (0 rd + 0 wr)\n"
        "D1  miss rate: 0.0% (0.0%   + 0.0%  )\n"
        "LLd miss rate: 0.0% (0.0%   + 0.0%  )\n"
        "\n"
        "LL refs:       0  (0 rd + 0 wr)\n"
        "LL misses:     0  (0 rd + 0 wr)\n"
        "LL miss rate:  0.0% (0.0%   + 0.0%  )\n"
        "\n"
        "Branches:      0  (0 cond + 0 ind)\n"
        "Mispredicts:   0  (0 cond + 0 ind)\n"
        "Mispred rate:  0.0% (0.0%     + 0.0%   )\n");
}

/* Rates of large numbers are exact.  */
static void large(void)
{
    static const char *const names[] = { "Ir", "Bc", "Bcm", "Bi", "Bim" };
    static const uint64_t totals[] = { UINT64_MAX, UINT64_MAX / 2, UINT64_MAX / 4, UINT64_MAX / 2, UINT64_MAX / 8 };
    check(names, totals, sizeof names / sizeof *names,
        "Events    : Ir Bc Bcm Bi Bim\n"
        "Collected : 18446744073709551615 9223372036854775807 4611686018427387903 9223372036854775807 2305843009213693951\n"
        "\n"
        "I   refs:      18,446,744,073,709,551,615\n"
        "\n"
        "Branches:      18,446,744,073,709,551,614  (9,223,372,036,854,775,807 cond + 9,223,372,036,854,775,807 ind)\n"
        "Mispredicts:    6,917,529,027,641,081,854  (4,611,686,018,427,387,903 cond + 2,305,843,009,213,693,951 ind)\n"
        "Mispred rate:                        37.5% (                     50.0%     +                      25.0%   )\n");
}

static void desc(void)
{
    char mem[200];
    struct rg_buf b;
    rg_buf_init_fixed(&b, mem, sizeof mem);
    rg_simtext_desc(&b, "I1", &(struct rg_geometry){ 32768, 8, 64 });
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), "I1 cache: 32768 B, 64 B, 8-way associative");
    rg_buf_clear(&b);
    rg_simtext_desc(&b, "LL", &(struct rg_geometry){ 268435456, 1, 64 });
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), "LL cache: 268435456 B, 64 B, direct-mapped");
}

/* The value of a formula "Name = A + 4 B ... : text" for the events NAMES.  */
static uint64_t value_of(const char *def, const char *const *names, const uint64_t *totals, unsigned n)
{
    char copy[300];
    uint64_t sum = 0, factor = 1;
    snprintf(copy, sizeof copy, "%s", def);
    *strstr(copy, " :") = '\0';
    for (char *word = strtok(strchr(copy, '=') + 1, " +"); word != NULL; word = strtok(NULL, " +")) {
        unsigned number, found = n;
        if (sscanf(word, "%u", &number) == 1) {
            factor = number;
            continue;
        }
        for (unsigned i = 0; i < n; i++)
            if (strcmp(names[i], word) == 0)
                found = i;
        CU_ASSERT_TRUE(found < n);
        sum += factor * totals[found % n];
        factor = 1;
    }
    return sum;
}

static void event_defs(void)
{
    static const char *const names[] = { "Ir", "Dr", "Dw", "I1mr", "D1mr", "D1mw", "ILmr", "DLmr", "DLmw", "sysCount", "sysTime",
                                         "sysCpuTime" };
    static const uint64_t totals[] = { 1353, 255, 233, 51, 12, 0, 50, 3, 0, 0, 0, 0 };
    const char *defs[RG_SIMTEXT_MAX_DEFS + 1];

    rg_simtext_event_defs(names, 12, "ns", true, defs);
    /* by gungraun's definition: 1778 hits of L1, 10 of LL, 53 misses */
    CU_ASSERT_EQUAL(value_of(defs[0], names, totals, 9), 1778 + 5 * 10 + 35 * 53);
    CU_ASSERT_STRING_EQUAL(defs[1], "sysTime : sysTime (elapsed ns)");
    CU_ASSERT_STRING_EQUAL(defs[2], "sysCpuTime : sysCpuTime (system cpu ns)");
    CU_ASSERT_PTR_NULL(defs[3]);

    rg_simtext_event_defs(names, 11, "ms", false, defs);
    CU_ASSERT_STRING_EQUAL(defs[0], "sysTime : sysTime (elapsed ms)");
    CU_ASSERT_PTR_NULL(defs[1]);
    rg_simtext_event_defs(names, 11, "us", false, defs);
    CU_ASSERT_STRING_EQUAL(defs[0], "sysTime : sysTime (elapsed us)");
    rg_simtext_event_defs(names, 1, "ms", true, defs);
    CU_ASSERT_PTR_NULL(defs[0]);
}

const struct unit_test suite_simtext[] = {
    { "caches and branches", caches_and_branches },
    { "branches", only_branches },
    { "caches", only_caches },
    { "instructions", only_instructions },
    { "nothing", nothing },
    { "large numbers", large },
    { "desc lines", desc },
    { "event lines", event_defs },
    { 0 },
};
