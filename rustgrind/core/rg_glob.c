/* rg_glob.c - the patterns of options that name functions.

   SPDX-License-Identifier: GPL-2.0-or-later

   Only the last "*" ever needs another try: whatever an earlier one could give up, the last one can take.  So there is one
   place to come back to and no recursion.  */
#include "rg_glob.h"

bool rg_glob_match(const char *pattern, const char *name)
{
    const char *after_star = NULL; /* pattern after the last "*" met */
    const char *star_end = NULL;   /* where the run taken by that "*" ends */
    while (*name != '\0') {
        if (*pattern == '*') {
            after_star = ++pattern;
            star_end = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            name++;
        } else if (after_star != NULL) {
            pattern = after_star;
            name = ++star_end;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

bool rg_glob_is_literal(const char *pattern)
{
    while (*pattern != '\0' && *pattern != '*' && *pattern != '?')
        pattern++;
    return *pattern == '\0';
}
