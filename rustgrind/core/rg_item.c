/* rg_item.c - items and instances from symbols.

   SPDX-License-Identifier: GPL-2.0-or-later

   Why not group by text: a blanket impl has a spelling for each type it is used with, and nearly every second one is cut wrongly
   at
   <, >, ( or as.  A v0 symbol has the definition's path in it, with the number of the impl; DWARF's scopes spell the same path.
   Compared over all functions executed by the sample programs, 98 of 100 agree; the rest are shims, and Box, whose own impl DWARF
   numbers.

   Three kinds of functions are filed elsewhere than where they are: the call_once of a closure or function under that function,
   shims under what they stand before, and drop_glue (its name since rustc 1.97) under drop_in_place.  */
#include "rg_item_priv.h"


static const char tag[] = "item";

void rg_item_init(struct rg_item *it)
{
    memset(it, 0, sizeof *it);
    struct rg_buf *bufs[] = { &it->key, &it->label, &it->instance, &it->args, &it->crate };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        rg_buf_init(bufs[i], tag);
    for (size_t i = 0; i < RG_ITEM_SPARES; i++)
        rg_buf_init(&it->spare[i], tag);
    it->scratch = rg_alloc(tag, MAX_NESTED * RG_MAX_PARTS * sizeof *it->scratch);
}

void rg_item_free(struct rg_item *it)
{
    struct rg_buf *bufs[] = { &it->key, &it->label, &it->instance, &it->args, &it->crate };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        rg_buf_free(bufs[i]);
    for (size_t i = 0; i < RG_ITEM_SPARES; i++)
        rg_buf_free(&it->spare[i]);
    rg_free(it->scratch);
}

/* ---- v0 ---- */

/* Where a path is put: KEY may be NULL.  */
struct path {
    struct rg_item *it;
    const struct rg_symbol *s;
    struct rg_buf *key, *label;
    unsigned depth;
    bool is_item; /* the path of the function itself: it has a crate and classes, and its arguments are kept */
};

static bool put_path(const struct path *p, size_t at, bool *has_args);

static void put_both(const struct path *p, const char *text)
{
    if (p->key != NULL)
        rg_buf_str(p->key, text);
    rg_buf_str(p->label, text);
}

static void put_name(const struct path *p, const struct rg_part *part)
{
    if (part->name.ascii_len == 0 && part->name.puny_len == 0)
        return;
    if (part->kind != RG_PART_CRATE)
        put_both(p, "::");
    if (p->key != NULL)
        rg_ident_print(&part->name, p->key);
    rg_ident_print(&part->name, p->label);
}

static void put_number(const struct path *p, const char *before, uint64_t n)
{
    put_both(p, before);
    if (p->key != NULL)
        rg_buf_dec(p->key, n);
    rg_buf_dec(p->label, n);
    put_both(p, "}");
}

/* The type at AT without what it is composed of.  False when that leaves nothing out.  */
static bool put_head(const struct path *p, size_t at)
{
    static const struct {
        char head;
        const char *text;
    } heads[] = {
        { 'R', "&_" },     { 'Q', "&mut _" }, { 'P', "*const _" }, { 'O', "*mut _" }, { 'A', "[_; _]" },
        { 'S', "[_]" },    { 'T', "tuple" },  { 'F', "fn" },       { 'D', "dyn _" },
    };
    char c = rg_symbol_type_head(p->s, &at);
    bool has_args = false;

    if (c == 'N') {
        struct path sub = { .it = p->it, .s = p->s, .label = p->label, .depth = p->depth + 1 };
        if (!put_path(&sub, at, &has_args))
            rg_buf_char(p->label, '_');
        else if (has_args)
            rg_buf_str(p->label, "<_>");
        return has_args;
    }
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (heads[i].head == c) {
            rg_buf_str(p->label, heads[i].text);
            return true;
        }
    const char *basic = c != 0 ? rg_symbol_basic_type(c) : NULL;
    rg_buf_str(p->label, basic != NULL ? c == 'u' ? "unit" : basic : "_");
    return false;
}

static void separate_args(struct rg_item *it)
{
    if (it->args.n > 0)
        rg_buf_str(&it->args, ", ");
}

static void keep_type(const struct path *p, size_t at)
{
    if (!p->is_item)
        return;
    separate_args(p->it);
    rg_buf_char(&p->it->args, '<');
    rg_symbol_print_type(p->s, at, &p->it->args);
    rg_buf_char(&p->it->args, '>');
}

