/* jitgdb.c - makes functions at run time and tells gdb their names: one file with addresses, one relocatable, one that is damaged.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct entry {
    struct entry *next, *previous;
    const char *elf;
    uint64_t size;
};

struct descriptor {
    uint32_t version, action;
    struct entry *relevant, *first;
};

struct descriptor __jit_debug_descriptor = { 1, 0, NULL, NULL };

__attribute__((noinline)) void __jit_debug_register_code(void)
{
    __asm__ volatile("" ::: "memory");
}

/* sum of 1 to n: xor eax,eax; again: add eax,edi; dec edi; jnz again; ret */
static const unsigned char code[] = { 0x31, 0xc0, 0x01, 0xf8, 0xff, 0xcf, 0x75, 0xfa, 0xc3 };

/* An ELF file with one function NAME at ADDRESS: sections null, .text, .symtab, .strtab.  */
struct file {
    Elf64_Ehdr header;
    Elf64_Shdr section[4];
    Elf64_Sym symbol[2];
    char names[40];
};

static void make(struct file *f, int type, const unsigned char *address, uint64_t into, const char *name)
{
    memset(f, 0, sizeof *f);
    memcpy(f->header.e_ident, ELFMAG, SELFMAG);
    f->header.e_ident[EI_CLASS] = ELFCLASS64;
    f->header.e_ident[EI_DATA] = ELFDATA2LSB;
    f->header.e_type = (Elf64_Half)type;
    f->header.e_machine = EM_X86_64;
    f->header.e_shoff = offsetof(struct file, section);
    f->header.e_shentsize = sizeof(Elf64_Shdr);
    f->header.e_shnum = 4;
    f->section[1].sh_type = SHT_NOBITS;
    f->section[1].sh_addr = (uint64_t)(uintptr_t)address;
    f->section[1].sh_size = 64;
    f->section[2].sh_type = SHT_SYMTAB;
    f->section[2].sh_offset = offsetof(struct file, symbol);
    f->section[2].sh_size = sizeof f->symbol;
    f->section[2].sh_entsize = sizeof(Elf64_Sym);
    f->section[2].sh_link = 3;
    f->section[3].sh_type = SHT_STRTAB;
    f->section[3].sh_offset = offsetof(struct file, names);
    f->section[3].sh_size = sizeof f->names;
    f->symbol[1].st_name = 1;
    f->symbol[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    f->symbol[1].st_shndx = 1;
    f->symbol[1].st_value = type == ET_REL ? into : (uint64_t)(uintptr_t)address + into;
    f->symbol[1].st_size = sizeof code;
    strcpy(f->names + 1, name);
}

static void add(struct entry *e, const void *elf, uint64_t size)
{
    *e = (struct entry){ __jit_debug_descriptor.first, NULL, elf, size };
    if (e->next)
        e->next->previous = e;
    __jit_debug_descriptor.first = __jit_debug_descriptor.relevant = e;
    __jit_debug_descriptor.action = 1;
    __jit_debug_register_code();
}

int main(void)
{
    static struct file file[3];
    static struct entry entry[5];
    unsigned char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int sum = 0;

    if (p == MAP_FAILED)
        return 1;
    for (int i = 0; i < 4; i++)
        memcpy(p + 64 * i, code, sizeof code);
    make(&file[0], ET_DYN, p, 0, "wasm[0]::with address");
    make(&file[1], ET_REL, p + 32, 32, "relocated");
    make(&file[2], ET_DYN, p + 128, 0, "damaged");
    file[2].section[2].sh_link = 77;
    for (int i = 0; i < 3; i++)
        add(&entry[i], &file[i], sizeof file[i]);
    add(&entry[3], (void *)8, 1000);       /* memory that is not there */
    add(&entry[4], &file[0], (uint64_t)-1); /* no size */
    for (int i = 0; i < 4; i++)
        sum += ((int (*)(int))(p + 64 * i))(1000 * (i + 1));
    printf("%d\n", sum);
    return 0;
}
