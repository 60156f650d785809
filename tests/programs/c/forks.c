/* forks.c - a parent and a child, without exec, that work in functions of their own.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile unsigned sink;

static void work(unsigned times)
{
    while (times--)
        sink = sink * 1664525u + 1013904223u;
}

static void before_the_fork(void)
{
    work(1000);
}

static void child_work(void)
{
    work(2000);
}

static void parent_work(void)
{
    work(3000);
}

int main(void)
{
    int status;
    before_the_fork();
    pid_t child = fork();
    if (child < 0)
        return 1;
    if (child == 0) {
        child_work();
        return 0;
    }
    if (waitpid(child, &status, 0) != child || status != 0)
        return 2;
    parent_work();
    return 0;
}
