/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"
#include "wavelets/dwt_filters.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { FAMILIES = OND_DWT_CDF97 + 1 };

static ond_dwt *make(ond_dwt_family family, ond_dwt_border border, int levels, int undecimated, size_t height,
                     size_t width)
{
    ond_dwt_config config = {family, border, levels, undecimated};
    ond_dwt *dwt = NULL;
    assert_ok(ond_dwt_create(&config, height, width, &dwt));
    return dwt;
}

/* Σ over the places that both filters cover, the second one moved by `shift`. */
static double overlap(const ond_dwt_taps *a, const ond_dwt_taps *b, int shift)
{
    double sum = 0;
    for (int j = 0; j < a->count; j++) {
        int k = a->first + j - shift - b->first;
        sum += k >= 0 && k < b->count ? a->values[j] * b->values[k] : 0;
    }
    return sum;
}

/* ⟨analysis part p, synthesis part q moved by 2k⟩ is 1 for p = q, k = 0, and else 0; for orthogonal families both are
 * the same, and this is orthonormality. */
static void filters_are_dual_to_1e_14(void **state)
{
    (void)state;
    for (int family = 0; family < FAMILIES; family++) {
        ond_dwt_filters filters = ond_dwt_filters_of((ond_dwt_family)family);
        for (int p = 0; p < OND_DWT_PARTS; p++) {
            for (int q = 0; q < OND_DWT_PARTS; q++) {
                for (int k = -OND_DWT_MOST_TAPS; k <= OND_DWT_MOST_TAPS; k++) {
                    int shift = 2 * k + (q - p) * filters.high_site;
                    double wanted = p == q && k == 0 ? 1 : 0;
                    double found = overlap(&filters.analysis[p], &filters.synthesis[q], shift);
                    assert_true(fabs(found - wanted) <= 1e-14);
                }
            }
        }
    }
}

static void orthogonal_filters_are_their_own_duals(void **state)
{
    (void)state;
    for (int family = 0; family < FAMILIES; family++) {
        ond_dwt_filters filters = ond_dwt_filters_of((ond_dwt_family)family);
        assert_int_equal(filters.orthogonal, family <= OND_DWT_DB10);
        bool same = memcmp(filters.analysis, filters.synthesis, sizeof filters.analysis) == 0;
        assert_int_equal(same, filters.orthogonal);
    }
}

static double moment(const ond_dwt_taps *taps, int power, double *magnitude)
{
    double sum = 0;
    *magnitude = 0;
    for (int j = 0; j < taps->count; j++) {
        double term = pow(taps->first + j, power) * taps->values[j];
        sum += term;
        *magnitude += fabs(term);
    }
    return sum;
}

static int moments_of(int family)
{
    return family == OND_DWT_CDF53 ? 2 : family == OND_DWT_CDF97 ? 4 : family - OND_DWT_HAAR + 1;
}

static void high_pass_filters_have_their_vanishing_moments(void **state)
{
    (void)state;
    for (int family = 0; family < FAMILIES; family++) {
        ond_dwt_filters filters = ond_dwt_filters_of((ond_dwt_family)family);
        double magnitude = 0;
        for (int power = 0; power < moments_of(family); power++) {
            assert_true(fabs(moment(&filters.analysis[OND_DWT_HIGH], power, &magnitude)) <= 1e-14 * magnitude);
            assert_true(fabs(moment(&filters.synthesis[OND_DWT_HIGH], power, &magnitude)) <= 1e-14 * magnitude);
        }
        assert_true(fabs(moment(&filters.analysis[OND_DWT_HIGH], moments_of(family), &magnitude)) > 1e-3);
        assert_true(fabs(moment(&filters.analysis[OND_DWT_LOW], 0, &magnitude) - sqrt(2)) <= 1e-14);
        assert_true(fabs(moment(&filters.synthesis[OND_DWT_LOW], 0, &magnitude) - sqrt(2)) <= 1e-14);
    }
}

/* Of all square roots Daubechies' has the most energy in its first taps. */
static void daubechies_filters_have_minimum_phase(void **state)
{
    (void)state;
    for (int family = OND_DWT_DB2; family <= OND_DWT_DB10; family++) {
        ond_dwt_taps low = ond_dwt_filters_of((ond_dwt_family)family).analysis[OND_DWT_LOW];
        double ahead = 0;
        for (int j = 0; j < low.count / 2; j++) {
            double mirrored = low.values[low.count - 1 - j];
            ahead += low.values[j] * low.values[j] - mirrored * mirrored;
            assert_true(ahead > 0);
        }
    }
}

