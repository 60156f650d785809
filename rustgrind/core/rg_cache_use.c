/* rg_cache_use.c - how well the lines that were loaded are used.

   SPDX-License-Identifier: GPL-2.0-or-later

   Every place of a cache knows who loaded its line, how often it was accessed and which of 32 parts of it.  A line that leaves
   L1 is charged to who loaded it, and adds what was seen of it to the place of LL that it was loaded from - which may hold
   another line by then: that is callgrind's way, and so is the rest:
   - a tag is the address's bits above the set, cut to 32 bits; at the start all places hold a line with these bits zero, which
     nobody loaded;
   - L1 and LL are joined by addresses of L1's lines: of a straddling access LL sees only the lines that L1 missed;
   - with one set, a straddling access touches its first line only, and the part from its first byte's to its last byte's offset,
     which is hardly any when it wraps around;
   - the line at address 0 never comes from LL.  */
#include "rg_cache_impl.h"

enum { PARTS = 32, FULL_COST = 1000 };

/* A place, by its fixed number; what is in it moves between ways by number.  */
struct place {
    uint32_t count, mask;
    struct rg_cache_use *owner;
    struct place *below; /* L1: the place in LL */
};

struct way {
    uint32_t tag, place;
};

struct level {
    unsigned line_bits, set_bits, assoc;
    struct way *ways;
    struct place *places;
};

struct rg_cache_useful {
    struct level i1, d1, ll;
    struct rg_cache_use *owner;
    bool collect;
};

static void level_clear(struct level *l)
{
    size_t ways = (size_t)l->assoc << l->set_bits;

    memset(l->places, 0, ways * sizeof *l->places);
    for (size_t i = 0; i < ways; i++)
        l->ways[i] = (struct way){0, (uint32_t)i};
}

static void level_init(struct level *l, const struct rg_geometry *g)
{
    size_t ways = (size_t)rg_lru_n_sets(g) * g->assoc;

    l->line_bits = rg_log2(g->line);
    l->set_bits = rg_log2(rg_lru_n_sets(g));
    l->assoc = g->assoc;
    l->ways = rg_alloc("cache.use", ways * sizeof *l->ways);
    l->places = rg_alloc("cache.use", ways * sizeof *l->places);
    level_clear(l);
}

static void level_free(struct level *l)
{
    rg_free(l->ways);
    rg_free(l->places);
}

static size_t set_of(const struct level *l, uint64_t a)
{
    return a >> l->line_bits & ((1u << l->set_bits) - 1);
}

/* Makes the line of A the most recent one of its set.  Returns its place; *HIT: it was there.  */
static struct place *to_front(struct level *l, uint64_t a, bool *hit)
{
    struct way *ways = &l->ways[set_of(l, a) * l->assoc];
    unsigned shift = l->line_bits + l->set_bits;
    uint32_t tag = (uint32_t)a >> shift << shift;
    struct way carried = {tag, 0};

    for (unsigned i = 0; i < l->assoc; i++) {
        struct way old = ways[i];
        ways[i] = carried;
        if (old.tag == tag) {
            ways[0] = old;
            *hit = true;
            return &l->places[old.place];
        }
        carried = old;
    }
    ways[0].place = carried.place;
    *hit = false;
    return &l->places[carried.place];
}

/* The parts of a line from byte FIRST on; up to byte LAST.  */
static uint32_t parts_from(const struct level *l, uint64_t first)
{
    uint32_t offset = (uint32_t)(first & ((1u << l->line_bits) - 1));

    return UINT32_MAX << ((uint64_t)offset * PARTS >> l->line_bits);
}

static uint32_t parts_to(const struct level *l, uint64_t last)
{
    uint32_t behind = (1u << l->line_bits) - 1 - (uint32_t)(last & ((1u << l->line_bits) - 1));

    return UINT32_MAX >> ((uint64_t)behind * PARTS >> l->line_bits);
}

