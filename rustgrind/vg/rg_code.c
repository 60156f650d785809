/* rg_code.c - what the tool knows of guest code: objects, functions, places and contexts.

   SPDX-License-Identifier: GPL-2.0-or-later

   A function's identity is that of the callgrind format: object, file of the first line executed in it, demangled name.  A Rust
   function is known by its symbol instead, unless names are to be callgrind's.
   Names are asked of the core only for addresses that become the first address of a context; everything else about an
   address (its object, section, and whether a symbol begins there) is cheap and cached per address.  */
#include "rg_symbols.h"

#include "pub_tool_hashtable.h"

struct fn_node {
    struct fn_node *next;
    UWord key; /* hash of the identity */
    struct fn_node *same_key;
    struct rg_fn fn;
    HChar *identity; /* of Rust functions */
    SizeT identity_len;
};

struct place_node {
    struct place_node *next;
    UWord key; /* address */
    struct rg_place place;
};

struct page_node {
    struct page_node *next;
    UWord key; /* page number */
};

struct ctx_node {
    struct ctx_node *next;
    UWord key;
    struct rg_fn *fn;
    UInt tid;
    UWord home;
};

/* Ranges in which no symbol begins and which lie in one section of one object.  A few are enough: they belong to the large
   functions that have jump tables.  */
enum { N_QUIET = 256, QUIET_PROBES = 1 << 16, N_RECENT = 4096, PAGE_SHIFT = 12 };

struct quiet {
    Addr lo, end;
    UInt obj;
    UChar sect;
};

static struct {
    struct rg_obj *objs;
    struct rg_obj *last_obj;
    UInt n_objs, n_fns;
    struct rg_fn *last_fn;
    VgHashTable *fns, *places, *ctxs;
    XArray *ctx_list; /* of struct rg_ctx, by home / 8 */
    struct quiet quiet[N_QUIET];
    UInt n_quiet, next_quiet;
    VgHashTable *anon; /* pages with code outside of all objects */
    struct rg_place *exit_place;
    struct {
        Addr asked;
        struct rg_place *place;
    } recent[N_RECENT]; /* direct-mapped, of rg_place_of */
} code;

void rg_code_init(void)
{
    struct rg_ctx none = {NULL, 0};

    code.fns = VG_(HT_construct)("rg.fns");
    code.places = VG_(HT_construct)("rg.places");
    code.anon = VG_(HT_construct)("rg.anon");
    code.ctxs = VG_(HT_construct)("rg.ctxs");
    code.ctx_list = VG_(newXA)(VG_(malloc), "rg.ctx", VG_(free), sizeof(struct rg_ctx));
    for (UWord home = 0; home < RG_HOME_FIRST; home += 8)
        VG_(addToXA)(code.ctx_list, &none);
}

/* Code that the core has no symbols for may still be mapped from a file: sections beside .text, as optimizers of finished
   binaries make them.  callgrind calls that "???".  */
static const HChar *mapped_file(Addr a, PtrdiffT *bias)
{
    const NSegment *seg = rg_opt.compat_callgrind ? NULL : VG_(am_find_nsegment)(a);
    const HChar *name = seg && seg->kind == SkFileC ? VG_(am_get_filename)(seg) : NULL;

    *bias = name ? (PtrdiffT)(seg->start - seg->offset) : 0;
    return name ? name : "???";
}

/* What tells later whether the file is still the same.  */
static void note_file(struct rg_obj *o)
{
    struct vg_stat st;

    if (!o->has_info || sr_isError(VG_(stat)(o->name, &st)))
        return;
    o->size = st.size;
    o->ino = st.ino;
    o->mtime = st.mtime;
    o->mtime_nsec = st.mtime_nsec;
}

static struct rg_obj *obj_intern(const HChar *name, Bool has_info)
{
    struct rg_obj *o;

