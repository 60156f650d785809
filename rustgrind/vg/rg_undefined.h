/* rg_undefined.h - memory whose content the program has said to be none: what is found there are no pointers.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_UNDEFINED_H
#define RG_UNDEFINED_H

#include "rg_vg.h"

/* What is now in [A, A+LEN) has no meaning, until it is written; has one.  */
void rg_undefined_mark(Addr a, SizeT len);
void rg_undefined_clear(Addr a, SizeT len);

/* While a leak check runs: takes such pointers out of the program's memory, and puts them back.  */
void rg_undefined_hide(void);
void rg_undefined_show(void);

#endif
