/* rg_fault.h - how far a superblock got before a fault.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_FAULT_H
#define RG_FAULT_H

#include "rg_build.h"

void rg_fault_init(void);

/* Are marks to be made in the superblock that B builds?  */
Bool rg_fault_marks(const struct rg_builder *b);
/* Looks which instructions of IN can fault.  */
void rg_fault_look(struct rg_builder *b, const IRSB *in, Int first, const VexGuestLayout *layout);
/* SEG has begun.  */
void rg_fault_begin(struct rg_builder *b, struct rg_seg *seg);
/* Marks instruction INSTR of that segment before its statement ST, if ST can fault and is not the only one.  */
void rg_fault_mark(struct rg_builder *b, UInt instr, const IRStmt *st);

/* The running thread is between two superblocks: a signal now is no fault.  */
void rg_fault_rest(void);
/* Its slice has ended with COUNTER superblocks left of it.  */
void rg_fault_stopped(Int counter);
/* It runs again.  */
void rg_fault_resumed(void);

/* The running thread gets a signal that has the number of a fault: if it is one, takes back what was counted too much.  */
void rg_fault_signal(void);
/* The running thread will not run again: the same, if a fault has ended it.  */
void rg_fault_end(void);

/* How often a segment that was counted at COUNTER ended before instruction INSTR.  */
UWord rg_fault_missing(const UWord *counter, UInt instr);

#endif
