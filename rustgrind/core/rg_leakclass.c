/* rg_leakclass.c - what kind of mistake a lost block is.

   SPDX-License-Identifier: GPL-2.0-or-later

   Lost blocks that reach each other are components (rg_leakscc.c).  A component alone is no Rc cycle: nodes of a forgotten
   BTreeMap or LinkedList point to their parents and predecessors.  What makes it one is an Rc or Arc in it; and it is proven when
   each counter of strong references is just the number of pointers to the block that were found in lost blocks, for then nobody
   else has one.

   Nor is an arena a cycle of owners: the objects in its block point at each other, and some keep a pointer to its start there, too.
   It is told by pointers from a block into itself, at two places at least, of which one is not its start; or at its start, if another
   lost block, which may be the arena's next one, points into its middle.  Only blocks that have no type of their own can be one: a Box
   with a future in it points into itself, too.

   All blocks that belong to one definitely lost block get its class, so that what the user sees is one mistake.  A cycle
   among them is what keeps the rest alive, so it comes first.  */
#include "rg_leakclass.h"
#include "rg_map.h"

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
    [RG_LEAKCLASS_OWN_CYCLE] = {"ownership-cycle", "these blocks lead to each other: they own each other, or hold raw pointers"},
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

/* Flags of a component.  Its owner is that of all its blocks, unless MIXED.  */
enum { HAS_RC = 1, UNPROVEN = 2, MIXED = 4, HAS_OWNER = 8, ARENA = 16 };

struct rg_leakclass {
    struct rg_leak *l;
    uint8_t *of; /* class, by block */
    uint8_t *places; /* by block: places in it that lost blocks point at; NULL: there can be no arena */
    struct rg_map cycles; /* by the leader of a cycle: its first block, + 1 */
};

static bool is_lost(const struct rg_leakclass *c, size_t i) { return rg_leak_is_lost(c->l, i); }

static enum rg_owner owner(const struct rg_leakclass *c, size_t i)
{
    const struct rg_leak_world *w = rg_leak_world_of(c->l);
    return w->owner(w->arg, rg_leak_at(c->l, i).site);
}

/* ---- what they are ---- */

struct counting {
    struct rg_leakclass *c;
    size_t v;
    uint64_t into; /* the first place in itself that it points at, if not its start; 0: none */
};

/* Places in a lost block that lost blocks point at.  */
enum { OWN_START = 1, OWN_MIDDLE = 2, OWN_SECOND_MIDDLE = 4, MIDDLE_BY_OTHER = 8, LOW_TAGS = 8 };

enum { MIN_ARENA_OF_VEC = 64, MIN_ARENA = 256, FIRST_THREAD = 1 };

static bool may_be_arena(const struct rg_leakclass *c, size_t i)
{
    enum rg_owner o = owner(c, i);
    uint64_t size = rg_leak_at(c->l, i).size;

    return (o == RG_OWNER_VEC && size >= MIN_ARENA_OF_VEC) || (o == RG_OWNER_UNKNOWN && size >= MIN_ARENA);
}

static bool is_arena(const struct rg_leakclass *c, size_t i)
{
    uint8_t places = c->places ? c->places[i] : 0;
    return (places & OWN_SECOND_MIDDLE || (places & OWN_START && places & (OWN_MIDDLE | MIDDLE_BY_OTHER))) &&
           may_be_arena(c, i);
}

static bool note_place(void *arg, size_t word, size_t to, uint64_t offset, unsigned ref)
{
    struct counting *x = arg;
    uint8_t *places = &x->c->places[to];

    (void)word, (void)ref;
    if (to != x->v) {
        *places |= offset >= LOW_TAGS ? MIDDLE_BY_OTHER : 0;
        return true;
    }
    *places |= offset == 0 ? OWN_START : x->into && x->into != offset ? OWN_SECOND_MIDDLE : OWN_MIDDLE;
    if (offset)
        x->into = offset;
    return true;
}

/* Only if there is a block that may be one: this looks into all lost blocks once more.  */
static void find_places(struct rg_leakclass *c)
{
    size_t n = rg_leak_count(c->l), i = 0;

    while (i < n && !(is_lost(c, i) && may_be_arena(c, i)))
        i++;
    if (i == n)
        return;
    c->places = rg_alloc(tag, n);
    for (i = 0; i < n; i++) {
        struct counting x = {c, i, 0};
        if (is_lost(c, i))
            rg_leak_refs(c->l, i, 0, note_place, &x);
    }
}

