/* rg_cache.c - two levels of cache, simulated as callgrind does: first level, and the ways through the model.

   SPDX-License-Identifier: GPL-2.0-or-later

   A hit does nothing but make a line the most recent one, so generated code may do it alone: it finds out that a line is there
   in one look-up, and stamps it with the time.  Order is kept as time, not as order in an array, and is only asked for by a miss,
   which takes the place with the smallest stamp.  To find out by address needs a table that is indexed by address: for data the
   slots, of which a line may lose its own to another one (the next access of it is no miss then but needs the slow way
   once); for code there is a record of every line, so no line loses anything.  */
#include "rg_cache_impl.h"
#include "rg_lru_usual.h"

struct rg_cache {
    unsigned mode;
    unsigned max_access;
    struct rg_cache_i1 i1;
    struct rg_cache_d1 d1;
    struct rg_lru ll;               /* without RG_CACHE_WB and RG_CACHE_USE */
    struct rg_cache_wb wb;          /* RG_CACHE_WB */
    struct rg_cache_stream streams[RG_CACHE_STREAMS]; /* RG_CACHE_HWPREF */
    struct rg_cache_useful *useful; /* RG_CACHE_USE */
    unsigned ll_line_bits;
};

/* ---- data ---- */

static inline struct rg_cache_slot *slot_of(const struct rg_cache_d1 *d, uint64_t line)
{
    return rg_cache_hot_slot(d->hot, d->line_bits, line);
}

static inline size_t set_of(const struct rg_cache_d1 *d, uint64_t line)
{
    return line >> d->line_bits & d->set_mask;
}

static inline uint64_t *lines_of(const struct rg_cache_d1 *d, size_t set) { return d->sets + 2 * d->assoc * set; }

/* An empty slot has a line that does not belong to it, and neither to a line that an access beginning in it can reach.  */
static inline void empty_slot(struct rg_cache_d1 *d, struct rg_cache_slot *slot)
{
    slot->line = (uint64_t)((slot - d->hot->slot) ^ 2) << d->line_bits;
    slot->stamp = &d->nobodys_stamp;
}

static void d1_clear(struct rg_cache_d1 *d)
{
    size_t n_sets = d->set_mask + 1;

    for (size_t i = 0; i < RG_CACHE_SLOTS; i++)
        empty_slot(d, &d->hot->slot[i]);
    memset(d->sets, 0, 2 * n_sets * d->assoc * sizeof *d->sets);
    for (size_t set = 0; set < n_sets; set++) {
        for (size_t w = 0; w < d->assoc; w++)
            lines_of(d, set)[w] = RG_CACHE_NO_LINE;
        d->lost[set] = d->no_slots;
    }
    d->sets[0] = 0;
    d->lost[0] = 1;
    d->n_straddled = 0;
}

/* LINE, which is there, gets its slot; another one may lose it.  */
static inline void give_slot(struct rg_cache_d1 *d, uint64_t line, uint64_t *stamp)
{
    struct rg_cache_slot *slot = slot_of(d, line);

    if (d->no_slots)
        return;
    if (slot->stamp != &d->nobodys_stamp)
        d->lost[set_of(d, slot->line)]++;
    *slot = (struct rg_cache_slot){line, stamp};
}

static inline void take_slot(struct rg_cache_d1 *d, uint64_t line)
{
    struct rg_cache_slot *slot = slot_of(d, line);

    if (slot->line == line)
        empty_slot(d, slot);
    else if (line != RG_CACHE_NO_LINE && !d->no_slots)
        d->lost[set_of(d, line)]--;
}

/* A stamp and, in its low BITS, a number that is the smaller the later the way.  */
static inline uint64_t age_of(const uint64_t *stamps, size_t way, size_t assoc, unsigned bits)
{
    return stamps[way] << bits | (assoc - 1 - way);
}

static inline uint64_t smaller(uint64_t x, uint64_t y) { return x < y ? x : y; }

static inline uint64_t smallest_of_four(const uint64_t *stamps, size_t way, size_t assoc, unsigned bits)
{
    return smaller(smaller(age_of(stamps, way, assoc, bits), age_of(stamps, way + 1, assoc, bits)),
                   smaller(age_of(stamps, way + 2, assoc, bits), age_of(stamps, way + 3, assoc, bits)));
}

/* Of 8 ways the one with the smallest stamp; of equal ones the last.  Stamps are less than 2^61.  */
static inline size_t least_recent_of_eight(const uint64_t *stamps)
{
    return ~smaller(smallest_of_four(stamps, 0, 8, 3), smallest_of_four(stamps, 4, 8, 3)) & 7;
}

