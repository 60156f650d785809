/* heapodd.c - programs that are hard on who watches their allocator.  Argument: what to do.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
void *volatile keep[64];
void *volatile sink;

/* The child has the parent's memory until it runs another program.  */
static void spawned(void)
{
    char *argv[] = {"/bin/true", NULL};
    pid_t pid;
    int status;

    keep[0] = malloc(100);
    for (int i = 0; i < 3; i++)
        if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) == 0)
            waitpid(pid, &status, 0);
    pid = vfork();
    if (pid == 0) {
        execve(argv[0], argv, environ);
        _exit(1);
    }
    waitpid(pid, &status, 0);
    sink = malloc(200), sink = NULL;
}

/* Blocks go from thread to thread, and grow there: the address that one gives up another gets before realloc has returned.  */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *racer(void *arg)
{
    unsigned r = (unsigned)(intptr_t)arg;

    for (int i = 0; i < 3000; i++) {
        r = r * 1103515245u + 12345;
        unsigned k = r >> 16 & 31;
        pthread_mutex_lock(&lock);
        void *mine = keep[k];
        keep[k] = NULL;
        pthread_mutex_unlock(&lock);
        if ((r >> 22) % 4 == 0) {
            free(mine);
            mine = malloc(16 + (r >> 8 & 255));
        } else {
            mine = realloc(mine, 16 + (r >> 8 & 1023));
        }
        pthread_mutex_lock(&lock);
        void *other = keep[k];
        keep[k] = mine;
        pthread_mutex_unlock(&lock);
        free(other);
    }
    return NULL;
}

static void races(void)
{
    pthread_t t[4];

    for (intptr_t i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, racer, (void *)i);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    for (int i = 0; i < 32; i++)
        free(keep[i]), keep[i] = NULL;
}

/* A wrapper of malloc that is left by a jump, deep and often.  */
static jmp_buf back;
__attribute__((noinline)) static void *wrapper(size_t n, int depth)
{
    void *p = malloc(n);

    if (depth > 0)
        wrapper(n, depth - 1);
    else
        longjmp(back, 1);
    return p;
}

static void jumped(void)
{
    for (volatile int i = 0; i < 50; i++)
        if (setjmp(back) == 0)
            wrapper(40, i % 7);
    sink = NULL;
}

/* Handlers on a stack of their own that allocate and return, in the middle of an allocator that takes no lock.  */
static volatile sig_atomic_t signals;
static void handler(int sig)
{
    (void)sig;
    free(malloc(600));
    signals++;
}

static void handled(void)
{
    stack_t st = {.ss_sp = malloc(65536), .ss_size = 65536};
    struct sigaction act = {.sa_handler = handler, .sa_flags = SA_ONSTACK};

    sigaltstack(&st, NULL);
    sigaction(SIGUSR1, &act, NULL);
    for (int i = 0; i < 300; i++) {
        keep[i % 8] = malloc(24 + i % 3);
        raise(SIGUSR1);
        free(keep[i % 8]);
    }
    keep[0] = st.ss_sp;
}

/* Two stacks that the program switches by itself; each has the only pointer to a block.  */
static uintptr_t stacks[2][2048];
static void *sps[3];
static int at = 2;
__attribute__((naked, noinline)) static void switch_sp(void **save, void *to)
{
    (void)save, (void)to;
    __asm__("push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
            "mov %rsp, (%rdi)\n mov %rsi, %rsp\n"
            "pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n ret");
}

static void coroutine(void)
{
    void *volatile mine = malloc(1111 + at);

    switch_sp(&sps[at], sps[2]);
    free(mine);
    for (;;)
        switch_sp(&sps[at], sps[2]);
}

static void coroutines(void)
{
    for (int i = 0; i < 2; i++) {
        stacks[i][2046] = (uintptr_t)coroutine;
        sps[i] = &stacks[i][2046 - 6];
        at = i;
        switch_sp(&sps[2], sps[i]);
    }
    exit(0); /* both have their blocks */
}

/* 1 GB that is never touched but at its beginning and end.  */
static void huge(void)
{
    char *p = malloc((size_t)1 << 30);

    *(void **)p = malloc(77);
    *(void **)(p + ((size_t)1 << 30) - 16) = malloc(78);
    keep[0] = p;
    sink = malloc(79), sink = NULL;
}

/* An allocator in a mapping of its own, told by --alloc-fn.  */
static char *arena, *arena_at;
__attribute__((noinline)) void *my_alloc(size_t n)
{
    if (!arena)
        arena = arena_at = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *p = arena_at;
    arena_at += (n + 15) & ~(size_t)15;
    return p;
}
__attribute__((noinline)) void my_free(void *p) { memset(p, 0x5a, 8); }

static void own(void)
{
    void **a = my_alloc(64);
    a[0] = my_alloc(32);
    keep[0] = a;
    my_free(my_alloc(16));
    sink = my_alloc(48), sink = NULL;
    arena_at = NULL; /* nobody points to the end */
}

static void scrub(void)
{
    volatile char a[4096];
    for (unsigned i = 0; i < sizeof a; i++)
        a[i] = 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*f)(void);
    } cases[] = {{"spawned", spawned}, {"races", races}, {"jumped", jumped}, {"handled", handled},
                 {"coroutines", coroutines}, {"huge", huge}, {"own", own}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        if (argc > 1 && !strcmp(argv[1], cases[i].name))
            cases[i].f();
    scrub();
    return 0;
}
