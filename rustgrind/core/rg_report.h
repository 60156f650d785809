/* rg_report.h - the end-of-run text: the most expensive functions of a finished profile.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_REPORT_H
#define RG_REPORT_H

#include "rg_profile.h"
#include "rg_text.h"

/* SELF: the self cost of FN.  */
typedef bool (*rg_hidden_fn)(const void *arg, uint32_t fn, uint64_t self);

/* Names in tables have at most so many bytes (rg_text_put_name).  */
enum { RG_REPORT_NAME_MAX = 100 };

/* Prints the N functions with the highest cost of event number EVENT: one table by self and one by inclusive cost, with an
   empty line between them.  A table is a head line and one row per function:

        cost        %  function (file:object), by self cost
       1,234   12.34%  name (file:object)

   Costs have thousands separators, percents of the total two decimals, file and object are basenames. Recursion levels of a
   function are one row; its inclusive cost counts outermost activations only, so it never exceeds the total. Rows with no
   cost are left out, and of the table by inclusive cost the functions for which HIDDEN, if it is not NULL, says so. Equal
   costs are in the order of the profile. Bytes that would break a line or a terminal are written as rg_text_put does.  */
void rg_report_functions(const struct rg_profile *p, unsigned event, unsigned n, rg_hidden_fn hidden, const void *hidden_arg,
                         rg_line_fn line, void *arg);

#endif
