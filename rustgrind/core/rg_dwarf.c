/* rg_dwarf.c - a session of the DWARF reader: which units have executed code, and what they say of it.

   SPDX-License-Identifier: GPL-2.0-or-later

   The reader is made for the end of a run: hundreds of thousands of addresses, asked for once and together.  First every unit is
   asked for the ranges of its code, and each address gets the unit it belongs to; then the units that have got some are read, one
   after the other, each at most twice: its line table and its tree of entries.

   The files: rg_dwarf_form.c knows how values are stored, rg_dwarf_unit.c what they mean, rg_dwarf_line.c and rg_dwarf_tree.c read
   the two things that are wanted.  All of them count what they do (rg_dw_work), so that no file, however it was made, takes more
   time than a multiple of its size.  */
#include "rg_dwarf_int.h"

enum { FIRST_CAPACITY = 64 };

static const char tag[] = "dwarf";

void *rg_dw_room(void *p, uint32_t n, uint32_t *capacity, size_t size)
{
    if (n < *capacity)
        return p;
    *capacity = *capacity ? 2 * *capacity : FIRST_CAPACITY;
    return rg_realloc(tag, p, *capacity * size);
}

uint64_t rg_dw_size(const struct rg_dwarf *d, enum rg_dw_section s)
{
    return d->section[s] != NULL ? rg_section_size(d->section[s]) : 0;
}

struct rg_bytes rg_dw_bytes(struct rg_dwarf *d, enum rg_dw_section s, uint64_t offset, uint64_t n)
{
    static const uint8_t nothing[1];
    const uint8_t *p = d->section[s] != NULL ? rg_section_bytes(d->section[s], offset, n) : NULL;
    struct rg_bytes b = rg_bytes_over(p != NULL ? p : nothing, p != NULL ? n : 0);
    b.bad = p == NULL;
    return b;
}

