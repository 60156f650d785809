/* test_elf.c - rg_elf: sections, packed ones, build-id, debuglink, and files that are none.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <string.h>

#include "dwarfmake.h"
#include "suites.h"

static void sections(void)
{
    struct elf_make m = { .code_lo = 0x1000, .code_end = 0x5000 };
    struct rg_buf b;
    uint64_t lo, end;
    rg_buf_init(&b, "test");
    put_str(elf_make_section(&m, ".debug_str"), "one");
    put_str(elf_make_section(&m, ".debug_str"), "two");
    put_number(elf_make_section(&m, ".data"), 0x11223344, 4);
    elf_make_section(&m, ".empty");
    elf_make_finish(&m, &b);
    struct rg_elf *e = rg_elf_open(file_of(&b));
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    struct rg_section *s = rg_elf_section(e, ".debug_str");
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL(rg_section_size(s), 8);
    CU_ASSERT_STRING_EQUAL(rg_section_str(s, 0), "one");
    CU_ASSERT_STRING_EQUAL(rg_section_str(s, 4), "two");
    CU_ASSERT_STRING_EQUAL(rg_section_str(s, 7), "");
    CU_ASSERT_PTR_NULL(rg_section_str(s, 8));
    CU_ASSERT_PTR_NULL(rg_section_str(s, UINT64_MAX));
    CU_ASSERT_PTR_NULL(rg_section_bytes(s, 1, 8));
    CU_ASSERT_PTR_NULL(rg_section_bytes(s, UINT64_MAX, 2));
    CU_ASSERT_PTR_NOT_NULL(rg_section_bytes(s, 8, 0));
    s = rg_elf_section(e, ".data");
    CU_ASSERT_PTR_NULL(rg_section_str(s, 0)); /* no NUL */
    CU_ASSERT_EQUAL(rg_section_bytes(s, 3, 1)[0], 0x11);
    CU_ASSERT_PTR_NULL(rg_elf_section(e, ".empty"));
    CU_ASSERT_PTR_NULL(rg_elf_section(e, ".data2"));
    CU_ASSERT_PTR_NULL(rg_elf_section(e, ""));
    CU_ASSERT_TRUE(rg_elf_code_range(e, &lo, &end));
    CU_ASSERT(lo == 0x1000 && end == 0x5000);
    uint8_t id[RG_BUILD_ID_MAX];
    uint32_t crc;
    CU_ASSERT_EQUAL(rg_elf_build_id(e, id), 0);
    CU_ASSERT_PTR_NULL(rg_elf_debuglink(e, &crc));
    rg_elf_close(e);
    rg_elf_close(NULL);
    rg_buf_free(&b);
}

/* A section of several blocks, its parts read in any order.  */
static void blocks(void)
{
    enum { SIZE = 300000 };
    struct elf_make m = { .code_end = 1 };
    struct rg_buf b, *big = elf_make_section(&m, ".debug_str");
    rg_buf_init(&b, "test");
    for (int i = 0; i < SIZE; i++)
        rg_buf_char(big, (char)(i * 7 % 251 + 1));
    rg_buf_char(big, 0);
    elf_make_finish(&m, &b);
    struct rg_elf *e = rg_elf_open(file_of(&b));
    struct rg_section *s = rg_elf_section(e, ".debug_str");
    static const int at[] = { 299999, 65535, 65536, 131071, 200000, 0, 70000 };
    const uint8_t *first = NULL;
    for (int i = 0; i < 7; i++) {
        const uint8_t *p = rg_section_bytes(s, (uint64_t)at[i], 1);
        CU_ASSERT_EQUAL(p[0], at[i] * 7 % 251 + 1);
        if (first == NULL)
            first = p - at[i];
        CU_ASSERT_PTR_EQUAL(p - at[i], first); /* bytes never move */
    }
    CU_ASSERT_EQUAL(strlen(rg_section_str(s, 65530)), SIZE - 65530);
    rg_elf_close(e);
    rg_buf_free(&b);
}

static void packed(void)
{
    for (uint32_t type = 1; type <= 2; type++) {
        struct elf_make m = { .code_end = 1 };
        struct rg_buf b;
        rg_buf_init(&b, "test");
        put_str(elf_make_section(&m, ".debug_str"), "packed text");
        elf_make_pack(&m, ".debug_str", type);
        elf_make_finish(&m, &b);
        struct rg_elf *e = rg_elf_open(file_of(&b));
        struct rg_section *s = rg_elf_section(e, ".debug_str");
        CU_ASSERT_EQUAL(rg_elf_is_packed_otherwise(e), type == 2);
        CU_ASSERT_EQUAL(rg_section_size(s), type == 1 ? 12 : 0);
        const char *text = rg_section_str(s, 7);
        CU_ASSERT_TRUE(type == 1 ? text != NULL && strcmp(text, "text") == 0 : text == NULL);
        rg_elf_close(e);
        rg_buf_free(&b);
    }
}

