/* Threads created and joined one after another: thread ids are used again. argv[1] = threads, argv[2] = how they end:
   return, exit (pthread_exit from a recursion), or mixed.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int mode;

__attribute__((noinline)) static long finish(long n)
{
    if (n == 0)
        pthread_exit((void *)7L);
    return finish(n - 1) + 1;
}

static void cleanup(void *arg)
{
    (*(long *)arg)++;
}

static long cleaned;

static void *by_exit(void *arg)
{
    pthread_cleanup_push(cleanup, &cleaned);
    finish((long)arg % 6);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *by_return(void *arg)
{
    long n = (long)arg, sum = 0;

    for (long i = 0; i < n % 50; i++)
        sum += i * n;
    return (void *)(sum & 0xff);
}

int main(int argc, char **argv)
{
    long threads = argc > 1 ? atol(argv[1]) : 1000, sum = 0;

    if (argc > 2)
        mode = strcmp(argv[2], "exit") == 0 ? 1 : strcmp(argv[2], "mixed") == 0 ? 2 : 0;
    for (long i = 0; i < threads; i++) {
        pthread_t thread;
        void *result;
        void *(*body)(void *) = mode == 1 || (mode == 2 && i % 3 == 0) ? by_exit : by_return;

        if (pthread_create(&thread, NULL, body, (void *)i) != 0)
            return 2;
        if (pthread_join(thread, &result) != 0)
            return 3;
        sum += (long)result;
    }
    printf("%ld %ld\n", sum, cleaned);
    return 0;
}
