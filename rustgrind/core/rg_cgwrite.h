/* rg_cgwrite.h - writes a profile in the callgrind format (Valgrind manual, "Callgrind Format Specification", version 1).

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_CGWRITE_H
#define RG_CGWRITE_H

#include "rg_profile.h"

/* Where bytes go.  Returns false when they could not be written (disk full ...): the writer then stops and returns false.  */
typedef bool (*rg_sink_fn)(void *arg, const char *bytes, size_t n);

struct rg_cgwrite_options {
    const char *creator;     /* text after "creator: " */
    const char *cmd;         /* command line; newline and backslash are escaped as \n and \\ by the writer */
    const char *trigger;     /* text after "desc: Trigger: " */
    const char *const *desc; /* further whole lines after "desc: ", NULL-terminated; may be NULL */
    const char *const *events;      /* NEVENTS event names */
    const char *const *event_defs;  /* whole lines after "event: ", NULL-terminated; may be NULL */
    uint64_t bb_from, bb_to; /* "desc: Timerange: Basic block FROM - TO" */
    const uint64_t *summary; /* NEVENTS counters for "summary:"; NULL: the totals */
    int pid;
    int part;                /* "part: N", 1-based */
    int thread;              /* "thread: N"; 0: no such line */
    bool dump_line;          /* positions carry lines */
    bool dump_instr;         /* positions carry addresses */
    bool compress_strings;   /* "(id) name" scheme */
    bool compress_pos;       /* "+n -n *" relative positions */
    bool append;             /* a further part of the same file: the lines before "part:" and DESC are left out */
};

/* Writes P, which has been finished, to SINK.  Returns false when the sink failed.  The output obeys rules R1-R8 of
   docs/format.md.

   Functions and records come in the order of the profile, but those in the function's own file come before those inlined from
   other files, so "fi=" only ever leaves a function's file and "fe=" is not needed.  All counts of a line are written.  No line
   ends in a blank.  When both DUMP_LINE and DUMP_INSTR are false, lines are written all the same: the format has no records
   without position.

   Names are written as they are, except for what would break a line or a reader: a byte that is not part of valid UTF-8, a
   control character (newline too), and a blank at either end become \xNN, two hexadecimal digits.  An empty name becomes ???.
   A name that begins with "(" and a digit would be read as a compressed name: without COMPRESS_STRINGS its "(" becomes \x28.
   The same bytes are replaced in the texts of the header, whose trailing blanks are cut off; in CMD newline and backslash
   become \n and \\.  */
bool rg_cgwrite(const struct rg_profile *p, const struct rg_cgwrite_options *opt, rg_sink_fn sink, void *arg);

#endif
