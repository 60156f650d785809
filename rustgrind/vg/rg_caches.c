/* rg_caches.c - which caches are simulated.

   SPDX-License-Identifier: GPL-2.0-or-later

   The machine's caches are those that Valgrind's core has found, and what is made of them is what callgrind makes of them
   (cachegrind/cg_arch.c): the last level is that of the highest number, a machine that does not tell has fixed sizes, and the
   last level is changed into something that can be simulated.  */
#include "rg_caches.h"

#include "libvex.h"

struct cache {
    const HChar *option;
    const struct rg_geometry *given;
    struct rg_geometry *used;
};

enum { I1, D1, LL, N_CACHES };

static const VexCache *find(const VexCacheInfo *info, VexCacheKind kind, UInt level)
{
    for (UInt i = 0; i < info->num_caches; i++)
        if (info->caches[i].kind == kind && info->caches[i].level == level)
            return &info->caches[i];
    return NULL;
}

/* A trace cache holds decoded instructions; callgrind takes it for one of bytes.  */
static struct rg_geometry geometry_of(const VexCache *c)
{
    if (c->is_trace_cache) {
        UInt size = c->sizeB == 12 * 1024 || c->sizeB == 16 * 1024 ? 16 * 1024 : 32 * 1024;
        return (struct rg_geometry){size, c->assoc, 32};
    }
    return (struct rg_geometry){c->sizeB, c->assoc, c->line_sizeB};
}

/* False when the machine does not tell.  */
static Bool of_this_machine(struct rg_geometry g[N_CACHES])
{
    VexArchInfo machine;

    VG_(machine_get_VexArchInfo)(NULL, &machine);
    const VexCacheInfo *info = &machine.hwcache_info;
    const VexCache *i1 = find(info, INSN_CACHE, 1);
    const VexCache *d1 = find(info, DATA_CACHE, 1);
    const VexCache *ll = find(info, UNIFIED_CACHE, info->num_levels);
    if (!i1 || !d1 || !ll)
        return False;
    g[I1] = geometry_of(i1);
    g[D1] = geometry_of(d1);
    g[LL] = geometry_of(ll);
    return True;
}

static void tell(const HChar *name, const struct rg_geometry *g)
{
    VG_(umsg)("  %s: %'u B, %u-way, %u B lines\n", name, g->size, g->assoc, g->line);
}

static void refuse_what_cannot_be(const struct cache *c)
{
    enum rg_geometry_error e = rg_geometry_check(c->used);
    UInt largest = VG_(machine_get_size_of_largest_guest_register)();

    if (e != RG_GEOMETRY_OK) {
        VG_(umsg)("rustgrind: this machine's cache (%u,%u,%u) cannot be simulated, give another with %s, which takes %s\n",
                  c->used->size, c->used->assoc, c->used->line, c->option, rg_geometry_allowed(e));
        VG_(exit)(1);
    }
    if (c->used->line < largest) { /* an access could straddle three lines */
        VG_(fmsg_bad_option)(c->option, "%s takes size,ways,line: a line of at least %u bytes, the largest register's; "
                             "not '%u,%u,%u'\n", c->option, largest, c->used->size, c->used->assoc, c->used->line);
        VG_(exit)(1); /* after the command line has been read the message alone does not end the run */
    }
}

void rg_caches_geometry(struct rg_geometry *i1, struct rg_geometry *d1, struct rg_geometry *ll)
{
    static const struct rg_geometry unknown[N_CACHES] = {{65536, 2, 64}, {65536, 2, 64}, {262144, 8, 64}};
    const struct cache caches[N_CACHES] = {
        {"--I1", &rg_opt.i1, i1},
        {"--D1", &rg_opt.d1, d1},
        {"--LL", &rg_opt.ll, ll},
    };
    struct rg_geometry machine[N_CACHES];
    Bool known = of_this_machine(machine), asked = False;

    for (UInt i = 0; i < N_CACHES; i++) {
        Bool given = caches[i].given->size != 0;
        *caches[i].used = given ? *caches[i].given : known ? machine[i] : unknown[i];
        asked |= !given;
    }
    if (!rg_opt.ll.size && rg_geometry_adjust_ll(ll))
        VG_(umsg)("rustgrind: this machine's LL cache (%u,%u,%u) is simulated as %u,%u,%u\n", machine[LL].size, machine[LL].assoc,
                  machine[LL].line, ll->size, ll->assoc, ll->line);
    if (asked && !known)
        VG_(umsg)("rustgrind: this machine does not tell its caches: others are simulated\n");
    for (UInt i = 0; i < N_CACHES; i++)
        refuse_what_cannot_be(&caches[i]);
    if (VG_(clo_verbosity) == 0)
        return;
    VG_(umsg)("Cache configuration used:\n");
    for (UInt i = 0; i < N_CACHES; i++)
        tell(caches[i].option + 2, caches[i].used);
}
