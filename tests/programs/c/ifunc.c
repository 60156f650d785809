/* IFUNC and aliases of our own, constructors and destructors, weak functions, two names for one address.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

static volatile int order;

__attribute__((constructor(201))) static void first(void) { order = order * 3 + 1; }
__attribute__((constructor(202))) static void second(void) { order = order * 3 + 2; }
__attribute__((destructor(201))) static void gone(void) { order++; }

static long slow(long n) { return n < 2 ? n : slow(n - 1) + slow(n - 2); }
static long fast(long n) { return n * 3 + 1; }

static long (*resolve_one(void))(long) { return fast; }
static long (*resolve_two(void))(long) { return slow; }
long one(long) __attribute__((ifunc("resolve_one")));
long two(long) __attribute__((ifunc("resolve_two")));

__attribute__((noinline)) long original(long n) { return n ^ 9; }
long other_name(long) __attribute__((alias("original")));
__attribute__((weak, noinline)) long weak_one(long n) { return n + 8; }
extern long missing(long) __attribute__((weak));

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 10, sum = 0;

    for (long i = 0; i < rounds; i++) {
        sum += one(i) + two(i) + original(i) + other_name(i) + weak_one(i);
        if (missing)
            sum += missing(i);
    }
    printf("%ld %d\n", sum, order);
    return 0;
}
