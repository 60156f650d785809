/* rg_leakcheck.c - the leak check.

   SPDX-License-Identifier: GPL-2.0-or-later

   Blocks become *loss records*: one per kind, class and place of allocation.  Records live as long as the run, because the error
   manager and the next check, which may be asked for differences, refer to them.

   What std and libc keep until the end by intent is counted as still reachable, whatever points to it, is never an error, and
   is folded into one line.  libc's blocks that nothing live points to are not even that: they belong to stacks of threads that
   have
   ended, which libc keeps for the next ones, and memcheck does not see them because it makes libc free them first.  */
#include "rg_leakcheck.h"
#include "rg_allocs.h"
#include "rg_heapreport.h"
#include "rg_roots.h"
#include "rg_sites.h"
#include "rg_undefined.h"
#include "rg_unused.h"

#include "../core/rg_map.h"

struct rg_leak_options rg_leak_opt = {
    .show = 1 << RG_LEAK_DEFINITE | 1 << RG_LEAK_POSSIBLE,
    .errors = 1 << RG_LEAK_DEFINITE | 1 << RG_LEAK_POSSIBLE,
    .heuristics = RG_LEAK_H_STDSTRING | RG_LEAK_H_LENGTH64 | RG_LEAK_H_NEWARRAY | RG_LEAK_H_MULTIPLE,
    .resolution = RG_LEAK_RESOLUTION_HIGH,
    .rust_heuristics = True,
};

static struct {
    struct rg_leak_record *records; /* all, of all checks */
    struct rg_map by_key;           /* hash of (kind, class, place) to the first record with it */
    struct rg_leak_record **sorted; /* those of the last check */
    UInt n_sorted;
    struct rg_leak_sums sums, old_sums;
    struct share *shares; /* of the last check */
    UInt n_shares, shares_room;
    ULong memory; /* of blocks and the last check */
    Bool made;
} c;

/* What one place has in one record.  */
struct share {
    struct rg_leak_record *record;
    UInt site;
    ULong bytes;
};

const struct rg_leak_sums *rg_leakcheck_sums(void) { return &c.sums; }

/* ---- the heap as the core module wants it ---- */

static enum rg_owner owner_of(void *arg, uint32_t site)
{
    (void)arg;
    return rg_sites_owner(site);
}

/* A table of virtual functions lies in constant data and begins with the address of code.  */
static bool is_vtable(void *arg, uint64_t v)
{
    const NSegment *seg = VG_(am_find_nsegment)(v), *code;

    (void)arg;
    if (v % 8 || !seg || !seg->hasR || seg->kind != SkFileC || v + 8 > seg->end)
        return false;
    for (UInt i = 0; i < 3 && v + 8 * i + 8 <= seg->end; i++) {
        code = VG_(am_find_nsegment)(((const Addr *)v)[i]);
        if (code && code->hasX && VG_(DebugInfo_sect_kind)(NULL, ((const Addr *)v)[i]) == Vg_SectText)
            return true;
    }
    return false;
}

static struct rg_leak *scan(void)
{
    struct rg_leak_world w = {
        .words = rg_roots_words,
        .owner = owner_of,
        .is_vtable = is_vtable,
        .chunks_in_data = rg_allocs_in_program(),
        .heuristics = rg_leak_opt.heuristics | (rg_leak_opt.rust_heuristics ? RG_LEAK_H_RUST : 0),
    };
    struct rg_leak *l = rg_leak_new(&w, rg_allocs_heap);

    rg_roots_scan(l);
    rg_leak_finish(l);
    return l;
}

/* ---- records ---- */

static VgRes resolution(void)
{
    return rg_leak_opt.resolution == RG_LEAK_RESOLUTION_LOW   ? Vg_LowRes
           : rg_leak_opt.resolution == RG_LEAK_RESOLUTION_MED ? Vg_MedRes
                                                              : Vg_HighRes;
}

