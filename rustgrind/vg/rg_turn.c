/* rg_turn.c - threads run in turns that depend on the program alone.

   SPDX-License-Identifier: GPL-2.0-or-later

   Valgrind runs one thread at a time, but which one gets its lock next is left to the kernel: a thread that is woken by another
   may run before the other goes on, or after it.  Here one thread has the turn, until it waits in the kernel, has run its number
   of superblocks, or yields; then the next in the circle of those that can run has it.  A thread that gets the lock out of turn
   gives it back and sleeps beside it, until it is woken: because it is its turn, or as the one that looks whether the thread whose
   turn it is has begun to wait, for that one cannot tell.

   Which threads can run is certain only when none is on its way: into a wait that it has announced, out of one that has ended, to
   its first or from its last instruction.  The kernel tells where each thread sleeps in the task's file `syscall`: in a call of
   the program, which is made at a known place in Valgrind's code, or elsewhere, which is Valgrind's lock.  So before the turn
   changes we wait until all sleep in one of these ways.  What is woken from outside (files, clocks, other processes) comes when it
   comes.

   Valgrind learns which task a thread is only when it runs for the first time.  Until then its task is one of those that are not known
   and sleep for the lock; there must be as many of them as threads that have been created and have not run.  */
#include "rg_turn.h"

#include "rg_deterministic.h"

#include "pub_tool_vkiscnums.h"

enum { TASK_FILE = 64, TASK_TEXT = 256, DIR_BUFFER = 1024 };

/* Superblocks of a turn: at least this number, for we are asked only when Valgrind's own slice ends, of 100,000.  */
enum { TURN = 50000 };

/* How often we look whether all sleep: at once, then every tenth of a millisecond.  */
enum { TRIES_AT_ONCE = 50, TRIES = 10000, PAUSE_NS = 100000, SLEEP_NS = 100000000, WATCH_NS = 500000 };

enum where { MOVING, READY, WAITING };

static Bool single = True; /* there has been one thread only */
static ThreadId turn = 1;
static Bool turn_ended;
static ULong turn_began, stopped; /* superblocks run when the turn began, and at the last stop */
static Bool *ready, *starting; /* by thread */
static Bool *asleep;  /* by thread: beside the lock */
static Int *wakings; /* by thread: how often it was woken */
static ULong *due, *sleeps_until; /* by thread: it is not to run before this time */
static ThreadId newest;

void rg_turn_created(ThreadId child)
{
    single = False;
    starting[child] = True;
    newest = child;
}

void rg_turn_not_created(void) { starting[newest] = False; }

/* ---- where threads are ---- */

static UWord read_number(const HChar **p)
{
    HChar *end;
    UWord n;

    while (**p == ' ')
        (*p)++;
    n = (*p)[0] == '0' && (*p)[1] == 'x' ? VG_(strtoull16)(*p, &end) : VG_(strtoull10)(*p, &end);
    *p = end;
    return n;
}

/* Reads the file NAME of the task LWP into TEXT, as far as it fits; False: it is gone.  */
static Bool read_task(Int lwp, const HChar *name, HChar text[TASK_TEXT])
{
    HChar path[TASK_FILE];
    SysRes fd;
    Int n;

    VG_(sprintf)(path, "/proc/self/task/%d/%s", lwp, name);
    fd = VG_(open)(path, VKI_O_RDONLY, 0);
    if (sr_isError(fd))
        return False;
    n = VG_(read)(sr_Res(fd), text, TASK_TEXT - 1);
    VG_(close)(sr_Res(fd));
    text[n > 0 ? n : 0] = 0;
    return n > 0;
}

/* A sleep that signals cannot end is a short one, for a disk or for a lock of the kernel's.  */
static Bool sleeps_shortly(Int lwp)
{
    HChar text[TASK_TEXT];
    const HChar *end = read_task(lwp, "stat", text) ? VG_(strrchr)(text, ')') : NULL;

    return !end || end[1] != ' ' || end[2] != 'S';
}

/* Where the task LWP is.  Its file says `running`, or number, six arguments, SP and PC of the system call in which it sleeps.  How it
   sleeps is looked at before: one that sleeps shortly in a call of the program sleeps for Valgrind's lock next, and with the place of the
   one sleep and the state of the other it would seem to wait.  */
static enum where where_is(Int lwp)
{
    HChar text[TASK_TEXT];
    const HChar *p = text;
    UWord pc = 0;

    if (sleeps_shortly(lwp) || !read_task(lwp, "syscall", text) || text[0] < '0' || text[0] > '9')
        return MOVING;
    for (Int i = 0; i < 9; i++)
        pc = read_number(&p);
    return rg_compat_in_client_syscall(pc) ? WAITING : READY;
}

/* Marks who is ready besides TID, which runs.  False: a task is moving.  */
static Bool look(ThreadId tid)
{
    HChar buffer[DIR_BUFFER] __attribute__((aligned(8)));
    SysRes fd = VG_(open)("/proc/self/task", VKI_O_RDONLY, 0);
    Bool settled = !sr_isError(fd);
    Int n, unborn = 0;

    VG_(memset)(ready, 0, VG_N_THREADS * sizeof *ready);
    ready[tid] = True;
    while (settled && (n = VG_(getdents64)(sr_Res(fd), (struct vki_dirent64 *)buffer, sizeof buffer)) > 0)
        for (Int i = 0; settled && i < n; i += ((struct vki_dirent64 *)(buffer + i))->d_reclen) {
            Int lwp = VG_(strtoll10)(((struct vki_dirent64 *)(buffer + i))->d_name, NULL);
            ThreadId t = VG_(lwpid_to_vgtid)(lwp);
            if (lwp == 0 || t == tid)
                continue;
            enum where w = where_is(lwp);
            if (t != VG_INVALID_THREADID) {
                settled = w != MOVING && !(w == WAITING && sleeps_until[t] && sleeps_until[t] <= rg_deterministic_time());
                ready[t] = w == READY;
            } else if (lwp != VG_(getpid)()) { /* the first task stays to the end, dead */
                settled = w == READY;
                unborn++;
            }
        }
    for (ThreadId t = 1; t < VG_N_THREADS; t++)
        if (starting[t]) {
            ready[t] = True;
            unborn--;
        }
    if (!sr_isError(fd))
        VG_(close)(sr_Res(fd));
    return settled && unborn == 0;
}

