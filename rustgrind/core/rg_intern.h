/* rg_intern.h - byte strings to dense numbers and back.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_INTERN_H
#define RG_INTERN_H

#include "rg_port.h"

struct rg_intern; /* opaque */

/* What rg_intern_find returns for a string that was never interned.  */
#define RG_INTERN_NONE UINT32_MAX

/* An empty table.  Freed by rg_intern_free, and with it all its strings.  */
struct rg_intern *rg_intern_new(const char *tag);
void rg_intern_free(struct rg_intern *in);

/* Returns the id of the N bytes at S, which may hold any values, NUL included.  Equal strings give equal ids; ids are dense and
   begin at 0.  The bytes are copied.  rg_intern_str takes a C string.  */
uint32_t rg_intern_bytes(struct rg_intern *in, const char *s, size_t n);
uint32_t rg_intern_str(struct rg_intern *in, const char *s);

/* As rg_intern_bytes, but adds nothing: RG_INTERN_NONE for an unknown string.  */
uint32_t rg_intern_find(const struct rg_intern *in, const char *s, size_t n);

/* The string of ID followed by a NUL, and its length.  The pointer stays valid as long as the table.  An id that was never
   given out is our bug (RG_ASSERT).  */
const char *rg_intern_name(const struct rg_intern *in, uint32_t id);
size_t rg_intern_len(const struct rg_intern *in, uint32_t id);

uint32_t rg_intern_count(const struct rg_intern *in);

/* Stores in RANK[id], for every id, the place of its string in byte order, 0 to count - 1: comparing ranks is comparing
   strings.  */
void rg_intern_ranks(const struct rg_intern *in, uint32_t *rank);

#endif
