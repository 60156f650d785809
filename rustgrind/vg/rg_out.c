/* rg_out.c - the profile's file: named, created before the run, and replaced as a whole after it.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_out.h"

enum { WRITE_BUFFER = 1 << 16, MAX_LINKS = 16, MAX_PATH = 4096 };

struct rg_out {
    Int fd;
    Int error; /* errno of the first failure, 0: none */
    SizeT used;
    HChar *path, *tmp; /* tmp NULL: written in place */
    HChar buffer[WRITE_BUFFER];
};

static const HChar *why(Int err)
{
    static const struct {
        Int err;
        const HChar *text;
    } reasons[] = {
        {VKI_ENOENT, "no such directory"},
        {VKI_EACCES, "permission denied"},
        {VKI_EISDIR, "it is a directory"},
        {VKI_ENOTDIR, "a part of the path is no directory"},
        {VKI_ENOSPC, "no space left on the device"},
        {VKI_EFBIG, "larger than the limit for files"},
        {VKI_EROFS, "read-only file system"},
        {VKI_ELOOP, "too many symbolic links"},
    };

    for (UInt i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].err == err)
            return reasons[i].text;
    return "see errno(3)";
}

static void cannot_write(const HChar *path, Int err)
{
    VG_(umsg)("rustgrind: cannot write the profile '%s': %s (error %d)\n", path, why(err), err);
    VG_(exit)(1);
}

static Int open_for_write(const HChar *path)
{
    SysRes r = VG_(open)(path, VKI_O_CREAT | VKI_O_WRONLY | VKI_O_TRUNC, VKI_S_IRUSR | VKI_S_IWUSR);
    if (sr_isError(r))
        return -(Int)sr_Err(r);
    return VG_(safe_fd)(sr_Res(r));
}

void rg_out_create(const HChar *path)
{
    Int fd = open_for_write(path);

    if (fd < 0)
        cannot_write(path, -fd);
    VG_(close)(fd);
}

static SizeT dir_length(const HChar *path)
{
    const HChar *slash = VG_(strrchr)(path, '/');
    return slash ? slash + 1 - path : 0;
}

/* Where PATH leads through symbolic links: it is that file which is replaced, not the link.  To be freed.  */
static HChar *follow_links(const HChar *path)
{
    HChar *at = VG_(strdup)("rg.path", path), *target = VG_(malloc)("rg.path", MAX_PATH + 1);

    for (Int i = 0; i < MAX_LINKS; i++) {
        SSizeT n = VG_(readlink)(at, target, MAX_PATH);
        SizeT dir = dir_length(at);
        HChar *next;
        if (n <= 0)
            break;
        target[n] = 0;
        if (target[0] == '/')
            dir = 0;
        next = VG_(malloc)("rg.path", dir + n + 1);
        VG_(memcpy)(next, at, dir);
        VG_(strcpy)(next + dir, target);
        VG_(free)(at);
        at = next;
    }
    VG_(free)(target);
    return at;
}

/* A file beside PATH, hidden, so that no reader takes it for a part of the profile.  */
static HChar *temporary_name(const HChar *path)
{
    SizeT dir = dir_length(path);
    HChar *name = VG_(malloc)("rg.path", VG_(strlen)(path) + 40);

    VG_(memcpy)(name, path, dir);
    VG_(sprintf)(name + dir, ".rustgrind-%d-%s", VG_(getpid)(), path + dir);
    return name;
}

/* Only a regular file, or none, can be replaced by renaming.  */
static Bool is_replaceable(const HChar *path)
{
    struct vg_stat st;
    SysRes r = VG_(stat)(path, &st);
    return sr_isError(r) ? sr_Err(r) == VKI_ENOENT : VKI_S_ISREG(st.mode);
}

struct rg_out *rg_out_open(const HChar *path)
{
    struct rg_out *o = VG_(malloc)("rg.out", sizeof *o);

    o->error = 0;
    o->used = 0;
    o->path = follow_links(path);
    o->tmp = is_replaceable(o->path) ? temporary_name(o->path) : NULL;
    o->fd = o->tmp ? open_for_write(o->tmp) : -1;
    if (o->fd < 0) {
        VG_(free)(o->tmp);
        o->tmp = NULL;
        o->fd = open_for_write(o->path);
    }
    if (o->fd < 0)
        cannot_write(path, -o->fd);
    return o;
}

static Bool flush(struct rg_out *o)
{
    SizeT done = 0;

    while (done < o->used && !o->error) {
        Int n = VG_(write)(o->fd, o->buffer + done, o->used - done);
        if (n > 0)
            done += n;
        else
            o->error = n < 0 ? -n : VKI_ENOSPC;
    }
    o->used = 0;
    return !o->error;
}

bool rg_out_sink(void *arg, const char *bytes, size_t n)
{
    struct rg_out *o = arg;

    while (n > 0) {
        SizeT k = WRITE_BUFFER - o->used < n ? WRITE_BUFFER - o->used : n;
        VG_(memcpy)(o->buffer + o->used, bytes, k);
        o->used += k;
        bytes += k;
        n -= k;
        if (o->used == WRITE_BUFFER && !flush(o))
            return false;
    }
    return true;
}

void rg_out_close(struct rg_out *o)
{
    flush(o);
    VG_(close)(o->fd);
    if (o->tmp && !o->error && VG_(rename)(o->tmp, o->path) != 0)
        o->error = VKI_EACCES;
    if (o->error) {
        if (o->tmp)
            VG_(unlink)(o->tmp);
        cannot_write(o->path, o->error);
    }
    VG_(free)(o->tmp);
    VG_(free)(o->path);
    VG_(free)(o);
}
