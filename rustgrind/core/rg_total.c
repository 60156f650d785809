/* rg_total.c - inclusive costs of functions and of sets of functions.

   SPDX-License-Identifier: GPL-2.0-or-later

   A function's total is what its outermost activations spent: the self cost of its lowest recursion level and the inclusive
   cost of the calls made there.

   For a set, totals of its functions cannot be added up, for they may call each other.  What counts is the inclusive cost of
   calls that enter the set, made where no function of the set is active.  So callers come before callees, and each node gets
   the part of its cost that is spent so: 1 at the start of the program, 0 below functions of the set, in between where both
   ways lead.  Only the last is a guess. Activations of a function inside of itself have a level above 1 and are never entries. 
   */
#include "rg_total.h"

#include "rg_graph.h"

enum { NO_NODE = UINT32_MAX };

static const char tag[] = "total";
static const uint64_t one = (uint64_t)1 << 32; /* all of a cost */

struct rg_total {
    const struct rg_profile *profile;
    unsigned event;
    uint64_t cap; /* no total is more */
    uint32_t n_nodes, n_functions;
    struct rg_link *link;
    uint64_t *weight; /* by link */
    uint64_t *self;   /* by node */
    uint64_t *total;  /* by function */
    uint64_t *outside; /* by component: the part of its cost that is spent outside of the set */
    struct rg_graph g;
};

static void add_calls(struct rg_total *t, uint32_t node)
{
    struct rg_range r = rg_profile_node_calls(t->profile, node);

    for (size_t i = r.begin; i < r.end; i++) {
        struct rg_call_rec c = rg_profile_call_at(t->profile, i);
        t->link[i] = (struct rg_link){ node, rg_profile_node_index(t->profile, c.callee) };
        t->weight[i] = c.cost[t->event];
    }
}

static uint64_t capped_sum(uint64_t a, uint64_t b, uint64_t cap)
{
    return a >= cap || b >= cap - a ? cap : a + b;
}

/* The nodes of one function stand together, the lowest level first.  */
static void add_functions(struct rg_total *t)
{
    uint32_t last = NO_NODE;

    for (uint32_t i = 0; i < t->n_nodes; i++) {
        uint32_t fn = rg_profile_node_at(t->profile, i).fn;
        struct rg_range costs = rg_profile_node_costs(t->profile, i), calls = rg_profile_node_calls(t->profile, i);
        for (size_t k = costs.begin; k < costs.end; k++)
            t->self[i] += rg_profile_cost_at(t->profile, k).cost[t->event];
        if (fn == last || (costs.begin == costs.end && calls.begin == calls.end))
            continue;
        last = fn;
        t->total[fn] = t->self[i];
        for (size_t k = calls.begin; k < calls.end; k++)
            if (t->link[k].to != i)
                t->total[fn] = capped_sum(t->total[fn], t->weight[k], t->cap);
    }
}

struct rg_total *rg_total_new(const struct rg_profile *p, unsigned event)
{
    size_t n = rg_profile_n_calls(p);

    RG_ASSERT(event < rg_profile_nevents(p) && n < UINT32_MAX);
    struct rg_total *t = rg_alloc(tag, sizeof *t);
    t->profile = p;
    t->event = event;
    t->cap = rg_profile_totals(p)[event];
    t->n_nodes = rg_profile_n_nodes(p);
    t->n_functions = rg_profile_n_functions(p);
    t->link = rg_alloc(tag, (n + 1) * sizeof *t->link);
    t->weight = rg_alloc(tag, (n + 1) * sizeof *t->weight);
    t->self = rg_alloc(tag, (t->n_nodes + (size_t)1) * sizeof *t->self);
    t->total = rg_alloc(tag, (t->n_functions + (size_t)1) * sizeof *t->total);
    for (uint32_t i = 0; i < t->n_nodes; i++)
        add_calls(t, i);
    add_functions(t);
    rg_graph_init(&t->g, t->n_nodes, t->link, (uint32_t)n);
    t->outside = rg_alloc(tag, (t->g.n_components + (size_t)1) * sizeof *t->outside);
    return t;
}

