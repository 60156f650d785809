/* rg_demangle_priv.h - what the files of the demangler share.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_DEMANGLE_PRIV_H
#define RG_DEMANGLE_PRIV_H

#include "rg_demangle.h"

/* Output that ends when it gets too long.  A piece is appended whole or not at all.  */
struct rg_dm_out {
    struct rg_buf *buf;
    size_t left; /* bytes that may still be appended */
    bool full;
};

/* With N known when compiled, this is a few instructions.  */
static inline void rg_dm_put(struct rg_dm_out *o, const char *s, size_t n)
{
    struct rg_buf *b = o->buf;

    if (__builtin_expect(n > o->left, 0)) {
        o->full = true;
        o->left = 0;
        return;
    }
    o->left -= n;
    if (__builtin_expect(b->cap - b->n > n && !b->truncated, 1)) {
        memcpy(b->p + b->n, s, n);
        b->n += n;
    } else {
        rg_buf_bytes(b, s, n);
    }
}

/* A character as UTF-8; a decimal number.  */
void rg_dm_put_char(struct rg_dm_out *o, uint32_t c);
void rg_dm_put_dec(struct rg_dm_out *o, uint64_t v);
void rg_dm_put_ident(struct rg_dm_out *o, const struct rg_ident *id);

/* C as Rust's char::escape_debug has it.  */
void rg_dm_put_escaped(struct rg_dm_out *o, uint32_t c);

/* True for what Rust counts as a character: no surrogate, not beyond U+10FFFF.  */
static inline bool rg_dm_is_char(uint64_t c)
{
    return c < 0xd800 || (c > 0xdfff && c < 0x110000);
}

/* The character that begins at S, whose N bytes are pairs of hexadecimal digits of UTF-8.  Returns the digits used, 0: none.  */
size_t rg_dm_hex_char(const char *s, size_t n, uint32_t *c);

static inline unsigned rg_dm_hex_digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

/* True when char::escape_debug writes C, which needs no escape by a letter, as \u{...}: it is not printable, or joins the
   character before.  */
bool rg_dm_is_escaped(uint32_t c);

/* S->body and BODY_LEN hold all that may belong to the symbol; sets the other fields of the kind and returns the length really
   used, 0: no such symbol.  */
size_t rg_dm_legacy_read(struct rg_symbol *s);
size_t rg_dm_v0_read(struct rg_symbol *s);

void rg_dm_legacy_print(const struct rg_symbol *s, enum rg_symbol_form form, struct rg_dm_out *o);
void rg_dm_v0_print(const struct rg_symbol *s, enum rg_symbol_form form, struct rg_dm_out *o);

#endif