static bool is_counted(enum rg_owner o) { return o == RG_OWNER_RC || o == RG_OWNER_ARC; }

static void describe_components(struct rg_leakclass *c)
{
    uint64_t strong;

    for (size_t i = 0; i < rg_leak_count(c->l); i++) {
        struct rg_leak_component *k = is_lost(c, i) ? rg_leak_component(c->l, i) : NULL;
        if (!k)
            continue;
        enum rg_owner o = owner(c, i);
        if (is_arena(c, i))
            k->flags |= ARENA;
        if ((k->flags & HAS_OWNER) && k->owner != o)
            k->flags |= MIXED;
        k->owner = o;
        k->flags |= HAS_OWNER;
        if (!is_counted(o))
            continue;
        k->flags |= HAS_RC;
        if (!rg_leak_word(c->l, i, 0, &strong) || strong != rg_leak_found(c->l, i))
            k->flags |= UNPROVEN;
    }
}

static enum rg_leak_class class_of_owner(const struct rg_leakclass *c, size_t i, enum rg_owner o)
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
        return rg_leak_word(c->l, i, 0, &strong) && strong == 0 ? RG_LEAKCLASS_WEAK : RG_LEAKCLASS_RC;
    default: return RG_LEAKCLASS_LOST;
    }
}

static bool links_its_nodes(enum rg_owner o) { return o == RG_OWNER_BTREE || o == RG_OWNER_LIST || o == RG_OWNER_CHANNEL; }

static enum rg_leak_class class_of_lost(const struct rg_leakclass *c, size_t i)
{
    const struct rg_leak_component *k = rg_leak_component(c->l, i);

    if (k && (k->flags & HAS_RC))
        return RG_LEAKCLASS_RC_CYCLE;
    if (k ? k->flags & ARENA : is_arena(c, i))
        return RG_LEAKCLASS_ARENA;
    /* One that points to itself is a self-reference, as in a pinned Box; of an unknown one nothing better can be told.  */
    if (k && (k->n > 1 || k->owner == RG_OWNER_UNKNOWN) && ((k->flags & MIXED) || !links_its_nodes(k->owner)))
        return RG_LEAKCLASS_OWN_CYCLE;
    return class_of_owner(c, i, owner(c, i));
}

static enum rg_leak_class class_of_reached(const struct rg_leakclass *c, size_t i)
{
    static const uint8_t by_root[RG_LEAK_ROOT_KINDS] = {
        [RG_LEAK_ROOT_STATIC] = RG_LEAKCLASS_STATIC, [RG_LEAK_ROOT_TLS] = RG_LEAKCLASS_TLS,     [RG_LEAK_ROOT_STACK] = RG_LEAKCLASS_STACK,
        [RG_LEAK_ROOT_REGISTER] = RG_LEAKCLASS_STACK, [RG_LEAK_ROOT_MAPPED] = RG_LEAKCLASS_MMAP, [RG_LEAK_ROOT_LIBC] =
   RG_LEAKCLASS_LIBC,
    };
    const struct rg_leak_root *root;
    enum rg_owner o = owner(c, i);

    if (o == RG_OWNER_RUNTIME || o == RG_OWNER_THREAD)
        return RG_LEAKCLASS_RUNTIME;
    if (o == RG_OWNER_LIBC)
        return RG_LEAKCLASS_LIBC;
    root = rg_leak_root_at(c->l, rg_leak_at(c->l, i).link);
    if (root->tid != FIRST_THREAD &&
        (root->kind == RG_LEAK_ROOT_STACK || root->kind == RG_LEAK_ROOT_REGISTER || root->kind == RG_LEAK_ROOT_TLS))
        return RG_LEAKCLASS_THREAD;
    return by_root[root->kind];
}

static bool is_own_business(uint8_t class) { return class == RG_LEAKCLASS_RUNTIME || class == RG_LEAKCLASS_LIBC; }

static bool is_cycle(uint8_t class) { return class == RG_LEAKCLASS_RC_CYCLE || class == RG_LEAKCLASS_OWN_CYCLE; }

