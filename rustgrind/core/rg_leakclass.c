/* rg_leakclass.c - what kind of mistake a lost block is.

   SPDX-License-Identifier: GPL-2.0-or-later

   Lost blocks that reach each other are found as strongly connected components (Tarjan's algorithm, SIAM J. Comput. 1(2), 1972,
   without recursion).  A component alone is no Rc cycle: nodes of a forgotten BTreeMap or LinkedList point to their parents and
   predecessors.  What makes it one is an Rc or Arc in it; and it is proven when each counter of strong references is just the
   number of pointers to the block that were found in lost blocks, for then nobody else has one.

   Nor is an arena a cycle of owners: the objects in its block point at each other, and some keep a pointer to its start there, too.
   It is told by pointers from a block into itself, at two places at least, of which one is not its start; or at its start, if another
   lost block, which may be the arena's next one, points into its middle.  Only blocks that have no type of their own can be one: a Box
   with a future in it points into itself, too.

   All blocks that belong to one definitely lost block get its class, so that what the user sees is one mistake.  A cycle
   among them is what keeps the rest alive, so it comes first.  */
#include "rg_leakclass.h"

static const char tag[] = "rg.leakclass";

static const struct {
    const char *word, *text;
} classes[RG_LEAKCLASS_COUNT] = {
    [RG_LEAKCLASS_LOST] = {"lost", NULL},
    [RG_LEAKCLASS_BOX] = {"leaked-box", "never dropped: Box::leak, Box::into_raw, mem::forget or ManuallyDrop"},
    [RG_LEAKCLASS_VEC] = {"leaked-vec",
                          "never dropped: Vec, String or slice forgotten (mem::forget, leak, into_raw, ManuallyDrop)"},
    [RG_LEAKCLASS_DEQUE] = {"leaked-vecdeque", "never dropped: VecDeque forgotten"},
    [RG_LEAKCLASS_LIST] = {"leaked-linkedlist", "never dropped: LinkedList forgotten"},
    [RG_LEAKCLASS_BTREE] = {"leaked-btree", "never dropped: BTreeMap or BTreeSet forgotten"},
    [RG_LEAKCLASS_HASH] = {"leaked-hashmap", "never dropped: HashMap or HashSet forgotten"},
    [RG_LEAKCLASS_CHANNEL] = {"leaked-mpsc", "never dropped: Sender or Receiver forgotten"},
    [RG_LEAKCLASS_RC] = {"leaked-rc", "a counted reference was forgotten: its count never comes to 0"},
    [RG_LEAKCLASS_WEAK] = {"weak-only", "the value is dropped, but a forgotten Weak keeps its memory"},
    [RG_LEAKCLASS_RC_CYCLE] = {"rc-cycle", "counted references form a cycle: one of them should be a Weak"},
    [RG_LEAKCLASS_OWN_CYCLE] = {"ownership-cycle", "these blocks own each other"},
    [RG_LEAKCLASS_ARENA] = {"arena", "never dropped: an arena, a block that holds many objects"},
    [RG_LEAKCLASS_FFI] = {"ffi", "allocated by C code, or by a call of its malloc"},
    [RG_LEAKCLASS_STATIC] = {"static", NULL},
    [RG_LEAKCLASS_TLS] = {"tls", NULL},
    [RG_LEAKCLASS_STACK] = {"stack", NULL},
    [RG_LEAKCLASS_THREAD] = {"thread", NULL},
    [RG_LEAKCLASS_MMAP] = {"mmap", NULL},
    [RG_LEAKCLASS_LIBC] = {"libc", NULL},
    [RG_LEAKCLASS_RUNTIME] = {"runtime", NULL},
};

const char *rg_leakclass_word(enum rg_leak_class c) { return classes[c].word; }
const char *rg_leakclass_text(enum rg_leak_class c) { return classes[c].text; }

enum { SELF = 1, HAS_RC = 2, UNPROVEN = 4, MIXED = 8, ARENA = 16 };

/* Of a component.  */
struct component {
    uint32_t n;
    uint8_t flags;
    uint8_t owner; /* of all its blocks, unless MIXED */
};

