/* cgparse.c - a small strict reader of the callgrind format.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "cgparse.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A defined name.  Functions are bound to the file and object where they were defined.  */
struct name {
    char *text;
    const char *file, *object;
};

struct names {
    struct name *at; /* by id */
    size_t n;
};

enum { OBJECTS, FILES, FUNCTIONS, N_KINDS };

struct reader {
    struct cgparse *c;
    unsigned long line_number;
    int header_state;
    struct names names[N_KINDS];
    char **kept; /* names written in full */
    size_t n_kept;
    const char *ob, *fl, *fn, *file;
    const char *cob, *cfl, *cfn;
    bool call_pending; /* "calls=" was read, its cost line comes next */
    uint64_t calls, target_line, target_addr;
    uint64_t line, addr; /* base of relative positions */
    bool have_totals;
};

static bool fail(struct reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = snprintf(r->c->error, sizeof r->c->error, "line %lu: ", r->line_number);
    vsnprintf(r->c->error + n, sizeof r->c->error - (size_t)n, format, args);
    va_end(args);
    return false;
}

static void *grown(void *p, size_t n, size_t size)
{
    if ((n & (n - 1)) == 0) /* room doubles at 0, 1, 2, 4 ... */
        p = realloc(p, (n == 0 ? 1 : 2 * n) * size);
    if (p == NULL)
        abort();
    return p;
}

