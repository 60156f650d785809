/* rg_dwarf_tree.c - the tree of entries: which function instances contain an address, and what functions are called.

   SPDX-License-Identifier: GPL-2.0-or-later

   A unit with executed code is walked once, from its first entry to its last.  An entry for a function's code or for inlined code
   becomes an instance when one of its ranges contains an executed address; all others, and all that is in them, are passed over.

   Which instance is an address in?  The innermost, which is the last one in the order of the entries that contains it: an entry
   comes after those it lies in.  So the intervals are sorted by their beginning, and a sweep over the addresses keeps those that
   have begun and not ended in a stack ordered by entry.  In sound debug information intervals nest and the stack is a stack; in
   other the order is restored by insertion, at a price that counts as work.

   A function's name and declaration are asked for by its entry; an entry may leave that to another one, which may be in another
   unit: codegen units of Rust inline functions of each other.  */
#include "rg_dwarf_int.h"

#include "rg_buf.h"

enum { OUTSIDE = 0, PASS_OVER = UINT32_MAX }; /* what an entry's children are in; else an instance + 1 */

static const char tag[] = "dwarf";

struct interval {
    uint64_t lo, end;
    uint32_t instance;
};

struct walk {
    struct rg_dwarf *d;
    struct rg_dw_unit *u;
    const struct rg_dw_abbrevs *abbrevs;
    struct rg_bytes b;
    uint64_t entry_end; /* offset of the unit's end */
    uint32_t *inside;   /* by depth */
    uint32_t depth;
    struct rg_dw_nest nest;
    struct interval *interval;
    uint32_t n_intervals, interval_capacity;
    uint32_t candidate; /* of the ranges that are being read */
    bool hit;
    bool failed;
};

/* Attributes of an entry for code.  */
struct code_entry {
    struct rg_dw_value low, high, ranges;
    uint64_t origin, call_file, call_line, call_column;
};

/* ---- functions ---- */

struct declaration {
    const char *linkage_name, *name, *params;
    uint32_t file, line;
    bool has_line;
    uint64_t next; /* the entry that tells the rest; UINT64_MAX: none */
};

static const char *short_enough(const char *s)
{
    return strlen(s) <= RG_DW_MAX_NAME ? s : "";
}

static void note_declaration(struct rg_dwarf *d, struct rg_dw_unit *u, uint16_t name, struct rg_dw_value v, struct declaration *f)
{
    d->names_in_info |= v.kind == RG_DW_STRING_HERE;
    switch (name) {
    case DW_AT_linkage_name:
    case DW_AT_MIPS_linkage_name:
        if (f->linkage_name[0] == 0)
            f->linkage_name = short_enough(rg_dw_string(d, u, v));
        break;
    case DW_AT_name:
        if (f->name[0] == 0)
            f->name = short_enough(rg_dw_string(d, u, v));
        break;
    case DW_AT_decl_file:
        if (f->file == RG_DWARF_NONE)
            f->file = rg_dw_file(d, u, v.u);
        break;
    case DW_AT_decl_line:
        if (f->line == 0 && v.u <= UINT32_MAX)
            f->line = (uint32_t)v.u;
        break;
    case DW_AT_abstract_origin:
    case DW_AT_specification:
        if (v.kind == RG_DW_REFERENCE)
            f->next = v.u;
        break;
    default: break;
    }
}