/* Lost blocks are numbered from 0 in the order of their addresses.  */
struct rg_leakclass {
    struct rg_leak *l;
    uint8_t *of; /* class, by block */
    uint32_t *lost;  /* blocks */
    uint32_t n;
    uint32_t *component; /* by lost block */
    uint32_t *found;     /* by lost block: pointers to its start */
    struct component *components;
    uint32_t n_components;
};

/* ---- numbers ---- */

static bool is_lost(const struct rg_leak_block *b) { return b->kind == RG_LEAK_DEFINITE || b->kind == RG_LEAK_INDIRECT; }

/* The number of lost block I, or NOT_FOUND.  */
static uint32_t number_of(const struct rg_leakclass *c, size_t i)
{
    uint32_t lo = 0, hi = c->n;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->lost[mid] < i)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->n && c->lost[lo] == i ? lo : RG_LEAK_NOT_FOUND;
}

static enum rg_owner owner(const struct rg_leakclass *c, size_t i)
{
    const struct rg_leak_world *w = rg_leak_world_of(c->l);
    return w->owner(w->arg, rg_leak_at(c->l, i)->site);
}

/* ---- components ---- */

struct frame {
    uint32_t v, word;
};

struct tarjan {
    struct rg_leakclass *c;
    uint32_t *index, *low; /* 0: not seen; index with DONE: its component is known */
    uint32_t next_index;
    uint32_t *stack;
    uint32_t stack_n;
    struct frame *calls;
    uint32_t calls_n, calls_room;
    bool entered;
};

enum { DONE = 1 };

static void enter(struct tarjan *t, uint32_t v)
{
    if (t->calls_n == t->calls_room) {
        t->calls_room = t->calls_room ? 2 * t->calls_room : 256;
        t->calls = rg_realloc(tag, t->calls, t->calls_room * sizeof *t->calls);
    }
    t->calls[t->calls_n++] = (struct frame){v, 0};
    t->index[v] = t->low[v] = t->next_index += 2;
    t->stack[t->stack_n++] = v;
    t->entered = true;
}

static bool edge(void *arg, size_t word, size_t to, uint64_t offset, unsigned ref)
{
    struct tarjan *t = arg;
    struct frame *f = &t->calls[t->calls_n - 1];
    uint32_t v = f->v, w;

    (void)offset;
    if (ref == RG_LEAK_REF_INTERIOR || (w = number_of(t->c, to)) == RG_LEAK_NOT_FOUND)
        return true;
    if (!t->index[w]) {
        f->word = word;
        enter(t, w);
        return false;
    }
    if (!(t->index[w] & DONE) && t->index[w] < t->low[v])
        t->low[v] = t->index[w];
    return true;
}

static void leave(struct tarjan *t)
{
    uint32_t v = t->calls[--t->calls_n].v, w;

    if (t->calls_n > 0) {
        uint32_t up = t->calls[t->calls_n - 1].v;
        t->low[up] = t->low[v] < t->low[up] ? t->low[v] : t->low[up];
    }
    if (t->low[v] != t->index[v])
        return;
    do {
        w = t->stack[--t->stack_n];
        t->index[w] |= DONE;
        t->c->component[w] = t->c->n_components;
    } while (w != v);
    t->c->n_components++;
}

static void find_components(struct rg_leakclass *c)
{
    struct tarjan t = {.c = c};

    t.index = rg_alloc(tag, c->n * sizeof *t.index);
    t.low = rg_alloc(tag, c->n * sizeof *t.low);
    t.stack = rg_alloc(tag, c->n * sizeof *t.stack);
    for (uint32_t v = 0; v < c->n; v++) {
        if (t.index[v])
            continue;
        enter(&t, v);
        while (t.calls_n > 0) {
            const struct frame *f = &t.calls[t.calls_n - 1];
            t.entered = false;
            rg_leak_refs(c->l, c->lost[f->v], f->word, edge, &t);
            if (!t.entered)
                leave(&t);
        }
    }
    rg_free(t.index);
    rg_free(t.low);
    rg_free(t.stack);
    rg_free(t.calls);
}

/* ---- what they are ---- */

struct counting {
    struct rg_leakclass *c;
    uint32_t v;
    uint64_t into; /* the first place in itself that it points at, if not its start; 0: none */
    uint8_t *places;
};

