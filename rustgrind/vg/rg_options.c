/* rg_options.c - command line options of the tool: one row of a table each.

   SPDX-License-Identifier: GPL-2.0-or-later

   tests/e2e/options.test and options-readme.test assert that --help, manual, man page and README name the same options.  */
#include "rg_heap_options.h"
#include "rg_pathmap.h"
#include "rg_vg.h"

/* A superblock that runs less often is not worth its second translation. Cold code that simulates is slower, so less often will do
   (w1d 10000 and python3 with caches: 6 % faster with 1000 than with 3000 and 400; without simulation no difference).  */
enum { HOT_AFTER = 3000, HOT_AFTER_SIMULATED = 1000 };

struct rg_options rg_opt = {
    .dump_line = True,
    .compress_strings = True,
    .compress_pos = True,
    .skip_plt = True,
    .fn_names = -1,
    .expand_inlines = True,
    .separate_recs = 2,
    .hot_after = -1,
    .seed = 1,
};

enum kind { BOOL, INT, STRING, KEYWORD, WORDS, GEOMETRY, SEED, PATH_MAP, PARSED };

struct option {
    const HChar *name;
    enum kind kind;
    void *value;
    const HChar *(*parse)(const HChar *v); /* PARSED: returns what is wrong with V, or NULL */
    const HChar *allowed; /* INT: shown range; KEYWORD: the one word; WORDS: words with bars between, the value is which one */
    const HChar *default_text;
    const HChar *help;
    Int min, max; /* INT: the range */
    Bool debug;   /* shown by --help-debug only */
    Bool *given, *yes; /* set when the option is given; when it is given as yes */
};

#define SIMULATOR .given = &rg_opt.cache_sim

