/* Code that changes itself in the program's own text (made writable first). Needs --smc-check=all.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

long changing(long);
extern unsigned char changing_constant[], changing_op[];

__asm__(".text\n"
        ".type changing,@function\n"
        ".globl changing\n"
        "changing:\n"
        "    movq %rdi, %rax\n"
        "    .byte 0x48, 0x05\n" /* add $K, %rax */
        ".globl changing_constant\n"
        "changing_constant:\n"
        "    .long 1\n"
        ".globl changing_op\n"
        "changing_op:\n"
        "    .byte 0x90, 0x90, 0x90\n"
        "    ret\n"
        ".size changing,.-changing\n");

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 10;
    unsigned char *page = (unsigned char *)((unsigned long)changing_constant & ~4095ul);
    const unsigned char nops[] = { 0x90, 0x90, 0x90 }, inc[] = { 0x48, 0xff, 0xc0 };
    long sum = 0;

    if (mprotect(page, 8192, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
        return 2;
    for (int i = 0; i < rounds; i++) {
        memcpy(changing_constant, &i, 4);
        memcpy(changing_op, i & 1 ? inc : nops, 3);
        sum += changing(i) + changing(1);
    }
    printf("%ld\n", sum);
    return 0;
}
