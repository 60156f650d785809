/* rg_graph.c - directed graphs, their strongly connected components, and an order in which callees come first.

   SPDX-License-Identifier: GPL-2.0-or-later

   Tarjan's algorithm (SIAM Journal on Computing 1, 1972), which finds components in just that order, with a stack of its own:
   calls of a program may be a million deep.  */
#include "rg_graph.h"

static const char tag[] = "graph";

enum { NONE = UINT32_MAX };

static uint32_t *numbers(uint32_t n)
{
    return rg_alloc(tag, (n + (size_t)2) * sizeof(uint32_t));
}

/* Sorts the numbers of links by one of their ends.  */
static void sort_links(uint32_t n, const struct rg_link *links, uint32_t n_links, bool by_target, uint32_t *first, uint32_t *link)
{
    for (uint32_t i = 0; i < n_links; i++)
        first[(by_target ? links[i].to : links[i].from) + 1]++;
    for (uint32_t i = 0; i < n; i++)
        first[i + 1] += first[i];
    for (uint32_t i = n_links; i-- > 0;)
        link[--first[(by_target ? links[i].to : links[i].from) + 1]] = i;
    for (uint32_t i = 0; i < n; i++)
        first[i] = first[i + 1];
    first[n] = n_links;
}

struct search {
    struct rg_graph *g;
    const struct rg_link *links;
    uint32_t *index, *low; /* by node; index 0: not visited */
    uint32_t *cursor;      /* by node: its next link */
    uint32_t *path, *open; /* stacks: the nodes being visited; those without a component */
    uint32_t n_path, n_open, n_visited, n_done;
};

static void enter(struct search *s, uint32_t node)
{
    s->index[node] = s->low[node] = ++s->n_visited;
    s->cursor[node] = s->g->first[node];
    s->path[s->n_path++] = node;
    s->open[s->n_open++] = node;
}

static void leave(struct search *s)
{
    struct rg_graph *g = s->g;
    uint32_t node = s->path[--s->n_path], member;

    if (s->n_path > 0 && s->low[node] < s->low[s->path[s->n_path - 1]])
        s->low[s->path[s->n_path - 1]] = s->low[node];
    if (s->low[node] != s->index[node])
        return;
    g->component_first[g->n_components] = s->n_done;
    do {
        member = s->open[--s->n_open];
        g->component[member] = g->n_components;
        g->order[s->n_done++] = member;
    } while (member != node);
    g->n_components++;
}

static void visit(struct search *s, uint32_t root)
{
    enter(s, root);
    while (s->n_path > 0) {
        uint32_t node = s->path[s->n_path - 1];
        if (s->cursor[node] == s->g->first[node + 1]) {
            leave(s);
            continue;
        }
        uint32_t to = s->links[s->g->link[s->cursor[node]++]].to;
        if (s->index[to] == 0)
            enter(s, to);
        else if (s->g->component[to] == NONE && s->index[to] < s->low[node])
            s->low[node] = s->index[to];
    }
}

void rg_graph_init(struct rg_graph *g, uint32_t n, const struct rg_link *links, uint32_t n_links)
{
    struct search s = { .g = g, .links = links };

    *g = (struct rg_graph){ .n = n };
    g->first = numbers(n);
    g->in_first = numbers(n);
    g->link = numbers(n_links);
    g->in_link = numbers(n_links);
    g->component = numbers(n);
    g->order = numbers(n);
    g->component_first = numbers(n);
    sort_links(n, links, n_links, false, g->first, g->link);
    sort_links(n, links, n_links, true, g->in_first, g->in_link);
    s.index = numbers(n);
    s.low = numbers(n);
    s.cursor = numbers(n);
    s.path = numbers(n);
    s.open = numbers(n);
    for (uint32_t i = 0; i < n; i++)
        g->component[i] = NONE;
    for (uint32_t i = 0; i < n; i++)
        if (s.index[i] == 0)
            visit(&s, i);
    g->component_first[g->n_components] = n;
    rg_free(s.index);
    rg_free(s.low);
    rg_free(s.cursor);
    rg_free(s.path);
    rg_free(s.open);
}

void rg_graph_free(struct rg_graph *g)
{
    rg_free(g->first);
    rg_free(g->in_first);
    rg_free(g->link);
    rg_free(g->in_link);
    rg_free(g->component);
    rg_free(g->order);
    rg_free(g->component_first);
    *g = (struct rg_graph){ .n = 0 };
}
