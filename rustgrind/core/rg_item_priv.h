/* rg_item_priv.h - what the files of the item key share.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_ITEM_PRIV_H
#define RG_ITEM_PRIV_H

#include "rg_item.h"

/* Buffers for the time of one reading; the last are by depth of paths in paths.  */
enum {
    SPARE_PARENT, SPARE_LAST, SPARE_PATH, SPARE_SCOPE, SPARE_TYPES, SPARE_TRAIT, SPARE_LABELS,
    MAX_NESTED = RG_ITEM_SPARES - SPARE_LABELS, /* paths in paths: the Self of an impl inside of a function of an impl ... */
};

static inline struct rg_buf *rg_item_spare(struct rg_item *it, unsigned i)
{
    rg_buf_clear(&it->spare[i]);
    return &it->spare[i];
}

/* Fills IT, which is empty, from a legacy symbol with a hash.  */
void rg_item_read_legacy(struct rg_item *it, const struct rg_symbol *s, const struct rg_item_source *src);

/* Adds the class that only DWARF's NAME (may be NULL) tells.  */
void rg_item_mark_async(struct rg_item *it, const char *name);

/* Adds the classes that follow from the key.  */
void rg_item_classify(struct rg_item *it);

static inline bool rg_item_is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '}' || (c & 0x80);
}

static inline bool rg_item_is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

static inline bool rg_item_begins_with(const char *s, size_t n, const char *prefix)
{
    if (n == 0 || s[0] != prefix[0]) /* mostly */
        return false;
    size_t len = strlen(prefix);
    return n >= len && memcmp(s, prefix, len) == 0;
}

/* The length of a DWARF name without its generic arguments.  */
static inline size_t rg_item_bare_length(const char *name)
{
    size_t n = 0;
    while (name[n] != '\0' && name[n] != '<')
        n++;
    return n;
}

/* ---- rg_item_generics.c ---- */

enum { RG_ITEM_MAX_GENERICS = 16 };

struct rg_item_piece {
    const char *s;
    size_t n;
};

/* The generic types of a function, and what they stand for.  */
struct rg_item_generics {
    struct rg_item_piece name[RG_ITEM_MAX_GENERICS], type[RG_ITEM_MAX_GENERICS];
    bool used[RG_ITEM_MAX_GENERICS]; /* in the path of the function */
    unsigned n;
    struct rg_item_piece arg[RG_ITEM_MAX_GENERICS]; /* types and constants */
    unsigned n_args;
};

/* The arguments of a DWARF name; their number, RG_ITEM_MAX_GENERICS + 1: too many.  */
unsigned rg_item_split_args(const char *name, struct rg_item_piece *arg);

/* Finds what the generic types in PATH, the text of a legacy symbol, stand for.  */
void rg_item_find_generics(struct rg_item_generics *g, const struct rg_buf *path, const struct rg_item_source *src);

/* Appends PATH with its generic types replaced by what they stand for; then the arguments of NAME that have not become part of it; PATH
   with an underscore for each generic type.  */
void rg_item_put_replaced(struct rg_buf *out, const struct rg_buf *path, struct rg_item_generics *g);
void rg_item_put_other_args(struct rg_buf *out, const char *name, const struct rg_item_generics *g);
void rg_item_put_blanked(struct rg_buf *out, const struct rg_buf *path);

#endif