/* With coarse resolution all places of one kind and class are compared with each other.  */
static ULong key_of(UInt kind, UInt class, ExeContext *where)
{
    ULong ecu = rg_leak_opt.resolution == RG_LEAK_RESOLUTION_HIGH ? VG_(get_ECU_from_ExeContext)(where) : 0;
    return (ecu * RG_LEAK_KINDS + kind) * RG_LEAKCLASS_COUNT + class;
}

static struct rg_leak_record *record_for(UInt kind, UInt class, UInt site)
{
    ExeContext *where = rg_sites_context(site);
    ULong key = key_of(kind, class, where);
    uint64_t *first = rg_map_add(&c.by_key, key, NULL);
    struct rg_leak_record *r;

    for (r = (struct rg_leak_record *)(Addr)*first; r; r = r->next)
        if (r->kind == kind && r->class == class && VG_(eq_ExeContext)(resolution(), r->where, where))
            return r;
    r = RG_ALLOC("rg.leak.record", sizeof *r);
    r->kind = kind;
    r->class = class;
    r->site = site;
    r->where = where;
    r->next = (struct rg_leak_record *)(Addr)*first;
    *first = (Addr)r;
    return r;
}

/* Where a cycle goes: "Rc<Node> -> Rc<Node> at +16 -> back at +16".  */
static HChar *cycle_text(struct rg_leak *l, const struct rg_leakclass *classes, size_t leader)
{
    struct rg_leakclass_step steps[RG_LEAKCLASS_MAX_STEPS];
    struct rg_buf b;
    bool proven;
    unsigned n = rg_leakclass_cycle(classes, leader, steps, &proven);
    HChar *text;

    if (n == 0)
        return NULL;
    rg_buf_init(&b, "rg.cycle");
    rg_buf_str(&b, rg_sites_type(rg_leak_at(l, steps[0].block).site));
    for (unsigned i = 0; i < n; i++) {
        rg_buf_str(&b, " -> ");
        rg_buf_str(&b, i + 1 < n ? rg_sites_type(rg_leak_at(l, steps[i + 1].block).site) : "back");
        rg_buf_str(&b, " at +");
        rg_buf_dec(&b, steps[i].offset);
    }
    if (proven)
        rg_buf_str(&b, " (proven: nothing else refers to it)");
    text = VG_(strdup)("rg.cycle", rg_buf_cstr(&b));
    rg_buf_free(&b);
    return text;
}

static Bool is_own_business(UInt class) { return class == RG_LEAKCLASS_RUNTIME || class == RG_LEAKCLASS_LIBC; }

static void note_heuristic(struct rg_leak_record *r, const struct rg_leak_block *b)
{
    if (!b->heuristic || b->kind != RG_LEAK_REACHABLE)
        return;
    r->heuristic_blocks++;
    r->heuristic_bytes += b->size;
    for (UInt h = 0; h < RG_LEAK_N_HEURISTICS; h++)
        if (b->heuristic == 1 << h) {
            c.sums.heuristic_blocks[h]++;
            c.sums.heuristic_bytes[h] += b->size;
        }
}

/* By (kind, class, site) the share, so that most blocks need no context.  Valid until the next call.  */
static struct share *share_of(struct rg_map *cache, UInt kind, UInt class, UInt site)
{
    ULong key = ((ULong)site * RG_LEAK_KINDS + kind) * RG_LEAKCLASS_COUNT + class;
    bool added;
    uint64_t *number = rg_map_add(cache, key, &added);

    if (!added)
        return &c.shares[*number];
    if (c.n_shares == c.shares_room) {
        c.shares_room = c.shares_room ? 2 * c.shares_room : 64;
        c.shares = VG_(realloc)("rg.leak.shares", c.shares, c.shares_room * sizeof *c.shares);
    }
    *number = c.n_shares;
    c.shares[c.n_shares] = (struct share){record_for(kind, class, site), site, 0};
    return &c.shares[c.n_shares++];
}

