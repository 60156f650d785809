/* test_cgwrite.c - rg_cgwrite: files compared byte by byte, and random profiles read back.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgparse.h"
#include "model.h"
#include "port_test.h"
#include "rg_buf.h"
#include "rg_cgwrite.h"
#include "rnd.h"
#include "suites.h"

#define COST(...) ((const uint64_t[]){ __VA_ARGS__ })

static const char *const two_events[] = { "Ir", "Dr" };

static struct rg_cgwrite_options plain_options(void)
{
    return (struct rg_cgwrite_options){
        .creator = "test-1", .cmd = "./prog -x", .trigger = "Program termination", .events = two_events, .pid = 42, .part = 1,
        .bb_to = 100, .dump_line = true, .compress_strings = true, .compress_pos = true,
    };
}

struct output {
    struct rg_buf bytes;
    size_t limit; /* fails when more than this would be held */
    int calls_after_failure;
    bool failed;
};

static bool collect(void *arg, const char *bytes, size_t n)
{
    struct output *o = arg;
    o->calls_after_failure += o->failed;
    if (o->bytes.n + n > o->limit) {
        o->failed = true;
        return false;
    }
    rg_buf_bytes(&o->bytes, bytes, n);
    return true;
}

static void output_init(struct output *o)
{
    *o = (struct output){ .limit = SIZE_MAX };
    rg_buf_init(&o->bytes, "output");
}

/* Finishes and writes the profile of M; WANT is the whole file.  */
static void check_file(struct model *m, const struct rg_cgwrite_options *opt, const char *want)
{
    struct output o;
    output_init(&o);
    rg_profile_finish(model_profile(m));
    CU_ASSERT_TRUE(rg_cgwrite(model_profile(m), opt, collect, &o));
    const char *got = rg_buf_cstr(&o.bytes);
    if (strcmp(got, want) != 0)
        fprintf(stderr, "\n--- got:\n%s--- want:\n%s---\n", got, want);
    CU_ASSERT_STRING_EQUAL(got, want);
    rg_buf_free(&o.bytes);
}

/* As check_file, for what follows the header.  */
static void check_body(struct model *m, const struct rg_cgwrite_options *opt, const char *want)
{
    struct output o;
    output_init(&o);
    rg_profile_finish(model_profile(m));
    CU_ASSERT_TRUE(rg_cgwrite(model_profile(m), opt, collect, &o));
    const char *got = strstr(rg_buf_cstr(&o.bytes), "\n\n\nob=");
    got = got != NULL ? got + 3 : "(no body)";
    if (strcmp(got, want) != 0)
        fprintf(stderr, "\n--- got:\n%s--- want:\n%s---\n", got, want);
    CU_ASSERT_STRING_EQUAL(got, want);
    struct cgparse c;
    if (!cgparse_read(&c, o.bytes.p, o.bytes.n))
        fprintf(stderr, "\n  %s\n", c.error);
    CU_ASSERT_STRING_EQUAL(c.error, "");
    cgparse_free(&c);
    rg_buf_free(&o.bytes);
}

static const struct place main_fn = { "/bin/p", "src/main.rs", "p::main", 1, "src/main.rs", 10, 0x1000 };
static const struct place fib = { "/bin/p", "src/fib.rs", "p::fib", 1, "src/fib.rs", 3, 0x2000 };
static const struct place fib2 = { "/bin/p", "src/fib.rs", "p::fib", 2, "src/fib.rs", 3, 0x2000 };
static const struct place memcpy_fn = { "/lib/libc.so", "???", "memcpy", 1, "???", 0, 0x500 };

static struct place at(struct place p, const char *pos_file, uint32_t line, uint64_t addr)
{
    p.pos_file = pos_file;
    p.line = line;
    p.addr = addr;
    return p;
}