static void settle(ThreadId tid)
{
    static Bool told;
    struct vki_timespec pause = {0, PAUSE_NS};
    Int tries;

    for (tries = 0; tries < TRIES && !look(tid); tries++) {
        if (tries < TRIES_AT_ONCE)
            rg_compat_syscall(__NR_sched_yield, 0, 0, 0, 0);
        else
            rg_compat_syscall(__NR_nanosleep, (UWord)&pause, 0, 0, 0);
    }
    if (tries == TRIES && !told) {
        VG_(umsg)("rustgrind: --deterministic: a thread does not come to rest: the order of threads may differ from run to run\n");
        told = True;
    }
}

/* ---- turns ---- */

/* Not before this time; 0: at any time.  */
static ULong time_of(ThreadId t) { return due[t] > sleeps_until[t] ? due[t] : sleeps_until[t]; }

/* The next after AFTER that can run now; if there is none, of those that wait for a time the one that waits for the earliest, which
   may not have been woken by the kernel yet.  */
static ThreadId next_ready(ThreadId after)
{
    ULong now = rg_deterministic_time(), earliest = ~0ULL;
    ThreadId first = after;

    for (UInt i = 1; i <= VG_N_THREADS; i++) {
        ThreadId t = (after + i) % VG_N_THREADS;
        if (ready[t] && time_of(t) <= now)
            return t;
        if ((ready[t] || sleeps_until[t]) && time_of(t) < earliest) {
            earliest = time_of(t);
            first = t;
        }
    }
    return first;
}

static void wake(ThreadId tid)
{
    if (!asleep[tid])
        return;
    wakings[tid]++;
    rg_compat_syscall(__NR_futex, (UWord)&wakings[tid], VKI_FUTEX_WAKE, 1, 0);
}

/* Sleeps without the lock.  When all threads are told to end, they are not told here: so it wakes up now and then.  */
static void sleep_beside(ThreadId tid, UWord ns)
{
    struct vki_timespec limit = {0, ns};
    Int seen = wakings[tid];

    asleep[tid] = True;
    rg_compat_release_lock(tid);
    rg_compat_syscall(__NR_futex, (UWord)&wakings[tid], VKI_FUTEX_WAIT, seen, (UWord)&limit);
    rg_compat_acquire_lock(tid);
    asleep[tid] = False;
}

void rg_turn_take(ThreadId tid)
{
    starting[tid] = False;
    while (!single && !VG_(is_exiting)(tid)) {
        if (turn == tid && !turn_ended)
            return;
        settle(tid);
        if (turn_ended || !ready[turn] || time_of(turn) > rg_deterministic_time()) {
            ThreadId next = next_ready(turn);
            if (!ready[next]) {
                sleep_beside(tid, WATCH_NS);
                continue;
            }
            turn = next;
            turn_ended = False;
            turn_began = stopped;
            due[turn] = sleeps_until[turn] = 0;
        }
        if (turn != tid) {
            wake(turn);
            sleep_beside(tid, SLEEP_NS);
        }
    }
    if (single)
        turn = tid;
    else
        rg_compat_run_nothing(tid);
}

void rg_turn_sleeps(ThreadId tid, ULong t) { sleeps_until[tid] = t; }

void rg_turn_continues(ThreadId tid, ULong t)
{
    if (single)
        return;
    due[tid] = t;
    if (t > rg_deterministic_time() && turn == tid)
        turn_ended = True;
    rg_turn_take(tid);
    due[tid] = 0;
}

/* The instruction before the stop is `pause`: the thread spins.  */
static Bool stopped_at_pause(ThreadId tid)
{
    Addr ip = VG_(get_IP)(tid);

    return VG_(am_is_valid_for_client)(ip - 2, 2, VKI_PROT_READ) && ((const UChar *)ip)[-2] == 0xf3 && ((const UChar *)ip)[-1] == 0x90;
}

void rg_turn_stopped(ThreadId tid, ULong blocks)
{
    stopped = blocks;
    if (!single && tid == turn && (blocks - turn_began >= TURN || stopped_at_pause(tid)))
        turn_ended = True;
}

void rg_turn_may_wait(ThreadId tid)
{
    for (UInt i = 1; !single && i < VG_N_THREADS; i++) {
        ThreadId t = (tid + i) % VG_N_THREADS;
        if (asleep[t]) {
            wake(t);
            return;
        }
    }
}

void rg_turn_give_up(ThreadId tid)
{
    if (tid == turn)
        turn_ended = True;
}

void rg_turn_init(void)
{
    asleep = RG_ALLOC("rg.turn", VG_N_THREADS * sizeof *asleep);
    wakings = RG_ALLOC("rg.turn", VG_N_THREADS * sizeof *wakings);
    due = RG_ALLOC("rg.turn", VG_N_THREADS * sizeof *due);
    sleeps_until = RG_ALLOC("rg.turn", VG_N_THREADS * sizeof *sleeps_until);
    ready = RG_ALLOC("rg.turn", VG_N_THREADS * sizeof *ready);
    starting = RG_ALLOC("rg.turn", VG_N_THREADS * sizeof *starting);
}
