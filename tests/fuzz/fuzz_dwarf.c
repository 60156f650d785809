/* fuzz_dwarf.c - the ELF and DWARF readers on damaged files.

   SPDX-License-Identifier: GPL-2.0-or-later

   Input: a byte that tells how the rest is used.  0: it is the file.  Else it damages the example of dwarfmake.h: triples of an offset
   (two bytes) and a value that is written there; odd: one byte, even: the value is repeated four times.  */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/dwarfmake.h"
#include "../unit/port_test.h"
#include "fuzz.h"
#include "rg_dwarf.h"

#define CHECK(x) ((x) ? (void)0 : found(#x))

static _Noreturn void found(const char *what)
{
    fprintf(stderr, "fuzz_dwarf: not true: %s\n", what);
    abort();
}

enum { STEP = 5, FIRST = 0xff0, LAST = 0x2100, N = (LAST - FIRST) / STEP };

static void damage(struct rg_buf *b, const uint8_t *data, size_t size, bool wide)
{
    for (; size >= 3; data += 3, size -= 3) {
        size_t at = (size_t)(data[0] | data[1] << 8) % b->n;
        for (size_t i = 0; i < (wide ? 4 : 1) && at + i < b->n; i++)
            b->p[at + i] = (char)data[2];
    }
}

static void read_file(struct rg_buf *b)
{
    static uint64_t addr[N];
    static struct rg_dwarf_place place[N];
    struct rg_elf *e = rg_elf_open(file_of(b));
    struct rg_dwarf *d = e != NULL ? rg_dwarf_open(e) : NULL;
    for (size_t i = 0; i < N; i++)
        addr[i] = FIRST + STEP * i;
    if (d != NULL) {
        rg_dwarf_resolve(d, addr, N, place);
        for (size_t i = 0; i < N; i++) {
            uint32_t last = RG_DWARF_NONE;
            for (uint32_t id = place[i].instance; id != RG_DWARF_NONE; id = rg_dwarf_instance(d, id).parent) {
                CHECK(id < last);
                CHECK(rg_dwarf_instance(d, id).function < rg_dwarf_n_functions(d));
                last = id;
            }
            if (place[i].file != RG_DWARF_NONE)
                CHECK(rg_dwarf_file(d, place[i].file) != NULL);
        }
        rg_dwarf_read_scopes(d);
        rg_dwarf_stop_reading(d);
        for (uint32_t i = 0; i < rg_dwarf_n_functions(d); i++)
            CHECK(rg_dwarf_scope(d, i) != NULL);
    }
    rg_dwarf_close(d);
    if (e != NULL) {
        uint8_t id[RG_BUILD_ID_MAX];
        uint32_t crc;
        rg_elf_build_id(e, id);
        rg_elf_debuglink(e, &crc);
    }
    rg_elf_close(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct elf_make m;
    struct rg_buf b;
    if (size == 0)
        return 0;
    port_test_begin(PORT_TEST_MOVE_NONE);
    rg_buf_init(&b, "fuzz");
    if (data[0] == 0) {
        rg_buf_bytes(&b, data + 1, size - 1);
    } else {
        dwarf_example(&m);
        if (data[0] >= 0xf0)
            elf_make_pack(&m, ".debug_info", 1);
        elf_make_finish(&m, &b);
        damage(&b, data + 1, size - 1 < 3u * data[0] ? size - 1 : 3u * data[0], data[0] % 2 == 0);
    }
    read_file(&b);
    rg_buf_free(&b);
    CHECK(port_test_live() == 0);
    return 0;
}
