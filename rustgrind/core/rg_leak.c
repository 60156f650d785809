/* rg_leak.c - marks what the roots reach, and sorts the rest into leaders and followers.

   SPDX-License-Identifier: GPL-2.0-or-later

   Every word of the roots and of the reached blocks is a candidate, so the question "is this a pointer to a block?" must be
   cheap.  Blocks are sorted by address, once, by a radix sort of 8-byte keys (address and number together).  They are grouped
   into *regions* with large gaps between them; each region has a table from page-like pieces of addresses to the first block
   that ends behind them, sized to about one entry a block.  A word outside of all regions, which nearly all are, costs two
   comparisons; another one a load from the table and a step or two over blocks.

   Reached blocks are of two kinds: *reachable* (a chain of pointers to starts of blocks) and *possible* (every chain has a
   pointer into a middle).  A block may be found possible first and become reachable later; then it is followed again.  So a
   block is scanned twice at most.

   Words of libc's own data count only if they point to the start of a block: its allocator keeps addresses of chunks there,
   and a chunk begins 16 bytes before what the program gets, inside the last bytes of the block below.

   What is left is lost.  In the order in which they were allocated each lost block that is not yet taken becomes the leader of
   all lost blocks it leads to, including leaders found earlier with what they lead to.  So of a cycle the oldest block is
   definitely lost and the rest indirectly.  That is arbitrary.  memcheck goes by addresses, which comes to the same there,
   because its allocator hands them out in order; the program's own does not.  */
#include "rg_leak.h"

/* With more lost blocks than this the order is that of addresses: sorting them would take seconds.  */
enum { MAX_ORDERED = 1 << 20 };

enum { MAX_REGIONS = 64, MIN_SHIFT = 4, INDEX_BITS = 28, RADIX_BITS = 11, RADIX = 1 << RADIX_BITS };

static const char tag[] = "rg.leak";
static const uint64_t region_gap = 64 << 20;

/* Blocks [first, end) and a table over [lo, hi).  */
struct region {
    uint64_t lo, hi;
    uint32_t first, end;
    uint32_t *starts; /* by (address - lo) >> shift: the first block that ends behind the beginning of the piece */
    unsigned shift;
};

struct rg_leak {
    struct rg_leak_world w;
    struct rg_leak_block *blocks;
    size_t n, room;
    uint64_t lo, hi; /* of all blocks */
    struct region regions[MAX_REGIONS];
    unsigned n_regions;
    uint32_t *stack;
    size_t stack_n, stack_room;
    struct rg_leak_root *roots;
    uint32_t n_roots, root_room;
    struct rg_leak_root now; /* root that is being scanned */
};

struct rg_leak *rg_leak_new(const struct rg_leak_world *w, size_t expected_blocks)
{
    struct rg_leak *l = rg_alloc(tag, sizeof *l);

    l->w = *w;
    l->room = expected_blocks ? expected_blocks : 1;
    l->blocks = rg_alloc(tag, l->room * sizeof *l->blocks);
    return l;
}

void rg_leak_free(struct rg_leak *l)
{
    if (!l)
        return;
    for (unsigned i = 0; i < l->n_regions; i++)
        rg_free(l->regions[i].starts);
    rg_free(l->blocks);
    rg_free(l->stack);
    rg_free(l->roots);
    rg_free(l);
}

void rg_leak_add(struct rg_leak *l, uint64_t addr, uint64_t size, uint32_t site, uint8_t flags)
{
    if (l->n == l->room) {
        l->room *= 2;
        l->blocks = rg_realloc(tag, l->blocks, l->room * sizeof *l->blocks);
    }
    RG_ASSERT(l->n < RG_LEAK_NOT_FOUND);
    l->blocks[l->n++] = (struct rg_leak_block){.addr = addr, .size = size, .site = site, .flags = flags};
}

/* ---- sorting ---- */

static int by_addr(const void *x, const void *y)
{
    const struct rg_leak_block *a = x, *b = y;
    return a->addr < b->addr ? -1 : a->addr > b->addr;
}

static bool is_sorted(const struct rg_leak *l)
{
    for (size_t i = 1; i < l->n; i++)
        if (l->blocks[i - 1].addr > l->blocks[i].addr)
            return false;
    return true;
}

