/* rg_demangle_v0.c - the v0 mangling (RFC 2603): reading, and printing while reading.

   SPDX-License-Identifier: GPL-2.0-or-later

   The mangling is a prefix notation of paths, types and constants; a back reference (B) stands for one that began earlier.  One
   walk reads and prints.  Without output it only reads: back references are then not followed, so it takes linear time, and what
   they
   point to may turn out to be wrong when it is printed.

   After an error nothing more is read, but what encloses it is still completed: Vec<[(A, ?); ?]>.  Only the error of the
   back reference where it happened is known; behind it, reading goes on.  RG_WALK_FULL is the end of everything.

   Where rustc-demangle counts depth, and in which order it looks, is kept: it decides what is printed for broken symbols.  */
#include "rg_demangle_walk.h"

/* Lifetimes.  */

static void put_lifetime(struct rg_walk *w, uint64_t index)
{
    if (w->out == NULL)
        return;
    PUT(w, "'");
    if (index == 0) {
        PUT(w, "_");
        return;
    }
    if (index > w->lifetimes) {
        fail(w, RG_WALK_INVALID);
        return;
    }
    uint64_t depth = w->lifetimes - index;
    if (depth < 26) {
        char c = (char)('a' + depth);
        put(w, &c, 1);
    } else {
        PUT(w, "_");
        put_dec(w, depth);
    }
}

/* for<'a, 'b> of what follows.  *BEFORE is for end_binder.  */
static bool begin_binder(struct rg_walk *w, uint32_t *before)
{
    uint64_t n;

    *before = w->lifetimes;
    if (!take_optional(w, 'G', &n))
        return false;
    if (w->out == NULL || n == 0)
        return true;
    PUT(w, "for<");
    for (uint64_t i = 0; i < n && w->out != NULL; i++) {
        if (i > 0)
            PUT(w, ", ");
        w->lifetimes++;
        put_lifetime(w, 1);
    }
    PUT(w, "> ");
    return true;
}

static void end_binder(struct rg_walk *w, uint32_t before)
{
    w->lifetimes = before;
}

/* Paths.  */

void rg_dm_walk_generic_arg(struct rg_walk *w)
{
    uint64_t lifetime;

    if (eat(w, 'L')) {
        if (take_number(w, &lifetime))
            put_lifetime(w, lifetime);
    } else if (eat(w, 'K')) {
        rg_dm_walk_const(w, false);
    } else {
        rg_dm_walk_type(w);
    }
}

static void walk_crate(struct rg_walk *w)
{
    struct rg_ident name;
    uint64_t dis;

    if (!take_optional(w, 's', &dis) || !take_ident(w, &name))
        return;
    put_ident(w, &name);
    if (w->plain && dis != 0 && w->out != NULL) {
        char hex[RG_FMT_HEX_MAX];
        size_t n = rg_fmt_hex(hex, dis);
        PUT(w, "[");
        put(w, hex + 2, n - 2);
        PUT(w, "]");
    }
    leave(w);
}

static void put_special(struct rg_walk *w, char ns, uint64_t dis, const struct rg_ident *name)
{
    PUT(w, "::{");
    if (ns == 'C')
        PUT(w, "closure");
    else if (ns == 'S')
        PUT(w, "shim");
    else
        put(w, &ns, 1);
    if (name->ascii_len > 0 || name->puny_len > 0) {
        PUT(w, ":");
        put_ident(w, name);
    }
    PUT(w, "#");
    put_dec(w, dis);
    PUT(w, "}");
}

static void walk_nested(struct rg_walk *w, bool in_value)
{
    struct rg_ident name;
    uint64_t dis;
    char ns;

    if (!take_byte(w, &ns))
        return;
    if (!is_upper(ns) && (ns < 'a' || ns > 'z')) {
        fail(w, RG_WALK_INVALID);
        return;
    }
    rg_dm_walk_path(w, in_value);
    if (w->err != RG_WALK_OK)
        PUT(w, "::");
    if (!take_optional(w, 's', &dis) || !take_ident(w, &name))
        return;
    if (is_upper(ns)) {
        put_special(w, ns, dis, &name);
    } else if (name.ascii_len > 0 || name.puny_len > 0) {
        PUT(w, "::");
        put_ident(w, &name);
    }
    leave(w);
}

/* The path of the impl itself is not printed.  */
static bool skip_impl_path(struct rg_walk *w)
{
    struct rg_dm_out *out = w->out;
    uint64_t dis;

    if (!take_optional(w, 's', &dis))
        return false;
    w->out = NULL;
    rg_dm_walk_path(w, false);
    w->out = out;
    return true;
}

static void walk_impl(struct rg_walk *w, char tag)
{
    if (tag != 'Y' && !skip_impl_path(w))
        return;
    PUT(w, "<");
    rg_dm_walk_type(w);
    if (tag != 'M') {
        PUT(w, " as ");
        rg_dm_walk_path(w, false);
    }
    PUT(w, ">");
    leave(w);
}

