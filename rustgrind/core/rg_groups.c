/* rg_groups.c - a finished profile by item, crate and class.

   SPDX-License-Identifier: GPL-2.0-or-later

   Self costs are added up; totals are not, for an item's instances call each other (rg_total.c).  Groups stand beside the call
   graph and are no nodes of it, for grouped nodes would make cycles that are none.

   Symbols in the legacy mangling do not tell the disambiguator of their crate.  If only one is known for a crate's name, it is
   taken to be theirs.  */
#include "rg_groups.h"

#include "rg_intern.h"
#include "rg_map.h"
#include "rg_report.h"
#include "rg_total.h"

static const char tag[] = "groups";

enum { MIN_COST_WIDTH = 10, PERCENT_WIDTH = 7, COUNT_WIDTH = 9, BYTES_WIDTH = 10, NO_GROUP = UINT32_MAX, VERSION = 1 };

static const uint64_t many = UINT64_MAX; /* crates of one name */

struct group {
    uint32_t name; /* string id: label of an item, name of a crate */
    uint32_t crate; /* items: number of the crate's group */
    uint64_t dis;   /* crates */
    uint32_t n_functions, n_running; /* with self cost */
    uint64_t code_bytes;
    bool is_generic, is_rust;
    bool only_leads_in; /* all of its functions do */
    bool is_own;        /* there is an own function */
};

struct groups {
    struct group *p;
    uint64_t *cost; /* NEVENTS each */
    uint32_t n, capacity;
    struct rg_map by_key; /* string id -> number + 1 */
};

struct rg_groups {
    const struct rg_profile *profile;
    const struct rg_names *names;
    const struct rg_own *own;
    unsigned nevents;
    struct rg_intern *strings;
    struct rg_map crate_dis; /* string id of a crate's name -> its disambiguator, or MANY */
    struct groups items, crates;
    uint32_t *item_of; /* by function; NO_GROUP: nothing was recorded for it */
    bool *called;      /* by function */
};

/* The group with this key, made if it is new.  */
static struct group *group_of(struct rg_groups *g, struct groups *gs, uint32_t key, bool *added)
{
    uint64_t *number = rg_map_add(&gs->by_key, key, added);

    if (!*added)
        return &gs->p[*number - 1];
    if (gs->n == gs->capacity) {
        gs->capacity = gs->capacity ? 2 * gs->capacity : 64;
        gs->p = rg_realloc(tag, gs->p, gs->capacity * sizeof *gs->p);
        gs->cost = rg_realloc(tag, gs->cost, gs->capacity * g->nevents * sizeof *gs->cost);
    }
    memset(&gs->p[gs->n], 0, sizeof *gs->p);
    memset(&gs->cost[gs->n * g->nevents], 0, g->nevents * sizeof *gs->cost);
    *number = gs->n + (uint64_t)1;
    return &gs->p[gs->n++];
}

static uint32_t keyed(struct rg_groups *g, const char *name, uint64_t dis, const char *object)
{
    char hex[RG_FMT_HEX_MAX];
    struct rg_buf b;

    rg_buf_init(&b, tag);
    rg_buf_str(&b, name);
    rg_buf_char(&b, '\0');
    rg_buf_bytes(&b, hex, rg_fmt_hex(hex, dis));
    rg_buf_str(&b, object);
    uint32_t id = rg_intern_bytes(g->strings, b.p, b.n);
    rg_buf_free(&b);
    return id;
}

static uint64_t disambiguator(struct rg_groups *g, const struct rg_facts *f)
{
    uint64_t only = rg_map_get(&g->crate_dis, rg_intern_str(g->strings, f->crate), 0);
    return f->crate_dis != 0 || only == many ? f->crate_dis : only;
}

