/* slowcache.c - the caches again, slow and obvious.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "slowcache.h"

#include <stdlib.h>
#include <string.h>

#include "rnd.h"

static void level_init(struct slow_level *l, struct rg_geometry g)
{
    l->g = g;
    l->n_sets = g.size / g.line / g.assoc;
    l->places = malloc(l->n_sets * g.assoc * sizeof *l->places);
}

static void level_clear(struct slow_level *l)
{
    memset(l->places, 0, l->n_sets * l->g.assoc * sizeof *l->places);
}

void slowcache_clear(struct slowcache *c)
{
    level_clear(&c->i1);
    level_clear(&c->d1);
    level_clear(&c->ll);
    memset(c->last, 0, sizeof c->last);
    memset(c->run, 0, sizeof c->run);
}

void slowcache_init(struct slowcache *c, const struct rg_geometry g[3], unsigned mode)
{
    memset(c, 0, sizeof *c);
    level_init(&c->i1, g[0]);
    level_init(&c->d1, g[1]);
    level_init(&c->ll, g[2]);
    c->mode = mode;
    c->collect = true;
    slowcache_clear(c);
}

void slowcache_free(struct slowcache *c)
{
    free(c->i1.places);
    free(c->d1.places);
    free(c->ll.places);
}

static uint64_t set_of(const struct slow_level *l, uint64_t a)
{
    return a / l->g.line % l->n_sets;
}

/* Bits of A above line and set, of 32.  */
static uint64_t cut_tag(const struct slow_level *l, uint64_t a)
{
    uint64_t way = l->n_sets * l->g.line;
    return a % 4294967296u / way * way;
}

/* Of the places that were never loaded, which all hold the word 0, the first is found first, and the last is lost first.  */
static struct slow_place *find(struct slow_level *l, uint64_t set, uint64_t word)
{
    struct slow_place *best = NULL;
    for (unsigned w = 0; w < l->g.assoc; w++) {
        struct slow_place *p = &l->places[set * l->g.assoc + w];
        if (p->word == word && (best == NULL || p->when > best->when))
            best = p;
    }
    return best;
}

static struct slow_place *oldest(struct slow_level *l, uint64_t set)
{
    struct slow_place *best = NULL;
    for (unsigned w = 0; w < l->g.assoc; w++) {
        struct slow_place *p = &l->places[set * l->g.assoc + w];
        if (best == NULL || p->when <= best->when)
            best = p;
    }
    return best;
}

static bool plain_line(struct slowcache *c, struct slow_level *l, uint64_t a)
{
    struct slow_place *p = find(l, set_of(l, a), a / l->g.line);
    bool hit = p != NULL;
    if (!hit)
        p = oldest(l, set_of(l, a));
    p->word = a / l->g.line;
    p->when = ++c->now;
    return hit;
}

static bool plain(struct slowcache *c, struct slow_level *l, uint64_t a, unsigned size)
{
    uint64_t end = a + size - 1;
    bool hit = plain_line(c, l, a);
    if (a / l->g.line != end / l->g.line)
        hit = plain_line(c, l, end) && hit;
    return hit;
}

/* ---- RG_CACHE_WB: a word is a cut tag, or the number of a line that was prefetched, whose lowest bit is the dirty one ---- */

static enum rg_cache_result wb_line(struct slowcache *c, uint64_t a, bool write)
{
    struct slow_level *l = &c->ll;
    enum rg_cache_result result = RG_CACHE_LL_HIT;
    struct slow_place *p = find(l, set_of(l, a), cut_tag(l, a));
    if (p == NULL) {
        p = oldest(l, set_of(l, a));
        result = p->dirty ? RG_CACHE_MISS_DIRTY : RG_CACHE_MISS;
        p->dirty = false;
    }
    p->word = cut_tag(l, a);
    p->dirty |= write;
    p->when = ++c->now;
    return result;
}

