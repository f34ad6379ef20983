/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Laws of the discrete wavelet transform for random families, borders, levels and sizes. */

enum { FAMILIES = OND_DWT_CDF97 + 1, TRIALS = 240 };

/* Every sum of up to 20 products adds about two roundings of its size, and a level has two sums in either direction. */
static double rounding_of(int levels)
{
    return 8 * (double)FLT_EPSILON * (levels + 1);
}

typedef struct trial {
    ond_dwt_config config;
    size_t height, width;
} trial;

/* Small sides, single rows and columns, and filters longer than the image come often. */
static trial random_trial(test_random *random)
{
    static const size_t longest[] = {1, 4, 20, 70};
    trial made;
    made.config = (ond_dwt_config){
        .family = (ond_dwt_family)random_between(random, 0, FAMILIES - 1),
        .border = (ond_dwt_border)random_between(random, 0, 1),
        .levels = (int)random_between(random, 1, 7),
        .undecimated = (int)random_between(random, 0, 1),
    };
    made.height = random_between(random, 1, longest[random_between(random, 0, 3)]);
    made.width = random_between(random, 1, longest[random_between(random, 0, 3)]);
    return made;
}

static ond_dwt *create(const trial *wanted)
{
    ond_dwt *dwt = NULL;
    assert_ok(ond_dwt_create(&wanted->config, wanted->height, wanted->width, &dwt));
    return dwt;
}

static void fail_trial(const trial *failed, double error)
{
    fail_msg("family %d, border %d, %d levels, undecimated %d, %zu x %zu: %g", (int)failed->config.family,
             (int)failed->config.border, failed->config.levels, failed->config.undecimated, failed->height,
             failed->width, error);
}

static void check_reconstruction(test_random *random, const trial *wanted)
{
    ond_dwt *dwt = create(wanted);
    ond_array image = random_array(random, 2, (size_t[2]){wanted->height, wanted->width});
    ond_array coefficients = {0};
    ond_array back = {0};
    assert_ok(ond_dwt_analysis(dwt, &image, &coefficients));
    assert_int_equal(coefficients.rank, 1);
    assert_int_equal(coefficients.shape[0], ond_dwt_count(dwt));
    assert_ok(ond_dwt_synthesis(dwt, &coefficients, &back));
    double error = relative_error(&back, &image);
    if (!(error <= rounding_of(ond_dwt_levels(dwt)))) {
        fail_trial(wanted, error);
    }
    ond_array_free(&image);
    ond_array_free(&coefficients);
    ond_array_free(&back);
    ond_dwt_destroy(dwt);
}

static void synthesis_inverts_analysis(void **state)
{
    (void)state;
    test_random random = {70};
    for (int i = 0; i < TRIALS; i++) {
        trial wanted = random_trial(&random);
        check_reconstruction(&random, &wanted);
    }
}

static void every_small_size_is_reconstructed(void **state)
{
    (void)state;
    test_random random = {71};
    for (int choice = 0; choice < 4 * FAMILIES; choice++) {
        trial wanted = {.config = {(ond_dwt_family)(choice / 4), (ond_dwt_border)(choice & 1), 12, choice >> 1 & 1}};
        for (wanted.height = 1; wanted.height <= 7; wanted.height++) {
            for (wanted.width = 1; wanted.width <= 9; wanted.width++) {
                check_reconstruction(&random, &wanted);
            }
        }
    }
}

static void large_picture_is_reconstructed(void **state)
{
    (void)state;
    test_random random = {72};
    for (int choice = 0; choice < 4 * FAMILIES; choice += 3) {
        trial wanted = {{(ond_dwt_family)(choice / 4), (ond_dwt_border)(choice & 1), 5, choice >> 1 & 1}, 321, 480};
        check_reconstruction(&random, &wanted);
    }
}

