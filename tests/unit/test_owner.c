/* test_owner.c - rg_owner: frames as compilers leave them.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <string.h>

#include "rg_owner.h"
#include "suites.h"

#define LIB "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/"

enum { MAX = 8 };

static const struct {
    enum rg_owner owner;
    uint32_t site;
    const char *type;
    struct rg_owner_frame f[MAX];
} cases[] = {
    /* -O: everything inlined into the user's function.  */
    {RG_OWNER_RC, 4, "Rc<RcNode>", {{"malloc", "malloc.c", "/lib/libc.so.6", 3281},
        {"alloc", LIB "alloc/src/alloc.rs", "/x", 95},
        {"new<alloc::rc::RcInner<cases::RcNode>>", LIB "alloc/src/boxed.rs", "/x", 286},
        {"new<cases::RcNode>", LIB "alloc/src/rc.rs", "/x", 420},
        {"cases::rc_cycle", "cases.rs", "/x", 64}}},
    {RG_OWNER_VEC, 3, "Vec<u8>", {{"malloc", NULL, "/lib/libc.so.6", 0},
        {"alloc", LIB "alloc/src/alloc.rs", "/x", 95},
        {"with_capacity_in<u8, alloc::alloc::Global>", LIB "alloc/src/raw_vec/mod.rs", "/x", 150},
        {"cases::forget_vec", "cases.rs", "/x", 61}}},
    /* What vec![a, b, c] is made from.  */
    {RG_OWNER_VEC, 3, "Vec<[Box<dyn Tr>; 3]>", {{"malloc", NULL, NULL, 0},
        {"box_new_uninit", LIB "alloc/src/boxed.rs", "/x", 248},
        {"new_uninit<[alloc::boxed::Box<dyn cases::Tr>; 3]>", LIB "alloc/src/boxed.rs", "/x", 317},
        {"cases::vec_box_dyn_forget", "cases.rs", "/x", 100}}},
    /* An allocator from a crate.  */
    {RG_OWNER_BOX, 6, "Box<u64>", {{"_rjem_malloc", "jemalloc.c", "/x", 2700},
        {"ifree", "jemalloc.c", "/x", 2701}, {"alloc", "/h/tikv-jemallocator-0.6.0/src/lib.rs", "/x", 103},
        {"__rust_alloc", "main.rs", "/x", 1}, {"alloc", LIB "alloc/src/alloc.rs", "/x", 95}, {"new<u64>", LIB "alloc/src/boxed.rs", "/x", 3},
        {"cases::f", "cases.rs", "/x", 5}}},
    /* A box that map(Box::new) made for a Vec.  */
    {RG_OWNER_BOX, 5, "Box<u64>", {{"malloc", NULL, NULL, 0},
        {"new<u64>", LIB "alloc/src/boxed.rs", "/x", 3},
        {"call_mut<fn(u64)>", LIB "core/src/ops/function.rs", "/x", 1},
        {"fold<Box<u64>>", LIB "core/src/iter/adapters/map.rs", "/x", 1},
        {"from_iter<Box<u64>>", LIB "alloc/src/vec/mod.rs", "/x", 9}, {"cases::f", "cases.rs", "/x", 5}}},
    /* The tree of std that rustup installs.  */
    {RG_OWNER_ARC, 2, "Arc", {{"malloc", NULL, NULL, 0},
        {"UnknownInlinedFun", "/home/u/.rustup/toolchains/x/lib/rustlib/src/rust/library/alloc/src/sync.rs", "/x", 1},
        {"cases::f", "cases.rs", "/x", 64}}},
    /* hashbrown is a crate of its own inside of std.  */
    {RG_OWNER_HASH, 3, "HashMap<(u64, u64)>", {{"malloc", NULL, NULL, 0},
        {"alloc", LIB "alloc/src/alloc.rs", "/x", 95},
        {"reserve_rehash<(u64, u64), alloc::alloc::Global>",
         "/rust/deps/hashbrown-0.16.1/src/raw/mod.rs", "/x", 3},
        {"cases::hashmap", "cases.rs", "/x", 64}}},
    /* Without line information the path of the name counts, not those of its arguments.  */
    {RG_OWNER_VEC, 2, "Vec<Box<u8>>", {{"malloc", NULL, NULL, 0},
        {"<alloc::raw_vec::RawVec<alloc::boxed::Box<u8>>>::grow_one", NULL, "/x", 0},
        {"cases::f", "cases.rs", "/x", 64}}},
    /* C's malloc, called from Rust or C.  */
    {RG_OWNER_FFI, 1, "C", {{"malloc", NULL, "/lib/libc.so.6", 0}, {"cases::libc_malloc_lost", "cases.rs", "/x", 5}}},
    {RG_OWNER_FFI, 2, "C", {{"malloc", NULL, "/lib/libc.so.6", 0}, {"strdup", "strdup.c", "/lib/libc.so.6", 42},
        {"cases::libc_strdup_lost", "cases.rs", "/x", 5}}},
    /* libc's own.  */
    {RG_OWNER_LIBC, 5, "libc", {{"calloc", NULL, "/lib/libc.so.6", 0}, {"allocate_dtv", "dl-tls.c", "/lib/ld-linux-x86-64.so.2", 370},
        {"_dl_allocate_tls", "dl-tls.c", "/lib/ld-linux-x86-64.so.2", 629}, {"pthread_create", NULL, "/lib/libc.so.6", 0},
        {"main", "t.c", "/x", 5}}},
    /* std's own: in a function that is its business, or with nobody else below.  */
    {RG_OWNER_RUNTIME, 4, "std", {{"malloc", NULL, NULL, 0},
        {"new<u8>", LIB "alloc/src/sync.rs", "/x", 3},
        {"std::thread::current::init_current", LIB "std/src/thread/current.rs", "/x", 3},
        {"std::sync::mpmc::recv", LIB "std/src/sync/mpmc/mod.rs", "/x", 3}, {"cases::f", "cases.rs", "/x", 5}}},
    {RG_OWNER_RUNTIME, 4, "std", {{"malloc", NULL, NULL, 0},
        {"insert", LIB "alloc/src/collections/btree/map.rs", "/x", 3},
        {"lang_start", LIB "std/src/rt.rs", "/x", 3}, {"main", NULL, "/x", 0}}},
    /* A thread that the program starts is the program's.  */
    {RG_OWNER_THREAD, 4, "thread<{closure_env#0}>", {{"malloc", NULL, NULL, 0},
        {"new<std::thread::lifecycle::Packet<()>>", LIB "alloc/src/sync.rs", "/x", 422},
        {"std::thread::lifecycle::spawn_unchecked", LIB "std/src/thread/lifecycle.rs", "/x", 57},
        {"spawn<cases::f::{closure_env#0}, ()>", LIB "std/src/thread/functions.rs", "/x", 131}, {"cases::f", "cases.rs", "/x", 97}}},
    {RG_OWNER_CHANNEL, 3, "channel<u64>", {{"malloc", NULL, NULL, 0},
        {"new<Counter<u64>>", LIB "alloc/src/boxed.rs", "/x", 3},
        {"channel<u64>", LIB "std/src/sync/mpsc.rs", "/x", 3}, {"cases::f", "cases.rs", "/x", 5}}},
};

