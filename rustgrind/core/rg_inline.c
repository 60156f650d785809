/* rg_inline.c - inlined functions as functions: fills a profile as if nothing had been inlined.

   SPDX-License-Identifier: GPL-2.0-or-later

   Nodes are concrete: an inlined function is the same node as that function out of line, so that its costs add up.  Names that stand
   for several instances of a generic would join what never calls each other, and make cycles that are none.

   A cost goes to the innermost function at once.  What the calls around it cost is summed per *entry*, one for each pair of a node
   and an inlined place in it, and handed outwards at the end: an entry is made after those around it, so one pass from the last to
   the first is enough.

   Recursion: a function that is inlined into a node of level 2 is of level 2 itself.  Without that, a recursive function would call
   what is inlined into it at level 1 from level 2, and both levels would be in one cycle.  */
#include "rg_inline.h"

#include "rg_map.h"

enum { FIRST_ENTRIES = 256 };

#define NO_ENTRY UINT32_MAX

static const char tag[] = "inline";

struct entry {
    struct rg_node node; /* of the inlined function */
    struct rg_node caller;
    uint32_t number;
    uint32_t parent;     /* the entry of the caller; NO_ENTRY: it is out of line */
    struct rg_pos lowest; /* the lowest executed address, and how often */
    uint64_t count;
};

struct rg_inline {
    struct rg_profile *p;
    const struct rg_inlined *inlined;
    uint32_t n_inlined, levels;
    unsigned nevents;
    struct rg_map nodes;   /* function, level -> number */
    struct rg_map entries; /* number of node, inlined -> entry */
    struct entry *entry;
    uint64_t *cost;        /* inclusive, NEVENTS per entry */
    uint32_t n_entries, capacity;
    struct rg_node last_node; /* asked for last */
    uint32_t last_number, last_entry;
};

struct rg_inline *rg_inline_new(struct rg_profile *p, const struct rg_inlined *inlined, uint32_t n, uint32_t levels)
{
    RG_ASSERT(levels >= 1 && levels <= 65535);
    struct rg_inline *x = rg_alloc(tag, sizeof *x);
    x->p = p;
    x->inlined = inlined;
    x->n_inlined = n;
    x->levels = levels;
    x->nevents = rg_profile_nevents(p);
    x->last_entry = NO_ENTRY;
    rg_map_init(&x->nodes, tag);
    rg_map_init(&x->entries, tag);
    return x;
}

static uint32_t level_of(const struct rg_inline *x, struct rg_node container, uint32_t number)
{
    uint32_t fn = x->inlined[number - 1].fn;
    uint64_t level = container.level + (container.fn == fn);
    for (uint32_t i = x->inlined[number - 1].parent; i != 0; i = x->inlined[i - 1].parent)
        level += x->inlined[i - 1].fn == fn;
    return level < x->levels ? (uint32_t)level : x->levels;
}

static uint32_t add_entry(struct rg_inline *x, struct rg_node container, uint32_t number, uint32_t parent)
{
    if (x->n_entries == x->capacity) {
        x->capacity = x->capacity ? 2 * x->capacity : FIRST_ENTRIES;
        x->entry = rg_realloc(tag, x->entry, x->capacity * sizeof *x->entry);
        x->cost = rg_realloc(tag, x->cost, (size_t)x->capacity * x->nevents * sizeof *x->cost);
    }
    x->entry[x->n_entries] = (struct entry){
        .node = { .fn = x->inlined[number - 1].fn, .level = level_of(x, container, number) },
        .caller = parent != NO_ENTRY ? x->entry[parent].node : container,
        .number = number,
        .parent = parent,
        .lowest = { .addr = UINT64_MAX },
    };
    memset(x->cost + (size_t)x->n_entries * x->nevents, 0, x->nevents * sizeof *x->cost);
    return x->n_entries++;
}

