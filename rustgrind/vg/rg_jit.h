/* rg_jit.h - names of code that the program made at run time.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_JIT_H
#define RG_JIT_H

#include "rg_vg.h"

/* Names the functions outside of all objects: as the program's perf map has them (rg_perfmap.h), else as it tells gdb, else [JIT] and
   their address.  At a dump.  Not with --compat=callgrind.  */
void rg_jit_name_functions(void);

#endif
