/* test_cache.c - rg_cache without dirty lines: sequences worked out by hand, and long random ones against slowcache.c, by the
   single calls and by the protocol of generated code.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port_test.h"
#include "rg_cache.h"
#include "rnd.h"
#include "slowcache.h"
#include "suites.h"

#define L1 RG_CACHE_L1_HIT
#define LL RG_CACHE_LL_HIT
#define MEM RG_CACHE_MISS

struct step {
    enum rg_cache_kind kind;
    uint64_t a;
    unsigned size;
    enum rg_cache_result result;
};

static void walk(const struct rg_geometry g[3], unsigned mode, const struct step *steps, size_t n)
{
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g[0], &g[1], &g[2], mode, hot, NULL);
    struct slowcache slow;
    slowcache_init(&slow, g, mode);
    for (size_t i = 0; i < n; i++) {
        const struct step *s = &steps[i];
        enum rg_cache_result r = s->kind == RG_CACHE_FETCH
                                     ? rg_cache_fetch(c, rg_cache_code_line(c, s->a), s->a, s->size, 2 * i + 2)
                                     : rg_cache_data(c, s->a, s->size, s->kind == RG_CACHE_WRITE, 2 * i + 2);
        enum rg_cache_result slow_r = slowcache_access(&slow, s->kind, s->a, s->size);
        if (r != s->result || slow_r != s->result)
            fprintf(stderr, "\n  step %zu, address %#llx: %d, slowly %d, by hand %d\n", i, (unsigned long long)s->a, r, slow_r,
                    s->result);
        CU_ASSERT_EQUAL(r, s->result);
        CU_ASSERT_EQUAL(slow_r, s->result);
    }
    rg_cache_free(c);
    slowcache_free(&slow);
    free(hot);
}

/* I1 and D1: two sets of two lines of 64 bytes; LL: four sets of two.  */
static void by_hand(void)
{
    static const struct rg_geometry g[3] = { { 256, 2, 64 }, { 256, 2, 64 }, { 512, 2, 64 } };
    static const struct step steps[] = {
        { RG_CACHE_READ, 0x1000, 8, MEM },  /* set 0 */
        { RG_CACHE_READ, 0x1008, 8, L1 },
        { RG_CACHE_READ, 0x103f, 1, L1 },
        { RG_CACHE_WRITE, 0x1040, 1, MEM }, /* set 1 */
        { RG_CACHE_READ, 0x1080, 4, MEM },  /* set 0: 1080, 1000 */
        { RG_CACHE_READ, 0x1000, 4, L1 },   /* 1000, 1080 */
        { RG_CACHE_READ, 0x1100, 4, MEM },  /* 1100, 1000; LL set 0: 1100, 1000 */
        { RG_CACHE_READ, 0x1080, 4, LL },   /* 1080, 1100; LL set 2: 1080 */
        { RG_CACHE_READ, 0x1200, 4, MEM },  /* 1200, 1080; LL set 0: 1200, 1100 */
        { RG_CACHE_READ, 0x1000, 4, MEM },  /* 1000, 1200; it has left LL; LL set 0: 1000, 1200 */
        { RG_CACHE_FETCH, 0x1200, 4, LL },  /* code and data share LL only; LL set 0: 1200, 1000 */
        { RG_CACHE_FETCH, 0x1204, 4, L1 },
        { RG_CACHE_READ, 0x1100, 4, MEM },  /* 1100, 1000 */
        { RG_CACHE_READ, 0x1200, 1, LL },   /* 1200, 1100 */
        { RG_CACHE_FETCH, 0x1203, 2, L1 },
    };
    walk(g, RG_CACHE_PLAIN, steps, sizeof steps / sizeof *steps);
}