static void assert_band(const ond_dwt *dwt, size_t index, ond_dwt_band wanted)
{
    ond_dwt_band found = ond_dwt_band_at(dwt, index);
    assert_int_equal(found.level, wanted.level);
    assert_int_equal(found.orientation, wanted.orientation);
    assert_int_equal(found.offset, wanted.offset);
    assert_int_equal(found.height, wanted.height);
    assert_int_equal(found.width, wanted.width);
}

static void bands_come_coarsest_first_without_gaps(void **state)
{
    (void)state;
    ond_dwt *dwt = make(OND_DWT_CDF97, OND_DWT_SYMMETRIC, 2, 0, 9, 14);
    assert_int_equal(ond_dwt_bands(dwt), 7);
    assert_int_equal(ond_dwt_levels(dwt), 2);
    assert_band(dwt, 0, (ond_dwt_band){2, 0, 0, 3, 4, 0});
    assert_band(dwt, 1, (ond_dwt_band){2, 1, 12, 2, 4, 0});
    assert_band(dwt, 2, (ond_dwt_band){2, 2, 20, 3, 3, 0});
    assert_band(dwt, 3, (ond_dwt_band){2, 3, 29, 2, 3, 0});
    assert_band(dwt, 4, (ond_dwt_band){1, 1, 35, 4, 7, 0});
    assert_band(dwt, 5, (ond_dwt_band){1, 2, 63, 5, 7, 0});
    assert_band(dwt, 6, (ond_dwt_band){1, 3, 98, 4, 7, 0});
    assert_int_equal(ond_dwt_count(dwt), 9 * 14);
    ond_dwt_destroy(dwt);
}

static size_t count_for(ond_dwt_family family, ond_dwt_border border, int undecimated, size_t height, size_t width)
{
    ond_dwt *dwt = make(family, border, 1, undecimated, height, width);
    size_t count = ond_dwt_count(dwt);
    ond_dwt_destroy(dwt);
    return count;
}

static void counts_are_as_the_header_says(void **state)
{
    (void)state;
    assert_int_equal(count_for(OND_DWT_DB4, OND_DWT_PERIODIC, 0, 16, 24), 16 * 24);
    assert_int_equal(count_for(OND_DWT_DB4, OND_DWT_PERIODIC, 0, 15, 23), 16 * 24);
    assert_int_equal(count_for(OND_DWT_CDF53, OND_DWT_PERIODIC, 0, 15, 24), 16 * 24);
    assert_int_equal(count_for(OND_DWT_CDF53, OND_DWT_SYMMETRIC, 0, 15, 23), 15 * 23);
    assert_int_equal(count_for(OND_DWT_HAAR, OND_DWT_SYMMETRIC, 0, 16, 23), 16 * 24);
    assert_int_equal(count_for(OND_DWT_DB4, OND_DWT_SYMMETRIC, 0, 16, 23), 4 * 11 * 15);
    assert_int_equal(count_for(OND_DWT_DB4, OND_DWT_PERIODIC, 1, 15, 23), 4 * 15 * 23);
    assert_int_equal(count_for(OND_DWT_CDF97, OND_DWT_SYMMETRIC, 1, 15, 23), 4 * 15 * 23);
    assert_int_equal(count_for(OND_DWT_DB4, OND_DWT_SYMMETRIC, 1, 15, 23), 4 * 30 * 46);
}

static int levels_for(size_t height, size_t width)
{
    ond_dwt *dwt = make(OND_DWT_DB2, OND_DWT_PERIODIC, 12, 0, height, width);
    int levels = ond_dwt_levels(dwt);
    ond_dwt_destroy(dwt);
    return levels;
}

static void no_more_levels_are_done_than_the_smaller_side_allows(void **state)
{
    (void)state;
    assert_int_equal(levels_for(64, 100), 6);
    assert_int_equal(levels_for(100, 63), 5);
    assert_int_equal(levels_for(2, 100), 1);
    assert_int_equal(levels_for(1, 100), 6);
    assert_int_equal(levels_for(100, 1), 6);
    assert_int_equal(levels_for(5000, 5000), 12);
    assert_int_equal(levels_for(1, 1), 0);
}

