/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/random.h"

#include <math.h>

static const uint64_t golden = 0x9e3779b97f4a7c15u;

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

ond_random ond_random_make(uint64_t seed, uint64_t stream)
{
    return (ond_random){mix(mix(seed + golden) + stream * golden)};
}

uint64_t ond_random_bits(ond_random *random)
{
    random->state += golden;
    return mix(random->state);
}

double ond_random_uniform(ond_random *random)
{
    return (double)(ond_random_bits(random) >> 11) * 0x1p-53;
}

double ond_random_normal(ond_random *random)
{
    double radius = sqrt(-2 * log(1 - ond_random_uniform(random)));
    return radius * cos(6.283185307179586477 * ond_random_uniform(random));
}

size_t ond_random_below(ond_random *random, size_t count)
{
    return (size_t)(ond_random_uniform(random) * (double)count);
}

void ond_random_shuffle(ond_random *random, uint32_t *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = ond_random_below(random, i);
        uint32_t kept = items[i - 1];
        items[i - 1] = items[other];
        items[other] = kept;
    }
}
