/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_RANDOM_H
#define OND_CORE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Seeded random numbers, the same on every machine (splitmix64: Steele, Lea & Flood, Fast splittable pseudorandom
 * number generators, OOPSLA 2014, section 4). */
typedef struct ond_random {
    uint64_t state;
} ond_random;

/* A stream of its own for each pair of numbers. */
ond_random ond_random_make(uint64_t seed, uint64_t stream);

uint64_t ond_random_bits(ond_random *random);

/* In [0, 1), a multiple of 2^-53. */
double ond_random_uniform(ond_random *random);

/* Mean 0, standard deviation 1 (Box & Muller; two uniform numbers each). */
double ond_random_normal(ond_random *random);

/* 0 … count − 1 (count > 0), all equally likely to 2^-32. */
size_t ond_random_below(ond_random *random, size_t count);

/* A random order of `count` items (Fisher & Yates). */
void ond_random_shuffle(ond_random *random, uint32_t *items, size_t count);

#endif
