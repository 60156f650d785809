/* rg_version.h - refuses a Valgrind of another version than the one this tool is linked with.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_VERSION_H
#define RG_VERSION_H

/* Compares the version of the Valgrind around us with RG_VALGRIND_VERSION.  A mismatch prints one line and exits with status
   1; what cannot be told is passed over in silence.  To be called once, after the options are parsed and before the guest
   starts.  */
void rg_version_check(void);

#endif
