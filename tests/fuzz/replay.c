/* replay.c - runs a fuzz target without libFuzzer.

   SPDX-License-Identifier: GPL-2.0-or-later

   Usage: fuzz_TARGET [-runs=N] [-seed=N] [-max_len=N] [FILE]...
   The files are replayed one by one, or, with none, N random inputs of up to max_len bytes are run.  Before each random input the
   driver knows its number: when the target aborts, "-seed=" of the message repeats that input alone.  */
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/rnd.h"
#include "fuzz.h"

enum { DEFAULT_RUNS = 1000, DEFAULT_MAX_LEN = 4096 };

static char current[4200]; /* what is running, for the message of a crash */

static void on_crash(int sig)
{
    (void)!write(2, current, strlen(current));
    signal(sig, SIG_DFL);
    raise(sig);
}

static int replay_file(const char *path)
{
    snprintf(current, sizeof current, "fuzz: crashed on file %.4096s\n", path);
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        return 1;
    }
    uint8_t *data = NULL;
    size_t n = 0, got;
    do {
        data = realloc(data, n + 65536);
        if (data == NULL)
            abort();
        got = fread(data + n, 1, 65536, f);
        n += got;
    } while (got > 0);
    int bad = ferror(f);
    fclose(f);
    if (bad)
        fprintf(stderr, "%s: cannot be read\n", path);
    else
        LLVMFuzzerTestOneInput(data, n);
    free(data);
    return bad != 0;
}

/* Random inputs are more than noise: runs of small bytes and repeated parts reach further into a target.  */
static size_t make_input(uint64_t seed, uint8_t *data, size_t max_len)
{
    size_t n = rnd(&seed) % (max_len + 1);
    for (size_t i = 0; i < n;) {
        size_t run = 1 + rnd_below(&seed, 24);
        uint32_t kind = rnd_below(&seed, 4);
        size_t back = i > 0 ? rnd(&seed) % i : 0;
        for (; run > 0 && i < n; run--, i++) {
            if (kind == 0 && i > 0)
                data[i] = data[back++];
            else
                data[i] = (uint8_t)(kind == 1 ? rnd_below(&seed, 8) : rnd(&seed));
        }
    }
    return n;
}

static bool number_option(const char *arg, const char *name, uint64_t *value)
{
    size_t n = strlen(name);
    if (strncmp(arg, name, n) != 0)
        return false;
    char *end;
    *value = strtoull(arg + n, &end, 10);
    return end > arg + n && *end == '\0';
}

int main(int argc, char **argv)
{
    uint64_t runs = DEFAULT_RUNS, seed = 1, max_len = DEFAULT_MAX_LEN;
    int n_files = 0, bad = 0;
    signal(SIGABRT, on_crash);
    signal(SIGSEGV, on_crash);
    for (int i = 1; i < argc; i++) {
        if (number_option(argv[i], "-runs=", &runs) || number_option(argv[i], "-seed=", &seed) ||
            number_option(argv[i], "-max_len=", &max_len))
            continue;
        if (argv[i][0] == '-') {
            fprintf(stderr, "fuzz: unknown option %s; allowed: -runs=N -seed=N -max_len=N\n", argv[i]);
            return 2;
        }
        n_files++;
        bad |= replay_file(argv[i]);
    }
    if (n_files > 0) {
        printf("%d file%s replayed\n", n_files, n_files == 1 ? "" : "s");
        return bad;
    }
    uint8_t *data = malloc(max_len + 1);
    if (data == NULL)
        abort();
    for (uint64_t i = 0; i < runs; i++) {
        size_t n = make_input(seed + i, data, max_len);
        snprintf(current, sizeof current, "fuzz: crashed; repeat with -runs=1 -seed=%" PRIu64 " -max_len=%" PRIu64 "\n", seed + i,
                 max_len);
        LLVMFuzzerTestOneInput(data, n);
    }
    free(data);
    printf("%" PRIu64 " random inputs, seeds %" PRIu64 " to %" PRIu64 "\n", runs, seed, seed + runs - 1);
    return 0;
}
