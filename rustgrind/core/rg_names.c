/* rg_names.c - the names of a profile's functions, and what is known of each.

   SPDX-License-Identifier: GPL-2.0-or-later

   Every spelling has an owner: the identity of the first function with it.  A second identity makes the spelling ambiguous, and
   both
   get their hashes.  Should that be ambiguous too, they are numbered: then the order matters, but nothing is merged.  */
#include "rg_names.h"

#include "rg_intern.h"
#include "rg_map.h"

static const char tag[] = "names";

enum { AMBIGUOUS = 0 };

struct facts {
    uint32_t key, label, crate;
    unsigned classes;
    uint64_t crate_dis, code_bytes;
    bool known, is_rust, is_generic;
};

struct rg_names {
    enum rg_item_spelling how;
    struct rg_item item;
    struct rg_buf name;
    struct rg_intern *strings;
    struct rg_map owners; /* string id of a spelling -> string id of an identity, + 1; or AMBIGUOUS */
    struct rg_map called; /* string id of an identity -> what DWARF has called it: its number + 1 */
    struct called {
        uint32_t name, scope, params; /* string ids */
    } *what;
    uint32_t n_what, what_room;
    struct rg_map given;  /* string id of a name given out -> string id of the identity, + 1 */
    struct facts *facts;
    uint32_t n_facts;
};

struct rg_names *rg_names_new(enum rg_item_spelling how)
{
    struct rg_names *names = rg_alloc(tag, sizeof *names);

    names->how = how;
    rg_item_init(&names->item);
    rg_buf_init(&names->name, tag);
    names->strings = rg_intern_new(tag);
    rg_map_init(&names->owners, tag);
    rg_map_init(&names->called, tag);
    rg_map_init(&names->given, tag);
    return names;
}

void rg_names_free(struct rg_names *names)
{
    rg_item_free(&names->item);
    rg_buf_free(&names->name);
    rg_intern_free(names->strings);
    rg_map_free(&names->owners);
    rg_map_free(&names->called);
    rg_map_free(&names->given);
    rg_free(names->what);
    rg_free(names->facts);
    rg_free(names);
}

static uint32_t string_of(struct rg_names *names, const char *s)
{
    return rg_intern_str(names->strings, s != NULL ? s : "");
}

static void remember(struct rg_names *names, uint32_t id, const struct rg_item_source *src)
{
    if (names->n_what == names->what_room) {
        names->what_room = names->what_room ? 2 * names->what_room : 256;
        names->what = rg_realloc(tag, names->what, names->what_room * sizeof *names->what);
    }
    names->what[names->n_what++] =
        (struct called){ string_of(names, src->name), string_of(names, src->scope), string_of(names, src->params) };
    rg_map_put(&names->called, id, names->n_what);
}

/* Reads SRC; what DWARF has called a function first, it is called always.  */
static void read(struct rg_names *names, const struct rg_item_source *src)
{
    struct rg_item_source with = *src;
    struct rg_symbol s;

    if (src->symbol != NULL && rg_symbol_read(&s, src->symbol, strlen(src->symbol)) && s.kind == RG_SYMBOL_LEGACY && s.hash != NULL) {
        uint32_t id = rg_intern_bytes(names->strings, s.body, s.body_len);
        uint64_t called = rg_map_get(&names->called, id, 0);
        if (called != 0) {
            const struct called *c = &names->what[called - 1];
            const char *scope = rg_intern_name(names->strings, c->scope);
            with.name = rg_intern_name(names->strings, c->name);
            with.scope = scope[0] != '\0' ? scope : NULL;
            with.params = rg_intern_name(names->strings, c->params);
        } else if (src->name != NULL) {
            remember(names, id, src);
        }
    }
    rg_item_read(&names->item, &with);
}

/* Instances of an item are one function when they are spelled by the item.  */
static uint32_t identity(struct rg_names *names)
{
    const struct rg_item *it = &names->item;

    if (names->how != RG_SPELL_ITEM)
        return rg_intern_bytes(names->strings, it->identity, it->identity_len);
    return rg_intern_bytes(names->strings, it->key.p, it->key.n);
}

