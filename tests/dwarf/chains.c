/* chains.c - prints what the DWARF reader says of addresses, in the form of llvm-symbolizer.

   SPDX-License-Identifier: GPL-2.0-or-later

   Usage: chains [--time | --items] FILE <ADDRESSES
   ADDRESSES are hexadecimal numbers, one per line.  For each: the address, then two lines per function, innermost first, with its
   linkage name (or name) and FILE:LINE:COLUMN (column 0 for the innermost), then an empty line.  --time prints what was found and
   the time it took instead, --items the functions: key, label, instance, declaration, symbol.  */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rg_dwarf.h"
#include "rg_item.h"

static bool read_fd(void *arg, uint64_t offset, void *dst, size_t n)
{
    return pread(*(int *)arg, dst, n, (off_t)offset) == (ssize_t)n;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The addresses of standard input, ascending and distinct.  */
static uint64_t *read_addresses(size_t *n)
{
    size_t capacity = 1024, kept = 0;
    uint64_t *a = malloc(capacity * sizeof *a), one;
    *n = 0;
    while (a != NULL && scanf("%" SCNx64, &one) == 1) {
        if (*n == capacity)
            a = realloc(a, (capacity *= 2) * sizeof *a);
        a[(*n)++] = one;
    }
    if (a == NULL)
        abort();
    qsort(a, *n, sizeof *a, by_value);
    for (size_t i = 0; i < *n; i++)
        if (i == 0 || a[i] != a[kept - 1])
            a[kept++] = a[i];
    *n = kept;
    return a;
}

static void print_position(const struct rg_dwarf *d, uint32_t file, uint32_t line, uint32_t column)
{
    printf("%s:%u:%u\n", file != RG_DWARF_NONE ? rg_dwarf_file(d, file) : "??", line, column);
}

static void print_chain(const struct rg_dwarf *d, uint64_t addr, struct rg_dwarf_place p)
{
    printf("0x%" PRIx64 "\n", addr);
    uint32_t file = p.file, line = p.line, column = 0;
    for (uint32_t id = p.instance; id != RG_DWARF_NONE;) {
        struct rg_dwarf_instance in = rg_dwarf_instance(d, id);
        struct rg_dwarf_function f = rg_dwarf_function(d, in.function);
        printf("%s\n", f.linkage_name[0] ? f.linkage_name : f.name[0] ? f.name : "??");
        print_position(d, file, line, column);
        file = in.call_file;
        line = in.call_line;
        column = in.call_column;
        id = in.parent;
    }
    if (p.instance == RG_DWARF_NONE) {
        puts("??");
        print_position(d, file, line, 0);
    }
    puts("");
}

static void print_time(const struct rg_dwarf *d, size_t n, double seconds)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("%zu addresses, %u instances, %u functions, flags %u, %.3f s, %ld MB\n", n, rg_dwarf_n_instances(d),
           rg_dwarf_n_functions(d), rg_dwarf_flags(d), seconds, u.ru_maxrss / 1024);
}

/* A line for each function: its item's key and label, the instance, where it is declared, and the symbol.  */
static void print_items(const struct rg_dwarf *d)
{
    struct rg_item it;
    rg_item_init(&it);
    for (uint32_t i = 0; i < rg_dwarf_n_functions(d); i++) {
        struct rg_dwarf_function f = rg_dwarf_function(d, i);
        rg_item_read(&it, &(struct rg_item_source){ f.linkage_name, f.name, rg_dwarf_scope(d, i), f.params });
        if (it.is_rust)
            printf("%s\t%s\t%s\t%s:%u\t%s\n", rg_buf_cstr(&it.key), rg_buf_cstr(&it.label), rg_buf_cstr(&it.instance),
                   f.decl_file != RG_DWARF_NONE ? rg_dwarf_file(d, f.decl_file) : "", f.decl_line, f.linkage_name);
    }
    rg_item_free(&it);
}

int main(int argc, char **argv)
{
    bool timed = argc == 3 && strcmp(argv[1], "--time") == 0, items = argc == 3 && strcmp(argv[1], "--items") == 0;
    if (argc != 2 + timed + items) {
        fprintf(stderr, "usage: chains [--time | --items] FILE <ADDRESSES\n");
        return 2;
    }
    size_t n;
    uint64_t *addr = read_addresses(&n);
    struct rg_dwarf_place *place = calloc(n + 1, sizeof *place);
    int fd = open(argv[argc - 1], O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || place == NULL) {
        perror(argv[argc - 1]);
        return 1;
    }
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    struct rg_elf *e = rg_elf_open((struct rg_file){ read_fd, &fd, (uint64_t)st.st_size });
    struct rg_dwarf *d = e != NULL ? rg_dwarf_open(e) : NULL;
    if (d == NULL) {
        fprintf(stderr, "%s: no debug information\n", argv[argc - 1]);
        return 1;
    }
    rg_dwarf_resolve(d, addr, n, place);
    if (items)
        rg_dwarf_read_scopes(d);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (timed)
        print_time(d, n, (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
    else if (items)
        print_items(d);
    else
        for (size_t i = 0; i < n; i++)
            print_chain(d, addr[i], place[i]);
    rg_dwarf_close(d);
    rg_elf_close(e);
    free(place);
    free(addr);
    close(fd);
    return 0;
}