    for (o = code.objs; o; o = o->next)
        if (o->has_info == has_info && VG_(strcmp)(o->name, name) == 0)
            return o;
    o = RG_ALLOC("rg.obj", sizeof *o);
    o->name = VG_(strdup)("rg.obj.name", name);
    o->has_info = has_info;
    o->id = code.n_objs++;
    note_file(o);
    o->next = code.objs;
    code.objs = o;
    return o;
}

static void note_page(Addr a)
{
    struct page_node *n;

    if (VG_(HT_lookup)(code.anon, a >> PAGE_SHIFT))
        return;
    n = RG_ALLOC("rg.page", sizeof *n);
    n->key = a >> PAGE_SHIFT;
    VG_(HT_add_node)(code.anon, n);
}

static struct rg_obj *obj_of(Addr a)
{
    DebugInfo *di = VG_(find_DebugInfo)(VG_(current_DiEpoch)(), a);
    PtrdiffT bias = di ? VG_(DebugInfo_get_text_bias)(di) : 0;
    const HChar *name = di ? VG_(DebugInfo_get_filename)(di) : mapped_file(a, &bias);
    struct rg_obj *o = obj_intern(name, di != NULL);

    code.last_obj = o;
    o->bias = bias;
    o->text = di ? VG_(DebugInfo_get_text_avma)(di) : 0;
    o->text_end = di ? o->text + VG_(DebugInfo_get_text_size)(di) : 0;
    if (!di)
        note_page(a);
    return o;
}

/* Linkers make stubs in .plt.got and .plt.sec too, which the core has no name for: [endbr64] [bnd] jmp *offset(%rip).  */
static Bool is_plt_stub(Addr a)
{
    static const UChar endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
    const UChar *p = (const UChar *)a;

    if (!VG_(am_is_valid_for_client)(a, 16, VKI_PROT_READ))
        return False;
    if (VG_(memcmp)(p, endbr64, sizeof endbr64) == 0)
        p += sizeof endbr64;
    if (*p == 0xf2)
        p++;
    return p[0] == 0xff && p[1] == 0x25;
}

struct rg_obj *rg_code_object(Addr a, PtrdiffT *off, UChar *sect)
{
    struct rg_obj *o = code.last_obj;

    if (!o || a < o->text || a >= o->text_end) {
        o = obj_of(a);
        *sect = VG_(DebugInfo_sect_kind)(NULL, a);
        if (*sect == Vg_SectUnknown && o->bias && is_plt_stub(a))
            *sect = Vg_SectPLT;
    } else {
        *sect = Vg_SectText;
    }
    *off = a - o->bias;
    return o;
}

Bool rg_code_plain_target(const struct rg_sb *sb, Addr a)
{
    const struct rg_obj *o = sb->obj;
    PtrdiffT into;

    return sb->sect == Vg_SectText && sb->addr >= o->text && sb->addr < o->text_end && a >= o->text && a < o->text_end &&
           !(VG_(get_inst_offset_in_function)(VG_(current_DiEpoch)(), a, &into) && into == 0);
}

struct rg_place *rg_place_of_executed(Addr a)
{
    struct place_node *n = VG_(HT_lookup)(code.places, a);
    PtrdiffT into;

    if (n)
        return &n->place;
    n = RG_ALLOC("rg.place", sizeof *n);
    n->key = a;
    n->place.addr = a;
    n->place.obj = rg_code_object(a, &n->place.off, &n->place.sect);
    n->place.is_entry = VG_(get_inst_offset_in_function)(VG_(current_DiEpoch)(), a, &into) && into == 0;
    if (n->place.is_entry) {
        const HChar *symbol = rg_symbols_at(a);
        n->place.is_entry = !symbol || !rg_symbols_is_piece(symbol);
    }
    VG_(HT_add_node)(code.places, n);
    return &n->place;
}

struct rg_place *rg_place_of(Addr a)
{
    struct rg_place **recent = &code.recent[a / 2 % N_RECENT].place;
    Bool is_wrap;

    if (code.recent[a / 2 % N_RECENT].asked != a || !*recent) {
        *recent = rg_place_of_executed(VG_(redir_do_lookup)(a, &is_wrap));
        code.recent[a / 2 % N_RECENT].asked = a;
    }
    return *recent;
}

