/* callgrind's client requests: dump, zero, toggle, instrumentation off and on, in the middle of calls. argv[1] = what to do.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

__attribute__((noinline)) static unsigned leaf(unsigned n)
{
    return n * 3 + 1;
}

__attribute__((noinline)) static unsigned work(unsigned n)
{
    return n < 2 ? leaf(n) : work(n - 1) + work(n - 2);
}

static const char *mode;

__attribute__((noinline)) static unsigned request(unsigned depth)
{
    if (depth)
        return request(depth - 1) + leaf(depth);
    if (strcmp(mode, "dump") == 0)
        CALLGRIND_DUMP_STATS;
    else if (strcmp(mode, "dumpat") == 0)
        CALLGRIND_DUMP_STATS_AT("half way");
    else if (strcmp(mode, "zero") == 0)
        CALLGRIND_ZERO_STATS;
    else if (strcmp(mode, "toggle") == 0)
        CALLGRIND_TOGGLE_COLLECT;
    else if (strcmp(mode, "stop") == 0)
        CALLGRIND_STOP_INSTRUMENTATION;
    else if (strcmp(mode, "start") == 0)
        CALLGRIND_START_INSTRUMENTATION;
    else
        exit(2);
    return work(4);
}

int main(int argc, char **argv)
{
    unsigned sum = 0;

    mode = argc > 1 ? argv[1] : "dump";
    sum += work(7);
    sum += request(3);
    sum += work(8);
    if (strcmp(mode, "stop") == 0)
        mode = "start";
    else if (strcmp(mode, "start") == 0)
        mode = "stop";
    sum += request(2);
    sum += work(6);
    printf("%u\n", sum);
    return 0;
}
