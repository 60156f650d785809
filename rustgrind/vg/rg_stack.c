/* rg_stack.c - the shadow stack: what every jump, call and return means for contexts and edges.

   SPDX-License-Identifier: GPL-2.0-or-later

   Generated code pushes calls that are direct, or go where they went last, and pops matching returns by itself.  Everything
   else comes here, to rg_transit, which knows all the rules; the inline code is a special case of them with the same result.
   The rules, which are those of callgrind, so that the numbers agree:

   - A return that leaves the frame of the top entry (SP above the entry's SP) pops every entry below the new SP.  A return that
     does not is a jump that counts as a call.
   - A jump counts as a call when it goes to the first instruction of a symbol, to another object or to another kind of section.
     It has no return address, and the SP of the entry below it, so that it is popped together with that one.
   - Whatever else raises SP above entries (longjmp, unwinding, stack switching) pops them; if so, a call in the same step is no
     call.
   - A call into the PLT is skipped: it pushes an entry without edge, its cost goes to the call site, and the jump out of the PLT
     becomes a call from the call site.
   - The jump at the end of _dl_runtime_resolve pops it first: the resolved function is called by who called the stub.
   - A return from an entry that was never called (the first function of a thread or of a signal handler) adds a call from the
     address before the one it returns to.
   - Signal handlers stand on a marker: their costs are in no entry below it.

   By default, without --compat=callgrind, three things are known better: stubs that the core does not know as PLT, the end of
   _dl_runtime_resolve in a dynamic linker without symbols, and handlers on an alternate stack above the interrupted one.  */
#include "rg_allocs.h"
#include "rg_edge.h"
#include "rg_fault.h"
#include "rg_frames.h"
#include "rg_node.h"

/* ---- frames ---- */

/* The topmost entry that is no marker.  */
static struct rg_frame *real_top(void)
{
    struct rg_frame *f = rg_s.top;
    while (is_marker(f))
        f--;
    return f;
}

/* The entry whose context is executing: skipped entries have none.  */
static struct rg_frame *context_frame(struct rg_frame *f)
{
    while (is_skip(f))
        f--;
    return f;
}

static struct rg_source source_at(struct rg_exit *x, UWord off, struct rg_frame *executing)
{
    UWord lvl = context_frame(executing)->off;
    return (struct rg_source){x, (UWord *)((Addr)x->sb->block + off - lvl), lvl};
}

/* Who called frame F; only for entries that a helper pushed.  */
static struct rg_source source_of(struct rg_frame *f) { return source_at(f->site, f->from_off, f - 1); }

static UInt thread_key(void) { return rg_opt.separate_threads ? rg_current_tid : 0; }

static void settle(void)
{
    rg_s.home = rg_s.top->home;
    rg_s.off = rg_s.top->off;
}

/* Gives a frame its context, as the first function of a thread or handler.  */
static void frame_resolve(struct rg_frame *f, struct rg_place *p)
{
    f->home = rg_ctx_home(rg_place_fn(p), thread_key());
    f->off = *cell(f->home);
    *cell(f->home) = next_level(f->off);
}

static void push(struct rg_source from, struct rg_place *to, Addr sp, UWord from_off, Bool skip)
{
    struct rg_frame *old = rg_s.top, *f = old + 1;
    UWord home = skip ? RG_HOME_SKIP : rg_ctx_home(rg_place_fn(to), thread_key());

    f->sp = sp | 1;
    f->ret = from.exit->kind == RG_CALL ? from.exit->sb->addr + from.exit->sb->length : 0;
    f->home = home;
    f->enter = rg_s.total;
    f->site = from.exit;
    f->from_off = from_off;
    if (skip) {
        f->acc = rg_trash_words;
        f->off = is_skip(old) ? old->off : (UWord)(rg_edge_skipped(&from));
    } else {
        f->off = *cell(home);
        f->acc = rg_edge_words(&from, to, f->off);
        f->acc[0]++;
        add_lanes(f, rg_s.lanes, -1);
        *cell(home) = next_level(f->off);
    }
    rg_s.top = f;
}

