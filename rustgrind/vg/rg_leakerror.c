/* rg_leakerror.c - leaks as errors of Valgrind's error manager: text, XML, suppressions.

   SPDX-License-Identifier: GPL-2.0-or-later

   Suppressions are memcheck's: projects have files of "Memcheck:Leak" entries, with match-leak-kinds lines, and tools read what
   --gen-suppressions writes.  The error manager compares an entry's tool with the tool's name when it loads the files, and
   writes that name into those it makes; so the name is Memcheck while it does either.  It must not be so when the core decides
   what to redirect: under that name it would put functions of its own in the place of libc's.  Entries of other kinds than Leak
   are read over.  */
#include "rg_leakcheck.h"
#include "rg_sites.h"

enum { ERROR_LEAK = 0 };
enum { SUPP_LEAK, SUPP_OTHER };

struct extra {
    struct rg_leak_record *r;
    UInt total;
    Bool delta;
};

static const HChar *const kind_texts[RG_LEAK_KINDS] = {"definitely lost", "indirectly lost", "possibly lost", "still reachable"};
static const HChar *const kind_xml[RG_LEAK_KINDS] = {"Leak_DefinitelyLost", "Leak_IndirectlyLost", "Leak_PossiblyLost",
                                                     "Leak_StillReachable"};
static const HChar *const kind_words[RG_LEAK_KINDS] = {"definite", "indirect", "possible", "reachable"};

/* ---- text ---- */

static const HChar *delta_text(const struct extra *x, ULong now, ULong old, HChar *buf, SizeT n)
{
    buf[0] = 0;
    if (x->delta)
        VG_(snprintf)(buf, n, now >= old ? " (+%'llu)" : " (-%'llu)", now >= old ? now - old : old - now);
    return buf;
}

static void put_what(const struct extra *x, HChar *buf, SizeT n)
{
    const struct rg_leak_record *r = x->r;
    ULong all = r->bytes + r->indirect, old = r->old_bytes + r->old_indirect;
    HChar d_all[32], d_direct[32], d_indirect[32], d_blocks[32];

    delta_text(x, all, old, d_all, sizeof d_all);
    delta_text(x, r->bytes, r->old_bytes, d_direct, sizeof d_direct);
    delta_text(x, r->indirect, r->old_indirect, d_indirect, sizeof d_indirect);
    delta_text(x, r->blocks, r->old_blocks, d_blocks, sizeof d_blocks);
    if (r->indirect > 0)
        VG_(snprintf)(buf, n, "%'llu%s (%'llu%s direct, %'llu%s indirect) bytes in %'llu%s blocks are %s in loss "
                      "record %'u of %'u", all, d_all, r->bytes, d_direct, r->indirect, d_indirect, r->blocks, d_blocks, kind_texts[r->kind],
   r->number,
                      x->total);
    else
        VG_(snprintf)(buf, n, "%'llu%s bytes in %'llu%s blocks are %s in loss record %'u of %'u", r->bytes, d_direct, r->blocks,
                      d_blocks, kind_texts[r->kind], r->number, x->total);
}

/* What a Rust programmer wants to know beside the stack.  */
static void explain(const struct rg_leak_record *r)
{
    const HChar *why = rg_leakclass_text(r->class);
    const HChar *begin = VG_(clo_xml) ? "  <auxwhat>" : " ", *end = VG_(clo_xml) ? "</auxwhat>" : "";

#define LINE(...) (VG_(clo_xml) ? VG_(printf_xml)(__VA_ARGS__) : VG_(umsg)(__VA_ARGS__))
    if (why)
        LINE(VG_(clo_xml) ? "%s%pS: %pS%s\n" : "%s%s: %s%s\n", begin, rg_sites_type(r->site), why, end);
    else if (r->root)
        LINE(VG_(clo_xml) ? "%s%pS, reached from %pS%s\n" : "%s%s, reached from %s%s\n", begin,
             rg_sites_type(r->site), r->root, end);
    if (r->cycle)
        LINE(VG_(clo_xml) ? "%scycle: %pS%s\n" : "%scycle: %s%s\n", begin, r->cycle, end);
#undef LINE
}

static void pp_error(const Error *err)
{
    const struct extra *x = VG_(get_error_extra)(err);
    const struct rg_leak_record *r = x->r;
    HChar what[320];

    put_what(x, what, sizeof what);
    if (VG_(clo_xml)) {
        VG_(printf_xml)("  <kind>%s</kind>\n", kind_xml[r->kind]);
        VG_(printf_xml)("  <xwhat>\n");
        VG_(printf_xml)("    <text>%s</text>\n", what);
        VG_(printf_xml)("    <leakedbytes>%llu</leakedbytes>\n", r->bytes + r->indirect);
        VG_(printf_xml)("    <leakedblocks>%llu</leakedblocks>\n", r->blocks);
        VG_(printf_xml)("  </xwhat>\n");
    } else {
        VG_(umsg)("%s\n", what);
    }
    VG_(pp_ExeContext)(r->where);
    explain(r);
}

