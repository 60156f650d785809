/* heaplines.c - allocations on known lines, by a known number of calls.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdlib.h>

void *volatile keep;

__attribute__((noinline)) void *make(size_t size)
{
    return malloc(size); /* one */
}

int main(void)
{
    void *live[11];

    for (int i = 0; i < 11; i++)
        live[i] = make(100);
    keep = calloc(10, 7); /* two */
    for (int i = 0; i < 11; i++)
        free(live[i]);
    keep = realloc(keep, 1000); /* three */
    free(keep);
    for (int i = 0; i < 11; i++)
        free(make(100));
    return 0;
}
