/* rg_roots.c - where the program may keep pointers.

   SPDX-License-Identifier: GPL-2.0-or-later

   The roots are all memory that the program can write, less what belongs to the allocator.  That is told by how it came to be:
   a mapping made while the thread is inside of the allocator is the allocator's; so is one that holds a block.  The core joins
   mappings that touch, so they are kept here as they were made.

   Of a thread's stack only what is above its stack pointer counts, and nothing of the stack of a thread that has ended, which
   glibc keeps for the next one.  Threads that end because the process does are alive for this purpose: their stack pointers and
   registers are kept from that moment.

   Pages that the program has never touched are not read: they hold no pointers, and reading them would make them exist.
   /proc/self/pagemap tells which these are; of files it also tells which pages are still as in the file.  */
#include "rg_roots.h"
#include "rg_allocs.h"
#include "rg_leakcheck.h"

#include "libvex_guest_amd64.h"

enum { PAGE = 4096, RED_ZONE = 128, MAP_BATCH = 512, BIG_BLOCK = 16 * PAGE, N_REGISTERS = 16, TEXT = 512 };
enum { MAX_STACK = 64 << 20, CLEARED = 64 << 10 };

enum { FLAG_ALLOCATOR = 1 }; /* made by the allocator */

/* A mapping as it was made: [lo, hi).  */
struct range {
    Addr lo, hi;
    UInt flags;
};

enum life { LIFE_NONE, LIFE_RUNNING, LIFE_ENDED, LIFE_CUT_OFF };

struct stack {
    enum life life;
    ThreadId tid;
    Addr lo, hi; /* mapping */
    Addr top;    /* SP when the thread began: above it are its thread-locals */
    Addr sp;     /* LIFE_CUT_OFF: at the end */
    UInt red_zone; /* bytes below SP that count */
    Addr fs;     /* the same */
    UWord regs[N_REGISTERS];
};

static struct {
    XArray *ranges; /* of struct range, sorted, without overlaps */
    XArray *stacks; /* of struct stack */
    Int pagemap;    /* file, -1: none */
    Addr ok_lo, ok_hi; /* memory known to be readable */
    ULong map[MAP_BATCH];
    Addr map_lo;    /* address of map[0] */
    UInt map_n;
    Addr run_lo, run_hi; /* pages known to be like each other */
    Bool run_touched;
} r;

/* ---- mappings ---- */

static struct range *range_nth(Word i) { return VG_(indexXA)(r.ranges, i); }

