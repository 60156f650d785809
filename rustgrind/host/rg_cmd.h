/* rg_cmd.h - the sub-commands of the rustgrind program.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_CMD_H
#define RG_CMD_H

/* Exit statuses beside 0 and 1: a wrong command line, and what shells use for programs they cannot start.  */
enum {
    RG_EXIT_USAGE = 2,
    RG_EXIT_NOT_EXECUTABLE = 126,
    RG_EXIT_NOT_FOUND = 127,
};

/* A sub-command.  RUN gets its own name as argv[0] and returns the exit status of the program.  */
struct rg_cmd {
    const char *name;
    const char *args; /* what follows the name in a usage line */
    const char *what; /* one line for --help */
    int (*run)(int argc, char **argv);
};

int rg_cmd_demangle(int argc, char **argv);
int rg_cmd_nextest(int argc, char **argv);
int rg_cmd_run(int argc, char **argv);

/* Prints "rustgrind: " and the formatted text and a newline to stderr, and returns STATUS.  */
__attribute__((format(printf, 2, 3))) int rg_cmd_error(int status, const char *format, ...);

#endif
