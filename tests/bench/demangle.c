/* demangle.c - how long the demangler takes: `demangle FILE N` reads the symbols of FILE and demangles all of them N times, in both
   forms; prints the nanoseconds and the bytes of each time, as the oracle of tests/corpus/symbols does.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rg_demangle.h"

static char *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    size_t got;

    *n = 0;
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    do {
        text = realloc(text, *n + 65537);
        if (text == NULL)
            abort();
        got = fread(text + *n, 1, 65536, f);
        *n += got;
    } while (got > 0);
    fclose(f);
    text[*n] = '\0';
    return text;
}

static size_t demangle_all(const char *text, struct rg_buf *b)
{
    size_t sum = 0;

    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        struct rg_symbol s;
        if (!rg_symbol_read(&s, text, (size_t)(end - text)))
            continue;
        for (int form = RG_SYMBOL_PLAIN; form <= RG_SYMBOL_ALTERNATE; form++) {
            rg_buf_clear(b);
            rg_symbol_print(&s, (enum rg_symbol_form)form, b);
            sum += b->n;
        }
    }
    return sum;
}

int main(int argc, char **argv)
{
    struct timespec from, to;
    struct rg_buf b;
    size_t n;

    if (argc != 3) {
        fprintf(stderr, "usage: demangle FILE N\n");
        return 2;
    }
    char *text = read_file(argv[1], &n);
    rg_buf_init(&b, "bench");
    for (int i = atoi(argv[2]); i > 0; i--) {
        clock_gettime(CLOCK_MONOTONIC, &from);
        size_t sum = demangle_all(text, &b);
        clock_gettime(CLOCK_MONOTONIC, &to);
        printf("%lld %zu\n", (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec, sum);
    }
    rg_buf_free(&b);
    free(text);
    return 0;
}
