/* rg_symbols.h - Rust symbols of guest code, and the names that functions get in a profile.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_SYMBOLS_H
#define RG_SYMBOLS_H

#include "rg_vg.h"

#include "../core/rg_names.h"

/* The Rust symbol, mangled, of the code at A; NULL when it has none, or functions are named as callgrind does.  Valid until the
   next
   symbol is asked of the core.  */
const HChar *rg_symbols_at(Addr a);

/* What of a Rust symbol two pieces or copies of one function share, and two functions do not.  Depends on --fn-names: with item
   it
   is the item.  NULL: no Rust symbol.  Valid until the next call.  */
const HChar *rg_symbols_identity(const HChar *symbol, SizeT *n);

/* A Rust symbol of a piece that the compiler has split off a function: .cold and its like.  A jump there is no call.  */
Bool rg_symbols_is_piece(const HChar *symbol);

/* Names for one dump, with the symbol tables of all executed objects told to them, and the code bytes of each function set; NULL
   with --fn-names=callgrind.  Freed by rg_names_free.  */
struct rg_names *rg_symbols_names(void);

/* Makes a function of profile P.  SYMBOL (NULL or "": unknown) is its symbol, NAME ("" unknown) is what debug information calls it, or
   what Valgrind does when there is no symbol.  */
UInt rg_symbols_function(struct rg_names *names, struct rg_profile *p, UInt object, UInt file, const HChar *symbol, const HChar *name,
                         ULong code_bytes);

/* Are these two symbols of one Rust instance?  */
Bool rg_symbols_are_one(const HChar *a, const HChar *b);

/* Tells NAMES of a function that debug information knows.  Strings may be "".  Returns what rg_names_note does, 0 without NAMES.  */
UInt rg_symbols_note(struct rg_names *names, const struct rg_item_source *src);

#endif
