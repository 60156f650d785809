/* rg_nextest_summary.c - rustgrind nextest summary: a table of the tests of one run.

   SPDX-License-Identifier: GPL-2.0-or-later

   The table comes from index.tsv, which the wrapper writes, one line per test and attempt; the number of allocations from the
   profiles, where they have it.  A line that is not as the wrapper writes it is left out, and said so.  */
#include "rg_nextest.h"

#include "rg_buf.h"
#include "rg_cmd.h"
#include "rg_paths.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum field { RUN, BINARY, TEST, ATTEMPT, EXIT, IR, LEAKS, FILE_NAME, N_FIELDS };
enum { NONE = -1, SIGNAL_STATUS = 128 };

struct test {
    char *line; /* owns the texts */
    char *text[N_FIELDS];
    int64_t ir, leaks, allocs; /* NONE: not known */
    int exit;
};

struct run {
    struct test *tests;
    size_t n, bad_lines;
    char dir[RG_PATH_MAX];
};

/* ---- the index ---- */

/* '-' is NONE.  */
static bool read_number(const char *s, int64_t *v)
{
    char *end;

    *v = NONE;
    if (strcmp(s, "-") == 0)
        return true;
    errno = 0;
    *v = strtoll(s, &end, 10);
    return s[0] >= '0' && s[0] <= '9' && *end == '\0' && errno == 0;
}

/* Takes LINE over when it is right.  */
static bool read_test(char *line, struct test *t)
{
    char *at = line;
    int64_t status;
    int i;

    for (i = 0; i < N_FIELDS && at; i++) {
        char *tab = strchr(at, '\t');
        t->text[i] = at;
        if (tab)
            *tab++ = '\0';
        at = tab;
    }
    t->line = line;
    t->allocs = NONE;
    if (i < N_FIELDS || !read_number(t->text[EXIT], &status) || !read_number(t->text[IR], &t->ir) ||
        !read_number(t->text[LEAKS], &t->leaks) || status < 0 || status > 255 || strstr(t->text[FILE_NAME], ".."))
        return false;
    t->exit = (int)status;
    return true;
}

static bool read_index(struct run *r, FILE *f)
{
    size_t room = 0, size = 0;
    char *line = NULL;
    ssize_t n;

    while ((n = getline(&line, &size, f)) > 0) {
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        if (r->n == room) {
            struct test *more = realloc(r->tests, (room = 2 * room + 64) * sizeof *more);
            if (more == NULL)
                return false;
            r->tests = more;
        }
        if (read_test(line, &r->tests[r->n])) {
            r->n++;
            line = NULL;
            size = 0;
        } else {
            r->bad_lines++;
        }
    }
    free(line);
    return true;
}

/* The allocations that the profile of T counts, function by function.  */
static int64_t read_allocs(const struct run *r, const struct test *t)
{
    char path[2 * RG_PATH_MAX], *line = NULL;
    int64_t allocs = NONE;
    size_t size = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", r->dir, t->text[FILE_NAME]);
    f = fopen(path, "r");
    while (f && getline(&line, &size, f) > 0) {
        char *found = strncmp(line, "#rg heap\t", 9) == 0 ? strstr(line, "\tblocks=") : NULL;
        if (found)
            allocs = (allocs == NONE ? 0 : allocs) + strtoll(found + 8, NULL, 10);
    }
    free(line);
    if (f)
        fclose(f);
    return allocs;
}

/* ---- which run ---- */

static bool is_index(const char *dir, const char *name, char path[RG_PATH_MAX], struct stat *st)
{
    int n = snprintf(path, RG_PATH_MAX, "%s/%s/index.tsv", dir, name);
    return n < RG_PATH_MAX && stat(path, st) == 0 && S_ISREG(st->st_mode);
}

static bool later(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec > b->st_mtim.tv_sec : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* The latest run in DIR whose name begins with PREFIX.  */
static bool find_run(const char *dir, const char *prefix, char found[RG_PATH_MAX])
{
    struct stat st, best = {0};
    char path[RG_PATH_MAX];
    bool any = false;
    DIR *d = opendir(dir);

    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.' && strncmp(e->d_name, prefix, strlen(prefix)) == 0 && is_index(dir, e->d_name, path, &st) &&
            (!any || later(&st, &best))) {
            any = true;
            best = st;
            strcpy(found, path);
        }
    if (d)
        closedir(d);
    return any;
}