/* ---- suppressions ---- */

static Bool recognised(const HChar *name, Supp *su)
{
    VG_(set_supp_kind)(su, VG_(strcmp)(name, "Leak") == 0 ? SUPP_LEAK : SUPP_OTHER);
    if (VG_(strcmp)(name, "Param") == 0)
        VG_(set_supp_string)(su, VG_(strdup)("rg.supp", "Param"));
    return True;
}

Bool rg_leak_parse_kinds(const HChar *s, UInt *set)
{
    *set = 0;
    if (VG_(strcmp)(s, "all") == 0) {
        *set = (1 << RG_LEAK_KINDS) - 1;
        return True;
    }
    if (VG_(strcmp)(s, "none") == 0)
        return True;
    for (;;) {
        UInt k = 0;
        SizeT n = 0;
        while (k < RG_LEAK_KINDS && (n = VG_(strlen)(kind_words[k]), VG_(strncmp)(s, kind_words[k], n) != 0 || (s[n] && s[n] !=
   ',')))
            k++;
        if (k == RG_LEAK_KINDS)
            return False;
        *set |= 1 << k;
        if (!s[n])
            return True;
        s += n + 1;
    }
}

struct supp_extra {
    UInt kinds;
    ULong blocks, bytes;
};

static Bool read_extra(Int fd, HChar **buf, SizeT *n_buf, Int *line, Supp *su)
{
    static const HChar key[] = "match-leak-kinds:";
    struct supp_extra *x;
    const HChar *p;

    if (VG_(get_supp_kind)(su) == SUPP_OTHER)
        return !VG_(get_supp_string)(su) || !VG_(get_line)(fd, buf, n_buf, line);
    x = RG_ALLOC("rg.supp", sizeof *x);
    x->kinds = (1 << RG_LEAK_KINDS) - 1;
    VG_(set_supp_extra)(su, x);
    if (VG_(get_line)(fd, buf, n_buf, line))
        return True;
    p = *buf;
    if (VG_(strncmp)(p, key, sizeof key - 1) == 0) {
        for (p += sizeof key - 1; *p == ' ' || *p == '\t'; p++)
            ;
        return rg_leak_parse_kinds(p, &x->kinds);
    }
    return False;
}

static Bool matches(const Error *err, const Supp *su)
{
    const struct extra *x = VG_(get_error_extra)(err);
    const struct supp_extra *s = VG_(get_supp_extra)(su);

    return VG_(get_supp_kind)(su) == SUPP_LEAK && s && (s->kinds & (1 << x->r->kind));
}

static Bool equal(VgRes res, const Error *e1, const Error *e2)
{
    const struct extra *x = VG_(get_error_extra)(e1), *y = VG_(get_error_extra)(e2);
    (void)res;
    return x->r == y->r;
}

static void before(const Error *err) { (void)err; }
static UInt update(const Error *err)
{
    (void)err;
    return sizeof(struct extra);
}
static const HChar *error_name(const Error *err)
{
    (void)err;
    return "Leak";
}

static SizeT print_extra(const Error *err, HChar *buf, Int n)
{
    const struct extra *x = VG_(get_error_extra)(err);
    return VG_(snprintf)(buf, n - 1, "match-leak-kinds: %s", kind_words[x->r->kind]);
}

static SizeT print_use(const Supp *su, HChar *buf, Int n)
{
    const struct supp_extra *s = VG_(get_supp_extra)(su);

    buf[0] = 0;
    if (VG_(get_supp_kind)(su) != SUPP_LEAK || !s || !s->blocks)
        return 0;
    return VG_(snprintf)(buf, n - 1, "suppressed: %'llu bytes in %'llu blocks", s->bytes, s->blocks);
}

static void update_use(const Error *err, const Supp *su)
{
    const struct extra *x = VG_(get_error_extra)(err);
    struct supp_extra *s = VG_(get_supp_extra)(su);

    s->blocks = x->r->blocks;
    s->bytes = x->r->bytes + x->r->indirect;
}

void rg_leakerror_register(void)
{
    static Bool done;

    if (done)
        return;
    done = True;
    VG_(needs_tool_errors)(equal, before, pp_error, False, update, recognised, read_extra, matches, error_name, print_extra,
                           print_use, update_use);
    VG_(needs_xml_output)();
}

void rg_leakerror_begin_suppressions(void) { VG_(details_name)("Memcheck"); }
void rg_leakerror_end_suppressions(void) { VG_(details_name)("Rustgrind"); }

Bool rg_leakerror_show(struct rg_leak_record *r, UInt total, Bool print, Bool count, enum rg_leak_delta delta)
{
    struct extra x = {r, total, delta != RG_LEAK_DELTA_ALL};
    Bool suppressed;

    rg_leakerror_begin_suppressions();
    suppressed = VG_(unique_error)(1, ERROR_LEAK, 0, NULL, &x, r->where, print, False, count);
    rg_leakerror_end_suppressions();
    return suppressed;
}
