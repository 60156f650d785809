/* rg_fnname.h - what a function is called in a profile.

   SPDX-License-Identifier: GPL-2.0-or-later

   One function has one name, whether it is known by its symbol or from debug information.  */
#ifndef RG_FNNAME_H
#define RG_FNNAME_H

#include "rg_buf.h"

/* Appends the name of the Rust function with symbol LINKAGE, which debug information calls NAME ("" when it is not known).  A v0
   symbol says all by itself.  A legacy one does not tell what generics were made for; NAME does, and takes the place of its last
   part: core::slice::sort + quicksort<u64>.  False, and nothing is appended: LINKAGE is no Rust symbol.  */
bool rg_fnname_put(struct rg_buf *b, const char *linkage, const char *name);

/* The part of a Rust symbol that tells one instance of a function from another: without what compilers append for parts of its code,
   and without the crate it was made in.  Returns its length; 0 when LINKAGE is no Rust symbol.  */
size_t rg_fnname_identity(const char *linkage);

#endif
