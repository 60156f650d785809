/* test_dwarf.c - rg_dwarf: chains of a file made by hand, and what is left when it is damaged.

   SPDX-License-Identifier: GPL-2.0-or-later

   The example is described in dwarfmake.h.  */
#include <stdio.h>
#include <string.h>

#include "dwarfmake.h"
#include "port_test.h"
#include "rg_dwarf.h"
#include "rnd.h"
#include "suites.h"

/* Addresses and what must be found there: functions innermost first, each with its place.  */
static const struct {
    uint64_t addr;
    const char *chain;
} example[] = {
    { 0xfff, "" },
    { 0x1000, "_ZN1a4main17h00000000000000aaE /w/src/a.rs:5" },
    { 0x100f, "_ZN1a4main17h00000000000000aaE /w/src/a.rs:5" },
    { 0x1010, "_ZN1a1f17h0123456789abcdefE /w/src/a.rs:12, _ZN1a4main17h00000000000000aaE /w/src/a.rs:6:7" },
    { 0x1014, "_RNvC1b1g /w/src/b.rs:22, _ZN1a1f17h0123456789abcdefE /w/src/a.rs:11:3, _ZN1a4main17h00000000000000aaE "
              "/w/src/a.rs:6:7" },
    { 0x1017, "_RNvC1b1g /w/src/b.rs:22, _ZN1a1f17h0123456789abcdefE /w/src/a.rs:11:3, _ZN1a4main17h00000000000000aaE "
              "/w/src/a.rs:6:7" },
    { 0x1018, "_ZN1a1f17h0123456789abcdefE /w/src/a.rs:12, _ZN1a4main17h00000000000000aaE /w/src/a.rs:6:7" },
    { 0x1020, "_ZN1a4main17h00000000000000aaE /w/src/a.rs:12" },
    { 0x103f, "_ZN1a1f17h0123456789abcdefE /w/src/a.rs:12, _ZN1a4main17h00000000000000aaE /w/src/a.rs:6:7" },
    { 0x1040, "_ZN1a4main17h00000000000000aaE /w/src/a.rs:8" },
    { 0x1080, " /w/src/a.rs:8" }, /* the unit's, but no function's */
    { 0x1100, "" },
    { 0x2000, "_RNvC1b1h /w/src/b.rs:30" },
    { 0x2008, "_RNvC1b1g /w/src/b.rs:21, _RNvC1b1h /w/src/b.rs:31:9" },
    { 0x2010, "_RNvC1b1h /w/src/b.rs:32" },
    { 0x2023, "_RNvC1b1g /w/src/b.rs:32, _RNvC1b1h /w/src/b.rs:31:9" },
    { 0x2024, "_RNvC1b1h /w/src/b.rs:32" },
    { 0x2060, "" },
    { 0x2080, "_RNvC1b1h /w/src/b.rs:40" },
    { 0x20bf, "_RNvC1b1h /w/src/b.rs:40" },
    { 0x20c0, "" },
};

enum { N = sizeof example / sizeof *example };

static void put_place(const struct rg_dwarf *d, struct rg_buf *b, uint32_t file, uint32_t line, uint32_t column)
{
    rg_buf_char(b, ' ');
    rg_buf_str(b, file != RG_DWARF_NONE ? rg_dwarf_file(d, file) : "?");
    rg_buf_char(b, ':');
    rg_buf_dec(b, line);
    if (column != 0) {
        rg_buf_char(b, ':');
        rg_buf_dec(b, column);
    }
}

static void put_chain(const struct rg_dwarf *d, struct rg_buf *b, struct rg_dwarf_place p)
{
    uint32_t file = p.file, line = p.line, column = 0;
    rg_buf_clear(b);
    if (p.instance == RG_DWARF_NONE && p.file != RG_DWARF_NONE)
        put_place(d, b, file, line, 0);
    for (uint32_t id = p.instance; id != RG_DWARF_NONE;) {
        struct rg_dwarf_instance in = rg_dwarf_instance(d, id);
        CU_ASSERT_FATAL(in.parent == RG_DWARF_NONE || in.parent < id);
        if (b->n > 0)
            rg_buf_str(b, ", ");
        rg_buf_str(b, rg_dwarf_function(d, in.function).linkage_name);
        put_place(d, b, file, line, column);
        file = in.call_file;
        line = in.call_line;
        column = in.call_column;
        id = in.parent;
    }
}

/* A session over the file at B with the example's addresses.  */
struct session {
    struct rg_elf *e;
    struct rg_dwarf *d;
    uint64_t addr[N];
    struct rg_dwarf_place place[N];
};

