/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault/fault.h"

static ond_status make_bank(void *context)
{
    const ond_shearlet_config *config = context;
    ond_filters *filters = NULL;
    ond_status status = ond_shearlet_create(config, &filters);
    ond_filters_destroy(filters);
    return status;
}

static void shearlet_banks_survive_every_failed_allocation(void **state)
{
    (void)state;
    for (int system = OND_SHEARLET_COMPACT; system <= OND_SHEARLET_MEYER_SIMPLE; system++) {
        for (int one_sided = 0; one_sided < 2; one_sided++) {
            ond_shearlet_config config = ond_shearlet_config_default();
            config.system = (ond_shearlet_system)system;
            config.scales = 2;
            config.one_sided = one_sided;
            config.height = 18;
            config.width = one_sided ? 18 : 21; /* a square grid goes another way */
            assert_true(fault_sweep(make_bank, &config) > 20);
        }
    }
}

static ond_status remake_bank(void *context)
{
    const ond_shearlet_config *config = context;
    ond_filters *plain = NULL;
    ond_filters *filters = NULL;
    ond_status status = ond_shearlet_create(config, &plain);
    status = status == OND_OK ? ond_filters_remake(plain, 16, 19, &filters) : status;
    ond_filters_destroy(plain);
    ond_filters_destroy(filters);
    return status;
}

static void remade_shearlet_banks_survive_every_failed_allocation(void **state)
{
    (void)state;
    ond_shearlet_config config = ond_shearlet_config_default();
    config.scales = 2;
    assert_true(fault_sweep(remake_bank, &config) > 20);
}

/* Analysis and synthesis with a decimated plan. */
static ond_status use_bands(void *context)
{
    const ond_filters *filters = context;
    static float pixels[18 * 24];
    ond_bands_config config = ond_bands_config_default();
    config.decimated = 1;
    ond_bands *bands = NULL;
    size_t shape[2] = {18, 24};
    ond_array image = ond_array_view(pixels, 2, shape);
    ond_array coefficients[64] = {{0}};
    ond_array result = {0};
    ond_status status = ond_bands_create(filters, &config, &bands);
    status = status == OND_OK ? ond_bands_analysis(bands, &image, coefficients) : status;
    status = status == OND_OK ? ond_bands_synthesis(bands, coefficients, &result) : status;
    for (size_t i = 0; i < 64; i++) {
        ond_array_free(&coefficients[i]);
    }
    ond_array_free(&result);
    ond_bands_destroy(bands);
    return status;
}

static void band_plans_survive_every_failed_allocation(void **state)
{
    (void)state;
    ond_filters *filters = NULL;
    ond_shearlet_config config = ond_shearlet_config_default();
    config.system = OND_SHEARLET_MEYER;
    config.scales = 2;
    config.height = 18;
    config.width = 24;
    assert_ok(ond_shearlet_create(&config, &filters));
    assert_true(ond_filters_count(filters) <= 64);
    assert_true(fault_sweep(use_bands, filters) > 10);
    ond_filters_destroy(filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shearlet_banks_survive_every_failed_allocation),
        cmocka_unit_test(band_plans_survive_every_failed_allocation),
        cmocka_unit_test(remade_shearlet_banks_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
