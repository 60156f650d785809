/* rg_debugfile.h - the file with an object's debug information.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_DEBUGFILE_H
#define RG_DEBUGFILE_H

#include "rg_vg.h"

#include "../core/rg_elf.h"

struct rg_debugfile; /* opaque */

/* Opens the file of O, or the separate file with its debug information where distributions put it: by build-id below
   /usr/lib/debug/.build-id, and by debuglink beside the object, in .debug there, and below /usr/lib/debug.  NULL, *ELF too, when there
   is none, or when O's file is no longer the one that was mapped, which is told once.  */
struct rg_debugfile *rg_debugfile_open(const struct rg_obj *o, struct rg_elf **elf);
/* Nothing more is read of F; what was read stays.  The tool may have a few files open at a time, no more.  */
void rg_debugfile_stop_reading(struct rg_debugfile *f);
void rg_debugfile_close(struct rg_debugfile *f);

#endif
