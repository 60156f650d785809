/* rg_owner.c - which kind of owner a heap block has.

   SPDX-License-Identifier: GPL-2.0-or-later

   Memory does not tell a Box from a Vec, but the way to the allocator does: the functions of Rust's library through which it
   went, mostly inlined, have lines in files named after what they implement.  Going outwards, the last such file before the
   first function of somebody else is the owner: a Vec inside of an Rc::from is that Rc's.  Files are asked before names: names
   of inlined functions have no paths, and names of compiled ones mention the containers of their arguments, too.  Without files
   the path of a name counts, up to its first generic argument.  */
#include "rg_owner.h"

enum { MAX_ALLOCATOR = 24 };

#define LENGTH(a) (sizeof(a) / sizeof *(a))

struct rule {
    const char *text;
    enum rg_owner owner;
};

/* Files below library/, and what their blocks belong to.  UNKNOWN: passed through on the way.  */
static const struct rule files[] = {
    {"alloc/src/rc.rs", RG_OWNER_RC},
    {"alloc/src/sync.rs", RG_OWNER_ARC},
    {"alloc/src/boxed", RG_OWNER_BOX},
    {"alloc/src/raw_vec", RG_OWNER_VEC},
    {"alloc/src/vec/", RG_OWNER_VEC},
    {"alloc/src/string.rs", RG_OWNER_VEC},
    {"alloc/src/slice.rs", RG_OWNER_VEC},
    {"alloc/src/str.rs", RG_OWNER_VEC},
    {"alloc/src/fmt.rs", RG_OWNER_VEC},
    {"alloc/src/ffi/", RG_OWNER_VEC},
    {"alloc/src/collections/vec_deque/", RG_OWNER_DEQUE},
    {"alloc/src/collections/linked_list", RG_OWNER_LIST},
    {"alloc/src/collections/btree/", RG_OWNER_BTREE},
    {"alloc/src/collections/binary_heap", RG_OWNER_VEC},
    {"std/src/collections/hash/", RG_OWNER_HASH},
    {"std/src/sync/mpsc", RG_OWNER_CHANNEL},
    {"std/src/sync/mpmc", RG_OWNER_CHANNEL},
    {"std/src/thread/", RG_OWNER_THREAD},
    {"std/src/ffi/", RG_OWNER_VEC},
    {"std/src/path.rs", RG_OWNER_VEC},
};

/* The same by the paths of functions.  */
static const struct rule paths[] = {
    {"alloc::rc::", RG_OWNER_RC},
    {"alloc::sync::", RG_OWNER_ARC},
    {"alloc::boxed::", RG_OWNER_BOX},
    {"alloc::raw_vec::", RG_OWNER_VEC},
    {"alloc::vec::", RG_OWNER_VEC},
    {"alloc::string::", RG_OWNER_VEC},
    {"alloc::slice::", RG_OWNER_VEC},
    {"alloc::str::", RG_OWNER_VEC},
    {"alloc::fmt::", RG_OWNER_VEC},
    {"alloc::ffi::", RG_OWNER_VEC},
    {"alloc::collections::vec_deque::", RG_OWNER_DEQUE},
    {"alloc::collections::linked_list::", RG_OWNER_LIST},
    {"alloc::collections::btree::", RG_OWNER_BTREE},
    {"hashbrown::", RG_OWNER_HASH},
    {"std::collections::hash::", RG_OWNER_HASH},
    {"std::sync::mpsc::", RG_OWNER_CHANNEL},
    {"std::sync::mpmc::", RG_OWNER_CHANNEL},
    {"std::thread::", RG_OWNER_THREAD},
};

/* What std keeps until the program ends: functions whose blocks are its own business.  */
static const char *const runtime_paths[] = {
    "std::rt::init", "std::rt::lang_start", "std::sys::pal::unix::stack_overflow",
    "std::thread::current::", "std::thread::set_current", "std::thread::spawnhook",
    "std::io::stdio::", "std::sys::backtrace::lock",
    "std::sys::backtrace::print", "std::sys::backtrace::_print", "std::backtrace_rs::", "std::io::set_output_capture",
    "std::panicking::default_hook", "std::sys::pal::unix::init", "std::sys::thread_local::", "std::sys::args",
};

