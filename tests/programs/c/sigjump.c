/* Handlers that leave by siglongjmp: at once, from a recursion inside the handler, from an alternate stack, and nested.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sigjmp_buf out, inner;
static volatile unsigned count;

__attribute__((noinline)) static void deeper(unsigned n)
{
    count++;
    if (n == 0)
        siglongjmp(out, 1);
    deeper(n - 1);
    count += 1000;
}

static void jumping(int signo)
{
    (void)signo;
    deeper(5);
}

static void nesting(int signo)
{
    if (sigsetjmp(inner, 1) == 0)
        raise(signo == SIGUSR2 ? SIGWINCH : SIGUSR2);
    count += 3;
    siglongjmp(out, 2);
}

static void to_inner(int signo)
{
    (void)signo;
    siglongjmp(inner, 1);
}

static void install(int signo, void (*handler)(int), int flags)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(signo, &action, NULL);
}

__attribute__((noinline)) static void provoke(int signo, unsigned n)
{
    if (n)
        provoke(signo, n - 1);
    else
        raise(signo);
    count += 100000;
}

int main(int argc, char **argv)
{
    volatile int rounds = argc > 1 ? atoi(argv[1]) : 12, i;
    static char altstack[65536];
    stack_t stack = { .ss_sp = altstack, .ss_size = sizeof altstack };

    sigaltstack(&stack, NULL);
    install(SIGWINCH, to_inner, 0);
    for (i = 0; i < rounds; i++) {
        install(SIGUSR1, jumping, i & 1 ? SA_ONSTACK : 0);
        install(SIGUSR2, nesting, i & 2 ? SA_ONSTACK : 0);
        if (sigsetjmp(out, 1) == 0)
            provoke(SIGUSR1, (unsigned)i % 5);
        if (sigsetjmp(out, 1) == 0)
            provoke(SIGUSR2, (unsigned)i % 4);
    }
    printf("%u\n", count);
    return count > 100000;
}
