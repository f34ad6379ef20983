/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "fft/split.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

static float *random_floats(test_random *random, size_t count)
{
    float *numbers = ond_memory_allocate(count, sizeof *numbers);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = (float)random_normal(random);
    }
    return numbers;
}

/* One frequency of one line in double. */
static void direct(ond_lines_in in, size_t length, size_t lane, size_t k, double sign, double result[2])
{
    result[0] = result[1] = 0;
    for (size_t j = 0; j < length; j++) {
        double angle = 2 * acos(-1.0) * (double)(j * k % length) / (double)length;
        double re = (double)in.re[j * in.step + lane];
        double im = (double)in.im[j * in.step + lane];
        result[0] += re * cos(angle) - sign * im * sin(angle);
        result[1] += im * cos(angle) + sign * re * sin(angle);
    }
}

static void check_length(test_random *random, size_t length)
{
    ond_line_fft fft;
    assert_true(ond_line_fft_supports(length));
    assert_ok(ond_line_fft_create(length, &fft));
    float *numbers = random_floats(random, 2 * length * OND_LANES);
    float *found = random_floats(random, 2 * length * OND_LANES);
    float *work = ond_memory_allocate(ond_line_fft_work(&fft), sizeof *work);
    ond_lines_in in = {numbers, numbers + length * OND_LANES, OND_LANES};
    ond_lines out = {found, found + OND_LANES, 2 * OND_LANES};
    double allowed = 2e-7 * sqrt((double)length) * (3 + log2((double)length)); /* rounding of every stage, 5 sigma */
    for (int sign = -1; sign <= 1; sign += 2) {
        if (sign < 0) {
            ond_line_fft_forward(&fft, in, out, work);
        } else {
            ond_line_fft_backward(&fft, in, out, work);
        }
        for (size_t k = 0; k < length; k += 1 + length / 40) {
            for (size_t lane = 0; lane < OND_LANES; lane += 5) {
                double wanted[2];
                direct(in, length, lane, k, sign, wanted);
                assert_true(fabs((double)out.re[k * out.step + lane] - wanted[0]) < allowed);
                assert_true(fabs((double)out.im[k * out.step + lane] - wanted[1]) < allowed);
            }
        }
    }
    ond_memory_free(numbers);
    ond_memory_free(found);
    ond_memory_free(work);
    ond_line_fft_free(&fft);
}

static void lines_of_every_length_are_transformed(void **state)
{
    (void)state;
    test_random random = {1};
    for (size_t length = 1; length <= 160; length++) {
        if (ond_line_fft_supports(length)) {
            check_length(&random, length);
        }
    }
    static const size_t large[] = {256, 272, 288, 512, 544, 560, 576, 1056, 1088, 1152, 2197, 4913};
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        check_length(&random, large[i]);
    }
}

static void good_lengths_have_cheap_factors(void **state)
{
    (void)state;
    assert_int_equal(ond_line_fft_good_length(1, 1), 1);
    assert_int_equal(ond_line_fft_good_length(11, 1), 11);
    assert_int_equal(ond_line_fft_good_length(13, 1), 14);
    assert_int_equal(ond_line_fft_good_length(1056, 32), 1056);
    assert_int_equal(ond_line_fft_good_length(1057, 32), 35 * 32);
    assert_int_equal(ond_line_fft_good_length(3, 8), 8);
}

static void large_primes_are_refused(void **state)
{
    (void)state;
    assert_false(ond_line_fft_supports(0));
    assert_false(ond_line_fft_supports(19));
    assert_false(ond_line_fft_supports(2 * 23));
    assert_false(ond_line_fft_supports(((size_t)1 << 20) + 2));
    assert_true(ond_line_fft_supports(17 * 13 * 11));
    assert_true(ond_split_fft_supports(68, 144));
    assert_false(ond_split_fft_supports(68, 31));
}

typedef struct split_planes {
    ond_split_fft *fft;
    float *columns, *turned, *moduli, *strips, *spectrum, *work;
} split_planes;

static split_planes make_planes(test_random *random, size_t height, size_t width)
{
    split_planes p = {0};
    assert_ok(ond_split_fft_create(height, width, &p.fft));
    p.columns = random_floats(random, p.fft->all_strips * 2 * height * OND_LANES);
    p.turned = random_floats(random, p.fft->groups * p.fft->group_floats);
    p.moduli = random_floats(random, p.fft->groups * p.fft->real_floats);
    p.strips = random_floats(random, p.fft->strips * p.fft->strip_floats);
    p.spectrum = random_floats(random, height * p.fft->stride);
    p.work = random_floats(random, p.fft->work_floats);
    return p;
}

static void free_planes(split_planes p)
{
    ond_memory_free(p.columns);
    ond_memory_free(p.turned);
    ond_memory_free(p.moduli);
    ond_memory_free(p.strips);
    ond_memory_free(p.spectrum);
    ond_memory_free(p.work);
    ond_split_fft_destroy(p.fft);
}

