/* rg_leakscc.c - which lost blocks reach each other.

   SPDX-License-Identifier: GPL-2.0-or-later

   Strongly connected components of the lost blocks, in one pass over their words, which also counts the pointers to the start of
   each.  There may be 10^7 of them in one chain, so there is no recursion, and memory is counted: this is Tarjan's algorithm
   (SIAM J. Comput. 1(2), 1972) as Pearce wrote it ("A space-efficient algorithm for finding strongly connected components",
   Inf. Process. Lett. 116, 2016), with one word a block.  A block is either on the path from where the search began, or waits for
   its component to be complete, so one link serves both lists.  Where to go on in a block of the path is noted in six bits of
   its state, or that there is nothing more in it, as in a list; large blocks put it on a stack.

   Pointers into the middle of a block do not count, unless they are how its owner points to it.  Blocks that are alone and do not
   point to themselves get no component of their own.  */
#include "rg_leak_priv.h"

enum { UNSEEN = 0, DONE = 1u << 31 }; /* else: number on the path, from 1 */

/* The word to go on with, in the state.  */
enum { ON_STACK = ST_WORDS - 1, NO_MORE = ST_WORDS - 2, FEW_WORDS = 16 };
#define NO_MORE_WORDS SIZE_MAX

struct search {
    struct rg_leak *l;
    uint32_t v, rank; /* the block that is looked into */
    uint32_t path;    /* the one before it */
    uint32_t members; /* list of those that wait for their component */
    uint32_t next_number;
    size_t enter_word; /* a block to go into has been found in this word */
    uint32_t enter;
    size_t *words; /* of large blocks on the path */
    size_t n_words, words_room;
};

/* V reaches what W reaches.  */
static void join(struct search *s, uint32_t w)
{
    uint32_t *number = s->l->component;

    if (number[w] < number[s->rank]) {
        number[s->rank] = number[w];
        s->l->state[s->v] |= ST_NOT_ROOT;
    }
}

static bool edge(void *arg, size_t word, size_t to, uint64_t offset, unsigned ref)
{
    struct search *s = arg;
    struct rg_leak *l = s->l;
    uint32_t w = rg_leak_rank(l, to);

    (void)offset;
    if (w == RG_LEAK_NOT_FOUND || ref == RG_LEAK_REF_INTERIOR)
        return true;
    if (ref == RG_LEAK_REF_START) {
        l->found[w] += l->found[w] < UINT16_MAX;
        if (to == s->v)
            l->state[to] |= ST_SELF;
    }
    if (l->component[w] != UNSEEN) {
        join(s, w);
        return true;
    }
    s->enter = to;
    s->enter_word = word;
    return false;
}

static void begin_block(struct search *s, uint32_t i)
{
    struct rg_leak *l = s->l;

    l->link[i] = s->path;
    s->path = i;
    s->v = i;
    s->rank = rg_leak_rank(l, i);
    l->component[s->rank] = s->next_number++;
    l->state[i] &= ~(ST_NOT_ROOT | ST_SELF);
}

/* Is there nothing like a pointer in block I from word FROM on?  */
static bool is_done(const struct rg_leak *l, uint32_t i, size_t from)
{
    const struct rg_heap_block *b = rg_leak_block_at(l, i);
    size_t n = rg_leak_n_words(b), got;

    if (from >= n || n > FEW_WORDS)
        return from >= n;
    const uint64_t *p = rg_leak_words(l, rg_leak_first_word(b) + 8 * from, n - from, &got);
    for (size_t k = 0; p && k < got; k++)
        if (rg_leak_in_range(l, p[k]))
            return false;
    return p && got == n - from;
}

/* Notes in the state where to go on.  */
static void leave_for(struct search *s, uint32_t to)
{
    size_t next = s->enter_word + 1;
    uint16_t *state = &s->l->state[s->v];

    if (is_done(s->l, s->v, next)) {
        next = NO_MORE;
    } else if (next >= NO_MORE) {
        if (s->n_words == s->words_room) {
            s->words_room = s->words_room ? 2 * s->words_room : 256;
            s->words = rg_realloc("rg.leak", s->words, s->words_room * sizeof *s->words);
        }
        s->words[s->n_words++] = next;
        next = ON_STACK;
    }
    *state = (*state & ((1 << ST_WORD_SHIFT) - 1)) | next << ST_WORD_SHIFT;
    begin_block(s, to);
}