static void pop(void)
{
    while (is_marker(rg_s.top))
        rg_signal_leave(False);
    struct rg_frame *f = rg_s.top--;
    if (f->sp & RARE)
        hand_on(f);
    if (is_skip(f))
        return;
    f->acc[rg_n_levels * rg_n_levels] += rg_s.total - f->enter;
    add_lanes(f, rg_s.lanes, 1);
    *cell(f->home) = f->off;
}

/* In a marker: RET is a set of these.  */
enum { ON_ALTSTACK = 1, IN_THE_MIDDLE = 2 };

/* A handler that runs on the alternate stack may have an SP above that of the code it interrupted; callgrind takes that for
   leaving it.  */
static Bool on_altstack(const struct rg_frame *marker, Addr sp)
{
    Addr lo = VG_(thread_get_altstack_min)(rg_current_tid);
    return !rg_opt.compat_callgrind && (marker->ret & ON_ALTSTACK) && sp - lo <= VG_(thread_get_altstack_size)(rg_current_tid);
}

/* Pops entries that SP has left, and up to MIN_POPS that it is just at.  Returns how many.  */
static UInt unwind(Addr sp, Int min_pops)
{
    UInt n = 0;

    for (struct rg_frame *f = real_top(); !is_base(f); f = real_top()) {
        if (is_marker(rg_s.top) && on_altstack(rg_s.top, sp))
            break;
        if (!(sp_of(f) < sp || (sp_of(f) == sp && min_pops > 0)))
            break;
        min_pops--;
        n++;
        pop();
    }
    return n;
}

/* Where F returns to; 0: it was jumped to.  The inline pushes do not store it: it is in the guest's stack.  */
static Addr return_address(const struct rg_frame *f)
{
    return f->sp & 1 ? f->ret : *(const Addr *)sp_of(f);
}

/* How many entries a return to DST with SP leaves; 0: it is no return.  */
static UInt return_pops(Addr dst, Addr sp)
{
    UInt n = 1;

    for (struct rg_frame *f = real_top();; n++) {
        if (sp < sp_of(f))
            return 0;
        if (sp > sp_of(f) || return_address(f) == dst)
            return n;
        do
            f--;
        while (is_marker(f));
        if (is_base(f) || sp_of(f) != sp)
            return 0;
    }
}

/* ---- returns to unknown callers ---- */

/* The first function of a thread or handler, running RETURNING, returns to TO: TO's function becomes the first one, and has
   called it.  */
static void underflow(struct rg_sb *returning, struct rg_place *to)
{
    struct rg_frame *f = context_frame(rg_s.top);
    UWord home = rg_ctx_home(rg_place_fn(to), thread_key());
    struct rg_source from = rg_edge_unknown_caller(to->addr - 1, home);

    if (f->home != RG_HOME_NONE) {
        UWord *words = rg_edge_words(&from, rg_edge_unknown_entry(&from, rg_ctx_of(f->home)->fn, returning), f->off);
        words[0]++;
        words[rg_n_levels * rg_n_levels] += rg_s.total - (is_marker(f) ? f->enter : 0);
        for (UInt i = 0; i < rg_ev.n_static; i++)
            words[rg_square(i)] += rg_s.lanes[i] - (is_marker(f) ? lanes_of(f)[i] : 0);
        if (f->sp & RARE)
            rare_sum(rare_of(f), words + rg_square(rg_ev.n_static), rg_n_levels * rg_n_levels);
        *cell(f->home) = f->off;
    }
    f->home = home;
    f->off = *cell(home);
    *cell(home) = next_level(f->off);
}

/* ---- the rules ---- */

static void note_quiet(struct rg_exit *x, const struct rg_place *to)
{
    Addr lo, end;

    rg_code_quiet_range(to, &lo, &end);
    x->site->quiet_lo = lo;
    x->site->quiet_len = end - lo;
}

