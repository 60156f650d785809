/* rg_heapreport.h - who allocates: the table at the end of the run and the "#rg heap" lines of the profile.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_HEAPREPORT_H
#define RG_HEAPREPORT_H

#include "rg_vg.h"

/* Prints the functions that allocate most.  */
void rg_heapreport_print(void);
/* Writes a line for each function on a path to an allocation.  */
void rg_heapreport_write(bool (*sink)(void *arg, const char *bytes, size_t n), void *arg);

#endif
