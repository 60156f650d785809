/* rg_cmd_run.c - rustgrind run: starts a program under our tool.

   SPDX-License-Identifier: GPL-2.0-or-later

   What can be known to go wrong is said before Valgrind starts, in one line and with the exit status a shell gives; then valgrind
   replaces this process, so the program's own exit status comes through.  VALGRIND_LIB is set only where it is needed: the
   program inherits it, and its length moves the program's stack.  */
#include "rg_cmd.h"
#include "rg_paths.h"

#include "rg_config.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char help[] =
    "usage: rustgrind run [options] [--] program [arguments]\n"
    "\n"
    "Runs the program under 'valgrind --tool=rustgrind'.  The options are those of Valgrind's core and of\n"
    "the tool; 'valgrind --tool=rustgrind --help' lists them (rustgrind run --help-tool does the same).\n"
    "The exit status is the program's own, or\n"
    "  2    wrong command line\n"
    "  126  the program cannot be executed\n"
    "  127  the program was not found\n"
    "  1    Valgrind is missing, or is not version " RG_VALGRIND_VERSION "\n";

/* Reads the first line that `VALGRIND --version` prints.  False when it could not be run.  */
static bool read_version(const char *valgrind, char *line, size_t size)
{
    int fds[2], status;
    size_t len = 0;
    ssize_t n;
    pid_t pid;

    if (pipe(fds) != 0)
        return false;
    pid = fork();
    if (pid == 0) {
        dup2(fds[1], STDOUT_FILENO);
        close(fds[0]);
        close(fds[1]);
        execl(valgrind, valgrind, "--version", (char *)NULL);
        _exit(RG_EXIT_NOT_FOUND);
    }
    close(fds[1]);
    while (len < size - 1 && (n = read(fds[0], line + len, size - 1 - len)) != 0) {
        if (n < 0 && errno != EINTR)
            break;
        len += n > 0 ? (size_t)n : 0;
    }
    close(fds[0]);
    line[len] = '\0';
    line[strcspn(line, "\n")] = '\0';
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int check_version(const char *valgrind)
{
    static const char prefix[] = "valgrind-";
    char line[128];

    if (!read_version(valgrind, line, sizeof line) || strncmp(line, prefix, sizeof prefix - 1) != 0)
        return rg_cmd_error(1, "'%s --version' does not tell a version: is Valgrind installed?", valgrind);
    if (strcmp(line + sizeof prefix - 1, RG_VALGRIND_VERSION) != 0)
        return rg_cmd_error(1, "%s is Valgrind %s, but this rustgrind was built for %s: build rustgrind again for it, or install "
                            "Valgrind %s", valgrind, line + sizeof prefix - 1, RG_VALGRIND_VERSION, RG_VALGRIND_VERSION);
    return 0;
}

/* 0 when the file PATH can be started under our tool; otherwise says why not.  */
static int check_file(const char *path)
{
    unsigned char id[sizeof(Elf64_Ehdr)];
    struct stat st;
    ssize_t n;
    int fd;

    if (stat(path, &st) != 0)
        return rg_cmd_error(RG_EXIT_NOT_FOUND, "%s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return rg_cmd_error(RG_EXIT_NOT_EXECUTABLE, "%s: is a directory, not a program", path);
    if (access(path, X_OK) != 0)
        return rg_cmd_error(RG_EXIT_NOT_EXECUTABLE, "%s: not executable (chmod +x makes it so)", path);
    fd = open(path, O_RDONLY);
    if (fd < 0)
        return rg_cmd_error(RG_EXIT_NOT_EXECUTABLE, "%s: cannot be read: %s", path, strerror(errno));
    n = read(fd, id, sizeof id);
    close(fd);
    if (n == (ssize_t)sizeof id && memcmp(id, ELFMAG, SELFMAG) == 0) {
        uint16_t machine;

        memcpy(&machine, id + offsetof(Elf64_Ehdr, e_machine), sizeof machine);
        if (id[EI_CLASS] != ELFCLASS64 || machine != EM_X86_64)
            return rg_cmd_error(RG_EXIT_NOT_EXECUTABLE, "%s: is for another processor; rustgrind runs 64-bit x86 programs only", path);
    }
    return 0;
}

static int check_program(const char *name)
{
    char path[RG_PATH_MAX];

    if (rg_paths_program(name, path))
        return check_file(path);
    if (strchr(name, '/') != NULL)
        return rg_cmd_error(RG_EXIT_NOT_FOUND, "%s: %s", name, strerror(errno));
    return rg_cmd_error(RG_EXIT_NOT_FOUND, "%s: no such program in PATH%s", name, access(name, F_OK) == 0 ?
                        " (there is a file of that name here: write ./ before it)" : "");
}

/* Makes VALGRIND find our tool.  */
static int set_library(const char *valgrind)
{
    const char *given = getenv("VALGRIND_LIB");
    char dir[RG_PATH_MAX], tool[RG_PATH_MAX];

    if (given != NULL && *given != '\0' &&
        snprintf(tool, sizeof tool, "%s/rustgrind-" RG_PLATFORM, given) < (int)sizeof tool && access(tool, X_OK) == 0)
        return 0;
    if (!rg_paths_tool_dir(dir))
        return rg_cmd_error(1, "the tool rustgrind-" RG_PLATFORM " is not in %s: run make install", RG_TOOL_DIR);
    if (given == NULL && RG_VALGRIND_KNOWS_LIBEXEC && rg_paths_same(dir, RG_VALGRIND_LIBEXEC) &&
        rg_paths_same(valgrind, RG_VALGRIND_PROGRAM))
        return 0;
    if (setenv("VALGRIND_LIB", dir, 1) != 0)
        return rg_cmd_error(1, "cannot set VALGRIND_LIB: %s", strerror(errno));
    return 0;
}

/* The index of the program in ARGV, ARGC when there is none.  */
static int find_program(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc && argv[i][0] == '-'; i++)
        if (strcmp(argv[i], "--") == 0)
            return i + 1;
    return i;
}

/* Options that are about us and not about Valgrind.  -1: go on.  */
static int check_options(int argc, char **argv, int program)
{
    int i;

    for (i = 1; i < program && i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            return 0;
        }
        if (strncmp(argv[i], "--tool=", 7) == 0)
            return rg_cmd_error(RG_EXIT_USAGE, "%s: the tool is always rustgrind here; use valgrind for other tools", argv[i]);
        if (strcmp(argv[i], "--help-tool") == 0)
            argv[i] = "--help";
    }
    return -1;
}

