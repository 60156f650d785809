/* rg_nextest_init.c - rustgrind nextest init: writes or extends .config/nextest.toml.

   SPDX-License-Identifier: GPL-2.0-or-later

   The file is the user's: comments, order and spelling stay as they are, so it is edited as text and not read and written as
   TOML.  What we add are tables at the end of the file, each only if it is not there yet, and one word in the list of
   experimental features, which must stand before all tables.  Table headers are compared after blanks and quotes have been taken
   out of them; inside strings of several lines nothing is looked at.  A form that we cannot extend safely is told, and nothing is
   written.  */
#include "rg_nextest.h"

#include "rg_buf.h"
#include "rg_cmd.h"
#include "rg_paths.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE = 1 << 20, MAX_HEADER = 200 };

static const char wrapper_name[] = "rustgrind-nextest";
static const char feature[] = "wrapper-scripts";

/* The tables of ours; %s is the wrapper's command.  */
static const struct table {
    const char *header, *text, *what;
} tables[] = {
    {"scripts.wrapper.rustgrind",
     "[scripts.wrapper.rustgrind]\n"
     "command = [%s]\n",
     "the wrapper script rustgrind"},
    {"scripts.wrapper.rustgrind-leaks",
     "[scripts.wrapper.rustgrind-leaks]\n"
     "command = [%s, \"--leak-check=full\", \"--errors-for-leak-kinds=definite\", \"--error-exitcode=99\"]\n",
     "the wrapper script rustgrind-leaks"},
    {"profile.rustgrind",
     "# cargo nextest run --profile rustgrind; rustgrind nextest summary\n"
     "[profile.rustgrind]\n"
     "slow-timeout = { period = \"600s\", terminate-after = 6, grace-period = \"60s\" }\n"
     "leak-timeout = \"5s\"\n"
     "\n"
     "[[profile.rustgrind.scripts]]\n"
     "platform = 'cfg(all(target_os = \"linux\", target_arch = \"x86_64\"))'\n"
     "filter = 'all()'\n"
     "run-wrapper = 'rustgrind'\n",
     "the profile rustgrind: cargo nextest run --profile rustgrind"},
    {"profile.valgrind",
     "# cargo nextest run --profile valgrind: tests that leak memory fail\n"
     "[profile.valgrind]\n"
     "slow-timeout = { period = \"600s\", terminate-after = 6, grace-period = \"60s\" }\n"
     "leak-timeout = \"5s\"\n"
     "fail-fast = false\n"
     "\n"
     "[[profile.valgrind.scripts]]\n"
     "platform = 'cfg(all(target_os = \"linux\", target_arch = \"x86_64\"))'\n"
     "filter = 'all()'\n"
     "run-wrapper = 'rustgrind-leaks'\n",
     "the profile valgrind: cargo nextest run --profile valgrind"},
};
#define N_TABLES (sizeof tables / sizeof tables[0])

/* ---- reading ---- */

/* What the file says about what we want to add.  Offsets are of bytes; -1: it is not there.  */
struct found {
    bool table[N_TABLES];
    long first_table;  /* start of the first line with a table header */
    long array_end;    /* of the top-level list experimental = [...]: its closing bracket */
    bool array_empty, array_comma;
    long table_body;   /* of the table [experimental]: the line after its header */
    bool other_form;   /* experimental in a form that we do not extend */
    bool has_feature;  /* it is switched on */
    bool off;          /* it is switched off on purpose */
};

/* Copies the header of a table from LINE without blanks, quotes and brackets; false: it is none.  */
static bool read_header(const char *line, size_t n, char out[MAX_HEADER])
{
    size_t k = 0, i = 0;

    while (i < n && (line[i] == ' ' || line[i] == '\t'))
        i++;
    if (i == n || line[i] != '[')
        return false;
    for (; i < n && line[i] != '#' && k < MAX_HEADER - 1; i++)
        if (!strchr(" \t\"'[]\r\n", line[i]))
            out[k++] = line[i];
    out[k] = '\0';
    return true;
}

/* The end of the value that begins at I, past strings and brackets: the offset after it, and in a list that of its closing
   bracket.  */
