/* rg_perfmap.c - names of code that a program made at run time, from the file it writes for perf.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_perfmap.h"

static const char tag[] = "perfmap";

struct function {
    uint64_t begin, size;
    const char *name;
    size_t number; /* in the file */
};

struct rg_perfmap {
    char *text;
    struct function *function;
    size_t n, capacity;
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

static void read_line(struct rg_perfmap *m, const char *line)
{
    struct function f = { .number = m->n };
    if (!read_hex(&line, &f.begin) || !read_hex(&line, &f.size) || line[0] == 0 || f.size == 0)
        return;
    f.name = line;
    if (m->n == m->capacity) {
        m->capacity = m->capacity ? 2 * m->capacity : 256;
        m->function = rg_realloc(tag, m->function, m->capacity * sizeof *m->function);
    }
    m->function[m->n++] = f;
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

void rg_perfmap_free(struct rg_perfmap *m)
{
    if (m == NULL)
        return;
    rg_free(m->text);
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
