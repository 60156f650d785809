/* rg_text.c - text from outside made safe for lines of UTF-8.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_text.h"

void rg_text_put_escaped(struct rg_buf *b, char c)
{
    const char *hex = "0123456789abcdef";
    const unsigned char u = (unsigned char)c;
    const char s[4] = { '\\', 'x', hex[u >> 4], hex[u & 15] };
    rg_buf_bytes(b, s, sizeof s);
}

/* How many bytes a character with first byte C has; 0: C is no first byte.  */
static size_t length_by_first(unsigned char c)
{
    if (c < 0x80)
        return 1;
    if (c < 0xc2 || c > 0xf4)
        return 0;
    return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Valid second bytes are 0x80 to 0xbf but for these first bytes, where others would be overlong forms, surrogates, values beyond
   U+10FFFF, or control characters.  */
static const struct {
    unsigned char first, second_min, second_max;
} second_byte[] = {
    { 0xc2, 0xa0, 0xbf }, { 0xe0, 0xa0, 0xbf }, { 0xed, 0x80, 0x9f }, { 0xf0, 0x90, 0xbf }, { 0xf4, 0x80, 0x8f },
};

size_t rg_text_character(const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t len = length_by_first(s[0]);
    if (len == 1)
        return s[0] >= 0x20 && s[0] != 0x7f;
    if (len > n)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    for (size_t i = 0; i < sizeof second_byte / sizeof *second_byte; i++)
        if (s[0] == second_byte[i].first && (s[1] < second_byte[i].second_min || s[1] > second_byte[i].second_max))
            return 0;
    return len;
}

void rg_text_put(struct rg_buf *b, const char *s, size_t n)
{
    size_t from = 0; /* bytes FROM .. I - 1 are good and not yet written */
    size_t i = 0;
    while (i < n) {
        if (s[i] >= 0x20 && s[i] < 0x7f) {
            i++;
            continue;
        }
        size_t len = rg_text_character(s + i, n - i);
        if (len != 0) {
            i += len;
            continue;
        }
        rg_buf_bytes(b, s + from, i - from);
        rg_text_put_escaped(b, s[i]);
        from = ++i;
    }
    rg_buf_bytes(b, s + from, n - from);
}

const char *rg_text_basename(const char *path)
{
    const char *base = path;
    for (const char *s = path; *s != '\0'; s++)
        if (s[0] == '/' && s[1] != '\0')
            base = s + 1;
    return base;
}

/* Copies a name to OUT (NULL: nowhere) with .. for what is in more than DEPTH < >, and returns its length.  The < of <Type as Trait> at the
   beginning do not count: what is in them is the name.  *DEEPEST is the number of < > around the innermost text.  */
static size_t put_outer(struct rg_buf *out, const char *s, size_t n, size_t depth, size_t *deepest)
{
    size_t now = 0, length = 0, lead = 0, closing = 0;

    *deepest = 0;
    while (lead < n && s[lead] == '<')
        lead++;
    closing = lead;
    for (size_t i = 0; i < n; i++) {
        bool close = s[i] == '>' && i > 0 && s[i - 1] != '-', paths = close && now == 0 && closing > 0;
        if (paths)
            closing--;
        else if (close && now > 0)
            now--;
        if (now <= depth) {
            length++;
            if (out != NULL)
                rg_buf_char(out, s[i]);
        }
        if (s[i] != '<' || i < lead)
            continue;
        if (now++ == depth) {
            length += 2;
            if (out != NULL)
                rg_buf_str(out, "..");
        }
        *deepest = now > *deepest ? now : *deepest;
    }
    return length;
}

void rg_text_put_name(struct rg_buf *b, const char *s, size_t n, size_t width)
{
    struct rg_buf outer;
    size_t deepest = 0, unused, depth;

    if (n <= width) {
        rg_text_put(b, s, n);
        return;
    }
    put_outer(NULL, s, n, SIZE_MAX, &deepest);
    for (depth = deepest; depth > 0 && put_outer(NULL, s, n, depth, &unused) > width; depth--)
        continue;
    rg_buf_init(&outer, "text");
    put_outer(&outer, s, n, depth, &unused);
    if (outer.n <= width) {
        rg_text_put(b, outer.p, outer.n);
    } else {
        size_t head = (width - 3) / 2, tail = width - 3 - head;
        while (head > 0 && (outer.p[head] & 0xc0) == 0x80) /* not within a character */
            head--;
        while (tail > 0 && (outer.p[outer.n - tail] & 0xc0) == 0x80)
            tail--;
        rg_text_put(b, outer.p, head);
        rg_buf_str(b, "...");
        rg_text_put(b, outer.p + outer.n - tail, tail);
    }
    rg_buf_free(&outer);
}
