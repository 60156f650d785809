/* test_leak.c - rg_leak and rg_leakclass on made-up memory.

   SPDX-License-Identifier: GPL-2.0-or-later

   The memory is an array of words that pretends to be at BASE.  Blocks are put into it; roots are its first words.  */
#include <stdlib.h>
#include <string.h>

#include "rg_leakclass.h"
#include "rnd.h"
#include "suites.h"

enum { WORDS = 4096, HOLE = 2048 /* words [HOLE, HOLE + 16) cannot be read */ };
static const uint64_t BASE = 0x4000000;

static struct {
    uint64_t mem[WORDS];
    enum rg_owner owners[16]; /* by site */
    struct rg_leak_world world;
    struct rg_heap *heap;
    struct rg_leak *l;
    bool backwards;
} w;

static uint64_t at(size_t word) { return BASE + 8 * word; }

static const uint64_t *words(void *arg, uint64_t addr, size_t n, size_t *got)
{
    size_t i = (addr - BASE) / 8;

    (void)arg;
    CU_ASSERT_FATAL(addr % 8 == 0 && i < WORDS && n > 0);
    if (i < HOLE && i + n > HOLE)
        n = HOLE - i;
    if (i >= HOLE && i < HOLE + 16) {
        *got = n < HOLE + 16 - i ? n : HOLE + 16 - i;
        return NULL;
    }
    *got = n;
    return &w.mem[i];
}

static const uint64_t *plain_words(void *arg, uint64_t addr, size_t n, size_t *got)
{
    (void)arg;
    *got = n;
    return (const uint64_t *)(uintptr_t)addr;
}

static enum rg_owner owner(void *arg, uint32_t site)
{
    (void)arg;
    return w.owners[site];
}

/* Backwards: the last block was allocated first.  */
static void begin_with(unsigned heuristics, bool backwards)
{
    memset(&w, 0, sizeof w);
    w.world = (struct rg_leak_world){.words = words, .owner = owner, .heuristics = heuristics};
    w.backwards = backwards;
    w.heap = rg_heap_new();
}

static void begin(void) { begin_with(RG_LEAK_H_RUST, false); }

static void add(uint64_t addr, size_t bytes, uint32_t site)
{
    rg_heap_add(w.heap, addr, bytes, site, w.backwards ? ((uint64_t)1 << 56) - addr : addr, 0);
}

static void block(size_t word, size_t bytes, uint32_t site) { add(at(word), bytes, site); }

/* Roots are words 0 to N-1.  */
static void run(size_t n, enum rg_leak_root_kind kind)
{
    w.l = rg_leak_new(&w.world, w.heap);
    if (n)
        rg_leak_root(w.l, BASE, 8 * n, kind, 1);
    rg_leak_finish(w.l);
}

static void end(void)
{
    rg_leak_free(w.l);
    rg_heap_free(w.heap);
}

static enum rg_leak_kind kind_of(size_t word) { return rg_leak_at(w.l, rg_leak_find(w.l, at(word))).kind; }

static void none(void)
{
    begin();
    w.mem[0] = at(100);
    run(4, RG_LEAK_ROOT_STATIC);
    CU_ASSERT_EQUAL(rg_leak_count(w.l), 0);
    CU_ASSERT_EQUAL(rg_leak_find(w.l, at(100)), RG_LEAK_NOT_FOUND);
    end();
}