/* Where runs are: what the wrapper would take, as far as it can be known here.  */
static bool find_dir(const char *given, char dir[RG_PATH_MAX])
{
    const char *own = given ? given : getenv("RUSTGRIND_DIR"), *target = getenv("CARGO_TARGET_DIR");
    char here[RG_PATH_MAX], *slash;

    if (own && *own)
        return snprintf(dir, RG_PATH_MAX, "%s", own) < RG_PATH_MAX;
    if (target && *target)
        return snprintf(dir, RG_PATH_MAX, "%s/rustgrind", target) < RG_PATH_MAX;
    if (getcwd(here, sizeof here) == NULL)
        return false;
    do {
        if (snprintf(dir, RG_PATH_MAX, "%s/target/rustgrind", here) < RG_PATH_MAX && access(dir, F_OK) == 0)
            return true;
        slash = strrchr(here, '/');
        if (slash)
            *slash = '\0';
    } while (slash && here[0]);
    strcpy(dir, "target/rustgrind");
    return true;
}

/* ---- the table ---- */

static int by_name(const void *a, const void *b)
{
    const struct test *x = a, *y = b;
    int c = strcmp(x->text[BINARY], y->text[BINARY]);
    if (c == 0)
        c = strcmp(x->text[TEST], y->text[TEST]);
    return c ? c : strcmp(x->text[ATTEMPT], y->text[ATTEMPT]);
}

static int by_ir(const void *a, const void *b)
{
    const struct test *x = a, *y = b;
    return x->ir != y->ir ? (x->ir < y->ir ? 1 : -1) : by_name(a, b);
}

static int by_leaks(const void *a, const void *b)
{
    const struct test *x = a, *y = b;
    return x->leaks != y->leaks ? (x->leaks < y->leaks ? 1 : -1) : by_ir(a, b);
}

static const struct order {
    const char *name;
    int (*compare)(const void *a, const void *b);
} orders[] = {{"ir", by_ir}, {"leaks", by_leaks}, {"name", by_name}};

static void put_ir(struct rg_buf *b, const struct test *t);
static void put_allocs(struct rg_buf *b, const struct test *t);
static void put_leaks(struct rg_buf *b, const struct test *t);
static void put_exit(struct rg_buf *b, const struct test *t);

/* The columns before the name.  */
static const struct column {
    const char *title;
    size_t width;
    void (*put)(struct rg_buf *b, const struct test *t);
} columns[] = {{"Ir", 16, put_ir}, {"allocations", 13, put_allocs}, {"leaks", 7, put_leaks}, {"exit", 9, put_exit}};
#define N_COLUMNS (sizeof columns / sizeof columns[0])

static void put_number(struct rg_buf *b, int64_t v)
{
    if (v == NONE)
        rg_buf_char(b, '-');
    else
        rg_buf_thousands(b, (uint64_t)v);
}

static void put_ir(struct rg_buf *b, const struct test *t) { put_number(b, t->ir); }
static void put_allocs(struct rg_buf *b, const struct test *t) { put_number(b, t->allocs); }
static void put_leaks(struct rg_buf *b, const struct test *t) { put_number(b, t->leaks); }

static void put_exit(struct rg_buf *b, const struct test *t)
{
    const char *name = t->exit > SIGNAL_STATUS ? sigabbrev_np(t->exit - SIGNAL_STATUS) : NULL;

    if (name) {
        rg_buf_str(b, "SIG");
        rg_buf_str(b, name);
    } else {
        rg_buf_dec(b, (uint64_t)t->exit);
    }
}

