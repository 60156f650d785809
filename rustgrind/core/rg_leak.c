/* rg_leak.c - marks what the roots reach, and sorts the rest into leaders and followers.

   SPDX-License-Identifier: GPL-2.0-or-later

   Every word of the roots and of the reached blocks is a candidate, so the question "is this a pointer to a block?" must be
   cheap.  The heap's own records are sorted by address, in place.  They are grouped into *regions* with large gaps between them;
   each region has a table from page-like pieces of addresses to the first block that ends behind them, sized to about one entry
   for two blocks.  A word outside of all regions, which nearly all are, costs one comparison; another one a load from the table
   and a step or two over blocks.

   Those loads, and the blocks that are looked into next, are in memory that is in no cache.  So candidates are gathered into a
   batch, and for the whole batch each load is asked for before it is needed.  Beside the records there are 6 bytes for a block:
   16 bits of state and a link, which is the next one of the stack of blocks to be looked into, then the number of the root.  For
   that to do, each word of the roots is followed to its end before the next one is.

   Reached blocks are of two kinds: *reachable* (a chain of pointers to starts of blocks) and *possible* (every chain has a
   pointer into a middle).  A block may be found possible first and become reachable later; then it is followed again.  So a
   block is scanned twice at most.

   Words of libc's own data count only if they point to the start of a block: its allocator keeps addresses of chunks there,
   and a chunk begins 16 bytes before what the program gets, inside the last bytes of the block below.  Where libc is a part of
   the program its data is not known from the program's, so there just pointers to such places do not count.

   What is left is lost.  In the order in which they were allocated each lost block that is not yet taken becomes the leader of
   all lost blocks it leads to, including leaders found earlier with what they lead to.  So of a cycle the oldest block is
   definitely lost and the rest indirectly.  That is arbitrary.  memcheck goes by addresses, which comes to the same there,
   because its allocator hands them out in order; the program's own does not.  */
#include "rg_leak_priv.h"

/* With more lost blocks than this the order is that of addresses: they need no memory for it.  */
enum { MAX_ORDERED = 1 << 16 };

/* With more roots than this a word that is like the last one that reached something is not told from it.  */
enum { MAX_ROOTS = 1 << 16 };

enum { MIN_SHIFT = 4 };

static const char tag[] = "rg.leak";
static const uint64_t region_gap = 64 << 20;

void *rg_leak_alloc(struct rg_leak *l, size_t n)
{
    l->memory += n;
    l->most_memory = l->memory > l->most_memory ? l->memory : l->most_memory;
    return rg_alloc(tag, n);
}

void rg_leak_release(struct rg_leak *l, void *p, size_t n)
{
    if (p)
        l->memory -= n;
    rg_free(p);
}

uint64_t rg_leak_memory(const struct rg_leak *l) { return l->most_memory + rg_heap_memory(l->heap); }

/* ---- the index ---- */

static void region_make(struct rg_leak *l, uint32_t first, uint32_t end)
{
    struct rg_leak_region *r = &l->regions[l->n_regions++];
    size_t n_starts;
    uint32_t b = first;

    *r = (struct rg_leak_region){.lo = rg_leak_block_at(l, first)->addr, .hi = rg_heap_block_end(rg_leak_block_at(l, end - 1)),
                                 .first = first, .end = end};
    for (r->shift = MIN_SHIFT; (r->hi - r->lo) >> r->shift > (uint64_t)(end - first) / 2 + 64; r->shift++)
        ;
    n_starts = ((r->hi - r->lo - 1) >> r->shift) + 1;
    r->starts = rg_leak_alloc(l, n_starts * sizeof *r->starts);
    for (size_t i = 0; i < n_starts; i++) {
        uint64_t a = r->lo + ((uint64_t)i << r->shift);
        while (rg_heap_block_end(rg_leak_block_at(l, b)) <= a)
            b++;
        r->starts[i] = b;
    }
}

static void make_regions(struct rg_leak *l)
{
    uint32_t first = 0;

    for (uint32_t i = 1; i < l->n; i++) {
        const struct rg_heap_block *before = rg_leak_block_at(l, i - 1), *b = rg_leak_block_at(l, i);
        if (b->addr - before->addr <= region_gap || l->n_regions == RG_LEAK_MAX_REGIONS - 1)
            continue;
        if (b->addr - rg_heap_block_end(before) > region_gap) {
            region_make(l, first, i);
            first = i;
        }
    }
    region_make(l, first, l->n);
    l->lo = l->regions[0].lo;
    l->hi = l->regions[l->n_regions - 1].hi;
}

