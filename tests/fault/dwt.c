/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault/fault.h"

static ond_status use_transform(const ond_dwt *dwt)
{
    float pixels[12 * 10];
    size_t shape[2] = {12, 10};
    test_random random = {61};
    for (size_t i = 0; i < 12 * 10; i++) {
        pixels[i] = (float)random_uniform(&random);
    }
    ond_array image = ond_array_view(pixels, 2, shape);
    ond_array coefficients = {0};
    ond_array back = {0};
    ond_status status = ond_dwt_analysis(dwt, &image, &coefficients);
    status = status == OND_OK ? ond_dwt_synthesis(dwt, &coefficients, &back) : status;
    if (status == OND_OK) {
        assert_true(relative_error(&back, &image) < 1e-5);
    }
    ond_array_free(&coefficients);
    ond_array_free(&back);
    return status;
}

static ond_status transform(void *context)
{
    const ond_dwt_config *config = context;
    ond_dwt *dwt = NULL;
    ond_status status = ond_dwt_create(config, 12, 10, &dwt);
    status = status == OND_OK ? use_transform(dwt) : status;
    ond_dwt_destroy(dwt);
    return status;
}

static void transforms_survive_every_failed_allocation(void **state)
{
    (void)state;
    for (int choice = 0; choice < 8; choice++) {
        ond_dwt_config config
            = {choice & 4 ? OND_DWT_CDF97 : OND_DWT_DB3, (ond_dwt_border)(choice & 1), 3, choice >> 1 & 1};
        assert_true(fault_sweep(transform, &config) >= 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(transforms_survive_every_failed_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
