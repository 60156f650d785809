/* rg_heapcost.c - what each call costs in terms of the heap.

   SPDX-License-Identifier: GPL-2.0-or-later

   Paths share their beginnings, so costs are summed per node first, from the last node to the first: a parent's number is smaller
   than its children's.  Nodes of one call then add up.  */
#include "rg_heapcost.h"
#include "rg_map.h"

static const char tag[] = "rg.heapcost";

struct table {
    struct rg_map by_via; /* number of the row */
    uint64_t (*rows)[RG_HEAPCOST_N];
    size_t room;
};

struct rg_heapcost {
    struct table self, incl;
};

static uint64_t *row_for(struct table *t, uint64_t via)
{
    size_t n = rg_map_count(&t->by_via);
    bool added;
    uint64_t *row = rg_map_add(&t->by_via, via, &added);

    if (added) {
        if (n == t->room) {
            t->room = t->room ? 2 * t->room : 64;
            t->rows = rg_realloc(tag, t->rows, t->room * sizeof *t->rows);
        }
        memset(t->rows[n], 0, sizeof t->rows[n]);
        *row = n;
    }
    return t->rows[*row];
}

static const uint64_t *row_of(const struct table *t, uint64_t via)
{
    const uint64_t *row = rg_map_find(&t->by_via, via);
    return row ? t->rows[*row] : NULL;
}

/* What only the end tells, of one node.  */
struct late {
    uint64_t peak, leak;
};

static void add_sites(struct rg_heapcost *c, const struct rg_heapcost_in *in, struct late *late)
{
    for (uint32_t site = 0; site < rg_heap_site_count(in->heap); site++) {
        const struct rg_heap_site *s = rg_heap_site(in->heap, site);
        uint64_t leaked = in->leaked ? in->leaked(in->arg, site) : 0, *self;
        uint32_t node;
        if (!s->blocks)
            continue;
        self = row_for(&c->self, in->site(in->arg, site, &node));
        self[RG_HEAPCOST_ALLOC_BYTES] += s->bytes;
        self[RG_HEAPCOST_ALLOC_BLOCKS] += s->blocks;
        self[RG_HEAPCOST_PEAK_BYTES] += s->peak_bytes;
        self[RG_HEAPCOST_LEAK_BYTES] += leaked;
        late[node].peak += s->peak_bytes;
        late[node].leak += leaked;
    }
}

struct rg_heapcost *rg_heapcost_new(const struct rg_heapcost_in *in)
{
    struct rg_heapcost *c = rg_alloc(tag, sizeof *c);
    uint32_t n = rg_calltree_count(in->tree);
    struct late *late = rg_alloc(tag, n * sizeof *late);

    rg_map_init(&c->self.by_via, tag);
    rg_map_init(&c->incl.by_via, tag);
    add_sites(c, in, late);
    for (uint32_t i = n; i-- > RG_CALLTREE_ROOT + 1;) {
        const struct rg_calltree_node *node = rg_calltree_at(in->tree, i);
        if ((!late[i].peak && !late[i].leak) || !in->is_call(in->arg, node->via))
            continue;
        uint64_t *incl = row_for(&c->incl, node->via);
        incl[RG_HEAPCOST_PEAK_BYTES] += late[i].peak;
        incl[RG_HEAPCOST_LEAK_BYTES] += late[i].leak;
        late[node->parent].peak += late[i].peak;
        late[node->parent].leak += late[i].leak;
    }
    rg_free(late);
    return c;
}

void rg_heapcost_free(struct rg_heapcost *c)
{
    if (!c)
        return;
    rg_map_free(&c->self.by_via);
    rg_map_free(&c->incl.by_via);
    rg_free(c->self.rows);
    rg_free(c->incl.rows);
    rg_free(c);
}

const uint64_t *rg_heapcost_self(const struct rg_heapcost *c, uint64_t via) { return row_of(&c->self, via); }
const uint64_t *rg_heapcost_incl(const struct rg_heapcost *c, uint64_t via) { return row_of(&c->incl, via); }
