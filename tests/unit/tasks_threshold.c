/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 40, WIDTH = 36 };

static const size_t image_shape[2] = {HEIGHT, WIDTH};

static ond_filters *make_shearlets(bool with_grid, bool parseval)
{
    ond_shearlet_config config = ond_shearlet_config_default();
    ond_filters *filters = NULL;
    config.scales = 2;
    config.parseval = parseval;
    config.height = with_grid ? HEIGHT : 0;
    config.width = with_grid ? WIDTH : 0;
    assert_ok(ond_shearlet_create(&config, &filters));
    return filters;
}

static ond_dwt *make_dwt(ond_dwt_family family, int undecimated)
{
    ond_dwt_config config = ond_dwt_config_default();
    ond_dwt *dwt = NULL;
    config.family = family;
    config.border = OND_DWT_PERIODIC;
    config.levels = 2;
    config.undecimated = undecimated;
    assert_ok(ond_dwt_create(&config, HEIGHT, WIDTH, &dwt));
    return dwt;
}

/* A step edge on noise, so that coefficients are of all sizes. */
static ond_array make_image(uint64_t seed)
{
    test_random random = {seed};
    ond_array image = random_array(&random, 2, image_shape);
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        bool inside = 3 * (i / WIDTH) + 2 * (i % WIDTH) > 90;
        image.data[i] = 0.1F * image.data[i] + (inside ? 5 : 1);
    }
    return image;
}

static int descending(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x < y) - (x > y);
}

/* What ond_filters_process tells of a band. */
static ond_status note_gain(void *context, const ond_band *band)
{
    ((double *)context)[band->index] = band->noise_gain;
    return OND_OK;
}

/* The N-term approximation by sorting all coefficients but the low-pass ones, which are left as they are. */
static void approximate_by_sorting(const ond_filters *filters, const ond_array *image, size_t keep, bool weighted,
                                   ond_array *result)
{
    ond_array coefficients = {0};
    double gains[64];
    assert_ok(ond_filters_analysis(filters, image, &coefficients));
    assert_ok(ond_filters_process(filters, image, 1, note_gain, gains, NULL));
    size_t plane = HEIGHT * WIDTH;
    size_t count = (ond_filters_count(filters) - 1) * plane;
    float *magnitudes = malloc(count * sizeof *magnitudes);
    float *sorted = malloc(count * sizeof *sorted);
    assert_non_null(magnitudes);
    assert_non_null(sorted);
    for (size_t i = 0; i < count; i++) {
        magnitudes[i] = fabsf(coefficients.data[i]) / (weighted ? (float)gains[i / plane] : 1);
    }
    memcpy(sorted, magnitudes, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, descending);
    for (size_t i = 0; i < count; i++) {
        coefficients.data[i] = magnitudes[i] >= sorted[keep - 1] ? coefficients.data[i] : 0;
    }
    assert_ok(ond_filters_adjoint(filters, &coefficients, result));
    free(magnitudes);
    free(sorted);
    ond_array_free(&coefficients);
}

static void check_against_sorting(bool weighted)
{
    ond_filters *filters = make_shearlets(true, true);
    ond_array image = make_image(1);
    ond_array wanted = {0};
    ond_array result = {0};
    ond_threshold_report report;
    ond_threshold_config config = ond_threshold_config_default();
    config.weights = weighted ? OND_WEIGHTS_NOISE : OND_WEIGHTS_NONE;
    static const size_t numbers[] = {1, 7, 100, 3000};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        config.keep = (double)numbers[i];
        approximate_by_sorting(filters, &image, numbers[i], weighted, &wanted);
        assert_ok(ond_threshold(filters, &image, &config, &result, &report));
        assert_int_equal(report.terms_kept, numbers[i]);
        assert_int_equal(report.terms, (ond_filters_count(filters) - 1) * HEIGHT * WIDTH);
        assert_true(report.low_pass_spared);
        assert_true(relative_error(&result, &wanted) < 1e-6);
        double error = relative_error(&result, &image);
        assert_true(fabs(report.relative_error - error) < 1e-6 * error);
    }
    ond_filters_destroy(filters);
    ond_array_free(&image);
    ond_array_free(&wanted);
    ond_array_free(&result);
}

static void best_terms_are_those_that_sorting_finds(void **state)
{
    (void)state;
    check_against_sorting(false);
    check_against_sorting(true);
}

