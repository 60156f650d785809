/* rg_heap_options.c - the options about heap and leaks, and what they switch on.

   SPDX-License-Identifier: GPL-2.0-or-later

   They are memcheck's, with memcheck's meaning, because command lines and configurations are full of them.  The core asks
   right after
   reading the options whether the tool has errors (for --gen-suppressions and --xml), so it is told while they are read.  */
#include "rg_heap_options.h"
#include "rg_allocs.h"
#include "rg_leakcheck.h"
#include "rg_roots.h"
#include "rg_vg.h"

enum { DEFAULT_CALLERS = 12, CALLERS = 25 };

static Bool word_is(const HChar *v, const HChar *word) { return VG_(strcmp)(v, word) == 0; }

const HChar *rg_heap_leak_check(const HChar *v)
{
    if (word_is(v, "no"))
        rg_leak_opt.mode = RG_LEAK_MODE_NO;
    else if (word_is(v, "summary"))
        rg_leak_opt.mode = RG_LEAK_MODE_SUMMARY;
    else if (word_is(v, "yes") || word_is(v, "full"))
        rg_leak_opt.mode = RG_LEAK_MODE_FULL;
    else
        return "--leak-check takes no, summary, yes or full";
    if (rg_leak_opt.mode != RG_LEAK_MODE_NO) {
        rg_leakerror_register();
        VG_(clo_read_inline_info) = True;
    }
    return NULL;
}

const HChar *rg_heap_show_kinds(const HChar *v)
{
    return rg_leak_parse_kinds(v, &rg_leak_opt.show)
               ? NULL
               : "--show-leak-kinds takes all, none or a list of definite, indirect, possible, reachable";
}

/* memcheck's old names for the same.  */
const HChar *rg_heap_show_reachable(const HChar *v)
{
    if (!word_is(v, "yes") && !word_is(v, "no"))
        return "--show-reachable takes 'yes' or 'no'";
    rg_leak_opt.show = word_is(v, "yes") ? (1 << RG_LEAK_KINDS) - 1 : rg_leak_opt.show & ~(1u << RG_LEAK_REACHABLE);
    return NULL;
}

const HChar *rg_heap_show_possibly(const HChar *v)
{
    if (!word_is(v, "yes") && !word_is(v, "no"))
        return "--show-possibly-lost takes 'yes' or 'no'";
    if (word_is(v, "yes"))
        rg_leak_opt.show |= 1 << RG_LEAK_POSSIBLE;
    else
        rg_leak_opt.show &= ~(1u << RG_LEAK_POSSIBLE);
    return NULL;
}

const HChar *rg_heap_error_kinds(const HChar *v)
{
    return rg_leak_parse_kinds(v, &rg_leak_opt.errors)
               ? NULL
               : "--errors-for-leak-kinds takes all, none or a list of definite, indirect, possible, reachable";
}

const HChar *rg_heap_resolution(const HChar *v)
{
    if (word_is(v, "low"))
        rg_leak_opt.resolution = RG_LEAK_RESOLUTION_LOW;
    else if (word_is(v, "med"))
        rg_leak_opt.resolution = RG_LEAK_RESOLUTION_MED;
    else if (word_is(v, "high"))
        rg_leak_opt.resolution = RG_LEAK_RESOLUTION_HIGH;
    else
        return "--leak-resolution takes low, med or high";
    return NULL;
}

Bool rg_heap_parse_heuristics(const HChar *v, UInt *set)
{
    static const HChar *const words[] = {"stdstring", "length64", "newarray", "multipleinheritance"};

    *set = word_is(v, "all") ? 15 : 0;
    if (word_is(v, "all") || word_is(v, "none"))
        return True;
    for (;;) {
        UInt k = 0;
        SizeT n = 0;
        while (k < 4 && (n = VG_(strlen)(words[k]), VG_(strncmp)(v, words[k], n) != 0 || (v[n] && v[n] != ',')))
            k++;
        if (k == 4)
            return False;
        *set |= 1 << k;
        if (!v[n])
            return True;
        v += n + 1;
    }
}

const HChar *rg_heap_heuristics(const HChar *v)
{
    return rg_heap_parse_heuristics(v, &rg_leak_opt.heuristics)
               ? NULL
               : "--leak-check-heuristics takes all, none or a list of stdstring, length64, newarray, multipleinheritance";
}

static const HChar *yes_or_no(const HChar *v, Bool *to, const HChar *wrong)
{
    if (!word_is(v, "yes") && !word_is(v, "no"))
        return wrong;
    *to = v[0] == 'y';
    return NULL;
}

const HChar *rg_heap_rust_heuristics(const HChar *v)
{
    return yes_or_no(v, &rg_leak_opt.rust_heuristics, "--rust-heuristics takes 'yes' or 'no'");
}

const HChar *rg_heap_on(const HChar *v)
{
    const HChar *wrong = yes_or_no(v, &rg_opt.heap_asked, "--heap takes 'yes' or 'no'");

    if (!wrong && rg_opt.heap_asked)
        rg_leakerror_register();
    return wrong;
}

const HChar *rg_heap_events(const HChar *v)
{
    const HChar *wrong = yes_or_no(v, &rg_opt.heap_events, "--heap-events takes 'yes' or 'no'");

    if (!wrong && rg_opt.heap_events)
        rg_leakerror_register();
    return wrong;
}

/* In the place of memcheck its defaults hold: see rustgrind-as-memcheck.  */
void rg_heap_defaults(void)
{
    if (word_is(VG_(clo_toolname), "memcheck"))
        rg_heap_leak_check("summary");
}

/* Rust's library is between the allocator and who called it, so its stacks are deep.  */
void rg_heap_start(void)
{
    if (VG_(clo_xml) && rg_leak_opt.mode == RG_LEAK_MODE_SUMMARY)
        rg_leak_opt.mode = RG_LEAK_MODE_FULL; /* XML has no summary */
    rg_opt.heap = rg_opt.heap_asked || rg_opt.heap_events || rg_leak_opt.mode != RG_LEAK_MODE_NO;
    if (!rg_opt.heap)
        return;
    if (VG_(clo_backtrace_size) == DEFAULT_CALLERS)
        VG_(clo_backtrace_size) = CALLERS;
    rg_allocs_init();
    rg_roots_init();
}
