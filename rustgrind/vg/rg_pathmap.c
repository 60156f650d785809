/* rg_pathmap.c - source paths as they are on this machine.

   SPDX-License-Identifier: GPL-2.0-or-later

   Rust's library is compiled on other machines: its paths begin with /rustc/ and the commit it was built from.  The component rust-src
   has the same sources below the toolchain, whose manifest names the commit.  */
#include "rg_pathmap.h"

#include "rg_vg.h"

enum { COMMIT = 40, CHUNK = 1 << 16, NAME = 128 };

static const HChar rustc[] = "/rustc/";

struct rule {
    struct rule *next;
    const HChar *from, *to;
};

static struct rule *rules;

Bool rg_path_map_add(const HChar *rule)
{
    const HChar *equals = VG_(strchr)(rule, '=');
    struct rule *r, **end = &rules;
    HChar *from;

    if (!equals || equals == rule)
        return False;
    r = RG_ALLOC("rg.pathmap", sizeof *r);
    from = VG_(strdup)("rg.pathmap", rule);
    from[equals - rule] = 0;
    r->from = from;
    r->to = equals + 1;
    while (*end)
        end = &(*end)->next;
    *end = r;
    return True;
}

static const HChar *replaced(const HChar *path, SizeT n, const HChar *to)
{
    HChar *p = VG_(malloc)("rg.path", VG_(strlen)(path) - n + VG_(strlen)(to) + 1);

    VG_(sprintf)(p, "%s%s", to, path + n);
    return p;
}

/* ---- Rust's own library ---- */

/* Whether the file at PATH holds TEXT of COMMIT bytes.  */
static Bool file_has(const HChar *path, const HChar *text)
{
    SysRes r = VG_(open)(path, VKI_O_RDONLY, 0);
    HChar *b;
    Int n, kept = 0;
    Bool found = False;

    if (sr_isError(r))
        return False;
    b = VG_(malloc)("rg.manifest", COMMIT + CHUNK);
    while (!found && (n = VG_(read)(sr_Res(r), b + kept, CHUNK)) > 0) {
        n += kept;
        for (Int i = 0; i + COMMIT <= n && !found; i++)
            found = b[i] == text[0] && VG_(memcmp)(b + i, text, COMMIT) == 0;
        kept = n < COMMIT ? n : COMMIT - 1;
        VG_(memmove)(b, b + n - kept, kept);
    }
    VG_(free)(b);
    VG_(close)(sr_Res(r));
    return found;
}

/* Copies the value of default_toolchain from rustup's settings.  */
static Bool default_toolchain(const HChar *home, HChar name[NAME])
{
    static const HChar key[] = "default_toolchain = \"";
    HChar *text = VG_(malloc)("rg.settings", CHUNK + 1), *at;
    SysRes r;
    UInt n = 0;

    VG_(sprintf)(text, "%s/settings.toml", home);
    r = VG_(open)(text, VKI_O_RDONLY, 0);
    if (!sr_isError(r)) {
        Int got = VG_(read)(sr_Res(r), text, CHUNK);
        VG_(close)(sr_Res(r));
        text[got > 0 ? got : 0] = 0;
        at = VG_(strstr)(text, key);
        for (at = at ? at + sizeof key - 1 : NULL; at && *at && *at != '"' && n < NAME - 1; at++)
            name[n++] = *at;
    }
    name[n] = 0;
    VG_(free)(text);
    return n > 0;
}

/* Where the sources of COMMIT are: the directory above library/.  NULL when they are not installed.  */
static const HChar *find_library(const HChar *commit)
{
    const HChar *home = VG_(getenv)("RUSTUP_HOME"), *user = VG_(getenv)("HOME"), *toolchain = VG_(getenv)("RUSTUP_TOOLCHAIN");
    HChar *base, *path, name[NAME];
    Bool found;

    if (!home && !user)
        return NULL;
    base = VG_(malloc)("rg.rustup", VG_(strlen)(home ? home : user) + 16);
    VG_(sprintf)(base, home ? "%s" : "%s/.rustup", home ? home : user);
    if (!toolchain || !toolchain[0])
        toolchain = default_toolchain(base, name) ? name : NULL;
    if (!toolchain || VG_(strlen)(base) + VG_(strlen)(toolchain) > VKI_PATH_MAX - 128) {
        VG_(free)(base);
        return NULL;
    }
    path = VG_(malloc)("rg.rust-src", VG_(strlen)(base) + VG_(strlen)(toolchain) + 128);
    VG_(sprintf)(path, "%s%s%s/lib/rustlib/multirust-channel-manifest.toml", toolchain[0] == '/' ? "" : base,
                 toolchain[0] == '/' ? "" : "/toolchains/", toolchain);
    found = file_has(path, commit);
    VG_(sprintf)(path, "%s%s%s/lib/rustlib/src/rust", toolchain[0] == '/' ? "" : base,
                 toolchain[0] == '/' ? "" : "/toolchains/", toolchain);
    VG_(free)(base);
    if (found && VG_(access)(path, True, False, True) == 0)
        return path;
    VG_(free)(path);
    return NULL;
}

/* Only the commit that was asked for last is remembered: a program's objects are nearly always of one.  */
static const HChar *library_of(const HChar *commit)
{
    static HChar asked[COMMIT];
    static const HChar *answer;

    if (VG_(memcmp)(asked, commit, COMMIT) != 0) {
        VG_(memcpy)(asked, commit, COMMIT);
        answer = find_library(commit);
    }
    return answer;
}

const HChar *rg_path_map(const HChar *path)
{
    const HChar *library;

    for (const struct rule *r = rules; r; r = r->next) {
        SizeT n = VG_(strlen)(r->from);
        if (VG_(strncmp)(path, r->from, n) == 0 && (path[n] == 0 || path[n] == '/' || path[n - 1] == '/'))
            return replaced(path, n, r->to);
    }
    if (rg_opt.compat_callgrind || VG_(strncmp)(path, rustc, sizeof rustc - 1) != 0)
        return path;
    for (UInt i = 0; i < COMMIT; i++)
        if (!path[sizeof rustc - 1 + i])
            return path;
    if (VG_(strncmp)(path + sizeof rustc - 1 + COMMIT, "/library/", 9) != 0)
        return path;
    library = library_of(path + sizeof rustc - 1);
    return library ? replaced(path, sizeof rustc - 1 + COMMIT, library) : path;
}
