/* rg_nextest.h - the two halves of rustgrind nextest.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_NEXTEST_H
#define RG_NEXTEST_H

/* Both get their own name as argv[0] and return the exit status of the program.  */
int rg_nextest_init(int argc, char **argv);
int rg_nextest_summary(int argc, char **argv);

#endif
