/* model.c - a slow, obvious profile to compare with.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgparse.h"

struct entry {
    char *key; /* a record's text without counts, and the file of a call's target, which no file can say */
    bool is_call;
    struct cg_record record; /* strings owned by the entry */
    uint64_t calls;
    uint64_t counts[CGPARSE_MAX_EVENTS];
};

struct model {
    struct rg_profile *p;
    unsigned nevents;
    bool with_line, with_addr;
    struct entry **entries;
    size_t n, capacity;
    uint64_t totals[CGPARSE_MAX_EVENTS];
};

struct model *model_new(unsigned nevents, bool with_line, bool with_addr)
{
    struct model *m = calloc(1, sizeof *m);
    m->p = rg_profile_new(nevents);
    rg_profile_set_positions(m->p, with_line, with_addr);
    m->nevents = nevents;
    m->with_line = with_line;
    m->with_addr = with_addr;
    return m;
}

static void free_record(struct cg_record *r)
{
    const char *strings[] = { r->ob, r->fl, r->fn, r->file, r->cob, r->cfl, r->cfn };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        free((char *)strings[i]);
}

void model_free(struct model *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free_record(&m->entries[i]->record);
        free(m->entries[i]->key);
        free(m->entries[i]);
    }
    free(m->entries);
    rg_profile_free(m->p);
    free(m);
}

struct rg_profile *model_profile(struct model *m)
{
    return m->p;
}

static char *leveled(const char *name, uint32_t level)
{
    char *s = NULL;
    if ((level > 1 ? asprintf(&s, "%s'%u", name, level) : asprintf(&s, "%s", name)) < 0)
        abort();
    return s;
}

static struct rg_node node_of(struct rg_profile *p, struct place at)
{
    uint32_t object = rg_profile_object(p, at.object);
    uint32_t file = rg_profile_file(p, at.file);
    return (struct rg_node){ .fn = rg_profile_function(p, object, file, at.function), .level = at.level };
}

static struct rg_pos pos_of(struct rg_profile *p, struct place at)
{
    return (struct rg_pos){ .file = rg_profile_file(p, at.pos_file), .line = at.line, .addr = at.addr };
}

static struct cg_record record_of(const struct model *m, struct place at)
{
    return (struct cg_record){
        .ob = strdup(at.object), .fl = strdup(at.file), .fn = leveled(at.function, at.level), .file = strdup(at.pos_file),
        .line = m->with_line ? at.line : 0, .addr = m->with_addr ? at.addr : 0,
    };
}

/* Appends RECORD; equal ones are summed when the model is read.  */
static void append(struct model *m, struct cg_record record, const char *target_file, uint64_t calls, const uint64_t *cost)
{
    struct entry *e = calloc(1, sizeof *e);
    e->record = record;
    e->is_call = record.cob != NULL;
    e->calls = calls;
    memcpy(e->counts, cost, m->nevents * sizeof *cost);
    char *text = cg_record_text(&record, 0); /* CALLS of the record is 0 here, so it does not tell keys apart */
    if (asprintf(&e->key, "%s\x1f%s", text, target_file) < 0)
        abort();
    free(text);
    if (m->n == m->capacity) {
        m->capacity = m->capacity ? 2 * m->capacity : 16;
        m->entries = realloc(m->entries, m->capacity * sizeof *m->entries);
    }
    m->entries[m->n++] = e;
}

void model_cost(struct model *m, struct place at, const uint64_t *cost)
{
    rg_profile_cost(m->p, node_of(m->p, at), pos_of(m->p, at), cost);
    bool any = false;
    for (unsigned i = 0; i < m->nevents; i++) {
        any = any || cost[i] != 0;
        m->totals[i] += cost[i];
    }
    if (any)
        append(m, record_of(m, at), "", 0, cost);
}

