/* heap.c - every way to allocate, in a known number of calls.  Argument: what to do; without, all that memcheck counts, too.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void *volatile keep[64];
void *volatile sink;

static void family(void)
{
    void *p;
    sink = malloc(10), free(sink);
    sink = malloc(0), free(sink);
    sink = calloc(3, 7), free(sink);
    p = realloc(NULL, 100), p = realloc(p, 5000), p = realloc(p, 20), sink = p, free(sink);
    p = malloc(8), p = reallocarray(p, 6, 9), sink = p, free(sink);
    if (posix_memalign(&p, 64, 200) == 0)
        sink = p, free(sink);
    sink = aligned_alloc(32, 96), free(sink);
    sink = memalign(128, 50), free(sink);
    sink = valloc(77), free(sink);
    sink = strdup("twelve bytes"), free(sink);
    sink = malloc(1 << 20), p = realloc((void *)sink, 3 << 20), sink = p, free(sink);
    free(NULL);
    sink = malloc((size_t)-1 / 2); /* fails */
}

static void *worker(void *arg)
{
    void *mine[50] = {0};
    for (int i = 0; i < 2000; i++) {
        int k = i * 7 % 50;
        free(mine[k]);
        mine[k] = malloc(16 + i % 300);
        memset(mine[k], (int)(intptr_t)arg, 16);
    }
    for (int k = 0; k < 50; k++)
        free(mine[k]);
    return NULL;
}

static void threads(void)
{
    pthread_t t[8];
    for (intptr_t i = 0; i < 8; i++)
        pthread_create(&t[i], NULL, worker, (void *)i);
    for (int i = 0; i < 8; i++)
        pthread_join(t[i], NULL);
}

/* A signal handler that allocates, and leaves by a jump, comes in the middle of the allocator.  What it interrupts takes no lock, in a
   program with one thread and small blocks.  */
static sigjmp_buf back;
static volatile int jumps;
static void out(int sig)
{
    (void)sig;
    void *p = malloc(33);
    free(p);
    if (++jumps % 2)
        siglongjmp(back, 1);
    ualarm(300, 0);
}

static void interrupted(void)
{
    struct sigaction act = {.sa_handler = out, .sa_flags = SA_NODEFER};
    sigaction(SIGALRM, &act, NULL);
    sigsetjmp(back, 1);
    if (jumps >= 40)
        return;
    ualarm(300, 0);
    while (jumps < 40) {
        keep[0] = malloc(24);
        free(keep[0]);
    }
}

static void forked(void)
{
    keep[0] = malloc(1234);
    pid_t child = fork();
    if (child == 0) {
        sink = malloc(55);
        sink = NULL;
        exit(0);
    }
    waitpid(child, NULL, 0);
    free(keep[0]);
}

__attribute__((noinline)) static void lost(void)
{
    void **head = malloc(48);
    head[2] = malloc(100);
    ((void **)head[2])[0] = malloc(7);
    sink = head, sink = NULL;
}

static void scrub(void)
{
    volatile char a[4096];
    for (unsigned i = 0; i < sizeof a; i++)
        a[i] = 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "all";
    if (!strcmp(what, "all") || !strcmp(what, "family"))
        family();
    if (!strcmp(what, "all") || !strcmp(what, "threads"))
        threads();
    if (!strcmp(what, "interrupted"))
        interrupted();
    if (!strcmp(what, "failing")) {
        void *p = malloc(40);
        sink = realloc(p, (size_t)-1 / 2); /* fails, and leaves the block alone */
        keep[0] = p;
    }
    if (!strcmp(what, "forked"))
        forked();
    if (!strcmp(what, "lost"))
        lost();
    scrub();
    return 0;
}
