/* A block that has run thousands of times and then faults in its middle, ten times: left by siglongjmp, so that it does not matter how well
   Valgrind knows the registers.
   SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, RUNS = 10000, FAULTS = 10 };

static sigjmp_buf out;

static void on_segv(int signo)
{
    siglongjmp(out, signo);
}

/* All in one block; the second store faults, and six instructions are behind it. */
unsigned store(volatile unsigned *good, volatile unsigned *bad, unsigned a);
__asm__(".text\n"
        ".type store, @function\n"
        "store: lea (%rdx,%rdx,2), %eax\n"
        "    mov %eax, (%rdi)\n"
        "    mov %edx, (%rsi)\n"
        "    lea 1(%rax,%rax), %eax\n"
        "    add (%rdi), %eax\n"
        "    mov %eax, (%rdi)\n"
        "    add (%rsi), %eax\n"
        "    xor %edx, %eax\n"
        "    ret\n"
        ".size store, . - store\n");

int main(void)
{
    volatile unsigned good, sum = 0, faults = 0;
    unsigned *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_segv;
    sigaction(SIGSEGV, &action, NULL);
    for (unsigned i = 0; i < RUNS; i++)
        sum += store(&good, page, i);
    mprotect(page, PAGE, PROT_NONE);
    for (unsigned i = 0; i < FAULTS; i++)
        if (sigsetjmp(out, 1) == 0)
            sum += store(&good, page, i);
        else
            faults++;
    printf("%u %u\n", sum, faults);
    return 0;
}
