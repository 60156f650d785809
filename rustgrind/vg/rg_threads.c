/* rg_threads.c - which thread the hot state belongs to, and what signals and the ends of threads mean for it.

   SPDX-License-Identifier: GPL-2.0-or-later

   Valgrind runs one thread at a time and tells the tool before each slice, so the running thread's state is a plain global
   that is swapped here.  Counters belong to all threads; shadow stacks, level cells and the running total to one.  */
#include "rg_allocs.h"
#include "rg_deterministic.h"
#include "rg_fault.h"
#include "rg_roots.h"
#include "rg_sim.h"
#include "rg_turn.h"

ThreadId rg_current_tid = 1;

struct rg_thread *rg_threads;

void rg_threads_forall(void (*fn)(struct rg_thread *))
{
    for (UInt tid = 1; tid < VG_N_THREADS; tid++)
        if (rg_threads[tid].used)
            fn(&rg_threads[tid]);
}

void rg_threads_switch(ThreadId tid)
{
    if (tid == rg_current_tid)
        return;
    rg_threads[rg_current_tid].saved = rg_s;
    if (!rg_threads[tid].used)
        rg_thread_make(&rg_threads[tid]);
    rg_sim_set_time(rg_threads[tid].saved.total);
    rg_s = rg_threads[tid].saved;
    rg_current_tid = tid;
}

/* A thread id is used again.  callgrind goes on with what it knows of the dead thread, as if its last superblock had jumped
   here.  */
static void restart_as_callgrind(struct rg_thread *t)
{
    t->restarted = False;
    if (rg_s.last) {
        struct rg_sb *sb = rg_s.last->sb;
        rg_transit(&sb->exits[sb->n_exits - 1], rg_s.off, VG_(get_IP)(rg_current_tid), VG_(get_SP)(rg_current_tid));
    }
}

static void start_client_code(ThreadId tid, ULong blocks)
{
    UWord base = RG_BASE;

    (void)blocks;
    if (rg_opt.deterministic)
        rg_deterministic_start(tid);
    /* Generated code finds the state through this shadow register.  A new thread does not have it yet.  */
    VG_(set_shadow_regs_area)(tid, 1, 0, sizeof base, (const UChar *)&base);
    rg_threads_switch(tid);
    rg_stack_reserve();
    rg_fault_resumed();
    if (rg_threads[tid].restarted && rg_opt.compat_callgrind)
        restart_as_callgrind(&rg_threads[tid]);
}

static void stop_client_code(ThreadId tid, ULong blocks)
{
    rg_fault_stopped(rg_compat_blocks_left(tid));
    if (rg_opt.deterministic)
        rg_turn_stopped(tid, blocks);
    rg_hot_retranslate();
}

static void thread_exit(ThreadId tid)
{
    struct rg_thread *t = &rg_threads[tid];

    rg_threads_switch(tid);
    if (rg_opt.deterministic)
        rg_turn_may_wait(tid);
    rg_roots_thread_gone(tid);
    rg_allocs_thread_gone(tid);
    if (rg_opt.compat_callgrind) {
        t->restarted = True;
        return;
    }
    rg_fault_end();
    rg_stack_unwind_all(t);
    rg_threads[tid].saved = rg_s;
    rg_thread_make(t);
    rg_s = rg_threads[tid].saved;
}

static void pre_signal(ThreadId tid, Int sig, Bool alt_stack)
{
    rg_threads_switch(tid);
    rg_signal_enter(sig, alt_stack);
}

static void post_signal(ThreadId tid, Int sig)
{
    (void)sig;
    rg_threads_switch(tid);
    rg_signal_leave(True);
}

void rg_threads_register(void)
{
    rg_threads = RG_ALLOC("rg.threads", VG_N_THREADS * sizeof *rg_threads);
    rg_thread_make(&rg_threads[1]);
    rg_s = rg_threads[1].saved;
    VG_(track_start_client_code)(start_client_code);
    VG_(track_stop_client_code)(stop_client_code);
    VG_(track_pre_thread_ll_exit)(thread_exit);
    VG_(track_pre_deliver_signal)(pre_signal);
    VG_(track_post_deliver_signal)(post_signal);
}

/* The end of the run: nothing is active any more.  */
void rg_threads_finish(void)
{
    for (UInt tid = 1; tid < VG_N_THREADS; tid++) {
        if (!rg_threads[tid].used)
            continue;
        rg_threads_switch(tid);
        rg_fault_end();
        if (rg_opt.compat_callgrind)
            rg_last_uncount();
        rg_stack_unwind_all(&rg_threads[tid]);
    }
    rg_threads_switch(1);
}

UWord rg_threads_instructions(void)
{
    UWord sum = 0;

    rg_threads[rg_current_tid].saved = rg_s;
    for (UInt tid = 1; tid < VG_N_THREADS; tid++)
        if (rg_threads[tid].used)
            sum += rg_threads[tid].saved.total;
    return sum;
}

void rg_threads_total(uint64_t *sum)
{
    VG_(memset)(sum, 0, rg_ev.n * sizeof *sum);
    rg_threads[rg_current_tid].saved = rg_s;
    for (UInt tid = 1; tid < VG_N_THREADS; tid++)
        if (rg_threads[tid].used)
            rg_stack_add_totals(&rg_threads[tid], &rg_threads[tid].saved, sum);
}

void rg_threads_add_active(Int sign)
{
    rg_threads[rg_current_tid].saved = rg_s;
    for (UInt tid = 1; tid < VG_N_THREADS; tid++)
        if (rg_threads[tid].used)
            rg_stack_add_active(&rg_threads[tid], &rg_threads[tid].saved, sign);
}
