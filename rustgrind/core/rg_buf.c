/* rg_buf.c - a byte buffer that grows, and number formatting without libc.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_buf.h"

enum { FIRST_CAPACITY = 64 };

void rg_buf_init(struct rg_buf *b, const char *tag)
{
    *b = (struct rg_buf){ .tag = tag };
}

void rg_buf_init_fixed(struct rg_buf *b, char *mem, size_t cap)
{
    RG_ASSERT(mem != NULL && cap >= 1);
    *b = (struct rg_buf){ .p = mem, .cap = cap };
}

void rg_buf_free(struct rg_buf *b)
{
    if (b->tag == NULL)
        return;
    rg_free(b->p);
    rg_buf_init(b, b->tag);
}

void rg_buf_clear(struct rg_buf *b)
{
    b->n = 0;
    b->truncated = false;
}

void rg_buf_cut(struct rg_buf *b, size_t n)
{
    RG_ASSERT(n <= b->n);
    b->n = n;
}

size_t rg_buf_room(struct rg_buf *b, size_t n)
{
    if (b->cap - b->n > n && !b->truncated)
        return n;
    if (b->tag == NULL) {
        size_t room = b->truncated ? 0 : b->cap - b->n - 1;
        b->truncated = true;
        return room;
    }
    RG_ASSERT(n < SIZE_MAX / 4 && b->n < SIZE_MAX / 4);
    size_t want = b->n + n + 1;
    size_t cap = b->cap ? b->cap : FIRST_CAPACITY;
    while (cap < want)
        cap *= 2;
    b->p = rg_realloc(b->tag, b->p, cap);
    b->cap = cap;
    return n;
}

const char *rg_buf_cstr(struct rg_buf *b)
{
    if (b->tag != NULL)
        rg_buf_room(b, 0);
    b->p[b->n] = '\0';
    return b->p;
}

void rg_buf_str(struct rg_buf *b, const char *s)
{
    rg_buf_bytes(b, s, strlen(s));
}

void rg_buf_fill(struct rg_buf *b, char c, size_t count)
{
    count = rg_buf_room(b, count);
    if (count > 0)
        memset(b->p + b->n, c, count);
    b->n += count;
}

/* Writes the digits of V so that the last one is at END[-1].  */
static void put_digits(char *end, uint64_t v)
{
    static const char pairs[] =
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    while (v >= 100) {
        const char *pair = pairs + 2 * (v % 100);
        *--end = pair[1];
        *--end = pair[0];
        v /= 100;
    }
    if (v >= 10) {
        *--end = pairs[2 * v + 1];
        *--end = pairs[2 * v];
    } else {
        *--end = (char)('0' + v);
    }
}

static size_t count_digits(uint64_t v)
{
    size_t n = 1;
    for (; v >= 10000; v /= 10000)
        n += 4;
    return n + (v >= 10) + (v >= 100) + (v >= 1000);
}

size_t rg_fmt_dec(char out[RG_FMT_DEC_MAX], uint64_t v)
{
    size_t n = count_digits(v);
    put_digits(out + n, v);
    return n;
}

size_t rg_fmt_hex(char out[RG_FMT_HEX_MAX], uint64_t v)
{
    size_t digits = 1;
    while (digits < 16 && v >> (4 * digits) != 0)
        digits++;
    out[0] = '0';
    out[1] = 'x';
    for (size_t i = 0; i < digits; i++)
        out[2 + i] = "0123456789abcdef"[v >> (4 * (digits - 1 - i)) & 15];
    return digits + 2;
}

void rg_buf_dec(struct rg_buf *b, uint64_t v)
{
    if (b->cap - b->n > RG_FMT_DEC_MAX && !b->truncated) {
        b->n += rg_fmt_dec(b->p + b->n, v);
        return;
    }
    char s[RG_FMT_DEC_MAX];
    rg_buf_bytes(b, s, rg_fmt_dec(s, v));
}

void rg_buf_sdec(struct rg_buf *b, int64_t v)
{
    if (v < 0)
        rg_buf_char(b, '-');
    rg_buf_dec(b, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void rg_buf_hex(struct rg_buf *b, uint64_t v)
{
    char s[RG_FMT_HEX_MAX];
    rg_buf_bytes(b, s, rg_fmt_hex(s, v));
}

void rg_buf_thousands(struct rg_buf *b, uint64_t v)
{
    char digits[RG_FMT_DEC_MAX];
    char out[RG_FMT_DEC_MAX + RG_FMT_DEC_MAX / 3];
    size_t n = rg_fmt_dec(digits, v);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    rg_buf_bytes(b, out, at);
}

/* Replaces *REST (< WHOLE) by the rest of 10 * *REST / WHOLE and returns the quotient, a decimal digit.  Adds *REST ten times
   modulo WHOLE, so that nothing overflows.  */
static unsigned next_digit(uint64_t *rest, uint64_t whole)
{
    uint64_t sum = 0;
    unsigned digit = 0;
    for (int i = 0; i < 10; i++) {
        if (sum >= whole - *rest) {
            sum -= whole - *rest;
            digit++;
        } else {
            sum += *rest;
        }
    }
    *rest = sum;
    return digit;
}

void rg_buf_percent(struct rg_buf *b, uint64_t part, uint64_t whole, unsigned decimals)
{
    enum { MAX_DECIMALS = 9, WIDTH = RG_FMT_DEC_MAX + 2 + MAX_DECIMALS };
    RG_ASSERT(decimals <= MAX_DECIMALS);
    if (whole == 0) {
        part = 0;
        whole = 1;
    }
    /* digits: a 0 for a carry, the integer part of PART / WHOLE, then two digits that belong before the point */
    char digits[WIDTH + 1];
    digits[0] = '0';
    size_t n = 1 + rg_fmt_dec(digits + 1, part / whole);
    uint64_t rest = part % whole;
    for (unsigned i = 0; i < 2 + decimals; i++)
        digits[n++] = (char)('0' + next_digit(&rest, whole));
    if (rest >= whole - rest) {
        size_t i = n - 1;
        for (; digits[i] == '9'; i--)
            digits[i] = '0';
        digits[i]++;
    }
    size_t first = 0;
    while (first + 1 + decimals < n && digits[first] == '0')
        first++;
    rg_buf_bytes(b, digits + first, n - first - decimals);
    if (decimals > 0) {
        rg_buf_char(b, '.');
        rg_buf_bytes(b, digits + n - decimals, decimals);
    }
    rg_buf_char(b, '%');
}

void rg_buf_align_right(struct rg_buf *b, size_t mark, size_t width)
{
    RG_ASSERT(mark <= b->n);
    size_t len = b->n - mark;
    if (len >= width)
        return;
    size_t before = b->n;
    rg_buf_fill(b, ' ', width - len);
    size_t blanks = b->n - before;
    memmove(b->p + mark + blanks, b->p + mark, len);
    memset(b->p + mark, ' ', blanks);
}

void rg_buf_align_left(struct rg_buf *b, size_t mark, size_t width)
{
    RG_ASSERT(mark <= b->n);
    size_t len = b->n - mark;
    if (len < width)
        rg_buf_fill(b, ' ', width - len);
}