struct rg_leak *rg_leak_new(const struct rg_leak_world *w, struct rg_heap *heap)
{
    struct rg_leak *l = rg_alloc(tag, sizeof *l);

    l->w = *w;
    l->heap = heap;
    l->view = rg_heap_sort(heap);
    l->n = l->view.n;
    l->waiting = RG_LEAK_NOT_FOUND;
    RG_ASSERT(l->n < RG_LEAK_NOT_FOUND / 2);
    if (l->n > 0) {
        make_regions(l);
        l->state = rg_leak_alloc(l, l->n * sizeof *l->state);
        l->link = rg_leak_alloc(l, l->n * sizeof *l->link);
    }
    return l;
}

void rg_leak_free(struct rg_leak *l)
{
    if (!l)
        return;
    for (unsigned i = 0; i < l->n_regions; i++)
        rg_free(l->regions[i].starts);
    rg_free(l->state);
    rg_free(l->link);
    rg_free(l->roots);
    rg_free(l->lost_bits);
    rg_free(l->lost_before);
    rg_free(l->component);
    rg_free(l->found);
    rg_free(l->components);
    rg_free(l);
}

uint32_t rg_leak_find(const struct rg_leak *l, uint64_t v) { return rg_leak_lookup(l, v); }

bool rg_leak_word_at(const struct rg_leak *l, const struct rg_heap_block *b, size_t word, uint64_t *value)
{
    size_t got;
    const uint64_t *p = word < rg_leak_n_words(b) ? rg_leak_words(l, rg_leak_first_word(b) + 8 * word, 1, &got) : NULL;

    if (!p)
        return false;
    *value = *p;
    return true;
}

bool rg_leak_word(const struct rg_leak *l, size_t i, size_t word, uint64_t *value)
{
    return rg_leak_word_at(l, rg_leak_block_at(l, i), word, value);
}

/* ---- marking ---- */

static uint32_t root_number(struct rg_leak *l)
{
    const struct rg_leak_root *last = l->n_roots ? &l->roots[l->n_roots - 1] : NULL;

    if (l->now_number != RG_LEAK_NOT_FOUND)
        return l->now_number;
    if (l->n_roots >= MAX_ROOTS && last->kind == l->now.kind && last->tid == l->now.tid)
        return l->now_number = l->n_roots - 1;
    if (l->n_roots == l->root_room) {
        l->root_room = l->root_room ? 2 * l->root_room : 256;
        l->roots = rg_realloc(tag, l->roots, l->root_room * sizeof *l->roots);
    }
    l->roots[l->n_roots] = l->now;
    return l->now_number = l->n_roots++;
}

static void push(struct rg_leak *l, uint32_t i)
{
    l->state[i] |= ST_WAITING;
    l->link[i] = l->waiting;
    l->waiting = i;
}

static unsigned heuristic_code(unsigned heuristic)
{
    unsigned n = 0;
    for (; heuristic; heuristic >>= 1)
        n++;
    return n;
}

static void set_kind(struct rg_leak *l, uint32_t i, enum rg_leak_kind kind, unsigned heuristic)
{
    l->state[i] = (l->state[i] & ~(ST_KIND | 7 << ST_HEUR_SHIFT)) | kind | heuristic_code(heuristic) << ST_HEUR_SHIFT;
}

/* The word C refers to block I.  */
static void mark(struct rg_leak *l, uint32_t i, const struct rg_leak_word *c)
{
    const struct rg_heap_block *b = rg_leak_block_at(l, i);
    unsigned heuristic, ref = rg_leak_ref_kind(l, b, c->v - b->addr, c, &heuristic);
    enum rg_leak_kind kind = ref == RG_LEAK_REF_INTERIOR ? RG_LEAK_POSSIBLE : c->from;

    l->state[i] |= ref << ST_REFS_SHIFT;
    if (kind == RG_LEAK_REACHABLE && rg_leak_kind_at(l, i) == RG_LEAK_REACHABLE && ref == RG_LEAK_REF_START)
        set_kind(l, i, kind, 0);
    if (rg_leak_kind_at(l, i) >= kind)
        return;
    set_kind(l, i, kind, heuristic);
    root_number(l);
    if (!(l->state[i] & ST_WAITING))
        push(l, i);
}

