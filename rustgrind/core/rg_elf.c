/* rg_elf.c - sections of an ELF file, read when they are wanted.

   SPDX-License-Identifier: GPL-2.0-or-later

   Debug information is large and most of it is not looked at: only units with executed code are.  So a section gets memory for all
   of it, but is read block by block, and untouched memory costs nothing.  Bytes never move, so whoever got a pointer may keep it.  */
#include "rg_elf.h"

#include "rg_bytes.h"
#include "rg_inflate.h"

enum {
    EHDR_SIZE = 64,
    SHDR_SIZE = 64,
    PHDR_SIZE = 56,
    MAX_SECTIONS = 65536,
    MAX_SEGMENTS = 65536,
    SHT_NOBITS = 8,
    SHF_COMPRESSED = 0x800,
    CHDR_SIZE = 24,
    ELFCOMPRESS_ZLIB = 1,
    PT_LOAD = 1,
    PF_X = 1,
    NT_GNU_BUILD_ID = 3,
    NOTES_MAX = 1 << 16,
    BLOCK_SHIFT = 16,
    BLOCK = 1 << BLOCK_SHIFT,
    NAME_MAX_BYTES = 32,
};

static const uint64_t max_section = (uint64_t)1 << 34; /* 16 GiB */
static const char tag[] = "elf";

enum packing { PLAIN, ZLIB, ZLIB_OLD, OTHER };

struct rg_section {
    struct rg_elf *elf;
    char name[NAME_MAX_BYTES]; /* a longer name is none that we look for: "" */
    uint64_t offset, size;     /* in the file */
    enum packing packing;
    uint64_t unpacked;     /* size, when known; else SIZE */
    uint8_t *bytes;
    uint8_t *have;         /* by block; NULL: all of it is there */
    bool broken;
};

struct rg_elf {
    struct rg_file file;
    struct rg_section *sections;
    size_t n_sections;
    uint64_t code_lo, code_end;
    bool packed_otherwise;
};

static bool read_at(const struct rg_elf *e, uint64_t offset, void *dst, uint64_t n)
{
    return offset <= e->file.size && n <= e->file.size - offset && (n == 0 || e->file.read(e->file.arg, offset, dst, n));
}

static void note_segment(struct rg_elf *e, struct rg_bytes b)
{
    uint32_t type = rg_bytes_u32(&b), flags = rg_bytes_u32(&b);
    rg_bytes_skip(&b, 8);
    uint64_t vaddr = rg_bytes_u64(&b);
    rg_bytes_skip(&b, 16);
    uint64_t size = rg_bytes_u64(&b);
    if (type == PT_LOAD && (flags & PF_X) && size <= UINT64_MAX - vaddr) {
        bool first = e->code_lo == e->code_end;
        if (first || vaddr < e->code_lo)
            e->code_lo = vaddr;
        if (first || vaddr + size > e->code_end)
            e->code_end = vaddr + size;
    }
}

static bool read_segments(struct rg_elf *e, uint64_t offset, size_t n, size_t size)
{
    if (n == 0)
        return true;
    if (size < PHDR_SIZE || n > MAX_SEGMENTS)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint8_t header[PHDR_SIZE];
        if (offset > e->file.size || !read_at(e, offset + i * size, header, PHDR_SIZE))
            return false;
        note_segment(e, rg_bytes_over(header, PHDR_SIZE));
    }
    return true;
}

static void set_name(struct rg_section *s, const char *name)
{
    size_t n = strlen(name);
    bool old = n > 7 && memcmp(name, ".zdebug", 7) == 0;
    if (n >= NAME_MAX_BYTES)
        return;
    s->name[0] = name[0];
    memcpy(s->name + (n > 0), name + (old ? 2 : n > 0), n - (old ? 2 : n > 0) + 1);
    if (old)
        s->packing = ZLIB_OLD;
}

/* Reads how a packed section is packed.  */
static void look_into(struct rg_section *s, uint64_t flags)
{
    uint8_t header[CHDR_SIZE];
    s->unpacked = s->size;
    if (s->packing == ZLIB_OLD) {
        if (s->size < 12 || !read_at(s->elf, s->offset, header, 12) || memcmp(header, "ZLIB", 4) != 0) {
            s->packing = PLAIN;
            return;
        }
        s->unpacked = 0;
        for (int i = 4; i < 12; i++)
            s->unpacked = s->unpacked << 8 | header[i];
    } else if (flags & SHF_COMPRESSED) {
        if (s->size < CHDR_SIZE || !read_at(s->elf, s->offset, header, CHDR_SIZE)) {
            s->broken = true;
            return;
        }
        struct rg_bytes b = rg_bytes_over(header, CHDR_SIZE);
        s->packing = rg_bytes_u32(&b) == ELFCOMPRESS_ZLIB ? ZLIB : OTHER;
        rg_bytes_skip(&b, 4);
        s->unpacked = rg_bytes_u64(&b);
    }
    if (s->packing == OTHER && memcmp(s->name, ".debug", 6) == 0)
        s->elf->packed_otherwise = true;
    if (s->packing != PLAIN && (s->packing == OTHER || s->unpacked / RG_INFLATE_MAX_RATIO > s->size))
        s->broken = true;
}

