/* rg_heapsort.c - blocks in the order of their addresses.

   SPDX-License-Identifier: GPL-2.0-or-later

   There may be 10^7, so they are sorted in place, by a radix sort from the highest bits (McIlroy, Bostic, McIlroy, "Engineering
   radix sort", Computing Systems 6(1), 1993): blocks are counted by 8 bits of their addresses, moved along the cycles of the
   permutation, and each part is sorted by the next bits.  Small parts are sorted by insertion.  Mostly they are nearly in order,
   as allocators give addresses out upwards; then hardly anything moves.  */
#include "rg_heap.h"

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, LEVELS = 64 / DIGIT_BITS, FEW = 24 };

static const char tag[] = "rg.heap.sort";

/* Ends of the parts, one array a level.  */
struct sort {
    const struct rg_heap_view *v;
    uint32_t (*ends)[DIGITS];
    uint32_t next[DIGITS];
    uint64_t lo;
};

static struct rg_heap_block *at(const struct sort *s, size_t i) { return rg_heap_view_at(s->v, i); }

static unsigned digit(const struct sort *s, size_t i, unsigned shift) { return (at(s, i)->addr - s->lo) >> shift & (DIGITS - 1); }

static void insertion(const struct sort *s, size_t first, size_t end)
{
    for (size_t i = first + 1; i < end; i++) {
        struct rg_heap_block b = *at(s, i);
        size_t k = i;
        for (; k > first && at(s, k - 1)->addr > b.addr; k--)
            *at(s, k) = *at(s, k - 1);
        *at(s, k) = b;
    }
}

/* Moves [FIRST, END) so that the digits at SHIFT are in order; ENDS are those of the parts.  */
static void distribute(struct sort *s, size_t first, size_t end, unsigned shift, uint32_t *ends)
{
    uint32_t sum = first;

    memset(ends, 0, DIGITS * sizeof *ends);
    for (size_t i = first; i < end; i++)
        ends[digit(s, i, shift)]++;
    for (unsigned d = 0; d < DIGITS; d++) {
        s->next[d] = sum;
        sum += ends[d];
        ends[d] = sum;
    }
    for (unsigned d = 0; d < DIGITS; d++)
        while (s->next[d] < ends[d]) {
            unsigned to = digit(s, s->next[d], shift);
            if (to == d) {
                s->next[d]++;
                continue;
            }
            struct rg_heap_block b = *at(s, s->next[d]);
            do {
                struct rg_heap_block *place = at(s, s->next[to]++), other = *place;
                *place = b;
                b = other;
                to = (b.addr - s->lo) >> shift & (DIGITS - 1);
            } while (to != d);
            *at(s, s->next[d]++) = b;
        }
}

/* As deep as there are levels: eight.  */
static void sort_part(struct sort *s, size_t first, size_t end, unsigned level)
{
    unsigned shift = level * DIGIT_BITS;
    uint32_t *ends = s->ends[level];

    if (end - first <= FEW) {
        insertion(s, first, end);
        return;
    }
    distribute(s, first, end, shift, ends);
    if (level == 0)
        return;
    for (unsigned d = 0; d < DIGITS; d++) {
        if (ends[d] - first > 1)
            sort_part(s, first, ends[d], level - 1);
        first = ends[d];
    }
}

/* Moves blocks that reach into the next one behind the others.  */
static void put_outer_last(struct rg_heap_view *v)
{
    struct rg_heap_block *outer;
    size_t n_outer = 0, n = 0, k = 0;

    for (size_t i = 0; i + 1 < v->n; i++)
        n_outer += rg_heap_block_end(rg_heap_view_at(v, i)) > rg_heap_view_at(v, i + 1)->addr;
    if (!n_outer)
        return;
    outer = rg_alloc(tag, n_outer * sizeof *outer);
    for (size_t i = 0; i < v->n; i++) {
        struct rg_heap_block *b = rg_heap_view_at(v, i);
        if (i + 1 < v->n && rg_heap_block_end(b) > rg_heap_view_at(v, i + 1)->addr)
            outer[k++] = *b;
        else
            *rg_heap_view_at(v, n++) = *b;
    }
    for (size_t i = 0; i < k; i++)
        *rg_heap_view_at(v, n + i) = outer[i];
    v->n = n;
    rg_free(outer);
}

void rg_heap_view_sort(struct rg_heap_view *v)
{
    struct sort s = {.v = v, .lo = UINT64_MAX};
    uint64_t hi = 0, before = 0;
    bool sorted = true;
    unsigned level = 0;

    for (size_t i = 0; i < v->n; i++) {
        uint64_t a = rg_heap_view_at(v, i)->addr;
        sorted = sorted && a > before;
        before = a;
        s.lo = a < s.lo ? a : s.lo;
        hi = a > hi ? a : hi;
    }
    if (!sorted) {
        while (level + 1 < LEVELS && (hi - s.lo) >> ((level + 1) * DIGIT_BITS))
            level++;
        s.ends = rg_alloc(tag, LEVELS * sizeof *s.ends);
        sort_part(&s, 0, v->n, level);
        rg_free(s.ends);
    }
    put_outer_last(v);
}