/* Places in a lost block that lost blocks point at.  */
enum { OWN_START = 1, OWN_MIDDLE = 2, OWN_SECOND_MIDDLE = 4, MIDDLE_BY_OTHER = 8, LOW_TAGS = 8 };

enum { MIN_ARENA_OF_VEC = 64, MIN_ARENA = 256, FIRST_THREAD = 1 };

static bool may_be_arena(const struct rg_leakclass *c, uint32_t v)
{
    enum rg_owner o = owner(c, c->lost[v]);
    uint64_t size = rg_leak_at(c->l, c->lost[v])->size;

    return (o == RG_OWNER_VEC && size >= MIN_ARENA_OF_VEC) || (o == RG_OWNER_UNKNOWN && size >= MIN_ARENA);
}

static bool is_arena(const struct rg_leakclass *c, uint32_t v, uint8_t places)
{
    return (places & OWN_SECOND_MIDDLE || (places & OWN_START && places & (OWN_MIDDLE | MIDDLE_BY_OTHER))) && may_be_arena(c, v);
}

static void note_place(struct counting *x, uint32_t w, uint64_t offset)
{
    uint8_t *places = &x->places[w];

    if (w != x->v) {
        *places |= offset >= LOW_TAGS ? MIDDLE_BY_OTHER : 0;
        return;
    }
    *places |= offset == 0 ? OWN_START : x->into && x->into != offset ? OWN_SECOND_MIDDLE : OWN_MIDDLE;
    if (offset)
        x->into = offset;
}

static bool count_ref(void *arg, size_t word, size_t to, uint64_t offset, unsigned ref)
{
    struct counting *x = arg;
    uint32_t w = number_of(x->c, to);

    (void)word;
    if (w == RG_LEAK_NOT_FOUND)
        return true;
    note_place(x, w, offset);
    if (ref != RG_LEAK_REF_START)
        return true;
    x->c->found[w]++;
    if (w == x->v)
        x->c->components[x->c->component[w]].flags |= SELF;
    return true;
}

static bool is_counted(enum rg_owner o) { return o == RG_OWNER_RC || o == RG_OWNER_ARC; }

static void describe_components(struct rg_leakclass *c)
{
    uint8_t *places = rg_alloc(tag, c->n);
    uint64_t strong;

    c->components = rg_alloc(tag, c->n_components * sizeof *c->components);
    c->found = rg_alloc(tag, c->n * sizeof *c->found);
    for (uint32_t v = 0; v < c->n; v++) {
        struct counting x = {c, v, 0, places};
        rg_leak_refs(c->l, c->lost[v], 0, count_ref, &x);
    }
    for (uint32_t v = 0; v < c->n; v++) {
        struct component *k = &c->components[c->component[v]];
        enum rg_owner o = owner(c, c->lost[v]);
        if (is_arena(c, v, places[v]))
            k->flags |= ARENA;
        if (k->n > 0 && k->owner != o)
            k->flags |= MIXED;
        k->owner = o;
        k->n++;
        if (!is_counted(o))
            continue;
        k->flags |= HAS_RC;
        if (!rg_leak_word(c->l, c->lost[v], 0, &strong) || strong != c->found[v])
            k->flags |= UNPROVEN;
    }
    rg_free(places);
}

static bool is_cyclic(const struct component *k) { return k->n > 1 || (k->flags & SELF); }

static enum rg_leak_class class_of_owner(const struct rg_leakclass *c, uint32_t v, enum rg_owner o)
{
    uint64_t strong;

