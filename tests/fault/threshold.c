/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault/fault.h"

enum { HEIGHT = 9, WIDTH = 7 };

static float pixels[HEIGHT * WIDTH];
static float known[HEIGHT * WIDTH];
static const size_t shape[2] = {HEIGHT, WIDTH};

static ond_array picture(void)
{
    test_random random = {70};
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        pixels[i] = (float)random_uniform(&random);
        known[i] = i % 3 ? 1 : 0;
    }
    return ond_array_view(pixels, 2, shape);
}

static ond_status make_bank(ond_filters **filters)
{
    ond_separable_config config = {2, 0, 0};
    return ond_separable_create(&config, filters);
}

static ond_status threshold(void *context)
{
    (void)context;
    ond_array image = picture();
    ond_array result = {0};
    ond_filters *filters = NULL;
    ond_threshold_config config = ond_threshold_config_default();
    config.keep = 50;
    ond_status status = make_bank(&filters);
    status = status == OND_OK ? ond_threshold(filters, &image, &config, &result, NULL) : status;
    ond_filters_destroy(filters);
    ond_array_free(&result);
    return status;
}

static ond_status threshold_dwt(void *context)
{
    (void)context;
    ond_array image = picture();
    ond_array result = {0};
    ond_dwt *dwt = NULL;
    ond_threshold_config config = ond_threshold_config_default();
    config.keep = 20;
    ond_status status = ond_dwt_create(NULL, HEIGHT, WIDTH, &dwt);
    status = status == OND_OK ? ond_threshold_dwt(dwt, &image, &config, &result, NULL) : status;
    ond_dwt_destroy(dwt);
    ond_array_free(&result);
    return status;
}

static ond_status inpaint(void *context)
{
    (void)context;
    ond_array image = picture();
    ond_array mask = ond_array_view(known, 2, shape);
    ond_array result = {0};
    ond_filters *filters = NULL;
    ond_inpaint_config config = ond_inpaint_config_default();
    config.iterations = 5;
    ond_status status = make_bank(&filters);
    status = status == OND_OK ? ond_inpaint(filters, &image, &mask, &config, &result) : status;
    ond_filters_destroy(filters);
    ond_array_free(&result);
    return status;
}

static void thresholding_survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(threshold, NULL) > 20);
    assert_true(fault_sweep(threshold_dwt, NULL) > 10);
}

static void thresholding_survives_failures_in_threads(void **state)
{
    (void)state;
    assert_true(fault_sweep_threads(threshold, NULL, 3) > 20);
}

static void inpainting_survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(inpaint, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thresholding_survives_every_failed_allocation),
        cmocka_unit_test(thresholding_survives_failures_in_threads),
        cmocka_unit_test(inpainting_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
