/* rg_demangle_walk.h - the walk through a v0 symbol: its state, and reading and printing single things.

   SPDX-License-Identifier: GPL-2.0-or-later

   rg_demangle_v0.c tells how it works.  The functions are inline, for they are most of the time of demangling.  */
#ifndef RG_DEMANGLE_WALK_H
#define RG_DEMANGLE_WALK_H

#include "rg_demangle_priv.h"

enum rg_walk_error { RG_WALK_OK, RG_WALK_INVALID, RG_WALK_TOO_DEEP, RG_WALK_FULL };

struct rg_walk {
    const char *sym;
    size_t n;
    size_t at;
    enum rg_walk_error err;
    unsigned depth;
    bool plain;
    uint32_t lifetimes; /* bound by the binders around */
    unsigned steps;
    struct rg_dm_out *out; /* NULL: only reading */
};

/* Read and print a path (IN_VALUE: its generic arguments follow ::), a type, a constant (IN_VALUE: no braces needed), a pattern;
   one argument of a <...>.  */
void rg_dm_walk_path(struct rg_walk *w, bool in_value);
void rg_dm_walk_type(struct rg_walk *w);
void rg_dm_walk_const(struct rg_walk *w, bool in_value);
void rg_dm_walk_pattern(struct rg_walk *w);
void rg_dm_walk_generic_arg(struct rg_walk *w);

/* Output.  */

static inline void put(struct rg_walk *w, const char *s, size_t n)
{
    if (w->out == NULL)
        return;
    rg_dm_put(w->out, s, n);
    if (__builtin_expect(w->out->full, 0)) {
        w->out = NULL;
        w->err = RG_WALK_FULL;
    }
}

#define PUT(w, literal) put(w, literal, sizeof(literal) - 1)

/* After output by other functions than put.  */
static inline void check_full(struct rg_walk *w)
{
    if (w->out != NULL && w->out->full) {
        w->out = NULL;
        w->err = RG_WALK_FULL;
    }
}

static inline void put_dec(struct rg_walk *w, uint64_t v)
{
    if (w->out != NULL)
        rg_dm_put_dec(w->out, v);
    check_full(w);
}

static inline void put_ident(struct rg_walk *w, const struct rg_ident *id)
{
    if (__builtin_expect(id->puny_len == 0, 1)) {
        put(w, id->ascii, id->ascii_len);
        return;
    }
    if (w->out != NULL)
        rg_dm_put_ident(w->out, id);
    check_full(w);
}

/* Reading.  The functions named take_* return false when there is an error, now or from before, which is printed.  */

static inline bool fail(struct rg_walk *w, enum rg_walk_error err)
{
    if (w->err == RG_WALK_FULL)
        return false;
    if (err == RG_WALK_INVALID)
        PUT(w, "{invalid syntax}");
    else
        PUT(w, "{recursion limit reached}");
    if (w->err != RG_WALK_FULL)
        w->err = err;
    return false;
}

static inline bool go_on(struct rg_walk *w)
{
    if (__builtin_expect(w->err == RG_WALK_OK, 1))
        return true;
    PUT(w, "?");
    return false;
}

static inline bool eat(struct rg_walk *w, char c)
{
    if (w->err != RG_WALK_OK || w->at >= w->n || w->sym[w->at] != c)
        return false;
    w->at++;
    return true;
}

static inline bool take_byte(struct rg_walk *w, char *c)
{
    if (!go_on(w))
        return false;
    if (w->at >= w->n)
        return fail(w, RG_WALK_INVALID);
    *c = w->sym[w->at++];
    return true;
}

static inline bool enter(struct rg_walk *w)
{
    if (!go_on(w))
        return false;
    if (++w->depth > RG_DEMANGLE_MAX_DEPTH)
        return fail(w, RG_WALK_TOO_DEEP);
    if (w->out != NULL && ++w->steps > RG_DEMANGLE_MAX_STEPS) {
        w->out->full = true;
        check_full(w);
        return false;
    }
    return true;
}

static inline void leave(struct rg_walk *w)
{
    if (w->err == RG_WALK_OK)
        w->depth--;
}

/* A base-62 number and an underscore; the underscore alone is 0, digits are one more than they say.  */
static inline bool number_62(struct rg_walk *w, uint64_t *v)
{
    uint64_t x = 0;

    for (size_t i = w->at; i < w->n; i++) {
        char c = w->sym[i];
        uint64_t d;
        if (c >= '0' && c <= '9')
            d = (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'z')
            d = (uint64_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'Z')
            d = (uint64_t)(c - 'A') + 36;
        else if (c == '_') {
            *v = x + (i > w->at);
            w->at = i + 1;
            return *v >= x;
        } else
            return false;
        if (__builtin_mul_overflow(x, (uint64_t)62, &x) || __builtin_add_overflow(x, d, &x))
            return false;
    }
    return false;
}

