/* rg_options.c - command line options of the tool: one row of a table each.

   SPDX-License-Identifier: GPL-2.0-or-later

   tests/e2e/options.test asserts that the table, --help, the manual and the man page name the same options.  */
#include "rg_vg.h"

struct rg_options rg_opt = {
    .dump_line = True,
    .compress_strings = True,
    .compress_pos = True,
    .skip_plt = True,
    .separate_recs = 2,
};

enum { MAX_SEPARATE_RECS = 16 };

enum kind { BOOL, INT, STRING, KEYWORD };

struct option {
    const HChar *name;
    enum kind kind;
    void *value;
    const HChar *allowed; /* INT: shown range; KEYWORD: the one word */
    const HChar *default_text;
    const HChar *help;
};

static const struct option options[] = {
    {"--rustgrind-out-file", STRING, &rg_opt.out_file, "file", "rustgrind.out.%p", "profile file; %p = pid, %q{VAR} = environment"},
    {"--callgrind-out-file", STRING, &rg_opt.out_file, "file", "", "the same option, for scripts written for callgrind"},
    {"--compat", KEYWORD, &rg_opt.compat_callgrind, "callgrind", "", "count and name exactly as callgrind does"},
    {"--dump-line", BOOL, &rg_opt.dump_line, NULL, "yes", "costs per source line"},
    {"--dump-instr", BOOL, &rg_opt.dump_instr, NULL, "no", "costs per instruction"},
    {"--compress-strings", BOOL, &rg_opt.compress_strings, NULL, "yes", "write names once, then their numbers"},
    {"--compress-pos", BOOL, &rg_opt.compress_pos, NULL, "yes", "write positions relative to the previous ones"},
    {"--separate-threads", BOOL, &rg_opt.separate_threads, NULL, "no", "one profile file per thread"},
    {"--separate-recs", INT, &rg_opt.separate_recs, "1..16", "2", "recursion levels of a function kept apart"},
    {"--skip-plt", BOOL, &rg_opt.skip_plt, NULL, "yes", "charge PLT stubs to their callers"},
};

enum { N_OPTIONS = sizeof options / sizeof options[0] };

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

    if (v[0] == 0 || *end || n < 1 || n > MAX_SEPARATE_RECS)
        VG_(fmsg_bad_option)(arg, "%s takes a number in %s, not '%s'\n", o->name, o->allowed, v);
    *(Int *)o->value = n;
    return True;
}

static Bool set_option(const HChar *arg, const struct option *o, const HChar *v)
{
    switch (o->kind) {
    case BOOL: return set_bool(arg, o, v);
    case INT: return set_int(arg, o, v);
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

void rg_options_usage(void)
{
    for (UInt i = 0; i < N_OPTIONS; i++) {
        const struct option *o = &options[i];
        UInt n = VG_(printf)("    %s=<%s> ", o->name, values(o));
        while (n++ < 42)
            VG_(printf)(" ");
        VG_(printf)(o->default_text[0] ? "%s [%s]\n" : "%s\n", o->help, o->default_text);
    }
}

void rg_options_debug_usage(void) { VG_(printf)("    (none)\n"); }

/* Consequences that do not depend on the order of options.  */
void rg_options_finish(void)
{
    if (!rg_opt.dump_line && !rg_opt.dump_instr) {
        VG_(umsg)("rustgrind: --dump-line=no needs --dump-instr=yes: lines are written\n");
        rg_opt.dump_line = True;
    }
    if (!rg_opt.out_file) {
        rg_opt.out_file = rg_opt.compat_callgrind ? "callgrind.out.%p" : "rustgrind.out.%p";
        rg_opt.out_file_option = "--rustgrind-out-file";
    }
    rg_n_levels = rg_opt.separate_recs;
    rg_level_limit = 8 * (rg_n_levels - 1);
}
