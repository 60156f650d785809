/* rg_item.h - what a function is in Rust's own terms: instance, item, crate, class.

   SPDX-License-Identifier: GPL-2.0-or-later

   An *item* is a function as it is written in the source, generic or not; an *instance* is one of the functions that the compiler
   makes of it (a monomorphization); its *crate* is where the item is written, whatever the types it is used with.

   The key of an item is the path of its definition without generic arguments, as DWARF's scopes spell it:

       core::slice::sort::stable::quicksort::quicksort      a function
       alloc::vec::Vec::push                                a method of a type's own impl
       alloc::vec::{impl#9}::drop                           a method of an impl of a trait, or for a type without path
       core::iter::traits::iterator::Iterator::map          a method that a trait provides
       w1::walk::{closure#0}                                a closure: of its item, whatever that was instantiated with

   The same key comes from a v0 symbol, from a legacy symbol with DWARF's scope and name, and from an inlined function.  From a
   legacy symbol alone the key of an impl's method is its text, which is no other item's key.  What is left: call_once and its
   like of a function (not a closure) is filed under the function for a v0 symbol, under the trait for a legacy one, as DWARF
   does not name it.  */
#ifndef RG_ITEM_H
#define RG_ITEM_H

#include "rg_demangle.h"

/* What is known of a function.  NULL where it is not.  */
struct rg_item_source {
    const char *symbol; /* mangled, as in the symbol table or DW_AT_linkage_name */
    const char *name;   /* DW_AT_name: quicksort<u64, ...> */
    const char *scope;  /* the namespaces and types around, joined by :: */
    const char *params; /* the names of its generic types, in the order of NAME's arguments: T,A */
};

/* Classes of functions that are rarely what one looks for.  */
enum rg_item_class {
    RG_CLASS_GLUE = 1,       /* shims between calling conventions, and what only calls on */
    RG_CLASS_DROP = 2,       /* drop glue */
    RG_CLASS_PANIC = 4,      /* panicking, and the functions that only panic */
    RG_CLASS_ALLOCATION = 8, /* allocators and what leads to them */
    RG_CLASS_RUNTIME = 16,   /* start and end of program and threads */
    RG_CLASS_ASYNC = 32,     /* the body of an async fn, block or closure; known from DWARF only */
    RG_CLASS_CLOSURE = 64,
};
enum { RG_N_CLASSES = 7 };

/* The word for class number I (bit I), 0 <= I < RG_N_CLASSES.  */
const char *rg_item_class_name(unsigned i);

/* Ways of spelling an instance.  */
enum rg_item_spelling {
    RG_SPELL_INSTANCE, /* quicksort::<u64, F>, as rustc-demangle's {:#} without suffix; legacy: quicksort<u64, F> */
    RG_SPELL_ITEM,     /* the item's label: instances look the same */
    RG_SPELL_MONO,     /* label::(<u64, F>): what is before the first ( groups instances in KCachegrind's classes */
};

enum { RG_ITEM_SPARES = 10 };

/* The answer.  Make it with rg_item_init; one may be used for any number of functions.  All is readable, nothing writable.  */
struct rg_item {
    struct rg_buf key;
    struct rg_buf label;    /* the key for people: <alloc::vec::Vec<_> as core::ops::drop::Drop>::drop */
    struct rg_buf instance; /* RG_SPELL_INSTANCE */
    struct rg_buf args;     /* what is in the parentheses of RG_SPELL_MONO; empty: no generic arguments */
    struct rg_buf crate;    /* "" when it is not known */
    uint64_t crate_dis;     /* the crate's disambiguator, 0 when it is not known */
    unsigned classes;       /* set of enum rg_item_class */
    bool is_rust;
    bool blind;             /* instances may be spelled alike: a legacy symbol without DWARF */
    const char *hash;       /* legacy: the 16 digits, within the source's symbol; else NULL */
    const char *identity;   /* the part of the symbol that tells instances apart: without suffix and instantiating crate */
    size_t identity_len;
    struct rg_part *scratch;
    struct rg_buf spare[RG_ITEM_SPARES];
};

void rg_item_init(struct rg_item *it);
void rg_item_free(struct rg_item *it);

/* Fills IT, which points into SRC's symbol.  Without symbol, or with one that is not Rust's, IS_RUST is false and key, label and
   instance are name or symbol as
   they are; C++ symbols without Rust's hash are not Rust's.  Never fails: what is too deep to be taken apart is its own item.  */
void rg_item_read(struct rg_item *it, const struct rg_item_source *src);

/* Appends the name of the instance.  With WITH_HASH what else looks alike is told apart: by the hash of a legacy symbol,
   name[0123abcd], or by crate disambiguators.  */
void rg_item_spell(const struct rg_item *it, enum rg_item_spelling how, bool with_hash, struct rg_buf *out);

/* Does CRATE belong to Rust's standard library: core, alloc, std, or one of those they are built with?  */
bool rg_item_is_std(const char *crate);

#endif
