/* rg_item_legacy.c - items and instances from legacy symbols, with or without DWARF.

   SPDX-License-Identifier: GPL-2.0-or-later

   A legacy symbol says which function, by names as they are in the source (Vec<T,A>), and a hash says which instance.  DWARF's
   name
   has the arguments (push<u8, Global>), its scope the path of the definition.  The symbol's own text is kept for the instance,
   since people know it; the last name comes from DWARF.  */
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
    size_t len = strlen(prefix);
    return n >= len && memcmp(s, prefix, len) == 0;
}

/* DWARF's name of a definition; the bodies of async functions are closures everywhere else.  */
static void put_bare_name(struct rg_buf *out, const char *name)
{
    size_t n = bare_length(name), number = 0;

    if (begins_with(name, n, "{async_") || begins_with(name, n, "{gen_") || begins_with(name, n, "{coroutine")) {
        while (number < n && name[number] != '#')
            number++;
        if (number < n) {
            rg_buf_str(out, "{closure");
            rg_buf_bytes(out, name + number, n - number);
            return;
        }
    }
    rg_buf_bytes(out, name, n);
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

/* PARENT and LAST are the symbol's text in two.  */
static void put_key(struct rg_item *it, const struct rg_buf *parent, const struct rg_buf *last, const struct rg_item_source *src)
{
    if (src->scope != NULL && src->name != NULL) {
        put_without_generics(&it->key, src->scope, strlen(src->scope), "");
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
    put_without_generics(&it->label, parent->p, parent->n, is_plain_path(parent->p, parent->n) ? "" : "<_>");
    if (it->label.n > 0)
        rg_buf_str(&it->label, "::");
    if (name != NULL && begins_with(name, strlen(name), "{"))
        put_bare_name(&it->label, name);
    else
        put_without_generics(&it->label, last->p, last->n, "");
}

/* The last name of the symbol is DWARF's name, if that is the same function's: legacy closures have no number.  */
static void put_instance(struct rg_item *it, const struct rg_buf *parent, const struct rg_buf *last, const char *name)
{
    rg_buf_bytes(&it->instance, parent->p, parent->n);
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
        (last->n >= bare && memcmp(last->p, name, bare) == 0 && (last->n == bare || last->p[bare] == '<'))) {
        rg_buf_str(&it->instance, name);
    } else {
        rg_buf_bytes(&it->instance, last->p, last->n);
        rg_buf_str(&it->instance, name + bare);
    }
    rg_buf_str(&it->args, name + bare);
}

void rg_item_read_legacy(struct rg_item *it, const struct rg_symbol *s, const struct rg_item_source *src)
{
    struct rg_buf parent, last;
    size_t n = s->n_elements - 1; /* without the hash */

    it->identity = s->body;
    it->identity_len = s->body_len;
    it->hash = s->hash;
    it->blind = src->name == NULL;
    rg_buf_init(&parent, "item");
    rg_buf_init(&last, "item");
    for (size_t i = 0; i + 1 < n; i++) {
        if (i > 0)
            rg_buf_str(&parent, "::");
        rg_symbol_print_element(s, i, &parent);
    }
    if (n > 0)
        rg_symbol_print_element(s, n - 1, &last);
    else
        rg_buf_str(&last, "???");
    put_key(it, &parent, &last, src);
    put_label(it, &parent, &last, src->name);
    put_instance(it, &parent, &last, src->name);
    if (src->scope != NULL && src->scope[0] != '\0')
        crate_of_scope(&it->crate, src->scope);
    else if (parent.n > 0)
        guess_crate(&it->crate, &parent);
    for (size_t i = 0; i + 10 <= last.n; i++)
        if (memcmp(last.p + i, "{{closure}", 10) == 0)
            it->classes |= RG_CLASS_CLOSURE;
        else if (begins_with(last.p + i, last.n - i, "{{vtable") || begins_with(last.p + i, last.n - i, "{{reify"))
            it->classes |= RG_CLASS_GLUE;
    rg_buf_free(&parent);
    rg_buf_free(&last);
}

void rg_item_mark_async(struct rg_item *it, const char *name)
{
    if (name != NULL && (begins_with(name, strlen(name), "{async_") || begins_with(name, strlen(name), "{coroutine")))
        it->classes |= RG_CLASS_ASYNC;
}
