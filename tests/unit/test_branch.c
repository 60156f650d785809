/* test_branch.c - rg_branch: sequences worked out by hand, and long random ones against the definition.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdlib.h>
#include <string.h>

#include "port_test.h"
#include "rg_branch.h"
#include "rnd.h"
#include "suites.h"

/* Always taken: the history is new for 7 branches, each of which finds a counter at 0; from then on it is one counter, which
   must go to 2 before it predicts taken.  */
static void always_taken(void)
{
    struct rg_branch *b = malloc(sizeof *b);
    rg_branch_init(b);
    unsigned misses = 0;
    for (int i = 0; i < 100; i++) {
        bool miss = rg_branch_conditional(b, 0x401234, true) != 0;
        CU_ASSERT_EQUAL(miss, i < 9);
        misses += miss;
    }
    CU_ASSERT_EQUAL(misses, 9);
    free(b);
}

static void never_taken(void)
{
    struct rg_branch *b = malloc(sizeof *b);
    rg_branch_init(b);
    for (int i = 0; i < 100; i++)
        CU_ASSERT_EQUAL(rg_branch_conditional(b, 0x401234 + (uint64_t)i, false), 0);
    free(b);
}

/* Taken and not taken by turns: two histories remain, one before each.  */
static void by_turns(void)
{
    struct rg_branch *b = malloc(sizeof *b);
    rg_branch_init(b);
    unsigned misses = 0;
    for (int i = 0; i < 1000; i++) {
        unsigned miss = rg_branch_conditional(b, 0x401234, i % 2 == 0);
        CU_ASSERT_TRUE(miss == 0 || miss == RG_BRANCH_MISS);
        misses += miss != 0;
        if (i >= 20)
            CU_ASSERT_EQUAL(miss, 0);
    }
    /* i = 0, 2, 4 with short histories; 6 and 8, until the counter of history 0101010 is at 2 */
    CU_ASSERT_EQUAL(misses, 5);
    free(b);
}

static void indirect(void)
{
    struct rg_branch *b = malloc(sizeof *b);
    rg_branch_init(b);
    CU_ASSERT_FALSE(rg_branch_indirect(b, 0x401000, 0)); /* the tables begin with zeros */
    CU_ASSERT_TRUE(rg_branch_indirect(b, 0x401000, 0x5000));
    CU_ASSERT_FALSE(rg_branch_indirect(b, 0x401000, 0x5000));
    CU_ASSERT_TRUE(rg_branch_indirect(b, 0x401001, 0x5000));
    CU_ASSERT_FALSE(rg_branch_indirect(b, 0x401200, 0x5000)); /* 512 further: the same place */
    CU_ASSERT_TRUE(rg_branch_indirect(b, 0x401200, 0x100005000));
    CU_ASSERT_TRUE(rg_branch_indirect(b, 0x401000, 0x5000));
    free(b);
}

/* The definition: counters by (last seven outcomes, address), history as a list.  */
struct slow {
    int counter[128][128];
    bool outcomes[7]; /* the latest first */
    uint64_t target[512];
};

static bool slow_conditional(struct slow *s, uint64_t a, bool taken)
{
    unsigned history = 0;
    for (int i = 0; i < 7; i++)
        history += s->outcomes[i] ? 1u << i : 0;
    int *counter = &s->counter[history][a % 128];
    bool miss = (*counter >= 2) != taken;
    *counter += taken ? 1 : -1;
    if (*counter < 0)
        *counter = 0;
    if (*counter > 3)
        *counter = 3;
    for (int i = 6; i > 0; i--)
        s->outcomes[i] = s->outcomes[i - 1];
    s->outcomes[0] = taken;
    return miss;
}

static void against_definition(void)
{
    struct rg_branch *b = malloc(sizeof *b);
    struct slow *s = calloc(1, sizeof *s);
    uint64_t state = 7;
    unsigned wrong = 0, misses = 0;
    rg_branch_init(b);
    for (unsigned i = 0; i < 2000000; i++) {
        uint64_t a = 0x401000 + rnd_below(&state, 600) * (rnd_below(&state, 3) + 1);
        bool taken = rnd_below(&state, 1000) < (a * 7919 % 1000);
        bool miss = rg_branch_conditional(b, a, taken) != 0;
        wrong += miss != slow_conditional(s, a, taken);
        misses += miss;
        uint64_t target = 0x402000 + rnd_below(&state, 2) * 16, *last = &s->target[a % 512];
        wrong += rg_branch_indirect(b, a, target) != (*last != target);
        *last = target;
        if (b->history & ~(uint64_t)RG_BRANCH_HISTORY_MASK)
            wrong++;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_TRUE(misses > 100000 && misses < 1500000);
    free(b);
    free(s);
}

/* Generated code looks up whatever a counter byte holds.  */
static void table(void)
{
    struct rg_branch *b = malloc(sizeof *b);
    rg_branch_init(b);
    for (unsigned byte = 0; byte < 16; byte += 2)
        for (unsigned taken = 0; taken < 2; taken++) {
            unsigned next = b->step[byte | taken], old = byte >> 2 & 3;
            CU_ASSERT_TRUE(next < 16 && next % 2 == 0);
            CU_ASSERT_EQUAL(next & RG_BRANCH_MISS, (old >= 2) != taken ? RG_BRANCH_MISS : 0);
            CU_ASSERT_EQUAL((uint64_t)next << RG_BRANCH_MISS_SHIFT, (old >= 2) != taken ? (uint64_t)1 << 63 : 0);
            int want = (int)old + (taken ? 1 : -1);
            CU_ASSERT_EQUAL((int)(next >> 2 & 3), want < 0 ? 0 : want > 3 ? 3 : want);
        }
    CU_ASSERT_EQUAL(b->history, 0);
    free(b);
}

const struct unit_test suite_branch[] = {
    { "always taken", always_taken },
    { "never taken", never_taken },
    { "by turns", by_turns },
    { "indirect", indirect },
    { "the table", table },
    { "random branches against the definition", against_definition },
    { 0 },
};
