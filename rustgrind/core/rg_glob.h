/* rg_glob.h - the patterns of options that name functions.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_GLOB_H
#define RG_GLOB_H

#include "rg_port.h"

/* Does PATTERN match the whole of NAME?  "*" stands for any run of bytes, also none, "?" for exactly one byte; every other byte
   stands for itself.  There is no escaping.  Takes at most strlen(PATTERN) * strlen(NAME) steps.  */
bool rg_glob_match(const char *pattern, const char *name);

/* Is PATTERN a plain name, without "*" and "?"?  */
bool rg_glob_is_literal(const char *pattern);

#endif