/* Is this the jump at the end of _dl_runtime_resolve, and was that function entered as TOP says?  In a dynamic linker
   without symbols it is the only indirect jump from a function that was entered by a jump to another object.  */
static Bool ends_resolving(struct rg_exit *x, const struct rg_frame *top, const struct rg_place *to)
{
    if (is_base(top) || is_skip(top) || top->home < RG_HOME_FIRST)
        return False;
    if (rg_ctx_of(top->home)->fn->pop_on_jump)
        return rg_place_fn(rg_sb_place(x->sb))->pop_on_jump;
    return !rg_opt.compat_callgrind && !x->dst && (top->sp & 1) && top->ret != 0 && is_skip(top - 1) && to->obj != x->sb->obj &&
           x->sb->obj == rg_ctx_of(top->home)->fn->obj && rg_code_is_dynamic_linker(x->sb->obj);
}

void rg_transit(struct rg_exit *x, UWord off, Addr dst, Addr sp)
{
    struct rg_place *to = x->to && x->dst == dst ? x->to : rg_place_of(dst);
    struct rg_frame *top = real_top();
    struct rg_source from = source_at(x, off, rg_s.top);
    Bool stray_return = False, emulated = False, skip;
    UInt pops = 1;
    UInt kind = x->kind;

    rg_allocs_leave(dst, sp);
    if (kind == RG_RET && !is_base(top)) {
        pops = return_pops(to->addr, sp);
        stray_return = pops == 0;
    }
    if (stray_return || (kind == RG_JUMP && rg_exit_is_call_like(x->sb, to))) {
        if (!stray_return && ends_resolving(x, top, to)) {
            from = source_of(top);
            off = top->from_off;
            sp = sp_of(top);
            pop();
        }
        kind = RG_CALL;
        emulated = True;
    }
    if (kind == RG_RET) {
        if (is_base(top) || is_marker(rg_s.top))
            underflow(x->sb, to);
        else
            unwind(sp, pops);
        settle();
        return;
    }
    if (unwind(sp, 0) > 0 || kind == RG_JUMP) {
        settle();
        return;
    }
    top = real_top();
    if (emulated && !is_base(top))
        sp = sp_of(top);
    skip = rg_opt.skip_plt && to->sect == Vg_SectPLT;
    if (is_skip(rg_s.top)) {
        off = rg_s.top->from_off;
        from = source_of(rg_s.top);
        if (!skip)
            from.exit = &from.exit->sb->exits[from.exit->sb->n_exits - 1];
    }
    push(from, to, sp, off, skip);
    if (!emulated && !skip && sp < sp_of(top))
        rg_s.top->sp = sp; /* a return to it pops nothing else */
    settle();
}

/* ---- helpers ---- */

static void enter(struct rg_sb *sb)
{
    struct rg_frame *f = rg_s.top;
    struct rg_copy **link, *c;
    UWord home;

    if (f->home == RG_HOME_NONE) {
        if (is_marker(f)) {
            unwind(VG_(get_SP)(rg_current_tid), 0);
            f = rg_s.top;
        }
        if (f->home == RG_HOME_NONE)
            frame_resolve(f, rg_sb_place(sb));
    }
    if (is_skip(f) && sb->is_plt) {
        settle();
        return;
    }
    f = context_frame(f);
    home = f->home;
    if (sb->block[0] == RG_HOME_UNBOUND)
        sb->block[0] = home;
    if (sb->block[0] == home) {
        rg_s.home = f == rg_s.top ? home : RG_HOME_FOREIGN;
        rg_s.off = f->off;
        return;
    }
    for (link = &sb->copies; (c = *link) && c->home != home; link = &c->next)
        ;
    if (c) {
        *link = c->next;
    } else {
        c = rg_pool(sizeof *c);
        c->home = home;
        c->block = rg_arena_words(sb->block_words);
    }
    c->next = sb->copies;
    sb->copies = c;
    rg_s.home = RG_HOME_FOREIGN;
    rg_s.off = (Addr)c->block - (Addr)sb->block + f->off;
}

