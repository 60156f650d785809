/* rg_dwarf_form.c - abbreviations, and the values of attributes in all their forms.

   SPDX-License-Identifier: GPL-2.0-or-later

   Entries are read by the million and most of them are of no interest, so an abbreviation knows the size of its attributes when all
   of them have a fixed one.  */
#include "rg_dwarf_int.h"

enum {
    DW_FORM_addr = 0x01, DW_FORM_block2 = 0x03, DW_FORM_block4 = 0x04, DW_FORM_block1 = 0x0a, DW_FORM_flag = 0x0c,
    DW_FORM_sdata = 0x0d, DW_FORM_ref_addr = 0x10, DW_FORM_ref1 = 0x11, DW_FORM_ref2 = 0x12, DW_FORM_ref4 = 0x13,
    DW_FORM_ref8 = 0x14, DW_FORM_ref_udata = 0x15, DW_FORM_indirect = 0x16, DW_FORM_sec_offset = 0x17, DW_FORM_exprloc = 0x18,
    DW_FORM_flag_present = 0x19, DW_FORM_strx = 0x1a, DW_FORM_addrx = 0x1b, DW_FORM_ref_sup4 = 0x1c, DW_FORM_strp_sup = 0x1d,
    DW_FORM_ref_sig8 = 0x20, DW_FORM_implicit_const = 0x21, DW_FORM_loclistx = 0x22, DW_FORM_rnglistx = 0x23,
    DW_FORM_ref_sup8 = 0x24, DW_FORM_strx1 = 0x25, DW_FORM_strx2 = 0x26, DW_FORM_strx3 = 0x27, DW_FORM_strx4 = 0x28,
    DW_FORM_addrx1 = 0x29, DW_FORM_addrx2 = 0x2a, DW_FORM_addrx3 = 0x2b, DW_FORM_addrx4 = 0x2c, N_FORMS = 0x2d,
    DW_FORM_GNU_addr_index = 0x1f01, DW_FORM_GNU_str_index = 0x1f02, DW_FORM_GNU_ref_alt = 0x1f20, DW_FORM_GNU_strp_alt = 0x1f21,
};

static const char tag[] = "dwarf";

/* How forms are stored.  */
enum layout { UNKNOWN, FIXED, OFFSET_SIZED, ADDR_SIZED, ULEB, SLEB, NOTHING, IMPLICIT, COUNTED, COUNTED_ULEB, TEXT, INDIRECT,
              REF_SIZED };

static const struct rg_dw_form forms[N_FORMS] = {
    [DW_FORM_addr] = { ADDR_SIZED, 0, RG_DW_ADDRESS, false },
    [DW_FORM_block2] = { COUNTED, 2, RG_DW_OTHER, false },
    [DW_FORM_block4] = { COUNTED, 4, RG_DW_OTHER, false },
    [DW_FORM_data2] = { FIXED, 2, RG_DW_CONSTANT, false },
    [DW_FORM_data4] = { FIXED, 4, RG_DW_CONSTANT, false },
    [DW_FORM_data8] = { FIXED, 8, RG_DW_CONSTANT, false },
    [DW_FORM_string] = { TEXT, 0, RG_DW_STRING_HERE, false },
    [DW_FORM_block] = { COUNTED_ULEB, 0, RG_DW_OTHER, false },
    [DW_FORM_block1] = { COUNTED, 1, RG_DW_OTHER, false },
    [DW_FORM_data1] = { FIXED, 1, RG_DW_CONSTANT, false },
    [DW_FORM_flag] = { FIXED, 1, RG_DW_OTHER, false },
    [DW_FORM_sdata] = { SLEB, 0, RG_DW_CONSTANT, false },
    [DW_FORM_strp] = { OFFSET_SIZED, 0, RG_DW_STRING, false },
    [DW_FORM_udata] = { ULEB, 0, RG_DW_CONSTANT, false },
    [DW_FORM_ref_addr] = { REF_SIZED, 0, RG_DW_REFERENCE, false },
    [DW_FORM_ref1] = { FIXED, 1, RG_DW_REFERENCE, true },
    [DW_FORM_ref2] = { FIXED, 2, RG_DW_REFERENCE, true },
    [DW_FORM_ref4] = { FIXED, 4, RG_DW_REFERENCE, true },
    [DW_FORM_ref8] = { FIXED, 8, RG_DW_REFERENCE, true },
    [DW_FORM_ref_udata] = { ULEB, 0, RG_DW_REFERENCE, true },
    [DW_FORM_indirect] = { INDIRECT, 0, RG_DW_OTHER, false },
    [DW_FORM_sec_offset] = { OFFSET_SIZED, 0, RG_DW_OFFSET, false },
    [DW_FORM_exprloc] = { COUNTED_ULEB, 0, RG_DW_OTHER, false },
    [DW_FORM_flag_present] = { NOTHING, 0, RG_DW_OTHER, false },
    [DW_FORM_strx] = { ULEB, 0, RG_DW_STRING_INDEX, false },
    [DW_FORM_addrx] = { ULEB, 0, RG_DW_ADDRESS_INDEX, false },
    [DW_FORM_ref_sup4] = { FIXED, 4, RG_DW_OTHER, false },
    [DW_FORM_strp_sup] = { OFFSET_SIZED, 0, RG_DW_OTHER, false },
    [DW_FORM_data16] = { FIXED, 16, RG_DW_OTHER, false },
    [DW_FORM_line_strp] = { OFFSET_SIZED, 0, RG_DW_STRING_LINE, false },
    [DW_FORM_ref_sig8] = { FIXED, 8, RG_DW_OTHER, false },
    [DW_FORM_implicit_const] = { IMPLICIT, 0, RG_DW_CONSTANT, false },
    [DW_FORM_loclistx] = { ULEB, 0, RG_DW_OTHER, false },
    [DW_FORM_rnglistx] = { ULEB, 0, RG_DW_RANGES_INDEX, false },
    [DW_FORM_ref_sup8] = { FIXED, 8, RG_DW_OTHER, false },
    [DW_FORM_strx1] = { FIXED, 1, RG_DW_STRING_INDEX, false },
    [DW_FORM_strx2] = { FIXED, 2, RG_DW_STRING_INDEX, false },
    [DW_FORM_strx3] = { FIXED, 3, RG_DW_STRING_INDEX, false },
    [DW_FORM_strx4] = { FIXED, 4, RG_DW_STRING_INDEX, false },
    [DW_FORM_addrx1] = { FIXED, 1, RG_DW_ADDRESS_INDEX, false },
    [DW_FORM_addrx2] = { FIXED, 2, RG_DW_ADDRESS_INDEX, false },
    [DW_FORM_addrx3] = { FIXED, 3, RG_DW_ADDRESS_INDEX, false },
    [DW_FORM_addrx4] = { FIXED, 4, RG_DW_ADDRESS_INDEX, false },
};