/* ‖Wx‖ = ‖x‖, and ⟨Wx, c⟩ = ⟨x, W⁻¹c⟩: the inverse is the adjoint. */
static void orthogonal_periodic_transforms_are_orthonormal(void **state)
{
    (void)state;
    test_random random = {73};
    for (int i = 0; i < 60; i++) {
        int levels = (int)random_between(&random, 1, 3);
        trial wanted
            = {{(ond_dwt_family)random_between(&random, OND_DWT_HAAR, OND_DWT_DB10), OND_DWT_PERIODIC, levels, 0},
               random_between(&random, 1, 8) << levels,
               random_between(&random, 1, 8) << levels};
        ond_dwt *dwt = create(&wanted);
        ond_array image = random_array(&random, 2, (size_t[2]){wanted.height, wanted.width});
        ond_array other = random_array(&random, 1, (size_t[1]){wanted.height * wanted.width});
        ond_array coefficients = {0};
        ond_array back = {0};
        assert_ok(ond_dwt_analysis(dwt, &image, &coefficients));
        assert_ok(ond_dwt_synthesis(dwt, &other, &back));
        double rounding = rounding_of(levels);
        assert_int_equal(ond_dwt_count(dwt), wanted.height * wanted.width);
        assert_true(fabs(norm_of(&coefficients) - norm_of(&image)) <= rounding * norm_of(&image));
        double difference = inner_product(&coefficients, &other) - inner_product(&image, &back);
        assert_true(fabs(difference) <= rounding * norm_of(&image) * norm_of(&other));
        ond_array_free(&image);
        ond_array_free(&other);
        ond_array_free(&coefficients);
        ond_array_free(&back);
        ond_dwt_destroy(dwt);
    }
}

static void analysis_is_linear(void **state)
{
    (void)state;
    test_random random = {74};
    for (int i = 0; i < TRIALS / 4; i++) {
        trial wanted = random_trial(&random);
        ond_dwt *dwt = create(&wanted);
        ond_array x = random_array(&random, 2, (size_t[2]){wanted.height, wanted.width});
        ond_array y = random_array(&random, 2, x.shape);
        ond_array of_x = {0};
        ond_array of_y = {0};
        ond_array of_sum = {0};
        assert_ok(ond_dwt_analysis(dwt, &x, &of_x));
        assert_ok(ond_dwt_analysis(dwt, &y, &of_y));
        for (size_t k = 0; k < wanted.height * wanted.width; k++) {
            x.data[k] = 3 * x.data[k] - 2 * y.data[k];
        }
        assert_ok(ond_dwt_analysis(dwt, &x, &of_sum));
        double error = 0;
        for (size_t k = 0; k < of_x.shape[0]; k++) {
            double wanted_sum = 3 * (double)of_x.data[k] - 2 * (double)of_y.data[k];
            error += pow((double)of_sum.data[k] - wanted_sum, 2);
        }
        double size = norm_of(&of_x) + norm_of(&of_y);
        assert_true(sqrt(error) <= rounding_of(ond_dwt_levels(dwt)) * size);
        ond_array_free(&x);
        ond_array_free(&y);
        ond_array_free(&of_x);
        ond_array_free(&of_y);
        ond_array_free(&of_sum);
        ond_dwt_destroy(dwt);
    }
}

/* to[r + down, c + across] = from[r, c], circular. */
static void shift_plane(const float *from, size_t height, size_t width, size_t down, size_t across, float *to)
{
    for (size_t row = 0; row < height; row++) {
        for (size_t column = 0; column < width; column++) {
            to[(row + down) % height * width + (column + across) % width] = from[row * width + column];
        }
    }
}

