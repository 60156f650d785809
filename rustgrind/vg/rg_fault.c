/* rg_fault.c - takes back the instructions of a segment that a fault has cut off.

   SPDX-License-Identifier: GPL-2.0-or-later

   A segment is counted when it begins.  If one of its instructions faults, those behind it have not run.  Which one it was Valgrind
   cannot tell: keeping the guest's instruction pointer right at every access of memory would cost w1d a tenth of its time.  So would
   a mark of our own, stored before every statement that can fault: 6 % of w1d, measured.  Hence marks are made only

   - while a superblock is cold, where they cost 2 % of a run that is nothing but its start (python3 -c pass);
   - in a superblock that has faulted before: it is translated again with marks, for the next time;
   - everywhere, when the user asks for exact registers (--px-default=), which costs more than marks do.

   What remains is the first fault of a superblock that has become hot without one: it counts whole, that once.

   A mark is the number of an instruction.  Where only one in a segment can fault, none is needed.  It is fresh, that is, of the segment
   that was begun last, state.last, if no instruction has been counted since that was begun: state.mark_total is the total then.  Not every
   signal with a fault's number is a fault; it is none if the thread was at rest: at the end of its slice, or in a system call.  */
#include "rg_fault.h"

#include "rg_edge.h"
#include "rg_events.h"
#include "rg_frames.h"
#include "rg_node.h"

/* Where the mark is among the shadow registers: rg_threads.c has the one before.  No register of the guest is there.  */
enum { SHADOW_MARK = 8 };

static Bool everywhere;

void rg_fault_init(void)
{
    everywhere = VG_(clo_vex_control).iropt_register_updates_default > VexRegUpdSpAtMemAccess ||
                 VG_(clo_px_file_backed) > VexRegUpdSpAtMemAccess;
}

/* ---- marks ---- */

Bool rg_fault_marks(const struct rg_builder *b)
{
    return !rg_opt.compat_callgrind && (b->cold || b->sb->has_faulted || everywhere);
}

static Bool divides(const IRExpr *e)
{
    return e->tag == Iex_Binop && (e->Iex.Binop.op == Iop_DivModU128to64 || e->Iex.Binop.op == Iop_DivModS128to64 ||
                                   e->Iex.Binop.op == Iop_DivModU64to32 || e->Iex.Binop.op == Iop_DivModS64to32);
}

static Bool can_fault(const IRStmt *st)
{
    switch (st->tag) {
    case Ist_WrTmp: return st->Ist.WrTmp.data->tag == Iex_Load || divides(st->Ist.WrTmp.data);
    case Ist_Store:
    case Ist_LoadG:
    case Ist_StoreG:
    case Ist_CAS:
    case Ist_LLSC: return True;
    case Ist_Dirty: return st->Ist.Dirty.details->mFx != Ifx_None;
    case Ist_Exit: return st->Ist.Exit.jk != Ijk_Boring && st->Ist.Exit.jk != Ijk_Call && st->Ist.Exit.jk != Ijk_Ret;
    default: return False;
    }
}

void rg_fault_look(struct rg_builder *b, const IRSB *in, Int first, const VexGuestLayout *layout)
{
    UInt instr = 0;

    b->offset_mark = layout->total_sizeB + SHADOW_MARK;
    for (Int i = first + 1; i < in->stmts_used; i++) {
        instr += in->stmts[i]->tag == Ist_IMark;
        if (can_fault(in->stmts[i]))
            b->faults[instr / 64] |= 1ULL << instr % 64;
    }
}

/* With simulation there are segments that begin in the middle of an instruction, so the instruction does not tell enough.  */
void rg_fault_begin(struct rg_builder *b, struct rg_seg *seg)
{
    seg->fault = rg_ev.n > 1 ? RG_FAULT_MARKED : RG_FAULT_NONE;
    for (UInt i = seg->first; rg_ev.n == 1 && i < seg->first + (UInt)seg->n; i++)
        if (b->faults[i / 64] >> i % 64 & 1)
            seg->fault = seg->fault == RG_FAULT_NONE ? i : RG_FAULT_MARKED;
    b->several = seg->fault == RG_FAULT_MARKED;
    b->marked = RG_FAULT_NONE;
    if (b->cold)
        return;
    rg_b_store(b, RG_STATE(last), rg_b_cword((UWord)seg));
    rg_b_store(b, RG_STATE(mark_total), b->total ? b->total : rg_b_load(b, RG_STATE(total)));
}

