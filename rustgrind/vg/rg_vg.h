/* rg_vg.h - the shared structures of the tool: what a superblock, a context, a frame and an edge are.

   SPDX-License-Identifier: GPL-2.0-or-later

   docs/internals.md tells how they work together.  Terms: a *superblock* is one translated piece of guest code; a *segment*
   is a part of it that is executed as a whole (it ends before a side exit); a *context* is a function that is active on the
   shadow stack (with --separate-threads: in one thread); a *level* is the recursion level of a context, from 0 here; a
   *block* is the array of counters of one superblock in one context.  */
#ifndef RG_VG_H
#define RG_VG_H

#include <stdint.h>

#include "rg_compat.h"
#include "../core/rg_branch.h"
#include "../core/rg_cache.h"

struct rg_exit;
struct rg_sb;

/* ---- code: objects, functions, places (rg_code.c) ---- */

struct rg_obj {
    struct rg_obj *next;
    HChar *name;   /* path of the ELF object or mapped file, "???" for code of none */
    Bool has_info; /* the core knows the object; otherwise it is a mapped file, or nothing */
    PtrdiffT bias; /* runtime address minus address in the object, of the latest mapping */
    Addr text, text_end; /* .text, of the latest mapping */
    UInt id;
    UInt told;             /* hints about its debug information that were given */
    ULong size, ino, mtime, mtime_nsec; /* of the file when it was mapped first; size 0: unknown */
};

/* A function: (object, file of its first executed line, name); Rust's: (object, identity of its symbol), see rg_symbols.h.  */
struct rg_fn {
    struct rg_fn *next; /* made before */
    struct rg_obj *obj;
    HChar *name;   /* as Valgrind has it; Rust's: the symbol */
    HChar *file;
    HChar *symbol; /* Rust's, as in the symbol table, the first that was met; NULL: none */
    PtrdiffT off;  /* address in the object of the first place that asked for it */
    UInt code_bytes; /* of all its pieces; valid during a dump */
    UInt id;
    UWord home; /* of the context for all threads together, 0: not asked yet */
    Bool pop_on_jump; /* _dl_runtime_resolve: the jump at its end is a return and a call */
};

/* What is known of a code address that is a target of jumps, calls and returns.  */
struct rg_place {
    Addr addr;
    PtrdiffT off; /* address in the object */
    struct rg_obj *obj;
    struct rg_fn *fn; /* lazily: use rg_place_fn */
    UChar sect;       /* VgSectKind */
    Bool is_entry;    /* first instruction of a symbol */
};

void rg_code_init(void);
/* The object of A, with A's address in it and the kind of section.  */
struct rg_obj *rg_code_object(Addr a, PtrdiffT *off, UChar *sect);
/* The place of A, which is where the guest goes; redirections are followed.  Never NULL.  */
struct rg_place *rg_place_of(Addr a);
/* The same for an address that is really executed.  */
struct rg_place *rg_place_of_executed(Addr a);
struct rg_fn *rg_place_fn(struct rg_place *p);
/* Forgets places in [A, A+LEN): the code there is going away.  */
void rg_code_forget(Addr a, SizeT len);
/* True when [A, A+LEN) has held code that we know of.  */
Bool rg_code_known(Addr a, SizeT len);
/* A is in the same section and object as SB and no symbol begins there: going there is no call.  Cheap; False if it cannot
   tell.  */
Bool rg_code_plain_target(const struct rg_sb *sb, Addr a);
/* The widest range around A, in the same section of the same object, into which a jump is no call: no symbol begins in it.
   Returns an empty range when there is none that is cheap to find.  */
void rg_code_quiet_range(const struct rg_place *p, Addr *lo, Addr *end);
Bool rg_code_is_dynamic_linker(const struct rg_obj *o);
UInt rg_code_n_fns(void);
UInt rg_code_n_objs(void);
/* All functions: the last one for NULL, then the one made before FN.  */
struct rg_fn *rg_code_next_fn(const struct rg_fn *fn);
/* The function that a Rust symbol of an object belongs to, if it has been executed; else NULL.  */
struct rg_fn *rg_code_fn_of_symbol(const HChar *object, const HChar *symbol);

/* ---- contexts ---- */