/* Nothing that is alive owns libc's block B: it is not reached, or by what is left of a pointer on a stack.  */
static Bool is_cached(const struct rg_leak *l, const struct rg_leak_block *b)
{
    if (b->kind == RG_LEAK_DEFINITE || b->kind == RG_LEAK_INDIRECT)
        return True;
    UInt root = rg_leak_root_at(l, b->link)->kind;
    return root == RG_LEAK_ROOT_STACK || root == RG_LEAK_ROOT_REGISTER;
}

static void add_block(struct rg_leak *l, const struct rg_leakclass *classes, struct rg_map *cache, size_t i)
{
    const struct rg_leak_block b = rg_leak_at(l, i);
    UInt class = rg_leakclass_of(classes, i);
    UInt kind = is_own_business(class) ? RG_LEAK_REACHABLE : b.kind;
    struct share *share = share_of(cache, kind, class, b.site);
    struct rg_leak_record *r = share->record;

    if (class == RG_LEAKCLASS_LIBC && is_cached(l, &b)) {
        c.sums.cached_blocks++;
        c.sums.cached_bytes += b.size;
        return;
    }
    r->blocks++;
    r->bytes += b.size;
    share->bytes += b.size;
    note_heuristic(r, &b);
    if (is_own_business(class)) {
        c.sums.runtime_blocks++;
        c.sums.runtime_bytes += b.size;
    }
    if (kind == RG_LEAK_DEFINITE && !r->looked_for_cycle) {
        r->looked_for_cycle = True; /* the first block's does: there may be 10^6 */
        r->cycle = cycle_text(l, classes, i);
    }
    if ((b.kind == RG_LEAK_REACHABLE || b.kind == RG_LEAK_POSSIBLE) && !r->root)
        r->root = VG_(strdup)("rg.root", rg_roots_describe(rg_leak_root_at(l, b.link)));
    if (b.kind == RG_LEAK_INDIRECT && !is_own_business(class)) {
        UInt leader_class = rg_leakclass_of(classes, b.link);
        UInt leader_kind = is_own_business(leader_class) ? RG_LEAK_REACHABLE : RG_LEAK_DEFINITE;
        share_of(cache, leader_kind, leader_class, rg_leak_at(l, b.link).site)->record->indirect += b.size;
    }
}

/* Smallest first, as the last is what stays on the screen.  */
static Int compare(const void *x, const void *y)
{
    const struct rg_leak_record *a = *(struct rg_leak_record *const *)x, *b = *(struct rg_leak_record *const *)y;
    ULong sa = a->bytes + a->indirect, sb = b->bytes + b->indirect;

    if (sa != sb)
        return sa < sb ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind > b->kind ? -1 : 1;
    if (a->blocks != b->blocks)
        return a->blocks < b->blocks ? -1 : 1;
    return a->site < b->site ? -1 : a->site > b->site;
}

static void begin_records(void)
{
    size_t cursor = 0;
    uint64_t key, first;

    if (!c.made)
        rg_map_init(&c.by_key, "rg.leak.records");
    c.made = True;
    while (rg_map_next(&c.by_key, &cursor, &key, &first))
        for (struct rg_leak_record *r = (struct rg_leak_record *)(Addr)first; r; r = r->next) {
            r->old_blocks = r->blocks;
            r->old_bytes = r->bytes;
            r->old_indirect = r->indirect;
            r->blocks = r->bytes = r->indirect = r->heuristic_blocks = r->heuristic_bytes = 0;
            r->cycle = r->root = NULL;
            r->looked_for_cycle = False;
        }
    c.n_shares = 0;
    c.old_sums = c.sums;
    c.sums = (struct rg_leak_sums){.runtime_blocks = 0};
}

/* Records that have lost their last block have a number once more, as with memcheck.  */
static void sort_records(void)
{
    size_t cursor = 0;
    uint64_t key, first;
    UInt room = 64;

    VG_(free)(c.sorted);
    c.sorted = VG_(malloc)("rg.leak.sorted", room * sizeof *c.sorted);
    c.n_sorted = 0;
    while (rg_map_next(&c.by_key, &cursor, &key, &first))
        for (struct rg_leak_record *r = (struct rg_leak_record *)(Addr)first; r; r = r->next) {
            if (!r->blocks && !r->old_blocks)
                continue;
            if (c.n_sorted == room) {
                room *= 2;
                c.sorted = VG_(realloc)("rg.leak.sorted", c.sorted, room * sizeof *c.sorted);
            }
            c.sorted[c.n_sorted++] = r;
        }
    VG_(ssort)(c.sorted, c.n_sorted, sizeof *c.sorted, compare);
    for (UInt i = 0; i < c.n_sorted; i++)
        c.sorted[i]->number = i + 1;
}

