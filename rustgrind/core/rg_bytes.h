/* rg_bytes.h - reads little-endian data that may be damaged.

   SPDX-License-Identifier: GPL-2.0-or-later

   A cursor never leaves its bytes: a read past their end gives 0 and sets BAD, and so do all reads after it.  So a reader may
   read on and ask once.  */
#ifndef RG_BYTES_H
#define RG_BYTES_H

#include "rg_port.h"

struct rg_bytes {
    const uint8_t *p, *end;
    bool bad;
};

static inline struct rg_bytes rg_bytes_over(const uint8_t *p, uint64_t n)
{
    return (struct rg_bytes){ p, p + n, false };
}

static inline uint64_t rg_bytes_left(const struct rg_bytes *b)
{
    return (uint64_t)(b->end - b->p);
}

static inline void rg_bytes_fail(struct rg_bytes *b)
{
    b->bad = true;
    b->p = b->end;
}

static inline void rg_bytes_skip(struct rg_bytes *b, uint64_t n)
{
    if (__builtin_expect(rg_bytes_left(b) < n, 0))
        rg_bytes_fail(b);
    else
        b->p += n;
}

/* A number of N bytes, N <= 8.  */
static inline uint64_t rg_bytes_number(struct rg_bytes *b, unsigned n)
{
    uint64_t v = 0;
    if (__builtin_expect(rg_bytes_left(b) < n, 0)) {
        rg_bytes_fail(b);
        return 0;
    }
    memcpy(&v, b->p, n);
    b->p += n;
    return v;
}

static inline uint8_t rg_bytes_u8(struct rg_bytes *b)
{
    if (__builtin_expect(b->p == b->end, 0)) {
        b->bad = true;
        return 0;
    }
    return *b->p++;
}

static inline uint16_t rg_bytes_u16(struct rg_bytes *b)
{
    return (uint16_t)rg_bytes_number(b, 2);
}

static inline uint32_t rg_bytes_u32(struct rg_bytes *b)
{
    return (uint32_t)rg_bytes_number(b, 4);
}

static inline uint64_t rg_bytes_u64(struct rg_bytes *b)
{
    return rg_bytes_number(b, 8);
}

/* LEB128; bits beyond 64 are dropped.  */
static inline uint64_t rg_bytes_uleb(struct rg_bytes *b)
{
    uint64_t v = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = rg_bytes_u8(b);
        if (shift < 64)
            v |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    return v;
}

static inline int64_t rg_bytes_sleb(struct rg_bytes *b)
{
    uint64_t v = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = rg_bytes_u8(b);
        if (shift < 64)
            v |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    if ((byte & 0x40) && shift < 64)
        v |= ~(uint64_t)0 << shift;
    return (int64_t)v;
}

/* The string that ends at the next NUL; "" and BAD when there is none.  */
static inline const char *rg_bytes_str(struct rg_bytes *b)
{
    const uint8_t *s = b->p;
    while (b->p < b->end && *b->p != 0)
        b->p++;
    if (b->p == b->end) {
        b->bad = true;
        return "";
    }
    b->p++;
    return (const char *)s;
}

#endif
