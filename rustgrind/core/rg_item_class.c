/* rg_item_class.c - classes of functions, and which crates are Rust's own.

   SPDX-License-Identifier: GPL-2.0-or-later

   Tables of keys: one ending in :: is a module and what is in it, one ending in * a beginning of a name, others are one
   function. The first row that fits decides; those of Rust have more than SURE bytes before the first *.  What C libraries do
   for Rust programs is classified by plain names.  */
#include "rg_item_priv.h"

enum { SURE = 6 }; /* core:: */

static const struct {
    const char *key;
    unsigned classes;
} rust_rules[] = {
    { "core::ptr::drop_in_place", RG_CLASS_DROP },
    { "std::panicking::try", RG_CLASS_RUNTIME },
    { "std::panicking::try::", RG_CLASS_RUNTIME },
    { "std::panicking::catch_unwind", RG_CLASS_RUNTIME },
    { "std::panicking::catch_unwind::", RG_CLASS_RUNTIME },
    { "std::panic::catch_unwind", RG_CLASS_RUNTIME },
    { "__rustc::rust_begin_unwind", RG_CLASS_PANIC },
    { "__rustc::rust_panic*", RG_CLASS_PANIC },
    { "__rustc::__rust_start_panic", RG_CLASS_PANIC },
    { "__rustc::__rust_panic*", RG_CLASS_PANIC },
    { "__rustc::__rust_drop_panic", RG_CLASS_PANIC },
    { "__rustc::__rust_foreign_exception", RG_CLASS_PANIC },
    { "__rustc::__rust_alloc_error_handler*", RG_CLASS_PANIC },
    { "__rustc::__r*", RG_CLASS_ALLOCATION },
    { "core::panicking::", RG_CLASS_PANIC },
    { "std::panicking::", RG_CLASS_PANIC },
    { "core::option::unwrap_failed", RG_CLASS_PANIC },
    { "core::option::expect_failed", RG_CLASS_PANIC },
    { "core::result::unwrap_failed", RG_CLASS_PANIC },
    { "core::cell::panic_*", RG_CLASS_PANIC },
    { "core::str::slice_error_fail*", RG_CLASS_PANIC },
    { "core::slice::index::slice_*", RG_CLASS_PANIC },
    { "core::slice::copy_from_slice_impl::len_mismatch_fail", RG_CLASS_PANIC },
    { "core::num::int_*", RG_CLASS_PANIC },
    { "alloc::raw_vec::capacity_overflow", RG_CLASS_PANIC },
    { "alloc::raw_vec::handle_error", RG_CLASS_PANIC },
    { "alloc::alloc::handle_alloc_error", RG_CLASS_PANIC },
    { "std::alloc::rust_oom", RG_CLASS_PANIC },
    { "panic_unwind::", RG_CLASS_PANIC },
    { "panic_abort::", RG_CLASS_PANIC },
    { "alloc::alloc::", RG_CLASS_ALLOCATION },
    { "alloc::raw_vec::", RG_CLASS_ALLOCATION },
    { "std::alloc::", RG_CLASS_ALLOCATION },
    { "std::sys::alloc::", RG_CLASS_ALLOCATION },
    { "std::rt::", RG_CLASS_RUNTIME },
    { "std::sys::backtrace::__rust_begin_short_backtrace", RG_CLASS_RUNTIME | RG_CLASS_GLUE },
    { "std::sys::backtrace::__rust_end_short_backtrace", RG_CLASS_RUNTIME | RG_CLASS_GLUE },
    { "std::sys_common::backtrace::__rust_begin_short_backtrace", RG_CLASS_RUNTIME | RG_CLASS_GLUE },
    { "std::sys_common::backtrace::__rust_end_short_backtrace", RG_CLASS_RUNTIME | RG_CLASS_GLUE },
    { "std::thread::lifecycle::spawn_unchecked::", RG_CLASS_RUNTIME }, /* its closures are a thread's beginning */
    { "std::thread::Builder::spawn_unchecked_::", RG_CLASS_RUNTIME },
    { "std::sys::thread::unix::Thread::new::thread_start", RG_CLASS_RUNTIME },
    { "std::sys::pal::unix::thread::Thread::new::thread_start", RG_CLASS_RUNTIME },
    { "std::sys::pal::unix::init*", RG_CLASS_RUNTIME },
    { "std::sys::pal::unix::stack_overflow::", RG_CLASS_RUNTIME },
    { "core::ops::function::FnOnce::call_once", RG_CLASS_GLUE },
    { "core::ops::function::FnMut::call_mut", RG_CLASS_GLUE },
    { "core::ops::function::Fn::call", RG_CLASS_GLUE },
}, other_rules[] = {
    { "__rust_start_panic", RG_CLASS_PANIC },
    { "rust_begin_unwind", RG_CLASS_PANIC },
    { "rust_panic", RG_CLASS_PANIC },
    { "rust_eh_personality", RG_CLASS_PANIC },
    { "_Unwind_*", RG_CLASS_PANIC },
    { "__rust_*alloc*", RG_CLASS_ALLOCATION },
    { "__rdl_*", RG_CLASS_ALLOCATION },
    { "__rg_*", RG_CLASS_ALLOCATION },
    { "malloc", RG_CLASS_ALLOCATION },
    { "calloc", RG_CLASS_ALLOCATION },
    { "realloc", RG_CLASS_ALLOCATION },
    { "free", RG_CLASS_ALLOCATION },
    { "cfree", RG_CLASS_ALLOCATION },
    { "memalign", RG_CLASS_ALLOCATION },
    { "aligned_alloc", RG_CLASS_ALLOCATION },
    { "posix_memalign", RG_CLASS_ALLOCATION },
    { "malloc_*", RG_CLASS_ALLOCATION },
    { "_int_malloc", RG_CLASS_ALLOCATION },
    { "_int_free*", RG_CLASS_ALLOCATION },
    { "_int_realloc", RG_CLASS_ALLOCATION },
    { "_int_memalign", RG_CLASS_ALLOCATION },
    { "_mid_memalign*", RG_CLASS_ALLOCATION },
    { "sysmalloc*", RG_CLASS_ALLOCATION },
    { "systrim*", RG_CLASS_ALLOCATION },
    { "unlink_chunk*", RG_CLASS_ALLOCATION },
    { "tcache_*", RG_CLASS_ALLOCATION },
    { "alloc_perturb", RG_CLASS_ALLOCATION },
    { "__libc_memalign", RG_CLASS_ALLOCATION },
    { "main", RG_CLASS_RUNTIME },
    { "_start", RG_CLASS_RUNTIME },
    { "start_thread", RG_CLASS_RUNTIME },
    { "clone", RG_CLASS_RUNTIME },
    { "__clone", RG_CLASS_RUNTIME },
    { "clone3", RG_CLASS_RUNTIME },
    { "__clone3", RG_CLASS_RUNTIME },
    { "(below main)", RG_CLASS_RUNTIME },
    { "__libc_start_*", RG_CLASS_RUNTIME },
    { "__libc_csu_init", RG_CLASS_RUNTIME },
    { "_init", RG_CLASS_RUNTIME },
    { "_fini", RG_CLASS_RUNTIME },
};

