/* rg_own.c - a program's cost by the nearest function of its own crates.

   SPDX-License-Identifier: GPL-2.0-or-later

   Costs of own functions, and of what is inlined into them, are known at once.  What is left is at the functions out of line
   that have no own function around them, and goes to their callers, callees first.  If all ways up end at one own function,
   that is exact.  It is exact with several, too, as long as there is no own code below: then a call's inclusive cost is just
   what it passed on.  Only where own code is called from there (two functions that hand two closures to one sort) is it unknown
   which caller's calls had how much in them, and the cost is shared in proportion to the inclusive costs of the calls: an
   estimate, and marked as such.

   Functions that call each other in a circle are treated as one.  What flows into one by calls is less than it has when it is
   also called by nobody (start of a thread, handler of a signal); the difference is a caller of its own, none.  */
#include "rg_own.h"

#include "rg_graph.h"
#include "rg_map.h"
#include "rg_report.h"

enum { MIN_COST_WIDTH = 10, PERCENT_WIDTH = 7, MARKED = 100 };

static const char tag[] = "own";

/* Calls from one place to one callee.  FROM is an own function's row, or a node.  */
struct flow {
    uint32_t from;
    bool from_own;
};

struct rg_own {
    const struct rg_profile *profile;
    const struct rg_names *names;
    unsigned nevents;
    uint32_t n_functions;
    bool any;
    bool *is_own;           /* by function */
    uint32_t *row;          /* by own function, + 1 */
    uint64_t *cost;         /* by row; row 0 is none's */
    uint64_t *doubt;        /* by row: how much the cost of the first event may be off */
    uint32_t n_rows, row_room, doubt_room;
    struct rg_map nodes;    /* function, level -> number */
    uint64_t *left;         /* by node: the cost that has to be handed on */
    uint64_t *out;          /* by node: what its own code and its calls cost */
    bool *below;            /* by node: own code is in it or called by it */
    uint32_t n_nodes, node_room, out_room, below_room;
    struct rg_map flows;    /* from, to -> number */
    struct flow *flow;
    struct rg_link *link;   /* by flow; those from own functions lead from their callee to itself */
    uint64_t *weight;       /* by flow */
    uint32_t n_flows, flow_room, link_room, weight_room;
};

/* P, of elements of SIZE bytes, with room for more than N.  */
static void *room(void *p, uint32_t n, uint32_t *capacity, size_t size)
{
    if (n < *capacity)
        return p;
    *capacity = *capacity ? 2 * *capacity : 64;
    return rg_realloc(tag, p, *capacity * size);
}

/* P, of vectors, with one more after the first N, of zeros.  */
static uint64_t *vectors(const struct rg_own *o, uint64_t *p, uint32_t n, uint32_t *capacity)
{
    p = room(p, n, capacity, o->nevents * sizeof *p);
    memset(p + (size_t)n * o->nevents, 0, o->nevents * sizeof *p);
    return p;
}

static uint32_t add_row(struct rg_own *o)
{
    o->cost = vectors(o, o->cost, o->n_rows, &o->row_room);
    o->doubt = room(o->doubt, o->n_rows, &o->doubt_room, sizeof *o->doubt);
    o->doubt[o->n_rows] = 0;
    return o->n_rows++;
}

struct rg_own *rg_own_new(const struct rg_profile *p, const struct rg_names *names)
{
    struct rg_own *o = rg_alloc(tag, sizeof *o);

    o->profile = p;
    o->names = names;
    o->nevents = rg_profile_nevents(p);
    o->n_functions = rg_profile_n_functions(p);
    o->is_own = rg_alloc(tag, (o->n_functions + (size_t)1) * sizeof *o->is_own);
    o->row = rg_alloc(tag, (o->n_functions + (size_t)1) * sizeof *o->row);
    rg_map_init(&o->nodes, tag);
    rg_map_init(&o->flows, tag);
    o->any = rg_own_find(p, names, o->is_own);
    add_row(o); /* none's */
    return o;
}