/* Files of the same.  */
static const char *const runtime_files[] = {
    "std/src/rt.rs", "std/src/sys/pal/unix/stack_overflow", "std/src/thread/current.rs", "std/src/io/stdio.rs",
    "std/src/../../backtrace/", "library/backtrace/", "/gimli-", "/addr2line-", "/miniz_oxide-", "/object-",
    "std/src/sys/thread_local/",
};

static const char *const libc_functions[] = {
    "_dl_allocate_tls", "allocate_dtv", "_dl_resize_dtv", "_dl_update_slotinfo", "__add_to_environ",
    "setenv", "putenv", "getpwnam",
    "getpwuid", "getaddrinfo", "pthread_create", "_dl_new_object", "_dl_init", "_dl_map_object", "dl_open_worker", "setlocale",
    "tzset", "__libc_dlopen", "fopen", "opendir",
};

/* Crates that are compiled into std.  */
static const char *const library_crates[] = {"/hashbrown-", "/gimli-", "/addr2line-", "/miniz_oxide-", "/object-"};

static bool begins(const char *s, const char *with) { return memcmp(s, with, strlen(with)) == 0; }

static const char *find_text(const char *s, const char *what)
{
    size_t n = strlen(what), len = strlen(s);

    for (size_t i = 0; i + n <= len; i++)
        if (memcmp(s + i, what, n) == 0)
            return s + i;
    return NULL;
}

static bool starts(const char *s, const char *with) { return strlen(s) >= strlen(with) && begins(s, with); }

/* What follows library/ in the path of a file of Rust's library; NULL for other files.  Rust's own releases have
   /rustc/HASH/library, Debian's packages /usr/src/rustc-VERSION/library.  */
static const char *below_library(const char *file)
{
    static const char *const marks[] = {"/rustlib/src/rust/library/", "/library/"};
    const char *p;

    if (starts(file, "library/"))
        return file + 8;
    if ((p = find_text(file, marks[0])))
        return p + strlen(marks[0]);
    if (!(p = find_text(file, "/rustc/")))
        p = find_text(file, "/rustc-");
    return p && (p = find_text(p, marks[1])) ? p + strlen(marks[1]) : NULL;
}

static bool is_library_crate(const char *file)
{
    for (size_t i = 0; i < LENGTH(library_crates); i++)
        if (find_text(file, library_crates[i]))
            return true;
    return false;
}

bool rg_owner_is_library(const char *file) { return file && (below_library(file) || is_library_crate(file)); }

/* The path of a function without leading "<", "_<" and the like: "<alloc::rc::Rc<T> as ...>::drop" is alloc::rc.  */
static const char *path_begin(const char *fn)
{
    while (*fn == '<' || *fn == '&' || *fn == '*' || *fn == '_')
        fn++;
    return fn;
}

static bool is_std_path(const char *fn)
{
    const char *p = path_begin(fn);
    return starts(p, "std::") || starts(p, "core::") || starts(p, "alloc::") || starts(p, "hashbrown::") ||
           starts(p, "rust_alloc") || starts(p, "rdl_") || starts(p, "rg_alloc") || starts(p, "rg_realloc") ||
           starts(p, "rust_realloc") || starts(p, "rustc::__r") || find_text(fn, "7___rustc") != NULL;
}

bool rg_owner_is_library_function(const char *name) { return is_std_path(name); }

bool rg_owner_is_std_symbol(const char *name)
{
    const char *p = path_begin(name);
    return starts(p, "std::") || starts(p, "core::") || starts(p, "alloc::") || find_text(name, "3std") != NULL ||
           starts(name, "_ZN3std") || starts(p, "gimli::") || starts(p, "addr2line::");
}

/* Rust's way into the global allocator.  The symbol may have a line of the crate that chose the allocator.  */
static bool enters_allocator(const struct rg_owner_frame *f)
{
    static const char *const names[] = {"rust_alloc", "rust_realloc", "rg_alloc", "rg_realloc", "rdl_alloc", "rdl_realloc"};
    const char *below = f->file && f->line ? below_library(f->file) : NULL;

    if (below && (starts(below, "alloc/src/alloc.rs") || starts(below, "std/src/alloc.rs")))
        return true;
    for (size_t i = 0; f->fn && i < LENGTH(names); i++)
        if (starts(path_begin(f->fn), names[i]))
            return true;
    return false;
}