static void straddling(void)
{
    static const struct rg_geometry g[3] = { { 256, 2, 64 }, { 256, 2, 64 }, { 512, 2, 64 } };
    static const struct step steps[] = {
        { RG_CACHE_READ, 0x103c, 8, MEM }, /* both lines miss: one miss */
        { RG_CACHE_READ, 0x1000, 1, L1 },
        { RG_CACHE_READ, 0x1040, 1, L1 },
        { RG_CACHE_READ, 0x103f, 2, L1 },
        { RG_CACHE_READ, 0x107f, 2, MEM }, /* 1040 is there, 1080 is not; LL sets 1 and 2 */
        { RG_CACHE_READ, 0x1100, 1, MEM }, /* D1 set 0: 1100, 1080; LL set 0: 1100, 1000 */
        { RG_CACHE_READ, 0x103f, 2, LL },  /* 1000 not, 1040 in D1; both are in LL and become the most recent there */
        { RG_CACHE_FETCH, 0x203d, 4, MEM },
        { RG_CACHE_FETCH, 0x2040, 4, L1 },
        { RG_CACHE_FETCH, 0x2000, 15, L1 },
        { RG_CACHE_READ, 0x203f, 64, LL },  /* 203f to 207e: LL has both from the fetches */
        { RG_CACHE_READ, 0x2040, 64, L1 },  /* all of a line */
        { RG_CACHE_READ, 0x2041, 63, L1 },
    };
    walk(g, RG_CACHE_PLAIN, steps, sizeof steps / sizeof *steps);
}

/* Lines of different sizes: the next level is asked by its own lines.  */
static void line_sizes(void)
{
    static const struct rg_geometry g[3] = { { 64, 1, 16 }, { 128, 2, 32 }, { 1024, 1, 128 } };
    static const struct step steps[] = {
        { RG_CACHE_READ, 0x1000, 8, MEM },
        { RG_CACHE_READ, 0x1020, 8, LL }, /* the same line of LL */
        { RG_CACHE_READ, 0x101e, 4, L1 },
        { RG_CACHE_READ, 0x105c, 8, LL },  /* two lines of D1 in one of LL */
        { RG_CACHE_READ, 0x107c, 8, MEM }, /* 1060 is in D1, 1080 is in no LL */
        { RG_CACHE_FETCH, 0x100e, 4, LL },
        { RG_CACHE_FETCH, 0x1010, 4, L1 },
        { RG_CACHE_FETCH, 0x1040, 4, LL }, /* pushes 1000 out of I1, which has four lines */
        { RG_CACHE_FETCH, 0x1000, 4, LL },
    };
    walk(g, RG_CACHE_PLAIN, steps, sizeof steps / sizeof *steps);
}

/* At the start each cache holds the line at address 0.  */
static void at_the_start(void)
{
    static const struct rg_geometry g[3] = { { 256, 2, 64 }, { 256, 2, 64 }, { 512, 2, 64 } };
    static const struct step steps[] = {
        { RG_CACHE_READ, 0, 8, L1 },   { RG_CACHE_FETCH, 0, 8, L1 },     { RG_CACHE_READ, 64, 8, MEM },
        { RG_CACHE_READ, 128, 8, MEM }, { RG_CACHE_READ, 256, 8, MEM },   { RG_CACHE_READ, 8, 8, LL },
        { RG_CACHE_READ, 512, 8, MEM }, { RG_CACHE_FETCH, 0x100, 8, MEM }, { RG_CACHE_FETCH, 0x3f, 1, L1 },
    };
    walk(g, RG_CACHE_PLAIN, steps, sizeof steps / sizeof *steps);
}

/* Three lines upwards: the one five lines on is fetched.  */
static void prefetcher(void)
{
    static const struct rg_geometry g[3] = { { 128, 1, 64 }, { 128, 1, 64 }, { 8192, 2, 64 } };
    static const struct step steps[] = {
        { RG_CACHE_READ, 0x2000, 8, MEM },
        { RG_CACHE_READ, 0x2040, 8, MEM },  /* up 1 */
        { RG_CACHE_READ, 0x2040, 8, L1 },
        { RG_CACHE_READ, 0x2080, 8, MEM },  /* up 2: 21c0 */
        { RG_CACHE_READ, 0x20c0, 8, MEM },  /* up 3: 2200 */
        { RG_CACHE_READ, 0x21c0, 8, LL },   /* off the run */
        { RG_CACHE_READ, 0x2200, 8, LL },   /* up 1 again */
        { RG_CACHE_READ, 0x2240, 8, MEM },  /* up 2: 2380 */
        { RG_CACHE_READ, 0x2380, 8, LL },
        { RG_CACHE_READ, 0x5640, 8, MEM },  /* page 5: another stream */
        { RG_CACHE_READ, 0x5600, 8, MEM },  /* down 1 */
        { RG_CACHE_WRITE, 0x55c0, 8, MEM }, /* down 2: 5480 */
        { RG_CACHE_FETCH, 0x5480, 8, LL },
        { RG_CACHE_READ, 0x5440, 8, MEM },
    };
    walk(g, RG_CACHE_HWPREF, steps, sizeof steps / sizeof *steps);
}

