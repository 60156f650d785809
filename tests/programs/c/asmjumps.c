/* Jumps that compilers do not make: into the middle of another function, falling through from one function into the next,
   call/pop to read the program counter, push/ret as a jump, a conditional jump to another function's entry and middle,
   a return to somewhere else than the call, a function with two entries, a call that never returns to its frame.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#define FUNCTION(name) ".type " #name ",@function\n.globl " #name "\n" #name ":\n"
#define END(name) ".size " #name ",.-" #name "\n"

long mid_jump(long), mid_target(long), fall_first(long), fall_second(long), get_pc(long), push_ret(long), cond_jump(long),
     skip_return(long), two_entries(long), second_entry(long), trampoline(long), drop_frame(long), loop_across(long),
     indirect_mid(long);

__asm__(".text\n"
        FUNCTION(mid_target) "    addq $100, %rdi\n"
        "mid_label:\n        leaq 1(%rdi), %rax\n    ret\n" END(mid_target)

        FUNCTION(mid_jump) "    shlq $1, %rdi\n    jmp mid_label\n" END(mid_jump)

        FUNCTION(indirect_mid) "    leaq mid_label(%rip), %rax\n    jmp *%rax\n" END(indirect_mid)

        FUNCTION(fall_first) "    addq $3, %rdi\n    testq $1, %rdi\n    jz 1f\n    addq $2, %rdi\n1:\n" END(fall_first)
        FUNCTION(fall_second) "    leaq (%rdi,%rdi), %rax\n    ret\n" END(fall_second)

        FUNCTION(get_pc) "    call 1f\n1:  popq %rax\n    leaq 1b(%rip), %rcx\n    subq %rcx, %rax\n    addq %rdi, %rax\n    ret\n"
        END(get_pc)

        FUNCTION(push_ret) "    leaq fall_second(%rip), %rax\n    pushq %rax\n    addq $1, %rdi\n    ret\n" END(push_ret)

        FUNCTION(cond_jump) "    testq $1, %rdi\n    jnz fall_second\n    testq $2, %rdi\n    jnz mid_label\n"
        "    movq %rdi, %rax\n    ret\n" END(cond_jump)

        /* The callee goes back to one instruction after the usual place. */
        FUNCTION(skipping) "    addq $3, (%rsp)\n    ret\n" END(skipping)
        FUNCTION(skip_return) "    movq %rdi, %rax\n    call skipping\n    .byte 0x48, 0xff, 0xc0\n    addq $5, %rax\n    ret\n"
        END(skip_return)

        FUNCTION(two_entries) "    addq $10, %rdi\n"
        FUNCTION(second_entry) "    movq %rdi, %rax\n    subq $1, %rdi\n    cmpq $40, %rdi\n    jg second_entry\n    ret\n"
        END(second_entry) END(two_entries)

        /* A call with a pushed return address that is not its own. */
        FUNCTION(trampoline) "    leaq 1f(%rip), %rax\n    pushq %rax\n    jmp fall_first\n1:  addq $1, %rax\n    ret\n" END(trampoline)

        /* The inner function throws its caller's frame away and returns to the caller's caller. */
        FUNCTION(dropping) "    addq $8, %rsp\n    leaq 4(%rdi), %rax\n    ret\n" END(dropping)
        FUNCTION(drop_frame) "    addq $1, %rdi\n    call dropping\n    ud2\n" END(drop_frame)

        /* A loop whose body is in another function. */
        FUNCTION(loop_body) "loop_body_mid:\n    addq %rdi, %rax\n    jmp loop_head\n" END(loop_body)
        FUNCTION(loop_across) "    xorl %eax, %eax\nloop_head:\n    subq $1, %rdi\n    jg loop_body_mid\n    ret\n" END(loop_across));

static long (*const all[])(long) = { mid_jump, mid_target, fall_first, fall_second, get_pc, push_ret, cond_jump, skip_return,
                                     two_entries, second_entry, trampoline, drop_frame, loop_across, indirect_mid };

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 40, sum = 0;

    for (long i = 0; i < rounds; i++)
        for (unsigned k = 0; k < sizeof all / sizeof *all; k++)
            sum = (sum * 3 + all[k](i)) & 0xffffff;
    printf("%ld\n", sum);
    return 0;
}
