/* small.c - a few functions with known shares of the work; main's work outweighs that of starting a process.  Prints its arguments.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <string.h>

static volatile unsigned sink;

static unsigned spin(unsigned x, unsigned times)
{
    while (times--)
        x = x * 1664525u + 1013904223u;
    return x;
}

static unsigned one_part(unsigned x)
{
    return spin(x, 100000);
}

static unsigned three_parts(unsigned x)
{
    for (int i = 0; i < 3; i++)
        x ^= spin(x, 100000);
    return x;
}

int main(int argc, char **argv)
{
    sink = one_part(1) ^ three_parts(2);
    for (int i = 1; i < argc; i++)
        printf("argument %d: %zu bytes\n", i, strlen(argv[i]));
    return 0;
}
