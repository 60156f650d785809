/* Threads that take turns through pipes, so that only one can run at a time. They are never joined: the process ends while they
   wait, because the moment of a thread's end is not the same in every run. argv[1] = rounds.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 4 };

static int to[THREADS + 1][2];
static __thread unsigned own;

__attribute__((noinline)) static unsigned step(unsigned x, unsigned n)
{
    own += n;
    return n == 0 ? x : step(x * 31 + n, n - 1) + (own & 1);
}

__attribute__((noinline)) static unsigned receive(int fd)
{
    unsigned x = 0;

    if (read(fd, &x, sizeof x) != sizeof x)
        abort();
    return x;
}

__attribute__((noinline)) static void send(int fd, unsigned x)
{
    if (write(fd, &x, sizeof x) != sizeof x)
        abort();
}

static void *body(void *arg)
{
    int me = (int)(long)arg;

    for (;;) {
        unsigned x = receive(to[me][0]);
        send(to[me + 1][1], step(x, (unsigned)me + 3));
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 25;
    unsigned x = 1;
    pthread_t thread;

    for (int i = 0; i <= THREADS; i++)
        if (pipe(to[i]) != 0)
            return 2;
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&thread, NULL, body, (void *)(long)i) != 0)
            return 3;
    for (int i = 0; i < rounds; i++) {
        send(to[0][1], x);
        x = receive(to[THREADS][0]) ^ step(x, 2);
    }
    printf("%u\n", x);
    return 0;
}
