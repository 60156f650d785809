/* rg_where.c - where executed code is in the source, and what was inlined there.

   SPDX-License-Identifier: GPL-2.0-or-later

   At a dump the executed addresses of each object are put in order, and the object's file is asked for all of them together.  What
   debug information does not tell is asked of the core, address by address, as everything is with --inline=no.

   Code may be gone by then.  Its lines were looked up before it was unmapped; its file is read now, if it is still the file that was
   mapped.  */
#include "rg_where.h"

#include "rg_debugfile.h"
#include "rg_pathmap.h"

#include "../core/rg_dwarf.h"
#include "../core/rg_map.h"

enum { FILE_CACHE = 1024 };

static const ULong max_range = 1ull << 30; /* of addresses in one object */

/* What is known of one object.  */
struct source {
    const struct rg_obj *obj;
    Addr lo, end;  /* of its executed addresses */
    UWord *executed; /* a bit per address, while they are collected */
    uint64_t *addr;
    struct rg_dwarf_place *place;
    UInt n;
    struct rg_debugfile *file;
    struct rg_elf *elf;
    struct rg_dwarf *dwarf;
    struct path {
        const HChar *path; /* NULL: not asked yet */
        UInt in_profile;   /* id in the profile being made, + 1; 0: not asked yet */
    } *paths;              /* by file of the debug information */
    UInt n_paths;
    UInt first;         /* its instance I is inlined function FIRST + I */
};

static struct {
    struct source *source; /* by object */
    UInt n;
    struct rg_inlined *inlined;
    UInt *outer; /* by inlined function: itself; what it is part of, when it has no name; 0: the function out of line */
    UInt n_inlined;
} where;

/* ---- what the core knows ---- */

/* The core's strings live as long as the object is mapped, so interned copies are kept by their address.  */
static const HChar *file_of(const HChar *dir, const HChar *file)
{
    static struct {
        const HChar *dir, *file, *path;
    } cache[FILE_CACHE];
    UWord slot = ((UWord)dir * 31 + (UWord)file * 7) / 8 % FILE_CACHE;
    HChar *path;

    if (cache[slot].path && cache[slot].dir == dir && cache[slot].file == file)
        return cache[slot].path;
    path = VG_(malloc)("rg.path", VG_(strlen)(dir) + VG_(strlen)(file) + 2);
    VG_(sprintf)(path, dir[0] ? "%s/%s" : "%s%s", dir, file);
    cache[slot].dir = dir;
    cache[slot].file = file;
    cache[slot].path = rg_path_map(path);
    return cache[slot].path;
}

static struct rg_line line_at(Addr a)
{
    struct rg_line l = {NULL, 0, 0};
    const HChar *file, *dir;

    if (VG_(get_filename_linenum)(VG_(current_DiEpoch)(), a, &file, &dir, &l.line))
        l.file = file_of(dir ? dir : "", file);
    else
        l.line = 0;
    return l;
}

static struct rg_line *lines_room(struct rg_sb *sb)
{
    return sb->lines = VG_(calloc)("rg.lines", sb->n_instrs + 1, sizeof *sb->lines);
}

void rg_sb_resolve_lines(Addr a, SizeT len)
{
    for (UWord i = 0; i < rg_sb_count(); i++) {
        struct rg_sb *sb = rg_sb_nth(i);
        if (sb->addr - a >= len || sb->block[0] == RG_HOME_UNBOUND || sb->lines)
            continue;
        lines_room(sb);
        for (UInt k = 0; k < sb->n_instrs || k == 0; k++)
            sb->lines[k] = line_at(rg_sb_instr_addr(sb, k));
        sb->unmapped = True;
    }
}

/* ---- reading debug information ---- */

static void widen(struct source *s, const struct rg_sb *sb)
{
    Addr lo = sb->off, end = sb->off + sb->length;

    if (!s->obj)
        *s = (struct source){.obj = sb->obj, .lo = lo, .end = end};
    s->lo = lo < s->lo ? lo : s->lo;
    s->end = end > s->end ? end : s->end;
}

static void mark(struct source *s, const struct rg_sb *sb)
{
    UWord at = sb->off - s->lo;

    for (UInt i = 0; i < sb->n_instrs; at += sb->ilen[i++])
        s->executed[at / 64] |= 1ull << at % 64;
}

