/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { LONGEST = 67, OFFSETS = 4 };

/* Sizes around the vector widths, and memory at addresses that are not aligned. */
typedef struct numbers {
    float x[LONGEST + OFFSETS], y[LONGEST + OFFSETS];
    ond_complex z[LONGEST + OFFSETS], w[LONGEST + OFFSETS];
} numbers;

static numbers random_numbers(uint64_t seed)
{
    test_random random = {seed};
    numbers n;
    for (size_t i = 0; i < LONGEST + OFFSETS; i++) {
        n.x[i] = (float)random_normal(&random);
        n.y[i] = (float)random_normal(&random);
        n.z[i] = (ond_complex){(float)random_normal(&random), (float)random_normal(&random)};
        n.w[i] = (ond_complex){(float)random_normal(&random), (float)random_normal(&random)};
    }
    return n;
}

/* A product and a sum in float are at most one rounding each away from double. */
static void assert_near(double found, double wanted, double magnitude)
{
    if (!(fabs(found - wanted) <= 2 * (double)FLT_EPSILON * magnitude)) {
        fail_msg("%.9g, wanted %.9g within %.3g", found, wanted, 2 * (double)FLT_EPSILON * magnitude);
    }
}

static void sums_agree_with_plain_loops_in_double(void **state)
{
    (void)state;
    numbers n = random_numbers(1);
    for (size_t offset = 0; offset < OFFSETS; offset++) {
        for (size_t count = 0; count + offset <= LONGEST; count++) {
            const float *x = n.x + offset;
            const float *y = n.y + offset;
            double sum = 0;
            double squares = 0;
            double difference = 0;
            for (size_t i = 0; i < count; i++) {
                double d = (double)x[i] - (double)y[i];
                sum += (double)x[i];
                squares += (double)x[i] * (double)x[i];
                difference += d * d;
            }
            double rounding = 1e-15 * (double)(count + 1) * 10;
            assert_true(fabs(ond_vector_sum(x, count) - sum) <= rounding);
            assert_true(fabs(ond_vector_sum_squares(x, count) - squares) <= rounding * 10);
            assert_true(fabs(ond_vector_sum_squared_difference(x, y, count) - difference) <= rounding * 10);
        }
    }
}

static void sums_do_not_lose_small_numbers_beside_large_ones(void **state)
{
    (void)state;
    float x[17];
    for (size_t i = 0; i < 17; i++) {
        x[i] = 1;
    }
    x[0] = 1e10f;
    assert_true(ond_vector_sum(x, 17) == (double)1e10f + 16);
    x[0] = FLT_MAX;
    assert_true(isfinite(ond_vector_sum_squares(x, 17)));
}

static void dot_agrees_with_a_plain_loop(void **state)
{
    (void)state;
    numbers n = random_numbers(2);
    for (size_t count = 0; count <= LONGEST; count++) {
        double sum = 0;
        double magnitude = 0;
        for (size_t i = 0; i < count; i++) {
            sum += (double)n.x[i] * (double)n.y[i];
            magnitude += fabs((double)n.x[i] * (double)n.y[i]);
        }
        double found = (double)ond_vector_dot(n.x, n.y, count);
        assert_true(fabs(found - sum) <= (double)FLT_EPSILON * magnitude * 16);
    }
}

static void scaling_and_adding_touch_their_elements_alone(void **state)
{
    (void)state;
    for (size_t count = 0; count <= LONGEST; count++) {
        numbers n = random_numbers(count);
        numbers before = n;
        ond_vector_add_scaled(n.y, 0.7f, n.x, count);
        for (size_t i = 0; i < count; i++) {
            double wanted = (double)before.y[i] + (double)0.7f * (double)n.x[i];
            assert_near((double)n.y[i], wanted, fabs((double)before.y[i]) + fabs((double)n.x[i]));
        }
        assert_memory_equal(n.y + count, before.y + count, (LONGEST + OFFSETS - count) * sizeof n.y[0]);
        n = before;
        ond_vector_scale(n.y, -3, n.x, count);
        for (size_t i = 0; i < count; i++) {
            assert_true(n.y[i] == -3 * n.x[i]);
        }
        assert_memory_equal(n.y + count, before.y + count, (LONGEST + OFFSETS - count) * sizeof n.y[0]);
    }
}

static void filtered_spectrum_is_added(void **state)
{
    (void)state;
    for (size_t count = 0; count <= LONGEST; count++) {
        numbers n = random_numbers(count + 100);
        numbers before = n;
        ond_vector_add_filtered(n.z, n.x, n.w, count);
        for (size_t i = 0; i < count; i++) {
            double x = (double)n.x[i];
            double magnitude = fabs(x) * (fabs((double)n.w[i].re) + fabs((double)n.w[i].im)) + 10;
            assert_near((double)n.z[i].re, (double)before.z[i].re + x * (double)n.w[i].re, magnitude);
            assert_near((double)n.z[i].im, (double)before.z[i].im + x * (double)n.w[i].im, magnitude);
        }
        assert_memory_equal(n.z + count, before.z + count, (LONGEST + OFFSETS - count) * sizeof n.z[0]);
    }
}