/* Of ASSOC ways the one with the smallest stamp; of equal ones the last.  Without conditional jumps, as there is nothing that
   could be predicted, and with four minima at a time.  Stamps are less than 2^(64 - BITS), and ASSOC at most 2^BITS.  */
static __attribute__((noinline)) size_t least_recent(const uint64_t *stamps, size_t assoc, unsigned bits)
{
    uint64_t a = UINT64_MAX, b = UINT64_MAX, c = UINT64_MAX, d = UINT64_MAX;
    size_t w = 0;

    for (; w + 4 <= assoc; w += 4) {
        a = smaller(a, age_of(stamps, w, assoc, bits));
        b = smaller(b, age_of(stamps, w + 1, assoc, bits));
        c = smaller(c, age_of(stamps, w + 2, assoc, bits));
        d = smaller(d, age_of(stamps, w + 3, assoc, bits));
    }
    for (; w < assoc; w++)
        a = smaller(a, age_of(stamps, w, assoc, bits));
    a = smaller(smaller(a, b), smaller(c, d));
    return assoc - 1 - (a & (((uint64_t)1 << bits) - 1));
}

static inline size_t d1_victim(const struct rg_cache_d1 *d, const uint64_t *lines)
{
    const uint64_t *stamps = lines + d->assoc;

    return d->assoc == 8 ? least_recent_of_eight(stamps) : least_recent(stamps, d->assoc, d->assoc_bits);
}

/* Puts LINE, which is not in SET, in the place of the least recent one.  Of empty ways the last one is taken, so
   that the line at address 0, which is there at the start, is the last to leave.  */
static inline __attribute__((always_inline)) void d1_load(struct rg_cache_d1 *d, size_t set, uint64_t line, uint64_t time)
{
    uint64_t *lines = lines_of(d, set), *stamps = lines + d->assoc;
    size_t victim = d1_victim(d, lines);

    take_slot(d, lines[victim]);
    lines[victim] = line;
    stamps[victim] = time;
    give_slot(d, line, &stamps[victim]);
}

/* Touches LINE, which may be among those of the set LINES that do not have their slots.  Returns true when it was there.  */
static __attribute__((noinline)) bool d1_find(struct rg_cache_d1 *d, uint64_t *lines, uint64_t line, uint64_t time)
{
    for (size_t w = 0; w < d->assoc; w++)
        if (lines[w] == line) {
            lines[d->assoc + w] = time;
            if (!d->no_slots)
                d->lost[set_of(d, line)]--;
            give_slot(d, line, &lines[d->assoc + w]);
            return true;
        }
    return false;
}

/* Touches the line at address LINE.  Returns true when it was there.  */
static inline __attribute__((always_inline)) bool d1_touch(struct rg_cache_d1 *d, uint64_t line, uint64_t time)
{
    struct rg_cache_slot *slot = slot_of(d, line);
    size_t set = set_of(d, line);

    if (slot->line == line) {
        *slot->stamp = time;
        return true;
    }
    if (__builtin_expect(d->lost[set] != 0, 0) && d1_find(d, lines_of(d, set), line, time))
        return true;
    d1_load(d, set, line, time);
    return false;
}

static void d1_restamp(struct rg_cache_d1 *d)
{
    while (d->n_straddled > 0) {
        uint64_t time = d->straddled[--d->n_straddled].time, *stamp = d->straddled[d->n_straddled].stamp;
        *stamp = *stamp < time ? time : *stamp;
    }
}

static __attribute__((noinline)) bool d1_straddling(struct rg_cache_d1 *d, uint64_t line1, uint64_t line2, uint64_t time)
{
    bool hit1 = d1_touch(d, line1, time), hit2 = d1_touch(d, line2, time + 1);

    if (d->n_straddled == RG_CACHE_STRADDLING) /* of callers that do not stamp */
        d1_restamp(d);
    d->straddled[d->n_straddled].stamp = slot_of(d, line2)->stamp;
    d->straddled[d->n_straddled++].time = time + 1;
    return hit1 && hit2;
}

static inline __attribute__((always_inline)) bool d1_access(struct rg_cache_d1 *d, uint64_t a, unsigned size, uint64_t time)
{
    uint64_t line1 = a >> d->line_bits << d->line_bits, line2 = (a + size - 1) >> d->line_bits << d->line_bits;

    if (__builtin_expect(line1 != line2, 0))
        return d1_straddling(d, line1, line2, time);
    return d1_touch(d, line1, time);
}

