/* port_test.c - a world for core/ that watches its memory.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "port_test.h"

#include <stdio.h>
#include <stdlib.h>

enum { GUARD = 16, GUARD_BYTE = 0x5c };

struct block {
    struct block *next, *prev;
    const char *tag;
    size_t n;
    uint64_t state;
    uint64_t pad; /* keeps the bytes aligned to 16 */
    unsigned char bytes[];
};

enum { ALIVE = 0xa11fe, MOVED = 0x30fed };

static struct block live = { .next = &live, .prev = &live };
static struct block moved = { .next = &moved, .prev = &moved };
static unsigned long n_allocations, n_reallocations, move_which;
static size_t n_live;

jmp_buf port_test_panic;
bool port_test_panic_expected;

static _Noreturn void stop(const char *what, const struct block *b)
{
    fprintf(stderr, "port_test: %s: block of %zu bytes for %s\n", what, b->n, b->tag);
    abort();
}

static void link_in(struct block *list, struct block *b)
{
    b->next = list->next;
    b->prev = list;
    list->next->prev = b;
    list->next = b;
}

static void unlink_from(struct block *b)
{
    b->next->prev = b->prev;
    b->prev->next = b->next;
}

static struct block *block_of(void *p)
{
    struct block *b = (struct block *)((unsigned char *)p - offsetof(struct block, bytes));
    if (b->state != ALIVE)
        stop("not allocated, or freed before", b);
    for (int i = 0; i < GUARD; i++)
        if (b->bytes[b->n + i] != GUARD_BYTE)
            stop("written beyond its end", b);
    return b;
}

static struct block *new_block(const char *tag, size_t n)
{
    struct block *b = malloc(sizeof *b + n + GUARD);
    if (b == NULL) {
        fprintf(stderr, "port_test: out of memory: %zu bytes for %s\n", n, tag);
        exit(1);
    }
    b->tag = tag;
    b->n = n;
    b->state = ALIVE;
    memset(b->bytes + n, GUARD_BYTE, GUARD);
    link_in(&live, b);
    n_live++;
    return b;
}

void port_test_begin(unsigned long move)
{
    while (moved.next != &moved) {
        struct block *b = moved.next;
        for (size_t i = 0; i < b->n; i++)
            if (b->bytes[i] != PORT_TEST_POISON)
                stop("written after it was moved away", b);
        unlink_from(b);
        free(b);
    }
    move_which = move;
    n_allocations = n_reallocations = 0;
}

size_t port_test_live(void)
{
    return n_live;
}

unsigned long port_test_allocations(void)
{
    return n_allocations;
}

unsigned long port_test_reallocations(void)
{
    return n_reallocations;
}

void port_test_print_live(void)
{
    for (struct block *b = live.next; b != &live; b = b->next)
        fprintf(stderr, "port_test: still allocated: %zu bytes for %s\n", b->n, b->tag);
}

void *rg_alloc(const char *tag, size_t n)
{
    RG_ASSERT(n >= 1);
    n_allocations++;
    struct block *b = new_block(tag, n);
    memset(b->bytes, 0, n);
    return b->bytes;
}

void *rg_realloc(const char *tag, void *p, size_t n)
{
    if (p == NULL)
        return rg_alloc(tag, n);
    RG_ASSERT(n >= 1);
    n_allocations++;
    n_reallocations++;
    struct block *old = block_of(p);
    size_t keep = old->n < n ? old->n : n;
    struct block *b;
    if (move_which == PORT_TEST_MOVE_ALL || move_which == n_reallocations) {
        b = new_block(tag, n);
        memcpy(b->bytes, old->bytes, keep);
        memset(old->bytes, PORT_TEST_POISON, old->n);
        old->state = MOVED;
        unlink_from(old);
        link_in(&moved, old);
    } else {
        unlink_from(old);
        b = realloc(old, sizeof *b + n + GUARD);
        if (b == NULL) {
            fprintf(stderr, "port_test: out of memory: %zu bytes for %s\n", n, tag);
            exit(1);
        }
        b->n = n;
        b->tag = tag;
        memset(b->bytes + n, GUARD_BYTE, GUARD);
        link_in(&live, b);
        n_live++;
    }
    n_live--;
    memset(b->bytes + keep, PORT_TEST_POISON, n - keep);
    return b->bytes;
}

void rg_free(void *p)
{
    if (p == NULL)
        return;
    struct block *b = block_of(p);
    unlink_from(b);
    n_live--;
    memset(b->bytes, PORT_TEST_POISON, b->n);
    b->state = 0;
    free(b);
}

void rg_sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
    RG_ASSERT(size >= 1 && size <= 256);
    if (n > 1)
        qsort(base, n, size, cmp);
}

void rg_panic(const char *file, int line, const char *msg)
{
    if (port_test_panic_expected) {
        port_test_panic_expected = false;
        longjmp(port_test_panic, 1);
    }
    fprintf(stderr, "port_test: panic at %s:%d: %s\n", file, line, msg);
    abort();
}
