/* rg_dwarf_line.c - line tables, version 2 to 5.

   SPDX-License-Identifier: GPL-2.0-or-later

   A line table is a program that makes rows of address, file and line; a row holds up to the next one.  Rows are not kept: executed
   addresses get their file and line while the program runs.  Paths are put together only for the files that are asked for.  */
#include "rg_dwarf_int.h"

#include "rg_buf.h"

enum { DW_LNCT_path = 1, DW_LNCT_directory_index = 2, MAX_FORMATS = 16, MAX_FILES = 1 << 20 };

enum {
    DW_LNS_copy = 1, DW_LNS_advance_pc, DW_LNS_advance_line, DW_LNS_set_file, DW_LNS_set_column, DW_LNS_negate_stmt,
    DW_LNS_set_basic_block, DW_LNS_const_add_pc, DW_LNS_fixed_advance_pc, DW_LNS_set_prologue_end, DW_LNS_set_epilogue_begin,
    DW_LNS_set_isa,
    DW_LNE_end_sequence = 1, DW_LNE_set_address = 2, DW_LNE_define_file = 3,
};

/* A line table while it is read.  */
struct table {
    struct rg_bytes b;     /* up to its end */
    struct rg_bytes program;
    uint64_t end;          /* offset in .debug_line of that end */
    struct rg_dw_unit u;   /* sizes for reading values */
    uint8_t min_inst, line_range, opcode_base;
    int8_t line_base;
    uint8_t operands[256];
};

/* ---- the header ---- */

static void add_dir(struct rg_dw_lines *l, uint32_t *capacity, const char *dir)
{
    l->dir = rg_dw_room(l->dir, l->n_dirs, capacity, sizeof *l->dir);
    l->dir[l->n_dirs++] = dir;
}

static void add_file(struct rg_dw_lines *l, uint32_t *capacity, const char *name, uint64_t dir)
{
    l->file = rg_dw_room(l->file, l->n_files, capacity, sizeof *l->file);
    l->file[l->n_files++] = (struct rg_dw_file_entry){ name, dir < UINT32_MAX ? (uint32_t)dir : UINT32_MAX, RG_DWARF_NONE };
}

/* Directories and files of version 2 to 4: 0 is the compiler's directory, files begin at 1.  */
static bool old_files(struct rg_dwarf *d, struct table *t, struct rg_dw_lines *l)
{
    uint32_t dirs = 0, files = 0;
    const char *s;
    add_dir(l, &dirs, "");
    while ((s = rg_bytes_str(&t->b))[0] != 0 && rg_dw_work(d, 1) && l->n_dirs < MAX_FILES)
        add_dir(l, &dirs, s);
    add_file(l, &files, "", 0);
    while (!t->b.bad && (s = rg_bytes_str(&t->b))[0] != 0 && rg_dw_work(d, 1) && l->n_files < MAX_FILES) {
        add_file(l, &files, s, rg_bytes_uleb(&t->b));
        rg_bytes_uleb(&t->b);
        rg_bytes_uleb(&t->b);
    }
    return !t->b.bad;
}

/* One table of version 5, of directories or of files.  */
static bool new_entries(struct rg_dwarf *d, struct table *t, struct rg_dw_lines *l, bool of_files)
{
    struct rg_dw_attr format[MAX_FORMATS];
    uint32_t capacity = 0;
    unsigned n_formats = rg_bytes_u8(&t->b);
    if (n_formats > MAX_FORMATS)
        return false;
    for (unsigned i = 0; i < n_formats; i++) {
        uint64_t what = rg_bytes_uleb(&t->b), form = rg_bytes_uleb(&t->b);
        format[i] = (struct rg_dw_attr){ what <= UINT16_MAX ? (uint16_t)what : 0, rg_dw_form_of(form), 0 };
    }
    uint64_t n = rg_bytes_uleb(&t->b);
    if (t->b.bad || n > MAX_FILES || (n_formats == 0 && n > 0))
        return false;
    for (; n > 0 && rg_dw_work(d, n_formats); n--) {
        const char *name = "";
        uint64_t dir = 0;
        for (unsigned i = 0; i < n_formats; i++) {
            const char *here = (const char *)t->b.p;
            struct rg_dw_value v = rg_dw_read(&t->b, &t->u, format[i], t->end);
            if (t->b.bad)
                return false;
            if (format[i].name == DW_LNCT_path)
                name = v.kind == RG_DW_STRING_HERE ? here : rg_dw_string(d, &t->u, v);
            else if (format[i].name == DW_LNCT_directory_index)
                dir = v.u;
        }
        if (of_files)
            add_file(l, &capacity, name, dir);
        else
            add_dir(l, &capacity, name);
    }
    return !t->b.bad;
}

