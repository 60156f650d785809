/* rg_sites.c - places of allocation.

   SPDX-License-Identifier: GPL-2.0-or-later

   A path is read from the shadow stack, not by unwinding: it is exact, needs no debug information, and has functions that were
   reached by tail calls.  Reading all of it at every allocation would be slow, so each thread keeps the nodes of the frames it
   saw last.  A frame that is still there has the same counter of instructions at its call and the same counters of its edge; then
   all below is unchanged, too.  So only frames pushed since the last allocation are looked at.

   Paths of recursive functions would be as many as calls.  A function that was called from the same place many times on
   one path is folded into its nearest earlier call.  */
#include "rg_sites.h"

enum {
    MAX_NODES = 1 << 22,  /* 170 MB; paths beyond are cut short */
    FOLD_LOOK_BACK = 64,
    FOLD_AFTER = 10, /* calls of one function from one place on a path */
    MAX_FRAMES = 256,
    TEXT_BYTES = 32768,
};

struct level {
    UWord enter;
    const UWord *acc;
    UInt node;
    UInt parent; /* of NODE: that of the level below, when this was looked up */
};

struct stack_cache {
    struct level *levels; /* by number of the frame above the base */
    UInt n, room;
};

struct site {
    UInt node;
    UChar owner; /* + 1; 0: not asked yet */
    Addr entry;
    const UWord *call; /* custom blocks: what rg_sites_call returns */
    ExeContext *context;
    HChar *type, *place;
};

static struct {
    struct rg_calltree *tree;
    struct stack_cache *caches; /* by thread */
    struct site *sites;
    UInt n_sites, room;
} s;

void rg_sites_init(void)
{
    s.tree = rg_calltree_new("rg.sites");
    s.caches = RG_ALLOC("rg.sites", VG_N_THREADS * sizeof *s.caches);
}

void rg_sites_forget(void) { s.caches[rg_current_tid].n = 0; }
void rg_sites_thread_gone(ThreadId tid) { s.caches[tid].n = 0; }

/* ---- the tree ---- */

/* The node for a call from PARENT, with recursion folded.  */
static UInt child(UInt parent, Addr ip, UInt fn, const UWord *via)
{
    UInt n = rg_calltree_count(s.tree), seen = 0, nearest = 0, made, up = parent;

    for (UInt i = 0; i < FOLD_LOOK_BACK && up != RG_CALLTREE_ROOT; i++) {
        const struct rg_calltree_node *c = rg_calltree_at(s.tree, up);
        if (c->depth < FOLD_AFTER)
            break;
        if (c->fn == fn && c->ip == ip) {
            nearest = nearest ? nearest : up;
            if (++seen == FOLD_AFTER)
                return nearest;
        }
        up = c->parent;
    }
    if (n >= MAX_NODES)
        return parent;
    made = rg_calltree_child(s.tree, parent, ip, fn, rg_opt.heap_events ? (Addr)via : 0);
    return made;
}

static Addr frame_ip(const struct rg_frame *f, Bool is_base)
{
    if (is_base)
        return 0;
    return f->sp & 1 ? f->ret : *(const Addr *)(f->sp & ~(Addr)3);
}

/* The node of the running thread's stack.  */
static UInt node_now(void)
{
    const struct rg_frame *base = rg_thread_of(rg_current_tid)->base;
    struct stack_cache *c = &s.caches[rg_current_tid];
    UInt top = rg_s.top - base, same, node;

    if (top >= c->room) {
        UInt old = c->room;
        c->room = 2 * top + 64;
        c->levels = VG_(realloc)("rg.sites", c->levels, c->room * sizeof *c->levels);
        VG_(memset)(c->levels + old, 0, (c->room - old) * sizeof *c->levels);
    }
    for (same = c->n < top + 1 ? c->n : top + 1; same > 0; same--) {
        const struct level *l = &c->levels[same - 1];
        const struct rg_frame *f = &base[same - 1];
        if (l->enter == f->enter && l->acc == f->acc && same > 1)
            break;
    }
    node = same ? c->levels[same - 1].node : RG_CALLTREE_ROOT;
    for (UInt i = same; i <= top; i++) {
        const struct rg_frame *f = &base[i];
        struct level *l = &c->levels[i];
        /* Most calls that were made again are the same ones, by the same path.  */
        if (l->acc == f->acc && l->parent == node && rg_stack_is_call(f->acc)) {
            l->enter = f->enter;
            node = l->node;
            continue;
        }
        UInt parent = node;
        if (f->home != RG_HOME_SKIP && f->home != RG_HOME_NONE)
            node = child(node, frame_ip(f, i == 0), f->home / 8, f->acc);
        *l = (struct level){f->enter, f->acc, node, parent};
    }
    c->n = top + 1;
    return node;
}

