/* rg_simtext.c - the end-of-run text about caches and branches, and what goes with their events into a profile's header.

   SPDX-License-Identifier: GPL-2.0-or-later

   Numbers stand in three columns: all of it; of that reads or conditional branches; of that writes or indirect ones.  Columns are
   as wide as the counts of instructions, reads and writes (or branches, if they are longer).  */
#include "rg_simtext.h"

struct text {
    const char *const *names;
    const uint64_t *totals;
    unsigned n;
    unsigned width[3];
    struct rg_buf b;
    rg_line_fn line;
    void *arg;
};

static bool has(const char *const *names, unsigned n, const char *name, unsigned *index)
{
    for (*index = 0; *index < n; ++*index)
        if (strlen(names[*index]) == strlen(name) && memcmp(names[*index], name, strlen(name)) == 0)
            return true;
    return false;
}

static uint64_t total(const struct text *t, const char *name)
{
    unsigned i;

    return has(t->names, t->n, name, &i) ? t->totals[i] : 0;
}

static unsigned width_of(uint64_t v)
{
    char mem[RG_FMT_DEC_MAX * 2];
    struct rg_buf b;

    rg_buf_init_fixed(&b, mem, sizeof mem);
    rg_buf_thousands(&b, v);
    return (unsigned)b.n;
}

static void end_line(struct text *t)
{
    t->line(t->arg, rg_buf_cstr(&t->b));
    rg_buf_clear(&t->b);
}

static void put_number(struct text *t, uint64_t v, unsigned column)
{
    size_t mark = t->b.n;

    rg_buf_thousands(&t->b, v);
    rg_buf_align_right(&t->b, mark, t->width[column]);
}

/* The percent sign stands behind the column.  */
static void put_rate(struct text *t, uint64_t part, uint64_t whole, unsigned decimals, unsigned column)
{
    size_t mark = t->b.n;

    rg_buf_percent(&t->b, part, whole, decimals);
    rg_buf_align_right(&t->b, mark, t->width[column] + 1);
}

static void number_line(struct text *t, const char *title, uint64_t v)
{
    rg_buf_str(&t->b, title);
    put_number(t, v, 0);
    end_line(t);
}

static void rate_line(struct text *t, const char *title, uint64_t part, uint64_t whole)
{
    rg_buf_str(&t->b, title);
    put_rate(t, part, whole, 2, 0);
    end_line(t);
}

/* A pair: reads and writes, or conditional and indirect branches.  */
struct pair {
    uint64_t x, y;
};

/* How a pair is shown: what follows X and Y when they are counts, and when they are rates.  */
struct words {
    const char *x, *y, *x_rate, *y_rate;
};

static const struct words accesses = {" rd + ", " wr)", "   + ", "  )"};
static const struct words branches = {" cond + ", " ind)", "     + ", "   )"};

static void pair_line(struct text *t, const char *title, struct pair p, const struct words *w)
{
    rg_buf_str(&t->b, title);
    put_number(t, p.x + p.y, 0);
    rg_buf_str(&t->b, "  (");
    put_number(t, p.x, 1);
    rg_buf_str(&t->b, w->x);
    put_number(t, p.y, 2);
    rg_buf_str(&t->b, w->y);
    end_line(t);
}

static void pair_rate_line(struct text *t, const char *title, struct pair p, struct pair whole, const struct words *w)
{
    rg_buf_str(&t->b, title);
    put_rate(t, p.x + p.y, whole.x + whole.y, 1, 0);
    rg_buf_str(&t->b, " (");
    put_rate(t, p.x, whole.x, 1, 1);
    rg_buf_str(&t->b, w->x_rate);
    put_rate(t, p.y, whole.y, 1, 2);
    rg_buf_str(&t->b, w->y_rate);
    end_line(t);
}

static struct pair plus(struct pair p, uint64_t x)
{
    return (struct pair){p.x + x, p.y};
}

