/* rg_jit.c - names of code that the program made at run time.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_jit.h"

#include "../core/rg_perfmap.h"

static const Long max_size = 256 << 20; /* of a perf map that is read */

static struct rg_perfmap *read_map(const HChar *directory)
{
    HChar *path = VG_(malloc)("rg.jit.path", VG_(strlen)(directory) + 40), *text;
    struct rg_perfmap *m = NULL;
    struct vg_stat st;
    SysRes r;
    Long n = 0;
    Int got;

    VG_(sprintf)(path, "%s/perf-%d.map", directory, VG_(getpid)());
    r = VG_(open)(path, VKI_O_RDONLY, 0);
    VG_(free)(path);
    if (sr_isError(r))
        return NULL;
    if (VG_(fstat)(sr_Res(r), &st) == 0 && VKI_S_ISREG(st.mode) && st.size > 0 && st.size <= max_size) {
        text = VG_(malloc)("rg.jit.map", st.size);
        while (n < st.size && (got = VG_(read)(sr_Res(r), text + n, st.size - n)) > 0)
            n += got;
        m = rg_perfmap_new(text, n);
        VG_(free)(text);
    }
    VG_(close)(sr_Res(r));
    return m;
}

static Bool is_generated(const struct rg_fn *fn)
{
    return !fn->obj->has_info && VG_(strcmp)(fn->obj->name, "???") == 0 && VG_(strncmp)(fn->name, "0x", 2) == 0;
}

static void name(struct rg_fn *fn, const struct rg_perfmap *map)
{
    const HChar *known = map ? rg_perfmap_find(map, fn->off) : NULL;
    HChar *unknown = NULL;

    if (!known) {
        known = unknown = VG_(malloc)("rg.jit.name", VG_(strlen)(fn->name) + 8);
        VG_(sprintf)(unknown, "[JIT] %s", fn->name);
    }
    VG_(free)(fn->name);
    fn->name = VG_(strdup)("rg.fn.name", known);
    VG_(free)(unknown);
}

void rg_jit_name_functions(void)
{
    struct rg_perfmap *map = NULL;
    Bool looked = False;

    if (rg_opt.compat_callgrind)
        return;
    for (UWord home = RG_HOME_FIRST; home < 8 * rg_ctx_n(); home += 8) {
        struct rg_fn *fn = rg_ctx_of(home)->fn;
        if (!fn || !is_generated(fn))
            continue;
        if (!looked) {
            map = read_map("/tmp");
            if (!map && VG_(strcmp)(VG_(tmpdir)(), "/tmp") != 0)
                map = read_map(VG_(tmpdir)());
            looked = True;
        }
        name(fn, map);
    }
    rg_perfmap_free(map);
}
