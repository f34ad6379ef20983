/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/random.h"
#include "support/test.h"

#include <math.h>

/* The reference implementation's first numbers from the state 1234567. */
static void numbers_are_those_of_splitmix64(void **state)
{
    (void)state;
    ond_random random = {1234567};
    assert_true(ond_random_bits(&random) == UINT64_C(6457827717110365317));
    assert_true(ond_random_bits(&random) == UINT64_C(3203168211198807973));
    assert_true(ond_random_bits(&random) == UINT64_C(9817491932198370423));
}

static void streams_differ_and_repeat(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        for (uint64_t stream = 0; stream < 20; stream++) {
            ond_random a = ond_random_make(seed, stream), b = ond_random_make(seed, stream);
            ond_random next = ond_random_make(seed, stream + 1), other = ond_random_make(seed + 1, stream);
            uint64_t bits = ond_random_bits(&a);
            assert_true(bits == ond_random_bits(&b));
            assert_true(bits != ond_random_bits(&next) && bits != ond_random_bits(&other));
        }
    }
}

static void moments_are_those_of_the_distributions(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    ond_random random = ond_random_make(3, 0);
    double uniform = 0, normal = 0, squares = 0, fourth = 0;
    for (int i = 0; i < COUNT; i++) {
        double u = ond_random_uniform(&random), z = ond_random_normal(&random);
        assert_true(u >= 0 && u < 1 && isfinite(z));
        uniform += u;
        normal += z;
        squares += z * z;
        fourth += z * z * z * z;
    }
    /* Five standard deviations of each mean. */
    const double five = 5 / sqrt(COUNT);
    assert_true(fabs(uniform / COUNT - 0.5) < five * sqrt(1.0 / 12));
    assert_true(fabs(normal / COUNT) < five);
    assert_true(fabs(squares / COUNT - 1) < five * sqrt(2));
    assert_true(fabs(fourth / COUNT - 3) < five * sqrt(96));
}

static void every_order_is_equally_likely(void **state)
{
    (void)state;
    enum { ROUNDS = 60000 };
    size_t seen[6] = {0};
    ond_random random = ond_random_make(9, 0);
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t items[3] = {0, 1, 2};
        ond_random_shuffle(&random, items, 3);
        assert_int_equal(items[0] + items[1] + items[2], 3);
        assert_true(items[0] != items[1] && items[1] != items[2] && items[0] != items[2]);
        seen[items[0] * 2 + (items[1] > items[2])]++;
        assert_true(ond_random_below(&random, 7) < 7);
    }
    for (int i = 0; i < 6; i++) {
        /* Five standard deviations of a count. */
        assert_true(fabs((double)seen[i] - ROUNDS / 6.0) < 5 * sqrt(ROUNDS * 5.0 / 36));
    }
    ond_random_shuffle(&random, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_splitmix64),
        cmocka_unit_test(streams_differ_and_repeat),
        cmocka_unit_test(moments_are_those_of_the_distributions),
        cmocka_unit_test(every_order_is_equally_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