static bool fits(const char *rule, const char *key, size_t n)
{
    size_t i = 0;

    while (i < n && rule[i] == key[i])
        i++;
    if (rule[i] == '\0')
        return i == n || (i > 2 && rule[i - 1] == ':');
    if (rule[i] != '*')
        return false;
    const char *rest = rule + i + 1; /* *middle*: what follows the first star must occur */
    size_t len = strlen(rest);
    if (len == 0)
        return true;
    for (len--; i + len <= n; i++)
        if (memcmp(key + i, rest, len) == 0)
            return true;
    return false;
}

/* Implementations of Fn, FnMut and FnOnce in the library only call on: that of Box<F>, of &F, of AssertUnwindSafe<F>.  */
static bool calls_on(struct rg_item *it)
{
    static const char trait[] = " as core::ops::function::Fn";
    const char *label = rg_buf_cstr(&it->label);

    if (label[0] != '<')
        return false;
    for (size_t i = 0; i + sizeof trait - 1 <= it->label.n; i++)
        if (label[i] == ' ' && memcmp(label + i, trait, sizeof trait - 1) == 0)
            return rg_item_is_std(rg_buf_cstr(&it->crate));
    return false;
}

void rg_item_classify(struct rg_item *it)
{
    const char *key = rg_buf_cstr(&it->key);

    if (it->is_rust) {
        if ((it->classes & RG_CLASS_CLOSURE) == 0 && calls_on(it))
            it->classes |= RG_CLASS_GLUE;
        for (size_t i = 0; i < sizeof rust_rules / sizeof *rust_rules && it->key.n > SURE; i++)
            if (rust_rules[i].key[SURE] == key[SURE] && fits(rust_rules[i].key, key, it->key.n)) {
                it->classes |= rust_rules[i].classes;
                return;
            }
        return;
    }
    for (size_t i = 0; i < sizeof other_rules / sizeof *other_rules; i++)
        if (fits(other_rules[i].key, key, it->key.n)) {
            it->classes |= other_rules[i].classes;
            return;
        }
}

const char *rg_item_class_name(unsigned i)
{
    static const char *const names[RG_N_CLASSES] = { "glue", "drop", "panic", "allocation", "runtime", "async", "closure" };

    RG_ASSERT(i < RG_N_CLASSES);
    return names[i];
}

bool rg_item_is_std(const char *crate)
{
    static const char *const crates[] = {
        "core", "alloc", "std", "__rustc", "proc_macro", "test", "hashbrown", "gimli", "addr2line", "object", "miniz_oxide", "memchr",
        "rustc_demangle", "panic_unwind", "panic_abort", "unwind", "std_detect", "compiler_builtins", "adler2", "cfg_if", "libc",
    };

    size_t n = strlen(crate);
    for (size_t i = 0; i < sizeof crates / sizeof *crates; i++)
        if (crate[0] == crates[i][0] && n == strlen(crates[i]) && memcmp(crate, crates[i], n) == 0)
            return true;
    return false;
}