/* Index of the first range that ends behind A.  */
static Word range_from(Addr a)
{
    Word lo = 0, hi = VG_(sizeXA)(r.ranges);

    while (lo < hi) {
        Word mid = (lo + hi) / 2;
        if (range_nth(mid)->hi > a)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static void forget(Addr lo, Addr hi)
{
    for (Word i = range_from(lo); i < VG_(sizeXA)(r.ranges) && range_nth(i)->lo < hi;) {
        struct range *x = range_nth(i), rest = *x;
        if (x->lo < lo && x->hi > hi) {
            x->hi = lo;
            rest.lo = hi;
            VG_(insertIndexXA)(r.ranges, i + 1, &rest);
            return;
        }
        if (x->lo < lo) {
            x->hi = lo;
            i++;
        } else if (x->hi > hi) {
            x->lo = hi;
            return;
        } else {
            VG_(removeIndexXA)(r.ranges, i);
        }
    }
}

static void note(Addr a, SizeT len, UInt flags)
{
    struct range x = {a, a + len, flags};

    if (!len)
        return;
    forget(a, a + len);
    VG_(insertIndexXA)(r.ranges, range_from(a), &x);
}

/* Allocators also make mappings before the program calls them, and when it frees: they are known by functions of theirs that have
   been called.  */
static Bool allocator_runs(void)
{
    enum { FRAMES = 24 };
    const struct rg_thread *t = rg_allocs_heap ? rg_thread_of(rg_current_tid) : NULL;
    const struct rg_frame *f = rg_s.top;

    for (UInt i = 0; t && t->base && i < FRAMES && f >= t->base; i++, f--) {
        const struct rg_fn *fn = f->home == RG_HOME_SKIP || f->home == RG_HOME_NONE ? NULL : rg_ctx_of(f->home)->fn;
        if (fn && rg_allocs_is_internal(fn->symbol ? fn->symbol : fn->name))
            return True;
    }
    return False;
}

static UInt flags_now(void) { return rg_allocs_inside() || allocator_runs() ? FLAG_ALLOCATOR : 0; }

static void new_startup(Addr a, SizeT len, Bool rr, Bool ww, Bool xx, ULong di)
{
    (void)rr, (void)ww, (void)xx, (void)di;
    rg_leakerror_begin_suppressions(); /* they are read next */
    note(a, len, 0);
}

static void new_mmap(Addr a, SizeT len, Bool rr, Bool ww, Bool xx, ULong di)
{
    (void)rr, (void)ww, (void)xx, (void)di;
    note(a, len, flags_now());
}

static void new_brk(Addr a, SizeT len, ThreadId tid)
{
    (void)tid;
    note(a, len, flags_now());
}

static void remapped(Addr from, Addr to, SizeT len)
{
    Word i = range_from(from);
    UInt flags = i < VG_(sizeXA)(r.ranges) && range_nth(i)->lo <= from ? range_nth(i)->flags : flags_now();
    note(to, len, flags);
}

static void gone(Addr a, SizeT len)
{
    forget(a, a + len);
    for (Word i = VG_(sizeXA)(r.stacks) - 1; i >= 0; i--) {
        const struct stack *s = VG_(indexXA)(r.stacks, i);
        if (s->lo < a + len && s->hi > a && s->life == LIFE_ENDED)
            VG_(removeIndexXA)(r.stacks, i);
    }
}

void rg_roots_unmapped(Addr a, SizeT len)
{
    if (r.ranges)
        gone(a, len);
}

/* ---- threads ---- */

static struct stack *stack_of(ThreadId tid)
{
    for (Word i = VG_(sizeXA)(r.stacks) - 1; i >= 0; i--) {
        struct stack *s = VG_(indexXA)(r.stacks, i);
        if (s->tid == tid && s->life == LIFE_RUNNING)
            return s;
    }
    return NULL;
}

static void thread_starts(ThreadId tid)
{
    struct stack s = {.life = LIFE_RUNNING, .tid = tid, .top = VG_(get_SP)(tid)};
    Word i = range_from(s.top);

    if (tid == 1)
        rg_leakerror_end_suppressions(); /* they have been read by now */
    for (Word k = VG_(sizeXA)(r.stacks) - 1; k >= 0; k--) {
        const struct stack *old = VG_(indexXA)(r.stacks, k);
        if ((old->tid == tid && old->life != LIFE_ENDED) || (old->lo <= s.top && s.top < old->hi))
            VG_(removeIndexXA)(r.stacks, k);
    }
    if (i < VG_(sizeXA)(r.ranges) && range_nth(i)->lo <= s.top) {
        s.lo = range_nth(i)->lo;
        s.hi = range_nth(i)->hi;
    }
    VG_(addToXA)(r.stacks, &s);
}

void rg_roots_clear_below(Addr sp)
{
    const struct stack *s = stack_of(rg_current_tid);
    const NSegment *seg = VG_(am_find_nsegment)(sp);
    Addr lo = seg ? seg->start : sp;

    if (!s || !seg || !seg->hasW || s->top - sp > MAX_STACK)
        return;
    if (lo < s->lo && s->tid != 1)
        lo = s->lo;
    if (sp - lo > CLEARED)
        lo = sp - CLEARED;
    VG_(memset)((void *)lo, 0, sp - lo);
}

void rg_roots_thread_exits(ThreadId tid)
{
    struct stack *s = r.stacks ? stack_of(tid) : NULL;
    if (s)
        s->life = LIFE_ENDED;
}

static Addr fs_base(ThreadId tid)
{
    UWord v = 0;
    VG_(get_shadow_regs_area)(tid, (UChar *)&v, 0, __builtin_offsetof(VexGuestAMD64State, guest_FS_CONST), sizeof v);
    return v;
}

/* The red zone below SP is used by functions that call no others.  The function that runs has made a call if the shadow stack
   has,
   above the top, what is left of an entry that was pushed since the top one, with a stack pointer near SP.  */
static UInt red_zone(ThreadId tid, Addr sp)
{
    const struct rg_thread *t = rg_thread_of(tid);
    const struct rg_state *s = tid == rg_current_tid ? &rg_s : &t->saved;
    const struct rg_frame *top = s->top, *above = top + 1;
    Addr above_sp = above->sp & ~(Addr)3;

    return above->enter >= top->enter && above->enter <= s->total && above_sp < sp && sp - above_sp <= RED_ZONE ? 0 : RED_ZONE;
}

void rg_roots_thread_gone(ThreadId tid)
{
    struct stack *s = r.stacks ? stack_of(tid) : NULL;

    if (!s)
        return;
    s->life = LIFE_CUT_OFF;
    s->sp = VG_(get_SP)(tid);
    s->fs = fs_base(tid);
    s->red_zone = red_zone(tid, s->sp);
    VG_(get_shadow_regs_area)(tid, (UChar *)s->regs, 0, __builtin_offsetof(VexGuestAMD64State, guest_RAX), sizeof s->regs);
}

void rg_roots_init(void)
{
    SysRes f = VG_(open)("/proc/self/pagemap", VKI_O_RDONLY, 0);

    r.pagemap = sr_isError(f) ? -1 : VG_(safe_fd)(sr_Res(f));
    r.ranges = VG_(newXA)(VG_(malloc), "rg.ranges", VG_(free), sizeof(struct range));
    r.stacks = VG_(newXA)(VG_(malloc), "rg.stacks", VG_(free), sizeof(struct stack));
    VG_(track_new_mem_startup)(new_startup);
    VG_(track_new_mem_mmap)(new_mmap);
    VG_(track_new_mem_brk)(new_brk);
    VG_(track_copy_mem_remap)(remapped);
    VG_(track_die_mem_brk)(gone);
    VG_(track_pre_thread_first_insn)(thread_starts);
}

/* ---- pages ---- */

static const ULong PRESENT = 1ULL << 63, SWAPPED = 1ULL << 62, IS_FILE = 1ULL << 61;

/* The entry of the page at A; all bits if it cannot be told.  */
static ULong page_entry(Addr a)
{
    Addr page = a / PAGE;

    if (r.pagemap < 0)
        return PRESENT;
    if (page < r.map_lo || page >= r.map_lo + r.map_n) {
        Int n;
        r.map_n = 0;
        if (VG_(lseek)(r.pagemap, page * sizeof(ULong), VKI_SEEK_SET) < 0 ||
            (n = VG_(read)(r.pagemap, r.map, sizeof r.map)) < (Int)sizeof(ULong))
            return PRESENT;
        r.map_lo = page;
        r.map_n = n / sizeof(ULong);
    }
    return r.map[page - r.map_lo];
}

static Bool page_is_touched(Addr a) { return (page_entry(a) & (PRESENT | SWAPPED)) != 0; }

static Bool readable(Addr a)
{
    const NSegment *seg;

    if (a - r.ok_lo < r.ok_hi - r.ok_lo)
        return True;
    seg = VG_(am_find_nsegment)(a);
    if (!seg || !seg->hasR || !(seg->kind & (SkAnonC | SkFileC | SkShmC)))
        return False;
    r.ok_lo = seg->start;
    r.ok_hi = seg->end + 1;
    return True;
}

void rg_roots_begin(void)
{
    r.ok_lo = r.ok_hi = 0;
    r.map_n = 0;
    r.run_lo = r.run_hi = 0;
}

void rg_roots_clear(Addr a, SizeT len)
{
    rg_roots_begin();
    for (Addr next, end = a + len; a < end; a = next) {
        next = (a | (PAGE - 1)) + 1;
        next = next < end ? next : end;
        if (page_is_touched(a))
            VG_(memset)((void *)a, 0, next - a);
    }
}

/* Makes [run_lo, run_hi) pages around A, up to END at least where that can be, that are all touched or all not.  */
static Bool find_run(Addr a, Addr end)
{
    if (a - r.run_lo < r.run_hi - r.run_lo)
        return r.run_touched;
    r.run_lo = a & ~(Addr)(PAGE - 1);
    r.run_hi = r.run_lo + PAGE;
    r.run_touched = page_is_touched(a);
    while (r.run_hi < end && page_is_touched(r.run_hi) == r.run_touched)
        r.run_hi += PAGE;
    return r.run_touched;
}

const uint64_t *rg_roots_words(void *arg, uint64_t addr, size_t n, size_t *got)
{
    Addr page_end = (addr | (PAGE - 1)) + 1, end = addr + 8 * n;

    (void)arg;
    if (!readable(addr)) {
        *got = (end < page_end ? end - addr : page_end - addr) / 8;
        return NULL;
    }
    if (end > r.ok_hi)
        end = r.ok_hi;
    if (end - addr >= BIG_BLOCK) {
        Bool touched = find_run(addr, end);
        end = end < r.run_hi ? end : r.run_hi;
        *got = (end - addr) / 8;
        return touched ? (const uint64_t *)addr : NULL;
    }
    *got = (end - addr) / 8;
    return (const uint64_t *)addr;
}

/* ---- kinds of memory ---- */

struct part {
    Addr lo, hi;
    enum rg_leak_root_kind kind;
    ThreadId tid;
};

static const HChar *base_name(const HChar *path)
{
    const HChar *slash = VG_(strrchr)(path, '/');
    return slash ? slash + 1 : path;
}

static Bool is_libc_name(const HChar *path)
{
    const HChar *base = base_name(path);
    return VG_(strncmp)(base, "libc.so", 7) == 0 || VG_(strncmp)(base, "libc-2.", 7) == 0 ||
           VG_(strncmp)(base, "ld-linux", 8) == 0 || VG_(strncmp)(base, "ld-2.", 5) == 0 || VG_(strncmp)(base, "ld.so", 5) == 0;
}

static Bool is_data(VgSectKind k) { return k == Vg_SectData || k == Vg_SectBSS || k == Vg_SectGOT || k == Vg_SectGOTPLT; }

static enum rg_leak_root_kind kind_of_segment(const NSegment *seg)
{
    const HChar *name = NULL;

    if (seg->kind == SkFileC) {
        name = VG_(am_get_filename)(seg);
        if (!name)
            return RG_LEAK_ROOT_MAPPED;
        return is_libc_name(name) ? RG_LEAK_ROOT_LIBC : RG_LEAK_ROOT_STATIC;
    }
    if (is_data(VG_(DebugInfo_sect_kind)(&name, seg->start)))
        return name && is_libc_name(name) ? RG_LEAK_ROOT_LIBC : RG_LEAK_ROOT_STATIC;
    /* The rest of .bss, behind its file's last page: data of the object before it.  */
    if (seg->start >= PAGE) {
        const NSegment *before = VG_(am_find_nsegment)(seg->start - 1);
        if (before && before->kind == SkFileC && before->hasW && before->end + 1 == seg->start)
            return kind_of_segment(before);
    }
    return RG_LEAK_ROOT_MAPPED;
}

static void add_part(XArray *parts, Addr lo, Addr hi, enum rg_leak_root_kind kind, ThreadId tid)
{
    struct part p = {lo, hi, kind, tid};
    if (lo < hi)
        VG_(addToXA)(parts, &p);
}

/* Adds [LO, HI) less the allocator's mappings.  */
static void add_without_allocator(XArray *parts, Addr lo, Addr hi, enum rg_leak_root_kind kind)
{
    for (Word i = range_from(lo); i < VG_(sizeXA)(r.ranges) && range_nth(i)->lo < hi; i++) {
        const struct range *x = range_nth(i);
        if (!(x->flags & FLAG_ALLOCATOR))
            continue;
        add_part(parts, lo, x->lo, kind, 0);
        lo = x->hi > lo ? x->hi : lo;
    }
    add_part(parts, lo, hi, kind, 0);
}

/* Takes [LO, HI) out of all parts.  */
static void cut(XArray *parts, Addr lo, Addr hi)
{
    for (Word i = VG_(sizeXA)(parts) - 1; i >= 0; i--) {
        struct part *p = VG_(indexXA)(parts, i), rest = *p;
        if (p->hi <= lo || p->lo >= hi)
            continue;
        p->hi = lo > p->lo ? lo : p->lo;
        rest.lo = hi;
        if (rest.lo < rest.hi)
            VG_(addToXA)(parts, &rest);
    }
}

/* The first thread's thread-locals have a mapping of their own.  */
static void add_main_tls(XArray *parts, const struct stack *s)
{
    Addr fs = s->life == LIFE_CUT_OFF ? s->fs : fs_base(s->tid);
    Word i = range_from(fs);

    if (!fs || i >= VG_(sizeXA)(r.ranges) || range_nth(i)->lo > fs || (range_nth(i)->flags & FLAG_ALLOCATOR))
        return;
    Addr lo = range_nth(i)->lo, hi = range_nth(i)->hi;
    cut(parts, lo, hi);
    add_part(parts, lo, hi, RG_LEAK_ROOT_TLS, 1);
}

/* The stack of a thread, and its thread-locals above.  */
static void add_stack(XArray *parts, const struct stack *s)
{
    Addr sp = s->life == LIFE_CUT_OFF ? s->sp : VG_(get_SP)(s->tid), lo = s->lo, hi = s->hi;
    const NSegment *seg = VG_(am_find_nsegment)(s->tid == 1 ? s->top : sp);

    if (s->tid == 1 && seg) { /* it has grown */
        lo = seg->start;
        hi = seg->end + 1;
    }
    cut(parts, lo, hi);
    if (s->life == LIFE_ENDED)
        return;
    UInt zone = s->life == LIFE_CUT_OFF ? s->red_zone : red_zone(s->tid, sp);
    if (sp < lo || sp >= hi) /* on a stack of its own making: all of this one may be in use */
        sp = lo;
    sp = sp - lo < zone ? lo : sp - zone;
    add_part(parts, sp, s->tid == 1 ? hi : s->top, RG_LEAK_ROOT_STACK, s->tid);
    if (s->tid == 1)
        add_main_tls(parts, s);
    else
        add_part(parts, s->top, hi, RG_LEAK_ROOT_TLS, s->tid);
}

/* ---- the scan ---- */

/* Pages that were never touched are skipped, and those of a file that are as in the file.  */
static void scan_part(struct rg_leak *l, const struct part *p, Bool shared)
{
    for (Addr a = p->lo; a < p->hi;) {
        Addr end = (a | (PAGE - 1)) + 1;
        ULong e = page_entry(a);
        Bool want = (e & (PRESENT | SWAPPED)) && (shared || r.pagemap < 0 || !(e & IS_FILE));
        for (; end < p->hi; end += PAGE) {
            e = page_entry(end);
            if (want != ((e & (PRESENT | SWAPPED)) && (shared || r.pagemap < 0 || !(e & IS_FILE))))
                break;
        }
        if (end > p->hi)
            end = p->hi;
        if (want && readable(a))
            rg_leak_root(l, a, end - a, p->kind, p->tid);
        a = end;
    }
}

/* Mappings that hold blocks are the allocator's, too: it may have made them before it was seen.  */
static void claim_mappings_of_blocks(struct rg_leak *l)
{
    Word i = 0;

    for (size_t k = 0; k < rg_leak_count(l); k++) {
        const struct rg_leak_block b = rg_leak_at(l, k);
        if (b.flags & RG_HEAP_CUSTOM)
            continue;
        if (i >= VG_(sizeXA)(r.ranges) || range_nth(i)->hi <= b.addr)
            i = range_from(b.addr);
        if (i < VG_(sizeXA)(r.ranges) && range_nth(i)->lo <= b.addr)
            range_nth(i)->flags |= FLAG_ALLOCATOR;
    }
}

static XArray *find_parts(struct rg_leak *l)
{
    XArray *parts = VG_(newXA)(VG_(malloc), "rg.parts", VG_(free), sizeof(struct part));
    Int n;
    Addr *starts = NULL;

    for (Int room = 512;; room = n) {
        starts = VG_(malloc)("rg.parts", room * sizeof *starts);
        n = VG_(am_get_segment_starts)(SkFileC | SkAnonC | SkShmC, starts, room);
        if (n >= 0)
            break;
        n = -n;
        VG_(free)(starts);
    }
    claim_mappings_of_blocks(l);
    for (Int i = 0; i < n; i++) {
        const NSegment *seg = VG_(am_find_nsegment)(starts[i]);
        if (seg && seg->hasR && (seg->hasW || seg->kind != SkShmC))
            add_without_allocator(parts, seg->start, seg->end + 1, kind_of_segment(seg));
    }
    VG_(free)(starts);
    for (Word i = 0; i < VG_(sizeXA)(r.stacks); i++)
        add_stack(parts, VG_(indexXA)(r.stacks, i));
    return parts;
}

static void scan_registers(struct rg_leak *l)
{
    for (Word i = 0; i < VG_(sizeXA)(r.stacks); i++) {
        struct stack *s = VG_(indexXA)(r.stacks, i);
        if (s->life == LIFE_RUNNING)
            VG_(get_shadow_regs_area)(s->tid, (UChar *)s->regs, 0, __builtin_offsetof(VexGuestAMD64State, guest_RAX),
                                      sizeof s->regs);
        for (UInt k = 0; s->life != LIFE_ENDED && k < N_REGISTERS; k++)
            if (!rg_allocs_left_in_register(s->tid, k, s->regs[k]))
                rg_leak_root_word(l, s->regs[k], k, s->tid);
    }
}

void rg_roots_scan(struct rg_leak *l)
{
    XArray *parts = find_parts(l);

    rg_roots_begin();
    for (UInt kind = 0; kind < RG_LEAK_ROOT_KINDS; kind++) {
        for (Word i = 0; i < VG_(sizeXA)(parts); i++) {
            const struct part *p = VG_(indexXA)(parts, i);
            const NSegment *seg = VG_(am_find_nsegment)(p->lo);
            if (p->kind == kind && p->lo < p->hi)
                scan_part(l, p, seg && (seg->kind == SkShmC || kind == RG_LEAK_ROOT_MAPPED) && seg->hasW);
        }
        if (kind == RG_LEAK_ROOT_REGISTER)
            scan_registers(l);
    }
    VG_(deleteXA)(parts);
}

const HChar *rg_roots_describe(const struct rg_leak_root *root)
{
    static HChar text[TEXT];
    const HChar *name, *object;
    PtrdiffT off;

    switch ((enum rg_leak_root_kind)root->kind) {
    case RG_LEAK_ROOT_STATIC:
    case RG_LEAK_ROOT_LIBC:
        if (VG_(get_datasym_and_offset)(VG_(current_DiEpoch)(), root->where, &name, &off))
            VG_(snprintf)(text, TEXT, "static %s", name);
        else if (VG_(DebugInfo_sect_kind)(&object, root->where) != Vg_SectUnknown && object)
            VG_(snprintf)(text, TEXT, "static data of %s", base_name(object));
        else
            VG_(snprintf)(text, TEXT, "static data at %#lx", (Addr)root->where);
        break;
    case RG_LEAK_ROOT_TLS: VG_(snprintf)(text, TEXT, "thread-local of thread %u", root->tid); break;
    case RG_LEAK_ROOT_STACK: VG_(snprintf)(text, TEXT, "stack of thread %u", root->tid); break;
    case RG_LEAK_ROOT_REGISTER: VG_(snprintf)(text, TEXT, "register of thread %u", root->tid); break;
    default: VG_(snprintf)(text, TEXT, "memory mapped at %#lx", (Addr)root->where); break;
    }
    return text;
}
