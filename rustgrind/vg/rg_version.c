/* rg_version.c - refuses a Valgrind of another version than the one this tool is linked with.

   SPDX-License-Identifier: GPL-2.0-or-later

   A tool carries a whole copy of Valgrind's core, so nothing asks whether the launcher that started it, and the preload
   library and suppressions it finds in its directory, are of the same version.  After an upgrade of Valgrind an old tool
   would run with the new ones and fail in some odd way.  What is around us is told by our neighbours: every tool of an
   installation has the text "valgrind-VERSION" among its constants.  Of one neighbour (none, the smallest) only the
   read-only data is searched: about 400 KiB out of 2 MiB, and the search ends at the first match.  Three directories have a
   say: the one the core takes its files from, the one this program lies in, and the one that belongs to the launcher.  In a
   sound installation all three hold the same file, which is then read once.  */
#include "rg_version.h"

#include "rg_compat.h"

#include <elf.h>

#define PATH_MAX_LEN 512
#define VERSION_MAX_LEN 48
#define CHUNK (64 * 1024)
#define MAX_SECTIONS 128
#define MAX_SECTION_SIZE (8 * 1024 * 1024)

static const HChar mark[] = "valgrind-";
#define MARK_LEN (sizeof mark - 1)

/* What the search of one file has found so far: the shortest version named, and whether ours was among them.  */
struct finding {
    HChar version[VERSION_MAX_LEN];
    Bool ours;
};

/* Takes down the version that begins at TEXT, if it is one: a digit first, then up to the end of the line or of the string.  */
static void take_version(const HChar *text, const HChar *end, struct finding *f)
{
    SizeT n = 0;

    if (text == end || *text < '0' || *text > '9')
        return;
    while (text + n < end && text[n] != '\n' && text[n] != '\0')
        n++;
    if (text + n == end || n >= VERSION_MAX_LEN)
        return;
    if (n == sizeof RG_VALGRIND_VERSION - 1 && VG_(memcmp)(text, RG_VALGRIND_VERSION, n) == 0)
        f->ours = True;
    if (f->version[0] == '\0' || n < VG_(strlen)(f->version)) {
        VG_(memcpy)(f->version, text, n);
        f->version[n] = '\0';
    }
}

static void search_bytes(const HChar *buf, SizeT len, struct finding *f)
{
    SizeT i;

    for (i = 0; i + MARK_LEN < len && !f->ours; i++)
        if (buf[i] == mark[0] && VG_(memcmp)(buf + i, mark, MARK_LEN) == 0)
            take_version(buf + i + MARK_LEN, buf + len, f);
}

/* Searches SIZE bytes of FD from OFFSET.  Chunks overlap, so that no version is cut in two.  */
static void search_range(Int fd, Off64T offset, SizeT size, HChar *buf, struct finding *f)
{
    const SizeT overlap = MARK_LEN + VERSION_MAX_LEN;
    SizeT begin = 0;

    while (!f->ours) {
        SizeT want = size - begin < CHUNK ? size - begin : CHUNK;

        if (VG_(lseek)(fd, offset + (Off64T)begin, VKI_SEEK_SET) < 0 || VG_(read)(fd, buf, (Int)want) != (Int)want)
            return;
        search_bytes(buf, want, f);
        if (begin + want == size)
            return;
        begin += want - overlap;
    }
}

/* Searches the read-only data of the ELF file FD.  */
static void search_elf(Int fd, struct finding *f)
{
    Elf64_Ehdr head;
    Elf64_Shdr *sections;
    HChar *buf;
    Int size, i;

    if (VG_(read)(fd, &head, sizeof head) != (Int)sizeof head || VG_(memcmp)(head.e_ident, ELFMAG, SELFMAG) != 0)
        return;
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_shentsize != sizeof(Elf64_Shdr) || head.e_shnum > MAX_SECTIONS)
        return;
    size = (Int)(head.e_shnum * sizeof(Elf64_Shdr));
    if (size == 0 || VG_(lseek)(fd, (Off64T)head.e_shoff, VKI_SEEK_SET) < 0)
        return;
    sections = VG_(malloc)("rg.version.sections", (SizeT)size);
    buf = VG_(malloc)("rg.version.buf", CHUNK);
    if (VG_(read)(fd, sections, size) == size)
        for (i = 0; i < head.e_shnum && !f->ours; i++)
            if (sections[i].sh_type == SHT_PROGBITS && sections[i].sh_size <= MAX_SECTION_SIZE &&
                (sections[i].sh_flags & (SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR)) == SHF_ALLOC)
                search_range(fd, (Off64T)sections[i].sh_offset, sections[i].sh_size, buf, f);
    VG_(free)(buf);
    VG_(free)(sections);
}

/* Finds one of Valgrind's own tools in DIR: its name into PATH, its identity into ST.  */
static Bool find_neighbour(const HChar *dir, HChar *path, struct vg_stat *st)
{
    static const HChar *const names[] = {"none-" RG_PLATFORM, "memcheck-" RG_PLATFORM};
    UInt i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (VG_(strlen)(dir) + VG_(strlen)(names[i]) + 2 > PATH_MAX_LEN)
            continue;
        VG_(sprintf)(path, "%s/%s", dir, names[i]);
        if (!sr_isError(VG_(stat)(path, st)))
            return True;
    }
    return False;
}

/* The file SEEN was found by the directory before this one: the same file is not read again.  */
static void check_dir(const HChar *dir, struct vg_stat *seen)
{
    HChar path[PATH_MAX_LEN];
    struct vg_stat st;
    struct finding f = {.ours = False};
    Int fd;

    if (!find_neighbour(dir, path, &st) || (st.dev == seen->dev && st.ino == seen->ino))
        return;
    *seen = st;
    fd = VG_(fd_open)(path, VKI_O_RDONLY, 0);
    if (fd < 0)
        return;
    search_elf(fd, &f);
    VG_(close)(fd);
    if (f.ours || f.version[0] == '\0')
        return;
    VG_(fmsg)("this rustgrind was built for Valgrind %s, but the Valgrind in %s is %s: build rustgrind again for it\n",
              RG_VALGRIND_VERSION, dir, f.version);
    VG_(exit)(1);
}

/* Cuts PATH after its directory.  False when it has none.  */
static Bool to_dirname(HChar *path)
{
    HChar *slash = VG_(strrchr)(path, '/');

    if (slash == NULL)
        return False;
    *slash = '\0';
    return True;
}

void rg_version_check(void)
{
    const HChar *lib = VG_(getenv)("VALGRIND_LIB");
    const HChar *launcher = VG_(name_of_launcher);
    static const HChar beside[] = "/../libexec/valgrind";
    struct vg_stat seen = {0};
    HChar path[PATH_MAX_LEN];
    SSizeT n;

    check_dir(lib != NULL ? lib : RG_VALGRIND_LIBEXEC, &seen);
    n = VG_(readlink)("/proc/self/exe", path, sizeof path - 1);
    if (n > 0) {
        path[n] = '\0';
        if (to_dirname(path))
            check_dir(path, &seen);
    }
    if (launcher != NULL && VG_(strlen)(launcher) + sizeof beside < sizeof path) {
        VG_(strcpy)(path, launcher);
        if (to_dirname(path)) {
            VG_(strcat)(path, beside);
            check_dir(path, &seen);
        }
    }
}
