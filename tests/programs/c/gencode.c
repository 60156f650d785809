/* Generated code in anonymous memory: written, called, overwritten and called again; the same bytes at two places; code that calls
   back into the program; a return to the caller's caller.
   SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef long (*code_fn)(long);

static unsigned char *memory;

__attribute__((noinline)) static long helper(long x)
{
    return x * 2 + 1;
}

/* lea K(%rdi), %rax ; ret */
static void emit_add(unsigned char *p, int k)
{
    const unsigned char code[] = { 0x48, 0x8d, 0x87, 0, 0, 0, 0, 0xc3 };

    memcpy(p, code, sizeof code);
    memcpy(p + 3, &k, 4);
}

/* mov %rdi, %rcx ; xor %eax, %eax ; 1: add %rcx, %rax ; sub $1, %rcx ; jnz 1b ; ret */
static void emit_loop(unsigned char *p)
{
    const unsigned char code[] = { 0x48, 0x89, 0xf9, 0x31, 0xc0, 0x48, 0x01, 0xc8, 0x48, 0x83, 0xe9, 0x01, 0x75, 0xf7, 0xc3 };

    memcpy(p, code, sizeof code);
}

/* sub $8, %rsp ; mov $F, %rax ; call *%rax ; add $8, %rsp ; ret */
static void emit_call(unsigned char *p, code_fn f)
{
    const unsigned char code[] = { 0x48, 0x83, 0xec, 8, 0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xd0, 0x48, 0x83, 0xc4, 8, 0xc3 };

    memcpy(p, code, sizeof code);
    memcpy(p + 6, &f, 8);
}

__attribute__((noinline)) static long run(unsigned char *p, long x)
{
    code_fn f;

    memcpy(&f, &p, sizeof f);
    return f(x);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 12;
    long sum = 0;

    memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 2;
    emit_call(memory + 4096, helper);
    emit_loop(memory + 4608);
    for (int i = 0; i < rounds; i++) {
        emit_add(memory, i);
        sum += run(memory, 1) + run(memory, 2);
        emit_loop(memory);
        sum += run(memory, i + 1);
        emit_call(memory, i & 1 ? helper : (code_fn)(void *)(memory + 4608));
        sum += run(memory, i + 3) + run(memory + 4096, i) + run(memory + 4608, 5);
    }
    munmap(memory, 8192);
    printf("%ld\n", sum);
    return 0;
}