static uint32_t crate_of(struct rg_groups *g, const struct rg_facts *f, uint32_t fn)
{
    struct rg_buf name;
    bool added;

    rg_buf_init(&name, tag);
    uint64_t dis = f->is_rust ? disambiguator(g, f) : 0;
    if (f->is_rust) {
        rg_buf_str(&name, f->crate[0] != '\0' ? f->crate : "?");
    } else {
        rg_buf_char(&name, '[');
        rg_buf_str(&name, rg_text_basename(rg_profile_object_name(g->profile, rg_profile_fn_object(g->profile, fn))));
        rg_buf_char(&name, ']');
    }
    struct group *c = group_of(g, &g->crates, keyed(g, rg_buf_cstr(&name), dis, ""), &added);
    if (added) {
        c->name = rg_intern_bytes(g->strings, name.p, name.n);
        c->dis = dis;
        c->is_rust = f->is_rust;
    }
    rg_buf_free(&name);
    return (uint32_t)(c - g->crates.p);
}

/* The instances of a blanket impl differ in what they are for: <_ as Trait>::f stands for them all.  */
static uint32_t common_label(struct rg_groups *g, uint32_t a, const char *b)
{
    const char *s = rg_intern_name(g->strings, a);
    size_t depth = 0, n = rg_intern_len(g->strings, a);
    struct rg_buf label;

    if (strlen(b) == n && memcmp(s, b, n) == 0)
        return a;
    if (b[0] == '<' && s[0] != '<') /* only v0 tells that Trait::f is a trait's */
        return rg_intern_str(g->strings, b);
    for (size_t i = 0; s[0] == '<' && i + 4 < n; i++) {
        depth += s[i] == '<';
        depth -= s[i] == '>' && depth > 0;
        if (depth != 1 || memcmp(s + i, " as ", 4) != 0)
            continue;
        rg_buf_init(&label, tag);
        rg_buf_str(&label, "<_");
        rg_buf_bytes(&label, s + i, n - i);
        uint32_t id = rg_intern_bytes(g->strings, label.p, label.n);
        rg_buf_free(&label);
        return id;
    }
    return a;
}

static void add_function(struct rg_groups *g, uint32_t fn)
{
    struct rg_facts f = rg_names_facts(g->names, fn);
    bool added;

    if (f.key == NULL)
        f = (struct rg_facts){ .key = rg_profile_fn_name(g->profile, fn), .label = rg_profile_fn_name(g->profile, fn), .crate = "" };
    uint32_t crate = crate_of(g, &f, fn);
    const char *object = f.is_rust ? "" : rg_profile_object_name(g->profile, rg_profile_fn_object(g->profile, fn));
    struct group *item = group_of(g, &g->items, keyed(g, f.key, f.is_rust ? g->crates.p[crate].dis : 0, object), &added);
    if (added) {
        item->name = rg_intern_str(g->strings, f.label);
        item->crate = crate;
        item->is_rust = f.is_rust;
        item->only_leads_in = true;
    } else {
        item->name = common_label(g, item->name, f.label);
    }
    item->only_leads_in = item->only_leads_in && (f.classes & (RG_CLASS_RUNTIME | RG_CLASS_GLUE)) != 0;
    if (g->own != NULL && rg_own_is(g->own, fn))
        item->is_own = g->crates.p[crate].is_own = true;
    item->n_functions++;
    item->code_bytes += f.code_bytes;
    item->is_generic = item->is_generic || f.is_generic || (f.is_rust && item->n_functions > 1);
    g->crates.p[crate].n_functions++;
    g->item_of[fn] = (uint32_t)(item - g->items.p);
}

static void add_cost(struct rg_groups *g, struct groups *gs, uint32_t number, const uint64_t *cost)
{
    for (unsigned e = 0; e < g->nevents; e++)
        gs->cost[number * g->nevents + e] += cost[e];
}

