/* rg_groups.h - a finished profile by item, crate and class: tables, and the records of docs/format.md.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_GROUPS_H
#define RG_GROUPS_H

#include "rg_cgwrite.h"
#include "rg_names.h"
#include "rg_text.h"

struct rg_groups; /* opaque */

/* Groups the functions of P, which has been finished, by what NAMES knows of them.  Both must stay until rg_groups_free.  What is
   no Rust function is its own item, and its object takes the place of the crate.  */
struct rg_groups *rg_groups_new(const struct rg_profile *p, const struct rg_names *names);
void rg_groups_free(struct rg_groups *g);

/* Is there any Rust function?  */
bool rg_groups_has_rust(const struct rg_groups *g);

/* Does FN only lead to the program: is it the start of program or thread, glue, or called by nothing?  */
bool rg_groups_leads_in(const struct rg_groups *g, uint32_t fn);

/* Print tables of at most N rows, by self cost of event number EVENT; costs and shares as rg_report_functions prints them:

        cost        %  instances  code bytes  generic function, by self cost
   5,368,884   10.73%          3       4,480  core::slice::sort::stable::quicksort::quicksort

        cost        %  functions  crate or object, by self cost
   9,115,201   18.21%         61  core

   Generic functions are items with generic arguments, or with more than one instance.  Code bytes are those of the instances that
   ran out of line: 0 if all of them were inlined.  Two versions of a crate are two rows, with their disambiguators.  */
void rg_groups_print_generics(const struct rg_groups *g, unsigned event, unsigned n, rg_line_fn line, void *arg);
void rg_groups_print_crates(const struct rg_groups *g, unsigned event, unsigned n, rg_line_fn line, void *arg);

/* Writes the #rg records.  False: the sink failed.  */
bool rg_groups_write(const struct rg_groups *g, rg_sink_fn sink, void *arg);

#endif
