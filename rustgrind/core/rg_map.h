/* rg_map.h - a hash map from 64-bit keys to 64-bit values.

   SPDX-License-Identifier: GPL-2.0-or-later

   Open addressing with linear probing; the table is a power of two and at most three quarters full.  Look-ups are inline: the
   tool uses them at every call through an unusual context.  Pointers to values are valid until the next key is added or
   removed.  */
#ifndef RG_MAP_H
#define RG_MAP_H

#include "rg_port.h"

struct rg_map_slot {
    uint64_t key; /* 0: empty */
    uint64_t value;
};

/* A value type.  Make it with rg_map_init; the fields are for the inline functions only.  */
struct rg_map {
    struct rg_map_slot *slots; /* MASK + 1 of them, NULL before the first key */
    size_t mask;
    size_t used;  /* without key 0 */
    bool has_zero; /* key 0 lives outside of the table */
    uint64_t zero_value;
    const char *tag;
};

/* An empty map; allocates nothing yet.  Freed by rg_map_free, after which it is empty and may be used again.  */
void rg_map_init(struct rg_map *m, const char *tag);
void rg_map_free(struct rg_map *m);

/* Removes all keys, keeps the memory.  */
void rg_map_clear(struct rg_map *m);

/* Makes room for N keys at once, so that adding them does not grow the table step by step.  */
void rg_map_reserve(struct rg_map *m, size_t n);

/* Returns the value of KEY.  A key that was not there is added with value 0 and *ADDED is set (ADDED may be NULL).  */
uint64_t *rg_map_add(struct rg_map *m, uint64_t key, bool *added);

/* Sets KEY to VALUE.  */
void rg_map_put(struct rg_map *m, uint64_t key, uint64_t value);

/* Removes KEY.  Returns false when it was not there; otherwise stores its value in *VALUE (which may be NULL).  */
bool rg_map_remove(struct rg_map *m, uint64_t key, uint64_t *value);

/* Visits all keys, in an order that depends on their hashes only in part: sort where order matters.  *CURSOR begins at 0; returns
   false after the last key.  The map must not change between the calls, except for the values.  */
bool rg_map_next(const struct rg_map *m, size_t *cursor, uint64_t *key, uint64_t *value);

static inline size_t rg_map_count(const struct rg_map *m)
{
    return m->used + m->has_zero;
}

/* Mixes all bits of KEY (addresses differ in few of them) into the low bits of the result.  */
static inline uint64_t rg_map_hash(uint64_t key)
{
    key ^= key >> 32;
    key *= 0x9e3779b97f4a7c15u;
    key ^= key >> 29;
    key *= 0xbf58476d1ce4e5b9u;
    return key ^ key >> 32;
}

/* Returns a pointer to KEY's value, or NULL.  */
static inline uint64_t *rg_map_find(const struct rg_map *m, uint64_t key)
{
    if (__builtin_expect(key == 0, 0))
        return m->has_zero ? (uint64_t *)&m->zero_value : NULL;
    if (__builtin_expect(m->slots == NULL, 0))
        return NULL;
    for (size_t i = rg_map_hash(key) & m->mask;; i = (i + 1) & m->mask) {
        struct rg_map_slot *s = &m->slots[i];
        if (s->key == key)
            return &s->value;
        if (s->key == 0)
            return NULL;
    }
}

/* Returns KEY's value, or ABSENT.  */
static inline uint64_t rg_map_get(const struct rg_map *m, uint64_t key, uint64_t absent)
{
    const uint64_t *v = rg_map_find(m, key);
    return v != NULL ? *v : absent;
}

#endif