static Bool collect(void)
{
    struct rg_leak *l;
    struct rg_leakclass *classes;
    struct rg_map cache;

    begin_records();
    if (rg_heap_totals(rg_allocs_heap)->live_blocks == 0) {
        sort_records();
        return False;
    }
    rg_undefined_hide();
    l = scan();
    classes = rg_leakclass_new(l);
    rg_map_init(&cache, "rg.leak.cache");
    for (size_t i = 0; i < rg_leak_count(l); i++)
        add_block(l, classes, &cache, i);
    rg_map_free(&cache);
    c.memory = rg_leak_memory(l) + rg_leak_count(l); /* a byte for the class */
    rg_leakclass_free(classes);
    rg_leak_free(l);
    rg_undefined_show();
    sort_records();
    return True;
}

/* ---- showing ---- */

static Bool changed(const struct rg_leak_record *r, enum rg_leak_delta delta)
{
    switch (delta) {
    case RG_LEAK_DELTA_ALL: return r->blocks > 0;
    case RG_LEAK_DELTA_INCREASED:
        return r->bytes > r->old_bytes || r->indirect > r->old_indirect || r->blocks > r->old_blocks;
    case RG_LEAK_DELTA_NEW: return r->blocks > 0 && r->old_blocks == 0;
    default: return r->bytes != r->old_bytes || r->indirect != r->old_indirect || r->blocks != r->old_blocks;
    }
}

static void show_records(enum rg_leak_mode mode, enum rg_leak_delta delta, Bool quiet)
{
    UInt left = rg_leak_opt.limit ? rg_leak_opt.limit : ~0u;

    for (UInt i = 0; i < c.n_sorted; i++) {
        struct rg_leak_record *r = c.sorted[i];
        Bool own = is_own_business(r->class);
        Bool count = !own && !quiet && mode == RG_LEAK_MODE_FULL && r->blocks > 0 && (rg_leak_opt.errors & (1 << r->kind)) &&
                     changed(r, delta);
        Bool print = !own && !quiet && mode == RG_LEAK_MODE_FULL && (rg_leak_opt.show & (1 << r->kind)) && changed(r, delta);

        if (print && left-- == 0) {
            left = 0;
            print = False;
        }
        r->suppressed = False;
        if (!own && (r->blocks > 0 || print))
            r->suppressed = rg_leakerror_show(r, c.n_sorted, print, count, delta);
        if (r->suppressed) {
            c.sums.suppressed_blocks += r->blocks;
            c.sums.suppressed_bytes += r->bytes;
        } else {
            c.sums.blocks[r->kind] += r->blocks;
            c.sums.bytes[r->kind] += r->bytes;
        }
    }
}

static const HChar *const heuristic_words[RG_LEAK_N_HEURISTICS] = {"stdstring", "length64", "newarray", "multipleinheritance",
                                                                   "rust"};

/* With DELTA also by how much it differs from the check before.  */
static void print_sum(const HChar *label, ULong bytes, ULong old_bytes, ULong blocks, ULong old_blocks, Bool delta)
{
    HChar d_bytes[32] = "", d_blocks[32] = "";

    if (delta) {
        VG_(sprintf)(d_bytes, bytes >= old_bytes ? " (+%'llu)" : " (-%'llu)",
                     bytes >= old_bytes ? bytes - old_bytes : old_bytes - bytes);
        VG_(sprintf)(d_blocks, blocks >= old_blocks ? " (+%'llu)" : " (-%'llu)",
                     blocks >= old_blocks ? blocks - old_blocks : old_blocks - blocks);
    }
    VG_(umsg)("%s: %'llu%s bytes in %'llu%s blocks\n", label, bytes, d_bytes, blocks, d_blocks);
}