size_t rg_dw_find(const struct rg_dwarf *d, uint64_t a)
{
    size_t lo = 0, hi = d->n_addr;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (d->addr[mid] < a)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

struct rg_dwarf *rg_dwarf_open(struct rg_elf *e)
{
    static const char *const names[RG_DW_N_SECTIONS] = {
        [RG_DW_INFO] = ".debug_info", [RG_DW_ABBREV] = ".debug_abbrev", [RG_DW_STR] = ".debug_str",
        [RG_DW_LINE_STR] = ".debug_line_str", [RG_DW_LINE] = ".debug_line", [RG_DW_RANGES] = ".debug_ranges",
        [RG_DW_RNGLISTS] = ".debug_rnglists", [RG_DW_ADDR] = ".debug_addr", [RG_DW_STR_OFFSETS] = ".debug_str_offsets",
    };
    if (rg_elf_section(e, names[RG_DW_INFO]) == NULL || rg_elf_section(e, names[RG_DW_ABBREV]) == NULL)
        return NULL;
    struct rg_dwarf *d = rg_alloc(tag, sizeof *d);
    uint64_t size = 0;
    for (int i = 0; i < RG_DW_N_SECTIONS; i++) {
        d->section[i] = rg_elf_section(e, names[i]);
        size += rg_dw_size(d, (enum rg_dw_section)i);
    }
    d->work = RG_DW_WORK_MIN + size * RG_DW_WORK_PER_BYTE;
    if (!rg_elf_code_range(e, &d->code_lo, &d->code_end))
        d->code_end = UINT64_MAX;
    if (rg_elf_is_packed_otherwise(e))
        d->flags |= RG_DWARF_PACKED;
    d->files = rg_intern_new(tag);
    d->params = rg_intern_new(tag);
    rg_map_init(&d->abbrevs_at, tag);
    rg_map_init(&d->function_at, tag);
    return d;
}

static void free_tables(struct rg_dwarf *d)
{
    for (uint32_t i = 0; i < d->n_abbrevs; i++) {
        rg_free(d->abbrevs[i].abbrev);
        rg_free(d->abbrevs[i].attr);
        rg_map_free(&d->abbrevs[i].codes);
    }
    for (uint32_t i = 0; i < d->n_lines; i++)
        rg_dw_free_lines(&d->lines[i]);
    rg_free(d->abbrevs);
    rg_free(d->lines);
    rg_free(d->unit);
    rg_free(d->scope);
    rg_free(d->mark);
    d->scope = NULL;
    d->mark = NULL;
    d->abbrevs = NULL;
    d->lines = NULL;
    d->unit = NULL;
    d->n_abbrevs = d->n_lines = d->n_units = d->n_scopes = d->n_marks = 0;
}

void rg_dwarf_stop_reading(struct rg_dwarf *d)
{
    free_tables(d);
    for (int i = 0; i < RG_DW_N_SECTIONS; i++)
        if (d->section[i] != NULL && i != RG_DW_STR && i != RG_DW_LINE_STR && !(i == RG_DW_INFO && d->names_in_info))
            rg_section_drop(d->section[i]);
}

void rg_dwarf_close(struct rg_dwarf *d)
{
    if (d == NULL)
        return;
    free_tables(d);
    rg_free(d->function);
    rg_free(d->declared_at);
    rg_free(d->scope_of);
    if (d->scopes != NULL)
        rg_intern_free(d->scopes);
    rg_free(d->instance);
    rg_map_free(&d->abbrevs_at);
    rg_map_free(&d->function_at);
    rg_intern_free(d->files);
    rg_intern_free(d->params);
    rg_free(d);
}

/* ---- resolving ---- */

struct claim {
    struct rg_dwarf *d;
    struct rg_dw_unit *u;
    uint32_t number;
};

/* Gives the executed addresses in [LO, END) to a unit, but those that another has.  */
static void claim_range(void *arg, uint64_t lo, uint64_t end)
{
    const struct claim *c = arg;
    struct rg_dwarf *d = c->d;
    for (size_t i = rg_dw_find(d, lo); i < d->n_addr && d->addr[i] < end && rg_dw_work(d, 1); i++) {
        if (d->owner[i] != 0)
            continue;
        d->owner[i] = c->number + 1;
        if (c->u->end_addr == 0 || i < c->u->first)
            c->u->first = (uint32_t)i;
        if (i >= c->u->end_addr)
            c->u->end_addr = (uint32_t)i + 1;
    }
}

static void claim_all(struct rg_dwarf *d)
{
    for (uint32_t i = 0; i < d->n_units; i++) {
        struct rg_dw_unit *u = &d->unit[i];
        struct claim c = { d, u, i };
        struct rg_dw_value none = { 0 }, low = { RG_DW_ADDRESS, 0 };
        bool by_ranges;
        struct rg_dw_value value = rg_dw_read_unit(d, u, &by_ranges);
        low.u = u->low_pc;
        rg_dw_ranges(d, u, low, by_ranges ? none : value, by_ranges ? value : none, claim_range, &c);
    }
}

void rg_dwarf_resolve(struct rg_dwarf *d, const uint64_t *addr, size_t n, struct rg_dwarf_place *place)
{
    RG_ASSERT(!d->resolved && n < UINT32_MAX);
    d->resolved = true;
    d->addr = addr;
    d->n_addr = n;
    d->place = place;
    d->owner = rg_alloc(tag, (n + 1) * sizeof *d->owner);
    d->work += n * RG_DW_WORK_PER_BYTE;
    for (size_t i = 0; i < n; i++)
        place[i] = (struct rg_dwarf_place){ RG_DWARF_NONE, 0, RG_DWARF_NONE };
    rg_dw_list_units(d);
    claim_all(d);
    for (uint32_t i = 0; i < d->n_units; i++) {
        struct rg_dw_unit *u = &d->unit[i];
        if (u->end_addr == 0)
            continue;
        if (u->is_split)
            d->flags |= RG_DWARF_SPLIT;
        rg_dw_run_lines(d, u, i);
        rg_dw_walk(d, u, i);
    }
    if (d->n_nameless > d->n_inlined / 2)
        d->flags |= RG_DWARF_LINES_ONLY;
    rg_free(d->owner);
    d->owner = NULL;
    d->addr = NULL;
    d->n_addr = 0;
    d->place = NULL;
}

/* ---- looking ---- */

uint32_t rg_dwarf_n_instances(const struct rg_dwarf *d)
{
    return d->n_instances;
}

struct rg_dwarf_instance rg_dwarf_instance(const struct rg_dwarf *d, uint32_t id)
{
    RG_ASSERT(id < d->n_instances);
    return d->instance[id];
}

uint32_t rg_dwarf_n_functions(const struct rg_dwarf *d)
{
    return d->n_functions;
}

struct rg_dwarf_function rg_dwarf_function(const struct rg_dwarf *d, uint32_t id)
{
    RG_ASSERT(id < d->n_functions);
    return d->function[id];
}

const char *rg_dwarf_file(const struct rg_dwarf *d, uint32_t id)
{
    return rg_intern_name(d->files, id);
}

unsigned rg_dwarf_flags(const struct rg_dwarf *d)
{
    return d->flags;
}
