/* rg_where.h - where executed code is in the source, and what was inlined there.

   SPDX-License-Identifier: GPL-2.0-or-later

   For one dump: begin, ask, end.  */
#ifndef RG_WHERE_H
#define RG_WHERE_H

#include "rg_symbols.h"

#include "../core/rg_inline.h"

/* Reads the debug information of all code that was executed (--inline=yes).  Nothing but memory is changed by it.  */
void rg_where_begin(void);
void rg_where_end(void);

/* Fills SB->LINES, unless they are known.  Lines that were looked up because code was unmapped stay; the others are freed by
   rg_where_release.  */
void rg_where_resolve(struct rg_sb *sb);
void rg_where_release(struct rg_sb *sb);

/* The place of the code at P.  */
struct rg_line rg_where_of(const struct rg_place *p);

/* Functions that were inlined, for P: an array of *N, valid until rg_where_end or the next call.  Makes their functions in P.  */
const struct rg_inlined *rg_where_inlined(struct rg_profile *p, struct rg_names *names, UInt *n);

/* What debug information calls FN ("": unknown), and its file as debug information has it; else as FN has.  Valid until the next
   call.  */
void rg_where_function(const struct rg_fn *fn, const HChar **name, const HChar **file);

#endif