static void threshold_of_best_terms_gives_the_same_by_value(void **state)
{
    (void)state;
    ond_filters *filters = make_shearlets(true, true);
    ond_array image = make_image(2);
    ond_array by_number = {0};
    ond_array by_value = {0};
    for (int rule = OND_THRESHOLD_HARD; rule <= OND_THRESHOLD_GARROTE; rule++) {
        ond_threshold_report first;
        ond_threshold_report second;
        ond_threshold_config config = ond_threshold_config_default();
        config.rule = (ond_threshold_rule)rule;
        config.keep = 500;
        assert_ok(ond_threshold(filters, &image, &config, &by_number, &first));
        config.keep = -1;
        config.value = first.threshold;
        assert_ok(ond_threshold(filters, &image, &config, &by_value, &second));
        assert_int_equal(second.terms_kept, 500);
        assert_memory_equal(by_number.data, by_value.data, HEIGHT * WIDTH * sizeof(float));
    }
    ond_filters_destroy(filters);
    ond_array_free(&image);
    ond_array_free(&by_number);
    ond_array_free(&by_value);
}

static double expected(ond_threshold_rule rule, double c, double t)
{
    if (fabs(c) <= t) {
        return 0;
    }
    return rule == OND_THRESHOLD_HARD ? c : rule == OND_THRESHOLD_SOFT ? c - copysign(t, c) : c - t * t / c;
}

static void rules_do_what_their_formulas_say(void **state)
{
    (void)state;
    ond_dwt *dwt = make_dwt(OND_DWT_DB3, 0);
    ond_array image = make_image(3);
    ond_array before = {0};
    ond_array after = {0};
    ond_array result = {0};
    assert_ok(ond_dwt_analysis(dwt, &image, &before));
    for (int rule = OND_THRESHOLD_HARD; rule <= OND_THRESHOLD_GARROTE; rule++) {
        ond_threshold_config config = ond_threshold_config_default();
        config.rule = (ond_threshold_rule)rule;
        config.low_pass = OND_LOW_PASS_TREATED;
        config.value = 0.3;
        assert_ok(ond_threshold_dwt(dwt, &image, &config, &result, NULL));
        assert_ok(ond_dwt_analysis(dwt, &result, &after)); /* an orthogonal transform: the coefficients themselves */
        for (size_t i = 0; i < ond_dwt_count(dwt); i++) {
            double wanted = expected(config.rule, (double)before.data[i], 0.3);
            assert_true(fabs((double)after.data[i] - wanted) < 2e-5);
        }
    }
    ond_dwt_destroy(dwt);
    ond_array_free(&image);
    ond_array_free(&before);
    ond_array_free(&after);
    ond_array_free(&result);
}

static void low_pass_is_spared_where_it_would_do_harm(void **state)
{
    (void)state;
    ond_dwt *decimated = make_dwt(OND_DWT_DB2, 0);
    ond_dwt *undecimated = make_dwt(OND_DWT_DB2, 1);
    ond_array image = make_image(4);
    ond_array result = {0};
    ond_threshold_report report;
    ond_threshold_config config = ond_threshold_config_default();
    config.value = 1e6;
    assert_ok(ond_threshold_dwt(decimated, &image, &config, &result, &report));
    assert_false(report.low_pass_spared);
    assert_true(norm_of(&result) == 0 && report.terms_kept == 0 && report.relative_error == 1);
    assert_ok(ond_threshold_dwt(undecimated, &image, &config, &result, &report));
    assert_true(report.low_pass_spared);
    config.rule = OND_THRESHOLD_SOFT;
    assert_ok(ond_threshold_dwt(decimated, &image, &config, &result, &report));
    assert_true(report.low_pass_spared && report.terms_kept == 0);
    double means[2] = {0};
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        means[0] += (double)image.data[i];
        means[1] += (double)result.data[i];
    }
    assert_true(fabs(means[0] - means[1]) < 1e-5 * means[0]);
    ond_dwt_destroy(decimated);
    ond_dwt_destroy(undecimated);
    ond_array_free(&image);
    ond_array_free(&result);
}

