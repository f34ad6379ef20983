/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>

static ond_filters *morlet(int scales, int orientations, ond_morlet_parameters parameters, int size)
{
    ond_morlet_config config = {scales, orientations, parameters, size, size};
    ond_filters *filters = NULL;
    assert_ok(ond_morlet_create(&config, &filters));
    return filters;
}

static void wavelets_have_zero_mean_and_low_passes_mean_one(void **state)
{
    (void)state;
    ond_spline_config spline_config = {4, 6, 64, 64};
    ond_filters *banks[3] = {morlet(3, 8, OND_MORLET_KYMATIO, 64), morlet(4, 6, OND_MORLET_BRUNA_MALLAT, 64), NULL};
    assert_ok(ond_spline_create(&spline_config, &banks[2]));
    for (int bank = 0; bank < 3; bank++) {
        ond_array spectrum = {0};
        for (size_t i = 0; i < ond_filters_count(banks[bank]); i++) {
            assert_ok(ond_filters_spectrum(banks[bank], i, &spectrum));
            bool low = ond_filters_info(banks[bank], i).kind == OND_FILTER_LOW_PASS;
            assert_true(fabsf(spectrum.data[0] - (low ? 1.0f : 0.0f)) < 4e-5f); /* Kymatio's is π/3.1415 */
        }
        ond_array_free(&spectrum);
        ond_filters_destroy(banks[bank]);
    }
}

/* The peak lies where the table says: frequency from the row axis towards the column axis. */
static void wavelets_peak_at_the_frequency_of_their_row(void **state)
{
    (void)state;
    enum { SIZE = 128 };
    ond_filters *filters = morlet(3, 8, OND_MORLET_KYMATIO, SIZE);
    ond_array spectrum = {0};
    for (size_t i = 0; i + 1 < ond_filters_count(filters); i++) {
        ond_filter_info info = ond_filters_info(filters, i);
        assert_ok(ond_filters_spectrum(filters, i, &spectrum));
        double step = 2 * acos(-1.0) / SIZE;
        long row = lround(info.center_frequency * cos(info.angle_rad) / step);
        long column = lround(info.center_frequency * sin(info.angle_rad) / step);
        size_t place = (size_t)((row + SIZE) % SIZE * SIZE + (column + SIZE) % SIZE);
        float peak = 0;
        for (size_t k = 0; k < SIZE * SIZE; k++) {
            peak = fmaxf(peak, spectrum.data[k]);
        }
        assert_true(spectrum.data[place] > 0.98f * peak);
        assert_true(info.one_sided && info.subsampling == info.scale);
    }
    ond_array_free(&spectrum);
    ond_filters_destroy(filters);
}

static void bruna_mallat_bank_has_upper_bound_one(void **state)
{
    (void)state;
    double lower = 0;
    double upper = 0;
    ond_filters *filters = morlet(4, 8, OND_MORLET_BRUNA_MALLAT, 96);
    assert_ok(ond_filters_bounds(filters, &lower, &upper));
    assert_true(fabs(upper - 1) < 1e-6 && lower > 0);
    ond_filters_destroy(filters);
}

/* The radial profile is |h|² of the cubic Battle–Lemarié filter, checked against the series S₈ that defines it. */
static void spline_low_pass_is_the_battle_lemarie_filter(void **state)
{
    (void)state;
    enum { SIZE = 64 };
    ond_spline_config config = {1, 4, SIZE, SIZE};
    ond_filters *filters = NULL;
    ond_array spectrum = {0};
    assert_ok(ond_spline_create(&config, &filters));
    assert_ok(ond_filters_spectrum(filters, 4, &spectrum));
    double pi = acos(-1.0);
    for (int k = 1; k < SIZE / 2; k++) {
        double omega = 2 * pi * k / SIZE;
        double once = 0;
        double twice = 0;
        for (int i = -200; i <= 200; i++) {
            once += pow(omega + 2 * pi * i, -8);
            twice += pow(2 * omega + 2 * pi * i, -8);
        }
        assert_true(fabs((double)spectrum.data[k] - sqrt(once / (256 * twice))) < 1e-6);
    }
    ond_array_free(&spectrum);
    ond_filters_destroy(filters);
}

static void options_out_of_range_are_refused(void **state)
{
    (void)state;
    ond_filters *filters = NULL;
    ond_morlet_config config = ond_morlet_config_default();
    config.scales = 99;
    assert_fails(OND_ERROR_ARGUMENT, "scales = 99 is outside 1..12", ond_morlet_create(&config, &filters));
    config = ond_morlet_config_default();
    config.height = 5;
    assert_fails(OND_ERROR_ARGUMENT, "5 x 0", ond_morlet_create(&config, &filters));
    ond_spline_config spline = ond_spline_config_default();
    spline.orientations = 0;
    assert_fails(OND_ERROR_ARGUMENT, "orientations = 0", ond_spline_create(&spline, &filters));
    assert_null(filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wavelets_have_zero_mean_and_low_passes_mean_one),
        cmocka_unit_test(wavelets_peak_at_the_frequency_of_their_row),
        cmocka_unit_test(bruna_mallat_bank_has_upper_bound_one),
        cmocka_unit_test(spline_low_pass_is_the_battle_lemarie_filter),
        cmocka_unit_test(options_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
