/* test_perfmap.c - rg_perfmap: lines, look-ups, and text that is no map.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <string.h>

#include "port_test.h"
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

/* A file for gdb: sections null, .text at 0x1000, .symtab, .strtab; symbols null, f, g (no function), h (absolute).  */
enum { ELF_SIZE = 64 + 4 * 64 + 4 * 24 + 8 };

static void put(uint8_t *p, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

static void make_elf(uint8_t *p, unsigned type)
{
    enum { SECTIONS = 64, SYMBOLS = SECTIONS + 4 * 64, NAMES = SYMBOLS + 4 * 24 };
    static const struct {
        uint8_t name, info;
        uint16_t section;
        uint64_t value, size;
    } symbols[] = { { 1, 2, 1, 0x20, 0x10 }, { 3, 1, 1, 0x40, 0x10 }, { 5, 2, 0xfff1, 0x5000, 0 } };

    memset(p, 0, ELF_SIZE);
    memcpy(p, "\x7f" "ELF\2\1\1", 7);
    put(p + 16, type, 2);
    put(p + 40, SECTIONS, 8);
    put(p + 58, 64, 2);
    put(p + 60, 4, 2);
    put(p + SECTIONS + 64 + 4, 8, 4);
    put(p + SECTIONS + 64 + 16, 0x1000, 8);
    put(p + SECTIONS + 128 + 4, 2, 4);
    put(p + SECTIONS + 128 + 24, SYMBOLS, 8);
    put(p + SECTIONS + 128 + 32, 4 * 24, 8);
    put(p + SECTIONS + 128 + 40, 3, 4);
    put(p + SECTIONS + 128 + 56, 24, 8);
    put(p + SECTIONS + 192 + 4, 3, 4);
    put(p + SECTIONS + 192 + 24, NAMES, 8);
    put(p + SECTIONS + 192 + 32, 8, 8);
    for (unsigned i = 0; i < 3; i++) {
        uint8_t *s = p + SYMBOLS + 24 * (i + 1);
        put(s, symbols[i].name, 4);
        s[4] = symbols[i].info;
        put(s + 6, symbols[i].section, 2);
        put(s + 8, symbols[i].value, 8);
        put(s + 16, symbols[i].size, 8);
    }
    memcpy(p + NAMES, "\0f\0g\0h\0", 8);
}

static struct rg_perfmap *with_elf(const uint8_t *bytes, size_t n)
{
    struct rg_perfmap *m = rg_perfmap_new("", 0);
    uint8_t *own = rg_alloc("t", n + 1);

    if (n > 0)
        memcpy(own, bytes, n);
    rg_perfmap_add_elf(m, own, n);
    return m;
}

static void check_name(const struct rg_perfmap *m, uint64_t address, const char *want)
{
    const char *name = rg_perfmap_find(m, address);
    CU_ASSERT(want == NULL ? name == NULL : name != NULL && strcmp(name, want) == 0);
}

static void elf_files(void)
{
    for (unsigned type = 1; type <= 3; type++) { /* objects; programs and libraries, whose symbols are relative, too, here */
        uint8_t elf[ELF_SIZE];
        make_elf(elf, type);
        struct rg_perfmap *m = with_elf(elf, sizeof elf);
        CU_ASSERT_EQUAL(rg_perfmap_count(m), 2);
        check_name(m, 0x101f, NULL);
        check_name(m, 0x1020, "f");
        check_name(m, 0x102f, "f");
        check_name(m, 0x1040, NULL);
        check_name(m, 0x5000, "h");
        check_name(m, 0x5001, NULL);
        rg_perfmap_free(m);
    }
    uint8_t elf[ELF_SIZE];
    make_elf(elf, 3);
    put(elf + 64 + 4 * 64 + 24 + 8, 0x1020, 8);
    struct rg_perfmap *m = with_elf(elf, sizeof elf); /* with addresses */
    check_name(m, 0x1020, "f");
    rg_perfmap_free(m);
}

/* Every cut, and every byte changed: names are strings, nothing is read outside.  */
static void damaged_elf(void)
{
    uint8_t elf[ELF_SIZE];
    uint64_t seed = 5;

    make_elf(elf, 1);
    for (size_t n = 0; n < sizeof elf; n++)
        rg_perfmap_free(with_elf(elf, n));
    for (int round = 0; round < 20000; round++) {
        make_elf(elf, 1 + rnd_below(&seed, 3));
        for (uint32_t k = 1 + rnd_below(&seed, 3); k > 0; k--)
            elf[rnd_below(&seed, sizeof elf)] = rnd_below(&seed, 2) ? 0xff : (uint8_t)rnd(&seed);
        struct rg_perfmap *m = with_elf(elf, sizeof elf);
        const char *name = rg_perfmap_find(m, 0x1020);
        CU_ASSERT(name == NULL || strlen(name) > 0);
        rg_perfmap_free(m);
    }
}

const struct unit_test suite_perfmap[] = {
    { "look-ups", look_ups },
    { "noise", noise },
    { "ELF files for gdb", elf_files },
    { "damaged ELF files", damaged_elf },
    { NULL, NULL },
};
