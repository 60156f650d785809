/* rg_item_legacy.c - items and instances from legacy symbols, with or without DWARF.

   SPDX-License-Identifier: GPL-2.0-or-later

   A legacy symbol says which function, by names as they are in the source (Vec<T,A>), and a hash says which instance.  DWARF's name
   has the arguments (push<u8, Global>), its scope the path of the definition.  The symbol's own text is kept for the instance,
   since people know it; the last name comes from DWARF.

   Generic types of the symbol's text get what they stand for, if DWARF tells their names: Vec<u8, Global>::push.  With debug = 1 it
   does not; then they are known only if there is one type for all, as a function has no less arguments than its impl.  */
#include "rg_item_priv.h"

enum { MAX_GENERICS = 16 };

/* The byte after the < > that begins at I; N when it is not closed.  The > of -> does not count.  */
static size_t skip_generics(const char *s, size_t n, size_t i)
{
    size_t depth = 0;

    for (; i < n; i++) {
        if (s[i] == '<')
            depth++;
        else if (s[i] == '>' && (i == 0 || s[i - 1] != '-') && depth-- == 1)
            return i + 1;
    }
    return n;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '}' || (c & 0x80);
}

/* Appends the N bytes at S with the arguments of each generic replaced by ARGS.  A < that does not follow a name stays: <T as
   Trait>.  */
static void put_without_generics(struct rg_buf *out, const char *s, size_t n, const char *args)
{
    for (size_t i = 0; i < n;) {
        if (s[i] == '<' && i > 0 && is_name_byte(s[i - 1])) {
            i = skip_generics(s, n, i);
            rg_buf_str(out, args);
        } else {
            rg_buf_char(out, s[i++]);
        }
    }
}

/* The length of a DWARF name without its generic arguments.  */
static size_t bare_length(const char *name)
{
    size_t n = 0;
    while (name[n] != '\0' && name[n] != '<')
        n++;
    return n;
}

static bool begins_with(const char *s, size_t n, const char *prefix)
{
    if (n == 0 || s[0] != prefix[0]) /* mostly */
        return false;
    size_t len = strlen(prefix);
    return n >= len && memcmp(s, prefix, len) == 0;
}

/* ---- generic types ---- */

struct piece {
    const char *s;
    size_t n;
};

/* The generic types of a function, and what they stand for.  */
struct generics {
    struct piece name[MAX_GENERICS], type[MAX_GENERICS];
    bool used[MAX_GENERICS]; /* in the path of the function */
    unsigned n;
    struct piece arg[MAX_GENERICS]; /* types and constants */
    unsigned n_args;
};

static bool same_piece(struct piece a, struct piece b)
{
    return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

/* Where a search for words is.  */
struct search {
    size_t i, depth; /* in how many < > */
};

/* The next word that may be a generic type: it is in < >, has no path, and is no basic type.  */
static bool next_word(const struct rg_buf *path, struct search *at, struct piece *word)
{
    static const char *const others[] = {
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f16", "f32", "f64", "f128",
        "bool", "char", "str", "mut", "const", "dyn", "as", "fn", "for", "impl", "unsafe", "extern", "_",
    };
    const char *s = path->p;
    size_t n = path->n;
    while (at->i < n) {
        size_t from = at->i;
        if (!is_name_byte(s[from]) || s[from] == '}') {
            at->depth += s[from] == '<';
            at->depth -= s[from] == '>' && at->depth > 0 && (from == 0 || s[from - 1] != '-');
            at->i++;
            continue;
        }
        while (at->i < n && is_name_byte(s[at->i]) && s[at->i] != '}')
            at->i++;
        *word = (struct piece){ s + from, at->i - from };
        bool other = at->depth == 0 || !is_word_start(s[from]) || (from >= 1 && (s[from - 1] == ':' || s[from - 1] == '{')) ||
                     (at->i < n && (s[at->i] == ':' || s[at->i] == '}' || s[at->i] == '=')) ||
                     begins_with(s + at->i, n - at->i, " ="); /* dyn Fn<(), Output = u8> */
        for (size_t k = 0; k < sizeof others / sizeof *others && !other; k++)
            other = s[from] == others[k][0] && same_piece(*word, (struct piece){ others[k], strlen(others[k]) });
        if (!other)
            return true;
    }
    return false;
}

/* Constants among the arguments of DWARF's name have no names.  */
static bool is_constant(struct piece p)
{
    return p.n == 0 || (p.s[0] >= '0' && p.s[0] <= '9') || p.s[0] == '-' || p.s[0] == '\'' || p.s[0] == '"' ||
           p.s[0] == '{' || same_piece(p, (struct piece){ "true", 4 }) || same_piece(p, (struct piece){ "false", 5 });
}

/* The arguments of a DWARF name; their number, MAX_GENERICS + 1: too many.  */
static unsigned split_args(const char *name, struct piece *arg)
{
    size_t i = bare_length(name), end = strlen(name), depth = 0, from;
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
        if (n == MAX_GENERICS)
            return MAX_GENERICS + 1;
        arg[n++] = (struct piece){ name + from, i - from };
        from = i + 1 + (name[i + 1] == ' ');
    }
    return n;
}