static void undecimated_transform_moves_with_the_image(void **state)
{
    (void)state;
    test_random random = {75};
    for (int i = 0; i < TRIALS / 4; i++) {
        trial wanted = random_trial(&random);
        wanted.config.border = OND_DWT_PERIODIC;
        wanted.config.undecimated = 1;
        ond_dwt *dwt = create(&wanted);
        ond_array image = random_array(&random, 2, (size_t[2]){wanted.height, wanted.width});
        ond_array moved = random_array(&random, 2, image.shape);
        size_t down = random_between(&random, 0, wanted.height - 1);
        size_t across = random_between(&random, 0, wanted.width - 1);
        shift_plane(image.data, wanted.height, wanted.width, down, across, moved.data);
        ond_array before = {0};
        ond_array after = {0};
        assert_ok(ond_dwt_analysis(dwt, &image, &before));
        assert_ok(ond_dwt_analysis(dwt, &moved, &after));
        for (size_t k = 0; k < ond_dwt_bands(dwt); k++) {
            const float *band = before.data + ond_dwt_band_at(dwt, k).offset;
            shift_plane(band, wanted.height, wanted.width, down, across, moved.data);
            assert_memory_equal(moved.data, after.data + ond_dwt_band_at(dwt, k).offset,
                                wanted.height * wanted.width * sizeof *moved.data);
        }
        ond_array_free(&image);
        ond_array_free(&moved);
        ond_array_free(&before);
        ond_array_free(&after);
        ond_dwt_destroy(dwt);
    }
}

static void transpose(const float *from, size_t height, size_t width, float *to)
{
    for (size_t row = 0; row < height; row++) {
        for (size_t column = 0; column < width; column++) {
            to[column * height + row] = from[row * width + column];
        }
    }
}

/* Orientations 1 and 2 change places. Rows and columns are filtered in another order, hence with other roundings. */
static void assert_transposed(const ond_dwt *dwt, const ond_array *coefficients, const ond_dwt *turned,
                              const ond_array *turned_coefficients)
{
    ond_array wanted = {0};
    assert_ok(ond_array_resize(&wanted, 1, coefficients->shape));
    for (size_t i = 0; i < ond_dwt_bands(dwt); i++) {
        ond_dwt_band band = ond_dwt_band_at(dwt, i);
        for (size_t k = 0; k < ond_dwt_bands(turned); k++) {
            ond_dwt_band other = ond_dwt_band_at(turned, k);
            if (other.level == band.level
                && other.orientation == (band.orientation >> 1 | (band.orientation & 1) << 1)) {
                assert_true(fabs(other.gain - band.gain) <= 1e-12 * band.gain);
                transpose(turned_coefficients->data + other.offset, other.height, other.width,
                          wanted.data + band.offset);
            }
        }
    }
    assert_true(relative_error(coefficients, &wanted) <= rounding_of(ond_dwt_levels(dwt)));
    ond_array_free(&wanted);
}

static void rows_and_columns_are_treated_alike(void **state)
{
    (void)state;
    test_random random = {76};
    for (int i = 0; i < TRIALS / 4; i++) {
        trial wanted = random_trial(&random);
        trial turned = {wanted.config, wanted.width, wanted.height};
        ond_dwt *dwt = create(&wanted);
        ond_dwt *turned_dwt = create(&turned);
        ond_array image = random_array(&random, 2, (size_t[2]){wanted.height, wanted.width});
        ond_array turned_image = random_array(&random, 2, (size_t[2]){wanted.width, wanted.height});
        transpose(image.data, wanted.height, wanted.width, turned_image.data);
        ond_array coefficients = {0};
        ond_array turned_coefficients = {0};
        assert_ok(ond_dwt_analysis(dwt, &image, &coefficients));
        assert_ok(ond_dwt_analysis(turned_dwt, &turned_image, &turned_coefficients));
        assert_transposed(dwt, &coefficients, turned_dwt, &turned_coefficients);
        ond_array_free(&image);
        ond_array_free(&turned_image);
        ond_array_free(&coefficients);
        ond_array_free(&turned_coefficients);
        ond_dwt_destroy(dwt);
        ond_dwt_destroy(turned_dwt);
    }
}