struct value {
    size_t end;
    long bracket;
    bool empty, comma, has_feature;
};

/* Skips a string that begins at I, one line or several, and returns the offset after it.  */
static size_t skip_string(const char *s, size_t n, size_t i)
{
    char q = s[i];
    bool triple = i + 2 < n && s[i + 1] == q && s[i + 2] == q;

    for (i += triple ? 3 : 1; i < n; i++) {
        if (q == '"' && s[i] == '\\' && i + 1 < n)
            i++;
        else if (triple ? i + 2 < n && s[i] == q && s[i + 1] == q && s[i + 2] == q : s[i] == q || s[i] == '\n')
            return i + (triple ? 3 : 1);
    }
    return n;
}

static struct value read_value(const char *s, size_t n, size_t i)
{
    struct value v = {.bracket = -1, .empty = true};
    size_t depth = 0;

    for (; i < n && (depth > 0 || s[i] != '\n'); i++) {
        char c = s[i];
        if (c == '"' || c == '\'') {
            size_t end = skip_string(s, n, i);
            v.has_feature = v.has_feature || (end - i == sizeof feature + 1 && memcmp(s + i + 1, feature, sizeof feature - 1) == 0);
            v.empty = v.comma = false;
            i = end - 1;
        } else if (c == '#') {
            while (i + 1 < n && s[i + 1] != '\n')
                i++;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if ((c == ']' || c == '}') && depth > 0) {
            if (--depth == 0 && c == ']')
                v.bracket = (long)i;
        } else if (c == ',') {
            v.comma = true;
        }
    }
    v.end = i;
    return v;
}

/* The length of the key that LINE begins with, quotes included, 0: it is no line of key and value.  VALUE: where its value begins.  */
static size_t read_key(const char *s, size_t n, size_t i, char key[MAX_HEADER], size_t *value)
{
    size_t k = 0, start = i;

    for (; i < n && s[i] != '=' && s[i] != '\n' && s[i] != '#' && k < MAX_HEADER - 1; i++)
        if (!strchr(" \t\"'", s[i]))
            key[k++] = s[i];
    key[k] = '\0';
    if (i == n || s[i] != '=')
        return 0;
    *value = i + 1;
    return i - start;
}

static void note_key(struct found *f, const char *section, const char *key, const char *s, struct value v, size_t value)
{
    bool top = section[0] == '\0';
    bool dotted = top && strcmp(key, "experimental.wrapper-scripts") == 0;

    if (top && strcmp(key, "experimental") == 0) {
        f->has_feature = f->has_feature || v.has_feature;
        f->array_end = v.bracket;
        f->array_empty = v.empty;
        f->array_comma = v.comma;
        f->other_form = v.bracket < 0;
    } else if (dotted || (strcmp(section, "experimental") == 0 && strcmp(key, feature) == 0)) {
        bool yes = memchr(s + value, 't', v.end - value) != NULL;
        f->has_feature = yes;
        f->off = !yes;
    } else if (top && strncmp(key, "experimental.", 13) == 0) {
        f->other_form = true;
    }
}

static void note_header(struct found *f, const char *header, size_t line, size_t end)
{
    if (f->first_table < 0)
        f->first_table = (long)line;
    if (strcmp(header, "experimental") == 0)
        f->table_body = (long)end;
    for (size_t i = 0; i < N_TABLES; i++) {
        size_t n = strlen(tables[i].header);
        if (strncmp(header, tables[i].header, n) == 0 && (header[n] == '\0' || header[n] == '.'))
            f->table[i] = true;
    }
}

static struct found scan(const char *s, size_t n)
{
    struct found f = {.first_table = -1, .array_end = -1, .table_body = -1};
    char section[MAX_HEADER] = "", key[MAX_HEADER];

