/* rg_demangle_parts.c - the path of a v0 symbol in parts, for keys that need its structure.

   SPDX-License-Identifier: GPL-2.0-or-later

   The same walk as for printing, without output; back references to paths are followed here, types are only skipped.  */
#include "rg_demangle_walk.h"

struct parts {
    struct rg_part *part;
    unsigned n;
};

static void collect_path(struct rg_walk *w, struct parts *p);

/* Makes room for a part; an error when there is none.  */
static struct rg_part *new_part(struct rg_walk *w, struct parts *p, enum rg_part_kind kind)
{
    if (w->err == RG_WALK_OK && p->n == RG_MAX_PARTS)
        fail(w, RG_WALK_TOO_DEEP);
    if (w->err != RG_WALK_OK)
        return NULL;
    p->part[p->n] = (struct rg_part){ .kind = kind };
    return &p->part[p->n++];
}

static void collect_name(struct rg_walk *w, struct parts *p, enum rg_part_kind kind, char ns)
{
    struct rg_ident name;
    uint64_t dis;

    if (!take_optional(w, 's', &dis) || !take_ident(w, &name))
        return;
    struct rg_part *part = new_part(w, p, kind);
    if (part == NULL)
        return;
    part->ns = ns;
    part->dis = dis;
    part->name = name;
}

static void collect_impl(struct rg_walk *w, struct parts *p, char tag)
{
    uint64_t dis = 0;
    size_t self, trait = 0;

    if (tag != 'Y') {
        if (!take_optional(w, 's', &dis))
            return;
        collect_path(w, p);
    }
    self = w->at;
    rg_dm_walk_type(w);
    if (tag == 'X') {
        trait = w->at;
        rg_dm_walk_path(w, false);
    } else if (tag == 'Y') {
        collect_path(w, p);
    }
    struct rg_part *part = new_part(w, p, tag == 'M' ? RG_PART_IMPL : tag == 'X' ? RG_PART_TRAIT_IMPL : RG_PART_TRAIT);
    if (part == NULL)
        return;
    part->dis = dis;
    part->self = self;
    part->trait = trait;
}

static void collect_path(struct rg_walk *w, struct parts *p)
{
    struct saved back;
    size_t args;
    char tag, ns;

    if (!enter(w) || !take_byte(w, &tag))
        return;
    switch (tag) {
    case 'C':
        collect_name(w, p, RG_PART_CRATE, 0);
        break;
    case 'N':
        if (!take_byte(w, &ns))
            return;
        collect_path(w, p);
        collect_name(w, p, is_upper(ns) ? RG_PART_SPECIAL : RG_PART_NAME, ns);
        break;
    case 'M':
    case 'X':
    case 'Y':
        collect_impl(w, p, tag);
        break;
    case 'I':
        collect_path(w, p);
        args = w->at;
        walk_list(w, rg_dm_walk_generic_arg, ", ", 2);
        if (w->err == RG_WALK_OK && p->n > 0)
            p->part[p->n - 1].args = args;
        break;
    case 'B':
        if (follow(w, &back, true)) {
            enum rg_walk_error err;
            collect_path(w, p);
            err = w->err;
            come_back(w, &back);
            w->err = err;
        }
        break;
    default:
        fail(w, RG_WALK_INVALID);
    }
    leave(w);
}

unsigned rg_symbol_path_parts(const struct rg_symbol *s, size_t at, struct rg_part parts[RG_MAX_PARTS])
{
    if (s->kind != RG_SYMBOL_V0)
        return 0;
    struct rg_walk w = walk_at(s, at, NULL);
    struct parts p = { .part = parts };

    collect_path(&w, &p);
    return w.err == RG_WALK_OK ? p.n : 0;
}

unsigned rg_symbol_parts(const struct rg_symbol *s, struct rg_part parts[RG_MAX_PARTS])
{
    return rg_symbol_path_parts(s, 0, parts);
}

char rg_symbol_type_head(const struct rg_symbol *s, size_t *at)
{
    struct rg_walk w = walk_at(s, *at, NULL);
    struct saved back;
    char tag;

    while (take_byte(&w, &tag) && tag == 'B')
        if (!follow(&w, &back, true))
            return 0;
    if (w.err != RG_WALK_OK)
        return 0;
    *at = w.at - 1;
    return tag == 'C' || tag == 'N' || tag == 'M' || tag == 'X' || tag == 'Y' || tag == 'I' ? 'N' : tag;
}