static void d1_init(struct rg_cache_d1 *d, const struct rg_geometry *g, struct rg_cache_hot *hot, bool no_slots)
{
    unsigned sets = rg_lru_n_sets(g);

    d->line_bits = rg_log2(g->line);
    d->set_mask = sets - 1;
    d->assoc = g->assoc;
    d->assoc_bits = g->assoc > 1 ? 32 - (unsigned)__builtin_clz(g->assoc - 1) : 0;
    d->no_slots = no_slots;
    d->hot = hot;
    d->sets = rg_alloc_lines("cache.d1", 2 * (size_t)sets * g->assoc * sizeof *d->sets, &d->memory);
    d->lost = rg_alloc("cache.d1", sets * sizeof *d->lost);
    d1_clear(d);
}

/* ---- code ---- */

enum { LINES_PER_CHUNK = 128 };

struct rg_cache_chunk {
    struct rg_cache_chunk *next;
    unsigned used;
    struct rg_cache_line line[LINES_PER_CHUNK];
};

static struct rg_cache_line *new_line(struct rg_cache_i1 *i)
{
    if (i->new_line != NULL)
        return i->new_line();
    if (i->chunks == NULL || i->chunks->used == LINES_PER_CHUNK) {
        struct rg_cache_chunk *chunk = rg_alloc("cache.lines", sizeof *chunk);
        chunk->next = i->chunks;
        i->chunks = chunk;
    }
    return &i->chunks->line[i->chunks->used++];
}

static struct rg_cache_line *line_of(struct rg_cache_i1 *i, uint64_t a)
{
    uint64_t addr = a >> i->line_bits << i->line_bits;
    bool added;
    uint64_t *value = rg_map_add(&i->lines, addr, &added);

    if (added) {
        struct rg_cache_line *line = new_line(i);
        *line = (struct rg_cache_line){.absent = UINT64_MAX, .addr = addr};
        *value = (uintptr_t)line;
    }
    return (struct rg_cache_line *)(uintptr_t)*value;
}

static struct rg_cache_line *line_zero(const struct rg_cache_i1 *i) { return i->ways[i->assoc - 1]; }

static void i1_clear(struct rg_cache_i1 *i)
{
    size_t ways = (size_t)i->assoc << i->set_bits;

    for (size_t w = 0; w < ways; w++) {
        if (i->ways[w] != NULL)
            i->ways[w]->absent = UINT64_MAX;
        i->ways[w] = NULL;
    }
    for (size_t set = 0; set < (size_t)1 << i->set_bits; set++)
        i->n_empty[set] = i->assoc;
    i->n_empty[0]--;
    i->ways[i->assoc - 1] = line_of(i, 0);
    line_zero(i)->absent = 0;
    line_zero(i)->stamp = UINT64_MAX; /* before 0 */
}

static void i1_init(struct rg_cache_i1 *i, const struct rg_geometry *g, struct rg_cache_line *(*new_line)(void))
{
    unsigned sets = rg_lru_n_sets(g);

    i->line_bits = rg_log2(g->line);
    i->set_bits = rg_log2(sets);
    i->assoc = g->assoc;
    i->new_line = new_line;
    i->ways = rg_alloc("cache.i1", (size_t)sets * g->assoc * sizeof *i->ways);
    i->n_empty = rg_alloc("cache.i1", sets * sizeof *i->n_empty);
    rg_map_init(&i->lines, "cache.lines");
    i1_clear(i);
}

static void i1_free(struct rg_cache_i1 *i)
{
    while (i->chunks != NULL) {
        struct rg_cache_chunk *next = i->chunks->next;
        rg_free(i->chunks);
        i->chunks = next;
    }
    rg_map_free(&i->lines);
    rg_free(i->ways);
    rg_free(i->n_empty);
}

/* The way of the least recent of the lines SET.  Without jumps, as there is nothing that could be predicted.  */
static size_t oldest_line(struct rg_cache_line *const *set, size_t assoc)
{
    uint64_t stamp = set[0]->stamp, addr = set[0]->addr;
    size_t oldest = 0;

    for (size_t w = 1; w < assoc; w++) {
        const struct rg_cache_line *line = set[w];
        int64_t later = (int64_t)(line->stamp - stamp);
        bool older = (later < 0) | ((later == 0) & (line->addr < addr));
        oldest = older ? w : oldest;
        stamp = older ? line->stamp : stamp;
        addr = older ? line->addr : addr;
    }
    return oldest;
}

