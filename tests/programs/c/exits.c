/* The ways to end: argv[1] = return, exit, _exit, abort, quick, kill, segv, exec, thread (exit called by a thread). Handlers run first.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile unsigned count;

__attribute__((noinline)) static void work(unsigned n)
{
    if (n) {
        count++;
        work(n - 1);
        count++;
    }
}

static void at_exit(void) { work(4); }
static void at_quick_exit_too(void) { work(3); }
__attribute__((destructor)) static void destructor(void) { work(2); }

static int fds[2];

/* exit is called while the first thread is blocked for sure: in a write of more than the pipe holds, of which one byte has been read. */
static void *exiting(void *arg)
{
    char c;

    if (read(fds[0], &c, 1) == 1)
        work(5);
    exit((int)(long)arg);
}

static void block(void)
{
    static char much[1 << 20];

    if (write(fds[1], much, sizeof much) < 0)
        abort();
}

__attribute__((noinline)) static int leave(const char *how, char **argv)
{
    pthread_t thread;

    if (strcmp(how, "return") == 0)
        return 11;
    if (strcmp(how, "exit") == 0)
        exit(12);
    if (strcmp(how, "_exit") == 0)
        _exit(13);
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "quick") == 0)
        quick_exit(14);
    if (strcmp(how, "kill") == 0)
        kill(getpid(), SIGTERM);
    if (strcmp(how, "segv") == 0)
        *(volatile int *)16 = 1;
    if (strcmp(how, "exec") == 0) {
        char *args[] = { argv[0], (char *)"exit", NULL };
        execv(argv[0], args);
    }
    if (strcmp(how, "thread") == 0 && pipe(fds) == 0 && pthread_create(&thread, NULL, exiting, (void *)15L) == 0)
        block();
    return 1;
}

int main(int argc, char **argv)
{
    atexit(at_exit);
    at_quick_exit(at_quick_exit_too);
    work(10);
    return leave(argc > 1 ? argv[1] : "return", argv) + (count > 1000);
}