static bool is_library_frame(const struct rg_owner_frame *f)
{
    if ((f->file && rg_owner_is_library(f->file)) || enters_allocator(f))
        return true;
    return (!f->file || !f->line) && f->fn && is_std_path(f->fn);
}

static enum rg_owner owner_by(const struct rule *rules, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (starts(text, rules[i].text))
            return rules[i].owner;
    return RG_OWNER_COUNT;
}

/* A function that calls one that it was given: what that has allocated is a value, not memory of the caller's.  A Vec that is made
   by map(Box::new) does not own the memory of the boxes.  */
static bool calls_back(const struct rg_owner_frame *f)
{
    const char *below = f->file ? below_library(f->file) : NULL;

    if (below && f->line)
        return starts(below, "core/src/iter/") || starts(below, "core/src/ops/function.rs");
    return f->fn && (starts(path_begin(f->fn), "core::iter::") || starts(path_begin(f->fn), "core::ops::function::"));
}

/* COUNT: the frame tells nothing.  */
static enum rg_owner owner_of_frame(const struct rg_owner_frame *f)
{
    const char *below = f->file ? below_library(f->file) : NULL;
    enum rg_owner o = RG_OWNER_COUNT;

    if (f->file && find_text(f->file, "/hashbrown-"))
        return RG_OWNER_HASH;
    if (f->fn && find_text(f->fn, "exchange_malloc"))
        return RG_OWNER_VEC; /* vec![a, b, c] of older compilers; a Box's goes on through boxed.rs */
    if (below && f->line)
        o = owner_by(files, LENGTH(files), below);
    if (o == RG_OWNER_BOX && f->fn && starts(f->fn, "new_uninit<["))
        return RG_OWNER_VEC; /* what vec![a, b, c] is made from */
    if (below && f->line)
        return o;
    if (f->fn)
        o = owner_by(paths, LENGTH(paths), path_begin(f->fn));
    return o;
}

static bool is_runtime_frame(const struct rg_owner_frame *f)
{
    const char *fn = f->fn ? path_begin(f->fn) : "";

    if (f->fn && find_text(f->fn, "_short_backtrace"))
        return false;
    for (size_t i = 0; i < LENGTH(runtime_paths); i++)
        if (starts(fn, runtime_paths[i]))
            return true;
    for (size_t i = 0; f->file && i < LENGTH(runtime_files); i++)
        if (find_text(f->file, runtime_files[i]))
            return true;
    return false;
}

static bool is_libc_object(const char *obj)
{
    return obj && (find_text(obj, "/libc.so") || find_text(obj, "/ld-linux") || find_text(obj, "/libc-2") ||
                   find_text(obj, "/libpthread"));
}

static bool is_libc_function(const char *fn)
{
    for (size_t i = 0; i < LENGTH(libc_functions); i++)
        if (starts(fn, libc_functions[i]))
            return true;
    return false;
}

/* The lowest frames of every program and thread, which say nothing of who allocated.  */
static bool is_below_main(const struct rg_owner_frame *f)
{
    static const char *const names[] = {"main", "(below main)", "_start", "__libc_start_main", "__libc_start_call_main",
                                        "start_thread", "clone", "clone3", "thread_start"};
    if (!f->fn)
        return true;
    for (size_t i = 0; i < LENGTH(names); i++)
        if (strlen(f->fn) == strlen(names[i]) && begins(f->fn, names[i]))
            return f->file == NULL || !f->line || !find_text(f->file, ".rs");
    return false;
}

/* What is inside of that are functions of the allocator, which may be a crate, and C's.  */
static uint32_t skip_allocator(const struct rg_owner_frame *f, uint32_t n)
{
    for (uint32_t i = 1; i < n && i < MAX_ALLOCATOR; i++)
        if (enters_allocator(&f[i]))
            return i;
    return 1; /* frame 0 is the allocator's function */
}

struct rg_owner_result rg_owner_of(const struct rg_owner_frame *f, uint32_t n)
{
    struct rg_owner_result r = {RG_OWNER_FFI, n, n};
    bool rust = false, own_business = false, is_value = false;
    uint32_t i;