/* Puts LINE in an empty way, which are the first ones, or in the place of the least recent line.  */
static void i1_load(struct rg_cache_i1 *i, struct rg_cache_line *line)
{
    size_t set = line->addr >> i->line_bits & ((1u << i->set_bits) - 1);
    struct rg_cache_line **ways = &i->ways[set * i->assoc], **victim;

    if (i->n_empty[set] > 0) {
        victim = &ways[--i->n_empty[set]];
    } else {
        victim = &ways[oldest_line(ways, i->assoc)];
        (*victim)->absent = UINT64_MAX;
    }
    *victim = line;
    line->absent = 0;
}

static inline bool i1_touch(struct rg_cache_i1 *i, struct rg_cache_line *line, uint64_t time)
{
    bool hit = line->absent == 0;

    if (!hit)
        i1_load(i, line);
    line->stamp = time;
    return hit;
}

static inline struct rg_cache_line *next_line(struct rg_cache_i1 *i, struct rg_cache_line *line)
{
    if (line->next == NULL)
        line->next = line_of(i, line->addr + ((uint64_t)1 << i->line_bits));
    return line->next;
}

static inline bool i1_access(struct rg_cache_i1 *i, struct rg_cache_line *line, uint64_t a, unsigned size, uint64_t time)
{
    bool hit = i1_touch(i, line, time);

    if ((a + size - 1) >> i->line_bits != a >> i->line_bits)
        hit &= i1_touch(i, next_line(i, line), time);
    return hit;
}

/* ---- the whole ---- */

struct rg_cache *rg_cache_new(const struct rg_geometry *i1, const struct rg_geometry *d1, const struct rg_geometry *ll,
                              unsigned mode, struct rg_cache_hot *hot, struct rg_cache_line *(*new_line)(void))
{
    struct rg_cache *c = rg_alloc("cache", sizeof *c);

    RG_ASSERT(mode <= RG_CACHE_USE && rg_geometry_check(i1) == RG_GEOMETRY_OK && rg_geometry_check(d1) == RG_GEOMETRY_OK &&
              rg_geometry_check(ll) == RG_GEOMETRY_OK);
    c->mode = mode;
    c->max_access = i1->line < d1->line ? i1->line : d1->line;
    if (ll->line < c->max_access)
        c->max_access = ll->line;
    c->ll_line_bits = rg_log2(ll->line);
    i1_init(&c->i1, i1, new_line);
    d1_init(&c->d1, d1, hot, mode & RG_CACHE_WB);
    if (mode == RG_CACHE_USE) {
        c->useful = rg_cache_useful_new((struct rg_geometry[]){*i1, *d1, *ll});
        line_zero(&c->i1)->absent = UINT64_MAX;
    } else if (mode & RG_CACHE_WB) {
        rg_cache_wb_init(&c->wb, ll);
    } else {
        rg_lru_init(&c->ll, ll);
    }
    return c;
}

void rg_cache_free(struct rg_cache *c)
{
    i1_free(&c->i1);
    rg_free(c->d1.memory);
    rg_free(c->d1.lost);
    rg_lru_free(&c->ll);
    rg_free(c->wb.words);
    if (c->useful != NULL)
        rg_cache_useful_free(c->useful);
    rg_free(c);
}

void rg_cache_clear(struct rg_cache *c)
{
    i1_clear(&c->i1);
    d1_clear(&c->d1);
    if (c->mode == RG_CACHE_USE) {
        rg_cache_useful_clear(c->useful);
        line_zero(&c->i1)->absent = UINT64_MAX;
    } else if (c->mode & RG_CACHE_WB) {
        rg_cache_wb_clear(&c->wb);
    } else {
        rg_lru_clear(&c->ll);
    }
    memset(c->streams, 0, sizeof c->streams);
}

unsigned rg_cache_d1_line_bits(const struct rg_cache *c) { return c->d1.line_bits; }
unsigned rg_cache_i1_line_bits(const struct rg_cache *c) { return c->i1.line_bits; }
unsigned rg_cache_max_access(const struct rg_cache *c) { return c->max_access; }
bool rg_cache_one_set(const struct rg_cache *c) { return c->d1.set_mask == 0; }
struct rg_cache_line *rg_cache_code_line(struct rg_cache *c, uint64_t a) { return line_of(&c->i1, a); }
struct rg_cache_line *rg_cache_next_line(struct rg_cache *c, struct rg_cache_line *line) { return next_line(&c->i1, line); }

