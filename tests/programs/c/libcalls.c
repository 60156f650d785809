/* Calls of many libc functions, for lazy and non-lazy binding (PLT, _dl_runtime_resolve, IFUNC), and number formatting.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

__attribute__((noinline)) static unsigned texts(unsigned n)
{
    char a[128], b[128], word[16];
    unsigned u = 0, h = 0;
    double d = 0;

    snprintf(a, sizeof a, "%u %08x %s %c %5.3f %e %p", n, n * 77, "word", 'c', n / 3.0, n * 1e10, (void *)16);
    sscanf(a, "%u %x %15s", &u, &h, word);
    d = strtod("3.25e2", NULL) + (double)strtol("-0x1f", NULL, 0) + atof("1e-3");
    strcpy(b, a);
    for (char *p = strtok(b, " "); p; p = strtok(NULL, " "))
        u += (unsigned)strlen(p) + (unsigned)toupper(p[0]);
    return u + h + (unsigned)d + (unsigned)strcasecmp(a, word);
}

__attribute__((noinline)) static double maths(double x)
{
    return sin(x) + cos(x) * exp(-x) + pow(x, 1.5) + log(x + 1) + floor(x * 10) + fmod(x, 0.7) + sqrt(x);
}

__attribute__((noinline)) static unsigned others(unsigned n)
{
    time_t t = 86400 * (time_t)n;
    struct tm tm;
    wchar_t wide[16];
    char *copy = strdup("some text"), date[32];
    unsigned sum;

    gmtime_r(&t, &tm);
    sum = (unsigned)strftime(date, sizeof date, "%Y-%m-%d", &tm);
    sum += (unsigned)mbstowcs(wide, "wide", 16) + (unsigned)wcslen(wide);
    srand(n);
    sum += (unsigned)rand() % 10 + (unsigned)abs(-5) + (unsigned)div((int)n, 3).rem;
    sum += getenv("RG_NO_SUCH_NAME") == NULL;
    free(copy);
    return sum;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 8, sum = 0;
    double x = 0;

    for (unsigned i = 1; i <= rounds; i++) {
        sum += texts(i * 1000) + others(i);
        x += maths(i * 0.37);
    }
    printf("%u %.6f\n", sum, x);
    return 0;
}