/* A method of a type's own impl is filed under the type, if the type has a path.  */
static void put_impl(const struct path *p, const struct rg_part *part)
{
    size_t at = part->self;
    bool has_args = false;

    if (rg_symbol_type_head(p->s, &at) == 'N' && p->depth + 1 < MAX_NESTED) {
        struct path sub = { .it = p->it, .s = p->s, .key = p->key, .label = p->label, .depth = p->depth + 1 };
        if (p->key != NULL)
            rg_buf_clear(p->key);
        rg_buf_clear(p->label);
        if (!put_path(&sub, at, &has_args))
            put_both(p, "_");
    } else {
        if (p->key != NULL) {
            rg_buf_str(p->key, "::{impl#");
            rg_buf_dec(p->key, part->dis);
            rg_buf_char(p->key, '}');
        }
        rg_buf_clear(p->label);
        rg_buf_char(p->label, '<');
        has_args = put_head(p, part->self);
        rg_buf_char(p->label, '>');
    }
    if (has_args)
        keep_type(p, part->self);
}

/* As put_path, for the path of a trait.  */
static bool put_trait(const struct path *p, size_t at)
{
    struct path sub = { .it = p->it, .s = p->s, .label = p->label, .depth = p->depth + 1 };
    bool has_args = false;

    if (!put_path(&sub, at, &has_args))
        rg_buf_char(p->label, '_');
    if (has_args)
        rg_buf_str(p->label, "<_>");
    return has_args;
}

static void put_trait_impl(const struct path *p, const struct rg_part *part)
{
    if (p->key != NULL) {
        rg_buf_str(p->key, "::{impl#");
        rg_buf_dec(p->key, part->dis);
        rg_buf_char(p->key, '}');
    }
    rg_buf_clear(p->label);
    rg_buf_char(p->label, '<');
    if (put_head(p, part->self))
        keep_type(p, part->self);
    rg_buf_str(p->label, " as ");
    if (put_trait(p, part->trait) && p->is_item) {
        separate_args(p->it);
        rg_buf_char(&p->it->args, '<');
        rg_symbol_print_path(p->s, part->trait, &p->it->args);
        rg_buf_char(&p->it->args, '>');
    }
    rg_buf_char(p->label, '>');
}

/* KEY and LABEL hold the trait's path.  */
static void put_provided(const struct path *p, const struct rg_part *part)
{
    struct rg_buf *trait = rg_item_spare(p->it, SPARE_TRAIT);

    rg_buf_bytes(trait, p->label->p, p->label->n);
    rg_buf_clear(p->label);
    rg_buf_str(p->label, "<_ as ");
    rg_buf_bytes(p->label, trait->p, trait->n);
    rg_buf_char(p->label, '>');
    keep_type(p, part->self);
}

static void put_special(const struct path *p, const struct rg_part *part)
{
    char other[] = "::{?#";

    switch (part->ns) {
    case 'C':
        put_number(p, "::{closure#", part->dis);
        if (p->is_item)
            p->it->classes |= RG_CLASS_CLOSURE;
        return;
    case 'S': /* filed under what it stands before */
        if (p->is_item)
            p->it->classes |= RG_CLASS_GLUE;
        return;
    case 'K':
        put_number(p, "::{constant#", part->dis);
        return;
    default:
        other[3] = part->ns;
        put_number(p, other, part->dis);
    }
}

/* <F as FnOnce>::call_once and so on: the position of F, if it is a function or closure, else 0.  */
static size_t called_function(const struct rg_symbol *s, const struct rg_part *parts, unsigned n)
{
    static const char *const names[] = { "core", "ops", "function" };
    size_t at;

    if (n > 0 && parts[n - 1].kind == RG_PART_SPECIAL && parts[n - 1].ns == 'S')
        n--;
    if (n < 6 || parts[n - 2].kind != RG_PART_TRAIT)
        return 0;
    for (unsigned i = 0; i < 3; i++)
        if (parts[i].name.ascii_len != strlen(names[i]) || memcmp(parts[i].name.ascii, names[i], parts[i].name.ascii_len) != 0)
            return 0;
    at = parts[n - 2].self;
    return rg_symbol_type_head(s, &at) == 'N' ? at : 0;
}

static void put_parts(const struct path *p, const struct rg_part *parts, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const struct rg_part *part = &parts[i];
        switch (part->kind) {
        case RG_PART_CRATE:
            if (p->is_item) {
                rg_buf_clear(&p->it->crate);
                rg_ident_print(&part->name, &p->it->crate);
                p->it->crate_dis = part->dis;
            }
            put_name(p, part);
            break;
        case RG_PART_NAME: put_name(p, part); break;
        case RG_PART_SPECIAL: put_special(p, part); break;
        case RG_PART_IMPL: put_impl(p, part); break;
        case RG_PART_TRAIT_IMPL: put_trait_impl(p, part); break;
        case RG_PART_TRAIT: put_provided(p, part); break;
        }
        if (part->args != 0 && p->is_item) {
            separate_args(p->it);
            rg_symbol_print_args(p->s, part->args, &p->it->args);
        }
    }
}

