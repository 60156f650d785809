/* rg_names.c - the names of a profile's functions, and what is known of each.

   SPDX-License-Identifier: GPL-2.0-or-later

   Every spelling has an owner: the identity of the first function with it.  A second identity makes the spelling ambiguous, and
   both get their hashes.  Should that be ambiguous too, they are numbered: then the order matters, but nothing is merged.  */
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

/* What a Rust symbol was found to be.  Strings are ids.  */
struct known {
    uint32_t symbol;              /* without prefix and what does not make it its function's */
    bool is_v0, has_name; /* DWARF has told its name */
    uint32_t identity;            /* of the function that is named */
    uint32_t spelling;            /* without hash */
    uint32_t name, scope, params; /* DWARF's, or ""; for RG_SPELL_MONO only */
    struct facts facts;
};

struct rg_names {
    enum rg_item_spelling how;
    struct rg_item item;
    struct rg_buf name;
    struct rg_intern *strings;
    struct rg_map owners; /* string id of a spelling -> string id of an identity, + 1; or AMBIGUOUS */
    struct rg_map symbols; /* string id of what makes a symbol its function's -> number of what is known, + 1 */
    struct known *known;
    uint32_t n_known, known_room;
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
    rg_map_init(&names->symbols, tag);
    rg_map_init(&names->given, tag);
    return names;
}

void rg_names_free(struct rg_names *names)
{
    rg_item_free(&names->item);
    rg_buf_free(&names->name);
    rg_intern_free(names->strings);
    rg_map_free(&names->owners);
    rg_map_free(&names->symbols);
    rg_map_free(&names->given);
    rg_free(names->known);
    rg_free(names->facts);
    rg_free(names);
}

static uint32_t string_of(struct rg_names *names, const char *s)
{
    return rg_intern_str(names->strings, s != NULL ? s : "");
}

static uint32_t buf_of(struct rg_names *names, const struct rg_buf *b)
{
    return rg_intern_bytes(names->strings, b->p, b->n);
}