    switch (o) {
    case RG_OWNER_BOX: return RG_LEAKCLASS_BOX;
    case RG_OWNER_VEC: return RG_LEAKCLASS_VEC;
    case RG_OWNER_DEQUE: return RG_LEAKCLASS_DEQUE;
    case RG_OWNER_LIST: return RG_LEAKCLASS_LIST;
    case RG_OWNER_BTREE: return RG_LEAKCLASS_BTREE;
    case RG_OWNER_HASH: return RG_LEAKCLASS_HASH;
    case RG_OWNER_CHANNEL: return RG_LEAKCLASS_CHANNEL;
    case RG_OWNER_FFI: return RG_LEAKCLASS_FFI;
    case RG_OWNER_THREAD: return RG_LEAKCLASS_RC; /* a forgotten JoinHandle holds two of them */
    case RG_OWNER_RUNTIME: return RG_LEAKCLASS_RUNTIME;
    case RG_OWNER_LIBC: return RG_LEAKCLASS_LIBC;
    case RG_OWNER_RC:
    case RG_OWNER_ARC:
        return rg_leak_word(c->l, c->lost[v], 0, &strong) && strong == 0 ? RG_LEAKCLASS_WEAK : RG_LEAKCLASS_RC;
    default: return RG_LEAKCLASS_LOST;
    }
}

static bool links_its_nodes(enum rg_owner o) { return o == RG_OWNER_BTREE || o == RG_OWNER_LIST || o == RG_OWNER_CHANNEL; }

static enum rg_leak_class class_of_lost(const struct rg_leakclass *c, uint32_t v)
{
    const struct component *k = &c->components[c->component[v]];
    enum rg_owner o = owner(c, c->lost[v]);

    if (is_cyclic(k) && (k->flags & HAS_RC))
        return RG_LEAKCLASS_RC_CYCLE;
    if (k->flags & ARENA)
        return RG_LEAKCLASS_ARENA;
    if (is_cyclic(k) && ((k->flags & MIXED) || !links_its_nodes(k->owner)))
        return RG_LEAKCLASS_OWN_CYCLE;
    return class_of_owner(c, v, o);
}

static enum rg_leak_class class_of_reached(const struct rg_leakclass *c, size_t i)
{
    static const uint8_t by_root[RG_LEAK_ROOT_KINDS] = {
        [RG_LEAK_ROOT_STATIC] = RG_LEAKCLASS_STATIC, [RG_LEAK_ROOT_TLS] = RG_LEAKCLASS_TLS,     [RG_LEAK_ROOT_STACK] = RG_LEAKCLASS_STACK,
        [RG_LEAK_ROOT_REGISTER] = RG_LEAKCLASS_STACK, [RG_LEAK_ROOT_MAPPED] = RG_LEAKCLASS_MMAP, [RG_LEAK_ROOT_LIBC] =
   RG_LEAKCLASS_LIBC,
    };
    const struct rg_leak_block *b = rg_leak_at(c->l, i);
    const struct rg_leak_root *root;
    enum rg_owner o = owner(c, i);

    if (o == RG_OWNER_RUNTIME || o == RG_OWNER_THREAD)
        return RG_LEAKCLASS_RUNTIME;
    if (o == RG_OWNER_LIBC)
        return RG_LEAKCLASS_LIBC;
    root = rg_leak_root_at(c->l, b->link);
    if (root->tid != FIRST_THREAD &&
        (root->kind == RG_LEAK_ROOT_STACK || root->kind == RG_LEAK_ROOT_REGISTER || root->kind == RG_LEAK_ROOT_TLS))
        return RG_LEAKCLASS_THREAD;
    return by_root[root->kind];
}

static bool is_own_business(uint8_t class) { return class == RG_LEAKCLASS_RUNTIME || class == RG_LEAKCLASS_LIBC; }

/* A block's class is that of its leader, unless there is a cycle; what is std's or libc's stays so.  */
static void classify_lost(struct rg_leakclass *c)
{
    for (uint32_t v = 0; v < c->n; v++)
        c->of[c->lost[v]] = class_of_lost(c, v);
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t v = 0; v < c->n; v++) {
            uint8_t *leader = &c->of[rg_leak_at(c->l, c->lost[v])->link], *own = &c->of[c->lost[v]];
            if (pass == 1 && !is_own_business(*own))
                *own = *leader;
            else if (pass == 0 && (*own == RG_LEAKCLASS_RC_CYCLE || (*own == RG_LEAKCLASS_OWN_CYCLE && *leader != RG_LEAKCLASS_RC_CYCLE)))
                *leader = *own;
        }
}

struct rg_leakclass *rg_leakclass_new(struct rg_leak *l)
{
    struct rg_leakclass *c = rg_alloc(tag, sizeof *c);
    size_t n = rg_leak_count(l);