/* ---- functions ---- */

static UWord hash_bytes(UWord h, const HChar *s, SizeT n)
{
    for (SizeT i = 0; i < n; i++)
        h = (h ^ (UChar)s[i]) * 0x100000001b3ULL;
    return h;
}

static struct fn_node *fn_new(UWord key, struct fn_node *first, const struct rg_place *p, const HChar *file, const HChar *name)
{
    struct fn_node *n = RG_ALLOC("rg.fn", sizeof *n);

    n->key = key;
    n->fn.obj = p->obj;
    n->fn.off = p->off;
    n->fn.name = VG_(strdup)("rg.fn.name", name);
    n->fn.file = VG_(strdup)("rg.fn.file", file);
    n->fn.id = code.n_fns++;
    n->fn.next = code.last_fn;
    code.last_fn = &n->fn;
    n->fn.pop_on_jump = VG_(strncmp)(name, "_dl_runtime_resolve", 19) == 0;
    if (first) {
        n->same_key = first->same_key;
        first->same_key = n;
    } else {
        VG_(HT_add_node)(code.fns, n);
    }
    return n;
}

static struct rg_fn *fn_intern(const struct rg_place *p, const HChar *file, const HChar *name)
{
    UWord key = hash_bytes(0xcbf29ce484222325ULL + p->obj->id, file, VG_(strlen)(file));
    struct fn_node *first, *n;

    key = hash_bytes(key ^ 0x2f, name, VG_(strlen)(name));
    first = VG_(HT_lookup)(code.fns, key);
    for (n = first; n; n = n->same_key)
        if (n->fn.obj == p->obj && !n->fn.symbol && VG_(strcmp)(n->fn.name, name) == 0 && VG_(strcmp)(n->fn.file, file) == 0)
            return &n->fn;
    return &fn_new(key, first, p, file, name)->fn;
}

static UWord rust_key(const struct rg_obj *obj, const HChar *identity, SizeT n)
{
    return hash_bytes(0xcbf29ce484222325ULL + obj->id, identity, n);
}

static struct rg_fn *find_rust(const struct rg_obj *obj, const HChar *identity, SizeT n)
{
    struct fn_node *node;

    for (node = VG_(HT_lookup)(code.fns, rust_key(obj, identity, n)); node; node = node->same_key)
        if (node->fn.obj == obj && node->fn.symbol && node->identity_len == n && VG_(memcmp)(node->identity, identity, n) == 0)
            return &node->fn;
    return NULL;
}

static struct rg_fn *rust_intern(const struct rg_place *p, const HChar *file, const HChar *symbol)
{
    SizeT n;
    const HChar *identity = rg_symbols_identity(symbol, &n);
    UWord key = rust_key(p->obj, identity, n);
    struct rg_fn *fn = find_rust(p->obj, identity, n);
    struct fn_node *node;

    if (fn)
        return fn;
    node = fn_new(key, VG_(HT_lookup)(code.fns, key), p, file, symbol);
    node->fn.symbol = VG_(strdup)("rg.fn.symbol", symbol);
    node->identity = VG_(malloc)("rg.fn.identity", n + 1);
    VG_(memcpy)(node->identity, identity, n);
    node->identity_len = n;
    return &node->fn;
}

struct rg_fn *rg_code_fn_of_symbol(const HChar *object, const HChar *symbol)
{
    const HChar *identity;
    SizeT n;

    for (struct rg_obj *o = code.objs; o; o = o->next)
        if (o->has_info && VG_(strcmp)(o->name, object) == 0) {
            identity = rg_symbols_identity(symbol, &n);
            return identity ? find_rust(o, identity, n) : NULL;
        }
    return NULL;
}

struct rg_fn *rg_code_next_fn(const struct rg_fn *fn) { return fn ? fn->next : code.last_fn; }

