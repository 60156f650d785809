/* slowcache.h - the caches again, slow and obvious, to compare rg_cache with.

   SPDX-License-Identifier: GPL-2.0-or-later

   Each place holds a word and the number of the access that used it last.  A set is searched from one end to the other; the
   place that was used longest ago is taken.  No tables, no stamps of callers, no sharing of code with core/.  */
#ifndef SLOWCACHE_H
#define SLOWCACHE_H

#include "rg_cache.h"

struct slow_place {
    bool used;     /* false: never loaded; a word of 0 is found in it all the same where callgrind finds one */
    uint64_t word; /* number of the line, or what RG_CACHE_WB and RG_CACHE_USE keep */
    bool dirty;
    uint64_t when;
    /* RG_CACHE_USE */
    uint64_t count;
    bool part[32];
    struct rg_cache_use *owner;
    struct slow_place *below;
};

struct slow_level {
    struct rg_geometry g;
    uint64_t n_sets;
    struct slow_place *places; /* by set, then by way */
};

struct slowcache {
    struct slow_level i1, d1, ll;
    unsigned mode;
    uint64_t now;
    uint64_t last[8]; /* prefetcher: line numbers */
    int64_t run[8];
    struct rg_cache_use *owner;
    bool collect;
};

void slowcache_init(struct slowcache *c, const struct rg_geometry g[3], unsigned mode);
void slowcache_free(struct slowcache *c);
void slowcache_clear(struct slowcache *c);
enum rg_cache_result slowcache_access(struct slowcache *c, enum rg_cache_kind kind, uint64_t a, unsigned size);
void slowcache_finish(struct slowcache *c);

/* A stream of accesses as programs make them: runs, strides, a stack, a few hot places, leaps; near 0, in the low gigabytes, in
   places 4 GB apart and at the top of the address space.  Sizes are 1 to MAX.  */
struct slow_trace {
    uint64_t state;
    uint64_t at, step;
    unsigned left;
};

uint64_t slow_trace_next(struct slow_trace *t, unsigned max, unsigned *size);

#endif
