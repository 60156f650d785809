/* Plain C: loops, arrays, branches, a few calls. argv[1] = rounds.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned sieve(unsigned char *flags, unsigned n)
{
    unsigned primes = 0;

    memset(flags, 1, n);
    for (unsigned i = 2; i < n; i++) {
        if (!flags[i])
            continue;
        primes++;
        for (unsigned k = i + i; k < n; k += i)
            flags[k] = 0;
    }
    return primes;
}

__attribute__((noinline)) static unsigned collatz(unsigned n)
{
    unsigned steps = 0;

    while (n != 1) {
        n = n % 2 ? 3 * n + 1 : n / 2;
        steps++;
    }
    return steps;
}

__attribute__((noinline)) static double matrix(int n)
{
    static double a[32][32], b[32][32], c[32][32];
    double sum = 0;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i][j] = i + j, b[i][j] = i - j, c[i][j] = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            for (int k = 0; k < n; k++)
                c[i][j] += a[i][k] * b[k][j];
    for (int i = 0; i < n; i++)
        sum += c[i][n - 1 - i];
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 3;
    static unsigned char flags[8192];
    unsigned steps = 0;

    for (int r = 0; r < rounds; r++) {
        unsigned primes = sieve(flags, sizeof flags);
        for (unsigned n = 1; n < 500; n++)
            steps += collatz(n);
        printf("%u %u %.1f\n", primes, steps, matrix(32));
    }
    return 0;
}