/* "dir/file" of A's source line, or "???".  */
static const HChar *source_file(Addr a, HChar **to_free)
{
    const HChar *file, *dir;
    UInt line;

    *to_free = NULL;
    if (!VG_(get_filename_linenum)(VG_(current_DiEpoch)(), a, &file, &dir, &line))
        return "???";
    if (!dir || !dir[0])
        return file;
    *to_free = VG_(malloc)("rg.path", VG_(strlen)(dir) + VG_(strlen)(file) + 2);
    VG_(sprintf)(*to_free, "%s/%s", dir, file);
    return *to_free;
}

static const HChar *section_suffix(UChar sect)
{
    switch (sect) {
    case Vg_SectData: return " [Data]";
    case Vg_SectBSS: return " [BSS]";
    case Vg_SectGOT: return " [GOT]";
    case Vg_SectPLT: return " [PLT]";
    default: return "";
    }
}

struct rg_fn *rg_place_fn(struct rg_place *p)
{
    const HChar *name, *file, *symbol;
    HChar *path, unnamed[48];

    if (p->fn)
        return p->fn;
    file = source_file(p->addr, &path);
    symbol = rg_symbols_at(p->addr);
    if (symbol) {
        p->fn = rust_intern(p, file, symbol);
        VG_(free)(path);
        return p->fn;
    }
    if (!VG_(get_fnname)(VG_(current_DiEpoch)(), p->addr, &name) || VG_(strcmp)(name, "???") == 0) {
        VG_(sprintf)(unnamed, "%#016lx%s", (UWord)p->off, section_suffix(p->sect));
        name = unnamed;
    } else if (VG_(strcmp)(name, "vgPlain___libc_freeres_wrapper") == 0 && code.exit_place && code.exit_place != p) {
        /* The core redirects _exit to its own function at the end of the run: show what the program called.  */
        p->fn = rg_place_fn(code.exit_place);
        VG_(free)(path);
        return p->fn;
    } else if (VG_(strcmp)(name, "_exit") == 0 && !code.exit_place) {
        code.exit_place = p;
    }
    p->fn = fn_intern(p, file, name);
    VG_(free)(path);
    return p->fn;
}

Bool rg_code_is_dynamic_linker(const struct rg_obj *o)
{
    const HChar *slash = VG_(strrchr)(o->name, '/');
    const HChar *base = slash ? slash + 1 : o->name;
    return VG_(strncmp)(base, "ld-linux", 8) == 0 || VG_(strncmp)(base, "ld.so", 5) == 0 || VG_(strncmp)(base, "ld-2.", 5) == 0;
}

UInt rg_code_n_fns(void) { return code.n_fns; }
UInt rg_code_n_objs(void) { return code.n_objs; }

/* ---- forgetting ---- */

Bool rg_code_known(Addr a, SizeT len)
{
    UWord first = a >> PAGE_SHIFT, last = (a + len - 1) >> PAGE_SHIFT;
    const struct page_node *n;

    if (last - first < VG_(HT_count_nodes)(code.anon)) {
        for (UWord page = first; page <= last; page++)
            if (VG_(HT_lookup)(code.anon, page))
                return True;
    } else {
        VG_(HT_ResetIter)(code.anon);
        while ((n = VG_(HT_Next)(code.anon)))
            if (n->key - first <= last - first)
                return True;
    }
    for (const DebugInfo *di = VG_(next_DebugInfo)(NULL); di; di = VG_(next_DebugInfo)(di)) {
        Addr lo = VG_(DebugInfo_get_text_avma)(di);
        if (a < lo + VG_(DebugInfo_get_text_size)(di) && a + len > lo)
            return True;
    }
    return False;
}

void rg_code_forget(Addr a, SizeT len)
{
    struct place_node *n;
    UInt kept = 0;

    VG_(HT_ResetIter)(code.places);
    while ((n = VG_(HT_Next)(code.places)))
        if (n->key - a < len) {
            /* Exits of superblocks and code.exit_place may still point to the place: unlink it only.  */
            VG_(HT_remove_at_Iter)(code.places);
        }
    VG_(memset)(code.recent, 0, sizeof code.recent);
    for (struct rg_obj *o = code.objs; o; o = o->next)
        if (o->text < a + len && o->text_end > a)
            o->text = o->text_end = 0;
    for (UInt i = 0; i < code.n_quiet; i++)
        if (!(code.quiet[i].lo < a + len && code.quiet[i].end > a))
            code.quiet[kept++] = code.quiet[i];
    code.n_quiet = kept;
    code.next_quiet = kept % N_QUIET;
}

