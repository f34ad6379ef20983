/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>

static const double degrees = 57.295779513082321;

static ond_shearlet_config config_of(ond_shearlet_system system, int scales, int shear_levels)
{
    ond_shearlet_config config = ond_shearlet_config_default();
    config.system = system;
    config.scales = scales;
    config.shear_levels = shear_levels;
    return config;
}

static ond_filters *make(const ond_shearlet_config *config)
{
    ond_filters *filters = NULL;
    assert_ok(ond_shearlet_create(config, &filters));
    return filters;
}

static void banks_have_the_published_numbers_of_shearlets(void **state)
{
    (void)state;
    const struct {
        ond_shearlet_system system;
        int scales, shear_levels, full;
        size_t count;
    } banks[] = {
        {OND_SHEARLET_COMPACT, 4, -1, 0, 49},      {OND_SHEARLET_COMPACT, 4, 1122, 0, 49},
        {OND_SHEARLET_COMPACT, 4, -1, 1, 57},      {OND_SHEARLET_COMPACT, 3, -1, 0, 33},
        {OND_SHEARLET_COMPACT, 3, 123, 0, 57},     {OND_SHEARLET_COMPACT, 2, -1, 0, 17},
        {OND_SHEARLET_COMPACT, 2, 1, 1, 17},       {OND_SHEARLET_COMPACT, 1, 0, 0, 5},
        {OND_SHEARLET_COMPACT, 8, -1, 0, 241},     {OND_SHEARLET_MEYER, 3, -1, 0, 29},
        {OND_SHEARLET_MEYER_SIMPLE, 3, -1, 0, 29}, {OND_SHEARLET_MEYER, 4, -1, 0, 61},
        {OND_SHEARLET_MEYER, 5, -1, 0, 125},       {OND_SHEARLET_MEYER, 1, -1, 0, 5},
    };
    for (size_t i = 0; i < sizeof banks / sizeof banks[0]; i++) {
        ond_shearlet_config config = config_of(banks[i].system, banks[i].scales, banks[i].shear_levels);
        config.full = banks[i].full;
        ond_filters *filters = make(&config);
        assert_int_equal(ond_filters_count(filters), banks[i].count);
        ond_filters_destroy(filters);
    }
    ond_filters *preset = NULL;
    assert_ok(ond_shearlet_create(NULL, &preset));
    assert_int_equal(ond_filters_count(preset), 49);
    assert_int_equal(ond_filters_height(preset), 0);
    assert_string_equal(ond_filters_name(preset), "shearlet");
    ond_filters_destroy(preset);
}

/* Fine before coarse, rising angles within a scale, the low-pass last. */
static void check_order(const ond_filters *filters)
{
    size_t last = ond_filters_count(filters) - 1;
    ond_filter_info previous = {.scale = -1};
    for (size_t i = 0; i < last; i++) {
        ond_filter_info info = ond_filters_info(filters, i);
        bool same = info.scale == previous.scale;
        assert_int_equal(info.kind, OND_FILTER_BAND_PASS);
        assert_true(info.scale >= previous.scale);
        assert_int_equal(info.orientation, same ? previous.orientation + 1 : 0);
        assert_true(!same || info.angle_rad >= previous.angle_rad);
        assert_true(!same || info.subsampling == previous.subsampling);
        assert_true(info.angle_rad * degrees > -45.01 && info.angle_rad * degrees < 135.01);
        assert_true(info.center_frequency > 0 && info.bandwidth > 0);
        previous = info;
    }
    ond_filter_info low = ond_filters_info(filters, last);
    assert_int_equal(low.kind, OND_FILTER_LOW_PASS);
    assert_int_equal(low.scale, previous.scale + 1);
    assert_int_equal(low.scale, ond_filters_scales(filters));
    assert_false(low.one_sided);
    assert_true(low.center_frequency == 0 && low.bandwidth > 0);
}

