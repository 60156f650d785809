/* rg_custom.h - blocks and pools that a program manages by itself, and tells of by client requests.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_CUSTOM_H
#define RG_CUSTOM_H

#include "rg_vg.h"

/* Answers a client request of valgrind.h about blocks and pools; False: it is another one.  */
Bool rg_custom_request(const UWord *args, UWord *ret);

/* The program has freed P by its allocator: a block of that address that was put aside is gone, too.  */
void rg_custom_outer_freed(Addr p);

#endif