/* A small program: main calls fib and memcpy, fib calls itself; main and fib have inlined code.  */
static struct model *small_program(bool with_line, bool with_addr)
{
    struct model *m = model_new(2, with_line, with_addr);
    model_cost(m, main_fn, COST(5, 1));
    model_cost(m, at(main_fn, "src/main.rs", 12, 0x1008), COST(3, 0));
    model_cost(m, at(main_fn, "src/main.rs", 11, 0x1010), COST(2, 0));
    model_cost(m, at(main_fn, "/rustc/core/ops.rs", 250, 0x1004), COST(7, 2));
    model_cost(m, at(main_fn, "zlast.rs", 251, 0x1006), COST(1, 0));
    model_call(m, at(main_fn, "src/main.rs", 12, 0x1008), fib, 1, COST(40, 6));
    model_call(m, at(main_fn, "/rustc/core/ops.rs", 250, 0x1004), memcpy_fn, 2, COST(20, 10));
    model_cost(m, fib, COST(10, 1));
    model_cost(m, at(fib, "src/fib.rs", 120, 0x2100), COST(4, 0));
    model_call(m, at(fib, "src/fib.rs", 4, 0x2010), fib2, 2, COST(26, 5));
    model_cost(m, fib2, COST(20, 3));
    model_cost(m, at(fib2, "/rustc/core/ops.rs", 1, 0x2008), COST(6, 2));
    model_call(m, at(fib2, "src/fib.rs", 4, 0x2010), fib2, 6, COST(9, 1));
    model_cost(m, memcpy_fn, COST(20, 10));
    return m;
}

static const char small_header[] =
    "# callgrind format\nversion: 1\ncreator: test-1\npid: 42\ncmd:  ./prog -x\npart: 1\n\n\n"
    "desc: Timerange: Basic block 0 - 100\ndesc: Trigger: Program termination\n\n"
    "positions: line\nevents: Ir Dr\nsummary: 78 19\n\n\n";

static const char small_body[] =
    "ob=(1) /bin/p\nfl=(1) src/fib.rs\nfn=(1) p::fib\n"
    "3 10 1\n"
    "cfn=(2) p::fib'2\ncalls=2 *\n+1 26 5\n"
    "120 4 0\n"
    "\n"
    "fn=(2)\n"
    "3 20 3\n"
    "cfn=(2)\ncalls=6 *\n+1 9 1\n"
    "fi=(2) /rustc/core/ops.rs\n"
    "-3 6 2\n"
    "\n"
    "fl=(3) src/main.rs\nfn=(3) p::main\n"
    "10 5 1\n"
    "+1 2 0\n"
    "+1 3 0\n"
    "cfi=(1)\ncfn=(1)\ncalls=1 -9\n* 40 6\n"
    "fi=(2)\n"
    "250 7 2\n"
    "cob=(2) /lib/libc.so\ncfi=(4) ???\ncfn=(4) memcpy\ncalls=2 0\n* 20 10\n"
    "fi=(5) zlast.rs\n"
    "+1 1 0\n"
    "\n"
    "ob=(2)\nfl=(4)\nfn=(4)\n"
    "0 20 10\n"
    "\n"
    "totals: 78 19\n";

static void golden_lines(void)
{
    struct model *m = small_program(true, false);
    char want[sizeof small_header + sizeof small_body];
    snprintf(want, sizeof want, "%s%s", small_header, small_body);
    struct rg_cgwrite_options opt = plain_options();
    check_file(m, &opt, want);
    check_file(m, &opt, want); /* writing changes nothing */
    model_free(m);
}

static void golden_lines_in_full(void)
{
    struct model *m = small_program(true, false);
    struct rg_cgwrite_options opt = plain_options();
    opt.compress_strings = opt.compress_pos = false;
    check_body(m, &opt,
               "ob=/bin/p\nfl=src/fib.rs\nfn=p::fib\n"
               "3 10 1\n"
               "cfn=p::fib'2\ncalls=2 3\n4 26 5\n"
               "120 4 0\n"
               "\n"
               "fn=p::fib'2\n"
               "3 20 3\n"
               "cfn=p::fib'2\ncalls=6 3\n4 9 1\n"
               "fi=/rustc/core/ops.rs\n"
               "1 6 2\n"
               "\n"
               "fl=src/main.rs\nfn=p::main\n"
               "10 5 1\n"
               "11 2 0\n"
               "12 3 0\n"
               "cfi=src/fib.rs\ncfn=p::fib\ncalls=1 3\n12 40 6\n"
               "fi=/rustc/core/ops.rs\n"
               "250 7 2\n"
               "cob=/lib/libc.so\ncfi=???\ncfn=memcpy\ncalls=2 0\n250 20 10\n"
               "fi=zlast.rs\n"
               "251 1 0\n"
               "\n"
               "ob=/lib/libc.so\nfl=???\nfn=memcpy\n"
               "0 20 10\n"
               "\n"
               "totals: 78 19\n");
    model_free(m);
}

