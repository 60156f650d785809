/* fork: the child works and exits, the child of a child, a child that returns from main, a child that is killed.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) static int work(int n)
{
    return n < 2 ? n : work(n - 1) + work(n - 2);
}

__attribute__((noinline)) static int in_child(int n)
{
    int result = work(n), status;
    pid_t pid;

    if (n == 9) {
        pid = fork();
        if (pid == 0)
            _exit(work(5));
        if (waitpid(pid, &status, 0) != pid)
            return 1;
        result += WEXITSTATUS(status);
    }
    if (n == 10)
        kill(getpid(), SIGKILL);
    if (n == 11)
        exit(11);
    return result & 0x7f;
}

int main(void)
{
    int sum = work(10);

    for (int n = 8; n < 12; n++) {
        int status;
        pid_t pid = fork();

        if (pid == 0)
            return in_child(n);
        if (waitpid(pid, &status, 0) != pid)
            return 2;
        sum += WIFEXITED(status) ? WEXITSTATUS(status) : 1000 * WTERMSIG(status);
    }
    printf("%d\n", sum + work(6));
    return 0;
}
