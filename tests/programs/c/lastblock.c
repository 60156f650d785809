/* The last superblock of the process has side exits (alignment checks of aligned SSE moves): several segments, none of which callgrind
   counts.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

static char memory[64] __attribute__((aligned(64)));

int main(void)
{
    puts("before the end");
    fflush(stdout);
    __asm__ volatile("jmp 1f\n\t"
                     "1:\n\t"
                     "nop\n\tnop\n\tnop\n\t"
                     "movaps %%xmm0, (%0)\n\t"
                     "nop\n\tnop\n\t"
                     "movaps (%0), %%xmm1\n\t"
                     "nop\n\t"
                     "mov $231, %%eax\n\t" /* exit_group */
                     "xor %%edi, %%edi\n\t"
                     "syscall"
                     :
                     : "r"(memory)
                     : "rax", "rdi", "rcx", "r11", "xmm1", "memory");
    return 1;
}
