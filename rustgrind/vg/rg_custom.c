/* rg_custom.c - blocks and pools that a program manages by itself, and tells of by client requests.

   SPDX-License-Identifier: GPL-2.0-or-later

   Such a block may begin where a block of malloc's does, whose memory it is a part of.  Blocks are known by their addresses, so
   that one is put aside until the program gives its own back.

   What a program says to be a new block, or a freed one, has no content for it, though old pointers may be in it: see
   rg_undefined.c.  */
#include "rg_custom.h"
#include "rg_allocs.h"
#include "rg_heapevents.h"
#include "rg_sites.h"
#include "rg_undefined.h"

#include "../core/rg_map.h"

#include "valgrind.h"

static const HChar tag[] = "rg.custom";

/* ---- blocks ---- */

static struct rg_map outer; /* by address: index in outer_blocks + 1; 0: none any more */
static XArray *outer_blocks; /* of struct rg_heap_block */

static void put_aside(const struct rg_heap_block *b)
{
    struct rg_heap_block copy = *b;

    if (!outer_blocks) {
        outer_blocks = VG_(newXA)(VG_(malloc), tag, VG_(free), sizeof copy);
        rg_map_init(&outer, tag);
    }
    rg_map_put(&outer, b->addr, VG_(addToXA)(outer_blocks, &copy) + 1);
    rg_heap_remove(rg_allocs_heap, copy.addr, rg_allocs_now(), NULL);
}

void rg_custom_outer_freed(Addr p)
{
    if (outer_blocks)
        rg_map_remove(&outer, p, NULL);
}

static void block_new(Addr p, SizeT size, Bool zeroed, UInt flags)
{
    const struct rg_heap_block *b;

    if (!rg_allocs_heap || !p)
        return;
    b = rg_heap_find(rg_allocs_heap, p);
    if (b && !(b->flags & RG_HEAP_CUSTOM))
        put_aside(b);
    rg_heap_add(rg_allocs_heap, p, size, rg_sites_custom(VG_(get_IP)(rg_current_tid)), rg_allocs_now(), RG_HEAP_CUSTOM | flags);
    if (rg_opt.heap_events)
        rg_heapevents_add(rg_stack_rare(), size);
    rg_allocs_note_range(p, size);
    if (zeroed)
        rg_undefined_clear(p, size);
    else
        rg_undefined_mark(p, size);
}

static void block_free(Addr p)
{
    struct rg_heap_block b;
    uint64_t aside = 0;

    if (!rg_allocs_heap || !p || !rg_heap_remove(rg_allocs_heap, p, rg_allocs_now(), &b))
        return;
    rg_undefined_mark(p, b.size);
    if (outer_blocks && rg_map_remove(&outer, p, &aside) && aside)
        rg_heap_put_back(rg_allocs_heap, VG_(indexXA)(outer_blocks, aside - 1), rg_allocs_now());
}

static Bool block_request(const UWord *args)
{
    switch (args[0]) {
    case VG_USERREQ__MALLOCLIKE_BLOCK: block_new(args[1], args[2], args[4] != 0, 0); return True;
    case VG_USERREQ__FREELIKE_BLOCK: block_free(args[1]); return True;
    case VG_USERREQ__RESIZEINPLACE_BLOCK:
        if (rg_allocs_heap)
            rg_heap_resize(rg_allocs_heap, args[1], args[3], rg_allocs_now());
        return True;
    default: return False;
    }
}

/* ---- pools: blocks inside of a memory that the program manages ---- */

struct pool {
    Addr name;
    Bool zeroed, auto_free;
    XArray *blocks; /* of Addr */
};

static XArray *pools;

static Word pool_find(Addr name)
{
    for (Word i = 0; pools && i < VG_(sizeXA)(pools); i++)
        if (((struct pool *)VG_(indexXA)(pools, i))->name == name)
            return i;
    return -1;
}

static struct pool *pool_named(Addr name)
{
    Word i = pool_find(name);
    return i < 0 ? NULL : VG_(indexXA)(pools, i);
}

