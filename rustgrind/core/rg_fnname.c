/* rg_fnname.c - what a function is called in a profile.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_fnname.h"

#include "rg_demangle.h"

/* Symbols of C++ may pass for legacy ones, but for the hash.  */
static bool read_rust(struct rg_symbol *s, const char *linkage)
{
    return rg_symbol_read(s, linkage, strlen(linkage)) && (s->kind == RG_SYMBOL_V0 || s->hash != NULL);
}

bool rg_fnname_put(struct rg_buf *b, const char *linkage, const char *name)
{
    struct rg_symbol s;
    if (!read_rust(&s, linkage))
        return false;
    if (s.kind == RG_SYMBOL_V0 || name[0] == 0 || s.n_elements < 2) {
        rg_symbol_print_base(&s, RG_SYMBOL_ALTERNATE, b);
        return true;
    }
    for (size_t i = 0; i + 2 < s.n_elements; i++) { /* the last two: its own name, the hash */
        rg_symbol_print_element(&s, i, b);
        rg_buf_str(b, "::");
    }
    rg_buf_str(b, name);
    return true;
}

size_t rg_fnname_identity(const char *linkage)
{
    struct rg_symbol s;
    if (!read_rust(&s, linkage))
        return 0;
    return (size_t)(s.body - linkage) + (s.kind == RG_SYMBOL_V0 ? s.path_len : s.body_len);
}