/* Reads the header at OFFSET; T->PROGRAM is then the program.  With L, files are read too.  */
static bool read_header(struct rg_dwarf *d, const struct rg_dw_unit *u, struct table *t, struct rg_dw_lines *l)
{
    uint64_t size = rg_dw_size(d, RG_DW_LINE), offset = u->line_offset;
    if (offset >= size)
        return false;
    struct rg_bytes b = rg_dw_bytes(d, RG_DW_LINE, offset, size - offset < 12 ? size - offset : 12);
    t->u = *u;
    t->u.offset_size = 4;
    uint64_t length = rg_bytes_u32(&b);
    offset += 4;
    if (length == 0xffffffff) {
        t->u.offset_size = 8;
        length = rg_bytes_u64(&b);
        offset += 8;
    }
    if (b.bad || offset > size || length > size - offset)
        return false;
    t->b = rg_dw_bytes(d, RG_DW_LINE, offset, length);
    t->end = offset + length;
    unsigned version = rg_bytes_u16(&t->b);
    if (version < 2 || version > 5)
        return false;
    if (version >= 5) {
        t->u.addr_size = rg_bytes_u8(&t->b);
        rg_bytes_u8(&t->b);
    }
    uint64_t header_length = rg_bytes_number(&t->b, t->u.offset_size);
    if (header_length > rg_bytes_left(&t->b))
        return false;
    t->program = rg_bytes_over(t->b.p + header_length, rg_bytes_left(&t->b) - header_length);
    t->min_inst = rg_bytes_u8(&t->b);
    if (version >= 4)
        rg_bytes_u8(&t->b);
    rg_bytes_u8(&t->b);
    t->line_base = (int8_t)rg_bytes_u8(&t->b);
    t->line_range = rg_bytes_u8(&t->b);
    t->opcode_base = rg_bytes_u8(&t->b);
    for (unsigned i = 1; i < t->opcode_base; i++)
        t->operands[i] = rg_bytes_u8(&t->b);
    if (t->b.bad || t->line_range == 0 || t->opcode_base == 0 || (t->u.addr_size != 4 && t->u.addr_size != 8))
        return false;
    if (l == NULL)
        return true;
    l->version = (uint16_t)version;
    return version < 5 ? old_files(d, t, l) : new_entries(d, t, l, false) && new_entries(d, t, l, true);
}

/* The files of U's line table; NULL when it has none.  */
static struct rg_dw_lines *lines_of(struct rg_dwarf *d, struct rg_dw_unit *u)
{
    if (u->line_offset == UINT64_MAX)
        return NULL;
    if (u->lines == 0) {
        struct table t;
        d->lines = rg_dw_room(d->lines, d->n_lines, &d->lines_capacity, sizeof *d->lines);
        struct rg_dw_lines *l = &d->lines[d->n_lines++];
        *l = (struct rg_dw_lines){ .n_files = 0 };
        l->bad = !read_header(d, u, &t, l);
        u->lines = d->n_lines;
    }
    return &d->lines[u->lines - 1];
}

void rg_dw_free_lines(struct rg_dw_lines *l)
{
    rg_free(l->dir);
    rg_free(l->file);
}

/* ---- files ---- */

static void put_part(struct rg_buf *path, const char *part)
{
    if (part[0] == 0)
        return;
    if (part[0] == '/')
        rg_buf_clear(path);
    else if (path->n > 0 && path->p[path->n - 1] != '/')
        rg_buf_char(path, '/');
    rg_buf_str(path, part);
}

uint32_t rg_dw_file(struct rg_dwarf *d, struct rg_dw_unit *u, uint64_t index)
{
    struct rg_dw_lines *l = lines_of(d, u);
    if (l == NULL || index >= l->n_files || (index == 0 && l->version < 5))
        return RG_DWARF_NONE;
    struct rg_dw_file_entry *f = &l->file[index];
    if (f->id == RG_DWARF_NONE) {
        struct rg_buf path;
        rg_buf_init(&path, "dwarf");
        put_part(&path, rg_dw_string(d, u, u->comp_dir));
        if (f->dir < l->n_dirs)
            put_part(&path, l->dir[f->dir]);
        put_part(&path, f->name);
        f->id = rg_intern_str(d->files, rg_buf_cstr(&path));
        rg_buf_free(&path);
    }
    return f->id;
}

/* ---- the program ---- */