/* Squares of two by two: most Haar coefficients vanish, the others are all of one size. */
static void ties_are_broken_by_order(void **state)
{
    (void)state;
    ond_dwt *dwt = make_dwt(OND_DWT_HAAR, 0);
    ond_array image = {0};
    ond_array result = {0};
    ond_array again = {0};
    ond_threshold_report report;
    ond_threshold_config config = ond_threshold_config_default();
    assert_ok(ond_array_resize(&image, 2, image_shape));
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        image.data[i] = (i / WIDTH + i % WIDTH) % 2 ? 1 : -1;
    }
    static const double numbers[] = {0, 1, 17, HEIGHT * WIDTH / 4, HEIGHT * WIDTH / 4 + 5, HEIGHT * WIDTH - 1, 1e9};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        config.keep = numbers[i];
        assert_ok(ond_threshold_dwt(dwt, &image, &config, &result, &report));
        assert_true((double)report.terms_kept == fmin(numbers[i], HEIGHT * WIDTH));
        double lost = fmax(1 - numbers[i] / (HEIGHT * WIDTH / 4), 0);
        assert_true(fabs(report.relative_error - sqrt(lost)) < 1e-6);
    }
    config.keep = 10;
    assert_ok(ond_threshold_dwt(dwt, &image, &config, &result, NULL));
    assert_true(result.data[0] != 0 && result.data[HEIGHT * WIDTH - 1] == 0); /* the first rows */
    config.rule = OND_THRESHOLD_SOFT;
    assert_ok(ond_threshold_dwt(dwt, &image, &config, &again, &report));
    assert_true(report.terms_kept == 10 && norm_of(&again) == 0); /* shrunk by their own size */
    ond_dwt_destroy(dwt);
    ond_array_free(&image);
    ond_array_free(&result);
    ond_array_free(&again);
}

static void black_image_stays_black(void **state)
{
    (void)state;
    ond_filters *filters = make_shearlets(false, true);
    float pixels[15] = {0};
    size_t shape[2] = {3, 5};
    ond_array image = ond_array_view(pixels, 2, shape);
    ond_array result = {0};
    ond_threshold_report report;
    ond_threshold_config config = ond_threshold_config_default();
    for (int rule = OND_THRESHOLD_HARD; rule <= OND_THRESHOLD_GARROTE; rule++) {
        config.rule = (ond_threshold_rule)rule;
        config.keep = 10;
        assert_ok(ond_threshold(filters, &image, &config, &result, &report));
        assert_true(report.terms_kept == 10 && report.relative_error == 0 && report.threshold == 0);
        assert_true(norm_of(&result) == 0);
    }
    ond_filters_destroy(filters);
    ond_array_free(&result);
}

static void bank_without_grid_pads_images_of_any_size(void **state)
{
    (void)state;
    ond_filters *filters = make_shearlets(false, true);
    test_random random = {5};
    for (size_t height = 1; height < 60; height += 11) {
        for (size_t width = 1; width < 50; width += 8) {
            size_t shape[2] = {height, width};
            ond_array image = random_array(&random, 2, shape);
            ond_array result = {0};
            ond_threshold_report report;
            assert_ok(ond_threshold(filters, &image, NULL, &result, &report));
            assert_true(relative_error(&result, &image) < 2e-6);
            assert_true(report.terms >= (height + 64) * (width + 64));
            ond_array_free(&image);
            ond_array_free(&result);
        }
    }
    ond_filters_destroy(filters);
}

static void other_banks_are_made_parseval(void **state)
{
    (void)state;
    ond_filters *parseval = make_shearlets(true, true);
    ond_filters *raw = make_shearlets(true, false);
    ond_array image = make_image(6);
    ond_array first = {0};
    ond_array second = {0};
    ond_threshold_config config = ond_threshold_config_default();
    config.value = 0.2;
    assert_ok(ond_threshold(parseval, &image, &config, &first, NULL));
    assert_ok(ond_threshold(raw, &image, &config, &second, NULL));
    assert_true(relative_error(&second, &first) < 1e-5);
    ond_filters_destroy(parseval);
    ond_filters_destroy(raw);
    ond_array_free(&image);
    ond_array_free(&first);
    ond_array_free(&second);
}

/* The channels of one image as images of their own. */
static void check_channels(const ond_filters *filters, const ond_dwt *dwt)
{
    test_random random = {7};
    size_t shape[3] = {3, HEIGHT, WIDTH};
    ond_array image = random_array(&random, 3, shape);
    ond_array result = {0};
    ond_array single = {0};
    ond_threshold_report all;
    ond_threshold_report one;
    ond_threshold_config config = ond_threshold_config_default();
    config.keep = 200;
    assert_ok(dwt ? ond_threshold_dwt(dwt, &image, &config, &result, &all)
                  : ond_threshold(filters, &image, &config, &result, &all));
    assert_int_equal(all.terms_kept, 600);
    double largest = 0;
    for (size_t i = 0; i < 3; i++) {
        ond_array from = ond_array_item(&image, i);
        ond_array to = ond_array_item(&result, i);
        assert_ok(dwt ? ond_threshold_dwt(dwt, &from, &config, &single, &one)
                      : ond_threshold(filters, &from, &config, &single, &one));
        assert_memory_equal(to.data, single.data, HEIGHT * WIDTH * sizeof(float));
        largest = fmax(largest, one.threshold);
    }
    assert_true(all.threshold == largest);
    assert_ok(dwt ? ond_threshold_dwt(dwt, &image, &config, &image, NULL)
                  : ond_threshold(filters, &image, &config, &image, NULL));
    assert_memory_equal(image.data, result.data, 3 * HEIGHT * WIDTH * sizeof(float));
    ond_array_free(&image);
    ond_array_free(&result);
    ond_array_free(&single);
}

