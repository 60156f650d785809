/* rg_unused.c - how much of a block the program never wrote.

   SPDX-License-Identifier: GPL-2.0-or-later

   Writes are not watched.  But a new block is cleared (rg_allocs.c) or consists of new pages, so what is not zero at its end
   has been written.  Zeros there may have been written, too: the number is an upper limit of what was never written.  Blocks
   that the program wanted cleared tell nothing.  Nor do small ones: a last field that is 0 is no spare capacity.

   Only what is zero is read, and of a block that was cleared by us: as much as then.  Pages of large blocks that were never
   touched are not read at all, which /proc/self/pagemap tells.  It is opened each time, because that of a parent process is
   not ours.  */
#include "rg_unused.h"
#include "rg_allocs.h"

#include "pub_tool_aspacemgr.h"

enum { MIN_BLOCK = 64, MIN_TAIL = 16, CHUNK = 512, LARGE = 256 << 10 };

/* Bytes before END, down to FROM, that are zero.  */
static SizeT zeros_before(Addr end, Addr from)
{
    Addr p = end;

    while (p > from && p % sizeof(UWord) != 0 && ((const UChar *)p)[-1] == 0)
        p--;
    if (p % sizeof(UWord) == 0)
        while (p >= from + sizeof(UWord) && ((const UWord *)p)[-1] == 0)
            p -= sizeof(UWord);
    while (p > from && ((const UChar *)p)[-1] == 0)
        p--;
    return end - p;
}

static Bool is_touched(ULong entry) { return (entry >> 62) != 0; /* present, or swapped out */ }

/* Of pages [FIRST, LAST) the end of the last one that was touched; FIRST if none, LAST if that is not known.  */
static UWord touched_until(UWord first, UWord last)
{
    static ULong entries[CHUNK];
    SysRes f = VG_(open)("/proc/self/pagemap", VKI_O_RDONLY, 0);
    UWord end = last;

    if (sr_isError(f))
        return last;
    while (end > first) {
        UWord begin = end - first > CHUNK ? end - CHUNK : first, n = end - begin;
        Int wanted = n * sizeof *entries;
        if (VG_(lseek)(sr_Res(f), begin * sizeof *entries, VKI_SEEK_SET) < 0 || VG_(read)(sr_Res(f), entries, wanted) != wanted) {
            end = last;
            break;
        }
        while (n > 0 && !is_touched(entries[n - 1]))
            n--;
        end = begin + n;
        if (n > 0)
            break;
    }
    VG_(close)(sr_Res(f));
    return end;
}

static SizeT tail_of_pages(Addr from, Addr end)
{
    UWord first = VG_PGROUNDUP(from) / VKI_PAGE_SIZE, last = VG_PGROUNDUP(end) / VKI_PAGE_SIZE;
    Addr touched = touched_until(first, last) * VKI_PAGE_SIZE;

    if (touched >= end)
        return zeros_before(end, from);
    return end - touched + (touched > from ? zeros_before(touched, from) : 0);
}

SizeT rg_unused_tail(const struct rg_heap_block *b)
{
    SizeT n;

    if (b->size < MIN_BLOCK || (b->flags & (RG_HEAP_CUSTOM | RG_HEAP_ZEROS)) ||
        !VG_(am_is_valid_for_client)(b->addr, b->size, VKI_PROT_READ))
        return 0;
    n = b->flags & RG_HEAP_MAPPED || b->size >= LARGE ? tail_of_pages(b->addr, b->addr + b->size)
                                                      : zeros_before(b->addr + b->size, b->addr);
    return n < MIN_TAIL ? 0 : n;
}

void rg_unused_count_live(Int sign)
{
    const struct rg_heap_block *b;
    uint64_t cursor = 0;

    while (rg_allocs_heap && (b = rg_heap_next(rg_allocs_heap, &cursor))) {
        SizeT n = rg_unused_tail(b);
        if (n > 0)
            rg_heap_was_unused(rg_allocs_heap, b->site, sign * n);
    }
}
