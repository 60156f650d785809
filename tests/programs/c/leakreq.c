/* leakreq.c - client requests about leaks and custom blocks.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <memcheck.h>
#include <stdio.h>
#include <stdlib.h>

static void *volatile keep, *volatile sink;

static void counts(const char *when)
{
    unsigned long leaked, dubious, reachable, suppressed;
    VALGRIND_DO_QUICK_LEAK_CHECK;
    VALGRIND_COUNT_LEAKS(leaked, dubious, reachable, suppressed);
    printf("%s: %lu %lu %lu %lu", when, leaked, dubious, reachable, suppressed);
    VALGRIND_COUNT_LEAK_BLOCKS(leaked, dubious, reachable, suppressed);
    printf(" bytes, %lu %lu %lu %lu blocks\n", leaked, dubious, reachable, suppressed);
}

__attribute__((noinline)) static void *get(size_t n) { return malloc(n); }

static char arena[4096];

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    counts("begin");
    keep = get(100);
    counts("kept");
    keep = (char *)keep + 8;
    counts("middle");
    keep = NULL;
    counts("lost");
    sink = get(7);
    sink = NULL;
    VALGRIND_DO_ADDED_LEAK_CHECK;
    VALGRIND_MALLOCLIKE_BLOCK(arena + 64, 64, 0, 1);
    VALGRIND_MALLOCLIKE_BLOCK(arena + 256, 32, 0, 1);
    VALGRIND_FREELIKE_BLOCK(arena + 256, 0);
    counts("custom");
    VALGRIND_CREATE_MEMPOOL(arena, 0, 0);
    VALGRIND_MEMPOOL_ALLOC(arena, arena + 512, 48);
    VALGRIND_MEMPOOL_ALLOC(arena, arena + 1024, 48);
    VALGRIND_MEMPOOL_FREE(arena, arena + 1024);
    counts("pool");
    VALGRIND_DESTROY_MEMPOOL(arena);
    VALGRIND_FREELIKE_BLOCK(arena + 64, 0);
    counts("end");
    return 0;
}
