/* Faults: SIGSEGV repaired with mprotect and returned from, a fault in the middle of a block, SIGSEGV left by siglongjmp,
   SIGFPE left the same way, SIGILL skipped by changing the saved program counter (Valgrind knows it exactly there, and at memory
   accesses, but not at a division), SIGTRAP.
   SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { PAGE = 4096 };

static unsigned char *page;
static volatile unsigned repaired, skipped, jumped, trapped;
static volatile int leave;
static sigjmp_buf out;

__attribute__((noinline)) static void repair(void)
{
    mprotect(page, PAGE, PROT_READ | PROT_WRITE);
    repaired++;
}

static void on_segv(int signo, siginfo_t *info, void *context)
{
    (void)signo, (void)info, (void)context;
    if (leave)
        siglongjmp(out, 1);
    repair();
}

static void on_skip(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)signo, (void)info;
    uc->uc_mcontext.gregs[REG_RIP] += 2;
    skipped++;
}

static void on_divide(int signo, siginfo_t *info, void *context)
{
    (void)signo, (void)info, (void)context;
    siglongjmp(out, 2);
}

static void on_trap(int signo)
{
    trapped += (unsigned)signo;
}

static void install(int signo, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    sigaction(signo, &action, NULL);
}

/* Work before and after the store that faults, all in one block. */
__attribute__((noinline)) static unsigned in_the_middle(unsigned a, unsigned b)
{
    unsigned c = a * 3 + b;

    page[16] = (unsigned char)c;
    c ^= b << 2;
    page[17] = (unsigned char)(c + 1);
    return c * 5 + page[16];
}

__attribute__((noinline)) static long divide(long a, long b)
{
    return a / b + 1;
}

__attribute__((noinline)) static long illegal(void)
{
    long result = 1;

    __asm__ volatile("movq $5, %%rax\n\tud2\n\taddq $2, %%rax\n\tmovq %%rax, %0" : "=r"(result) : : "rax", "cc");
    return result;
}

__attribute__((noinline)) static unsigned char load(unsigned i)
{
    return page[i];
}

int main(int argc, char **argv)
{
    volatile int rounds = argc > 1 ? atoi(argv[1]) : 8, i;
    volatile unsigned sum = 0;

    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    install(SIGSEGV, on_segv);
    install(SIGFPE, on_divide);
    install(SIGILL, on_skip);
    signal(SIGTRAP, on_trap);
    for (i = 0; i < rounds; i++) {
        mprotect(page, PAGE, PROT_NONE);
        leave = 0;
        sum += in_the_middle((unsigned)i, sum & 15);
        mprotect(page, PAGE, PROT_NONE);
        leave = 1;
        if (sigsetjmp(out, 1) == 0)
            sum += load(3);
        else
            jumped++;
        if (sigsetjmp(out, 1) == 0)
            sum += (unsigned)divide(i + 7, i / 99);
        else
            jumped++;
        sum += (unsigned)illegal();
        __asm__ volatile("int3");
    }
    printf("%u %u %u %u %u\n", sum, repaired, skipped, jumped, trapped);
    return 0;
}
