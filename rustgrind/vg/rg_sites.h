/* rg_sites.h - places of allocation: the shadow stack at that moment, each path once.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_SITES_H
#define RG_SITES_H

#include "rg_vg.h"

#include "pub_tool_execontext.h"

#include "../core/rg_calltree.h"
#include "../core/rg_owner.h"

void rg_sites_init(void);
/* The site of the call that has just entered the allocator's function at ENTRY.  */
UInt rg_sites_now(Addr entry);
/* The site of a block that the running function tells of at IP.  */
UInt rg_sites_custom(Addr ip);
/* Frames from LEVEL (0 = base) of the running thread's stack up may not be what they were.  */
void rg_sites_forget(void);
void rg_sites_thread_gone(ThreadId tid);

const struct rg_calltree *rg_sites_tree(void);
UInt rg_sites_count(void);
UInt rg_sites_node(UInt site);
const struct rg_calltree_node *rg_sites_node_at(UInt node);
/* Return addresses less one, innermost first, after the function's entry; returns how many (at most MAX).  */
UInt rg_sites_ips(UInt site, Addr *ips, UInt max);
ExeContext *rg_sites_context(UInt site);
/* With --heap-events=yes: the counters of the call that allocates the blocks of SITE, and the node of the function that makes it.
   For custom blocks the words of rg_stack_last_skipped.  NULL: there is no such call.  */
const UWord *rg_sites_call(UInt site, UInt *node);

/* The frames of SITE with inlined functions; valid until the next call of this function.  */
UInt rg_sites_frames(UInt site, const struct rg_owner_frame **frames);

/* What owns the blocks of SITE; decided once.  */
enum rg_owner rg_sites_owner(UInt site);
/* Owner type, and "function (file:line)" of the place, as text that stays.  */
const HChar *rg_sites_type(UInt site);
const HChar *rg_sites_place(UInt site);

#endif