static bool begin(struct session *s, struct rg_buf *b)
{
    s->e = rg_elf_open(file_of(b));
    s->d = s->e != NULL ? rg_dwarf_open(s->e) : NULL;
    for (int i = 0; i < N; i++)
        s->addr[i] = example[i].addr;
    if (s->d != NULL)
        rg_dwarf_resolve(s->d, s->addr, N, s->place);
    return s->d != NULL;
}

static void end(struct session *s)
{
    rg_dwarf_close(s->d);
    rg_elf_close(s->e);
}

/* How many addresses from FIRST to LAST are as they should be.  */
static int right(struct session *s, uint64_t first, uint64_t last, bool tell)
{
    struct rg_buf b;
    int n = 0;
    rg_buf_init(&b, "test");
    for (int i = 0; i < N; i++) {
        if (example[i].addr < first || example[i].addr > last)
            continue;
        put_chain(s->d, &b, s->place[i]);
        bool same = strcmp(rg_buf_cstr(&b), example[i].chain) == 0;
        if (!same && tell)
            printf("\n0x%lx: %s\n  not  %s\n", (unsigned long)example[i].addr, rg_buf_cstr(&b), example[i].chain);
        n += same;
    }
    rg_buf_free(&b);
    return n;
}

/* The example after CHANGE, which may be NULL.  */
static bool changed(struct session *s, struct rg_buf *b, void (*change)(struct elf_make *))
{
    struct elf_make m;
    rg_buf_init(b, "test");
    dwarf_example(&m);
    if (change != NULL)
        change(&m);
    elf_make_finish(&m, b);
    return begin(s, b);
}

static void both_versions(void)
{
    struct session s;
    struct rg_buf b;
    CU_ASSERT_TRUE_FATAL(changed(&s, &b, NULL));
    CU_ASSERT_EQUAL(right(&s, 0, UINT64_MAX, true), N);
    rg_dwarf_stop_reading(s.d);
    CU_ASSERT_EQUAL(right(&s, 0, UINT64_MAX, true), N); /* what was found stays */
    CU_ASSERT_EQUAL(rg_dwarf_flags(s.d), 0);
    end(&s);
    rg_buf_free(&b);
}

static void declarations(void)
{
    struct session s;
    struct rg_buf b;
    CU_ASSERT_TRUE_FATAL(changed(&s, &b, NULL));
    static const struct {
        const char *linkage_name, *name, *file;
        uint32_t line;
    } want[] = {
        { "_ZN1a4main17h00000000000000aaE", "main", "/w/src/a.rs", 5 },
        { "_ZN1a1f17h0123456789abcdefE", "f<u8>", "/w/src/a.rs", 10 },
        { "_RNvC1b1g", "g", "/w/src/b.rs", 20 },
        { "_RNvC1b1h", "h", "/w/src/b.rs", 30 },
        { "_RNvC1b1h", "h", "/w/src/b.rs", 30 }, /* the cold part */
    };
    CU_ASSERT_EQUAL_FATAL(rg_dwarf_n_functions(s.d), 5);
    for (uint32_t i = 0; i < 5; i++) {
        struct rg_dwarf_function f = rg_dwarf_function(s.d, i);
        CU_ASSERT_STRING_EQUAL(f.linkage_name, want[i].linkage_name);
        CU_ASSERT_STRING_EQUAL(f.name, want[i].name);
        CU_ASSERT_STRING_EQUAL(rg_dwarf_file(s.d, f.decl_file), want[i].file);
        CU_ASSERT_EQUAL(f.decl_line, want[i].line);
    }
    CU_ASSERT_STRING_EQUAL(rg_dwarf_scope(s.d, 1), "");
    rg_dwarf_read_scopes(s.d);
    for (uint32_t i = 0; i < 5; i++)
        CU_ASSERT_STRING_EQUAL(rg_dwarf_scope(s.d, i), i < 2 ? "a" : "");
    CU_ASSERT_EQUAL(rg_dwarf_n_instances(s.d), 6);
    CU_ASSERT_TRUE(PANICS(rg_dwarf_instance(s.d, 6)));
    CU_ASSERT_TRUE(PANICS(rg_dwarf_function(s.d, 5)));
    end(&s);
    rg_buf_free(&b);
}

static void only_what_was_executed(void)
{
    struct session s;
    struct rg_buf b;
    uint64_t one = 0x2010;
    struct rg_dwarf_place place;
    CU_ASSERT_TRUE_FATAL(changed(&s, &b, NULL));
    rg_dwarf_close(s.d);
    s.d = rg_dwarf_open(s.e);
    rg_dwarf_resolve(s.d, &one, 1, &place);
    CU_ASSERT_EQUAL(rg_dwarf_n_instances(s.d), 1);
    CU_ASSERT_EQUAL(rg_dwarf_n_functions(s.d), 1);
    CU_ASSERT_EQUAL(place.line, 32);
    CU_ASSERT_TRUE(PANICS(rg_dwarf_resolve(s.d, &one, 1, &place))); /* once only */
    rg_dwarf_close(s.d);
    s.d = rg_dwarf_open(s.e);
    rg_dwarf_resolve(s.d, NULL, 0, NULL);
    CU_ASSERT_EQUAL(rg_dwarf_n_instances(s.d), 0);
    end(&s);
    rg_buf_free(&b);
}

