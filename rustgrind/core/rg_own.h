/* rg_own.h - "your code": a program's cost by the nearest function of its own crates.

   SPDX-License-Identifier: GPL-2.0-or-later

   The *own* crates of a program are those of its workspace: not Rust's library, not dependencies.  What happens in other code
   belongs to the own function it happens for: the nearest one in the chain of inlined functions, else among the callers.  Each
   cost belongs to one own function, or to none: what runs before main and in threads of libraries.

   Filled while a profile is, and asked when it is finished.  */
#ifndef RG_OWN_H
#define RG_OWN_H

#include "rg_cgwrite.h"
#include "rg_names.h"
#include "rg_text.h"

struct rg_own; /* opaque */

#define RG_OWN_NONE UINT32_MAX

/* Sets IS_OWN of each function of P (rg_own_crates.c).  Returns whether there is any.  */
bool rg_own_find(const struct rg_profile *p, const struct rg_names *names, bool *is_own);

/* P must have all of its functions.  */
struct rg_own *rg_own_new(const struct rg_profile *p, const struct rg_names *names);
void rg_own_free(struct rg_own *o);

/* Is there an own function?  Is FN one?  */
bool rg_own_any(const struct rg_own *o);
bool rg_own_is(const struct rg_own *o, uint32_t fn);

/* Adds a cost of code of CONTAINER, a function out of line.  NEAREST is the innermost own function there, CONTAINER's or one inlined into
   it; RG_OWN_NONE: none is.  */
void rg_own_cost(struct rg_own *o, struct rg_node container, uint32_t nearest, const uint64_t *cost);

/* Adds calls, with their inclusive cost, from such code to CALLEE.  */
void rg_own_call(struct rg_own *o, struct rg_node container, uint32_t nearest, struct rg_node callee, const uint64_t *cost);

/* Gives what belongs to functions that are not own to own ones.  Once, after all has been added.  */
void rg_own_finish(struct rg_own *o);

/* The cost that belongs to own function FN, NEVENTS counters, NULL: none; with FN RG_OWN_NONE what belongs to none.  *DOUBT is how much
   the first counter may be too high or too low.  */
const uint64_t *rg_own_cost_of(const struct rg_own *o, uint32_t fn, uint64_t *doubt);

/* Prints at most N rows by event number EVENT, and one for what belongs to no own function:

        cost        %        self  your code, with what it calls in other crates
   1,608,416   23.24%     201,920  w1d::P::val
      12,345    0.18%              (not called by your code)

   Self is the cost of the function's own instructions.  A cost that may be off by more than a hundredth has ~ before it.  */
void rg_own_print(const struct rg_own *o, unsigned event, unsigned n, rg_line_fn line, void *arg);

#endif
