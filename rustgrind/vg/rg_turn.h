/* rg_turn.h - threads run in turns that depend on the program alone.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_TURN_H
#define RG_TURN_H

#include "rg_vg.h"

void rg_turn_init(void);
/* A thread is being created; it was not, after all.  */
void rg_turn_created(ThreadId child);
void rg_turn_not_created(void);
/* TID holds Valgrind's lock and is about to run: returns when it is its turn.  */
void rg_turn_take(ThreadId tid);
/* TID has stopped; BLOCKS superblocks have been run by all threads so far.  */
void rg_turn_stopped(ThreadId tid, ULong blocks);
/* TID sleeps until the program's time T and nothing else will wake it; 0: it does not.  */
void rg_turn_sleeps(ThreadId tid, ULong t);
/* A system call of TID is over: returns when it is its turn, which it is not before the time T unless all others wait.  */
void rg_turn_continues(ThreadId tid, ULong t);
/* TID is about to wait, it may be, or to end.  */
void rg_turn_may_wait(ThreadId tid);
/* The turn of TID ends at its next stop.  */
void rg_turn_give_up(ThreadId tid);

#endif
