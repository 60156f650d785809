/* rg_leakref.c - pointers into the middle of blocks that are how their owners point to them.

   SPDX-License-Identifier: GPL-2.0-or-later

   The rules are narrow: what an owner of that kind would store there, with what is beside the pointer or at the block's
   beginning as it would be.  */
#include "rg_leak_priv.h"

static bool is_power_of_2(uint64_t v) { return v && !(v & (v - 1)); }

/* A hash table of hashbrown: the buckets, then one control byte each and 16 more.  The pointer is to the control bytes, and
   the next word is their number less one.  */
static bool explains_hashbrown(const struct rg_heap_block *b, uint64_t off, const struct rg_leak_word *c)
{
    uint64_t m = b->size - off - 16;
    return off % 16 == 0 && off + 16 < b->size && m >= 4 && is_power_of_2(m) && c->behind == m - 1;
}

/* Rc::into_raw and the like: behind the two counters, or as far as the value's alignment wants.  */
static bool explains_into_raw(const struct rg_leak *l, const struct rg_heap_block *b, uint64_t off)
{
    uint64_t strong, weak;
    return off >= 16 && is_power_of_2(off) && off <= 4096 && rg_leak_word_at(l, b, 0, &strong) &&
           rg_leak_word_at(l, b, 1, &weak) && strong < (uint64_t)1 << 31 && weak >= 1 && weak < (uint64_t)1 << 31;
}

/* A part of a slice.  Its length is beside the pointer, or the pointer is kept in a place that outlives functions.  */
static bool explains_subslice(const struct rg_heap_block *b, uint64_t off, const struct rg_leak_word *c)
{
    uint64_t rest = b->size - off;
    return !c->in_root_stack || (c->behind > 0 && c->behind <= rest) || (c->before > 0 && c->before <= rest);
}

/* A reference to a field of a leaked value.  It is kept in a place that outlives functions; among lost blocks it says nothing of
   who owns whom.  */
static bool explains_field(uint64_t off, const struct rg_leak_word *c)
{
    return off % 4 == 0 && !c->in_root_stack && c->from != RG_LEAK_DEFINITE;
}

static bool explains_rust(const struct rg_leak *l, const struct rg_heap_block *b, uint64_t off, const struct rg_leak_word *c)
{
    enum rg_owner owner = l->w.owner(l->w.arg, b->site);
    const uint64_t tag_bits = 7;

    if (explains_hashbrown(b, off, c))
        return true;
    switch (owner) {
    case RG_OWNER_RC:
    case RG_OWNER_ARC:
        return explains_into_raw(l, b, off & ~tag_bits) || off <= tag_bits || explains_field(off, c);
    case RG_OWNER_THREAD:
    case RG_OWNER_RUNTIME:
        return explains_into_raw(l, b, off);
    case RG_OWNER_BOX:
        return off <= tag_bits || explains_field(off, c) ||
               (off % 8 == 0 && !c->in_root_stack && c->behind > 0 && c->behind <= b->size - off);
    case RG_OWNER_VEC:
    case RG_OWNER_DEQUE:
        return explains_subslice(b, off, c);
    default:
        return false;
    }
}

/* What memcheck's heuristics know of C++: a string's text behind its three words; an array behind its length; the same with
   the length in elements; an object whose second base class is pointed to.  */
static bool explains_c(const struct rg_leak *l, const struct rg_heap_block *b, uint64_t off, unsigned which)
{
    uint64_t w0, w1, w2, at;

    if (!rg_leak_word_at(l, b, 0, &w0))
        return false;
    switch (which) {
    case RG_LEAK_H_STDSTRING:
        return off == 24 && rg_leak_word_at(l, b, 1, &w1) && rg_leak_word_at(l, b, 2, &w2) && w0 <= w1 && b->size - 25 == w1 &&
               (int32_t)w2 >= -1;
    case RG_LEAK_H_LENGTH64: return off == 8 && w0 == b->size - 8;
    case RG_LEAK_H_NEWARRAY: return off == 8 && w0 > 0 && w0 <= b->size - 8 && (b->size - 8) % w0 == 0;
    case RG_LEAK_H_MULTIPLE:
        return off % 8 == 0 && l->w.is_vtable && rg_leak_word_at(l, b, off / 8, &at) && l->w.is_vtable(l->w.arg, at) &&
               l->w.is_vtable(l->w.arg, w0);
    default: return false;
    }
}

unsigned rg_leak_ref_kind(const struct rg_leak *l, const struct rg_heap_block *b, uint64_t off, const struct rg_leak_word *c,
                          unsigned *heuristic)
{
    *heuristic = 0;
    if (off == 0)
        return RG_LEAK_REF_START;
    for (unsigned h = 1; h < RG_LEAK_H_RUST; h *= 2)
        if ((l->w.heuristics & h) && explains_c(l, b, off, h)) {
            *heuristic = h;
            return RG_LEAK_REF_EXPLAINED;
        }
    if ((l->w.heuristics & RG_LEAK_H_RUST) && explains_rust(l, b, off, c)) {
        *heuristic = RG_LEAK_H_RUST;
        return RG_LEAK_REF_EXPLAINED;
    }
    return RG_LEAK_REF_INTERIOR;
}