/* The site that node MARKED stands for.  */
static UInt site_of(UInt marked, UInt node, Addr entry)
{
    struct rg_calltree_node *n = rg_calltree_at(s.tree, marked);

    if (n->mark)
        return n->mark - 1;
    if (s.n_sites == s.room) {
        s.room = s.room ? 2 * s.room : 256;
        s.sites = VG_(realloc)("rg.sites", s.sites, s.room * sizeof *s.sites);
    }
    s.sites[s.n_sites] = (struct site){.node = node, .entry = entry};
    n->mark = ++s.n_sites;
    return s.n_sites - 1;
}

UInt rg_sites_now(Addr entry)
{
    UInt node = node_now();
    return site_of(node, node, entry);
}

/* A function may have several requests, each of which is a place: a node that is on no path stands for it.  */
UInt rg_sites_custom(Addr ip)
{
    UInt node = node_now();
    UInt site = site_of(rg_calltree_child(s.tree, node, ip, rg_calltree_at(s.tree, node)->fn, 0), node, ip);

    if (rg_opt.heap_events && !s.sites[site].call)
        s.sites[site].call = rg_stack_last_skipped();
    return site;
}

const UWord *rg_sites_call(UInt site, UInt *node)
{
    const struct rg_calltree_node *n = rg_calltree_at(s.tree, s.sites[site].node);

    *node = s.sites[site].node;
    if (s.sites[site].call)
        return s.sites[site].call;
    if (!rg_stack_is_call((const UWord *)(Addr)n->via))
        return NULL;
    *node = n->parent;
    return (const UWord *)(Addr)n->via;
}

const struct rg_calltree *rg_sites_tree(void) { return s.tree; }
UInt rg_sites_count(void) { return s.n_sites; }
UInt rg_sites_node(UInt site) { return s.sites[site].node; }
const struct rg_calltree_node *rg_sites_node_at(UInt node) { return rg_calltree_at(s.tree, node); }

UInt rg_sites_ips(UInt site, Addr *ips, UInt max)
{
    UInt n = 0;

    ips[n++] = s.sites[site].entry;
    for (UInt node = s.sites[site].node; node != RG_CALLTREE_ROOT && n < max;) {
        const struct rg_calltree_node *c = rg_calltree_at(s.tree, node);
        if (c->ip)
            ips[n++] = c->ip - 1;
        node = c->parent;
    }
    return n;
}

ExeContext *rg_sites_context(UInt site)
{
    Addr ips[MAX_FRAMES];
    UInt max = VG_(clo_backtrace_size) < MAX_FRAMES ? VG_(clo_backtrace_size) : MAX_FRAMES;

    if (!s.sites[site].context) {
        UInt n = rg_sites_ips(site, ips, max);
        s.sites[site].context = VG_(make_ExeContext_from_StackTrace)(ips, n);
    }
    return s.sites[site].context;
}

/* ---- frames with inlined functions ---- */

static HChar text[TEXT_BYTES]; /* strings of the frames */
static UInt text_n;
static struct rg_owner_frame frames[MAX_FRAMES];
static UInt n_frames;