void rg_dm_walk_path(struct rg_walk *w, bool in_value)
{
    struct saved back;
    char tag;

    if (!enter(w) || !take_byte(w, &tag))
        return;
    switch (tag) {
    case 'C':
        walk_crate(w);
        return;
    case 'N':
        walk_nested(w, in_value);
        return;
    case 'M':
    case 'X':
    case 'Y':
        walk_impl(w, tag);
        return;
    case 'I':
        rg_dm_walk_path(w, in_value);
        if (in_value)
            PUT(w, "::");
        PUT(w, "<");
        walk_list(w, rg_dm_walk_generic_arg, ", ", 2);
        PUT(w, ">");
        leave(w);
        return;
    case 'B':
        if (follow(w, &back, false)) {
            rg_dm_walk_path(w, in_value);
            come_back(w, &back);
        }
        leave(w);
        return;
    default:
        fail(w, RG_WALK_INVALID);
    }
}

/* Types.  */

static const struct {
    char name[6];
    unsigned char len;
} basic_types[26] = {
    ['a' - 'a'] = { "i8", 2 },    ['b' - 'a'] = { "bool", 4 }, ['c' - 'a'] = { "char", 4 }, ['d' - 'a'] = { "f64", 3 },
    ['e' - 'a'] = { "str", 3 },   ['f' - 'a'] = { "f32", 3 },  ['h' - 'a'] = { "u8", 2 },   ['i' - 'a'] = { "isize", 5 },
    ['j' - 'a'] = { "usize", 5 }, ['l' - 'a'] = { "i32", 3 },  ['m' - 'a'] = { "u32", 3 },  ['n' - 'a'] = { "i128", 4 },
    ['o' - 'a'] = { "u128", 4 },  ['p' - 'a'] = { "_", 1 },    ['s' - 'a'] = { "i16", 3 },  ['t' - 'a'] = { "u16", 3 },
    ['u' - 'a'] = { "()", 2 },    ['v' - 'a'] = { "...", 3 },  ['x' - 'a'] = { "i64", 3 },  ['y' - 'a'] = { "u64", 3 },
    ['z' - 'a'] = { "!", 1 },
};

const char *rg_symbol_basic_type(char letter)
{
    return letter >= 'a' && letter <= 'z' && basic_types[letter - 'a'].len > 0 ? basic_types[letter - 'a'].name : NULL;
}

bool rg_dm_put_basic_type(struct rg_walk *w, char letter)
{
    if (letter < 'a' || letter > 'z' || basic_types[letter - 'a'].len == 0)
        return false;
    put(w, basic_types[letter - 'a'].name, basic_types[letter - 'a'].len);
    return true;
}

static void walk_reference(struct rg_walk *w, char tag)
{
    uint64_t lifetime;

    PUT(w, "&");
    if (eat(w, 'L')) {
        if (!take_number(w, &lifetime))
            return;
        if (lifetime != 0) {
            put_lifetime(w, lifetime);
            PUT(w, " ");
        }
    }
    if (tag == 'Q')
        PUT(w, "mut ");
    rg_dm_walk_type(w);
    leave(w);
}

/* extern "C-unwind": the symbol has _ for -.  */
static bool walk_abi(struct rg_walk *w, struct rg_ident *abi)
{
    *abi = (struct rg_ident){ .ascii = "C", .ascii_len = 1 };
    if (eat(w, 'C'))
        return true;
    if (!take_ident(w, abi))
        return false;
    return (abi->ascii_len > 0 && abi->puny_len == 0) || fail(w, RG_WALK_INVALID);
}

static void put_abi(struct rg_walk *w, const struct rg_ident *abi)
{
    PUT(w, "extern \"");
    for (size_t i = 0;;) {
        size_t from = i;
        while (i < abi->ascii_len && abi->ascii[i] != '_')
            i++;
        put(w, abi->ascii + from, i - from);
        if (i == abi->ascii_len)
            break;
        PUT(w, "-");
        i++;
    }
    PUT(w, "\" ");
}

static void walk_fn_signature(struct rg_walk *w)
{
    bool is_unsafe = eat(w, 'U');
    struct rg_ident abi = { .ascii_len = 0 };

    if (eat(w, 'K') && !walk_abi(w, &abi))
        return;
    if (is_unsafe)
        PUT(w, "unsafe ");
    if (abi.ascii_len > 0)
        put_abi(w, &abi);
    PUT(w, "fn(");
    walk_list(w, rg_dm_walk_type, ", ", 2);
    PUT(w, ")");
    if (!eat(w, 'u')) {
        PUT(w, " -> ");
        rg_dm_walk_type(w);
    }
}

/* A path whose <...> is left open for associated types.  */
static bool walk_open_path(struct rg_walk *w)
{
    struct saved back;
    bool open = false;

    if (eat(w, 'B')) {
        if (follow(w, &back, false)) {
            open = walk_open_path(w);
            come_back(w, &back);
        }
        return open;
    }
    if (!eat(w, 'I')) {
        rg_dm_walk_path(w, false);
        return false;
    }
    rg_dm_walk_path(w, false);
    PUT(w, "<");
    walk_list(w, rg_dm_walk_generic_arg, ", ", 2);
    return true;
}

