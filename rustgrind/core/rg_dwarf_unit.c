/* rg_dwarf_unit.c - units: their headers, their own entries, and what values mean in them.

   SPDX-License-Identifier: GPL-2.0-or-later

   Every unit's own entry is read, to know which have executed code; units are many, so that is done without reading their tables of
   abbreviations.  */
#include "rg_dwarf_int.h"

enum { DW_UT_compile = 1, DW_UT_type = 2, DW_UT_partial = 3, DW_UT_skeleton = 4, DW_UT_split_compile = 5, DW_UT_split_type = 6 };

enum {
    DW_RLE_end_of_list, DW_RLE_base_addressx, DW_RLE_startx_endx, DW_RLE_startx_length, DW_RLE_offset_pair, DW_RLE_base_address,
    DW_RLE_start_end, DW_RLE_start_length,
};

/* ---- headers ---- */

/* Reads the header at the cursor, whose unit of 4 or 8 byte offsets ends at U->END.  */
static bool read_header(struct rg_bytes *b, struct rg_dw_unit *u)
{
    unsigned type = DW_UT_compile;
    u->version = (uint8_t)rg_bytes_u16(b);
    if (u->version < 2 || u->version > 5)
        return false;
    if (u->version == 5) {
        type = rg_bytes_u8(b);
        u->addr_size = rg_bytes_u8(b);
        u->abbrev_offset = rg_bytes_number(b, u->offset_size);
    } else {
        u->abbrev_offset = rg_bytes_number(b, u->offset_size);
        u->addr_size = rg_bytes_u8(b);
    }
    if (type == DW_UT_skeleton || type == DW_UT_split_compile)
        rg_bytes_skip(b, 8);
    else if (type == DW_UT_type || type == DW_UT_split_type)
        rg_bytes_skip(b, 8 + u->offset_size);
    return !b->bad && (u->addr_size == 4 || u->addr_size == 8);
}

void rg_dw_list_units(struct rg_dwarf *d)
{
    enum { LENGTH_MAX = 12, HEADER_MAX = 40 };
    uint64_t size = rg_dw_size(d, RG_DW_INFO), offset = 0;
    while (offset < size && d->n_units < RG_DW_MAX_UNITS) {
        uint64_t left = size - offset, window = left < HEADER_MAX ? left : HEADER_MAX;
        struct rg_bytes b = rg_dw_bytes(d, RG_DW_INFO, offset, window);
        struct rg_dw_unit u = { .offset = offset, .offset_size = 4, .line_offset = UINT64_MAX };
        uint64_t length = rg_bytes_u32(&b);
        if (length == 0xffffffff) {
            u.offset_size = 8;
            length = rg_bytes_u64(&b);
        }
        uint64_t header = window - rg_bytes_left(&b);
        if (b.bad || length > left - header || length == 0) {
            d->flags |= RG_DWARF_DAMAGED;
            return;
        }
        u.end = offset + header + length;
        if (read_header(&b, &u) && offset + window - rg_bytes_left(&b) <= u.end) {
            u.first_entry = offset + window - rg_bytes_left(&b);
            d->unit = rg_dw_room(d->unit, d->n_units, &d->unit_capacity, sizeof *d->unit);
            d->unit[d->n_units++] = u;
        }
        offset = u.end;
    }
}

/* ---- a unit's own entry ---- */

static void note_attr(struct rg_dw_unit *u, uint16_t name, struct rg_dw_value v)
{
    switch (name) {
    case DW_AT_stmt_list: u->line_offset = v.u; break;
    case DW_AT_language: u->language = (uint16_t)v.u; break;
    case DW_AT_comp_dir: u->comp_dir = v; break;
    case DW_AT_str_offsets_base: u->str_base = v.u; break;
    case DW_AT_addr_base:
    case DW_AT_GNU_addr_base: u->addr_base = v.u; break;
    case DW_AT_rnglists_base: u->rnglists_base = v.u; break;
    case DW_AT_dwo_name:
    case DW_AT_GNU_dwo_name: u->is_split = true; break;
    default: break;
    }
}