void rg_cache_shift_code_time(struct rg_cache *c, uint64_t delta)
{
    size_t ways = (size_t)c->i1.assoc << c->i1.set_bits;

    for (size_t w = 0; w < ways; w++)
        if (c->i1.ways[w] != NULL)
            c->i1.ways[w]->stamp += delta;
}

static void prefetch(struct rg_cache *c, uint64_t a)
{
    uint64_t fetch;

    if (!rg_cache_prefetch(c->streams, c->ll_line_bits, a, &fetch))
        return;
    if (c->mode & RG_CACHE_WB)
        rg_cache_wb_prefetch(&c->wb, fetch);
    else
        rg_lru_access(&c->ll, fetch, 1);
}

/* What L1 did not have.  */
static enum rg_cache_result ll_access(struct rg_cache *c, uint64_t a, unsigned size, bool write)
{
    if (c->mode & RG_CACHE_WB)
        return rg_cache_wb_access(&c->wb, a, size, write);
    return rg_lru_access(&c->ll, a, size) ? RG_CACHE_LL_HIT : RG_CACHE_MISS;
}

/* The set of A in LL begins to be loaded: there is something else to do before it is needed.  */
static inline void expect_ll(const struct rg_cache *c, uint64_t a)
{
    __builtin_prefetch(rg_lru_set(&c->ll, a >> c->ll_line_bits), 1);
}

/* The same in RG_CACHE_PLAIN.  */
static inline enum rg_cache_result plain_ll_access(struct rg_cache *c, uint64_t a, unsigned size)
{
    uint64_t block = a >> c->ll_line_bits;

    if (!c->ll.usual || (a + size - 1) >> c->ll_line_bits != block)
        return rg_lru_access(&c->ll, a, size) ? RG_CACHE_LL_HIT : RG_CACHE_MISS;
    return rg_lru_touch_usual(&c->ll, block) ? RG_CACHE_LL_HIT : RG_CACHE_MISS;
}

enum rg_cache_result rg_cache_fetch(struct rg_cache *c, struct rg_cache_line *line, uint64_t a, unsigned size, uint64_t time)
{
    if (c->mode == RG_CACHE_USE)
        return rg_cache_useful_access(c->useful, false, a, size);
    if (c->mode == RG_CACHE_PLAIN && line->absent)
        expect_ll(c, a);
    if (i1_access(&c->i1, line, a, size, time))
        return RG_CACHE_L1_HIT;
    if (c->mode & RG_CACHE_HWPREF)
        prefetch(c, a);
    return ll_access(c, a, size, false);
}

/* L1 writes through: with RG_CACHE_WB a write that hits L1 goes to LL, too, but what it does there is not the program's
   concern.  The prefetcher sees such a write, and all writes before L1 does.  */
static enum rg_cache_result write_through(struct rg_cache *c, uint64_t a, unsigned size, uint64_t time)
{
    if (c->mode & RG_CACHE_HWPREF)
        prefetch(c, a);
    bool hit = d1_access(&c->d1, a, size, time);
    enum rg_cache_result result = ll_access(c, a, size, true);
    return hit ? RG_CACHE_L1_HIT : result;
}

/* All in one piece: it is what programs that miss spend their time with.  */
enum rg_cache_result rg_cache_plain_data(struct rg_cache *c, uint64_t a, unsigned size, uint64_t time)
{
    expect_ll(c, a);
    return d1_access(&c->d1, a, size, time) ? RG_CACHE_L1_HIT : plain_ll_access(c, a, size);
}

enum rg_cache_result rg_cache_data(struct rg_cache *c, uint64_t a, unsigned size, bool write, uint64_t time)
{
    if (c->mode == RG_CACHE_PLAIN)
        return rg_cache_plain_data(c, a, size, time);
    if (c->mode == RG_CACHE_USE)
        return rg_cache_useful_access(c->useful, true, a, size);
    if (write && (c->mode & RG_CACHE_WB))
        return write_through(c, a, size, time);
    if (d1_access(&c->d1, a, size, time))
        return RG_CACHE_L1_HIT;
    if (c->mode & RG_CACHE_HWPREF)
        prefetch(c, a);
    return ll_access(c, a, size, false);
}

void rg_cache_restamp(struct rg_cache *c) { d1_restamp(&c->d1); }

void rg_cache_use_owner(struct rg_cache *c, struct rg_cache_use *owner, bool collect)
{
    if (c->mode == RG_CACHE_USE)
        rg_cache_useful_owner(c->useful, owner, collect);
}

void rg_cache_use_finish(struct rg_cache *c)
{
    if (c->mode == RG_CACHE_USE)
        rg_cache_useful_finish(c->useful);
}
