/* rg_own_crates.c - which crates are the program's own.

   SPDX-License-Identifier: GPL-2.0-or-later

   It is decided by the files that their functions are declared in: those of Rust's library, in cargo's registry and checkouts, and
   below directories named vendor or external are not the program's.  The majority counts, as macros put functions of one crate into
   files of another.  Without debug information there are no files; then the crate with the function main is own, and no other.  */
#include "rg_own.h"

#include "rg_intern.h"
#include "rg_map.h"
#include "rg_owner.h"

static const char tag[] = "own";

enum origin { UNKNOWN, LIBRARY, DEPENDENCY, OWN, N_ORIGINS };

struct crate {
    uint32_t votes[N_ORIGINS];
    bool has_main, is_own;
};

struct finding {
    struct rg_intern *strings;
    struct crate *crate;
    uint32_t n_crates, room;
    struct rg_map crate_at; /* string id of disambiguator and name -> index */
};

static bool has(const char *text, const char *what)
{
    size_t n = strlen(what), len = strlen(text);
    for (size_t i = 0; i + n <= len; i++)
        if (memcmp(text + i, what, n) == 0)
            return true;
    return false;
}

static bool begins(const char *text, const char *with)
{
    size_t n = strlen(with);
    return strlen(text) >= n && memcmp(text, with, n) == 0;
}

/* Has a build script made FILE, for whatever crate: is it in build/CRATE-0123456789abcdef/out/?  */
static bool is_built(const char *file)
{
    enum { DIGITS = 16 };
    static const char out[] = "/out/";
    size_t len = strlen(file);

    for (size_t i = DIGITS + 1; i + sizeof out - 1 <= len; i++) {
        if (memcmp(file + i, out, sizeof out - 1) != 0 || file[i - DIGITS - 1] != '-')
            continue;
        size_t n = 0;
        while (n < DIGITS && ((file[i - 1 - n] >= '0' && file[i - 1 - n] <= '9') || (file[i - 1 - n] >= 'a' && file[i - 1 - n] <= 'f')))
            n++;
        if (n == DIGITS)
            return has(file, "/build/");
    }
    return false;
}

static enum origin origin_of(const char *file)
{
    static const char *const others[] = {
        "/registry/src/", "/git/checkouts/", "/vendor/", "/cargo-vendor-dir/", "/cargo/registry/", "/rust/deps/", "/external/",
    };

    if (file[0] == '\0' || begins(file, "???") || is_built(file))
        return UNKNOWN;
    if (rg_owner_is_library(file) || begins(file, "/rustc/") || has(file, "/rustlib/"))
        return LIBRARY;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (has(file, others[i]))
            return DEPENDENCY;
    return OWN;
}

/* The crate of a function; legacy symbols do not tell a disambiguator, and theirs is a crate by itself.  */
static struct crate *crate_of(struct finding *o, const struct rg_facts *f)
{
    char dis[RG_FMT_HEX_MAX];
    struct rg_buf b;
    bool added;

    rg_buf_init(&b, tag);
    rg_buf_bytes(&b, dis, rg_fmt_hex(dis, f->crate_dis));
    rg_buf_str(&b, f->crate);
    uint64_t *number = rg_map_add(&o->crate_at, rg_intern_bytes(o->strings, b.p, b.n), &added);
    rg_buf_free(&b);
    if (added) {
        if (o->n_crates == o->room) {
            o->room = o->room ? 2 * o->room : 64;
            o->crate = rg_realloc(tag, o->crate, o->room * sizeof *o->crate);
        }
        o->crate[o->n_crates] = (struct crate){ .has_main = false };
        *number = o->n_crates++;
    }
    return &o->crate[*number];
}

static bool is_main(const struct rg_facts *f)
{
    size_t n = strlen(f->crate);
    return begins(f->key, f->crate) && memcmp(f->key + n, "::main", sizeof "::main") == 0;
}

static bool is_librarys_name(const char *crate)
{
    static const char *const names[] = { "core", "alloc", "std", "__rustc", "compiler_builtins", "test", "proc_macro" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(crate) == strlen(names[i]) && begins(crate, names[i]))
            return true;
    return false;
}

static bool may_be_own(const struct rg_facts *f)
{
    return f->key != NULL && f->is_rust && f->crate[0] != '\0' && !is_librarys_name(f->crate);
}

bool rg_own_find(const struct rg_profile *p, const struct rg_names *names, bool *is_own)
{
    struct finding f = { .strings = rg_intern_new(tag) };
    uint32_t n = rg_profile_n_functions(p);
    bool any = false;

    rg_map_init(&f.crate_at, tag);
    for (uint32_t fn = 0; fn < n; fn++) {
        struct rg_facts facts = rg_names_facts(names, fn);
        if (!may_be_own(&facts))
            continue;
        struct crate *c = crate_of(&f, &facts);
        if ((facts.classes & RG_CLASS_GLUE) == 0)
            c->votes[origin_of(rg_profile_file_name(p, rg_profile_fn_file(p, fn)))]++;
        c->has_main = c->has_main || is_main(&facts);
    }
    for (uint32_t i = 0; i < f.n_crates; i++) {
        const uint32_t *votes = f.crate[i].votes;
        bool told = votes[OWN] + votes[DEPENDENCY] + votes[LIBRARY] > 0;
        f.crate[i].is_own = told ? votes[OWN] > votes[DEPENDENCY] : f.crate[i].has_main;
    }
    for (uint32_t fn = 0; fn < n; fn++) {
        struct rg_facts facts = rg_names_facts(names, fn);
        is_own[fn] = may_be_own(&facts) && (facts.classes & RG_CLASS_GLUE) == 0 && crate_of(&f, &facts)->is_own;
        any = any || is_own[fn];
    }
    rg_intern_free(f.strings);
    rg_map_free(&f.crate_at);
    rg_free(f.crate);
    return any;
}
