/* rg_profile.h - one run's costs and calls, by function, recursion level and source position.

   SPDX-License-Identifier: GPL-2.0-or-later

   A profile is filled by the tool at a dump (or by a reader of callgrind files on the host) and handed to the writers and
   reports.  It knows no addresses of the running process but the object-relative ones it is given, and nothing of Valgrind.

   Identity, as in the callgrind format: a *function* is (object, file, name); a *node* is (function, recursion level), level 1
   being the outermost activation.  A *position* is (file, line, address).  Costs are vectors of NEVENTS counters.  */
#ifndef RG_PROFILE_H
#define RG_PROFILE_H

#include "rg_port.h"

struct rg_profile; /* opaque */

/* A source position.  FILE is an id of rg_profile_file, LINE is 1-based (0: unknown), ADDR is relative to the object.  */
struct rg_pos {
    uint32_t file;
    uint32_t line;
    uint64_t addr;
};

/* A node: FN is an id of rg_profile_function, LEVEL is the recursion level, 1 to 65535.  */
struct rg_node {
    uint32_t fn;
    uint32_t level;
};

/* Makes an empty profile of NEVENTS event types (1 to 64).  Freed by rg_profile_free.  */
struct rg_profile *rg_profile_new(unsigned nevents);
void rg_profile_free(struct rg_profile *p);

unsigned rg_profile_nevents(const struct rg_profile *p);

/* Interning: the same name gives the same id.  Ids are dense and begin at 0.  Names are copied.  */
uint32_t rg_profile_object(struct rg_profile *p, const char *name);
uint32_t rg_profile_file(struct rg_profile *p, const char *name);
uint32_t rg_profile_function(struct rg_profile *p, uint32_t object, uint32_t file, const char *name);

/* What an id stands for; ids that were never given out are our bug (RG_ASSERT).  */
const char *rg_profile_object_name(const struct rg_profile *p, uint32_t object);
const char *rg_profile_file_name(const struct rg_profile *p, uint32_t file);
const char *rg_profile_fn_name(const struct rg_profile *p, uint32_t fn);
uint32_t rg_profile_fn_object(const struct rg_profile *p, uint32_t fn);
uint32_t rg_profile_fn_file(const struct rg_profile *p, uint32_t fn);
uint32_t rg_profile_n_objects(const struct rg_profile *p);
uint32_t rg_profile_n_files(const struct rg_profile *p);
uint32_t rg_profile_n_functions(const struct rg_profile *p);

/* Adds COST (NEVENTS counters) to NODE at POS.  Records of the same node and position are summed, at the latest by
   rg_profile_finish.  POS.file may differ from the function's file: code inlined from another file.  A cost of zeros only
   leaves no record.  Counters wrap around at 2^64.  */
void rg_profile_cost(struct rg_profile *p, struct rg_node node, struct rg_pos pos, const uint64_t *cost);

/* Adds CALLS calls made by CALLER at POS to CALLEE, whose first executed position is TARGET, with inclusive cost COST.  Records
   that agree in caller, pos, callee and target are summed.  No calls with a cost of zeros leave no record; no calls with a cost
   are calls that began before the profile did.  */
void rg_profile_call(struct rg_profile *p, struct rg_node caller, struct rg_pos pos, struct rg_node callee, struct rg_pos target,
                     uint64_t calls, const uint64_t *cost);

/* The granularity of positions: WITH_ADDR keeps one record per address (--dump-instr=yes); otherwise ADDR is ignored and forced
   to 0, and costs are summed per (file, line).  With WITH_LINE false, lines are forced to 0.  Default: lines only.  Set before
   the first record.  */
void rg_profile_set_positions(struct rg_profile *p, bool with_line, bool with_addr);

/* Sorts and merges what was added.  After it, the iterators below may be used; adding more makes another finish necessary.  */
void rg_profile_finish(struct rg_profile *p);

struct rg_cost_rec {
    struct rg_node node;
    struct rg_pos pos;
    const uint64_t *cost; /* NEVENTS counters, owned by the profile */
};

struct rg_call_rec {
    struct rg_node caller;
    struct rg_pos pos;
    struct rg_node callee;
    struct rg_pos target;
    uint64_t calls;
    const uint64_t *cost; /* inclusive, NEVENTS counters, owned by the profile */
};

/* Records in the order (object name, file name, function name of the node's function, level, position file, line, address),
   then for calls callee and target.  I < the count returned by rg_profile_n_costs / rg_profile_n_calls.  The order depends on
   names, never on ids or addresses of memory, so equal profiles are written equally.  */
size_t rg_profile_n_costs(const struct rg_profile *p);
size_t rg_profile_n_calls(const struct rg_profile *p);
struct rg_cost_rec rg_profile_cost_at(const struct rg_profile *p, size_t i);
struct rg_call_rec rg_profile_call_at(const struct rg_profile *p, size_t i);

/* The nodes themselves, in the order above; I < rg_profile_n_nodes.  A node that only ever was a callee is among them.  */
uint32_t rg_profile_n_nodes(const struct rg_profile *p);
struct rg_node rg_profile_node_at(const struct rg_profile *p, uint32_t i);

/* The place of NODE in that order; a node that occurs in no record is our bug.  */
uint32_t rg_profile_node_index(const struct rg_profile *p, struct rg_node node);

/* The records of node I: BEGIN <= index < END.  */
struct rg_range {
    size_t begin, end;
};

struct rg_range rg_profile_node_costs(const struct rg_profile *p, uint32_t i);
struct rg_range rg_profile_node_calls(const struct rg_profile *p, uint32_t i);

/* Sum of all costs (self), NEVENTS counters, valid until the next change.  */
const uint64_t *rg_profile_totals(const struct rg_profile *p);

#endif
