/* rg_requests.c - client requests and monitor commands about heap and leaks.

   SPDX-License-Identifier: GPL-2.0-or-later

   The requests are those of memcheck.h and valgrind.h, so programs that use them need no change.  Requests of memcheck.h that ask
   what may be read are answered with 0: there is nothing wrong.  Without a look at the heap (--heap=yes or a leak check) the
   others find an empty heap.  */
#include "rg_requests.h"
#include "rg_allocs.h"
#include "rg_custom.h"
#include "rg_heap_options.h"
#include "rg_leakcheck.h"
#include "rg_undefined.h"

#include "valgrind.h"
#include "pub_tool_gdbserver.h"

/* Of memcheck.h, which is no part of the tool interface.  */
enum {
    MC_FIRST = (UInt)'M' << 24 | (UInt)'C' << 16,
    MC_MAKE_MEM_NOACCESS = MC_FIRST,
    MC_MAKE_MEM_UNDEFINED = MC_FIRST + 1,
    MC_MAKE_MEM_DEFINED = MC_FIRST + 2,
    MC_DO_LEAK_CHECK = MC_FIRST + 6,
    MC_COUNT_LEAKS = MC_FIRST + 7,
    MC_MAKE_MEM_DEFINED_IF_ADDRESSABLE = MC_FIRST + 11,
    MC_COUNT_LEAK_BLOCKS = MC_FIRST + 12,
};

/* ---- memory without content ---- */

static Bool memory_request(const UWord *args, UWord *ret)
{
    switch (args[0]) {
    case MC_MAKE_MEM_NOACCESS:
    case MC_MAKE_MEM_UNDEFINED: rg_undefined_mark(args[1], args[2]); break;
    case MC_MAKE_MEM_DEFINED:
    case MC_MAKE_MEM_DEFINED_IF_ADDRESSABLE: rg_undefined_clear(args[1], args[2]); break;
    default: return False;
    }
    *ret = -1;
    return True;
}

/* ---- leak checks ---- */

static enum rg_leak_delta delta_of(UWord arg)
{
    static const enum rg_leak_delta deltas[] = {RG_LEAK_DELTA_ALL, RG_LEAK_DELTA_INCREASED, RG_LEAK_DELTA_CHANGED,
                                                RG_LEAK_DELTA_NEW};
    return arg < sizeof deltas / sizeof deltas[0] ? deltas[arg] : RG_LEAK_DELTA_ALL;
}

static void check_on_request(enum rg_leak_mode mode, enum rg_leak_delta delta, UInt show, Bool count)
{
    UInt errors = rg_leak_opt.errors, shown = rg_leak_opt.show;

    if (!count)
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
        check_on_request(args[1] ? RG_LEAK_MODE_SUMMARY : RG_LEAK_MODE_FULL, delta_of(args[2]), rg_leak_opt.show, True);
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
    "  leak_check [full*|summary] [kinds <set>|reachable|possibleleak*|definiteleak] [heuristics <list>]\n"
    "             [increased*|changed|new|any] [unlimited*|limited <n>]\n"
    "      looks for leaks now; * = default; <set> is all, none or a list of definite, indirect, possible, reachable;\n"
    "      <list> is all, none or a list of stdstring, length64, newarray, multipleinheritance; <n> records are shown\n";

/* What leak_check was asked for.  */
struct ask {
    enum rg_leak_mode mode;
    enum rg_leak_delta delta;
    UInt show, heuristics, limit;
};

/* One word of leak_check's, with the next one if it takes one.  Returns False when it is none.  */
static Bool monitor_word(const HChar *word, HChar **rest, struct ask *ask)
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
    const HChar *next;
    HChar *end;

    if (VG_(strcmp)(word, "kinds") == 0)
        return (next = VG_(strtok_r)(NULL, " ", rest)) && rg_leak_parse_kinds(next, &ask->show);
    if (VG_(strcmp)(word, "heuristics") == 0)
        return (next = VG_(strtok_r)(NULL, " ", rest)) && rg_heap_parse_heuristics(next, &ask->heuristics);
    if (VG_(strcmp)(word, "limited") == 0) {
        if (!(next = VG_(strtok_r)(NULL, " ", rest)))
            return False;
        ask->limit = VG_(strtoull10)(next, &end);
        return *end == 0 && ask->limit > 0;
    }
    for (UInt i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (VG_(strcmp)(word, words[i].word) != 0)
            continue;
        if (words[i].mode >= 0)
            ask->mode = words[i].mode;
        if (words[i].delta >= 0)
            ask->delta = words[i].delta;
        if (words[i].show)
            ask->show = words[i].show;
        return True;
    }
    return False;
}

/* Without a word about it, only what has increased since the last check.  Leaks that somebody asks for from outside are shown,
   but are no errors.  */
static void monitor_leak_check(HChar **rest)
{
    struct ask ask = {RG_LEAK_MODE_FULL, RG_LEAK_DELTA_INCREASED, 1 << RG_LEAK_DEFINITE | 1 << RG_LEAK_POSSIBLE,
                      rg_leak_opt.heuristics, 0};
    UInt heuristics = rg_leak_opt.heuristics;

    for (const HChar *word; (word = VG_(strtok_r)(NULL, " ", rest));)
        if (!monitor_word(word, rest, &ask)) {
            VG_(gdb_printf)("leak_check does not know '%s', or what follows it\n%s", word, monitor_help);
            return;
        }
    if (!rg_allocs_heap) {
        VG_(gdb_printf)("the run does not look at the heap: start it with --heap=yes or --leak-check=full\n");
        return;
    }
    rg_leak_opt.heuristics = ask.heuristics;
    rg_leak_opt.limit = ask.limit;
    check_on_request(ask.mode, ask.delta, ask.show, False);
    rg_leak_opt.heuristics = heuristics;
    rg_leak_opt.limit = 0;
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
    return rg_custom_request(args, ret) || memory_request(args, ret) || leak_request(args);
}