/* The decimated transform of one level is every other coefficient of the undecimated one. */
static void decimated_coefficients_are_some_of_the_undecimated(void **state)
{
    (void)state;
    test_random random = {77};
    for (int family = 0; family < FAMILIES; family++) {
        trial wanted = {{(ond_dwt_family)family, OND_DWT_PERIODIC, 1, 0}, 12, 26};
        ond_dwt *decimated = create(&wanted);
        wanted.config.undecimated = 1;
        ond_dwt *whole = create(&wanted);
        ond_array image = random_array(&random, 2, (size_t[2]){12, 26});
        ond_array few = {0};
        ond_array all = {0};
        assert_ok(ond_dwt_analysis(decimated, &image, &few));
        assert_ok(ond_dwt_analysis(whole, &image, &all));
        size_t odd = family >= OND_DWT_CDF53; /* where the high-pass of symmetric filters has its sites */
        for (size_t i = 0; i < ond_dwt_bands(decimated); i++) {
            ond_dwt_band band = ond_dwt_band_at(decimated, i);
            const float *plane = all.data + ond_dwt_band_at(whole, i).offset;
            for (size_t k = 0; k < 6 * 13; k++) {
                size_t row = 2 * (k / 13) + odd * (band.orientation & 1);
                size_t column = 2 * (k % 13) + odd * (size_t)(band.orientation >> 1);
                assert_true(few.data[band.offset + k] == plane[row * 26 + column]);
            }
        }
        ond_array_free(&image);
        ond_array_free(&few);
        ond_array_free(&all);
        ond_dwt_destroy(decimated);
        ond_dwt_destroy(whole);
    }
}

enum { NOISE_ROUNDS = 40, NOISE_SIDE = 72 };

/* Mean square of a band over many pictures of noise; its deviation is below √(2 / values) times the redundancy. */
static void assert_gains_measured(test_random *random, const trial *wanted)
{
    double squares[37] = {0};
    ond_dwt *dwt = create(wanted);
    ond_array coefficients = {0};
    for (int round = 0; round < NOISE_ROUNDS; round++) {
        ond_array noise = random_array(random, 2, (size_t[2]){wanted->height, wanted->width});
        assert_ok(ond_dwt_analysis(dwt, &noise, &coefficients));
        for (size_t i = 0; i < ond_dwt_bands(dwt); i++) {
            ond_dwt_band band = ond_dwt_band_at(dwt, i);
            ond_array part = ond_array_view(coefficients.data + band.offset, 1, (size_t[1]){band.height * band.width});
            squares[i] += inner_product(&part, &part) / (double)(band.height * band.width) / NOISE_ROUNDS;
        }
        ond_array_free(&noise);
    }
    for (size_t i = 0; i < ond_dwt_bands(dwt); i++) {
        ond_dwt_band band = ond_dwt_band_at(dwt, i);
        double independent = ldexp((double)(wanted->height * wanted->width), -2 * band.level) * NOISE_ROUNDS;
        double ratio = squares[i] / (band.gain * band.gain);
        if (!(fabs(ratio - 1) <= 5 * sqrt(2 / independent) * 1.5)) {
            fail_trial(wanted, ratio);
        }
    }
    ond_array_free(&coefficients);
    ond_dwt_destroy(dwt);
}

static void gains_are_the_noise_that_is_measured(void **state)
{
    (void)state;
    test_random random = {78};
    for (int choice = 0; choice < 4 * FAMILIES; choice++) {
        trial wanted = {{(ond_dwt_family)(choice / 4), (ond_dwt_border)(choice & 1), 3, choice >> 1 & 1},
                        NOISE_SIDE,
                        NOISE_SIDE - 5};
        assert_gains_measured(&random, &wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(synthesis_inverts_analysis),
        cmocka_unit_test(every_small_size_is_reconstructed),
        cmocka_unit_test(large_picture_is_reconstructed),
        cmocka_unit_test(orthogonal_periodic_transforms_are_orthonormal),
        cmocka_unit_test(analysis_is_linear),
        cmocka_unit_test(undecimated_transform_moves_with_the_image),
        cmocka_unit_test(rows_and_columns_are_treated_alike),
        cmocka_unit_test(decimated_coefficients_are_some_of_the_undecimated),
        cmocka_unit_test(gains_are_the_noise_that_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