static void pool_create(Addr name, Bool zeroed, UWord flags)
{
    struct pool p = {name, zeroed, (flags & VALGRIND_MEMPOOL_AUTO_FREE) != 0,
                     VG_(newXA)(VG_(malloc), tag, VG_(free), sizeof(Addr))};

    if (!pools)
        pools = VG_(newXA)(VG_(malloc), tag, VG_(free), sizeof(struct pool));
    if (pool_find(name) < 0)
        VG_(addToXA)(pools, &p);
    else
        VG_(deleteXA)(p.blocks);
}

static void pool_destroy(Addr name)
{
    struct pool *p = pool_named(name);

    if (!p)
        return;
    for (Word i = 0; i < VG_(sizeXA)(p->blocks); i++)
        block_free(*(Addr *)VG_(indexXA)(p->blocks, i));
    VG_(deleteXA)(p->blocks);
    VG_(removeIndexXA)(pools, pool_find(name));
}

static void pool_alloc(Addr name, Addr block, SizeT size)
{
    struct pool *p = pool_named(name);

    if (!p)
        return;
    block_new(block, size, p->zeroed, RG_HEAP_POOL);
    VG_(addToXA)(p->blocks, &block);
}

/* In a pool with this flag a block is memory for other blocks, which end with it.  */
static void free_inner(Addr block)
{
    const struct rg_heap_block *b = rg_allocs_heap ? rg_heap_find(rg_allocs_heap, block) : NULL;
    Addr end = b ? b->addr + b->size : 0;
    uint64_t cursor = 0;

    while (b && (b = rg_heap_next(rg_allocs_heap, &cursor)))
        if (b->addr >= block && b->addr + b->size <= end && !(b->flags & RG_HEAP_POOL))
            block_free(b->addr);
}

static void pool_free(Addr name, Addr block)
{
    struct pool *p = pool_named(name);

    for (Word i = p ? VG_(sizeXA)(p->blocks) - 1 : -1; i >= 0; i--)
        if (*(Addr *)VG_(indexXA)(p->blocks, i) == block) {
            VG_(removeIndexXA)(p->blocks, i);
            if (p->auto_free)
                free_inner(block);
            block_free(block);
            return;
        }
}

/* Only what lies in [LO, LO+LEN) remains of the pool.  */
static void pool_trim(Addr name, Addr lo, SizeT len)
{
    struct pool *p = pool_named(name);

    for (Word i = p ? VG_(sizeXA)(p->blocks) - 1 : -1; i >= 0; i--) {
        Addr a = *(Addr *)VG_(indexXA)(p->blocks, i);
        const struct rg_heap_block *b = rg_allocs_heap ? rg_heap_find(rg_allocs_heap, a) : NULL;
        Addr end = a + (b ? b->size : 0);
        if (a >= lo && end <= lo + len)
            continue;
        VG_(removeIndexXA)(p->blocks, i);
        block_free(a);
        if (end > lo && a < lo + len) {
            Addr from = a > lo ? a : lo, to = end < lo + len ? end : lo + len;
            pool_alloc(name, from, to - from);
            rg_undefined_clear(from, to - from);
        }
    }
}

static void pool_change(Addr name, Addr old, Addr block, SizeT size)
{
    pool_free(name, old);
    pool_alloc(name, block, size);
}

static Bool pool_request(const UWord *args, UWord *ret)
{
    struct pool *p;

    switch (args[0]) {
    case VG_USERREQ__CREATE_MEMPOOL: pool_create(args[1], args[3] != 0, args[4]); break;
    case VG_USERREQ__DESTROY_MEMPOOL: pool_destroy(args[1]); break;
    case VG_USERREQ__MEMPOOL_ALLOC: pool_alloc(args[1], args[2], args[3]); break;
    case VG_USERREQ__MEMPOOL_FREE: pool_free(args[1], args[2]); break;
    case VG_USERREQ__MEMPOOL_TRIM: pool_trim(args[1], args[2], args[3]); break;
    case VG_USERREQ__MEMPOOL_CHANGE: pool_change(args[1], args[2], args[3], args[4]); break;
    case VG_USERREQ__MOVE_MEMPOOL:
        if ((p = pool_named(args[1])))
            p->name = args[2];
        break;
    case VG_USERREQ__MEMPOOL_EXISTS: *ret = pool_named(args[1]) != NULL; break;
    default: return False;
    }
    return True;
}

Bool rg_custom_request(const UWord *args, UWord *ret) { return block_request(args) || pool_request(args, ret); }
