/* rg_demangle_ident.c - identifiers (Punycode, RFC 3492) and characters.

   SPDX-License-Identifier: GPL-2.0-or-later

   The decoder holds at most as many characters as rustc-demangle's; a longer identifier is shown undecoded, as is a
   wrong one.  */
#include "rg_demangle_priv.h"

enum { MAX_DECODED = 128 };

/* RFC 3492, section 5.  */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_CODE = 0x80 };

static size_t encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[n] | c);
    return n;
}

void rg_dm_put_char(struct rg_dm_out *o, uint32_t c)
{
    char bytes[4];
    rg_dm_put(o, bytes, encode(c, bytes));
}

/* One number of variable length (RFC 3492, 3.3): false when it is cut off, not in lower case, or too large.  */
static bool next_delta(const struct rg_ident *id, size_t *at, uint64_t bias, uint64_t *delta)
{
    uint64_t weight = 1, sum = 0;

    for (uint64_t k = BASE;; k += BASE) {
        uint64_t t = k <= bias + T_MIN ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
        uint64_t d, part;
        if (*at >= id->puny_len)
            return false;
        char c = id->puny[(*at)++];
        if (c >= 'a' && c <= 'z')
            d = (uint64_t)(c - 'a');
        else if (c >= '0' && c <= '9')
            d = (uint64_t)(c - '0') + 26;
        else
            return false;
        if (__builtin_mul_overflow(d, weight, &part) || __builtin_add_overflow(sum, part, &sum))
            return false;
        if (d < t) {
            *delta = sum;
            return true;
        }
        if (__builtin_mul_overflow(weight, (uint64_t)BASE - t, &weight))
            return false;
    }
}

static uint64_t adapt(uint64_t delta, uint64_t damp, uint64_t n)
{
    uint64_t k = 0;

    delta /= damp;
    delta += delta / n;
    for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
        delta /= BASE - T_MIN;
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* Returns the number of characters, 0 when it does not work out.  */
static size_t decode(const struct rg_ident *id, uint32_t out[MAX_DECODED])
{
    uint64_t code = FIRST_CODE, place = 0, bias = FIRST_BIAS, delta, damp = DAMP;
    size_t n = id->ascii_len, at = 0;

    if (n > MAX_DECODED)
        return 0;
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)id->ascii[i];
    while (at < id->puny_len) {
        if (n == MAX_DECODED || !next_delta(id, &at, bias, &delta) || __builtin_add_overflow(place, delta, &place))
            return 0;
        n++;
        if (__builtin_add_overflow(code, place / n, &code) || !rg_dm_is_char(code))
            return 0;
        place %= n;
        memmove(out + place + 1, out + place, (n - 1 - place) * sizeof *out);
        out[place++] = (uint32_t)code;
        bias = adapt(delta, damp, n);
        damp = 2;
    }
    return n;
}

void rg_dm_put_ident(struct rg_dm_out *o, const struct rg_ident *id)
{
    uint32_t chars[MAX_DECODED];

    if (id->puny_len == 0) {
        if (id->ascii_len > 0) /* a part without name has no pointer either */
            rg_dm_put(o, id->ascii, id->ascii_len);
        return;
    }
    size_t n = decode(id, chars);
    for (size_t i = 0; i < n; i++)
        rg_dm_put_char(o, chars[i]);
    if (n > 0)
        return;
    rg_dm_put(o, "punycode{", 9);
    if (id->ascii_len > 0) {
        rg_dm_put(o, id->ascii, id->ascii_len);
        rg_dm_put(o, "-", 1);
    }
    rg_dm_put(o, id->puny, id->puny_len);
    rg_dm_put(o, "}", 1);
}

void rg_ident_print(const struct rg_ident *id, struct rg_buf *out)
{
    struct rg_dm_out o = { .buf = out, .left = RG_DEMANGLE_MAX_OUTPUT };
    rg_dm_put_ident(&o, id);
}

void rg_dm_put_escaped(struct rg_dm_out *o, uint32_t c)
{
    static const struct {
        char c, letter;
    } letters[] = { { '\0', '0' }, { '\t', 't' }, { '\r', 'r' }, { '\n', 'n' }, { '\'', '\'' }, { '"', '"' }, { '\\', '\\' } };

    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (c == (unsigned char)letters[i].c) {
            rg_dm_put(o, "\\", 1);
            rg_dm_put(o, &letters[i].letter, 1);
            return;
        }
    if (!rg_dm_is_escaped(c)) {
        rg_dm_put_char(o, c);
        return;
    }
    char hex[RG_FMT_HEX_MAX];
    size_t n = rg_fmt_hex(hex, c);
    rg_dm_put(o, "\\", 1);
    rg_dm_put(o, "u", 1);
    rg_dm_put(o, "{", 1);
    for (size_t i = 2; i < n; i++)
        rg_dm_put(o, hex + i, 1);
    rg_dm_put(o, "}", 1);
}

size_t rg_dm_hex_char(const char *s, size_t n, uint32_t *c)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char b[4] = { 0 };
    size_t len = 1;

    for (size_t i = 0; i < len; i++) {
        if (2 * i + 2 > n)
            return 0;
        b[i] = (unsigned char)(rg_dm_hex_digit(s[2 * i]) << 4 | rg_dm_hex_digit(s[2 * i + 1]));
        if (i > 0 && (b[i] & 0xc0) != 0x80)
            return 0;
        if (i == 0 && b[0] >= 0x80) {
            if (b[0] < 0xc0 || b[0] > 0xf7)
                return 0;
            len = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
        }
    }
    *c = len == 1 ? b[0] : b[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++)
        *c = *c << 6 | (b[i] & 0x3f);
    return *c >= least[len] && rg_dm_is_char(*c) ? 2 * len : 0;
}
