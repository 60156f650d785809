/* dwarfmake.h - makes ELF files with debug information in memory, for tests.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef DWARFMAKE_H
#define DWARFMAKE_H

#include "rg_buf.h"
#include "rg_elf.h"

/* Appends numbers and strings as DWARF has them.  */
void put_number(struct rg_buf *b, uint64_t v, unsigned n);
void put_uleb(struct rg_buf *b, uint64_t v);
void put_sleb(struct rg_buf *b, int64_t v);
void put_str(struct rg_buf *b, const char *s); /* with its NUL */
/* Writes V over the N bytes at OFFSET.  */
void patch(struct rg_buf *b, size_t offset, uint64_t v, unsigned n);

struct elf_section {
    const char *name;
    struct rg_buf bytes;
    uint64_t flags;
};

enum { ELF_MAX_SECTIONS = 24 };

/* A file to be.  */
struct elf_make {
    struct elf_section section[ELF_MAX_SECTIONS];
    unsigned n;
    uint64_t code_lo, code_end; /* the executable segment */
};

/* Returns the bytes of section NAME, made when there is none.  */
struct rg_buf *elf_make_section(struct elf_make *m, const char *name);
struct elf_section *elf_make_find(struct elf_make *m, const char *name);
/* Appends the file to OUT and frees M's sections.  */
void elf_make_finish(struct elf_make *m, struct rg_buf *out);

/* Packs section NAME as SHF_COMPRESSED of TYPE (1: zlib, in stored blocks).  */
void elf_make_pack(struct elf_make *m, const char *name, uint32_t type);

/* The file at B, as rg_elf_open takes it.  */
struct rg_file file_of(struct rg_buf *b);

/* The example: a unit of DWARF 4 and one of DWARF 5 that refer to each other.

   /w/src/a.rs (version 4), code 0x1000 to 0x1100
     5  main, 0x1000 to 0x1080
          f<u8> of line 10, inlined at line 6 column 7 at 0x1010 to 0x1020 and 0x1030 to 0x1040
            g of b.rs, inlined at a.rs:11 column 3 at 0x1014 to 0x1018
   /w/src/b.rs (version 5), code 0x2000 to 0x2040 and 0x2080 to 0x20c0
     30 h, 0x2000 to 0x2040
          g of line 20, inlined at line 31 column 9 at 0x2008 to 0x2010 and 0x2020 to 0x2024
     40 cold, 0x2080 to 0x20c0
   Lines: a.rs 5 from 0x1000, 12 from 0x1010, 22 of b.rs from 0x1014, 12 from 0x1018, 8 from 0x1040
          b.rs 30 from 0x2000, 21 from 0x2008, 32 from 0x2010, 40 from 0x2080  */
void dwarf_example(struct elf_make *m);

/* Offsets of places in the example's .debug_info that tests damage.  */
struct dwarf_places {
    size_t unit4_length, unit4_abbrevs, inlined_f_origin, inlined_f_ranges, main_high, unit5_language;
};
extern struct dwarf_places dwarf_places;

#endif
