/* rg_cmd_nextest.c - rustgrind nextest: sets cargo-nextest up, and sums up its runs.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_cmd.h"
#include "rg_nextest.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: rustgrind nextest init [DIRECTORY]\n"
    "       rustgrind nextest summary [--sort=ir|leaks|name] [--dir=DIRECTORY] [RUN]\n"
    "\n"
    "init     makes or extends DIRECTORY/.config/nextest.toml (default: the directory above with Cargo.lock, else\n"
    "         this one), so that these work:\n"
    "             cargo nextest run --profile rustgrind      a profile of every test\n"
    "             cargo nextest run --profile valgrind       tests that leak fail\n"
    "         Nothing that is in the file is changed, but for the list of experimental features.\n"
    "summary  prints a table of the tests of a run: the latest, or the one whose name begins with RUN.  Runs are\n"
    "         looked for in --dir, $RUSTGRIND_DIR, $CARGO_TARGET_DIR/rustgrind, or target/rustgrind here or above.\n"
    "\n"
    "docs/nextest.md tells more.\n";

int rg_cmd_nextest(int argc, char **argv)
{
    if (argc < 2)
        return rg_cmd_error(RG_EXIT_USAGE, "nextest: init or summary? (rustgrind nextest --help tells more)");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        fputs(help, stdout);
        return 0;
    }
    if (strcmp(argv[1], "init") == 0)
        return rg_nextest_init(argc - 1, argv + 1);
    if (strcmp(argv[1], "summary") == 0)
        return rg_nextest_summary(argc - 1, argv + 1);
    return rg_cmd_error(RG_EXIT_USAGE, "nextest: '%s' is neither init nor summary", argv[1]);
}
