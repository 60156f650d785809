/* rg_map.c - a hash map from 64-bit keys to 64-bit values.

   SPDX-License-Identifier: GPL-2.0-or-later

   Key 0 marks an empty slot, so a key 0 of the user is kept beside the table.  Removal shifts the following slots back, so
   there are no tombstones and look-ups stay as short as in a table that never held the key.  */
#include "rg_map.h"

enum { FIRST_SLOTS = 16 };

void rg_map_init(struct rg_map *m, const char *tag)
{
    *m = (struct rg_map){ .tag = tag };
}

void rg_map_free(struct rg_map *m)
{
    rg_free(m->slots);
    rg_map_init(m, m->tag);
}

void rg_map_clear(struct rg_map *m)
{
    if (m->slots != NULL)
        memset(m->slots, 0, (m->mask + 1) * sizeof *m->slots);
    m->used = 0;
    m->has_zero = false;
}

/* The slot where KEY is or would be put.  The table has an empty slot.  */
static struct rg_map_slot *slot_for(const struct rg_map *m, uint64_t key)
{
    size_t i = rg_map_hash(key) & m->mask;
    while (m->slots[i].key != 0 && m->slots[i].key != key)
        i = (i + 1) & m->mask;
    return &m->slots[i];
}

static void resize(struct rg_map *m, size_t n_slots)
{
    struct rg_map_slot *old = m->slots;
    size_t n_old = old != NULL ? m->mask + 1 : 0;
    m->slots = rg_alloc(m->tag, n_slots * sizeof *m->slots);
    m->mask = n_slots - 1;
    for (size_t i = 0; i < n_old; i++)
        if (old[i].key != 0)
            *slot_for(m, old[i].key) = old[i];
    rg_free(old);
}

void rg_map_reserve(struct rg_map *m, size_t n)
{
    RG_ASSERT(n <= SIZE_MAX / 64);
    size_t n_slots = m->slots != NULL ? m->mask + 1 : FIRST_SLOTS;
    while (n_slots / 4 * 3 < n)
        n_slots *= 2;
    if (m->slots == NULL || n_slots > m->mask + 1)
        resize(m, n_slots);
}

uint64_t *rg_map_add(struct rg_map *m, uint64_t key, bool *added)
{
    bool is_new = false;
    uint64_t *value;
    if (key == 0) {
        is_new = !m->has_zero;
        if (is_new)
            m->zero_value = 0;
        m->has_zero = true;
        value = &m->zero_value;
    } else {
        value = rg_map_find(m, key);
        if (value == NULL) {
            is_new = true;
            rg_map_reserve(m, m->used + 1);
            struct rg_map_slot *s = slot_for(m, key);
            *s = (struct rg_map_slot){ .key = key };
            m->used++;
            value = &s->value;
        }
    }
    if (added != NULL)
        *added = is_new;
    return value;
}

void rg_map_put(struct rg_map *m, uint64_t key, uint64_t value)
{
    *rg_map_add(m, key, NULL) = value;
}

/* Closes the gap at slot HOLE: every following slot of the run that may move there does.  */
static void close_gap(struct rg_map *m, size_t hole)
{
    for (size_t i = (hole + 1) & m->mask; m->slots[i].key != 0; i = (i + 1) & m->mask) {
        size_t home = rg_map_hash(m->slots[i].key) & m->mask;
        size_t from_home = (i - home) & m->mask;
        size_t from_hole = (i - hole) & m->mask;
        if (from_home >= from_hole) {
            m->slots[hole] = m->slots[i];
            hole = i;
        }
    }
    m->slots[hole] = (struct rg_map_slot){ 0 };
}

bool rg_map_remove(struct rg_map *m, uint64_t key, uint64_t *value)
{
    uint64_t *v = rg_map_find(m, key);
    if (v == NULL)
        return false;
    if (value != NULL)
        *value = *v;
    if (key == 0) {
        m->has_zero = false;
        return true;
    }
    close_gap(m, (size_t)(slot_for(m, key) - m->slots));
    m->used--;
    return true;
}

bool rg_map_next(const struct rg_map *m, size_t *cursor, uint64_t *key, uint64_t *value)
{
    size_t n_slots = m->slots != NULL ? m->mask + 1 : 0;
    for (; *cursor < n_slots; ++*cursor) {
        const struct rg_map_slot *s = &m->slots[*cursor];
        if (s->key != 0) {
            *key = s->key;
            *value = s->value;
            ++*cursor;
            return true;
        }
    }
    if (*cursor > n_slots || !m->has_zero)
        return false;
    *key = 0;
    *value = m->zero_value;
    *cursor = n_slots + 1;
    return true;
}
