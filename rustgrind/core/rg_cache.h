/* rg_cache.h - two levels of cache, simulated as callgrind does.

   SPDX-License-Identifier: GPL-2.0-or-later

   The facts are those of callgrind 3.19 (callgrind/sim.c); the same numbers come out for the same accesses:
   - I1 and D1 are backed by a common LL.  All are set-associative with true LRU; an access that misses I1 or D1 goes to LL;
     levels do not invalidate each other.  At the start (and after rg_cache_clear) every cache holds the line at address 0.
   - An access that straddles two lines touches both, in order of address, and is one access: it misses a level when either line
     does, and then the next level is touched for the whole of it, by that level's own lines.
   - An access is never longer than rg_cache_max_access: the caller cuts it.
   - Writes are reads, except in RG_CACHE_WB.

   The fast way.  A hit of L1 does nothing but make lines the most recently used ones.  So a caller may do it alone, by a time
   stamp, if it knows that all lines of the access are there.  Two tables tell:
   - data: struct rg_cache_hot.  A line that is in D1 *may* have its slot, found by address; a line that has its slot is in D1.
   - code: struct rg_cache_line, one for each line of I1's size that code was translated from.  ABSENT tells all.
   Accesses are checked a segment of code at a time:
     1. acc = 0; for each code line: acc |= absent; for each data access: acc |= rg_cache_hot_check
     2. if acc is less than the line size of D1 (see rg_cache_missed), all of them hit.
     3. if not, one of them may have missed: rg_cache_restamp, then all accesses of the segment are done, in order, by
        rg_cache_fetch and rg_cache_data.
     4. in both cases all code lines of the segment are stamped, and all slots of 1., in order, by rg_cache_hot_stamp.
   Time grows with simulated order; code and data may have clocks of their own.  Each data access has a time larger by 2 or more
   than the one before it: the second line of a straddling access is stamped with time + 1.  The code lines of a segment have
   the same time, larger than the segment's before; among them the one with the lower address is the older, as the instructions
   of a segment are in order of address.  They are compared by signed difference.
   After 3., 4. says again what is known already, but for the second line of a straddling access: if it was accessed, or its slot
   belonged to another line, earlier in the segment, it is now stamped with that time.  That is what rg_cache_restamp puts right,
   before anything depends on it.
   Where a hit does more than that (data in RG_CACHE_WB, everything in RG_CACHE_USE) nothing is ever present in the tables, so
   that the same code always goes the slow way.

   Data accesses with one base register and no other one between them that span at most a line of D1, and single ones, may be
   checked and stamped as two, lowest and highest byte, each of size 1, and have one time: their two lines are in different sets,
   where order does not matter.  Not if rg_cache_one_set.  They are done one by one.  */
#ifndef RG_CACHE_H
#define RG_CACHE_H

#include "rg_geometry.h"

struct rg_cache; /* opaque */

enum rg_cache_mode {
    RG_CACHE_PLAIN,
    RG_CACHE_WB = 1,    /* LL is write-back: RG_CACHE_MISS_DIRTY */
    RG_CACHE_HWPREF = 2, /* LL has a stream prefetcher; may be joined with RG_CACHE_WB */
    RG_CACHE_USE = 4,   /* use of lines (rg_cache_use_owner); alone */
};

/* What an access did.  A result implies the events of those before it, beside the access itself: L1 miss; LL miss; dirty.  */
enum rg_cache_result {
    RG_CACHE_L1_HIT,
    RG_CACHE_LL_HIT,
    RG_CACHE_MISS,
    RG_CACHE_MISS_DIRTY, /* RG_CACHE_WB: and a dirty line had to leave LL */
};

enum rg_cache_kind { RG_CACHE_FETCH, RG_CACHE_READ, RG_CACHE_WRITE };

enum { RG_CACHE_SLOTS = 16384 }; /* a power of two, at least 4 */

struct rg_cache_slot {
    uint64_t line;   /* address of a line in D1; in an empty slot an address that belongs to another slot */
    uint64_t *stamp; /* where the time of its last access is; never NULL */
};

/* The caller's: near its generated code.  Initialized by rg_cache_new.  */
struct rg_cache_hot {
    struct rg_cache_slot slot[RG_CACHE_SLOTS];
};

/* A line of code.  Never freed or moved before rg_cache_free.  */
struct rg_cache_line {
    uint64_t absent; /* 0: in I1; otherwise UINT64_MAX */
    uint64_t stamp;  /* time of its last access */
    uint64_t addr;
    struct rg_cache_line *next; /* the line after it in memory; NULL when not known: use rg_cache_next_line */
};

/* The offset of the slot of address A in hot->slot, in bytes: (A >> (line_bits - RG_CACHE_SLOT_SHIFT)) & RG_CACHE_SLOT_MASK.  */
enum { RG_CACHE_SLOT_SHIFT = 4 };
enum { RG_CACHE_SLOT_MASK = (RG_CACHE_SLOTS - 1) * sizeof(struct rg_cache_slot) };

