/* rg_dwarf_scope.c - the namespaces and types that functions are declared in.

   SPDX-License-Identifier: GPL-2.0-or-later

   An entry does not tell what it lies in; one has to come to it from the beginning of its unit.  So the functions are put in the order
   of their entries, and each unit that has some is walked once, up to the last of them.  */
#include "rg_dwarf_int.h"

#include "rg_buf.h"

enum {
    DW_TAG_class_type = 0x02, DW_TAG_enumeration_type = 0x04, DW_TAG_structure_type = 0x13, DW_TAG_union_type = 0x17,
    DW_TAG_module = 0x1e, DW_TAG_namespace = 0x39,
};

static const char tag[] = "dwarf";

struct wanted {
    uint64_t entry;
    uint32_t function;
};

/* The names of what the present entry lies in, outermost first.  */
struct scopes {
    const char **name; /* by depth; NULL: none of its own */
    uint32_t depth;
};

static int by_entry(const void *a, const void *b)
{
    const struct wanted *x = a, *y = b;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

static bool is_scope(uint16_t t)
{
    return t == DW_TAG_namespace || t == DW_TAG_structure_type || t == DW_TAG_class_type || t == DW_TAG_enumeration_type ||
           t == DW_TAG_union_type || t == DW_TAG_module;
}

static uint32_t intern_scope(struct rg_dwarf *d, const struct scopes *s)
{
    struct rg_buf b;
    rg_buf_init(&b, tag);
    for (uint32_t i = 0; i <= s->depth && b.n <= RG_DW_MAX_NAME; i++) {
        if (s->name[i] == NULL)
            continue;
        if (b.n > 0)
            rg_buf_str(&b, "::");
        rg_buf_str(&b, s->name[i]);
    }
    uint32_t id = rg_intern_str(d->scopes, rg_buf_cstr(&b));
    rg_buf_free(&b);
    return id;
}

/* Reads an entry's attributes; returns its name if it is a scope, else NULL.  */
static const char *read_entry(struct rg_dwarf *d, struct rg_dw_unit *u, const struct rg_dw_abbrevs *t, const struct rg_dw_abbrev *a,
                              struct rg_bytes *b)
{
    const char *name = NULL;
    if (!is_scope(a->tag) && a->fixed_size != UINT32_MAX) {
        rg_bytes_skip(b, a->fixed_size);
        return NULL;
    }
    for (uint32_t i = 0; i < a->n_attrs; i++) {
        struct rg_dw_attr attr = t->attr[a->first_attr + i];
        struct rg_dw_value v = rg_dw_read(b, u, attr, u->end);
        if (attr.name == DW_AT_name && is_scope(a->tag) && a->has_children && !b->bad) {
            name = rg_dw_string(d, u, v);
            name = strlen(name) <= RG_DW_MAX_NAME ? name : NULL;
        }
    }
    return name;
}

/* Walks U to the last of the N entries that are wanted in it.  */
static void walk(struct rg_dwarf *d, struct rg_dw_unit *u, const struct wanted *w, size_t n, const char **names)
{
    struct scopes s = { .name = names };
    struct rg_bytes b = rg_dw_bytes(d, RG_DW_INFO, u->first_entry, u->end - u->first_entry);
    const struct rg_dw_abbrevs *t = rg_dw_abbrevs_of(d, u);
    names[0] = NULL;
    for (size_t next = 0; t != NULL && next < n && rg_bytes_left(&b) > 0 && rg_dw_work(d, 1);) {
        uint64_t offset = u->end - rg_bytes_left(&b), code = rg_bytes_uleb(&b);
        for (; next < n && w[next].entry <= offset; next++)
            if (w[next].entry == offset)
                d->scope[w[next].function] = intern_scope(d, &s);
        if (code == 0) {
            if (s.depth-- == 0)
                return;
            continue;
        }
        const struct rg_dw_abbrev *a = rg_dw_abbrev(t, code);
        if (a == NULL)
            return;
        const char *name = read_entry(d, u, t, a, &b);
        if (a->has_children) {
            if (s.depth == RG_DW_MAX_DEPTH)
                return;
            names[++s.depth] = name;
        }
    }
}

void rg_dwarf_read_scopes(struct rg_dwarf *d)
{
    if (d->scope != NULL)
        return;
    d->scopes = rg_intern_new(tag);
    uint32_t none = rg_intern_str(d->scopes, "");
    d->scope = rg_alloc(tag, (d->n_functions + (size_t)1) * sizeof *d->scope);
    struct wanted *w = rg_alloc(tag, (d->n_functions + (size_t)1) * sizeof *w);
    const char **names = rg_alloc(tag, (RG_DW_MAX_DEPTH + (size_t)1) * sizeof *names);
    for (uint32_t i = 0; i < d->n_functions; i++) {
        d->scope[i] = none;
        w[i] = (struct wanted){ d->declared_at[i], i };
    }
    rg_sort(w, d->n_functions, sizeof *w, by_entry);
    for (size_t i = 0; i < d->n_functions;) {
        struct rg_dw_unit *u = rg_dw_unit_at(d, w[i].entry);
        size_t end = i + 1;
        while (u != NULL && end < d->n_functions && w[end].entry < u->end)
            end++;
        if (u != NULL)
            walk(d, u, w + i, end - i, names);
        i = end;
    }
    rg_free(w);
    rg_free(names);
}

const char *rg_dwarf_scope(const struct rg_dwarf *d, uint32_t id)
{
    RG_ASSERT(id < d->n_functions);
    return d->scope != NULL ? rg_intern_name(d->scopes, d->scope[id]) : "";
}
