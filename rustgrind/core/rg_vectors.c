/* rg_vectors.c - cost vectors of equal length, by number.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_vectors.h"

enum { FIRST_CAPACITY = 64 };

void rg_vectors_init(struct rg_vectors *vs, unsigned length, const char *tag)
{
    RG_ASSERT(length >= 1);
    *vs = (struct rg_vectors){ .tag = tag, .length = length };
}

void rg_vectors_free(struct rg_vectors *vs)
{
    for (size_t i = 0; i < vs->n_chunks; i++)
        rg_free(vs->chunks[i]);
    rg_free(vs->chunks);
    rg_vectors_init(vs, vs->length, vs->tag);
}

static void add_chunk(struct rg_vectors *vs)
{
    if (vs->n_chunks == vs->chunk_capacity) {
        vs->chunk_capacity = vs->chunk_capacity ? 2 * vs->chunk_capacity : FIRST_CAPACITY;
        vs->chunks = rg_realloc(vs->tag, vs->chunks, vs->chunk_capacity * sizeof *vs->chunks);
    }
    vs->chunks[vs->n_chunks++] = rg_alloc(vs->tag, (size_t)RG_VECTORS_PER_CHUNK * vs->length * sizeof(uint64_t));
}

uint32_t rg_vectors_add(struct rg_vectors *vs, const uint64_t *cost)
{
    uint32_t v;
    if (vs->given_back != 0) {
        v = vs->given_back - 1;
        vs->given_back = (uint32_t)*rg_vectors_at(vs, v);
    } else {
        RG_ASSERT(vs->used < UINT32_MAX - 1);
        v = vs->used++;
        if (v % RG_VECTORS_PER_CHUNK == 0)
            add_chunk(vs);
    }
    memcpy(rg_vectors_at(vs, v), cost, vs->length * sizeof *cost);
    return v;
}

void rg_vectors_drop(struct rg_vectors *vs, uint32_t v)
{
    RG_ASSERT(v < vs->used);
    *rg_vectors_at(vs, v) = vs->given_back;
    vs->given_back = v + 1;
}