static void kinds(void)
{
    begin();
    w.owners[0] = RG_OWNER_UNKNOWN;
    block(100, 64, 0); /* reached by its start */
    block(200, 64, 0); /* reached from 100 */
    block(300, 64, 0); /* reached in its middle */
    block(400, 64, 0); /* from 300: possible, too */
    block(500, 64, 0); /* lost, leads to 600 */
    block(600, 64, 0);
    block(700, 0, 0); /* of no size, reached */
    w.mem[0] = at(100);
    w.mem[1] = at(300) + 24;
    w.mem[2] = at(700);
    w.mem[103] = at(200);
    w.mem[300] = at(400);
    w.mem[507] = at(600) + 8;
    run(3, RG_LEAK_ROOT_STATIC);
    CU_ASSERT_EQUAL(kind_of(100), RG_LEAK_REACHABLE);
    CU_ASSERT_EQUAL(kind_of(200), RG_LEAK_REACHABLE);
    CU_ASSERT_EQUAL(kind_of(300), RG_LEAK_POSSIBLE);
    CU_ASSERT_EQUAL(kind_of(400), RG_LEAK_POSSIBLE);
    CU_ASSERT_EQUAL(kind_of(500), RG_LEAK_DEFINITE);
    CU_ASSERT_EQUAL(kind_of(600), RG_LEAK_INDIRECT);
    CU_ASSERT_EQUAL(kind_of(700), RG_LEAK_REACHABLE);
    CU_ASSERT_EQUAL(rg_leak_at(w.l, rg_leak_find(w.l, at(600))).link, rg_leak_find(w.l, at(500)));
    CU_ASSERT_EQUAL(rg_leak_root_at(w.l, rg_leak_at(w.l, rg_leak_find(w.l, at(200))).link)->where, BASE);
    end();
}

/* First found through a middle, later through a start: what follows from it becomes reachable, too.  */
static void upgrade(void)
{
    begin();
    block(100, 64, 0);
    block(200, 64, 0);
    w.mem[0] = at(100) + 16;
    w.mem[1] = at(100);
    w.mem[102] = at(200);
    run(2, RG_LEAK_ROOT_STACK);
    CU_ASSERT_EQUAL(kind_of(100), RG_LEAK_REACHABLE);
    CU_ASSERT_EQUAL(kind_of(200), RG_LEAK_REACHABLE);
    CU_ASSERT_EQUAL(rg_leak_at(w.l, 0).refs, RG_LEAK_REF_START | RG_LEAK_REF_INTERIOR);
    end();
}

/* One past the end is no pointer to a block, just before the start neither.  */
static void edges(void)
{
    begin();
    block(100, 60, 0);
    w.mem[0] = at(100) + 60;
    w.mem[1] = at(100) - 1;
    run(2, RG_LEAK_ROOT_STATIC);
    CU_ASSERT_EQUAL(kind_of(100), RG_LEAK_DEFINITE);
    end();
    begin();
    block(100, 60, 0);
    w.mem[0] = at(100) + 59;
    run(1, RG_LEAK_ROOT_STATIC);
    CU_ASSERT_EQUAL(kind_of(100), RG_LEAK_POSSIBLE);
    end();
}

/* A block that the program divides into blocks.  */
static void outer_block(void)
{
    begin();
    block(100, 800, 0);
    block(110, 80, 0);
    block(120, 80, 0);
    block(199, 8, 0);
    block(300, 8, 0);
    w.mem[0] = at(120);
    run(1, RG_LEAK_ROOT_STATIC);
    CU_ASSERT_EQUAL(rg_leak_count(w.l), 4);
    CU_ASSERT_EQUAL(rg_leak_find(w.l, at(100)), RG_LEAK_NOT_FOUND);
    CU_ASSERT_EQUAL(kind_of(110), RG_LEAK_DEFINITE);
    CU_ASSERT_EQUAL(kind_of(120), RG_LEAK_REACHABLE);
    CU_ASSERT_EQUAL(kind_of(199), RG_LEAK_DEFINITE);
    end();
}

static void libc_data(void)
{
    begin();
    block(100, 64, 0);
    block(200, 64, 0);
    w.mem[0] = at(100) + 56;
    w.mem[1] = at(200);
    run(2, RG_LEAK_ROOT_LIBC);
    CU_ASSERT_EQUAL(kind_of(100), RG_LEAK_DEFINITE);
    CU_ASSERT_EQUAL(kind_of(200), RG_LEAK_REACHABLE);
    end();
}

/* The same where libc's data is a part of the program's: a word where a chunk behind a block would begin is none, unless it looks
   like a slice.  */
static void libc_in_program(void)
{
    for (int way = 0; way < 4; way++) {
        begin();
        w.world.chunks_in_data = way > 0;
        block(100, 200, 0);
        w.mem[0] = at(100) + (way == 3 ? 176 : 192);
        w.mem[1] = way == 2 ? 8 : 0;
        run(2, RG_LEAK_ROOT_STATIC);
        CU_ASSERT_EQUAL(kind_of(100), way == 1 ? RG_LEAK_DEFINITE : RG_LEAK_POSSIBLE);
        end();
    }
}

