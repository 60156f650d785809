/* rg_groups.h - a finished profile by item, crate and class: tables, and the records of docs/format.md.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_GROUPS_H
#define RG_GROUPS_H

#include "rg_cgwrite.h"
#include "rg_own.h"
#include "rg_text.h"

struct rg_groups; /* opaque */

/* Groups the functions of P, which has been finished, by what NAMES knows of them.  OWN, finished too, may be NULL.  All must stay until
   rg_groups_free.  What is
   no Rust function is its own item, and its object takes the place of the crate.  */
struct rg_groups *rg_groups_new(const struct rg_profile *p, const struct rg_names *names, const struct rg_own *own);
void rg_groups_free(struct rg_groups *g);

/* Is there any Rust function?  */
bool rg_groups_has_rust(const struct rg_groups *g);

/* Does FN only lead to the program: is it the start of program or thread, glue, or called by nothing?  */
bool rg_groups_leads_in(const struct rg_groups *g, uint32_t fn);

/* Is FN, whose self cost is SELF, not worth a row in a table of inclusive costs?  What leads in is not, nor is what has not executed an
   instruction, as wrappers that were inlined away, but for own functions.  */
bool rg_groups_passes_on(const struct rg_groups *g, uint32_t fn, uint64_t self);

/* Print tables of at most N rows for event number EVENT; costs and shares as rg_report_functions prints them:

         cost        %         self  instances  code bytes  generic function: all its instances, with what they call
    8,021,324   16.03%    5,368,884          3       4,480  core::slice::sort::stable::quicksort::quicksort

        cost        %  functions  crate or object, by self cost
   9,115,201   18.21%         61  core

   Generic functions are items with generic arguments, or with more than one instance, but those not worth a row (above).  Code bytes
   are those of the instances that ran out of line; "inlined" if none did.  A cost with ~ before it is an estimate (rg_total.h).  Two
   versions of a crate are two rows, with their disambiguators.  */
void rg_groups_print_generics(const struct rg_groups *g, unsigned event, unsigned n, rg_line_fn line, void *arg);
void rg_groups_print_crates(const struct rg_groups *g, unsigned event, unsigned n, rg_line_fn line, void *arg);

/* Writes the #rg records.  False: the sink failed.  */
bool rg_groups_write(const struct rg_groups *g, rg_sink_fn sink, void *arg);

#endif