/* ---- random ---- */

/* The first three in all modes.  */
static const struct rg_geometry geometries[][3] = {
    { { 32768, 8, 64 }, { 32768, 8, 64 }, { 8388608, 16, 64 } },
    { { 1024, 1, 16 }, { 512, 2, 16 }, { 4096, 4, 16 } },
    { { 2048, 2, 32 }, { 3072, 3, 128 }, { 10240, 5, 64 } },
    { { 32768, 8, 64 }, { 49152, 12, 64 }, { 37748736, 18, 64 } },
    { { 65536, 2, 64 }, { 65536, 2, 64 }, { 262144, 8, 64 } },
    { { 128, 2, 64 }, { 1024, 16, 64 }, { 4096, 32, 128 } }, /* one set each but LL's */
    { { 448, 7, 32 }, { 6400, 25, 256 }, { 65536, 16, 1024 } },
    { { 1048576, 1, 64 }, { 1048576, 4, 64 }, { 65536, 1, 64 } }, /* D1 has more lines than there are slots; LL is smaller */
    { { 32, 1, 16 }, { 32, 1, 16 }, { 32, 1, 16 } },
};

enum { N_GEOMETRIES = sizeof geometries / sizeof *geometries, N_ACCESSES = 1000000 };

static bool report(const char *what, size_t g, unsigned n, enum rg_cache_result is, enum rg_cache_result want)
{
    fprintf(stderr, "\n  %s: geometry %zu, access %u: %d, slowly %d\n", what, g, n, is, want);
    return false;
}

static bool same_by_single_calls(size_t k, unsigned mode, unsigned long counts[4])
{
    const struct rg_geometry *g = geometries[k];
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g[0], &g[1], &g[2], mode, hot, NULL);
    struct slow_trace data = { .state = 11 + k }, code = { .state = 12 + k };
    uint64_t state = 13 + k, time = 1;
    struct slowcache slow;
    bool same = true;

    slowcache_init(&slow, g, mode);
    for (unsigned n = 0; n < N_ACCESSES && same; n++, time += 2) {
        unsigned size, kind = rnd_below(&state, 3);
        uint64_t a = slow_trace_next(kind == RG_CACHE_FETCH ? &code : &data, rg_cache_max_access(c), &size);
        enum rg_cache_result r = kind == RG_CACHE_FETCH ? rg_cache_fetch(c, rg_cache_code_line(c, a), a, size, time)
                                                        : rg_cache_data(c, a, size, kind == RG_CACHE_WRITE, time);
        enum rg_cache_result want = slowcache_access(&slow, kind, a, size);
        counts[r]++;
        if (r != want)
            same = report("single calls", k, n, r, want);
        if (n == N_ACCESSES / 3) {
            rg_cache_clear(c);
            slowcache_clear(&slow);
        }
    }
    rg_cache_free(c);
    slowcache_free(&slow);
    free(hot);
    return same;
}

static void single_calls(void)
{
    for (size_t k = 0; k < N_GEOMETRIES; k++)
        for (unsigned mode = 0; mode <= (k < 3 ? RG_CACHE_HWPREF : 0); mode += RG_CACHE_HWPREF) {
            unsigned long counts[4] = { 0 };
            CU_ASSERT_TRUE(same_by_single_calls(k, mode, counts));
            CU_ASSERT_TRUE(counts[L1] > N_ACCESSES / 20 && counts[MEM] > 1000);
        }
}

/* A segment as generated code has it: instructions one after the other from PC on, each with up to three data accesses.  */
enum { MAX_REFS = 120, MAX_LINES = 64 };

struct ref {
    enum rg_cache_kind kind;
    uint64_t a;
    unsigned size;
    struct rg_cache_line *line; /* RG_CACHE_FETCH */
};

struct segment {
    unsigned n_refs, n_lines, n_ea;
    struct ref refs[MAX_REFS];
    struct rg_cache_line *lines[MAX_LINES];
    unsigned ea[MAX_REFS];     /* the data accesses among refs */
    unsigned merged[MAX_REFS]; /* how many data accesses from this one on are checked together: 1 or more; 0: by an earlier one */
};

static void add_line(struct segment *s, struct rg_cache_line *line)
{
    if (s->n_lines == 0 || s->lines[s->n_lines - 1] != line)
        s->lines[s->n_lines++] = line;
}