/* ---- packed, split, lines only, none ---- */

static void pack_all(struct elf_make *m)
{
    for (unsigned i = 0; i < m->n; i++)
        elf_make_pack(m, m->section[i].name, 1);
}

static void pack_strings_otherwise(struct elf_make *m)
{
    elf_make_pack(m, ".debug_str", 2);
}

static void pack_all_otherwise(struct elf_make *m)
{
    for (unsigned i = 0; i < m->n; i++)
        elf_make_pack(m, m->section[i].name, 2);
}

static void packed(void)
{
    struct session s;
    struct rg_buf b;
    CU_ASSERT_TRUE_FATAL(changed(&s, &b, pack_all));
    CU_ASSERT_EQUAL(right(&s, 0, UINT64_MAX, true), N);
    end(&s);
    rg_buf_free(&b);
    CU_ASSERT_TRUE(changed(&s, &b, pack_strings_otherwise));
    CU_ASSERT_TRUE(rg_dwarf_flags(s.d) & RG_DWARF_PACKED);
    end(&s);
    rg_buf_free(&b);
    CU_ASSERT_TRUE(changed(&s, &b, pack_all_otherwise));
    CU_ASSERT_EQUAL(rg_dwarf_flags(s.d), RG_DWARF_PACKED);
    end(&s);
    rg_buf_free(&b);
}

static void remove_info(struct elf_make *m)
{
    rg_buf_clear(elf_make_section(m, ".debug_info"));
}

static void no_debug_information(void)
{
    struct session s;
    struct rg_buf b;
    CU_ASSERT_FALSE(changed(&s, &b, remove_info));
    end(&s);
    rg_buf_free(&b);
}

/* The producer of unit a becomes the name of a .dwo file.  */
static void make_split(struct elf_make *m)
{
    struct rg_buf *b = elf_make_section(m, ".debug_abbrev");
    CU_ASSERT_EQUAL_FATAL((uint8_t)b->p[3], 0x25);
    b->p[3] = 0x76; /* DW_AT_dwo_name */
}

/* g and f lose their linkage names: the attributes get a number that means nothing.  */
static void lose_names(struct elf_make *m)
{
    struct rg_buf *b = elf_make_section(m, ".debug_abbrev");
    for (size_t i = 0; i + 1 < b->n; i++)
        if (b->p[i] == 0x6e && (b->p[i + 1] == 0x0e || b->p[i + 1] == 0x25))
            b->p[i] = 0x7f;
}

static void hints(void)
{
    struct session s;
    struct rg_buf b;
    CU_ASSERT_TRUE_FATAL(changed(&s, &b, make_split));
    CU_ASSERT_EQUAL(rg_dwarf_flags(s.d), RG_DWARF_SPLIT);
    end(&s);
    rg_buf_free(&b);
    CU_ASSERT_TRUE_FATAL(changed(&s, &b, lose_names));
    CU_ASSERT_EQUAL(rg_dwarf_flags(s.d), RG_DWARF_LINES_ONLY);
    CU_ASSERT_STRING_EQUAL(rg_dwarf_function(s.d, 1).linkage_name, "");
    CU_ASSERT_STRING_EQUAL(rg_dwarf_function(s.d, 1).name, "f<u8>");
    end(&s);
    rg_buf_free(&b);
}

/* ---- damage ---- */

static void damage_abbrevs_of_a(struct elf_make *m)
{
    patch(elf_make_section(m, ".debug_info"), dwarf_places.unit4_abbrevs, 0xffff, 4);
}

static void damage_ranges_of_f(struct elf_make *m)
{
    patch(elf_make_section(m, ".debug_info"), dwarf_places.inlined_f_ranges, 0xffffff, 4);
}

static void origin_of_f_is_itself(struct elf_make *m)
{
    patch(elf_make_section(m, ".debug_info"), dwarf_places.inlined_f_origin, dwarf_places.inlined_f_origin - 1, 4);
}

static void origin_of_f_is_nothing(struct elf_make *m)
{
    patch(elf_make_section(m, ".debug_info"), dwarf_places.inlined_f_origin, 0x7fffffff, 4);
}

