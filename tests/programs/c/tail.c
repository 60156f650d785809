/* Tail calls: direct and indirect sibling calls, loops back to a function's first instruction, tail calls into libc.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline, noipa))

typedef long (*step_fn)(long, long);

NOINLINE static long last(long n, long acc)
{
    return acc * 3 + n;
}

static step_fn table[4];

NOINLINE static long hop(long n, long acc)
{
    if (n == 0)
        return last(n, acc);
    return table[n & 3](n - 1, acc + n);
}

NOINLINE static long skip(long n, long acc)
{
    return n < 2 ? last(n, acc ^ 5) : hop(n - 2, acc ^ n);
}

NOINLINE static long chain3(long n, long acc) { return last(n, acc + 3); }
NOINLINE static long chain2(long n, long acc) { return chain3(n + 1, acc * 2); }
NOINLINE static long chain1(long n, long acc) { return chain2(n + 1, acc - 1); }

/* The loop's head is the function's first instruction, so that every round looks like a call. */
NOINLINE static long spin(long n)
{
    long result;

    __asm__ volatile("movq %1, %%rdi\n\tmovl $0, %%eax\n\tcall spin_asm\n\tmovq %%rax, %0"
                     : "=r"(result) : "r"(n) : "rax", "rdi", "rcx", "memory", "cc");
    return result;
}

__asm__(".text\n"
        ".type spin_asm,@function\n"
        "spin_asm:\n"
        "    addq %rdi, %rax\n"
        "    subq $1, %rdi\n"
        "    jnz spin_asm\n"
        "    ret\n"
        ".size spin_asm,.-spin_asm\n");

/* Tail call of a function in another object, through the PLT. */
NOINLINE static size_t length(const char *s)
{
    return strlen(s);
}

NOINLINE static long caller(long n)
{
    return hop(n, 1) + 1;
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 60, sum = 0;

    table[0] = hop, table[1] = skip, table[2] = hop, table[3] = chain1;
    for (long i = 0; i < rounds; i++) {
        sum += caller(i) + chain1(i, sum & 15) + spin(i + 1);
        sum += (long)length(i & 1 ? "odd" : "even");
    }
    printf("%ld\n", sum);
    return 0;
}