static inline bool take_number(struct rg_walk *w, uint64_t *v)
{
    return go_on(w) && (number_62(w, v) || fail(w, RG_WALK_INVALID));
}

/* TAG and a number, which counts one more than without TAG.  */
static inline bool take_optional(struct rg_walk *w, char tag, uint64_t *v)
{
    *v = 0;
    if (!go_on(w) || !eat(w, tag))
        return w->err == RG_WALK_OK;
    return (number_62(w, v) && ++*v != 0) || fail(w, RG_WALK_INVALID);
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool ident(struct rg_walk *w, struct rg_ident *id)
{
    bool puny = eat(w, 'u');
    size_t len = 0;

    if (w->at >= w->n || !is_digit(w->sym[w->at]))
        return false;
    if (w->sym[w->at] == '0')
        w->at++;
    else
        for (; w->at < w->n && is_digit(w->sym[w->at]); w->at++)
            if (__builtin_mul_overflow(len, (size_t)10, &len) ||
                __builtin_add_overflow(len, (size_t)(w->sym[w->at] - '0'), &len))
                return false;
    eat(w, '_');
    if (len > w->n - w->at)
        return false;
    *id = (struct rg_ident){ .ascii = w->sym + w->at, .ascii_len = len };
    w->at += len;
    if (!puny)
        return true;
    size_t cut = len; /* behind the last underscore */
    while (cut > 0 && id->ascii[cut - 1] != '_')
        cut--;
    id->puny = id->ascii + cut;
    id->puny_len = len - cut;
    id->ascii_len = cut > 0 ? cut - 1 : 0;
    return id->puny_len > 0;
}

static inline bool take_ident(struct rg_walk *w, struct rg_ident *id)
{
    return go_on(w) && (ident(w, id) || fail(w, RG_WALK_INVALID));
}

static inline bool take_hex(struct rg_walk *w, const char **digits, size_t *n)
{
    if (!go_on(w))
        return false;
    *digits = w->sym + w->at;
    for (size_t i = w->at; i < w->n; i++) {
        char c = w->sym[i];
        if (c == '_') {
            *n = i - w->at;
            w->at = i + 1;
            return true;
        }
        if (!is_digit(c) && (c < 'a' || c > 'f'))
            break;
    }
    return fail(w, RG_WALK_INVALID);
}

/* Appends the name of a basic type.  False: C is none's letter.  */
bool rg_dm_put_basic_type(struct rg_walk *w, char c);

/* What a back reference saves of the place it stands at.  */
struct saved {
    size_t at;
    unsigned depth;
};

/* After the B: goes to what it refers to.  False: error, or only reading, which does not follow unless it MUST.  */
static inline bool follow(struct rg_walk *w, struct saved *back, bool must)
{
    size_t b = w->at - 1;
    uint64_t to;

    if (!go_on(w))
        return false;
    if (!number_62(w, &to) || to >= b)
        return fail(w, RG_WALK_INVALID);
    if (w->depth + 1 > RG_DEMANGLE_MAX_DEPTH)
        return fail(w, RG_WALK_TOO_DEEP);
    if (w->out == NULL && !must)
        return false;
    *back = (struct saved){ .at = w->at, .depth = w->depth };
    w->at = (size_t)to;
    w->depth++;
    return true;
}

static inline void come_back(struct rg_walk *w, const struct saved *back)
{
    w->at = back->at;
    w->depth = back->depth;
    if (w->err != RG_WALK_FULL)
        w->err = RG_WALK_OK;
}

/* Lists end in E.  */
static inline size_t walk_list(struct rg_walk *w, void (*element)(struct rg_walk *), const char *separator, size_t n)
{
    size_t count = 0;

    for (; w->err == RG_WALK_OK && !eat(w, 'E'); count++) {
        if (count > 0)
            put(w, separator, n);
        element(w);
    }
    return count;
}

/* A walk that begins at position AT of S.  */
static inline struct rg_walk walk_at(const struct rg_symbol *s, size_t at, struct rg_dm_out *o)
{
    RG_ASSERT(s->kind == RG_SYMBOL_V0 && at <= s->body_len);
    return (struct rg_walk){ .sym = s->body, .n = s->body_len, .at = at, .out = o };
}

#endif