/* Reads the names of generic types among the entries at the cursor, which lie in a function's: they come first.  */
static const char *read_params(struct rg_dwarf *d, struct rg_dw_unit *u, const struct rg_dw_abbrevs *t, struct rg_bytes *b,
                               uint64_t end)
{
    struct rg_buf names;
    const struct rg_dw_abbrev *a;

    rg_buf_init(&names, tag);
    while ((a = rg_dw_abbrev(t, rg_bytes_uleb(b))) != NULL && a->tag == DW_TAG_template_type_param &&
           rg_dw_work(d, 1 + a->n_attrs)) {
        for (uint32_t i = 0; i < a->n_attrs; i++) {
            struct rg_dw_attr attr = t->attr[a->first_attr + i];
            struct rg_dw_value v = rg_dw_read(b, u, attr, end);
            if (attr.name != DW_AT_name || b->bad)
                continue;
            if (names.n > 0)
                rg_buf_char(&names, ',');
            rg_buf_str(&names, short_enough(rg_dw_string(d, u, v)));
        }
        if (a->has_children || names.n > RG_DW_MAX_NAME)
            break;
    }
    uint32_t id = rg_intern_bytes(d->params, names.p, b->bad ? 0 : names.n);
    rg_buf_free(&names);
    return rg_intern_name(d->params, id);
}

/* Reads the entry at OFFSET, whatever unit it is in.  False when it cannot be read.  */
static bool read_declaration(struct rg_dwarf *d, uint64_t offset, struct declaration *f)
{
    struct rg_dw_unit *u = rg_dw_unit_at(d, offset);
    f->next = UINT64_MAX;
    if (u == NULL)
        return false;
    const struct rg_dw_abbrevs *abbrevs = rg_dw_abbrevs_of(d, u);
    uint64_t n = u->end - offset;
    struct rg_bytes b = rg_dw_bytes(d, RG_DW_INFO, offset, n < RG_DW_ENTRY_WINDOW ? n : RG_DW_ENTRY_WINDOW);
    uint64_t end = offset + rg_bytes_left(&b);
    const struct rg_dw_abbrev *a = abbrevs != NULL ? rg_dw_abbrev(abbrevs, rg_bytes_uleb(&b)) : NULL;
    if (a == NULL || !rg_dw_work(d, 1 + a->n_attrs))
        return false;
    for (uint32_t i = 0; i < a->n_attrs; i++) {
        struct rg_dw_attr attr = abbrevs->attr[a->first_attr + i];
        struct rg_dw_value v = rg_dw_read(&b, u, attr, end);
        if (b.bad)
            return false;
        note_declaration(d, u, attr.name, v, f);
    }
    if (a->has_children && f->params[0] == 0 && f->linkage_name[0] == '_' && f->linkage_name[1] == 'Z')
        f->params = read_params(d, u, abbrevs, &b, end);
    return true;
}

static uint32_t function_at(struct rg_dwarf *d, uint64_t offset)
{
    bool added;
    uint64_t *id = rg_map_add(&d->function_at, offset, &added);
    if (!added)
        return (uint32_t)*id;
    *id = d->n_functions;
    struct declaration f = { .linkage_name = "", .name = "", .params = "", .file = RG_DWARF_NONE };
    uint64_t last = offset;
    for (int hops = 0; hops < RG_DW_MAX_CHASE && offset != UINT64_MAX && read_declaration(d, offset, &f); hops++) {
        last = offset;
        offset = f.next;
    }
    d->declared_at = rg_dw_room(d->declared_at, d->n_functions, &d->declared_capacity, sizeof *d->declared_at);
    d->declared_at[d->n_functions] = last;
    d->function = rg_dw_room(d->function, d->n_functions, &d->function_capacity, sizeof *d->function);
    d->function[d->n_functions] = (struct rg_dwarf_function){ f.linkage_name, f.name, f.params, f.file, f.line };
    return d->n_functions++;
}

/* ---- the walk ---- */

static void note_range(void *arg, uint64_t lo, uint64_t end)
{
    struct walk *w = arg;
    struct rg_dwarf *d = w->d;
    size_t i = rg_dw_find(d, lo);
    if (i == d->n_addr || d->addr[i] >= end || i >= w->u->end_addr)
        return;
    w->hit = true;
    if (w->n_intervals == RG_DW_MAX_INTERVALS) {
        w->failed = true;
        return;
    }
    w->interval = rg_dw_room(w->interval, w->n_intervals, &w->interval_capacity, sizeof *w->interval);
    w->interval[w->n_intervals++] = (struct interval){ lo, end, w->candidate };
}