struct rg_dw_form rg_dw_form_of(uint64_t number)
{
    switch (number) {
    case DW_FORM_GNU_addr_index: return forms[DW_FORM_addrx];
    case DW_FORM_GNU_str_index: return forms[DW_FORM_strx];
    case DW_FORM_GNU_ref_alt:
    case DW_FORM_GNU_strp_alt: return forms[DW_FORM_strp_sup];
    default: return number < N_FORMS ? forms[number] : forms[0];
    }
}

struct rg_dw_value rg_dw_read(struct rg_bytes *b, const struct rg_dw_unit *u, struct rg_dw_attr attr, uint64_t offset_of_end)
{
    struct rg_dw_form f = attr.form;
    if (f.layout == INDIRECT) {
        f = rg_dw_form_of(rg_bytes_uleb(b));
        if (f.layout == INDIRECT || f.layout == IMPLICIT)
            f.layout = UNKNOWN;
    }
    struct rg_dw_value v = { .kind = f.kind };
    switch ((enum layout)f.layout) {
    case FIXED:
        if (f.size > 8)
            rg_bytes_skip(b, f.size);
        else
            v.u = rg_bytes_number(b, f.size);
        break;
    case OFFSET_SIZED: v.u = rg_bytes_number(b, u->offset_size); break;
    case REF_SIZED: v.u = rg_bytes_number(b, u->version <= 2 ? u->addr_size : u->offset_size); break;
    case ADDR_SIZED: v.u = rg_bytes_number(b, u->addr_size); break;
    case ULEB: v.u = rg_bytes_uleb(b); break;
    case SLEB: v.u = (uint64_t)rg_bytes_sleb(b); break;
    case NOTHING: break;
    case IMPLICIT: v.u = (uint64_t)attr.implicit; break;
    case COUNTED: rg_bytes_skip(b, rg_bytes_number(b, f.size)); break;
    case COUNTED_ULEB: rg_bytes_skip(b, rg_bytes_uleb(b)); break;
    case TEXT:
        v.u = offset_of_end - rg_bytes_left(b);
        rg_bytes_str(b);
        break;
    case INDIRECT:
    case UNKNOWN: rg_bytes_fail(b); break;
    }
    if (f.in_unit)
        v.u = v.u < u->end - u->offset ? v.u + u->offset : UINT64_MAX;
    return v;
}

/* The size of an attribute in all units of one offset size, UINT32_MAX when it varies.  */
static uint32_t fixed_size(struct rg_dw_form f, const struct rg_dw_unit *u)
{
    switch ((enum layout)f.layout) {
    case FIXED: return f.size;
    case OFFSET_SIZED: return u->offset_size;
    case ADDR_SIZED: return u->addr_size;
    case NOTHING:
    case IMPLICIT: return 0;
    default: return UINT32_MAX;
    }
}

static void add_attr(struct rg_dw_abbrevs *t, struct rg_dw_attr attr)
{
    t->attr = rg_dw_room(t->attr, t->n_attrs, &t->attr_capacity, sizeof *t->attr);
    t->attr[t->n_attrs++] = attr;
}

