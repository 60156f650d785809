/* rg_buf.h - a byte buffer that grows, and number formatting without libc.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_BUF_H
#define RG_BUF_H

#include "rg_port.h"

/* A value type: bytes P[0..N).  Make it with rg_buf_init or rg_buf_init_fixed; the fields may be read, not written.  */
struct rg_buf {
    char *p;
    size_t n;
    size_t cap;
    const char *tag; /* owner of the memory; NULL: P is the caller's and does not grow */
    bool truncated;  /* a fixed buffer was too small for something appended */
};

/* An empty buffer that grows by rg_realloc under TAG.  Allocates nothing yet.  Freed by rg_buf_free, after which it is empty and
   may be used again.  */
void rg_buf_init(struct rg_buf *b, const char *tag);

/* An empty buffer over the caller's MEM of CAP bytes (CAP >= 1).  What does not fit is cut off and TRUNCATED is set; once that
   happened nothing more is appended.  One byte is kept for the NUL of rg_buf_cstr, so at most CAP - 1 bytes are held.  */
void rg_buf_init_fixed(struct rg_buf *b, char *mem, size_t cap);

void rg_buf_free(struct rg_buf *b);

/* Empties the buffer and keeps its memory.  */
void rg_buf_clear(struct rg_buf *b);

/* Shortens the buffer to its first N bytes; N must not exceed the present length.  */
void rg_buf_cut(struct rg_buf *b, size_t n);

/* The bytes followed by a NUL (which is not counted in N), valid until the next change.  */
const char *rg_buf_cstr(struct rg_buf *b);

/* Makes room for N more bytes and a NUL, and returns how many of the N may be appended: all, unless the buffer is fixed.  */
size_t rg_buf_room(struct rg_buf *b, size_t n);

/* Appends N bytes; a string; one byte; one byte COUNT times.  The bytes must not lie in the buffer itself.  */
static inline void rg_buf_bytes(struct rg_buf *b, const void *bytes, size_t n)
{
    if (b->cap - b->n <= n || b->truncated)
        n = rg_buf_room(b, n);
    if (n > 0)
        memcpy(b->p + b->n, bytes, n);
    b->n += n;
}

static inline void rg_buf_char(struct rg_buf *b, char c)
{
    if ((b->cap - b->n <= 1 || b->truncated) && rg_buf_room(b, 1) == 0)
        return;
    b->p[b->n++] = c;
}

void rg_buf_str(struct rg_buf *b, const char *s);
void rg_buf_fill(struct rg_buf *b, char c, size_t count);

/* Appends a number: decimal; signed decimal; hexadecimal as 0x1f (no leading zeros); with thousands separators as 1,234,567.  */
void rg_buf_dec(struct rg_buf *b, uint64_t v);
void rg_buf_sdec(struct rg_buf *b, int64_t v);
void rg_buf_hex(struct rg_buf *b, uint64_t v);
void rg_buf_thousands(struct rg_buf *b, uint64_t v);

/* Appends 100 * PART / WHOLE with DECIMALS (0 to 9) decimals and a percent sign, rounded half up: 12.34%.  Exact for all values
   of 64 bits.  WHOLE 0 gives 0.  */
void rg_buf_percent(struct rg_buf *b, uint64_t part, uint64_t whole, unsigned decimals);

/* Aligns the bytes from position MARK to the end to the right (left) in a field of WIDTH bytes, by putting blanks before (after)
   them.  A longer text is left as it is.  */
void rg_buf_align_right(struct rg_buf *b, size_t mark, size_t width);
void rg_buf_align_left(struct rg_buf *b, size_t mark, size_t width);

/* Formats V into OUT, without NUL, and returns the number of bytes.  */
enum { RG_FMT_DEC_MAX = 20, RG_FMT_HEX_MAX = 18 };
size_t rg_fmt_dec(char out[RG_FMT_DEC_MAX], uint64_t v);
size_t rg_fmt_hex(char out[RG_FMT_HEX_MAX], uint64_t v);

#endif