static void make_segment(struct segment *s, struct rg_cache *c, struct slow_trace *code, struct slow_trace *data, uint64_t *state)
{
    unsigned size, max = rg_cache_max_access(c);
    uint64_t pc = slow_trace_next(code, 15, &size);
    unsigned n_instrs = rnd_below(state, 8) == 0 ? 1 + rnd_below(state, 20) : 1 + rnd_below(state, 5);
    unsigned bits = rg_cache_i1_line_bits(c);

    memset(s, 0, sizeof *s);
    for (unsigned i = 0; i < n_instrs; i++) {
        unsigned length = 1 + rnd_below(state, 15);
        struct rg_cache_line *line = rg_cache_code_line(c, pc);
        s->refs[s->n_refs++] = (struct ref){ RG_CACHE_FETCH, pc, length, line };
        add_line(s, line);
        if (pc >> bits != (pc + length - 1) >> bits)
            add_line(s, rg_cache_next_line(c, line));
        pc += length;
        for (unsigned k = rnd_below(state, 4); k < 3; k++) {
            uint64_t a = slow_trace_next(data, max, &size);
            s->merged[s->n_ea] = 1;
            s->ea[s->n_ea++] = s->n_refs;
            s->refs[s->n_refs++] = (struct ref){ rnd_below(state, 2) ? RG_CACHE_READ : RG_CACHE_WRITE, a, size, NULL };
        }
    }
}

/* The lowest and the highest byte of N data accesses from number K on.  */
static void span(const struct segment *s, unsigned k, unsigned n, uint64_t *lo, uint64_t *last)
{
    *lo = UINT64_MAX;
    *last = 0;
    for (unsigned j = k; j < k + n; j++) {
        const struct ref *r = &s->refs[s->ea[j]];
        *lo = r->a < *lo ? r->a : *lo;
        *last = r->a + r->size - 1 > *last ? r->a + r->size - 1 : *last;
    }
}

/* Joins accesses that follow each other and span no more than a line.  */
static void merge(struct segment *s, unsigned line_bits)
{
    uint64_t lo, last;
    for (unsigned k = 0; k < s->n_ea; k += s->merged[k])
        for (unsigned n = 2; k + n <= s->n_ea; n++) {
            span(s, k, n, &lo, &last);
            if (last - lo >= (uint64_t)1 << line_bits)
                break;
            s->merged[k] = n;
            s->merged[k + n - 1] = 0;
        }
}

/* The checks of a segment: what is asked, and when it happened.  */
struct checks {
    uint64_t a[2 * MAX_REFS], time[2 * MAX_REFS];
    unsigned n;
};

struct clocks {
    uint64_t data, code;
};

static void check(struct checks *c, uint64_t *acc, struct rg_cache_hot *hot, unsigned bits, uint64_t a, unsigned size, uint64_t time)
{
    *acc |= rg_cache_hot_check(hot, bits, a, size);
    c->a[c->n] = a;
    c->time[c->n++] = time;
}

/* What generated code and its helper do with a segment.  Returns true when it went the slow way.  */
static bool run_segment(const struct segment *s, struct rg_cache *c, struct rg_cache_hot *hot, struct clocks *clocks,
                        enum rg_cache_result *results)
{
    unsigned bits = rg_cache_d1_line_bits(c), ea = 0;
    uint64_t acc = 0, lo, last, time = clocks->data;
    struct checks checks = { .n = 0 };

    clocks->code++;
    for (unsigned i = 0; i < s->n_lines; i++)
        acc |= s->lines[i]->absent;
    for (unsigned k = 0; k < s->n_ea; k++) {
        const struct ref *r = &s->refs[s->ea[k]];
        if (s->merged[k] == 1) {
            check(&checks, &acc, hot, bits, r->a, r->size, time);
        } else if (s->merged[k] > 1) {
            span(s, k, s->merged[k], &lo, &last);
            check(&checks, &acc, hot, bits, lo, 1, time);
            check(&checks, &acc, hot, bits, last, 1, time);
        }
        time += s->merged[k] > 0 ? 2 : 0;
    }
    bool slow = rg_cache_missed(acc, bits);
    if (slow)
        rg_cache_restamp(c);
    time = clocks->data - 2;
    for (unsigned i = 0; i < s->n_refs; i++) {
        const struct ref *r = &s->refs[i];
        results[i] = L1;
        if (r->kind != RG_CACHE_FETCH)
            time += s->merged[ea++] > 0 ? 2 : 0;
        if (slow && r->kind == RG_CACHE_FETCH)
            results[i] = rg_cache_fetch(c, r->line, r->a, r->size, clocks->code);
        else if (slow)
            results[i] = rg_cache_data(c, r->a, r->size, r->kind == RG_CACHE_WRITE, time);
    }
    for (unsigned i = 0; i < s->n_lines; i++)
        s->lines[i]->stamp = clocks->code;
    for (unsigned i = 0; i < checks.n; i++)
        rg_cache_hot_stamp(hot, bits, checks.a[i], checks.time[i]);
    clocks->data = time + 2;
    return slow;
}

