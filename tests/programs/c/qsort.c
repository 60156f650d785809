/* Callbacks from libc: qsort, a qsort inside a comparison, bsearch, lfind, tsearch/twalk. argv[1] = elements.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned long compared;

static int by_value(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    compared++;
    return (x > y) - (x < y);
}

static int by_digits(const void *a, const void *b)
{
    int x[4], y[4], u = *(const int *)a, v = *(const int *)b;

    for (int i = 0; i < 4; i++, u /= 10, v /= 10)
        x[i] = u % 10, y[i] = v % 10;
    qsort(x, 4, sizeof *x, by_value);
    qsort(y, 4, sizeof *y, by_value);
    for (int i = 0; i < 4; i++)
        if (x[i] != y[i])
            return x[i] - y[i];
    return by_value(a, b);
}

static unsigned visited;

static void visit(const void *node, VISIT which, int depth)
{
    (void)node;
    if (which == postorder || which == leaf)
        visited += (unsigned)depth;
}

static void fill(int *v, int n)
{
    unsigned x = 12345;

    for (int i = 0; i < n; i++) {
        x = x * 1103515245 + 12345;
        v[i] = (int)(x >> 16) % 10000;
    }
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 600;
    int *v = malloc((size_t)n * sizeof *v), found = 0;
    void *root = NULL;

    fill(v, n);
    qsort(v, (size_t)n, sizeof *v, by_value);
    for (int i = 0; i < 300; i++)
        found += bsearch(&i, v, (size_t)n, sizeof *v, by_value) != NULL;
    for (int i = 0; i < 30; i++) {
        size_t count = (size_t)n;
        found += lfind(&i, v, &count, sizeof *v, by_value) != NULL;
    }
    fill(v, n);
    for (int i = 0; i < n; i++)
        tsearch(&v[i], &root, by_value);
    twalk(root, visit);
    while (root)
        tdelete(*(int **)root, &root, by_value);
    qsort(v, (size_t)n / 4, sizeof *v, by_digits);
    printf("%d %u %lu %d\n", found, visited, compared, v[0]);
    free(v);
    return 0;
}
