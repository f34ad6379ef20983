/* SPDX-License-Identifier: BSD-3-Clause */
#include "fft/fft.h"

#include "core/memory.h"
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Direct transform of one frequency in double. */
static void direct(const ond_complex *plane, size_t stride, size_t height, size_t width, size_t row, size_t column,
                   double sign, double result[2])
{
    result[0] = 0;
    result[1] = 0;
    for (size_t u = 0; u < height; u++) {
        for (size_t v = 0; v < width; v++) {
            double turn = (double)(row * u % height) / (double)height + (double)(column * v % width) / (double)width;
            double c = cos(2 * acos(-1.0) * turn);
            double s = sign * sin(2 * acos(-1.0) * turn);
            ond_complex z = plane[u * stride + v];
            result[0] += (double)z.re * c - (double)z.im * s;
            result[1] += (double)z.re * s + (double)z.im * c;
        }
    }
}

typedef struct planes {
    ond_fft *fft;
    ond_complex *plane, *original;
    float *real;
} planes;

static planes make_planes(test_random *random, size_t height, size_t width)
{
    planes p = {0};
    assert_ok(ond_fft_create(height, width,
                             OND_FFT_REAL_FORWARD | OND_FFT_REAL_BACKWARD | OND_FFT_FORWARD | OND_FFT_BACKWARD,
                             OND_PLANNING_ESTIMATE, &p.fft));
    p.plane = ond_memory_allocate_zero(height * p.fft->complex_stride, sizeof *p.plane);
    p.original = ond_memory_allocate_zero(height * p.fft->complex_stride, sizeof *p.original);
    p.real = ond_memory_allocate_zero(height * p.fft->real_stride, sizeof *p.real);
    for (size_t row = 0; row < height; row++) {
        for (size_t column = 0; column < width; column++) {
            ond_complex z = {(float)random_normal(random), (float)random_normal(random)};
            p.original[row * p.fft->complex_stride + column] = z;
            p.real[row * p.fft->real_stride + column] = z.re;
        }
    }
    memcpy(p.plane, p.original, height * p.fft->complex_stride * sizeof *p.plane);
    return p;
}

static void free_planes(planes p)
{
    ond_memory_free(p.plane);
    ond_memory_free(p.original);
    ond_memory_free(p.real);
    ond_fft_destroy(p.fft);
}

/* Rounding of a float transform of n samples grows like the root of log n; its values like the root of n. */
static double tolerance(size_t height, size_t width)
{
    return 1e-6 * sqrt((double)(height * width));
}

static const size_t sizes[][2] = {{1, 1}, {1, 7}, {5, 1}, {8, 8}, {9, 14}, {12, 31}, {17, 6}, {16, 64}};

static void forward_transform_equals_the_direct_sum(void **state)
{
    (void)state;
    test_random random = {1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        planes p = make_planes(&random, sizes[i][0], sizes[i][1]);
        ond_fft_forward(p.fft, p.plane);
        for (size_t row = 0; row < sizes[i][0]; row++) {
            for (size_t column = 0; column < sizes[i][1]; column++) {
                double wanted[2];
                direct(p.original, p.fft->complex_stride, sizes[i][0], sizes[i][1], row, column, -1, wanted);
                ond_complex found = p.plane[row * p.fft->complex_stride + column];
                assert_true(fabs((double)found.re - wanted[0]) < tolerance(sizes[i][0], sizes[i][1]));
                assert_true(fabs((double)found.im - wanted[1]) < tolerance(sizes[i][0], sizes[i][1]));
            }
        }
        free_planes(p);
    }
}

static void mirrored_real_transform_equals_the_complex_one(void **state)
{
    (void)state;
    test_random random = {2};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        planes p = make_planes(&random, sizes[i][0], sizes[i][1]);
        size_t count = sizes[i][0] * p.fft->complex_stride;
        for (size_t k = 0; k < count; k++) {
            p.original[k].im = 0;
        }
        ond_fft_forward(p.fft, p.original);
        ond_fft_real_forward(p.fft, p.real, p.plane);
        ond_fft_mirror(p.fft, p.plane);
        for (size_t row = 0; row < sizes[i][0]; row++) {
            for (size_t column = 0; column < sizes[i][1]; column++) {
                size_t k = row * p.fft->complex_stride + column;
                assert_true(fabsf(p.plane[k].re - p.original[k].re) < (float)tolerance(sizes[i][0], sizes[i][1]));
                assert_true(fabsf(p.plane[k].im - p.original[k].im) < (float)tolerance(sizes[i][0], sizes[i][1]));
            }
        }
        free_planes(p);
    }
}

static void backward_undoes_forward_times_the_size(void **state)
{
    (void)state;
    test_random random = {3};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        planes p = make_planes(&random, sizes[i][0], sizes[i][1]);
        float size = (float)(sizes[i][0] * sizes[i][1]);
        ond_fft_forward(p.fft, p.plane);
        ond_fft_backward(p.fft, p.plane);
        for (size_t k = 0; k < sizes[i][0] * p.fft->complex_stride; k++) {
            assert_true(k % p.fft->complex_stride >= sizes[i][1]
                        || fabsf(p.plane[k].im / size - p.original[k].im) < 2e-6f);
        }
        ond_fft_real_forward(p.fft, p.real, p.plane);
        ond_fft_real_backward(p.fft, p.plane, p.real);
        for (size_t row = 0; row < sizes[i][0]; row++) {
            float found = p.real[row * p.fft->real_stride] / size;
            assert_true(fabsf(found - p.original[row * p.fft->complex_stride].re) < 2e-6f);
        }
        free_planes(p);
    }
}

