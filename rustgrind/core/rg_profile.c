/* rg_profile.c - one run's costs and calls, by function, recursion level and source position.

   SPDX-License-Identifier: GPL-2.0-or-later

   Records are appended as they come and put in order once, by rg_profile_finish.  The order is one of names, so names get ranks
   first: nodes are renumbered to stand in their final order, files in records are replaced by their ranks.  From then on
   sorting compares small integers: one counting sort brings each node's records together, and the few records of one node are
   sorted among themselves.  Adding after that turns ranks back into ids.

   Cost vectors live apart from the records and never move; a record names its vector by a number, so sorting moves small
   records whatever the number of event types.  The tool adds costs per instruction while records are mostly per line: a small
   cache of recent records merges most of these before they take memory.  */
#include "rg_profile.h"

#include "rg_intern.h"
#include "rg_map.h"
#include "rg_vectors.h"

enum {
    MAX_EVENTS = 64,
    MAX_LEVEL = 65535,
    RECENT_RECORDS = 4096, /* a power of two */
    FIRST_CAPACITY = 64,
    INSERTION_SORT_MAX = 12,
    MAX_RECORD_SIZE = 64,
};

static const char tag[] = "profile";

/* What every record begins with.  */
struct record {
    uint32_t node;
    uint32_t file; /* an id; a rank while the profile is finished */
    uint32_t line;
    uint32_t vector;
    uint64_t addr;
};

struct call {
    struct record at;
    uint32_t callee;
    uint32_t target_file;
    uint32_t target_line;
    uint64_t target_addr;
    uint64_t calls;
};

/* All records of one kind.  */
struct table {
    char *p;
    size_t n, capacity;
    size_t size; /* of a record */
    size_t *first; /* finished: records of node I are FIRST[I] .. FIRST[I + 1] - 1 */
    int (*cmp)(const void *, const void *); /* of records of one node; 0: to be merged */
};

struct function {
    uint32_t object, file, name;
};

struct rg_profile {
    unsigned nevents;
    bool with_line, with_addr;
    bool finished;
    struct rg_intern *objects, *files, *names;
    struct rg_map places;      /* object, file -> place */
    struct rg_map functions;   /* place, name -> function */
    struct function *function;
    uint32_t n_functions, function_capacity;
    struct rg_map node_map;    /* function, level -> node */
    struct rg_node *node;
    uint32_t n_nodes, node_capacity;
    struct rg_node last_node;  /* the node asked for last, and its number */
    uint32_t last_number;
    struct rg_vectors vectors;
    struct table costs, calls;
    uint32_t *file_of_rank;    /* finished */
    uint32_t recent[RECENT_RECORDS]; /* cost record + 1 */
    uint64_t totals[MAX_EVENTS];
};

/* Returns P with room for at least N + 1 elements of SIZE bytes.  */
static void *room_for_one(void *p, size_t n, uint32_t *capacity, size_t size)
{
    if (n < *capacity)
        return p;
    *capacity = *capacity ? 2 * *capacity : FIRST_CAPACITY;
    return rg_realloc(tag, p, *capacity * size);
}

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_costs(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    int c = compare(x->file, y->file);
    if (c == 0)
        c = compare(x->line, y->line);
    return c != 0 ? c : compare(x->addr, y->addr);
}

static int compare_calls(const void *a, const void *b)
{
    const struct call *x = a, *y = b;
    int c = compare_costs(a, b);
    if (c == 0)
        c = compare(x->callee, y->callee);
    if (c == 0)
        c = compare(x->target_file, y->target_file);
    if (c == 0)
        c = compare(x->target_line, y->target_line);
    return c != 0 ? c : compare(x->target_addr, y->target_addr);
}

struct rg_profile *rg_profile_new(unsigned nevents)
{
    RG_ASSERT(nevents >= 1 && nevents <= MAX_EVENTS);
    _Static_assert(sizeof(struct call) <= MAX_RECORD_SIZE, "insertion sort keeps one record aside");
    struct rg_profile *p = rg_alloc(tag, sizeof *p);
    p->nevents = nevents;
    p->with_line = true;
    p->objects = rg_intern_new(tag);
    p->files = rg_intern_new(tag);
    p->names = rg_intern_new(tag);
    rg_map_init(&p->places, tag);
    rg_map_init(&p->functions, tag);
    rg_map_init(&p->node_map, tag);
    rg_vectors_init(&p->vectors, nevents, tag);
    p->costs = (struct table){ .size = sizeof(struct record), .cmp = compare_costs };
    p->calls = (struct table){ .size = sizeof(struct call), .cmp = compare_calls };
    return p;
}