static void print_summary(enum rg_leak_mode mode, Bool delta)
{
    static const HChar *const labels[RG_LEAK_KINDS] = {"   definitely lost", "   indirectly lost", "     possibly lost",
                                                       "   still reachable"};
    const struct rg_leak_sums *s = &c.sums;
    Bool head = False;

    VG_(umsg)("LEAK SUMMARY:\n");
    for (UInt k = 0; k < RG_LEAK_KINDS; k++)
        print_sum(labels[k], s->bytes[k], c.old_sums.bytes[k], s->blocks[k], c.old_sums.blocks[k], delta);
    for (UInt h = 0; h < RG_LEAK_N_HEURISTICS; h++) {
        HChar label[64];
        if (!s->heuristic_blocks[h] && !(delta && c.old_sums.heuristic_blocks[h]))
            continue;
        if (!head)
            VG_(umsg)("                      of which reachable via heuristic:\n");
        head = True;
        VG_(sprintf)(label, "                        %-19s", heuristic_words[h]);
        print_sum(label, s->heuristic_bytes[h], c.old_sums.heuristic_bytes[h], s->heuristic_blocks[h],
                  c.old_sums.heuristic_blocks[h], delta);
    }
    if (s->runtime_blocks)
        VG_(umsg)("                      of which std's and libc's own, no leaks: %'llu bytes in %'llu blocks\n",
                  s->runtime_bytes, s->runtime_blocks);
    if (s->cached_blocks)
        VG_(umsg)("   kept for threads: %'llu bytes in %'llu blocks by libc, no leaks\n", s->cached_bytes, s->cached_blocks);
    print_sum("        suppressed", s->suppressed_bytes, c.old_sums.suppressed_bytes, s->suppressed_blocks,
              c.old_sums.suppressed_blocks, delta);
    if (mode != RG_LEAK_MODE_FULL && s->blocks[0] + s->blocks[1] + s->blocks[2] + s->blocks[3] > s->runtime_blocks)
        VG_(umsg)("Rerun with --leak-check=full to see details of leaked memory\n");
    else if (mode == RG_LEAK_MODE_FULL && !(rg_leak_opt.show & 1 << RG_LEAK_REACHABLE) && s->blocks[3] > s->runtime_blocks) {
        VG_(umsg)("Reachable blocks (those to which a pointer was found) are not shown.\n");
        VG_(umsg)("To see them, rerun with: --leak-check=full --show-leak-kinds=all\n");
    }
    VG_(umsg)("\n");
}

void rg_leakcheck_run(enum rg_leak_mode mode, enum rg_leak_delta delta, Bool quiet)
{
    if (!rg_allocs_heap || mode == RG_LEAK_MODE_NO)
        return;
    UInt begun = VG_(read_millisecond_timer)(), cpu_begun = VG_(get_user_milliseconds)();
    Bool any = collect();
    if (VG_(clo_verbosity) > 1)
        VG_(umsg)("rustgrind: searched %'llu blocks in %'u ms (%'u ms of the CPU), with %'llu bytes of memory\n",
                  (ULong)rg_heap_totals(rg_allocs_heap)->live_blocks, VG_(read_millisecond_timer)() - begun,
                  VG_(get_user_milliseconds)() - cpu_begun, c.memory);
    if (!any) {
        if (!quiet && VG_(clo_verbosity) > 0 && !VG_(clo_xml)) {
            VG_(umsg)("All heap blocks were freed -- no leaks are possible\n");
            VG_(umsg)("\n");
        }
        return;
    }
    show_records(mode, delta, quiet);
    if (!quiet && VG_(clo_verbosity) > 0 && !VG_(clo_xml))
        print_summary(mode, delta != RG_LEAK_DELTA_ALL);
}

