/* dwarfmake.c - makes ELF files with debug information in memory, for tests.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "dwarfmake.h"

#include <string.h>

static const char tag[] = "dwarfmake";

void put_number(struct rg_buf *b, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        rg_buf_char(b, (char)(v >> 8 * i));
}

void put_uleb(struct rg_buf *b, uint64_t v)
{
    for (; v > 0x7f; v >>= 7)
        rg_buf_char(b, (char)(0x80 | (v & 0x7f)));
    rg_buf_char(b, (char)v);
}

void put_sleb(struct rg_buf *b, int64_t v)
{
    for (; v > 63 || v < -64; v >>= 7)
        rg_buf_char(b, (char)(0x80 | (v & 0x7f)));
    rg_buf_char(b, (char)(v & 0x7f));
}

void put_str(struct rg_buf *b, const char *s)
{
    rg_buf_bytes(b, s, strlen(s) + 1);
}

void patch(struct rg_buf *b, size_t offset, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        b->p[offset + i] = (char)(v >> 8 * i);
}

struct elf_section *elf_make_find(struct elf_make *m, const char *name)
{
    for (unsigned i = 0; i < m->n; i++)
        if (strcmp(m->section[i].name, name) == 0)
            return &m->section[i];
    return NULL;
}

struct rg_buf *elf_make_section(struct elf_make *m, const char *name)
{
    struct elf_section *s = elf_make_find(m, name);
    if (s == NULL) {
        RG_ASSERT(m->n < ELF_MAX_SECTIONS);
        s = &m->section[m->n++];
        s->name = name;
        s->flags = 0;
        rg_buf_init(&s->bytes, tag);
    }
    return &s->bytes;
}

static void put_section_header(struct rg_buf *out, size_t name, uint64_t flags, size_t offset, size_t size)
{
    put_number(out, name, 4);
    put_number(out, 1, 4);
    put_number(out, flags, 8);
    put_number(out, 0, 8);
    put_number(out, offset, 8);
    put_number(out, size, 8);
    put_number(out, 0, 24);
}

void elf_make_finish(struct elf_make *m, struct rg_buf *out)
{
    size_t offset[ELF_MAX_SECTIONS], name[ELF_MAX_SECTIONS];
    struct rg_buf *names = elf_make_section(m, ".shstrtab");
    rg_buf_char(names, 0);
    for (unsigned i = 0; i < m->n; i++) {
        name[i] = names->n;
        put_str(names, m->section[i].name);
    }
    put_number(out, 0x010102464c457f, 8);
    put_number(out, 0, 8);
    put_number(out, 3 | 62 << 16, 4);
    put_number(out, 1, 4);
    put_number(out, 0, 8);
    put_number(out, 64, 8); /* segments */
    size_t sections_at = out->n;
    put_number(out, 0, 8);
    put_number(out, 0, 4);
    put_number(out, 64 | 56 << 16, 4);
    put_number(out, 1 | 64 << 16, 4);
    put_number(out, m->n | (m->n - 1) << 16, 4); /* the names are the last section */
    put_number(out, 1 | (uint64_t)5 << 32, 8); /* PT_LOAD, read and execute */
    put_number(out, m->code_lo, 8);
    put_number(out, m->code_lo, 8);
    put_number(out, m->code_lo, 8);
    put_number(out, m->code_end - m->code_lo, 8);
    put_number(out, m->code_end - m->code_lo, 8);
    put_number(out, 4096, 8);
    for (unsigned i = 0; i < m->n; i++) {
        offset[i] = out->n;
        rg_buf_bytes(out, m->section[i].bytes.p, m->section[i].bytes.n);
    }
    patch(out, sections_at, out->n, 8);
    for (unsigned i = 0; i < m->n; i++) {
        put_section_header(out, name[i], m->section[i].flags, offset[i], m->section[i].bytes.n);
        rg_buf_free(&m->section[i].bytes);
    }
    m->n = 0;
}

