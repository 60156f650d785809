/* heapunused.c - blocks of which a known part is never written, one function for each way.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdlib.h>
#include <string.h>

void *volatile keep;

#define EACH __attribute__((noinline)) static void

static void use(void *p, size_t n) { memset(p, 1, n); }

EACH half(void)
{
    char *p = keep = malloc(4000);
    use(p, 1003);
    free(p);
}

EACH full(void)
{
    char *p = keep = malloc(4000);
    use(p, 4000);
    free(p);
}

EACH zeros(void)
{
    char *p = keep = calloc(10, 400);
    use(p, 8);
    p = keep = realloc(p, 5000);
    free(p);
}

EACH small(void)
{
    char *p = keep = malloc(40);
    free(p);
}

EACH mapped(void)
{
    char *p = keep = malloc(1 << 20);
    use(p, 5000);
    free(p);
}

EACH untouched(void)
{
    char *p = keep = malloc((size_t)1 << 28);
    free(p);
}

EACH trimmed(void)
{
    char *p = keep = malloc(9000);
    use(p, 9000);
    p = keep = realloc(p, 800);
    free(p);
}

EACH grown(void)
{
    char *p = keep = malloc(300);
    use(p, 300);
    p = keep = realloc(p, 1000);
    free(p);
}

EACH from_nothing(void)
{
    char *p = keep = realloc(NULL, 700);
    use(p, 1);
    free(p);
}

EACH reused(void) /* what the last owner left is no use of the new one */
{
    char *p = keep = malloc(2000);
    use(p, 2000);
    free(p);
    p = keep = malloc(2000);
    free(p);
}

EACH alive(void)
{
    char *p = malloc(2048);
    use(p, 48);
    keep = p;
}

int main(void)
{
    half(), full(), zeros(), small(), mapped(), untouched(), trimmed(), grown(), from_nothing(), reused();
    alive();
    return 0;
}
