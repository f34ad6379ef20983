/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>

/* Laws of every filter bank: Parseval, frame bounds, adjoint, perfect reconstruction, on random grids. */

typedef ond_status (*bank_maker)(test_random *random, size_t height, size_t width, ond_filters **filters);

static ond_status make_morlet(test_random *random, size_t height, size_t width, ond_filters **filters)
{
    ond_morlet_config config = ond_morlet_config_default();
    config.scales = (int)random_between(random, 1, 3);
    config.orientations = (int)random_between(random, 3, 9);
    config.parameters = random_between(random, 0, 1) ? OND_MORLET_KYMATIO : OND_MORLET_BRUNA_MALLAT;
    config.height = (int)height;
    config.width = (int)width;
    return ond_morlet_create(&config, filters);
}

static ond_status make_spline(test_random *random, size_t height, size_t width, ond_filters **filters)
{
    ond_spline_config config = ond_spline_config_default();
    config.scales = (int)random_between(random, 1, 4);
    config.orientations = (int)random_between(random, 1, 9);
    config.height = (int)height;
    config.width = (int)width;
    return ond_spline_create(&config, filters);
}

static ond_status make_separable(test_random *random, size_t height, size_t width, ond_filters **filters)
{
    ond_separable_config config = {(int)random_between(random, 1, 4), (int)height, (int)width};
    return ond_separable_create(&config, filters);
}

/* Noise as spectra: no structure at all. One even filter beside one-sided ones. */
static ond_status make_noise(test_random *random, size_t height, size_t width, ond_filters **filters)
{
    size_t shape[3] = {4, height, width};
    ond_array spectra = random_array(random, 3, shape);
    ond_filter_info infos[4] = {{.one_sided = true}, {.one_sided = true}, {.one_sided = true}, {.one_sided = false}};
    infos[3].kind = OND_FILTER_LOW_PASS;
    float *even = spectra.data + 3 * height * width;
    for (size_t row = 0; row < height; row++) {
        for (size_t column = 0; column < width; column++) {
            even[(height - row) % height * width + (width - column) % width] = even[row * width + column];
        }
    }
    ond_status status = ond_filters_create("noise", &spectra, infos, filters);
    ond_array_free(&spectra);
    return status;
}

static const bank_maker makers[] = {make_morlet, make_spline, make_separable, make_noise};
enum { MAKERS = sizeof makers / sizeof makers[0], TRIALS = 12 };

typedef void (*law)(test_random *random, const ond_filters *filters);

static void check_on_random_banks(law holds)
{
    test_random random = {20};
    for (int trial = 0; trial < TRIALS; trial++) {
        for (int maker = 0; maker < MAKERS; maker++) {
            size_t height = random_between(&random, 8, 41);
            size_t width = random_between(&random, 8, 41);
            ond_filters *filters = NULL;
            assert_ok(makers[maker](&random, height, width, &filters));
            holds(&random, filters);
            ond_filters_destroy(filters);
        }
    }
}

static ond_array random_image(test_random *random, const ond_filters *filters)
{
    size_t shape[2] = {ond_filters_height(filters), ond_filters_width(filters)};
    return random_array(random, 2, shape);
}

static void energy_lies_between_the_bounds(test_random *random, const ond_filters *filters)
{
    double lower = 0;
    double upper = 0;
    assert_ok(ond_filters_bounds(filters, &lower, &upper));
    ond_array image = random_image(random, filters);
    ond_array coefficients = {0};
    assert_ok(ond_filters_analysis(filters, &image, &coefficients));
    double ratio = inner_product(&coefficients, &coefficients) / inner_product(&image, &image);
    assert_true(ratio >= lower * (1 - 1e-5) && ratio <= upper * (1 + 1e-5));
    ond_array_free(&image);
    ond_array_free(&coefficients);
}

static void analysis_of_any_bank_respects_its_frame_bounds(void **state)
{
    (void)state;
    check_on_random_banks(energy_lies_between_the_bounds);
}

