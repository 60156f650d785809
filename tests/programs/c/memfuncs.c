/* String and memory functions of libc (chosen by IFUNC) with every small size and alignment: their tails jump about.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char src[8192], dst[8192];

static unsigned mix(unsigned h, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = h * 31 + p[i];
    return h;
}

static unsigned copies(size_t limit)
{
    unsigned h = 1;

    for (size_t n = 0; n <= limit; n++)
        for (size_t align = 0; align < 3; align++) {
            memcpy(dst + align, src + 2 * align, n);
            h = mix(h, dst, 4);
            memmove(dst + 64, dst + 64 + align, n);
            memmove(dst + 64 + align, dst + 64, n);
            memset(dst + align, (int)n, n);
            h = mix(h, dst + n, 4);
        }
    return h;
}

static unsigned scans(size_t limit)
{
    unsigned h = 1;
    char *s = (char *)dst;

    for (size_t n = 0; n < limit; n++) {
        memset(s, 'a', n);
        s[n] = 0;
        h += (unsigned)strlen(s) + (unsigned)strnlen(s, n / 2);
        h += strchr(s, 'b') != NULL;
        h += strrchr(s, 'a') != NULL;
        h += (unsigned)memcmp(s, src, n) % 7;
        h += memchr(s, 0, n + 1) == s + n;
        h += (unsigned)strspn(s, "xa") + (unsigned)strcspn(s, "x");
        h += strstr(s, "aab") != NULL;
        strcpy((char *)src + 4096, s);
        strncat((char *)src + 4096, "tail", 3);
        h += strcmp((char *)src + 4096, s) > 0;
    }
    return h;
}

int main(int argc, char **argv)
{
    size_t limit = argc > 1 ? (size_t)atoi(argv[1]) : 200;
    unsigned h;

    for (size_t i = 0; i < sizeof src; i++)
        src[i] = (unsigned char)(i * 7 + 1);
    h = copies(limit);
    for (size_t n = 256; n <= 4096; n *= 2) {
        memcpy(dst, src, n);
        memmove(dst + 1, dst, n);
        memset(dst, 3, n);
        h = mix(h, dst, n);
    }
    printf("%u %u\n", h, scans(limit));
    return 0;
}