VG_REGPARM(1) void rg_h_enter_sb(struct rg_sb *sb) { enter(sb); }
void rg_h_enter_ip(void) { enter(rg_sb_at(VG_(get_IP)(rg_current_tid))); }

/* ---- cold code ---- */

UInt rg_hot_after;
static struct rg_sb *hot[256];
static UInt n_hot;

VG_REGPARM(1) void rg_h_segment(const struct rg_seg *seg)
{
    struct rg_sb *sb = seg->sb;
    UWord *counter;

    if (rg_s.home != sb->block[0] && !(sb->is_plt && rg_s.home == RG_HOME_SKIP))
        enter(sb);
    if (sb->is_plt && rg_s.home == RG_HOME_SKIP) {
        counter = (UWord *)rg_s.off;
        *counter += seg->n;
        for (UInt i = 0; seg->sim && i < rg_ev.n_static; i++)
            counter[rg_skip_words(i)] += seg->sim->counts[i];
    } else {
        counter = (UWord *)((Addr)&sb->block[seg->word] + rg_s.off);
        ++*counter;
    }
    rg_s.total += seg->n;
    for (UInt i = 0; seg->sim && i < rg_ev.n_static; i++)
        rg_s.lanes[i] += seg->sim->counts[i];
    rg_s.last = seg;
    rg_s.last_acc = counter;
    rg_s.done = False;
    rg_s.mark_total = rg_s.total;
    if (++sb->runs == rg_hot_after) {
        if (n_hot < sizeof hot / sizeof hot[0])
            hot[n_hot++] = sb;
        else
            sb->runs--; /* no place: again next time */
    }
}

void rg_hot_retranslate(void)
{
    while (n_hot > 0)
        VG_(discard_translations)(hot[--n_hot]->addr, 1, "rustgrind");
}

/* The inline pop has been done on an entry that is not just the one that was called from before DST.  Most often it is right
   all the same, and entries below go with it: those of functions that ended in jumps.  */
void rg_h_ret(struct rg_exit *x, Addr dst)
{
    struct rg_frame *f = rg_s.top + 1;
    Addr sp = VG_(get_SP)(rg_current_tid);

    rg_allocs_leave(dst, sp);
    if (sp > sp_of(f) && !is_marker(f)) {
        if (f->sp & RARE)
            hand_on(f);
        if (sp_of(rg_s.top) < sp) {
            unwind(sp, 0);
            settle();
        }
        return;
    }
    f->acc[rg_n_levels * rg_n_levels] -= rg_s.total - f->enter;
    add_lanes(f, rg_s.lanes, -1);
    *cell(f->home) = next_level(f->off);
    rg_s.top = f;
    enter(x->sb); /* for state.off, which the pop has set to that of the caller */
    rg_transit(x, rg_s.off, dst, sp);
}

/* An indirect exit X, taken to DST when BEFORE was the top entry, has been found to be a call: the inline code may do the
   same next time, from the same block, if nothing was special about it.  */
static void remember_call(struct rg_exit *x, UWord off, Addr dst, const struct rg_frame *before)
{
    const struct rg_frame *f = rg_s.top;

    if (x->dst || f - 1 != before || is_skip(f) || is_skip(before) || is_base(before) || rg_opt.separate_threads ||
        rg_place_of(dst)->addr != dst || off != before->off || rg_ctx_of(f->home)->fn->pop_on_jump)
        return;
    x->site->dst = dst;
    x->site->home = f->home;
    x->site->words = f->acc - before->off / 8 - rg_n_levels * (f->off / 8);
}

/* An indirect call was pushed as if it went where the last one from there went, or a jump as if SP were where it must be; it
   did not.  Next time it may.  */
