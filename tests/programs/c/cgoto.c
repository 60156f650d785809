/* A byte-code interpreter with computed goto. argv[1] = rounds.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

enum { PUSH, ADD, MUL, DUP, SWAP, DEC, JNZ, CALL, HALT };

__attribute__((noinline)) static long builtin(long x)
{
    return (x * 7 + 3) & 0xffff;
}

static long interpret(const int *code)
{
    static const void *const labels[] = { &&push, &&add, &&mul, &&dup, &&swap, &&dec, &&jnz, &&call, &&halt };
    long stack[16], *sp = stack, t;
    const int *pc = code;

#define NEXT goto *labels[*pc++]
    NEXT;
push: *sp++ = *pc++; NEXT;
add:  sp--; sp[-1] += *sp; NEXT;
mul:  sp--; sp[-1] = (sp[-1] * *sp) & 0xffffff; NEXT;
dup:  *sp = sp[-1]; sp++; NEXT;
swap: t = sp[-1]; sp[-1] = sp[-2]; sp[-2] = t; NEXT;
dec:  sp[-1]--; NEXT;
jnz:  if (sp[-1]) pc += *pc; else pc++; NEXT;
call: sp[-1] = builtin(sp[-1]); NEXT;
halt: return sp[-2];
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 2000;
    int code[] = { PUSH, 5, PUSH, 0, SWAP, PUSH, 3, MUL, PUSH, 1, ADD, CALL, SWAP, DEC, JNZ, -11, HALT };

    code[3] = rounds;
    printf("%ld\n", interpret(code));
    return 0;
}
