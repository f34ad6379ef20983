/* SPDX-License-Identifier: BSD-3-Clause */
/* The clone chosen for this processor gives the same bits as the plain code. The build compiles core/vector.c once
 * more, without clones, under names that start with plain_. */
#include "core/vector.h"
#include "support/test.h"

#include <string.h>

extern __typeof__(ond_vector_find_nonfinite) plain_vector_find_nonfinite;
extern __typeof__(ond_vector_sum) plain_vector_sum;
extern __typeof__(ond_vector_sum_squares) plain_vector_sum_squares;
extern __typeof__(ond_vector_sum_squared_difference) plain_vector_sum_squared_difference;
extern __typeof__(ond_vector_add_scaled) plain_vector_add_scaled;
extern __typeof__(ond_vector_scale) plain_vector_scale;
extern __typeof__(ond_vector_dot) plain_vector_dot;
extern __typeof__(ond_vector_add_filtered) plain_vector_add_filtered;
extern __typeof__(ond_vector_filtered) plain_vector_filtered;
extern __typeof__(ond_vector_modulus) plain_vector_modulus;
extern __typeof__(ond_vector_modulus_adjoint) plain_vector_modulus_adjoint;
extern __typeof__(ond_vector_weighted_sum) plain_vector_weighted_sum;
extern __typeof__(ond_vector_split_pairs) plain_vector_split_pairs;
extern __typeof__(ond_vector_join_pairs) plain_vector_join_pairs;

enum { LONGEST = 261, ROUNDS = 500 };

typedef struct numbers {
    float x[LONGEST], y[LONGEST];
    ond_complex z[LONGEST], w[LONGEST];
} numbers;

/* Magnitudes from 2^-60 to 2^60, so that roundings differ wherever the order of operations does. */
static float random_float(test_random *random)
{
    float scale = 1;
    size_t power = random_between(random, 0, 60);
    for (size_t i = 0; i < power; i++) {
        scale *= 2;
    }
    return (float)random_normal(random) * (random_uniform(random) < 0.5 ? scale : 1 / scale);
}

static void fill(test_random *random, numbers *n)
{
    for (size_t i = 0; i < LONGEST; i++) {
        n->x[i] = random_float(random);
        n->y[i] = random_float(random);
        n->z[i] = (ond_complex){random_float(random), random_float(random)};
        n->w[i] = (ond_complex){random_float(random), random_float(random)};
    }
}

static void sums_have_the_same_bits(void **state)
{
    (void)state;
    static numbers n;
    test_random random = {11};
    for (int round = 0; round < ROUNDS; round++) {
        fill(&random, &n);
        size_t count = random_between(&random, 0, LONGEST);
        assert_true(ond_vector_sum(n.x, count) == plain_vector_sum(n.x, count));
        assert_true(ond_vector_sum_squares(n.x, count) == plain_vector_sum_squares(n.x, count));
        assert_true(ond_vector_sum_squared_difference(n.x, n.y, count)
                    == plain_vector_sum_squared_difference(n.x, n.y, count));
        assert_true(ond_vector_dot(n.x, n.y, count) == plain_vector_dot(n.x, n.y, count));
        assert_int_equal(ond_vector_find_nonfinite(n.x, count), plain_vector_find_nonfinite(n.x, count));
    }
}

static void vectors_have_the_same_bits(void **state)
{
    (void)state;
    static numbers n;
    static numbers plain;
    test_random random = {12};
    for (int round = 0; round < ROUNDS; round++) {
        fill(&random, &n);
        plain = n;
        size_t count = random_between(&random, 1, LONGEST);
        float scale = random_float(&random);
        ond_vector_add_filtered(n.z, n.x, n.w, count);
        plain_vector_add_filtered(plain.z, plain.x, plain.w, count);
        ond_vector_filtered(n.w, n.y, n.z, count);
        plain_vector_filtered(plain.w, plain.y, plain.z, count);
        ond_vector_add_scaled(n.y, scale, n.x, count);
        plain_vector_add_scaled(plain.y, scale, plain.x, count);
        ond_vector_scale(n.x, scale, n.y, count);
        plain_vector_scale(plain.x, scale, plain.y, count);
        assert_memory_equal(&n, &plain, sizeof n);
        ond_vector_modulus(n.x, scale, n.w, count);
        plain_vector_modulus(plain.x, scale, plain.w, count);
        assert_memory_equal(&n, &plain, sizeof n);
        ond_vector_modulus_adjoint(n.w, scale, n.y, count);
        plain_vector_modulus_adjoint(plain.w, scale, plain.y, count);
        assert_memory_equal(&n, &plain, sizeof n);
    }
}

static void weighted_sums_have_the_same_bits(void **state)
{
    (void)state;
    static numbers n;
    static numbers plain;
    test_random random = {13};
    for (int round = 0; round < ROUNDS; round++) {
        fill(&random, &n);
        plain = n;
        size_t count = random_between(&random, 0, LONGEST);
        size_t terms = random_between(&random, 0, 20);
        const float *vectors[20];
        for (size_t t = 0; t < terms; t++) {
            vectors[t] = &n.w[random_between(&random, 0, LONGEST / 2)].re;
        }
        ond_vector_weighted_sum(n.y, n.x, vectors, terms, count);
        plain_vector_weighted_sum(plain.y, n.x, vectors, terms, count);
        assert_memory_equal(&n, &plain, sizeof n);
        ond_vector_split_pairs(n.x, n.y, &n.w[0].re, count);
        plain_vector_split_pairs(plain.x, plain.y, &n.w[0].re, count);
        assert_memory_equal(&n, &plain, sizeof n);
        ond_vector_join_pairs(&n.z[0].re, n.y, n.x, count);
        plain_vector_join_pairs(&plain.z[0].re, n.y, n.x, count);
        assert_memory_equal(&n, &plain, sizeof n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_have_the_same_bits),
        cmocka_unit_test(vectors_have_the_same_bits),
        cmocka_unit_test(weighted_sums_have_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
