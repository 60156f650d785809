/* rg_heap_options.h - the options about heap and leaks: each function reads a value and returns what is wrong with it, or NULL.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_HEAP_OPTIONS_H
#define RG_HEAP_OPTIONS_H

#include "rg_compat.h"

const HChar *rg_allocs_add_option(const HChar *v);
const HChar *rg_heap_leak_check(const HChar *v);
const HChar *rg_heap_show_kinds(const HChar *v);
const HChar *rg_heap_show_reachable(const HChar *v);
const HChar *rg_heap_show_possibly(const HChar *v);
const HChar *rg_heap_error_kinds(const HChar *v);
const HChar *rg_heap_resolution(const HChar *v);
const HChar *rg_heap_heuristics(const HChar *v);
/* The same list as the monitor has it: a set of RG_LEAK_H_*; False: it is none.  */
Bool rg_heap_parse_heuristics(const HChar *v, UInt *set);
const HChar *rg_heap_rust_heuristics(const HChar *v);
const HChar *rg_heap_on(const HChar *v);
const HChar *rg_heap_events(const HChar *v);

/* Before all options.  */
void rg_heap_defaults(void);

/* After all options: begins to look at the heap, if any of them wants it.  */
void rg_heap_start(void);

#endif