void rg_own_free(struct rg_own *o)
{
    void *const memory[] = { o->is_own, o->row, o->cost, o->doubt, o->left, o->out, o->below, o->flow, o->link, o->weight };

    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        rg_free(memory[i]);
    rg_map_free(&o->nodes);
    rg_map_free(&o->flows);
    rg_free(o);
}

bool rg_own_any(const struct rg_own *o)
{
    return o->any;
}

bool rg_own_is(const struct rg_own *o, uint32_t fn)
{
    return fn < o->n_functions && o->is_own[fn];
}

/* ---- collecting ---- */

static void add(const struct rg_own *o, uint64_t *sum, const uint64_t *cost)
{
    for (unsigned e = 0; e < o->nevents; e++)
        sum[e] += cost[e];
}

static uint64_t *row_of(struct rg_own *o, uint32_t fn)
{
    if (o->row[fn] == 0)
        o->row[fn] = 1 + add_row(o);
    return o->cost + (size_t)(o->row[fn] - 1) * o->nevents;
}

static uint32_t node_of(struct rg_own *o, struct rg_node node)
{
    bool added;
    uint64_t *number = rg_map_add(&o->nodes, (uint64_t)node.fn << 16 | node.level, &added);

    if (added) {
        *number = o->n_nodes;
        o->left = vectors(o, o->left, o->n_nodes, &o->node_room);
        o->out = vectors(o, o->out, o->n_nodes, &o->out_room);
        o->below = room(o->below, o->n_nodes, &o->below_room, sizeof *o->below);
        o->below[o->n_nodes++] = false;
    }
    return (uint32_t)*number;
}

/* Notes that a cost is in or below CONTAINER, which is not own.  */
static uint32_t pass_through(struct rg_own *o, struct rg_node container, bool is_own, const uint64_t *cost)
{
    uint32_t node = node_of(o, container);

    add(o, o->out + (size_t)node * o->nevents, cost);
    o->below[node] = o->below[node] || is_own;
    return node;
}

void rg_own_cost(struct rg_own *o, struct rg_node container, uint32_t nearest, const uint64_t *cost)
{
    if (nearest != RG_OWN_NONE)
        add(o, row_of(o, nearest), cost);
    if (rg_own_is(o, container.fn))
        return;
    uint32_t node = pass_through(o, container, nearest != RG_OWN_NONE, cost);
    if (nearest == RG_OWN_NONE)
        add(o, o->left + (size_t)node * o->nevents, cost);
}

void rg_own_call(struct rg_own *o, struct rg_node container, uint32_t nearest, struct rg_node callee, const uint64_t *cost)
{
    bool from_own = nearest != RG_OWN_NONE, to_own = rg_own_is(o, callee.fn), added;

    uint32_t from = 0;
    if (!rg_own_is(o, container.fn))
        from = pass_through(o, container, from_own || to_own, cost);
    if (to_own)
        return;
    if (from_own) {
        row_of(o, nearest);
        from = o->row[nearest] - 1;
    }
    uint32_t to = node_of(o, callee);
    uint64_t *number = rg_map_add(&o->flows, (uint64_t)from_own << 63 | (uint64_t)from << 32 | to, &added);
    if (added) {
        *number = o->n_flows;
        o->flow = room(o->flow, o->n_flows, &o->flow_room, sizeof *o->flow);
        o->link = room(o->link, o->n_flows, &o->link_room, sizeof *o->link);
        o->weight = vectors(o, o->weight, o->n_flows, &o->weight_room);
        o->flow[o->n_flows] = (struct flow){ from, from_own };
        o->link[o->n_flows++] = (struct rg_link){ from_own ? to : from, to };
    }
    add(o, o->weight + (size_t)*number * o->nevents, cost);
}

/* ---- handing on ---- */

/* One circle of functions while its cost is handed on.  */
struct circle {
    const struct rg_graph *g;
    uint32_t number;
    unsigned event;
    uint64_t left, doubt; /* its cost, and how much that may be off */
    uint64_t in, none; /* by calls from outside, and without a call */
    uint32_t target;   /* the row that all ways up end at */
    bool guess;        /* how its cost is shared is a guess */
};

enum { NO_TARGET = UINT32_MAX, TARGETS = UINT32_MAX - 1 }; /* not found yet; several */

