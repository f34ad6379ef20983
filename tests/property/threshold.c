/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"
#include "tasks/selection.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Laws of thresholding, on random images, transforms and thresholds. */

enum { TRIALS = 20 };

static ond_filters *random_bank(test_random *random, size_t height, size_t width)
{
    ond_filters *filters = NULL;
    if (random_between(random, 0, 1)) {
        ond_shearlet_config config = ond_shearlet_config_default();
        config.scales = (int)random_between(random, 1, 3);
        config.height = (int)height;
        config.width = (int)width;
        assert_ok(ond_shearlet_create(&config, &filters));
    } else {
        ond_separable_config config = {(int)random_between(random, 1, 4), (int)height, (int)width};
        assert_ok(ond_separable_create(&config, &filters));
    }
    return filters;
}

static ond_threshold_config random_config(test_random *random, size_t terms)
{
    ond_threshold_config config = ond_threshold_config_default();
    config.rule = (ond_threshold_rule)random_between(random, 0, 2);
    config.weights = (ond_threshold_weights)random_between(random, 0, 1);
    config.low_pass = (ond_threshold_low_pass)random_between(random, 0, 2);
    config.value = random_uniform(random);
    config.keep = random_between(random, 0, 1) ? (double)random_between(random, 0, terms) : -1;
    return config;
}

/* Mirror images along both axes have pairs of equal magnitudes, so that ties are met as well. */
static ond_array random_image(test_random *random, size_t height, size_t width)
{
    size_t shape[2] = {height, width};
    ond_array image = random_array(random, 2, shape);
    bool mirrored = random_between(random, 0, 1);
    for (size_t i = 0; mirrored && i < height * width; i++) {
        size_t row = i / width;
        size_t column = i % width;
        row = row < height - 1 - row ? row : height - 1 - row;
        column = column < width - 1 - column ? column : width - 1 - column;
        image.data[i] = image.data[row * width + column];
    }
    return image;
}

static void bits_do_not_depend_on_the_number_of_threads(void **state)
{
    (void)state;
    test_random random = {31};
    for (int trial = 0; trial < TRIALS; trial++) {
        size_t height = random_between(&random, 4, 40);
        size_t width = random_between(&random, 4, 40);
        ond_filters *filters = random_bank(&random, height, width);
        ond_array image = random_image(&random, height, width);
        ond_threshold_config config = random_config(&random, height * width * 4);
        ond_array one = {0};
        ond_array four = {0};
        ond_threshold_report first;
        ond_threshold_report second;
        assert_ok(ond_threshold(filters, &image, &config, &one, &first));
        assert_ok(ond_threads_set(4));
        assert_ok(ond_threshold(filters, &image, &config, &four, &second));
        assert_ok(ond_threads_set(1));
        assert_memory_equal(one.data, four.data, height * width * sizeof(float));
        assert_true(first.terms_kept == second.terms_kept && first.threshold == second.threshold);
        if (config.keep >= 0) {
            assert_true((double)first.terms_kept == fmin(config.keep, (double)first.terms));
        }
        ond_filters_destroy(filters);
        ond_array_free(&image);
        ond_array_free(&one);
        ond_array_free(&four);
    }
}

/* A Parseval frame: what is put together from changed coefficients differs by no more than they do. */
static void error_is_at_most_that_of_the_coefficients(void **state)
{
    (void)state;
    test_random random = {32};
    for (int trial = 0; trial < TRIALS; trial++) {
        size_t height = random_between(&random, 4, 40);
        size_t width = random_between(&random, 4, 40);
        ond_filters *filters = random_bank(&random, height, width);
        ond_array image = random_image(&random, height, width);
        ond_array coefficients = {0};
        ond_array result = {0};
        ond_threshold_report report;
        ond_threshold_config config = ond_threshold_config_default();
        config.low_pass = OND_LOW_PASS_TREATED;
        config.value = random_uniform(&random);
        assert_ok(ond_threshold(filters, &image, &config, &result, &report));
        assert_ok(ond_filters_analysis(filters, &image, &coefficients));
        double lost = 0;
        for (size_t i = 0; i < ond_array_count(&coefficients); i++) {
            double c = (double)coefficients.data[i];
            lost += fabs(c) <= config.value ? c * c : 0;
        }
        assert_true(report.relative_error * norm_of(&image) <= sqrt(lost) * (1 + 1e-4) + 1e-5);
        ond_filters_destroy(filters);
        ond_array_free(&image);
        ond_array_free(&coefficients);
        ond_array_free(&result);
    }
}

