/* rg_geometry.c - which geometries of caches can be simulated.

   SPDX-License-Identifier: GPL-2.0-or-later

   The line size and the number of sets must be powers of two, because a set is found by bits of the address; the number of
   ways may be anything.  */
#include "rg_geometry.h"

static bool power_of_two(uint64_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

/* The first thing that is wrong, seen from the line to the whole.  */
enum rg_geometry_error rg_geometry_check(const struct rg_geometry *g)
{
    if (g->size == 0 || g->assoc == 0 || g->line == 0 || g->size > RG_GEOMETRY_MAX_SIZE || g->assoc > RG_GEOMETRY_MAX_SIZE ||
        g->line > RG_GEOMETRY_MAX_SIZE)
        return RG_GEOMETRY_RANGE;
    if (!power_of_two(g->line))
        return RG_GEOMETRY_LINE;
    if (g->line < RG_GEOMETRY_MIN_LINE)
        return RG_GEOMETRY_SHORT_LINE;
    if (g->size <= g->line)
        return RG_GEOMETRY_ONE_LINE;
    if (g->assoc > g->size / g->line)
        return RG_GEOMETRY_WAYS;
    uint64_t way = (uint64_t)g->line * g->assoc;
    if (g->size % way != 0 || !power_of_two(g->size / way))
        return RG_GEOMETRY_SETS;
    return RG_GEOMETRY_OK;
}

/* Reads a decimal number that is followed by END, and steps behind END.  Larger numbers than can be held are read as a number
   that is out of range.  */
static bool parse_number(const char **text, char end, uint32_t *value)
{
    const char *s = *text;
    uint64_t v = 0;

    while (*s >= '0' && *s <= '9') {
        v = v * 10 + (uint64_t)(*s++ - '0');
        if (v > RG_GEOMETRY_MAX_SIZE)
            v = (uint64_t)RG_GEOMETRY_MAX_SIZE + 1;
    }
    if (s == *text || *s != end)
        return false;
    *value = (uint32_t)v;
    *text = s + 1;
    return true;
}

enum rg_geometry_error rg_geometry_parse(const char *text, struct rg_geometry *g)
{
    struct rg_geometry read;

    if (!parse_number(&text, ',', &read.size) || !parse_number(&text, ',', &read.assoc) || !parse_number(&text, '\0', &read.line))
        return RG_GEOMETRY_SYNTAX;
    enum rg_geometry_error e = rg_geometry_check(&read);
    if (e == RG_GEOMETRY_OK)
        *g = read;
    return e;
}

const char *rg_geometry_allowed(enum rg_geometry_error e)
{
    static const char *const allowed[] = {
        [RG_GEOMETRY_OK] = "any",
        [RG_GEOMETRY_SYNTAX] = "three decimal numbers, as 32768,8,64",
        [RG_GEOMETRY_RANGE] = "numbers from 1 to 2147483647",
        [RG_GEOMETRY_LINE] = "a line that is a power of two",
        [RG_GEOMETRY_SHORT_LINE] = "a line of at least 16 bytes",
        [RG_GEOMETRY_ONE_LINE] = "a size larger than one line",
        [RG_GEOMETRY_WAYS] = "no more ways than there are lines, which are size / line",
        [RG_GEOMETRY_SETS] = "a size that is ways x line x a power of two",
    };

    return allowed[e];
}

bool rg_geometry_adjust_ll(struct rg_geometry *g)
{
    struct rg_geometry was = *g;
    uint64_t way = (uint64_t)g->line * g->assoc;

    if (way == 0 || g->size < way)
        return false;
    uint64_t sets = g->size / way, fewer = 1;
    while (fewer * 2 <= sets)
        fewer *= 2;
    uint64_t assoc = (2 * sets * g->assoc + fewer) / (2 * fewer); /* rounded half up */
    uint64_t size = g->line * assoc * fewer;
    if (size > RG_GEOMETRY_MAX_SIZE)
        return false;
    g->assoc = (uint32_t)assoc;
    g->size = (uint32_t)size;
    return g->size != was.size || g->assoc != was.assoc;
}

void rg_geometry_describe(struct rg_buf *b, const struct rg_geometry *g)
{
    rg_buf_dec(b, g->size);
    rg_buf_str(b, " B, ");
    rg_buf_dec(b, g->line);
    rg_buf_str(b, " B, ");
    if (g->assoc == 1) {
        rg_buf_str(b, "direct-mapped");
        return;
    }
    rg_buf_dec(b, g->assoc);
    rg_buf_str(b, "-way associative");
}
