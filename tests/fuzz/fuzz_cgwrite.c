/* fuzz_cgwrite.c - any profile gives a file that can be read, and says what was put in.

   SPDX-License-Identifier: GPL-2.0-or-later

   The bytes of the input are taken as steps that build a profile: names of any bytes, costs, calls, a finish now and then.
   What is written must pass the strict parser of the unit tests, with the right number of records and sums kept beside the
   profile.  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cgparse.h"
#include "../unit/port_test.h"
#include "fuzz.h"
#include "rg_buf.h"
#include "rg_cgwrite.h"
#include "rg_report.h"

enum { MAX_NAMES = 64, MAX_EVENTS = 6 };

#define CHECK(x) ((x) ? (void)0 : found(#x))

static _Noreturn void found(const char *what)
{
    fprintf(stderr, "fuzz_cgwrite: not true: %s\n", what);
    abort();
}

/* The input, read from its beginning; zeros behind its end.  */
struct input {
    const uint8_t *at, *end;
};

static uint8_t byte(struct input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

/* A number of 0 to 8 bytes.  */
static uint64_t number(struct input *in)
{
    uint64_t v = 0;
    for (unsigned n = byte(in) % 9; n > 0; n--)
        v = v << 8 | byte(in);
    return v;
}

struct state {
    struct rg_profile *p;
    unsigned nevents;
    uint32_t objects[MAX_NAMES], files[MAX_NAMES], functions[MAX_NAMES];
    uint32_t n_objects, n_files, n_functions;
    uint64_t totals[MAX_EVENTS];
};

/* A name of any bytes but NUL.  Two names must not look alike once they are escaped, so all but the first carry their number.  */
static void make_name(struct input *in, uint32_t index, char name[64])
{
    size_t n = 0;
    for (unsigned more = byte(in) % 12; more > 0; more--)
        name[n++] = (char)byte(in);
    if (index > 0)
        n += (size_t)sprintf(name + n, "~%u~", index);
    for (unsigned more = byte(in) % 4; more > 0; more--)
        name[n++] = (char)byte(in);
    name[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (name[i] == '\0' || (index == 0 && name[i] == '~'))
            name[i] = '(';
}

static void add_name(struct state *s, struct input *in)
{
    char name[64];
    unsigned kind = byte(in) % 3;
    if (kind == 0 && s->n_objects < MAX_NAMES) {
        make_name(in, s->n_objects, name);
        s->objects[s->n_objects++] = rg_profile_object(s->p, name);
    } else if (kind == 1 && s->n_files < MAX_NAMES) {
        make_name(in, s->n_files, name);
        s->files[s->n_files++] = rg_profile_file(s->p, name);
    } else if (s->n_functions < MAX_NAMES) {
        make_name(in, s->n_functions, name);
        uint32_t object = s->objects[byte(in) % s->n_objects], file = s->files[byte(in) % s->n_files];
        s->functions[s->n_functions++] = rg_profile_function(s->p, object, file, name);
    }
}

static struct rg_node pick_node(const struct state *s, struct input *in)
{
    uint8_t level = byte(in);
    uint32_t fn = s->functions[byte(in) % s->n_functions];
    return (struct rg_node){ .fn = fn, .level = level < 200 ? 1u + level % 3 : 1u + level * 257u % 65535 };
}

static struct rg_pos pick_pos(const struct state *s, struct input *in, struct rg_node node)
{
    uint8_t how = byte(in);
    uint32_t file = how % 3 ? rg_profile_fn_file(s->p, node.fn) : s->files[byte(in) % s->n_files];
    uint32_t line = how & 64 ? (uint32_t)number(in) : byte(in);
    return (struct rg_pos){ .file = file, .line = line, .addr = how & 128 ? number(in) : 0x1000u + byte(in) };
}

static void step(struct state *s, struct input *in)
{
    uint8_t what = byte(in);
    uint64_t cost[MAX_EVENTS];
    if (what % 8 == 0) {
        add_name(s, in);
        return;
    }
    if (what == 255) {
        rg_profile_finish(s->p);
        return;
    }
    for (unsigned e = 0; e < s->nevents; e++)
        cost[e] = what & 128 ? number(in) : byte(in);
    struct rg_node node = pick_node(s, in);
    struct rg_pos pos = pick_pos(s, in, node);
    if (what % 8 < 5) {
        rg_profile_cost(s->p, node, pos, cost);
        for (unsigned e = 0; e < s->nevents; e++)
            s->totals[e] += cost[e];
    } else {
        struct rg_node callee = pick_node(s, in);
        rg_profile_call(s->p, node, pos, callee, pick_pos(s, in, callee), number(in), cost);
    }
}

static bool collect(void *arg, const char *bytes, size_t n)
{
    rg_buf_bytes(arg, bytes, n);
    return true;
}

static bool refuse(void *arg, const char *bytes, size_t n)
{
    size_t *left = arg;
    (void)bytes;
    if (n > *left)
        return false;
    *left -= n;
    return true;
}

static void no_line_breaks(void *arg, const char *line)
{
    (void)arg;
    for (; *line != '\0'; line++)
        CHECK((unsigned char)*line >= ' ');
}

static void write_and_read(const struct state *s, const struct rg_cgwrite_options *opt)
{
    struct rg_buf file;
    struct cgparse c;
    rg_buf_init(&file, "file");
    CHECK(rg_cgwrite(s->p, opt, collect, &file));
    if (!cgparse_read(&c, file.p, file.n)) {
        fprintf(stderr, "%.*s\n%s\n", (int)file.n, file.p, c.error);
        found("the file can be read");
    }
    CHECK(c.n_costs == rg_profile_n_costs(s->p));
    CHECK(c.n_calls == rg_profile_n_calls(s->p));
    CHECK(c.nevents == s->nevents);
    for (unsigned e = 0; e < s->nevents; e++)
        CHECK(c.self[e] == s->totals[e] && c.totals[e] == s->totals[e]);
    size_t less = file.n - 1;
    CHECK(!rg_cgwrite(s->p, opt, refuse, &less));
    cgparse_free(&c);
    rg_buf_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const events[MAX_EVENTS] = { "Ir", "Dr", "Dw", "I1mr", "D1mr", "D1mw" };
    struct input in = { data, data + size };
    struct state s = { .nevents = 1 + byte(&in) % MAX_EVENTS };
    uint8_t flags = byte(&in);
    bool lines = flags & 1, addresses = flags & 2;
    char text[3][64];
    port_test_begin(flags & 4 ? PORT_TEST_MOVE_ALL : PORT_TEST_MOVE_NONE);
    s.p = rg_profile_new(s.nevents);
    rg_profile_set_positions(s.p, lines, addresses);
    for (int i = 0; i < 3; i++)
        make_name(&in, (uint32_t)i, text[i]);
    s.objects[s.n_objects++] = rg_profile_object(s.p, text[0]);
    s.files[s.n_files++] = rg_profile_file(s.p, text[0]);
    s.functions[s.n_functions++] = rg_profile_function(s.p, s.objects[0], s.files[0], text[0]);
    while (in.at < in.end)
        step(&s, &in);
    rg_profile_finish(s.p);

    struct rg_cgwrite_options opt = {
        .creator = text[0], .cmd = text[1], .trigger = text[2], .events = events, .pid = 1, .part = 1, .dump_line = lines,
        .dump_instr = addresses, .bb_to = number(&in), .thread = flags >> 6,
    };
    for (unsigned compress = 0; compress < 4; compress++) {
        opt.compress_strings = compress & 1;
        opt.compress_pos = compress & 2;
        write_and_read(&s, &opt);
    }
    for (unsigned e = 0; e < s.nevents; e++)
        rg_report_functions(s.p, e, flags, NULL, NULL, no_line_breaks, NULL);
    rg_profile_free(s.p);
    CHECK(port_test_live() == 0);
    return 0;
}
