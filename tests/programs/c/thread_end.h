/* Wait for the true end of a thread, at a cost that is the same whether it has ended already or not. pthread_join is not like that:
   it takes another path when the thread is gone, and when a thread goes is a matter of scheduling.

   The kernel clears the thread number in glibc's thread descriptor when no instruction of the thread is left, and wakes who waits
   for that. So one futex call does: it waits for the end, or comes back at once. It is made without libc's syscall(), which takes
   another path for an error. The place of the number in the descriptor is looked up in our own.
   SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_THREAD_END_H
#define RG_THREAD_END_H

#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static long thread_end_offset;

/* Call once, from the first thread. */
static void thread_end_init(void)
{
    const int *self = (const int *)pthread_self();
    int number = (int)syscall(SYS_gettid);

    for (thread_end_offset = 0; self[thread_end_offset] != number; thread_end_offset++)
        if (thread_end_offset > 512)
            abort();
}

static void thread_end_wait(pthread_t thread)
{
    volatile int *place = (volatile int *)thread + thread_end_offset;
    int number = *place;
    register long expected __asm__("rdx") = number + (number == 0); /* the call comes back at once when it is not there */
    register void *no_timeout __asm__("r10") = NULL;
    long result;

    __asm__ volatile("syscall" : "=a"(result) : "0"((long)SYS_futex), "D"(place), "S"((long)FUTEX_WAIT), "r"(expected),
                     "r"(no_timeout) : "rcx", "r11", "memory");
}

#endif
