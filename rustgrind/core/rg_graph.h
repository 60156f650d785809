/* rg_graph.h - directed graphs, their strongly connected components, and an order in which callees come first.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_GRAPH_H
#define RG_GRAPH_H

#include "rg_port.h"

struct rg_link {
    uint32_t from, to;
};

/* Node N's links are numbered LINK[K] in the array it was made of, for K from FIRST[N] to FIRST[N + 1] - 1; links into it likewise by
   IN_FIRST and IN_LINK.  Nodes of one component reach each other.  ORDER has all nodes, those of a component together; whatever a node
   leads to is in its component or in one with a smaller number, and comes earlier.  */
struct rg_graph {
    uint32_t n, n_components;
    uint32_t *first, *link, *in_first, *in_link;
    uint32_t *component;       /* by node */
    uint32_t *order;
    uint32_t *component_first; /* by component, one more: its first node in ORDER */
};

/* The graph of N nodes with these links; they must stay where they are until it is freed.  */
void rg_graph_init(struct rg_graph *g, uint32_t n, const struct rg_link *links, uint32_t n_links);
void rg_graph_free(struct rg_graph *g);

#endif