/* Contexts are named by their *home*: 8 x index, so that it is at once an identity and the offset of the context's level cell.
   The first indexes are no functions.  */
enum {
    RG_HOME_NONE = 0,    /* not known yet: decided by the next superblock that runs */
    RG_HOME_SKIP = 8,    /* inside skipped code (a PLT stub): costs go to the call site */
    RG_HOME_FOREIGN = 16, /* state.home only: the last superblock was not at home in the current context */
    RG_HOME_UNBOUND = 24, /* block[0] of a superblock that has never run */
    RG_HOME_FIRST = 32,
};

struct rg_ctx {
    struct rg_fn *fn;
    UInt tid; /* 0: costs of all threads together */
};

UWord rg_ctx_home(struct rg_fn *fn, UInt tid);
struct rg_ctx *rg_ctx_of(UWord home);
UWord rg_ctx_n(void);

/* ---- superblocks ---- */

/* Totals that generated code keeps, beside Ir.  */
enum { RG_N_STATIC = 5 };

enum rg_jump { RG_JUMP, RG_CALL, RG_RET };

/* An event of a segment that concerns a simulator, in the order in which they are simulated.  */
enum rg_access_kind { RG_ACC_INSTR, RG_ACC_READ, RG_ACC_WRITE, RG_ACC_COND, RG_ACC_INDIRECT, RG_ACC_BUS, RG_N_ACC };

struct rg_access {
    UChar kind;
    UChar size;    /* bytes */
    Bool guarded;  /* it may not happen: counted by a helper */
    Bool new_line; /* RG_ACC_INSTR: it may touch a line that its predecessor in the segment did not */
    UShort instr;
    UShort off;  /* of the instruction, from the superblock's address */
    UInt slot; /* index of its counters of rare events, of one level of a block */
    /* Of data: its address is DELTA plus that in rg_sim_address(WORD).  */
    UShort word;
    Short delta;
    UShort group; /* which of the segment's groups it is in */
};

/* Accesses of a segment, at most: callgrind looks at them in groups of that size.  */
enum { RG_MAX_ACCESSES = 16, RG_MAX_GROUPS = RG_MAX_ACCESSES };

/* A data access again, with what is needed first.  */
struct rg_data {
    UShort word;
    Short delta;
    UChar size, group;
    UShort access; /* index */
};

/* What of a segment is simulated.  */
struct rg_segsim {
    UShort n, n_data;           /* accesses; of them those whose addresses are only known at run time */
    UShort n_groups;            /* of data accesses that have one time */
    UShort n_lines;             /* of code, one after another */
    UShort branch;              /* index of the access that is a branch, if there is one */
    Bool is_plt;                /* as the superblock's */
    UWord **rare;               /* at home, level 0: counters of rare events */
    struct rg_cache_line **lines;
    struct rg_access *accesses;
    UShort counts[RG_N_STATIC]; /* by lane */
    struct rg_data data[];
};

struct rg_seg {
    struct rg_sb *sb;
    UChar first, n;  /* instructions [first, first+n) */
    UChar fault;     /* the one that can fault, or: */
    UInt word;       /* index in the block of its counter of level 0 */
    struct rg_segsim *sim; /* NULL: no simulation */
};

/* In rg_seg.fault: no instruction can; a mark tells which of several.  */
enum { RG_FAULT_NONE = 254, RG_FAULT_MARKED };

#define RG_NO_MARK (~(UWord)0)

/* A call or followed jump that is counted: from (block, exit) to a place.  Its counters are words: squares [to level][from
   level] of calls, then of inclusive Ir, then of the other events (rg_events.h).  */
struct rg_edge {
    struct rg_edge *next_hash;
    UWord key;
    struct rg_edge *next; /* of the same superblock */
    UWord *block;
    struct rg_exit *exit;
    struct rg_place *to; /* NULL: no call, words[from level] is the cost of skipped code called here */
    UWord *words;
};

/* What an exit remembers of where it went; only exits that need it have one.  */
struct rg_site {
    Addr quiet_lo; /* targets in [quiet_lo, quiet_lo + quiet_len) need nothing */
    UWord quiet_len;
    Addr dst; /* the last target that was a plain call, its edge and context */
    UWord *words;
    UWord home;
    struct rg_edge *last_edge, *skip_edge;
};

