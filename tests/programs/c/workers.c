/* workers.c - three threads, all alive at once, that do different amounts of work in functions of their own.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <pthread.h>
#include <stdio.h>

static pthread_barrier_t all_alive;

static unsigned turn(unsigned x, unsigned times)
{
    while (times--)
        x = x * 1664525u + 1013904223u;
    return x;
}

static void *first(void *arg)
{
    pthread_barrier_wait(&all_alive);
    *(unsigned *) arg = turn(1, 1000);
    return NULL;
}

static void *second(void *arg)
{
    pthread_barrier_wait(&all_alive);
    *(unsigned *) arg = turn(2, 2000) ^ turn(3, 2000);
    return NULL;
}

static void *third(void *arg)
{
    pthread_barrier_wait(&all_alive);
    for (int i = 0; i < 3; i++)
        *(unsigned *) arg ^= turn((unsigned) i, 3000);
    return NULL;
}

int main(void)
{
    static void *(*const bodies[])(void *) = {first, second, third};
    pthread_t threads[3];
    unsigned results[3] = {0, 0, 0};
    if (pthread_barrier_init(&all_alive, NULL, 3) != 0)
        return 1;
    for (int i = 0; i < 3; i++) {
        if (pthread_create(&threads[i], NULL, bodies[i], &results[i]) != 0)
            return 1;
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("%08x %08x %08x\n", results[0], results[1], results[2]);
    return 0;
}
