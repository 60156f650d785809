/* rg_deterministic.h - --deterministic: a run that is the same every time.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_DETERMINISTIC_H
#define RG_DETERMINISTIC_H

#include "rg_vg.h"

/* Registers what is needed; nothing when the option is off, and then no other function here may be called but
   rg_deterministic_dirty, which does nothing.  */
void rg_deterministic_init(void);

/* Thread TID is about to run client code.  */
void rg_deterministic_start(ThreadId tid);

/* The program's time: nanoseconds since it began.  */
ULong rg_deterministic_time(void);

/* Around a system call of the program: ARGS are its arguments, RES its result.  */
void rg_deterministic_pre_syscall(ThreadId tid, UInt number, const UWord *args);
void rg_deterministic_post_syscall(ThreadId tid, UInt number, const UWord *args, SysRes res);

/* Replaces, in an instruction that is being translated, what asks the processor for random numbers or the time.  */
void rg_deterministic_dirty(IRDirty *d);

#endif
