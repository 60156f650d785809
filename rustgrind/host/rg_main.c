/* rg_main.c - the rustgrind program: finds the sub-command and hands over.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_cmd.h"

#include "rg_config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct rg_cmd commands[] = {
    {"nextest", "init | summary [RUN]", "set cargo-nextest up for profiles of tests; sum up a run", rg_cmd_nextest},
    {"run", "[options] [--] program [arguments]", "run a program under valgrind --tool=rustgrind", rg_cmd_run},
    {"demangle", "[--form=FORM] [symbol...]", "print the names of Rust symbols, given or read line by line", rg_cmd_demangle},
};
#define N_COMMANDS (sizeof commands / sizeof commands[0])

int rg_cmd_error(int status, const char *format, ...)
{
    va_list args;

    fputs("rustgrind: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return status;
}

static void print_help(void)
{
    size_t i;

    puts("usage: rustgrind COMMAND [arguments]\n"
         "       rustgrind --version | --help\n\n"
         "Profiles Rust programs under Valgrind.\n\n"
         "Commands:");
    for (i = 0; i < N_COMMANDS; i++)
        printf("  %s %s\n      %s\n", commands[i].name, commands[i].args, commands[i].what);
    puts("\n'rustgrind COMMAND --help' tells more about a command.");
}

static void print_command_names(void)
{
    size_t i;

    fputs("rustgrind: the commands are:", stderr);
    for (i = 0; i < N_COMMANDS; i++)
        fprintf(stderr, " %s", commands[i].name);
    fputs(" (rustgrind --help tells more)\n", stderr);
}

int main(int argc, char **argv)
{
    size_t i;

    if (argc < 2) {
        rg_cmd_error(0, "no command given");
        print_command_names();
        return RG_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("rustgrind " PACKAGE_VERSION " for Valgrind " RG_VALGRIND_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help();
        return 0;
    }
    for (i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    rg_cmd_error(0, "'%s' is no command", argv[1]);
    print_command_names();
    return RG_EXIT_USAGE;
}