struct rg_exit {
    struct rg_sb *sb;
    Addr dst;            /* direct target, else 0 */
    struct rg_place *to; /* of dst, if going there is a call */
    struct rg_site *site;
    UInt edge_word;
    UShort instr; /* index of the instruction that exits */
    UChar kind;   /* enum rg_jump */
    Bool has_edge; /* a direct call made inline: its edge words are in every block, at edge_word */
};

/* The counters of a superblock in a context that is not its home.  */
struct rg_copy {
    struct rg_copy *next;
    UWord home;
    UWord *block;
};

struct rg_line {
    const HChar *file; /* interned by the dump, NULL: unknown */
    UInt line;
    UInt inlined; /* number of the innermost inlined function (rg_inline.h), 0: none */
};

struct rg_sb {
    struct rg_sb *next_hash;
    Addr addr;
    struct rg_obj *obj;
    PtrdiffT off;           /* address in the object */
    struct rg_place *place; /* NULL until wanted: rg_sb_place */
    UWord *block;           /* [0] = home, then with rare events their counters of each level or NULL, then counters */
    struct rg_copy *copies;
    struct rg_edge *edges;
    struct rg_seg *segs;
    struct rg_exit *exits;
    UChar *ilen;
    struct rg_line *lines; /* resolved before the code was unmapped, else NULL */
    UInt runs; /* while it is cold */
    UInt block_words;
    UInt n_slots; /* counters of rare events, per level */
    UShort n_instrs, n_segs, n_exits;
    UShort length; /* of all instructions, in bytes */
    UChar sect; /* VgSectKind */
    Bool is_plt; /* and the PLT is skipped */
    Bool has_faulted; /* it gets marks: rg_fault.c */
    Bool unmapped; /* its lines were looked up when its code was unmapped */
};

/* The superblock IN, whose first IMark is statement FIRST, at A: known already, or new.  Makes the plan for instrumenting it.  */
struct rg_sb *rg_sb_get(const IRSB *in, Int first, Addr a);
/* The static event that access A is, RG_IR if none.  */
UInt rg_sb_static_event(const struct rg_access *a);
/* The superblock at A that was instrumented last; there is one.  */
struct rg_sb *rg_sb_at(Addr a);
struct rg_sb *rg_sb_nth(UWord i);
UWord rg_sb_count(void);
struct rg_place *rg_sb_place(struct rg_sb *sb);
Addr rg_sb_instr_addr(const struct rg_sb *sb, UInt instr);
void rg_sb_resolve_lines(Addr a, SizeT len);
void rg_sb_forget_targets(Addr a, SizeT len);
/* Adds a superblock that is no code: see rg_stack.c.  */
void rg_sb_register(struct rg_sb *sb);
/* The site of an exit, made if it has none.  */
struct rg_site *rg_exit_site(struct rg_exit *x);
/* Does a jump from SB to TO count as a call?  */
static inline Bool rg_exit_is_call_like(const struct rg_sb *sb, const struct rg_place *to)
{
    return to->is_entry || to->sect != sb->sect || to->obj != sb->obj;
}

/* N bytes that are never freed, zeroed, aligned to 8.  */
void *rg_pool(SizeT n);

/* Words of counters; below 2 GB as long as the reserve lasts, so that their addresses are short in generated code.  Zeroed.  */
UWord *rg_arena_words(SizeT n);

/* ---- shadow stack and run state (rg_stack.c) ---- */

/* A frame.  The inline code writes acc, enter, sp, home and off; it knows their offsets.  */
struct rg_frame {
    UWord *acc;   /* edge words of this call: acc[0] = calls, acc[n*n] = inclusive cost */
    UWord enter;  /* state.total at the call */
    Addr sp;      /* guest SP at the first instruction; |1: ret is valid, not inline; |2: rare events happened here.  A return
                     to a frame with either is looked at by the helper */
    UWord home;   /* context of the callee */
    UWord off;    /* its level, as an offset: 8 x level; in skipped code the address of the counter */
    Addr ret;     /* with |1 in sp: return address, 0: a jump that is counted as a call */
    struct rg_exit *site; /* where the call came from; valid only in frames pushed by helpers */
    UWord from_off;       /* state.off there */
};

