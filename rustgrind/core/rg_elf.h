/* rg_elf.h - sections of an ELF file (System V ABI, gABI 4.1), read when they are wanted.

   SPDX-License-Identifier: GPL-2.0-or-later

   For 64-bit little-endian executables, shared objects and separate debug files.  The file comes through a callback; what it says
   is never believed: every access is checked against the file and its sections.  */
#ifndef RG_ELF_H
#define RG_ELF_H

#include "rg_port.h"

/* Where a file's bytes come from: stores the N bytes at OFFSET in DST; false when they are not all there.  */
struct rg_file {
    bool (*read)(void *arg, uint64_t offset, void *dst, size_t n);
    void *arg;
    uint64_t size;
};

struct rg_elf;     /* opaque */
struct rg_section; /* opaque; belongs to its file */

/* Reads the headers.  NULL when the file is no such ELF file or its headers are damaged.  FILE's callback is used until
   rg_elf_close.  */
struct rg_elf *rg_elf_open(struct rg_file file);
void rg_elf_close(struct rg_elf *e);

/* The section NAME that has bytes in the file; NULL when there is none.  Of several the first.  A section packed with zlib
   (SHF_COMPRESSED, or a name that begins with .zdebug) is unpacked when it is first read; NAME is without the z.  */
struct rg_section *rg_elf_section(struct rg_elf *e, const char *name);

/* A section is packed in a way we cannot unpack (zstd).  */
bool rg_elf_is_packed_otherwise(const struct rg_elf *e);

/* Size in bytes, unpacked.  */
uint64_t rg_section_size(const struct rg_section *s);

/* The N bytes at OFFSET, which stay where they are until rg_elf_close; NULL when the section has not so many, or cannot be read
   or unpacked.  Only blocks of the section that are asked for take memory.  */
const uint8_t *rg_section_bytes(struct rg_section *s, uint64_t offset, uint64_t n);

/* Frees the bytes of S, and with them what was returned for it; nothing more is read of it.  */
void rg_section_drop(struct rg_section *s);

/* The string at OFFSET that ends with a NUL; NULL when there is none, or it is longer than RG_SECTION_STR_MAX bytes.  */
const char *rg_section_str(struct rg_section *s, uint64_t offset);
enum { RG_SECTION_STR_MAX = 1 << 20 };

/* Stores the addresses [*LO, *END) from the first to the last executable segment; false when there is none.  */
bool rg_elf_code_range(const struct rg_elf *e, uint64_t *lo, uint64_t *end);

/* The build-id; returns its length, 0 when there is none.  */
enum { RG_BUILD_ID_MAX = 64 };
size_t rg_elf_build_id(struct rg_elf *e, uint8_t id[RG_BUILD_ID_MAX]);

/* Name and CRC-32 of the separate debug file (.gnu_debuglink); NULL when none is named.  The name has no slash.  */
const char *rg_elf_debuglink(struct rg_elf *e, uint32_t *crc);

/* The CRC-32 of a debuglink, of N more bytes after those that gave CRC (0 at first).  */
uint32_t rg_elf_crc(uint32_t crc, const uint8_t *p, size_t n);

#endif