/* Spells what is in ITEM and returns the string's id.  */
static uint32_t spell(struct rg_names *names, bool with_hash)
{
    rg_buf_clear(&names->name);
    rg_item_spell(&names->item, names->how, with_hash, &names->name);
    return rg_intern_bytes(names->strings, names->name.p, names->name.n);
}

/* Returns whether the spelling belongs to this identity alone, as far as is known.  */
static bool note(struct rg_names *names, uint32_t spelling, uint32_t id)
{
    bool added;
    uint64_t *owner = rg_map_add(&names->owners, spelling, &added);

    if (added)
        *owner = id + (uint64_t)1;
    else if (*owner != id + (uint64_t)1)
        *owner = AMBIGUOUS;
    return *owner != AMBIGUOUS;
}

void rg_names_note(struct rg_names *names, const struct rg_item_source *src)
{
    read(names, src);
    if (names->item.is_rust)
        note(names, spell(names, false), identity(names));
}

/* The id of a name that no other identity has.  */
static uint32_t unique(struct rg_names *names, uint32_t name, uint32_t id)
{
    for (uint64_t number = 2;; number++) {
        bool added;
        uint64_t *given = rg_map_add(&names->given, name, &added);
        if (added)
            *given = id + (uint64_t)1;
        if (*given == id + (uint64_t)1)
            return name;
        size_t n = names->name.n;
        rg_buf_str(&names->name, " #");
        rg_buf_dec(&names->name, number);
        name = rg_intern_bytes(names->strings, names->name.p, names->name.n);
        rg_buf_cut(&names->name, n);
    }
}

static uint32_t name_of(struct rg_names *names, const struct rg_item_source *src)
{
    read(names, src);
    uint32_t name = spell(names, false);
    if (!names->item.is_rust)
        return name;
    uint32_t id = identity(names);
    if (!note(names, name, id) && names->how != RG_SPELL_ITEM)
        name = spell(names, true);
    return unique(names, name, id);
}

const char *rg_names_of(struct rg_names *names, const struct rg_item_source *src)
{
    return rg_intern_name(names->strings, name_of(names, src));
}

uint32_t rg_names_function(struct rg_names *names, struct rg_profile *p, uint32_t object, uint32_t file,
                           const struct rg_item_source *src, uint64_t code_bytes)
{
    const struct rg_item *it = &names->item;
    uint32_t fn = rg_profile_function(p, object, file, rg_intern_name(names->strings, name_of(names, src)));

    if (fn >= names->n_facts) {
        uint32_t n = 2 * fn + 64;
        names->facts = rg_realloc(tag, names->facts, n * sizeof *names->facts);
        memset(names->facts + names->n_facts, 0, (n - names->n_facts) * sizeof *names->facts);
        names->n_facts = n;
    }
    struct facts *f = &names->facts[fn];
    f->code_bytes += code_bytes;
    if (f->known)
        return fn;
    f->known = true;
    f->key = rg_intern_bytes(names->strings, it->key.p, it->key.n);
    f->label = rg_intern_bytes(names->strings, it->label.p, it->label.n);
    f->crate = rg_intern_bytes(names->strings, it->crate.p, it->crate.n);
    f->crate_dis = it->crate_dis;
    f->classes = it->classes;
    f->is_rust = it->is_rust;
    f->is_generic = it->args.n > 0;
    return fn;
}

struct rg_facts rg_names_facts(const struct rg_names *names, uint32_t fn)
{
    if (fn >= names->n_facts || !names->facts[fn].known)
        return (struct rg_facts){ .crate = "" };
    const struct facts *f = &names->facts[fn];
    return (struct rg_facts){
        .key = rg_intern_name(names->strings, f->key),
        .label = rg_intern_name(names->strings, f->label),
        .crate = rg_intern_name(names->strings, f->crate),
        .crate_dis = f->crate_dis,
        .code_bytes = f->code_bytes,
        .classes = f->classes,
        .is_rust = f->is_rust,
        .is_generic = f->is_generic,
    };
}