void rg_h_push_undo(struct rg_exit *x, Addr dst, Addr sp, UWord off)
{
    struct rg_frame *f = rg_s.top--, *before = rg_s.top;

    f->acc[0]--;
    add_lanes(f, rg_s.lanes, 1);
    *cell(f->home) = f->off;
    rg_transit(x, off, dst, sp);
    remember_call(x, off, dst, before);
}

/* The common case of a call into the PLT: from code that is not skipped, with nothing to unwind.  */
static Bool push_stub(struct rg_exit *x, UWord off, Addr sp)
{
    struct rg_frame *top = rg_s.top;
    struct rg_source from;

    if (x->kind != RG_CALL || !x->to || x->to->sect != Vg_SectPLT || !rg_opt.skip_plt || top->home < RG_HOME_FIRST ||
        is_marker(top) || sp >= sp_of(top))
        return False;
    from = (struct rg_source){x, (UWord *)((Addr)x->sb->block + off - top->off), top->off};
    push(from, x->to, sp, off, True);
    settle();
    return True;
}

void rg_h_exit(struct rg_exit *x, Addr dst, Addr sp)
{
    const struct rg_frame *before = rg_s.top;
    UWord off = rg_s.off;

    if (push_stub(x, off, sp))
        return;

    if (x->kind == RG_JUMP && !x->dst) {
        struct rg_place *to = rg_place_of(dst);
        if (!rg_exit_is_call_like(x->sb, to))
            note_quiet(x, to);
    }
    rg_transit(x, off, dst, sp);
    if (x->kind != RG_RET)
        remember_call(x, off, dst, before);
}

VG_REGPARM(1) void rg_h_unwind(Addr sp)
{
    rg_allocs_leave(0, sp);
    if (unwind(sp, 0) > 0)
        settle();
}

/* ---- signals ---- */

static Bool is_synchronous(Int sig)
{
    return sig == VKI_SIGSEGV || sig == VKI_SIGBUS || sig == VKI_SIGFPE || sig == VKI_SIGILL || sig == VKI_SIGTRAP;
}

/* Did the signal come out of the superblock that has begun last, so that its exit has not been reached?  */
static Bool in_the_middle(Int sig)
{
    Addr into;

    if (!rg_s.last || !is_synchronous(sig))
        return False;
    into = VG_(get_IP)(rg_current_tid) - rg_s.last->sb->addr;
    return into < rg_s.last->sb->length;
}

/* callgrind looks at accesses at the end of a segment; those before a fault are lost.  */
static void lose_segment(void)
{
    const struct rg_seg *last = rg_s.last;

    --*rg_s.last_acc;
    rg_s.total -= last->n;
    for (UInt i = 0; last->sim && i < rg_ev.n_static; i++)
        rg_s.lanes[i] -= last->sim->counts[i];
}

void rg_signal_enter(Int sig, Bool alt_stack)
{
    struct rg_frame *f = rg_s.top + 1;
    UWord flags = (alt_stack ? ON_ALTSTACK : 0) | (rg_opt.compat_callgrind && in_the_middle(sig) ? IN_THE_MIDDLE : 0);

    if (is_synchronous(sig))
        rg_fault_signal();
    if (rg_opt.cache_sim && (flags & IN_THE_MIDDLE) && !rg_s.done)
        lose_segment();

    *f = (struct rg_frame){.acc = rg_trash_marker, .enter = rg_s.total, .sp = real_top()->sp & ~(Addr)RARE, .ret = flags,
                           .home = RG_HOME_NONE};
    f->site = (struct rg_exit *)rg_s.last;
    f->from_off = (UWord)rg_s.last_acc;
    rg_s.top = f;
    rg_s.last = NULL;
    rg_s.mark_total = RG_NO_MARK;
    if (side_words())
        VG_(memcpy)(lanes_of(f), rg_s.lanes, sizeof rg_s.lanes);
    rg_thread_of(rg_current_tid)->n_signals++;
    rg_allocs_signal(True);
    settle();
}

