/* Recursion deeper than a million frames, on a thread's own big stack ('thread') or on the main stack ('main': needs\n   --main-stacksize and an unlimited stack). argv[2] = depth.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long depth = 1200000;

__attribute__((noinline)) static long down(long n)
{
    if (n == 0)
        return 0;
    return down(n - 1) + (n & 1);
}

__attribute__((noinline)) static long twice(void)
{
    return down(depth) + down(depth / 2);
}

static void *body(void *result)
{
    *(long *)result = twice();
    return NULL;
}

int main(int argc, char **argv)
{
    long result = 0;
    pthread_attr_t attr;
    pthread_t thread;

    if (argc > 2)
        depth = atol(argv[2]);
    if (argc > 1 && strcmp(argv[1], "main") == 0) {
        result = twice();
    } else {
        pthread_attr_init(&attr);
        if (pthread_attr_setstacksize(&attr, (size_t)depth * 48 + (1 << 20)) != 0)
            return 2;
        if (pthread_create(&thread, &attr, body, &result) != 0)
            return 3;
        pthread_join(thread, NULL);
    }
    printf("%ld\n", result);
    return 0;
}