/* Calls FN for each flow into C from outside of it.  */
typedef void (*flow_fn)(struct rg_own *o, struct circle *c, uint32_t flow, void *arg);

static void each_caller(struct rg_own *o, struct circle *c, flow_fn fn, void *arg)
{
    const struct rg_graph *g = c->g;

    for (uint32_t i = g->component_first[c->number]; i < g->component_first[c->number + 1]; i++)
        for (uint32_t k = g->in_first[g->order[i]]; k < g->in_first[g->order[i] + 1]; k++) {
            uint32_t flow = g->in_link[k];
            if (o->flow[flow].from_own || g->component[o->flow[flow].from] != c->number)
                fn(o, c, flow, arg);
        }
}

static uint64_t weight_of(const struct rg_own *o, const struct circle *c, uint32_t flow)
{
    return o->weight[(size_t)flow * o->nevents + c->event];
}

static void count_caller(struct rg_own *o, struct circle *c, uint32_t flow, void *arg)
{
    (void)arg;
    c->in += weight_of(o, c, flow);
}

/* Finds what flows into C.  */
static void measure(struct rg_own *o, struct circle *c)
{
    const struct rg_graph *g = c->g;
    uint64_t out = 0;

    for (uint32_t i = g->component_first[c->number]; i < g->component_first[c->number + 1]; i++) {
        uint32_t node = g->order[i];
        out += o->out[(size_t)node * o->nevents + c->event];
        for (uint32_t k = g->first[node]; k < g->first[node + 1]; k++) /* calls within the circle are no way out of it */
            if (!o->flow[g->link[k]].from_own && g->component[o->link[g->link[k]].to] == c->number)
                out -= weight_of(o, c, g->link[k]);
    }
    each_caller(o, c, count_caller, NULL);
    c->none = out > c->in ? out - c->in : 0;
}

static void join_target(struct circle *c, uint32_t target)
{
    if (c->target == NO_TARGET)
        c->target = target;
    else if (c->target != target)
        c->target = TARGETS;
}

static void join_caller(struct rg_own *o, struct circle *c, uint32_t flow, void *arg)
{
    const uint32_t *targets = arg;

    if (weight_of(o, c, flow) > 0)
        join_target(c, o->flow[flow].from_own ? o->flow[flow].from : targets[c->g->component[o->flow[flow].from]]);
}

/* By circle, the row that all ways up end at.  */
static uint32_t *find_targets(struct rg_own *o, const struct rg_graph *g)
{
    uint32_t *targets = rg_alloc(tag, (g->n_components + (size_t)1) * sizeof *targets);

    for (uint32_t i = g->n_components; i-- > 0;) {
        struct circle c = { .g = g, .number = i, .target = NO_TARGET };
        measure(o, &c);
        each_caller(o, &c, join_caller, targets);
        if (c.none > 0)
            join_target(&c, 0);
        targets[i] = c.target;
    }
    return targets;
}

/* PART of WHOLE of SUM, rounded down.  */
static uint64_t share(uint64_t sum, uint64_t part, uint64_t whole)
{
    if (sum == whole)
        return part;
    for (; whole >> 32 != 0; whole >>= 1)
        part >>= 1;
    return sum / whole * part + sum % whole * part / whole;
}

struct sharing {
    uint64_t whole, left, doubt; /* LEFT and DOUBT: what has not been handed on */
    uint64_t *largest, *largest_doubt, largest_weight;
    uint64_t *doubts; /* by node */
};

/* How much PART, a caller's with WEIGHT of WHOLE, may be off: between nothing and its weight all is possible.  */
static uint64_t doubt_of(const struct circle *c, uint64_t part, uint64_t weight, uint64_t whole)
{
    uint64_t most = c->left + c->doubt < weight ? c->left + c->doubt : weight, others = whole - weight, least = c->left - c->doubt;

    if (c->doubt > c->left || least < others)
        least = others;
    least -= others;
    uint64_t above = most > part ? most - part : 0, below = part > least ? part - least : 0;
    return above > below ? above : below;
}

