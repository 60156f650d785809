/* rg_debugfile.c - the file with an object's debug information.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_debugfile.h"

#include "../core/rg_dwarf.h"

enum { READ_MAX = 1 << 30, CRC_CHUNK = 1 << 16, TOLD_CHANGED = 1 << 16 };

struct rg_debugfile {
    Int fd; /* -1: closed */
    struct rg_elf *elf;
};

static bool read_fd(void *arg, uint64_t offset, void *dst, size_t n)
{
    Int fd = *(Int *)arg;
    HChar *to = dst;

    if (fd < 0 || VG_(lseek)(fd, offset, VKI_SEEK_SET) != (Off64T)offset)
        return false;
    while (n > 0) {
        Int got = VG_(read)(fd, to, n < READ_MAX ? n : READ_MAX);
        if (got <= 0)
            return false;
        to += got;
        n -= got;
    }
    return true;
}

static struct rg_debugfile *open_path(const HChar *path)
{
    SysRes r = VG_(open)(path, VKI_O_RDONLY, 0);
    struct vg_stat st;
    struct rg_debugfile *f;
    Int fd;

    if (sr_isError(r))
        return NULL;
    fd = VG_(safe_fd)(sr_Res(r));
    if (fd < 0)
        return NULL;
    f = RG_ALLOC("rg.debugfile", sizeof *f);
    f->fd = fd;
    if (VG_(fstat)(fd, &st) == 0 && VKI_S_ISREG(st.mode))
        f->elf = rg_elf_open((struct rg_file){read_fd, &f->fd, st.size});
    if (f->elf)
        return f;
    rg_debugfile_close(f);
    return NULL;
}

void rg_debugfile_stop_reading(struct rg_debugfile *f)
{
    if (f->fd >= 0)
        VG_(close)(f->fd);
    f->fd = -1;
}

void rg_debugfile_close(struct rg_debugfile *f)
{
    if (!f)
        return;
    rg_elf_close(f->elf);
    rg_debugfile_stop_reading(f);
    VG_(free)(f);
}

static Bool has_debug_info(struct rg_debugfile *f)
{
    return rg_elf_section(f->elf, ".debug_info") != NULL;
}

static Bool crc_is(struct rg_debugfile *f, UInt want)
{
    UChar *chunk = VG_(malloc)("rg.crc", CRC_CHUNK);
    UInt crc = 0;
    Int got;

    VG_(lseek)(f->fd, 0, VKI_SEEK_SET);
    while ((got = VG_(read)(f->fd, chunk, CRC_CHUNK)) > 0)
        crc = rg_elf_crc(crc, chunk, got);
    VG_(free)(chunk);
    return got == 0 && crc == want;
}

/* A file that belongs to F's object: of the same build-id or, when the object has none, with the right CRC.  */
static struct rg_debugfile *open_separate(const HChar *path, struct rg_debugfile *f, const UInt *crc)
{
    UChar own[RG_BUILD_ID_MAX], other[RG_BUILD_ID_MAX];
    struct rg_debugfile *separate = open_path(path);
    SizeT n = rg_elf_build_id(f->elf, own);

    if (!separate)
        return NULL;
    if (has_debug_info(separate) &&
        (n ? rg_elf_build_id(separate->elf, other) == n && VG_(memcmp)(own, other, n) == 0 : crc && crc_is(separate, *crc)))
        return separate;
    rg_debugfile_close(separate);
    return NULL;
}

static struct rg_debugfile *by_build_id(struct rg_debugfile *f)
{
    UChar id[RG_BUILD_ID_MAX];
    HChar path[64 + 2 * RG_BUILD_ID_MAX];
    SizeT n = rg_elf_build_id(f->elf, id);
    UInt at = VG_(sprintf)(path, "/usr/lib/debug/.build-id/");

    if (n < 2)
        return NULL;
    for (SizeT i = 0; i < n; i++)
        at += VG_(sprintf)(path + at, i == 0 ? "%02x/" : "%02x", id[i]);
    VG_(sprintf)(path + at, ".debug");
    return open_separate(path, f, NULL);
}

static struct rg_debugfile *by_link(struct rg_debugfile *f, const HChar *object)
{
    static const HChar *const before[] = {"", "", "/usr/lib/debug"}, *const after[] = {"", ".debug/", ""};
    UInt crc;
    const HChar *name = rg_elf_debuglink(f->elf, &crc), *slash = VG_(strrchr)(object, '/');
    struct rg_debugfile *found = NULL;
    HChar *directory, *path;

    if (!name || !slash)
        return NULL;
    directory = VG_(strdup)("rg.debuglink", object);
    directory[slash + 1 - object] = 0;
    path = VG_(malloc)("rg.debuglink", VG_(strlen)(object) + VG_(strlen)(name) + 32);
    for (UInt i = 0; i < 3 && !found; i++) {
        VG_(sprintf)(path, "%s%s%s%s", before[i], directory, after[i], name);
        found = VG_(strcmp)(path, object) != 0 ? open_separate(path, f, &crc) : NULL;
    }
    VG_(free)(path);
    VG_(free)(directory);
    return found;
}

static Bool is_changed(const struct rg_obj *o)
{
    struct vg_stat st;

    return sr_isError(VG_(stat)(o->name, &st)) || (ULong)st.size != o->size || st.mtime != o->mtime || st.mtime_nsec != o->mtime_nsec ||
           st.ino != o->ino;
}

struct rg_debugfile *rg_debugfile_open(const struct rg_obj *o, struct rg_elf **elf)
{
    struct rg_debugfile *f = NULL, *separate;

    *elf = NULL;
    if (is_changed(o)) {
        if (o->size && !(o->told & TOLD_CHANGED) && VG_(clo_verbosity) > 0)
            VG_(umsg)("rustgrind: %s is not the file any more that was run: functions inlined in it are not shown\n", o->name);
        ((struct rg_obj *)o)->told |= TOLD_CHANGED;
        return NULL;
    }
    f = open_path(o->name);
    if (f && !has_debug_info(f)) {
        separate = by_build_id(f);
        if (!separate)
            separate = by_link(f, o->name);
        rg_debugfile_close(f);
        f = separate;
    }
    *elf = f ? f->elf : NULL;
    return f;
}
