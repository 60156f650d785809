/* The library that dl.c opens: a constructor, thread-local data, a callback into the program, an own static function.
   SPDX-License-Identifier: GPL-2.0-or-later */
static int loads;
static __thread int calls;

__attribute__((constructor)) static void begin(void)
{
    loads++;
}

__attribute__((destructor)) static void end(void)
{
    loads--;
}

__attribute__((noinline)) static int inner(int n)
{
    return n < 2 ? loads : inner(n - 1) + inner(n - 2);
}

int plug_work(int n)
{
    return inner(n) + ++calls;
}

int plug_callback(int (*f)(int), int n)
{
    int sum = 0;

    for (int i = 0; i < n; i++)
        sum += f(i);
    return sum;
}