/* Damage in unit a costs its inlines only.  */
static void one_unit_damaged(void)
{
    static void (*const damage[])(struct elf_make *) = { damage_abbrevs_of_a, damage_ranges_of_f, origin_of_f_is_itself,
                                                         origin_of_f_is_nothing };
    for (int i = 0; i < 4; i++) {
        struct session s;
        struct rg_buf b;
        CU_ASSERT_TRUE_FATAL(changed(&s, &b, damage[i]));
        CU_ASSERT_EQUAL(right(&s, 0x2000, UINT64_MAX, true), 9);
        CU_ASSERT_NOT_EQUAL(right(&s, 0, 0x1fff, false), 12);
        if (i == 1) { /* lines are still right */
            CU_ASSERT_EQUAL(rg_dwarf_flags(s.d), RG_DWARF_DAMAGED);
            CU_ASSERT_EQUAL(s.place[4].line, 22);
            CU_ASSERT_EQUAL(s.place[4].instance, RG_DWARF_NONE);
        }
        if (i == 2) { /* a function without name, but with its place in the chain */
            CU_ASSERT_STRING_EQUAL(rg_dwarf_function(s.d, 1).linkage_name, "");
            CU_ASSERT_EQUAL(rg_dwarf_instance(s.d, 1).parent, 0);
        }
        end(&s);
        rg_buf_free(&b);
    }
}

static void read_everything(struct session *s)
{
    struct rg_buf b;
    rg_buf_init(&b, "test");
    for (int i = 0; i < N; i++)
        put_chain(s->d, &b, s->place[i]);
    for (uint32_t i = 0; i < rg_dwarf_n_functions(s->d); i++)
        rg_buf_str(&b, rg_dwarf_function(s->d, i).name);
    rg_dwarf_read_scopes(s->d);
    for (uint32_t i = 0; i < rg_dwarf_n_functions(s->d); i++)
        rg_buf_str(&b, rg_dwarf_scope(s->d, i));
    rg_buf_free(&b);
}

static void any_byte_changed(void)
{
    struct elf_make m;
    struct rg_buf b;
    rg_buf_init(&b, "test");
    dwarf_example(&m);
    elf_make_finish(&m, &b);
    static const uint8_t flips[] = { 0x01, 0x80, 0xff };
    for (size_t i = 0; i < b.n; i++)
        for (int k = 0; k < 3; k++) {
            struct session s;
            b.p[i] ^= (char)flips[k];
            if (begin(&s, &b))
                read_everything(&s);
            end(&s);
            b.p[i] ^= (char)flips[k];
        }
    rg_buf_free(&b);
}

static void cut_section(struct elf_make *m, const char *name, size_t n)
{
    rg_buf_cut(elf_make_section(m, name), n);
}

static void any_section_cut_off(void)
{
    static const char *const names[] = { ".debug_info", ".debug_abbrev", ".debug_str", ".debug_line", ".debug_line_str",
                                         ".debug_ranges", ".debug_rnglists", ".debug_addr", ".debug_str_offsets" };
    for (int i = 0; i < 9; i++) {
        for (size_t n = 1;; n++) {
            struct elf_make m;
            struct rg_buf b;
            struct session s;
            dwarf_example(&m);
            bool last = n >= elf_make_section(&m, names[i])->n;
            if (!last)
                cut_section(&m, names[i], n);
            rg_buf_init(&b, "test");
            elf_make_finish(&m, &b);
            if (begin(&s, &b)) {
                read_everything(&s);
                CU_ASSERT(last == (right(&s, 0, UINT64_MAX, false) == N) || !last);
            }
            end(&s);
            rg_buf_free(&b);
            if (last)
                break;
        }
    }
}

/* Intervals that do not nest are handled in the order of their entries: main becomes as short as the first part of f.  */
static void shorten_main(struct elf_make *m)
{
    patch(elf_make_section(m, ".debug_info"), dwarf_places.main_high, 0x14, 4);
}

static void intervals_that_do_not_nest(void)
{
    struct session s;
    struct rg_buf b;
    CU_ASSERT_TRUE_FATAL(changed(&s, &b, shorten_main));
    CU_ASSERT_EQUAL(right(&s, 0x1000, 0x1018, true), 6);
    CU_ASSERT_EQUAL(right(&s, 0x103f, 0x103f, true), 1);
    CU_ASSERT_EQUAL(right(&s, 0x1020, 0x1020, false), 0);
    end(&s);
    rg_buf_free(&b);
}

const struct unit_test suite_dwarf[] = {
    { "both versions", both_versions },
    { "declarations", declarations },
    { "only what was executed", only_what_was_executed },
    { "packed sections", packed },
    { "no debug information", no_debug_information },
    { "hints", hints },
    { "one unit damaged", one_unit_damaged },
    { "any byte changed", any_byte_changed },
    { "any section cut off", any_section_cut_off },
    { "intervals that do not nest", intervals_that_do_not_nest },
    { NULL, NULL },
};
