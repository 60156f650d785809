/* Stand-ins that check-diff puts before two functions of glibc (LD_PRELOAD), so that a guest counts the same in every run:
   pthread_getattr_np, which reads /proc/self/maps for the first thread, where the mappings of whatever tool runs are listed; this one
   answers without reading anything.
   pthread_join, whose path depends on whether the thread has ended already; this one waits for that first.
   SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <dlfcn.h>
#include "thread_end.h"

static int (*real_join)(pthread_t, void **);

__attribute__((constructor)) static void find_real_join(void)
{
    real_join = (int (*)(pthread_t, void **))dlsym(RTLD_NEXT, "pthread_join");
    thread_end_init();
}

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attr)
{
    char *top = (char *)(((unsigned long)__builtin_frame_address(0) | 0xfffff) + 1);
    int failed = pthread_attr_init(attr);

    (void)thread;
    return failed ? failed : pthread_attr_setstack(attr, top - (8 << 20), 8 << 20);
}

int pthread_join(pthread_t thread, void **result)
{
    thread_end_wait(thread);
    return real_join(thread, result);
}
