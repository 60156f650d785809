/* Function pointers: tables of operations, callbacks chosen by data, a jump table, one call site with many targets.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

struct shape;
struct ops {
    double (*area)(const struct shape *);
    void (*scale)(struct shape *, double);
};
struct shape {
    const struct ops *ops;
    double a, b;
};

static double square_area(const struct shape *s) { return s->a * s->a; }
static double rect_area(const struct shape *s) { return s->a * s->b; }
static double tri_area(const struct shape *s) { return s->a * s->b / 2; }
static void scale_both(struct shape *s, double k) { s->a *= k, s->b *= k; }
static void scale_one(struct shape *s, double k) { s->a *= k; }

static const struct ops kinds[] = { { square_area, scale_one }, { rect_area, scale_both }, { tri_area, scale_both } };

#define OP(n, e) static long op##n(long x) { return e; }
OP(0, x + 1) OP(1, x * 3) OP(2, x ^ 0x55) OP(3, x >> 1) OP(4, x - 7) OP(5, ~x) OP(6, x | 1) OP(7, x & 0xffff)
static long (*const all[8])(long) = { op0, op1, op2, op3, op4, op5, op6, op7 };

__attribute__((noinline)) static long by_switch(unsigned op, long x)
{
    switch (op) {
    case 0: return x + 4;
    case 1: return x * 5;
    case 2: return op3(x) + op1(x);
    case 3: return x - 9;
    case 4: return x << 1;
    case 5: return all[x & 7](x);
    case 6: return x ^ 0x33;
    default: return 0;
    }
}

__attribute__((noinline)) static long apply(long (*f)(long), long x)
{
    return f(x) + 1;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 20;
    struct shape shapes[64];
    unsigned r = 1;
    double area = 0;
    long x = 1;

    for (int i = 0; i < 64; i++) {
        r = r * 1664525 + 1013904223;
        shapes[i] = (struct shape) { &kinds[(r >> 16) % 3], i, 2 };
    }
    for (int k = 0; k < rounds; k++)
        for (int i = 0; i < 64; i++) {
            area += shapes[i].ops->area(&shapes[i]);
            shapes[i].ops->scale(&shapes[i], k % 2 ? 1.5 : 1 / 1.5);
            x = apply(all[(unsigned)(x + i) & 7], x) & 0xfffff;
            x += by_switch((unsigned)(i + k) % 7, x) & 0xff;
        }
    printf("%.3f %ld\n", area, x);
    return 0;
}