/* Reads one attribute of an abbreviation; false at the end of their list.  */
static bool read_attr(struct rg_bytes *b, struct rg_dw_attr *attr)
{
    uint64_t name = rg_bytes_uleb(b), form = rg_bytes_uleb(b);
    attr->name = name <= UINT16_MAX ? (uint16_t)name : 0;
    attr->form = rg_dw_form_of(form);
    attr->implicit = form == DW_FORM_implicit_const ? rg_bytes_sleb(b) : 0;
    return !b->bad && (name != 0 || form != 0);
}

static bool read_table(struct rg_dwarf *d, struct rg_dw_abbrevs *t, const struct rg_dw_unit *u)
{
    uint64_t size = rg_dw_size(d, RG_DW_ABBREV), code;
    if (u->abbrev_offset >= size)
        return false;
    struct rg_bytes b = rg_dw_bytes(d, RG_DW_ABBREV, u->abbrev_offset, size - u->abbrev_offset);
    t->dense = true;
    while ((code = rg_bytes_uleb(&b)) != 0) {
        struct rg_dw_abbrev a = { .first_attr = t->n_attrs };
        uint64_t tag_number = rg_bytes_uleb(&b);
        a.tag = tag_number <= UINT16_MAX ? (uint16_t)tag_number : 0;
        a.has_children = rg_bytes_u8(&b) != 0;
        a.is_scope = a.has_children && rg_dw_is_scope(a.tag);
        for (struct rg_dw_attr attr; read_attr(&b, &attr);) {
            uint32_t one = fixed_size(attr.form, u);
            a.fixed_size = one == UINT32_MAX || a.fixed_size > UINT32_MAX / 2 ? UINT32_MAX : a.fixed_size + one;
            a.has_code = a.has_code || attr.name == DW_AT_low_pc || attr.name == DW_AT_ranges;
            add_attr(t, attr);
        }
        a.n_attrs = t->n_attrs - a.first_attr;
        if (b.bad || !rg_dw_work(d, 1 + a.n_attrs))
            return false;
        if (t->dense && code != t->n + 1) {
            t->dense = false;
            for (uint32_t i = 0; i < t->n; i++)
                rg_map_put(&t->codes, i + 1, i);
        }
        if (!t->dense) {
            bool added;
            uint64_t *index = rg_map_add(&t->codes, code, &added);
            if (added)
                *index = t->n;
        }
        t->abbrev = rg_dw_room(t->abbrev, t->n, &t->capacity, sizeof *t->abbrev);
        t->abbrev[t->n++] = a;
    }
    return !b.bad;
}

const struct rg_dw_abbrevs *rg_dw_abbrevs_of(struct rg_dwarf *d, struct rg_dw_unit *u)
{
    if (u->abbrevs == 0) {
        /* what a table says depends on the sizes in the unit */
        uint64_t key = u->abbrev_offset << 8 | (uint64_t)u->offset_size << 4 | u->addr_size;
        uint64_t *index = rg_map_add(&d->abbrevs_at, key, NULL);
        if (*index == 0) {
            d->abbrevs = rg_dw_room(d->abbrevs, d->n_abbrevs, &d->abbrevs_capacity, sizeof *d->abbrevs);
            struct rg_dw_abbrevs *t = &d->abbrevs[d->n_abbrevs++];
            *t = (struct rg_dw_abbrevs){ .n = 0 };
            rg_map_init(&t->codes, tag);
            *index = d->n_abbrevs;
            if (!read_table(d, t, u)) {
                t->n = 0;
                rg_map_clear(&t->codes);
            }
        }
        u->abbrevs = (uint32_t)*index;
    }
    const struct rg_dw_abbrevs *t = &d->abbrevs[u->abbrevs - 1];
    return t->n > 0 ? t : NULL;
}

int rg_dw_one_abbrev(struct rg_dwarf *d, const struct rg_dw_unit *u, uint64_t code, uint16_t *tag_found, struct rg_dw_attr *attr,
                     int max)
{
    uint64_t size = rg_dw_size(d, RG_DW_ABBREV), found;
    if (u->abbrev_offset >= size)
        return -1;
    struct rg_bytes b = rg_dw_bytes(d, RG_DW_ABBREV, u->abbrev_offset, size - u->abbrev_offset);
    while ((found = rg_bytes_uleb(&b)) != 0 && rg_dw_work(d, 1)) {
        uint64_t tag_number = rg_bytes_uleb(&b);
        int n = 0;
        rg_bytes_u8(&b);
        for (struct rg_dw_attr one; read_attr(&b, &one) && rg_dw_work(d, 1); n++)
            if (n < max)
                attr[n] = one;
        if (found == code && !b.bad) {
            *tag_found = tag_number <= UINT16_MAX ? (uint16_t)tag_number : 0;
            return n <= max ? n : -1;
        }
    }
    return -1;
}