static void print_rows(const struct run *r)
{
    struct rg_buf b;

    rg_buf_init(&b, "summary");
    for (size_t i = 0; i < N_COLUMNS; i++) {
        size_t mark = b.n;
        rg_buf_str(&b, columns[i].title);
        rg_buf_align_right(&b, mark, columns[i].width);
    }
    rg_buf_str(&b, "  test");
    puts(rg_buf_cstr(&b));
    for (size_t k = 0; k < r->n; k++) {
        const struct test *t = &r->tests[k];
        rg_buf_clear(&b);
        for (size_t i = 0; i < N_COLUMNS; i++) {
            size_t mark = b.n;
            columns[i].put(&b, t);
            rg_buf_align_right(&b, mark, columns[i].width);
        }
        rg_buf_str(&b, "  ");
        rg_buf_str(&b, t->text[BINARY]);
        rg_buf_char(&b, ' ');
        rg_buf_str(&b, t->text[TEST]);
        if (strcmp(t->text[ATTEMPT], "1") != 0) {
            rg_buf_str(&b, " #");
            rg_buf_str(&b, t->text[ATTEMPT]);
        }
        puts(rg_buf_cstr(&b));
    }
    rg_buf_free(&b);
}

static void print_totals(const struct run *r)
{
    size_t failed = 0, leaking = 0, unprofiled = 0;
    struct rg_buf b;
    uint64_t ir = 0;

    for (size_t i = 0; i < r->n; i++) {
        failed += r->tests[i].exit != 0;
        leaking += r->tests[i].leaks > 0;
        unprofiled += r->tests[i].ir == NONE;
        ir += r->tests[i].ir == NONE ? 0 : (uint64_t)r->tests[i].ir;
    }
    rg_buf_init(&b, "summary");
    rg_buf_thousands(&b, ir);
    printf("%zu runs of tests: %s Ir, %zu failed, %zu leaking", r->n, rg_buf_cstr(&b), failed, leaking);
    if (unprofiled)
        printf(", %zu without a profile (killed, or not finished)", unprofiled);
    printf("\nprofiles: %s\n", r->dir);
    if (r->bad_lines)
        fprintf(stderr, "rustgrind: %zu lines of %s/index.tsv are not understood and were left out\n", r->bad_lines, r->dir);
    rg_buf_free(&b);
}

static void run_free(struct run *r)
{
    for (size_t i = 0; i < r->n; i++)
        free(r->tests[i].line);
    free(r->tests);
}

static int summarize(const char *index, const struct order *order)
{
    struct run r = {0};
    FILE *f = fopen(index, "r");

    if (f == NULL)
        return rg_cmd_error(1, "%s: %s", index, strerror(errno));
    if (!read_index(&r, f)) {
        fclose(f);
        run_free(&r);
        return rg_cmd_error(1, "out of memory");
    }
    fclose(f);
    snprintf(r.dir, sizeof r.dir, "%.*s", (int)(strlen(index) - strlen("/index.tsv")), index);
    for (size_t i = 0; i < r.n; i++)
        r.tests[i].allocs = read_allocs(&r, &r.tests[i]);
    if (r.n)
        qsort(r.tests, r.n, sizeof *r.tests, order->compare);
    print_rows(&r);
    print_totals(&r);
    run_free(&r);
    return 0;
}

int rg_nextest_summary(int argc, char **argv)
{
    const char *given = NULL, *prefix = NULL;
    const struct order *order = &orders[0];
    char dir[RG_PATH_MAX], index[RG_PATH_MAX];

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--dir=", 6) == 0 && argv[i][6]) {
            given = argv[i] + 6;
        } else if (strncmp(argv[i], "--sort=", 7) == 0) {
            for (order = orders; order < orders + sizeof orders / sizeof orders[0]; order++)
                if (strcmp(order->name, argv[i] + 7) == 0)
                    break;
            if (order == orders + sizeof orders / sizeof orders[0])
                return rg_cmd_error(RG_EXIT_USAGE, "nextest summary: --sort takes ir, leaks or name, not '%s'", argv[i] + 7);
        } else if (argv[i][0] == '-' || prefix) {
            return rg_cmd_error(RG_EXIT_USAGE, "nextest summary: '%s' is not understood (rustgrind nextest --help tells more)", argv[i]);
        } else {
            prefix = argv[i];
        }
    }
    if (!find_dir(given, dir))
        return rg_cmd_error(1, "the path of the directory is too long");
    if (!find_run(dir, prefix ? prefix : "", index))
        return rg_cmd_error(1, "no run%s%s in %s: was there a 'cargo nextest run --profile rustgrind'?", prefix ? " whose name begins with " : "",
                            prefix ? prefix : "", dir);
    return summarize(index, order);
}
