/* test_geometry.c - rg_geometry: a table of what is accepted and refused, all small geometries against the definition, and the
   adjustment of last-level caches found in machines.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

#include "port_test.h"
#include "rg_geometry.h"
#include "suites.h"

static void table(void)
{
    static const struct {
        const char *text;
        enum rg_geometry_error error;
    } cases[] = {
        { "32768,8,64", RG_GEOMETRY_OK },
        { "32,1,16", RG_GEOMETRY_OK },          /* the smallest */
        { "128,2,64", RG_GEOMETRY_OK },         /* one set */
        { "49152,12,64", RG_GEOMETRY_OK },      /* ways need not be a power of two */
        { "1048576,16384,64", RG_GEOMETRY_OK }, /* fully associative */
        { "1073741824,1,16", RG_GEOMETRY_OK },
        { "2147483520,33554430,64", RG_GEOMETRY_OK }, /* one set of nearly 2 GB */
        { "0032768,08,064", RG_GEOMETRY_OK },
        { "", RG_GEOMETRY_SYNTAX },
        { "32768", RG_GEOMETRY_SYNTAX },
        { "32768,8", RG_GEOMETRY_SYNTAX },
        { "32768,8,", RG_GEOMETRY_SYNTAX },
        { "32768,,64", RG_GEOMETRY_SYNTAX },
        { ",8,64", RG_GEOMETRY_SYNTAX },
        { "32768,8,64,", RG_GEOMETRY_SYNTAX },
        { "32768,8,64,1", RG_GEOMETRY_SYNTAX },
        { "32768,8,64 ", RG_GEOMETRY_SYNTAX },
        { " 32768,8,64", RG_GEOMETRY_SYNTAX },
        { "32768;8;64", RG_GEOMETRY_SYNTAX },
        { "-32768,8,64", RG_GEOMETRY_SYNTAX },
        { "+32768,8,64", RG_GEOMETRY_SYNTAX },
        { "0x8000,8,64", RG_GEOMETRY_SYNTAX },
        { "32K,8,64", RG_GEOMETRY_SYNTAX },
        { "0,8,64", RG_GEOMETRY_RANGE },
        { "32768,0,64", RG_GEOMETRY_RANGE },
        { "32768,8,0", RG_GEOMETRY_RANGE },
        { "2147483648,8,64", RG_GEOMETRY_RANGE },
        { "4294967296,8,64", RG_GEOMETRY_RANGE }, /* 2^32: does not wrap around to 0 or to something good */
        { "4295000064,8,64", RG_GEOMETRY_RANGE }, /* 2^32 + 32768 */
        { "18446744073709584384,8,64", RG_GEOMETRY_RANGE }, /* 2^64 + 32768 */
        { "32768,8,99999999999999999999999999", RG_GEOMETRY_RANGE },
        { "32768,8,48", RG_GEOMETRY_LINE },
        { "32768,8,65", RG_GEOMETRY_LINE },
        { "32768,8,8", RG_GEOMETRY_SHORT_LINE },
        { "32768,8,1", RG_GEOMETRY_SHORT_LINE },
        { "64,1,64", RG_GEOMETRY_ONE_LINE },
        { "32,1,64", RG_GEOMETRY_ONE_LINE },
        { "1024,32,64", RG_GEOMETRY_WAYS },
        { "32768,2147483647,64", RG_GEOMETRY_WAYS },
        { "32768,3,64", RG_GEOMETRY_SETS },
        { "32769,8,64", RG_GEOMETRY_SETS },
        { "33280,8,64", RG_GEOMETRY_SETS }, /* 65 sets */
        { "12582912,16,64", RG_GEOMETRY_SETS }, /* 12288 sets, a real cache */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rg_geometry g = { 1, 2, 3 };
        enum rg_geometry_error e = rg_geometry_parse(cases[i].text, &g);
        if (e != cases[i].error)
            fprintf(stderr, "\n  \"%s\": %d\n", cases[i].text, e);
        CU_ASSERT_EQUAL(e, cases[i].error);
        if (e != RG_GEOMETRY_OK) /* a refused text changes nothing */
            CU_ASSERT_TRUE(g.size == 1 && g.assoc == 2 && g.line == 3);
    }
    struct rg_geometry g;
    CU_ASSERT_EQUAL(rg_geometry_parse("49152,12,64", &g), RG_GEOMETRY_OK);
    CU_ASSERT_TRUE(g.size == 49152 && g.assoc == 12 && g.line == 64);
}