static bool read_section_headers(struct rg_elf *e, uint64_t offset, size_t n, size_t size, size_t names_index)
{
    uint8_t header[SHDR_SIZE];
    if (n == 0 && offset != 0 && size >= SHDR_SIZE && read_at(e, offset, header, SHDR_SIZE)) {
        /* more than fit into the file header: the first section header tells */
        struct rg_bytes b = rg_bytes_over(header + 32, 12);
        n = rg_bytes_u64(&b);
        uint32_t link = rg_bytes_u32(&b);
        names_index = names_index == 0xffff ? link : names_index;
    }
    if (n == 0)
        return true;
    if (size < SHDR_SIZE || n > MAX_SECTIONS || offset > e->file.size || n * size > e->file.size - offset)
        return false;
    e->sections = rg_alloc(tag, n * sizeof *e->sections);
    e->n_sections = n;
    uint32_t *names = rg_alloc(tag, n * 2 * sizeof *names), *flags = names + n;
    struct rg_section *names_section = names_index < n ? &e->sections[names_index] : NULL;
    for (size_t i = 0; i < n; i++) {
        struct rg_section *s = &e->sections[i];
        s->elf = e;
        if (!read_at(e, offset + i * size, header, SHDR_SIZE))
            continue;
        struct rg_bytes b = rg_bytes_over(header, SHDR_SIZE);
        names[i] = rg_bytes_u32(&b);
        uint32_t type = rg_bytes_u32(&b);
        flags[i] = (uint32_t)rg_bytes_u64(&b);
        rg_bytes_skip(&b, 8);
        s->offset = rg_bytes_u64(&b);
        s->size = s->unpacked = type == SHT_NOBITS ? 0 : rg_bytes_u64(&b);
        if (s->size > e->file.size || s->offset > e->file.size - s->size || s->size > max_section)
            s->size = s->unpacked = 0;
    }
    for (size_t i = 0; i < n && names_section != NULL; i++) {
        const char *name = rg_section_str(names_section, names[i]);
        if (name != NULL && e->sections[i].size > 0) {
            set_name(&e->sections[i], name);
            if (&e->sections[i] != names_section)
                look_into(&e->sections[i], flags[i]);
        }
    }
    rg_free(names);
    return true;
}

struct rg_elf *rg_elf_open(struct rg_file file)
{
    static const uint8_t magic[] = { 0x7f, 'E', 'L', 'F', 2, 1 };
    uint8_t header[EHDR_SIZE];
    struct rg_elf *e = rg_alloc(tag, sizeof *e);
    e->file = file;
    if (read_at(e, 0, header, EHDR_SIZE) && memcmp(header, magic, sizeof magic) == 0) {
        struct rg_bytes b = rg_bytes_over(header, EHDR_SIZE);
        rg_bytes_skip(&b, 32);
        uint64_t segments = rg_bytes_u64(&b), sections = rg_bytes_u64(&b);
        rg_bytes_skip(&b, 6);
        uint16_t segment_size = rg_bytes_u16(&b), n_segments = rg_bytes_u16(&b);
        uint16_t section_size = rg_bytes_u16(&b), n_sections = rg_bytes_u16(&b), names = rg_bytes_u16(&b);
        if (read_segments(e, segments, n_segments, segment_size) &&
            read_section_headers(e, sections, n_sections, section_size, names))
            return e;
    }
    rg_elf_close(e);
    return NULL;
}

void rg_elf_close(struct rg_elf *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; i < e->n_sections; i++) {
        rg_free(e->sections[i].bytes);
        rg_free(e->sections[i].have);
    }
    rg_free(e->sections);
    rg_free(e);
}

struct rg_section *rg_elf_section(struct rg_elf *e, const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n >= NAME_MAX_BYTES)
        return NULL;
    for (size_t i = 0; i < e->n_sections; i++)
        if (memcmp(e->sections[i].name, name, n + 1) == 0)
            return &e->sections[i];
    return NULL;
}

bool rg_elf_is_packed_otherwise(const struct rg_elf *e)
{
    return e->packed_otherwise;
}

uint64_t rg_section_size(const struct rg_section *s)
{
    return s->broken ? 0 : s->unpacked;
}

static bool unpack(struct rg_section *s)
{
    size_t header = s->packing == ZLIB ? CHDR_SIZE : 12;
    uint8_t *packed = rg_realloc(tag, NULL, s->size);
    bool ok = read_at(s->elf, s->offset, packed, s->size);
    if (ok) {
        s->bytes = rg_realloc(tag, NULL, s->unpacked);
        ok = rg_inflate_zlib(packed + header, s->size - header, s->bytes, s->unpacked);
    }
    rg_free(packed);
    return ok;
}