static bool is_utf8(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    while (*u != 0) {
        static const uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };
        int more = *u < 0x80 ? 0 : *u >= 0xc0 && *u < 0xe0 ? 1 : *u >= 0xe0 && *u < 0xf0 ? 2 : *u >= 0xf0 && *u < 0xf8 ? 3 : -1;
        if (more < 0)
            return false;
        uint32_t value = more == 0 ? *u : *u & (0x3fu >> more);
        u++;
        for (int i = 0; i < more; i++, u++) {
            if ((*u & 0xc0) != 0x80)
                return false;
            value = value << 6 | (*u & 0x3f);
        }
        if (value < smallest[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
            return false;
    }
    return true;
}

char *cg_record_text(const struct cg_record *r, unsigned nevents)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (f == NULL)
        abort();
    fprintf(f, "%s\x1f%s\x1f%s\x1f%s\x1f%" PRIu64 "\x1f%#" PRIx64, r->ob, r->fl, r->fn, r->file, r->line, r->addr);
    if (r->cob != NULL)
        fprintf(f, "\x1f> %s\x1f%s\x1f%s\x1f%" PRIu64 "\x1f%" PRIu64 "\x1f%#" PRIx64, r->cob, r->cfl, r->cfn, r->calls,
                r->target_line, r->target_addr);
    for (unsigned i = 0; i < nevents; i++)
        fprintf(f, " %" PRIu64, r->counts[i]);
    fclose(f);
    return text;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void cg_sort_texts(char **texts, size_t n)
{
    if (n > 1)
        qsort(texts, n, sizeof *texts, by_text);
}

/* Reads a decimal number at *S, no leading zeros.  */
static bool read_number(const char **s, uint64_t *v)
{
    const char *at = *s;
    *v = 0;
    while (*at >= '0' && *at <= '9') {
        uint64_t digit = (uint64_t)(*at - '0');
        if (*v > (UINT64_MAX - digit) / 10)
            return false;
        *v = *v * 10 + digit;
        at++;
    }
    bool good = at > *s && (at - *s == 1 || **s != '0');
    *s = at;
    return good;
}

/* Reads " 1 2 3": as many counts as there are events, up to the end.  */
static bool read_counts(struct reader *r, const char *s, uint64_t *counts)
{
    for (unsigned i = 0; i < r->c->nevents; i++) {
        if (*s++ != ' ' || !read_number(&s, &counts[i]))
            return fail(r, "count %u is missing or malformed", i);
    }
    return *s == '\0' || fail(r, "more counts than events");
}

/* Header.  */

enum { KEEP_ORDER_SKIPPABLE = 1, REPEATABLE = 2 };

static const struct {
    const char *key;
    int flags;
} header_lines[] = {
    { "version: 1", 0 },
    { "creator:", 0 },
    { "pid: ", 0 },
    { "cmd:", 0 },
    { "part: ", 0 },
    { "thread: ", KEEP_ORDER_SKIPPABLE },
    { "desc: ", KEEP_ORDER_SKIPPABLE | REPEATABLE },
    { "positions: ", 0 },
    { "event: ", KEEP_ORDER_SKIPPABLE | REPEATABLE },
    { "events: ", 0 },
    { "summary:", 0 },
};

enum { N_HEADER_LINES = sizeof header_lines / sizeof *header_lines };

static bool read_positions(struct reader *r, const char *s)
{
    struct cgparse *c = r->c;
    c->with_addr = strcmp(s, "instr") == 0 || strcmp(s, "instr line") == 0;
    c->with_line = strcmp(s, "line") == 0 || strcmp(s, "instr line") == 0;
    return c->with_addr || c->with_line || fail(r, "bad positions \"%s\"", s);
}

static bool read_header_line(struct reader *r, const char *s)
{
    while (r->header_state < N_HEADER_LINES) {
        const char *key = header_lines[r->header_state].key;
        if (strncmp(s, key, strlen(key)) == 0)
            break;
        if (!(header_lines[r->header_state].flags & KEEP_ORDER_SKIPPABLE))
            return fail(r, "expected \"%s\", found \"%s\"", key, s);
        r->header_state++;
    }
    const char *key = header_lines[r->header_state].key;
    const char *value = s + strlen(key);
    if (!(header_lines[r->header_state].flags & REPEATABLE))
        r->header_state++;
    if (strcmp(key, "cmd:") == 0)
        return *value == '\0' || (value[0] == ' ' && value[1] == ' ') || fail(r, "no two blanks after \"cmd:\"");
    if (strcmp(key, "positions: ") == 0)
        return read_positions(r, value);
    if (strcmp(key, "events: ") == 0) {
        r->c->nevents = 1;
        for (; *value != '\0'; value++)
            r->c->nevents += *value == ' ';
        return r->c->nevents <= CGPARSE_MAX_EVENTS || fail(r, "too many events");
    }
    if (strcmp(key, "summary:") == 0)
        return read_counts(r, value, r->c->summary);
    return true;
}

/* Names.  */

static const char *keep(struct reader *r, const char *s)
{
    for (size_t i = r->n_kept; i > 0 && i + 50 > r->n_kept; i--) /* recent ones are often repeated */
        if (strcmp(r->kept[i - 1], s) == 0)
            return r->kept[i - 1];
    r->kept = grown(r->kept, r->n_kept, sizeof *r->kept);
    r->kept[r->n_kept] = strdup(s);
    return r->kept[r->n_kept++];
}

/* Resolves SPEC, "name", "(id) name" or "(id)".  FILE and OBJECT are where a function is looked for.  */
static const char *resolve(struct reader *r, int kind, const char *spec, const char *file, const char *object)
{
    if (spec[0] != '(' || spec[1] < '0' || spec[1] > '9') {
        if (*spec == '\0' || *spec == ' ')
            return fail(r, "empty name or blank before name"), NULL;
        return keep(r, spec);
    }
    r->c->compressed = true;
    const char *s = spec + 1;
    uint64_t id;
    if (!read_number(&s, &id) || *s++ != ')' || id == 0 || id > 10000000)
        return fail(r, "bad id in \"%s\"", spec), NULL;
    struct names *names = &r->names[kind];
    if (*s == '\0') {
        if (id > names->n)
            return fail(r, "id %" PRIu64 " is not defined", id), NULL;
        const struct name *n = &names->at[id - 1];
        if (kind == FUNCTIONS && (strcmp(n->file, file) != 0 || strcmp(n->object, object) != 0))
            return fail(r, "id %" PRIu64 " stands for a function of %s in %s, not of %s in %s", id, n->file, n->object, file,
                        object), NULL;
        return n->text;
    }
    if (*s++ != ' ' || *s == '\0' || *s == ' ')
        return fail(r, "bad name in \"%s\"", spec), NULL;
    if (id != names->n + 1)
        return fail(r, "id %" PRIu64 " is defined after %zu", id, names->n), NULL;
    names->at = grown(names->at, names->n, sizeof *names->at);
    names->at[names->n] = (struct name){ .text = strdup(s), .file = file, .object = object };
    return names->at[names->n++].text;
}

/* Body.  */

static bool read_ob(struct reader *r, const char *s)
{
    r->ob = resolve(r, OBJECTS, s, NULL, NULL);
    r->fn = NULL;
    return r->ob != NULL;
}

static bool read_fl(struct reader *r, const char *s)
{
    r->fl = r->file = resolve(r, FILES, s, NULL, NULL);
    r->fn = NULL;
    return r->fl != NULL;
}

static bool read_fn(struct reader *r, const char *s)
{
    if (r->ob == NULL || r->fl == NULL)
        return fail(r, "fn= before ob= and fl=");
    if (r->file != r->fl)
        return fail(r, "fn= after a line of another file, without fl=");
    r->fn = resolve(r, FUNCTIONS, s, r->fl, r->ob);
    return r->fn != NULL;
}

static bool read_fi(struct reader *r, const char *s)
{
    if (r->fn == NULL)
        return fail(r, "fi= without a function");
    const char *file = resolve(r, FILES, s, NULL, NULL);
    if (file != NULL && strcmp(file, r->fl) == 0)
        return fail(r, "fi= to the function's own file");
    r->file = file;
    return file != NULL;
}

static bool read_cob(struct reader *r, const char *s)
{
    r->cob = resolve(r, OBJECTS, s, NULL, NULL);
    return r->cob != NULL && (r->fn != NULL || fail(r, "cob= without a function"));
}

static bool read_cfi(struct reader *r, const char *s)
{
    r->cfl = resolve(r, FILES, s, NULL, NULL);
    return r->cfl != NULL && (r->fn != NULL || fail(r, "cfi= without a function"));
}

static bool read_cfn(struct reader *r, const char *s)
{
    if (r->fn == NULL)
        return fail(r, "cfn= without a function");
    if (r->cfl == NULL && strcmp(r->file, r->fl) != 0)
        return fail(r, "cfn= without cfi= in code of another file");
    if (r->cob == NULL)
        r->cob = r->ob;
    if (r->cfl == NULL)
        r->cfl = r->file;
    r->cfn = resolve(r, FUNCTIONS, s, r->cfl, r->cob);
    return r->cfn != NULL;
}

static bool read_subposition(struct reader *r, const char **s, uint64_t base, bool hex, uint64_t *v)
{
    char first = **s;
    if (first == '*') {
        ++*s;
        *v = base;
    } else if (first == '+' || first == '-') {
        ++*s;
        uint64_t diff;
        if (!read_number(s, &diff) || diff == 0 || diff >= 100)
            return fail(r, "bad relative position");
        *v = first == '+' ? base + diff : base - diff;
    } else {
        if (!hex)
            return read_number(s, v) || fail(r, "bad line number");
        if (strncmp(*s, "0x", 2) != 0)
            return fail(r, "address without 0x");
        char *end;
        *v = strtoull(*s, &end, 16);
        bool good = end > *s + 2 && end <= *s + 18;
        *s = end;
        return good || fail(r, "bad address");
    }
    r->c->relative = true;
    return base != 0 || fail(r, "position relative to 0");
}

static bool read_position(struct reader *r, const char **s, uint64_t *line, uint64_t *addr)
{
    *line = *addr = 0;
    if (r->c->with_addr && !read_subposition(r, s, r->addr, true, addr))
        return false;
    if (r->c->with_addr && r->c->with_line && *(*s)++ != ' ')
        return fail(r, "line number is missing");
    if (r->c->with_line && !read_subposition(r, s, r->line, false, line))
        return false;
    return *line <= UINT32_MAX || fail(r, "line number does not fit 32 bits");
}

static bool read_calls(struct reader *r, const char *s)
{
    if (r->cfn == NULL)
        return fail(r, "calls= without cfn=");
    if (!read_number(&s, &r->calls) || *s++ != ' ')
        return fail(r, "bad number of calls");
    if (!read_position(r, &s, &r->target_line, &r->target_addr))
        return false;
    if (*s != '\0')
        return fail(r, "text after the target of a call");
    r->call_pending = true;
    return true;
}

static bool read_cost_line(struct reader *r, const char *s)
{
    struct cgparse *c = r->c;
    uint64_t counts[CGPARSE_MAX_EVENTS];
    if (r->fn == NULL)
        return fail(r, "cost without a function");
    if (r->cfn != NULL && !r->call_pending)
        return fail(r, "cost line after cfn= without calls=");
    uint64_t line, addr;
    if (!read_position(r, &s, &line, &addr) || !read_counts(r, s, counts))
        return false;
    r->line = line;
    r->addr = addr;
    struct cg_record record = {
        .ob = r->ob, .fl = r->fl, .fn = r->fn, .file = r->file, .line = line, .addr = addr, .counts = counts,
    };
    if (r->call_pending) {
        record.cob = r->cob;
        record.cfl = r->cfl;
        record.cfn = r->cfn;
        record.calls = r->calls;
        record.target_line = r->target_line;
        record.target_addr = r->target_addr;
        c->n_calls++;
    } else {
        for (unsigned i = 0; i < c->nevents; i++)
            c->self[i] += counts[i];
        c->n_costs++;
    }
    r->cob = r->cfl = r->cfn = NULL;
    r->call_pending = false;
    c->records = grown(c->records, c->n_records, sizeof *c->records);
    c->records[c->n_records++] = cg_record_text(&record, c->nevents);
    return true;
}

static bool read_totals(struct reader *r, const char *s)
{
    r->have_totals = true;
    return read_counts(r, s, r->c->totals);
}

static const struct {
    const char *key;
    bool (*read)(struct reader *r, const char *rest);
} body_lines[] = {
    { "ob=", read_ob }, { "fl=", read_fl }, { "fn=", read_fn }, { "fi=", read_fi }, { "cob=", read_cob },
    { "cfi=", read_cfi }, { "cfn=", read_cfn }, { "calls=", read_calls }, { "totals:", read_totals },
};

static bool read_body_line(struct reader *r, const char *s)
{
    if (r->have_totals)
        return fail(r, "a line after totals:");
    for (size_t i = 0; i < sizeof body_lines / sizeof *body_lines; i++) {
        if (strncmp(s, body_lines[i].key, strlen(body_lines[i].key)) != 0)
            continue;
        if (r->call_pending)
            return fail(r, "no cost line after calls=");
        return body_lines[i].read(r, s + strlen(body_lines[i].key));
    }
    if (strchr("0123456789+-*", *s) == NULL)
        return fail(r, "unknown line \"%s\"", s);
    return read_cost_line(r, s);
}

static bool read_line(struct reader *r, char *s, size_t n)
{
    if (strlen(s) != n)
        return fail(r, "a NUL byte");
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < ' ')
            return fail(r, "a control character");
    if (!is_utf8(s))
        return fail(r, "not UTF-8");
    if (n > 0 && s[n - 1] == ' ')
        return fail(r, "a blank at the end of \"%s\"", s);
    if (r->line_number == 1)
        return strcmp(s, "# callgrind format") == 0 || fail(r, "not \"# callgrind format\"");
    if (n == 0)
        return true;
    return r->header_state < N_HEADER_LINES ? read_header_line(r, s) : read_body_line(r, s);
}

