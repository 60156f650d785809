/* rg_allocs.c - the calls of the program's own allocator.

   SPDX-License-Identifier: GPL-2.0-or-later

   Nothing is replaced: the program runs the allocator that it has, and all its instructions count.  When a superblock is
   translated that begins where a function of an allocator begins, a call of rg_h_alloc is put into it.  That notes the
   arguments and marks the function's entry on the shadow stack, so that its return comes to rg_h_ret, and from there to
   rg_allocs_left, which finds the result in the guest's register.

   Only the outermost call counts: malloc inside of realloc, or reached by a tail call from __rust_alloc, is part of that call.
   A call that is left by longjmp is dropped when the stack pointer is found above it.  A signal handler that interrupts the
   allocator and allocates has calls of its own, behind a barrier.  free has no result, so it is done when it is entered;
   an address that is no block is none of ours (glibc frees its own thread caches through it).  realloc takes the old block out
   when it is entered, because another thread may get its address before it returns, and puts it back if it fails.

   Memory comes back from the allocator with what the last owner left in it, pointers too, which would hide leaks: of churning
   programs a third.  So a new block is cleared, unless the function has done so or it is a mapping of its own, whose pages are
   new; of a large one only the pages that have been touched.  The program may not see a difference, if it does not read what it
   has not written.  */
#include "rg_allocs.h"
#include "rg_custom.h"
#include "rg_heapevents.h"
#include "rg_roots.h"
#include "rg_sites.h"
#include "rg_unused.h"

#include "libvex_guest_amd64.h"

enum op {
    OP_MALLOC,   /* size, or count * size */
    OP_CALLOC,   /* the same, cleared */
    OP_REALLOC,  /* old, size */
    OP_FREE,     /* old */
    OP_POSIX,    /* where to store the address; result 0: success */
    OP_IN_PLACE, /* old, size: stays where it is; the result is its real size */
    OP_EXIT,     /* no allocation: the end of the program begins */
};

/* Numbers of arguments, from 1; 0: has none.  */
struct model {
    const HChar *name;
    UChar op, old, size, count;
};

static const struct model models[] = {
    {"malloc", OP_MALLOC, 0, 1, 0},
    {"calloc", OP_CALLOC, 0, 1, 2},
    {"zalloc", OP_CALLOC, 0, 1, 0},
    {"realloc", OP_REALLOC, 1, 2, 0},
    {"reallocarray", OP_REALLOC, 1, 2, 3},
    {"free", OP_FREE, 1, 0, 0},
    {"memalign", OP_MALLOC, 0, 2, 0},
    {"posix_memalign", OP_POSIX, 1, 3, 0},
    {"rust_realloc", OP_REALLOC, 1, 4, 0}, /* old, old size, alignment, size */
    {"sn_realloc", OP_REALLOC, 1, 4, 0},   /* old, alignment, old size, size */
    {"zmemalign", OP_CALLOC, 0, 2, 0},
    {"resize", OP_IN_PLACE, 1, 2, 0},
    {"exit", OP_EXIT, 0, 0, 0},
};

/* Families of names: PREFIX followed by one of the first N of the names below.  Without a prefix, "new" or "zalloc" may be
   anything.  */
enum { N_LIBC = 11, N_JEMALLOC = 16, N_ALL = 38 };

static const struct {
    const HChar *prefix;
    UInt n;
} families[] = {{"", N_LIBC}, {"__libc_", N_LIBC}, {"__", N_LIBC}, {"_rjem_", N_JEMALLOC}, {"_rjem_je_", N_JEMALLOC},
                {"je_", N_JEMALLOC}, {"tc_", N_ALL}, {"mi_", N_ALL}, {"sn_", N_ALL}};