enum { RG_FRAME_SIZE = sizeof(struct rg_frame) };

/* Hot state of the running thread, read and written by generated code.  */
struct rg_state {
    struct rg_frame *top;
    UWord home;             /* context in which the block code may bump its counters without asking */
    UWord off;              /* what to add to a counter's address */
    UWord total;            /* instructions of this thread, at this signal level */
    UWord lanes[RG_N_STATIC]; /* static events, likewise */
    UChar *cells;           /* by home: level offset of the context's next entry */
    const struct rg_seg *last; /* last segment begun; hot code tells only when asked to */
    UWord *last_acc;           /* and its counter */
    UWord done;                /* with simulation, too: its accesses have been simulated */
    UWord mark_total;          /* rg_fault.c: the total when a segment with marks was begun */
    Bool at_rest;              /* between two superblocks */
};

enum { RG_NEAR_ADDRESSES = 5 };

/* What generated code reaches with the shortest addresses: what lies within 128 bytes of RG_BASE.  The code of a superblock is
   long, and reading it is what the host is waiting for in large programs.  Most of what every superblock changes is in one line
   of the host's cache, from SIM_TIME on.  */
struct rg_near {
    UWord sim_more_addresses[2 * RG_MAX_GROUPS]; /* rg_sim.h */
    struct rg_branch sim_branch;
    UWord sim_addresses[RG_NEAR_ADDRESSES];
    UWord sim_time;
    struct rg_state state;
    struct rg_cache_hot sim_hot;
};

extern struct rg_near rg_near __attribute__((aligned(64)));
_Static_assert(__builtin_offsetof(struct rg_near, sim_time) % 64 == 0, "sim_time begins a line");
#define rg_s rg_near.state
#define RG_BASE ((UWord)&rg_s + 64)
extern UInt rg_n_levels;     /* --separate-recs */
extern UWord rg_trash_words[]; /* for entries without an edge */
extern UWord rg_level_limit; /* 8 x (rg_n_levels - 1) */

/* A signal handler's frame on the shadow stack is a *marker*.  */
struct rg_thread {
    Bool used;
    Bool restarted; /* a new thread runs under a known thread id */
    UInt n_signals;
    struct rg_frame *base; /* frame 0 */
    UWord *side;           /* of each frame: see rg_side.  NULL when only Ir is counted */
    SizeT n_frames;        /* allocated, beside the one below base; all but a few are not touched */
    SizeT n_cells;         /* allocated, in words */
    struct rg_state saved; /* while another thread runs */
};

extern struct rg_thread *rg_threads; /* by tid */
static inline struct rg_thread *rg_thread_of(ThreadId tid) { return &rg_threads[tid]; }
void rg_thread_make(struct rg_thread *t);
void rg_stack_unwind_all(struct rg_thread *t);
void rg_cells_reserve(UWord n_ctx);
void rg_stack_add_active(const struct rg_thread *t, const struct rg_state *s, Int sign);
/* The words, of the level that runs, for costs that belong to the superblock that ran last but to none of its instructions;
   NULL: none has run.  */
UWord *rg_stack_last_skipped(void);
/* Adds the totals of T, whose state is S, to SUM, by column.  */
void rg_stack_add_totals(const struct rg_thread *t, const struct rg_state *s, uint64_t *sum);
/* Numbers of rare events, by lane - n_static.  Most frames have few of the kinds, so none has to be cleared, or looked at,
   that did not happen.  */
struct rg_rare {
    UWord set; /* bit I: N[I] is valid; otherwise it is 0 */
    UWord n[];
};

static inline void rg_rare_add(struct rg_rare *r, UInt i, UWord n)
{
    r->n[i] = (r->set >> i & 1 ? r->n[i] : 0) + n;
    r->set |= (UWord)1 << i;
}