static bool read_lines(struct reader *r, char *text, size_t n)
{
    size_t at = 0;
    while (at < n) {
        r->line_number++;
        char *end = memchr(text + at, '\n', n - at);
        if (end == NULL)
            return fail(r, "no newline at the end");
        *end = '\0';
        if (!read_line(r, text + at, (size_t)(end - (text + at))))
            return false;
        at = (size_t)(end - text) + 1;
    }
    return r->have_totals || fail(r, "no totals: at the end");
}

bool cgparse_read(struct cgparse *c, const char *text, size_t n)
{
    *c = (struct cgparse){ .nevents = 0 };
    struct reader r = { .c = c };
    char *copy = malloc(n + 1);
    if (copy == NULL)
        abort();
    memcpy(copy, text, n);
    bool good = read_lines(&r, copy, n);
    free(copy);
    for (int kind = 0; kind < N_KINDS; kind++) {
        for (size_t i = 0; i < r.names[kind].n; i++)
            free(r.names[kind].at[i].text);
        free(r.names[kind].at);
    }
    for (size_t i = 0; i < r.n_kept; i++)
        free(r.kept[i]);
    free(r.kept);
    cg_sort_texts(c->records, c->n_records);
    return good;
}

void cgparse_free(struct cgparse *c)
{
    for (size_t i = 0; i < c->n_records; i++)
        free(c->records[i]);
    free(c->records);
    *c = (struct cgparse){ .nevents = 0 };
}