/* One pass: orders KEYS by RADIX_BITS bits from SHIFT into OUT.  Returns false when they are all equal there.  */
static bool radix_pass(const uint64_t *keys, uint64_t *out, size_t n, unsigned shift, uint32_t *count)
{
    uint32_t sum = 0;

    memset(count, 0, RADIX * sizeof *count);
    for (size_t i = 0; i < n; i++)
        count[keys[i] >> shift & (RADIX - 1)]++;
    if (count[keys[0] >> shift & (RADIX - 1)] == n)
        return false;
    for (size_t d = 0; d < RADIX; d++) {
        uint32_t c = count[d];
        count[d] = sum;
        sum += c;
    }
    for (size_t i = 0; i < n; i++)
        out[count[keys[i] >> shift & (RADIX - 1)]++] = keys[i];
    return true;
}

/* Moves the blocks so that the one numbered keys[i] comes to i: along the cycles of the permutation, in place.  */
static void permute(struct rg_leak_block *blocks, uint64_t *keys, size_t n)
{
    const uint64_t number = ((uint64_t)1 << INDEX_BITS) - 1;

    for (size_t i = 0; i < n; i++) {
        struct rg_leak_block first = blocks[i];
        size_t to = i;
        for (;;) {
            size_t from = keys[to] & number;
            keys[to] = to;
            if (from == i)
                break;
            blocks[to] = blocks[from];
            to = from;
        }
        blocks[to] = first;
    }
}

/* Keys are (address - lowest) / 8 above the block's number.  Returns false when they do not fit.  */
static bool radix_sort(struct rg_leak *l, uint64_t lo, uint64_t hi)
{
    uint64_t *keys, *other;
    uint32_t *count;
    unsigned bits = 0;

    while (bits < 64 && (hi - lo) >> 3 >> bits)
        bits++;
    if (l->n >> INDEX_BITS || bits + INDEX_BITS > 64)
        return false;
    for (size_t i = 0; i < l->n; i++)
        if ((l->blocks[i].addr - lo) & 7)
            return false;
    keys = rg_alloc(tag, l->n * sizeof *keys);
    other = rg_alloc(tag, l->n * sizeof *other);
    count = rg_alloc(tag, RADIX * sizeof *count);
    for (size_t i = 0; i < l->n; i++)
        keys[i] = (l->blocks[i].addr - lo) >> 3 << INDEX_BITS | i;
    for (unsigned shift = INDEX_BITS; shift < INDEX_BITS + bits; shift += RADIX_BITS)
        if (radix_pass(keys, other, l->n, shift, count)) {
            uint64_t *t = keys;
            keys = other;
            other = t;
        }
    rg_free(other);
    rg_free(count);
    permute(l->blocks, keys, l->n);
    rg_free(keys);
    return true;
}

/* ---- the index ---- */

static uint64_t end_of(const struct rg_leak_block *b) { return b->addr + (b->size ? b->size : 1); }

static void region_make(struct rg_leak *l, uint32_t first, uint32_t end)
{
    struct region *r = &l->regions[l->n_regions++];
    size_t n_starts;
    uint32_t b = first;

    *r = (struct region){.lo = l->blocks[first].addr, .hi = end_of(&l->blocks[end - 1]), .first = first, .end = end};
    for (r->shift = MIN_SHIFT; (r->hi - r->lo) >> r->shift > (uint64_t)(end - first) + 64; r->shift++)
        ;
    n_starts = ((r->hi - r->lo - 1) >> r->shift) + 1;
    r->starts = rg_alloc(tag, n_starts * sizeof *r->starts);
    for (size_t i = 0; i < n_starts; i++) {
        uint64_t a = r->lo + ((uint64_t)i << r->shift);
        while (end_of(&l->blocks[b]) <= a)
            b++;
        r->starts[i] = b;
    }
}

/* A block that holds others is memory that the program divides by itself: the parts are what counts.  */
static void drop_outer(struct rg_leak *l)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++)
        if (i + 1 == l->n || end_of(&l->blocks[i]) <= l->blocks[i + 1].addr)
            l->blocks[n++] = l->blocks[i];
    l->n = n;
}