static void put_caches(struct text *t)
{
    uint64_t ir = total(t, "Ir"), i1 = total(t, "I1mr"), il = total(t, "ILmr");
    struct pair refs = {total(t, "Dr"), total(t, "Dw")};
    struct pair d1 = {total(t, "D1mr"), total(t, "D1mw")}, dl = {total(t, "DLmr"), total(t, "DLmw")};

    number_line(t, "I1  misses:    ", i1);
    number_line(t, "LLi misses:    ", il);
    rate_line(t, "I1  miss rate: ", i1, ir);
    rate_line(t, "LLi miss rate: ", il, ir);
    end_line(t);
    pair_line(t, "D   refs:      ", refs, &accesses);
    pair_line(t, "D1  misses:    ", d1, &accesses);
    pair_line(t, "LLd misses:    ", dl, &accesses);
    pair_rate_line(t, "D1  miss rate: ", d1, refs, &accesses);
    pair_rate_line(t, "LLd miss rate: ", dl, refs, &accesses);
    end_line(t);
    pair_line(t, "LL refs:       ", plus(d1, i1), &accesses);
    pair_line(t, "LL misses:     ", plus(dl, il), &accesses);
    pair_rate_line(t, "LL miss rate:  ", plus(dl, il), plus(refs, ir), &accesses);
}

static void put_branches(struct text *t)
{
    struct pair all = {total(t, "Bc"), total(t, "Bi")}, missed = {total(t, "Bcm"), total(t, "Bim")};

    end_line(t);
    pair_line(t, "Branches:      ", all, &branches);
    pair_line(t, "Mispredicts:   ", missed, &branches);
    pair_rate_line(t, "Mispred rate:  ", missed, all, &branches);
}

static unsigned longer(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

void rg_simtext_summary(const char *const *names, const uint64_t *totals, unsigned n, rg_line_fn line, void *arg)
{
    struct text t = {.names = names, .totals = totals, .n = n, .line = line, .arg = arg};
    unsigned i;

    rg_buf_init(&t.b, "simtext");
    t.width[0] = width_of(total(&t, "Ir"));
    t.width[1] = longer(width_of(total(&t, "Dr")), width_of(total(&t, "Bc")));
    t.width[2] = longer(width_of(total(&t, "Dw")), width_of(total(&t, "Bi")));
    rg_buf_str(&t.b, "Events    :");
    for (i = 0; i < n; i++) {
        rg_buf_char(&t.b, ' ');
        rg_buf_str(&t.b, names[i]);
    }
    end_line(&t);
    rg_buf_str(&t.b, "Collected :");
    for (i = 0; i < n; i++) {
        rg_buf_char(&t.b, ' ');
        rg_buf_dec(&t.b, totals[i]);
    }
    end_line(&t);
    end_line(&t);
    number_line(&t, "I   refs:      ", total(&t, "Ir"));
    if (has(names, n, "I1mr", &i))
        put_caches(&t);
    if (has(names, n, "Bc", &i))
        put_branches(&t);
    rg_buf_free(&t.b);
}

void rg_simtext_desc(struct rg_buf *b, const char *name, const struct rg_geometry *g)
{
    rg_buf_str(b, name);
    rg_buf_str(b, " cache: ");
    rg_geometry_describe(b, g);
}

/* Which line goes with which event.  */
static const struct {
    const char *event, *unit, *def; /* UNIT NULL: any */
    bool derived;
} table[] = {
    /* hits of L1 + 5 x hits of LL + 35 x misses of LL, where hits of L1 = Ir + Dr + Dw - misses of L1, and hits of LL = misses of
       L1 - misses of LL */
    {"I1mr", NULL,
     "EstimatedCycles = Ir + Dr + Dw + 4 I1mr + 4 D1mr + 4 D1mw + 30 ILmr + 30 DLmr + 30 DLmw : Estimated cycles", true},
    {"sysTime", "ms", "sysTime : sysTime (elapsed ms)", false},
    {"sysTime", "us", "sysTime : sysTime (elapsed us)", false},
    {"sysTime", "ns", "sysTime : sysTime (elapsed ns)", false},
    {"sysCpuTime", NULL, "sysCpuTime : sysCpuTime (system cpu ns)", false},
    {"AllocBytes", NULL, "AllocBytes : Bytes allocated", false},
    {"AllocBlocks", NULL, "AllocBlocks : Blocks allocated", false},
    {"PeakBytes", NULL, "PeakBytes : Bytes live at the peak of the heap", false},
    {"LeakBytes", NULL, "LeakBytes : Bytes definitely or indirectly lost", false},
};

void rg_simtext_event_defs(const char *const *names, unsigned n, const char *unit, bool derived,
                           const char *defs[RG_SIMTEXT_MAX_DEFS + 1])
{
    unsigned count = 0, index;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        bool right_unit = table[i].unit == NULL || memcmp(table[i].unit, unit, 3) == 0;
        if (right_unit && (derived || !table[i].derived) && has(names, n, table[i].event, &index))
            defs[count++] = table[i].def;
    }
    defs[count] = NULL;
}