static void golden_addresses_and_lines(void)
{
    struct model *m = small_program(true, true);
    struct rg_cgwrite_options opt = plain_options();
    opt.dump_instr = true;
    check_body(m, &opt,
               "ob=(1) /bin/p\nfl=(1) src/fib.rs\nfn=(1) p::fib\n"
               "0x2000 3 10 1\n"
               "cfn=(2) p::fib'2\ncalls=2 * *\n+16 +1 26 5\n"
               "0x2100 120 4 0\n"
               "\n"
               "fn=(2)\n"
               "0x2000 3 20 3\n"
               "cfn=(2)\ncalls=6 * *\n+16 +1 9 1\n"
               "fi=(2) /rustc/core/ops.rs\n"
               "-8 -3 6 2\n"
               "\n"
               "fl=(3) src/main.rs\nfn=(3) p::main\n"
               "0x1000 10 5 1\n"
               "+16 +1 2 0\n"
               "-8 +1 3 0\n"
               "cfi=(1)\ncfn=(1)\ncalls=1 0x2000 -9\n* * 40 6\n"
               "fi=(2)\n"
               "-4 250 7 2\n"
               "cob=(2) /lib/libc.so\ncfi=(4) ???\ncfn=(4) memcpy\ncalls=2 0x500 0\n* * 20 10\n"
               "fi=(5) zlast.rs\n"
               "+2 +1 1 0\n"
               "\n"
               "ob=(2)\nfl=(4)\nfn=(4)\n"
               "0x500 0 20 10\n"
               "\n"
               "totals: 78 19\n");
    model_free(m);
}

static void golden_addresses_only(void)
{
    struct model *m = model_new(2, false, true);
    model_cost(m, at(fib, "src/fib.rs", 1, 0xffffffffffffffffu), COST(UINT64_MAX, 0));
    model_cost(m, at(fib, "src/fib.rs", 2, 0xffffffffffffff9du), COST(0, 1)); /* 98 lower; 100 below 1 */
    model_cost(m, at(fib, "src/fib.rs", 2, 0x1), COST(0, 2));
    model_call(m, at(fib, "src/fib.rs", 2, 0), fib, UINT64_MAX, COST(0, 0));
    struct rg_cgwrite_options opt = plain_options();
    opt.dump_line = false;
    opt.dump_instr = true;
    check_body(m, &opt,
               "ob=(1) /bin/p\nfl=(1) src/fib.rs\nfn=(1) p::fib\n"
               "cfn=(1)\ncalls=18446744073709551615 0x2000\n0x0 0 0\n"
               "0x1 0 2\n"
               "0xffffffffffffff9d 0 1\n"
               "+98 18446744073709551615 0\n"
               "\n"
               "totals: 18446744073709551615 3\n");
    model_free(m);
}

/* What may be relative: differences below 100 in both directions, from a base that is not 0.  */
static void relative_positions(void)
{
    struct model *m = model_new(2, true, false);
    static const uint32_t lines[] = { 0, 1, 100, 200, 299, 399, 400, UINT32_MAX };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        model_cost(m, at(fib, "src/fib.rs", lines[i], 0), COST(1, 0));
    model_cost(m, at(fib, "z1.rs", 4294967196u, 0), COST(1, 0)); /* 99 lower */
    model_cost(m, at(fib, "z2.rs", 4294967096u, 0), COST(1, 0)); /* 100 lower */
    model_cost(m, at(fib, "z3.rs", 4294967096u, 0), COST(1, 0));
    model_cost(m, at(fib, "z4.rs", 50, 0), COST(1, 0));
    model_cost(m, at(fib, "z5.rs", 0, 0), COST(1, 0)); /* down to 0 is fine, up from 0 is not */
    model_cost(m, at(fib, "z6.rs", 7, 0), COST(1, 0));
    struct rg_cgwrite_options opt = plain_options();
    check_body(m, &opt,
               "ob=(1) /bin/p\nfl=(1) src/fib.rs\nfn=(1) p::fib\n"
               "0 1 0\n1 1 0\n+99 1 0\n200 1 0\n+99 1 0\n399 1 0\n+1 1 0\n4294967295 1 0\n"
               "fi=(2) z1.rs\n-99 1 0\nfi=(3) z2.rs\n4294967096 1 0\nfi=(4) z3.rs\n* 1 0\n"
               "fi=(5) z4.rs\n50 1 0\nfi=(6) z5.rs\n-50 1 0\nfi=(7) z6.rs\n7 1 0\n"
               "\n"
               "totals: 14 0\n");
    model_free(m);
}