static void single_row_has_the_bands_of_a_line(void **state)
{
    (void)state;
    for (int tall = 0; tall < 2; tall++) {
        ond_dwt *dwt = make(OND_DWT_DB3, OND_DWT_PERIODIC, 2, 0, tall ? 16 : 1, tall ? 1 : 16);
        assert_int_equal(ond_dwt_bands(dwt), 3);
        assert_int_equal(ond_dwt_count(dwt), 16);
        assert_band(dwt, 0, (ond_dwt_band){2, 0, 0, tall ? 4 : 1, tall ? 1 : 4, 0});
        assert_band(dwt, 1, (ond_dwt_band){2, tall ? 1 : 2, 4, tall ? 4 : 1, tall ? 1 : 4, 0});
        assert_band(dwt, 2, (ond_dwt_band){1, tall ? 1 : 2, 8, tall ? 8 : 1, tall ? 1 : 8, 0});
        ond_dwt_destroy(dwt);
    }
}

static void single_pixel_is_its_own_coefficient(void **state)
{
    (void)state;
    for (int undecimated = 0; undecimated < 2; undecimated++) {
        ond_dwt *dwt = make(OND_DWT_DB10, OND_DWT_SYMMETRIC, 4, undecimated, 1, 1);
        float pixel = 0.3f;
        ond_array image = ond_array_view(&pixel, 2, (size_t[2]){1, 1});
        ond_array coefficients = {0};
        ond_array back = {0};
        assert_int_equal(ond_dwt_bands(dwt), 1);
        assert_band(dwt, 0, (ond_dwt_band){0, 0, 0, 1, 1, 0});
        assert_true(ond_dwt_band_at(dwt, 0).gain == 1);
        assert_ok(ond_dwt_analysis(dwt, &image, &coefficients));
        assert_true(coefficients.data[0] == pixel);
        assert_ok(ond_dwt_synthesis(dwt, &coefficients, &back));
        assert_true(back.data[0] == pixel);
        ond_array_free(&coefficients);
        ond_array_free(&back);
        ond_dwt_destroy(dwt);
    }
}

/* Details vanish, and each level's low-pass of either axis multiplies by √2. */
static void constant_image_lies_in_the_approximation(void **state)
{
    (void)state;
    float pixels[13 * 18];
    for (size_t i = 0; i < 13 * 18; i++) {
        pixels[i] = 0.75f;
    }
    ond_array image = ond_array_view(pixels, 2, (size_t[2]){13, 18});
    for (int choice = 0; choice < 4 * FAMILIES; choice++) {
        ond_dwt *dwt = make((ond_dwt_family)(choice / 4), (ond_dwt_border)(choice & 1), 3, choice >> 1 & 1, 13, 18);
        ond_array coefficients = {0};
        assert_ok(ond_dwt_analysis(dwt, &image, &coefficients));
        ond_dwt_band low = ond_dwt_band_at(dwt, 0);
        for (size_t i = 0; i < coefficients.shape[0]; i++) {
            double wanted = i < low.height * low.width ? 6 : 0;
            assert_true(fabs((double)coefficients.data[i] - wanted) <= 1e-5);
        }
        ond_array_free(&coefficients);
        ond_dwt_destroy(dwt);
    }
}

/* An edge that runs along a row is seen by the high-pass along columns. */
static void orientations_are_named_by_the_edges_they_see(void **state)
{
    (void)state;
    float pixels[16 * 16];
    for (int vertical = 0; vertical < 2; vertical++) {
        for (size_t i = 0; i < 16 * 16; i++) {
            pixels[i] = (vertical ? i % 16 : i / 16) >= 7;
        }
        ond_array image = ond_array_view(pixels, 2, (size_t[2]){16, 16});
        ond_array coefficients = {0};
        ond_dwt *dwt = make(OND_DWT_HAAR, OND_DWT_SYMMETRIC, 1, 0, 16, 16);
        assert_ok(ond_dwt_analysis(dwt, &image, &coefficients));
        for (size_t i = 1; i < 4; i++) {
            ond_dwt_band band = ond_dwt_band_at(dwt, i);
            ond_array part = ond_array_view(coefficients.data + band.offset, 1, (size_t[1]){band.height * band.width});
            assert_int_equal(norm_of(&part) > 1, band.orientation == 1 + vertical);
        }
        ond_array_free(&coefficients);
        ond_dwt_destroy(dwt);
    }
}

/* Sums of squares over each band, of the transforms of all unit vectors. */
static void add_energies(const ond_dwt *dwt, size_t height, size_t width, double *energies)
{
    ond_array coefficients = {0};
    ond_array image = {0};
    assert_ok(ond_array_resize(&image, 2, (size_t[2]){height, width}));
    memset(image.data, 0, height * width * sizeof *image.data);
    for (size_t pixel = 0; pixel < height * width; pixel++) {
        image.data[pixel] = 1;
        assert_ok(ond_dwt_analysis(dwt, &image, &coefficients));
        image.data[pixel] = 0;
        for (size_t i = 0; i < ond_dwt_bands(dwt); i++) {
            ond_dwt_band band = ond_dwt_band_at(dwt, i);
            ond_array part = ond_array_view(coefficients.data + band.offset, 1, (size_t[1]){band.height * band.width});
            energies[i] += inner_product(&part, &part);
        }
    }
    ond_array_free(&coefficients);
    ond_array_free(&image);
}