    c->l = l;
    c->of = rg_alloc(tag, n + 1);
    for (size_t i = 0; i < n; i++)
        c->n += is_lost(rg_leak_at(l, i));
    if (c->n > 0) {
        c->lost = rg_alloc(tag, c->n * sizeof *c->lost);
        c->component = rg_alloc(tag, c->n * sizeof *c->component);
        c->n = 0;
        for (size_t i = 0; i < n; i++)
            if (is_lost(rg_leak_at(l, i)))
                c->lost[c->n++] = i;
        find_components(c);
        describe_components(c);
        classify_lost(c);
    }
    for (size_t i = 0; i < n; i++)
        if (!is_lost(rg_leak_at(l, i)))
            c->of[i] = class_of_reached(c, i);
    return c;
}

void rg_leakclass_free(struct rg_leakclass *c)
{
    if (!c)
        return;
    rg_free(c->of);
    rg_free(c->lost);
    rg_free(c->component);
    rg_free(c->found);
    rg_free(c->components);
    rg_free(c);
}

enum rg_leak_class rg_leakclass_of(const struct rg_leakclass *c, size_t block) { return c->of[block]; }

/* ---- paths ---- */

enum { MAX_SEEN = 4096 };

struct seen {
    uint32_t v, from; /* from: number in the queue */
    uint64_t offset;
    uint32_t ref;
};

/* Breadth first, inside of one component.  */
struct search {
    const struct rg_leakclass *c;
    struct seen *queue;
    uint32_t n, at, goal;
    bool found;
};

static bool search_edge(void *arg, size_t word, size_t to, uint64_t offset, unsigned ref)
{
    struct search *s = arg;
    uint32_t w = number_of(s->c, to);

    (void)offset;
    if (w == RG_LEAK_NOT_FOUND || ref == RG_LEAK_REF_INTERIOR || s->n == MAX_SEEN ||
        s->c->component[w] != s->c->component[s->goal])
        return true;
    if (w != s->goal)
        for (uint32_t i = 0; i < s->n; i++)
            if (s->queue[i].v == w)
                return true;
    s->queue[s->n++] = (struct seen){w, s->at, 8 * word, ref};
    s->found = w == s->goal;
    return !s->found;
}

static uint32_t first_cyclic(const struct rg_leakclass *c, size_t leader)
{
    for (uint32_t v = 0; v < c->n; v++) {
        const struct component *k = &c->components[c->component[v]];
        if (rg_leak_at(c->l, c->lost[v])->link == leader && is_cyclic(k) && class_of_lost(c, v) == c->of[leader])
            return v;
    }
    return RG_LEAK_NOT_FOUND;
}

unsigned rg_leakclass_cycle(const struct rg_leakclass *c, size_t leader, struct rg_leakclass_step *steps, bool *proven)
{
    struct search s = {.c = c};
    unsigned n = 0;

    *proven = false;
    if (c->of[leader] != RG_LEAKCLASS_RC_CYCLE && c->of[leader] != RG_LEAKCLASS_OWN_CYCLE)
        return 0;
    s.goal = first_cyclic(c, leader);
    if (s.goal == RG_LEAK_NOT_FOUND)
        return 0;
    s.queue = rg_alloc(tag, MAX_SEEN * sizeof *s.queue);
    s.queue[s.n++] = (struct seen){.v = s.goal};
    for (s.at = 0; s.at < s.n && !s.found; s.at++)
        rg_leak_refs(c->l, c->lost[s.queue[s.at].v], 0, search_edge, &s);
    if (s.found) {
        for (uint32_t i = s.n - 1; i != 0; i = s.queue[i].from)
            n++;
        if (n > RG_LEAKCLASS_MAX_STEPS)
            n = 0;
        for (uint32_t i = s.n - 1, k = n; k > 0; i = s.queue[i].from)
            steps[--k] = (struct rg_leakclass_step){c->lost[s.queue[s.queue[i].from].v], s.queue[i].ref, s.queue[i].offset};
    }
    *proven = !(c->components[c->component[s.goal]].flags & UNPROVEN);
    rg_free(s.queue);
    return n;
}