/* A block that cannot be read in its middle.  */
static void hole(void)
{
    begin();
    block(HOLE - 8, 8 * 48, 0);
    block(100, 64, 0);
    block(200, 64, 0);
    w.mem[0] = at(HOLE - 8);
    w.mem[HOLE + 3] = at(100);
    w.mem[HOLE + 30] = at(200);
    run(1, RG_LEAK_ROOT_STATIC);
    CU_ASSERT_EQUAL(kind_of(100), RG_LEAK_DEFINITE);
    CU_ASSERT_EQUAL(kind_of(200), RG_LEAK_REACHABLE);
    end();
}

static void leader_of_cycle(void)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        begin_with(0, backwards);
        block(100, 64, 0);
        block(200, 64, 0);
        w.mem[101] = at(200);
        w.mem[201] = at(100);
        run(0, RG_LEAK_ROOT_STATIC);
        CU_ASSERT_EQUAL(kind_of(backwards ? 200 : 100), RG_LEAK_DEFINITE);
        CU_ASSERT_EQUAL(kind_of(backwards ? 100 : 200), RG_LEAK_INDIRECT);
        end();
    }
}

/* A leader that a later one leads to brings its followers along.  */
static void merged_leaders(void)
{
    begin();
    block(100, 64, 0);
    block(200, 64, 0);
    block(300, 64, 0);
    w.mem[100] = at(200);
    w.mem[300] = at(100);
    run(0, RG_LEAK_ROOT_STATIC);
    CU_ASSERT_EQUAL(kind_of(300), RG_LEAK_DEFINITE);
    CU_ASSERT_EQUAL(rg_leak_at(w.l, 0).link, 2);
    CU_ASSERT_EQUAL(rg_leak_at(w.l, 1).link, 2);
    CU_ASSERT_EQUAL(kind_of(200), RG_LEAK_INDIRECT);
    end();
}

