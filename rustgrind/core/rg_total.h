/* rg_total.h - inclusive costs of functions and of sets of functions.

   SPDX-License-Identifier: GPL-2.0-or-later

   The *total* of a set is what its functions cost and all that is called from them, each instruction once, whichever of them call
   each other.  */
#ifndef RG_TOTAL_H
#define RG_TOTAL_H

#include "rg_profile.h"

struct rg_total; /* opaque */

/* Totals of event number EVENT of P, which is finished and stays until rg_total_free.  */
struct rg_total *rg_total_new(const struct rg_profile *p, unsigned event);
void rg_total_free(struct rg_total *t);

/* The total of one function.  Exact.  */
uint64_t rg_total_function(const struct rg_total *t, uint32_t fn);

/* The total of the functions FN with SET_OF[FN] equal to SET.  *ESTIMATED is set when something is called both from inside of the set and
   from outside of it and calls functions of the set: how much of their cost has been counted already is then not known exactly.  */
uint64_t rg_total_set(struct rg_total *t, const uint32_t *set_of, uint32_t set, bool *estimated);

#endif