static void orthogonal_error_falls_with_every_term(void **state)
{
    (void)state;
    test_random random = {33};
    for (int trial = 0; trial < TRIALS; trial++) {
        size_t height = 8 * random_between(&random, 1, 6);
        size_t width = 8 * random_between(&random, 1, 6);
        ond_dwt *dwt = NULL;
        ond_dwt_config transform = ond_dwt_config_default();
        transform.family = (ond_dwt_family)random_between(&random, OND_DWT_HAAR, OND_DWT_DB10);
        transform.border = OND_DWT_PERIODIC;
        transform.levels = 3;
        assert_ok(ond_dwt_create(&transform, height, width, &dwt));
        ond_array image = random_image(&random, height, width);
        ond_array result = {0};
        ond_threshold_config config = ond_threshold_config_default();
        double last = 1;
        for (config.keep = 1; config.keep <= (double)(height * width); config.keep = floor(config.keep * 1.7) + 1) {
            ond_threshold_report report;
            assert_ok(ond_threshold_dwt(dwt, &image, &config, &result, &report));
            assert_true((double)report.terms_kept == config.keep);
            assert_true(report.relative_error <= last + 1e-6);
            last = report.relative_error;
        }
        config.keep = (double)ond_dwt_count(dwt);
        assert_ok(ond_threshold_dwt(dwt, &image, &config, &result, NULL));
        assert_true(relative_error(&result, &image) < 1e-5);
        ond_dwt_destroy(dwt);
        ond_array_free(&image);
        ond_array_free(&result);
    }
}

/* A plain array as a source of bands. */
typedef struct list_source {
    float *values;
    size_t bands, length;
} list_source;

static ond_status walk_list(void *object, bool change, ond_band_function function, void *context)
{
    (void)change;
    const list_source *list = object;
    for (size_t i = 0; i < list->bands; i++) {
        ond_band band = {.index = i, .height = 1, .width = list->length, .stride = list->length};
        band.data[0] = list->values + i * list->length;
        ond_status status = function(context, &band);
        if (status != OND_OK) {
            return status;
        }
    }
    return OND_OK;
}

/* The last band takes no part. */
static float list_factor(const void *context, const ond_band *band)
{
    return band->index + 1 < *(const size_t *)context ? 1 : -1;
}

static int descending(const void *a, const void *b)
{
    float x = fabsf(*(const float *)a);
    float y = fabsf(*(const float *)b);
    return (x < y) - (x > y);
}

/* Numbers of any size, denormal ones and zeros among them, few of them different. */
static void fill_list(test_random *random, list_source *list)
{
    for (size_t i = 0; i < list->bands * list->length; i++) {
        double value = ldexp(random_normal(random), (int)random_between(random, 0, 200) - 160);
        list->values[i] = random_between(random, 0, 3) ? (float)value : (float)random_between(random, 0, 3);
    }
}

static void selection_is_that_of_sorting(void **state)
{
    (void)state;
    test_random random = {34};
    for (int trial = 0; trial < 60; trial++) {
        float values[5 * 50];
        list_source list = {values, random_between(&random, 2, 5), random_between(&random, 1, 50)};
        ond_band_source source = {&list, list.bands, walk_list};
        fill_list(&random, &list);
        size_t terms = (list.bands - 1) * list.length;
        size_t count = random_between(&random, 0, terms + 1);
        ond_selection selection = {0};
        assert_ok(ond_select_largest(&source, list_factor, &list.bands, count, &selection));
        assert_true(selection.all == (count >= terms));
        if (!selection.all) {
            qsort(values, terms, sizeof values[0], descending);
            size_t larger = 0;
            while (larger < terms && fabsf(values[larger]) > selection.threshold) {
                larger++;
            }
            assert_true(fabsf(values[count]) == selection.threshold);
            assert_int_equal(larger + selection.ties, count);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_do_not_depend_on_the_number_of_threads),
        cmocka_unit_test(error_is_at_most_that_of_the_coefficients),
        cmocka_unit_test(orthogonal_error_falls_with_every_term),
        cmocka_unit_test(selection_is_that_of_sorting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
