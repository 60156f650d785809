/* rg_heap.c - live blocks, and statistics per place of allocation.

   SPDX-License-Identifier: GPL-2.0-or-later

   Blocks lie in chunks that never move, so the table grows without copying them; an open-addressed table of 4-byte slots
   finds them by address.  That is 24 bytes a block and 5 to 11 for the table.  Removal shifts later entries back, so there are
   no tombstones, and numbers are used again from a list through the size fields.

   A program allocates addresses that are near each other one after the other, so what is in 256 bytes of memory has its home in
   one cache line of the table.  A slot has the block's number and, in the bits that the table's size leaves, some of the hash: a
   look-up reads hardly any block but the right one.  With 10^7 blocks this halves the time of the whole run.

   For a leak check the blocks themselves are sorted where they are, and the table is dropped until it is needed again: so the
   check has its memory.

   The peak of the heap can only end when something is freed.  So the peak is noted before a free, by beginning a new *epoch*;
   a site whose live bytes change brings its own note up to the epoch first.  Nothing ever walks over all sites but the end.  */
#include "rg_heap.h"
#include "rg_map.h"

enum { CHUNK = 1 << RG_HEAP_CHUNK_BITS, FIRST_SLOT_BITS = 12, NONE = 0, WINDOW_BITS = 8, GRANULE_BITS = 4 };

static const char tag[] = "rg.heap";

struct rg_heap {
    struct rg_heap_block **chunks;
    uint32_t n_chunks, chunk_room;
    uint32_t used;       /* numbers ever given out, + 1: number 0 is none */
    uint32_t free_list;  /* numbers given back */
    uint32_t *slots; /* number below, tag above; NULL while sorted */
    unsigned slot_bits;
    struct rg_heap_site *sites;
    uint32_t n_sites, site_room;
    uint64_t epoch;
    struct rg_heap_totals t;
};

struct rg_heap *rg_heap_new(void)
{
    struct rg_heap *h = rg_alloc(tag, sizeof *h);

    h->used = 1;
    h->slot_bits = FIRST_SLOT_BITS;
    h->slots = rg_alloc(tag, sizeof *h->slots << FIRST_SLOT_BITS);
    return h;
}

void rg_heap_free(struct rg_heap *h)
{
    if (!h)
        return;
    for (uint32_t i = 0; i < h->n_chunks; i++)
        rg_free(h->chunks[i]);
    rg_free(h->chunks);
    rg_free(h->slots);
    rg_free(h->sites);
    rg_free(h);
}

/* ---- numbers ---- */

static struct rg_heap_block *at(const struct rg_heap *h, uint32_t i)
{
    return &h->chunks[i >> RG_HEAP_CHUNK_BITS][i & (CHUNK - 1)];
}

static uint32_t number_new(struct rg_heap *h)
{
    uint32_t i = h->free_list;

    if (i != NONE) {
        h->free_list = at(h, i)->size;
        return i;
    }
    i = h->used++;
    RG_ASSERT(h->used != 0);
    if (i >> RG_HEAP_CHUNK_BITS < h->n_chunks)
        return i;
    if (h->n_chunks == h->chunk_room) {
        h->chunk_room = h->chunk_room ? 2 * h->chunk_room : 64;
        h->chunks = rg_realloc(tag, h->chunks, h->chunk_room * sizeof *h->chunks);
    }
    h->chunks[h->n_chunks++] = rg_alloc(tag, CHUNK * sizeof **h->chunks);
    return i;
}

static void number_drop(struct rg_heap *h, uint32_t i)
{
    *at(h, i) = (struct rg_heap_block){.size = h->free_list};
    h->free_list = i;
}

/* ---- the table ---- */

static uint64_t n_slots(const struct rg_heap *h) { return (uint64_t)1 << h->slot_bits; }

/* Slots hold numbers below n_slots: there are never more blocks.  */
static uint32_t number_in(const struct rg_heap *h, uint64_t s) { return h->slots[s] & (uint32_t)(n_slots(h) - 1); }

static uint32_t tag_of(const struct rg_heap *h, uint64_t addr)
{
    return (uint32_t)(rg_map_hash(addr) >> 32) & ~(uint32_t)(n_slots(h) - 1);
}

static uint64_t home_slot(const struct rg_heap *h, uint64_t addr)
{
    const unsigned bits = WINDOW_BITS - GRANULE_BITS;
    return (rg_map_hash(addr >> WINDOW_BITS) << bits | (addr >> GRANULE_BITS & ((1 << bits) - 1))) & (n_slots(h) - 1);
}