/* Spells what is in ITEM and returns the string's id.  */
static uint32_t spell(struct rg_names *names, bool with_hash)
{
    rg_buf_clear(&names->name);
    rg_item_spell(&names->item, names->how, with_hash, &names->name);
    return buf_of(names, &names->name);
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

static struct facts facts_of_item(struct rg_names *names)
{
    const struct rg_item *it = &names->item;

    return (struct facts){
        .key = buf_of(names, &it->key),
        .label = buf_of(names, &it->label),
        .crate = buf_of(names, &it->crate),
        .crate_dis = it->crate_dis,
        .classes = it->classes,
        .known = true,
        .is_rust = it->is_rust,
        .is_generic = it->args.n > 0,
    };
}

/* Reads SRC into what is known of SYMBOL, a string id.  Instances of an item are one function when they are spelled by the item.  */
static void learn(struct rg_names *names, struct known *k, uint32_t symbol, const struct rg_item_source *src)
{
    rg_item_read(&names->item, src);
    k->symbol = symbol;
    k->is_v0 = names->item.hash == NULL;
    k->has_name = src->name != NULL;
    if (names->how == RG_SPELL_MONO) {
        k->name = string_of(names, src->name);
        k->scope = string_of(names, src->scope);
        k->params = string_of(names, src->params);
    }
    k->facts = facts_of_item(names);
    k->identity = names->how == RG_SPELL_ITEM ? k->facts.key : symbol;
    k->spelling = spell(names, false);
}

/* What is known of SRC's symbol; NULL: it is not Rust's.  What DWARF has called a function first, it is called always.  */
static struct known *known_of(struct rg_names *names, const struct rg_item_source *src)
{
    struct rg_symbol s;
    bool added;

    if (src->symbol == NULL || !rg_symbol_read(&s, src->symbol, strlen(src->symbol)) ||
        (s.kind == RG_SYMBOL_LEGACY && s.hash == NULL))
        return NULL;
    uint32_t symbol = rg_intern_bytes(names->strings, s.body, s.kind == RG_SYMBOL_V0 ? s.path_len : s.body_len);
    uint64_t *number = rg_map_add(&names->symbols, symbol, &added);
    if (added) {
        if (names->n_known == names->known_room) {
            names->known_room = names->known_room ? 2 * names->known_room : 256;
            names->known = rg_realloc(tag, names->known, names->known_room * sizeof *names->known);
        }
        *number = ++names->n_known;
    }
    struct known *k = &names->known[*number - 1];
    if (added || (src->name != NULL && !k->has_name))
        learn(names, k, symbol, src);
    return k;
}

uint32_t rg_names_note(struct rg_names *names, const struct rg_item_source *src)
{
    const struct known *k = known_of(names, src);

    if (k == NULL)
        return 0;
    note(names, k->spelling, k->identity);
    return (uint32_t)(k - names->known) + 1;
}

/* The id of NAME, or of one made from it, that no other identity has.  */
static uint32_t unique(struct rg_names *names, uint32_t name, uint32_t id)
{
    uint32_t plain = name;

    for (uint64_t number = 2;; number++) {
        bool added;
        uint64_t *given = rg_map_add(&names->given, name, &added);
        if (added)
            *given = id + (uint64_t)1;
        if (*given == id + (uint64_t)1)
            return name;
        rg_buf_clear(&names->name);
        rg_buf_bytes(&names->name, rg_intern_name(names->strings, plain), rg_intern_len(names->strings, plain));
        rg_buf_str(&names->name, " #");
        rg_buf_dec(&names->name, number);
        name = buf_of(names, &names->name);
    }
}

/* The string id of a spelling with hash.  That of an instance with a legacy symbol needs nothing but its end, 17h, 16 digits and E.  */
static uint32_t spell_with_hash(struct rg_names *names, const struct known *k)
{
    enum { HASH_SHOWN = 8, HASH_AND_E = 17 };
    const char *body = rg_intern_name(names->strings, k->symbol), *name, *scope;
    size_t n = rg_intern_len(names->strings, k->symbol);
    struct rg_buf symbol;

    if (!k->is_v0 && names->how == RG_SPELL_INSTANCE) {
        rg_buf_clear(&names->name);
        rg_buf_bytes(&names->name, rg_intern_name(names->strings, k->spelling), rg_intern_len(names->strings, k->spelling));
        rg_buf_char(&names->name, '[');
        rg_buf_bytes(&names->name, body + n - HASH_AND_E, HASH_SHOWN);
        rg_buf_char(&names->name, ']');
        return buf_of(names, &names->name);
    }
    rg_buf_init(&symbol, tag);
    rg_buf_str(&symbol, k->is_v0 ? "_R" : "_ZN");
    rg_buf_bytes(&symbol, body, n);
    name = k->has_name && names->how == RG_SPELL_MONO ? rg_intern_name(names->strings, k->name) : NULL;
    scope = name != NULL ? rg_intern_name(names->strings, k->scope) : "";
    rg_item_read(&names->item, &(struct rg_item_source){ rg_buf_cstr(&symbol), name, scope[0] != '\0' ? scope : NULL,
                                                         name != NULL ? rg_intern_name(names->strings, k->params) : NULL });
    uint32_t id = spell(names, true);
    rg_buf_free(&symbol);
    return id;
}

/* The string id of the name of a Rust function.  */
static uint32_t name_of_known(struct rg_names *names, const struct known *k)
{
    uint32_t name = k->spelling;

    if (!note(names, name, k->identity) && names->how != RG_SPELL_ITEM)
        name = spell_with_hash(names, k);
    return unique(names, name, k->identity);
}

/* The string id of a name, and what is known of the function in *FACTS.  */
static uint32_t name_of(struct rg_names *names, const struct rg_item_source *src, struct facts *facts)
{
    const struct known *k = known_of(names, src);

    if (k != NULL) {
        *facts = k->facts;
        return name_of_known(names, k);
    }
    rg_item_read(&names->item, src);
    *facts = facts_of_item(names);
    return spell(names, false);
}

const char *rg_names_of(struct rg_names *names, const struct rg_item_source *src)
{
    struct facts unused;
    return rg_intern_name(names->strings, name_of(names, src, &unused));
}

static uint32_t make_function(struct rg_names *names, struct rg_profile *p, uint32_t object, uint32_t file, uint32_t name,
                              struct facts facts, uint64_t code_bytes)
{
    uint32_t fn = rg_profile_function(p, object, file, rg_intern_name(names->strings, name));

    if (fn >= names->n_facts) {
        uint32_t n = 2 * fn + 64;
        names->facts = rg_realloc(tag, names->facts, n * sizeof *names->facts);
        memset(names->facts + names->n_facts, 0, (n - names->n_facts) * sizeof *names->facts);
        names->n_facts = n;
    }
    code_bytes += names->facts[fn].code_bytes;
    if (!names->facts[fn].known)
        names->facts[fn] = facts;
    names->facts[fn].code_bytes = code_bytes;
    return fn;
}

uint32_t rg_names_function(struct rg_names *names, struct rg_profile *p, uint32_t object, uint32_t file,
                           const struct rg_item_source *src, uint64_t code_bytes)
{
    struct facts facts;
    uint32_t name = name_of(names, src, &facts);

    return make_function(names, p, object, file, name, facts, code_bytes);
}

uint32_t rg_names_noted(struct rg_names *names, struct rg_profile *p, uint32_t object, uint32_t file, uint32_t noted,
                        uint64_t code_bytes)
{
    RG_ASSERT(noted >= 1 && noted <= names->n_known);
    const struct known *k = &names->known[noted - 1];
    return make_function(names, p, object, file, name_of_known(names, k), k->facts, code_bytes);
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
