/* rg_demangle.c - what is a Rust symbol, and its text forms.

   SPDX-License-Identifier: GPL-2.0-or-later

   The order of the questions is rustc-demangle's, since it decides in odd cases: a trailing .llvm.<digits> goes first, then the
   prefix decides; what is left over must look like something a compiler appends to a symbol, or the whole is none.  */
#include "rg_demangle_priv.h"

static bool is_hash_digit(char c)
{
    return (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == '@';
}

/* Cuts .llvm.<digits> off: only the first .llvm. is looked at.  */
static size_t cut_llvm(struct rg_symbol *s, const char *text, size_t n)
{
    static const char llvm[] = ".llvm.";
    const size_t len = sizeof llvm - 1;

    s->llvm = NULL;
    s->llvm_len = 0;
    for (size_t i = 0; i + len <= n; i++) {
        if (text[i] != '.' || memcmp(text + i, llvm, len) != 0)
            continue;
        for (size_t k = i + len; k < n; k++)
            if (!is_hash_digit(text[k]))
                return n;
        s->llvm = text + i;
        s->llvm_len = n - i;
        return i;
    }
    return n;
}

static const struct {
    const char *text;
    unsigned char len;
    enum rg_symbol_kind kind;
} prefixes[] = {
    { "_ZN", 3, RG_SYMBOL_LEGACY }, { "ZN", 2, RG_SYMBOL_LEGACY }, { "__ZN", 4, RG_SYMBOL_LEGACY },
    { "_R", 2, RG_SYMBOL_V0 },      { "R", 1, RG_SYMBOL_V0 },      { "__R", 3, RG_SYMBOL_V0 },
};

static bool is_ascii(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] & 0x80)
            return false;
    return true;
}

static bool is_suffix(const char *s, size_t n)
{
    if (n > 0 && s[0] != '.')
        return false;
    for (size_t i = 0; i < n; i++)
        if (s[i] < 0x21 || s[i] > 0x7e)
            return false;
    return true;
}

bool rg_symbol_read(struct rg_symbol *s, const char *text, size_t n)
{
    n = cut_llvm(s, text, n);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t len = prefixes[i].len;
        if (n <= len || memcmp(text, prefixes[i].text, len) != 0)
            continue;
        s->kind = prefixes[i].kind;
        s->body = text + len;
        s->body_len = n - len;
        s->path_len = s->n_elements = 0;
        s->hash = NULL;
        if (!is_ascii(s->body, s->body_len))
            return false;
        size_t used = s->kind == RG_SYMBOL_V0 ? rg_dm_v0_read(s) : rg_dm_legacy_read(s);
        s->suffix = s->body + used;
        s->suffix_len = s->body_len - used;
        s->body_len = used;
        return used > 0 && is_suffix(s->suffix, s->suffix_len);
    }
    return false;
}

void rg_symbol_print_base(const struct rg_symbol *s, enum rg_symbol_form form, struct rg_buf *out)
{
    static const char too_long[] = "{size limit reached}";
    struct rg_dm_out o = { .buf = out, .left = RG_DEMANGLE_MAX_OUTPUT };

    if (s->kind == RG_SYMBOL_V0)
        rg_dm_v0_print(s, form, &o);
    else
        rg_dm_legacy_print(s, form, &o);
    if (o.full)
        rg_buf_bytes(out, too_long, sizeof too_long - 1);
}

void rg_symbol_print(const struct rg_symbol *s, enum rg_symbol_form form, struct rg_buf *out)
{
    rg_symbol_print_base(s, form, out);
    rg_buf_bytes(out, s->suffix, s->suffix_len);
}

void rg_dm_put_dec(struct rg_dm_out *o, uint64_t v)
{
    char digits[RG_FMT_DEC_MAX];
    rg_dm_put(o, digits, rg_fmt_dec(digits, v));
}
