/* rg_item_generics.c - what the generic types in the text of legacy symbols stand for.

   SPDX-License-Identifier: GPL-2.0-or-later

   Generic types of the symbol's text get what they stand for, if DWARF tells their names: Vec<u8, Global>::push.  With debug =
   1 it does not; then they are known only if there is one type for all, as a function has no less arguments than its impl.  */
#include "rg_item_priv.h"

static bool same_piece(struct rg_item_piece a, struct rg_item_piece b)
{
    return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

/* Where a search for words is.  */
struct search {
    size_t i, depth; /* in how many < > */
};

/* The next word that may be a generic type: it is in < >, has no path, and is no basic type.  */
static bool next_word(const struct rg_buf *path, struct search *at, struct rg_item_piece *word)
{
    static const char *const others[] = {
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f16", "f32", "f64", "f128",
        "bool", "char", "str", "mut", "const", "dyn", "as", "fn", "for", "impl", "unsafe", "extern", "_",
    };
    const char *s = path->p;
    size_t n = path->n;
    while (at->i < n) {
        size_t from = at->i;
        if (!rg_item_is_name_byte(s[from]) || s[from] == '}') {
            at->depth += s[from] == '<';
            at->depth -= s[from] == '>' && at->depth > 0 && (from == 0 || s[from - 1] != '-');
            at->i++;
            continue;
        }
        while (at->i < n && rg_item_is_name_byte(s[at->i]) && s[at->i] != '}')
            at->i++;
        *word = (struct rg_item_piece){ s + from, at->i - from };
        bool other = at->depth == 0 || !rg_item_is_word_start(s[from]) || (from >= 1 && (s[from - 1] == ':' || s[from - 1] == '{')) ||
                     (at->i < n && (s[at->i] == ':' || s[at->i] == '}' || s[at->i] == '=')) ||
                     rg_item_begins_with(s + at->i, n - at->i, " ="); /* dyn Fn<(), Output = u8> */
        for (size_t k = 0; k < sizeof others / sizeof *others && !other; k++)
            other = s[from] == others[k][0] && same_piece(*word, (struct rg_item_piece){ others[k], strlen(others[k]) });
        if (!other)
            return true;
    }
    return false;
}

/* Constants among the arguments of DWARF's name have no names.  */
static bool is_constant(struct rg_item_piece p)
{
    return p.n == 0 || (p.s[0] >= '0' && p.s[0] <= '9') || p.s[0] == '-' || p.s[0] == '\'' || p.s[0] == '"' ||
           p.s[0] == '{' || same_piece(p, (struct rg_item_piece){ "true", 4 }) ||
           same_piece(p, (struct rg_item_piece){ "false", 5 });
}

unsigned rg_item_split_args(const char *name, struct rg_item_piece *arg)
{
    size_t i = rg_item_bare_length(name), end = strlen(name), depth = 0, from;
    unsigned n = 0;

    if (i == end || name[end - 1] != '>')
        return 0;
    for (from = ++i; i < end; i++) {
        char c = name[i];
        bool last = depth == 0 && i == end - 1;
        if (c == '<' || c == '(' || c == '[' || c == '{')
            depth++;
        else if (!last && ((c == '>' && name[i - 1] != '-') || c == ')' || c == ']' || c == '}'))
            depth -= depth > 0;
        if (!last && !(c == ',' && depth == 0))
            continue;
        if (n == RG_ITEM_MAX_GENERICS)
            return RG_ITEM_MAX_GENERICS + 1;
        arg[n++] = (struct rg_item_piece){ name + from, i - from };
        from = i + 1 + (name[i + 1] == ' ');
    }
    return n;
}

static bool is_among(struct rg_item_piece p, const struct rg_item_piece *pieces, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (same_piece(p, pieces[i]))
            return true;
    return false;
}

static bool all_same(const struct rg_item_piece *pieces, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        if (!same_piece(pieces[0], pieces[i]))
            return false;
    return n > 0;
}

/* Takes the names at PARAMS apart.  */
static void name_types(struct rg_item_generics *g, const char *params)
{
    while (g->n < RG_ITEM_MAX_GENERICS) {
        size_t n = 0;
        while (params[n] != 0 && params[n] != ',')
            n++;
        g->name[g->n++] = (struct rg_item_piece){ params, n };
        if (params[n] == 0)
            return;
        params += n + 1;
    }
}

/* Without names, when all of the N_TYPES types are the same, every generic type in the text of PARENT is that.  */
static void name_same_types(struct rg_item_generics *g, const struct rg_buf *parent, unsigned n_types)
{
    struct search at = { 0, 0 };
    struct rg_item_piece word;
    unsigned n = 0;

    while (n <= n_types && next_word(parent, &at, &word))
        if (!is_among(word, g->name, n) && n++ < n_types)
            g->name[n - 1] = word;
    g->n = n <= n_types ? n_types : 0;
    for (unsigned k = n; k < g->n; k++)
        g->name[k] = (struct rg_item_piece){ "", 0 }; /* the function's own */
}

void rg_item_find_generics(struct rg_item_generics *g, const struct rg_buf *parent, const struct rg_item_source *src)
{
    unsigned n_types = 0;
    size_t i = 0;

    g->n = g->n_args = 0;
    while (i < parent->n && parent->p[i] != '<')
        i++;
    if (src->name == NULL || i == parent->n)
        return;
    g->n_args = rg_item_split_args(src->name, g->arg);
    if (g->n_args == 0 || g->n_args > RG_ITEM_MAX_GENERICS)
        return;
    for (unsigned k = 0; k < g->n_args; k++)
        if (!is_constant(g->arg[k])) {
            g->used[n_types] = false;
            g->type[n_types++] = g->arg[k];
        }
    if (src->params != NULL && src->params[0] != 0)
        name_types(g, src->params);
    else if (n_types == g->n_args && all_same(g->type, n_types))
        name_same_types(g, parent, n_types);
    if (g->n != n_types)
        g->n = 0;
}

void rg_item_put_replaced(struct rg_buf *out, const struct rg_buf *path, struct rg_item_generics *g)
{
    struct search at = { 0, 0 };
    size_t done = 0;
    struct rg_item_piece word;

    while (g->n > 0 && next_word(path, &at, &word))
        for (unsigned k = 0; k < g->n; k++)
            if (same_piece(word, g->name[k])) {
                rg_buf_bytes(out, path->p + done, (size_t)(word.s - path->p) - done);
                rg_buf_bytes(out, g->type[k].s, g->type[k].n);
                done = (size_t)(word.s - path->p) + word.n;
                g->used[k] = true;
                break;
            }
    rg_buf_bytes(out, path->p + done, path->n - done);
}

void rg_item_put_other_args(struct rg_buf *out, const char *name, const struct rg_item_generics *g)
{
    unsigned type = 0, put = 0;
    bool any = false;

    for (unsigned k = 0; k < g->n; k++)
        any = any || g->used[k];
    if (!any) {
        rg_buf_str(out, name + rg_item_bare_length(name));
        return;
    }
    for (unsigned k = 0; k < g->n_args; k++) {
        if (!is_constant(g->arg[k]) && g->used[type++])
            continue;
        rg_buf_str(out, put++ > 0 ? ", " : "<");
        rg_buf_bytes(out, g->arg[k].s, g->arg[k].n);
    }
    if (put > 0)
        rg_buf_char(out, '>');
}

void rg_item_put_blanked(struct rg_buf *out, const struct rg_buf *path)
{
    struct search at = { 0, 0 };
    size_t done = 0;
    struct rg_item_piece word;

    while (next_word(path, &at, &word)) {
        rg_buf_bytes(out, path->p + done, (size_t)(word.s - path->p) - done);
        rg_buf_char(out, '_');
        done = (size_t)(word.s - path->p) + word.n;
    }
    rg_buf_bytes(out, path->p + done, path->n - done);
}
