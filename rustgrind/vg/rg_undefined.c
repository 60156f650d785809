/* rg_undefined.c - memory whose content the program has said to be none.

   SPDX-License-Identifier: GPL-2.0-or-later

   Allocators that know of Valgrind say that a new block, or one that was given back, is undefined or not to be accessed.  Old
   pointers in it would hide leaks.  There are no bits for validity here, and stores are not seen; so those words that may point
   to a block are kept with what was in them.  A word that is still the same when a leak check begins has not been written, and
   is taken out of the program's memory until the check is over.  */
#include "rg_undefined.h"
#include "rg_allocs.h"
#include "rg_roots.h"

#include "../core/rg_map.h"

static const HChar tag[] = "rg.undefined";

static struct rg_map words; /* by address: what was there */
static Bool made;

static Addr up(Addr a) { return (a + 7) & ~(Addr)7; }

void rg_undefined_mark(Addr a, SizeT len)
{
    Addr end = (a + len) & ~(Addr)7;
    size_t got;

    if (!rg_allocs_heap || len > ~a)
        return;
    if (!made)
        rg_map_init(&words, tag);
    made = True;
    rg_roots_begin();
    for (a = up(a); a < end; a += 8 * got) {
        const uint64_t *p = rg_roots_words(NULL, a, (end - a) / 8, &got);
        for (size_t i = 0; p && i < got; i++)
            if (rg_allocs_may_point(p[i]))
                rg_map_put(&words, a + 8 * i, p[i]);
    }
}

void rg_undefined_clear(Addr a, SizeT len)
{
    Addr end = a + len, where;
    size_t cursor = 0;
    uint64_t key, value;

    if (!made || len > ~a)
        return;
    if (len / 8 < rg_map_count(&words)) {
        for (where = a & ~(Addr)7; where < end; where += 8)
            rg_map_remove(&words, where, NULL);
        return;
    }
    struct rg_map rest;
    rg_map_init(&rest, tag);
    while (rg_map_next(&words, &cursor, &key, &value))
        if (key + 8 <= a || key >= end)
            rg_map_put(&rest, key, value);
    rg_map_free(&words);
    words = rest;
}

static Bool writable(Addr a)
{
    const NSegment *seg = VG_(am_find_nsegment)(a);
    return seg && seg->hasR && seg->hasW && a + 8 <= seg->end + 1 && (seg->kind & (SkAnonC | SkFileC | SkShmC));
}

/* What has been written meanwhile is forgotten.  */
void rg_undefined_hide(void)
{
    struct rg_map same;
    size_t cursor = 0;
    uint64_t key, value;

    if (!made)
        return;
    rg_map_init(&same, tag);
    while (rg_map_next(&words, &cursor, &key, &value))
        if (writable(key) && *(UWord *)(Addr)key == value) {
            *(UWord *)(Addr)key = 0;
            rg_map_put(&same, key, value);
        }
    rg_map_free(&words);
    words = same;
}

void rg_undefined_show(void)
{
    size_t cursor = 0;
    uint64_t key, value;

    if (!made)
        return;
    while (rg_map_next(&words, &cursor, &key, &value))
        *(UWord *)(Addr)key = value;
}
