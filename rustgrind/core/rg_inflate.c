/* rg_inflate.c - unpacks zlib streams (RFC 1950, RFC 1951).

   SPDX-License-Identifier: GPL-2.0-or-later

   Sections of debug information may be packed.  A code is decoded with one table look-up when it has at most FAST_BITS bits, which
   nearly all have; longer ones bit by bit, by counting the codes of each length: codes of one length are consecutive numbers, so a
   prefix is a code when it is less than the first number of that length plus how many there are.

   Bits beyond the end of the input read as zeros and are counted; a stream that used any of them is rejected.  As long as so much
   input and room are left that none of this can happen, quick_symbols() does the work with its state in registers: eight bytes of
   input at a time, and copies that write up to seven bytes too many, which are overwritten later.  It leaves what is rare or wrong
   to the careful code.  */
#include "rg_inflate.h"

enum {
    MAX_BITS = 15,
    FAST_BITS = 10,
    N_LITERALS = 288,
    N_DISTANCES = 32,
    N_CODE_LENGTHS = 19,
    END_OF_BLOCK = 256,
    ADLER_MODULUS = 65521,
    ADLER_STEP = 16,
    ADLER_RUN = 5552, /* so many bytes, whole steps, are summed before the sums might overflow 32 bits */
    LONGEST_COPY = 258,
    QUICK_INPUT = 8,
    QUICK_LITERALS = 3,
    QUICK_ROOM = QUICK_LITERALS + LONGEST_COPY + 7,
    COPY_BITS = 2 * FAST_BITS + 5 + 13, /* two codes and the most that may follow each */
};

struct code {
    uint16_t count[MAX_BITS + 1]; /* codes of each length */
    uint16_t symbol[N_LITERALS];  /* in the order of their codes */
    uint16_t fast[1 << FAST_BITS]; /* symbol << 4 | length; 0: a longer code, or none */
};

struct inflater {
    const uint8_t *in, *in_end;
    uint8_t *out;
    size_t at, out_n;
    uint64_t bits;
    unsigned n_bits;
    unsigned missing; /* zero bits that stand for input that was not there */
    struct code literals, distances;
};

