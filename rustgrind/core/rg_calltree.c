/* rg_calltree.c - the tree of calls that led to something.

   SPDX-License-Identifier: GPL-2.0-or-later

   Children are found by a hash of (parent, ip, fn) in an open-addressed table of node numbers, so a node costs its 32 bytes and
   about 8 of the table.  Nodes are never removed.  */
#include "rg_calltree.h"
#include "rg_map.h"

enum { FIRST_SLOTS = 1024 };

struct rg_calltree {
    struct rg_calltree_node *nodes;
    uint32_t n, room;
    uint32_t *slots; /* node numbers, 0: empty; MASK + 1 of them */
    uint32_t mask;
    const char *tag;
};

struct rg_calltree *rg_calltree_new(const char *tag)
{
    struct rg_calltree *t = rg_alloc(tag, sizeof *t);

    t->tag = tag;
    t->room = FIRST_SLOTS / 2;
    t->nodes = rg_alloc(tag, t->room * sizeof *t->nodes);
    t->n = 1;
    t->mask = FIRST_SLOTS - 1;
    t->slots = rg_alloc(tag, FIRST_SLOTS * sizeof *t->slots);
    return t;
}

void rg_calltree_free(struct rg_calltree *t)
{
    if (!t)
        return;
    rg_free(t->nodes);
    rg_free(t->slots);
    rg_free(t);
}

static uint64_t hash(uint32_t parent, uint64_t ip, uint32_t fn, uint64_t via)
{
    return rg_map_hash(rg_map_hash(ip ? ip + 1 : ~via) ^ ((uint64_t)parent << 32 | fn));
}

static void table_grow(struct rg_calltree *t)
{
    uint32_t n = 2 * (t->mask + 1);

    rg_free(t->slots);
    t->slots = rg_alloc(t->tag, n * sizeof *t->slots);
    t->mask = n - 1;
    for (uint32_t i = 1; i < t->n; i++) {
        const struct rg_calltree_node *c = &t->nodes[i];
        uint64_t s = hash(c->parent, c->ip, c->fn, c->via) & t->mask;
        while (t->slots[s])
            s = (s + 1) & t->mask;
        t->slots[s] = i;
    }
}

uint32_t rg_calltree_child(struct rg_calltree *t, uint32_t parent, uint64_t ip, uint32_t fn, uint64_t via)
{
    uint64_t s = hash(parent, ip, fn, via) & t->mask;
    struct rg_calltree_node *c;

    RG_ASSERT(parent < t->n);
    for (; t->slots[s]; s = (s + 1) & t->mask) {
        c = &t->nodes[t->slots[s]];
        if (c->parent == parent && c->ip == ip && c->fn == fn && (ip || c->via == via))
            return t->slots[s];
    }
    if (t->n == t->room) {
        t->room *= 2;
        t->nodes = rg_realloc(t->tag, t->nodes, (size_t)t->room * sizeof *t->nodes);
    }
    t->slots[s] = t->n;
    t->nodes[t->n] = (struct rg_calltree_node){ip, via, parent, fn, 0, t->nodes[parent].depth + 1};
    t->n++;
    if (2 * t->n > t->mask)
        table_grow(t);
    return t->n - 1;
}

struct rg_calltree_node *rg_calltree_at(const struct rg_calltree *t, uint32_t node)
{
    RG_ASSERT(node < t->n);
    return &t->nodes[node];
}

uint32_t rg_calltree_count(const struct rg_calltree *t) { return t->n; }