static const struct {
    const HChar *name, *model;
} names[N_ALL] = {
    {"malloc", "malloc"},
    {"calloc", "calloc"},
    {"realloc", "realloc"},
    {"reallocarray", "reallocarray"},
    {"free", "free"},
    {"cfree", "free"},
    {"memalign", "memalign"},
    {"aligned_alloc", "memalign"},
    {"posix_memalign", "posix_memalign"},
    {"valloc", "malloc"},
    {"pvalloc", "malloc"},
    {"mallocx", "malloc"},
    {"rallocx", "realloc"},
    {"xallocx", "resize"},
    {"sdallocx", "free"},
    {"dallocx", "free"},
    {"new", "malloc"},
    {"newarray", "malloc"},
    {"delete", "free"},
    {"deletearray", "free"},
    {"zalloc", "zalloc"},
    {"malloc_aligned", "malloc"},
    {"zalloc_aligned", "zalloc"},
    {"calloc_aligned", "calloc"},
    {"realloc_aligned", "realloc"},
    {"rezalloc", "realloc"},
    {"reallocn", "reallocarray"},
    {"free_size", "free"},
    {"free_aligned", "free"},
    {"free_size_aligned", "free"},
    {"malloc_small", "malloc"},
    {"zalloc_small", "zalloc"},
    {"new_aligned", "malloc"},
    {"new_nothrow", "malloc"},
    {"rust_alloc", "memalign"},
    {"rust_alloc_zeroed", "zmemalign"},
    {"rust_dealloc", "free"},
    {"rust_realloc", "sn_realloc"},
};

/* C++: operator new and delete, in all their forms.  */
static const struct {
    const HChar *begin, *model;
} operators[] = {{"_Znwm", "malloc"}, {"_Znam", "malloc"}, {"_ZdlPv", "free"}, {"_ZdaPv", "free"}};

struct rg_alloc_fn {
    struct model m;
    Addr entry;
    Bool glibc; /* its blocks have glibc's headers */
};

struct rg_heap *rg_allocs_heap;
UInt *rg_allocs_waiting;

/* A call that has not returned.  SP 0: no call, but the barrier under a signal handler's.  */
struct waiting {
    Addr sp, ret;
    const struct rg_alloc_fn *fn;
    UWord old, size;
    UInt site, depth; /* depth: of its frame on the shadow stack */
    Bool took_old;
    struct rg_heap_block old_block;
};

enum { MAX_WAITING = 64, MAX_OPTIONS = 64, LARGE = 256 << 10 };

struct thread {
    struct waiting *waiting;
    Addr newest; /* the block it allocated last */
    UWord left[RG_ALLOCS_REGISTERS]; /* registers when its last call returned */
};

static struct {
    struct thread *threads;
    struct {
        HChar *name;
        const struct model *model;
    } options[MAX_OPTIONS];
    UInt n_options;
    ThreadId last_tid;
    ULong others; /* instructions of the other threads */
    Addr lo, hi;  /* all blocks ever */
    Bool in_program;
} a = {.lo = ~(Addr)0};

/* ---- which functions ---- */

static const struct model *model_named(const HChar *name)
{
    for (UInt i = 0; i < sizeof models / sizeof models[0]; i++)
        if (VG_(strcmp)(models[i].name, name) == 0)
            return &models[i];
    return NULL;
}

const HChar *rg_allocs_add_option(const HChar *text)
{
    const HChar *colon = VG_(strrchr)(text, ':');
    const struct model *m = colon ? model_named(colon + 1) : NULL;

    if (!m || m->op == OP_EXIT || colon == text)
        return "--alloc-fn takes NAME:MODEL, where MODEL is malloc, calloc, zalloc, realloc, reallocarray, free, memalign, "
               "zmemalign, posix_memalign, rust_realloc, sn_realloc or resize";
    if (a.n_options == MAX_OPTIONS)
        return "--alloc-fn can be given 64 times";
    a.options[a.n_options].name = VG_(strdup)("rg.allocs", text);
    a.options[a.n_options].name[colon - text] = 0;
    a.options[a.n_options++].model = m;
    return NULL;
}

