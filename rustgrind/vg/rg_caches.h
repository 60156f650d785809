/* rg_caches.h - which caches are simulated.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_CACHES_H
#define RG_CACHES_H

#include "rg_vg.h"

/* The geometries of the options; where there is none, this machine's.  Tells the user of them.  Ends the run when they cannot be
   simulated.  */
void rg_caches_geometry(struct rg_geometry *i1, struct rg_geometry *d1, struct rg_geometry *ll);

#endif
