/* rg_cache_impl.h - the parts of the cache model, for rg_cache*.c only.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_CACHE_IMPL_H
#define RG_CACHE_IMPL_H

#include "rg_cache.h"
#include "rg_lru.h"
#include "rg_map.h"

enum { RG_CACHE_NO_LINE = 1 }; /* is no line's address */

struct rg_cache_d1 {
    unsigned line_bits, assoc, assoc_bits;
    size_t set_mask; /* number of sets - 1 */
    bool no_slots;  /* no line ever gets its slot */
    uint64_t *sets; /* of each: addresses of its ASSOC lines (RG_CACHE_NO_LINE: empty), then the times of their last accesses */
    void *memory;   /* in which SETS are */
    uint32_t *lost; /* of each: how many of its lines do not have their slot; with no_slots 1 */
    uint64_t nobodys_stamp;
    struct rg_cache_hot *hot;
    struct {
        uint64_t *stamp, time;
    } straddled[RG_CACHE_STRADDLING]; /* second lines since the last rg_cache_restamp */
    unsigned n_straddled;
};

struct rg_cache_i1 {
    unsigned line_bits, set_bits, assoc;
    struct rg_cache_line **ways; /* NULL: empty */
    uint32_t *n_empty;           /* by set: its first ways are */
    struct rg_map lines;         /* by address */
    struct rg_cache_line *(*new_line)(void); /* NULL: they are in CHUNKS */
    struct rg_cache_chunk *chunks;
};

/* LL with dirty lines (rg_cache_wb.c).  */
struct rg_cache_wb {
    unsigned line_bits, set_bits, assoc;
    uint64_t tag_mask;
    uint64_t *words;
};

void rg_cache_wb_init(struct rg_cache_wb *w, const struct rg_geometry *g);
void rg_cache_wb_clear(struct rg_cache_wb *w);
enum rg_cache_result rg_cache_wb_access(struct rg_cache_wb *w, uint64_t a, unsigned size, bool write);
void rg_cache_wb_prefetch(struct rg_cache_wb *w, uint64_t a);

enum { RG_CACHE_STREAMS = 8 };

/* The prefetcher (rg_cache_wb.c).  */
struct rg_cache_stream {
    uint32_t last;  /* line number, cut to 32 bits */
    int64_t run;    /* lines met one after the other: upwards, or downwards when negative */
};

/* Tells the prefetcher of an access.  Returns true and sets *FETCH when it fetches a line.  */
bool rg_cache_prefetch(struct rg_cache_stream streams[RG_CACHE_STREAMS], unsigned line_bits, uint64_t a, uint64_t *fetch);

/* RG_CACHE_USE (rg_cache_use.c).  */
struct rg_cache_useful;
struct rg_cache_useful *rg_cache_useful_new(const struct rg_geometry g[3]);
void rg_cache_useful_free(struct rg_cache_useful *u);
void rg_cache_useful_clear(struct rg_cache_useful *u);
void rg_cache_useful_finish(struct rg_cache_useful *u);
void rg_cache_useful_owner(struct rg_cache_useful *u, struct rg_cache_use *owner, bool collect);
enum rg_cache_result rg_cache_useful_access(struct rg_cache_useful *u, bool data, uint64_t a, unsigned size);

#endif