static const struct model *model_of_operator(const HChar *symbol)
{
    for (UInt i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (VG_(strncmp)(symbol, operators[i].begin, VG_(strlen)(operators[i].begin)) == 0)
            return model_named(operators[i].model);
    return NULL;
}

static const struct model *model_of(const HChar *symbol)
{
    for (UInt i = 0; i < a.n_options; i++)
        if (VG_(strcmp)(symbol, a.options[i].name) == 0)
            return a.options[i].model;
    if (VG_(strcmp)(symbol, "exit") == 0)
        return model_named("exit");
    if (symbol[0] == '_' && symbol[1] == 'Z')
        return model_of_operator(symbol);
    for (UInt f = 0; f < sizeof families / sizeof families[0]; f++) {
        SizeT n = VG_(strlen)(families[f].prefix);
        if (VG_(strncmp)(symbol, families[f].prefix, n) != 0)
            continue;
        for (UInt i = 0; i < families[f].n; i++)
            if (VG_(strcmp)(symbol + n, names[i].name) == 0)
                return model_named(names[i].model);
    }
    return NULL;
}

static const HChar *basename_of(const HChar *path)
{
    const HChar *slash = VG_(strrchr)(path, '/');
    return slash ? slash + 1 : path;
}

static Bool is_libc(const HChar *path)
{
    const HChar *base = basename_of(path);
    return VG_(strncmp)(base, "libc.so", 7) == 0 || VG_(strncmp)(base, "libc-2.", 7) == 0;
}

const struct rg_alloc_fn *rg_allocs_function(Addr at)
{
    const struct model *m;
    struct rg_alloc_fn *fn;
    struct rg_place *p;
    const HChar *symbol;
    PtrdiffT into;

    if (!rg_allocs_heap || !VG_(get_inst_offset_in_function)(VG_(current_DiEpoch)(), at, &into) || into != 0 ||
        !VG_(get_fnname_raw)(VG_(current_DiEpoch)(), at, &symbol) || !(m = model_of(symbol)))
        return NULL;
    p = rg_place_of_executed(at);
    if (rg_code_is_dynamic_linker(p->obj) || (m->op == OP_EXIT && !is_libc(p->obj->name)))
        return NULL;
    fn = rg_pool(sizeof *fn);
    fn->m = *m;
    fn->entry = at;
    fn->glibc = is_libc(p->obj->name);
    if (m->op == OP_MALLOC && !VG_(strstr)(basename_of(p->obj->name), ".so"))
        a.in_program = True;
    return fn;
}

Bool rg_allocs_is_internal(const HChar *symbol)
{
    static const HChar *const prefixes[] = {"_rjem_", "je_", "jemalloc_", "mi_", "_mi_", "sn_", "tc_"};

    for (UInt i = 0; symbol && i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (VG_(strncmp)(symbol, prefixes[i], VG_(strlen)(prefixes[i])) == 0)
            return True;
    return False;
}

Bool rg_allocs_in_program(void) { return a.in_program; }

/* ---- calls ---- */

ULong rg_allocs_now(void)
{
    if (a.last_tid != rg_current_tid) {
        a.others = rg_threads_instructions() - rg_s.total;
        a.last_tid = rg_current_tid;
    }
    return a.others + rg_s.total;
}

static UWord guest_word(PtrdiffT offset)
{
    UWord v;
    VG_(get_shadow_regs_area)(rg_current_tid, (UChar *)&v, 0, offset, sizeof v);
    return v;
}

static UWord argument(UInt n)
{
    static const PtrdiffT at[] = {
        __builtin_offsetof(VexGuestAMD64State, guest_RDI), __builtin_offsetof(VexGuestAMD64State, guest_RSI),
        __builtin_offsetof(VexGuestAMD64State, guest_RDX), __builtin_offsetof(VexGuestAMD64State, guest_RCX)};
    return n ? guest_word(at[n - 1]) : 0;
}

Bool rg_allocs_inside(void)
{
    UInt n = rg_allocs_waiting ? rg_allocs_waiting[rg_current_tid] : 0;
    return n > 0 && a.threads[rg_current_tid].waiting[n - 1].sp != 0;
}

static void free_block(Addr old)
{
    struct rg_heap_block b;
    Addr *newest = &a.threads[rg_current_tid].newest;

    rg_custom_outer_freed(old);
    if (!old || !rg_heap_remove(rg_allocs_heap, old, rg_allocs_now(), &b))
        return;
    rg_heap_was_unused(rg_allocs_heap, b.site, rg_unused_tail(&b));
    if (*newest == old) {
        rg_heap_was_temporary(rg_allocs_heap, b.site, b.size);
        *newest = 0;
    }
}

/* The return is to be seen: the entry on the shadow stack gets what makes the pop come to rg_h_ret.  */
static void watch_return(Addr sp)
{
    struct rg_frame *f = rg_s.top;

    if ((f->sp & ~(Addr)2) == sp) {
        f->ret = *(const Addr *)sp;
        f->sp |= 1;
    }
}

static void drop_left(Addr sp)
{
    UInt *n = &rg_allocs_waiting[rg_current_tid];
    struct waiting *w = a.threads[rg_current_tid].waiting;

    while (*n > 0 && w[*n - 1].sp != 0 && w[*n - 1].sp < sp)
        --*n;
}

VG_REGPARM(1) void rg_h_alloc(const struct rg_alloc_fn *fn)
{
    Addr sp = VG_(get_SP)(rg_current_tid);
    UInt *n = &rg_allocs_waiting[rg_current_tid];
    struct waiting *w;

    if (fn->m.op == OP_EXIT) {
        rg_roots_clear_below(sp);
        return;
    }
    if (*n)
        drop_left(sp);
    if (rg_allocs_inside())
        return;
    if (fn->m.op == OP_FREE) {
        free_block(argument(fn->m.old));
        return;
    }
    if (*n == MAX_WAITING)
        return;
    if (!a.threads[rg_current_tid].waiting)
        a.threads[rg_current_tid].waiting = RG_ALLOC("rg.allocs", MAX_WAITING * sizeof *w);
    w = &a.threads[rg_current_tid].waiting[(*n)++];
    *w = (struct waiting){.sp = sp, .ret = *(const Addr *)sp, .fn = fn, .old = argument(fn->m.old), .size = argument(fn->m.size)};
    if (fn->m.count)
        w->size *= argument(fn->m.count);
    w->site = rg_sites_now(fn->entry);
    w->depth = rg_s.top - rg_thread_of(rg_current_tid)->base;
    if (fn->m.op == OP_REALLOC && w->old)
        w->took_old = rg_heap_remove(rg_allocs_heap, w->old, rg_allocs_now(), &w->old_block);
    watch_return(sp);
}

/* ---- returns ---- */

/* glibc notes in the header before a block that it has a mapping of its own.  */
static Bool is_mapped(const struct waiting *w, Addr p)
{
    return w->fn->glibc && (*(const UWord *)(p - 8) & 2);
}

/* Pages that nobody has touched are zero, and shall not come to be.  */
static void clear(Addr p, SizeT from, SizeT size)
{
    if (from >= size)
        return;
    if (size - from >= LARGE)
        rg_roots_clear(p + from, size - from);
    else
        VG_(memset)((void *)(p + from), 0, size - from);
}

void rg_allocs_note_range(Addr p, SizeT size)
{
    if (p < a.lo)
        a.lo = p;
    if (p + size >= a.hi)
        a.hi = p + size + 1;
}

Bool rg_allocs_may_point(UWord v) { return v >= a.lo && v < a.hi; }

static void new_block(const struct waiting *w, Addr p, SizeT kept)
{
    Bool mapped = is_mapped(w, p), unknown = w->fn->m.op == OP_REALLOC && w->old && !w->took_old;
    Bool zeros = w->fn->m.op == OP_CALLOC || unknown || (w->took_old && (w->old_block.flags & RG_HEAP_ZEROS));

    rg_heap_expect(rg_allocs_heap, p);
    if (!mapped && w->fn->m.op != OP_CALLOC)
        clear(p, kept, w->size);
    rg_heap_add(rg_allocs_heap, p, w->size, w->site, rg_allocs_now(), (mapped ? RG_HEAP_MAPPED : 0) | (zeros ? RG_HEAP_ZEROS : 0));
    if (rg_opt.heap_events)
        rg_heapevents_add(rg_stack_rare_below(w->depth), w->size);
    rg_allocs_note_range(p, w->size);
    a.threads[rg_current_tid].newest = p;
}

static void returned(const struct waiting *w, UWord result)
{
    switch ((enum op)w->fn->m.op) {
    case OP_MALLOC:
    case OP_CALLOC:
        if (result)
            new_block(w, result, 0);
        return;
    case OP_POSIX:
        if ((UInt)result == 0)
            new_block(w, *(const Addr *)w->old, 0);
        return;
    case OP_REALLOC:
        if (!result) {
            if (w->took_old && w->size > 0)
                rg_heap_put_back(rg_allocs_heap, &w->old_block, rg_allocs_now());
            return;
        }
        new_block(w, result, w->took_old ? w->old_block.size : w->old ? w->size : 0);
        if (!w->took_old)
            return;
        rg_heap_was_realloc(rg_allocs_heap, w->site,
                            result == w->old ? 0 : w->old_block.size < w->size ? w->old_block.size : w->size);
        if (w->old_block.size > w->size)
            rg_heap_was_unused(rg_allocs_heap, w->old_block.site, w->old_block.size - w->size);
        return;
    case OP_IN_PLACE:
        if (result >= w->size)
            rg_heap_resize(rg_allocs_heap, w->old, w->size, rg_allocs_now());
        return;
    case OP_FREE:
    case OP_EXIT: return;
    }
}

void rg_allocs_left(Addr dst, Addr sp)
{
    UInt *n = &rg_allocs_waiting[rg_current_tid];
    struct waiting *w = &a.threads[rg_current_tid].waiting[*n - 1];

    if (w->sp == 0 || sp <= w->sp)
        return;
    --*n;
    if (sp == w->sp + 8 && dst == w->ret)
        VG_(get_shadow_regs_area)(rg_current_tid, (UChar *)a.threads[rg_current_tid].left, 0,
                                  __builtin_offsetof(VexGuestAMD64State, guest_RAX), sizeof a.threads[0].left);
    if (sp == w->sp + 8 && dst == w->ret)
        returned(w, guest_word(__builtin_offsetof(VexGuestAMD64State, guest_RAX)));
    else
        drop_left(sp);
}

/* Registers that a function may leave in any state, but not RAX, which has the result.  By number: RCX, RDX, RSI, RDI, R8 to
   R11.  */
Bool rg_allocs_left_in_register(ThreadId tid, UInt reg, UWord value)
{
    static const UInt caller_saved = 1 << 1 | 1 << 2 | 1 << 6 | 1 << 7 | 0xf << 8;
    return (caller_saved & (1 << reg)) && a.threads[tid].left[reg] == value;
}

/* ---- signals, threads ---- */

void rg_allocs_signal(Bool begins)
{
    UInt *n;
    struct waiting **w;

    if (!rg_allocs_waiting)
        return;
    rg_sites_forget();
    n = &rg_allocs_waiting[rg_current_tid];
    w = &a.threads[rg_current_tid].waiting;
    if (begins) {
        if (!*w)
            *w = RG_ALLOC("rg.allocs", MAX_WAITING * sizeof **w);
        if (*n < MAX_WAITING)
            (*w)[(*n)++] = (struct waiting){.sp = 0};
        return;
    }
    while (*n > 0 && (*w)[--*n].sp != 0)
        ;
}

void rg_allocs_thread_gone(ThreadId tid)
{
    if (!rg_allocs_waiting)
        return;
    rg_allocs_waiting[tid] = 0;
    a.threads[tid].newest = 0;
    rg_sites_thread_gone(tid);
}

void rg_allocs_init(void)
{
    rg_allocs_heap = rg_heap_new();
    rg_allocs_waiting = RG_ALLOC("rg.allocs", VG_N_THREADS * sizeof *rg_allocs_waiting);
    a.threads = RG_ALLOC("rg.allocs", VG_N_THREADS * sizeof *a.threads);
    rg_sites_init();
}
