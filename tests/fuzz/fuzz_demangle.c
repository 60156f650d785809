/* fuzz_demangle.c - any bytes as a symbol: within the limits of size and time, and what is printed does not depend on the buffer.

   SPDX-License-Identifier: GPL-2.0-or-later

   The first byte chooses a beginning, so that noise gets past the prefix.  With FUZZ_DEMANGLE_MS in the environment a name that
   takes longer than so many milliseconds of CPU time is a failure; without it time is not looked at, for replays run anywhere.  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"
#include "rg_item.h"

enum { MAX_TEXT = 1 << 16, MESSAGE = 32, LONG_NAME = 100000 };

static void require(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "fuzz_demangle: %s\n", what);
    abort();
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double limit_ms = 1e9;

static void check_forms(const struct rg_symbol *s, struct rg_buf *b)
{
    char small[64];
    struct rg_buf fixed;

    for (int form = RG_SYMBOL_PLAIN; form <= RG_SYMBOL_ALTERNATE; form++) {
        rg_buf_clear(b);
        double start = now_ms();
        rg_symbol_print(s, (enum rg_symbol_form)form, b);
        require(now_ms() - start <= limit_ms, "too slow");
        require(b->n <= (size_t)RG_DEMANGLE_MAX_OUTPUT + MESSAGE + s->suffix_len, "output over the limit");
        rg_buf_init_fixed(&fixed, small, sizeof small);
        rg_symbol_print(s, (enum rg_symbol_form)form, &fixed);
        require(fixed.n <= b->n && memcmp(fixed.p, b->p, fixed.n) == 0, "a small buffer holds another beginning");
    }
}

static void check_parts(const struct rg_symbol *s, struct rg_buf *b)
{
    struct rg_part parts[RG_MAX_PARTS];
    unsigned n = rg_symbol_parts(s, parts);

    require(n <= RG_MAX_PARTS, "too many parts");
    for (unsigned i = 0; i < n; i++) {
        size_t at = parts[i].self;
        rg_buf_clear(b);
        rg_ident_print(&parts[i].name, b);
        if (at != 0) {
            rg_symbol_type_head(s, &at);
            require(at <= s->body_len, "a head beyond the end");
        }
        if (parts[i].args != 0)
            rg_symbol_print_args(s, parts[i].args, b);
        if (parts[i].self != 0)
            rg_symbol_print_type(s, parts[i].self, b);
        if (parts[i].trait != 0)
            rg_symbol_print_path(s, parts[i].trait, b);
    }
}

static void check_item(const char *text, size_t n)
{
    struct rg_item it;
    struct rg_buf b;
    char *symbol = malloc(n + 1);

    if (symbol == NULL)
        abort();
    memcpy(symbol, text, n);
    symbol[n] = '\0';
    rg_item_init(&it);
    rg_buf_init(&b, "fuzz");
    const struct rg_item_source sources[] = { { symbol, NULL, NULL, NULL }, { symbol, "f<u8>", "a::b<u8>", "T" }, { symbol, symbol, symbol, symbol },
                                               { symbol, "f<u8, 3, T>", "a::{impl#1}", symbol } };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        rg_item_read(&it, &sources[i]);
        require(it.identity >= symbol && it.identity + it.identity_len <= symbol + n, "an identity outside of the symbol");
        for (int how = RG_SPELL_INSTANCE; how <= RG_SPELL_MONO; how++) {
            rg_buf_clear(&b);
            rg_item_spell(&it, (enum rg_item_spelling)how, true, &b);
        }
    }
    rg_buf_free(&b);
    rg_item_free(&it);
    free(symbol);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const beginnings[] = { "", "_R", "_RIC0", "_RNvC1a", "_RINvC1a1b", "_RMC0", "_RNvYT", "_ZN", "_ZN1a" };
    static const size_t n_beginnings = sizeof beginnings / sizeof *beginnings;
    struct rg_symbol s;
    struct rg_buf b;

    if (getenv("FUZZ_DEMANGLE_MS") != NULL)
        limit_ms = atof(getenv("FUZZ_DEMANGLE_MS"));
    if (size == 0 || size > MAX_TEXT)
        return 0;
    const char *beginning = beginnings[data[0] % n_beginnings];
    size_t n = strlen(beginning) + size - 1;
    char *text = malloc(n + 1); /* no byte behind it may be read */
    if (text == NULL)
        abort();
    memcpy(text, beginning, strlen(beginning));
    memcpy(text + strlen(beginning), data + 1, size - 1);
    text = realloc(text, n > 0 ? n : 1);
    rg_buf_init(&b, "fuzz");
    if (rg_symbol_read(&s, text, n)) {
        require(s.suffix + s.suffix_len + s.llvm_len == text + n, "not all of the text is accounted for");
        check_forms(&s, &b);
        if (b.n < LONG_NAME) { /* or each of many parts may take as long as the whole */
            check_parts(&s, &b);
            check_item(text, n);
        }
        for (size_t i = 0; s.kind == RG_SYMBOL_LEGACY && i < s.n_elements && i < 4; i++)
            rg_symbol_print_element(&s, i, &b);
    }
    rg_buf_free(&b);
    free(text);
    return 0;
}
