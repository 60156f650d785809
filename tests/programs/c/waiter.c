/* waiter.c - works, says "ready", and waits: for a line on its input, or, with the argument "busy", computing for ever.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

static volatile unsigned sink;

static void work(void)
{
    for (unsigned i = 0; i < 10000; i++)
        sink = sink * 1664525u + 1013904223u;
}

static void after_the_wait(void)
{
    work();
}

int main(int argc, char **argv)
{
    char line[16];
    work();
    puts("ready");
    fflush(stdout);
    if (argc > 1 && strcmp(argv[1], "busy") == 0) {
        for (;;)
            work();
    }
    if (!fgets(line, sizeof line, stdin))
        return 1;
    after_the_wait();
    puts("done");
    return 0;
}