/* ---- quiet ranges ---- */

static Bool symbol_free(Addr lo, Addr end)
{
    PtrdiffT into;

    for (Addr a = lo; a < end; a++)
        if (VG_(get_inst_offset_in_function)(VG_(current_DiEpoch)(), a, &into))
            return False;
    return True;
}

static struct quiet *quiet_new(Addr lo, Addr end, const struct rg_place *p)
{
    struct quiet *q = &code.quiet[code.n_quiet < N_QUIET ? code.n_quiet++ : code.next_quiet];

    code.next_quiet = (code.next_quiet + 1) % N_QUIET;
    *q = (struct quiet){lo, end, p->obj->id, p->sect};
    return q;
}

/* Inside a symbol everything from its second byte to an address known to be in it is quiet.  Without symbols two quiet
   addresses are joined when no symbol lies between them, which is asked byte by byte once.  */
void rg_code_quiet_range(const struct rg_place *p, Addr *lo, Addr *end)
{
    Addr a = p->addr;
    PtrdiffT into;
    struct quiet *q;
    Bool has_symbol;

    *lo = *end = 0;
    if (p->is_entry)
        return;
    for (UInt i = 0; i < code.n_quiet; i++)
        if (a >= code.quiet[i].lo && a < code.quiet[i].end) {
            q = &code.quiet[i];
            goto found;
        }
    has_symbol = VG_(get_inst_offset_in_function)(VG_(current_DiEpoch)(), a, &into);
    if (has_symbol) {
        Addr start = a - into + 1;
        for (UInt i = 0; i < code.n_quiet; i++)
            if (code.quiet[i].lo == start) {
                q = &code.quiet[i];
                q->end = a + 1;
                goto found;
            }
        q = quiet_new(start, a + 1, p);
        goto found;
    }
    for (UInt i = 0; i < code.n_quiet; i++) {
        q = &code.quiet[i];
        if (q->obj != p->obj->id || q->sect != p->sect)
            continue;
        if (a >= q->end && a - q->end < QUIET_PROBES && symbol_free(q->lo, q->lo + 1) && symbol_free(q->end, a)) {
            q->end = a + 1;
            goto found;
        }
        if (a < q->lo && q->lo - a < QUIET_PROBES && symbol_free(a, q->lo + 1)) {
            q->lo = a;
            goto found;
        }
    }
    q = quiet_new(a, a + 1, p);
found:
    *lo = q->lo;
    *end = q->end;
}

/* ---- contexts ---- */

UWord rg_ctx_home(struct rg_fn *fn, UInt tid)
{
    UWord key = (UWord)fn->id << 32 | tid;
    struct ctx_node *n;
    struct rg_ctx c = {fn, tid};

    if (fn->home && tid == 0)
        return fn->home;
    n = VG_(HT_lookup)(code.ctxs, key);
    if (n)
        return n->home;
    n = RG_ALLOC("rg.ctx", sizeof *n);
    n->key = key;
    n->fn = fn;
    n->tid = tid;
    n->home = 8 * VG_(sizeXA)(code.ctx_list);
    VG_(addToXA)(code.ctx_list, &c);
    VG_(HT_add_node)(code.ctxs, n);
    if (tid == 0)
        fn->home = n->home;
    rg_cells_reserve(VG_(sizeXA)(code.ctx_list));
    return n->home;
}

struct rg_ctx *rg_ctx_of(UWord home)
{
    return VG_(indexXA)(code.ctx_list, home / 8);
}

UWord rg_ctx_n(void) { return VG_(sizeXA)(code.ctx_list); }