/* A node without any record in its own file still begins there; the next one of that file says so again.  */
static void node_with_foreign_code_only(void)
{
    struct model *m = model_new(2, true, false);
    struct place g = fib, h = fib;
    g.function = "g";
    h.function = "h";
    model_cost(m, at(g, "a.rs", 1, 0), COST(1, 0));
    model_call(m, at(g, "b.rs", 2, 0), at(h, "src/fib.rs", 9, 0), 1, COST(1, 0));
    model_cost(m, at(g, "c.rs", 3, 0), COST(1, 0));
    model_cost(m, at(h, "src/fib.rs", 9, 0), COST(1, 0));
    struct rg_cgwrite_options opt = plain_options();
    check_body(m, &opt,
               "ob=(1) /bin/p\nfl=(1) src/fib.rs\nfn=(1) g\n"
               "fi=(2) a.rs\n1 1 0\n"
               "fi=(3) b.rs\ncfi=(1)\ncfn=(2) h\ncalls=1 +8\n+1 1 0\n"
               "fi=(4) c.rs\n+1 1 0\n"
               "\n"
               "fl=(1)\nfn=(2)\n9 1 0\n"
               "\n"
               "totals: 3 0\n");
    model_free(m);
}

/* Functions of one name in two files and two objects are four functions with four ids; so are recursion levels.  */
static void ids_of_equal_names(void)
{
    struct model *m = model_new(2, true, false);
    static const char *const objects[] = { "o1", "o2" }, *const files[] = { "f1", "f2" };
    for (uint32_t i = 0; i < 4; i++) {
        struct place p = { objects[i / 2], files[i % 2], "new", 1, files[i % 2], 1, 0 };
        struct place q = { objects[1 - i / 2], files[1 - i % 2], "new", 2, files[1 - i % 2], 1, 0 };
        model_cost(m, p, COST(1, 0));
        model_call(m, p, q, 1, COST(1, 0));
    }
    struct rg_cgwrite_options opt = plain_options();
    check_body(m, &opt,
               "ob=(1) o1\nfl=(1) f1\nfn=(1) new\n1 1 0\ncob=(2) o2\ncfi=(2) f2\ncfn=(2) new'2\ncalls=1 *\n* 1 0\n\n"
               "fl=(2)\nfn=(3) new\n1 1 0\ncob=(2)\ncfi=(1)\ncfn=(4) new'2\ncalls=1 *\n* 1 0\n\n"
               "ob=(2)\nfl=(1)\nfn=(5) new\n1 1 0\ncob=(1)\ncfi=(2)\ncfn=(6) new'2\ncalls=1 *\n* 1 0\n\n"
               "fl=(2)\nfn=(7) new\n1 1 0\ncob=(1)\ncfi=(1)\ncfn=(8) new'2\ncalls=1 *\n* 1 0\n\n"
               "totals: 4 0\n");
    model_free(m);
}

static void empty_profile(void)
{
    struct model *m = model_new(2, true, false);
    struct rg_cgwrite_options opt = plain_options();
    check_file(m, &opt,
               "# callgrind format\nversion: 1\ncreator: test-1\npid: 42\ncmd:  ./prog -x\npart: 1\n\n\n"
               "desc: Timerange: Basic block 0 - 100\ndesc: Trigger: Program termination\n\n"
               "positions: line\nevents: Ir Dr\nsummary: 0 0\n\n\ntotals: 0 0\n");
    model_free(m);
}

