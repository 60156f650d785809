/* rg_deterministic.c - --deterministic: what a program learns from outside is the same in every run.

   SPDX-License-Identifier: GPL-2.0-or-later

   A program does the same twice when it is told the same twice.  The kernel tells it different things: random bytes (hash maps
   take their keys from getrandom), the time (subtracting two times branches on whether nanoseconds must be borrowed), and the
   list of its mappings, in which Valgrind's own stand, too (glibc reads it in pthread_getattr_np, Rust's backtraces read it).
   System calls are not replaced, for a tool cannot do that; what they have written is overwritten after them.

   Random bytes come from a generator per thread, seeded by the option, the thread's serial number and the forks before it, so
   that no thread's bytes depend on what others have drawn.

   Time is the number of instructions executed, one nanosecond each, and the time waited.  Only waiting that ends because its
   time is over is counted, by the time asked for: so a timer that the program waits for is over when it has waited, and of two
   threads that sleep the one wakes first whose time is over first.  Times at which a wait is to end are in the program's time,
   so they are set to the kernel's time before the call and back after it.  Waiting for the outside world (children, sockets)
   takes real time, in milliseconds; it must pass somehow, or a program that waits for a descriptor until a certain time would
   wait for ever.  */
#include "rg_deterministic.h"

#include "rg_startstack.h"
#include "rg_turn.h"

#include "pub_tool_vkiscnums.h"

enum {
    NSEC = 1000000000,
    MSEC = 1000000,
    TICKS = 100, /* of times(), a second */
    CLOCK_STEP = 50, /* the least that passes between two looks at the clock, nanoseconds */
    WAIT_LEAST = 2, /* waits for the outside world below this number of milliseconds take no time */
    N_CLOCKS = 12,
    CLOCK_TAI = 11,
    AT_RANDOM_SIZE = 16,
    TIMER_ABSOLUTE = 1,
    MEM_MAJOR = 1,
    RANDOM_MINOR = 8,
    URANDOM_MINOR = 9,
    MAPS_PATH = 64,
    CLOEXEC = 1, /* both FD_CLOEXEC and MFD_CLOEXEC */
    O_CLOEXEC_FLAG = 02000000,
};

/* Linux's number; Valgrind's headers have those of other systems only.  */
enum { TIMED_OUT = 110 };

/* 2026-01-01 00:00:00 UTC: when each run begins.  */
#define EPOCH 1767225600ULL
/* And what the clocks that begin at some start show then.  */
#define UPTIME 86400ULL

struct thread_state {
    ULong key, drawn;
    struct vki_timespec *deadline, saved; /* a time in the program that is set to the kernel's, and what it was */
    ULong until;                          /* when its wait is to end, in the program's time; 0: at no time */
    UInt began;                           /* ms, when its system call began; 0: it does not wait */
};

static struct thread_state *states;
static ULong process_key; /* seed and forks */
static ULong n_threads, n_forks;
static ULong waited, last_time; /* ns */

/* ---- random bytes ---- */

