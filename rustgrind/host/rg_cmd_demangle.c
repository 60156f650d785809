/* rg_cmd_demangle.c - rustgrind demangle: a filter from symbols to names.

   SPDX-License-Identifier: GPL-2.0-or-later

   The same code as in the tool.  A line is a symbol, whole: what is no Rust symbol comes out as it went in, so the filter may stand
   in any pipe.  */
#include "rg_cmd.h"

#include "rg_item.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: rustgrind demangle [--form=FORM] [SYMBOL...]\n"
    "\n"
    "Prints the names of Rust symbols (legacy and v0 mangling), one per line.  Without arguments the symbols\n"
    "are read from standard input, one per line.  What is no Rust symbol is printed unchanged.\n"
    "\n"
    "  --form=alternate  as rustc-demangle's {:#}: without hashes and crate disambiguators [default]\n"
    "  --form=plain      as rustc-demangle's {}: with them\n"
    "  --form=instance   the function, without what compilers append (.cold, .llvm.123); legacy symbols with a\n"
    "                    part of their hash\n"
    "  --form=item       the function as it is written in the source, without generic arguments\n"
    "  --form=crate      the crate it is written in; ? when the symbol does not tell\n";

enum form_kind { TEXT, SPELLING, CRATE };

static const struct form {
    const char *name;
    enum form_kind kind;
    int how; /* enum rg_symbol_form, enum rg_item_spelling */
} forms[] = {
    { "alternate", TEXT, RG_SYMBOL_ALTERNATE },  { "plain", TEXT, RG_SYMBOL_PLAIN }, { "instance", SPELLING, RG_SPELL_INSTANCE },
    { "item", SPELLING, RG_SPELL_ITEM }, { "crate", CRATE, 0 },
};
enum { N_FORMS = sizeof forms / sizeof *forms };

static const struct form *form_of(const char *name)
{
    for (size_t i = 0; i < N_FORMS; i++)
        if (strcmp(name, forms[i].name) == 0)
            return &forms[i];
    rg_cmd_error(0, "demangle: there is no form '%s'", name);
    fputs("rustgrind: the forms are:", stderr);
    for (size_t i = 0; i < N_FORMS; i++)
        fprintf(stderr, " %s", forms[i].name);
    fputc('\n', stderr);
    return NULL;
}

/* False: no Rust symbol.  TEXT ends in a NUL; one in the middle of it makes it none.  */
static bool append(const struct form *form, const char *text, size_t n, struct rg_item *it, struct rg_buf *out)
{
    struct rg_symbol s;

    if (form->kind == TEXT) {
        if (!rg_symbol_read(&s, text, n))
            return false;
        rg_symbol_print(&s, (enum rg_symbol_form)form->how, out);
        return true;
    }
    if (strlen(text) != n)
        return false;
    rg_item_read(it, &(struct rg_item_source){ .symbol = text });
    if (!it->is_rust)
        return false;
    if (form->kind == CRATE)
        rg_buf_str(out, it->crate.n > 0 ? rg_buf_cstr(&it->crate) : "?");
    else
        rg_item_spell(it, (enum rg_item_spelling)form->how, it->blind && form->how == RG_SPELL_INSTANCE, out);
    return true;
}

static void demangle(const struct form *form, const char *text, size_t n, struct rg_item *it, struct rg_buf *out)
{
    rg_buf_clear(out);
    if (!append(form, text, n, it, out))
        rg_buf_bytes(out, text, n);
    rg_buf_char(out, '\n');
    fwrite(out->p, 1, out->n, stdout);
}

/* The last line may end without newline; a carriage return before it belongs to the line end.  */
static int filter(const struct form *form, struct rg_item *it, struct rg_buf *out)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t n;

    while (!ferror(stdout) && (n = getline(&line, &size, stdin)) >= 0) {
        if (n > 0 && line[n - 1] == '\n')
            n--;
        if (n > 0 && line[n - 1] == '\r')
            n--;
        line[n] = '\0';
        demangle(form, line, (size_t)n, it, out);
    }
    free(line);
    return ferror(stdin) ? rg_cmd_error(1, "demangle: standard input: %s", strerror(errno)) : 0;
}

int rg_cmd_demangle(int argc, char **argv)
{
    const struct form *form = &forms[0];
    struct rg_buf out;
    struct rg_item it;
    int i, status = 0;

    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            return 0;
        }
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strncmp(argv[i], "--form=", 7) != 0)
            return rg_cmd_error(RG_EXIT_USAGE, "demangle: unknown option %s (rustgrind demangle --help tells more)", argv[i]);
        if ((form = form_of(argv[i] + 7)) == NULL)
            return RG_EXIT_USAGE;
    }
    rg_buf_init(&out, "demangle");
    rg_item_init(&it);
    if (i == argc)
        status = filter(form, &it, &out);
    for (; i < argc; i++)
        demangle(form, argv[i], strlen(argv[i]), &it, &out);
    rg_item_free(&it);
    rg_buf_free(&out);
    if (fflush(stdout) != 0)
        return rg_cmd_error(1, "demangle: standard output: %s", strerror(errno));
    return status;
}