/* A register of the guest's shadow is set in one instruction.  */
void rg_fault_mark(struct rg_builder *b, UInt instr, const IRStmt *st)
{
    if (!b->several || instr == b->marked || !can_fault(st))
        return;
    rg_b_add(b, IRStmt_Put(b->offset_mark, rg_b_cword(instr)));
    b->marked = instr;
}

/* ---- rest ---- */

void rg_fault_rest(void)
{
    rg_s.mark_total = RG_NO_MARK;
    rg_s.at_rest = True;
}

void rg_fault_stopped(Int counter)
{
    if (counter < 0)
        rg_fault_rest();
}

void rg_fault_resumed(void) { rg_s.at_rest = False; }

/* ---- segments that were cut off ---- */

struct cut {
    struct cut *next;
    UWord counter;
    struct stop {
        struct stop *next;
        UInt instr; /* the last that ran */
        UWord n;
    } *stops;
};

static VgHashTable *cuts;

UWord rg_fault_missing(const UWord *counter, UInt instr)
{
    const struct cut *c = cuts ? VG_(HT_lookup)(cuts, (UWord)counter) : NULL;
    UWord n = 0;

    for (const struct stop *s = c ? c->stops : NULL; s; s = s->next)
        if (s->instr < instr)
            n += s->n;
    return n;
}

static void note_cut(const UWord *counter, UInt instr)
{
    struct cut *c;
    struct stop *s;

    c = rg_node_of(&cuts, "rg.cuts", (UWord)counter, sizeof *c);
    for (s = c->stops; s && s->instr != instr; s = s->next)
        ;
    if (!s) {
        s = RG_ALLOC("rg.stop", sizeof *s);
        *s = (struct stop){c->stops, instr, 0};
        c->stops = s;
    }
    s->n++;
}

/* SEG was begun last, and INSTR was the last of it that ran.  */
static void cut_off(const struct rg_seg *seg, UInt instr)
{
    UWord missing = seg->first + seg->n > instr + 1u ? seg->first + seg->n - (instr + 1u) : 0;
    UWord lanes[RG_N_STATIC] = {0};
    Bool skipped = seg->sb->is_plt && rg_s.home == RG_HOME_SKIP;
    UWord *counter = (UWord *)(skipped ? rg_s.off : (Addr)&seg->sb->block[seg->word] + rg_s.off);

    for (UInt k = 0; seg->sim && k < seg->sim->n; k++) {
        UInt e = rg_sb_static_event(&seg->sim->accesses[k]);
        if (e != RG_IR && seg->sim->accesses[k].instr > instr)
            lanes[rg_ev.lane[e]]++;
    }
    rg_s.total -= missing;
    for (UInt i = 0; i < rg_ev.n_static; i++)
        rg_s.lanes[i] -= lanes[i];
    if (!skipped) {
        note_cut(counter, instr);
        return;
    }
    *counter -= missing;
    for (UInt i = 0; i < rg_ev.n_static; i++)
        counter[rg_skip_words(i)] -= lanes[i];
}

/* Which superblock with IP in it has faulted is not known: all get marks.  */
static void expect_next(Addr ip)
{
    for (UWord i = 0; i < rg_sb_count(); i++) {
        struct rg_sb *sb = rg_sb_nth(i);
        if (ip - sb->addr < sb->length)
            sb->has_faulted = True;
    }
    VG_(discard_translations)(ip, 1, "rustgrind");
}

/* Takes back what was counted too much, if the running thread has stopped in the middle of a segment with marks.  Returns
   whether it can be told.  */
static Bool stopped_at_mark(Addr ip)
{
    const struct rg_seg *seg = rg_s.last;
    UWord instr;

    if (!seg || rg_s.mark_total != rg_s.total)
        return False;
    instr = seg->fault;
    if (instr == RG_FAULT_MARKED)
        VG_(get_shadow_regs_area)(rg_current_tid, (UChar *)&instr, 1, SHADOW_MARK, sizeof instr);
    if (instr + 1 >= seg->first && instr < seg->first + (UInt)seg->n && ip - seg->sb->addr < seg->sb->length &&
        ip <= rg_sb_instr_addr(seg->sb, instr))
        cut_off(seg, instr);
    return True;
}

void rg_fault_signal(void)
{
    Addr ip = VG_(get_IP)(rg_current_tid);

    if (!rg_opt.compat_callgrind && !rg_s.at_rest && !stopped_at_mark(ip))
        expect_next(ip);
}

void rg_fault_end(void)
{
    if (!rg_opt.compat_callgrind && !rg_s.at_rest)
        stopped_at_mark(VG_(get_IP)(rg_current_tid));
    rg_s.mark_total = RG_NO_MARK;
}