static void give_to(const struct circle *c, struct sharing *s, uint64_t weight, uint64_t *cost, uint64_t *doubt)
{
    uint64_t part = share(c->left, weight, s->whole);

    *cost += part;
    s->left -= part;
    if (doubt != NULL) {
        uint64_t more = c->guess ? doubt_of(c, part, weight, s->whole) : share(c->doubt, weight, s->whole);
        *doubt += more;
        s->doubt -= c->guess ? 0 : more;
    }
    if (s->largest == NULL || weight > s->largest_weight) {
        s->largest = cost;
        s->largest_doubt = doubt;
        s->largest_weight = weight;
    }
}

static void give(struct rg_own *o, struct circle *c, uint32_t flow, void *arg)
{
    struct sharing *s = arg;
    uint32_t from = o->flow[flow].from;
    uint64_t *cost = (o->flow[flow].from_own ? o->cost : o->left) + (size_t)from * o->nevents + c->event;
    uint64_t *doubt = o->flow[flow].from_own ? &o->doubt[from] : &s->doubts[from];

    give_to(c, s, weight_of(o, c, flow), cost, c->event == 0 ? doubt : NULL);
}

static void hand_on(struct rg_own *o, struct circle *c, uint64_t *doubts)
{
    struct sharing s = { .doubts = doubts };

    measure(o, c);
    for (uint32_t i = c->g->component_first[c->number]; i < c->g->component_first[c->number + 1]; i++) {
        c->left += o->left[(size_t)c->g->order[i] * o->nevents + c->event];
        c->doubt += c->event == 0 ? doubts[c->g->order[i]] : 0;
    }
    s.left = c->left;
    s.doubt = c->guess ? 0 : c->doubt;
    s.whole = c->in + c->none;
    if (s.whole == 0) { /* calls without this event */
        o->cost[c->event] += c->left;
        return;
    }
    give_to(c, &s, c->none, &o->cost[c->event], c->event == 0 ? &o->doubt[0] : NULL);
    each_caller(o, c, give, &s);
    *s.largest += s.left;
    if (s.largest_doubt != NULL)
        *s.largest_doubt += s.doubt + (c->guess ? s.left : 0);
}

/* Is there own code in or below a circle?  */
static bool *find_below(struct rg_own *o, const struct rg_graph *g)
{
    bool *below = rg_alloc(tag, g->n_components + (size_t)1);

    for (uint32_t i = 0; i < g->n; i++) {
        uint32_t node = g->order[i], number = g->component[node];
        below[number] = below[number] || o->below[node];
        for (uint32_t k = g->first[node]; k < g->first[node + 1]; k++)
            if (!o->flow[g->link[k]].from_own)
                below[number] = below[number] || below[g->component[o->link[g->link[k]].to]];
    }
    return below;
}

void rg_own_finish(struct rg_own *o)
{
    struct rg_graph g;

    rg_graph_init(&g, o->n_nodes, o->link, o->n_flows);
    bool *below = find_below(o, &g);
    uint32_t *targets = find_targets(o, &g);
    uint64_t *doubts = rg_alloc(tag, (o->n_nodes + (size_t)1) * sizeof *doubts);
    for (uint32_t i = 0; i < g.n_components; i++)
        for (unsigned e = 0; e < o->nevents; e++) {
            struct circle c = { .g = &g, .number = i, .event = e, .guess = below[i] && targets[i] == TARGETS };
            hand_on(o, &c, doubts);
        }
    rg_free(doubts);
    rg_free(below);
    rg_free(targets);
    rg_graph_free(&g);
}

const uint64_t *rg_own_cost_of(const struct rg_own *o, uint32_t fn, uint64_t *doubt)
{
    uint32_t row = fn == RG_OWN_NONE ? 0 : fn < o->n_functions && o->row[fn] != 0 ? o->row[fn] - 1 : UINT32_MAX;

    *doubt = row != UINT32_MAX ? o->doubt[row] : 0;
    return row != UINT32_MAX ? o->cost + (size_t)row * o->nevents : NULL;
}

/* ---- the table ---- */

struct line {
    uint64_t cost, self;
    uint32_t fn;
    bool doubtful;
};

