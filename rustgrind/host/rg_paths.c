/* rg_paths.c - where things lie: Valgrind, our tool, the program to be profiled.

   SPDX-License-Identifier: GPL-2.0-or-later

   An installation may be moved as a whole (a tarball unpacked elsewhere), so compiled-in directories are a last resort:
   first we look where the tool lies relative to this program.  */
#include "rg_paths.h"

#include "rg_config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char tool_name[] = "rustgrind-" RG_PLATFORM;

static bool join(char buf[RG_PATH_MAX], const char *dir, const char *name)
{
    int n = snprintf(buf, RG_PATH_MAX, "%s/%s", dir, name);

    return n > 0 && n < RG_PATH_MAX;
}

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool holds_tool(const char *dir)
{
    char path[RG_PATH_MAX];

    return join(path, dir, tool_name) && is_file(path);
}

/* The directory of the running program, without symbolic links.  */
static bool own_dir(char buf[RG_PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", buf, RG_PATH_MAX - 1);
    char *slash;

    if (n <= 0 || n == RG_PATH_MAX - 1)
        return false;
    buf[n] = '\0';
    slash = strrchr(buf, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

/* The length of the longest directory that A and B have in common, with its slash.  */
static size_t common_dir(const char *a, const char *b)
{
    size_t i, n = 0;

    for (i = 0; a[i] != '\0' && a[i] == b[i]; i++)
        if (a[i] == '/')
            n = i + 1;
    return n;
}

/* RG_TOOL_DIR as it would be if RG_BIN_DIR were HERE.  False when HERE does not end as RG_BIN_DIR does.  */
static bool moved_tool_dir(const char *here, char buf[RG_PATH_MAX])
{
    size_t common = common_dir(RG_BIN_DIR, RG_TOOL_DIR);
    const char *bin_tail = RG_BIN_DIR + common;
    size_t here_len = strlen(here);
    size_t tail_len = strlen(bin_tail);
    int n;

    if (here_len <= tail_len || strcmp(here + here_len - tail_len, bin_tail) != 0 || here[here_len - tail_len - 1] != '/')
        return false;
    n = snprintf(buf, RG_PATH_MAX, "%.*s%s", (int)(here_len - tail_len), here, RG_TOOL_DIR + common);
    return n > 0 && n < RG_PATH_MAX;
}

bool rg_paths_tool_dir(char buf[RG_PATH_MAX])
{
    char here[RG_PATH_MAX];

    if (own_dir(here)) {
        if (join(buf, here, "../../.in_place") && holds_tool(buf))
            return true;
        if (moved_tool_dir(here, buf) && holds_tool(buf))
            return true;
    }
    snprintf(buf, RG_PATH_MAX, "%s", RG_TOOL_DIR);
    return holds_tool(buf);
}

bool rg_paths_script(const char *name, char buf[RG_PATH_MAX])
{
    char here[RG_PATH_MAX];

    return own_dir(here) && join(buf, here, name) && access(buf, X_OK) == 0;
}

bool rg_paths_program(const char *name, char buf[RG_PATH_MAX])
{
    char first[RG_PATH_MAX] = "";
    const char *path = getenv("PATH");
    const char *p, *end;

    if (strchr(name, '/') != NULL)
        return snprintf(buf, RG_PATH_MAX, "%s", name) < RG_PATH_MAX && access(buf, F_OK) == 0;
    if (path == NULL)
        return false;
    for (p = path;; p = end + 1) {
        end = strchrnul(p, ':');
        int n = snprintf(buf, RG_PATH_MAX, "%.*s/%s", end > p ? (int)(end - p) : 1, end > p ? p : ".", name);

        if (n < RG_PATH_MAX && is_file(buf)) {
            if (access(buf, X_OK) == 0)
                return true;
            if (first[0] == '\0')
                strcpy(first, buf);
        }
        if (*end == '\0')
            break;
    }
    strcpy(buf, first);
    return first[0] != '\0';
}

bool rg_paths_valgrind(char buf[RG_PATH_MAX])
{
    if (access(RG_VALGRIND_PROGRAM, X_OK) == 0) {
        strcpy(buf, RG_VALGRIND_PROGRAM);
        return true;
    }
    return rg_paths_program("valgrind", buf) && access(buf, X_OK) == 0;
}

bool rg_paths_same(const char *a, const char *b)
{
    struct stat sa, sb;

    return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}