static void list_addresses(struct source *s)
{
    UWord words = (s->end - s->lo) / 64 + 1, n = 0;

    for (UWord i = 0; i < words; i++)
        n += __builtin_popcountll(s->executed[i]);
    s->addr = VG_(malloc)("rg.where.addr", (n + 1) * sizeof *s->addr);
    for (UWord i = 0; i < words; i++)
        for (UWord bits = s->executed[i]; bits; bits &= bits - 1)
            s->addr[s->n++] = s->lo + 64 * i + __builtin_ctzll(bits);
    VG_(free)(s->executed);
    s->executed = NULL;
}

static void tell(const struct source *s)
{
    static const struct {
        unsigned flag;
        const HChar *what;
    } hints[] = {
        {RG_DWARF_PACKED, "its debug information is packed with zstd, which cannot be read here; unpack it with objcopy "
                          "--decompress-debug-sections, or link without --compress-debug-sections=zstd"},
        {RG_DWARF_SPLIT, "its debug information is in .dwo or .dwp files, which are not read; set split-debuginfo = \"off\" in the "
                         "profile of Cargo.toml"},
        {RG_DWARF_LINES_ONLY, "its debug information names inlined functions without their paths; set debug = 1 in the profile "
                              "of Cargo.toml, instead of \"line-tables-only\""},
        {RG_DWARF_DAMAGED, "some of its debug information cannot be read; functions inlined there are not shown"},
    };

    for (UInt i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (rg_dwarf_flags(s->dwarf) & hints[i].flag && !(s->obj->told & hints[i].flag)) {
            ((struct rg_obj *)s->obj)->told |= hints[i].flag;
            if (VG_(clo_verbosity) > 0)
                VG_(umsg)("rustgrind: %s: %s\n", s->obj->name, hints[i].what);
        }
}

static void read_source(struct source *s)
{
    list_addresses(s);
    s->file = rg_debugfile_open(s->obj, &s->elf);
    if (!s->file)
        return;
    s->dwarf = rg_dwarf_open(s->elf);
    if (s->dwarf) {
        s->place = VG_(malloc)("rg.where.place", (s->n + 1) * sizeof *s->place);
        rg_dwarf_resolve(s->dwarf, s->addr, s->n, s->place);
        if (rg_opt.fn_names != RG_FN_NAMES_CALLGRIND)
            rg_dwarf_read_scopes(s->dwarf);
    }
    rg_debugfile_stop_reading(s->file);
    if (!s->dwarf)
        return;
    rg_dwarf_stop_reading(s->dwarf);
    s->first = 1 + where.n_inlined;
    where.n_inlined += rg_dwarf_n_instances(s->dwarf);
    tell(s);
}

static Bool wanted(const struct rg_sb *sb)
{
    return sb->block[0] != RG_HOME_UNBOUND && sb->obj->has_info && sb->n_instrs > 0;
}

void rg_where_begin(void)
{
    if (!rg_opt.expand_inlines)
        return;
    where.n = rg_code_n_objs();
    where.source = RG_ALLOC("rg.where", (where.n + 1) * sizeof *where.source);
    for (UWord i = 0; i < rg_sb_count(); i++)
        if (wanted(rg_sb_nth(i)))
            widen(&where.source[rg_sb_nth(i)->obj->id], rg_sb_nth(i));
    for (UInt i = 0; i < where.n; i++) {
        struct source *s = &where.source[i];
        if (s->obj && s->end - s->lo <= max_range)
            s->executed = RG_ALLOC("rg.where.bits", ((s->end - s->lo) / 64 + 1) * sizeof(UWord));
    }
    for (UWord i = 0; i < rg_sb_count(); i++) {
        struct source *s = &where.source[rg_sb_nth(i)->obj->id];
        if (wanted(rg_sb_nth(i)) && s->executed)
            mark(s, rg_sb_nth(i));
    }
    for (UInt i = 0; i < where.n; i++)
        if (where.source[i].executed)
            read_source(&where.source[i]);
}

void rg_where_end(void)
{
    for (UInt i = 0; i < where.n; i++) {
        struct source *s = &where.source[i];
        rg_dwarf_close(s->dwarf);
        rg_debugfile_close(s->file);
        VG_(free)(s->addr);
        VG_(free)(s->place);
        VG_(free)(s->paths);
    }
    VG_(free)(where.source);
    VG_(free)(where.inlined);
    VG_(free)(where.outer);
    VG_(memset)(&where, 0, sizeof where);
}

/* ---- asking ---- */

static struct path *path_at(struct source *s, UInt file)
{
    if (file >= s->n_paths) {
        UInt n = 2 * file + 64;
        s->paths = VG_(realloc)("rg.where.path", s->paths, n * sizeof *s->paths);
        VG_(memset)(s->paths + s->n_paths, 0, (n - s->n_paths) * sizeof *s->paths);
        s->n_paths = n;
    }
    if (!s->paths[file].path)
        s->paths[file].path = rg_path_map(rg_dwarf_file(s->dwarf, file));
    return &s->paths[file];
}

static const HChar *path_of(struct source *s, UInt file) { return file != RG_DWARF_NONE ? path_at(s, file)->path : NULL; }

/* The id in P of a file of the debug information.  */
static UInt profile_file(struct source *s, struct rg_profile *p, UInt file)
{
    struct path *known;

    if (file == RG_DWARF_NONE)
        return rg_profile_file(p, "???");
    known = path_at(s, file);
    if (!known->in_profile)
        known->in_profile = 1 + rg_profile_file(p, known->path);
    return known->in_profile - 1;
}

static struct source *source_of(const struct rg_obj *o)
{
    return o->id < where.n && where.source[o->id].dwarf ? &where.source[o->id] : NULL;
}

/* The index of the first address that is not below A.  */
static UInt index_of(const struct source *s, Addr a)
{
    UInt lo = 0, hi = s->n;

    while (lo < hi) {
        UInt mid = lo + (hi - lo) / 2;
        if (s->addr[mid] < a)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Whether debug information knows place I of S.  */
static Bool line_of(struct source *s, UInt i, struct rg_line *l)
{
    const struct rg_dwarf_place *p = &s->place[i];

    *l = (struct rg_line){path_of(s, p->file), p->line, p->instance != RG_DWARF_NONE ? s->first + p->instance : 0};
    if (l->inlined && where.outer)
        l->inlined = where.outer[l->inlined];
    return l->file != NULL;
}

void rg_where_resolve(struct rg_sb *sb)
{
    struct source *s = source_of(sb->obj);
    Addr off = sb->off;
    UInt i = s ? index_of(s, off) : 0;

    if (!sb->lines)
        lines_room(sb);
    else if (!s)
        return;
    for (UInt k = 0; k < sb->n_instrs || k == 0; off += sb->n_instrs ? sb->ilen[k] : 0, k++) {
        struct rg_line l;
        while (s && i < s->n && s->addr[i] < off)
            i++;
        if (s && i < s->n && s->addr[i] == off && line_of(s, i, &l))
            sb->lines[k] = l;
        else if (!sb->unmapped)
            sb->lines[k] = line_at(rg_sb_instr_addr(sb, k));
    }
}

void rg_where_release(struct rg_sb *sb)
{
    if (sb->unmapped)
        return;
    VG_(free)(sb->lines);
    sb->lines = NULL;
}

struct rg_line rg_where_of(const struct rg_place *p)
{
    struct source *s = source_of(p->obj);
    UInt i = s ? index_of(s, p->off) : 0;
    struct rg_line l;

    return s && i < s->n && s->addr[i] == (Addr)p->off && line_of(s, i, &l) ? l : line_at(p->addr);
}

/* ---- functions ---- */

/* One object's functions while they are put into a profile.  */
struct adding {
    struct rg_profile *p;
    struct rg_names *names;
    struct source *s;
    UInt object;
    UInt *ids;            /* by function, + 1 */
    struct rg_map same;   /* address of a symbol's text, which the linker keeps once -> id + 1 */
    const UInt *noted;    /* by function: as names know it; 0: they do not */
};

static UInt add_function(struct adding *a, UInt function)
{
    struct rg_dwarf_function f = rg_dwarf_function(a->s->dwarf, function);
    uint64_t none = 0, *id = f.linkage_name[0] ? rg_map_add(&a->same, (UWord)f.linkage_name, NULL) : &none;

    if (!*id) {
        UInt file = profile_file(a->s, a->p, f.decl_file), noted = a->noted[function];
        *id = 1 + (noted ? rg_names_noted(a->names, a->p, a->object, file, noted, 0)
                         : rg_symbols_function(a->names, a->p, a->object, file, f.linkage_name, f.name, 0));
    }
    return a->ids[function] = *id;
}

static Bool add_inlined(struct adding *a, UInt id)
{
    struct rg_dwarf_instance in = rg_dwarf_instance(a->s->dwarf, id);
    struct rg_dwarf_function f = rg_dwarf_function(a->s->dwarf, in.function);
    struct rg_inlined *x = &where.inlined[a->s->first + id - 1];

    if (in.parent == RG_DWARF_NONE || (!f.linkage_name[0] && !f.name[0]))
        return False;
    x->fn = (a->ids[in.function] ? a->ids[in.function] : add_function(a, in.function)) - 1;
    x->parent = where.outer[a->s->first + in.parent];
    x->call.file = profile_file(a->s, a->p, in.call_file);
    x->call.line = in.call_line;
    return True;
}

static void add_source(struct rg_profile *p, struct rg_names *names, struct source *s, const UInt *noted)
{
    struct adding a = {.p = p, .names = names, .s = s, .object = rg_profile_object(p, s->obj->name), .noted = noted};

    a.ids = RG_ALLOC("rg.where.fns", (rg_dwarf_n_functions(s->dwarf) + 1) * sizeof *a.ids);
    rg_map_init(&a.same, "rg.where.same");
    for (UInt i = 0; i < s->n_paths; i++)
        s->paths[i].in_profile = 0;
    for (UInt id = 0; id < rg_dwarf_n_instances(s->dwarf); id++) {
        UInt parent = rg_dwarf_instance(s->dwarf, id).parent;
        where.outer[s->first + id] = add_inlined(&a, id)         ? s->first + id
                                     : parent != RG_DWARF_NONE ? where.outer[s->first + parent]
                                                               : 0;
    }
    rg_map_free(&a.same);
    VG_(free)(a.ids);
}

/* Tells NAMES all functions of S, and returns their numbers there.  The arguments of a legacy symbol's generics are known from debug
   information only.  */
static UInt *note_names(struct rg_names *names, const struct source *s)
{
    UInt n = rg_dwarf_n_functions(s->dwarf), *noted = RG_ALLOC("rg.where.noted", (n + 1) * sizeof *noted);
    struct rg_map seen;

    rg_map_init(&seen, "rg.where.same");
    for (UInt i = 0; i < n; i++) {
        struct rg_dwarf_function f = rg_dwarf_function(s->dwarf, i);
        bool added;
        uint64_t *number = rg_map_add(&seen, (UWord)f.linkage_name, &added);
        if (added)
            *number = rg_symbols_note(names, &(struct rg_item_source){f.linkage_name, f.name, rg_dwarf_scope(s->dwarf, i), f.params});
        noted[i] = *number;
    }
    rg_map_free(&seen);
    return noted;
}

const struct rg_inlined *rg_where_inlined(struct rg_profile *p, struct rg_names *names, UInt *n)
{
    UInt **noted = RG_ALLOC("rg.where.noted", (where.n + 1) * sizeof *noted);

    VG_(free)(where.inlined);
    VG_(free)(where.outer);
    where.inlined = RG_ALLOC("rg.where.inlined", (where.n_inlined + 1) * sizeof *where.inlined);
    where.outer = RG_ALLOC("rg.where.outer", (where.n_inlined + 2) * sizeof *where.outer);
    for (UInt i = 0; i < where.n; i++)
        if (where.source[i].dwarf)
            noted[i] = note_names(names, &where.source[i]);
    for (UInt i = 0; i < where.n; i++)
        if (where.source[i].dwarf)
            add_source(p, names, &where.source[i], noted[i]);
    for (UInt i = 0; i < where.n; i++)
        VG_(free)(noted[i]);
    VG_(free)(noted);
    *n = where.n_inlined;
    return where.inlined;
}

/* The function out of line whose code is at OFF, as debug information has it.  */
static Bool outermost_at(struct source *s, Addr off, struct rg_dwarf_function *f)
{
    UInt i = index_of(s, off);
    UInt id = i < s->n && s->addr[i] == off ? s->place[i].instance : RG_DWARF_NONE;

    if (id == RG_DWARF_NONE)
        return False;
    while (rg_dwarf_instance(s->dwarf, id).parent != RG_DWARF_NONE)
        id = rg_dwarf_instance(s->dwarf, id).parent;
    *f = rg_dwarf_function(s->dwarf, rg_dwarf_instance(s->dwarf, id).function);
    return True;
}

void rg_where_function(const struct rg_fn *fn, const HChar **name, const HChar **file)
{
    struct source *s = source_of(fn->obj);
    struct rg_dwarf_function f = {.name = "", .linkage_name = "", .decl_file = RG_DWARF_NONE};

    *name = "";
    *file = rg_path_map(fn->file);
    if (!rg_opt.expand_inlines || !s || !outermost_at(s, fn->off, &f))
        return;
    const HChar *path = path_of(s, f.decl_file);
    *file = path ? path : *file;
    if (fn->symbol && rg_symbols_are_one(fn->symbol, f.linkage_name))
        *name = f.name;
}
