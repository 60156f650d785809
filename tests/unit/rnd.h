/* rnd.h - random numbers for tests: the same on every run.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RND_H
#define RND_H

#include <stdint.h>

/* Sebastiano Vigna's splitmix64.  */
static inline uint64_t rnd(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline uint32_t rnd_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)(rnd(state) % n);
}

#endif
