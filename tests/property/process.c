/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>

/* Band-by-band processing against the transforms that hold all bands at once. */

static ond_filters *shearlets(size_t height, size_t width)
{
    ond_shearlet_config config = ond_shearlet_config_default();
    config.scales = 2;
    config.height = (int)height;
    config.width = (int)width;
    ond_filters *filters = NULL;
    assert_ok(ond_shearlet_create(&config, &filters));
    return filters;
}

static ond_status keep(void *context, const ond_band *band)
{
    (void)context;
    (void)band;
    return OND_OK;
}

/* Multiplies image 0's coefficients by those of image 1, as far as they are positive. */
static ond_status multiply(void *context, const ond_band *band)
{
    (void)context;
    for (size_t row = 0; row < band->height; row++) {
        for (size_t column = 0; column < band->width; column++) {
            size_t i = row * band->stride + column;
            band->data[0][i] *= fmaxf(band->data[1][i], 0);
        }
    }
    return OND_OK;
}

static void doing_nothing_returns_the_image(void **state)
{
    (void)state;
    test_random random = {70};
    for (int trial = 0; trial < 8; trial++) {
        size_t shape[2] = {random_between(&random, 16, 70), random_between(&random, 16, 70)};
        ond_filters *filters = shearlets(shape[0], shape[1]);
        ond_array image = random_array(&random, 2, shape);
        ond_array result = {0};
        assert_ok(ond_filters_process(filters, &image, 1, keep, NULL, &result));
        assert_true(relative_error(&result, &image) < 2e-6);
        ond_array_free(&image);
        ond_array_free(&result);
        ond_filters_destroy(filters);
    }
}

static void bands_are_those_of_the_analysis(void **state)
{
    (void)state;
    test_random random = {71};
    size_t shape[2] = {31, 40};
    ond_filters *filters = shearlets(shape[0], shape[1]);
    ond_array images[2] = {random_array(&random, 2, shape), random_array(&random, 2, shape)};
    ond_array first = {0};
    ond_array second = {0};
    ond_array wanted = {0};
    ond_array result = {0};
    assert_ok(ond_filters_analysis(filters, &images[0], &first));
    assert_ok(ond_filters_analysis(filters, &images[1], &second));
    for (size_t i = 0; i < ond_array_count(&first); i++) {
        first.data[i] *= fmaxf(second.data[i], 0);
    }
    assert_ok(ond_filters_adjoint(filters, &first, &wanted));
    for (int threads = 1; threads <= 3; threads++) {
        ond_array found = {0};
        assert_ok(ond_threads_set(threads));
        assert_ok(ond_filters_process(filters, images, 2, multiply, NULL, &found));
        assert_true(relative_error(&found, &wanted) < 5e-6);
        if (threads == 1) {
            result = found;
        } else {
            assert_memory_equal(found.data, result.data, ond_array_count(&found) * sizeof(float));
            ond_array_free(&found);
        }
    }
    assert_ok(ond_threads_set(1));
    for (int i = 0; i < 2; i++) {
        ond_array_free(&images[i]);
    }
    ond_array_free(&first);
    ond_array_free(&second);
    ond_array_free(&wanted);
    ond_array_free(&result);
    ond_filters_destroy(filters);
}

/* The noise gain is the standard deviation of the coefficients of white noise. */
static ond_status compare_gain(void *context, const ond_band *band)
{
    double *worst = context;
    double sum = 0;
    for (size_t row = 0; row < band->height; row++) {
        for (size_t column = 0; column < band->width; column++) {
            double value = (double)band->data[0][row * band->stride + column];
            sum += value * value;
        }
    }
    double measured = sqrt(sum / ((double)band->height * (double)band->width));
    if (band->info.kind == OND_FILTER_BAND_PASS) {
        *worst = fmax(*worst, fabs(measured / band->noise_gain - 1));
    }
    return OND_OK;
}

static void noise_gain_is_that_of_white_noise(void **state)
{
    (void)state;
    test_random random = {72};
    size_t shape[2] = {256, 256};
    ond_filters *filters = shearlets(shape[0], shape[1]);
    ond_array noise = random_array(&random, 2, shape);
    double worst = 0;
    assert_ok(ond_filters_process(filters, &noise, 1, compare_gain, &worst, NULL));
    assert_true(worst > 0 && worst < 0.08); /* the coarsest band has about 600 independent coefficients: 4 deviations */
    ond_array_free(&noise);
    ond_filters_destroy(filters);
}

static ond_status refuse(void *context, const ond_band *band)
{
    (void)context;
    return band->index == 3 ? OND_ERROR_UNSUPPORTED : OND_OK;
}

static void failures_and_misuse_come_back(void **state)
{
    (void)state;
    test_random random = {73};
    size_t shape[2] = {20, 24};
    ond_filters *filters = shearlets(shape[0], shape[1]);
    ond_filters *one_sided = NULL;
    ond_spline_config config = {2, 4, 20, 24};
    ond_array image = random_array(&random, 2, shape);
    ond_array result = {0};
    assert_int_equal(ond_filters_process(filters, &image, 1, refuse, NULL, &result), OND_ERROR_UNSUPPORTED);
    assert_fails(OND_ERROR_ARGUMENT, "5 images", ond_filters_process(filters, &image, 5, keep, NULL, &result));
    assert_ok(ond_spline_create(&config, &one_sided));
    assert_fails(OND_ERROR_UNSUPPORTED, "one-sided", ond_filters_process(one_sided, &image, 1, keep, NULL, &result));
    image.data[7] = (float)HUGE_VAL;
    assert_fails(OND_ERROR_ARGUMENT, "inf", ond_filters_process(filters, &image, 1, keep, NULL, &result));
    ond_array_free(&image);
    ond_array_free(&result);
    ond_filters_destroy(filters);
    ond_filters_destroy(one_sided);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doing_nothing_returns_the_image),
        cmocka_unit_test(bands_are_those_of_the_analysis),
        cmocka_unit_test(noise_gain_is_that_of_white_noise),
        cmocka_unit_test(failures_and_misuse_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
