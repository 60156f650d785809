/* rg_heap.h - the heap as the allocator's calls show it: live blocks, and statistics per place of allocation.

   SPDX-License-Identifier: GPL-2.0-or-later

   A *site* is a place of allocation: a call path, by a number below RG_HEAP_MAX_SITES that the caller gives out densely from 0.
   Times are instructions executed (Ir); they must not go back.  */
#ifndef RG_HEAP_H
#define RG_HEAP_H

#include "rg_port.h"

enum {
    RG_HEAP_SIZE_BITS = 40, /* larger blocks are stored with this size */
    RG_HEAP_SITE_BITS = 24,
    RG_HEAP_BORN_BITS = 58,
    RG_HEAP_MAX_SITES = 1 << RG_HEAP_SITE_BITS,
    RG_HEAP_CHUNK_BITS = 14, /* blocks lie in pieces of so many */
};

/* Where a block's memory comes from.  */
enum {
    RG_HEAP_CUSTOM = 1, /* told by a client request: its memory is not the allocator's */
    RG_HEAP_MAPPED = 2, /* the allocator got fresh pages for it */
    RG_HEAP_ZEROS = 4,  /* zeros in it may be the program's: it asked for them, or the block is not known from its beginning */
    RG_HEAP_POOL = 8,   /* of a pool that a client request told of */
};

/* A live block.  24 bytes, because programs have 10^7 of them.  */
struct rg_heap_block {
    uint64_t addr; /* 0: none */
    uint64_t size : RG_HEAP_SIZE_BITS, site : RG_HEAP_SITE_BITS;
    uint64_t born : RG_HEAP_BORN_BITS, flags : 64 - RG_HEAP_BORN_BITS;
};

struct rg_heap_site {
    uint64_t blocks, bytes;                /* allocated */
    uint64_t live_blocks, live_bytes;      /* now */
    uint64_t peak_blocks, peak_bytes;      /* live when the whole heap was at its peak; valid after rg_heap_settle */
    uint64_t temp_blocks, temp_bytes;      /* freed before the thread's next allocation */
    uint64_t realloc_blocks, copied_bytes; /* blocks that replace another; bytes of those that moved */
    uint64_t freed_blocks, lifetimes;      /* sum of lifetimes of the freed */
    uint64_t unused_bytes;                 /* never used, or given back before the end */
    uint64_t peak_epoch;
};

struct rg_heap_totals {
    uint64_t allocs, frees, bytes;    /* calls and bytes of the whole run; a realloc is one of each */
    uint64_t live_blocks, live_bytes; /* now */
    uint64_t peak_blocks, peak_bytes; /* when live bytes were at their maximum; valid after rg_heap_settle */
    uint64_t temp_blocks, realloc_blocks, copied_bytes, unused_bytes;
};

struct rg_heap; /* opaque */

struct rg_heap *rg_heap_new(void);
void rg_heap_free(struct rg_heap *h);

/* Changes nothing, but makes it faster to add or remove the block at ADDR soon: most of it is waiting for memory.  */
void rg_heap_expect(const struct rg_heap *h, uint64_t addr);

/* A block of SIZE bytes has been allocated at ADDR (not 0).  A block that was there is taken for freed first.  */
void rg_heap_add(struct rg_heap *h, uint64_t addr, uint64_t size, uint32_t site, uint64_t now, unsigned flags);

/* The block at ADDR is freed; returns false when there is none.  *OLD (may be NULL) is what it was.  */
bool rg_heap_remove(struct rg_heap *h, uint64_t addr, uint64_t now, struct rg_heap_block *old);

/* Takes back an rg_heap_remove that turned out not to be one.  */
void rg_heap_put_back(struct rg_heap *h, const struct rg_heap_block *old, uint64_t now);

/* The block that was freed last was allocated at SITE with SIZE bytes, by the same thread and with no allocation in between.  */
void rg_heap_was_temporary(struct rg_heap *h, uint32_t site, uint64_t size);

/* An allocation at SITE replaced a block; COPIED bytes had to move (0: it was resized in place).  */
void rg_heap_was_realloc(struct rg_heap *h, uint32_t site, uint64_t copied);

/* BYTES of a block that was allocated at SITE have not been used.  */
void rg_heap_was_unused(struct rg_heap *h, uint32_t site, uint64_t bytes);

/* The block at ADDR, or NULL; valid until the table changes.  */
const struct rg_heap_block *rg_heap_find(struct rg_heap *h, uint64_t addr);

/* Changes the size of the block at ADDR, without calling that an allocation; false when there is none.  */
bool rg_heap_resize(struct rg_heap *h, uint64_t addr, uint64_t size, uint64_t now);

/* Visits all blocks in no particular order: *CURSOR begins at 0; NULL after the last.  */
const struct rg_heap_block *rg_heap_next(const struct rg_heap *h, uint64_t *cursor);

/* All blocks, sorted by address, where they are.  Blocks that reach into the next one come last, and are not among the N.  Valid
   until the table changes or a block is looked for.  */
struct rg_heap_view {
    struct rg_heap_block *const *chunks;
    size_t n;
};
struct rg_heap_view rg_heap_sort(struct rg_heap *h);

/* Number 0 is that of no block.  */
static inline struct rg_heap_block *rg_heap_view_at(const struct rg_heap_view *v, size_t i)
{
    return &v->chunks[(i + 1) >> RG_HEAP_CHUNK_BITS][(i + 1) & ((1 << RG_HEAP_CHUNK_BITS) - 1)];
}

/* rg_heapsort.c: the sorting itself; takes those that reach into the next one out of v->n.  */
void rg_heap_view_sort(struct rg_heap_view *v);

/* The first address behind B; a block of no size has one byte.  */
static inline uint64_t rg_heap_block_end(const struct rg_heap_block *b) { return b->addr + (b->size ? b->size : 1); }

/* Makes the peaks valid.  */
void rg_heap_settle(struct rg_heap *h);

const struct rg_heap_totals *rg_heap_totals(const struct rg_heap *h);
/* Sites are 0 to count - 1.  Valid until the next rg_heap_add.  */
const struct rg_heap_site *rg_heap_site(const struct rg_heap *h, uint32_t site);
uint32_t rg_heap_site_count(const struct rg_heap *h);

/* Bytes of memory the table of blocks takes.  */
uint64_t rg_heap_memory(const struct rg_heap *h);

#endif