static int by_cost(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? 1 : -1;
    return (x->fn > y->fn) - (x->fn < y->fn);
}

static void put_cost(struct rg_buf *b, uint64_t cost, bool doubtful, size_t width)
{
    size_t mark = b->n;
    if (doubtful)
        rg_buf_char(b, '~');
    rg_buf_thousands(b, cost);
    rg_buf_align_right(b, mark, width);
}

static void put_share(struct rg_buf *b, uint64_t cost, uint64_t total)
{
    rg_buf_str(b, "  ");
    size_t mark = b->n;
    rg_buf_percent(b, cost, total, 2);
    rg_buf_align_right(b, mark, PERCENT_WIDTH);
}

/* The self cost of functions, by function.  */
static uint64_t *self_costs(const struct rg_own *o, unsigned event)
{
    uint64_t *self = rg_alloc(tag, (o->n_functions + (size_t)1) * sizeof *self);

    for (size_t i = 0; i < rg_profile_n_costs(o->profile); i++) {
        struct rg_cost_rec r = rg_profile_cost_at(o->profile, i);
        if (r.node.fn < o->n_functions)
            self[r.node.fn] += r.cost[event];
    }
    return self;
}

static uint32_t collect_lines(const struct rg_own *o, unsigned event, struct line *line)
{
    uint64_t *self = self_costs(o, event), doubt;
    uint32_t n = 0;

    for (uint32_t fn = 0; fn < o->n_functions; fn++) {
        const uint64_t *cost = rg_own_cost_of(o, fn, &doubt);
        if (cost != NULL && cost[event] > 0)
            line[n++] = (struct line){ cost[event], self[fn], fn, event == 0 && doubt > cost[0] / MARKED };
    }
    rg_free(self);
    rg_sort(line, n, sizeof *line, by_cost);
    return n;
}

void rg_own_print(const struct rg_own *o, unsigned event, unsigned n, rg_line_fn print, void *arg)
{
    RG_ASSERT(event < o->nevents);
    uint64_t total = rg_profile_totals(o->profile)[event], none_doubt;
    const uint64_t *none = rg_own_cost_of(o, RG_OWN_NONE, &none_doubt);
    struct line *line = rg_alloc(tag, (o->n_functions + (size_t)1) * sizeof *line);
    uint32_t n_lines = collect_lines(o, event, line);
    size_t width = MIN_COST_WIDTH;
    struct rg_buf b;

    rg_buf_init(&b, tag);
    rg_buf_thousands(&b, total);
    width = b.n + 1 > width ? b.n + 1 : width;
    rg_buf_clear(&b);
    rg_buf_str(&b, "cost");
    rg_buf_align_right(&b, 0, width);
    rg_buf_fill(&b, ' ', 2 + PERCENT_WIDTH - 1);
    rg_buf_str(&b, "%  ");
    size_t mark = b.n;
    rg_buf_str(&b, "self");
    rg_buf_align_right(&b, mark, width);
    rg_buf_str(&b, "  your code, with what it calls in other crates");
    print(arg, rg_buf_cstr(&b));
    for (uint32_t i = 0; i < n_lines && i < n; i++) {
        const char *name = rg_profile_fn_name(o->profile, line[i].fn);
        rg_buf_clear(&b);
        put_cost(&b, line[i].cost, line[i].doubtful, width);
        put_share(&b, line[i].cost, total);
        rg_buf_str(&b, "  ");
        put_cost(&b, line[i].self, false, width);
        rg_buf_str(&b, "  ");
        rg_text_put_name(&b, name, strlen(name), RG_REPORT_NAME_MAX);
        print(arg, rg_buf_cstr(&b));
    }
    if (none[event] > 0) {
        rg_buf_clear(&b);
        put_cost(&b, none[event], event == 0 && none_doubt > none[0] / MARKED, width);
        put_share(&b, none[event], total);
        rg_buf_fill(&b, ' ', 2 + width);
        rg_buf_str(&b, "  (not called by your code)");
        print(arg, rg_buf_cstr(&b));
    }
    rg_buf_free(&b);
    rg_free(line);
}
