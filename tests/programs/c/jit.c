/* jit.c - makes two functions at run time and tells perf the name of one.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* sum of 1 to n: xor eax,eax; again: add eax,edi; dec edi; jnz again; ret */
static const unsigned char code[] = {0x31, 0xc0, 0x01, 0xf8, 0xff, 0xcf, 0x75, 0xfa, 0xc3};

int main(void)
{
    unsigned char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const char *directory = getenv("TMPDIR");
    char path[4096];
    FILE *map;
    int (*first)(int) = (int (*)(int))p, (*second)(int) = (int (*)(int))(p + 64);

    if (p == MAP_FAILED)
        return 1;
    memcpy(p, code, sizeof code);
    memcpy(p + 64, code, sizeof code);
    snprintf(path, sizeof path, "%s/perf-%d.map", directory ? directory : "/tmp", (int)getpid());
    map = fopen(path, "w");
    if (!map)
        return 1;
    fprintf(map, "%lx %zx wasm[0]::sum to n\n", (unsigned long)p, sizeof code);
    fclose(map);
    printf("%d\n", first(1000) + second(2000));
    return 0;
}
