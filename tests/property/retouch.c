/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>

/* Laws of thresholding and inpainting in a Parseval frame and in a wavelet transform. */

enum { SIZE = 64 };

static ond_array smooth_picture(void)
{
    ond_array image = {0};
    assert_ok(ond_array_resize(&image, 2, (size_t[2]){SIZE, SIZE}));
    for (size_t i = 0; i < SIZE * SIZE; i++) {
        double u = (double)(i / SIZE) / SIZE;
        double v = (double)(i % SIZE) / SIZE;
        image.data[i] = (float)(0.5 + 0.3 * sin(9 * u + 4 * v) + (u + 0.5 * v * v > 0.7 ? 0.2 : 0));
    }
    return image;
}

static ond_filters *shearlets(void)
{
    ond_shearlet_config config = ond_shearlet_config_default();
    config.scales = 2;
    config.height = SIZE;
    config.width = SIZE;
    ond_filters *filters = NULL;
    assert_ok(ond_shearlet_create(&config, &filters));
    return filters;
}

static void exactly_n_terms_are_kept_and_more_terms_err_less(void **state)
{
    (void)state;
    ond_array image = smooth_picture();
    ond_array result = {0};
    ond_filters *filters = shearlets();
    ond_dwt *dwt = NULL;
    ond_dwt_config wavelets = ond_dwt_config_default();
    wavelets.border = OND_DWT_PERIODIC;
    assert_ok(ond_dwt_create(&wavelets, SIZE, SIZE, &dwt));
    double before[2] = {HUGE_VAL, HUGE_VAL};
    for (double keep = 10; keep < 3000; keep *= 3) {
        ond_threshold_config config = ond_threshold_config_default();
        config.keep = keep;
        for (int kind = 0; kind < 2; kind++) {
            ond_threshold_report report;
            assert_ok(kind ? ond_threshold_dwt(dwt, &image, &config, &result, &report)
                           : ond_threshold(filters, &image, &config, &result, &report));
            assert_int_equal(report.terms_kept, (size_t)keep);
            assert_true(report.relative_error < before[kind]);
            assert_true(fabs(report.relative_error - relative_error(&result, &image)) < 1e-6);
            before[kind] = report.relative_error;
        }
    }
    ond_array_free(&image);
    ond_array_free(&result);
    ond_filters_destroy(filters);
    ond_dwt_destroy(dwt);
}

/* An orthonormal transform: the error of N terms is the energy of the coefficients left out. */
static void wavelet_error_is_the_energy_left_out(void **state)
{
    (void)state;
    test_random random = {80};
    ond_array image = random_array(&random, 2, (size_t[2]){SIZE, SIZE});
    ond_array result = {0};
    ond_array coefficients = {0};
    ond_dwt *dwt = NULL;
    ond_dwt_config wavelets = ond_dwt_config_default();
    wavelets.border = OND_DWT_PERIODIC;
    assert_ok(ond_dwt_create(&wavelets, SIZE, SIZE, &dwt));
    assert_ok(ond_dwt_analysis(dwt, &image, &coefficients));
    ond_threshold_config config = ond_threshold_config_default();
    config.value = 1.2;
    ond_threshold_report report;
    assert_ok(ond_threshold_dwt(dwt, &image, &config, &result, &report));
    double left_out = 0;
    size_t kept = 0;
    for (size_t i = 0; i < ond_array_count(&coefficients); i++) {
        double value = fabs((double)coefficients.data[i]);
        kept += value > 1.2;
        left_out += value > 1.2 ? 0 : value * value;
    }
    assert_int_equal(report.terms_kept, kept);
    assert_true(fabs(report.relative_error - sqrt(left_out) / norm_of(&image)) < 1e-5);
    ond_array_free(&image);
    ond_array_free(&result);
    ond_array_free(&coefficients);
    ond_dwt_destroy(dwt);
}

static void threads_do_not_change_thresholding(void **state)
{
    (void)state;
    ond_array image = smooth_picture();
    ond_array one = {0};
    ond_array three = {0};
    ond_filters *filters = shearlets();
    ond_threshold_config config = ond_threshold_config_default();
    config.keep = 500;
    assert_ok(ond_threshold(filters, &image, &config, &one, NULL));
    assert_ok(ond_threads_set(3));
    assert_ok(ond_threshold(filters, &image, &config, &three, NULL));
    assert_ok(ond_threads_set(1));
    assert_memory_equal(one.data, three.data, SIZE * SIZE * sizeof(float));
    ond_array_free(&image);
    ond_array_free(&one);
    ond_array_free(&three);
    ond_filters_destroy(filters);
}

static void known_pixels_stay_and_missing_ones_come_near(void **state)
{
    (void)state;
    test_random random = {81};
    ond_array image = smooth_picture();
    ond_array damaged = smooth_picture();
    ond_array mask = {0};
    ond_array result = {0};
    ond_filters *filters = shearlets();
    assert_ok(ond_array_resize(&mask, 2, image.shape));
    for (size_t i = 0; i < SIZE * SIZE; i++) {
        mask.data[i] = random_uniform(&random) < 0.5 ? 1.0f : 0.0f;
        damaged.data[i] = mask.data[i] > 0.5f ? image.data[i] : (float)HUGE_VAL;
    }
    assert_ok(ond_inpaint(filters, &damaged, &mask, NULL, &result));
    for (size_t i = 0; i < SIZE * SIZE; i++) {
        assert_true(mask.data[i] < 0.5f || result.data[i] == image.data[i]);
    }
    assert_true(relative_error(&result, &image) < 0.03);
    ond_array_free(&image);
    ond_array_free(&damaged);
    ond_array_free(&mask);
    ond_array_free(&result);
    ond_filters_destroy(filters);
}

static void misuse_is_named(void **state)
{
    (void)state;
    ond_array image = smooth_picture();
    ond_array mask = {0};
    ond_array result = {0};
    ond_filters *filters = shearlets();
    assert_ok(ond_array_resize(&mask, 2, image.shape));
    for (size_t i = 0; i < SIZE * SIZE; i++) {
        mask.data[i] = 0;
    }
    assert_fails(OND_ERROR_ARGUMENT, "missing", ond_inpaint(filters, &image, &mask, NULL, &result));
    mask.shape[0] = SIZE / 2;
    assert_fails(OND_ERROR_SHAPE, "mask", ond_inpaint(filters, &image, &mask, NULL, &result));
    image.data[5] = (float)HUGE_VAL;
    assert_fails(OND_ERROR_ARGUMENT, "inf", ond_threshold(filters, &image, NULL, &result, NULL));
    mask.shape[0] = SIZE;
    ond_array_free(&image);
    ond_array_free(&mask);
    ond_array_free(&result);
    ond_filters_destroy(filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_n_terms_are_kept_and_more_terms_err_less),
        cmocka_unit_test(wavelet_error_is_the_energy_left_out),
        cmocka_unit_test(threads_do_not_change_thresholding),
        cmocka_unit_test(known_pixels_stay_and_missing_ones_come_near),
        cmocka_unit_test(misuse_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
