/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Every two-dimensional reference transform of Kymatio 0.4: relative L2 error <= 1e-5 overall, <= 1e-4 in each channel
 * above 1e-4 of the largest (its own float32 run differs from its float64 run by up to 2.3e-7 and 7e-6). */

typedef struct reference {
    const char *id;
    int scales, orientations, order;
    bool padded;
} reference;

static const reference references[] = {
    {"camera_32x32_J2_L8", 2, 8, 2, false},       {"camera_32x32_J2_L8_o1", 2, 8, 1, false},
    {"camera_28x28_J2_L8", 2, 8, 2, false},       {"camera_128x128_J3_L8", 3, 8, 2, false},
    {"camera_256x256_J4_L8", 4, 8, 2, false},     {"coins_96x64_J3_L8", 3, 8, 2, false},
    {"coins_45x70_J3_L6", 3, 6, 2, false},        {"coins_101x77_J4_L8", 4, 8, 2, false},
    {"brick_64x64_J1_L8", 1, 8, 2, false},        {"brick_64x64_J5_L8", 5, 8, 2, false},
    {"brick_64x64_J6_L4_edge", 6, 4, 2, false},   {"brick_16x16_J4_L8_edge", 4, 8, 2, false},
    {"brick_16x16_J4_L16_edge", 4, 16, 2, false}, {"brick_33x34_J2_L3", 2, 3, 2, false},
    {"brick_40x40_J2_L1", 2, 1, 2, false},        {"brick_80x60_J3_L4_o1", 3, 4, 1, false},
    {"camera_pp_64x64_J3_L8", 3, 8, 2, true},     {"coins_pp_50x41_J2_L8", 2, 8, 2, true},
    {"coins_pp_50x41_J2_L8_o1", 2, 8, 1, true},   {"noise_48x48_J3_L8", 3, 8, 2, false},
    {"gauss_37x53_J2_L8", 2, 8, 2, false},        {"dirac_32x32_J2_L8", 2, 8, 2, false},
    {"const_32x32_J3_L8", 3, 8, 2, false},
};

static void read_reference(const char *format, const char *id, ond_array *array)
{
    char name[256];
    snprintf(name, sizeof name, format, id);
    assert_ok(ond_array_read(shared_path(name), array));
}

static double worst_channel(const ond_array *found, const ond_array *wanted)
{
    double largest = 0;
    double worst = 0;
    for (size_t channel = 0; channel < wanted->shape[0]; channel++) {
        ond_array plane = ond_array_item(wanted, channel);
        largest = fmax(largest, norm_of(&plane));
    }
    for (size_t channel = 0; channel < wanted->shape[0]; channel++) {
        ond_array plane = ond_array_item(wanted, channel);
        ond_array own = ond_array_item(found, channel);
        worst = norm_of(&plane) > 1e-4 * largest ? fmax(worst, relative_error(&own, &plane)) : worst;
    }
    return worst;
}

static void compare_with(const reference *r)
{
    ond_morlet_config bank = ond_morlet_config_default();
    ond_scattering_config config = ond_scattering_config_default();
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_array image = {0};
    ond_array wanted = {0};
    ond_array found = {0};
    bank.scales = r->scales;
    bank.orientations = r->orientations;
    config.order = r->order;
    config.padding = r->padded ? OND_PADDING_NONE : OND_PADDING_KYMATIO;
    read_reference("refs/scattering/2d_%s.in.npy", r->id, &image);
    read_reference("refs/scattering/2d_%s.out.npy", r->id, &wanted);
    assert_ok(ond_morlet_create(&bank, &filters));
    assert_ok(ond_scattering_create(filters, &config, &scattering));
    assert_ok(ond_scattering_apply(scattering, &image, &found));
    double error = relative_error(&found, &wanted);
    double channel = worst_channel(&found, &wanted);
    if (error > 1e-5 || channel > 1e-4) {
        fail_msg("%s: relative error %g, worst channel %g", r->id, error, channel);
    }
    ond_array_free(&image);
    ond_array_free(&wanted);
    ond_array_free(&found);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
}

static void features_equal_kymatios(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        compare_with(&references[i]);
    }
}

static void filters_equal_kymatios(void **state)
{
    (void)state;
    const struct {
        const char *id;
        ond_morlet_config config;
    } banks[] = {
        {"32x32_J2_L8", {2, 8, OND_MORLET_KYMATIO, 40, 40}},
        {"28x45_J3_L5", {3, 5, OND_MORLET_KYMATIO, 40, 56}},
    };
    for (size_t b = 0; b < 2; b++) {
        ond_filters *filters = NULL;
        ond_array wanted = {0};
        ond_array low = {0};
        ond_array spectrum = {0};
        assert_ok(ond_morlet_create(&banks[b].config, &filters));
        read_reference("refs/scattering/filters_%s.psi0.npy", banks[b].id, &wanted);
        read_reference("refs/scattering/filters_%s.phi0.npy", banks[b].id, &low);
        for (size_t i = 0; i < ond_filters_count(filters); i++) {
            bool band = i + 1 < ond_filters_count(filters);
            ond_array own = band ? ond_array_item(&wanted, i) : low;
            assert_ok(ond_filters_spectrum(filters, i, &spectrum));
            assert_true(relative_error(&spectrum, &own) < 1e-6);
        }
        ond_array_free(&wanted);
        ond_array_free(&low);
        ond_array_free(&spectrum);
        ond_filters_destroy(filters);
    }
}

int main(void)
{
    skip_without_shared_data();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_equal_kymatios),
        cmocka_unit_test(features_equal_kymatios),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
