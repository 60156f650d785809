/* rg_heapreport.c - who allocates.

   SPDX-License-Identifier: GPL-2.0-or-later

   By functions as they are in the machine code: what was inlined is part of the function it is in.  Three tables: who allocates,
   on whose behalf, and whose blocks were live when the heap was largest.  The second has the program's own functions only,
   because those between them and the allocator are everybody's.  */
#include "rg_heapreport.h"
#include "rg_allocs.h"
#include "rg_sites.h"

#include "../core/rg_heapsum.h"

enum { TABLE_ROWS = 10, NAME_WIDTH = 90 };

static uint32_t node_of(void *arg, uint32_t site)
{
    (void)arg;
    return rg_sites_node(site);
}

static const struct rg_fn *fn_of(uint32_t home) { return rg_ctx_of((UWord)home * 8)->fn; }

static Bool is_system(const HChar *object)
{
    return VG_(strncmp)(object, "/lib/", 5) == 0 || VG_(strncmp)(object, "/usr/lib/", 9) == 0;
}

/* Valid until the next call.  */
static const HChar *name_of(uint32_t home)
{
    const struct rg_fn *fn = fn_of(home);
    const HChar *name;

    if (!fn)
        return "???";
    if (!fn->symbol)
        return fn->name;
    VG_(demangle)(True, True, fn->symbol, &name);
    return name;
}

/* Not Rust's library, nor an object of the system.  */
static bool is_own(void *arg, uint32_t home)
{
    const struct rg_fn *fn = fn_of(home);

    (void)arg;
    return fn && !is_system(fn->obj->name) && !rg_owner_is_library_function(name_of(home)) && !rg_owner_is_library(fn->file);
}

static struct rg_heapsum_row *rows(size_t *n)
{
    struct rg_heapsum_in in = {rg_allocs_heap, rg_sites_tree(), NULL, node_of, is_own};

    rg_heap_settle(rg_allocs_heap);
    return rg_heapsum(&in, n);
}

static void print_costs(const struct rg_heapsum_row *r, const struct rg_heapsum_cost *c)
{
    VG_(umsg)("%'11llu %'10llu %'10llu %'10llu %'10llu %'10llu %'11llu  %.*s\n", (ULong)c->bytes, (ULong)c->blocks,
              (ULong)c->peak_bytes, (ULong)c->temp_blocks, (ULong)c->copied_bytes, (ULong)c->unused_bytes,
              c->freed_blocks ? (ULong)(c->lifetimes / c->freed_blocks) : 0, NAME_WIDTH, name_of(r->fn));
}

static void print_head(const HChar *what)
{
    VG_(umsg)("      bytes     blocks    at peak  temporary  realloc'd     unused    lifetime  function, by %s\n", what);
}

static int by_incl(const void *x, const void *y)
{
    const struct rg_heapsum_row *a = x, *b = y;

    if (a->incl.bytes != b->incl.bytes)
        return a->incl.bytes > b->incl.bytes ? -1 : 1;
    return a->fn < b->fn ? -1 : a->fn > b->fn;
}

static int by_peak(const void *x, const void *y)
{
    const struct rg_heapsum_row *a = x, *b = y;

    if (a->self.peak_bytes != b->self.peak_bytes)
        return a->self.peak_bytes > b->self.peak_bytes ? -1 : 1;
    return by_incl(x, y);
}

static void print_peak(struct rg_heapsum_row *r, size_t n)
{
    ULong whole = rg_heap_totals(rg_allocs_heap)->peak_bytes;

    rg_sort(r, n, sizeof *r, by_peak);
    VG_(umsg)("    at peak     blocks       %%  function, by what it had allocated of the heap at its peak\n");
    for (size_t i = 0; i < n && i < TABLE_ROWS && r[i].self.peak_bytes > 0; i++)
        VG_(umsg)("%'11llu %'10llu %5llu.%02llu  %.*s\n", (ULong)r[i].self.peak_bytes, (ULong)r[i].self.peak_blocks,
                  100 * r[i].self.peak_bytes / whole, 10000 * r[i].self.peak_bytes / whole % 100, NAME_WIDTH, name_of(r[i].fn));
    VG_(umsg)("\n");
}

void rg_heapreport_print(void)
{
    size_t n;
    struct rg_heapsum_row *r = rows(&n);
    UInt shown = 0;

    print_head("bytes it allocates");
    for (size_t i = 0; i < n && i < TABLE_ROWS && r[i].self.bytes > 0; i++)
        print_costs(&r[i], &r[i].self);
    VG_(umsg)("\n");
    rg_sort(r, n, sizeof *r, by_incl);
    for (size_t i = 0; i < n && shown < TABLE_ROWS; i++) {
        if (!is_own(NULL, r[i].fn) || VG_(strcmp)(name_of(r[i].fn), "(below main)") == 0)
            continue;
        if (shown++ == 0)
            print_head("bytes allocated in it and what it calls");
        print_costs(&r[i], &r[i].incl);
    }
    if (shown > 0)
        VG_(umsg)("\n");
    print_peak(r, n);
    rg_free(r);
}

static void put_cost(struct rg_buf *b, const HChar *prefix, const struct rg_heapsum_cost *c)
{
    const struct {
        const HChar *key;
        ULong v;
    } fields[] = {
        {"bytes", c->bytes},      {"blocks", c->blocks},       {"peak_bytes", c->peak_bytes}, {"peak_blocks", c->peak_blocks},
        {"temp", c->temp_blocks}, {"copied", c->copied_bytes}, {"freed", c->freed_blocks},    {"lifetimes", c->lifetimes},
        {"unused", c->unused_bytes},
    };
    for (UInt i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        rg_buf_char(b, '\t');
        rg_buf_str(b, prefix);
        rg_buf_str(b, fields[i].key);
        rg_buf_char(b, '=');
        rg_buf_dec(b, fields[i].v);
    }
}

void rg_heapreport_write(bool (*sink)(void *arg, const char *bytes, size_t n), void *arg)
{
    struct rg_heapsum_row *r;
    struct rg_buf b;
    size_t n;

    if (!rg_allocs_heap)
        return;
    r = rows(&n);
    rg_buf_init(&b, "rg.heap.text");
    for (size_t i = 0; i < n; i++) {
        rg_buf_str(&b, "#rg heap\tfn=");
        for (const HChar *s = name_of(r[i].fn); *s; s++)
            rg_buf_char(&b, (UChar)*s < ' ' ? ' ' : *s);
        put_cost(&b, "", &r[i].self);
        put_cost(&b, "incl_", &r[i].incl);
        rg_buf_char(&b, '\n');
    }
    if (b.n > 0)
        sink(arg, b.p, b.n);
    rg_buf_free(&b);
    rg_free(r);
}