static uint32_t lost_bytes(const struct level *l, uint32_t mask)
{
    uint32_t unused = PARTS;

    for (; mask != 0; mask &= mask - 1)
        unused--;
    return (uint32_t)((uint64_t)unused << l->line_bits) / PARTS;
}

/* A line leaves LL.  */
static void ll_leave(struct rg_cache_useful *u, struct place *p)
{
    if (p->count > 0 && u->collect && p->owner != NULL) {
        p->owner->ac_cost2 += FULL_COST / p->count;
        p->owner->sp_loss2 += lost_bytes(&u->ll, p->mask);
    }
    p->count = p->mask = 0;
    p->owner = u->owner;
}

/* A line leaves L1, and another one enters with its first access to the parts of MASK.  */
static void l1_leave(struct rg_cache_useful *u, const struct level *l, struct place *p, uint32_t mask)
{
    if (p->count > 0 && u->collect && p->owner != NULL) {
        p->owner->ac_cost1 += FULL_COST / p->count;
        p->owner->sp_loss1 += lost_bytes(l, p->mask);
        if (p->below != NULL) {
            p->below->mask |= p->mask;
            p->below->count += p->count;
        }
    }
    p->count = 1;
    p->mask = mask;
    p->owner = u->owner;
}

/* Touches one line.  */
static enum rg_cache_result touch(struct rg_cache_useful *u, struct level *l, uint64_t a, uint32_t mask)
{
    uint64_t line = a >> l->line_bits << l->line_bits;
    bool hit;
    struct place *p = to_front(l, a, &hit);

    if (hit) {
        p->count++;
        p->mask |= mask;
        return RG_CACHE_L1_HIT;
    }
    l1_leave(u, l, p, mask);
    if (line == 0)
        return RG_CACHE_LL_HIT;
    p->below = to_front(&u->ll, line, &hit);
    if (hit)
        return RG_CACHE_LL_HIT;
    ll_leave(u, p->below);
    return RG_CACHE_MISS;
}

enum rg_cache_result rg_cache_useful_access(struct rg_cache_useful *u, bool data, uint64_t a, unsigned size)
{
    struct level *l = data ? &u->d1 : &u->i1;
    uint64_t last = a + size - 1;

    if (set_of(l, a) == set_of(l, last))
        return touch(u, l, a, parts_from(l, a) & parts_to(l, last));
    enum rg_cache_result first = touch(u, l, a, parts_from(l, a));
    enum rg_cache_result second = touch(u, l, last, parts_to(l, last));
    return first > second ? first : second;
}

struct rg_cache_useful *rg_cache_useful_new(const struct rg_geometry g[3])
{
    struct rg_cache_useful *u = rg_alloc("cache.use", sizeof *u);

    level_init(&u->i1, &g[0]);
    level_init(&u->d1, &g[1]);
    level_init(&u->ll, &g[2]);
    return u;
}

void rg_cache_useful_free(struct rg_cache_useful *u)
{
    level_free(&u->i1);
    level_free(&u->d1);
    level_free(&u->ll);
    rg_free(u);
}

void rg_cache_useful_clear(struct rg_cache_useful *u)
{
    level_clear(&u->i1);
    level_clear(&u->d1);
    level_clear(&u->ll);
}

void rg_cache_useful_owner(struct rg_cache_useful *u, struct rg_cache_use *owner, bool collect)
{
    u->owner = owner;
    u->collect = collect;
}

void rg_cache_useful_finish(struct rg_cache_useful *u)
{
    struct level *levels[] = {&u->i1, &u->d1, &u->ll};

    if (!u->collect)
        return;
    u->owner = NULL;
    for (unsigned k = 0; k < 3; k++)
        for (size_t i = 0; i < (size_t)levels[k]->assoc << levels[k]->set_bits; i++) {
            struct place *p = &levels[k]->places[i];
            if (p->owner == NULL)
                continue;
            if (levels[k] == &u->ll)
                ll_leave(u, p);
            else
                l1_leave(u, levels[k], p, 0);
        }
}