static enum rg_cache_result wb(struct slowcache *c, uint64_t a, unsigned size, bool write)
{
    uint64_t end = a + size - 1;
    enum rg_cache_result r1 = wb_line(c, a, write);
    if (a / c->ll.g.line == end / c->ll.g.line || c->ll.n_sets == 1)
        return r1;
    enum rg_cache_result r2 = wb_line(c, end, write);
    if (r1 == RG_CACHE_MISS_DIRTY || r2 == RG_CACHE_MISS_DIRTY)
        return RG_CACHE_MISS_DIRTY;
    return r1 == RG_CACHE_MISS || r2 == RG_CACHE_MISS ? RG_CACHE_MISS : RG_CACHE_LL_HIT;
}

static void wb_prefetch(struct slowcache *c, uint64_t a)
{
    struct slow_level *l = &c->ll;
    uint64_t number = a / l->g.line, set = set_of(l, a);
    struct slow_place *best = NULL;
    for (unsigned w = 0; w < l->g.assoc; w++) {
        struct slow_place *p = &l->places[set * l->g.assoc + w];
        if (p->word + p->dirty == number && (best == NULL || p->when > best->when))
            best = p;
    }
    if (best == NULL)
        best = oldest(l, set);
    best->word = number / 2 * 2;
    best->dirty = number % 2;
    best->when = ++c->now;
}

static void prefetch(struct slowcache *c, uint64_t a)
{
    unsigned page = a / 4096 % 8;
    uint64_t line = a / c->ll.g.line % 4294967296u;
    bool up = line == (c->last[page] + 1) % 4294967296u;
    bool down = line == (c->last[page] + 4294967295u) % 4294967296u;
    int64_t run = c->run[page];
    if (line == c->last[page])
        return;
    if (up)
        run = run >= 0 ? run + 1 : 0;
    else if (down)
        run = run <= 0 ? run - 1 : 0;
    else
        run = 0;
    c->last[page] = line;
    c->run[page] = run;
    if (run > -2 && run < 2)
        return;
    uint64_t to = run > 0 ? a + 5 * c->ll.g.line : a - 5 * c->ll.g.line;
    if (c->mode & RG_CACHE_WB)
        wb_prefetch(c, to);
    else
        plain(c, &c->ll, to, 1);
}

/* ---- RG_CACHE_USE ---- */

static void use_charge(struct slowcache *c, struct slow_level *l, struct slow_place *p)
{
    uint64_t unused = 0;
    for (unsigned i = 0; i < 32; i++)
        unused += !p->part[i];
    if (p->count == 0 || p->owner == NULL || !c->collect)
        return;
    if (l == &c->ll) {
        p->owner->ac_cost2 += 1000 / p->count;
        p->owner->sp_loss2 += unused * l->g.line / 32;
        return;
    }
    p->owner->ac_cost1 += 1000 / p->count;
    p->owner->sp_loss1 += unused * l->g.line / 32;
    if (p->below != NULL) {
        p->below->count += p->count;
        for (unsigned i = 0; i < 32; i++)
            p->below->part[i] |= p->part[i];
    }
}

static void use_empty(struct slowcache *c, struct slow_place *p)
{
    p->count = 0;
    memset(p->part, 0, sizeof p->part);
    p->owner = c->owner;
}

static enum rg_cache_result use_line(struct slowcache *c, struct slow_level *l, uint64_t a, const bool part[32])
{
    enum rg_cache_result result = RG_CACHE_L1_HIT;
    struct slow_place *p = find(l, set_of(l, a), cut_tag(l, a));
    if (p == NULL) {
        p = oldest(l, set_of(l, a));
        use_charge(c, l, p);
        use_empty(c, p);
        p->word = cut_tag(l, a);
        uint64_t line = a / l->g.line * l->g.line;
        result = RG_CACHE_LL_HIT;
        if (line != 0) {
            p->below = find(&c->ll, set_of(&c->ll, line), cut_tag(&c->ll, line));
            if (p->below == NULL) {
                p->below = oldest(&c->ll, set_of(&c->ll, line));
                use_charge(c, &c->ll, p->below);
                use_empty(c, p->below);
                p->below->word = cut_tag(&c->ll, line);
                result = RG_CACHE_MISS;
            }
            p->below->when = ++c->now;
        }
    }
    p->when = ++c->now;
    p->count++;
    for (unsigned i = 0; i < 32; i++)
        p->part[i] |= part[i];
    return result;
}

