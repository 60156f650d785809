/* rg_perfmap.c - names of code that a program made at run time, as it tells perf and gdb.

   SPDX-License-Identifier: GPL-2.0-or-later

   ELF files in memory come in two kinds: those with addresses in their symbols, and objects (ET_REL), whose symbols are relative to
   sections that say where they were put.  Some of the first kind have relative symbols all the same; an address below its section is
   taken for one.  */
#include "rg_perfmap.h"

#include "rg_bytes.h"

static const char tag[] = "perfmap";

enum {
    ELF_HEADER = 64, SECTION_HEADER = 64, SYMBOL = 24, MAX_SECTIONS = 1 << 16, ET_REL = 1, SHT_SYMTAB = 2, SHT_DYNSYM = 11, STT_FUNC = 2,
    SHN_LORESERVE = 0xff00,
};

struct function {
    uint64_t begin, size;
    const char *name;
    size_t number; /* in the file */
};

struct rg_perfmap {
    char *text;
    uint8_t **elf;
    size_t n_elfs;
    struct function *function;
    size_t n, capacity;
};

struct section {
    uint64_t addr, offset, size, entry_size;
    uint32_t type, link;
};

/* Reads hexadecimal digits, with or without 0x, and the blanks after them.  */
static bool read_hex(const char **s, uint64_t *v)
{
    const char *p = *s;
    *v = 0;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
        p += 2;
    const char *digits = p;
    for (;; p++) {
        unsigned digit = *p >= '0' && *p <= '9'   ? (unsigned)(*p - '0')
                         : *p >= 'a' && *p <= 'f' ? (unsigned)(*p - 'a' + 10)
                         : *p >= 'A' && *p <= 'F' ? (unsigned)(*p - 'A' + 10)
                                                  : 16;
        if (digit == 16)
            break;
        *v = *v << 4 | digit;
    }
    if (p == digits || p - digits > 16 || *p != ' ')
        return false;
    while (*p == ' ')
        p++;
    *s = p;
    return true;
}

static void add(struct rg_perfmap *m, struct function f)
{
    if (m->n == m->capacity) {
        m->capacity = m->capacity ? 2 * m->capacity : 256;
        m->function = rg_realloc(tag, m->function, m->capacity * sizeof *m->function);
    }
    m->function[m->n++] = f;
}

static void read_line(struct rg_perfmap *m, const char *line)
{
    struct function f = { .number = m->n };
    if (!read_hex(&line, &f.begin) || !read_hex(&line, &f.size) || line[0] == 0 || f.size == 0)
        return;
    f.name = line;
    add(m, f);
}

