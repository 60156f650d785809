/* rg_paths.h - where things lie: Valgrind, our tool, the program to be profiled.

   SPDX-License-Identifier: GPL-2.0-or-later

   Every function that fills BUF returns false when nothing fitting exists or the path is longer than RG_PATH_MAX.  */
#ifndef RG_PATHS_H
#define RG_PATHS_H

#include <stdbool.h>

#define RG_PATH_MAX 4096

/* The directory of our tool: as installed, at the same place relative to this program when the installation was moved, or in
   the build tree that this program lies in.  */
bool rg_paths_tool_dir(char buf[RG_PATH_MAX]);

/* The valgrind command: the one that the tool was built for, or else the first in PATH.  */
bool rg_paths_valgrind(char buf[RG_PATH_MAX]);

/* The script NAME of ours, which lies beside this program.  */
bool rg_paths_script(const char *name, char buf[RG_PATH_MAX]);

/* The file that the shell would run for NAME: NAME itself when it has a slash, else the first executable file of that name
   in PATH, else the first file of that name in PATH.  */
bool rg_paths_program(const char *name, char buf[RG_PATH_MAX]);

/* True if A and B are the same existing file or directory.  */
bool rg_paths_same(const char *a, const char *b);

#endif
