/* ending.c - works a little, then ends in the way named by its first argument.

   SPDX-License-Identifier: GPL-2.0-or-later

   return N, exit N, _exit N, signal N (kills itself with it), segv (writes to address 8), abort, chdir (goes to / and returns).  */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile unsigned sink;

static void work(void)
{
    for (unsigned i = 0; i < 10000; i++)
        sink = sink * 1664525u + 1013904223u;
}

static void end(const char *how, int n)
{
    if (strcmp(how, "exit") == 0)
        exit(n);
    if (strcmp(how, "_exit") == 0)
        _exit(n);
    if (strcmp(how, "signal") == 0)
        raise(n);
    if (strcmp(how, "segv") == 0)
        *(volatile int *) (uintptr_t) 8 = n;
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "chdir") == 0 && chdir("/") != 0)
        exit(99);
}

int main(int argc, char **argv)
{
    int n = argc > 2 ? atoi(argv[2]) : 0;
    work();
    if (argc > 1)
        end(argv[1], n);
    return n;
}