struct run {
    unsigned long accesses, segments, slow, merged;
};

static bool same_by_segments(size_t k, unsigned mode, bool merging, struct run *run)
{
    const struct rg_geometry *g = geometries[k];
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g[0], &g[1], &g[2], mode, hot, NULL);
    struct slow_trace data = { .state = 21 + k }, code = { .state = 22 + k };
    uint64_t state = 23 + k;
    struct clocks clocks = { .data = 2 };
    struct slowcache slow;
    bool same = true;

    slowcache_init(&slow, g, mode);
    while (run->accesses < N_ACCESSES && same) {
        struct segment s;
        enum rg_cache_result results[MAX_REFS];
        make_segment(&s, c, &code, &data, &state);
        if (merging && !rg_cache_one_set(c))
            merge(&s, rg_cache_d1_line_bits(c));
        for (unsigned i = 0; i < s.n_ea; i++)
            run->merged += s.merged[i] > 1;
        run->slow += run_segment(&s, c, hot, &clocks, results);
        run->segments++;
        for (unsigned i = 0; i < s.n_refs && same; i++, run->accesses++) {
            enum rg_cache_result want = slowcache_access(&slow, s.refs[i].kind, s.refs[i].a, s.refs[i].size);
            if (results[i] != want)
                same = report(merging ? "merged" : "segments", k, (unsigned)run->accesses, results[i], want);
        }
    }
    rg_cache_free(c);
    slowcache_free(&slow);
    free(hot);
    return same;
}

static void segments(void)
{
    for (size_t k = 0; k < N_GEOMETRIES; k++)
        for (unsigned mode = 0; mode <= (k < 3 ? RG_CACHE_HWPREF | RG_CACHE_WB : 0); mode++) {
            struct run run = { 0 };
            CU_ASSERT_TRUE(same_by_segments(k, mode, false, &run));
            CU_ASSERT_TRUE(run.slow > 1000);
            if (!(mode & RG_CACHE_WB) && geometries[k][1].size >= 32768)
                CU_ASSERT_TRUE(run.slow < run.segments * 9 / 10);
        }
}

static void merged_segments(void)
{
    for (size_t k = 0; k < N_GEOMETRIES; k++) {
        struct run run = { 0 };
        CU_ASSERT_TRUE(same_by_segments(k, RG_CACHE_PLAIN, true, &run));
        if (geometries[k][1].size / geometries[k][1].line / geometries[k][1].assoc > 1)
            CU_ASSERT_TRUE(run.merged > 10000);
    }
}

static struct segment reads(unsigned n, const uint64_t *a)
{
    struct segment s = { .n_refs = n, .n_ea = n };

    for (unsigned i = 0; i < n; i++) {
        s.refs[i] = (struct ref){ RG_CACHE_READ, a[i], 8, NULL };
        s.ea[i] = i;
        s.merged[i] = 1;
    }
    return s;
}

/* The second line of a straddling access is more recent than a line of its set that was accessed after it, earlier in the
   segment: stamping the segment's slots must not leave it the older one.  Once it has a slot for itself, once its slot was that of
   the first access's line.  */