static void assert_gains_exact(const ond_dwt_config *config, size_t height, size_t width)
{
    double energies[37] = {0};
    ond_dwt *dwt = NULL;
    assert_ok(ond_dwt_create(config, height, width, &dwt));
    add_energies(dwt, height, width, energies);
    for (size_t i = 0; i < ond_dwt_bands(dwt); i++) {
        ond_dwt_band band = ond_dwt_band_at(dwt, i);
        double wanted = sqrt(energies[i] / (double)(band.height * band.width));
        if (!(fabs(band.gain - wanted) <= 2e-6 * wanted)) {
            fail_msg("%zu x %zu, family %d, border %d, undecimated %d, band %zu: gain %.9g, wanted %.9g", height, width,
                     (int)config->family, (int)config->border, config->undecimated, i, band.gain, wanted);
        }
    }
    ond_dwt_destroy(dwt);
}

/* Also of a line so long that its middle is not looked at. */
static void gains_are_those_of_the_matrix(void **state)
{
    (void)state;
    for (int choice = 0; choice < 4 * FAMILIES; choice++) {
        ond_dwt_config config = {(ond_dwt_family)(choice / 4), (ond_dwt_border)(choice & 1), 3, choice >> 1 & 1};
        assert_gains_exact(&config, 9, 14);
        assert_gains_exact(&config, 2, 3);
        config.levels = 4;
        assert_gains_exact(&config, 1, 421);
    }
}

static void orthonormal_transform_has_gain_1(void **state)
{
    (void)state;
    for (int family = OND_DWT_HAAR; family <= OND_DWT_DB10; family++) {
        for (int undecimated = 0; undecimated < 2; undecimated++) {
            ond_dwt *dwt = make((ond_dwt_family)family, OND_DWT_PERIODIC, 3, undecimated, 64, 1024);
            for (size_t i = 0; i < ond_dwt_bands(dwt); i++) {
                assert_true(fabs(ond_dwt_band_at(dwt, i).gain - 1) <= 1e-12);
            }
            ond_dwt_destroy(dwt);
        }
    }
}

static void wrong_configs_and_sizes_are_refused(void **state)
{
    (void)state;
    ond_dwt *dwt = NULL;
    ond_dwt_config config = ond_dwt_config_default();
    assert_fails(OND_ERROR_SHAPE, "0 x 5", ond_dwt_create(&config, 0, 5, &dwt));
    assert_fails(OND_ERROR_SHAPE, "5 x 0", ond_dwt_create(NULL, 5, 0, &dwt));
    assert_fails(OND_ERROR_MEMORY, "more than memory", ond_dwt_create(NULL, SIZE_MAX / 2, 3, &dwt));
    config.undecimated = 1;
    assert_fails(OND_ERROR_MEMORY, "more than memory", ond_dwt_create(&config, SIZE_MAX / 64, 4, &dwt));
    config.levels = 13;
    assert_fails(OND_ERROR_ARGUMENT, "levels = 13", ond_dwt_create(&config, 8, 8, &dwt));
    config = ond_dwt_config_default();
    config.family = (ond_dwt_family)12;
    assert_fails(OND_ERROR_ARGUMENT, "family", ond_dwt_create(&config, 8, 8, &dwt));
    config = ond_dwt_config_default();
    config.border = (ond_dwt_border)-1;
    assert_fails(OND_ERROR_ARGUMENT, "border", ond_dwt_create(&config, 8, 8, &dwt));
    assert_null(dwt);
    ond_dwt_destroy(NULL);
}