/* The slot of ADDR, or the empty one where it would be.  */
static uint64_t probe(const struct rg_heap *h, uint64_t addr)
{
    uint64_t s = home_slot(h, addr), mask = n_slots(h) - 1;
    uint32_t t = tag_of(h, addr);

    while (h->slots[s] != NONE && ((h->slots[s] & ~(uint32_t)mask) != t || at(h, number_in(h, s))->addr != addr))
        s = (s + 1) & mask;
    return s;
}

static void table_make(struct rg_heap *h)
{
    h->slots = rg_alloc(tag, n_slots(h) * sizeof *h->slots);
    for (uint32_t i = 1; i < h->used; i++)
        if (at(h, i)->addr)
            h->slots[probe(h, at(h, i)->addr)] = i | tag_of(h, at(h, i)->addr);
}

void rg_heap_expect(const struct rg_heap *h, uint64_t addr)
{
    if (h->slots)
        __builtin_prefetch(&h->slots[home_slot(h, addr)], 1);
}

static uint64_t slot_of(struct rg_heap *h, uint64_t addr)
{
    if (__builtin_expect(!h->slots, 0))
        table_make(h);
    return probe(h, addr);
}

static void table_grow(struct rg_heap *h)
{
    rg_free(h->slots);
    h->slot_bits++;
    table_make(h);
}

/* Empties slot S, and moves back what had to go on behind it.  */
static void slot_remove(struct rg_heap *h, uint64_t s)
{
    uint64_t mask = n_slots(h) - 1;

    for (uint64_t next = (s + 1) & mask; h->slots[next] != NONE; next = (next + 1) & mask) {
        uint64_t home = home_slot(h, at(h, number_in(h, next))->addr);
        if (((next - home) & mask) >= ((next - s) & mask)) {
            h->slots[s] = h->slots[next];
            s = next;
        }
    }
    h->slots[s] = NONE;
}

/* ---- sites and totals ---- */

static struct rg_heap_site *site_at(struct rg_heap *h, uint32_t site)
{
    RG_ASSERT(site < RG_HEAP_MAX_SITES);
    if (site >= h->site_room) {
        uint32_t room = h->site_room ? h->site_room : 256;
        while (room <= site)
            room *= 2;
        h->sites = rg_realloc(tag, h->sites, room * sizeof *h->sites);
        memset(h->sites + h->site_room, 0, (room - h->site_room) * sizeof *h->sites);
        h->site_room = room;
    }
    if (site >= h->n_sites)
        h->n_sites = site + 1;
    return &h->sites[site];
}

static void site_note_peak(const struct rg_heap *h, struct rg_heap_site *s)
{
    if (s->peak_epoch == h->epoch)
        return;
    s->peak_epoch = h->epoch;
    s->peak_blocks = s->live_blocks;
    s->peak_bytes = s->live_bytes;
}

static void note_peak(struct rg_heap *h)
{
    if (h->t.live_bytes <= h->t.peak_bytes)
        return;
    h->t.peak_bytes = h->t.live_bytes;
    h->t.peak_blocks = h->t.live_blocks;
    h->epoch++;
}

static void live_add(struct rg_heap *h, struct rg_heap_site *s, uint64_t blocks, uint64_t bytes)
{
    site_note_peak(h, s);
    s->live_blocks += blocks;
    s->live_bytes += bytes;
    h->t.live_blocks += blocks;
    h->t.live_bytes += bytes;
}

/* ---- changes ---- */

static uint64_t clip(uint64_t size)
{
    const uint64_t max = ((uint64_t)1 << RG_HEAP_SIZE_BITS) - 1;
    return size < max ? size : max;
}

/* S is the empty slot for B.  */
static void insert_at(struct rg_heap *h, uint64_t s, struct rg_heap_block b)
{
    uint32_t i;

    if (4 * (h->t.live_blocks + 1) > 3 * n_slots(h)) {
        table_grow(h);
        s = probe(h, b.addr);
    }
    i = number_new(h);
    h->slots[s] = i | tag_of(h, b.addr);
    *at(h, i) = b;
    live_add(h, site_at(h, b.site), 1, b.size);
}

void rg_heap_add(struct rg_heap *h, uint64_t addr, uint64_t size, uint32_t site, uint64_t now, unsigned flags)
{
    struct rg_heap_site *s;
    uint64_t slot = slot_of(h, addr);

    RG_ASSERT(addr != 0);
    if (h->slots[slot] != NONE) {
        rg_heap_remove(h, addr, now, NULL);
        slot = slot_of(h, addr);
    }
    insert_at(h, slot, (struct rg_heap_block){.addr = addr, .size = clip(size), .site = site, .born = now, .flags = flags});
    s = site_at(h, site);
    s->blocks++;
    s->bytes += size;
    h->t.allocs++;
    h->t.bytes += size;
}

