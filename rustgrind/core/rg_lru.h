/* rg_lru.h - one set-associative cache with true LRU.

   SPDX-License-Identifier: GPL-2.0-or-later

   A set is an array of tags, the most recently used first.  Tags have 32 bits where that is enough for every canonical address
   of 48 bits, so that a set of 16 ways is one line of the host's cache: most of what a miss costs is the host's own miss.  */
#ifndef RG_LRU_H
#define RG_LRU_H

#include "rg_geometry.h"

/* A value type.  */
struct rg_lru {
    unsigned line_bits, set_bits, assoc;
    unsigned set_mask, set_bytes;
    bool narrow; /* tags are uint32_t, else uint64_t */
    bool usual;  /* narrow, with 16 ways */
    void *tags;
    void *memory; /* in which TAGS are */
};

/* As rg_alloc, but the result begins with a line of the host's cache.  *MEMORY is what has to be freed.  */
static inline void *rg_alloc_lines(const char *tag, size_t n, void **memory)
{
    enum { HOST_LINE = 64 };
    uintptr_t at;

    *memory = rg_alloc(tag, n + HOST_LINE - 1);
    at = (uintptr_t)*memory;
    return (char *)*memory + (-at & (HOST_LINE - 1));
}

/* A cache that holds the line at address 0, as callgrind's do at the start.  Freed by rg_lru_free.  */
void rg_lru_init(struct rg_lru *l, const struct rg_geometry *g);
void rg_lru_free(struct rg_lru *l);

/* Back to the state after rg_lru_init.  */
void rg_lru_clear(struct rg_lru *l);

/* Touches the lines of the SIZE bytes at A, which are one or two.  Returns true when all of them were there.  */
bool rg_lru_access(struct rg_lru *l, uint64_t a, unsigned size);

/* log2 of N, a power of two.  */
static inline unsigned rg_log2(uint64_t n)
{
    return (unsigned)__builtin_ctzll(n);
}

static inline unsigned rg_lru_n_sets(const struct rg_geometry *g)
{
    return g->size / g->line / g->assoc;
}

#endif