static bool load_blocks(struct rg_section *s, uint64_t first, uint64_t last)
{
    for (uint64_t i = first; i <= last; i++) {
        if (s->have[i])
            continue;
        uint64_t end = i + 1; /* what is missing in a row is read at once */
        while (end <= last && !s->have[end])
            end++;
        uint64_t from = i << BLOCK_SHIFT, to = end << BLOCK_SHIFT;
        to = to < s->size ? to : s->size;
        if (!read_at(s->elf, s->offset + from, s->bytes + from, to - from))
            return false;
        memset(s->have + i, 1, end - i);
    }
    return true;
}

const uint8_t *rg_section_bytes(struct rg_section *s, uint64_t offset, uint64_t n)
{
    if (s->broken || offset > s->unpacked || n > s->unpacked - offset || s->unpacked == 0)
        return NULL;
    if (s->bytes == NULL) {
        if (s->packing != PLAIN) {
            s->broken = !unpack(s);
            return s->broken ? NULL : s->bytes + offset;
        }
        s->bytes = rg_realloc(tag, NULL, s->size);
        s->have = rg_alloc(tag, (s->size >> BLOCK_SHIFT) + 1);
    }
    if (s->have != NULL && n > 0 && !load_blocks(s, offset >> BLOCK_SHIFT, (offset + n - 1) >> BLOCK_SHIFT)) {
        s->broken = true;
        return NULL;
    }
    return s->bytes + offset;
}

void rg_section_drop(struct rg_section *s)
{
    rg_free(s->bytes);
    rg_free(s->have);
    s->bytes = s->have = NULL;
    s->broken = true;
}

const char *rg_section_str(struct rg_section *s, uint64_t offset)
{
    uint64_t size = rg_section_size(s);
    for (uint64_t at = offset; at < size && at - offset <= RG_SECTION_STR_MAX;) {
        uint64_t end = ((at >> BLOCK_SHIFT) + 1) << BLOCK_SHIFT;
        end = end < size ? end : size;
        const uint8_t *p = rg_section_bytes(s, at, end - at);
        if (p == NULL)
            return NULL;
        for (; at < end; at++, p++) {
            uint64_t word;
            for (; end - at >= sizeof word; at += sizeof word, p += sizeof word) {
                __builtin_memcpy(&word, p, sizeof word);
                if (((word - UINT64_MAX / 255) & ~word & UINT64_MAX / 255 << 7) != 0) /* there is a zero in it */
                    break;
            }
            if (at < end && *p == 0)
                return (const char *)s->bytes + offset;
        }
    }
    return NULL;
}

bool rg_elf_code_range(const struct rg_elf *e, uint64_t *lo, uint64_t *end)
{
    *lo = e->code_lo;
    *end = e->code_end;
    return *lo < *end;
}

size_t rg_elf_build_id(struct rg_elf *e, uint8_t id[RG_BUILD_ID_MAX])
{
    struct rg_section *s = rg_elf_section(e, ".note.gnu.build-id");
    uint64_t size = s != NULL ? rg_section_size(s) : 0;
    const uint8_t *p = size > 0 && size <= NOTES_MAX ? rg_section_bytes(s, 0, size) : NULL;
    if (p == NULL)
        return 0;
    struct rg_bytes b = rg_bytes_over(p, size);
    while (rg_bytes_left(&b) >= 12) {
        uint32_t name_size = rg_bytes_u32(&b), n = rg_bytes_u32(&b), type = rg_bytes_u32(&b);
        const uint8_t *name = b.p;
        rg_bytes_skip(&b, ((uint64_t)name_size + 3) & ~(uint64_t)3);
        const uint8_t *desc = b.p;
        rg_bytes_skip(&b, n);
        if (b.bad)
            return 0;
        if (type == NT_GNU_BUILD_ID && name_size == 4 && memcmp(name, "GNU", 4) == 0 && n >= 2 && n <= RG_BUILD_ID_MAX) {
            memcpy(id, desc, n);
            return n;
        }
        rg_bytes_skip(&b, -(uint64_t)n & 3);
    }
    return 0;
}

const char *rg_elf_debuglink(struct rg_elf *e, uint32_t *crc)
{
    struct rg_section *s = rg_elf_section(e, ".gnu_debuglink");
    const char *name = s != NULL ? rg_section_str(s, 0) : NULL;
    if (name == NULL || name[0] == 0)
        return NULL;
    uint64_t n = strlen(name);
    for (uint64_t i = 0; i < n; i++)
        if (name[i] == '/')
            return NULL;
    const uint8_t *p = rg_section_bytes(s, (n + 4) & ~(uint64_t)3, 4);
    if (p == NULL)
        return NULL;
    memcpy(crc, p, 4);
    return name;
}

uint32_t rg_elf_crc(uint32_t crc, const uint8_t *p, size_t n)
{
    crc = ~crc;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}