void rg_leak_sort(struct rg_leak *l)
{
    uint64_t lo = UINT64_MAX, hi = 0;
    uint32_t first = 0;

    if (l->n == 0)
        return;
    for (size_t i = 0; i < l->n; i++) {
        lo = l->blocks[i].addr < lo ? l->blocks[i].addr : lo;
        hi = l->blocks[i].addr > hi ? l->blocks[i].addr : hi;
    }
    if (!is_sorted(l) && !radix_sort(l, lo, hi))
        rg_sort(l->blocks, l->n, sizeof *l->blocks, by_addr);
    drop_outer(l);
    for (uint32_t i = 1; i < l->n; i++) {
        RG_ASSERT(l->blocks[i - 1].addr != l->blocks[i].addr);
        if (l->n_regions < MAX_REGIONS - 1 && l->blocks[i].addr - l->blocks[i - 1].addr > l->blocks[i - 1].size &&
            l->blocks[i].addr - end_of(&l->blocks[i - 1]) > region_gap) {
            region_make(l, first, i);
            first = i;
        }
    }
    region_make(l, first, l->n);
    l->lo = l->regions[0].lo;
    l->hi = l->regions[l->n_regions - 1].hi;
}

static inline uint32_t find(const struct rg_leak *l, uint64_t v)
{
    if (__builtin_expect(v - l->lo >= l->hi - l->lo, 1))
        return RG_LEAK_NOT_FOUND;
    for (unsigned k = 0; k < l->n_regions; k++) {
        const struct region *r = &l->regions[k];
        if (v - r->lo >= r->hi - r->lo)
            continue;
        uint32_t i = r->starts[(v - r->lo) >> r->shift];
        while (i < r->end && end_of(&l->blocks[i]) <= v)
            i++;
        return i < r->end && l->blocks[i].addr <= v ? i : RG_LEAK_NOT_FOUND;
    }
    return RG_LEAK_NOT_FOUND;
}

uint32_t rg_leak_find(const struct rg_leak *l, uint64_t v) { return find(l, v); }

/* ---- memory ---- */

static const uint64_t *words(const struct rg_leak *l, uint64_t addr, size_t n, size_t *got)
{
    return l->w.words(l->w.arg, addr, n, got);
}

static uint64_t first_word(const struct rg_leak_block *b) { return (b->addr + 7) & ~(uint64_t)7; }

static size_t n_words(const struct rg_leak_block *b)
{
    uint64_t end = (b->addr + b->size) & ~(uint64_t)7;
    return end > first_word(b) ? (end - first_word(b)) / 8 : 0;
}

static bool word_at(const struct rg_leak *l, const struct rg_leak_block *b, size_t word, uint64_t *value)
{
    size_t got;
    const uint64_t *p = word < n_words(b) ? words(l, first_word(b) + 8 * word, 1, &got) : NULL;

    if (!p)
        return false;
    *value = *p;
    return true;
}

bool rg_leak_word(const struct rg_leak *l, size_t i, size_t word, uint64_t *value)
{
    return word_at(l, &l->blocks[i], word, value);
}

/* ---- pointers into the middle ---- */

/* A word with what is before and behind it, where known.  */
struct candidate {
    uint64_t v, before, behind;
    bool in_root_stack; /* on a stack or in a register: more likely left over from something */
};

static bool is_power_of_2(uint64_t v) { return v && !(v & (v - 1)); }

/* A hash table of hashbrown: the buckets, then one control byte each and 16 more.  The pointer is to the control bytes, and
   the next word is their number less one.  */
static bool explains_hashbrown(const struct rg_leak_block *b, uint64_t off, const struct candidate *c)
{
    uint64_t m = b->size - off - 16;
    return off % 16 == 0 && off + 16 < b->size && m >= 4 && is_power_of_2(m) && c->behind == m - 1;
}

/* Rc::into_raw and the like: behind the two counters, or as far as the value's alignment wants.  */
static bool explains_into_raw(const struct rg_leak *l, const struct rg_leak_block *b, uint64_t off)
{
    uint64_t strong, weak;
    return off >= 16 && is_power_of_2(off) && off <= 4096 && word_at(l, b, 0, &strong) && word_at(l, b, 1, &weak) &&
           strong < (uint64_t)1 << 31 && weak >= 1 && weak < (uint64_t)1 << 31;
}

