/* rg_requests.c - client requests and monitor commands about heap and leaks.

   SPDX-License-Identifier: GPL-2.0-or-later

   The requests are those of memcheck.h and valgrind.h, so programs that use them need no change.  Requests of memcheck.h about
   what
   may be read are answered with 0: there is nothing wrong.  Without a look at the heap (--heap=yes or a leak check) the others
   find
   an empty heap.  */
#include "rg_requests.h"
#include "rg_allocs.h"
#include "rg_leakcheck.h"

#include "valgrind.h"
#include "pub_tool_gdbserver.h"

/* Of memcheck.h, which is no part of the tool interface.  */
enum {
    MC_FIRST = (UInt)'M' << 24 | (UInt)'C' << 16,
    MC_DO_LEAK_CHECK = MC_FIRST + 6,
    MC_COUNT_LEAKS = MC_FIRST + 7,
    MC_COUNT_LEAK_BLOCKS = MC_FIRST + 12,
};

/* ---- pools: blocks inside of a memory that the program manages ---- */

struct pool {
    Addr name;
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

static void pool_create(Addr name)
{
    struct pool p = {name, VG_(newXA)(VG_(malloc), "rg.pool", VG_(free), sizeof(Addr))};

    if (!pools)
        pools = VG_(newXA)(VG_(malloc), "rg.pools", VG_(free), sizeof(struct pool));
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
        rg_allocs_custom_free(*(Addr *)VG_(indexXA)(p->blocks, i));
    VG_(deleteXA)(p->blocks);
    VG_(removeIndexXA)(pools, pool_find(name));
}

static void pool_alloc(Addr name, Addr block, SizeT size)
{
    struct pool *p = pool_named(name);

    if (!p)
        return;
    rg_allocs_custom_new(block, size);
    VG_(addToXA)(p->blocks, &block);
}

static void pool_free(Addr name, Addr block)
{
    struct pool *p = pool_named(name);

    for (Word i = p ? VG_(sizeXA)(p->blocks) - 1 : -1; i >= 0; i--)
        if (*(Addr *)VG_(indexXA)(p->blocks, i) == block) {
            VG_(removeIndexXA)(p->blocks, i);
            rg_allocs_custom_free(block);
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
        rg_allocs_custom_free(a);
        if (end > lo && a < lo + len) {
            Addr from = a > lo ? a : lo, to = end < lo + len ? end : lo + len;
            pool_alloc(name, from, to - from);
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
    case VG_USERREQ__CREATE_MEMPOOL: pool_create(args[1]); break;
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

static Bool block_request(const UWord *args)
{
    switch (args[0]) {
    case VG_USERREQ__MALLOCLIKE_BLOCK: rg_allocs_custom_new(args[1], args[2]); return True;
    case VG_USERREQ__FREELIKE_BLOCK: rg_allocs_custom_free(args[1]); return True;
    case VG_USERREQ__RESIZEINPLACE_BLOCK: rg_allocs_custom_resize(args[1], args[3]); return True;
    default: return False;
    }
}

/* ---- leak checks ---- */

static enum rg_leak_delta delta_of(UWord arg)
{
    static const enum rg_leak_delta deltas[] = {RG_LEAK_DELTA_ALL, RG_LEAK_DELTA_INCREASED, RG_LEAK_DELTA_CHANGED,
                                                RG_LEAK_DELTA_NEW};
    return arg < sizeof deltas / sizeof deltas[0] ? deltas[arg] : RG_LEAK_DELTA_ALL;
}

/* Leaks that a program asks for are shown, but are no errors.  */
static void check_on_request(enum rg_leak_mode mode, enum rg_leak_delta delta, UInt show)
{
    UInt errors = rg_leak_opt.errors, shown = rg_leak_opt.show;

    rg_leak_opt.errors = 0;
    rg_leak_opt.show = show;
    rg_leakcheck_run(mode, delta, False);
    rg_leak_opt.errors = errors;
    rg_leak_opt.show = shown;
}

static void count_leaks(const UWord *args, const ULong *by_kind, ULong suppressed)
{
    *(UWord *)args[1] = by_kind[RG_LEAK_DEFINITE] + by_kind[RG_LEAK_INDIRECT];
    *(UWord *)args[2] = by_kind[RG_LEAK_POSSIBLE];
    *(UWord *)args[3] = by_kind[RG_LEAK_REACHABLE];
    *(UWord *)args[4] = suppressed;
}

static Bool leak_request(const UWord *args)
{
    const struct rg_leak_sums *s = rg_leakcheck_sums();

    if (args[0] == MC_DO_LEAK_CHECK)
        check_on_request(args[1] ? RG_LEAK_MODE_SUMMARY : RG_LEAK_MODE_FULL, delta_of(args[2]), rg_leak_opt.show);
    else if (args[0] == MC_COUNT_LEAKS)
        count_leaks(args, s->bytes, s->suppressed_bytes);
    else if (args[0] == MC_COUNT_LEAK_BLOCKS)
        count_leaks(args, s->blocks, s->suppressed_blocks);
    else
        return VG_IS_TOOL_USERREQ('M', 'C', args[0]);
    return True;
}

/* ---- monitor ---- */

static const HChar monitor_help[] =
    "rustgrind monitor commands:\n"
    "  leak_check [full*|summary] [kinds <set>|reachable|possibleleak*|definiteleak] [increased|changed|new|any*]\n"
    "      looks for leaks now; * = default; <set> is all, none or a list of definite, indirect, possible, reachable\n";

/* One word of leak_check's, with the next one if it takes one.  Returns False when it is none.  */
static Bool monitor_word(const HChar *word, HChar **rest, enum rg_leak_mode *mode, enum rg_leak_delta *delta, UInt *show)
{
    static const struct {
        const HChar *word;
        Int mode, delta;
        UInt show;
    } words[] = {
        {"full", RG_LEAK_MODE_FULL, -1, 0},
        {"summary", RG_LEAK_MODE_SUMMARY, -1, 0},
        {"any", -1, RG_LEAK_DELTA_ALL, 0},
        {"increased", -1, RG_LEAK_DELTA_INCREASED, 0},
        {"changed", -1, RG_LEAK_DELTA_CHANGED, 0},
        {"new", -1, RG_LEAK_DELTA_NEW, 0},
        {"reachable", -1, -1, 15},
        {"possibleleak", -1, -1, 1 << RG_LEAK_DEFINITE | 1 << RG_LEAK_POSSIBLE},
        {"definiteleak", -1, -1, 1 << RG_LEAK_DEFINITE},
        {"unlimited", -1, -1, 0},
    };
    const HChar *set;

    if (VG_(strcmp)(word, "kinds") == 0)
        return (set = VG_(strtok_r)(NULL, " ", rest)) && rg_leak_parse_kinds(set, show);
    for (UInt i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (VG_(strcmp)(word, words[i].word) != 0)
            continue;
        if (words[i].mode >= 0)
            *mode = words[i].mode;
        if (words[i].delta >= 0)
            *delta = words[i].delta;
        if (words[i].show)
            *show = words[i].show;
        return True;
    }
    return False;
}

static void monitor_leak_check(HChar **rest)
{
    enum rg_leak_mode mode = RG_LEAK_MODE_FULL;
    enum rg_leak_delta delta = RG_LEAK_DELTA_ALL;
    UInt show = 1 << RG_LEAK_DEFINITE | 1 << RG_LEAK_POSSIBLE;

    for (const HChar *word; (word = VG_(strtok_r)(NULL, " ", rest));)
        if (!monitor_word(word, rest, &mode, &delta, &show)) {
            VG_(gdb_printf)("leak_check does not know '%s'\n%s", word, monitor_help);
            return;
        }
    if (!rg_allocs_heap) {
        VG_(gdb_printf)("the run does not look at the heap: start it with --heap=yes or --leak-check=full\n");
        return;
    }
    check_on_request(mode, delta, show);
}

static Bool monitor(const HChar *text)
{
    HChar *copy = VG_(strdup)("rg.monitor", text), *rest, *word = VG_(strtok_r)(copy, " ", &rest);
    Bool known = True;

    if (word && VG_(strcmp)(word, "help") == 0)
        VG_(gdb_printf)("%s", monitor_help);
    else if (word && VG_(strlen)(word) >= 2 && VG_(strncmp)("leak_check", word, VG_(strlen)(word)) == 0)
        monitor_leak_check(&rest);
    else
        known = False;
    VG_(free)(copy);
    return known;
}

Bool rg_heap_request(ThreadId tid, UWord *args, UWord *ret)
{
    (void)tid;
    *ret = 0;
    if (args[0] == VG_USERREQ__GDB_MONITOR_COMMAND) {
        *ret = monitor((const HChar *)args[1]);
        return *ret;
    }
    return block_request(args) || pool_request(args, ret) || leak_request(args);
}