static bool is_among(struct piece p, const struct piece *pieces, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (same_piece(p, pieces[i]))
            return true;
    return false;
}

static bool all_same(const struct piece *pieces, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        if (!same_piece(pieces[0], pieces[i]))
            return false;
    return n > 0;
}

/* Takes the names at PARAMS apart.  */
static void name_types(struct generics *g, const char *params)
{
    while (g->n < MAX_GENERICS) {
        size_t n = 0;
        while (params[n] != 0 && params[n] != ',')
            n++;
        g->name[g->n++] = (struct piece){ params, n };
        if (params[n] == 0)
            return;
        params += n + 1;
    }
}

/* Without names, when all of the N_TYPES types are the same, every generic type in the text of PARENT is that.  */
static void name_same_types(struct generics *g, const struct rg_buf *parent, unsigned n_types)
{
    struct search at = { 0, 0 };
    struct piece word;
    unsigned n = 0;

    while (n <= n_types && next_word(parent, &at, &word))
        if (!is_among(word, g->name, n) && n++ < n_types)
            g->name[n - 1] = word;
    g->n = n <= n_types ? n_types : 0;
    for (unsigned k = n; k < g->n; k++)
        g->name[k] = (struct piece){ "", 0 }; /* the function's own */
}

/* Finds what the generic types in the text of PARENT stand for.  */
static void find_generics(struct generics *g, const struct rg_buf *parent, const struct rg_item_source *src)
{
    unsigned n_types = 0;
    size_t i = 0;

    g->n = g->n_args = 0;
    while (i < parent->n && parent->p[i] != '<')
        i++;
    if (src->name == NULL || i == parent->n)
        return;
    g->n_args = split_args(src->name, g->arg);
    if (g->n_args == 0 || g->n_args > MAX_GENERICS)
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

/* Appends PATH with its generic types replaced by what they stand for.  */
static void put_replaced(struct rg_buf *out, const struct rg_buf *path, struct generics *g)
{
    struct search at = { 0, 0 };
    size_t done = 0;
    struct piece word;

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

/* Appends the arguments of NAME that are not in the path already.  */
static void put_other_args(struct rg_buf *out, const char *name, const struct generics *g)
{
    unsigned type = 0, put = 0;
    bool any = false;

    for (unsigned k = 0; k < g->n; k++)
        any = any || g->used[k];
    if (!any) {
        rg_buf_str(out, name + bare_length(name));
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

/* Appends PATH with an underscore for each generic type.  */
static void put_blanked(struct rg_buf *out, const struct rg_buf *path)
{
    struct search at = { 0, 0 };
    size_t done = 0;
    struct piece word;

    while (next_word(path, &at, &word)) {
        rg_buf_bytes(out, path->p + done, (size_t)(word.s - path->p) - done);
        rg_buf_char(out, '_');
        done = (size_t)(word.s - path->p) + word.n;
    }
    rg_buf_bytes(out, path->p + done, path->n - done);
}

/* ---- keys, labels, instances ---- */

/* Appends DWARF names; the bodies of async functions, {async_fn#0}, are closures everywhere else.  */
static void put_bare_names(struct rg_buf *out, const char *s, size_t n)
{
    static const char *const bodies[] = { "{async_", "{gen_", "{coroutine" };

    for (size_t i = 0, number; i < n; i = number) {
        bool is_body = false;
        for (size_t k = 0; s[i] == '{' && k < sizeof bodies / sizeof *bodies; k++)
            is_body = is_body || begins_with(s + i, n - i, bodies[k]);
        for (number = i; is_body && number < n && s[number] != '#' && s[number] != '}';)
            number++;
        if (is_body && number < n && s[number] == '#') {
            rg_buf_str(out, "{closure");
            continue;
        }
        rg_buf_char(out, s[i]);
        number = i + 1;
    }
}

static void put_bare_name(struct rg_buf *out, const char *name)
{
    put_bare_names(out, name, bare_length(name));
}

/* The first name of the trait in <T as Trait> is the crate where T's is not known, or when only the trait is not of the standard
   library: who writes an impl owns one of them.  */
static void prefer_trait_crate(struct rg_buf *out, const char *s, size_t n)
{
    size_t end = skip_generics(s, n, 0), depth = 0;

    for (size_t i = 0; i + 4 < end; i++) {
        depth += s[i] == '<';
        depth -= s[i] == '>' && depth > 0;
        if (depth != 1 || !begins_with(s + i, end - i, " as "))
            continue;
        struct rg_buf crate;
        rg_buf_init(&crate, "item");
        for (i += 4; i < end && is_name_byte(s[i]); i++)
            rg_buf_char(&crate, s[i]);
        if (out->n == 0 || !rg_item_is_std(rg_buf_cstr(&crate))) {
            rg_buf_clear(out);
            rg_buf_bytes(out, crate.p, crate.n);
        }
        rg_buf_free(&crate);
        return;
    }
}

/* The crate by the text alone: its first name, or for <T as Trait> that of T or of the trait.  */
static void guess_crate(struct rg_buf *out, const struct rg_buf *path)
{
    const char *s = path->p;
    size_t n = path->n, from = 0, to;

    while (from < n && (s[from] == '<' || s[from] == '&' || s[from] == '*' || s[from] == '[' || s[from] == '('))
        from++;
    if (begins_with(s + from, n - from, "mut ") || begins_with(s + from, n - from, "dyn "))
        from += 4;
    for (to = from; to < n && is_name_byte(s[to]); to++)
        continue;
    if (to > from && (to == n || begins_with(s + to, n - to, "::")))
        rg_buf_bytes(out, s + from, to - from);
    if (s[0] == '<' && (out->n == 0 || rg_item_is_std(rg_buf_cstr(out))))
        prefer_trait_crate(out, s, n);
}

/* The crate by DWARF's scope.  */
static void crate_of_scope(struct rg_buf *out, const char *scope)
{
    size_t n = 0;
    while (scope[n] != '\0' && !(scope[n] == ':' && scope[n + 1] == ':'))
        n++;
    rg_buf_bytes(out, scope, n);
}

/* Does the definition have a path that is its key: no <impl ..> and no <T as ..> in it?  */
static bool is_plain_path(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] == '<' && (i == 0 || !is_name_byte(s[i - 1])))
            return false;
    return true;
}

/* DWARF files methods of a type's own impl under the type, but those of Box, and closures in them, under {impl#N}.  */
static bool is_under_number(const struct rg_buf *parent, const char *scope)
{
    size_t n = strlen(scope), brace = n;

    while (brace > 0 && scope[brace - 1] != '{')
        brace--;
    return brace > 0 && begins_with(scope + brace, n - brace, "impl#") && is_plain_path(parent->p, parent->n);
}

/* The call_once of a closure is filed under the closure.  False: it is not one.  */
static bool put_called_closure(struct rg_item *it, const struct rg_item_source *src)
{
    static const char scope[] = "core::ops::function::Fn", env[] = "{closure_env#";
    struct piece arg[MAX_GENERICS];

    if (src->scope == NULL || src->name == NULL || !begins_with(src->scope, strlen(src->scope), scope) ||
        !begins_with(src->name, strlen(src->name), "call"))
        return false;
    unsigned n_args = split_args(src->name, arg);
    if (n_args == 0 || n_args > MAX_GENERICS)
        return false;
    struct rg_buf *path = rg_item_spare(it, SPARE_PATH);
    put_without_generics(path, arg[0].s, arg[0].n, "");
    size_t brace = path->n;
    while (brace > 0 && path->p[brace - 1] != '{')
        brace--;
    bool is_closure = brace > 0 && begins_with(path->p + brace - 1, path->n - brace + 1, env) && path->p[path->n - 1] == '}';
    for (size_t i = 0; is_closure && i < path->n; i++)
        if (begins_with(path->p + i, path->n - i, env)) {
            rg_buf_str(&it->key, "{closure#");
            i += sizeof env - 2;
        } else {
            rg_buf_char(&it->key, path->p[i]);
        }
    if (!is_closure)
        return false;
    rg_buf_bytes(&it->label, it->key.p, it->key.n);
    it->classes |= RG_CLASS_GLUE | RG_CLASS_CLOSURE;
    return true;
}

/* PATH as v0 symbols have it: the legacy text of an impl that is not beside its type is module::<impl Type>::f, or
   module::<impl Trait for Type>::f.  */
static void put_as_v0(struct rg_buf *out, const struct rg_buf *path)
{
    static const char mark[] = "::<impl ", between[] = " for ";
    size_t i = 0, depth = 0, of = 0;

    for (; i < path->n && !(path->p[i] == ':' && depth == 0 && begins_with(path->p + i, path->n - i, mark)); i++) {
        depth += path->p[i] == '<';
        depth -= path->p[i] == '>' && depth > 0;
    }
    depth = 0;
    if (i == path->n) {
        rg_buf_bytes(out, path->p, path->n);
        return;
    }
    size_t from = i + sizeof mark - 1, end = skip_generics(path->p, path->n, i + 2);
    if (end <= from || path->p[end - 1] != '>') {
        rg_buf_bytes(out, path->p, path->n);
        return;
    }
    for (i = from; i < end && of == 0; i++) {
        depth += path->p[i] == '<';
        depth -= path->p[i] == '>' && depth > 0;
        if (depth == 0 && begins_with(path->p + i, end - i, between))
            of = i;
    }
    bool named = of == 0 && is_word_start(path->p[from]) && !begins_with(path->p + from, end - from, "dyn ");
    for (i = from; named && i < end && is_name_byte(path->p[i]); i++)
        continue;
    named = named && begins_with(path->p + i, end - i, "::");
    if (!named)
        rg_buf_char(out, '<');
    if (of != 0) {
        rg_buf_bytes(out, path->p + of + sizeof between - 1, end - 1 - of - (sizeof between - 1));
        rg_buf_str(out, " as ");
        end--;
        rg_buf_bytes(out, path->p + from, of - from);
    } else {
        rg_buf_bytes(out, path->p + from, --end - from);
    }
    rg_buf_bytes(out, path->p + end + named, path->n - end - named);
}

/* PARENT and LAST are the symbol's text in two, PARENT as v0 symbols have it.  */
static void put_key(struct rg_item *it, const struct rg_buf *parent, const struct rg_buf *last, const struct rg_item_source *src)
{
    if (src->scope != NULL && src->name != NULL && !is_under_number(parent, src->scope)) {
        struct rg_buf *scope = rg_item_spare(it, SPARE_SCOPE);
        put_without_generics(scope, src->scope, strlen(src->scope), "");
        put_bare_names(&it->key, scope->p, scope->n);
        if (it->key.n > 0)
            rg_buf_str(&it->key, "::");
        put_bare_name(&it->key, src->name);
        return;
    }
    if (is_plain_path(parent->p, parent->n))
        put_without_generics(&it->key, parent->p, parent->n, "");
    else
        rg_buf_bytes(&it->key, parent->p, parent->n);
    if (it->key.n > 0)
        rg_buf_str(&it->key, "::");
    if (src->name != NULL)
        put_bare_name(&it->key, src->name);
    else
        put_without_generics(&it->key, last->p, last->n, "");
}

static void put_label(struct rg_item *it, const struct rg_buf *parent, const struct rg_buf *last, const char *name)
{
    if (is_plain_path(parent->p, parent->n)) {
        put_without_generics(&it->label, parent->p, parent->n, "");
    } else {
        struct rg_buf *types = rg_item_spare(it, SPARE_TYPES);
        put_without_generics(types, parent->p, parent->n, "<_>");
        put_blanked(&it->label, types);
    }
    if (it->label.n > 0)
        rg_buf_str(&it->label, "::");
    if (name != NULL && begins_with(name, strlen(name), "{"))
        put_bare_name(&it->label, name);
    else
        put_without_generics(&it->label, last->p, last->n, "");
}

/* The last name of the symbol is DWARF's name, if that is the same function's: legacy closures have no number.  */
static void put_instance(struct rg_item *it, const struct rg_buf *parent, const struct rg_buf *last,
                         const struct rg_item_source *src)
{
    const char *name = src->name;
    struct generics g;

    find_generics(&g, parent, src);
    put_replaced(&it->instance, parent, &g);
    if (parent->n > 0)
        rg_buf_str(&it->instance, "::");
    if (name == NULL) { /* only drop_in_place<T> tells */
        size_t generic = 0;
        while (generic < last->n && !(last->p[generic] == '<' && generic > 0))
            generic++;
        rg_buf_bytes(&it->instance, last->p, last->n);
        rg_buf_bytes(&it->args, last->p + generic, last->n - generic);
        return;
    }
    size_t bare = bare_length(name);
    if (begins_with(last->p, last->n, "{{closure}}") ||
        (last->n >= bare && memcmp(last->p, name, bare) == 0 && (last->n == bare || last->p[bare] == '<')))
        rg_buf_bytes(&it->instance, name, bare);
    else
        rg_buf_bytes(&it->instance, last->p, last->n);
    put_other_args(&it->instance, name, &g);
    rg_buf_str(&it->args, name + bare);
}

/* Legacy symbols do not number closures: those at the end of PATH get the names that DWARF's scope has there.  */
static void number_closures(struct rg_buf *path, const char *scope)
{
    static const char closure[] = "::{{closure}}";
    enum { LENGTH = sizeof closure - 1, MAX_NESTED_CLOSURES = 16 };
    size_t end = strlen(scope), from[MAX_NESTED_CLOSURES], to[MAX_NESTED_CLOSURES];
    unsigned n = 0;

    while (n < MAX_NESTED_CLOSURES && path->n >= LENGTH && memcmp(path->p + path->n - LENGTH, closure, LENGTH) == 0) {
        size_t brace = end;
        while (brace > 0 && scope[brace - 1] != '{')
            brace--;
        if (brace < 3 || scope[end - 1] != '}' || scope[brace - 2] != ':')
            break;
        from[n] = brace - 1;
        to[n++] = end;
        end = brace - 3;
        rg_buf_cut(path, path->n - LENGTH);
    }
    for (; n > 0; n--) {
        rg_buf_str(path, "::");
        struct rg_buf name;
        rg_buf_init(&name, "item");
        rg_buf_bytes(&name, scope + from[n - 1], to[n - 1] - from[n - 1]);
        put_bare_name(path, rg_buf_cstr(&name));
        rg_buf_free(&name);
    }
}

void rg_item_read_legacy(struct rg_item *it, const struct rg_symbol *s, const struct rg_item_source *src)
{
    struct rg_buf *parent = rg_item_spare(it, SPARE_PARENT), *last = rg_item_spare(it, SPARE_LAST);
    size_t n = s->n_elements - 1; /* without the hash */

    it->identity = s->body;
    it->identity_len = s->body_len;
    it->hash = s->hash;
    it->blind = src->name == NULL;
    for (size_t i = 0; i + 1 < n; i++) {
        if (i > 0)
            rg_buf_str(parent, "::");
        rg_symbol_print_element(s, i, parent);
    }
    if (src->scope != NULL)
        number_closures(parent, src->scope);
    if (n > 0)
        rg_symbol_print_element(s, n - 1, last);
    else
        rg_buf_str(last, "???");
    if (put_called_closure(it, src)) {
        crate_of_scope(&it->crate, rg_buf_cstr(&it->key));
    } else {
        struct rg_buf *path = rg_item_spare(it, SPARE_PATH);
        put_as_v0(path, parent);
        put_key(it, src->scope != NULL ? path : parent, last, src);
        put_label(it, path, last, src->name);
    }
    put_instance(it, parent, last, src);
    if (it->crate.n > 0)
        ; /* a closure's */
    else if (src->scope != NULL && src->scope[0] != '\0')
        crate_of_scope(&it->crate, src->scope);
    else if (parent->n > 0)
        guess_crate(&it->crate, parent);
    for (size_t i = 0; i + 10 <= last->n; i++)
        if (memcmp(last->p + i, "{{closure}", 10) == 0)
            it->classes |= RG_CLASS_CLOSURE;
        else if (begins_with(last->p + i, last->n - i, "{{vtable") || begins_with(last->p + i, last->n - i, "{{reify"))
            it->classes |= RG_CLASS_GLUE;
}

void rg_item_mark_async(struct rg_item *it, const char *name)
{
    if (name != NULL && (begins_with(name, strlen(name), "{async_") || begins_with(name, strlen(name), "{coroutine")))
        it->classes |= RG_CLASS_ASYNC;
}
