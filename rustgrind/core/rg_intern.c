/* rg_intern.c - byte strings to dense numbers and back.

   SPDX-License-Identifier: GPL-2.0-or-later

   Strings are copied one after the other into chunks that never move, so names stay where they are while the table grows.  The
   hash table holds ids; the full hash beside each string spares most comparisons and all rehashing.  */
#include "rg_intern.h"

enum { CHUNK_SIZE = 64 * 1024, FIRST_SLOTS = 64, FIRST_STRINGS = 32 };

struct chunk {
    struct chunk *older;
    char bytes[];
};

struct string {
    const char *s;
    size_t n;
    uint64_t hash;
};

struct rg_intern {
    const char *tag;
    struct chunk *chunk;
    size_t chunk_left; /* bytes free at chunk_at */
    char *chunk_at;
    struct string *strings;
    uint32_t count, capacity;
    uint32_t *slots; /* id + 1, 0: empty */
    size_t mask;
};

struct rg_intern *rg_intern_new(const char *tag)
{
    struct rg_intern *in = rg_alloc(tag, sizeof *in);
    in->tag = tag;
    in->slots = rg_alloc(tag, FIRST_SLOTS * sizeof *in->slots);
    in->mask = FIRST_SLOTS - 1;
    return in;
}

void rg_intern_free(struct rg_intern *in)
{
    if (in == NULL)
        return;
    while (in->chunk != NULL) {
        struct chunk *older = in->chunk->older;
        rg_free(in->chunk);
        in->chunk = older;
    }
    rg_free(in->strings);
    rg_free(in->slots);
    rg_free(in);
}

static uint64_t mix(uint64_t h, uint64_t group)
{
    h = (h ^ group) * 0xbf58476d1ce4e5b9u;
    return h ^ h >> 29;
}

/* Hashes eight bytes at a time.  The length is part of the hash, so the zeros that fill up the last group do no harm.  The
   copies of constant size are meant to be loads also where the compiler must not know memcpy.  */
static uint64_t hash_bytes(const char *s, size_t n)
{
    uint64_t h = n * 0x9e3779b97f4a7c15u;
    uint64_t group;
    for (; n >= sizeof group; n -= sizeof group, s += sizeof group) {
        __builtin_memcpy(&group, s, sizeof group);
        h = mix(h, group);
    }
    group = 0;
    for (size_t i = 0; i < n; i++)
        group = group << 8 | (unsigned char)s[i];
    h = mix(h, group) * 0x94d049bb133111ebu;
    return h ^ h >> 32;
}

/* The slot that holds the string, or the empty one where it belongs.  */
static size_t slot_for(const struct rg_intern *in, const char *s, size_t n, uint64_t hash)
{
    size_t i = hash & in->mask;
    for (; in->slots[i] != 0; i = (i + 1) & in->mask) {
        const struct string *have = &in->strings[in->slots[i] - 1];
        if (have->hash == hash && have->n == n && (n == 0 || memcmp(have->s, s, n) == 0))
            break;
    }
    return i;
}

static void grow_slots(struct rg_intern *in)
{
    size_t n_slots = 2 * (in->mask + 1);
    rg_free(in->slots);
    in->slots = rg_alloc(in->tag, n_slots * sizeof *in->slots);
    in->mask = n_slots - 1;
    for (uint32_t id = 0; id < in->count; id++) {
        size_t i = in->strings[id].hash & in->mask;
        while (in->slots[i] != 0)
            i = (i + 1) & in->mask;
        in->slots[i] = id + 1;
    }
}

/* Copies the N bytes at S and a NUL to where they stay.  A long string gets a chunk of its own, so that the rest of the present
   one is not lost.  */
static const char *keep(struct rg_intern *in, const char *s, size_t n)
{
    char *at;
    if (n + 1 <= in->chunk_left) {
        at = in->chunk_at;
        in->chunk_at += n + 1;
        in->chunk_left -= n + 1;
    } else {
        bool own = n + 1 > CHUNK_SIZE / 8;
        size_t size = own ? n + 1 : CHUNK_SIZE;
        struct chunk *c = rg_alloc(in->tag, sizeof *c + size);
        c->older = in->chunk;
        in->chunk = c;
        at = c->bytes;
        if (!own) {
            in->chunk_at = at + n + 1;
            in->chunk_left = size - (n + 1);
        }
    }
    if (n > 0)
        memcpy(at, s, n);
    at[n] = '\0';
    return at;
}

uint32_t rg_intern_bytes(struct rg_intern *in, const char *s, size_t n)
{
    uint64_t hash = hash_bytes(s, n);
    size_t i = slot_for(in, s, n, hash);
    if (in->slots[i] != 0)
        return in->slots[i] - 1;

    RG_ASSERT(in->count < RG_INTERN_NONE - 1);
    if ((in->count + (size_t)1) * 3 > (in->mask + 1) * 2) {
        grow_slots(in);
        i = slot_for(in, s, n, hash);
    }
    if (in->count == in->capacity) {
        in->capacity = in->capacity ? 2 * in->capacity : FIRST_STRINGS;
        in->strings = rg_realloc(in->tag, in->strings, in->capacity * sizeof *in->strings);
    }
    in->strings[in->count] = (struct string){ .s = keep(in, s, n), .n = n, .hash = hash };
    in->slots[i] = ++in->count;
    return in->count - 1;
}

uint32_t rg_intern_str(struct rg_intern *in, const char *s)
{
    return rg_intern_bytes(in, s, strlen(s));
}