/* Asks for the records of the blocks where the search for the words begins.  */
static void prepare(const struct rg_leak *l, struct rg_leak_word *batch, unsigned n)
{
    for (unsigned k = 0; k < n; k++) {
        const struct rg_leak_region *r = rg_leak_region_of(l, batch[k].v);
        batch[k].block = r ? r->starts[(batch[k].v - r->lo) >> r->shift] : RG_LEAK_NOT_FOUND;
        if (!r)
            continue;
        __builtin_prefetch(rg_leak_block_at(l, batch[k].block));
        __builtin_prefetch(&l->state[batch[k].block]);
        __builtin_prefetch(&l->link[batch[k].block]);
    }
}

static void flush(struct rg_leak *l)
{
    prepare(l, l->batch, l->n_batch);
    for (unsigned k = 0; k < l->n_batch; k++) {
        const struct rg_leak_word *c = &l->batch[k];
        uint32_t i = c->block == RG_LEAK_NOT_FOUND ? c->block : rg_leak_find_from(l, c->block, c->v);
        if (i != RG_LEAK_NOT_FOUND)
            mark(l, i, c);
    }
    l->n_batch = 0;
}

/* Asks for the entry of the index, and for the block itself.  */
static void ask(const struct rg_leak *l, uint64_t v)
{
    const struct rg_leak_region *r = rg_leak_region_of(l, v);

    if (!r)
        return;
    __builtin_prefetch(&r->starts[(v - r->lo) >> r->shift]);
    __builtin_prefetch((const void *)(uintptr_t)v);
}

static struct rg_leak_word word_of(const uint64_t *p, size_t k, size_t got)
{
    return (struct rg_leak_word){.v = p[k], .before = k > 0 ? p[k - 1] : 0, .behind = k + 1 < got ? p[k + 1] : 0};
}

static void look_into(struct rg_leak *l, uint32_t i)
{
    const struct rg_heap_block *b = rg_leak_block_at(l, i);
    uint64_t a = rg_leak_first_word(b);
    size_t n = rg_leak_n_words(b), got;

    for (; n > 0; n -= got, a += 8 * got) {
        const uint64_t *p = rg_leak_words(l, a, n, &got);
        RG_ASSERT(got > 0);
        for (size_t k = 0; p && k < got; k++) {
            if (__builtin_expect(!rg_leak_in_range(l, p[k]), 1))
                continue;
            ask(l, p[k]);
            l->batch[l->n_batch] = word_of(p, k, got);
            l->batch[l->n_batch++].from = rg_leak_kind_at(l, i);
            if (l->n_batch == RG_LEAK_BATCH)
                flush(l);
        }
    }
}

/* Follows what waits to be looked into: all of it belongs to the root that is being scanned.  */
static void drain(struct rg_leak *l)
{
    while (l->waiting != RG_LEAK_NOT_FOUND || l->n_batch > 0) {
        uint32_t i = l->waiting;
        if (i == RG_LEAK_NOT_FOUND) {
            flush(l);
            continue;
        }
        l->waiting = l->link[i];
        l->link[i] = l->now_number;
        l->state[i] &= ~ST_WAITING;
        look_into(l, i);
    }
}

/* Is C, which points into B, where a chunk behind it would begin, and nothing like a slice?  */
static bool is_chunk(const struct rg_heap_block *b, const struct rg_leak_word *c)
{
    uint64_t off = c->v - b->addr, rest = b->size - off;

    return off > 0 && c->v % 16 == 0 && rest <= 8 && (c->behind == 0 || c->behind > rest) && (c->before == 0 || c->before > rest);
}

static bool admits(const struct rg_leak *l, uint32_t i, const struct rg_leak_word *c)
{
    const struct rg_heap_block *b = rg_leak_block_at(l, i);

    switch ((enum rg_leak_root_kind)l->now.kind) {
    case RG_LEAK_ROOT_LIBC: return b->addr == c->v;
    case RG_LEAK_ROOT_STATIC: return !l->w.chunks_in_data || !is_chunk(b, c);
    default: return true;
    }
}