static int by_address(const void *a, const void *b)
{
    const struct function *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

struct rg_perfmap *rg_perfmap_new(const char *text, size_t n)
{
    struct rg_perfmap *m = rg_alloc(tag, sizeof *m);
    m->text = rg_alloc(tag, n + 1);
    if (n > 0)
        memcpy(m->text, text, n);
    for (size_t i = 0, line = 0; i < n; i++) {
        if (m->text[i] != '\n')
            continue;
        m->text[i] = 0;
        read_line(m, m->text + line);
        line = i + 1;
    }
    if (m->n > 1)
        rg_sort(m->function, m->n, sizeof *m->function, by_address);
    return m;
}

/* ---- ELF files ---- */

/* SIZE bytes at OFFSET of the N at ELF.  */
static struct rg_bytes part(const uint8_t *elf, size_t n, uint64_t offset, uint64_t size)
{
    bool good = offset <= n && size <= n - offset;
    struct rg_bytes b = rg_bytes_over(elf + (good ? offset : 0), good ? size : 0);
    b.bad = !good;
    return b;
}

/* Section I of the table at TABLE; one that is not there has type 0.  */
static struct section section_at(const uint8_t *elf, size_t n, uint64_t table, uint64_t i)
{
    struct section s = { .type = 0 };
    struct rg_bytes b = part(elf, n, table <= n ? table + i * SECTION_HEADER : table, SECTION_HEADER);

    rg_bytes_skip(&b, 4);
    s.type = rg_bytes_u32(&b);
    rg_bytes_skip(&b, 8);
    s.addr = rg_bytes_u64(&b);
    s.offset = rg_bytes_u64(&b);
    s.size = rg_bytes_u64(&b);
    s.link = rg_bytes_u32(&b);
    rg_bytes_skip(&b, 12);
    s.entry_size = rg_bytes_u64(&b);
    return b.bad ? (struct section){ .type = 0 } : s;
}

static void add_symbols(struct rg_perfmap *m, const uint8_t *elf, size_t n, uint64_t table, struct section symbols, bool relative)
{
    struct section names = section_at(elf, n, table, symbols.link);
    struct rg_bytes text = part(elf, n, names.offset, names.size), b = part(elf, n, symbols.offset, symbols.size);

    if (names.type == 0 || text.bad || b.bad || symbols.entry_size != SYMBOL)
        return;
    while (rg_bytes_left(&b) >= SYMBOL) {
        uint32_t name = rg_bytes_u32(&b);
        unsigned type = rg_bytes_u8(&b) & 15;
        rg_bytes_skip(&b, 1);
        unsigned index = rg_bytes_u16(&b);
        struct function f = { .begin = rg_bytes_u64(&b), .size = rg_bytes_u64(&b), .number = m->n };
        if (type != STT_FUNC || index == 0 || name >= names.size)
            continue;
        struct section in = index < SHN_LORESERVE ? section_at(elf, n, table, index) : (struct section){ .type = 0 };
        if (in.type != 0 && (relative || f.begin < in.addr))
            f.begin += in.addr;
        struct rg_bytes own = rg_bytes_over(text.p + name, names.size - name);
        f.name = rg_bytes_str(&own);
        f.size += f.size == 0; /* the first byte is known to be its */
        if (!own.bad && f.name[0] != 0)
            add(m, f);
    }
}

void rg_perfmap_add_elf(struct rg_perfmap *m, uint8_t *elf, size_t n)
{
    static const uint8_t magic[] = { 0x7f, 'E', 'L', 'F', 2, 1 }; /* 64 bits, little-endian */
    struct rg_bytes b = part(elf, n, 0, ELF_HEADER);

    m->elf = rg_realloc(tag, m->elf, (m->n_elfs + 1) * sizeof *m->elf);
    m->elf[m->n_elfs++] = elf;
    if (b.bad || memcmp(elf, magic, sizeof magic) != 0)
        return;
    rg_bytes_skip(&b, 16);
    bool relative = rg_bytes_u16(&b) == ET_REL;
    rg_bytes_skip(&b, 22);
    uint64_t table = rg_bytes_u64(&b);
    rg_bytes_skip(&b, 10);
    unsigned size = rg_bytes_u16(&b), n_sections = rg_bytes_u16(&b);
    if (size != SECTION_HEADER || table == 0)
        return;
    uint64_t all = n_sections != 0 ? n_sections : section_at(elf, n, table, 0).size;
    for (unsigned wanted = SHT_SYMTAB, done = 0; !done && wanted != 0; wanted = wanted == SHT_SYMTAB ? SHT_DYNSYM : 0)
        for (uint64_t i = 1; i < all && i < MAX_SECTIONS; i++) {
            struct section s = section_at(elf, n, table, i);
            if (s.type != wanted)
                continue;
            add_symbols(m, elf, n, table, s, relative);
            done++;
        }
    if (m->n > 1)
        rg_sort(m->function, m->n, sizeof *m->function, by_address);
}

void rg_perfmap_free(struct rg_perfmap *m)
{
    if (m == NULL)
        return;
    rg_free(m->text);
    for (size_t i = 0; i < m->n_elfs; i++)
        rg_free(m->elf[i]);
    rg_free(m->elf);
    rg_free(m->function);
    rg_free(m);
}

size_t rg_perfmap_count(const struct rg_perfmap *m)
{
    return m->n;
}

const char *rg_perfmap_find(const struct rg_perfmap *m, uint64_t address)
{
    size_t lo = 0, hi = m->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (m->function[mid].begin <= address)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == 0 || address - m->function[lo - 1].begin >= m->function[lo - 1].size)
        return NULL;
    return m->function[lo - 1].name;
}
