/* rg_leak.h - which heap blocks nothing points to any more.

   SPDX-License-Identifier: GPL-2.0-or-later

   The caller adds the blocks, sorts them, shows the roots (memory and registers) and gets back for each block what reaches it.
   The kinds are those of memcheck, with the same meaning: blocks and bytes can be compared.  */
#ifndef RG_LEAK_H
#define RG_LEAK_H

#include "rg_owner.h"
#include "rg_port.h"

enum rg_leak_kind {
    RG_LEAK_DEFINITE,  /* nothing points to it */
    RG_LEAK_INDIRECT,  /* only lost blocks point to it */
    RG_LEAK_POSSIBLE,  /* reached, but only by pointers into the middle of a block */
    RG_LEAK_REACHABLE,
    RG_LEAK_KINDS
};

/* In the order in which roots are scanned: the first that reaches a block names it.  */
enum rg_leak_root_kind {
    RG_LEAK_ROOT_STATIC,
    RG_LEAK_ROOT_TLS,
    RG_LEAK_ROOT_STACK,
    RG_LEAK_ROOT_REGISTER,
    RG_LEAK_ROOT_MAPPED,
    RG_LEAK_ROOT_LIBC, /* data of libc: only pointers to the start of a block count, see the .c */
    RG_LEAK_ROOT_KINDS
};

/* Kinds of references, as a set.  */
enum {
    RG_LEAK_REF_START = 1,
    RG_LEAK_REF_EXPLAINED = 2, /* into the middle, but that is how this owner points to its block */
    RG_LEAK_REF_INTERIOR = 4,
};

/* Pointers into the middle that count as pointers to the start.  The first four are memcheck's.  */
enum {
    RG_LEAK_H_STDSTRING = 1,
    RG_LEAK_H_LENGTH64 = 2,
    RG_LEAK_H_NEWARRAY = 4,
    RG_LEAK_H_MULTIPLE = 8, /* multiple inheritance: needs world.is_vtable */
    RG_LEAK_H_RUST = 16,
    RG_LEAK_N_HEURISTICS = 5,
};

struct rg_leak_block {
    uint64_t addr;
    uint64_t size : 40, site : 24;
    uint32_t link; /* lost: index of the block it belongs to (its own if definite); reached: number of its root */
    uint8_t kind;  /* enum rg_leak_kind */
    uint8_t refs;  /* kinds of references found */
    uint8_t flags; /* the caller's */
    uint8_t heuristic; /* RG_LEAK_H_* by which it is reachable; 0: by a pointer to its start */
};

struct rg_leak_root {
    uint64_t where; /* address of the word; register number for registers */
    uint32_t tid;   /* of stacks, registers and thread-locals; the first thread is 1 */
    uint32_t kind;  /* enum rg_leak_root_kind */
};

struct rg_leak_world {
    void *arg;
    /* Returns readable words at ADDR (8-aligned), at most N, and stores how many; NULL with *GOT > 0 when that many words
       cannot be read or were never written.  */
    const uint64_t *(*words)(void *arg, uint64_t addr, size_t n, size_t *got);
    /* The owner of blocks allocated at SITE.  */
    enum rg_owner (*owner)(void *arg, uint32_t site);
    /* Is V the address of a table of virtual functions?  May be NULL.  */
    bool (*is_vtable)(void *arg, uint64_t v);
    /* When the block at ADDR was allocated, in any unit; decides which block of a cycle leads it.  May be NULL: by address.  */
    uint64_t (*born)(void *arg, uint64_t addr);
    unsigned heuristics; /* set of RG_LEAK_H_* */
};

struct rg_leak; /* opaque */

struct rg_leak *rg_leak_new(const struct rg_leak_world *w, size_t expected_blocks);
void rg_leak_free(struct rg_leak *l);

void rg_leak_add(struct rg_leak *l, uint64_t addr, uint64_t size, uint32_t site, uint8_t flags);
/* After the last block, before the first root.  Blocks with equal addresses must not exist.  A block that holds others is
   dropped.  */
void rg_leak_sort(struct rg_leak *l);

/* Scans the words of [ADDR, ADDR+LEN) as roots.  */
void rg_leak_root(struct rg_leak *l, uint64_t addr, uint64_t len, enum rg_leak_root_kind kind, uint32_t tid);
/* One word that is nowhere in memory: register number REG.  */
void rg_leak_root_word(struct rg_leak *l, uint64_t value, uint64_t reg, uint32_t tid);
/* Follows what the roots so far reach.  To be called after each kind of root.  */
void rg_leak_drain(struct rg_leak *l);
/* After the last root: decides between definite and indirect.  */
void rg_leak_finish(struct rg_leak *l);

/* Blocks in the order of their addresses.  */
size_t rg_leak_count(const struct rg_leak *l);
struct rg_leak_block *rg_leak_at(const struct rg_leak *l, size_t i);
const struct rg_leak_root *rg_leak_root_at(const struct rg_leak *l, uint32_t number);

/* Calls FN for each word of block I that points to a block: number of the word, what it points to, where in it, and how (one
   RG_LEAK_REF_*).  FN returns false to stop.  */
typedef bool (*rg_leak_ref_fn)(void *arg, size_t word, size_t to, uint64_t offset, unsigned ref);
void rg_leak_refs(struct rg_leak *l, size_t i, size_t from_word, rg_leak_ref_fn fn, void *arg);

/* Word number WORD of block I; false when it cannot be read.  */
bool rg_leak_word(const struct rg_leak *l, size_t i, size_t word, uint64_t *value);

enum { RG_LEAK_NOT_FOUND = UINT32_MAX };
/* The block that holds address V, or RG_LEAK_NOT_FOUND.  */
uint32_t rg_leak_find(const struct rg_leak *l, uint64_t v);

const struct rg_leak_world *rg_leak_world_of(const struct rg_leak *l);

#endif
