/* rg_port_vg.c - core/'s services inside the tool.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_compat.h"

#include "../core/rg_port.h"

#undef memcpy
#undef memset

void *rg_alloc(const char *tag, size_t n) { return VG_(calloc)(tag, 1, n); }
void *rg_realloc(const char *tag, void *p, size_t n) { return VG_(realloc)(tag, p, n); }
void rg_free(void *p)
{
    if (p)
        VG_(free)(p);
}

void rg_sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
    VG_(ssort)(base, n, size, cmp);
}

_Noreturn void rg_panic(const char *file, int line, const char *msg)
{
    VG_(printf)("rustgrind: bug at %s:%d: %s\n", file, line, msg);
    VG_(tool_panic)("rustgrind found a bug in itself");
}

/* libcoregrind has memcpy, memmove and memset (gcc calls them); these two it has only under its own names, and goes byte by byte.  Names
   are long, and mostly equal.  */
int memcmp(const void *a, const void *b, size_t n)
{
    typedef UWord __attribute__((may_alias, aligned(1))) word;
    const UChar *p = a, *q = b;

    while (n >= sizeof(word) && *(const word *)p == *(const word *)q) {
        p += sizeof(word);
        q += sizeof(word);
        n -= sizeof(word);
    }
    for (; n > 0; n--, p++, q++)
        if (*p != *q)
            return *p < *q ? -1 : 1;
    return 0;
}

/* Words do not cross pages.  */
__attribute__((optimize("no-tree-loop-distribute-patterns"))) size_t strlen(const char *s)
{
    typedef UWord __attribute__((may_alias)) word;
    const UWord ones = ~0ul / 255;
    const char *p = s;

    for (; (Addr)p % sizeof(word); p++)
        if (!*p)
            return p - s;
    while (!((*(const word *)p - ones) & ~*(const word *)p & ones << 7))
        p += sizeof(word);
    while (*p)
        p++;
    return p - s;
}
