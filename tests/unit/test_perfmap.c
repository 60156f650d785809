/* test_perfmap.c - rg_perfmap: lines, look-ups, and text that is no map.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <string.h>

#include "rg_perfmap.h"
#include "rnd.h"
#include "suites.h"

static const char text[] = "7f00002000 40 wasm[0]::function[3] with blanks\n"
                           "0x7f00001000 0x10 first\n"
                           "\n"
                           "no map at all\n"
                           "7f00003000 0 empty\n"
                           "7f00003000\n"
                           "7f00003000 20\n"
                           "11112222333344445 20 too long\n"
                           "7f00001000 20 second\n"
                           "FFFFFFFFFFFFFFF0 20 last\n"
                           "7f00004000 20 cut o";

static void look_ups(void)
{
    static const struct {
        uint64_t address;
        const char *name;
    } cases[] = {
        { 0, NULL }, { 0x7f00000fff, NULL }, { 0x7f00001000, "second" }, { 0x7f0000101f, "second" }, { 0x7f00001020, NULL },
        { 0x7f00002000, "wasm[0]::function[3] with blanks" }, { 0x7f0000203f, "wasm[0]::function[3] with blanks" },
        { 0x7f00002040, NULL }, { 0x7f00003000, NULL }, { 0x7f00004000, NULL }, { UINT64_MAX, "last" },
    };
    struct rg_perfmap *m = rg_perfmap_new(text, sizeof text - 1);
    CU_ASSERT_EQUAL(rg_perfmap_count(m), 4);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *name = rg_perfmap_find(m, cases[i].address);
        CU_ASSERT(cases[i].name == NULL ? name == NULL : name != NULL && strcmp(name, cases[i].name) == 0);
    }
    rg_perfmap_free(m);
    rg_perfmap_free(NULL);
}

static void noise(void)
{
    static const char alphabet[] = "0123456789abcdef  \n\nx\0";
    uint64_t seed = 3;
    for (int round = 0; round < 2000; round++) {
        char noise[200];
        size_t n = rnd_below(&seed, sizeof noise);
        for (size_t i = 0; i < n; i++)
            noise[i] = alphabet[rnd_below(&seed, sizeof alphabet - 1)];
        struct rg_perfmap *m = rg_perfmap_new(noise, n);
        for (int i = 0; i < 20; i++) {
            const char *name = rg_perfmap_find(m, rnd_below(&seed, 4096));
            CU_ASSERT(name == NULL || (strlen(name) > 0 && strchr(name, '\n') == NULL));
        }
        rg_perfmap_free(m);
    }
}

const struct unit_test suite_perfmap[] = {
    { "look-ups", look_ups },
    { "noise", noise },
    { NULL, NULL },
};