/* Goes back to block I from the one that it led to; returns the word to go on with, NO_MORE: none.  */
static size_t come_back(struct search *s, uint32_t i)
{
    uint32_t from = s->rank;
    size_t word = s->l->state[i] >> ST_WORD_SHIFT;

    s->v = i;
    s->rank = rg_leak_rank(s->l, i);
    join(s, from);
    return word == ON_STACK ? s->words[--s->n_words] : word == NO_MORE ? NO_MORE_WORDS : word;
}

static uint32_t component_new(struct rg_leak *l)
{
    if (l->n_components == l->component_room) {
        l->component_room = l->component_room ? 2 * l->component_room : 64;
        l->components = rg_realloc("rg.leak", l->components, l->component_room * sizeof *l->components);
    }
    l->components[l->n_components] = (struct rg_leak_component){.n = 0};
    return l->n_components++;
}

static void put_into(struct search *s, uint32_t rank, uint32_t component)
{
    s->next_number--;
    s->l->component[rank] = DONE | component;
    if (component != RG_LEAK_ALONE)
        s->l->components[component].n++;
}

/* The block at the end of the path has been looked into.  */
static void finish_block(struct search *s)
{
    struct rg_leak *l = s->l;
    uint32_t v = s->v, rank = s->rank, number = l->component[rank], w = s->members;
    bool has_members;

    s->path = l->link[v];
    if (l->state[v] & ST_NOT_ROOT) {
        l->link[v] = s->members;
        s->members = v;
        return;
    }
    has_members = w != RG_LEAK_NOT_FOUND && l->component[rg_leak_rank(l, w)] >= number;
    uint32_t component = has_members || (l->state[v] & ST_SELF) ? component_new(l) : RG_LEAK_ALONE;
    while (w != RG_LEAK_NOT_FOUND && l->component[rg_leak_rank(l, w)] >= number) {
        put_into(s, rg_leak_rank(l, w), component);
        w = l->link[w];
    }
    s->members = w;
    put_into(s, rank, component);
}

static void search_from(struct search *s, uint32_t start)
{
    size_t word = 0;

    begin_block(s, start);
    while (s->path != RG_LEAK_NOT_FOUND) {
        s->enter = RG_LEAK_NOT_FOUND;
        if (word != NO_MORE_WORDS)
            rg_leak_refs(s->l, s->v, word, edge, s);
        if (s->enter != RG_LEAK_NOT_FOUND) {
            leave_for(s, s->enter);
            word = 0;
            continue;
        }
        finish_block(s);
        if (s->path != RG_LEAK_NOT_FOUND)
            word = come_back(s, s->path);
    }
}

void rg_leak_find_components(struct rg_leak *l)
{
    struct search s = {.l = l, .path = RG_LEAK_NOT_FOUND, .members = RG_LEAK_NOT_FOUND, .next_number = 1};

    l->component = rg_leak_alloc(l, l->n_lost * sizeof *l->component);
    l->found = rg_leak_alloc(l, l->n_lost * sizeof *l->found);
    for (uint32_t i = 0; i < l->n; i++)
        if (rg_leak_kind_at(l, i) == RG_LEAK_DEFINITE && l->component[rg_leak_rank(l, i)] == UNSEEN)
            search_from(&s, i);
    rg_free(s.words);
    for (uint32_t i = 0; i < l->n; i++)
        if (rg_leak_kind_at(l, i) == RG_LEAK_DEFINITE)
            l->state[i] &= (1 << ST_WORD_SHIFT) - 1 - ST_NOT_ROOT;
}

struct rg_leak_component *rg_leak_component(const struct rg_leak *l, size_t i)
{
    uint32_t rank = rg_leak_rank(l, i), k = rank == RG_LEAK_NOT_FOUND ? RG_LEAK_ALONE : l->component[rank] & ~DONE;
    return k == RG_LEAK_ALONE ? NULL : &l->components[k];
}

unsigned rg_leak_found(const struct rg_leak *l, size_t i)
{
    uint32_t rank = rg_leak_rank(l, i);
    return rank == RG_LEAK_NOT_FOUND ? 0 : l->found[rank];
}
