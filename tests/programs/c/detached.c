/* Detached threads, one after another; main waits for the true end of each, so that the next one always gets its stack.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "thread_end.h"

static unsigned sum;

__attribute__((noinline)) static unsigned work(unsigned n)
{
    return n < 2 ? 1 : work(n - 1) + work(n - 2);
}

__attribute__((noinline)) static void leave(unsigned n)
{
    if (n == 0)
        pthread_exit(NULL);
    leave(n - 1);
    sum++;
}

static void *body(void *arg)
{
    sum += work((unsigned)(long)arg);
    if ((long)arg & 1)
        leave(3);
    return NULL;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 6;
    pthread_attr_t detached;
    pthread_t thread;

    thread_end_init();
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (long i = 0; i < rounds; i++) {
        if (pthread_create(&thread, &detached, body, (void *)(i + 3)) != 0)
            return 3;
        thread_end_wait(thread);
    }
    printf("%u\n", sum);
    return 0;
}
