/* rg_demangle_const.c - constants and patterns in v0 symbols.

   SPDX-License-Identifier: GPL-2.0-or-later

   Integers are hexadecimal digits, and so are the bytes of strings.  What is more than 64 bits is written as it stands.  A
   compound constant that is a generic argument is an expression in braces; inside of another one it needs none.  */
#include "rg_demangle_walk.h"

/* False when the digits are more than 64 bits.  */
static bool hex_value(const char *digits, size_t n, uint64_t *v)
{
    *v = 0;
    while (n > 0 && digits[0] == '0') {
        digits++;
        n--;
    }
    if (n > 16)
        return false;
    for (size_t i = 0; i < n; i++)
        *v = *v << 4 | rg_dm_hex_digit(digits[i]);
    return true;
}

static void walk_const_integer(struct rg_walk *w, char type)
{
    const char *digits;
    size_t n;
    uint64_t v;

    if (!take_hex(w, &digits, &n))
        return;
    if (hex_value(digits, n, &v)) {
        put_dec(w, v);
    } else {
        PUT(w, "0x");
        put(w, digits, n);
    }
    if (w->plain)
        rg_dm_put_basic_type(w, type);
}

static void put_quoted(struct rg_walk *w, char quote, uint32_t c)
{
    if (w->out == NULL)
        return;
    if ((c == '"' || c == '\'') && c != (uint32_t)quote)
        rg_dm_put_char(w->out, c);
    else
        rg_dm_put_escaped(w->out, c);
    check_full(w);
}

static void walk_const_string(struct rg_walk *w)
{
    const char *digits;
    size_t n, used;
    uint32_t c;

    if (!take_hex(w, &digits, &n))
        return;
    for (size_t i = 0; i < n; i += used) {
        used = rg_dm_hex_char(digits + i, n - i, &c);
        if (used == 0) {
            fail(w, RG_WALK_INVALID);
            return;
        }
    }
    PUT(w, "\"");
    for (size_t i = 0; i < n && w->out != NULL; i += used) {
        used = rg_dm_hex_char(digits + i, n - i, &c);
        put_quoted(w, '"', c);
    }
    PUT(w, "\"");
}

/* A constant of one word: bool, char.  */
static void walk_const_word(struct rg_walk *w, char type)
{
    const char *digits;
    size_t n;
    uint64_t v;

    if (!take_hex(w, &digits, &n))
        return;
    bool fits = hex_value(digits, n, &v);
    if (type == 'b' && fits && v <= 1) {
        put(w, v ? "true" : "false", v ? 4 : 5);
    } else if (type == 'c' && fits && rg_dm_is_char(v)) {
        PUT(w, "'");
        put_quoted(w, '\'', (uint32_t)v);
        PUT(w, "'");
    } else {
        fail(w, RG_WALK_INVALID);
    }
}

static void walk_const_in_value(struct rg_walk *w)
{
    rg_dm_walk_const(w, true);
}

static void walk_field(struct rg_walk *w)
{
    struct rg_ident name;
    uint64_t dis;

    if (!take_optional(w, 's', &dis) || !take_ident(w, &name))
        return;
    put_ident(w, &name);
    PUT(w, ": ");
    rg_dm_walk_const(w, true);
}

/* A path with nothing, (...) or { ... } after it.  False: an error, and no more of this constant is printed.  */
static bool walk_const_adt(struct rg_walk *w)
{
    char shape;

    rg_dm_walk_path(w, true);
    if (!take_byte(w, &shape))
        return false;
    switch (shape) {
    case 'U':
        return true;
    case 'T':
        PUT(w, "(");
        walk_list(w, walk_const_in_value, ", ", 2);
        PUT(w, ")");
        return true;
    case 'S':
        PUT(w, " { ");
        walk_list(w, walk_field, ", ", 2);
        PUT(w, " }");
        return true;
    default:
        return fail(w, RG_WALK_INVALID);
    }
}

/* The constants that need braces where they are generic arguments.  False as above.  */
static bool walk_const_compound(struct rg_walk *w, char tag)
{
    switch (tag) {
    case 'e':
        PUT(w, "*");
        walk_const_string(w);
        return true;
    case 'R':
    case 'Q':
        PUT(w, "&");
        if (tag == 'Q')
            PUT(w, "mut ");
        rg_dm_walk_const(w, true);
        return true;
    case 'A':
        PUT(w, "[");
        walk_list(w, walk_const_in_value, ", ", 2);
        PUT(w, "]");
        return true;
    case 'T':
        PUT(w, "(");
        if (walk_list(w, walk_const_in_value, ", ", 2) == 1)
            PUT(w, ",");
        PUT(w, ")");
        return true;
    default:
        return walk_const_adt(w);
    }
}

/* Which constants are written how, by their letter.  */
enum const_kind { NO_CONST, UNSIGNED, SIGNED, WORD, PLACEHOLDER, COMPOUND, BACK };

static const unsigned char const_kinds[128] = {
    ['h'] = UNSIGNED, ['t'] = UNSIGNED, ['m'] = UNSIGNED, ['y'] = UNSIGNED, ['o'] = UNSIGNED, ['j'] = UNSIGNED,
    ['a'] = SIGNED,   ['s'] = SIGNED,   ['l'] = SIGNED,   ['x'] = SIGNED,   ['n'] = SIGNED,   ['i'] = SIGNED,
    ['b'] = WORD,     ['c'] = WORD,     ['p'] = PLACEHOLDER,                ['B'] = BACK,
    ['e'] = COMPOUND, ['R'] = COMPOUND, ['Q'] = COMPOUND, ['A'] = COMPOUND, ['T'] = COMPOUND, ['V'] = COMPOUND,
};

void rg_dm_walk_const(struct rg_walk *w, bool in_value)
{
    struct saved back;
    char tag;

    if (!take_byte(w, &tag) || !enter(w))
        return;
    switch (const_kinds[tag & 0x7f]) {
    case PLACEHOLDER:
        PUT(w, "_");
        break;
    case SIGNED:
        if (eat(w, 'n'))
            PUT(w, "-");
        walk_const_integer(w, tag);
        break;
    case UNSIGNED:
        walk_const_integer(w, tag);
        break;
    case WORD:
        walk_const_word(w, tag);
        break;
    case COMPOUND:
        if (tag == 'R' && eat(w, 'e')) { /* a str behind a reference is written as a literal */
            walk_const_string(w);
            break;
        }
        if (!in_value)
            PUT(w, "{");
        if (!walk_const_compound(w, tag))
            return;
        if (!in_value)
            PUT(w, "}");
        break;
    case BACK:
        if (follow(w, &back, false)) {
            rg_dm_walk_const(w, in_value);
            come_back(w, &back);
        }
        break;
    default:
        fail(w, RG_WALK_INVALID);
        return;
    }
    leave(w);
}

void rg_dm_walk_pattern(struct rg_walk *w)
{
    char tag;

    if (!take_byte(w, &tag))
        return;
    switch (tag) {
    case 'R':
        rg_dm_walk_const(w, false);
        PUT(w, "..=");
        rg_dm_walk_const(w, false);
        return;
    case 'O':
        if (!enter(w))
            return;
        rg_dm_walk_pattern(w);
        while (!eat(w, 'E')) {
            if (w->err != RG_WALK_OK) {
                fail(w, RG_WALK_INVALID);
                return;
            }
            PUT(w, " | ");
            rg_dm_walk_pattern(w);
        }
        leave(w);
        return;
    case 'N':
        PUT(w, "!null");
        return;
    default:
        fail(w, RG_WALK_INVALID);
    }
}