void rg_profile_free(struct rg_profile *p)
{
    if (p == NULL)
        return;
    rg_intern_free(p->objects);
    rg_intern_free(p->files);
    rg_intern_free(p->names);
    rg_map_free(&p->places);
    rg_map_free(&p->functions);
    rg_map_free(&p->node_map);
    rg_free(p->function);
    rg_free(p->node);
    rg_vectors_free(&p->vectors);
    struct table *tables[] = { &p->costs, &p->calls };
    for (int i = 0; i < 2; i++) {
        rg_free(tables[i]->p);
        rg_free(tables[i]->first);
    }
    rg_free(p->file_of_rank);
    rg_free(p);
}

unsigned rg_profile_nevents(const struct rg_profile *p)
{
    return p->nevents;
}

void rg_profile_set_positions(struct rg_profile *p, bool with_line, bool with_addr)
{
    RG_ASSERT(p->costs.n == 0 && p->calls.n == 0);
    p->with_line = with_line;
    p->with_addr = with_addr;
}

/* Names.  */

uint32_t rg_profile_object(struct rg_profile *p, const char *name)
{
    return rg_intern_str(p->objects, name);
}

uint32_t rg_profile_file(struct rg_profile *p, const char *name)
{
    return rg_intern_str(p->files, name);
}

uint32_t rg_profile_function(struct rg_profile *p, uint32_t object, uint32_t file, const char *name)
{
    RG_ASSERT(object < rg_intern_count(p->objects) && file < rg_intern_count(p->files));
    bool added;
    uint64_t *place = rg_map_add(&p->places, (uint64_t)object << 32 | file, &added);
    if (added)
        *place = rg_map_count(&p->places) - 1;
    uint32_t name_id = rg_intern_str(p->names, name);
    uint64_t *fn = rg_map_add(&p->functions, *place << 32 | name_id, &added);
    if (added) {
        p->function = room_for_one(p->function, p->n_functions, &p->function_capacity, sizeof *p->function);
        p->function[p->n_functions] = (struct function){ .object = object, .file = file, .name = name_id };
        *fn = p->n_functions++;
    }
    return (uint32_t)*fn;
}

static const struct function *function_at(const struct rg_profile *p, uint32_t fn)
{
    RG_ASSERT(fn < p->n_functions);
    return &p->function[fn];
}

const char *rg_profile_object_name(const struct rg_profile *p, uint32_t object)
{
    return rg_intern_name(p->objects, object);
}

const char *rg_profile_file_name(const struct rg_profile *p, uint32_t file)
{
    return rg_intern_name(p->files, file);
}

const char *rg_profile_fn_name(const struct rg_profile *p, uint32_t fn)
{
    return rg_intern_name(p->names, function_at(p, fn)->name);
}

uint32_t rg_profile_fn_object(const struct rg_profile *p, uint32_t fn)
{
    return function_at(p, fn)->object;
}

uint32_t rg_profile_fn_file(const struct rg_profile *p, uint32_t fn)
{
    return function_at(p, fn)->file;
}

uint32_t rg_profile_n_objects(const struct rg_profile *p)
{
    return rg_intern_count(p->objects);
}

uint32_t rg_profile_n_files(const struct rg_profile *p)
{
    return rg_intern_count(p->files);
}

uint32_t rg_profile_n_functions(const struct rg_profile *p)
{
    return p->n_functions;
}

/* Adding.  */

static void add_to(uint64_t *sum, const uint64_t *cost, unsigned nevents)
{
    for (unsigned i = 0; i < nevents; i++)
        sum[i] += cost[i];
}

static bool is_zero(const uint64_t *cost, unsigned nevents)
{
    uint64_t any = 0;
    for (unsigned i = 0; i < nevents; i++)
        any |= cost[i];
    return any == 0;
}

static uint64_t node_key(struct rg_node node)
{
    return (uint64_t)node.fn << 16 | node.level;
}