static void note_code(struct code_entry *e, uint16_t name, struct rg_dw_value v)
{
    switch (name) {
    case DW_AT_low_pc: e->low = v; break;
    case DW_AT_high_pc: e->high = v; break;
    case DW_AT_ranges: e->ranges = v; break;
    case DW_AT_call_file: e->call_file = v.u; break;
    case DW_AT_call_line: e->call_line = v.u; break;
    case DW_AT_call_column: e->call_column = v.u; break;
    case DW_AT_abstract_origin:
        if (v.kind == RG_DW_REFERENCE)
            e->origin = v.u;
        break;
    default: break;
    }
}

static uint32_t small(uint64_t v)
{
    return v <= UINT32_MAX ? (uint32_t)v : 0;
}

static void pass_over(struct walk *w, const struct rg_dw_abbrev *a)
{
    if (a->fixed_size != UINT32_MAX) {
        rg_bytes_skip(&w->b, a->fixed_size);
        return;
    }
    for (uint32_t i = 0; i < a->n_attrs; i++)
        rg_dw_read(&w->b, w->u, w->abbrevs->attr[a->first_attr + i], w->entry_end);
}

/* Reads an entry for code that lies in INSIDE.  Returns what its children are in.  */
static uint32_t code_entry(struct walk *w, uint64_t offset, const struct rg_dw_abbrev *a, uint32_t inside)
{
    struct rg_dwarf *d = w->d;
    struct code_entry e = { .origin = offset };
    bool inlined = a->tag == DW_TAG_inlined_subroutine;
    if (!a->has_code || (inlined && (inside == OUTSIDE || inside == PASS_OVER))) {
        pass_over(w, a);
        return PASS_OVER;
    }
    for (uint32_t i = 0; i < a->n_attrs; i++) {
        struct rg_dw_attr attr = w->abbrevs->attr[a->first_attr + i];
        note_code(&e, attr.name, rg_dw_read(&w->b, w->u, attr, w->entry_end));
    }
    if (w->b.bad)
        return PASS_OVER;
    w->hit = false;
    w->candidate = d->n_instances;
    if (!rg_dw_ranges(d, w->u, e.low, e.high, e.ranges, note_range, w)) {
        w->failed = true;
        return PASS_OVER;
    }
    if (!w->hit || d->n_instances == RG_DW_MAX_INSTANCES)
        return PASS_OVER;
    struct rg_dwarf_instance in = { .function = function_at(d, e.origin), .parent = RG_DWARF_NONE, .call_file = RG_DWARF_NONE };
    if (inlined) {
        in.parent = inside - 1;
        in.call_file = rg_dw_file(d, w->u, e.call_file);
        in.call_line = small(e.call_line);
        in.call_column = small(e.call_column);
        if (w->u->language == DW_LANG_Rust) {
            d->n_inlined++;
            d->n_nameless += d->function[in.function].linkage_name[0] == 0;
        }
    }
    d->instance = rg_dw_room(d->instance, d->n_instances, &d->instance_capacity, sizeof *d->instance);
    d->instance[d->n_instances++] = in;
    return w->candidate + 1;
}

static void walk_entries(struct walk *w)
{
    while (rg_bytes_left(&w->b) > 0 && !w->failed) {
        uint64_t offset = w->entry_end - rg_bytes_left(&w->b);
        uint64_t code = rg_bytes_uleb(&w->b);
        if (code == 0) {
            if (w->depth == 0)
                return;
            w->depth--;
            continue;
        }
        const struct rg_dw_abbrev *a = rg_dw_abbrev(w->abbrevs, code);
        if (a == NULL || !rg_dw_work(w->d, 1)) {
            w->failed = true;
            return;
        }
        uint32_t inside = w->inside[w->depth];
        if (a->tag == DW_TAG_subprogram)
            rg_dw_mark_scope(w->d, &w->nest, offset, w->depth);
        if (a->tag == DW_TAG_subprogram || a->tag == DW_TAG_inlined_subroutine)
            inside = code_entry(w, offset, a, inside);
        else
            pass_over(w, a);
        if (a->has_children) {
            if (w->depth == RG_DW_MAX_DEPTH) {
                w->failed = true;
                return;
            }
            w->inside[++w->depth] = inside;
            w->nest.entry[w->depth] = a->is_scope ? offset : 0;
            w->nest.n_known = w->nest.n_known < w->depth ? w->nest.n_known : w->depth;
        } else if (w->depth == 0) {
            return;
        }
    }
    w->failed |= w->b.bad;
}

