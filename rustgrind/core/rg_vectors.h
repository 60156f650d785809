/* rg_vectors.h - cost vectors of equal length, by number.

   SPDX-License-Identifier: GPL-2.0-or-later

   Vectors never move, so pointers to them stay valid until rg_vectors_free.  A vector given back is used again.  */
#ifndef RG_VECTORS_H
#define RG_VECTORS_H

#include "rg_port.h"

enum { RG_VECTORS_PER_CHUNK = 1024 };

/* A value type.  Make it with rg_vectors_init; the fields are for the inline function only.  */
struct rg_vectors {
    const char *tag;
    unsigned length;
    uint64_t **chunks;
    size_t n_chunks, chunk_capacity;
    uint32_t used;
    uint32_t given_back; /* list of numbers + 1; each vector holds the next */
};

/* No vectors of LENGTH (>= 1) counters each.  */
void rg_vectors_init(struct rg_vectors *vs, unsigned length, const char *tag);
void rg_vectors_free(struct rg_vectors *vs);

/* Makes a vector with the counters at COST and returns its number.  */
uint32_t rg_vectors_add(struct rg_vectors *vs, const uint64_t *cost);

/* Gives vector V back.  */
void rg_vectors_drop(struct rg_vectors *vs, uint32_t v);

static inline uint64_t *rg_vectors_at(const struct rg_vectors *vs, uint32_t v)
{
    return &vs->chunks[v / RG_VECTORS_PER_CHUNK][(size_t)(v % RG_VECTORS_PER_CHUNK) * vs->length];
}

#endif