static void walk_dyn_trait(struct rg_walk *w)
{
    bool open = walk_open_path(w);
    struct rg_ident name;

    while (eat(w, 'p')) {
        if (open)
            PUT(w, ", ");
        else
            PUT(w, "<");
        open = true;
        if (!take_ident(w, &name))
            return;
        put_ident(w, &name);
        PUT(w, " = ");
        if (eat(w, 'K'))
            rg_dm_walk_const(w, false);
        else
            rg_dm_walk_type(w);
    }
    if (open)
        PUT(w, ">");
}

static void walk_dyn(struct rg_walk *w)
{
    uint64_t lifetime;
    uint32_t before;

    PUT(w, "dyn ");
    if (begin_binder(w, &before)) {
        walk_list(w, walk_dyn_trait, " + ", 3);
        end_binder(w, before);
    }
    if (!eat(w, 'L')) {
        fail(w, RG_WALK_INVALID);
        return;
    }
    if (!take_number(w, &lifetime))
        return;
    if (lifetime != 0) {
        PUT(w, " + ");
        put_lifetime(w, lifetime);
    }
    leave(w);
}

static void walk_array(struct rg_walk *w, bool sized)
{
    PUT(w, "[");
    rg_dm_walk_type(w);
    if (sized) {
        PUT(w, "; ");
        rg_dm_walk_const(w, true);
    }
    PUT(w, "]");
    leave(w);
}

static void walk_tuple(struct rg_walk *w)
{
    PUT(w, "(");
    if (walk_list(w, rg_dm_walk_type, ", ", 2) == 1)
        PUT(w, ",");
    PUT(w, ")");
    leave(w);
}

void rg_dm_walk_type(struct rg_walk *w)
{
    struct saved back;
    uint32_t before;
    char tag;

    if (!take_byte(w, &tag) || rg_dm_put_basic_type(w, tag) || !enter(w))
        return;
    switch (tag) {
    case 'R':
    case 'Q':
        walk_reference(w, tag);
        return;
    case 'P':
    case 'O':
        put(w, tag == 'P' ? "*const " : "*mut ", tag == 'P' ? 7 : 5);
        rg_dm_walk_type(w);
        break;
    case 'A':
    case 'S':
        walk_array(w, tag == 'A');
        return;
    case 'T':
        walk_tuple(w);
        return;
    case 'F':
        if (begin_binder(w, &before)) {
            walk_fn_signature(w);
            end_binder(w, before);
        }
        break;
    case 'D':
        walk_dyn(w);
        return;
    case 'B':
        if (follow(w, &back, false)) {
            rg_dm_walk_type(w);
            come_back(w, &back);
        }
        break;
    case 'W':
        rg_dm_walk_type(w);
        PUT(w, " is ");
        rg_dm_walk_pattern(w);
        break;
    default:
        w->at--;
        rg_dm_walk_path(w, false);
    }
    leave(w);
}

/* The way in.  */

size_t rg_dm_v0_read(struct rg_symbol *s)
{
    struct rg_walk w = { .sym = s->body, .n = s->body_len };

    rg_dm_walk_path(&w, false);
    s->path_len = w.at;
    if (w.err == RG_WALK_OK && w.at < w.n && is_upper(w.sym[w.at]))
        rg_dm_walk_path(&w, false);
    return w.err == RG_WALK_OK ? w.at : 0;
}

void rg_dm_v0_print(const struct rg_symbol *s, enum rg_symbol_form form, struct rg_dm_out *o)
{
    struct rg_walk w = walk_at(s, 0, o);

    w.plain = form == RG_SYMBOL_PLAIN;
    rg_dm_walk_path(&w, true);
}

void rg_symbol_print_type(const struct rg_symbol *s, size_t at, struct rg_buf *out)
{
    struct rg_dm_out o = { .buf = out, .left = RG_DEMANGLE_MAX_OUTPUT };
    struct rg_walk w = walk_at(s, at, &o);

    rg_dm_walk_type(&w);
}

void rg_symbol_print_path(const struct rg_symbol *s, size_t at, struct rg_buf *out)
{
    struct rg_dm_out o = { .buf = out, .left = RG_DEMANGLE_MAX_OUTPUT };
    struct rg_walk w = walk_at(s, at, &o);

    rg_dm_walk_path(&w, false);
}

void rg_symbol_print_args(const struct rg_symbol *s, size_t at, struct rg_buf *out)
{
    struct rg_dm_out o = { .buf = out, .left = RG_DEMANGLE_MAX_OUTPUT };
    struct rg_walk w = walk_at(s, at, &o);

    PUT(&w, "<");
    walk_list(&w, rg_dm_walk_generic_arg, ", ", 2);
    PUT(&w, ">");
}