/* True if ARGV asks Valgrind for something that needs no program.  */
static bool needs_no_program(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i++)
        if (strncmp(argv[i], "--help", 6) == 0 || strcmp(argv[i], "--version") == 0)
            return true;
    return false;
}

int rg_cmd_run(int argc, char **argv)
{
    int program = find_program(argc, argv);
    int status = check_options(argc, argv, program);
    char valgrind[RG_PATH_MAX];
    char **args;

    if (status >= 0)
        return status;
    if (program >= argc && !needs_no_program(argc, argv))
        return rg_cmd_error(RG_EXIT_USAGE, "run: no program given; usage: rustgrind run [options] [--] program [arguments]");
    if (program < argc && (status = check_program(argv[program])) != 0)
        return status;
    if (!rg_paths_valgrind(valgrind))
        return rg_cmd_error(1, "%s is missing and there is no valgrind in PATH: install Valgrind %s", RG_VALGRIND_PROGRAM,
                            RG_VALGRIND_VERSION);
    if ((status = set_library(valgrind)) != 0 || (status = check_version(valgrind)) != 0)
        return status;
    args = calloc((size_t)argc + 2, sizeof *args);
    if (args == NULL)
        return rg_cmd_error(1, "out of memory");
    args[0] = valgrind;
    args[1] = "--tool=rustgrind";
    memcpy(args + 2, argv + 1, ((size_t)argc - 1) * sizeof *args);
    execv(valgrind, args);
    return rg_cmd_error(1, "%s: %s", valgrind, strerror(errno));
}
