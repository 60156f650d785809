/* rg_owner.h - which kind of owner a heap block has, read from the frames that allocated it.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_OWNER_H
#define RG_OWNER_H

#include "rg_buf.h"

/* One function on the way to an allocation, innermost first; inlined ones are frames of their own.  Strings may be NULL.  */
struct rg_owner_frame {
    const char *fn;   /* demangled, or a bare DWARF name */
    const char *file; /* with its directory, where known */
    const char *obj;  /* of the code */
    uint32_t line;
};

enum rg_owner {
    RG_OWNER_UNKNOWN, /* Rust code, but which type is not to be seen */
    RG_OWNER_BOX,
    RG_OWNER_VEC,
    RG_OWNER_RC,
    RG_OWNER_ARC,
    RG_OWNER_DEQUE,
    RG_OWNER_LIST,
    RG_OWNER_BTREE,
    RG_OWNER_HASH,
    RG_OWNER_CHANNEL,
    RG_OWNER_THREAD,
    RG_OWNER_FFI,     /* no Rust allocation between the allocator and who called it */
    RG_OWNER_RUNTIME, /* std's own, alive until the program ends by intent */
    RG_OWNER_LIBC,
    RG_OWNER_COUNT
};

struct rg_owner_result {
    enum rg_owner owner;
    uint32_t owner_frame; /* index of the frame that shows the owner; N: none */
    uint32_t site_frame;  /* index of the first frame that is not the library's; N: none */
};

/* Decides.  N may be 0.  */
struct rg_owner_result rg_owner_of(const struct rg_owner_frame *f, uint32_t n);

/* Appends the owner as a Rust programmer writes it, with what the owner frame's name tells of its argument: "Rc<Node>".  */
void rg_owner_type(struct rg_buf *b, const struct rg_owner_result *r, const struct rg_owner_frame *f, uint32_t n);

/* "Box", "Vec", ..., for OWNER.  */
const char *rg_owner_word(enum rg_owner owner);

/* FILE belongs to Rust's library, or to a crate that is part of it.  */
bool rg_owner_is_library(const char *file);

/* NAME, demangled, is a function of Rust's library or of the allocator's interface.  */
bool rg_owner_is_library_function(const char *name);

/* FN (a data symbol or function, demangled or not) belongs to std.  */
bool rg_owner_is_std_symbol(const char *name);

#endif
