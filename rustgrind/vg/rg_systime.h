/* rg_systime.h - system calls: how many, and how long they took.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_SYSTIME_H
#define RG_SYSTIME_H

#include "rg_vg.h"

/* Thread TID makes a system call; it has returned.  With --collect-systime only.  */
void rg_systime_begin(ThreadId tid);
void rg_systime_end(ThreadId tid);

#endif