/* Segments that were taken back, by counter.  */
struct uncounted {
    struct uncounted *next;
    UWord counter;
    UWord n;
};

static VgHashTable *uncounted;

UWord rg_uncounted(const UWord *counter)
{
    const struct uncounted *u = uncounted ? VG_(HT_lookup)(uncounted, (UWord)counter) : NULL;
    return u ? u->n : 0;
}

static void note_uncounted(const UWord *counter)
{
    struct uncounted *u = rg_node_of(&uncounted, "rg.uncounted", (UWord)counter, sizeof *u);

    u->n++;
}

/* With cache simulation, callgrind counts instructions when they run; but a superblock that has not been left does not exist
   for it.  */
void rg_last_uncount(void)
{
    const struct rg_seg *last = rg_s.last;

    if (!last)
        return;
    if (rg_opt.cache_sim && last->sim && !rg_s.done) { /* a fault has ended it */
        lose_segment();
        last--;
    }
    for (const struct rg_seg *seg = rg_s.last->sb->segs; seg <= last; seg++) {
        UWord *counter = rg_s.last_acc + ((Int)seg->word - (Int)rg_s.last->word);
        if (rg_ev.n > 1)
            note_uncounted(counter);
        else
            --*counter;
        if (!rg_opt.cache_sim)
            rg_s.total -= seg->n;
    }
    rg_s.last = NULL;
}

/* callgrind takes the superblock where the signal came from for finished, and going on with it for a jump from its first
   exit.  */
static void resume_as_callgrind(void)
{
    struct rg_sb *sb = rg_s.last->sb;
    UWord off = (Addr)rg_s.last_acc - (Addr)&sb->block[rg_s.last->word];

    rg_transit(&sb->exits[0], off, VG_(get_IP)(rg_current_tid), VG_(get_SP)(rg_current_tid));
}

void rg_signal_leave(Bool by_sigreturn)
{
    struct rg_thread *t = rg_thread_of(rg_current_tid);
    struct rg_frame *f;
    UWord flags;

    if (t->n_signals == 0)
        return;
    if (by_sigreturn && rg_opt.compat_callgrind)
        rg_last_uncount();
    while (!is_marker(rg_s.top))
        pop();
    rg_allocs_signal(False);
    f = rg_s.top--;
    flags = f->ret;
    t->n_signals--;
    if (f->home != RG_HOME_NONE)
        *cell(f->home) = f->off;
    rg_sim_set_time(f->enter);
    rg_s.total = f->enter;
    if (side_words())
        VG_(memcpy)(rg_s.lanes, lanes_of(f), sizeof rg_s.lanes);
    rg_s.last = (const struct rg_seg *)f->site;
    rg_s.last_acc = (UWord *)f->from_off;
    rg_s.mark_total = RG_NO_MARK;
    rg_s.home = RG_HOME_FOREIGN;
    if (!rg_opt.compat_callgrind)
        return;
    if (!by_sigreturn)
        rg_last_uncount();
    else if (flags & IN_THE_MIDDLE)
        resume_as_callgrind();
}

void rg_stack_unwind_all(struct rg_thread *t)
{
    while (t->n_signals > 0)
        rg_signal_leave(False);
    while (!is_base(rg_s.top))
        pop();
    if (rg_s.top->home != RG_HOME_NONE)
        *cell(rg_s.top->home) = rg_s.top->off;
    rg_s.top->home = RG_HOME_NONE;
    settle();
}

UWord *rg_stack_last_skipped(void)
{
    const struct rg_seg *last = rg_s.last;
    struct rg_source from;

    if (!last)
        return NULL;
    if (last->sb->is_plt && rg_s.home == RG_HOME_SKIP)
        return (UWord *)rg_s.off;
    from = source_at(&last->sb->exits[last->sb->n_exits - 1], (Addr)rg_s.last_acc - (Addr)&last->sb->block[last->word], rg_s.top);
    return rg_edge_skipped(&from);
}
