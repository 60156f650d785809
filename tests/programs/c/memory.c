/* Memory allocation in many sizes, and stack frames of changing size (alloca, variable arrays). argv[1] = rounds.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noinline)) static unsigned on_stack(unsigned n)
{
    unsigned char *p = alloca(n + 1);
    unsigned sum = 0;

    memset(p, (int)n, n + 1);
    for (unsigned i = 0; i < n; i += 17) {
        unsigned char part[i + 1];
        memset(part, 1, i + 1);
        sum += p[i] + part[i];
    }
    return n > 64 ? sum + on_stack(n / 2) : sum;
}

static void *blocks[256];

__attribute__((noinline)) static unsigned on_heap(unsigned x)
{
    unsigned sum = 0;

    for (int i = 0; i < 600; i++) {
        x = x * 1103515245 + 12345;
        unsigned k = x >> 24, size = (x >> 8) % 3000 + 1;
        if (blocks[k] && size % 3 == 0) {
            free(blocks[k]);
            blocks[k] = NULL;
        } else if (blocks[k]) {
            blocks[k] = realloc(blocks[k], size);
        } else {
            blocks[k] = size % 5 ? malloc(size) : calloc(size, 2);
        }
        sum += blocks[k] ? k : 1;
    }
    free(malloc(300000));
    return sum;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 6, sum = 0;

    for (unsigned r = 0; r < rounds; r++)
        sum += on_heap(r) + on_stack(50 * r + 7);
    for (int i = 0; i < 256; i++)
        free(blocks[i]);
    printf("%u\n", sum);
    return 0;
}
