/* setjmp and longjmp: out of a deep recursion, again and again, to nested buffers, setjmp in a loop, across libc frames.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf outer, inner, loop;
static unsigned deepest;

__attribute__((noinline)) static unsigned dive(unsigned n)
{
    if (n > deepest)
        deepest = n;
    if (n == 0)
        longjmp(outer, 1);
    return dive(n - 1) + 1;
}

__attribute__((noinline)) static unsigned leave(unsigned n)
{
    if (n == 0)
        longjmp(n & 1 ? outer : inner, 2);
    return leave(n - 1) ^ n;
}

__attribute__((noinline)) static int nested(unsigned n)
{
    int got = setjmp(inner);

    if (got == 0)
        return (int)leave(n);
    return got + 1;
}

static int by_longjmp(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    if (x == 13 || y == 13)
        longjmp(loop, 13);
    return x - y;
}

__attribute__((noinline)) static int abandon_qsort(void)
{
    int v[20];

    for (int i = 0; i < 20; i++)
        v[i] = i < 14 ? i + 20 : i;
    v[7] = 13;
    if (setjmp(loop) == 0)
        qsort(v, 20, sizeof *v, by_longjmp);
    return v[0];
}

/* Jumps inside one frame: the stack pointer does not move. */
__attribute__((noinline)) static int same_frame(int n)
{
    volatile int rounds = 0;
    jmp_buf here;

    setjmp(here);
    rounds++;
    if (rounds < n)
        longjmp(here, rounds);
    return rounds;
}

int main(int argc, char **argv)
{
    volatile unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 30, i;
    volatile long sum = 0;

    for (i = 0; i < rounds; i++) {
        if (setjmp(outer) == 0)
            sum += dive(i % 40);
        else
            sum += 100;
        sum += nested(i);
        sum += same_frame((int)i % 9 + 1);
        sum += abandon_qsort();
    }
    printf("%ld %u\n", sum, deepest);
    return 0;
}