static void whole_header(void)
{
    struct model *m = model_new(2, true, true);
    static const char *const desc[] = { "I1 cache: ", "D1 cache: 32768 B, 64 B, 8-way associative", NULL };
    static const char *const defs[] = { "EstCyc = Ir + 4 Dr : Estimated cycles", "Dr : Data reads", NULL };
    struct rg_cgwrite_options opt = plain_options();
    opt.cmd = "sh -c 'a\nb\\c' \xff\t caf\xc3\xa9  ";
    opt.desc = desc;
    opt.event_defs = defs;
    opt.summary = COST(UINT64_MAX, 7);
    opt.trigger = "--dump-before=x\ny";
    opt.thread = 3;
    opt.part = 12;
    opt.pid = -1;
    opt.bb_from = 5;
    opt.bb_to = UINT64_MAX;
    opt.dump_instr = true;
    check_file(m, &opt,
               "# callgrind format\nversion: 1\ncreator: test-1\npid: -1\ncmd:  sh -c 'a\\nb\\\\c' \\xff\\x09 caf\xc3\xa9\n"
               "part: 12\nthread: 3\n\n\n"
               "desc: I1 cache:\ndesc: D1 cache: 32768 B, 64 B, 8-way associative\n\n"
               "desc: Timerange: Basic block 5 - 18446744073709551615\ndesc: Trigger: --dump-before=x\\x0ay\n\n"
               "positions: instr line\nevent: EstCyc = Ir + 4 Dr : Estimated cycles\nevent: Dr : Data reads\nevents: Ir Dr\n"
               "summary: 18446744073709551615 7\n\n\ntotals: 0 0\n");
    opt = plain_options();
    opt.cmd = "";
    opt.append = true;
    opt.desc = desc;
    opt.part = 2;
    opt.dump_line = false; /* neither: lines after all */
    check_file(m, &opt,
               "\npart: 2\n\ndesc: Timerange: Basic block 0 - 100\ndesc: Trigger: Program termination\n\n"
               "positions: line\nevents: Ir Dr\nsummary: 0 0\n\n\ntotals: 0 0\n");
    opt.append = false;
    opt.desc = NULL;
    opt.dump_instr = true;
    check_file(m, &opt,
               "# callgrind format\nversion: 1\ncreator: test-1\npid: 42\ncmd:\npart: 2\n\n\n"
               "desc: Timerange: Basic block 0 - 100\ndesc: Trigger: Program termination\n\n"
               "positions: instr\nevents: Ir Dr\nsummary: 0 0\n\n\ntotals: 0 0\n");
    model_free(m);
}

static void odd_names(void)
{
    static const struct {
        const char *name, *compressed, *full;
    } cases[] = {
        { "(1) odd", "(1) odd", "\\x281) odd" },
        { "(12", "(12", "\\x2812" },
        { "(A, B)::fmt", "(A, B)::fmt", "(A, B)::fmt" },
        { "(", "(", "(" },
        { "", "???", "???" },
        { " ", "\\x20", "\\x20" },
        { "  ", "\\x20\\x20", "\\x20\\x20" },
        { " x ", "\\x20x\\x20", "\\x20x\\x20" },
        { "a\nb", "a\\x0ab", "a\\x0ab" },
        { "\xff", "\\xff", "\\xff" },
        { "na\xc3\xafve \"$\" {x}\\", "na\xc3\xafve \"$\" {x}\\", "na\xc3\xafve \"$\" {x}\\" },
        { "# no comment", "# no comment", "# no comment" },
        { "f'2", "f'2", "f'2" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int full = 0; full < 2; full++) {
            struct model *m = model_new(2, true, false);
            struct place p = { cases[i].name, cases[i].name, cases[i].name, 3, cases[i].name, 1, 0 };
            model_cost(m, p, COST(1, 0));
            struct rg_cgwrite_options opt = plain_options();
            opt.compress_strings = !full;
            char want[300];
            const char *name = full ? cases[i].full : cases[i].compressed, *id = full ? "" : "(1) ";
            snprintf(want, sizeof want, "ob=%s%s\nfl=%s%s\nfn=%s%s'3\n1 1 0\n\ntotals: 1 0\n", id, name, id, name, id, name);
            check_body(m, &opt, want);
            model_free(m);
        }
    }
}