static void atoms_stand_by_scale_and_angle(void **state)
{
    (void)state;
    for (int system = OND_SHEARLET_COMPACT; system <= OND_SHEARLET_MEYER_SIMPLE; system++) {
        for (int scales = 1; scales <= 5; scales++) {
            ond_shearlet_config config = config_of((ond_shearlet_system)system, scales, -1);
            config.one_sided = scales % 2;
            ond_filters *filters = make(&config);
            check_order(filters);
            ond_filters_destroy(filters);
        }
    }
    ond_shearlet_config full = config_of(OND_SHEARLET_COMPACT, 4, 4021);
    full.full = 1;
    ond_filters *filters = make(&full);
    check_order(filters);
    ond_filters_destroy(filters);
}

/* The centre of gravity of a one-sided spectrum lies where the table says. Coarse compact atoms have too few directions
 * to be centred on theirs. */
static void atoms_oscillate_in_the_direction_of_their_row(void **state)
{
    (void)state;
    enum { SIZE = 96 };
    for (int system = OND_SHEARLET_COMPACT; system <= OND_SHEARLET_MEYER; system++) {
        ond_shearlet_config config = config_of((ond_shearlet_system)system, 3, -1);
        config.one_sided = 1;
        config.height = config.width = SIZE;
        ond_filters *filters = make(&config);
        ond_array spectrum = {0};
        for (size_t i = 0; i + 1 < ond_filters_count(filters); i++) {
            ond_filter_info info = ond_filters_info(filters, i);
            double down = 0;
            double right = 0;
            assert_ok(ond_filters_spectrum(filters, i, &spectrum));
            for (size_t k = 0; k < SIZE * SIZE; k++) {
                double row = (double)((k / SIZE + SIZE / 2) % SIZE) - SIZE / 2;
                double column = (double)((k + SIZE / 2) % SIZE) - SIZE / 2;
                bool border = row == -SIZE / 2 || column == -SIZE / 2;
                double square = border ? 0 : (double)spectrum.data[k] * (double)spectrum.data[k];
                down += square * row;
                right += square * column;
            }
            double angle = atan2(right, down) * degrees;
            assert_true(fabs(angle - info.angle_rad * degrees) < (info.scale == 0 ? 12 : 8));
            assert_true(info.one_sided);
        }
        ond_array_free(&spectrum);
        ond_filters_destroy(filters);
    }
}

static void low_passes_have_mean_one_and_atoms_mean_zero(void **state)
{
    (void)state;
    for (int variant = 0; variant < 6; variant++) {
        ond_shearlet_config config = config_of((ond_shearlet_system)(variant % 3), 3, -1);
        config.one_sided = variant / 3;
        config.height = 40;
        config.width = 51;
        ond_filters *filters = make(&config);
        ond_array spectrum = {0};
        for (size_t i = 0; i < ond_filters_count(filters); i++) {
            bool low = ond_filters_info(filters, i).kind == OND_FILTER_LOW_PASS;
            assert_ok(ond_filters_spectrum(filters, i, &spectrum));
            assert_true(fabsf(spectrum.data[0] - (low ? 1.0f : 0.0f)) < 1e-6f);
        }
        ond_array_free(&spectrum);
        ond_filters_destroy(filters);
    }
}

/* Decimated spectra must not overlap: the box of the support fits into one period of the coarser grid. */
static void supports_fit_the_subsampling_of_their_row(void **state)
{
    (void)state;
    enum { SIZE = 256 };
    for (int variant = 0; variant < 4; variant++) {
        ond_shearlet_config config = config_of(variant % 2 ? OND_SHEARLET_MEYER : OND_SHEARLET_MEYER_SIMPLE, 4, -1);
        config.one_sided = variant / 2;
        config.height = config.width = SIZE;
        ond_filters *filters = make(&config);
        ond_array spectrum = {0};
        for (size_t i = 0; i < ond_filters_count(filters); i++) {
            size_t period = SIZE >> ond_filters_info(filters, i).subsampling;
            bool taken[SIZE * SIZE] = {false};
            assert_ok(ond_filters_spectrum(filters, i, &spectrum));
            for (size_t k = 0; k < SIZE * SIZE; k++) {
                size_t place = k / SIZE % period * period + k % SIZE % period;
                if (fabsf(spectrum.data[k]) > 1e-6f) {
                    assert_false(taken[place]);
                    taken[place] = true;
                }
            }
        }
        assert_int_equal(ond_filters_info(filters, 0).subsampling, 0);
        assert_int_equal(ond_filters_info(filters, 32).subsampling, config.one_sided ? 2 : 1);
        assert_int_equal(ond_filters_info(filters, 60).subsampling, 7);
        ond_array_free(&spectrum);
        ond_filters_destroy(filters);
    }
}