static void good_sizes_have_small_factors_only(void **state)
{
    (void)state;
    assert_int_equal(ond_fft_good_size(1, 1), 1);
    assert_int_equal(ond_fft_good_size(11, 1), 12);
    assert_int_equal(ond_fft_good_size(1088, 32), 35 * 32);
    assert_int_equal(ond_fft_good_size(3, 8), 8);
    assert_int_equal(ond_fft_good_size(576, 32), 576);
}

static void strides_keep_rows_aligned_and_apart(void **state)
{
    (void)state;
    for (size_t width = 1; width < 1100; width += 13) {
        ond_fft *fft = NULL;
        assert_ok(ond_fft_create(4, width, OND_FFT_BACKWARD, OND_PLANNING_ESTIMATE, &fft));
        assert_true(fft->real_stride >= width && fft->real_stride * sizeof(float) % OND_ALIGNMENT == 0);
        assert_true(fft->complex_stride >= width && fft->complex_stride * sizeof(ond_complex) % OND_ALIGNMENT == 0);
        assert_int_equal(4 % fft->group, 0);
        ond_fft_destroy(fft);
    }
}

static void empty_sizes_are_refused(void **state)
{
    (void)state;
    ond_fft *fft = NULL;
    assert_fails(OND_ERROR_SHAPE, "0 x 4", ond_fft_create(0, 4, OND_FFT_FORWARD, OND_PLANNING_ESTIMATE, &fft));
    assert_null(fft);
    ond_fft_destroy(NULL);
}

static const char *very_long_path(void)
{
    static char path[5000];
    memset(path, 'x', sizeof path - 1);
    return path;
}

static void wisdom_is_written_once_measured_and_read_back(void **state)
{
    (void)state;
    if (!text_contains(ond_fft_version(), "fftw")) {
        skip(); /* other libraries measure nothing */
    }
    const char *path = scratch_path("wisdom");
    ond_fft *fft = NULL;
    assert_ok(ond_fft_create(6, 10, OND_FFT_BACKWARD, OND_PLANNING_MEASURE, &fft));
    ond_fft_destroy(fft);
    assert_ok(ond_wisdom_write(path));
    assert_ok(ond_wisdom_read(path));
    assert_fails(OND_ERROR_ARGUMENT, "longer", ond_wisdom_write(very_long_path()));
    assert_ok(ond_wisdom_read(scratch_path("nothing-here")));
    assert_ok(ond_fft_create(6, 14, OND_FFT_BACKWARD, OND_PLANNING_MEASURE, &fft));
    ond_fft_destroy(fft);
    assert_fails(OND_ERROR_IO, "no-folder", ond_wisdom_write(scratch_path("no-folder/wisdom")));
}

/* Without a path it goes to the user's cache folder, whose parents are made; without a home it goes nowhere. */
static void wisdom_has_a_place_of_its_own(void **state)
{
    (void)state;
    if (!text_contains(ond_fft_version(), "fftw")) {
        skip();
    }
    ond_fft *fft = NULL;
    char path[600];
    snprintf(path, sizeof path, "%s/ondelet/fftw-wisdom", scratch_path("cache/deep"));
    assert_int_equal(setenv("XDG_CACHE_HOME", scratch_path("cache/deep"), 1), 0);
    assert_ok(ond_wisdom_read(NULL));
    assert_ok(ond_fft_create(6, 18, OND_FFT_BACKWARD, OND_PLANNING_MEASURE, &fft));
    ond_fft_destroy(fft);
    assert_ok(ond_wisdom_write(NULL));
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(unlink(path), 0);
    assert_ok(ond_wisdom_write(NULL)); /* nothing was measured since */
    assert_int_not_equal(stat(path, &found), 0);

    assert_int_equal(setenv("XDG_CACHE_HOME", "relative", 1), 0);
    assert_int_equal(setenv("HOME", scratch_path("home"), 1), 0);
    snprintf(path, sizeof path, "%s/.cache/ondelet/fftw-wisdom", scratch_path("home"));
    assert_ok(ond_fft_create(6, 22, OND_FFT_BACKWARD, OND_PLANNING_MEASURE, &fft));
    ond_fft_destroy(fft);
    assert_ok(ond_wisdom_write(NULL));
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(chmod(path, 0600), 0);
    FILE *file = fopen(scratch_path("home/file"), "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(setenv("HOME", scratch_path("home/file"), 1), 0);
    assert_ok(ond_fft_create(6, 26, OND_FFT_BACKWARD, OND_PLANNING_MEASURE, &fft));
    ond_fft_destroy(fft);
    assert_fails(OND_ERROR_IO, "cannot make its folder", ond_wisdom_write(NULL));
    assert_int_equal(setenv("HOME", "nowhere", 1), 0);
    assert_ok(ond_wisdom_write(NULL));
    assert_ok(ond_wisdom_read(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_transform_equals_the_direct_sum),
        cmocka_unit_test(mirrored_real_transform_equals_the_complex_one),
        cmocka_unit_test(backward_undoes_forward_times_the_size),
        cmocka_unit_test(good_sizes_have_small_factors_only),
        cmocka_unit_test(strides_keep_rows_aligned_and_apart),
        cmocka_unit_test(empty_sizes_are_refused),
        cmocka_unit_test(wisdom_is_written_once_measured_and_read_back),
        cmocka_unit_test(wisdom_has_a_place_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
