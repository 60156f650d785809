/* Instructions with side exits or several steps inside: x87, SSE and AVX, rep-prefixed string instructions (also with count 0),
   cmpxchg, conditional moves, bit scans, wide division, aligned stores, pushf/popf, cpuid, rdtsc is left out (not repeatable).
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char a[512] __attribute__((aligned(64))), b[512] __attribute__((aligned(64)));

__attribute__((noinline)) static long double x87(int n)
{
    long double x = 1, r;

    for (int i = 1; i < n; i++)
        x = x * 1.0001L + 1.0L / i;
    __asm__ volatile("fsin" : "=t"(r) : "0"(x));
    __asm__ volatile("fldpi\n\tfpatan" : "=t"(x) : "0"(r));
    __asm__ volatile("fprem" : "=t"(r) : "0"(x * 100), "u"(3.0L));
    x = x < 0 ? -x : x;
    __asm__ volatile("fsqrt" : "+t"(x));
    return r + x;
}

__attribute__((noinline)) static unsigned strings(unsigned long n)
{
    unsigned char *d = b;
    const unsigned char *s = a;
    unsigned long c = n, left;
    unsigned char equal;

    __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(c) : : "memory");
    c = n / 8;
    __asm__ volatile("rep stosq" : "+D"(d), "+c"(c) : "a"(0x0101010101010101ul) : "memory");
    d = b, s = a, c = n;
    __asm__ volatile("repe cmpsb\n\tsete %3" : "+D"(d), "+S"(s), "+c"(c), "=q"(equal) : : "memory", "cc");
    left = c;
    d = b, c = n;
    __asm__ volatile("repne scasb" : "+D"(d), "+c"(c) : "a"(77) : "memory", "cc");
    d = b + n, s = a + n, c = n / 2;
    __asm__ volatile("std\n\trep movsb\n\tcld" : "+D"(d), "+S"(s), "+c"(c) : : "memory", "cc");
    return (unsigned)(left * 3 + c) + b[n] + equal;
}

__attribute__((noinline)) static unsigned long integers(unsigned long x)
{
    unsigned long y = x | 1, q, r, flags;
    unsigned a1 = 0, d1, carry;

    __asm__ volatile("bsfq %1, %0" : "=r"(q) : "r"(y) : "cc");
    __asm__ volatile("lock cmpxchgq %2, %0" : "+m"(x), "+a"(q) : "r"(y) : "cc", "memory");
    __asm__ volatile("lock xaddq %0, %1" : "+r"(y), "+m"(x) : : "cc", "memory");
    __asm__ volatile("divq %4" : "=a"(q), "=d"(r) : "a"(y), "d"(3ul), "r"(x + 1000) : "cc");
    __asm__ volatile("pushfq\n\tpopq %0" : "=r"(flags) : : "cc");
    __asm__ volatile("btq $3, %1\n\tsbbl %0, %0" : "=r"(carry) : "r"(y) : "cc");
    __asm__ volatile("cpuid" : "+a"(a1), "=d"(d1) : : "rbx", "rcx");
    __asm__ volatile("rolq $7, %0\n\tshldq $5, %1, %0\n\tbswapq %0" : "+r"(q) : "r"(r) : "cc");
    return q + r + (flags & 1) + carry + (d1 & 1);
}

__attribute__((noinline)) static double sse(int n)
{
    __m128d s = _mm_setzero_pd();
    __m128i h = _mm_set1_epi8(3);

    for (int i = 0; i + 16 <= n; i += 16) {
        __m128i v = _mm_load_si128((const __m128i *)(a + i));
        h = _mm_add_epi8(_mm_xor_si128(h, v), _mm_slli_epi16(v, 1));
        _mm_store_si128((__m128i *)(b + i), h);
        s = _mm_add_pd(s, _mm_cvtepi32_pd(_mm_and_si128(h, _mm_set1_epi32(255))));
    }
    return s[0] + s[1];
}

__attribute__((noinline, target("avx"))) static double avx(int n)
{
    __m256d s = _mm256_set1_pd(0.5);

    for (int i = 0; i < n; i++)
        s = _mm256_add_pd(_mm256_mul_pd(s, _mm256_set1_pd(1.01)), _mm256_cvtepi32_pd(_mm_set1_epi32(i)));
    return s[0] + s[3];
}

__attribute__((noinline, target("avx2"))) static unsigned avx2(int n)
{
    __m256i h = _mm256_set1_epi32(7), index = _mm256_setr_epi32(0, 4, 8, 12, 1, 2, 3, 5);

    for (int i = 0; i + 64 <= n; i += 32) {
        __m256i v = _mm256_i32gather_epi32((const int *)(const void *)(a + i), index, 4);
        h = _mm256_add_epi32(_mm256_xor_si256(h, v), _mm256_maskload_epi32((const int *)(const void *)(a + i), index));
        _mm256_maskstore_epi32((int *)(void *)(b + i), h, v);
    }
    return (unsigned)_mm256_extract_epi32(h, 3);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 10;
    double d = 0;
    unsigned long u = 0;

    for (unsigned i = 0; i < sizeof a; i++)
        a[i] = (unsigned char)(i * 37 + 11);
    for (int r = 0; r < rounds; r++) {
        d += (double)x87(20 + r) + sse(256);
        for (unsigned long n = 0; n < 20; n++)
            u += strings(n * (unsigned long)r) + integers(n * 77 + (unsigned long)r);
        if (__builtin_cpu_supports("avx"))
            d += avx(20);
        if (__builtin_cpu_supports("avx2"))
            u += avx2(256);
    }
    printf("%.6f %lu\n", d, u);
    return 0;
}
