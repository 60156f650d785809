/* rg_demangle_legacy.c - the legacy mangling: names with their lengths, the last a hash.

   SPDX-License-Identifier: GPL-2.0-or-later

   The names were printed by the compiler as paths and types and then spelled with what assemblers accept: .. for ::, and $XX$ for
   other characters.  Generic arguments are not in it; the hash is what tells instances apart.  */
#include "rg_demangle_priv.h"

enum { HASH_DIGITS = 16 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c, bool upper_too)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (upper_too && c >= 'A' && c <= 'F');
}

/* Reads the length and the name at *AT, which moves behind it.  False: no such thing before END.  */
static bool next_element(const char *body, size_t end, size_t *at, const char **name, size_t *len)
{
    size_t i = *at, n = 0;

    if (i >= end || !is_digit(body[i]))
        return false;
    for (; i < end && is_digit(body[i]); i++)
        if (__builtin_mul_overflow(n, (size_t)10, &n) || __builtin_add_overflow(n, (size_t)(body[i] - '0'), &n))
            return false;
    if (n >= end - i) /* something must follow: another name, or E */
        return false;
    *name = body + i;
    *len = n;
    *at = i + n;
    return true;
}

/* The hash of any length that the alternate form leaves out.  */
static bool is_hash(const char *s, size_t n)
{
    if (n == 0 || s[0] != 'h')
        return false;
    for (size_t i = 1; i < n; i++)
        if (!is_hex(s[i], true))
            return false;
    return true;
}

size_t rg_dm_legacy_read(struct rg_symbol *s)
{
    const char *name = NULL;
    size_t at = 0, len = 0;

    while (at < s->body_len && s->body[at] != 'E') {
        if (!next_element(s->body, s->body_len, &at, &name, &len))
            return 0;
        s->n_elements++;
    }
    if (at >= s->body_len)
        return 0;
    if (len == 1 + HASH_DIGITS && is_hash(name, len))
        s->hash = name + 1;
    return at + 1;
}

static const struct {
    char name[3], text;
} escapes[] = {
    { "SP", '@' }, { "BP", '*' }, { "RF", '&' }, { "LT", '<' }, { "GT", '>' }, { "LP", '(' }, { "RP", ')' }, { "C", ',' },
};

/* $u7e$: a character by its number, lower case digits; no control characters.  */
static bool put_numbered(struct rg_dm_out *o, const char *digits, size_t n)
{
    uint32_t c = 0;

    for (size_t i = 0; i < n; i++) {
        if (!is_hex(digits[i], false) || c >= 0x110000)
            return false;
        c = c << 4 | rg_dm_hex_digit(digits[i]);
    }
    if (n == 0 || !rg_dm_is_char(c) || c < 0x20 || (c >= 0x7f && c < 0xa0))
        return false;
    rg_dm_put_char(o, c);
    return true;
}

static bool put_escape(struct rg_dm_out *o, const char *s, size_t n)
{
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        if (n == (escapes[i].name[1] ? 2u : 1u) && memcmp(s, escapes[i].name, n) == 0) {
            rg_dm_put(o, &escapes[i].text, 1);
            return true;
        }
    return n > 0 && s[0] == 'u' && put_numbered(o, s + 1, n - 1);
}

/* The rest of a name after an escape that is none is written as it stands.  */
static void put_name(struct rg_dm_out *o, const char *s, size_t n)
{
    size_t i = n >= 2 && s[0] == '_' && s[1] == '$';

    while (i < n && !o->full) {
        size_t from = i;
        while (i < n && s[i] != '.' && s[i] != '$')
            i++;
        if (i > from) {
            rg_dm_put(o, s + from, i - from);
        } else if (s[i] == '.') {
            bool two = i + 1 < n && s[i + 1] == '.';
            rg_dm_put(o, two ? "::" : ".", two ? 2 : 1);
            i += two ? 2 : 1;
        } else {
            size_t end = i + 1;
            while (end < n && s[end] != '$')
                end++;
            if (end == n || !put_escape(o, s + i + 1, end - i - 1)) {
                rg_dm_put(o, s + i, n - i);
                return;
            }
            i = end + 1;
        }
    }
}

void rg_dm_legacy_print(const struct rg_symbol *s, enum rg_symbol_form form, struct rg_dm_out *o)
{
    const char *name;
    size_t at = 0, len;

    for (size_t i = 0; i < s->n_elements && next_element(s->body, s->body_len, &at, &name, &len) && !o->full; i++) {
        if (form == RG_SYMBOL_ALTERNATE && i + 1 == s->n_elements && is_hash(name, len))
            break;
        if (i > 0)
            rg_dm_put(o, "::", 2);
        put_name(o, name, len);
    }
}

void rg_symbol_print_element(const struct rg_symbol *s, size_t number, struct rg_buf *out)
{
    struct rg_dm_out o = { .buf = out, .left = RG_DEMANGLE_MAX_OUTPUT };
    const char *name;
    size_t at = 0, len;

    RG_ASSERT(s->kind == RG_SYMBOL_LEGACY && number < s->n_elements);
    while (next_element(s->body, s->body_len, &at, &name, &len))
        if (number-- == 0) {
            put_name(&o, name, len);
            return;
        }
}