/* Nodes come in an order that depends on names only.  */
static void add_nodes(struct rg_groups *g)
{
    const struct rg_profile *p = g->profile;
    uint32_t running = NO_GROUP;

    for (uint32_t i = 0; i < rg_profile_n_nodes(p); i++) {
        uint32_t fn = rg_profile_node_at(p, i).fn;
        if (g->item_of[fn] == NO_GROUP)
            add_function(g, fn);
        uint32_t item = g->item_of[fn], crate = g->items.p[item].crate;
        struct rg_range r = rg_profile_node_costs(p, i);
        for (size_t k = r.begin; k < r.end; k++) {
            add_cost(g, &g->items, item, rg_profile_cost_at(p, k).cost);
            add_cost(g, &g->crates, crate, rg_profile_cost_at(p, k).cost);
        }
        if (r.begin < r.end && fn != running) { /* the nodes of one function stand together */
            g->items.p[item].n_running++;
            g->crates.p[crate].n_running++;
            running = fn;
        }
    }
}

static void find_disambiguators(struct rg_groups *g)
{
    for (uint32_t fn = 0; fn < rg_profile_n_functions(g->profile); fn++) {
        struct rg_facts f = rg_names_facts(g->names, fn);
        if (f.key == NULL || f.crate_dis == 0)
            continue;
        bool added;
        uint64_t *dis = rg_map_add(&g->crate_dis, rg_intern_str(g->strings, f.crate), &added);
        *dis = added || *dis == f.crate_dis ? f.crate_dis : many;
    }
}

struct rg_groups *rg_groups_new(const struct rg_profile *p, const struct rg_names *names, const struct rg_own *own)
{
    struct rg_groups *g = rg_alloc(tag, sizeof *g);
    uint32_t n = rg_profile_n_functions(p);

    g->profile = p;
    g->names = names;
    g->own = own;
    g->nevents = rg_profile_nevents(p);
    g->strings = rg_intern_new(tag);
    rg_map_init(&g->crate_dis, tag);
    rg_map_init(&g->items.by_key, tag);
    rg_map_init(&g->crates.by_key, tag);
    g->item_of = rg_alloc(tag, (n + (size_t)1) * sizeof *g->item_of);
    g->called = rg_alloc(tag, (n + (size_t)1) * sizeof *g->called);
    for (size_t i = 0; i < rg_profile_n_calls(p); i++)
        g->called[rg_profile_call_at(p, i).callee.fn] = true;
    for (uint32_t i = 0; i < n; i++)
        g->item_of[i] = NO_GROUP;
    find_disambiguators(g);
    add_nodes(g);
    return g;
}

static void groups_free(struct groups *gs)
{
    rg_free(gs->p);
    rg_free(gs->cost);
    rg_map_free(&gs->by_key);
}

void rg_groups_free(struct rg_groups *g)
{
    groups_free(&g->items);
    groups_free(&g->crates);
    rg_map_free(&g->crate_dis);
    rg_intern_free(g->strings);
    rg_free(g->item_of);
    rg_free(g->called);
    rg_free(g);
}

bool rg_groups_leads_in(const struct rg_groups *g, uint32_t fn)
{
    return !g->called[fn] || (rg_names_facts(g->names, fn).classes & (RG_CLASS_RUNTIME | RG_CLASS_GLUE)) != 0;
}

bool rg_groups_passes_on(const struct rg_groups *g, uint32_t fn, uint64_t self)
{
    return rg_groups_leads_in(g, fn) || (self == 0 && !(g->own != NULL && rg_own_is(g->own, fn)));
}

bool rg_groups_has_rust(const struct rg_groups *g)
{
    for (uint32_t i = 0; i < g->crates.n; i++)
        if (g->crates.p[i].is_rust)
            return true;
    return false;
}

/* ---- tables ---- */

struct row {
    uint64_t cost, self;
    uint32_t number;
    bool exact, estimated; /* EXACT: as far as it goes; else COST is a bound */
};

static int by_cost(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? 1 : -1;
    return (x->number > y->number) - (x->number < y->number);
}

static void put_crate(const struct rg_groups *g, const struct group *c, struct rg_buf *b)
{
    const char *name = rg_intern_name(g->strings, c->name);
    char hex[RG_FMT_HEX_MAX];

    rg_text_put(b, name, strlen(name));
    if (c->dis == 0 || rg_map_get(&g->crate_dis, c->name, 0) != many)
        return;
    rg_buf_char(b, '[');
    rg_buf_bytes(b, hex + 2, rg_fmt_hex(hex, c->dis) - 2);
    rg_buf_char(b, ']');
}

