/* posix_spawn, vfork and system: the program runs itself with an argument.
   SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

__attribute__((noinline)) static int work(int n)
{
    return n < 2 ? n : work(n - 1) + work(n - 2);
}

int main(int argc, char **argv)
{
    char *args[] = { argv[0], (char *)"child", NULL };
    int status, sum = 0;
    pid_t pid;

    if (argc > 1)
        return work(9);
    if (posix_spawn(&pid, argv[0], NULL, NULL, args, environ) != 0)
        return 2;
    if (waitpid(pid, &status, 0) != pid)
        return 3;
    sum += WEXITSTATUS(status);
    pid = vfork();
    if (pid == 0) {
        execv(argv[0], args);
        _exit(127);
    }
    if (waitpid(pid, &status, 0) != pid)
        return 4;
    sum += WEXITSTATUS(status);
    pid = vfork();
    if (pid == 0)
        _exit(3);
    if (waitpid(pid, &status, 0) != pid)
        return 5;
    sum += WEXITSTATUS(status) + WEXITSTATUS(system("exit 4"));
    printf("%d\n", sum + work(7));
    return 0;
}