static const struct option options[] = {
    {.name = "--rustgrind-out-file", .kind = STRING, .value = &rg_opt.out_file, .allowed = "file",
     .default_text = "rustgrind.out.%p", .help = "where the profile goes; %p: process id, %q{VAR}: environment"},
    {.name = "--callgrind-out-file", .kind = STRING, .value = &rg_opt.out_file, .allowed = "file",
     .default_text = "", .help = "the same option, for scripts written for callgrind"},
    {.name = "--compat", .kind = KEYWORD, .value = &rg_opt.compat_callgrind, .allowed = "callgrind",
     .default_text = "", .help = "count and name exactly as callgrind does (and write callgrind.out.%p)"},
    {.name = "--fn-names", .kind = WORDS, .value = &rg_opt.fn_names, .allowed = "instance|item|callgrind|mono",
     .default_text = "instance", .help = "how Rust functions are named, and which are one"},
    {.name = "--dump-line", .kind = BOOL, .value = &rg_opt.dump_line, .default_text = "yes", .help = "costs per source line (no needs --dump-instr=yes)"},
    {.name = "--dump-instr", .kind = BOOL, .value = &rg_opt.dump_instr, .default_text = "no", .help = "costs per instruction"},
    {.name = "--compress-strings", .kind = BOOL, .value = &rg_opt.compress_strings, .default_text = "yes",
     .help = "write names once, then their numbers"},
    {.name = "--compress-pos", .kind = BOOL, .value = &rg_opt.compress_pos, .default_text = "yes",
     .help = "write positions relative to the previous ones"},
    {.name = "--separate-threads", .kind = BOOL, .value = &rg_opt.separate_threads, .default_text = "no",
     .help = "one profile file per thread"},
    {.name = "--separate-recs", .kind = INT, .value = &rg_opt.separate_recs, .allowed = "1..16", .min = 1, .max = 16,
     .default_text = "2", .help = "recursion levels of a function kept apart"},
    {.name = "--skip-plt", .kind = BOOL, .value = &rg_opt.skip_plt, .default_text = "yes",
     .help = "charge PLT stubs to their callers"},
    {.name = "--inline", .kind = BOOL, .value = &rg_opt.expand_inlines, .default_text = "yes",
     .help = "show inlined functions as functions"},
    {.name = "--path-map", .kind = PATH_MAP, .allowed = "from=to", .default_text = "",
     .help = "source paths that begin with FROM begin with TO"},
    {.name = "--cache-sim", .kind = BOOL, .value = &rg_opt.cache_sim, .default_text = "no",
     .help = "simulate caches: Dr, Dw, misses"},
    {.name = "--simulate-cache", .kind = BOOL, .value = &rg_opt.cache_sim, .default_text = "no",
     .help = "the same option by its old name"},
    {.name = "--branch-sim", .kind = BOOL, .value = &rg_opt.branch_sim, .default_text = "no",
     .help = "simulate branch prediction: Bc, Bi, mispredictions"},
    {.name = "--I1", .kind = GEOMETRY, .value = &rg_opt.i1, .allowed = "size,ways,line", .default_text = "", SIMULATOR,
     .help = "instruction cache, instead of this machine's"},
    {.name = "--D1", .kind = GEOMETRY, .value = &rg_opt.d1, .allowed = "size,ways,line", .default_text = "", SIMULATOR,
     .help = "data cache, instead of this machine's"},
    {.name = "--LL", .kind = GEOMETRY, .value = &rg_opt.ll, .allowed = "size,ways,line", .default_text = "", SIMULATOR,
     .help = "last-level cache, instead of this machine's"},
    {.name = "--L2", .kind = GEOMETRY, .value = &rg_opt.ll, .allowed = "size,ways,line", .default_text = "", SIMULATOR,
     .help = "the same as --LL"},
    {.name = "--simulate-wb", .kind = BOOL, .value = &rg_opt.simulate_wb, .default_text = "no", SIMULATOR,
     .help = "count lines written back from the last-level cache"},
    {.name = "--simulate-hwpref", .kind = BOOL, .value = &rg_opt.simulate_hwpref, .default_text = "no", SIMULATOR,
     .help = "simulate a prefetcher of the last-level cache"},
    {.name = "--cacheuse", .kind = BOOL, .value = &rg_opt.cacheuse, .default_text = "no", SIMULATOR, .yes = &rg_opt.dump_instr,
     .help = "how well loaded cache lines are used; turns on --dump-instr"},
    {.name = "--collect-bus", .kind = BOOL, .value = &rg_opt.collect_bus, .default_text = "no",
     .help = "count instructions that lock the bus: Ge"},
    {.name = "--collect-systime", .kind = WORDS, .value = &rg_opt.collect_systime, .allowed = "no|yes|msec|usec|nsec",
     .default_text = "no", .help = "count and time system calls; yes: in msec"},
    {.name = "--deterministic", .kind = SEED, .value = &rg_opt.deterministic, .allowed = "no|yes|SEED", .default_text = "no",
     .help = "the same random numbers, time and order of threads in each run"},
    {.name = "--leak-check", .kind = PARSED, .parse = rg_heap_leak_check, .allowed = "no|summary|yes|full", .default_text = "no",
     .help = "look for leaked memory at exit"},
    {.name = "--show-leak-kinds", .kind = PARSED, .parse = rg_heap_show_kinds, .allowed = "kinds",
     .default_text = "definite,possible", .help = "which leaks to show: definite indirect possible reachable all none"},
    {.name = "--show-reachable", .kind = PARSED, .parse = rg_heap_show_reachable, .allowed = "no|yes", .default_text = "no",
     .help = "memcheck's old option: yes shows all kinds"},
    {.name = "--show-possibly-lost", .kind = PARSED, .parse = rg_heap_show_possibly, .allowed = "no|yes", .default_text = "yes",
     .help = "memcheck's old option: no does not show possible leaks"},
    {.name = "--errors-for-leak-kinds", .kind = PARSED, .parse = rg_heap_error_kinds, .allowed = "kinds",
     .default_text = "definite,possible", .help = "which leaks are errors"},
    {.name = "--leak-resolution", .kind = PARSED, .parse = rg_heap_resolution, .allowed = "low|med|high", .default_text = "high",
     .help = "how much of two stacks must be equal to merge leaks"},
    {.name = "--leak-check-heuristics", .kind = PARSED, .parse = rg_heap_heuristics, .allowed = "heuristics",
     .default_text = "all", .help = "which pointers into C++ blocks count: stdstring length64 newarray multipleinheritance"},
    {.name = "--rust-heuristics", .kind = PARSED, .parse = rg_heap_rust_heuristics, .allowed = "no|yes", .default_text = "yes",
     .help = "pointers into blocks that Rust's types keep count as pointers to them"},
    {.name = "--heap", .kind = PARSED, .parse = rg_heap_on, .allowed = "no|yes", .default_text = "no",
     .help = "count allocations; also done for a leak check"},
    {.name = "--heap-events", .kind = PARSED, .parse = rg_heap_events, .allowed = "no|yes", .default_text = "no",
     .help = "AllocBytes, AllocBlocks, PeakBytes, LeakBytes as events of the profile"},
    {.name = "--alloc-fn", .kind = PARSED, .parse = rg_allocs_add_option, .allowed = "name:model", .default_text = "",
     .help = "a further function that allocates or frees, and what it is like: malloc, free, .."},
    {.name = "--hot-after", .kind = INT, .value = &rg_opt.hot_after, .allowed = "0..1000000000", .min = 0, .max = 1000000000,
     .default_text = "3000", .help = "runs after which a superblock is translated inline; with simulation 1000", .debug = True},
};