/* A part of a slice.  Its length is beside the pointer, or the pointer is kept in a place that outlives functions.  */
static bool explains_subslice(const struct rg_leak_block *b, uint64_t off, const struct candidate *c)
{
    uint64_t rest = b->size - off;
    return !c->in_root_stack || (c->behind > 0 && c->behind <= rest) || (c->before > 0 && c->before <= rest);
}

static bool explains_rust(const struct rg_leak *l, const struct rg_leak_block *b, uint64_t off, const struct candidate *c)
{
    enum rg_owner owner = l->w.owner(l->w.arg, b->site);

    if (explains_hashbrown(b, off, c))
        return true;
    switch (owner) {
    case RG_OWNER_RC:
    case RG_OWNER_ARC:
        return explains_into_raw(l, b, off) || off < 8;
    case RG_OWNER_THREAD:
    case RG_OWNER_RUNTIME:
        return explains_into_raw(l, b, off);
    case RG_OWNER_BOX:
        return off < 8 || (off < b->size && off % 8 == 0 && !c->in_root_stack && c->behind > 0 && c->behind <= b->size - off);
    case RG_OWNER_VEC:
    case RG_OWNER_DEQUE:
        return explains_subslice(b, off, c);
    default:
        return false;
    }
}

/* What memcheck's heuristics know of C++: a string's text behind its three words; an array behind its length; the same with
   the length in elements; an object whose second base class is pointed to.  */
static bool explains_c(const struct rg_leak *l, const struct rg_leak_block *b, uint64_t off, unsigned which)
{
    uint64_t w0, w1, w2, at;

    if (!word_at(l, b, 0, &w0))
        return false;
    switch (which) {
    case RG_LEAK_H_STDSTRING:
        return off == 24 && word_at(l, b, 1, &w1) && word_at(l, b, 2, &w2) && w0 <= w1 && b->size - 25 == w1 &&
               (int32_t)w2 >= -1;
    case RG_LEAK_H_LENGTH64: return off == 8 && w0 == b->size - 8;
    case RG_LEAK_H_NEWARRAY: return off == 8 && w0 > 0 && w0 <= b->size - 8 && (b->size - 8) % w0 == 0;
    case RG_LEAK_H_MULTIPLE:
        return off % 8 == 0 && l->w.is_vtable && word_at(l, b, off / 8, &at) && l->w.is_vtable(l->w.arg, at) &&
               l->w.is_vtable(l->w.arg, w0);
    default: return false;
    }
}

/* How C refers to block B at offset OFF; *HEURISTIC is set if that needed one.  */
static unsigned ref_kind(const struct rg_leak *l, const struct rg_leak_block *b, uint64_t off, const struct candidate *c,
                         uint8_t *heuristic)
{
    *heuristic = 0;
    if (off == 0)
        return RG_LEAK_REF_START;
    for (unsigned h = 1; h < RG_LEAK_H_RUST; h *= 2)
        if ((l->w.heuristics & h) && explains_c(l, b, off, h)) {
            *heuristic = h;
            return RG_LEAK_REF_EXPLAINED;
        }
    if ((l->w.heuristics & RG_LEAK_H_RUST) && explains_rust(l, b, off, c)) {
        *heuristic = RG_LEAK_H_RUST;
        return RG_LEAK_REF_EXPLAINED;
    }
    return RG_LEAK_REF_INTERIOR;
}

/* ---- marking ---- */

static void push(struct rg_leak *l, uint32_t i)
{
    if (l->stack_n == l->stack_room) {
        l->stack_room = l->stack_room ? 2 * l->stack_room : 1024;
        l->stack = rg_realloc(tag, l->stack, l->stack_room * sizeof *l->stack);
    }
    l->stack[l->stack_n++] = i;
}

static uint32_t root_add(struct rg_leak *l)
{
    if (l->n_roots == l->root_room) {
        l->root_room = l->root_room ? 2 * l->root_room : 256;
        l->roots = rg_realloc(tag, l->roots, l->root_room * sizeof *l->roots);
    }
    l->roots[l->n_roots] = l->now;
    return l->n_roots++;
}