static void put_column(struct rg_buf *b, uint64_t v, size_t width)
{
    rg_buf_str(b, "  ");
    size_t mark = b->n;
    rg_buf_thousands(b, v);
    rg_buf_align_right(b, mark, width);
}

/* The cost and the percent of a row, or their head.  */
static void put_cost(struct rg_buf *b, const struct row *r, uint64_t total, size_t width)
{
    rg_buf_clear(b);
    if (r != NULL && r->estimated)
        rg_buf_char(b, '~');
    if (r != NULL)
        rg_buf_thousands(b, r->cost);
    else
        rg_buf_str(b, "cost");
    rg_buf_align_right(b, 0, width);
    rg_buf_str(b, "  ");
    size_t mark = b->n;
    if (r != NULL)
        rg_buf_percent(b, r->cost, total, 2);
    else
        rg_buf_char(b, '%');
    rg_buf_align_right(b, mark, PERCENT_WIDTH);
}

static void put_head(struct rg_buf *b, const char *word, size_t width)
{
    rg_buf_str(b, "  ");
    size_t mark = b->n;
    rg_buf_str(b, word);
    rg_buf_align_right(b, mark, width);
}

/* The width of the column of costs, the largest of which is LARGEST.  */
static size_t cost_width(struct rg_buf *b, uint64_t largest)
{
    rg_buf_clear(b);
    rg_buf_thousands(b, largest);
    return b->n > MIN_COST_WIDTH ? b->n : MIN_COST_WIDTH;
}

/* The N generic items with the highest totals, sorted, into ROWS, which has room for all; returns how many there are.  The sum of its
   functions' totals is a bound of an item's, so few totals have to be found.  */
static size_t most_expensive(const struct rg_groups *g, unsigned event, size_t n, struct row *rows)
{
    struct rg_total *t = rg_total_new(g->profile, event);
    uint64_t cap = rg_profile_totals(g->profile)[event];
    size_t n_rows = 0;

    for (uint32_t i = 0; i < g->items.n; i++) {
        const struct group *item = &g->items.p[i];
        rows[i] = (struct row){ .self = g->items.cost[i * g->nevents + event], .number = i, .exact = item->n_functions == 1 };
    }
    for (uint32_t fn = 0; fn < rg_profile_n_functions(g->profile); fn++)
        if (g->item_of[fn] != NO_GROUP) {
            struct row *r = &rows[g->item_of[fn]];
            uint64_t cost = rg_total_function(t, fn);
            r->cost = r->cost >= cap || cost >= cap - r->cost ? cap : r->cost + cost;
        }
    for (uint32_t i = 0; i < g->items.n; i++)
        if (rows[i].cost > 0 && g->items.p[i].is_generic && !g->items.p[i].only_leads_in && (rows[i].self > 0 || g->items.p[i].is_own))
            rows[n_rows++] = rows[i];
    rg_sort(rows, n_rows, sizeof *rows, by_cost);
    for (size_t i = 0; i < n_rows && i < n;) {
        if (rows[i].exact) {
            i++;
            continue;
        }
        struct row r = rows[i];
        size_t to = i;
        r.cost = rg_total_set(t, g->item_of, r.number, &r.estimated);
        r.cost = r.cost > r.self ? r.cost : r.self;
        r.exact = true;
        for (; to + 1 < n_rows && by_cost(&rows[to + 1], &r) < 0; to++)
            rows[to] = rows[to + 1];
        rows[to] = r;
    }
    rg_total_free(t);
    return n_rows < n ? n_rows : n;
}

