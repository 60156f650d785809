/* rg_item_legacy.c - items and instances from legacy symbols, with or without DWARF.

   SPDX-License-Identifier: GPL-2.0-or-later

   A legacy symbol says which function, by names as they are in the source (Vec<T,A>), and a hash says which instance.  DWARF's
   name has the arguments (push<u8, Global>), its scope the path of the definition.  The symbol's own text is kept for the
   instance, since people know it; the last name comes from DWARF.  */
#include "rg_item_priv.h"

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

/* Appends the N bytes at S with the arguments of each generic replaced by ARGS.  A < that does not follow a name stays: <T as
   Trait>.  */
static void put_without_generics(struct rg_buf *out, const char *s, size_t n, const char *args)
{
    for (size_t i = 0; i < n;) {
        if (s[i] == '<' && i > 0 && rg_item_is_name_byte(s[i - 1])) {
            i = skip_generics(s, n, i);
            rg_buf_str(out, args);
        } else {
            rg_buf_char(out, s[i++]);
        }
    }
}

/* Appends DWARF names; the bodies of async functions, {async_fn#0}, are closures everywhere else.  */
static void put_bare_names(struct rg_buf *out, const char *s, size_t n)
{
    static const char *const bodies[] = { "{async_", "{gen_", "{coroutine" };

    for (size_t i = 0, number; i < n; i = number) {
        bool is_body = false;
        for (size_t k = 0; s[i] == '{' && k < sizeof bodies / sizeof *bodies; k++)
            is_body = is_body || rg_item_begins_with(s + i, n - i, bodies[k]);
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
    put_bare_names(out, name, rg_item_bare_length(name));
}

/* The first name of the trait in <T as Trait> is the crate where T's is not known, or when only the trait is not of the standard
   library: who writes an impl owns one of them.  */
static void prefer_trait_crate(struct rg_buf *out, const char *s, size_t n)
{
    size_t end = skip_generics(s, n, 0), depth = 0;

    for (size_t i = 0; i + 4 < end; i++) {
        depth += s[i] == '<';
        depth -= s[i] == '>' && depth > 0;
        if (depth != 1 || !rg_item_begins_with(s + i, end - i, " as "))
            continue;
        struct rg_buf crate;
        rg_buf_init(&crate, "item");
        for (i += 4; i < end && rg_item_is_name_byte(s[i]); i++)
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
    if (rg_item_begins_with(s + from, n - from, "mut ") || rg_item_begins_with(s + from, n - from, "dyn "))
        from += 4;
    for (to = from; to < n && rg_item_is_name_byte(s[to]); to++)
        continue;
    if (to > from && (to == n || rg_item_begins_with(s + to, n - to, "::")))
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
        if (s[i] == '<' && (i == 0 || !rg_item_is_name_byte(s[i - 1])))
            return false;
    return true;
}

/* DWARF files methods of a type's own impl under the type, but those of Box, and closures in them, under {impl#N}.  */
static bool is_under_number(const struct rg_buf *parent, const char *scope)
{
    size_t n = strlen(scope), brace = n;

    while (brace > 0 && scope[brace - 1] != '{')
        brace--;
    return brace > 0 && rg_item_begins_with(scope + brace, n - brace, "impl#") && is_plain_path(parent->p, parent->n);
}

/* The call_once of a closure is filed under the closure.  False: it is not one.  */
static bool put_called_closure(struct rg_item *it, const struct rg_item_source *src)
{
    static const char scope[] = "core::ops::function::Fn", env[] = "{closure_env#";
    struct rg_item_piece arg[RG_ITEM_MAX_GENERICS];

    if (src->scope == NULL || src->name == NULL || !rg_item_begins_with(src->scope, strlen(src->scope), scope) ||
        !rg_item_begins_with(src->name, strlen(src->name), "call"))
        return false;
    unsigned n_args = rg_item_split_args(src->name, arg);
    if (n_args == 0 || n_args > RG_ITEM_MAX_GENERICS)
        return false;
    struct rg_buf *path = rg_item_spare(it, SPARE_PATH);
    put_without_generics(path, arg[0].s, arg[0].n, "");
    size_t brace = path->n;
    while (brace > 0 && path->p[brace - 1] != '{')
        brace--;
    bool is_closure =
        brace > 0 && rg_item_begins_with(path->p + brace - 1, path->n - brace + 1, env) && path->p[path->n - 1] == '}';
    for (size_t i = 0; is_closure && i < path->n; i++)
        if (rg_item_begins_with(path->p + i, path->n - i, env)) {
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

    for (; i < path->n && !(path->p[i] == ':' && depth == 0 && rg_item_begins_with(path->p + i, path->n - i, mark)); i++) {
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
        if (depth == 0 && rg_item_begins_with(path->p + i, end - i, between))
            of = i;
    }
    bool named = of == 0 && rg_item_is_word_start(path->p[from]) && !rg_item_begins_with(path->p + from, end - from, "dyn ");
    for (i = from; named && i < end && rg_item_is_name_byte(path->p[i]); i++)
        continue;
    named = named && rg_item_begins_with(path->p + i, end - i, "::");
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
        rg_item_put_blanked(&it->label, types);
    }
    if (it->label.n > 0)
        rg_buf_str(&it->label, "::");
    if (name != NULL && rg_item_begins_with(name, strlen(name), "{"))
        put_bare_name(&it->label, name);
    else
        put_without_generics(&it->label, last->p, last->n, "");
}

/* The last name of the symbol is DWARF's name, if that is the same function's: legacy closures have no number.  */
static void put_instance(struct rg_item *it, const struct rg_buf *parent, const struct rg_buf *last,
                         const struct rg_item_source *src)
{
    const char *name = src->name;
    struct rg_item_generics g;

    rg_item_find_generics(&g, parent, src);
    rg_item_put_replaced(&it->instance, parent, &g);
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
    size_t bare = rg_item_bare_length(name);
    if (rg_item_begins_with(last->p, last->n, "{{closure}}") ||
        (last->n >= bare && memcmp(last->p, name, bare) == 0 && (last->n == bare || last->p[bare] == '<')))
        rg_buf_bytes(&it->instance, name, bare);
    else
        rg_buf_bytes(&it->instance, last->p, last->n);
    rg_item_put_other_args(&it->instance, name, &g);
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
        else if (rg_item_begins_with(last->p + i, last->n - i, "{{vtable") ||
                 rg_item_begins_with(last->p + i, last->n - i, "{{reify"))
            it->classes |= RG_CLASS_GLUE;
}

void rg_item_mark_async(struct rg_item *it, const char *name)
{
    size_t n = name != NULL ? strlen(name) : 0;

    if (rg_item_begins_with(name, n, "{async_") || rg_item_begins_with(name, n, "{coroutine"))
        it->classes |= RG_CLASS_ASYNC;
}