bool rg_heap_remove(struct rg_heap *h, uint64_t addr, uint64_t now, struct rg_heap_block *old)
{
    uint64_t slot = slot_of(h, addr);
    struct rg_heap_block b;
    struct rg_heap_site *s;

    if (h->slots[slot] == NONE)
        return false;
    b = *at(h, number_in(h, slot));
    number_drop(h, number_in(h, slot));
    /* The record is gone: the shift reads the others' only.  */
    slot_remove(h, slot);
    note_peak(h);
    s = site_at(h, b.site);
    live_add(h, s, -(uint64_t)1, -(uint64_t)b.size);
    s->freed_blocks++;
    s->lifetimes += now - b.born;
    h->t.frees++;
    if (old)
        *old = b;
    return true;
}

void rg_heap_put_back(struct rg_heap *h, const struct rg_heap_block *old, uint64_t now)
{
    struct rg_heap_site *s;

    insert_at(h, slot_of(h, old->addr), *old);
    s = site_at(h, old->site);
    s->freed_blocks--;
    s->lifetimes -= now - old->born;
    h->t.frees--;
}

void rg_heap_was_temporary(struct rg_heap *h, uint32_t site, uint64_t size)
{
    struct rg_heap_site *s = site_at(h, site);

    s->temp_blocks++;
    s->temp_bytes += size;
    h->t.temp_blocks++;
}

void rg_heap_was_realloc(struct rg_heap *h, uint32_t site, uint64_t copied)
{
    struct rg_heap_site *s = site_at(h, site);

    s->realloc_blocks++;
    s->copied_bytes += copied;
    h->t.realloc_blocks++;
    h->t.copied_bytes += copied;
}

void rg_heap_was_unused(struct rg_heap *h, uint32_t site, uint64_t bytes)
{
    site_at(h, site)->unused_bytes += bytes;
    h->t.unused_bytes += bytes;
}

bool rg_heap_resize(struct rg_heap *h, uint64_t addr, uint64_t size, uint64_t now)
{
    uint64_t slot = slot_of(h, addr);
    struct rg_heap_block *b;

    (void)now;
    if (h->slots[slot] == NONE)
        return false;
    b = at(h, number_in(h, slot));
    note_peak(h);
    live_add(h, site_at(h, b->site), 0, clip(size) - b->size);
    b->size = clip(size);
    return true;
}

/* ---- questions ---- */

const struct rg_heap_block *rg_heap_find(struct rg_heap *h, uint64_t addr)
{
    uint64_t slot = slot_of(h, addr);
    return h->slots[slot] == NONE ? NULL : at(h, number_in(h, slot));
}

const struct rg_heap_block *rg_heap_next(const struct rg_heap *h, uint64_t *cursor)
{
    for (uint64_t i = *cursor ? *cursor : 1; i < h->used; i++)
        if (at(h, i)->addr) {
            *cursor = i + 1;
            return at(h, i);
        }
    *cursor = h->used;
    return NULL;
}

void rg_heap_settle(struct rg_heap *h)
{
    note_peak(h);
    for (uint32_t i = 0; i < h->n_sites; i++)
        site_note_peak(h, &h->sites[i]);
}

const struct rg_heap_totals *rg_heap_totals(const struct rg_heap *h) { return &h->t; }

const struct rg_heap_site *rg_heap_site(const struct rg_heap *h, uint32_t site)
{
    RG_ASSERT(site < h->n_sites);
    return &h->sites[site];
}

uint32_t rg_heap_site_count(const struct rg_heap *h) { return h->n_sites; }

uint64_t rg_heap_memory(const struct rg_heap *h)
{
    return (uint64_t)h->n_chunks * CHUNK * sizeof(struct rg_heap_block) + (h->slots ? n_slots(h) * sizeof *h->slots : 0);
}

/* ---- in order ---- */

/* Without gaps: numbers 1 to N.  */
static void compact(struct rg_heap *h)
{
    uint32_t n = 1;

    for (uint32_t i = 1; i < h->used; i++)
        if (at(h, i)->addr) {
            if (i != n)
                *at(h, n) = *at(h, i);
            n++;
        }
    while (h->used > n)
        *at(h, --h->used) = (struct rg_heap_block){.addr = 0};
    h->free_list = NONE;
}

struct rg_heap_view rg_heap_sort(struct rg_heap *h)
{
    struct rg_heap_view v = {h->chunks, h->used - 1};

    rg_free(h->slots);
    h->slots = NULL;
    compact(h);
    v.n = h->used - 1;
    rg_heap_view_sort(&v);
    return v;
}
