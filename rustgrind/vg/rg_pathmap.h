/* rg_pathmap.h - source paths as they are on this machine.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_PATHMAP_H
#define RG_PATHMAP_H

#include "rg_compat.h"

/* Adds --path-map=FROM=TO: paths that begin with FROM, as far as a slash or their end, begin with TO instead.  False when RULE has no
   '=', or no FROM.  */
Bool rg_path_map_add(const HChar *rule);

/* PATH after the first rule, of those given, that fits it; else, without --compat=callgrind, with the sources of Rust's own library
   where rustup has put them.  PATH itself when nothing fits.  The result is kept for ever.  */
const HChar *rg_path_map(const HChar *path);

#endif
