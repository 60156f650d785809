/* host_port.c - the services of rg_port.h as the host programs get them.

   SPDX-License-Identifier: GPL-2.0-or-later

   A program of its own, for the unit tests are linked with another world.  What ends the program is tried in a child process.  */
#include <CUnit/Basic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rg_port.h"

static void memory(void)
{
    for (int round = 0; round < 50; round++) { /* also of memory that was used before */
        unsigned char *p = rg_alloc("t", 3000);
        int nonzero = 0;
        for (int i = 0; i < 3000; i++)
            nonzero += p[i] != 0;
        CU_ASSERT_EQUAL(nonzero, 0);
        memset(p, 0xff, 3000);
        rg_free(p);
    }
    rg_free(NULL);
    char *p = rg_realloc("t", NULL, 4);
    CU_ASSERT_EQUAL(memcmp(p, "\0\0\0\0", 4), 0);
    memcpy(p, "abcd", 4);
    p = rg_realloc("t", p, 1000000);
    CU_ASSERT_EQUAL(memcmp(p, "abcd", 4), 0);
    p = rg_realloc("t", p, 2);
    CU_ASSERT_EQUAL(memcmp(p, "ab", 2), 0);
    rg_free(p);
}

static int by_number(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void sorting(void)
{
    enum { N = 10000 };
    static int v[N];
    for (int i = 0; i < N; i++)
        v[i] = (int)((unsigned)i * 7919u % N);
    rg_sort(v, N, sizeof *v, by_number);
    int wrong = 0;
    for (int i = 0; i < N; i++)
        wrong += v[i] != i;
    CU_ASSERT_EQUAL(wrong, 0);
    rg_sort(v, 0, sizeof *v, by_number);
    rg_sort(NULL, 0, sizeof *v, by_number);
    rg_sort(v + 1, 1, sizeof *v, by_number);
    CU_ASSERT_EQUAL(v[1], 1);
}

/* With the address sanitizer, too, memory may run out.  */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* Runs F in a child; returns how it ended and what it printed on stderr.  */
static int in_child(void (*f)(void), char *text, size_t size)
{
    int fds[2];
    fflush(NULL);
    if (pipe(fds) != 0)
        abort();
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit no_core = { 0, 0 };
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(fds[1], 2);
        close(fds[0]);
        close(fds[1]);
        f();
        _exit(99);
    }
    close(fds[1]);
    size_t n = 0;
    ssize_t got;
    while (n + 1 < size && (got = read(fds[0], text + n, size - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    close(fds[0]);
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    return status;
}

static void panic(void)
{
    rg_panic("rg_x.c", 12, "a < b");
}

static void panics(void)
{
    char text[300];
    int status = in_child(panic, text, sizeof text);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    CU_ASSERT_STRING_EQUAL(text, "rustgrind: internal error at rg_x.c:12: a < b\n");
}

static volatile size_t too_much = SIZE_MAX / 2; /* not a constant the compiler would warn of */

static void exhaust_alloc(void)
{
    rg_alloc("everything", too_much);
}

static void exhaust_realloc(void)
{
    rg_realloc("everything", rg_alloc("t", 1), too_much);
}

static void out_of_memory(void)
{
    static void (*const tries[])(void) = { exhaust_alloc, exhaust_realloc };
    for (int i = 0; i < 2; i++) {
        char text[300];
        int status = in_child(tries[i], text, sizeof text);
        CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 1);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "rustgrind: out of memory: 9223372036854775807 bytes for everything\n"));
    }
}

int main(void)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    CU_pSuite s = CU_add_suite("host port", NULL, NULL);
    if (s == NULL || CU_add_test(s, "memory", memory) == NULL || CU_add_test(s, "sorting", sorting) == NULL ||
        CU_add_test(s, "panics", panics) == NULL || CU_add_test(s, "out of memory", out_of_memory) == NULL) {
        fprintf(stderr, "the tests could not be set up: %s\n", CU_get_error_msg());
        return 2;
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    bool good = CU_basic_run_tests() == CUE_SUCCESS && CU_get_number_of_failures() == 0 && CU_get_number_of_tests_run() == 4;
    CU_cleanup_registry();
    return good ? 0 : 1;
}