static void flush_roots(struct rg_leak *l)
{
    prepare(l, l->root_batch, l->n_root_batch);
    for (unsigned k = 0; k < l->n_root_batch; k++) {
        const struct rg_leak_word *c = &l->root_batch[k];
        uint32_t i = c->block == RG_LEAK_NOT_FOUND ? c->block : rg_leak_find_from(l, c->block, c->v);
        if (i == RG_LEAK_NOT_FOUND || !admits(l, i, c))
            continue;
        l->now.where = c->where;
        l->now_number = RG_LEAK_NOT_FOUND;
        mark(l, i, c);
        drain(l);
    }
    l->n_root_batch = 0;
}

void rg_leak_root(struct rg_leak *l, uint64_t addr, uint64_t len, enum rg_leak_root_kind kind, uint32_t tid)
{
    uint64_t a = (addr + 7) & ~(uint64_t)7, end = (addr + len) & ~(uint64_t)7;
    size_t got;

    l->now = (struct rg_leak_root){.kind = kind, .tid = tid};
    for (; l->n && a < end; a += 8 * got) {
        const uint64_t *p = rg_leak_words(l, a, (end - a) / 8, &got);
        RG_ASSERT(got > 0);
        for (size_t k = 0; p && k < got; k++) {
            if (__builtin_expect(!rg_leak_in_range(l, p[k]), 1))
                continue;
            struct rg_leak_word c = word_of(p, k, got);
            c.where = a + 8 * k;
            c.from = RG_LEAK_REACHABLE;
            c.in_root_stack = kind == RG_LEAK_ROOT_STACK;
            ask(l, c.v);
            l->root_batch[l->n_root_batch++] = c;
            if (l->n_root_batch == RG_LEAK_BATCH)
                flush_roots(l);
        }
    }
    flush_roots(l);
}

void rg_leak_root_word(struct rg_leak *l, uint64_t value, uint64_t reg, uint32_t tid)
{
    if (!l->n || !rg_leak_in_range(l, value))
        return;
    l->now = (struct rg_leak_root){reg, tid, RG_LEAK_ROOT_REGISTER};
    l->root_batch[l->n_root_batch++] =
        (struct rg_leak_word){.v = value, .where = reg, .from = RG_LEAK_REACHABLE, .in_root_stack = true};
    flush_roots(l);
}

/* Asks for what will be needed when words behind word K are looked up: of one the index, of a nearer one the rest.  */
static void look_ahead(const struct rg_leak *l, const uint64_t *p, size_t k, size_t got)
{
    enum { FAR = 12, NEAR = 6 };

    if (k + FAR < got && rg_leak_in_range(l, p[k + FAR]))
        ask(l, p[k + FAR]);
    if (k + NEAR < got && rg_leak_in_range(l, p[k + NEAR])) {
        const struct rg_leak_region *r = rg_leak_region_of(l, p[k + NEAR]);
        uint32_t i = r ? r->starts[(p[k + NEAR] - r->lo) >> r->shift] : 0;
        __builtin_prefetch(rg_leak_block_at(l, i));
        __builtin_prefetch(&l->state[i]);
        __builtin_prefetch(&l->link[i]);
    }
}