/* A word C refers to block I.  FROM: kind of what holds the word; ROOT: its root's number, or NOT_FOUND for a root itself.  */
static void mark(struct rg_leak *l, uint32_t i, const struct candidate *c, enum rg_leak_kind from, uint32_t root)
{
    struct rg_leak_block *b = &l->blocks[i];
    uint8_t heuristic;
    unsigned ref = ref_kind(l, b, c->v - b->addr, c, &heuristic);
    enum rg_leak_kind kind = ref == RG_LEAK_REF_INTERIOR ? RG_LEAK_POSSIBLE : from;

    b->refs |= ref;
    if (kind == RG_LEAK_REACHABLE && b->kind == RG_LEAK_REACHABLE && ref == RG_LEAK_REF_START)
        b->heuristic = 0;
    if (b->kind >= kind)
        return;
    b->kind = kind;
    b->heuristic = heuristic;
    b->link = root == RG_LEAK_NOT_FOUND ? root_add(l) : root;
    push(l, i);
}

/* Is it worth a look?  Only the start counts in libc's data.  */
static bool admits(const struct rg_leak *l, uint32_t i, uint64_t v)
{
    return i != RG_LEAK_NOT_FOUND && (l->now.kind != RG_LEAK_ROOT_LIBC || l->blocks[i].addr == v);
}

void rg_leak_root(struct rg_leak *l, uint64_t addr, uint64_t len, enum rg_leak_root_kind kind, uint32_t tid)
{
    uint64_t a = (addr + 7) & ~(uint64_t)7, end = (addr + len) & ~(uint64_t)7;
    size_t got;

    l->now = (struct rg_leak_root){.kind = kind, .tid = tid};
    for (; l->n && a < end; a += 8 * got) {
        const uint64_t *p = words(l, a, (end - a) / 8, &got);
        for (size_t k = 0; p && k < got; k++) {
            uint32_t i = find(l, p[k]);
            if (__builtin_expect(!admits(l, i, p[k]), 1))
                continue;
            struct candidate c = {p[k], k > 0 ? p[k - 1] : 0, k + 1 < got ? p[k + 1] : 0, kind == RG_LEAK_ROOT_STACK};
            l->now.where = a + 8 * k;
            mark(l, i, &c, RG_LEAK_REACHABLE, RG_LEAK_NOT_FOUND);
        }
        RG_ASSERT(got > 0);
    }
}

void rg_leak_root_word(struct rg_leak *l, uint64_t value, uint64_t reg, uint32_t tid)
{
    struct candidate c = {value, 0, 0, true};
    uint32_t i = l->n ? find(l, value) : RG_LEAK_NOT_FOUND;

    l->now = (struct rg_leak_root){reg, tid, RG_LEAK_ROOT_REGISTER};
    if (i != RG_LEAK_NOT_FOUND)
        mark(l, i, &c, RG_LEAK_REACHABLE, RG_LEAK_NOT_FOUND);
}

void rg_leak_drain(struct rg_leak *l)
{
    l->now.kind = RG_LEAK_ROOT_KINDS;
    while (l->stack_n > 0) {
        const struct rg_leak_block *b = &l->blocks[l->stack[--l->stack_n]];
        enum rg_leak_kind from = b->kind;
        uint32_t root = b->link;
        uint64_t a = first_word(b);
        size_t n = n_words(b), got;
        for (; n > 0; n -= got, a += 8 * got) {
            const uint64_t *p = words(l, a, n, &got);
            for (size_t k = 0; p && k < got; k++) {
                uint32_t i = find(l, p[k]);
                if (__builtin_expect(i == RG_LEAK_NOT_FOUND, 1))
                    continue;
                struct candidate c = {p[k], k > 0 ? p[k - 1] : 0, k + 1 < got ? p[k + 1] : 0, false};
                mark(l, i, &c, from, root);
            }
            RG_ASSERT(got > 0);
        }
    }
}