struct rg_dw_value rg_dw_read_unit(struct rg_dwarf *d, struct rg_dw_unit *u, bool *by_ranges)
{
    struct rg_dw_attr attr[RG_DW_MAX_TOP_ATTRS];
    struct rg_dw_value low = { 0 }, high = { 0 }, ranges = { 0 };
    uint64_t n = u->end - u->first_entry;
    struct rg_bytes b = rg_dw_bytes(d, RG_DW_INFO, u->first_entry, n < RG_DW_ENTRY_WINDOW ? n : RG_DW_ENTRY_WINDOW);
    uint64_t end = u->first_entry + rg_bytes_left(&b);
    uint16_t tag = 0;
    int n_attrs = rg_dw_one_abbrev(d, u, rg_bytes_uleb(&b), &tag, attr, RG_DW_MAX_TOP_ATTRS);
    u->is_read = true;
    for (int i = 0; i < n_attrs && !b.bad; i++) {
        struct rg_dw_value v = rg_dw_read(&b, u, attr[i], end);
        if (b.bad)
            break;
        note_attr(u, attr[i].name, v);
        if (attr[i].name == DW_AT_low_pc)
            low = v;
        else if (attr[i].name == DW_AT_high_pc)
            high = v;
        else if (attr[i].name == DW_AT_ranges)
            ranges = v;
    }
    if (!rg_dw_address(d, u, low, &u->low_pc))
        u->low_pc = 0;
    *by_ranges = ranges.kind != RG_DW_NO_VALUE;
    return *by_ranges ? ranges : high;
}

struct rg_dw_unit *rg_dw_unit_at(struct rg_dwarf *d, uint64_t offset)
{
    uint32_t lo = 0, hi = d->n_units;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (d->unit[mid].end <= offset)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == d->n_units || offset < d->unit[lo].first_entry)
        return NULL;
    bool by_ranges;
    if (!d->unit[lo].is_read)
        rg_dw_read_unit(d, &d->unit[lo], &by_ranges);
    return &d->unit[lo];
}

/* ---- values ---- */

/* Entry INDEX of SIZE bytes in the table at BASE.  */
static bool indexed(struct rg_dwarf *d, enum rg_dw_section s, uint64_t base, uint64_t index, unsigned size, uint64_t *v)
{
    uint64_t limit = rg_dw_size(d, s);
    if (base > limit || index >= (limit - base) / size)
        return false;
    struct rg_bytes b = rg_dw_bytes(d, s, base + index * size, size);
    *v = rg_bytes_number(&b, size);
    return !b.bad;
}

static const char *section_string(struct rg_dwarf *d, enum rg_dw_section s, uint64_t offset)
{
    const char *text = d->section[s] != NULL ? rg_section_str(d->section[s], offset) : NULL;
    return text != NULL ? text : "";
}

const char *rg_dw_string(struct rg_dwarf *d, const struct rg_dw_unit *u, struct rg_dw_value v)
{
    uint64_t offset;
    switch (v.kind) {
    case RG_DW_STRING: return section_string(d, RG_DW_STR, v.u);
    case RG_DW_STRING_LINE: return section_string(d, RG_DW_LINE_STR, v.u);
    case RG_DW_STRING_HERE: return section_string(d, RG_DW_INFO, v.u);
    case RG_DW_STRING_INDEX:
        if (!indexed(d, RG_DW_STR_OFFSETS, u->str_base, v.u, u->offset_size, &offset))
            return "";
        return section_string(d, RG_DW_STR, offset);
    default: return "";
    }
}

bool rg_dw_address(struct rg_dwarf *d, const struct rg_dw_unit *u, struct rg_dw_value v, uint64_t *address)
{
    if (v.kind == RG_DW_ADDRESS_INDEX)
        return indexed(d, RG_DW_ADDR, u->addr_base, v.u, u->addr_size, address);
    *address = v.u;
    return v.kind == RG_DW_ADDRESS;
}

/* ---- ranges ---- */

struct ranges {
    struct rg_dwarf *d;
    const struct rg_dw_unit *u;
    rg_dw_range_fn fn;
    void *arg;
    uint64_t base;
};

static void emit(const struct ranges *r, uint64_t lo, uint64_t end)
{
    if (lo < end && lo >= r->d->code_lo && lo < r->d->code_end)
        r->fn(r->arg, lo, end);
}