/* Pointers that Rust's types keep.  */
static void explained(void)
{
    static const struct {
        enum rg_owner owner;
        size_t bytes;
        uint64_t off, behind, word0, word1;
        enum rg_leak_kind on_stack, elsewhere;
    } cases[] = {
        /* 8 buckets, 8 + 16 control bytes; not their number less one */
        {RG_OWNER_HASH, 8 * 16 + 24, 128, 7, 0, 0, RG_LEAK_REACHABLE, RG_LEAK_REACHABLE},
        {RG_OWNER_HASH, 8 * 16 + 24, 128, 8, 0, 0, RG_LEAK_POSSIBLE, RG_LEAK_POSSIBLE},
        {RG_OWNER_HASH, 8 * 16 + 23, 128, 6, 0, 0, RG_LEAK_POSSIBLE, RG_LEAK_POSSIBLE},
        /* Arc::into_raw; with a tag; Weak::into_raw; no count; no place for one, but a field; aligned to 64 */
        {RG_OWNER_ARC, 64, 16, 0, 1, 1, RG_LEAK_REACHABLE, RG_LEAK_REACHABLE},
        {RG_OWNER_ARC, 64, 17, 0, 1, 1, RG_LEAK_REACHABLE, RG_LEAK_REACHABLE},
        {RG_OWNER_RC, 64, 16, 0, 0, 1, RG_LEAK_REACHABLE, RG_LEAK_REACHABLE},
        {RG_OWNER_RC, 64, 16, 0, 0, 0, RG_LEAK_POSSIBLE, RG_LEAK_REACHABLE},
        {RG_OWNER_RC, 64, 25, 0, 1, 1, RG_LEAK_POSSIBLE, RG_LEAK_POSSIBLE},
        {RG_OWNER_ARC, 320, 64, 0, 1, 1, RG_LEAK_REACHABLE, RG_LEAK_REACHABLE},
        /* a field; a low tag; neither */
        {RG_OWNER_BOX, 64, 16, 0, 1, 1, RG_LEAK_POSSIBLE, RG_LEAK_REACHABLE},
        {RG_OWNER_BOX, 64, 1, 0, 0, 0, RG_LEAK_REACHABLE, RG_LEAK_REACHABLE},
        {RG_OWNER_BOX, 64, 9, 0, 0, 0, RG_LEAK_POSSIBLE, RG_LEAK_POSSIBLE},
        /* part of a slice; with its length beside */
        {RG_OWNER_VEC, 400, 40, 0, 0, 0, RG_LEAK_POSSIBLE, RG_LEAK_REACHABLE},
        {RG_OWNER_VEC, 400, 40, 9, 0, 0, RG_LEAK_REACHABLE, RG_LEAK_REACHABLE},
        {RG_OWNER_BTREE, 400, 40, 0, 0, 0, RG_LEAK_POSSIBLE, RG_LEAK_POSSIBLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int way = 0; way < 4; way++) {
            bool rust = way & 1, on_stack = way & 2;
            begin_with(rust ? RG_LEAK_H_RUST : 0, false);
            w.owners[1] = cases[i].owner;
            block(100, cases[i].bytes, 1);
            w.mem[0] = at(100) + cases[i].off;
            w.mem[1] = cases[i].behind;
            w.mem[100] = cases[i].word0;
            w.mem[101] = cases[i].word1;
            run(2, on_stack ? RG_LEAK_ROOT_STACK : RG_LEAK_ROOT_STATIC);
            CU_ASSERT_EQUAL(kind_of(100), !rust ? RG_LEAK_POSSIBLE : on_stack ? cases[i].on_stack : cases[i].elsewhere);
            end();
        }
}

/* memcheck's heuristics for C++.  */
static void explained_c(void)
{
    static const struct {
        unsigned heuristic;
        size_t bytes;
        uint64_t off, words[3];
    } cases[] = {
        {RG_LEAK_H_STDSTRING, 24 + 31, 24, {10, 30, 0}},
        {RG_LEAK_H_LENGTH64, 64, 8, {56}},
        {RG_LEAK_H_NEWARRAY, 68, 8, {5}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (unsigned h = 0; h < 8; h++) {
            begin_with(h, false);
            block(100, cases[i].bytes, 0);
            memcpy(&w.mem[100], cases[i].words, sizeof cases[i].words);
            w.mem[0] = at(100) + cases[i].off;
            run(1, RG_LEAK_ROOT_STATIC);
            CU_ASSERT_EQUAL(kind_of(100), h & cases[i].heuristic ? RG_LEAK_REACHABLE
                                          : rg_leak_at(w.l, 0).heuristic ? RG_LEAK_REACHABLE : RG_LEAK_POSSIBLE);
            if (!(h & cases[i].heuristic) && h == 0)
                CU_ASSERT_EQUAL(kind_of(100), RG_LEAK_POSSIBLE);
            end();
        }
}

/* Many blocks in two far regions, in random order, against a plain search.  */
static void find_blocks(void)
{
    enum { N = 2000 };
    uint64_t *addr = malloc(N * sizeof *addr), *size = malloc(N * sizeof *size), a = 0x10000;
    uint64_t r = 11;

    for (int unaligned = 0; unaligned < 2; unaligned++) {
        begin();
        a = 0x10000;
        for (int i = 0; i < N; i++) {
            a += 16 * (1 + rnd_below(&r, 40));
            if (i == N / 2)
                a += (uint64_t)1 << 38;
            addr[i] = a + (unaligned ? rnd_below(&r, 8) : 0);
            size[i] = rnd_below(&r, 300);
            if (addr[i] + size[i] + 16 > a)
                a = addr[i] + size[i] + 16;
            a &= ~(uint64_t)15;
        }
        for (int i = 0; i < N; i++) { /* 7 and N have no common factor */
            int k = (int)(7L * i % N) == 0 && i ? 0 : (int)(7L * i % N);
            add(addr[k], size[k], 0);
        }
        w.l = rg_leak_new(&w.world, w.heap);
        for (int i = 0; i < N; i++) {
            CU_ASSERT_EQUAL(rg_leak_at(w.l, i).addr, addr[i]);
            CU_ASSERT_EQUAL(rg_leak_at(w.l, i).size, size[i]);
            CU_ASSERT_EQUAL(rg_leak_find(w.l, addr[i]), (uint32_t)i);
            CU_ASSERT_EQUAL(rg_leak_find(w.l, addr[i] - 1), RG_LEAK_NOT_FOUND);
            CU_ASSERT_EQUAL(rg_leak_find(w.l, addr[i] + (size[i] ? size[i] : 1) - 1), (uint32_t)i);
            CU_ASSERT_EQUAL(rg_leak_find(w.l, addr[i] + (size[i] ? size[i] : 1)), RG_LEAK_NOT_FOUND);
        }
        end();
    }
    free(addr);
    free(size);
}

/* ---- classes ---- */

static enum rg_leak_class class_at(const struct rg_leakclass *c, size_t word)
{
    return rg_leakclass_of(c, rg_leak_find(w.l, at(word)));
}

static void rc_cycle(void)
{
    for (uint64_t strong = 1; strong <= 2; strong++) {
        struct rg_leakclass_step steps[RG_LEAKCLASS_MAX_STEPS];
        bool proven;
        begin();
        w.owners[1] = RG_OWNER_RC;
        w.owners[2] = RG_OWNER_BOX;
        w.owners[3] = RG_OWNER_VEC;
        block(100, 64, 1);
        block(200, 64, 2);
        block(300, 32, 3); /* belongs to the box */
        w.mem[100] = strong;
        w.mem[101] = 1;
        w.mem[103] = at(200);
        w.mem[200] = at(100);
        w.mem[202] = at(300);
        run(0, RG_LEAK_ROOT_STATIC);
        struct rg_leakclass *c = rg_leakclass_new(w.l);
        CU_ASSERT_EQUAL(class_at(c, 100), RG_LEAKCLASS_RC_CYCLE);
        CU_ASSERT_EQUAL(class_at(c, 200), RG_LEAKCLASS_RC_CYCLE);
        CU_ASSERT_EQUAL(class_at(c, 300), RG_LEAKCLASS_RC_CYCLE);
        CU_ASSERT_EQUAL_FATAL(rg_leakclass_cycle(c, 0, steps, &proven), 2);
        CU_ASSERT_EQUAL(proven, strong == 1);
        CU_ASSERT_EQUAL(steps[0].block, 0);
        CU_ASSERT_EQUAL(steps[0].offset, 24);
        CU_ASSERT_EQUAL(steps[1].block, 1);
        CU_ASSERT_EQUAL(steps[1].offset, 0);
        rg_leakclass_free(c);
        end();
    }
}

/* Nodes that point back to each other, of one container: no ownership cycle.  */
static void container_nodes(void)
{
    static const struct {
        enum rg_owner owner;
        enum rg_leak_class class;
    } cases[] = {
        {RG_OWNER_BTREE, RG_LEAKCLASS_BTREE}, {RG_OWNER_LIST, RG_LEAKCLASS_LIST}, {RG_OWNER_BOX, RG_LEAKCLASS_OWN_CYCLE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        w.owners[1] = cases[i].owner;
        block(100, 64, 1);
        block(200, 64, 1);
        w.mem[101] = at(200);
        w.mem[201] = at(100);
        run(0, RG_LEAK_ROOT_STATIC);
        struct rg_leakclass *c = rg_leakclass_new(w.l);
        CU_ASSERT_EQUAL(class_at(c, 100), cases[i].class);
        CU_ASSERT_EQUAL(class_at(c, 200), cases[i].class);
        rg_leakclass_free(c);
        end();
    }
}

/* Words of a block that point into it, and the class of the block; offsets in bytes, from 0 on, -1: the end.  */
static void arenas(void)
{
    static const struct {
        enum rg_owner owner;
        uint32_t size;
        int into[3], other; /* OTHER: another lost block points there */
        enum rg_leak_class class;
    } cases[] = {
        {RG_OWNER_VEC, 512, {16, 40, -1}, -1, RG_LEAKCLASS_ARENA},
        {RG_OWNER_VEC, 512, {0, 40, -1}, -1, RG_LEAKCLASS_ARENA},
        {RG_OWNER_VEC, 512, {40, 40, -1}, -1, RG_LEAKCLASS_VEC},
        {RG_OWNER_VEC, 48, {16, 40, -1}, -1, RG_LEAKCLASS_VEC},
        {RG_OWNER_UNKNOWN, 512, {0, 448, -1}, -1, RG_LEAKCLASS_ARENA},
        {RG_OWNER_UNKNOWN, 512, {0, 0, -1}, 448, RG_LEAKCLASS_ARENA},
        {RG_OWNER_UNKNOWN, 512, {0, 0, -1}, 4, RG_LEAKCLASS_OWN_CYCLE}, /* a tag, not a place */
        {RG_OWNER_UNKNOWN, 128, {0, 8, -1}, -1, RG_LEAKCLASS_OWN_CYCLE},
        {RG_OWNER_BOX, 512, {16, 40, -1}, -1, RG_LEAKCLASS_BOX}, /* may be a future */
        {RG_OWNER_RC, 512, {16, 40, -1}, -1, RG_LEAKCLASS_RC},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        w.owners[1] = cases[i].owner;
        w.owners[2] = RG_OWNER_FFI;
        block(100, cases[i].size, 1);
        block(300, 16, 2);
        for (size_t k = 0; k < 3 && cases[i].into[k] >= 0; k++)
            w.mem[103 + k] = at(100) + cases[i].into[k];
        w.mem[100] = cases[i].owner == RG_OWNER_RC; /* strong */
        if (cases[i].other >= 0) {
            w.mem[110] = at(300); /* so that this block leads */
            w.mem[300] = at(100) + cases[i].other;
        }
        run(0, RG_LEAK_ROOT_STATIC);
        struct rg_leakclass *c = rg_leakclass_new(w.l);
        CU_ASSERT_EQUAL(class_at(c, 100), cases[i].class);
        rg_leakclass_free(c);
        end();
    }
}

/* A pinned Box with a pointer to itself is a Box; two that point to each other are told as what they look like.  */
static void self_reference(void)
{
    for (int two = 0; two < 2; two++) {
        begin();
        w.owners[1] = RG_OWNER_BOX;
        block(100, 64, 1);
        block(200, 64, 1);
        w.mem[103] = at(two ? 200 : 100);
        w.mem[201] = at(100);
        run(0, RG_LEAK_ROOT_STATIC);
        struct rg_leakclass *c = rg_leakclass_new(w.l);
        CU_ASSERT_EQUAL(class_at(c, 100), two ? RG_LEAKCLASS_OWN_CYCLE : RG_LEAKCLASS_BOX);
        rg_leakclass_free(c);
        end();
    }
}

static void single_blocks(void)
{
    static const struct {
        enum rg_owner owner;
        uint64_t strong;
        enum rg_leak_class class;
    } cases[] = {
        {RG_OWNER_BOX, 1, RG_LEAKCLASS_BOX},   {RG_OWNER_VEC, 0, RG_LEAKCLASS_VEC},         {RG_OWNER_RC, 1, RG_LEAKCLASS_RC},
        {RG_OWNER_RC, 0, RG_LEAKCLASS_WEAK},   {RG_OWNER_ARC, 0, RG_LEAKCLASS_WEAK},        {RG_OWNER_HASH, 1, RG_LEAKCLASS_HASH},
        {RG_OWNER_FFI, 1, RG_LEAKCLASS_FFI},   {RG_OWNER_RUNTIME, 1, RG_LEAKCLASS_RUNTIME}, {RG_OWNER_CHANNEL, 1, RG_LEAKCLASS_CHANNEL},
        {RG_OWNER_LIBC, 1, RG_LEAKCLASS_LIBC}, {RG_OWNER_UNKNOWN, 1, RG_LEAKCLASS_LOST},    {RG_OWNER_THREAD, 1, RG_LEAKCLASS_RC},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        w.owners[1] = cases[i].owner;
        block(100, 64, 1);
        w.mem[100] = cases[i].strong;
        w.mem[101] = 1;
        run(0, RG_LEAK_ROOT_STATIC);
        struct rg_leakclass *c = rg_leakclass_new(w.l);
        CU_ASSERT_EQUAL(class_at(c, 100), cases[i].class);
        rg_leakclass_free(c);
        end();
    }
}

static void reached_classes(void)
{
    static const enum rg_leak_class expected[RG_LEAK_ROOT_KINDS] = {RG_LEAKCLASS_STATIC, RG_LEAKCLASS_TLS,  RG_LEAKCLASS_STACK,
                                                                    RG_LEAKCLASS_STACK,  RG_LEAKCLASS_MMAP, RG_LEAKCLASS_LIBC};
    for (int k = 0; k < RG_LEAK_ROOT_KINDS; k++)
        for (int own = 0; own < 2; own++) {
            begin();
            w.owners[1] = own ? RG_OWNER_RUNTIME : RG_OWNER_BOX;
            block(100, 64, 1);
            w.mem[0] = at(100);
            run(1, k);
            struct rg_leakclass *c = rg_leakclass_new(w.l);
            CU_ASSERT_EQUAL(class_at(c, 100), own ? RG_LEAKCLASS_RUNTIME : expected[k]);
            rg_leakclass_free(c);
            end();
        }
}

/* What another thread than the first has is a class of its own, unless it is in memory that all threads have.  */
static void reached_by_threads(void)
{
    static const enum rg_leak_class expected[RG_LEAK_ROOT_KINDS] = {RG_LEAKCLASS_STATIC, RG_LEAKCLASS_THREAD, RG_LEAKCLASS_THREAD,
                                                                    RG_LEAKCLASS_THREAD, RG_LEAKCLASS_MMAP,   RG_LEAKCLASS_LIBC};
    for (int k = 0; k < RG_LEAK_ROOT_KINDS; k++) {
        begin();
        w.owners[1] = RG_OWNER_VEC;
        block(100, 64, 1);
        w.mem[0] = at(100);
        w.l = rg_leak_new(&w.world, w.heap);
        rg_leak_root(w.l, BASE, 8, k, 2);
        rg_leak_finish(w.l);
        struct rg_leakclass *c = rg_leakclass_new(w.l);
        CU_ASSERT_EQUAL(class_at(c, 100), expected[k]);
        rg_leakclass_free(c);
        end();
    }
}

/* A long ring: components are found without recursion, and a path that is too long to print is none.  */
static void long_ring(void)
{
    enum { N = 500 };
    struct rg_leakclass_step steps[RG_LEAKCLASS_MAX_STEPS];
    bool proven;

    begin();
    w.owners[1] = RG_OWNER_RC;
    for (size_t i = 0; i < N; i++) {
        block(8 + 4 * i, 32, 1);
        w.mem[8 + 4 * i] = w.mem[8 + 4 * i + 1] = 1;
        w.mem[8 + 4 * i + 2] = at(8 + 4 * ((i + 1) % N));
    }
    run(0, RG_LEAK_ROOT_STATIC);
    struct rg_leakclass *c = rg_leakclass_new(w.l);
    for (size_t i = 0; i < N; i++)
        CU_ASSERT_EQUAL(class_at(c, 8 + 4 * i), RG_LEAKCLASS_RC_CYCLE);
    CU_ASSERT_EQUAL(rg_leakclass_cycle(c, 0, steps, &proven), 0);
    CU_ASSERT_TRUE(proven);
    rg_leakclass_free(c);
    end();
}

/* Random graphs: blocks are in one component if they reach each other; counts are those of pointers to starts.  Some blocks are
   so large that where to go on in them is kept beside.  */
static void components(void)
{
    enum { N = 18, ROOM = 100 }; /* all before the hole */
    uint64_t r = 5;

    for (int round = 0; round < 300; round++) {
        bool reach[N][N] = {{false}};
        unsigned found[N] = {0}, degree = 1 + round % 3;
        begin_with(0, false);
        for (size_t i = 0; i < N; i++)
            block(100 + ROOM * i, 8 * (round % 2 ? ROOM - 4 : 8), 0);
        for (size_t i = 0; i < N; i++)
            for (unsigned e = 0; e < degree; e++) {
                size_t to = rnd_below(&r, N), word = rnd_below(&r, round % 2 ? ROOM - 4 : 8);
                uint64_t *w_at = &w.mem[100 + ROOM * i + word];
                bool interior = rnd_below(&r, 5) == 0;
                if (*w_at)
                    continue;
                *w_at = at(100 + ROOM * to) + (interior ? 8 : 0);
                reach[i][to] = reach[i][to] || !interior;
                found[to] += !interior;
            }
        bool self[N];
        for (size_t i = 0; i < N; i++)
            self[i] = reach[i][i];
        for (size_t k = 0; k < N; k++)
            for (size_t i = 0; i < N; i++)
                for (size_t j = 0; j < N; j++)
                    reach[i][j] = reach[i][j] || (reach[i][k] && reach[k][j]);
        run(0, RG_LEAK_ROOT_STATIC);
        for (size_t i = 0; i < N; i++) {
            const struct rg_leak_component *k = rg_leak_component(w.l, i);
            unsigned n = 1;
            for (size_t j = 0; j < N; j++) {
                bool same = i != j && reach[i][j] && reach[j][i];
                n += same;
                if (i != j)
                    CU_ASSERT_EQUAL(same, k && k == rg_leak_component(w.l, j));
            }
            CU_ASSERT_EQUAL(k != NULL, n > 1 || self[i]);
            CU_ASSERT(!k || k->n == n);
            CU_ASSERT_EQUAL(rg_leak_found(w.l, i), found[i]);
        }
        end();
    }
}

/* 24 bytes for a block in the heap, and what the check needs: all reached, or all lost in one chain.  */
static void memory_per_block(void)
{
    enum { MANY = (8 << RG_HEAP_CHUNK_BITS) - 1 }; /* full chunks */
    uint64_t *list = calloc(4 * MANY, sizeof *list);

    for (int lost = 0; lost < 2; lost++) {
        begin();
        w.world.words = plain_words;
        for (size_t i = 0; i < MANY; i++) {
            add((uintptr_t)&list[4 * i], 24, 0);
            list[4 * i] = i + 1 < MANY ? (uintptr_t)&list[4 * (i + 1)] : 0;
        }
        uint64_t root = (uintptr_t)list;
        w.l = rg_leak_new(&w.world, w.heap);
        if (!lost)
            rg_leak_root(w.l, (uintptr_t)&root, 8, RG_LEAK_ROOT_STATIC, 1);
        rg_leak_finish(w.l);
        CU_ASSERT_EQUAL(rg_leak_at(w.l, MANY - 1).kind, lost ? RG_LEAK_INDIRECT : RG_LEAK_REACHABLE);
        CU_ASSERT(rg_leak_memory(w.l) <= (lost ? 39 : 33) * MANY);
        end();
    }
    free(list);
}

static void class_words(void)
{
    for (int i = 0; i < RG_LEAKCLASS_COUNT; i++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(rg_leakclass_word(i));
        for (int k = 0; k < i; k++)
            CU_ASSERT(strcmp(rg_leakclass_word(i), rg_leakclass_word(k)) != 0);
    }
}

const struct unit_test suite_leak[] = {
    { "no blocks", none },
    { "the four kinds", kinds },
    { "from possible to reachable", upgrade },
    { "first and last byte", edges },
    { "blocks in a block", outer_block },
    { "data of libc", libc_data },
    { "libc in the program", libc_in_program },
    { "memory that cannot be read", hole },
    { "the leader of a cycle", leader_of_cycle },
    { "leaders that are led", merged_leaders },
    { "pointers of Rust's types", explained },
    { "memcheck's heuristics", explained_c },
    { "finding blocks", find_blocks },
    { "Rc cycles, proven or not", rc_cycle },
    { "nodes of containers", container_nodes },
    { "a block that points to itself", self_reference },
    { "single blocks by owner", single_blocks },
    { "reached blocks by root", reached_classes },
    { "classes of what other threads have", reached_by_threads },
    { "arenas", arenas },
    { "a long ring", long_ring },
    { "components of random graphs", components },
    { "memory for a block", memory_per_block },
    { "words of classes", class_words },
    { NULL, NULL },
};