/* The older way: a name that begins with .zdebug, "ZLIB", the size big-endian.  */
static void packed_the_old_way(void)
{
    static const uint8_t stream[] = { 'Z', 'L', 'I', 'B', 0, 0, 0, 0, 0, 0, 0, 3, 0x78, 1, 1, 3, 0, 0xfc, 0xff, 'h', 'i', 0,
                                      2, 0xd, 0, 0xd2 };
    struct elf_make m = { .code_end = 1 };
    struct rg_buf b;
    rg_buf_init(&b, "test");
    rg_buf_bytes(elf_make_section(&m, ".zdebug_str"), stream, sizeof stream);
    elf_make_finish(&m, &b);
    struct rg_elf *e = rg_elf_open(file_of(&b));
    struct rg_section *s = rg_elf_section(e, ".debug_str");
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL(rg_section_size(s), 3);
    const char *text = rg_section_str(s, 0);
    CU_ASSERT(text != NULL && strcmp(text, "hi") == 0);
    rg_elf_close(e);
    rg_buf_free(&b);
}

/* A size that no stream unpacks to is not believed: no memory is asked for.  */
static void packed_too_well(void)
{
    struct elf_make m = { .code_end = 1 };
    struct rg_buf b;
    rg_buf_init(&b, "test");
    put_str(elf_make_section(&m, ".debug_str"), "text");
    elf_make_pack(&m, ".debug_str", 1);
    patch(elf_make_section(&m, ".debug_str"), 8, (uint64_t)1 << 40, 8);
    elf_make_finish(&m, &b);
    struct rg_elf *e = rg_elf_open(file_of(&b));
    CU_ASSERT_PTR_NULL(rg_section_str(rg_elf_section(e, ".debug_str"), 0));
    rg_elf_close(e);
    rg_buf_free(&b);
}

static void links(void)
{
    struct elf_make m = { .code_end = 1 };
    struct rg_buf b, *note = elf_make_section(&m, ".note.gnu.build-id"), *link = elf_make_section(&m, ".gnu_debuglink");
    rg_buf_init(&b, "test");
    put_number(note, 4 | (uint64_t)3 << 32, 8); /* another note first */
    put_number(note, 1, 4);
    put_str(note, "ABC");
    put_number(note, 0x332211, 4);
    put_number(note, 4 | (uint64_t)5 << 32, 8);
    put_number(note, 3, 4);
    put_str(note, "GNU");
    put_number(note, 0x5544332211, 8);
    put_str(link, "prog.debug");
    put_number(link, 0, 1);
    put_number(link, 0xcafe1234, 4);
    elf_make_finish(&m, &b);
    struct rg_elf *e = rg_elf_open(file_of(&b));
    uint8_t id[RG_BUILD_ID_MAX];
    uint32_t crc = 0;
    CU_ASSERT_EQUAL(rg_elf_build_id(e, id), 5);
    CU_ASSERT_EQUAL(memcmp(id, "\x11\x22\x33\x44\x55", 5), 0);
    const char *name = rg_elf_debuglink(e, &crc);
    CU_ASSERT(name != NULL && strcmp(name, "prog.debug") == 0 && crc == 0xcafe1234);
    rg_elf_close(e);
    rg_buf_free(&b);
    CU_ASSERT_EQUAL(rg_elf_crc(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
    CU_ASSERT_EQUAL(rg_elf_crc(rg_elf_crc(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5), 0xcbf43926);
}

static void no_elf_files(void)
{
    struct elf_make m;
    struct rg_buf b, copy;
    rg_buf_init(&b, "test");
    rg_buf_init(&copy, "test");
    dwarf_example(&m);
    elf_make_finish(&m, &b);
    for (size_t n = 0; n < 64 + 56; n++) { /* the headers cut off */
        rg_buf_clear(&copy);
        rg_buf_bytes(&copy, b.p, n);
        CU_ASSERT_PTR_NULL(rg_elf_open(file_of(&copy)));
    }
    for (size_t i = 0; i < 6; i++) {
        rg_buf_clear(&copy);
        rg_buf_bytes(&copy, b.p, b.n);
        copy.p[i]++;
        CU_ASSERT_PTR_NULL(rg_elf_open(file_of(&copy)));
    }
    rg_buf_free(&b);
    rg_buf_free(&copy);
}

const struct unit_test suite_elf[] = {
    { "sections", sections },
    { "a section of several blocks", blocks },
    { "packed sections", packed },
    { "packed the old way", packed_the_old_way },
    { "packed too well", packed_too_well },
    { "build-id and debuglink", links },
    { "no ELF files", no_elf_files },
    { NULL, NULL },
};