/* The sink fails at every possible place: the writer says so and does not call it again.  */
static void failing_sink(void)
{
    struct model *m = model_new(2, true, false);
    for (uint32_t i = 0; i < 20000; i++)
        model_cost(m, at(fib, "src/fib.rs", i * 200, 0), COST(i, 1));
    rg_profile_finish(model_profile(m));
    struct rg_cgwrite_options opt = plain_options();
    struct output o;
    output_init(&o);
    CU_ASSERT_TRUE(rg_cgwrite(model_profile(m), &opt, collect, &o));
    size_t whole = o.bytes.n;
    CU_ASSERT(whole > 200000);
    for (size_t limit = 0; limit < whole; limit += 30000) {
        rg_buf_clear(&o.bytes);
        o.limit = limit;
        o.failed = false;
        CU_ASSERT_FALSE(rg_cgwrite(model_profile(m), &opt, collect, &o));
        CU_ASSERT_TRUE(o.failed);
        CU_ASSERT_EQUAL(o.calls_after_failure, 0);
        CU_ASSERT(o.bytes.n <= limit);
    }
    rg_buf_clear(&o.bytes);
    o.limit = whole;
    o.failed = false;
    CU_ASSERT_TRUE(rg_cgwrite(model_profile(m), &opt, collect, &o));
    CU_ASSERT_EQUAL(o.bytes.n, whole);
    rg_buf_free(&o.bytes);
    model_free(m);
}

static struct place random_place(uint64_t *seed, char name[40])
{
    static const char *const objects[] = { "/lib/libc.so.6", "/bin/p", "(1) object", "o p" };
    static const char *const files[] = { "src/main.rs", "src/lib.rs", "???", "/rustc/x/core/mod.rs", "(2) file", "a", "zz.rs" };
    snprintf(name, 40, "%scrate::f%u", rnd_below(seed, 10) ? "" : "(3) ", rnd_below(seed, 40));
    const char *own = files[rnd_below(seed, 4)];
    uint32_t near_line = rnd_below(seed, 3) ? 500 + rnd_below(seed, 150) : (uint32_t)rnd(seed) >> rnd_below(seed, 32);
    uint64_t near_addr = rnd_below(seed, 3) ? 0x4000 + rnd_below(seed, 400) : rnd(seed) >> rnd_below(seed, 64);
    return (struct place){
        .object = objects[rnd_below(seed, 4)],
        .file = own,
        .function = name,
        .level = 1 + rnd_below(seed, 3) * rnd_below(seed, 2),
        .pos_file = rnd_below(seed, 2) ? own : files[rnd_below(seed, 7)],
        .line = near_line,
        .addr = near_addr,
    };
}

/* The name as the file has it: without compression "(" before a digit is escaped.  */
static void escape_texts(char **texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *escaped = NULL;
        size_t len = 0;
        FILE *f = open_memstream(&escaped, &len);
        for (const char *s = texts[i]; *s != '\0'; s++) {
            bool begins = s == texts[i] || s[-1] == '\x1f' || (s >= texts[i] + 2 && s[-1] == ' ' && s[-2] == '>');
            if (begins && s[0] == '(' && s[1] >= '0' && s[1] <= '9')
                fputs("\\x28", f);
            else
                fputc(*s, f);
        }
        fclose(f);
        free(texts[i]);
        texts[i] = escaped;
    }
    cg_sort_texts(texts, n);
}

