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
    uint32_t container;  /* number of the node out of line */
    uint32_t parent;     /* the entry of the caller; NO_ENTRY: it is out of line */
    struct rg_pos lowest; /* the lowest executed address, and how often */
    uint64_t count;
};

/* Calls that were really made, with their cost in CALL_COST.  */
struct call {
    uint32_t entry;     /* NO_ENTRY: from code that was not inlined */
    uint32_t container; /* number of the node out of line */
    struct rg_node callee;
};

struct rg_inline {
    struct rg_profile *p;
    const struct rg_inlined *inlined;
    uint32_t n_inlined, levels;
    unsigned nevents;
    struct rg_map nodes;   /* function, level -> number */
    struct rg_node *node;  /* by number */
    uint64_t *node_self;   /* NEVENTS by number: of what was not inlined */
    uint32_t n_nodes, node_capacity;
    struct call *call;
    uint64_t *call_cost;
    uint32_t n_calls, call_capacity;
    struct rg_map entries; /* number of node, inlined -> entry */
    struct entry *entry;
    uint64_t *cost, *self; /* inclusive and self, NEVENTS per entry */
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
        x->self = rg_realloc(tag, x->self, (size_t)x->capacity * x->nevents * sizeof *x->self);
    }
    x->entry[x->n_entries] = (struct entry){
        .node = { .fn = x->inlined[number - 1].fn, .level = level_of(x, container, number) },
        .caller = parent != NO_ENTRY ? x->entry[parent].node : container,
        .number = number,
        .container = x->last_number,
        .parent = parent,
        .lowest = { .addr = UINT64_MAX },
    };
    memset(x->cost + (size_t)x->n_entries * x->nevents, 0, x->nevents * sizeof *x->cost);
    memset(x->self + (size_t)x->n_entries * x->nevents, 0, x->nevents * sizeof *x->self);
    return x->n_entries++;
}

/* The number of CONTAINER, which becomes the last one asked for.  */
static uint32_t number_of(struct rg_inline *x, struct rg_node container)
{
    if (container.fn == x->last_node.fn && container.level == x->last_node.level && x->n_nodes > 0)
        return x->last_number;
    bool added;
    uint64_t *n = rg_map_add(&x->nodes, (uint64_t)container.fn << 16 | container.level, &added);
    if (added) {
        *n = x->n_nodes;
        if (x->n_nodes == x->node_capacity) {
            x->node_capacity = x->node_capacity ? 2 * x->node_capacity : FIRST_ENTRIES;
            x->node = rg_realloc(tag, x->node, x->node_capacity * sizeof *x->node);
            x->node_self = rg_realloc(tag, x->node_self, (size_t)x->node_capacity * x->nevents * sizeof *x->node_self);
        }
        memset(x->node_self + (size_t)x->n_nodes * x->nevents, 0, x->nevents * sizeof *x->node_self);
        x->node[x->n_nodes++] = container;
    }
    x->last_node = container;
    x->last_number = (uint32_t)*n;
    x->last_entry = NO_ENTRY;
    return x->last_number;
}

/* The entry of NUMBER in CONTAINER; entries around it are made first.  */
static uint32_t entry_of(struct rg_inline *x, struct rg_node container, uint32_t number)
{
    RG_ASSERT(number >= 1 && number <= x->n_inlined);
    number_of(x, container);
    if (x->last_entry != NO_ENTRY && x->entry[x->last_entry].number == number)
        return x->last_entry;
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

/* Adds to vector number I of VECTORS.  */
static void add_cost(const struct rg_inline *x, uint64_t *vectors, uint32_t i, const uint64_t *cost)
{
    uint64_t *sum = vectors + (size_t)i * x->nevents;
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
        add_cost(x, x->cost, i, cost);
        add_cost(x, x->self, i, cost);
        note_lowest(&x->entry[i], pos, count);
        node = x->entry[i].node;
    } else {
        add_cost(x, x->node_self, number_of(x, node), cost);
    }
    rg_profile_cost(x->p, node, pos, cost);
}