/* Copies the element NAME of XML, unescaped; NULL when there is none or no room.  */
static const HChar *element(const HChar *xml, const HChar *name)
{
    static const struct {
        const HChar *escaped;
        HChar c;
    } escapes[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    HChar open[16];
    const HChar *p, *end;
    UInt start = text_n;

    VG_(sprintf)(open, "<%s>", name);
    p = VG_(strstr)(xml, open);
    if (!p)
        return NULL;
    p += VG_(strlen)(open);
    end = VG_(strstr)(p, "</");
    while (end && p < end && text_n + 2 < TEXT_BYTES) {
        UInt i = 0;
        while (i < 5 && VG_(strncmp)(p, escapes[i].escaped, VG_(strlen)(escapes[i].escaped)) != 0)
            i++;
        text[text_n++] = i < 5 ? escapes[i].c : *p;
        p += i < 5 ? VG_(strlen)(escapes[i].escaped) : 1;
    }
    text[text_n++] = 0;
    return text + start;
}

/* The file with its directory, as one string.  */
static const HChar *path_of(const HChar *xml)
{
    const HChar *dir = element(xml, "dir"), *file;

    if (!dir)
        return element(xml, "file");
    text[text_n - 1] = '/';
    file = element(xml, "file");
    return file ? dir : NULL;
}

static void add_frames(Addr ip)
{
    InlIPCursor *cursor = VG_(new_IIPC)(VG_(current_DiEpoch)(), ip);

    do {
        const HChar *xml = VG_(describe_IP)(VG_(current_DiEpoch)(), ip, cursor);
        struct rg_owner_frame *f = &frames[n_frames++];
        const HChar *line;
        f->fn = element(xml, "fn");
        f->obj = element(xml, "obj");
        f->file = path_of(xml);
        line = element(xml, "line");
        f->line = line ? VG_(strtoll10)(line, NULL) : 0;
    } while (VG_(next_IIPC)(cursor) && n_frames < MAX_FRAMES && text_n + 4096 < TEXT_BYTES);
    VG_(delete_IIPC)(cursor);
}

/* The core's XML form of a frame is the one that has all its parts apart.  */
UInt rg_sites_frames(UInt site, const struct rg_owner_frame **out)
{
    enum { MAX_IPS = 64 };
    Addr ips[MAX_IPS];
    UInt n = rg_sites_ips(site, ips, MAX_IPS);
    Bool xml = VG_(clo_xml);

    n_frames = text_n = 0;
    VG_(clo_xml) = True;
    for (UInt i = 0; i < n && n_frames < MAX_FRAMES && text_n + 4096 < TEXT_BYTES; i++)
        add_frames(ips[i]);
    VG_(clo_xml) = xml;
    *out = frames;
    return n_frames;
}

/* ---- owners ---- */

static void describe(UInt site)
{
    const struct rg_owner_frame *f;
    UInt n = rg_sites_frames(site, &f);
    struct rg_owner_result r = rg_owner_of(f, n);
    struct rg_buf b;

    rg_buf_init(&b, "rg.sites");
    rg_owner_type(&b, &r, f, n);
    s.sites[site].type = VG_(strdup)("rg.sites", rg_buf_cstr(&b));
    rg_buf_clear(&b);
    if (r.site_frame < n) {
        const struct rg_owner_frame *at = &f[r.site_frame];
        const HChar *file = at->file ? at->file : at->obj, *slash = file ? VG_(strrchr)(file, '/') : NULL;
        rg_buf_str(&b, at->fn ? at->fn : "???");
        rg_buf_str(&b, " (");
        rg_buf_str(&b, slash ? slash + 1 : file ? file : "???");
        if (at->line) {
            rg_buf_char(&b, ':');
            rg_buf_dec(&b, at->line);
        }
        rg_buf_char(&b, ')');
    }
    s.sites[site].place = VG_(strdup)("rg.sites", rg_buf_cstr(&b));
    rg_buf_free(&b);
    s.sites[site].owner = r.owner + 1;
}

enum rg_owner rg_sites_owner(UInt site)
{
    if (!s.sites[site].owner)
        describe(site);
    return s.sites[site].owner - 1;
}

const HChar *rg_sites_type(UInt site)
{
    rg_sites_owner(site);
    return s.sites[site].type;
}

const HChar *rg_sites_place(UInt site)
{
    rg_sites_owner(site);
    return s.sites[site].place;
}
