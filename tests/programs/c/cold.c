/* Functions split by the compiler in a hot and a cold part (symbols with .cold), both taken.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

static unsigned complaints;

__attribute__((cold, noinline)) static void complain(int n, const char *why)
{
    complaints += (unsigned)n + (unsigned)why[0];
}

__attribute__((noinline)) static int check(int n, int *out)
{
    if (__builtin_expect(n % 50 == 0, 0)) {
        complain(n, "fifty");
        *out = n / 3;
        complain(*out, "third");
        return *out ^ 1;
    }
    if (__builtin_expect(n % 77 == 0, 0)) {
        complain(n, "seventy-seven");
        n = n * 2 + 1;
    }
    *out += n;
    return n & 7;
}

__attribute__((noinline)) static int loop_with_cold_part(int n)
{
    int sum = 0;

    for (int i = 0; i < n; i++) {
        sum += i;
        if (__builtin_expect((i & 31) == 31, 0)) {
            complain(i, "in the loop");
            sum ^= 5;
        }
    }
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 1500, out = 0, sum = 0;

    for (int i = 0; i < rounds; i++)
        sum += check(i, &out);
    for (int i = 0; i < 40; i++)
        sum += loop_with_cold_part(i * 3);
    printf("%d %d %u\n", sum, out, complaints);
    return 0;
}