/* The entry of NUMBER in CONTAINER; entries around it are made first.  */
static uint32_t entry_of(struct rg_inline *x, struct rg_node container, uint32_t number)
{
    RG_ASSERT(number >= 1 && number <= x->n_inlined);
    bool same = container.fn == x->last_node.fn && container.level == x->last_node.level;
    if (same && x->last_entry != NO_ENTRY && x->entry[x->last_entry].number == number)
        return x->last_entry;
    if (!same || x->last_node.level == 0) {
        bool added;
        uint64_t *n = rg_map_add(&x->nodes, (uint64_t)container.fn << 16 | container.level, &added);
        if (added)
            *n = rg_map_count(&x->nodes) - 1;
        x->last_node = container;
        x->last_number = (uint32_t)*n;
    }
    uint64_t high = (uint64_t)x->last_number << 32;
    uint32_t found = NO_ENTRY;
    for (;;) { /* the entries that are missing are made from the outside in: each turn makes the outermost one of them */
        uint32_t missing = 0, i = number;
        for (; i != 0; i = x->inlined[i - 1].parent) {
            RG_ASSERT(x->inlined[i - 1].parent < i);
            found = (uint32_t)rg_map_get(&x->entries, high | i, NO_ENTRY);
            if (found != NO_ENTRY)
                break;
            missing = i;
        }
        if (missing == 0)
            break;
        rg_map_put(&x->entries, high | missing, add_entry(x, container, missing, i != 0 ? found : NO_ENTRY));
    }
    x->last_entry = found;
    return found;
}

static void add_cost(struct rg_inline *x, uint32_t entry, const uint64_t *cost)
{
    uint64_t *sum = x->cost + (size_t)entry * x->nevents;
    for (unsigned i = 0; i < x->nevents; i++)
        sum[i] += cost[i];
}

static bool is_nothing(const struct rg_inline *x, uint64_t count, const uint64_t *cost)
{
    for (unsigned i = 0; i < x->nevents; i++)
        count |= cost[i];
    return count == 0;
}

static void note_lowest(struct entry *e, struct rg_pos pos, uint64_t count)
{
    if (pos.addr < e->lowest.addr) {
        e->lowest = pos;
        e->count = count;
    } else if (pos.addr == e->lowest.addr) {
        e->count += count;
    }
}

void rg_inline_cost(struct rg_inline *x, struct rg_node node, struct rg_pos pos, uint32_t number, uint64_t count,
                    const uint64_t *cost)
{
    if (is_nothing(x, count, cost))
        return;
    if (number != 0) {
        uint32_t i = entry_of(x, node, number);
        add_cost(x, i, cost);
        note_lowest(&x->entry[i], pos, count);
        node = x->entry[i].node;
    }
    rg_profile_cost(x->p, node, pos, cost);
}

void rg_inline_call(struct rg_inline *x, struct rg_node caller, struct rg_pos pos, uint32_t number, struct rg_node callee,
                    struct rg_pos target, uint64_t calls, const uint64_t *cost)
{
    if (number != 0) {
        uint32_t i = entry_of(x, caller, number);
        add_cost(x, i, cost);
        note_lowest(&x->entry[i], pos, 0);
        caller = x->entry[i].node;
    }
    rg_profile_call(x->p, caller, pos, callee, target, calls, cost);
}

void rg_inline_finish(struct rg_inline *x)
{
    for (uint32_t i = x->n_entries; i-- > 0;) {
        const struct entry *e = &x->entry[i];
        const uint64_t *cost = x->cost + (size_t)i * x->nevents;
        struct rg_pos call = x->inlined[e->number - 1].call;
        call.addr = e->lowest.addr;
        rg_profile_call(x->p, e->caller, call, e->node, e->lowest, e->count > 0 ? e->count : 1, cost);
        if (e->parent != NO_ENTRY) {
            struct entry *parent = &x->entry[e->parent];
            add_cost(x, e->parent, cost);
            if (e->lowest.addr < parent->lowest.addr)
                note_lowest(parent, e->lowest, e->count);
        }
    }
    rg_map_free(&x->nodes);
    rg_map_free(&x->entries);
    rg_free(x->entry);
    rg_free(x->cost);
    rg_free(x);
}