static void keep_call(struct rg_inline *x, struct call call, const uint64_t *cost)
{
    if (x->n_calls == x->call_capacity) {
        x->call_capacity = x->call_capacity ? 2 * x->call_capacity : FIRST_ENTRIES;
        x->call = rg_realloc(tag, x->call, x->call_capacity * sizeof *x->call);
        x->call_cost = rg_realloc(tag, x->call_cost, (size_t)x->call_capacity * x->nevents * sizeof *x->call_cost);
    }
    memcpy(x->call_cost + (size_t)x->n_calls * x->nevents, cost, x->nevents * sizeof *cost);
    x->call[x->n_calls++] = call;
}

void rg_inline_call(struct rg_inline *x, struct rg_node caller, struct rg_pos pos, uint32_t number, struct rg_node callee,
                    struct rg_pos target, uint64_t calls, const uint64_t *cost)
{
    uint32_t i = number != 0 ? entry_of(x, caller, number) : NO_ENTRY;

    keep_call(x, (struct call){ i, number_of(x, caller), callee }, cost);
    if (i != NO_ENTRY) {
        add_cost(x, x->cost, i, cost);
        note_lowest(&x->entry[i], pos, 0);
        caller = x->entry[i].node;
    }
    rg_profile_call(x->p, caller, pos, callee, target, calls, cost);
}

/* The nearest own function around code of an entry, that of CONTAINER at last.  */
static uint32_t nearest(const struct rg_inline *x, const struct rg_own *own, uint32_t entry, uint32_t container)
{
    for (uint32_t i = entry; i != NO_ENTRY; i = x->entry[i].parent)
        if (rg_own_is(own, x->entry[i].node.fn))
            return x->entry[i].node.fn;
    return rg_own_is(own, x->node[container].fn) ? x->node[container].fn : RG_OWN_NONE;
}

static void tell(const struct rg_inline *x, struct rg_own *own)
{
    for (uint32_t i = 0; i < x->n_nodes; i++)
        rg_own_cost(own, x->node[i], nearest(x, own, NO_ENTRY, i), x->node_self + (size_t)i * x->nevents);
    for (uint32_t i = 0; i < x->n_entries; i++) {
        uint32_t container = x->entry[i].container;
        rg_own_cost(own, x->node[container], nearest(x, own, i, container), x->self + (size_t)i * x->nevents);
    }
    for (uint32_t i = 0; i < x->n_calls; i++) {
        const struct call *c = &x->call[i];
        rg_own_call(own, x->node[c->container], nearest(x, own, c->entry, c->container), c->callee,
                    x->call_cost + (size_t)i * x->nevents);
    }
}

void rg_inline_finish(struct rg_inline *x, struct rg_own *own)
{
    if (own != NULL)
        tell(x, own);
    for (uint32_t i = x->n_entries; i-- > 0;) {
        const struct entry *e = &x->entry[i];
        const uint64_t *cost = x->cost + (size_t)i * x->nevents;
        struct rg_pos call = x->inlined[e->number - 1].call;
        call.addr = e->lowest.addr;
        rg_profile_call(x->p, e->caller, call, e->node, e->lowest, e->count > 0 ? e->count : 1, cost);
        if (e->parent != NO_ENTRY) {
            struct entry *parent = &x->entry[e->parent];
            add_cost(x, x->cost, e->parent, cost);
            if (e->lowest.addr < parent->lowest.addr)
                note_lowest(parent, e->lowest, e->count);
        }
    }
    rg_map_free(&x->nodes);
    rg_map_free(&x->entries);
    rg_free(x->node);
    rg_free(x->node_self);
    rg_free(x->call);
    rg_free(x->call_cost);
    rg_free(x->entry);
    rg_free(x->cost);
    rg_free(x->self);
    rg_free(x);
}