    for (size_t i = 0; i < n;) {
        const char *newline = memchr(s + i, '\n', n - i);
        size_t end = newline ? (size_t)(newline - s) + 1 : n, value;
        if (read_header(s + i, end - i, section)) {
            note_header(&f, section, i, end);
        } else if (read_key(s, n, i, key, &value)) {
            struct value v = read_value(s, n, value);
            note_key(&f, section, key, s, v, value);
            end = v.end + 1;
        }
        i = end;
    }
    return f;
}

/* ---- writing ---- */

/* S as a TOML string.  */
static void put_string(struct rg_buf *b, const char *s)
{
    rg_buf_char(b, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            rg_buf_char(b, '\\');
        rg_buf_char(b, *s);
    }
    rg_buf_char(b, '"');
}

/* The wrapper: its name when the shell would find ours by it, else its path.  */
static bool find_wrapper(char buf[RG_PATH_MAX])
{
    char beside[RG_PATH_MAX], in_path[RG_PATH_MAX];

    if (!rg_paths_script(wrapper_name, beside))
        return false;
    if (rg_paths_program(wrapper_name, in_path) && rg_paths_same(beside, in_path))
        strcpy(buf, wrapper_name);
    else
        strcpy(buf, beside);
    return true;
}

/* Adds the feature to the beginning of the text.  False: it is switched off, or in a form that we leave alone.  */
static bool put_head(struct rg_buf *b, const char *s, size_t n, const struct found *f, const char *path)
{
    size_t at = 0;

    if (f->has_feature) {
        rg_buf_bytes(b, s, n);
        printf("rustgrind:   kept   the experimental feature %s\n", feature);
        return true;
    }
    if (f->off || f->other_form) {
        rg_cmd_error(1, "%s: the experimental feature %s is %s: switch it on there, then run this again", path, feature,
                     f->off ? "switched off" : "in a form that is not understood");
        return false;
    }
    if (f->array_end >= 0) {
        at = (size_t)f->array_end;
        rg_buf_bytes(b, s, at);
        rg_buf_str(b, f->array_empty ? "\"" : f->array_comma ? " \"" : ", \"");
        rg_buf_str(b, feature);
        rg_buf_char(b, '"');
    } else if (f->table_body >= 0) {
        at = (size_t)f->table_body;
        rg_buf_bytes(b, s, at);
        if (at > 0 && s[at - 1] != '\n')
            rg_buf_char(b, '\n');
        rg_buf_str(b, "wrapper-scripts = true\n");
    } else {
        at = f->first_table >= 0 ? (size_t)f->first_table : n;
        rg_buf_bytes(b, s, at);
        if (at > 0 && s[at - 1] != '\n')
            rg_buf_char(b, '\n');
        rg_buf_str(b, "experimental = [\"wrapper-scripts\"]\n");
        if (at < n)
            rg_buf_char(b, '\n');
    }
    rg_buf_bytes(b, s + at, n - at);
    printf("rustgrind:   added  the experimental feature %s\n", feature);
    return true;
}

static void put_tables(struct rg_buf *b, const struct found *f, const char *wrapper)
{
    for (size_t i = 0; i < N_TABLES; i++) {
        const char *slot = strstr(tables[i].text, "%s");
        printf("rustgrind:   %s  %s\n", f->table[i] ? "kept " : "added", tables[i].what);
        if (f->table[i])
            continue;
        if (b->n > 0 && b->p[b->n - 1] != '\n')
            rg_buf_char(b, '\n');
        if (b->n > 0)
            rg_buf_char(b, '\n');
        if (slot) {
            rg_buf_bytes(b, tables[i].text, (size_t)(slot - tables[i].text));
            put_string(b, wrapper);
            rg_buf_str(b, slot + 2);
        } else {
            rg_buf_str(b, tables[i].text);
        }
    }
}

/* Replaces PATH as a whole.  */
static int write_file(const char *path, const struct rg_buf *b, mode_t mode)
{
    char tmp[RG_PATH_MAX];
    FILE *f;
    bool ok;

    if (snprintf(tmp, sizeof tmp, "%s.rustgrind", path) >= (int)sizeof tmp)
        return rg_cmd_error(1, "%s: the path is too long", path);
    f = fopen(tmp, "w");
    if (f == NULL)
        return rg_cmd_error(1, "%s: cannot be written: %s", tmp, strerror(errno));
    ok = fwrite(b->p, 1, b->n, f) == b->n && fchmod(fileno(f), mode) == 0;
    ok = fclose(f) == 0 && ok;
    if (!ok || rename(tmp, path) != 0) {
        int status = rg_cmd_error(1, "%s: cannot be written: %s", path, strerror(errno));
        unlink(tmp);
        return status;
    }
    return 0;
}

/* Reads PATH; a file that does not exist is empty.  0, or the exit status.  */
static int read_file(const char *path, char **text, size_t *n, mode_t *mode)
{
    struct stat st;
    FILE *f = fopen(path, "r");

    *n = 0;
    *mode = 0644;
    *text = malloc(MAX_FILE + 1);
    if (*text == NULL)
        return rg_cmd_error(1, "out of memory");
    if (f == NULL)
        return errno == ENOENT ? 0 : rg_cmd_error(1, "%s: cannot be read: %s", path, strerror(errno));
    if (fstat(fileno(f), &st) == 0)
        *mode = st.st_mode & 07777;
    *n = fread(*text, 1, MAX_FILE + 1, f);
    bool bad = ferror(f);
    fclose(f);
    if (bad)
        return rg_cmd_error(1, "%s: cannot be read", path);
    if (*n > MAX_FILE)
        return rg_cmd_error(1, "%s: is larger than %d bytes, which no configuration of nextest is", path, MAX_FILE);
    return 0;
}

static int extend(const char *path, const char *wrapper)
{
    char *text = NULL;
    struct rg_buf b;
    size_t n;
    mode_t mode;
    int status = read_file(path, &text, &n, &mode);

    rg_buf_init(&b, "nextest");
    if (status == 0) {
        struct found f = scan(text, n);
        printf("rustgrind: %s\n", path);
        status = put_head(&b, text, n, &f, path) ? 0 : 1;
        if (status == 0) {
            put_tables(&b, &f, wrapper);
            if (b.n == n && memcmp(b.p, text, n) == 0)
                puts("rustgrind: nothing to do");
            else
                status = write_file(path, &b, mode);
        }
    }
    rg_buf_free(&b);
    free(text);
    return status;
}

/* Sets ROOT to the highest directory at or above HERE that has MARK.  False: none has.  */
static bool highest_with(const char *here, const char *mark, char root[RG_PATH_MAX])
{
    char dir[RG_PATH_MAX], path[RG_PATH_MAX + 32];
    bool any = false;
    char *slash;

    strcpy(dir, here);
    do {
        snprintf(path, sizeof path, "%s/%s", dir, mark);
        if (access(path, F_OK) == 0) {
            strcpy(root, dir);
            any = true;
        }
        slash = strrchr(dir, '/');
        if (slash)
            *slash = '\0';
    } while (slash && slash != dir);
    return any;
}

static void find_root(const char *here, char root[RG_PATH_MAX])
{
    if (!highest_with(here, "Cargo.lock", root) && !highest_with(here, "Cargo.toml", root))
        strcpy(root, here);
}

int rg_nextest_init(int argc, char **argv)
{
    char wrapper[RG_PATH_MAX], here[RG_PATH_MAX], root[RG_PATH_MAX], path[RG_PATH_MAX + 32], real[PATH_MAX];

    if (argc > 2 || (argc == 2 && argv[1][0] == '-'))
        return rg_cmd_error(RG_EXIT_USAGE, "nextest init: takes a directory or nothing, not '%s'", argv[argc - 1]);
    if (argc == 2 ? realpath(argv[1], here) == NULL : getcwd(here, sizeof here) == NULL)
        return rg_cmd_error(1, "%s: %s", argc == 2 ? argv[1] : ".", strerror(errno));
    if (argc == 2)
        strcpy(root, here);
    else
        find_root(here, root);
    if (!find_wrapper(wrapper))
        return rg_cmd_error(1, "%s is not beside rustgrind: run make install", wrapper_name);
    snprintf(path, sizeof path, "%s/Cargo.toml", root);
    if (access(path, F_OK) != 0)
        return rg_cmd_error(1, "%s has no Cargo.toml: run this in a Rust workspace, or name its directory", root);
    snprintf(path, sizeof path, "%s/.config", root);
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return rg_cmd_error(1, "%s: cannot be made: %s", path, strerror(errno));
    snprintf(path, sizeof path, "%s/.config/nextest.toml", root);
    return extend(realpath(path, real) ? real : path, wrapper);
}