void model_call(struct model *m, struct place from, struct place to, uint64_t calls, const uint64_t *cost)
{
    rg_profile_call(m->p, node_of(m->p, from), pos_of(m->p, from), node_of(m->p, to), pos_of(m->p, to), calls, cost);
    bool any = calls != 0;
    for (unsigned i = 0; i < m->nevents; i++)
        any = any || cost[i] != 0;
    if (!any)
        return;
    struct cg_record r = record_of(m, from);
    r.cob = strdup(to.object);
    r.cfl = strdup(to.file);
    r.cfn = leveled(to.function, to.level);
    r.target_line = m->with_line ? to.line : 0;
    r.target_addr = m->with_addr ? to.addr : 0;
    append(m, r, to.pos_file, calls, cost);
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(struct entry *const *)a)->key, (*(struct entry *const *)b)->key);
}

char **model_texts(const struct model *m, size_t *n)
{
    struct entry **sorted = malloc((m->n + 1) * sizeof *sorted);
    char **texts = malloc((m->n + 1) * sizeof *texts);
    if (m->n > 0) {
        memcpy(sorted, m->entries, m->n * sizeof *sorted);
        qsort(sorted, m->n, sizeof *sorted, by_key);
    }
    *n = 0;
    for (size_t i = 0; i < m->n;) {
        const struct entry *first = sorted[i];
        struct cg_record r = first->record;
        uint64_t counts[CGPARSE_MAX_EVENTS] = { 0 };
        for (; i < m->n && strcmp(sorted[i]->key, first->key) == 0; i++) {
            r.calls += sorted[i]->calls;
            for (unsigned e = 0; e < m->nevents; e++)
                counts[e] += sorted[i]->counts[e];
        }
        r.counts = counts;
        texts[(*n)++] = cg_record_text(&r, m->nevents);
    }
    free(sorted);
    cg_sort_texts(texts, *n);
    return texts;
}

void model_free_texts(char **texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
    free(texts);
}

static struct cg_record base_record(const struct rg_profile *p, struct rg_node node, struct rg_pos pos, const uint64_t *cost)
{
    return (struct cg_record){
        .ob = rg_profile_object_name(p, rg_profile_fn_object(p, node.fn)),
        .fl = rg_profile_file_name(p, rg_profile_fn_file(p, node.fn)),
        .fn = leveled(rg_profile_fn_name(p, node.fn), node.level),
        .file = rg_profile_file_name(p, pos.file),
        .line = pos.line,
        .addr = pos.addr,
        .counts = cost,
    };
}

char **model_profile_texts(const struct rg_profile *p, size_t *n_costs, size_t *n_calls)
{
    *n_costs = rg_profile_n_costs(p);
    *n_calls = rg_profile_n_calls(p);
    char **texts = malloc((*n_costs + *n_calls + 1) * sizeof *texts);
    for (size_t i = 0; i < *n_costs + *n_calls; i++) {
        struct cg_record r;
        if (i < *n_costs) {
            struct rg_cost_rec c = rg_profile_cost_at(p, i);
            r = base_record(p, c.node, c.pos, c.cost);
        } else {
            struct rg_call_rec c = rg_profile_call_at(p, i - *n_costs);
            r = base_record(p, c.caller, c.pos, c.cost);
            r.cob = rg_profile_object_name(p, rg_profile_fn_object(p, c.callee.fn));
            r.cfl = rg_profile_file_name(p, rg_profile_fn_file(p, c.callee.fn));
            r.cfn = leveled(rg_profile_fn_name(p, c.callee.fn), c.callee.level);
            r.calls = c.calls;
            r.target_line = c.target.line;
            r.target_addr = c.target.addr;
        }
        texts[i] = cg_record_text(&r, rg_profile_nevents(p));
        free((char *)r.fn);
        if (i >= *n_costs)
            free((char *)r.cfn);
    }
    return texts;
}

const uint64_t *model_totals(const struct model *m)
{
    return m->totals;
}
