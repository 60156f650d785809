/* rg_geometry.h - the geometry of a cache: size, ways, line size.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_GEOMETRY_H
#define RG_GEOMETRY_H

#include "rg_buf.h"

/* A value type.  All zeros: not given.  */
struct rg_geometry {
    uint32_t size;  /* bytes */
    uint32_t assoc; /* ways */
    uint32_t line;  /* bytes */
};

enum rg_geometry_error {
    RG_GEOMETRY_OK,
    RG_GEOMETRY_SYNTAX,     /* not three numbers with commas between them */
    RG_GEOMETRY_RANGE,      /* a number is 0 or more than RG_GEOMETRY_MAX_SIZE */
    RG_GEOMETRY_LINE,       /* line size is no power of two */
    RG_GEOMETRY_SHORT_LINE, /* line size below RG_GEOMETRY_MIN_LINE */
    RG_GEOMETRY_ONE_LINE,   /* size is not larger than a line */
    RG_GEOMETRY_WAYS,       /* more ways than lines */
    RG_GEOMETRY_SETS,       /* size is not (power of two) x ways x line size */
};

enum {
    RG_GEOMETRY_MIN_LINE = 16, /* an instruction may straddle two lines, not three */
    RG_GEOMETRY_MAX_SIZE = INT32_MAX,
};

/* May these be simulated?  The rules are callgrind's.  */
enum rg_geometry_error rg_geometry_check(const struct rg_geometry *g);

/* Reads "size,assoc,line", decimal numbers, and checks it; *G is set when the result is RG_GEOMETRY_OK.  */
enum rg_geometry_error rg_geometry_parse(const char *text, struct rg_geometry *g);

/* What is allowed, as the end of "--I1 takes size,ways,line: ".  */
const char *rg_geometry_allowed(enum rg_geometry_error e);

/* Makes a last-level cache that was found in the machine one that can be simulated, as callgrind does: the number of sets is
   lowered to a power of two, and the ways are raised so that the size stays about the same.  Returns false when that is not
   possible or nothing had to change.  */
bool rg_geometry_adjust_ll(struct rg_geometry *g);

/* Appends "32768 B, 64 B, 8-way associative", as in the desc: lines of callgrind's files.  */
void rg_geometry_describe(struct rg_buf *b, const struct rg_geometry *g);

#endif
