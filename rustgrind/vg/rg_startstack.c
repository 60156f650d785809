/* rg_startstack.c - the program's stack at its start, at a fixed place.

   SPDX-License-Identifier: GPL-2.0-or-later

   A program begins with argc, argv, the environment and the auxiliary vector on its stack, and above them, up to the stack's
   end, the strings that they point to.  So the length of the environment, in which the directory and names of this run stand,
   moves the stack, the arguments and the environment, and functions like strlen take another number of instructions for another
   alignment: some ten in a whole run, but no two directories give equal profiles.

   So all is copied down: each string to a multiple of ALIGNMENT, at which no function asks whether a page ends, the first at a
   fixed address as long as they take less than STACK_STEP together, and the rest to below them.  The first copy stays as it is;
   the core may go on to look at it.  */
#include "rg_startstack.h"

enum {
    STACK_STEP = 1 << 16,
    ALIGNMENT = 64,
    AT_PLATFORM = 15, /* types of the auxiliary vector whose values are addresses of strings */
    AT_BASE_PLATFORM = 24,
    AT_EXECFN = 31,
    AT_RANDOM_SIZE = 16,
};

UWord *rg_startstack_auxiliary(UWord *argc)
{
    UWord *p = argc + 1 + *argc + 1;

    while (*p)
        p++;
    return p + 1;
}

static UWord *end_of(UWord *aux)
{
    while (aux[0])
        aux += 2;
    return aux + 2;
}

/* Copies what *P leads to, N bytes, to TO, when there is a place, and has *P lead there.  Returns what it takes of it.  */
static SizeT copy(UWord *p, SizeT n, Addr to)
{
    if (to) {
        VG_(memcpy)((void *)to, (void *)*p, n);
        *p = to;
    }
    return VG_ROUNDUP(n, ALIGNMENT);
}

/* All strings of the stack at ARGC, copied to TO; 0: not copied.  Returns what they take.  */
static SizeT copy_strings(UWord *argc, Addr to)
{
    UWord *aux = rg_startstack_auxiliary(argc);
    SizeT n = 0;

    for (UWord *p = argc + 1; p < aux; p++)
        if (*p)
            n += copy(p, VG_(strlen)((HChar *)*p) + 1, to ? to + n : 0);
    for (UWord *p = aux; p[0]; p += 2)
        if (p[1] && (p[0] == AT_PLATFORM || p[0] == AT_BASE_PLATFORM || p[0] == AT_EXECFN))
            n += copy(p + 1, VG_(strlen)((HChar *)p[1]) + 1, to ? to + n : 0);
        else if (p[1] && p[0] == RG_AT_RANDOM)
            n += copy(p + 1, AT_RANDOM_SIZE, to ? to + n : 0);
    return n;
}

void rg_startstack_place(ThreadId tid)
{
    UWord *argc = (UWord *)VG_(get_SP)(tid), *end = end_of(rg_startstack_auxiliary(argc));
    const NSegment *s = VG_(am_find_nsegment)((Addr)argc);
    Addr top = s ? s->end + 1 : 0;
    Addr strings = top - VG_ROUNDUP(top - (Addr)argc + copy_strings(argc, 0), STACK_STEP);
    Addr place = strings - VG_ROUNDUP((Addr)end - (Addr)argc, STACK_STEP);

    if (!s || !VG_(extend_stack)(tid, place) || !VG_(am_is_valid_for_client)(place, top - place, VKI_PROT_READ | VKI_PROT_WRITE)) {
        VG_(umsg)("rustgrind: --deterministic: the stack stays where it is: it cannot be extended to %#lx\n", place);
        return;
    }
    VG_(memcpy)((void *)place, argc, (Addr)end - (Addr)argc);
    copy_strings((UWord *)place, strings);
    VG_(set_SP)(tid, place);
}
