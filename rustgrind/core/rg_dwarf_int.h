/* rg_dwarf_int.h - what the files of the DWARF reader share.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_DWARF_INT_H
#define RG_DWARF_INT_H

#include "rg_bytes.h"
#include "rg_dwarf.h"
#include "rg_intern.h"
#include "rg_map.h"

enum {
    RG_DW_MAX_UNITS = 1 << 18,
    RG_DW_MAX_DEPTH = 4096,         /* of entries in each other */
    RG_DW_MAX_INSTANCES = 1 << 22,
    RG_DW_MAX_INTERVALS = 1 << 22,  /* per unit */
    RG_DW_MAX_CHASE = 16,           /* entries that refer to each other for a name */
    RG_DW_MAX_TOP_ATTRS = 64,       /* of a unit's own entry */
    RG_DW_MAX_NAME = 1 << 16,       /* a longer name is none */
    RG_DW_ENTRY_WINDOW = 1 << 16,   /* an entry read by itself may be so long */
    RG_DW_WORK_PER_BYTE = 64,       /* steps of reading per byte of debug information; far from what real files need */
    RG_DW_WORK_MIN = 1 << 20,
};

/* Sections that are read.  */
enum rg_dw_section {
    RG_DW_INFO, RG_DW_ABBREV, RG_DW_STR, RG_DW_LINE_STR, RG_DW_LINE, RG_DW_RANGES, RG_DW_RNGLISTS, RG_DW_ADDR, RG_DW_STR_OFFSETS,
    RG_DW_N_SECTIONS
};

enum rg_dw_kind {
    RG_DW_NO_VALUE, RG_DW_ADDRESS, RG_DW_ADDRESS_INDEX, RG_DW_CONSTANT, RG_DW_OFFSET, RG_DW_REFERENCE, RG_DW_STRING, RG_DW_STRING_LINE,
    RG_DW_STRING_INDEX, RG_DW_STRING_HERE, RG_DW_RANGES_INDEX, RG_DW_OTHER
};

/* An attribute's value.  Of a reference: the offset in .debug_info; of a string there: the same.  */
struct rg_dw_value {
    enum rg_dw_kind kind;
    uint64_t u;
};

/* How a form is stored, and what it means.  */
struct rg_dw_form {
    uint8_t layout; /* of rg_dwarf_form.c */
    uint8_t size;   /* of a value of fixed size; of the length of a counted one */
    uint8_t kind;   /* enum rg_dw_kind */
    bool in_unit;   /* a reference from the beginning of the unit */
};

struct rg_dw_attr {
    uint16_t name;
    struct rg_dw_form form;
    int64_t implicit;
};

struct rg_dw_abbrev {
    uint32_t first_attr, n_attrs;
    uint32_t fixed_size; /* of all attributes; UINT32_MAX: it varies */
    uint16_t tag;
    bool has_children;
    bool is_scope; /* a namespace or type with entries in it */
    bool has_code; /* it has addresses */
};

/* One table of .debug_abbrev.  */
struct rg_dw_abbrevs {
    struct rg_dw_abbrev *abbrev;
    struct rg_dw_attr *attr;
    uint32_t n, n_attrs, capacity, attr_capacity;
    bool dense;          /* the code of abbrev I is I + 1 */
    struct rg_map codes; /* else */
};

struct rg_dw_unit {
    uint64_t offset, end, first_entry; /* in .debug_info */
    uint64_t abbrev_offset;
    uint64_t low_pc, str_base, addr_base, rnglists_base;
    uint64_t line_offset;              /* UINT64_MAX: no line table */
    struct rg_dw_value comp_dir;
    uint32_t abbrevs; /* index + 1; 0: not read yet */
    uint32_t lines;   /* index + 1; 0: not read yet */
    uint32_t first, end_addr; /* its executed addresses are among those from FIRST to END_ADDR - 1 */
    uint16_t language;
    uint8_t version, addr_size, offset_size;
    bool is_read, is_split;
    bool is_walked; /* there are marks of its scopes */
};

/* A namespace or type, and what it lies in.  */
struct rg_dw_scope {
    uint64_t entry;
    uint32_t parent; /* index + 1; 0: it lies in none */
    uint32_t text;   /* of rg_dwarf.scopes, + 1; 0: not asked for yet */
};

/* From here on functions lie in SCOPE: index + 1, or 0.  */
struct rg_dw_mark {
    uint64_t entry;
    uint32_t scope;
};

