/* cgparse.h - a small strict reader of the callgrind format, written apart from the writer and used to check it.

   SPDX-License-Identifier: GPL-2.0-or-later

   It accepts what we promise to write, which is less than the format allows: one part, header lines in their order, all counts
   present, no blank at the end of a line, valid UTF-8, and no place where readers are known to disagree.  */
#ifndef CGPARSE_H
#define CGPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CGPARSE_MAX_EVENTS = 64 };

/* One record; for a cost line COB is NULL and what follows it does not count.  */
struct cg_record {
    const char *ob, *fl, *fn; /* the function: its object, its own file, its name with recursion level */
    const char *file;         /* of the position */
    uint64_t line, addr;
    const char *cob, *cfl, *cfn;
    uint64_t calls, target_line, target_addr;
    const uint64_t *counts;
};

struct cgparse {
    char error[300]; /* "line N: what is wrong"; empty: nothing */
    unsigned nevents;
    bool with_line, with_addr;
    bool relative, compressed; /* seen at all */
    char **records;            /* each record as text (cg_record_text), sorted */
    size_t n_records, n_costs, n_calls;
    uint64_t self[CGPARSE_MAX_EVENTS]; /* sums of the cost lines */
    uint64_t summary[CGPARSE_MAX_EVENTS], totals[CGPARSE_MAX_EVENTS];
};

/* Reads the N bytes at TEXT.  Returns false and sets ERROR when they are not what we write.  Free C in both cases.  */
bool cgparse_read(struct cgparse *c, const char *text, size_t n);
void cgparse_free(struct cgparse *c);

/* A record as one line of text: equal records, and only those, give equal texts.  To be freed.  */
char *cg_record_text(const struct cg_record *r, unsigned nevents);

/* Sorts texts as RECORDS is sorted.  */
void cg_sort_texts(char **texts, size_t n);

#endif