void rg_groups_print_generics(const struct rg_groups *g, unsigned event, unsigned n, rg_line_fn line, void *arg)
{
    RG_ASSERT(event < g->nevents);
    uint64_t total = rg_profile_totals(g->profile)[event];
    struct row *rows = rg_alloc(tag, (g->items.n + (size_t)1) * sizeof *rows);
    size_t n_rows = most_expensive(g, event, n, rows), width;
    struct rg_buf b;

    rg_buf_init(&b, tag);
    width = cost_width(&b, n_rows > 0 ? rows[0].cost : 0) + 1;
    put_cost(&b, NULL, 0, width);
    put_head(&b, "self", width);
    rg_buf_str(&b, "  instances  code bytes  generic function: all its instances, with what they call");
    line(arg, rg_buf_cstr(&b));
    for (size_t i = 0; i < n_rows; i++) {
        const struct group *item = &g->items.p[rows[i].number];
        put_cost(&b, &rows[i], total, width);
        put_column(&b, rows[i].self, width);
        put_column(&b, item->n_functions, COUNT_WIDTH);
        if (item->code_bytes > 0)
            put_column(&b, item->code_bytes, BYTES_WIDTH);
        else
            put_head(&b, "inlined", BYTES_WIDTH);
        rg_buf_str(&b, "  ");
        rg_text_put_name(&b, rg_intern_name(g->strings, item->name), rg_intern_len(g->strings, item->name), RG_REPORT_NAME_MAX);
        line(arg, rg_buf_cstr(&b));
    }
    rg_buf_free(&b);
    rg_free(rows);
}

void rg_groups_print_crates(const struct rg_groups *g, unsigned event, unsigned n, rg_line_fn line, void *arg)
{
    RG_ASSERT(event < g->nevents);
    uint64_t total = rg_profile_totals(g->profile)[event];
    struct row *rows = rg_alloc(tag, (g->crates.n + (size_t)1) * sizeof *rows);
    size_t n_rows = 0, width;
    struct rg_buf b;

    for (uint32_t i = 0; i < g->crates.n; i++)
        if (g->crates.cost[i * g->nevents + event] > 0)
            rows[n_rows++] = (struct row){ .cost = g->crates.cost[i * g->nevents + event], .number = i };
    rg_sort(rows, n_rows, sizeof *rows, by_cost);
    rg_buf_init(&b, tag);
    width = cost_width(&b, n_rows > 0 ? rows[0].cost : 0);
    put_cost(&b, NULL, 0, width);
    rg_buf_str(&b, "  functions  crate or object, by self cost");
    line(arg, rg_buf_cstr(&b));
    for (size_t i = 0; i < n_rows && i < n; i++) {
        put_cost(&b, &rows[i], total, width);
        put_column(&b, g->crates.p[rows[i].number].n_running, COUNT_WIDTH);
        rg_buf_str(&b, "  ");
        put_crate(g, &g->crates.p[rows[i].number], &b);
        line(arg, rg_buf_cstr(&b));
    }
    rg_buf_free(&b);
    rg_free(rows);
}

/* ---- records ---- */

static void put_number(struct rg_buf *b, uint64_t v)
{
    rg_buf_dec(b, v);
    rg_buf_char(b, ' ');
}

static void put_text(struct rg_buf *b, const char *s)
{
    rg_text_put(b, s, strlen(s));
    rg_buf_char(b, '\n');
}

static void put_crates(const struct rg_groups *g, struct rg_buf *b)
{
    for (uint32_t i = 0; i < g->crates.n; i++) {
        const struct group *c = &g->crates.p[i];
        rg_buf_str(b, "#rg crate ");
        put_number(b, i + (uint64_t)1);
        rg_buf_hex(b, c->dis);
        rg_buf_char(b, ' ');
        put_text(b, rg_intern_name(g->strings, c->name));
    }
}

/* Is the function all there is of its item, and called so?  */
static bool is_own_item(const struct rg_groups *g, uint32_t fn)
{
    const struct group *item = &g->items.p[g->item_of[fn]];
    const char *name = rg_profile_fn_name(g->profile, fn);
    size_t n = rg_intern_len(g->strings, item->name);

    return item->n_functions == 1 && strlen(name) == n && memcmp(name, rg_intern_name(g->strings, item->name), n) == 0;
}

