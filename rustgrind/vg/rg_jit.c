/* rg_jit.c - names of code that the program made at run time.

   SPDX-License-Identifier: GPL-2.0-or-later

   For gdb the program keeps a list, which begins at the symbol __jit_debug_descriptor:

       descriptor  version (4 bytes, 1), action (4), the entry that the last action was about, the first entry
       entry       next, previous, address of an ELF file, its size

   It is read at the dump, so code that was thrown away before is not in it.  What the program has in its memory is its own:
   nothing is believed but what can be read, and the list ends after MAX_ENTRIES.  */
#include "rg_jit.h"

#include "../core/rg_perfmap.h"

enum { MAX_ENTRIES = 1 << 16 };

static const Long max_size = 256 << 20; /* of a perf map that is read */
static const SizeT max_elf = 64 << 20, max_elfs = 512 << 20; /* of an ELF file, of all */

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

/* ---- gdb's interface ---- */

static Bool copy(void *to, Addr from, SizeT n)
{
    if (from == 0 || n == 0 || from + n < from || !VG_(am_is_valid_for_client)(from, n, VKI_PROT_READ))
        return False;
    VG_(memcpy)(to, (void *)from, n);
    return True;
}

/* Reads the list that begins at DESCRIPTOR into *M, which is made if there is none.  */
static void read_list(struct rg_perfmap **m, Addr descriptor)
{
    struct {
        UInt version, action;
        Addr relevant, first;
    } d;
    struct {
        Addr next, previous, elf;
        ULong size;
    } e;
    SizeT total = 0;
    UInt n = 0;

    if (!copy(&d, descriptor, sizeof d) || d.version != 1)
        return;
    for (Addr at = d.first; n < MAX_ENTRIES && copy(&e, at, sizeof e); at = e.next, n++) {
        if (e.size > max_elf || total + e.size > max_elfs)
            continue;
        UChar *elf = VG_(malloc)("rg.jit.elf", e.size + 1);
        if (!copy(elf, e.elf, e.size)) {
            VG_(free)(elf);
            continue;
        }
        total += e.size;
        if (!*m)
            *m = rg_perfmap_new("", 0);
        rg_perfmap_add_elf(*m, elf, e.size);
    }
}

/* The program may have several, if several libraries make code.  */
static struct rg_perfmap *read_lists(void)
{
    struct rg_perfmap *m = NULL;

    for (const DebugInfo *di = VG_(next_DebugInfo)(NULL); di; di = VG_(next_DebugInfo)(di))
        for (Int i = VG_(DebugInfo_syms_howmany)(di); i-- > 0;) {
            const HChar *name;
            Addr at[4] = {0}; /* the core's SymAVMAs: the first is the symbol's */
            Bool is_text;
            VG_(DebugInfo_syms_getidx)(di, i, at, NULL, &name, NULL, &is_text, NULL, NULL);
            if (!is_text && name && VG_(strcmp)(name, "__jit_debug_descriptor") == 0)
                read_list(&m, at[0]);
        }
    return m;
}

/* ---- names ---- */

static Bool is_generated(const struct rg_fn *fn)
{
    return !fn->obj->has_info && VG_(strcmp)(fn->obj->name, "???") == 0 && VG_(strncmp)(fn->name, "0x", 2) == 0;
}

static void name(struct rg_fn *fn, const struct rg_perfmap *map, const struct rg_perfmap *lists)
{
    const HChar *known = map ? rg_perfmap_find(map, fn->off) : NULL;
    HChar *unknown = NULL;

    if (!known && lists)
        known = rg_perfmap_find(lists, fn->off);
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
    struct rg_perfmap *map = NULL, *lists = NULL;
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
            lists = read_lists();
            looked = True;
        }
        name(fn, map, lists);
    }
    rg_perfmap_free(map);
    rg_perfmap_free(lists);
}