static uint32_t node_number(struct rg_profile *p, struct rg_node node)
{
    RG_ASSERT(node.fn < p->n_functions && node.level >= 1 && node.level <= MAX_LEVEL);
    if (node.fn == p->last_node.fn && node.level == p->last_node.level)
        return p->last_number;
    bool added;
    uint64_t *number = rg_map_add(&p->node_map, node_key(node), &added);
    if (added) {
        p->node = room_for_one(p->node, p->n_nodes, &p->node_capacity, sizeof *p->node);
        p->node[p->n_nodes] = node;
        *number = p->n_nodes++;
    }
    p->last_node = node;
    p->last_number = (uint32_t)*number;
    return p->last_number;
}

/* Makes POS what the granularity of the profile allows.  */
static struct rg_pos coarse(const struct rg_profile *p, struct rg_pos pos)
{
    RG_ASSERT(pos.file < rg_intern_count(p->files));
    if (!p->with_line)
        pos.line = 0;
    if (!p->with_addr)
        pos.addr = 0;
    return pos;
}

/* Opens a finished profile for more records.  */
static void thaw(struct rg_profile *p)
{
    if (!p->finished)
        return;
    p->finished = false;
    for (size_t i = 0; i < p->costs.n; i++) {
        struct record *r = (struct record *)p->costs.p + i;
        r->file = p->file_of_rank[r->file];
    }
    for (size_t i = 0; i < p->calls.n; i++) {
        struct call *c = (struct call *)p->calls.p + i;
        c->at.file = p->file_of_rank[c->at.file];
        c->target_file = p->file_of_rank[c->target_file];
    }
}

static void append(struct table *t, const void *record)
{
    if (t->n == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : FIRST_CAPACITY;
        t->p = rg_realloc(tag, t->p, t->capacity * t->size);
    }
    memcpy(t->p + t->n++ * t->size, record, t->size);
}

void rg_profile_cost(struct rg_profile *p, struct rg_node node, struct rg_pos pos, const uint64_t *cost)
{
    if (is_zero(cost, p->nevents))
        return;
    thaw(p);
    pos = coarse(p, pos);
    add_to(p->totals, cost, p->nevents);
    struct record r = { .node = node_number(p, node), .file = pos.file, .line = pos.line, .addr = pos.addr };
    uint64_t h = rg_map_hash(((uint64_t)r.node << 32 | r.line) ^ (r.addr + r.file) * 0x9e3779b97f4a7c15u);
    uint32_t *recent = &p->recent[h % RECENT_RECORDS];
    if (*recent != 0) {
        const struct record *have = (const struct record *)p->costs.p + (*recent - 1);
        if (have->node == r.node && compare_costs(have, &r) == 0) {
            add_to(rg_vectors_at(&p->vectors, have->vector), cost, p->nevents);
            return;
        }
    }
    r.vector = rg_vectors_add(&p->vectors, cost);
    append(&p->costs, &r);
    *recent = (uint32_t)p->costs.n;
}

void rg_profile_call(struct rg_profile *p, struct rg_node caller, struct rg_pos pos, struct rg_node callee, struct rg_pos target,
                     uint64_t calls, const uint64_t *cost)
{
    if (calls == 0 && is_zero(cost, p->nevents))
        return;
    thaw(p);
    pos = coarse(p, pos);
    target = coarse(p, target);
    struct call c = {
        .at = { .node = node_number(p, caller), .file = pos.file, .line = pos.line, .addr = pos.addr },
        .callee = node_number(p, callee),
        .target_file = target.file,
        .target_line = target.line,
        .target_addr = target.addr,
        .calls = calls,
    };
    c.at.vector = rg_vectors_add(&p->vectors, cost);
    append(&p->calls, &c);
}

/* Putting in order.  */

struct node_order {
    uint32_t object, file, name, level; /* ranks of the names */
    uint32_t number;
};

static int compare_nodes(const void *a, const void *b)
{
    const struct node_order *x = a, *y = b;
    int c = compare(x->object, y->object);
    if (c == 0)
        c = compare(x->file, y->file);
    if (c == 0)
        c = compare(x->name, y->name);
    return c != 0 ? c : compare(x->level, y->level);
}

/* The ranks of all names of IN, to be freed; never NULL.  */
static uint32_t *ranks_of(const struct rg_intern *in)
{
    uint32_t *rank = rg_alloc(tag, (rg_intern_count(in) + (size_t)1) * sizeof *rank);
    rg_intern_ranks(in, rank);
    return rank;
}