struct rg_dw_file_entry {
    const char *name;
    uint32_t dir;
    uint32_t id; /* RG_DWARF_NONE: not asked for yet */
};

/* The header of one line table.  */
struct rg_dw_lines {
    const char **dir;
    struct rg_dw_file_entry *file;
    uint32_t n_dirs, n_files;
    uint16_t version;
    bool bad;
};


struct rg_dwarf {
    struct rg_section *section[RG_DW_N_SECTIONS];
    uint64_t code_lo, code_end;
    uint64_t work; /* steps left */
    struct rg_dw_unit *unit;
    uint32_t n_units, unit_capacity;
    struct rg_dw_abbrevs *abbrevs;
    uint32_t n_abbrevs, abbrevs_capacity;
    struct rg_map abbrevs_at; /* offset -> index + 1 */
    struct rg_dw_lines *lines;
    uint32_t n_lines, lines_capacity;
    struct rg_intern *files;
    struct rg_map function_at; /* offset of its entry -> id */
    struct rg_dwarf_function *function;
    uint64_t *declared_at; /* by function: the last entry that told something of it */
    uint32_t n_functions, function_capacity, declared_capacity;
    struct rg_dw_scope *scope;
    struct rg_dw_mark *mark; /* by entry */
    uint32_t n_scopes, scope_capacity, n_marks, mark_capacity;
    uint32_t *scope_of;      /* by function, an id of SCOPES; NULL: not read */
    struct rg_intern *scopes;
    struct rg_intern *params; /* lists of names of generic parameters */
    struct rg_dwarf_instance *instance;
    uint32_t n_instances, instance_capacity;
    /* while addresses are resolved */
    const uint64_t *addr;
    size_t n_addr;
    struct rg_dwarf_place *place;
    uint32_t *owner; /* unit + 1 of each address */
    uint32_t n_inlined, n_nameless; /* of the functions inlined by Rust units: all, and those without linkage name */
    unsigned flags;
    bool resolved;
    bool names_in_info; /* strings that were handed out are in .debug_info itself */
};

/* Takes N steps; false when there are none left, after which nothing more is read.  */
static inline bool rg_dw_work(struct rg_dwarf *d, uint64_t n)
{
    if (__builtin_expect(d->work < n, 0)) {
        d->work = 0;
        d->flags |= RG_DWARF_DAMAGED;
        return false;
    }
    d->work -= n;
    return true;
}

/* P, of elements of SIZE bytes, with room for more than N.  */
void *rg_dw_room(void *p, uint32_t n, uint32_t *capacity, size_t size);

/* N bytes of a section, an empty cursor that is BAD when they are not there.  */
struct rg_bytes rg_dw_bytes(struct rg_dwarf *d, enum rg_dw_section s, uint64_t offset, uint64_t n);
uint64_t rg_dw_size(const struct rg_dwarf *d, enum rg_dw_section s);

/* The first address that is not below A: its index among those executed, N_ADDR when there is none.  */
size_t rg_dw_find(const struct rg_dwarf *d, uint64_t a);

/* ---- rg_dwarf_form.c ---- */

/* The form with this number; one that is not known has no size and cannot be read.  */
struct rg_dw_form rg_dw_form_of(uint64_t number);

/* Reads the value of an attribute.  A form that is not known makes the cursor BAD.  */
struct rg_dw_value rg_dw_read(struct rg_bytes *b, const struct rg_dw_unit *u, struct rg_dw_attr attr, uint64_t offset_of_end);

/* The table of abbreviations of U; NULL when it is damaged.  */
const struct rg_dw_abbrevs *rg_dw_abbrevs_of(struct rg_dwarf *d, struct rg_dw_unit *u);

/* The abbreviation CODE; NULL when there is none.  */
static inline const struct rg_dw_abbrev *rg_dw_abbrev(const struct rg_dw_abbrevs *t, uint64_t code)
{
    if (t->dense)
        return code - 1 < t->n ? &t->abbrev[code - 1] : NULL;
    uint64_t i = rg_map_get(&t->codes, code, UINT64_MAX);
    return i != UINT64_MAX ? &t->abbrev[i] : NULL;
}

/* Finds the abbreviation CODE of U and its attributes, at most MAX, without keeping the table.  Returns their number; -1: there is
   no such abbreviation.  */
int rg_dw_one_abbrev(struct rg_dwarf *d, const struct rg_dw_unit *u, uint64_t code, uint16_t *tag, struct rg_dw_attr *attr, int max);

/* ---- rg_dwarf_unit.c ---- */