static uint32_t adler32(const char *p, size_t n)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < n; i++) {
        a = (a + (uint8_t)p[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

void elf_make_pack(struct elf_make *m, const char *name, uint32_t type)
{
    struct elf_section *s = elf_make_find(m, name);
    struct rg_buf packed;
    rg_buf_init(&packed, tag);
    put_number(&packed, type, 8);
    put_number(&packed, s->bytes.n, 8);
    put_number(&packed, 1, 8);
    put_number(&packed, 0x0178, 2);
    for (size_t at = 0; at < s->bytes.n || at == 0;) {
        size_t n = s->bytes.n - at < 0xffff ? s->bytes.n - at : 0xffff;
        rg_buf_char(&packed, at + n == s->bytes.n);
        put_number(&packed, n | (uint64_t)(n ^ 0xffff) << 16, 4);
        rg_buf_bytes(&packed, s->bytes.p + at, n);
        at += n;
        if (n == 0)
            break;
    }
    uint32_t sum = adler32(s->bytes.p, s->bytes.n);
    for (int shift = 24; shift >= 0; shift -= 8)
        rg_buf_char(&packed, (char)(sum >> shift));
    rg_buf_free(&s->bytes);
    s->bytes = packed;
    s->flags |= 0x800;
}

static bool read_buf(void *arg, uint64_t offset, void *dst, size_t n)
{
    const struct rg_buf *b = arg;
    if (offset > b->n || n > b->n - offset)
        return false;
    memcpy(dst, b->p + offset, n);
    return true;
}

struct rg_file file_of(struct rg_buf *b)
{
    return (struct rg_file){ read_buf, b, b->n };
}

/* ---- the example ---- */

struct dwarf_places dwarf_places;

/* An abbreviation: CODE, TAG, children, then pairs of attribute and form, 0 0.  */
static void abbrev(struct rg_buf *b, unsigned code, unsigned tag_number, bool children, const uint16_t *pairs)
{
    put_uleb(b, code);
    put_uleb(b, tag_number);
    rg_buf_char(b, children);
    for (; pairs[0] != 0; pairs += 2) {
        put_uleb(b, pairs[0]);
        put_uleb(b, pairs[1]);
        if (pairs[1] == 0x21) { /* implicit_const: the value follows */
            put_sleb(b, pairs[2]);
            pairs++;
        }
    }
    put_number(b, 0, 2);
}

#define ABBREV(b, code, t, children, ...) abbrev(b, code, t, children, (const uint16_t[]){ __VA_ARGS__, 0 })

static size_t put_string(struct elf_make *m, const char *section, const char *s)
{
    struct rg_buf *b = elf_make_section(m, section);
    size_t at = b->n;
    put_str(b, s);
    return at;
}

/* The tables of abbreviations; returns where that of version 5 begins.  */
static size_t put_abbrevs(struct elf_make *m)
{
    struct rg_buf *b = elf_make_section(m, ".debug_abbrev");
    ABBREV(b, 1, 0x11, true, 0x25, 0x0e, 0x13, 0x05, 0x03, 0x0e, 0x10, 0x17, 0x1b, 0x0e, 0x11, 0x01, 0x12, 0x06);
    ABBREV(b, 2, 0x39, true, 0x03, 0x0e);                                              /* namespace */
    ABBREV(b, 3, 0x2e, false, 0x6e, 0x0e, 0x03, 0x0e, 0x3a, 0x0b, 0x3b, 0x0b, 0x20, 0x0b); /* abstract */
    ABBREV(b, 4, 0x2e, true, 0x11, 0x01, 0x12, 0x06, 0x40, 0x18, 0x6e, 0x0e, 0x03, 0x0e, 0x3a, 0x0b, 0x3b, 0x0b);
    ABBREV(b, 5, 0x1d, true, 0x31, 0x13, 0x55, 0x17, 0x58, 0x0b, 0x59, 0x0b, 0x57, 0x0b); /* inlined, here, ranges */
    ABBREV(b, 6, 0x1d, false, 0x31, 0x10, 0x11, 0x01, 0x12, 0x06, 0x58, 0x0b, 0x59, 0x0b, 0x57, 0x0b); /* of elsewhere */
    ABBREV(b, 7, 0x0b, true, 0x11, 0x01, 0x12, 0x06);                                  /* lexical block */
    ABBREV(b, 9, 0x24, false, 0x03, 0x08, 0x0b, 0x0b);                                 /* base type; there is no code 8 */
    put_uleb(b, 0);
    size_t second = b->n;
    ABBREV(b, 1, 0x11, true, 0x13, 0x05, 0x03, 0x25, 0x72, 0x17, 0x10, 0x17, 0x1b, 0x1f, 0x11, 0x01, 0x55, 0x23, 0x73, 0x17, 0x74, 0x17);
    ABBREV(b, 2, 0x2e, false, 0x6e, 0x25, 0x03, 0x26, 0x3a, 0x21, 1, 0x3b, 0x0f, 0x20, 0x21, 1);
    ABBREV(b, 3, 0x2e, true, 0x11, 0x1b, 0x12, 0x06, 0x6e, 0x25, 0x03, 0x08, 0x3a, 0x0b, 0x3b, 0x0b);
    ABBREV(b, 4, 0x1d, false, 0x31, 0x13, 0x55, 0x23, 0x58, 0x0b, 0x59, 0x05, 0x57, 0x0b);
    ABBREV(b, 5, 0x2e, false, 0x11, 0x29, 0x12, 0x06, 0x47, 0x15); /* out of line, declared elsewhere */
    put_uleb(b, 0);
    return second;
}

static size_t begin_unit(struct rg_buf *b, unsigned version, size_t abbrevs)
{
    size_t at = b->n;
    put_number(b, 0, 4);
    put_number(b, version, 2);
    if (version >= 5) {
        put_number(b, 1 | 8 << 8, 2);
        put_number(b, abbrevs, 4);
    } else {
        put_number(b, abbrevs, 4);
        put_number(b, 8, 1);
    }
    return at;
}

static void end_unit(struct rg_buf *b, size_t at)
{
    patch(b, at, b->n - at - 4, 4);
}

/* Returns where the reference to g goes.  */
static size_t put_unit4(struct elf_make *m)
{
    struct rg_buf *b = elf_make_section(m, ".debug_info"), *ranges = elf_make_section(m, ".debug_ranges");
    size_t unit = dwarf_places.unit4_length = begin_unit(b, 4, 0);
    dwarf_places.unit4_abbrevs = unit + 6;
    put_uleb(b, 1);
    put_number(b, put_string(m, ".debug_str", "rustc"), 4);
    put_number(b, 0x1c, 2);
    put_number(b, put_string(m, ".debug_str", "src/a.rs"), 4);
    put_number(b, 0, 4);
    put_number(b, put_string(m, ".debug_str", "/w"), 4);
    put_number(b, 0x1000, 8);
    put_number(b, 0x100, 4);
    put_uleb(b, 2);
    put_number(b, put_string(m, ".debug_str", "a"), 4);
    size_t f = b->n - unit;
    put_uleb(b, 3);
    put_number(b, put_string(m, ".debug_str", "_ZN1a1f17h0123456789abcdefE"), 4);
    put_number(b, put_string(m, ".debug_str", "f<u8>"), 4);
    put_number(b, 1 | 10 << 8 | 1 << 16, 3);
    put_uleb(b, 9);
    put_str(b, "u8");
    put_number(b, 1, 1);
    put_uleb(b, 4); /* main */
    put_number(b, 0x1000, 8);
    dwarf_places.main_high = b->n;
    put_number(b, 0x80, 4);
    put_number(b, 1 | 0x57 << 8, 2);
    put_number(b, put_string(m, ".debug_str", "_ZN1a4main17h00000000000000aaE"), 4);
    put_number(b, put_string(m, ".debug_str", "main"), 4);
    put_number(b, 1 | 5 << 8, 2);
    put_uleb(b, 7); /* a block */
    put_number(b, 0x1010, 8);
    put_number(b, 0x30, 4);
    put_uleb(b, 5);
    dwarf_places.inlined_f_origin = b->n;
    put_number(b, f, 4);
    dwarf_places.inlined_f_ranges = b->n;
    put_number(b, ranges->n, 4);
    put_number(b, 1 | 6 << 8 | 7 << 16, 3);
    const uint64_t list[] = { 0x10, 0x20, 0x30, 0x40, UINT64_MAX, 0, 0, 0 };
    for (int i = 0; i < 8; i++)
        put_number(ranges, list[i], 8);
    put_uleb(b, 6);
    size_t g = b->n;
    put_number(b, 0, 4);
    put_number(b, 0x1014, 8);
    put_number(b, 4, 4);
    put_number(b, 1 | 11 << 8 | 3 << 16, 3);
    put_number(b, 0, 4); /* ends of f, block, main, namespace */
    put_uleb(b, 4);      /* code that the linker removed */
    put_number(b, 0, 8);
    put_number(b, 0x4000, 4);
    put_number(b, 1 | 0x57 << 8, 2);
    put_number(b, put_string(m, ".debug_str", "_ZN1a7removed17h00000000000000bbE"), 4);
    put_number(b, put_string(m, ".debug_str", "removed"), 4);
    put_number(b, 1 | 50 << 8, 2);
    put_number(b, 0, 2);
    end_unit(b, unit);
    return g;
}

static void put_str_offset(struct elf_make *m, const char *s)
{
    put_number(elf_make_section(m, ".debug_str_offsets"), put_string(m, ".debug_str", s), 4);
}

static void put_tables5(struct elf_make *m)
{
    struct rg_buf *offsets = elf_make_section(m, ".debug_str_offsets"), *addr = elf_make_section(m, ".debug_addr");
    put_number(offsets, 4 + 4 * 4, 4);
    put_number(offsets, 5, 4);
    put_str_offset(m, "src/b.rs");
    put_str_offset(m, "_RNvC1b1g");
    put_str_offset(m, "g");
    put_str_offset(m, "_RNvC1b1h");
    put_number(addr, 4 + 3 * 8, 4);
    put_number(addr, 5 | 8 << 16, 4);
    put_number(addr, 0x2000, 8);
    put_number(addr, 0x2080, 8);
    put_number(addr, 0x2020, 8);
}

/* The range lists are put by hand: their sizes are offsets of others.  */
static void put_lists5(struct rg_buf *b)
{
    put_number(b, 0, 4);
    put_number(b, 5 | 8 << 16, 4);
    put_number(b, 2, 4);
    size_t base = b->n;
    put_number(b, 8, 4);
    put_number(b, 0, 4);
    rg_buf_char(b, 3); /* startx_length */
    put_uleb(b, 0);
    put_uleb(b, 0x40);
    rg_buf_char(b, 6); /* start_end */
    put_number(b, 0x2080, 8);
    put_number(b, 0x20c0, 8);
    rg_buf_char(b, 0);
    patch(b, base + 4, b->n - base, 4);
    rg_buf_char(b, 5); /* base_address */
    put_number(b, 0x2000, 8);
    rg_buf_char(b, 4); /* offset_pair */
    put_uleb(b, 0x08);
    put_uleb(b, 0x10);
    rg_buf_char(b, 1); /* base_addressx */
    put_uleb(b, 2);
    rg_buf_char(b, 4);
    put_uleb(b, 0);
    put_uleb(b, 4);
    rg_buf_char(b, 7); /* start_length, empty */
    put_number(b, 0x2030, 8);
    put_uleb(b, 0);
    rg_buf_char(b, 0);
    patch(b, 0, b->n - 4, 4);
}

/* Returns the offset of g.  */
static size_t put_unit5(struct elf_make *m, size_t abbrevs, size_t lines)
{
    struct rg_buf *b = elf_make_section(m, ".debug_info");
    size_t unit = begin_unit(b, 5, abbrevs);
    put_uleb(b, 1);
    dwarf_places.unit5_language = b->n;
    put_number(b, 0x1c, 2);
    put_number(b, 0, 1); /* the name, before the base of its table is known */
    put_number(b, 8, 4);
    put_number(b, lines, 4);
    put_number(b, put_string(m, ".debug_line_str", "/w"), 4);
    put_number(b, 0, 8);
    put_uleb(b, 0); /* ranges: list 0 */
    put_number(b, 8, 4);
    put_number(b, 12, 4);
    size_t g = b->n;
    put_uleb(b, 2);
    put_number(b, 1, 1);
    put_number(b, 2, 2);
    put_uleb(b, 20);
    size_t h = b->n;
    put_uleb(b, 3);
    put_uleb(b, 0);
    put_number(b, 0x40, 4);
    put_number(b, 3, 1);
    put_str(b, "h");
    put_number(b, 1 | 30 << 8, 2);
    put_uleb(b, 4);
    put_number(b, g - unit, 4);
    put_uleb(b, 1); /* ranges: list 1 */
    put_number(b, 1 | 31 << 8 | 9 << 24, 4);
    put_uleb(b, 0);
    put_uleb(b, 5); /* cold: says only that it is h */
    put_number(b, 1, 1);
    put_number(b, 0x40, 4);
    put_uleb(b, h - unit);
    put_uleb(b, 0);
    end_unit(b, unit);
    return g;
}

static void put_opcodes(struct rg_buf *b)
{
    static const uint8_t operands[] = { 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1 };
    put_number(b, 1 | 1 << 8 | 1 << 16, 3);         /* minimum_instruction_length, maximum_operations, default_is_stmt */
    put_number(b, 0xfb | 14 << 8 | 13 << 16, 3);    /* line_base -5, line_range 14, opcode_base 13 */
    rg_buf_bytes(b, operands, sizeof operands);
}

static void set_address(struct rg_buf *b, uint64_t a)
{
    put_number(b, 0x020900, 3);
    put_number(b, a, 8);
}

/* A row: advance to address and line by plain opcodes, then copy.  */
static void put_row(struct rg_buf *b, unsigned addr_step, int line_step)
{
    put_uleb(b, 2);
    put_uleb(b, addr_step);
    put_uleb(b, 3);
    put_sleb(b, line_step);
    put_uleb(b, 1);
}

static void end_sequence(struct rg_buf *b, unsigned addr_step)
{
    put_uleb(b, 2);
    put_uleb(b, addr_step);
    put_number(b, 0x010100, 3);
}

static void put_lines4(struct rg_buf *b)
{
    size_t at = b->n;
    put_number(b, 0, 4);
    put_number(b, 4, 2);
    put_number(b, 0, 4);
    put_opcodes(b);
    put_str(b, "src");
    put_number(b, 0, 1);
    put_str(b, "a.rs");
    put_number(b, 1, 3);
    put_str(b, "/w/src/b.rs");
    put_number(b, 0, 3);
    put_number(b, 0, 1);
    patch(b, at + 6, b->n - at - 10, 4);
    set_address(b, 0); /* of code that the linker removed */
    put_row(b, 0, 49);
    end_sequence(b, 0x4000);
    set_address(b, 0x1000);
    put_row(b, 0, 4);     /* 5 */
    put_row(b, 16, 70);   /* 75 at 0x1010, replaced by the next: same address */
    put_row(b, 0, -63);   /* 12 */
    put_number(b, 0x0204, 2); /* file 2 */
    rg_buf_char(b, (char)(13 + 4 * 14 + 5 + 8)); /* special: address + 4, line + 8, 20 */
    put_row(b, 0, 2);     /* 22 */
    put_number(b, 0x0104, 2);
    put_row(b, 4, -10);   /* 12 at 0x1018 */
    rg_buf_char(b, 9);    /* fixed_advance_pc */
    put_number(b, 0x28, 2);
    put_row(b, 0, -4);    /* 8 at 0x1040 */
    rg_buf_char(b, 8);    /* const_add_pc: 17 */
    end_sequence(b, 0xc0 - 17);
    patch(b, at, b->n - at - 4, 4);
}

static void put_lines5(struct elf_make *m)
{
    struct rg_buf *b = elf_make_section(m, ".debug_line");
    size_t at = b->n;
    put_number(b, 0, 4);
    put_number(b, 5 | 8 << 16, 4);
    put_number(b, 0, 4);
    put_opcodes(b);
    put_number(b, 1 | 1 << 8 | 0x1f << 16, 3); /* directories: path as line_strp */
    put_uleb(b, 2);
    put_number(b, put_string(m, ".debug_line_str", "/w"), 4);
    put_number(b, put_string(m, ".debug_line_str", "src"), 4);
    put_uleb(b, 3); /* files: path, directory, MD5 */
    put_number(b, 1 | 0x08 << 8 | 2 << 16 | 0x0b << 24, 4);
    put_number(b, 5 | 0x1e << 8, 2);
    put_uleb(b, 2);
    for (int i = 0; i < 2; i++) {
        put_str(b, "b.rs");
        put_number(b, 1, 1);
        put_number(b, 0, 16);
    }
    patch(b, at + 8, b->n - at - 12, 4);
    set_address(b, 0x2000);
    put_row(b, 0, 29);
    put_row(b, 8, -9);
    put_row(b, 8, 11);
    end_sequence(b, 0x30);
    set_address(b, 0x2080);
    put_row(b, 0, 39);
    end_sequence(b, 0x40);
    patch(b, at, b->n - at - 4, 4);
}

void dwarf_example(struct elf_make *m)
{
    *m = (struct elf_make){ .code_lo = 0x1000, .code_end = 0x3000 };
    size_t second = put_abbrevs(m);
    size_t g_reference = put_unit4(m);
    put_lines4(elf_make_section(m, ".debug_line"));
    size_t lines5 = elf_make_section(m, ".debug_line")->n;
    put_tables5(m);
    put_lists5(elf_make_section(m, ".debug_rnglists"));
    size_t g = put_unit5(m, second, lines5);
    patch(elf_make_section(m, ".debug_info"), g_reference, g, 4);
    put_lines5(m);
}
