/* rg_leak.h - which heap blocks nothing points to any more.

   SPDX-License-Identifier: GPL-2.0-or-later

   The caller has the blocks in a heap, shows the roots (memory and registers) and gets back for each block what reaches it.
   The kinds are those of memcheck, with the same meaning: blocks and bytes can be compared.  */
#ifndef RG_LEAK_H
#define RG_LEAK_H

#include "rg_heap.h"
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
    uint64_t addr, size;
    uint32_t site;
    uint32_t link; /* lost: index of the block it belongs to (its own if definite); reached: number of its root */
    uint8_t kind;  /* enum rg_leak_kind */
    uint8_t refs;  /* kinds of references found */
    uint8_t flags; /* the heap's */
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
    unsigned heuristics; /* set of RG_LEAK_H_* */
    bool chunks_in_data; /* the allocator is a part of the program: static data may have addresses of its chunks, as libc's has */
};

struct rg_leak; /* opaque */

/* Sorts the blocks of HEAP in place: it must not change, and nothing be looked for in it, until rg_leak_free.  A block that holds
   others is none of the check's.  */
struct rg_leak *rg_leak_new(const struct rg_leak_world *w, struct rg_heap *heap);
void rg_leak_free(struct rg_leak *l);

/* Scans the words of [ADDR, ADDR+LEN) as roots.  */
void rg_leak_root(struct rg_leak *l, uint64_t addr, uint64_t len, enum rg_leak_root_kind kind, uint32_t tid);
/* One word that is nowhere in memory: register number REG.  */
void rg_leak_root_word(struct rg_leak *l, uint64_t value, uint64_t reg, uint32_t tid);
/* After the last root: decides between definite and indirect.  */
void rg_leak_finish(struct rg_leak *l);

/* Blocks in the order of their addresses.  */
size_t rg_leak_count(const struct rg_leak *l);
struct rg_leak_block rg_leak_at(const struct rg_leak *l, size_t i);
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

/* Is block I definitely or indirectly lost?  */
bool rg_leak_is_lost(const struct rg_leak *l, size_t i);

/* Lost blocks that reach each other, without plain pointers into a middle.  FLAGS and OWNER are rg_leakclass.c's.  */
struct rg_leak_component {
    uint32_t n; /* blocks */
    uint8_t flags, owner;
};
enum { RG_LEAK_ALONE = 0x7fffffff };

/* That of lost block I.  NULL: it is alone, and does not point to itself.  */
struct rg_leak_component *rg_leak_component(const struct rg_leak *l, size_t i);
/* How many pointers to the start of lost block I were found in lost blocks; 65535: at least so many.  */
unsigned rg_leak_found(const struct rg_leak *l, size_t i);

/* Bytes of memory that the heap and the check have taken at most, together.  */
uint64_t rg_leak_memory(const struct rg_leak *l);

const struct rg_leak_world *rg_leak_world_of(const struct rg_leak *l);

#endif
