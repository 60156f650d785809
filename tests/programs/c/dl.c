/* dlopen, dlclose, and dlopen of the same library again, and of a copy of it under another name: code that goes away and comes back
   at the same or another address. argv[1], argv[2] = the two libraries.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*work_fn)(int);
typedef int (*callback_fn)(int (*)(int), int);

static int from_plug(int n)
{
    return n * 2 + 1;
}

__attribute__((noinline)) static int use(const char *path, int n)
{
    void *library = dlopen(path, n & 1 ? RTLD_NOW : RTLD_LAZY);
    work_fn work;
    callback_fn callback;
    int result;

    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    work = (work_fn)dlsym(library, "plug_work");
    callback = (callback_fn)dlsym(library, "plug_callback");
    result = work(n) + callback(from_plug, n) + work(3);
    dlclose(library);
    return result;
}

int main(int argc, char **argv)
{
    int sum = 0;

    if (argc < 3)
        return 3;
    for (int i = 0; i < 6; i++)
        sum += use(argv[1 + i / 2 % 2], i + 6);
    sum += use(argv[1], 4);
    printf("%d\n", sum);
    return 0;
}
