/* Overflow of the stack: the handler runs on an alternate stack and leaves by siglongjmp, several times.
   SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sigjmp_buf out;
static volatile unsigned faults;

static void on_segv(int signo)
{
    (void)signo;
    faults++;
    siglongjmp(out, 1);
}

__attribute__((noinline)) static unsigned endless(volatile char *previous)
{
    volatile char frame[512];

    frame[0] = previous[0] + 1;
    return endless(frame) + (unsigned)frame[0];
}

static void *body(void *arg)
{
    volatile int rounds = *(int *)arg, i;
    char start[16] = { 0 };
    stack_t stack;

    memset(&stack, 0, sizeof stack);
    stack.ss_size = 65536;
    stack.ss_sp = malloc(stack.ss_size);
    sigaltstack(&stack, NULL);
    for (i = 0; i < rounds; i++)
        if (sigsetjmp(out, 1) == 0)
            endless(start);
    return NULL;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 3;
    struct sigaction action;
    pthread_attr_t attr;
    pthread_t thread;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_segv;
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGSEGV, &action, NULL);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 262144);
    if (pthread_create(&thread, &attr, body, &rounds) != 0)
        return 2;
    pthread_join(thread, NULL);
    printf("%u\n", faults);
    return 0;
}
