/* SPDX-License-Identifier: BSD-3-Clause */
/* Plans for bands, decimated and not, against the transforms that keep every pixel. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SYSTEMS = 4 };

/* The shearlet systems and undecimated wavelets. */
static ond_filters *make_bank(int system, size_t height, size_t width)
{
    ond_filters *filters = NULL;
    if (system == SYSTEMS - 1) {
        ond_separable_config config = {3, (int)height, (int)width};
        assert_ok(ond_separable_create(&config, &filters));
        return filters;
    }
    ond_shearlet_config config = ond_shearlet_config_default();
    config.system = (ond_shearlet_system)system;
    config.scales = 2;
    config.height = (int)height;
    config.width = (int)width;
    assert_ok(ond_shearlet_create(&config, &filters));
    return filters;
}

static ond_bands *make_plan(const ond_filters *filters, int decimated)
{
    ond_bands_config config = ond_bands_config_default();
    ond_bands *bands = NULL;
    config.decimated = decimated;
    assert_ok(ond_bands_create(filters, &config, &bands));
    return bands;
}

static ond_array *analyse(const ond_bands *bands, size_t count, const ond_array *image)
{
    ond_array *coefficients = calloc(count, sizeof *coefficients);
    assert_non_null(coefficients);
    assert_ok(ond_bands_analysis(bands, image, coefficients));
    return coefficients;
}

static void free_all(ond_array *coefficients, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ond_array_free(&coefficients[i]);
    }
    free(coefficients);
}

static double peak_of(const ond_array *a)
{
    double peak = 0;
    for (size_t i = 0; i < ond_array_count(a); i++) {
        peak = fmax(peak, fabs((double)a->data[i]));
    }
    return peak;
}

/* Largest difference of a band from every row_step-th row and column_step-th column of the whole one. */
static double difference(const ond_bands *bands, size_t index, const ond_array *band, const ond_array *whole)
{
    size_t row_step = 0;
    size_t column_step = 0;
    ond_bands_steps(bands, index, &row_step, &column_step);
    assert_int_equal(band->shape[0] * row_step, whole->shape[2]);
    assert_int_equal(band->shape[1] * column_step, whole->shape[3]);
    const float *plane = whole->data + index * whole->shape[2] * whole->shape[3];
    double worst = 0;
    for (size_t row = 0; row < band->shape[0]; row++) {
        for (size_t column = 0; column < band->shape[1]; column++) {
            double wanted = (double)plane[row * row_step * whole->shape[3] + column * column_step];
            worst = fmax(worst, fabs((double)band->data[row * band->shape[1] + column] - wanted));
        }
    }
    return worst;
}

/* Rounding of an FFT of this many points in float: a few units in the last place of its largest value. */
static const double rounding = 4e-6;

static void check_one(int system, int decimated, const size_t shape[2], test_random *random)
{
    ond_filters *filters = make_bank(system, shape[0], shape[1]);
    ond_bands *bands = make_plan(filters, decimated);
    size_t count = ond_filters_count(filters);
    ond_array image = random_array(random, 2, shape);
    ond_array whole = {0};
    ond_array back = {0};
    assert_ok(ond_filters_analysis(filters, &image, &whole));
    ond_array *coefficients = analyse(bands, count, &image);
    for (size_t i = 0; i < count; i++) {
        assert_true(difference(bands, i, &coefficients[i], &whole) < rounding * peak_of(&image));
    }
    assert_ok(ond_bands_synthesis(bands, coefficients, &back));
    assert_true(relative_error(&back, &image) < rounding);
    free_all(coefficients, count);
    ond_array_free(&image);
    ond_array_free(&whole);
    ond_array_free(&back);
    ond_bands_destroy(bands);
    ond_filters_destroy(filters);
}

static void kept_coefficients_are_those_of_the_analysis_and_give_the_image_back(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{64, 64}, {48, 90}, {45, 64}, {37, 41}, {105, 96}, {16, 17}, {2, 30}};
    test_random random = {80};
    for (int system = 0; system < SYSTEMS; system++) {
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
            check_one(system, 0, shapes[i], &random);
            check_one(system, 1, shapes[i], &random);
        }
    }
}

static void steps_reach_what_the_table_of_the_bank_promises(void **state)
{
    (void)state;
    ond_filters *filters = make_bank(OND_SHEARLET_MEYER, 256, 256);
    ond_bands *bands = make_plan(filters, 1);
    size_t kept = 0;
    size_t count = ond_filters_count(filters);
    for (size_t i = 0; i < count; i++) {
        size_t row_step = 0;
        size_t column_step = 0;
        ond_bands_steps(bands, i, &row_step, &column_step);
        size_t promised = (size_t)1 << ond_filters_info(filters, i).subsampling;
        assert_true(row_step >= promised && column_step >= promised);
        kept += 256 / row_step * (256 / column_step);
    }
    assert_true(kept < count * 256 * 256 * 7 / 10); /* a quarter of each coarse band is enough */
    ond_bands_destroy(bands);
    ond_filters_destroy(filters);
}