/* Marks the parts of a line from that of byte FROM to that of byte TO (offsets in it).  A byte is two parts of a line of 16, one
   part of a line of 32, half a part of one of 64.  */
static void mark(bool part[32], uint64_t line, uint64_t from, uint64_t to)
{
    for (uint64_t i = 0; i < 32; i++)
        part[i] = i >= from * 32 / line && i <= (line == 16 ? 2 * to + 1 : to * 32 / line);
}

static enum rg_cache_result use(struct slowcache *c, struct slow_level *l, uint64_t a, unsigned size)
{
    uint64_t end = a + size - 1;
    bool part[32];
    if (a / l->g.line == end / l->g.line || l->n_sets == 1) {
        mark(part, l->g.line, a % l->g.line, end % l->g.line); /* hardly anything when it wraps around */
        return use_line(c, l, a, part);
    }
    mark(part, l->g.line, a % l->g.line, l->g.line - 1);
    enum rg_cache_result r1 = use_line(c, l, a, part);
    mark(part, l->g.line, 0, end % l->g.line);
    enum rg_cache_result r2 = use_line(c, l, end, part);
    return r1 > r2 ? r1 : r2;
}

void slowcache_finish(struct slowcache *c)
{
    struct slow_level *levels[] = { &c->i1, &c->d1, &c->ll };
    for (unsigned k = 0; k < 3 && c->collect; k++)
        for (uint64_t i = 0; i < levels[k]->n_sets * levels[k]->g.assoc; i++)
            use_charge(c, levels[k], &levels[k]->places[i]);
}

/* ---- all ---- */

enum rg_cache_result slowcache_access(struct slowcache *c, enum rg_cache_kind kind, uint64_t a, unsigned size)
{
    struct slow_level *l = kind == RG_CACHE_FETCH ? &c->i1 : &c->d1;
    bool write = kind == RG_CACHE_WRITE && (c->mode & RG_CACHE_WB);
    if (c->mode & RG_CACHE_USE)
        return use(c, l, a, size);
    if (write && (c->mode & RG_CACHE_HWPREF))
        prefetch(c, a);
    if (plain(c, l, a, size)) {
        if (write)
            wb(c, a, size, true);
        return RG_CACHE_L1_HIT;
    }
    if (!write && (c->mode & RG_CACHE_HWPREF))
        prefetch(c, a);
    if (c->mode & RG_CACHE_WB)
        return wb(c, a, size, write);
    return plain(c, &c->ll, a, size) ? RG_CACHE_LL_HIT : RG_CACHE_MISS;
}

uint64_t slow_trace_next(struct slow_trace *t, unsigned max, unsigned *size)
{
    static const uint64_t regions[] = { 0x40, 0x10000, 0x400000, 0x4a25000, 0x104a25000, 0x1ffeffe000, 0x7ffff7dd0000,
                                        0xffffffffff600000 };
    enum { N_REGIONS = sizeof regions / sizeof *regions, USUAL = 2, N_USUAL = 4 };
    if (t->left == 0) {
        static const uint64_t steps[] = { 1, 4, 8, 8, 16, 32, 64, 24, 72, 256, 4096, 65536, -8ull, -64ull };
        unsigned any = rnd_below(&t->state, N_REGIONS), usual = USUAL + rnd_below(&t->state, N_USUAL);
        t->at = regions[rnd_below(&t->state, 10) ? usual : any] + rnd_below(&t->state, rnd_below(&t->state, 2) ? 2048 : 200000);
        t->step = steps[rnd_below(&t->state, sizeof steps / sizeof *steps)];
        t->left = 1 + rnd_below(&t->state, 40);
    }
    t->left--;
    t->at += t->step;
    if (t->at > UINT64_MAX - 4096) /* no access wraps around */
        t->at %= 4096;
    static const unsigned sizes[] = { 1, 2, 4, 4, 8, 8, 8, 8, 16, 32, 10, 64 };
    *size = sizes[rnd_below(&t->state, sizeof sizes / sizeof *sizes)];
    if (rnd_below(&t->state, 50) == 0)
        *size = 1 + rnd_below(&t->state, max);
    if (*size > max)
        *size = max;
    return t->at;
}
