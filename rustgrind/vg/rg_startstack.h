/* rg_startstack.h - the program's stack at its start, at a fixed place.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_STARTSTACK_H
#define RG_STARTSTACK_H

#include "rg_vg.h"

/* The type of the address of 16 random bytes in the auxiliary vector.  */
enum { RG_AT_RANDOM = 25 };

/* The auxiliary vector of a stack that begins at ARGC: pairs of type and value, the last of type 0.  */
UWord *rg_startstack_auxiliary(UWord *argc);

/* Puts the stack of the program, whose thread TID has not run yet, where it does not depend on the length of its environment.  Where
   that cannot be done a message says so, and it stays.  */
void rg_startstack_place(ThreadId tid);

#endif