/* ---- the sweep ---- */

static int by_beginning(const void *a, const void *b)
{
    const struct interval *x = a, *y = b;
    if (x->lo != y->lo)
        return x->lo < y->lo ? -1 : 1;
    return (x->instance > y->instance) - (x->instance < y->instance);
}

/* The intervals that have begun, by instance.  */
struct open {
    struct interval *at;
    uint32_t n, capacity;
};

static bool open_interval(struct rg_dwarf *d, struct open *o, struct interval v)
{
    o->at = rg_dw_room(o->at, o->n, &o->capacity, sizeof *o->at);
    uint32_t i = o->n++;
    for (; i > 0 && o->at[i - 1].instance > v.instance; i--) {
        if (!rg_dw_work(d, 1))
            return false;
        o->at[i] = o->at[i - 1];
    }
    o->at[i] = v;
    return true;
}

static void sweep(struct walk *w, uint32_t unit_number)
{
    struct rg_dwarf *d = w->d;
    struct open o = { .n = 0 };
    uint32_t next = 0;
    rg_sort(w->interval, w->n_intervals, sizeof *w->interval, by_beginning);
    for (size_t i = w->u->first; i < w->u->end_addr; i++) {
        uint64_t a = d->addr[i];
        while (o.n > 0 && o.at[o.n - 1].end <= a)
            o.n--;
        for (; next < w->n_intervals && w->interval[next].lo <= a; next++)
            if (w->interval[next].end > a && !open_interval(d, &o, w->interval[next]))
                goto done;
        while (o.n > 0 && o.at[o.n - 1].end <= a)
            o.n--;
        if (o.n > 0 && d->owner[i] == unit_number + 1)
            d->place[i].instance = o.at[o.n - 1].instance;
    }
done:
    rg_free(o.at);
}

void rg_dw_walk(struct rg_dwarf *d, struct rg_dw_unit *u, uint32_t unit_number)
{
    struct walk w = { .d = d, .u = u, .entry_end = u->end, .abbrevs = rg_dw_abbrevs_of(d, u) };
    uint32_t first_instance = d->n_instances, first_mark = d->n_marks;
    if (w.abbrevs == NULL) {
        d->flags |= RG_DWARF_DAMAGED;
        return;
    }
    w.b = rg_dw_bytes(d, RG_DW_INFO, u->first_entry, u->end - u->first_entry);
    w.inside = rg_alloc(tag, (RG_DW_MAX_DEPTH + 1) * sizeof *w.inside);
    w.nest.entry = rg_alloc(tag, (RG_DW_MAX_DEPTH + 1) * sizeof *w.nest.entry);
    w.nest.scope = rg_alloc(tag, (RG_DW_MAX_DEPTH + 1) * sizeof *w.nest.scope);
    w.nest.n_known = 1;
    d->mark = rg_dw_room(d->mark, d->n_marks, &d->mark_capacity, sizeof *d->mark);
    d->mark[d->n_marks++] = (struct rg_dw_mark){ u->first_entry, 0 };
    walk_entries(&w);
    if (w.failed || w.b.bad) {
        d->flags |= RG_DWARF_DAMAGED;
        d->n_instances = first_instance;
        d->n_marks = first_mark;
    } else {
        u->is_walked = true;
        sweep(&w, unit_number);
    }
    rg_free(w.inside);
    rg_free(w.nest.entry);
    rg_free(w.nest.scope);
    rg_free(w.interval);
}
