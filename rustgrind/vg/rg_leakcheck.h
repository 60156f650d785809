/* rg_leakcheck.h - the leak check: what is lost, printed, counted and handed to Valgrind's error manager.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_LEAKCHECK_H
#define RG_LEAKCHECK_H

#include "rg_vg.h"

#include "pub_tool_errormgr.h"
#include "pub_tool_execontext.h"

#include "../core/rg_buf.h"
#include "../core/rg_leakclass.h"

enum rg_leak_mode { RG_LEAK_MODE_NO, RG_LEAK_MODE_SUMMARY, RG_LEAK_MODE_FULL };
enum rg_leak_delta { RG_LEAK_DELTA_ALL, RG_LEAK_DELTA_INCREASED, RG_LEAK_DELTA_CHANGED, RG_LEAK_DELTA_NEW };
enum { RG_LEAK_RESOLUTION_LOW, RG_LEAK_RESOLUTION_MED, RG_LEAK_RESOLUTION_HIGH };

struct rg_leak_options {
    UInt mode;       /* enum rg_leak_mode, at the end of the run */
    UInt show;       /* set of 1 << enum rg_leak_kind */
    UInt errors;     /* the same: what counts as an error */
    UInt heuristics; /* set of RG_LEAK_H_*, without Rust's */
    UInt resolution;
    UInt limit; /* records to show, 0: all */
    Bool rust_heuristics;
};
extern struct rg_leak_options rg_leak_opt;

/* Blocks of one kind and class from one place.  */
struct rg_leak_record {
    struct rg_leak_record *next;
    UChar kind, class;
    Bool suppressed, looked_for_cycle;
    UInt site;
    ExeContext *where;
    ULong blocks, bytes, indirect; /* bytes: without those it leads to */
    ULong old_blocks, old_bytes, old_indirect; /* in the check before */
    ULong heuristic_blocks, heuristic_bytes;
    HChar *cycle; /* path, or NULL */
    HChar *root;  /* of the first block, if it is reachable */
    UInt number;  /* in this check, from 1 */
};

/* Looks for leaks.  QUIET: prints nothing.  */
void rg_leakcheck_run(enum rg_leak_mode mode, enum rg_leak_delta delta, Bool quiet);
/* The end of the run: HEAP SUMMARY and the check, before the profile is written.  */
void rg_leakcheck_final(void);
/* The summary of the heap's use.  */
void rg_leakcheck_heap_summary(void);

/* Sums of the last check, by kind.  */
struct rg_leak_sums {
    ULong blocks[RG_LEAK_KINDS], bytes[RG_LEAK_KINDS];
    ULong suppressed_blocks, suppressed_bytes;
    ULong runtime_blocks, runtime_bytes; /* part of the reachable ones */
    ULong cached_blocks, cached_bytes;   /* libc's, of threads that have ended; in no other sum */
    ULong heuristic_blocks[RG_LEAK_N_HEURISTICS], heuristic_bytes[RG_LEAK_N_HEURISTICS];
};
const struct rg_leak_sums *rg_leakcheck_sums(void);
/* Bytes that are definitely or indirectly lost and not suppressed, by site, after the last check.  To be freed.  */
ULong *rg_leakcheck_lost_by_site(void);

/* Writes the records of the last check, smallest first, as "#rg leak" lines.  */
void rg_leakcheck_write(bool (*sink)(void *arg, const char *bytes, size_t n), void *arg);

/* rg_leakerror.c: registers with the error manager; to be called while options are read.  */
void rg_leakerror_register(void);
/* Shows R, which is number R->number of TOTAL, and returns whether it is suppressed.  */
Bool rg_leakerror_show(struct rg_leak_record *r, UInt total, Bool print, Bool count, enum rg_leak_delta delta);
/* A set of kinds, as in "definite,possible"; False: it is none.  */
Bool rg_leak_parse_kinds(const HChar *s, UInt *set);
void rg_leakerror_begin_suppressions(void);
void rg_leakerror_end_suppressions(void);

#endif