/* Halves what is large in image 0 or positive in image 1; sees one coefficient at a time. */
static ond_status halve(void *context, const ond_band *band)
{
    const float *limit = context;
    for (size_t i = 0; i < band->height; i++) {
        for (size_t k = 0; k < band->width; k++) {
            float *value = &band->data[0][i * band->stride + k];
            if (fabsf(*value) > *limit || band->data[1][i * band->stride + k] > 0) {
                *value *= 0.5F;
            }
        }
    }
    return OND_OK;
}

static void rows_group_by_group_and_any_threads_give_the_same_bits(void **state)
{
    (void)state;
    test_random random = {81};
    size_t shape[2] = {60, 84};
    float limit = 0.2F;
    for (int decimated = 0; decimated < 2; decimated++) {
        ond_filters *filters = make_bank(decimated ? OND_SHEARLET_MEYER : OND_SHEARLET_COMPACT, shape[0], shape[1]);
        ond_bands *bands = make_plan(filters, decimated);
        ond_array images[2] = {random_array(&random, 2, shape), random_array(&random, 2, shape)};
        ond_array wanted = {0};
        assert_ok(ond_bands_process(bands, images, 2, halve, &limit, &wanted));
        for (int threads = 1; threads <= 3; threads++) {
            ond_array found = {0};
            assert_ok(ond_threads_set(threads));
            assert_ok(ond_bands_process_rows(bands, images, 2, halve, &limit, &found));
            assert_memory_equal(found.data, wanted.data, ond_array_count(&wanted) * sizeof(float));
            ond_array_free(&found);
        }
        assert_ok(ond_threads_set(1));
        ond_array_free(&images[0]);
        ond_array_free(&images[1]);
        ond_array_free(&wanted);
        ond_bands_destroy(bands);
        ond_filters_destroy(filters);
    }
}

typedef struct rows_seen {
    size_t next, rows_of_band;
    size_t bands;
} rows_seen;

static ond_status follow_rows(void *context, const ond_band *band)
{
    rows_seen *seen = context;
    if (band->row == 0) {
        seen->bands++;
        seen->next = 0;
    }
    assert_int_equal(band->row, seen->next);
    seen->next += band->height;
    assert_true(seen->next <= seen->rows_of_band / band->row_step);
    return OND_OK;
}

static void rows_come_in_order_and_all_of_them(void **state)
{
    (void)state;
    test_random random = {82};
    size_t shape[2] = {120, 600};
    ond_filters *filters = make_bank(OND_SHEARLET_MEYER, shape[0], shape[1]);
    ond_bands *bands = make_plan(filters, 1);
    ond_array image = random_array(&random, 2, shape);
    rows_seen seen = {.rows_of_band = shape[0]};
    assert_ok(ond_bands_process_rows(bands, &image, 1, follow_rows, &seen, NULL));
    assert_int_equal(seen.bands, ond_filters_count(filters));
    ond_array_free(&image);
    ond_bands_destroy(bands);
    ond_filters_destroy(filters);
}

static void misuse_is_named(void **state)
{
    (void)state;
    test_random random = {83};
    size_t shape[2] = {24, 20};
    ond_filters *filters = make_bank(OND_SHEARLET_MEYER, shape[0], shape[1]);
    ond_filters *one_sided = NULL;
    ond_spline_config spline = {2, 4, 20, 24};
    ond_bands *bands = make_plan(filters, 0);
    ond_bands *none = NULL;
    ond_bands_config config = {2, OND_PLANNING_ESTIMATE};
    assert_fails(OND_ERROR_ARGUMENT, "decimated", ond_bands_create(filters, &config, &none));
    assert_ok(ond_spline_create(&spline, &one_sided));
    assert_fails(OND_ERROR_UNSUPPORTED, "one-sided", ond_bands_create(one_sided, NULL, &none));
    ond_array image = random_array(&random, 2, shape);
    ond_array result = {0};
    size_t count = ond_filters_count(filters);
    ond_array *coefficients = analyse(bands, count, &image);
    coefficients[1].shape[0] = 12;
    coefficients[1].shape[1] = 40;
    assert_fails(OND_ERROR_SHAPE, "24 x 20", ond_bands_synthesis(bands, coefficients, &result));
    coefficients[1].shape[0] = shape[0];
    coefficients[1].shape[1] = shape[1];
    coefficients[2].data[5] = (float)NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan", ond_bands_synthesis(bands, coefficients, &result));
    free_all(coefficients, count);
    ond_array_free(&image);
    ond_array_free(&result);
    ond_bands_destroy(bands);
    ond_filters_destroy(one_sided);
    ond_filters_destroy(filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_coefficients_are_those_of_the_analysis_and_give_the_image_back),
        cmocka_unit_test(steps_reach_what_the_table_of_the_bank_promises),
        cmocka_unit_test(rows_group_by_group_and_any_threads_give_the_same_bits),
        cmocka_unit_test(rows_come_in_order_and_all_of_them),
        cmocka_unit_test(misuse_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