/* Those of the frame on top, to be added to.  */
struct rg_rare *rg_stack_rare(void);
/* Of the frame that called the one at DEPTH above the base, or of the nearest one that is still there.  */
struct rg_rare *rg_stack_rare_below(UInt depth);
/* Is ACC, of a frame, counters of a call?  */
Bool rg_stack_is_call(const UWord *acc);
void rg_signal_enter(Int sig, Bool alt_stack);
void rg_signal_leave(Bool by_sigreturn);
/* Takes back the superblock that was begun last: callgrind counts one when the next one begins.  */
void rg_last_uncount(void);
/* How often that was done to a segment whose counter, at COUNTER, could not be decremented, because other events than Ir have
   happened all the same.  */
UWord rg_uncounted(const UWord *counter);
void rg_transit(struct rg_exit *x, UWord off, Addr dst, Addr sp);

/* Helpers called by generated code.  */
VG_REGPARM(1) void rg_h_segment(const struct rg_seg *seg);
VG_REGPARM(1) void rg_h_enter_sb(struct rg_sb *sb);
void rg_h_enter_ip(void);
void rg_h_exit(struct rg_exit *x, Addr dst, Addr sp);
void rg_h_ret(struct rg_exit *x, Addr dst);
void rg_h_push_undo(struct rg_exit *x, Addr dst, Addr sp, UWord off);
VG_REGPARM(1) void rg_h_unwind(Addr sp);
/* Makes room for all the calls that can be made before the tool is asked again.  */
void rg_stack_reserve(void);

/* ---- threads (rg_threads.c) ---- */

extern ThreadId rg_current_tid;
void rg_threads_register(void);
void rg_threads_finish(void);
/* The hot state is TID's from now on.  */
void rg_threads_switch(ThreadId tid);
/* What callgrind writes as the summary, by column: it leaves out the costs of signal handlers.  */
void rg_threads_total(uint64_t *sum);
/* Of it Ir.  */
UWord rg_threads_instructions(void);
/* Adds (1) or takes back (-1) the inclusive costs of the calls that are active.  */
void rg_threads_add_active(Int sign);
void rg_threads_forall(void (*fn)(struct rg_thread *));

/* ---- instrumentation (rg_instrument.c) ---- */

IRSB *rg_instrument(VgCallbackClosure *closure, IRSB *in, const VexGuestLayout *layout, const VexGuestExtents *vge,
                    const VexArchInfo *host, IRType gWordTy, IRType hWordTy);

/* ---- options (rg_options.c) ---- */

extern UInt rg_hot_after; /* runs after which a superblock is translated inline */

/* Superblocks that became hot, to be translated again; not to be called while guest code runs.  */
void rg_hot_retranslate(void);

enum rg_systime { RG_SYSTIME_NO, RG_SYSTIME_YES, RG_SYSTIME_MSEC, RG_SYSTIME_USEC, RG_SYSTIME_NSEC }; /* YES is MSEC */

enum rg_fn_names { RG_FN_NAMES_INSTANCE, RG_FN_NAMES_ITEM, RG_FN_NAMES_CALLGRIND, RG_FN_NAMES_MONO };

struct rg_options {
    const HChar *out_file; /* format with %p %q{VAR}; NULL: default */
    const HChar *out_file_option;
    Bool compat_callgrind;
    Bool dump_line, dump_instr;
    Bool compress_strings, compress_pos;
    Bool separate_threads;
    Bool skip_plt;
    Int fn_names; /* enum rg_fn_names */
    Bool expand_inlines;
    Int separate_recs;
    Int hot_after;
    Bool cache_sim, branch_sim;
    struct rg_geometry i1, d1, ll; /* as given; size 0: not given */
    Bool simulate_wb, simulate_hwpref, cacheuse;
    Bool collect_bus;
    Int collect_systime; /* enum rg_systime */
    Bool deterministic;
    ULong seed;
    Bool heap;       /* look at the allocator's calls */
    Bool heap_asked; /* by --heap=yes */
    Bool heap_events;
};

extern struct rg_options rg_opt;
Bool rg_options_process(const HChar *arg);
void rg_options_usage(void);
void rg_options_debug_usage(void);
void rg_options_finish(void);

/* ---- output (rg_dump.c) ---- */

void rg_dump_init(void);
void rg_dump_final(void);
void rg_dump_before_exec(void);

#define RG_ALLOC(tag, n) VG_(calloc)((tag), 1, (n))

#endif