static ULong mix(ULong z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

static ULong draw(ThreadId tid)
{
    struct thread_state *t = &states[tid];
    return mix(t->key + ++t->drawn * 0x9e3779b97f4a7c15ULL);
}

static void fill(ThreadId tid, UChar *p, SizeT n)
{
    ULong r = 0;

    for (SizeT i = 0; i < n; i++, r >>= 8) {
        if (i % 8 == 0)
            r = draw(tid);
        p[i] = (UChar)r;
    }
}

static Bool writable(UWord a, SizeT n) { return VG_(am_is_valid_for_client)(a, n, VKI_PROT_READ | VKI_PROT_WRITE); }

static Bool is_random_device(Int fd)
{
    struct vg_stat st;

    return VG_(fstat)(fd, &st) == 0 && VKI_S_ISCHR(st.mode) && (st.rdev >> 8) == MEM_MAJOR &&
           ((st.rdev & 0xff) == RANDOM_MINOR || (st.rdev & 0xff) == URANDOM_MINOR);
}

static void new_thread(ThreadId parent, ThreadId tid)
{
    if (parent != VG_INVALID_THREADID)
        rg_turn_created(tid);
    states[tid] = (struct thread_state){.key = mix(process_key + mix(++n_threads))};
}

static void forked_parent(ThreadId tid)
{
    (void)tid;
    n_forks++;
}

static void forked_child(ThreadId tid)
{
    process_key = mix(process_key ^ ++n_forks);
    n_forks = 0;
    states[tid].key = mix(process_key);
    states[tid].drawn = 0;
}

/* The 16 bytes of AT_RANDOM, in which the C library finds its stack protector.  */
static void set_at_random(ThreadId tid, UWord *aux)
{
    for (; aux[0]; aux += 2)
        if (aux[0] == RG_AT_RANDOM && writable(aux[1], AT_RANDOM_SIZE))
            fill(tid, (UChar *)aux[1], AT_RANDOM_SIZE);
}

/* ---- time ---- */

ULong rg_deterministic_time(void)
{
    ULong t = rg_threads_instructions() + waited;
    return t > last_time ? t : last_time;
}

/* The time for one who asks: later for who asks again.  */
static ULong now(void)
{
    ULong t = rg_deterministic_time();
    return last_time = t > last_time + CLOCK_STEP ? t : last_time + CLOCK_STEP;
}

static void pass(ULong ns) { waited += ns; }

static void pass_until(ULong t)
{
    ULong n = rg_deterministic_time();
    if (t > n)
        pass(t - n);
}

static ULong ns_of(const struct vki_timespec *ts) { return ts->tv_sec * (ULong)NSEC + ts->tv_nsec; }

/* What clock ID shows at time zero; False: a clock that is left alone.  Negative numbers are the processor time of a process or
   thread.  */
static Bool clock_base(UWord id, ULong *base)
{
    if ((Int)id < 0) {
        *base = 0;
        return True;
    }
    if (id >= N_CLOCKS)
        return False;
    *base = id == VKI_CLOCK_REALTIME || id == 5 || id == 8 || id == CLOCK_TAI ? EPOCH * NSEC
            : id == VKI_CLOCK_PROCESS_CPUTIME_ID || id == VKI_CLOCK_THREAD_CPUTIME_ID ? 0 : UPTIME * NSEC;
    return True;
}

static void set_timespec(UWord a, ULong ns)
{
    if (writable(a, sizeof(struct vki_timespec)))
        *(struct vki_timespec *)a = (struct vki_timespec){.tv_sec = ns / NSEC, .tv_nsec = ns % NSEC};
}

static ULong kernel_time(UWord id)
{
    struct vki_timespec ts = {0, 0};

    rg_compat_syscall(__NR_clock_gettime, id, (UWord)&ts, 0, 0);
    return ns_of(&ts);
}

/* The time at A, of clock ID, at which a wait is to end, is written as the kernel counts, until the call is over.  */
static void deadline_to_kernel(struct thread_state *t, UWord a, UWord id)
{
    ULong base, until;

    if (!a || !writable(a, sizeof t->saved) || !clock_base(id, &base))
        return;
    t->deadline = (struct vki_timespec *)a;
    t->saved = *t->deadline;
    if (t->saved.tv_sec < 0)
        return;
    until = ns_of(&t->saved);
    t->until = until > base ? until - base : 0;
    base += now();
    set_timespec(a, until > base ? kernel_time(id) + (until - base) : 0);
}

static void deadline_to_program(struct thread_state *t)
{
    if (t->deadline)
        *t->deadline = t->saved;
    t->deadline = NULL;
}

/* ---- waiting ---- */

static UWord futex_op(const UWord *args) { return args[1] & ~(UWord)(VKI_FUTEX_PRIVATE_FLAG | VKI_FUTEX_CLOCK_REALTIME); }

static Bool futex_is_absolute(const UWord *args)
{
    UWord op = futex_op(args);
    return op == VKI_FUTEX_WAIT_BITSET || op == VKI_FUTEX_LOCK_PI || op == VKI_FUTEX_WAIT_REQUEUE_PI;
}

static UWord futex_clock(const UWord *args)
{
    return (args[1] & VKI_FUTEX_CLOCK_REALTIME) || futex_op(args) == VKI_FUTEX_LOCK_PI ? VKI_CLOCK_REALTIME : VKI_CLOCK_MONOTONIC;
}

/* Which argument of a wait is its time, and in which form.  */
enum form { TIMESPEC, TIMEVAL, MILLISECONDS, FOREVER };

static const struct wait {
    UInt number;
    UChar arg, form;
    Bool outside; /* it waits for the outside world */
    UWord error;  /* the error that says that the time is over, 0: the result 0 does */
    Bool sleeps;  /* nothing but a signal ends it before its time */
} waits[] = {
    {__NR_nanosleep, 0, TIMESPEC, False, 0, True},
    {__NR_clock_nanosleep, 2, TIMESPEC, False, 0, True},
    {__NR_futex, 3, TIMESPEC, False, TIMED_OUT, False},
    {__NR_rt_sigtimedwait, 2, TIMESPEC, True, VKI_EAGAIN, False},
    {__NR_poll, 2, MILLISECONDS, True, 0, False},
    {__NR_ppoll, 2, TIMESPEC, True, 0, False},
    {__NR_select, 4, TIMEVAL, True, 0, False},
    {__NR_pselect6, 4, TIMESPEC, True, 0, False},
    {__NR_epoll_wait, 3, MILLISECONDS, True, 0, False},
    {__NR_epoll_pwait, 3, MILLISECONDS, True, 0, False},
    {__NR_wait4, 0, FOREVER, True, 0, False},
    {__NR_waitid, 0, FOREVER, True, 0, False},
    {__NR_accept, 0, FOREVER, True, 0, False},
    {__NR_accept4, 0, FOREVER, True, 0, False},
    {__NR_connect, 0, FOREVER, True, 0, False},
    {__NR_recvfrom, 0, FOREVER, True, 0, False},
    {__NR_recvmsg, 0, FOREVER, True, 0, False},
};

static const struct wait *wait_of(UInt number)
{
    for (UInt i = 0; i < sizeof waits / sizeof waits[0]; i++)
        if (waits[i].number == number)
            return &waits[i];
    return NULL;
}

enum { FOR_EVER = -1, NO_HANG = 1 };

/* The time asked for, in ns.  */
static Long asked_time(const struct wait *w, const UWord *args)
{
    UWord a = args[w->arg];

    if (w->form == MILLISECONDS)
        return (Int)a >= 0 ? (Long)a * MSEC : FOR_EVER;
    if (w->number == __NR_wait4 && (args[2] & NO_HANG))
        return 0;
    if (w->form == FOREVER || !a || !VG_(am_is_valid_for_client)(a, sizeof(struct vki_timespec), VKI_PROT_READ))
        return FOR_EVER;
    return w->form == TIMESPEC ? ns_of((const struct vki_timespec *)a)
                               : ((const struct vki_timeval *)a)->tv_sec * (ULong)NSEC + ((const struct vki_timeval *)a)->tv_usec * 1000;
}

static Bool is_over(const struct wait *w, SysRes res)
{
    return w->error ? sr_isError(res) && sr_Err(res) == w->error : !sr_isError(res) && sr_Res(res) == 0;
}

static void before_wait(ThreadId tid, const struct wait *w, const UWord *args)
{
    struct thread_state *t = &states[tid];

    Long asked = asked_time(w, args);

    t->began = asked ? VG_(read_millisecond_timer)() : 0;
    t->until = 0;
    if (w->number == __NR_clock_nanosleep && (args[1] & TIMER_ABSOLUTE))
        deadline_to_kernel(t, args[2], args[0]);
    else if (w->number == __NR_futex && futex_is_absolute(args))
        deadline_to_kernel(t, args[3], futex_clock(args));
    else if ((w->number != __NR_futex || futex_op(args) == VKI_FUTEX_WAIT) && asked > 0)
        t->until = now() + asked;
    if (w->sleeps)
        rg_turn_sleeps(tid, t->until);
}

static void after_wait(ThreadId tid, const struct wait *w, SysRes res)
{
    struct thread_state *t = &states[tid];
    Bool over = t->until && is_over(w, res);
    UInt took = VG_(read_millisecond_timer)() - t->began;

    deadline_to_program(t);
    rg_turn_sleeps(tid, 0);
    rg_turn_continues(tid, over ? t->until : 0);
    if (over)
        pass_until(t->until);
    else if (w->outside && t->began && took >= WAIT_LEAST)
        pass(took * (ULong)MSEC);
}

/* ---- files of the kernel's: the list of mappings, a random name ---- */

static Bool is_maps(const HChar *path)
{
    HChar own[MAPS_PATH];

    VG_(sprintf)(own, "/proc/%d/maps", VG_(getpid)());
    return VG_(strcmp)(path, "/proc/self/maps") == 0 || VG_(strcmp)(path, "/proc/thread-self/maps") == 0 ||
           VG_(strcmp)(path, own) == 0;
}

static Addr *client_segments(Int *n)
{
    UInt kinds = SkAnonC | SkFileC | SkShmC;
    Int room = 256;
    Addr *starts = VG_(malloc)("rg.maps", room * sizeof *starts);

    while ((*n = VG_(am_get_segment_starts)(kinds, starts, room)) < 0) {
        room = -*n;
        starts = VG_(realloc)("rg.maps", starts, room * sizeof *starts);
    }
    return starts;
}

static void write_mapping(Int fd, Addr start)
{
    const NSegment *s = VG_(am_find_nsegment)(start);
    const HChar *name = VG_(am_get_filename)(s);
    UInt major = (s->dev >> 8) & 0xfff, minor = (s->dev & 0xff) | ((s->dev >> 12) & 0xfff00);
    HChar line[160];
    Int n = VG_(sprintf)(line, "%08lx-%08lx %c%c%cp %08llx %02x:%02x %llu ", s->start, s->end + 1, s->hasR ? 'r' : '-',
                         s->hasW ? 'w' : '-', s->hasX ? 'x' : '-', (ULong)s->offset, major, minor, s->ino);

    while (name && n < 73)
        line[n++] = ' ';
    VG_(write)(fd, line, n);
    if (name)
        VG_(write)(fd, name, VG_(strlen)(name));
    VG_(write)(fd, "\n", 1);
}

static void write_maps(ThreadId tid, Int fd)
{
    Int n;
    Addr *starts = client_segments(&n);

    (void)tid;
    for (Int i = 0; i < n; i++)
        write_mapping(fd, starts[i]);
    VG_(free)(starts);
}

static void write_uuid(ThreadId tid, Int fd)
{
    UChar b[16];
    HChar text[40];
    Int n = 0;

    fill(tid, b, sizeof b);
    b[6] = (b[6] & 0x0f) | 0x40; /* version 4, variant 1 */
    b[8] = (b[8] & 0x3f) | 0x80;
    for (UInt i = 0; i < sizeof b; i++)
        n += VG_(sprintf)(text + n, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
    text[n++] = '\n';
    VG_(write)(fd, text, n);
}

/* FD is an open file of the kernel's, NAME for short: what WRITE writes takes its place.  */
static void replace_file(ThreadId tid, Int fd, const HChar *name, void (*write)(ThreadId tid, Int fd))
{
    Int flags = rg_compat_syscall(__NR_fcntl, fd, VKI_F_GETFD, 0, 0);
    Int own = rg_compat_syscall(__NR_memfd_create, (UWord)name, CLOEXEC, 0, 0);

    if (own < 0) {
        VG_(umsg)("rustgrind: --deterministic: %s stays as it is: no memory for another (error %d)\n", name, -own);
        return;
    }
    write(tid, own);
    VG_(lseek)(own, 0, VKI_SEEK_SET);
    rg_compat_syscall(__NR_dup3, own, fd, flags & CLOEXEC ? O_CLOEXEC_FLAG : 0, 0);
    VG_(close)(own);
}

static void after_open(ThreadId tid, const HChar *path, Int fd)
{
    if (is_maps(path))
        replace_file(tid, fd, "/proc/self/maps", write_maps);
    else if (VG_(strcmp)(path, "/proc/sys/kernel/random/uuid") == 0)
        replace_file(tid, fd, path, write_uuid);
}

/* ---- system calls ---- */

void rg_deterministic_pre_syscall(ThreadId tid, UInt number, const UWord *args)
{
    const struct wait *w = wait_of(number);

    if (w)
        before_wait(tid, w, args);
    if (number == __NR_sched_yield)
        rg_turn_give_up(tid);
    rg_turn_may_wait(tid);
}

static Bool writable_result(UWord a, SizeT n) { return a && writable(a, n); }

/* The processor times of the program are its time, all of it the user's.  */
static void after_rusage(const UWord *args)
{
    struct vki_rusage *r = (struct vki_rusage *)args[1];
    ULong ns = now();

    if (!writable_result(args[1], sizeof *r))
        return;
    VG_(memset)(r, 0, sizeof *r);
    r->ru_utime.tv_sec = ns / NSEC;
    r->ru_utime.tv_usec = ns % NSEC / 1000;
}

/* A machine on which nothing else runs.  */
static void after_sysinfo(const UWord *args)
{
    struct vki_sysinfo *s = (struct vki_sysinfo *)args[0];

    if (!writable_result(args[0], sizeof *s))
        return;
    s->uptime = UPTIME + now() / NSEC;
    s->freeram = s->totalram;
    s->freeswap = s->totalswap;
    s->sharedram = s->bufferram = 0;
    s->procs = 1;
    VG_(memset)(s->loads, 0, sizeof s->loads);
}

static void set_result(ThreadId tid, ULong v)
{
    VG_(set_shadow_regs_area)(tid, 0, __builtin_offsetof(VexGuestAMD64State, guest_RAX), sizeof v, (const UChar *)&v);
}

static void after_times(ThreadId tid, const UWord *args)
{
    struct vki_tms *t = (struct vki_tms *)args[0];
    ULong ticks = now() / (NSEC / TICKS);

    if (writable_result(args[0], sizeof *t)) {
        VG_(memset)(t, 0, sizeof *t);
        t->tms_utime = ticks;
    }
    set_result(tid, UPTIME * TICKS + ticks);
}

static void after_time(ThreadId tid, const UWord *args)
{
    ULong t = EPOCH + now() / NSEC;

    if (writable_result(args[0], sizeof t))
        *(ULong *)args[0] = t;
    set_result(tid, t);
}

static void after_getcpu(const UWord *args)
{
    for (UInt i = 0; i < 2; i++)
        if (writable_result(args[i], sizeof(UInt)))
            *(UInt *)args[i] = 0;
}

static void after_clock(UInt number, const UWord *args)
{
    ULong base;

    if (number == __NR_clock_gettime && clock_base(args[0], &base))
        set_timespec(args[1], base + now());
    if (number == __NR_gettimeofday && writable_result(args[0], sizeof(struct vki_timeval))) {
        base = EPOCH * NSEC + now();
        *(struct vki_timeval *)args[0] = (struct vki_timeval){.tv_sec = base / NSEC, .tv_usec = base % NSEC / 1000};
    }
}

void rg_deterministic_post_syscall(ThreadId tid, UInt number, const UWord *args, SysRes res)
{
    const struct wait *w = wait_of(number);

    if (w)
        after_wait(tid, w, res);
    else
        rg_turn_continues(tid, 0);
    if (sr_isError(res)) {
        if (number == __NR_clone)
            rg_turn_not_created();
        return;
    }
    switch (number) {
    case __NR_getrandom:
        if (writable(args[0], sr_Res(res)))
            fill(tid, (UChar *)args[0], sr_Res(res));
        break;
    case __NR_read:
        if (sr_Res(res) && is_random_device(args[0]) && writable(args[1], sr_Res(res)))
            fill(tid, (UChar *)args[1], sr_Res(res));
        break;
    case __NR_open:
    case __NR_openat:
        after_open(tid, (const HChar *)args[number == __NR_openat], sr_Res(res));
        break;
    case __NR_time: after_time(tid, args); break;
    case __NR_times: after_times(tid, args); break;
    case __NR_getrusage: after_rusage(args); break;
    case __NR_sysinfo: after_sysinfo(args); break;
    case __NR_getcpu: after_getcpu(args); break;
    default: after_clock(number, args);
    }
}

/* ---- instructions ---- */

/* A random number of 32 bits, and bit 32: it is one.  */
static ULong h_random(void) { return draw(rg_current_tid) >> 32 | 1ULL << 32; }
static ULong h_rdtsc(void) { return UPTIME * NSEC + now(); }

static void h_rdtscp(VexGuestAMD64State *st)
{
    ULong t = h_rdtsc();

    st->guest_RAX = t & 0xffffffff;
    st->guest_RDX = t >> 32;
    st->guest_RCX = 0;
}

void rg_deterministic_dirty(IRDirty *d)
{
    static const struct {
        const HChar *name;
        void *fn;
    } ours[] = {
        {"amd64g_dirtyhelper_RDRAND", h_random},
        {"amd64g_dirtyhelper_RDSEED", h_random},
        {"amd64g_dirtyhelper_RDTSC", h_rdtsc},
        {"amd64g_dirtyhelper_RDTSCP", h_rdtscp},
    };

    for (UInt i = 0; rg_opt.deterministic && i < sizeof ours / sizeof ours[0]; i++)
        if (VG_(strcmp)(d->cee->name, ours[i].name) == 0)
            d->cee->addr = VG_(fnptr_to_fnentry)(ours[i].fn);
}

/* ---- the whole ---- */

void rg_deterministic_start(ThreadId tid)
{
    static Bool begun;

    if (!begun) {
        set_at_random(tid, rg_startstack_auxiliary((UWord *)VG_(get_SP)(tid)));
        rg_startstack_place(tid);
    }
    begun = True;
    rg_turn_take(tid);
}

void rg_deterministic_init(void)
{
    if (!rg_opt.deterministic)
        return;
    process_key = mix(rg_opt.seed);
    states = RG_ALLOC("rg.deterministic", VG_N_THREADS * sizeof *states);
    new_thread(VG_INVALID_THREADID, 1);
    VG_(track_pre_thread_ll_create)(new_thread);
    VG_(atfork)(NULL, forked_parent, forked_child);
    rg_turn_init();
}