/* Renumbers the nodes to their order.  Returns the new number of each old one, to be freed.  */
static uint32_t *order_nodes(struct rg_profile *p, const uint32_t *file_rank)
{
    uint32_t *object_rank = ranks_of(p->objects);
    uint32_t *name_rank = ranks_of(p->names);
    struct node_order *order = rg_alloc(tag, (p->n_nodes + (size_t)1) * sizeof *order);
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        const struct function *f = &p->function[p->node[i].fn];
        order[i] = (struct node_order){ .object = object_rank[f->object], .file = file_rank[f->file],
                                        .name = name_rank[f->name], .level = p->node[i].level, .number = i };
    }
    rg_sort(order, p->n_nodes, sizeof *order, compare_nodes);

    uint32_t *new_number = rg_alloc(tag, (p->n_nodes + (size_t)1) * sizeof *new_number);
    struct rg_node *node = rg_alloc(tag, (p->n_nodes + (size_t)1) * sizeof *node);
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        new_number[order[i].number] = i;
        node[i] = p->node[order[i].number];
        rg_map_put(&p->node_map, node_key(node[i]), i);
    }
    rg_free(p->node);
    p->node = node;
    p->node_capacity = p->n_nodes + 1;
    p->last_node = (struct rg_node){ 0, 0 };
    rg_free(order);
    rg_free(name_rank);
    rg_free(object_rank);
    return new_number;
}

static void *record_at(const struct table *t, size_t i)
{
    return t->p + i * t->size;
}

/* Sorts the records FROM .. TO - 1, which belong to one node.  */
static void sort_records(struct table *t, size_t from, size_t to)
{
    if (to - from > INSERTION_SORT_MAX) {
        size_t i = from + 1;
        while (i < to && t->cmp(record_at(t, i - 1), record_at(t, i)) <= 0)
            i++;
        if (i < to)
            rg_sort(record_at(t, from), to - from, t->size, t->cmp);
        return;
    }
    for (size_t i = from + 1; i < to; i++) {
        uint64_t aside[MAX_RECORD_SIZE / sizeof(uint64_t)];
        size_t j = i;
        while (j > from && t->cmp(record_at(t, j - 1), record_at(t, i)) > 0)
            j--;
        if (j == i)
            continue;
        memcpy(aside, record_at(t, i), t->size);
        memmove(record_at(t, j + 1), record_at(t, j), (i - j) * t->size);
        memcpy(record_at(t, j), aside, t->size);
    }
}

/* Adds record FROM, which is at the same place, to record INTO.  */
static void merge(struct rg_profile *p, const struct table *t, struct record *into, const struct record *from)
{
    if (t == &p->calls)
        ((struct call *)into)->calls += ((const struct call *)from)->calls;
    add_to(rg_vectors_at(&p->vectors, into->vector), rg_vectors_at(&p->vectors, from->vector), p->nevents);
    rg_vectors_drop(&p->vectors, from->vector);
}

/* Brings the records of each node together: a counting sort.  */
static void group_by_node(struct rg_profile *p, struct table *t)
{
    rg_free(t->first);
    size_t *first = t->first = rg_alloc(tag, (p->n_nodes + (size_t)2) * sizeof *first);
    for (size_t i = 0; i < t->n; i++)
        first[((struct record *)record_at(t, i))->node + 2]++;
    for (size_t i = 2; i < p->n_nodes + (size_t)2; i++)
        first[i] += first[i - 1];
    /* now FIRST[i + 1] is where node i begins; placing its records moves that to where it ends, which is where node i + 1
       begins */
    char *grouped = rg_alloc(tag, (t->n + 1) * t->size);
    for (size_t i = 0; i < t->n; i++) {
        const struct record *r = record_at(t, i);
        memcpy(grouped + first[r->node + 1]++ * t->size, r, t->size);
    }
    rg_free(t->p);
    t->p = grouped;
    t->capacity = t->n + 1;
}

