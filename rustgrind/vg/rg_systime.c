/* rg_systime.c - system calls: how many, and how long they took.

   SPDX-License-Identifier: GPL-2.0-or-later

   As in callgrind, they are costs of the superblock that made the call.  callgrind takes the superblock that ran last, which is
   another thread's if one ran while the call waited; we take the caller's, but not under --compat=callgrind.  */
#include "rg_systime.h"

#include "rg_sim.h"

#include "pub_tool_libcproc.h"

struct moment {
    ULong wall, cpu; /* ns */
};

static struct moment *begun; /* by thread */

static struct moment now(void)
{
    struct moment m = {0, 0};
    struct vki_timespec ts;
    struct vki_timeval tv;

    switch (rg_opt.collect_systime) {
    case RG_SYSTIME_USEC:
        VG_(gettimeofday)(&tv, NULL);
        m.wall = tv.tv_sec * 1000000000ULL + tv.tv_usec * 1000ULL;
        break;
    case RG_SYSTIME_NSEC:
        VG_(clock_gettime)(&ts, VKI_CLOCK_MONOTONIC);
        m.wall = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
        VG_(clock_gettime)(&ts, VKI_CLOCK_THREAD_CPUTIME_ID);
        m.cpu = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
        break;
    default: m.wall = VG_(read_millisecond_timer)() * 1000000ULL; break;
    }
    return m;
}

static ULong nanoseconds_per_unit(void)
{
    switch (rg_opt.collect_systime) {
    case RG_SYSTIME_USEC: return 1000;
    case RG_SYSTIME_NSEC: return 1;
    default: return 1000000;
    }
}

void rg_systime_begin(ThreadId tid)
{
    if (!begun)
        begun = RG_ALLOC("rg.systime", VG_N_THREADS * sizeof *begun);
    begun[tid] = now();
}

static void add(UWord *words, struct rg_rare *rare, enum rg_event e, ULong n)
{
    words[rg_skip_words(rg_ev.lane[e])] += n;
    rg_rare_add(rare, rg_ev.lane[e] - rg_ev.n_static, n);
}

void rg_systime_end(ThreadId tid)
{
    struct moment m = now();
    struct rg_rare *rare;
    UWord *words;

    if (!rg_opt.compat_callgrind)
        rg_threads_switch(tid);
    words = rg_stack_last_skipped();
    if (!words)
        return;
    rare = rg_stack_rare();
    add(words, rare, RG_SYSCOUNT, 1);
    add(words, rare, RG_SYSTIME, (m.wall - begun[tid].wall) / nanoseconds_per_unit());
    if (rg_opt.collect_systime == RG_SYSTIME_NSEC)
        add(words, rare, RG_SYSCPUTIME, m.cpu - begun[tid].cpu);
}
