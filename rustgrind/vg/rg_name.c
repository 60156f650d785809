/* rg_name.c - names of functions from symbols and debug information.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_name.h"

#include "../core/rg_fnname.h"

const HChar *rg_name_of(const HChar *linkage, const HChar *name)
{
    static struct rg_buf b;
    const HChar *demangled;

    if (!b.tag)
        rg_buf_init(&b, "rg.name");
    rg_buf_clear(&b);
    if (linkage[0] && rg_fnname_put(&b, linkage, name))
        return rg_buf_cstr(&b);
    if (!linkage[0])
        return name;
    VG_(demangle)(True, True, linkage, &demangled);
    return demangled;
}

Bool rg_name_is_of(const HChar *a, const HChar *b)
{
    SizeT n = rg_fnname_identity(a);

    return n > 0 && n == rg_fnname_identity(b) && VG_(memcmp)(a, b, n) == 0;
}