uint32_t rg_intern_find(const struct rg_intern *in, const char *s, size_t n)
{
    uint32_t slot = in->slots[slot_for(in, s, n, hash_bytes(s, n))];
    return slot != 0 ? slot - 1 : RG_INTERN_NONE;
}

const char *rg_intern_name(const struct rg_intern *in, uint32_t id)
{
    RG_ASSERT(id < in->count);
    return in->strings[id].s;
}

size_t rg_intern_len(const struct rg_intern *in, uint32_t id)
{
    RG_ASSERT(id < in->count);
    return in->strings[id].n;
}

uint32_t rg_intern_count(const struct rg_intern *in)
{
    return in->count;
}

/* Sorting strings.  Names of Rust share long beginnings, which comparisons from the start would read again and again.  So
   strings are sorted by eight bytes at a time (a quicksort in three parts): only those equal so far look at their next eight.
   */

enum { INSERTION_SORT_MAX = 12, GROUP = 8, GOES_ON = GROUP + 1 };

struct ranked {
    uint64_t group; /* the bytes of S that are looked at now, first byte highest, filled up with zeros */
    const unsigned char *s;
    size_t n;
    uint32_t id;
    uint32_t left; /* how many bytes the string has there: 0 to GROUP, or GOES_ON for more */
};

static void load_group(struct ranked *r, size_t depth)
{
    size_t left = r->n - depth;
    r->group = 0;
    for (size_t i = 0; i < GROUP; i++)
        r->group = r->group << 8 | (i < left ? r->s[depth + i] : 0u);
    r->left = left <= GROUP ? (uint32_t)left : GOES_ON;
}

static int compare_groups(const struct ranked *a, const struct ranked *b)
{
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return (a->left > b->left) - (a->left < b->left);
}

/* Compares strings that agree in their first DEPTH bytes, the groups from there on being loaded.  */
static int compare_strings(const struct ranked *a, const struct ranked *b, size_t depth)
{
    int c = compare_groups(a, b);
    if (c != 0 || a->left != GOES_ON)
        return c;
    size_t from = depth + GROUP;
    c = memcmp(a->s + from, b->s + from, (a->n < b->n ? a->n : b->n) - from);
    return c != 0 ? c : (a->n > b->n) - (a->n < b->n);
}

static void insertion_sort(struct ranked *r, size_t n, size_t depth)
{
    for (size_t i = 1; i < n; i++) {
        struct ranked aside = r[i];
        size_t j = i;
        for (; j > 0 && compare_strings(&r[j - 1], &aside, depth) > 0; j--)
            r[j] = r[j - 1];
        r[j] = aside;
    }
}

static struct ranked median(const struct ranked *a, const struct ranked *b, const struct ranked *c)
{
    if (compare_groups(a, b) > 0) {
        const struct ranked *t = a;
        a = b;
        b = t;
    }
    return compare_groups(b, c) <= 0 ? *b : compare_groups(a, c) <= 0 ? *c : *a;
}

/* A stretch of strings that agree in their first DEPTH bytes.  */
struct stretch {
    size_t from, to, depth;
};

/* Parts R by the group of a pivot into what is less, equal and greater, in this order.  */
static void part(struct ranked *r, struct stretch all, struct stretch parts[3])
{
    size_t n = all.to - all.from;
    struct ranked pivot = median(&r[all.from], &r[all.from + n / 2], &r[all.to - 1]);
    size_t less = all.from, greater = all.to;
    for (size_t i = all.from; i < greater;) {
        int c = compare_groups(&r[i], &pivot);
        size_t with = c < 0 ? less++ : c > 0 ? --greater : i;
        if (with != i) {
            struct ranked t = r[with];
            r[with] = r[i];
            r[i] = t;
        }
        i += c <= 0;
    }
    parts[0] = (struct stretch){ all.from, less, all.depth };
    parts[1] = (struct stretch){ less, greater, all.depth + GROUP };
    parts[2] = (struct stretch){ greater, all.to, all.depth };
    if (pivot.left != GOES_ON)
        parts[1].to = less; /* one string, for no two are equal: it is in its place */
    for (size_t i = parts[1].from; i < parts[1].to; i++)
        load_group(&r[i], parts[1].depth);
}

/* The two smaller parts are sorted by a call, the largest by going on, so calls nest no deeper than the logarithm of their
   number.  */
static void sort_strings(struct ranked *r, struct stretch all)
{
    while (all.to - all.from > INSERTION_SORT_MAX) {
        struct stretch parts[3];
        part(r, all, parts);
        int largest = 0;
        for (int i = 1; i < 3; i++)
            if (parts[i].to - parts[i].from > parts[largest].to - parts[largest].from)
                largest = i;
        for (int i = 0; i < 3; i++)
            if (i != largest)
                sort_strings(r, parts[i]);
        all = parts[largest];
    }
    insertion_sort(r + all.from, all.to - all.from, all.depth);
}

void rg_intern_ranks(const struct rg_intern *in, uint32_t *rank)
{
    if (in->count == 0)
        return;
    struct ranked *order = rg_alloc(in->tag, in->count * sizeof *order);
    for (uint32_t id = 0; id < in->count; id++) {
        order[id] = (struct ranked){ .s = (const unsigned char *)in->strings[id].s, .n = in->strings[id].n, .id = id };
        load_group(&order[id], 0);
    }
    sort_strings(order, (struct stretch){ 0, in->count, 0 });
    for (uint32_t i = 0; i < in->count; i++)
        rank[order[i].id] = i;
    rg_free(order);
}
