/* Signal handlers: raise in a loop, a handler that raises, SA_NODEFER recursion, an alternate stack, several pending signals
   delivered at once, a handler that runs libc code, sigsuspend.
   SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile unsigned handled, nested, depth, length;

__attribute__((noinline)) static void work(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        handled += i & 1;
    handled++;
}

static void plain(int signo)
{
    work((unsigned)signo);
}

static void raising(int signo)
{
    nested++;
    raise(signo == SIGUSR1 ? SIGUSR2 : SIGWINCH);
    work(3);
}

static void recursive(int signo)
{
    if (depth < 4) {
        depth++;
        raise(signo);
        depth--;
    }
    work(depth);
}

static void with_info(int signo, siginfo_t *info, void *context)
{
    char text[32];

    (void)context;
    length += (unsigned)snprintf(text, sizeof text, "%d %d", signo, info->si_signo);
    work(2);
}

static void install(int signo, void (*handler)(int), int flags)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(signo, &action, NULL);
}

static void pending(void)
{
    sigset_t block, none;

    sigemptyset(&none);
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    sigaddset(&block, SIGUSR2);
    sigaddset(&block, SIGWINCH);
    sigprocmask(SIG_BLOCK, &block, NULL);
    raise(SIGUSR1);
    raise(SIGUSR2);
    raise(SIGWINCH);
    sigsuspend(&none);
    sigprocmask(SIG_UNBLOCK, &block, NULL);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 10;
    static char altstack[65536];
    stack_t stack = { .ss_sp = altstack, .ss_size = sizeof altstack };
    struct sigaction action;

    sigaltstack(&stack, NULL);
    for (int i = 0; i < rounds; i++) {
        install(SIGWINCH, plain, 0);
        install(SIGUSR2, plain, 0);
        install(SIGUSR1, plain, 0);
        raise(SIGUSR1);
        install(SIGUSR2, raising, SA_ONSTACK);
        install(SIGUSR1, raising, 0);
        raise(SIGUSR1);
        install(SIGUSR1, recursive, SA_NODEFER | (i & 1 ? SA_ONSTACK : 0));
        raise(SIGUSR1);
        memset(&action, 0, sizeof action);
        action.sa_sigaction = with_info;
        action.sa_flags = SA_SIGINFO | SA_RESETHAND;
        sigaction(SIGUSR2, &action, NULL);
        kill(getpid(), SIGUSR2);
        install(SIGUSR2, plain, 0);
        pending();
    }
    printf("%u %u %u\n", handled, nested, length);
    return 0;
}
