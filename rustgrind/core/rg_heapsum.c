/* rg_heapsum.c - heap statistics by function.

   SPDX-License-Identifier: GPL-2.0-or-later

   A library's containers allocate for whoever uses them, so "Vec::push allocates most" is no news: what a path allocates is the
   own cost of the first function on it, from the allocator outwards, that is the program's.  */
#include "rg_heapsum.h"
#include "rg_map.h"

static const char tag[] = "rg.heapsum";

struct sum {
    struct rg_heapsum_row *rows;
    size_t n, room;
    struct rg_map by_fn; /* number of the row + 1 */
};

static size_t row_of(struct sum *s, uint32_t fn)
{
    uint64_t *row = rg_map_add(&s->by_fn, fn, NULL);

    if (!*row) {
        if (s->n == s->room) {
            s->room = s->room ? 2 * s->room : 64;
            s->rows = rg_realloc(tag, s->rows, s->room * sizeof *s->rows);
        }
        s->rows[s->n] = (struct rg_heapsum_row){.fn = fn};
        *row = ++s->n;
    }
    return *row - 1;
}

static void add(struct rg_heapsum_cost *c, const struct rg_heap_site *s)
{
    c->bytes += s->bytes;
    c->blocks += s->blocks;
    c->peak_bytes += s->peak_bytes;
    c->peak_blocks += s->peak_blocks;
    c->temp_blocks += s->temp_blocks;
    c->copied_bytes += s->copied_bytes;
    c->freed_blocks += s->freed_blocks;
    c->lifetimes += s->lifetimes;
    c->unused_bytes += s->unused_bytes;
}

/* The function on the path up from NODE that the allocation is charged to: the first own one, else the allocator's caller.  */
static uint32_t charged(const struct rg_heapsum_in *in, uint32_t node)
{
    const struct rg_calltree_node *c = rg_calltree_at(in->tree, node);
    uint32_t fallback = c->parent != RG_CALLTREE_ROOT ? rg_calltree_at(in->tree, c->parent)->fn : c->fn;

    for (uint32_t up = c->parent; up != RG_CALLTREE_ROOT; up = rg_calltree_at(in->tree, up)->parent)
        if (in->own(in->arg, rg_calltree_at(in->tree, up)->fn))
            return rg_calltree_at(in->tree, up)->fn;
    return fallback;
}

static int by_self(const void *x, const void *y)
{
    const struct rg_heapsum_row *a = x, *b = y;

    if (a->self.bytes != b->self.bytes)
        return a->self.bytes > b->self.bytes ? -1 : 1;
    if (a->incl.bytes != b->incl.bytes)
        return a->incl.bytes > b->incl.bytes ? -1 : 1;
    return a->fn < b->fn ? -1 : a->fn > b->fn;
}

struct rg_heapsum_row *rg_heapsum(const struct rg_heapsum_in *in, size_t *n)
{
    struct sum s = {NULL, 0, 0, {0}};
    struct rg_map last; /* by function: the site it was counted for last, + 1 */

    rg_map_init(&s.by_fn, tag);
    rg_map_init(&last, tag);
    for (uint32_t site = 0; site < rg_heap_site_count(in->heap); site++) {
        const struct rg_heap_site *cost = rg_heap_site(in->heap, site);
        uint32_t node = in->node(in->arg, site);
        if (!cost->blocks)
            continue;
        size_t row = row_of(&s, charged(in, node));
        add(&s.rows[row].self, cost);
        for (; node != RG_CALLTREE_ROOT; node = rg_calltree_at(in->tree, node)->parent) {
            uint32_t fn = rg_calltree_at(in->tree, node)->fn;
            uint64_t *seen = rg_map_add(&last, fn, NULL);
            if (*seen == site + 1u)
                continue;
            *seen = site + 1u;
            row = row_of(&s, fn);
            add(&s.rows[row].incl, cost);
        }
    }
    rg_map_free(&s.by_fn);
    rg_map_free(&last);
    if (s.n > 0)
        rg_sort(s.rows, s.n, sizeof *s.rows, by_self);
    *n = s.n;
    return s.rows;
}
