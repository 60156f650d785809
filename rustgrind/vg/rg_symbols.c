/* rg_symbols.c - Rust symbols of guest code, and the names that functions get in a profile.

   SPDX-License-Identifier: GPL-2.0-or-later

   A function is known by its symbol while the program runs: callgrind knows it by its demangled name, and so takes the instances
   of
   a generic function for one when the symbols are legacy ones.  Names are made at the dump.  All other code, C and C++, keeps the
   name that Valgrind gives it.  */
#include "rg_symbols.h"

static struct rg_buf identity;
static struct rg_item item;

const HChar *rg_symbols_at(Addr a)
{
    const HChar *symbol;

    if (rg_opt.fn_names == RG_FN_NAMES_CALLGRIND || !VG_(get_fnname_raw)(VG_(current_DiEpoch)(), a, &symbol))
        return NULL;
    if (symbol[0] != '_' || (symbol[1] != 'R' && (symbol[1] != 'Z' || symbol[2] != 'N')))
        return NULL;
    struct rg_symbol s;
    if (!rg_symbol_read(&s, symbol, VG_(strlen)(symbol)) || (s.kind == RG_SYMBOL_LEGACY && !s.hash))
        return NULL;
    return symbol;
}

const HChar *rg_symbols_identity(const HChar *symbol, SizeT *n)
{
    if (!item.scratch) {
        rg_item_init(&item);
        rg_buf_init(&identity, "rg.identity");
    }
    if (rg_opt.fn_names == RG_FN_NAMES_ITEM) {
        rg_item_read(&item, &(struct rg_item_source){.symbol = symbol});
        rg_buf_clear(&identity);
        rg_buf_bytes(&identity, item.key.p, item.key.n);
        *n = identity.n;
        return rg_buf_cstr(&identity);
    }
    struct rg_symbol s;
    if (!rg_symbol_read(&s, symbol, VG_(strlen)(symbol)))
        return NULL;
    *n = s.kind == RG_SYMBOL_V0 ? s.path_len : s.body_len;
    return s.body;
}

Bool rg_symbols_is_piece(const HChar *symbol)
{
    static const HChar *const suffixes[] = {".cold", ".warm", ".part"};
    struct rg_symbol s;

    if (!rg_symbol_read(&s, symbol, VG_(strlen)(symbol)))
        return False;
    for (UInt i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (VG_(strstr)(s.suffix, suffixes[i]))
            return True;
    return False;
}

/* ---- names ---- */

static Bool has_rust(const HChar *object)
{
    for (struct rg_fn *fn = rg_code_next_fn(NULL); fn; fn = rg_code_next_fn(fn))
        if (fn->symbol && VG_(strcmp)(fn->obj->name, object) == 0)
            return True;
    return False;
}

static void note_symbol(struct rg_names *names, const HChar *object, const HChar *symbol, UInt size)
{
    struct rg_fn *fn;

    if (symbol[0] != '_' || (symbol[1] != 'R' && (symbol[1] != 'Z' || symbol[2] != 'N')))
        return;
    if (symbol[1] == 'Z')
        rg_names_note(names, &(struct rg_item_source){.symbol = symbol});
    fn = rg_code_fn_of_symbol(object, symbol);
    if (fn)
        fn->code_bytes += size;
}

static void note_object(struct rg_names *names, const DebugInfo *di)
{
    const HChar *object = VG_(DebugInfo_get_filename)(di);
    Int n = VG_(DebugInfo_syms_howmany)(di);

    if (!has_rust(object))
        return;
    for (Int i = 0; i < n; i++) {
        const HChar *symbol;
        UInt size;
        Bool is_text;
        VG_(DebugInfo_syms_getidx)(di, i, NULL, &size, &symbol, NULL, &is_text, NULL, NULL);
        if (is_text)
            note_symbol(names, object, symbol, size);
    }
}

struct rg_names *rg_symbols_names(void)
{
    static const enum rg_item_spelling how[] = {
        [RG_FN_NAMES_INSTANCE] = RG_SPELL_INSTANCE, [RG_FN_NAMES_ITEM] = RG_SPELL_ITEM, [RG_FN_NAMES_MONO] = RG_SPELL_MONO};
    struct rg_names *names;

    if (rg_opt.fn_names == RG_FN_NAMES_CALLGRIND)
        return NULL;
    names = rg_names_new(how[rg_opt.fn_names]);
    for (struct rg_fn *fn = rg_code_next_fn(NULL); fn; fn = rg_code_next_fn(fn)) {
        fn->code_bytes = 0;
        if (fn->symbol)
            rg_names_note(names, &(struct rg_item_source){.symbol = fn->symbol});
    }
    for (const DebugInfo *di = VG_(next_DebugInfo)(NULL); di; di = VG_(next_DebugInfo)(di))
        note_object(names, di);
    return names;
}

static Bool is_rust(const HChar *symbol)
{
    struct rg_symbol s;
    return symbol && rg_symbol_read(&s, symbol, VG_(strlen)(symbol)) && (s.kind == RG_SYMBOL_V0 || s.hash);
}

UInt rg_symbols_function(struct rg_names *names, struct rg_profile *p, UInt object, UInt file, const HChar *symbol, const HChar *name,
                         ULong code_bytes)
{
    struct rg_item_source src = {.symbol = symbol, .name = name[0] ? name : NULL};

    if (!names || !is_rust(symbol)) {
        if (symbol && symbol[0])
            VG_(demangle)(True, True, symbol, &src.name);
        src.symbol = NULL;
    }
    return names ? rg_names_function(names, p, object, file, &src, code_bytes)
                 : rg_profile_function(p, object, file, src.name ? src.name : "???");
}

UInt rg_symbols_note(struct rg_names *names, const struct rg_item_source *src)
{
    struct rg_item_source with = *src;

    with.name = src->name[0] ? src->name : NULL;
    with.scope = src->scope[0] ? src->scope : NULL;
    return names && src->symbol[0] ? rg_names_note(names, &with) : 0;
}

Bool rg_symbols_are_one(const HChar *a, const HChar *b)
{
    struct rg_symbol s, t;

    if (!rg_symbol_read(&s, a, VG_(strlen)(a)) || !rg_symbol_read(&t, b, VG_(strlen)(b)) || s.kind != t.kind)
        return False;
    if (s.kind == RG_SYMBOL_V0)
        return s.path_len == t.path_len && VG_(memcmp)(s.body, t.body, s.path_len) == 0;
    return s.body_len == t.body_len && VG_(memcmp)(s.body, t.body, s.body_len) == 0;
}