ULong *rg_leakcheck_lost_by_site(void)
{
    ULong *lost = RG_ALLOC("rg.leak.lost", (rg_sites_count() + 1) * sizeof *lost);

    for (UInt i = 0; i < c.n_shares; i++) {
        const struct rg_leak_record *r = c.shares[i].record;
        if ((r->kind == RG_LEAK_DEFINITE || r->kind == RG_LEAK_INDIRECT) && !r->suppressed)
            lost[c.shares[i].site] += c.shares[i].bytes;
    }
    return lost;
}

void rg_leakcheck_heap_summary(void)
{
    const struct rg_heap_totals *t = rg_heap_totals(rg_allocs_heap);

    rg_heap_settle(rg_allocs_heap);
    if (VG_(clo_verbosity) == 0 || VG_(clo_xml))
        return;
    VG_(umsg)("HEAP SUMMARY:\n");
    VG_(umsg)("    in use at exit: %'llu bytes in %'llu blocks\n", (ULong)t->live_bytes, (ULong)t->live_blocks);
    VG_(umsg)("  total heap usage: %'llu allocs, %'llu frees, %'llu bytes allocated\n", (ULong)t->allocs, (ULong)t->frees,
              (ULong)t->bytes);
    VG_(umsg)("         peak heap: %'llu bytes in %'llu blocks\n", (ULong)t->peak_bytes, (ULong)t->peak_blocks);
    VG_(umsg)("         temporary: %'llu blocks freed before their thread's next allocation\n", (ULong)t->temp_blocks);
    VG_(umsg)("           realloc: %'llu calls copied %'llu bytes\n", (ULong)t->realloc_blocks, (ULong)t->copied_bytes);
    VG_(umsg)("            unused: %'llu bytes at the ends of blocks, at most\n", (ULong)t->unused_bytes);
    VG_(umsg)("\n");
    rg_heapreport_print();
}

void rg_leakcheck_final(void)
{
    if (!rg_allocs_heap)
        return;
    rg_unused_count_live(1);
    rg_leakcheck_heap_summary();
    rg_leakcheck_run(rg_leak_opt.mode, RG_LEAK_DELTA_ALL, False);
}

/* ---- #rg leak ---- */

static void put_field(struct rg_buf *b, const HChar *key, const HChar *value)
{
    rg_buf_char(b, '\t');
    rg_buf_str(b, key);
    rg_buf_char(b, '=');
    for (; *value; value++)
        rg_buf_char(b, (UChar)*value < ' ' ? ' ' : *value);
}

static void put_number(struct rg_buf *b, const HChar *key, ULong v)
{
    rg_buf_char(b, '\t');
    rg_buf_str(b, key);
    rg_buf_char(b, '=');
    rg_buf_dec(b, v);
}

static void put_records(struct rg_buf *b)
{
    static const HChar *const kinds[RG_LEAK_KINDS] = {"definite", "indirect", "possible", "reachable"};

    for (UInt i = 0; i < c.n_sorted; i++) {
        const struct rg_leak_record *r = c.sorted[i];
        if (!r->blocks)
            continue;
        rg_buf_str(b, "#rg leak");
        put_field(b, "kind", kinds[r->kind]);
        put_field(b, "class", rg_leakclass_word(r->class));
        put_number(b, "blocks", r->blocks);
        put_number(b, "bytes", r->bytes);
        if (r->indirect)
            put_number(b, "indirect", r->indirect);
        put_field(b, "owner", rg_sites_type(r->site));
        put_field(b, "site", rg_sites_place(r->site));
        if (r->cycle)
            put_field(b, "cycle", r->cycle);
        if (r->root)
            put_field(b, "root", r->root);
        if (r->suppressed)
            put_field(b, "suppressed", "yes");
        rg_buf_char(b, '\n');
    }
}

void rg_leakcheck_write(bool (*sink)(void *arg, const char *bytes, size_t n), void *arg)
{
    struct rg_buf b;

    rg_buf_init(&b, "rg.leak.text");
    put_records(&b);
    if (b.n > 0)
        sink(arg, b.p, b.n);
    rg_buf_free(&b);
}
