/* rg_out.h - the profile's file.

   SPDX-License-Identifier: GPL-2.0-or-later

   A file is complete or empty: it is written under a hidden name beside its own and renamed, where that is possible (not for
   devices and pipes).  Whatever goes wrong ends the run with status 1 and one line that names the file and the reason.  */
#ifndef RG_OUT_H
#define RG_OUT_H

#include "rg_compat.h"

#include "../core/rg_port.h"

struct rg_out; /* opaque */

/* Makes PATH an empty file (mode 0600), so that a bad path is told before the run.  */
void rg_out_create(const HChar *path);

struct rg_out *rg_out_open(const HChar *path);
/* An rg_sink_fn; ARG is the struct rg_out.  */
bool rg_out_sink(void *arg, const char *bytes, size_t n);
/* Puts the file in its place and frees O.  */
void rg_out_close(struct rg_out *o);

#endif