static void products_agree(test_random *random, const ond_filters *filters)
{
    ond_array image = random_image(random, filters);
    ond_array coefficients = {0};
    ond_array back = {0};
    assert_ok(ond_filters_analysis(filters, &image, &coefficients));
    ond_array other = random_array(random, coefficients.rank, coefficients.shape);
    if (coefficients.shape[1] == 2) { /* an even filter's imaginary part is always zero: it takes no part */
        size_t plane = image.shape[0] * image.shape[1];
        for (size_t i = 0; i < coefficients.shape[0]; i++) {
            for (size_t k = 0; !ond_filters_info(filters, i).one_sided && k < plane; k++) {
                other.data[(2 * i + 1) * plane + k] = 0;
            }
        }
    }
    assert_ok(ond_filters_adjoint(filters, &other, &back));
    double left = inner_product(&coefficients, &other);
    double right = inner_product(&image, &back);
    assert_true(fabs(left - right) <= 1e-6 * norm_of(&coefficients) * norm_of(&other));
    ond_array_free(&image);
    ond_array_free(&coefficients);
    ond_array_free(&other);
    ond_array_free(&back);
}

static void adjoint_of_any_bank_is_the_adjoint(void **state)
{
    (void)state;
    check_on_random_banks(products_agree);
}

static void synthesis_returns_the_image(test_random *random, const ond_filters *filters)
{
    double lower = 0;
    double upper = 0;
    assert_ok(ond_filters_bounds(filters, &lower, &upper));
    ond_array image = random_image(random, filters);
    ond_array coefficients = {0};
    ond_array back = {0};
    assert_ok(ond_filters_analysis(filters, &image, &coefficients));
    if (lower > 1e-3 * upper) {
        assert_ok(ond_filters_synthesis(filters, &coefficients, &back));
        assert_true(relative_error(&back, &image) <= 2e-6 * sqrt(upper / lower));
    }
    ond_array_free(&image);
    ond_array_free(&coefficients);
    ond_array_free(&back);
}

static void synthesis_of_any_frame_inverts_analysis(void **state)
{
    (void)state;
    check_on_random_banks(synthesis_returns_the_image);
}

static void parseval_bank_has_bounds_one(test_random *random, const ond_filters *filters)
{
    (void)random;
    ond_filters *parseval = NULL;
    double lower = 0;
    double upper = 0;
    assert_ok(ond_filters_bounds(filters, &lower, &upper));
    if (lower < 1e-5 * upper) {
        return;
    }
    assert_ok(ond_filters_parseval(filters, &parseval));
    assert_ok(ond_filters_bounds(parseval, &lower, &upper));
    assert_true(fabs(lower - 1) < 1e-6 && fabs(upper - 1) < 1e-6);
    ond_filters_destroy(parseval);
}

static void parseval_form_of_any_frame_is_parseval(void **state)
{
    (void)state;
    check_on_random_banks(parseval_bank_has_bounds_one);
}

static void spline_and_separable_banks_are_unitary(void **state)
{
    (void)state;
    test_random random = {21};
    for (int trial = 0; trial < 40; trial++) {
        ond_filters *filters = NULL;
        double lower = 0;
        double upper = 0;
        bank_maker make = trial % 2 ? make_spline : make_separable;
        assert_ok(make(&random, random_between(&random, 1, 90), random_between(&random, 1, 90), &filters));
        assert_ok(ond_filters_bounds(filters, &lower, &upper));
        assert_true(fabs(lower - 1) < 1e-6 && fabs(upper - 1) < 1e-6);
        ond_filters_destroy(filters);
    }
}

static void threads_give_the_same_bits(test_random *random, const ond_filters *filters)
{
    ond_array image = random_image(random, filters);
    ond_array one = {0};
    ond_array four = {0};
    assert_ok(ond_filters_analysis(filters, &image, &one));
    assert_ok(ond_threads_set(4));
    assert_ok(ond_filters_analysis(filters, &image, &four));
    assert_ok(ond_threads_set(1));
    assert_memory_equal(one.data, four.data, ond_array_count(&one) * sizeof(float));
    ond_array_free(&image);
    ond_array_free(&one);
    ond_array_free(&four);
}

static void analysis_does_not_depend_on_the_number_of_threads(void **state)
{
    (void)state;
    check_on_random_banks(threads_give_the_same_bits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(analysis_of_any_bank_respects_its_frame_bounds),
        cmocka_unit_test(adjoint_of_any_bank_is_the_adjoint),
        cmocka_unit_test(synthesis_of_any_frame_inverts_analysis),
        cmocka_unit_test(parseval_form_of_any_frame_is_parseval),
        cmocka_unit_test(spline_and_separable_banks_are_unitary),
        cmocka_unit_test(analysis_does_not_depend_on_the_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