/* A block's class is that of its leader, unless there is a cycle; what is std's or libc's stays so.  */
static void classify_lost(struct rg_leakclass *c)
{
    size_t n = rg_leak_count(c->l);

    for (size_t i = 0; i < n; i++)
        if (is_lost(c, i))
            c->of[i] = class_of_lost(c, i);
    for (size_t i = 0; i < n; i++) {
        size_t leader = is_lost(c, i) && is_cycle(c->of[i]) ? rg_leak_at(c->l, i).link : n;
        if (leader == n)
            continue;
        bool is_rc = c->of[i] == RG_LEAKCLASS_RC_CYCLE, has_rc = c->of[leader] == RG_LEAKCLASS_RC_CYCLE;
        if (has_rc && !is_rc)
            continue;
        uint64_t *first = rg_map_add(&c->cycles, leader, NULL);
        if (!*first || is_rc > has_rc)
            *first = i + 1;
        c->of[leader] = c->of[i];
    }
    for (size_t i = 0; i < n; i++)
        if (is_lost(c, i) && !is_own_business(c->of[i]))
            c->of[i] = c->of[rg_leak_at(c->l, i).link];
}

struct rg_leakclass *rg_leakclass_new(struct rg_leak *l)
{
    struct rg_leakclass *c = rg_alloc(tag, sizeof *c);
    size_t n = rg_leak_count(l);

    c->l = l;
    c->of = rg_alloc(tag, n + 1);
    rg_map_init(&c->cycles, tag);
    find_places(c);
    describe_components(c);
    classify_lost(c);
    for (size_t i = 0; i < n; i++)
        if (!is_lost(c, i))
            c->of[i] = class_of_reached(c, i);
    return c;
}

void rg_leakclass_free(struct rg_leakclass *c)
{
    if (!c)
        return;
    rg_free(c->of);
    rg_free(c->places);
    rg_map_free(&c->cycles);
    rg_free(c);
}

enum rg_leak_class rg_leakclass_of(const struct rg_leakclass *c, size_t block) { return c->of[block]; }

/* ---- paths ---- */

enum { MAX_SEEN = 4096 };

struct seen {
    uint32_t block, from; /* from: number in the queue */
    uint64_t offset;
    uint32_t ref;
};

/* Breadth first, inside of one component.  */
struct search {
    const struct rg_leakclass *c;
    struct rg_map seen; /* blocks */
    struct seen *queue;
    uint32_t n, at, goal;
    bool found;
};

static bool search_edge(void *arg, size_t word, size_t to, uint64_t offset, unsigned ref)
{
    struct search *s = arg;
    const struct rg_leak_component *k = is_lost(s->c, to) ? rg_leak_component(s->c->l, to) : NULL;
    bool added = true;

    (void)offset;
    if (!k || ref == RG_LEAK_REF_INTERIOR || s->n == MAX_SEEN || k != rg_leak_component(s->c->l, s->goal))
        return true;
    if (to != s->goal)
        rg_map_add(&s->seen, to, &added);
    if (!added)
        return true;
    s->queue[s->n++] = (struct seen){to, s->at, 8 * word, ref};
    s->found = to == s->goal;
    return !s->found;
}

unsigned rg_leakclass_cycle(const struct rg_leakclass *c, size_t leader, struct rg_leakclass_step *steps, bool *proven)
{
    struct search s = {.c = c};
    const uint64_t *first = rg_map_find(&c->cycles, leader);
    unsigned n = 0;

    *proven = false;
    if (!is_cycle(c->of[leader]) || !first)
        return 0;
    s.goal = *first - 1;
    rg_map_init(&s.seen, tag);
    s.queue = rg_alloc(tag, MAX_SEEN * sizeof *s.queue);
    s.queue[s.n++] = (struct seen){.block = s.goal};
    for (s.at = 0; s.at < s.n && !s.found; s.at++)
        rg_leak_refs(c->l, s.queue[s.at].block, 0, search_edge, &s);
    if (s.found) {
        for (uint32_t i = s.n - 1; i != 0; i = s.queue[i].from)
            n++;
        if (n > RG_LEAKCLASS_MAX_STEPS)
            n = 0;
        for (uint32_t i = s.n - 1, k = n; k > 0; i = s.queue[i].from)
            steps[--k] = (struct rg_leakclass_step){s.queue[s.queue[i].from].block, s.queue[i].ref, s.queue[i].offset};
    }
    *proven = !(rg_leak_component(c->l, s.goal)->flags & UNPROVEN);
    rg_map_free(&s.seen);
    rg_free(s.queue);
    return n;
}