/* Classes as words.  */
static void put_classes(struct rg_buf *b, unsigned classes)
{
    for (unsigned i = 0; i < RG_N_CLASSES; i++)
        if (classes >> i & 1) {
            rg_buf_char(b, ' ');
            rg_buf_str(b, rg_item_class_name(i));
        }
}

/* The next function of the file whose number is at least I among the nodes; I moves behind it.  False: there is none.  A node
   without records is only called, and has no fn= line.  */
static bool next_function(const struct rg_profile *p, uint32_t *i, uint32_t *fn)
{
    for (; *i < rg_profile_n_nodes(p); ++*i) {
        struct rg_range costs = rg_profile_node_costs(p, *i), calls = rg_profile_node_calls(p, *i);
        if (costs.begin == costs.end && calls.begin == calls.end)
            continue;
        *fn = rg_profile_node_at(p, *i).fn;
        while (*i < rg_profile_n_nodes(p) && rg_profile_node_at(p, *i).fn == *fn)
            ++*i;
        return true;
    }
    return false;
}

/* Functions in the order of the file; an item goes before the first function that has it.  */
static void put_functions(const struct rg_groups *g, struct rg_buf *b)
{
    uint32_t *numbers = rg_alloc(tag, (g->items.n + (size_t)1) * sizeof *numbers), n = 0;

    for (uint32_t i = 0, fn; next_function(g->profile, &i, &fn);) {
        struct rg_facts f = rg_names_facts(g->names, fn);
        uint32_t item = g->item_of[fn], number = 0;
        if (!is_own_item(g, fn)) {
            if (numbers[item] == 0) {
                numbers[item] = ++n;
                rg_buf_str(b, "#rg item ");
                put_number(b, n);
                put_text(b, rg_intern_name(g->strings, g->items.p[item].name));
            }
            number = numbers[item];
        }
        rg_buf_str(b, "#rg fn ");
        put_number(b, g->items.p[item].crate + (uint64_t)1);
        put_number(b, number);
        rg_buf_dec(b, f.code_bytes);
        put_classes(b, f.classes);
        rg_buf_char(b, '\n');
    }
    rg_free(numbers);
}

static void put_own_cost(const struct rg_groups *g, uint32_t number, uint32_t fn, struct rg_buf *b)
{
    uint64_t doubt, any = 0;
    const uint64_t *cost = rg_own_cost_of(g->own, fn, &doubt);

    for (unsigned e = 0; cost != NULL && e < g->nevents; e++)
        any |= cost[e];
    if (any == 0)
        return;
    rg_buf_str(b, "#rg own ");
    put_number(b, number);
    rg_buf_dec(b, doubt);
    for (unsigned e = 0; e < g->nevents; e++) {
        rg_buf_char(b, ' ');
        rg_buf_dec(b, cost[e]);
    }
    rg_buf_char(b, '\n');
}

/* The crates of the workspace, and what belongs to their functions, which are numbered as they have their lines.  */
static void put_own(const struct rg_groups *g, struct rg_buf *b)
{
    uint32_t number = 0;

    rg_buf_str(b, "#rg workspace");
    for (uint32_t i = 0; i < g->crates.n; i++)
        if (g->crates.p[i].is_own) {
            rg_buf_char(b, ' ');
            rg_buf_dec(b, i + (uint64_t)1);
        }
    rg_buf_char(b, '\n');
    put_own_cost(g, 0, RG_OWN_NONE, b);
    for (uint32_t i = 0, fn; next_function(g->profile, &i, &fn);)
        put_own_cost(g, ++number, fn, b);
}

bool rg_groups_write(const struct rg_groups *g, rg_sink_fn sink, void *arg)
{
    struct rg_buf b;

    rg_buf_init(&b, tag);
    rg_buf_str(&b, "#rg version ");
    rg_buf_dec(&b, VERSION);
    rg_buf_char(&b, '\n');
    put_crates(g, &b);
    put_functions(g, &b);
    if (g->own != NULL && rg_own_any(g->own))
        put_own(g, &b);
    bool good = sink(arg, b.p, b.n);
    rg_buf_free(&b);
    return good;
}
