/* rg_leakclass.h - what kind of mistake a lost block is, in the terms of a Rust programmer.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_LEAKCLASS_H
#define RG_LEAKCLASS_H

#include "rg_leak.h"

enum rg_leak_class {
    RG_LEAKCLASS_LOST, /* nothing more is known */
    RG_LEAKCLASS_BOX,
    RG_LEAKCLASS_VEC,
    RG_LEAKCLASS_DEQUE,
    RG_LEAKCLASS_LIST,
    RG_LEAKCLASS_BTREE,
    RG_LEAKCLASS_HASH,
    RG_LEAKCLASS_CHANNEL,
    RG_LEAKCLASS_RC,        /* a reference was forgotten */
    RG_LEAKCLASS_WEAK,      /* the value is dropped, a Weak keeps its memory */
    RG_LEAKCLASS_RC_CYCLE,  /* reference-counted blocks own each other */
    RG_LEAKCLASS_OWN_CYCLE, /* others do */
    RG_LEAKCLASS_ARENA, /* one block with many objects in it */
    RG_LEAKCLASS_FFI,
    RG_LEAKCLASS_STATIC, /* reachable, from here on */
    RG_LEAKCLASS_TLS,
    RG_LEAKCLASS_STACK,
    RG_LEAKCLASS_THREAD, /* another thread than the first has it: its stack, registers or thread-locals */
    RG_LEAKCLASS_MMAP,
    RG_LEAKCLASS_LIBC,
    RG_LEAKCLASS_RUNTIME,
    RG_LEAKCLASS_COUNT
};

/* "leaked-box", "rc-cycle", "static", ...: the words of the #rg leak records.  */
const char *rg_leakclass_word(enum rg_leak_class c);
/* A sentence for people: "Box leaked", ..., NULL where there is nothing to say.  */
const char *rg_leakclass_text(enum rg_leak_class c);

/* A step of a cycle: block BLOCK points at offset OFFSET to the next step's block, the last to the first.  */
struct rg_leakclass_step {
    uint32_t block;
    uint32_t ref; /* RG_LEAK_REF_START or _EXPLAINED */
    uint64_t offset;
};

enum { RG_LEAKCLASS_MAX_STEPS = 8 };

struct rg_leakclass; /* opaque */

/* Classifies the blocks of L, which is finished.  */
struct rg_leakclass *rg_leakclass_new(struct rg_leak *l);
void rg_leakclass_free(struct rg_leakclass *c);

enum rg_leak_class rg_leakclass_of(const struct rg_leakclass *c, size_t block);

/* The shortest cycle through the first cyclic block that belongs to definitely lost block LEADER.  Returns the number of steps,
   0: none, or longer than RG_LEAKCLASS_MAX_STEPS.  *PROVEN: every reference that its counters count has been found.  */
unsigned rg_leakclass_cycle(const struct rg_leakclass *c, size_t leader, struct rg_leakclass_step *steps, bool *proven);

#endif