/* From strips of columns to moduli to their spectrum. */
static void go(const split_planes *p, float scale)
{
    const ond_split_fft *fft = p->fft;
    for (size_t strip = 0; strip < fft->all_strips; strip++) {
        ond_split_strip_backward(fft, strip, p->columns + strip * 2 * fft->height * OND_LANES, p->turned, p->work);
    }
    for (size_t group = 0; group < fft->groups; group++) {
        ond_split_rows_modulus(fft, p->turned + group * fft->group_floats, scale, p->moduli + group * fft->real_floats,
                               p->work);
    }
    for (size_t group = 0; group < fft->groups; group += 2) {
        const float *first = p->moduli + group * fft->real_floats;
        ond_split_rows_real_forward(fft, group, first, group + 1 < fft->groups ? first + fft->real_floats : NULL,
                                    p->strips, p->work);
    }
    ond_split_columns_forward(fft, p->strips, p->spectrum, p->work);
}

static double modulus_at(const split_planes *p, size_t row, size_t column)
{
    const ond_split_fft *fft = p->fft;
    return (double)p->moduli[row / OND_LANES * fft->real_floats + column * OND_LANES + row % OND_LANES];
}

/* |Σ columns[a, b] e^{+i…}| at one place, in double. */
static double direct_modulus(const split_planes *p, size_t row, size_t column)
{
    size_t height = p->fft->height;
    size_t width = p->fft->width;
    double re = 0;
    double im = 0;
    for (size_t a = 0; a < height; a++) {
        for (size_t b = 0; b < width; b++) {
            const float *z = p->columns + (b / OND_LANES * 2 * height + a) * OND_LANES + b % OND_LANES;
            double x = (double)z[0];
            double y = (double)z[height * OND_LANES];
            double turn = (double)(row * a % height) / (double)height + (double)(column * b % width) / (double)width;
            double c = cos(2 * acos(-1.0) * turn);
            double s = sin(2 * acos(-1.0) * turn);
            re += x * c - y * s;
            im += x * s + y * c;
        }
    }
    return hypot(re, im);
}

static size_t place_of(const ond_split_fft *fft, size_t row, size_t column)
{
    return row * fft->stride + column + (column < fft->width / 2 ? 0 : fft->gap);
}

static void check_spectrum(const split_planes *p, size_t row, size_t column)
{
    size_t height = p->fft->height;
    size_t width = p->fft->width;
    double re = 0;
    double im = 0;
    double total = 0;
    for (size_t a = 0; a < height; a++) {
        for (size_t b = 0; b < width; b++) {
            double turn = (double)(row * a % height) / (double)height + (double)(column * b % width) / (double)width;
            re += modulus_at(p, a, b) * cos(2 * acos(-1.0) * turn);
            im -= modulus_at(p, a, b) * sin(2 * acos(-1.0) * turn);
            total += modulus_at(p, a, b) * modulus_at(p, a, b);
        }
    }
    double allowed = 2e-6 * sqrt(total) + 1e-7 * hypot(re, im);
    const float *found = p->spectrum + place_of(p->fft, row, column);
    assert_true(fabs((double)found[0] - re) < allowed);
    assert_true(fabs((double)found[p->fft->stride / 2] - im) < allowed);
}

static void moduli_and_their_spectra_are_those_of_slow_sums(void **state)
{
    (void)state;
    test_random random = {2};
    static const size_t sizes[][2] = {{20, 36}, {48, 34}, {5, 7}, {16, 32}, {35, 17}, {1, 6}, {6, 1}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t height = sizes[i][0];
        size_t width = sizes[i][1];
        split_planes p = make_planes(&random, height, width);
        go(&p, 0.5F);
        double allowed = 2e-6 * sqrt((double)(height * width));
        for (size_t row = 0; row < height; row += 1 + height / 5) {
            for (size_t column = 0; column < width; column += 1 + width / 5) {
                assert_true(fabs(modulus_at(&p, row, column) - 0.5 * direct_modulus(&p, row, column)) < allowed);
                check_spectrum(&p, row, column);
                check_spectrum(&p, height - 1 - row, width - 1 - column);
            }
        }
        free_planes(p);
    }
}

static void what_was_in_the_scratch_does_not_matter(void **state)
{
    (void)state;
    test_random random = {3};
    split_planes p = make_planes(&random, 20, 34);
    go(&p, 1);
    size_t floats = p.fft->height * p.fft->stride;
    float *first = ond_memory_allocate(floats, sizeof *first);
    memcpy(first, p.spectrum, floats * sizeof *first);
    for (size_t i = 0; i < p.fft->work_floats; i++) {
        p.work[i] = 1e3F * (float)random_normal(&random);
    }
    for (size_t i = 0; i < p.fft->groups * p.fft->group_floats; i++) {
        p.turned[i] = (float)random_normal(&random);
    }
    go(&p, 1);
    for (size_t row = 0; row < p.fft->height; row++) {
        for (size_t column = 0; column < p.fft->width; column++) {
            size_t place = place_of(p.fft, row, column);
            assert_true(p.spectrum[place] == first[place]);
            assert_true(p.spectrum[place + p.fft->stride / 2] == first[place + p.fft->stride / 2]);
        }
    }
    ond_memory_free(first);
    free_planes(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_every_length_are_transformed),
        cmocka_unit_test(good_lengths_have_cheap_factors),
        cmocka_unit_test(large_primes_are_refused),
        cmocka_unit_test(moduli_and_their_spectra_are_those_of_slow_sums),
        cmocka_unit_test(what_was_in_the_scratch_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
