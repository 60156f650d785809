/* port_test.h - a world for core/ that watches its memory.

   SPDX-License-Identifier: GPL-2.0-or-later

   port_test.c implements rg_port.h.  Every block carries its size and a guard behind it; freed memory and the uninitialized
   part of a grown block are filled with a pattern.  A block freed twice, a damaged guard or an unexpected rg_panic end the
   program.  */
#ifndef PORT_TEST_H
#define PORT_TEST_H

#include <setjmp.h>

#include "rg_port.h"

enum { PORT_TEST_POISON = 0xa5 };

/* Which calls of rg_realloc move the block to another address: the Nth one after port_test_begin (counted from 1), none, or
   all.  The old block is poisoned and its address is not used again before the next port_test_begin.  */
#define PORT_TEST_MOVE_NONE 0ul
#define PORT_TEST_MOVE_ALL (~0ul)

/* Starts a test: forgets the counts, frees the blocks that were moved away, and sets which calls move.  */
void port_test_begin(unsigned long move);

/* Blocks allocated and not yet freed; calls of rg_alloc and rg_realloc (that grow nothing included); calls of rg_realloc.  */
size_t port_test_live(void);
unsigned long port_test_allocations(void);
unsigned long port_test_reallocations(void);

/* Prints the blocks that are still allocated, with their tags.  */
void port_test_print_live(void);

/* For PANICS only.  */
extern jmp_buf port_test_panic;
extern bool port_test_panic_expected;

/* True when EXPR calls rg_panic (which RG_ASSERT does).  */
#define PANICS(expr)                                                                                                       \
    (setjmp(port_test_panic) != 0 ? true : (port_test_panic_expected = true, (void)(expr), port_test_panic_expected = false))

#endif
