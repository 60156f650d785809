/* rg_edge.c - the counters of calls.

   SPDX-License-Identifier: GPL-2.0-or-later

   Direct calls have theirs in the block of the calling superblock, where generated code finds them; all others are made here
   when they are first taken, and found again by (block, exit, target).  */
#include "rg_edge.h"
#include "rg_events.h"

#include "pub_tool_hashtable.h"

static VgHashTable *edges;
static VgHashTable *fakes; /* superblocks that stand for unknown callers, by address */

static Word edge_differs(const void *a, const void *b)
{
    const struct rg_edge *x = a, *y = b;
    return !(x->block == y->block && x->exit == y->exit && x->to == y->to);
}

static struct rg_edge *edge_of(const struct rg_source *from, struct rg_place *to)
{
    struct rg_site *site = rg_exit_site(from->exit);
    struct rg_edge **recent = to ? &site->last_edge : &site->skip_edge;
    struct rg_edge probe, *e = *recent;

    if (e && e->block == from->block && e->to == to)
        return e;
    probe.block = from->block;
    probe.exit = from->exit;
    probe.to = to;
    probe.key = (UWord)from->block * 31 + (UWord)from->exit * 7 + (UWord)to;
    if (!edges)
        edges = VG_(HT_construct)("rg.edges");
    e = VG_(HT_gen_lookup)(edges, &probe, edge_differs);
    if (!e) {
        struct rg_sb *sb = from->exit->sb;
        e = rg_pool(sizeof *e);
        e->key = probe.key;
        e->block = from->block;
        e->exit = from->exit;
        e->to = to;
        e->words = rg_arena_words(to ? rg_edge_n_words() : rg_skip_words(rg_ev.n_static + rg_ev.n_rare));
        e->next = sb->edges;
        sb->edges = e;
        VG_(HT_add_node)(edges, e);
    }
    *recent = e;
    return e;
}

UWord *rg_edge_words(const struct rg_source *from, struct rg_place *to, UWord to_lvl)
{
    UWord *words;

    if (from->exit->has_edge && from->exit->to == to)
        words = from->block + from->exit->edge_word;
    else
        words = edge_of(from, to)->words;
    return words + from->lvl / 8 + rg_n_levels * (to_lvl / 8);
}

UWord *rg_edge_skipped(const struct rg_source *from) { return edge_of(from, NULL)->words + from->lvl / 8; }

/* ---- unknown callers ---- */

/* A callee of an unknown caller: a context, entered at no address we know.  */
struct fake_callee {
    struct fake_callee *next;
    struct rg_place place;
};

struct fake_node {
    struct fake_node *next;
    UWord key; /* address */
    struct rg_sb sb;
    struct rg_exit exit;
    UChar ilen;
    struct fake_callee *callees;
};

static struct fake_node *fake_caller(Addr a, UWord home)
{
    struct fake_node *n;

    if (!fakes)
        fakes = VG_(HT_construct)("rg.fakes");
    n = VG_(HT_lookup)(fakes, a);
    if (n)
        return n;
    n = RG_ALLOC("rg.fake", sizeof *n);
    n->key = a;
    n->exit.sb = &n->sb;
    n->sb.addr = a;
    n->sb.place = rg_place_of_executed(a);
    n->sb.obj = n->sb.place->obj;
    n->sb.off = n->sb.place->off;
    n->sb.sect = n->sb.place->sect;
    n->sb.exits = &n->exit;
    n->sb.ilen = &n->ilen;
    n->sb.n_exits = 1;
    n->sb.block_words = 1;
    n->sb.block = rg_arena_words(1);
    n->sb.block[0] = home;
    rg_sb_register(&n->sb);
    VG_(HT_add_node)(fakes, n);
    return n;
}

struct rg_source rg_edge_unknown_caller(Addr a, UWord home)
{
    struct fake_node *n = fake_caller(a, home);
    return (struct rg_source){&n->exit, n->sb.block, 0};
}

struct rg_place *rg_edge_unknown_entry(const struct rg_source *from, struct rg_fn *fn, struct rg_sb *returning)
{
    struct fake_node *n = fake_caller(from->exit->sb->addr, 0);
    struct fake_callee *c;

    for (c = n->callees; c; c = c->next)
        if (c->place.fn == fn)
            return &c->place;
    c = RG_ALLOC("rg.fake", sizeof *c);
    c->place = *rg_sb_place(returning);
    c->place.fn = fn;
    c->next = n->callees;
    n->callees = c;
    return &c->place;
}