static inline struct rg_cache_slot *rg_cache_hot_slot(struct rg_cache_hot *hot, unsigned line_bits, uint64_t a)
{
    return (struct rg_cache_slot *)((char *)hot->slot + (a >> (line_bits - RG_CACHE_SLOT_SHIFT) & RG_CACHE_SLOT_MASK));
}

/* Less than the line size when the SIZE bytes at A are inside one line that has its slot.  SIZE is 1 to rg_cache_max_access.  */
static inline uint64_t rg_cache_hot_check(struct rg_cache_hot *hot, unsigned line_bits, uint64_t a, unsigned size)
{
    return (a + size - 1) ^ rg_cache_hot_slot(hot, line_bits, a)->line;
}

static inline void rg_cache_hot_stamp(struct rg_cache_hot *hot, unsigned line_bits, uint64_t a, uint64_t time)
{
    *rg_cache_hot_slot(hot, line_bits, a)->stamp = time;
}

static inline bool rg_cache_missed(uint64_t acc, unsigned line_bits)
{
    return acc >> line_bits != 0;
}

/* Makes the caches, empty, with geometries that rg_geometry_check accepts.  MODE is a sum of enum rg_cache_mode.  HOT must
   outlive the caches.  NEW_LINE gives memory for a code line, zeroed and near the caller's generated code, which the cache never
   frees; NULL: rg_alloc.  Freed by rg_cache_free.  */
struct rg_cache *rg_cache_new(const struct rg_geometry *i1, const struct rg_geometry *d1, const struct rg_geometry *ll,
                              unsigned mode, struct rg_cache_hot *hot, struct rg_cache_line *(*new_line)(void));
void rg_cache_free(struct rg_cache *c);

/* Empties all caches and forgets what was loaded by whom.  Code lines stay valid.  */
void rg_cache_clear(struct rg_cache *c);

/* log2 of the line size of D1: the LINE_BITS above; of I1: what code lines are.  */
unsigned rg_cache_d1_line_bits(const struct rg_cache *c);
unsigned rg_cache_i1_line_bits(const struct rg_cache *c);

/* The smallest line size of the three: longer accesses are cut to it.  It must be at least the size of the largest register of
   the guest, or what is cut is not what callgrind cuts.  */
unsigned rg_cache_max_access(const struct rg_cache *c);

/* D1 has one set only: accesses must not be merged.  */
bool rg_cache_one_set(const struct rg_cache *c);

/* The code line of address A, made when it is not known.  The second form is for the line after LINE.  */
struct rg_cache_line *rg_cache_code_line(struct rg_cache *c, uint64_t a);
struct rg_cache_line *rg_cache_next_line(struct rg_cache *c, struct rg_cache_line *line);

/* Adds DELTA, which may be negative, modulo 2^64, to the stamps of all code lines: the clock of fetches was set.  Stamps are
   compared by signed difference.  */
void rg_cache_shift_code_time(struct rg_cache *c, uint64_t delta);

/* Fetches the instruction of SIZE bytes at A, whose first byte is in LINE.  Stamps its lines with TIME.  */
enum rg_cache_result rg_cache_fetch(struct rg_cache *c, struct rg_cache_line *line, uint64_t a, unsigned size, uint64_t time);

/* A data access.  TIME stamps its first line, TIME + 1 the second.  The second form is for RG_CACHE_PLAIN.  */
enum rg_cache_result rg_cache_data(struct rg_cache *c, uint64_t a, unsigned size, bool write, uint64_t time);
enum rg_cache_result rg_cache_plain_data(struct rg_cache *c, uint64_t a, unsigned size, uint64_t time);

/* Puts stamps right that step 4 above has set back.  At most RG_CACHE_STRADDLING data accesses of a segment may straddle.  */
enum { RG_CACHE_STRADDLING = 64 };
void rg_cache_restamp(struct rg_cache *c);

/* ---- RG_CACHE_USE ---- */

/* Four counters of the instruction that loads a line.  When the line leaves the cache, its cost of access (1000 / number of
   accesses) and its spatial loss (bytes never touched) are added.  */
struct rg_cache_use {
    uint64_t ac_cost1, sp_loss1, ac_cost2, sp_loss2;
};

/* Lines loaded by the accesses that follow are on OWNER's account (NULL: on nobody's).  OWNER must stay valid until the line
   has left or rg_cache_use_finish or rg_cache_clear was called.  COLLECT false: what leaves now is counted nowhere.  */
void rg_cache_use_owner(struct rg_cache *c, struct rg_cache_use *owner, bool collect);

/* At the end of the run: all lines leave.  Does nothing when the last COLLECT was false.  */
void rg_cache_use_finish(struct rg_cache *c);

#endif
