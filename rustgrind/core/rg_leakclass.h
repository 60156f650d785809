/* rg_leakclass.h - what kind of mistake a lost block is, in the terms of a Rust programmer.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_LEAKCLASS_H
#define RG_LEAKCLASS_H

#include "rg_leak.h"

enum rg_leak_class {
    RG_CLASS_LOST, /* nothing more is known */
    RG_CLASS_BOX,
    RG_CLASS_VEC,
    RG_CLASS_DEQUE,
    RG_CLASS_LIST,
    RG_CLASS_BTREE,
    RG_CLASS_HASH,
    RG_CLASS_CHANNEL,
    RG_CLASS_RC,        /* a reference was forgotten */
    RG_CLASS_WEAK,      /* the value is dropped, a Weak keeps its memory */
    RG_CLASS_RC_CYCLE,  /* reference-counted blocks own each other */
    RG_CLASS_OWN_CYCLE, /* others do */
    RG_CLASS_FFI,
    RG_CLASS_STATIC, /* reachable, from here on */
    RG_CLASS_TLS,
    RG_CLASS_STACK,
    RG_CLASS_MMAP,
    RG_CLASS_LIBC,
    RG_CLASS_RUNTIME,
    RG_CLASS_COUNT
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
