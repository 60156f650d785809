/* rg_report.c - the end-of-run text: the most expensive functions of a finished profile.

   SPDX-License-Identifier: GPL-2.0-or-later

   A function's inclusive cost is what its outermost activations spent: the self cost of its lowest recursion level and the
   inclusive costs of the calls made there.  A call from that node to itself is left out, for what such a call spends is in the
   node's own records already.  */
#include "rg_report.h"

#include "rg_buf.h"
#include "rg_text.h"

enum { MIN_COST_WIDTH = 10, PERCENT_WIDTH = 7 };

static const char tag[] = "report";

struct row {
    uint64_t cost;
    uint32_t fn;
    uint32_t order;
};

struct table {
    struct row *rows;
    size_t n;
    const char *what;
};

static int by_cost(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? 1 : -1;
    return (x->order > y->order) - (x->order < y->order);
}

static uint64_t capped_sum(uint64_t a, uint64_t b, uint64_t cap)
{
    return a >= cap || b >= cap - a ? cap : a + b;
}

static uint64_t self_cost(const struct rg_profile *p, uint32_t node, unsigned event, uint64_t cap)
{
    uint64_t sum = 0;
    struct rg_range r = rg_profile_node_costs(p, node);
    for (size_t i = r.begin; i < r.end; i++)
        sum = capped_sum(sum, rg_profile_cost_at(p, i).cost[event], cap);
    return sum;
}

static uint64_t calls_cost(const struct rg_profile *p, uint32_t node, unsigned event, uint64_t cap)
{
    uint64_t sum = 0;
    struct rg_range r = rg_profile_node_calls(p, node);
    for (size_t i = r.begin; i < r.end; i++) {
        struct rg_call_rec c = rg_profile_call_at(p, i);
        if (c.callee.fn != c.caller.fn || c.callee.level != c.caller.level)
            sum = capped_sum(sum, c.cost[event], cap);
    }
    return sum;
}

static bool has_records(const struct rg_profile *p, uint32_t node)
{
    struct rg_range costs = rg_profile_node_costs(p, node), calls = rg_profile_node_calls(p, node);
    return costs.begin < costs.end || calls.begin < calls.end;
}

static void add_row(struct table *t, uint64_t cost, uint32_t fn, uint32_t order)
{
    if (cost != 0)
        t->rows[t->n++] = (struct row){ .cost = cost, .fn = fn, .order = order };
}

/* Fills both tables.  The nodes of one function stand together, the lowest level first.  */
static void collect(const struct rg_profile *p, unsigned event, rg_hidden_fn hidden, const void *hidden_arg, struct table *self,
                    struct table *inclusive)
{
    uint64_t total = rg_profile_totals(p)[event];
    uint32_t n_nodes = rg_profile_n_nodes(p);
    for (uint32_t i = 0; i < n_nodes;) {
        uint32_t first = i;
        uint32_t fn = rg_profile_node_at(p, i).fn;
        uint64_t self_sum = 0, inclusive_sum = 0;
        bool outermost = true;
        for (; i < n_nodes && rg_profile_node_at(p, i).fn == fn; i++) {
            uint64_t cost = self_cost(p, i, event, total);
            self_sum = capped_sum(self_sum, cost, total);
            if (outermost && has_records(p, i)) {
                inclusive_sum = capped_sum(cost, calls_cost(p, i, event, total), total);
                outermost = false;
            }
        }
        add_row(self, self_sum, fn, first);
        /* where calls were not recorded from their beginning, the levels below may hold more than the calls to them */
        if (hidden == NULL || !hidden(hidden_arg, fn, self_sum))
            add_row(inclusive, inclusive_sum > self_sum ? inclusive_sum : self_sum, fn, first);
    }
}

static void put_text(struct rg_buf *b, const char *s)
{
    rg_text_put(b, s, strlen(s));
}

static void print_table(const struct rg_profile *p, struct table *t, unsigned n, uint64_t total, rg_line_fn line, void *arg)
{
    struct rg_buf b;
    rg_buf_init(&b, tag);
    rg_sort(t->rows, t->n, sizeof *t->rows, by_cost);
    size_t width = MIN_COST_WIDTH;
    if (t->n > 0 && n > 0) {
        rg_buf_thousands(&b, t->rows[0].cost);
        width = b.n > width ? b.n : width;
    }
    rg_buf_clear(&b);
    rg_buf_str(&b, "cost");
    rg_buf_align_right(&b, 0, width);
    rg_buf_fill(&b, ' ', 2 + PERCENT_WIDTH - 1);
    rg_buf_str(&b, "%  function (file:object), by ");
    rg_buf_str(&b, t->what);
    line(arg, rg_buf_cstr(&b));
    for (size_t i = 0; i < t->n && i < n; i++) {
        const struct row *r = &t->rows[i];
        rg_buf_clear(&b);
        rg_buf_thousands(&b, r->cost);
        rg_buf_align_right(&b, 0, width);
        rg_buf_str(&b, "  ");
        size_t mark = b.n;
        rg_buf_percent(&b, r->cost, total, 2);
        rg_buf_align_right(&b, mark, PERCENT_WIDTH);
        rg_buf_str(&b, "  ");
        const char *name = rg_profile_fn_name(p, r->fn);
        rg_text_put_name(&b, name, strlen(name), RG_REPORT_NAME_MAX);
        rg_buf_str(&b, " (");
        put_text(&b, rg_text_basename(rg_profile_file_name(p, rg_profile_fn_file(p, r->fn))));
        rg_buf_char(&b, ':');
        put_text(&b, rg_text_basename(rg_profile_object_name(p, rg_profile_fn_object(p, r->fn))));
        rg_buf_char(&b, ')');
        line(arg, rg_buf_cstr(&b));
    }
    rg_buf_free(&b);
}

void rg_report_functions(const struct rg_profile *p, unsigned event, unsigned n, rg_hidden_fn hidden, const void *hidden_arg,
                         rg_line_fn line, void *arg)
{
    RG_ASSERT(event < rg_profile_nevents(p));
    uint64_t total = rg_profile_totals(p)[event];
    size_t room = (rg_profile_n_functions(p) + (size_t)1) * sizeof(struct row);
    struct table self = { .rows = rg_alloc(tag, room), .what = "self cost" };
    struct table inclusive = { .rows = rg_alloc(tag, room), .what = "inclusive cost" };
    collect(p, event, hidden, hidden_arg, &self, &inclusive);
    print_table(p, &self, n, total, line, arg);
    line(arg, "");
    print_table(p, &inclusive, n, total, line, arg);
    rg_free(self.rows);
    rg_free(inclusive.rows);
}