enum { N_OPTIONS = sizeof options / sizeof options[0], MAX_SEED_DIGITS = 19 };

static Bool set_bool(const HChar *arg, const struct option *o, const HChar *v)
{
    if (VG_(strcmp)(v, "yes") != 0 && VG_(strcmp)(v, "no") != 0)
        VG_(fmsg_bad_option)(arg, "%s takes 'yes' or 'no', not '%s'\n", o->name, v);
    *(Bool *)o->value = v[0] == 'y';
    return True;
}

static Bool set_int(const HChar *arg, const struct option *o, const HChar *v)
{
    HChar *end;
    Long n = VG_(strtoll10)(v, &end);

    if (v[0] == 0 || *end || n < o->min || n > o->max)
        VG_(fmsg_bad_option)(arg, "%s takes a number in %s, not '%s'\n", o->name, o->allowed, v);
    *(Int *)o->value = n;
    return True;
}

static Bool set_word(const HChar *arg, const struct option *o, const HChar *v)
{
    SizeT n = VG_(strlen)(v);
    Int which = 0;

    for (const HChar *word = o->allowed;; which++) {
        SizeT length = 0;
        while (word[length] && word[length] != '|')
            length++;
        if (length == n && VG_(strncmp)(word, v, n) == 0)
            break;
        if (!word[length])
            VG_(fmsg_bad_option)(arg, "%s takes %s, not '%s'\n", o->name, o->allowed, v);
        word += length + 1;
    }
    *(Int *)o->value = which;
    return True;
}

static Bool set_geometry(const HChar *arg, const struct option *o, const HChar *v)
{
    enum rg_geometry_error e = rg_geometry_parse(v, o->value);

    if (e != RG_GEOMETRY_OK)
        VG_(fmsg_bad_option)(arg, "%s takes %s: %s; not '%s'\n", o->name, o->allowed, rg_geometry_allowed(e), v);
    return True;
}

/* 'yes' is the seed 1.  */
static Bool set_seed(const HChar *arg, const struct option *o, const HChar *v)
{
    HChar *end = NULL;
    Bool yes = VG_(strcmp)(v, "yes") == 0, no = VG_(strcmp)(v, "no") == 0;

    rg_opt.seed = yes || no ? 1 : VG_(strtoull10)(v, &end);
    if (!yes && !no && (v[0] < '0' || v[0] > '9' || *end || end - v > MAX_SEED_DIGITS))
        VG_(fmsg_bad_option)(arg, "%s takes 'yes', 'no' or a number of up to %d digits, not '%s'\n", o->name, MAX_SEED_DIGITS, v);
    *(Bool *)o->value = !no;
    return True;
}

