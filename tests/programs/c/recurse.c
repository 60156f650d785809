/* recurse.c - recursion of every simple kind: direct, mutual, and through a pointer.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>

static unsigned fib(unsigned n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static int is_odd(unsigned n);

static int is_even(unsigned n)
{
    return n == 0 ? 1 : is_odd(n - 1);
}

static int is_odd(unsigned n)
{
    return n == 0 ? 0 : is_even(n - 1);
}

static unsigned (*volatile indirect)(unsigned);

static unsigned collatz(unsigned n)
{
    if (n == 1)
        return 0;
    return 1 + indirect(n % 2 ? 3 * n + 1 : n / 2);
}

int main(int argc, char **argv)
{
    unsigned n = argc > 1 ? (unsigned) atoi(argv[1]) : 14;
    indirect = collatz;
    printf("%u %d %u\n", fib(n), is_even(n * 8), collatz(n));
    return 0;
}
