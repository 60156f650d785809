/* rg_dwarf_scope.c - the namespaces and types that functions are declared in.

   SPDX-License-Identifier: GPL-2.0-or-later

   An entry does not tell what it lies in; one has to come to it from the beginning of its unit.  So the walk of a unit for its
   code leaves a mark wherever the next function lies in another scope, which costs it next to nothing; names of scopes are read
   when a function is asked for.  Units without executed code are not walked, but what is inlined from them has been declared
   there: they are walked now, each once, up to the last function that is wanted.  */
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

bool rg_dw_is_scope(uint16_t t)
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
    if (!a->is_scope && a->fixed_size != UINT32_MAX) {
        rg_bytes_skip(b, a->fixed_size);
        return NULL;
    }
    for (uint32_t i = 0; i < a->n_attrs; i++) {
        struct rg_dw_attr attr = t->attr[a->first_attr + i];
        struct rg_dw_value v = rg_dw_read(b, u, attr, u->end);
        if (attr.name == DW_AT_name && a->is_scope && !b->bad) {
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
                d->scope_of[w[next].function] = intern_scope(d, &s);
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

/* ---- marks ---- */

void rg_dw_mark_scope(struct rg_dwarf *d, struct rg_dw_nest *nest, uint64_t entry, uint32_t depth)
{
    for (; nest->n_known <= depth; nest->n_known++) {
        uint32_t i = nest->n_known, parent = nest->scope[i - 1];
        nest->scope[i] = parent;
        if (nest->entry[i] == 0)
            continue;
        d->scope = rg_dw_room(d->scope, d->n_scopes, &d->scope_capacity, sizeof *d->scope);
        d->scope[d->n_scopes++] = (struct rg_dw_scope){ .entry = nest->entry[i], .parent = parent };
        nest->scope[i] = d->n_scopes;
    }
    if (d->mark[d->n_marks - 1].scope == nest->scope[depth])
        return;
    d->mark = rg_dw_room(d->mark, d->n_marks, &d->mark_capacity, sizeof *d->mark);
    d->mark[d->n_marks++] = (struct rg_dw_mark){ entry, nest->scope[depth] };
}

static const char *name_of(struct rg_dwarf *d, uint64_t entry)
{
    struct rg_dw_unit *u = rg_dw_unit_at(d, entry);
    const struct rg_dw_abbrevs *t = u != NULL ? rg_dw_abbrevs_of(d, u) : NULL;
    struct rg_bytes b = rg_dw_bytes(d, RG_DW_INFO, entry, u != NULL ? u->end - entry : 0);
    const struct rg_dw_abbrev *a = t != NULL ? rg_dw_abbrev(t, rg_bytes_uleb(&b)) : NULL;
    return a != NULL && rg_dw_work(d, 1) ? read_entry(d, u, t, a, &b) : NULL;
}

/* The id of the text of scope number I (index + 1, or 0).  Those around it are asked for first.  */
static uint32_t text_of(struct rg_dwarf *d, uint32_t i)
{
    uint32_t text = rg_intern_str(d->scopes, "");
    while (i != 0 && d->scope[i - 1].text == 0) {
        uint32_t outer = i;
        while (d->scope[outer - 1].parent != 0 && d->scope[d->scope[outer - 1].parent - 1].text == 0 && rg_dw_work(d, 1))
            outer = d->scope[outer - 1].parent;
        struct rg_dw_scope *s = &d->scope[outer - 1];
        const char *name = name_of(d, s->entry);
        struct rg_buf b;
        rg_buf_init(&b, tag);
        if (s->parent != 0 && d->scope[s->parent - 1].text != 0)
            rg_buf_str(&b, rg_intern_name(d->scopes, d->scope[s->parent - 1].text - 1));
        if (name != NULL && b.n <= RG_DW_MAX_NAME) {
            if (b.n > 0)
                rg_buf_str(&b, "::");
            rg_buf_str(&b, name);
        }
        s->text = 1 + rg_intern_bytes(d->scopes, b.p, b.n);
        rg_buf_free(&b);
    }
    return i != 0 ? d->scope[i - 1].text - 1 : text;
}

/* The scope (index + 1) that the last mark before ENTRY tells; its unit was walked.  */
static uint32_t marked(const struct rg_dwarf *d, uint64_t entry)
{
    uint32_t lo = 0, hi = d->n_marks;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (d->mark[mid].entry <= entry)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo > 0 ? d->mark[lo - 1].scope : 0;
}

/* ---- all ---- */

void rg_dwarf_read_scopes(struct rg_dwarf *d)
{
    if (d->scope_of != NULL)
        return;
    d->scopes = rg_intern_new(tag);
    uint32_t none = rg_intern_str(d->scopes, "");
    d->scope_of = rg_alloc(tag, (d->n_functions + (size_t)1) * sizeof *d->scope_of);
    struct wanted *w = rg_alloc(tag, (d->n_functions + (size_t)1) * sizeof *w);
    const char **names = rg_alloc(tag, (RG_DW_MAX_DEPTH + (size_t)1) * sizeof *names);
    size_t n = 0;
    for (uint32_t i = 0; i < d->n_functions; i++) {
        const struct rg_dw_unit *u = rg_dw_unit_at(d, d->declared_at[i]);
        d->scope_of[i] = none;
        if (u != NULL && u->is_walked)
            d->scope_of[i] = text_of(d, marked(d, d->declared_at[i]));
        else if (u != NULL)
            w[n++] = (struct wanted){ d->declared_at[i], i };
    }
    rg_sort(w, n, sizeof *w, by_entry);
    for (size_t i = 0, end; i < n; i = end) {
        struct rg_dw_unit *u = rg_dw_unit_at(d, w[i].entry);
        for (end = i + 1; end < n && w[end].entry < u->end; end++)
            continue;
        walk(d, u, w + i, end - i, names);
    }
    rg_free(w);
    rg_free(names);
}

const char *rg_dwarf_scope(const struct rg_dwarf *d, uint32_t id)
{
    RG_ASSERT(id < d->n_functions);
    return d->scope_of != NULL ? rg_intern_name(d->scopes, d->scope_of[id]) : "";
}