struct machine {
    struct rg_dwarf *d;
    struct rg_dw_unit *u;
    uint32_t owner;
    uint64_t addr, file, line;
    bool has_row; /* the row before: */
    uint64_t row_addr, row_file, row_line;
    size_t next;  /* the first executed address that is not below row_addr, if next_for is row_addr */
    uint64_t next_for;
};

/* Gives the executed addresses of the row before the address END its file and line.  */
static void close_row(struct machine *m, uint64_t end)
{
    struct rg_dwarf *d = m->d;
    if (!m->has_row || end <= m->row_addr || m->row_addr < d->code_lo || m->row_addr >= d->code_end)
        return;
    if (m->next_for != m->row_addr)
        m->next = rg_dw_find(d, m->row_addr);
    uint32_t file = RG_DWARF_NONE;
    bool asked = false;
    for (; m->next < d->n_addr && d->addr[m->next] < end; m->next++) {
        if (d->owner[m->next] != m->owner)
            continue;
        if (!asked)
            file = rg_dw_file(d, m->u, m->row_file);
        asked = true;
        d->place[m->next].file = file;
        d->place[m->next].line = m->row_line <= UINT32_MAX ? (uint32_t)m->row_line : 0;
    }
    m->next_for = end;
}

static void row(struct machine *m)
{
    close_row(m, m->addr);
    m->has_row = true;
    m->row_addr = m->addr;
    m->row_file = m->file;
    m->row_line = m->line;
}

static void begin_sequence(struct machine *m)
{
    m->addr = 0;
    m->file = m->line = 1;
    m->has_row = false;
}

static void extended(struct machine *m, const struct table *t, struct rg_bytes *b)
{
    uint64_t n = rg_bytes_uleb(b);
    if (n == 0 || n > rg_bytes_left(b)) {
        rg_bytes_fail(b);
        return;
    }
    struct rg_bytes operand = rg_bytes_over(b->p, n);
    rg_bytes_skip(b, n);
    switch (rg_bytes_u8(&operand)) {
    case DW_LNE_end_sequence:
        close_row(m, m->addr);
        begin_sequence(m);
        break;
    case DW_LNE_set_address:
        m->addr = rg_bytes_number(&operand, n - 1 <= 8 ? (unsigned)n - 1 : t->u.addr_size);
        break;
    default: break; /* DW_LNE_define_file: no compiler in use writes it */
    }
}

static void standard(struct machine *m, const struct table *t, unsigned opcode, struct rg_bytes *b)
{
    switch (opcode) {
    case DW_LNS_copy: row(m); break;
    case DW_LNS_advance_pc: m->addr += rg_bytes_uleb(b) * t->min_inst; break;
    case DW_LNS_advance_line: m->line += (uint64_t)rg_bytes_sleb(b); break;
    case DW_LNS_set_file: m->file = rg_bytes_uleb(b); break;
    case DW_LNS_const_add_pc: m->addr += (uint64_t)((255 - t->opcode_base) / t->line_range) * t->min_inst; break;
    case DW_LNS_fixed_advance_pc: m->addr += rg_bytes_u16(b); break;
    case DW_LNS_negate_stmt:
    case DW_LNS_set_basic_block:
    case DW_LNS_set_prologue_end:
    case DW_LNS_set_epilogue_begin: break;
    default:
        for (unsigned i = t->operands[opcode]; i > 0; i--)
            rg_bytes_uleb(b);
        break;
    }
}

void rg_dw_run_lines(struct rg_dwarf *d, struct rg_dw_unit *u, uint32_t unit_number)
{
    struct table t;
    struct machine m = { .d = d, .u = u, .owner = unit_number + 1, .next_for = UINT64_MAX };
    if (u->line_offset == UINT64_MAX)
        return;
    if (!read_header(d, u, &t, NULL)) {
        d->flags |= RG_DWARF_DAMAGED;
        return;
    }
    struct rg_bytes b = t.program;
    begin_sequence(&m);
    while (rg_bytes_left(&b) > 0 && rg_dw_work(d, 1)) {
        unsigned opcode = rg_bytes_u8(&b);
        if (opcode >= t.opcode_base) {
            opcode -= t.opcode_base;
            m.addr += (uint64_t)(opcode / t.line_range) * t.min_inst;
            m.line += (uint64_t)(int64_t)(t.line_base + (int)(opcode % t.line_range));
            row(&m);
        } else if (opcode == 0) {
            extended(&m, &t, &b);
        } else {
            standard(&m, &t, opcode, &b);
        }
    }
    if (b.bad)
        d->flags |= RG_DWARF_DAMAGED;
}