static void modulus_agrees_with_hypot(void **state)
{
    (void)state;
    for (size_t count = 0; count <= LONGEST; count++) {
        numbers n = random_numbers(count + 300);
        float after = n.x[count];
        ond_vector_modulus(n.x, 0.5f, n.z, count);
        for (size_t i = 0; i < count; i++) {
            double wanted = 0.5 * hypot((double)n.z[i].re, (double)n.z[i].im);
            assert_near((double)n.x[i], wanted, 2 * wanted);
        }
        assert_true(n.x[count] == after);
    }
}

static void weighted_sums_agree_with_plain_loops(void **state)
{
    (void)state;
    enum { MOST_TERMS = 11 };
    for (size_t count = 0; count <= LONGEST - MOST_TERMS; count++) {
        numbers n = random_numbers(count + 500);
        numbers before = n;
        for (size_t terms = 0; terms <= MOST_TERMS; terms++) {
            const float *vectors[MOST_TERMS + 1];
            for (size_t t = 0; t < terms; t++) {
                vectors[t] = n.x + (t * 5) % MOST_TERMS;
            }
            ond_vector_weighted_sum(n.y, &n.z[0].re, vectors, terms, count);
            for (size_t i = 0; i < count; i++) {
                double wanted = 0;
                double magnitude = 0;
                for (size_t t = 0; t < terms; t++) {
                    double term = (double)(&n.z[0].re)[t] * (double)vectors[t][i];
                    wanted += term;
                    magnitude += fabs(term);
                }
                assert_near((double)n.y[i], wanted, (double)terms * magnitude);
            }
            assert_memory_equal(n.y + count, before.y + count, (LONGEST + OFFSETS - count) * sizeof n.y[0]);
        }
    }
}

static void pairs_are_split_and_joined(void **state)
{
    (void)state;
    for (size_t pairs = 0; pairs <= LONGEST / 2; pairs++) {
        numbers n = random_numbers(pairs + 700);
        numbers before = n;
        float joined[LONGEST + OFFSETS] = {0};
        float odd[LONGEST / 2 + 1] = {0};
        ond_vector_split_pairs(n.y, odd, n.x, pairs);
        for (size_t i = 0; i < pairs; i++) {
            assert_true(n.y[i] == n.x[2 * i]);
            assert_true(odd[i] == n.x[2 * i + 1]);
        }
        assert_true(odd[pairs] == 0);
        assert_memory_equal(n.y + pairs, before.y + pairs, (LONGEST + OFFSETS - pairs) * sizeof n.y[0]);
        ond_vector_join_pairs(joined, n.y, odd, pairs);
        assert_memory_equal(joined, n.x, 2 * pairs * sizeof joined[0]);
        assert_true(joined[2 * pairs] == 0);
    }
}

static void bad_number_is_found_at_every_place(void **state)
{
    (void)state;
    enum { COUNT = 2500 };
    static float x[COUNT];
    static const size_t places[] = {0, 1, 7, 8, 1023, 1024, 2047, 2048, COUNT - 1};
    const float bad[] = {NAN, INFINITY, -INFINITY};
    x[5] = FLT_MAX;
    x[6] = -FLT_MAX;
    x[7] = FLT_MIN / 2;
    x[9] = -0.0f;
    assert_int_equal(ond_vector_find_nonfinite(x, COUNT), COUNT);
    assert_int_equal(ond_vector_find_nonfinite(x, 0), 0);
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
        for (size_t b = 0; b < 3; b++) {
            float kept = x[places[p]];
            x[places[p]] = bad[b];
            assert_int_equal(ond_vector_find_nonfinite(x, COUNT), places[p]);
            x[COUNT - 1] = NAN;
            assert_int_equal(ond_vector_find_nonfinite(x, COUNT), places[p]);
            x[COUNT - 1] = 0;
            x[places[p]] = kept;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_agree_with_plain_loops_in_double),
        cmocka_unit_test(sums_do_not_lose_small_numbers_beside_large_ones),
        cmocka_unit_test(dot_agrees_with_a_plain_loop),
        cmocka_unit_test(scaling_and_adding_touch_their_elements_alone),
        cmocka_unit_test(filtered_spectrum_is_added),
        cmocka_unit_test(modulus_agrees_with_hypot),
        cmocka_unit_test(weighted_sums_agree_with_plain_loops),
        cmocka_unit_test(pairs_are_split_and_joined),
        cmocka_unit_test(bad_number_is_found_at_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