void rg_leak_refs(struct rg_leak *l, size_t i, size_t from_word, rg_leak_ref_fn fn, void *arg)
{
    const struct rg_heap_block *b = rg_leak_block_at(l, i);
    size_t n = rg_leak_n_words(b), got;
    unsigned heuristic;

    for (size_t w = from_word; w < n; w += got) {
        const uint64_t *p = rg_leak_words(l, rg_leak_first_word(b) + 8 * w, n - w, &got);
        RG_ASSERT(got > 0);
        for (size_t k = 0; p && k < got; k++) {
            look_ahead(l, p, k, got);
            uint32_t to = rg_leak_lookup(l, p[k]);
            if (to == RG_LEAK_NOT_FOUND)
                continue;
            struct rg_leak_word c = word_of(p, k, got);
            const struct rg_heap_block *t = rg_leak_block_at(l, to);
            if (!fn(arg, w + k, to, p[k] - t->addr, rg_leak_ref_kind(l, t, p[k] - t->addr, &c, &heuristic)))
                return;
        }
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
    struct rg_leak *l = f->l;
    enum rg_leak_kind kind = rg_leak_kind_at(l, to);

    (void)word, (void)offset;
    if (to == f->leader || kind > RG_LEAK_INDIRECT)
        return true;
    l->state[to] |= ref << ST_REFS_SHIFT;
    if (kind == RG_LEAK_INDIRECT)
        return true;
    set_kind(l, to, RG_LEAK_INDIRECT, 0);
    if (l->link[to] == RG_LEAK_NOT_FOUND)
        push(l, to);
    else
        l->link[to] = f->leader; /* a leader before: it has been looked into */
    return true;
}

/* Makes block I a leader, if it is lost and not taken.  */
static void lead(struct rg_leak *l, uint32_t i)
{
    struct follow f = {l, i};

    if (rg_leak_kind_at(l, i) != RG_LEAK_DEFINITE)
        return;
    push(l, i);
    while (l->waiting != RG_LEAK_NOT_FOUND) {
        uint32_t next = l->waiting;
        l->waiting = l->link[next];
        l->link[next] = i;
        l->state[next] &= ~ST_WAITING;
        rg_leak_refs(l, next, 0, follow_one, &f);
    }
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

static void lead_by_birth(struct rg_leak *l)
{
    struct birth *order = rg_alloc(tag, l->n_lost * sizeof *order);
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++)
        if (rg_leak_kind_at(l, i) == RG_LEAK_DEFINITE)
            order[n++] = (struct birth){rg_leak_block_at(l, i)->born, i};
    rg_sort(order, n, sizeof *order, by_birth);
    for (size_t i = 0; i < n; i++)
        lead(l, order[i].block);
    rg_free(order);
}

/* Numbers the lost.  */
static void rank_lost(struct rg_leak *l)
{
    size_t n = l->n / 64 + 1;

    l->lost_bits = rg_leak_alloc(l, n * sizeof *l->lost_bits);
    l->lost_before = rg_leak_alloc(l, n * sizeof *l->lost_before);
    for (size_t i = 0; i < l->n; i++) {
        if (i % 64 == 0)
            l->lost_before[i / 64] = l->n_lost;
        if (rg_leak_kind_at(l, i) == RG_LEAK_DEFINITE) {
            l->lost_bits[i / 64] |= (uint64_t)1 << i % 64;
            l->n_lost++;
        }
    }
}

void rg_leak_finish(struct rg_leak *l)
{
    if (!l->n)
        return;
    rank_lost(l);
    if (!l->n_lost)
        return;
    rg_leak_find_components(l);
    for (size_t i = 0; i < l->n; i++)
        if (rg_leak_kind_at(l, i) == RG_LEAK_DEFINITE)
            l->link[i] = RG_LEAK_NOT_FOUND;
    if (l->n_lost <= MAX_ORDERED)
        lead_by_birth(l);
    for (size_t i = 0; i < l->n; i++)
        if (rg_leak_kind_at(l, i) == RG_LEAK_DEFINITE && l->link[i] == RG_LEAK_NOT_FOUND)
            lead(l, i);
    /* Leaders that were taken by later ones bring theirs along.  */
    for (size_t i = 0; i < l->n; i++)
        while (rg_leak_kind_at(l, i) == RG_LEAK_INDIRECT && rg_leak_kind_at(l, l->link[i]) == RG_LEAK_INDIRECT)
            l->link[i] = l->link[l->link[i]];
}

size_t rg_leak_count(const struct rg_leak *l) { return l->n; }

struct rg_leak_block rg_leak_at(const struct rg_leak *l, size_t i)
{
    const struct rg_heap_block *b = rg_leak_block_at(l, i);
    unsigned heuristic = l->state[i] >> ST_HEUR_SHIFT & 7;

    return (struct rg_leak_block){
        .addr = b->addr, .size = b->size, .site = b->site, .link = l->link[i], .kind = rg_leak_kind_at(l, i),
        .refs = l->state[i] >> ST_REFS_SHIFT & 7, .flags = b->flags, .heuristic = heuristic ? 1 << (heuristic - 1) : 0,
    };
}

bool rg_leak_is_lost(const struct rg_leak *l, size_t i) { return rg_leak_kind_at(l, i) <= RG_LEAK_INDIRECT; }
const struct rg_leak_root *rg_leak_root_at(const struct rg_leak *l, uint32_t number) { return &l->roots[number]; }
const struct rg_leak_world *rg_leak_world_of(const struct rg_leak *l) { return &l->w; }
