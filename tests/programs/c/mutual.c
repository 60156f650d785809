/* Mutual recursion: cycles of two and of three functions, entered at every member. argv[1] = size.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

static int is_odd(unsigned n);

__attribute__((noinline)) static int is_even(unsigned n)
{
    return n == 0 ? 1 : is_odd(n - 1);
}

__attribute__((noinline)) static int is_odd(unsigned n)
{
    return n == 0 ? 0 : is_even(n - 1);
}

static unsigned rock(unsigned n, unsigned depth);

__attribute__((noinline)) static unsigned paper(unsigned n, unsigned depth)
{
    return depth == 0 ? n : rock(n * 3 + 1, depth - 1) + 1;
}

__attribute__((noinline)) static unsigned scissors(unsigned n, unsigned depth)
{
    return depth == 0 ? n : paper(n * 5 + 2, depth - 1) + rock(n, depth / 2);
}

__attribute__((noinline)) static unsigned rock(unsigned n, unsigned depth)
{
    return depth == 0 ? n : scissors(n * 7 + 3, depth - 1) + 2;
}

int main(int argc, char **argv)
{
    unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 40;

    for (unsigned i = 0; i < n; i++)
        printf("%d %d %u %u %u\n", is_even(i), is_odd(i), rock(i, i), paper(i, i), scissors(i, i));
    return 0;
}
