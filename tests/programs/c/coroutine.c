/* Coroutines with makecontext and swapcontext, on stacks from malloc and on static ones. argv[1] = rounds.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

enum { STACK = 65536, TASKS = 3 };

static ucontext_t main_context, tasks[TASKS];
static char static_stack[STACK];
static unsigned sum, running;

__attribute__((noinline)) static void yield_from(int me, int depth)
{
    if (depth)
        yield_from(me, depth - 1);
    else
        swapcontext(&tasks[me], &main_context);
    sum += (unsigned)depth;
}

static void task(int me, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        sum = sum * 3 + (unsigned)me;
        yield_from(me, (me + i) % 4);
    }
    running--;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 15;

    for (int i = 0; i < TASKS; i++) {
        getcontext(&tasks[i]);
        tasks[i].uc_stack.ss_sp = i ? malloc(STACK) : static_stack;
        tasks[i].uc_stack.ss_size = STACK;
        tasks[i].uc_link = &main_context;
        makecontext(&tasks[i], (void (*)(void))task, 2, i, rounds + i);
        running++;
    }
    for (int turn = 0; running; turn++)
        if (turn / TASKS <= rounds + turn % TASKS)
            swapcontext(&main_context, &tasks[turn % TASKS]);
    printf("%u\n", sum);
    return 0;
}