static void wrong_images_are_refused(void **state)
{
    (void)state;
    float pixels[6 * 7] = {0};
    ond_dwt *dwt = make(OND_DWT_CDF53, OND_DWT_SYMMETRIC, 1, 0, 6, 7);
    ond_array coefficients = {0};
    ond_array empty = {0};
    ond_array turned = ond_array_view(pixels, 2, (size_t[2]){7, 6});
    ond_array flat = ond_array_view(pixels, 1, (size_t[1]){42});
    ond_array image = ond_array_view(pixels, 2, (size_t[2]){6, 7});
    assert_fails(OND_ERROR_ARGUMENT, "image is missing", ond_dwt_analysis(dwt, &empty, &coefficients));
    assert_fails(OND_ERROR_SHAPE, "7 x 6, the transform is for 6 x 7", ond_dwt_analysis(dwt, &turned, &coefficients));
    assert_fails(OND_ERROR_SHAPE, "42, the transform is for 6 x 7", ond_dwt_analysis(dwt, &flat, &coefficients));
    assert_fails(OND_ERROR_ARGUMENT, "same memory", ond_dwt_analysis(dwt, &image, &flat));
    float few[41];
    ond_array small = ond_array_view(few, 1, (size_t[1]){41});
    assert_fails(OND_ERROR_SHAPE, "borrowed", ond_dwt_analysis(dwt, &image, &small));
    pixels[40] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan at element 40", ond_dwt_analysis(dwt, &image, &coefficients));
    pixels[40] = -INFINITY;
    assert_fails(OND_ERROR_ARGUMENT, "inf at element 40", ond_dwt_analysis(dwt, &image, &coefficients));
    assert_null(coefficients.data);
    ond_dwt_destroy(dwt);
}

static void wrong_coefficients_are_refused(void **state)
{
    (void)state;
    float values[43] = {0};
    ond_dwt *dwt = make(OND_DWT_CDF53, OND_DWT_SYMMETRIC, 1, 0, 6, 7);
    ond_array back = {0};
    ond_array empty = {0};
    ond_array more = ond_array_view(values, 1, (size_t[1]){43});
    ond_array image = ond_array_view(values, 2, (size_t[2]){6, 7});
    ond_array right = ond_array_view(values, 1, (size_t[1]){42});
    assert_fails(OND_ERROR_ARGUMENT, "coefficients is missing", ond_dwt_synthesis(dwt, &empty, &back));
    assert_fails(OND_ERROR_SHAPE, "43, the transform has 42", ond_dwt_synthesis(dwt, &more, &back));
    assert_fails(OND_ERROR_SHAPE, "6 x 7, the transform has 42", ond_dwt_synthesis(dwt, &image, &back));
    assert_fails(OND_ERROR_ARGUMENT, "same memory", ond_dwt_synthesis(dwt, &right, &image));
    values[0] = INFINITY;
    assert_fails(OND_ERROR_ARGUMENT, "inf at element 0", ond_dwt_synthesis(dwt, &right, &back));
    assert_null(back.data);
    ond_dwt_destroy(dwt);
}

static void outputs_that_fit_are_written_in_place(void **state)
{
    (void)state;
    test_random random = {5};
    ond_array image = random_array(&random, 2, (size_t[2]){6, 8});
    float values[48];
    float pixels[48];
    ond_array coefficients = ond_array_view(values, 1, (size_t[1]){48});
    ond_array back = ond_array_view(pixels, 2, (size_t[2]){6, 8});
    ond_dwt *dwt = make(OND_DWT_DB2, OND_DWT_PERIODIC, 1, 0, 6, 8);
    assert_ok(ond_dwt_analysis(dwt, &image, &coefficients));
    assert_ok(ond_dwt_synthesis(dwt, &coefficients, &back));
    assert_ptr_equal(back.data, pixels);
    assert_true(relative_error(&back, &image) <= 4 * (double)FLT_EPSILON);
    ond_array_free(&image);
    ond_dwt_destroy(dwt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_are_dual_to_1e_14),
        cmocka_unit_test(orthogonal_filters_are_their_own_duals),
        cmocka_unit_test(high_pass_filters_have_their_vanishing_moments),
        cmocka_unit_test(daubechies_filters_have_minimum_phase),
        cmocka_unit_test(bands_come_coarsest_first_without_gaps),
        cmocka_unit_test(counts_are_as_the_header_says),
        cmocka_unit_test(no_more_levels_are_done_than_the_smaller_side_allows),
        cmocka_unit_test(single_row_has_the_bands_of_a_line),
        cmocka_unit_test(single_pixel_is_its_own_coefficient),
        cmocka_unit_test(constant_image_lies_in_the_approximation),
        cmocka_unit_test(orientations_are_named_by_the_edges_they_see),
        cmocka_unit_test(gains_are_those_of_the_matrix),
        cmocka_unit_test(orthonormal_transform_has_gain_1),
        cmocka_unit_test(wrong_configs_and_sizes_are_refused),
        cmocka_unit_test(wrong_images_are_refused),
        cmocka_unit_test(wrong_coefficients_are_refused),
        cmocka_unit_test(outputs_that_fit_are_written_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