void rg_leak_refs(struct rg_leak *l, size_t i, size_t from_word, rg_leak_ref_fn fn, void *arg)
{
    const struct rg_leak_block *b = &l->blocks[i];
    size_t n = n_words(b), got;
    uint8_t heuristic;

    for (size_t w = from_word; w < n; w += got) {
        const uint64_t *p = words(l, first_word(b) + 8 * w, n - w, &got);
        for (size_t k = 0; p && k < got; k++) {
            uint32_t to = find(l, p[k]);
            if (to == RG_LEAK_NOT_FOUND)
                continue;
            struct candidate c = {p[k], k > 0 ? p[k - 1] : 0, k + 1 < got ? p[k + 1] : 0, false};
            uint64_t off = p[k] - l->blocks[to].addr;
            if (!fn(arg, w + k, to, off, ref_kind(l, &l->blocks[to], off, &c, &heuristic)))
                return;
        }
        RG_ASSERT(got > 0);
    }
}

/* ---- the lost ---- */

struct follow {
    struct rg_leak *l;
    uint32_t leader;
};

static bool follow_one(void *arg, size_t word, size_t to, uint64_t offset, unsigned ref)
{
    struct follow *f = arg;
    struct rg_leak_block *b = &f->l->blocks[to];

    (void)word, (void)offset, (void)ref;
    if (to == f->leader || b->kind > RG_LEAK_INDIRECT)
        return true;
    b->refs |= ref;
    if (b->kind == RG_LEAK_INDIRECT)
        return true;
    b->kind = RG_LEAK_INDIRECT;
    if (b->link == RG_LEAK_NOT_FOUND)
        push(f->l, to); /* not a leader before: nobody has looked into it */
    b->link = f->leader;
    return true;
}

/* Makes block I a leader, if it is lost and not taken.  */
static void lead(struct rg_leak *l, size_t i)
{
    struct follow f = {l, i};

    if (l->blocks[i].kind != RG_LEAK_DEFINITE)
        return;
    l->blocks[i].link = i;
    push(l, i);
    while (l->stack_n > 0)
        rg_leak_refs(l, l->stack[--l->stack_n], 0, follow_one, &f);
}

struct birth {
    uint64_t born;
    size_t block;
};

static int by_birth(const void *x, const void *y)
{
    const struct birth *a = x, *b = y;
    if (a->born != b->born)
        return a->born < b->born ? -1 : 1;
    return a->block < b->block ? -1 : a->block > b->block;
}

static void lead_by_birth(struct rg_leak *l, size_t n_lost)
{
    struct birth *order = rg_alloc(tag, n_lost * sizeof *order);
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++)
        if (l->blocks[i].kind == RG_LEAK_DEFINITE)
            order[n++] = (struct birth){l->w.born(l->w.arg, l->blocks[i].addr), i};
    rg_sort(order, n, sizeof *order, by_birth);
    for (size_t i = 0; i < n; i++)
        lead(l, order[i].block);
    rg_free(order);
}

void rg_leak_finish(struct rg_leak *l)
{
    size_t n_lost = 0;

    for (size_t i = 0; i < l->n; i++)
        if (l->blocks[i].kind == RG_LEAK_DEFINITE) {
            l->blocks[i].link = RG_LEAK_NOT_FOUND;
            n_lost++;
        }
    if (l->w.born && n_lost > 0 && n_lost <= MAX_ORDERED)
        lead_by_birth(l, n_lost);
    for (size_t i = 0; n_lost > 0 && i < l->n; i++)
        if (l->blocks[i].link == RG_LEAK_NOT_FOUND)
            lead(l, i);
    /* Leaders that were taken by later ones bring theirs along.  */
    for (size_t i = 0; i < l->n; i++) {
        struct rg_leak_block *b = &l->blocks[i];
        while (b->kind == RG_LEAK_INDIRECT && l->blocks[b->link].kind == RG_LEAK_INDIRECT)
            b->link = l->blocks[b->link].link;
    }
}

size_t rg_leak_count(const struct rg_leak *l) { return l->n; }
struct rg_leak_block *rg_leak_at(const struct rg_leak *l, size_t i) { return &l->blocks[i]; }
const struct rg_leak_root *rg_leak_root_at(const struct rg_leak *l, uint32_t number) { return &l->roots[number]; }
const struct rg_leak_world *rg_leak_world_of(const struct rg_leak *l) { return &l->w; }