static Bool set_option(const HChar *arg, const struct option *o, const HChar *v)
{
    if (o->given)
        *o->given = True;
    if (o->yes && VG_(strcmp)(v, "yes") == 0)
        *o->yes = True;
    switch (o->kind) {
    case BOOL: return set_bool(arg, o, v);
    case INT: return set_int(arg, o, v);
    case SEED: return set_seed(arg, o, v);
    case STRING:
        if (!v[0])
            VG_(fmsg_bad_option)(arg, "%s needs a file name\n", o->name);
        *(const HChar **)o->value = v;
        rg_opt.out_file_option = o->name;
        return True;
    case KEYWORD:
        if (VG_(strcmp)(v, o->allowed) != 0)
            VG_(fmsg_bad_option)(arg, "%s takes '%s', not '%s'\n", o->name, o->allowed, v);
        *(Bool *)o->value = True;
        return True;
    case WORDS: return set_word(arg, o, v);
    case GEOMETRY: return set_geometry(arg, o, v);
    case PATH_MAP:
        if (!rg_path_map_add(v))
            VG_(fmsg_bad_option)(arg, "%s takes %s, not '%s'\n", o->name, o->allowed, v);
        return True;
    case PARSED:
        if ((v = o->parse(v)))
            VG_(fmsg_bad_option)(arg, "%s\n", v);
        return True;
    }
    return False;
}

Bool rg_options_process(const HChar *arg)
{
    for (UInt i = 0; i < N_OPTIONS; i++) {
        SizeT n = VG_(strlen)(options[i].name);
        if (VG_(strncmp)(arg, options[i].name, n) == 0 && arg[n] == '=')
            return set_option(arg, &options[i], arg + n + 1);
    }
    return False;
}

static const HChar *values(const struct option *o)
{
    return o->kind == BOOL ? "no|yes" : o->allowed;
}

static void print_options(Bool debug)
{
    for (UInt i = 0; i < N_OPTIONS; i++) {
        const struct option *o = &options[i];
        if (o->debug != debug)
            continue;
        UInt n = VG_(printf)("    %s=<%s> ", o->name, values(o));
        while (n++ < 42)
            VG_(printf)(" ");
        VG_(printf)(o->default_text[0] ? "%s [%s]\n" : "%s\n", o->help, o->default_text);
    }
}

void rg_options_usage(void) { print_options(False); }
void rg_options_debug_usage(void) { print_options(True); }

/* Consequences that do not depend on the order of options.  */
void rg_options_finish(void)
{
    if (!rg_opt.dump_line && !rg_opt.dump_instr) {
        VG_(umsg)("rustgrind: --dump-line=no needs --dump-instr=yes: lines are written\n");
        rg_opt.dump_line = True;
    }
    if (rg_opt.compat_callgrind)
        rg_opt.expand_inlines = False;
    if (rg_opt.cacheuse && (rg_opt.simulate_wb || rg_opt.simulate_hwpref)) {
        VG_(umsg)("rustgrind: --cacheuse=yes cannot be joined with --simulate-wb and --simulate-hwpref: they are off\n");
        rg_opt.simulate_wb = rg_opt.simulate_hwpref = False;
    }
    if (!rg_opt.out_file) {
        rg_opt.out_file = rg_opt.compat_callgrind ? "callgrind.out.%p" : "rustgrind.out.%p";
        rg_opt.out_file_option = "--rustgrind-out-file";
    }
    if (rg_opt.fn_names < 0)
        rg_opt.fn_names = rg_opt.compat_callgrind ? RG_FN_NAMES_CALLGRIND : RG_FN_NAMES_INSTANCE;
    rg_hot_after = rg_opt.hot_after >= 0 ? rg_opt.hot_after : rg_opt.cache_sim || rg_opt.branch_sim ? HOT_AFTER_SIMULATED : HOT_AFTER;
    rg_n_levels = rg_opt.separate_recs;
    rg_level_limit = 8 * (rg_n_levels - 1);
}
