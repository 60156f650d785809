/* Thousands of distinct functions, to overflow a small translation cache and come back to code that was thrown away.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#define F(n) __attribute__((noinline, noclone)) static unsigned f##n(unsigned x) \
    { unsigned s = x; for (unsigned i = 0; i < (x & 3) + 1; i++) s = s * (2 * 1##n + 1) + (s & i ? i : 1##n); \
      if (s & 4) s ^= 1##n; else s += x; return s & 8 ? s >> 1 : s + 3; }
#define F10(n) F(n##0) F(n##1) F(n##2) F(n##3) F(n##4) F(n##5) F(n##6) F(n##7) F(n##8) F(n##9)
#define F100(n) F10(n##0) F10(n##1) F10(n##2) F10(n##3) F10(n##4) F10(n##5) F10(n##6) F10(n##7) F10(n##8) F10(n##9)
#define F1000(n) F100(n##0) F100(n##1) F100(n##2) F100(n##3) F100(n##4) F100(n##5) F100(n##6) F100(n##7) F100(n##8) F100(n##9)
#define P(n) f##n,
#define P10(n) P(n##0) P(n##1) P(n##2) P(n##3) P(n##4) P(n##5) P(n##6) P(n##7) P(n##8) P(n##9)
#define P100(n) P10(n##0) P10(n##1) P10(n##2) P10(n##3) P10(n##4) P10(n##5) P10(n##6) P10(n##7) P10(n##8) P10(n##9)
#define P1000(n) P100(n##0) P100(n##1) P100(n##2) P100(n##3) P100(n##4) P100(n##5) P100(n##6) P100(n##7) P100(n##8) P100(n##9)

F1000(1) F1000(2) F1000(3) F1000(4)
static unsigned (*const all[])(unsigned) = { P1000(1) P1000(2) P1000(3) P1000(4) };

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 3;
    unsigned x = 1;

    for (int r = 0; r < rounds; r++)
        for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
            x = all[i](x);
    printf("%u\n", x);
    return 0;
}
