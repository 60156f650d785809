/* test_port.c - the test world itself keeps the contract of rg_port.h, and sees what it should see.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <string.h>

#include "port_test.h"
#include "suites.h"

static void alloc_is_zeroed(void)
{
    unsigned char *p = rg_alloc("t", 1000);
    for (int i = 0; i < 1000; i++)
        CU_ASSERT_EQUAL(p[i], 0);
    rg_free(p);
    rg_free(NULL);
}

static void realloc_keeps_and_poisons(void)
{
    char *p = rg_realloc("t", NULL, 4);
    CU_ASSERT_EQUAL(p[3], 0);
    memcpy(p, "abcd", 4);
    p = rg_realloc("t", p, 8);
    CU_ASSERT(memcmp(p, "abcd", 4) == 0);
    for (int i = 4; i < 8; i++)
        CU_ASSERT_EQUAL((unsigned char)p[i], PORT_TEST_POISON);
    p = rg_realloc("t", p, 2);
    CU_ASSERT(memcmp(p, "ab", 2) == 0);
    rg_free(p);
}

static void nth_realloc_moves(void)
{
    port_test_begin(2);
    char *p = rg_alloc("t", 100);
    memset(p, 'x', 100);
    char *first = rg_realloc("t", p, 60);
    char *second = rg_realloc("t", first, 50);
    CU_ASSERT_PTR_NOT_EQUAL(first, second);
    CU_ASSERT_EQUAL((unsigned char)first[0], PORT_TEST_POISON);
    CU_ASSERT_EQUAL(second[49], 'x');
    CU_ASSERT_EQUAL(port_test_reallocations(), 2);
    CU_ASSERT_EQUAL(port_test_allocations(), 3);
    rg_free(second);
}

static void live_blocks_are_counted(void)
{
    size_t before = port_test_live();
    void *a = rg_alloc("t", 1), *b = rg_alloc("t", 1);
    CU_ASSERT_EQUAL(port_test_live(), before + 2);
    b = rg_realloc("t", b, 100);
    CU_ASSERT_EQUAL(port_test_live(), before + 2);
    rg_free(a);
    rg_free(b);
    CU_ASSERT_EQUAL(port_test_live(), before);
}

static void panics_are_caught(void)
{
    CU_ASSERT_TRUE(PANICS(rg_alloc("t", 0)));
    CU_ASSERT_TRUE(PANICS(RG_ASSERT(1 == 2)));
    CU_ASSERT_FALSE(PANICS(RG_ASSERT(1 == 1)));
}

const struct unit_test suite_port[] = {
    { "allocated memory is zeroed", alloc_is_zeroed },
    { "a grown block keeps its bytes", realloc_keeps_and_poisons },
    { "the Nth reallocation moves", nth_realloc_moves },
    { "live blocks are counted", live_blocks_are_counted },
    { "assertions can be tested", panics_are_caught },
    { 0 },
};