static uint32_t length(const struct rg_owner_frame *f)
{
    uint32_t n = 0;
    while (n < MAX && f[n].fn)
        n++;
    return n;
}

static void owners(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t n = length(cases[i].f);
        struct rg_owner_result r = rg_owner_of(cases[i].f, n);
        struct rg_buf b;
        CU_ASSERT_EQUAL(r.owner, cases[i].owner);
        CU_ASSERT_EQUAL(r.site_frame, cases[i].site);
        rg_buf_init(&b, "t");
        rg_owner_type(&b, &r, cases[i].f, n);
        CU_ASSERT_STRING_EQUAL(rg_buf_cstr(&b), cases[i].type);
        rg_buf_free(&b);
    }
}

static void few_frames(void)
{
    static const struct rg_owner_frame f[] = {{"malloc", NULL, NULL, 0}, {NULL, NULL, NULL, 0}};
    struct rg_owner_result r = rg_owner_of(f, 0);
    CU_ASSERT_EQUAL(r.owner, RG_OWNER_FFI);
    CU_ASSERT_EQUAL(r.site_frame, 0);
    r = rg_owner_of(f, 1);
    CU_ASSERT_EQUAL(r.owner, RG_OWNER_FFI);
    r = rg_owner_of(f, 2);
    CU_ASSERT_EQUAL(r.owner, RG_OWNER_FFI);
}

static void files_of_the_library(void)
{
    CU_ASSERT_TRUE(rg_owner_is_library(LIB "core/src/iter/map.rs"));
    CU_ASSERT_TRUE(rg_owner_is_library("library/alloc/src/vec/mod.rs"));
    CU_ASSERT_FALSE(rg_owner_is_library("/home/u/library/src/main.rs"));
    CU_ASSERT_FALSE(rg_owner_is_library("src/main.rs"));
    CU_ASSERT_FALSE(rg_owner_is_library(NULL));
    CU_ASSERT_TRUE(rg_owner_is_std_symbol("_RNvNtCs1_3std4stdio6STDOUT"));
    CU_ASSERT_TRUE(rg_owner_is_std_symbol("std::io::stdio::STDOUT"));
    CU_ASSERT_FALSE(rg_owner_is_std_symbol("cases::SLOT"));
}

const struct unit_test suite_owner[] = {
    { "owners and types", owners },
    { "few frames or none", few_frames },
    { "what is the library's", files_of_the_library },
    { NULL, NULL },
};
