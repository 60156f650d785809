/* rg_port.h - the services core/ needs from its world.

   SPDX-License-Identifier: GPL-2.0-or-later

   core/ is compiled twice: inside the Valgrind tool and on the host (tests, fuzzers, command line).  It may use <stdint.h>,
   <stdbool.h>, <stddef.h>, memcpy/memmove/memset/memcmp/strlen, and the functions below, nothing else.  The choice between the
   two worlds is made by the linker: vg/rg_port_vg.c or host/rg_port_host.c.  */
#ifndef RG_PORT_H
#define RG_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);

/* Allocates n bytes (n >= 1), zeroed.  TAG names the owner in allocation statistics.  Never returns NULL: the world ends the
   program with a message when memory is exhausted.  */
void *rg_alloc(const char *tag, size_t n);

/* Resizes P (NULL: as rg_alloc) to n bytes (n >= 1); bytes beyond the old size are not initialized.  Never returns NULL.  */
void *rg_realloc(const char *tag, void *p, size_t n);

/* Frees P, which may be NULL.  */
void rg_free(void *p);

/* Sorts N elements of SIZE bytes (SIZE <= 256) by CMP, which returns <0, 0, >0 as for qsort; not stable.  */
void rg_sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *));

/* Our own bug: prints MSG with its place and ends the program.  */
_Noreturn void rg_panic(const char *file, int line, const char *msg);

#define RG_ASSERT(x) ((x) ? (void)0 : rg_panic(__FILE__, __LINE__, #x))

#endif