/* Writes M with OPT, reads that back, and compares.  */
static void check_round_trip(struct model *m, const struct rg_cgwrite_options *opt)
{
    struct output o;
    output_init(&o);
    CU_ASSERT_TRUE(rg_cgwrite(model_profile(m), opt, collect, &o));
    struct cgparse c;
    if (!cgparse_read(&c, o.bytes.p, o.bytes.n))
        fprintf(stderr, "\n  %s\n", c.error);
    CU_ASSERT_STRING_EQUAL(c.error, "");
    size_t n;
    char **want = model_texts(m, &n);
    if (!opt->compress_strings)
        escape_texts(want, n);
    CU_ASSERT_EQUAL(c.n_records, n);
    size_t wrong = 0;
    for (size_t i = 0; i < n && i < c.n_records; i++) {
        if (strcmp(want[i], c.records[i]) != 0 && wrong++ == 0)
            fprintf(stderr, "\n  got  %s\n  want %s\n", c.records[i], want[i]);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(c.compressed, opt->compress_strings);
    CU_ASSERT_EQUAL(c.relative, opt->compress_pos);
    CU_ASSERT_EQUAL(c.n_costs, rg_profile_n_costs(model_profile(m)));
    for (unsigned e = 0; e < c.nevents; e++) {
        CU_ASSERT_EQUAL(c.self[e], model_totals(m)[e]);
        CU_ASSERT_EQUAL(c.totals[e], model_totals(m)[e]);
        CU_ASSERT_EQUAL(c.summary[e], model_totals(m)[e]);
    }
    model_free_texts(want, n);
    cgparse_free(&c);
    rg_buf_free(&o.bytes);
}

static void round_trips(void)
{
    for (unsigned kind = 1; kind < 4; kind++) { /* lines, addresses, both */
        struct model *m = model_new(2, kind & 1, kind & 2);
        uint64_t seed = kind;
        for (int i = 0; i < 6000; i++) {
            char name[40], callee[40];
            uint64_t cost[2] = { rnd(&seed) >> rnd_below(&seed, 64), rnd_below(&seed, 5) };
            struct place p = random_place(&seed, name);
            if (rnd_below(&seed, 3) == 0)
                model_call(m, p, random_place(&seed, callee), rnd_below(&seed, 100), cost);
            else
                model_cost(m, p, cost);
        }
        rg_profile_finish(model_profile(m));
        for (unsigned compress = 0; compress < 4; compress++) {
            struct rg_cgwrite_options opt = plain_options();
            opt.dump_line = kind & 1;
            opt.dump_instr = kind & 2;
            opt.compress_strings = compress & 1;
            opt.compress_pos = compress & 2;
            check_round_trip(m, &opt);
        }
        model_free(m);
    }
}

/* A file of a realistic profile stays near 60 bytes a record, names and all.  */
static void size_is_small(void)
{
    struct model *m = model_new(2, true, false);
    uint64_t seed = 5;
    for (uint32_t f = 0; f < 500; f++) {
        static const char format[] = "core::iter::adapters::map::Map<I,F>::something::{{closure}}_%u";
        char name[80], file[60], callee[80];
        snprintf(file, sizeof file, "/rustc/0123456789/library/core/src/m%u.rs", f % 40);
        snprintf(name, sizeof name, format, f);
        struct place p = { "/bin/p", file, name, 1, file, 0, 0 };
        for (uint32_t i = 0; i < 20; i++) {
            model_cost(m, at(p, file, 100 + i + rnd_below(&seed, 3), 0), COST(rnd_below(&seed, 1000000), rnd_below(&seed, 1000)));
            snprintf(callee, sizeof callee, format, rnd_below(&seed, 500));
            struct place q = p;
            q.function = callee;
            if (i % 2)
                model_call(m, at(p, file, 100 + i, 0), q, 5, COST(rnd_below(&seed, 1000000), rnd_below(&seed, 1000)));
        }
    }
    rg_profile_finish(model_profile(m));
    struct rg_cgwrite_options opt = plain_options();
    struct output o;
    output_init(&o);
    CU_ASSERT_TRUE(rg_cgwrite(model_profile(m), &opt, collect, &o));
    CU_ASSERT(o.bytes.n < 60 * (rg_profile_n_costs(model_profile(m)) + rg_profile_n_calls(model_profile(m))));
    rg_buf_free(&o.bytes);
    model_free(m);
}

const struct unit_test suite_cgwrite[] = {
    { "file: lines", golden_lines },
    { "file: lines, nothing compressed", golden_lines_in_full },
    { "file: addresses and lines", golden_addresses_and_lines },
    { "file: addresses only, huge numbers", golden_addresses_only },
    { "file: relative positions", relative_positions },
    { "file: a node with foreign code only", node_with_foreign_code_only },
    { "file: ids of equal names", ids_of_equal_names },
    { "file: empty profile", empty_profile },
    { "file: whole header", whole_header },
    { "file: odd names", odd_names },
    { "failing sink", failing_sink },
    { "random profiles are read back", round_trips },
    { "size is small", size_is_small },
    { 0 },
};