static void straddling_segments(void)
{
    static const struct rg_geometry g[3] = { { 1024, 2, 64 }, { 1024, 2, 64 }, { 8192, 2, 64 } };
    static const uint64_t far = (uint64_t)RG_CACHE_SLOTS * 64, line = 0x10040, other = line + 512, third = line + 1024;
    static const uint64_t firsts[] = { line, line + far + 512 };

    for (unsigned k = 0; k < sizeof firsts / sizeof firsts[0]; k++) {
        const struct segment segments[] = {
            reads(1, (const uint64_t[]){ line }),
            reads(3, (const uint64_t[]){ firsts[k], other, line - 4 }),
            reads(1, (const uint64_t[]){ third }),
            reads(1, (const uint64_t[]){ line }),
            reads(1, (const uint64_t[]){ other }),
        };
        struct rg_cache_hot *hot = malloc(sizeof *hot);
        struct rg_cache *c = rg_cache_new(&g[0], &g[1], &g[2], RG_CACHE_PLAIN, hot, NULL);
        struct clocks clocks = { .data = 2 };
        struct slowcache slow;
        slowcache_init(&slow, g, RG_CACHE_PLAIN);
        for (unsigned i = 0; i < sizeof segments / sizeof segments[0]; i++) {
            enum rg_cache_result results[MAX_REFS];
            run_segment(&segments[i], c, hot, &clocks, results);
            for (unsigned j = 0; j < segments[i].n_refs; j++)
                CU_ASSERT_EQUAL(results[j], slowcache_access(&slow, RG_CACHE_READ, segments[i].refs[j].a, 8));
        }
        rg_cache_free(c);
        slowcache_free(&slow);
        free(hot);
    }
}

/* A line that is no longer in D1 is never said to be there; an empty slot matches nothing, also at the top and the bottom.  */
static void no_false_presence(void)
{
    static const struct rg_geometry g = { 32768, 8, 64 };
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g, &g, &g, RG_CACHE_PLAIN, hot, NULL);
    for (uint64_t i = 0; i < 2 * RG_CACHE_SLOTS; i++)
        for (unsigned at = 0; at < 64; at += 21)
            for (unsigned size = 1; size <= 64; size += 63) {
                CU_ASSERT_TRUE(rg_cache_missed(rg_cache_hot_check(hot, 6, i * 64 + at, size), 6));
                CU_ASSERT_TRUE(rg_cache_missed(rg_cache_hot_check(hot, 6, -(i + 1) * 64 + at, size), 6));
            }
    uint64_t time = 1;
    for (uint64_t i = 1; i < 100; i++) { /* the same set of D1, slots of their own */
        rg_cache_data(c, i * 4096, 8, false, time++);
        for (uint64_t j = 1; j < 100; j++)
            CU_ASSERT_EQUAL(!rg_cache_missed(rg_cache_hot_check(hot, 6, j * 4096, 8), 6), j <= i && j + 8 > i);
    }
    rg_cache_free(c);
    free(hot);
}

static void code_lines(void)
{
    static const struct rg_geometry g = { 32768, 8, 64 };
    struct rg_cache_hot *hot = malloc(sizeof *hot);
    struct rg_cache *c = rg_cache_new(&g, &g, &g, RG_CACHE_PLAIN, hot, NULL);
    struct rg_cache_line *first = rg_cache_code_line(c, 0x401017);
    CU_ASSERT_EQUAL(first->addr, 0x401000);
    CU_ASSERT_EQUAL(first->absent, UINT64_MAX);
    CU_ASSERT_PTR_NULL(first->next);
    for (uint64_t i = 1; i < 1000; i++)
        CU_ASSERT_EQUAL(rg_cache_code_line(c, 0x401000 + i * 64)->addr, 0x401000 + i * 64);
    CU_ASSERT_PTR_EQUAL(rg_cache_code_line(c, 0x40103f), first);
    CU_ASSERT_PTR_EQUAL(rg_cache_next_line(c, first), rg_cache_code_line(c, 0x401040));
    CU_ASSERT_PTR_EQUAL(first->next, rg_cache_code_line(c, 0x401040));
    rg_cache_fetch(c, first, 0x401000, 4, 1);
    CU_ASSERT_EQUAL(first->absent, 0);
    rg_cache_clear(c);
    CU_ASSERT_EQUAL(first->absent, UINT64_MAX);
    CU_ASSERT_PTR_EQUAL(rg_cache_code_line(c, 0x401000), first);
    rg_cache_free(c);
    free(hot);
}

const struct unit_test suite_cache[] = {
    { "by hand", by_hand },
    { "straddling accesses", straddling },
    { "lines of different sizes", line_sizes },
    { "the line at address 0", at_the_start },
    { "prefetcher", prefetcher },
    { "code lines", code_lines },
    { "nothing is said to be there that is not", no_false_presence },
    { "random accesses, single calls", single_calls },
    { "random accesses, segments", segments },
    { "random accesses, merged checks", merged_segments },
    { "straddling accesses in segments", straddling_segments },
    { 0 },
};