static void order_table(struct rg_profile *p, struct table *t)
{
    group_by_node(p, t);
    size_t kept = 0;
    for (uint32_t node = 0; node < p->n_nodes; node++) {
        size_t from = t->first[node], to = t->first[node + 1];
        sort_records(t, from, to);
        t->first[node] = kept;
        for (size_t i = from; i < to; i++) {
            if (i > from && t->cmp(record_at(t, kept - 1), record_at(t, i)) == 0) {
                merge(p, t, record_at(t, kept - 1), record_at(t, i));
                continue;
            }
            if (kept != i)
                memcpy(record_at(t, kept), record_at(t, i), t->size);
            kept++;
        }
    }
    t->first[p->n_nodes] = kept;
    t->n = kept;
}

void rg_profile_finish(struct rg_profile *p)
{
    if (p->finished)
        return;
    uint32_t n_files = rg_intern_count(p->files);
    uint32_t *file_rank = ranks_of(p->files);
    rg_free(p->file_of_rank);
    p->file_of_rank = rg_alloc(tag, (n_files + (size_t)1) * sizeof *p->file_of_rank);
    for (uint32_t i = 0; i < n_files; i++)
        p->file_of_rank[file_rank[i]] = i;

    uint32_t *new_number = order_nodes(p, file_rank);
    for (size_t i = 0; i < p->costs.n; i++) {
        struct record *r = record_at(&p->costs, i);
        r->node = new_number[r->node];
        r->file = file_rank[r->file];
    }
    for (size_t i = 0; i < p->calls.n; i++) {
        struct call *c = record_at(&p->calls, i);
        c->at.node = new_number[c->at.node];
        c->at.file = file_rank[c->at.file];
        c->callee = new_number[c->callee];
        c->target_file = file_rank[c->target_file];
    }
    rg_free(new_number);
    rg_free(file_rank);

    order_table(p, &p->costs);
    order_table(p, &p->calls);
    memset(p->recent, 0, sizeof p->recent);
    p->finished = true;
}

/* Looking.  */

size_t rg_profile_n_costs(const struct rg_profile *p)
{
    RG_ASSERT(p->finished);
    return p->costs.n;
}

size_t rg_profile_n_calls(const struct rg_profile *p)
{
    RG_ASSERT(p->finished);
    return p->calls.n;
}

struct rg_cost_rec rg_profile_cost_at(const struct rg_profile *p, size_t i)
{
    RG_ASSERT(p->finished && i < p->costs.n);
    const struct record *r = record_at(&p->costs, i);
    return (struct rg_cost_rec){
        .node = p->node[r->node],
        .pos = { .file = p->file_of_rank[r->file], .line = r->line, .addr = r->addr },
        .cost = rg_vectors_at(&p->vectors, r->vector),
    };
}

struct rg_call_rec rg_profile_call_at(const struct rg_profile *p, size_t i)
{
    RG_ASSERT(p->finished && i < p->calls.n);
    const struct call *c = record_at(&p->calls, i);
    return (struct rg_call_rec){
        .caller = p->node[c->at.node],
        .pos = { .file = p->file_of_rank[c->at.file], .line = c->at.line, .addr = c->at.addr },
        .callee = p->node[c->callee],
        .target = { .file = p->file_of_rank[c->target_file], .line = c->target_line, .addr = c->target_addr },
        .calls = c->calls,
        .cost = rg_vectors_at(&p->vectors, c->at.vector),
    };
}

uint32_t rg_profile_n_nodes(const struct rg_profile *p)
{
    RG_ASSERT(p->finished);
    return p->n_nodes;
}

struct rg_node rg_profile_node_at(const struct rg_profile *p, uint32_t i)
{
    RG_ASSERT(p->finished && i < p->n_nodes);
    return p->node[i];
}

uint32_t rg_profile_node_index(const struct rg_profile *p, struct rg_node node)
{
    const uint64_t *number = rg_map_find(&p->node_map, node_key(node));
    RG_ASSERT(p->finished && number != NULL);
    return (uint32_t)*number;
}

static struct rg_range range_of(const struct rg_profile *p, const struct table *t, uint32_t i)
{
    RG_ASSERT(p->finished && i < p->n_nodes);
    return (struct rg_range){ .begin = t->first[i], .end = t->first[i + 1] };
}

struct rg_range rg_profile_node_costs(const struct rg_profile *p, uint32_t i)
{
    return range_of(p, &p->costs, i);
}

struct rg_range rg_profile_node_calls(const struct rg_profile *p, uint32_t i)
{
    return range_of(p, &p->calls, i);
}

const uint64_t *rg_profile_totals(const struct rg_profile *p)
{
    return p->totals;
}
