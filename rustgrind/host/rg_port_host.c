/* rg_port_host.c - the services of rg_port.h on an ordinary host, by libc.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>

#include "../core/rg_port.h"

static _Noreturn void out_of_memory(const char *tag, size_t n)
{
    fprintf(stderr, "rustgrind: out of memory: %zu bytes for %s\n", n, tag);
    exit(1);
}

void *rg_alloc(const char *tag, size_t n)
{
    void *p = calloc(1, n);
    if (p == NULL)
        out_of_memory(tag, n);
    return p;
}

void *rg_realloc(const char *tag, void *p, size_t n)
{
    if (p == NULL)
        return rg_alloc(tag, n);
    void *q = realloc(p, n);
    if (q == NULL)
        out_of_memory(tag, n);
    return q;
}

void rg_free(void *p)
{
    free(p);
}

void rg_sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
    if (n > 1)
        qsort(base, n, size, cmp);
}

void rg_panic(const char *file, int line, const char *msg)
{
    fprintf(stderr, "rustgrind: internal error at %s:%d: %s\n", file, line, msg);
    abort();
}