/* Finds all units and reads their headers.  */
void rg_dw_list_units(struct rg_dwarf *d);

/* Reads U's own entry, once.  Returns the value that tells the addresses of its code: DW_AT_ranges, or DW_AT_high_pc, or none.  */
struct rg_dw_value rg_dw_read_unit(struct rg_dwarf *d, struct rg_dw_unit *u, bool *by_ranges);

/* The unit whose entries include OFFSET, read; NULL when there is none.  */
struct rg_dw_unit *rg_dw_unit_at(struct rg_dwarf *d, uint64_t offset);

/* What a value means in U; "" or false when it means nothing.  */
const char *rg_dw_string(struct rg_dwarf *d, const struct rg_dw_unit *u, struct rg_dw_value v);
bool rg_dw_address(struct rg_dwarf *d, const struct rg_dw_unit *u, struct rg_dw_value v, uint64_t *address);

/* Calls FN for each range [LO, END) of code that LOW, HIGH (DW_AT_high_pc) or RANGES tell.  Ranges that are empty or outside of the
   executable segments are left out: the linker removed that code.  False when they cannot be read.  */
typedef void (*rg_dw_range_fn)(void *arg, uint64_t lo, uint64_t end);
bool rg_dw_ranges(struct rg_dwarf *d, const struct rg_dw_unit *u, struct rg_dw_value low, struct rg_dw_value high,
                  struct rg_dw_value ranges, rg_dw_range_fn fn, void *arg);

/* ---- rg_dwarf_line.c ---- */

/* The id of file number INDEX of U's line table.  */
uint32_t rg_dw_file(struct rg_dwarf *d, struct rg_dw_unit *u, uint64_t index);

/* Fills in file and line of U's executed addresses.  */
void rg_dw_run_lines(struct rg_dwarf *d, struct rg_dw_unit *u, uint32_t unit_number);
void rg_dw_free_lines(struct rg_dw_lines *l);

/* ---- rg_dwarf_tree.c ---- */

/* Fills in the instances of U's executed addresses.  */
void rg_dw_walk(struct rg_dwarf *d, struct rg_dw_unit *u, uint32_t unit_number);

/* ---- rg_dwarf_scope.c ---- */

/* What the entry that a walk has come to lies in, by depth.  */
struct rg_dw_nest {
    uint64_t *entry; /* 0: no scope */
    uint32_t *scope; /* index + 1; right for the first N_KNOWN */
    uint32_t n_known;
};

/* Notes what a function's entry at DEPTH lies in, should that be another scope than the last one's.  */
void rg_dw_mark_scope(struct rg_dwarf *d, struct rg_dw_nest *nest, uint64_t entry, uint32_t depth);
bool rg_dw_is_scope(uint16_t tag);

/* DWARF's numbers that more than one file uses.  */
enum {
    DW_TAG_compile_unit = 0x11, DW_TAG_inlined_subroutine = 0x1d, DW_TAG_subprogram = 0x2e,
    DW_TAG_template_type_param = 0x2f, DW_TAG_template_value_param = 0x30,
    DW_AT_name = 0x03, DW_AT_stmt_list = 0x10, DW_AT_low_pc = 0x11, DW_AT_high_pc = 0x12, DW_AT_language = 0x13,
    DW_AT_comp_dir = 0x1b, DW_AT_abstract_origin = 0x31, DW_AT_decl_file = 0x3a, DW_AT_decl_line = 0x3b,
    DW_AT_specification = 0x47, DW_AT_ranges = 0x55, DW_AT_call_column = 0x57, DW_AT_call_file = 0x58, DW_AT_call_line = 0x59,
    DW_AT_linkage_name = 0x6e, DW_AT_str_offsets_base = 0x72, DW_AT_addr_base = 0x73, DW_AT_rnglists_base = 0x74,
    DW_AT_dwo_name = 0x76, DW_AT_MIPS_linkage_name = 0x2007, DW_AT_GNU_dwo_name = 0x2130, DW_AT_GNU_addr_base = 0x2133,
    DW_FORM_string = 0x08, DW_FORM_strp = 0x0e, DW_FORM_udata = 0x0f, DW_FORM_data1 = 0x0b, DW_FORM_data2 = 0x05,
    DW_FORM_data4 = 0x06, DW_FORM_data8 = 0x07, DW_FORM_data16 = 0x1e, DW_FORM_block = 0x09, DW_FORM_line_strp = 0x1f,
    DW_LANG_Rust = 0x1c,
};

#endif
