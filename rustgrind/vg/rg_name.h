/* rg_name.h - names of functions from symbols and debug information.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_NAME_H
#define RG_NAME_H

#include "rg_compat.h"

/* The name of the function with symbol LINKAGE that debug information calls NAME; either may be "".  Rust symbols as rg_fnname_put has
   them, others as the core demangles them.  Valid until the next call.  */
const HChar *rg_name_of(const HChar *linkage, const HChar *name);

/* Whether two symbols are those of one Rust function.  */
Bool rg_name_is_of(const HChar *a, const HChar *b);

#endif