static const uint16_t length_base[] = { 3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                        31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258 };
static const uint8_t length_extra[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const uint16_t distance_base[] = { 1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
                                          193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577 };
static const uint8_t distance_extra[] = { 0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                          6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13 };

enum { N_LENGTH_SYMBOLS = sizeof length_extra, N_DISTANCE_SYMBOLS = sizeof distance_extra };

static void fill(struct inflater *z)
{
    while (z->n_bits <= 56) {
        if (z->in < z->in_end)
            z->bits |= (uint64_t)*z->in++ << z->n_bits;
        else
            z->missing += 8;
        z->n_bits += 8;
    }
}

/* The next N bits, N <= 16.  */
static unsigned take(struct inflater *z, unsigned n)
{
    if (z->n_bits < n)
        fill(z);
    unsigned v = (unsigned)(z->bits & ((1u << n) - 1));
    z->bits >>= n;
    z->n_bits -= n;
    return v;
}

static bool ran_out(const struct inflater *z)
{
    return z->missing > z->n_bits;
}

static void fill_fast(struct code *c, unsigned code, unsigned length, unsigned symbol)
{
    unsigned reversed = 0;
    for (unsigned i = 0; i < length; i++)
        reversed |= (code >> i & 1) << (length - 1 - i);
    for (; reversed < 1u << FAST_BITS; reversed += 1u << length)
        c->fast[reversed] = (uint16_t)(symbol << 4 | length);
}

/* Makes the code whose symbol I has LENGTHS[I] bits.  False when there are more codes than bits allow; an incomplete code is
   allowed, for a block may use a single distance.  */
static bool make_code(struct code *c, const uint8_t *lengths, unsigned n)
{
    unsigned first[MAX_BITS + 2] = { 0 }, next[MAX_BITS + 2] = { 0 };
    int left = 1;
    memset(c, 0, sizeof *c);
    for (unsigned i = 0; i < n; i++)
        c->count[lengths[i]]++;
    c->count[0] = 0;
    for (unsigned length = 1, code = 0; length <= MAX_BITS; length++) {
        left = 2 * left - c->count[length];
        if (left < 0)
            return false;
        code = (code + c->count[length - 1]) << 1;
        next[length] = code;
        first[length + 1] = first[length] + c->count[length];
    }
    for (unsigned i = 0; i < n; i++) {
        unsigned length = lengths[i];
        if (length == 0)
            continue;
        c->symbol[first[length]++] = (uint16_t)i;
        if (length <= FAST_BITS)
            fill_fast(c, next[length], length, i);
        next[length]++;
    }
    return true;
}

/* The next symbol of code C, or -1 when the bits are none.  */
static int decode(struct inflater *z, const struct code *c)
{
    if (z->n_bits < MAX_BITS)
        fill(z);
    unsigned entry = c->fast[z->bits & ((1u << FAST_BITS) - 1)];
    if (entry != 0) {
        z->bits >>= entry & 15;
        z->n_bits -= entry & 15;
        return (int)(entry >> 4);
    }
    unsigned code = 0, first = 0, index = 0;
    for (unsigned length = 1; length <= MAX_BITS; length++) {
        code |= take(z, 1);
        unsigned count = c->count[length];
        if (code < first + count)
            return c->symbol[index + (code - first)];
        index += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    return -1;
}

static bool stored_block(struct inflater *z)
{
    take(z, z->n_bits & 7);
    unsigned n = take(z, 16), complement = take(z, 16);
    if (n != (complement ^ 0xffff) || ran_out(z))
        return false;
    for (; n > 0 && z->n_bits > 0; n--) {
        if (z->at == z->out_n)
            return false;
        z->out[z->at++] = (uint8_t)take(z, 8);
    }
    if (ran_out(z) || n > (size_t)(z->in_end - z->in) || n > z->out_n - z->at)
        return false;
    memcpy(z->out + z->at, z->in, n);
    z->in += n;
    z->at += n;
    return true;
}

/* Copies N bytes from DISTANCE back; they may overlap.  */
static bool copy_back(struct inflater *z, size_t n, size_t distance)
{
    if (distance > z->at || n > z->out_n - z->at)
        return false;
    uint8_t *to = z->out + z->at;
    const uint8_t *from = to - distance;
    z->at += n;
    while (n-- > 0)
        *to++ = *from++;
    return true;
}

/* Copies N bytes from DISTANCE back, 1 <= DISTANCE; may write seven more.  */
static inline void copy_quickly(uint8_t *to, size_t n, size_t distance)
{
    uint8_t *end = to + n;
    const uint8_t *from = to - distance;
    if (distance >= 8)
        for (; to < end; to += 8, from += 8)
            __builtin_memcpy(to, from, 8);
    else
        while (to < end)
            *to++ = *from++;
}

/* Unpacks symbols of the block as long as that is simple: until input or room come to an end, or up to a symbol that is the end
   of the block, wrong, or has a long code; this one is not taken.  */
static void quick_symbols(struct inflater *z)
{
    const unsigned mask = (1u << FAST_BITS) - 1;
    const uint16_t *literals = z->literals.fast, *distances = z->distances.fast;
    const uint8_t *in = z->in;
    uint64_t bits = z->bits;
    unsigned n_bits = z->n_bits;
    size_t at = z->at;
    while (z->in_end - in >= QUICK_INPUT && z->out_n - at >= QUICK_ROOM) {
        if (n_bits < 56) {
            uint64_t word;
            __builtin_memcpy(&word, in, sizeof word);
            bits |= word << n_bits;
            in += (63 - n_bits) >> 3;
            n_bits |= 56;
        }
        unsigned entry = literals[bits & mask];
        for (int i = 0; i < QUICK_LITERALS && entry != 0 && entry < END_OF_BLOCK << 4; i++) {
            bits >>= entry & 15;
            n_bits -= entry & 15;
            z->out[at++] = (uint8_t)(entry >> 4);
            entry = literals[bits & mask];
        }
        if (entry == 0 || entry >> 4 == END_OF_BLOCK)
            break;
        if (entry >> 4 < END_OF_BLOCK || n_bits < COPY_BITS)
            continue;
        unsigned symbol = (entry >> 4) - END_OF_BLOCK - 1, used = entry & 15;
        if (symbol >= N_LENGTH_SYMBOLS)
            break;
        size_t n = length_base[symbol] + (bits >> used & ((1u << length_extra[symbol]) - 1));
        used += length_extra[symbol];
        entry = distances[bits >> used & mask];
        symbol = entry >> 4;
        if (entry == 0 || symbol >= N_DISTANCE_SYMBOLS)
            break;
        used += entry & 15;
        size_t distance = distance_base[symbol] + (bits >> used & ((1u << distance_extra[symbol]) - 1));
        if (distance > at)
            break;
        used += distance_extra[symbol];
        bits >>= used;
        n_bits -= used;
        copy_quickly(z->out + at, n, distance);
        at += n;
    }
    z->in = in;
    z->bits = n_bits < 64 ? bits & (((uint64_t)1 << n_bits) - 1) : bits;
    z->n_bits = n_bits;
    z->at = at;
}

static bool packed_block(struct inflater *z)
{
    for (;;) {
        quick_symbols(z);
        int symbol = decode(z, &z->literals);
        if (symbol < 0 || ran_out(z))
            return false;
        if (symbol < END_OF_BLOCK) {
            if (z->at == z->out_n)
                return false;
            z->out[z->at++] = (uint8_t)symbol;
            continue;
        }
        if (symbol == END_OF_BLOCK)
            return true;
        symbol -= END_OF_BLOCK + 1;
        if (symbol >= N_LENGTH_SYMBOLS)
            return false;
        size_t n = length_base[symbol] + take(z, length_extra[symbol]);
        symbol = decode(z, &z->distances);
        if (symbol < 0 || symbol >= N_DISTANCE_SYMBOLS)
            return false;
        size_t distance = distance_base[symbol] + take(z, distance_extra[symbol]);
        if (ran_out(z) || !copy_back(z, n, distance))
            return false;
    }
}

static bool fixed_codes(struct inflater *z)
{
    uint8_t lengths[N_LITERALS];
    for (unsigned i = 0; i < N_LITERALS; i++)
        lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    make_code(&z->literals, lengths, N_LITERALS);
    memset(lengths, 5, N_DISTANCES);
    return make_code(&z->distances, lengths, N_DISTANCES);
}

/* The codes of a block, whose lengths are themselves written in a code.  */
static bool own_codes(struct inflater *z)
{
    static const uint8_t order[N_CODE_LENGTHS] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
    uint8_t lengths[N_LITERALS + N_DISTANCES] = { 0 };
    unsigned n_literals = 257 + take(z, 5), n_distances = 1 + take(z, 5), n_lengths = 4 + take(z, 4);
    if (n_literals > N_LITERALS)
        return false;
    for (unsigned i = 0; i < n_lengths; i++)
        lengths[order[i]] = (uint8_t)take(z, 3);
    if (!make_code(&z->literals, lengths, N_CODE_LENGTHS))
        return false;
    memset(lengths, 0, N_CODE_LENGTHS);
    for (unsigned i = 0; i < n_literals + n_distances;) {
        int symbol = decode(z, &z->literals);
        if (symbol < 0 || ran_out(z))
            return false;
        if (symbol < 16) {
            lengths[i++] = (uint8_t)symbol;
            continue;
        }
        if (symbol == 16 && i == 0)
            return false;
        uint8_t again = symbol == 16 ? lengths[i - 1] : 0;
        unsigned n = symbol == 16 ? 3 + take(z, 2) : symbol == 17 ? 3 + take(z, 3) : 11 + take(z, 7);
        if (n > n_literals + n_distances - i)
            return false;
        memset(lengths + i, again, n);
        i += n;
    }
    return make_code(&z->distances, lengths + n_literals, n_distances) && make_code(&z->literals, lengths, n_literals);
}

static bool blocks(struct inflater *z)
{
    bool last;
    do {
        last = take(z, 1);
        unsigned kind = take(z, 2);
        bool ok = kind == 0   ? stored_block(z)
                  : kind == 1 ? fixed_codes(z) && packed_block(z)
                  : kind == 2 ? own_codes(z) && packed_block(z)
                              : false;
        if (!ok)
            return false;
    } while (!last);
    return !ran_out(z) && z->at == z->out_n;
}

static uint32_t adler32(const uint8_t *p, size_t n)
{
    uint32_t a = 1, b = 0;
    while (n > 0) {
        size_t run = n < ADLER_RUN ? n : ADLER_RUN;
        n -= run;
        for (; run >= ADLER_STEP; run -= ADLER_STEP, p += ADLER_STEP) {
            uint32_t sum = 0, weighted = 0;
            for (uint32_t i = 0; i < ADLER_STEP; i++) {
                sum += p[i];
                weighted += (ADLER_STEP - i) * p[i];
            }
            b += ADLER_STEP * a + weighted;
            a += sum;
        }
        for (; run > 0; run--) {
            a += *p++;
            b += a;
        }
        a %= ADLER_MODULUS;
        b %= ADLER_MODULUS;
    }
    return b << 16 | a;
}

bool rg_inflate_zlib(const uint8_t *in, size_t n, uint8_t *out, size_t out_n)
{
    if (n < 2 || (in[0] & 15) != 8 || (in[0] >> 4) > 7 || (in[0] * 256 + in[1]) % 31 != 0 || (in[1] & 32) != 0)
        return false;
    struct inflater *z = rg_alloc("inflate", sizeof *z);
    z->in = in + 2;
    z->in_end = in + n;
    z->out = out;
    z->out_n = out_n;
    bool ok = blocks(z);
    if (ok) {
        take(z, z->n_bits & 7);
        uint32_t sum = 0;
        for (int i = 0; i < 4; i++)
            sum = sum << 8 | take(z, 8);
        ok = !ran_out(z) && sum == adler32(out, out_n);
    }
    rg_free(z);
    return ok;
}