void rg_total_free(struct rg_total *t)
{
    rg_free(t->link);
    rg_free(t->weight);
    rg_free(t->self);
    rg_free(t->total);
    rg_free(t->outside);
    rg_graph_free(&t->g);
    rg_free(t);
}

uint64_t rg_total_function(const struct rg_total *t, uint32_t fn)
{
    RG_ASSERT(fn < t->n_functions);
    return t->total[fn];
}

/* What flows into a component from outside of it, all and outside of the set.  */
struct inflow {
    uint64_t all, outside;
};

/* PART of ONE of SUM, rounded down.  */
static uint64_t part_of(uint64_t sum, uint64_t part)
{
    return part == one ? sum : (sum >> 32) * part + ((sum & (one - 1)) * part >> 32);
}

static uint64_t part_from(uint64_t sum, uint64_t whole)
{
    if (sum >= whole)
        return whole > 0 ? one : 0;
    for (; whole >> 32 != 0; whole >>= 1)
        sum >>= 1;
    return (sum << 32) / whole;
}

struct set {
    const uint32_t *of;
    uint32_t number;
};

static bool has(const struct rg_total *t, struct set s, uint32_t node)
{
    return s.of[rg_profile_node_at(t->profile, node).fn] == s.number;
}

/* What flows into NODE from outside of its component.  */
static struct inflow into_node(const struct rg_total *t, struct set s, uint32_t node, bool *guess)
{
    const struct rg_graph *g = &t->g;
    struct inflow f = { 0, 0 };

    for (uint32_t k = g->in_first[node]; k < g->in_first[node + 1]; k++) {
        uint32_t from = t->link[g->in_link[k]].from;
        uint64_t weight = t->weight[g->in_link[k]], part = has(t, s, from) ? 0 : t->outside[g->component[from]];
        if (g->component[from] == g->component[node])
            continue;
        f.all += weight;
        f.outside += part_of(weight, part);
        *guess = *guess || (weight > 0 && part > 0 && part < one);
    }
    return f;
}

/* What NODE costs itself and by calls out of its component.  */
static uint64_t out_of_node(const struct rg_total *t, uint32_t node)
{
    uint64_t sum = t->self[node];

    for (uint32_t k = t->g.first[node]; k < t->g.first[node + 1]; k++)
        if (t->g.component[t->link[t->g.link[k]].to] != t->g.component[node])
            sum += t->weight[t->g.link[k]];
    return sum;
}

/* Handles component NUMBER: returns what enters the set there.  */
static uint64_t enter(struct rg_total *t, struct set s, uint32_t number, bool *estimated)
{
    uint32_t first = t->g.component_first[number], end = t->g.component_first[number + 1];
    struct inflow all = { 0, 0 };
    uint64_t out = 0, none, entries = 0;
    bool guess = false, is_entry = false;

    for (uint32_t i = first; i < end; i++) {
        uint32_t node = t->g.order[i];
        struct inflow f = into_node(t, s, node, &guess);
        all.all += f.all;
        all.outside += f.outside;
        out += out_of_node(t, node);
        is_entry = is_entry || (has(t, s, node) && rg_profile_node_at(t->profile, node).level == 1);
    }
    none = out > all.all ? out - all.all : 0;
    all.all += none;
    all.outside += none;
    t->outside[number] = part_from(all.outside, all.all);
    if (is_entry) {
        entries = all.outside;
        *estimated = *estimated || guess || end - first > 1; /* with one level for all, circles have entries */
    }
    return entries;
}

uint64_t rg_total_set(struct rg_total *t, const uint32_t *set_of, uint32_t set, bool *estimated)
{
    struct set s = { set_of, set };
    uint64_t sum = 0;

    *estimated = false;
    for (uint32_t i = t->g.n_components; i-- > 0;)
        sum = capped_sum(sum, enter(t, s, i, estimated), t->cap);
    return sum;
}