/* False: the path cannot be taken apart; nothing is put then.  *HAS_ARGS tells whether its last part has generic arguments.  */
static bool put_path(const struct path *p, size_t at, bool *has_args)
{
    if (p->depth >= MAX_NESTED)
        return false;
    struct rg_part *parts = p->it->scratch + p->depth * RG_MAX_PARTS;
    unsigned n = rg_symbol_path_parts(p->s, at, parts);
    if (n == 0)
        return false;
    size_t called = p->is_item ? called_function(p->s, parts, n) : 0;
    if (called != 0) {
        n = rg_symbol_path_parts(p->s, called, parts);
        p->it->classes |= RG_CLASS_GLUE;
        if (n == 0)
            return false;
    }
    *has_args = parts[n - 1].args != 0;
    if (p->label->n > 0 && p->key == NULL) { /* inside of another label: put_impl and its like would clear it */
        struct path sub = *p;
        sub.label = rg_item_spare(p->it, SPARE_LABELS + p->depth);
        put_parts(&sub, parts, n);
        rg_buf_bytes(p->label, sub.label->p, sub.label->n);
    } else {
        put_parts(p, parts, n);
    }
    return true;
}

static void read_v0(struct rg_item *it, const struct rg_symbol *s)
{
    struct path p = { .it = it, .s = s, .key = &it->key, .label = &it->label, .is_item = true };
    bool has_args;

    it->identity = s->body;
    it->identity_len = s->path_len;
    rg_symbol_print_base(s, RG_SYMBOL_ALTERNATE, &it->instance);
    if (put_path(&p, 0, &has_args))
        return;
    rg_buf_bytes(&it->key, it->instance.p, it->instance.n);
    rg_buf_bytes(&it->label, it->instance.p, it->instance.n);
}

/* ---- all ---- */

static void clear(struct rg_item *it)
{
    struct rg_buf *bufs[] = { &it->key, &it->label, &it->instance, &it->args, &it->crate };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        rg_buf_clear(bufs[i]);
    it->crate_dis = 0;
    it->classes = 0;
    it->is_rust = it->blind = false;
    it->hash = NULL;
}

static void read_other(struct rg_item *it, const struct rg_item_source *src)
{
    const char *name = src->name != NULL ? src->name : src->symbol != NULL ? src->symbol : "???";

    it->identity = src->symbol != NULL ? src->symbol : name;
    it->identity_len = strlen(it->identity);
    rg_buf_str(&it->key, name);
    rg_buf_str(&it->label, name);
    rg_buf_str(&it->instance, name);
}

static void rename_drop_glue(struct rg_buf *b)
{
    static const char new_name[] = "core::ptr::drop_glue", old_name[] = "core::ptr::drop_in_place";

    if (b->n != sizeof new_name - 1 || memcmp(b->p, new_name, b->n) != 0)
        return;
    rg_buf_clear(b);
    rg_buf_str(b, old_name);
}

void rg_item_read(struct rg_item *it, const struct rg_item_source *src)
{
    struct rg_symbol s;

    clear(it);
    if (src->symbol != NULL && rg_symbol_read(&s, src->symbol, strlen(src->symbol)) &&
        (s.kind == RG_SYMBOL_V0 || s.hash != NULL)) {
        it->is_rust = true;
        if (s.kind == RG_SYMBOL_V0)
            read_v0(it, &s);
        else
            rg_item_read_legacy(it, &s, src);
        rename_drop_glue(&it->key);
        rename_drop_glue(&it->label);
        rg_item_mark_async(it, src->name);
    } else {
        read_other(it, src);
    }
    rg_item_classify(it);
}

void rg_item_spell(const struct rg_item *it, enum rg_item_spelling how, bool with_hash, struct rg_buf *out)
{
    enum { HASH_SHOWN = 8 };
    const struct rg_buf *base = how == RG_SPELL_INSTANCE ? &it->instance : &it->label;

    if (with_hash && it->is_rust && it->hash == NULL && how == RG_SPELL_INSTANCE) {
        struct rg_symbol s = { .kind = RG_SYMBOL_V0, .body = it->identity, .body_len = it->identity_len };
        rg_symbol_print_base(&s, RG_SYMBOL_PLAIN, out);
        return;
    }
    rg_buf_bytes(out, base->p, base->n);
    bool mark = with_hash && it->is_rust && (it->hash != NULL || how == RG_SPELL_MONO);
    if (how == RG_SPELL_MONO && (it->args.n > 0 || mark)) {
        rg_buf_str(out, "::(");
        rg_buf_bytes(out, it->args.p, it->args.n);
    }
    if (mark) {
        rg_buf_char(out, '[');
        if (it->hash != NULL) {
            rg_buf_bytes(out, it->hash, HASH_SHOWN);
        } else {
            char hex[RG_FMT_HEX_MAX];
            rg_buf_bytes(out, hex + 2, rg_fmt_hex(hex, it->crate_dis) - 2);
        }
        rg_buf_char(out, ']');
    }
    if (how == RG_SPELL_MONO && (it->args.n > 0 || mark))
        rg_buf_char(out, ')');
}