/* .debug_ranges, DWARF 2 to 4.  */
static bool old_list(struct ranges *r, uint64_t offset)
{
    unsigned size = r->u->addr_size;
    uint64_t largest = size == 8 ? UINT64_MAX : UINT32_MAX;
    for (;; offset += 2 * size) {
        if (offset > UINT64_MAX / 2)
            return false;
        struct rg_bytes b = rg_dw_bytes(r->d, RG_DW_RANGES, offset, 2 * size);
        uint64_t lo = rg_bytes_number(&b, size), end = rg_bytes_number(&b, size);
        if (b.bad || !rg_dw_work(r->d, 1))
            return false;
        if (lo == 0 && end == 0)
            return true;
        if (lo == largest)
            r->base = end;
        else
            emit(r, r->base + lo, r->base + end);
    }
}

/* One entry of .debug_rnglists that holds addresses by themselves or by their index.  */
static bool new_entry(struct ranges *r, unsigned kind, struct rg_bytes *b)
{
    struct rg_dw_value first = { .kind = RG_DW_ADDRESS };
    uint64_t lo = 0, end = 0;
    bool by_index = kind <= DW_RLE_startx_length;
    if (by_index) {
        first = (struct rg_dw_value){ RG_DW_ADDRESS_INDEX, rg_bytes_uleb(b) };
    } else {
        first.u = rg_bytes_number(b, r->u->addr_size);
    }
    if (!rg_dw_address(r->d, r->u, first, &lo))
        return false;
    if (kind == DW_RLE_base_addressx || kind == DW_RLE_base_address) {
        r->base = lo;
        return true;
    }
    if (kind == DW_RLE_startx_endx) {
        struct rg_dw_value second = { RG_DW_ADDRESS_INDEX, rg_bytes_uleb(b) };
        if (!rg_dw_address(r->d, r->u, second, &end))
            return false;
    } else if (kind == DW_RLE_start_end) {
        end = rg_bytes_number(b, r->u->addr_size);
    } else {
        end = lo + rg_bytes_uleb(b);
    }
    if (!b->bad)
        emit(r, lo, end);
    return true;
}

/* .debug_rnglists, DWARF 5.  */
static bool new_list(struct ranges *r, uint64_t offset)
{
    enum { ENTRY_MAX = 32 };
    uint64_t size = rg_dw_size(r->d, RG_DW_RNGLISTS);
    while (offset < size && rg_dw_work(r->d, 1)) {
        uint64_t window = size - offset < ENTRY_MAX ? size - offset : ENTRY_MAX;
        struct rg_bytes b = rg_dw_bytes(r->d, RG_DW_RNGLISTS, offset, window);
        unsigned kind = rg_bytes_u8(&b);
        if (b.bad || kind > DW_RLE_start_length)
            return false;
        if (kind == DW_RLE_end_of_list)
            return true;
        if (kind == DW_RLE_offset_pair) {
            uint64_t lo = rg_bytes_uleb(&b), end = rg_bytes_uleb(&b);
            if (!b.bad)
                emit(r, r->base + lo, r->base + end);
        } else if (!new_entry(r, kind, &b)) {
            return false;
        }
        if (b.bad)
            return false;
        offset += window - rg_bytes_left(&b);
    }
    return false;
}

bool rg_dw_ranges(struct rg_dwarf *d, const struct rg_dw_unit *u, struct rg_dw_value low, struct rg_dw_value high,
                  struct rg_dw_value ranges, rg_dw_range_fn fn, void *arg)
{
    struct ranges r = { .d = d, .u = u, .fn = fn, .arg = arg, .base = u->low_pc };
    uint64_t lo, end, offset = ranges.u;
    if (ranges.kind == RG_DW_NO_VALUE) {
        if (!rg_dw_address(d, u, low, &lo))
            return low.kind == RG_DW_NO_VALUE;
        if (high.kind == RG_DW_CONSTANT)
            end = lo + high.u;
        else if (!rg_dw_address(d, u, high, &end))
            return high.kind == RG_DW_NO_VALUE;
        emit(&r, lo, end);
        return true;
    }
    if (ranges.kind == RG_DW_RANGES_INDEX) {
        if (!indexed(d, RG_DW_RNGLISTS, u->rnglists_base, ranges.u, u->offset_size, &offset))
            return false;
        offset += u->rnglists_base;
    } else if (ranges.kind != RG_DW_OFFSET && ranges.kind != RG_DW_CONSTANT) {
        return false;
    }
    return u->version >= 5 ? new_list(&r, offset) : old_list(&r, offset);
}