    if (n == 0)
        return r;
    i = skip_allocator(f, n);
    for (; i < n && (is_libc_object(f[i].obj) || (f[i].fn && !f[i].line && is_libc_function(f[i].fn))); i++)
        if (f[i].fn && is_libc_function(f[i].fn))
            return (struct rg_owner_result){RG_OWNER_LIBC, i, n};
    for (; i < n && is_library_frame(&f[i]); i++) {
        enum rg_owner o = owner_of_frame(&f[i]);
        rust = true;
        own_business = own_business || is_runtime_frame(&f[i]);
        is_value = is_value || (r.owner_frame < n && calls_back(&f[i]));
        if (o != RG_OWNER_COUNT && !is_value) {
            r.owner = o;
            r.owner_frame = i;
        }
    }
    while (i < n && is_below_main(&f[i]))
        i++;
    r.site_frame = i;
    if (i == n && rust)
        own_business = true;
    if (own_business)
        r.owner = RG_OWNER_RUNTIME;
    else if (rust && r.owner_frame == n)
        r.owner = RG_OWNER_UNKNOWN;
    return r;
}

/* ---- text ---- */

static const char *const owner_words[RG_OWNER_COUNT] = {
    "heap block", "Box", "Vec", "Rc", "Arc", "VecDeque", "LinkedList", "BTreeMap", "HashMap", "channel", "thread", "C",
    "std", "libc",
};

const char *rg_owner_word(enum rg_owner owner) { return owner_words[owner]; }

/* The text between the first "<" that opens an argument list and its ">", shortened to last path elements.  */
static void put_short(struct rg_buf *b, const char *s, size_t n)
{
    size_t word = 0;

    for (size_t i = 0; i < n; i++) {
        bool ident = (s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_';
        if (ident)
            continue;
        if (s[i] == ':' && i + 1 < n && s[i + 1] == ':') {
            word = i + 2;
            i++;
            continue;
        }
        rg_buf_bytes(b, s + word, i + 1 - word);
        word = i + 1;
    }
    rg_buf_bytes(b, s + word, n - word);
}

static size_t matching(const char *s, size_t open)
{
    unsigned depth = 0;

    for (size_t i = open; s[i]; i++) {
        if (s[i] == '<')
            depth++;
        else if (s[i] == '>' && i > 0 && s[i - 1] != '-' && --depth == 0)
            return i;
    }
    return 0;
}

/* The length of the first of several arguments; the last is mostly the allocator.  */
static size_t first_argument(const char *s, size_t n)
{
    int depth = 0;

    for (size_t i = 0; i < n; i++) {
        if (s[i] == '<' || s[i] == '(' || s[i] == '[')
            depth++;
        else if ((s[i] == '>' && i > 0 && s[i - 1] != '-') || s[i] == ')' || s[i] == ']')
            depth--;
        else if (s[i] == ',' && depth == 0)
            return i;
    }
    return n;
}

/* Names like new<cases::Node>, or Rc<cases::Node>::new, or allocate<RcInner<cases::Node>>.  */
static bool put_argument(struct rg_buf *b, const char *fn)
{
    static const char *const inner[] = {"RcInner<", "ArcInner<", "RcBox<"};
    size_t open = 0, end;
    const char *p;

    for (size_t i = 0; i < LENGTH(inner); i++)
        if ((p = find_text(fn, inner[i]))) {
            open = p - fn + strlen(inner[i]) - 1;
            end = matching(fn, open);
            if (end)
                put_short(b, fn + open + 1, end - open - 1);
            return end != 0;
        }
    while (fn[open] && (fn[open] != '<' || open == 0))
        open++;
    if (!fn[open] || !(end = matching(fn, open)) || end == open + 1)
        return false;
    put_short(b, fn + open + 1, first_argument(fn + open + 1, end - open - 1));
    return true;
}

void rg_owner_type(struct rg_buf *b, const struct rg_owner_result *r, const struct rg_owner_frame *f, uint32_t n)
{
    rg_buf_str(b, owner_words[r->owner]);
    if (r->owner_frame >= n || r->owner == RG_OWNER_RUNTIME || r->owner == RG_OWNER_LIBC || !f[r->owner_frame].fn)
        return;
    rg_buf_char(b, '<');
    size_t mark = b->n;
    if (put_argument(b, f[r->owner_frame].fn))
        rg_buf_char(b, '>');
    else
        rg_buf_cut(b, mark - 1);
}