/* Accepted is what is a power of two of sets of ASSOC lines of 16, 32, 64 ... bytes, and more than one line.  */
static void all_small(void)
{
    unsigned accepted = 0, expected = 0, wrong = 0;
    for (uint32_t size = 0; size <= 1024; size++)
        for (uint32_t assoc = 0; assoc <= 70; assoc++)
            for (uint32_t line = 0; line <= 260; line++) {
                struct rg_geometry g = { size, assoc, line };
                bool want = false;
                for (uint32_t l = 16; l <= 256; l *= 2)
                    for (uint32_t sets = 1; sets <= 64; sets *= 2)
                        want |= l == line && l * sets * assoc == size && size > l;
                bool is = rg_geometry_check(&g) == RG_GEOMETRY_OK;
                accepted += is;
                expected += want;
                if (is != want && wrong++ < 10)
                    fprintf(stderr, "\n  %u,%u,%u\n", size, assoc, line);
            }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(accepted, expected);
    CU_ASSERT_TRUE(accepted > 100);
}

static void adjust(void)
{
    static const struct {
        struct rg_geometry is, becomes;
        bool changed;
    } cases[] = {
        { { 8388608, 16, 64 }, { 8388608, 16, 64 }, false },
        { { 12582912, 16, 64 }, { 12582912, 24, 64 }, true },   /* 12288 sets: 8192 of 24 ways */
        { { 5242880, 48, 64 }, { 5242880, 80, 64 }, true },     /* 1706 sets: 1024 of 79.97 ways */
        { { 36700160, 20, 64 }, { 36700160, 35, 64 }, true },   /* 28672 sets: 16384 of 35 ways */
        { { 37748736, 12, 64 }, { 37748736, 18, 64 }, true },
        { { 8388700, 16, 64 }, { 8388608, 16, 64 }, true },     /* sets are a power of two, size has a rest */
        { { 320, 2, 64 }, { 256, 2, 64 }, true },
        { { 448, 1, 64 }, { 512, 2, 64 }, true },               /* 7 sets: 4 of 1.75 ways */
        { { 320, 1, 64 }, { 256, 1, 64 }, true },               /* 5 sets: 4 of 1.25 ways */
        { { 384, 1, 64 }, { 512, 2, 64 }, true },               /* 6 sets: 4 of 1.5 ways, rounded up */
        { { 64, 2, 64 }, { 64, 2, 64 }, false },                /* not even one set */
        { { 0, 0, 0 }, { 0, 0, 0 }, false },
        { { 1024, 0, 64 }, { 1024, 0, 64 }, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rg_geometry g = cases[i].is;
        CU_ASSERT_EQUAL(rg_geometry_adjust_ll(&g), cases[i].changed);
        if (memcmp(&g, &cases[i].becomes, sizeof g) != 0)
            fprintf(stderr, "\n  case %zu: %u,%u,%u\n", i, g.size, g.assoc, g.line);
        CU_ASSERT_EQUAL(memcmp(&g, &cases[i].becomes, sizeof g), 0);
        if (cases[i].changed)
            CU_ASSERT_EQUAL(rg_geometry_check(&g), RG_GEOMETRY_OK);
    }
}

static void describe(void)
{
    char text[100];
    struct rg_buf b;
    rg_buf_init_fixed(&b, text, sizeof text);
    rg_geometry_describe(&b, &(struct rg_geometry){ 32768, 8, 64 });
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), "32768 B, 64 B, 8-way associative");
    rg_buf_clear(&b);
    rg_geometry_describe(&b, &(struct rg_geometry){ 2147483520, 1, 128 });
    CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), "2147483520 B, 128 B, direct-mapped");
}

static void messages(void)
{
    for (int e = RG_GEOMETRY_OK; e <= RG_GEOMETRY_SETS; e++)
        for (int f = RG_GEOMETRY_OK; f < e; f++)
            CU_ASSERT_STRING_NOT_EQUAL(rg_geometry_allowed(e), rg_geometry_allowed(f));
}

const struct unit_test suite_geometry[] = {
    { "table", table },
    { "all small ones against the definition", all_small },
    { "last-level caches are adjusted", adjust },
    { "description", describe },
    { "a message of its own for each mistake", messages },
    { 0 },
};
