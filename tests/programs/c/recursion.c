/* Direct recursion of several shapes: one self call, two, and one whose result is an argument. argv[1] = size.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static unsigned fib(unsigned n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

__attribute__((noinline)) static unsigned ackermann(unsigned m, unsigned n)
{
    if (m == 0)
        return n + 1;
    if (n == 0)
        return ackermann(m - 1, 1);
    return ackermann(m - 1, ackermann(m, n - 1));
}

__attribute__((noinline)) static unsigned hanoi(unsigned n, int from, int to)
{
    if (n == 0)
        return 0;
    return hanoi(n - 1, from, 6 - from - to) + 1 + hanoi(n - 1, 6 - from - to, to);
}

struct tree {
    struct tree *child[2];
    int value;
};

static struct tree *grow(int depth, int value)
{
    struct tree *t = malloc(sizeof *t);

    t->value = value;
    for (int i = 0; i < 2; i++)
        t->child[i] = depth ? grow(depth - 1, 2 * value + i) : NULL;
    return t;
}

static long walk(const struct tree *t)
{
    return t ? walk(t->child[0]) + t->value + walk(t->child[1]) : 0;
}

static void fell(struct tree *t)
{
    if (t) {
        fell(t->child[0]);
        fell(t->child[1]);
        free(t);
    }
}

int main(int argc, char **argv)
{
    unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 16;
    struct tree *t = grow(8, 1);

    printf("%u %u %u %ld\n", fib(n), ackermann(2, n), hanoi(n / 2, 1, 3), walk(t));
    fell(t);
    return 0;
}