static void channels_are_treated_for_themselves_and_in_place(void **state)
{
    (void)state;
    ond_filters *filters = make_shearlets(true, true);
    ond_dwt *dwt = make_dwt(OND_DWT_DB4, 0);
    check_channels(filters, NULL);
    check_channels(NULL, dwt);
    ond_filters_destroy(filters);
    ond_dwt_destroy(dwt);
}

static void unfit_configs_are_refused(void **state)
{
    (void)state;
    ond_filters *filters = make_shearlets(true, true);
    ond_dwt *dwt = make_dwt(OND_DWT_HAAR, 0);
    ond_array image = make_image(8);
    ond_array result = {0};
    ond_threshold_config config = ond_threshold_config_default();
    config.value = -1;
    assert_fails(OND_ERROR_ARGUMENT, "value = -1", ond_threshold(filters, &image, &config, &result, NULL));
    assert_fails(OND_ERROR_ARGUMENT, "value = -1", ond_threshold_dwt(dwt, &image, &config, &result, NULL));
    config = ond_threshold_config_default();
    config.value = (double)NAN;
    assert_fails(OND_ERROR_ARGUMENT, "value", ond_threshold(filters, &image, &config, &result, NULL));
    config = ond_threshold_config_default();
    config.keep = 2.5;
    assert_fails(OND_ERROR_ARGUMENT, "keep = 2.5", ond_threshold(filters, &image, &config, &result, NULL));
    config.keep = -0.5;
    assert_fails(OND_ERROR_ARGUMENT, "keep = -0.5", ond_threshold(filters, &image, &config, &result, NULL));
    ond_filters_destroy(filters);
    ond_dwt_destroy(dwt);
    ond_array_free(&image);
    ond_array_free(&result);
}

static void unfit_images_and_banks_are_refused(void **state)
{
    (void)state;
    ond_filters *filters = make_shearlets(true, true);
    ond_dwt *dwt = make_dwt(OND_DWT_HAAR, 0);
    ond_filters *one_sided = NULL;
    assert_ok(ond_spline_create(NULL, &one_sided));
    ond_array image = make_image(9);
    ond_array result = {0};
    ond_array empty = {0};
    size_t turned[2] = {WIDTH, HEIGHT};
    size_t line[1] = {HEIGHT * WIDTH};
    ond_array other = ond_array_view(image.data, 2, turned);
    assert_fails(OND_ERROR_UNSUPPORTED, "one-sided", ond_threshold(one_sided, &image, NULL, &result, NULL));
    assert_fails(OND_ERROR_SHAPE, "36 x 40", ond_threshold(filters, &other, NULL, &result, NULL));
    assert_fails(OND_ERROR_SHAPE, "36", ond_threshold_dwt(dwt, &other, NULL, &result, NULL));
    other = ond_array_view(image.data, 1, line);
    assert_fails(OND_ERROR_SHAPE, "[height, width]", ond_threshold(filters, &other, NULL, &result, NULL));
    assert_int_not_equal(ond_threshold(filters, &empty, NULL, &result, NULL), OND_OK);
    image.data[77] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan", ond_threshold(filters, &image, NULL, &result, NULL));
    assert_fails(OND_ERROR_ARGUMENT, "nan", ond_threshold_dwt(dwt, &image, NULL, &result, NULL));
    ond_filters_destroy(filters);
    ond_filters_destroy(one_sided);
    ond_dwt_destroy(dwt);
    ond_array_free(&image);
    ond_array_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_terms_are_those_that_sorting_finds),
        cmocka_unit_test(threshold_of_best_terms_gives_the_same_by_value),
        cmocka_unit_test(rules_do_what_their_formulas_say),
        cmocka_unit_test(low_pass_is_spared_where_it_would_do_harm),
        cmocka_unit_test(ties_are_broken_by_order),
        cmocka_unit_test(black_image_stays_black),
        cmocka_unit_test(bank_without_grid_pads_images_of_any_size),
        cmocka_unit_test(other_banks_are_made_parseval),
        cmocka_unit_test(channels_are_treated_for_themselves_and_in_place),
        cmocka_unit_test(unfit_configs_are_refused),
        cmocka_unit_test(unfit_images_and_banks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