static void remade_banks_are_those_of_their_size(void **state)
{
    (void)state;
    ond_shearlet_config config = config_of(OND_SHEARLET_COMPACT, 2, 12);
    config.one_sided = 1;
    ond_filters *plain = make(&config);
    ond_filters *remade = NULL;
    assert_ok(ond_filters_remake(plain, 33, 20, &remade));
    config.height = 33;
    config.width = 20;
    ond_filters *direct = make(&config);
    ond_array found = {0};
    ond_array wanted = {0};
    for (size_t i = 0; i < ond_filters_count(direct); i++) {
        assert_ok(ond_filters_spectrum(remade, i, &found));
        assert_ok(ond_filters_spectrum(direct, i, &wanted));
        assert_memory_equal(found.data, wanted.data, ond_array_count(&wanted) * sizeof(float));
    }
    ond_array_free(&found);
    ond_array_free(&wanted);
    ond_filters_destroy(plain);
    ond_filters_destroy(remade);
    ond_filters_destroy(direct);
}

static void options_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    ond_filters *filters = NULL;
    ond_shearlet_config config = config_of(OND_SHEARLET_COMPACT, 9, -1);
    assert_fails(OND_ERROR_ARGUMENT, "scales = 9 is outside 1..8", ond_shearlet_create(&config, &filters));
    config = config_of(OND_SHEARLET_COMPACT, 2, 151);
    assert_fails(OND_ERROR_ARGUMENT, "the digit 5, 0..4", ond_shearlet_create(&config, &filters));
    config = config_of(OND_SHEARLET_COMPACT, 2, 111);
    assert_fails(OND_ERROR_ARGUMENT, "more digits than the 2 scales", ond_shearlet_create(&config, &filters));
    config = config_of(OND_SHEARLET_MEYER, 2, 11);
    assert_fails(OND_ERROR_ARGUMENT, "shear_levels = 11 is for the compact", ond_shearlet_create(&config, &filters));
    config = config_of(OND_SHEARLET_MEYER, 2, -1);
    config.full = 1;
    assert_fails(OND_ERROR_ARGUMENT, "full = 1 is for the compact", ond_shearlet_create(&config, &filters));
    config = config_of(OND_SHEARLET_MEYER_SIMPLE, 2, -1);
    config.directional = OND_SHEARLET_CD;
    assert_fails(OND_ERROR_ARGUMENT, "directional = cd", ond_shearlet_create(&config, &filters));
    config = config_of(OND_SHEARLET_COMPACT, 2, -1);
    config.width = 7;
    assert_fails(OND_ERROR_ARGUMENT, "0 x 7", ond_shearlet_create(&config, &filters));
    config.system = (ond_shearlet_system)3;
    assert_fails(OND_ERROR_ARGUMENT, "system = 3", ond_shearlet_create(&config, &filters));
    assert_null(filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(banks_have_the_published_numbers_of_shearlets),
        cmocka_unit_test(atoms_stand_by_scale_and_angle),
        cmocka_unit_test(atoms_oscillate_in_the_direction_of_their_row),
        cmocka_unit_test(low_passes_have_mean_one_and_atoms_mean_zero),
        cmocka_unit_test(supports_fit_the_subsampling_of_their_row),
        cmocka_unit_test(remade_banks_are_those_of_their_size),
        cmocka_unit_test(options_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
