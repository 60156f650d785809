/* items.c - what the item key says of symbols: a line "key TAB instance" for each line of the standard input.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rg_item.h"

int main(void)
{
    struct rg_item it;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    rg_item_init(&it);
    while ((n = getline(&line, &room, stdin)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        rg_item_read(&it, &(struct rg_item_source){ .symbol = line });
        printf("%s\t%s\n", rg_buf_cstr(&it.key), rg_buf_cstr(&it.instance));
    }
    rg_item_free(&it);
    free(line);
    return 0;
}
