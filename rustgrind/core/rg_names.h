/* rg_names.h - the names of a profile's functions, and what is known of each: item, crate, class.

   SPDX-License-Identifier: GPL-2.0-or-later

   Distinct functions get distinct names.  Usually the spelling of the instance tells them apart; where it does not (legacy
   symbols
   without debug information, two versions of a crate), a part of the hash is added.  So that the name of a function does not
   depend
   on what else happened to run, all that there is should be told with rg_names_note before the first name is asked for.  */
#ifndef RG_NAMES_H
#define RG_NAMES_H

#include "rg_item.h"
#include "rg_profile.h"

struct rg_names; /* opaque */

struct rg_names *rg_names_new(enum rg_item_spelling how);
void rg_names_free(struct rg_names *names);

/* Tells of a function that there is.  What is not Rust's may be left out.  Returns a number for rg_names_noted; 0: it is not Rust's.  */
uint32_t rg_names_note(struct rg_names *names, const struct rg_item_source *src);

/* The name of a function, valid as long as NAMES.  */
const char *rg_names_of(struct rg_names *names, const struct rg_item_source *src);

/* Makes the function with that name in P, or finds it, and remembers what is known of it.  CODE_BYTES is the size of its code, 0:
   not known, or none of its own.  A NAMES serves one profile.  */
uint32_t rg_names_function(struct rg_names *names, struct rg_profile *p, uint32_t object, uint32_t file,
                           const struct rg_item_source *src, uint64_t code_bytes);

/* The same for a function that rg_names_note has returned NOTED (not 0) for.  */
uint32_t rg_names_noted(struct rg_names *names, struct rg_profile *p, uint32_t object, uint32_t file, uint32_t noted,
                        uint64_t code_bytes);

/* What is known of function FN of that profile.  Strings live as long as NAMES.  */
struct rg_facts {
    const char *key, *label; /* of the item; NULL: rg_names_function was not asked for FN */
    const char *crate;       /* "" when it is not known */
    uint64_t crate_dis;
    uint64_t code_bytes;
    unsigned classes; /* set of enum rg_item_class */
    bool is_rust;
    bool is_generic; /* it has generic arguments, or may have */
};
struct rg_facts rg_names_facts(const struct rg_names *names, uint32_t fn);

#endif
