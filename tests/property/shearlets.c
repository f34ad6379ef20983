/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>

/* Laws of shearlet banks, on every kind of size. */

static ond_filters *make(const ond_shearlet_config *config, size_t height, size_t width)
{
    ond_shearlet_config used = *config;
    ond_filters *filters = NULL;
    used.height = (int)height;
    used.width = (int)width;
    assert_ok(ond_shearlet_create(&used, &filters));
    return filters;
}

/* Any system, levels and variant; few enough atoms for a test. */
static ond_shearlet_config random_config(test_random *random)
{
    ond_shearlet_config config = ond_shearlet_config_default();
    config.system = (ond_shearlet_system)random_between(random, 0, 2);
    config.scales = (int)random_between(random, 1, 4);
    config.one_sided = (int)random_between(random, 0, 1);
    if (config.system == OND_SHEARLET_COMPACT) {
        config.directional = (ond_shearlet_directional)random_between(random, 0, 1);
        config.full = (int)random_between(random, 0, 1);
        config.shear_levels = random_between(random, 0, 1) ? -1 : 0;
        for (int i = 0; config.shear_levels >= 0 && i < config.scales; i++) {
            config.shear_levels = 10 * config.shear_levels + (int)random_between(random, 0, 3);
        }
    }
    return config;
}

static void assert_parseval(const ond_shearlet_config *config, size_t height, size_t width)
{
    double lower = 0;
    double upper = 0;
    ond_filters *filters = make(config, height, width);
    assert_ok(ond_filters_bounds(filters, &lower, &upper));
    if (fabs(lower - 1) > 1e-6 || fabs(upper - 1) > 1e-6) {
        fail_msg("system %d, J = %d, levels %d on %zu x %zu: bounds %.9g and %.9g", (int)config->system, config->scales,
                 config->shear_levels, height, width, lower, upper);
    }
    ond_filters_destroy(filters);
}

static void banks_of_every_size_are_parseval(void **state)
{
    (void)state;
    test_random random = {50};
    for (size_t size = 1; size <= 130; size++) {
        ond_shearlet_config config = random_config(&random);
        assert_parseval(&config, size, random_between(&random, 16, 130));
        config = random_config(&random);
        assert_parseval(&config, random_between(&random, 1, 40), size);
        config = random_config(&random);
        assert_parseval(&config, size, size);
    }
}

static void large_odd_banks_are_parseval(void **state)
{
    (void)state;
    const size_t sizes[][2] = {{517, 333}, {259, 1000}, {999, 64}};
    ond_shearlet_config config = ond_shearlet_config_default();
    for (int i = 0; i < 3; i++) {
        config.system = (ond_shearlet_system)i;
        config.one_sided = i % 2;
        assert_parseval(&config, sizes[i][0], sizes[i][1]);
    }
}

typedef void (*law)(test_random *random, const ond_filters *filters);

static void check_on_random_banks(unsigned seed, law holds)
{
    test_random random = {seed};
    for (int trial = 0; trial < 30; trial++) {
        ond_shearlet_config config = random_config(&random);
        ond_filters *filters = make(&config, random_between(&random, 5, 90), random_between(&random, 5, 90));
        holds(&random, filters);
        ond_filters_destroy(filters);
    }
}

static ond_array random_image(test_random *random, const ond_filters *filters)
{
    ond_array image = random_array(random, 2, (size_t[2]){ond_filters_height(filters), ond_filters_width(filters)});
    for (size_t i = 0; i < ond_array_count(&image); i++) {
        image.data[i] = 127.5f + 40 * image.data[i]; /* grey levels */
    }
    return image;
}

static void adjoint_returns_the_image(test_random *random, const ond_filters *filters)
{
    ond_array image = random_image(random, filters);
    ond_array coefficients = {0};
    ond_array back = {0};
    assert_ok(ond_filters_analysis(filters, &image, &coefficients));
    assert_ok(ond_filters_adjoint(filters, &coefficients, &back));
    double largest = 0;
    for (size_t i = 0; i < ond_array_count(&image); i++) {
        largest = fmax(largest, fabs((double)back.data[i] - (double)image.data[i]));
    }
    assert_true(largest <= 1e-5 * 255);
    assert_true(fabs(norm_of(&coefficients) / norm_of(&image) - 1) < 1e-6);
    ond_array_free(&image);
    ond_array_free(&coefficients);
    ond_array_free(&back);
}

static void adjoint_of_a_parseval_bank_is_its_inverse(void **state)
{
    (void)state;
    check_on_random_banks(51, adjoint_returns_the_image);
}

/* The low-pass has real coefficients: what stands beside them takes no part. */
static void clear_imaginary_part(ond_array *coefficients)
{
    size_t plane = coefficients->shape[2] * coefficients->shape[3];
    size_t last = coefficients->shape[0] - 1;
    for (size_t i = 0; coefficients->shape[1] == 2 && i < plane; i++) {
        coefficients->data[(2 * last + 1) * plane + i] = 0;
    }
}

static void products_agree(test_random *random, const ond_filters *filters)
{
    ond_array image = random_array(random, 2, (size_t[2]){ond_filters_height(filters), ond_filters_width(filters)});
    ond_array coefficients = {0};
    ond_array back = {0};
    assert_ok(ond_filters_analysis(filters, &image, &coefficients));
    ond_array other = random_array(random, 4, coefficients.shape);
    clear_imaginary_part(&other);
    assert_ok(ond_filters_adjoint(filters, &other, &back));
    double difference = inner_product(&coefficients, &other) - inner_product(&image, &back);
    assert_true(fabs(difference) <= 1e-6 * norm_of(&coefficients) * norm_of(&other));
    ond_array_free(&image);
    ond_array_free(&coefficients);
    ond_array_free(&other);
    ond_array_free(&back);
}

static void adjoint_of_a_shearlet_bank_is_the_adjoint(void **state)
{
    (void)state;
    check_on_random_banks(52, products_agree);
}

/* Value at −ω. */
static float opposite(const ond_array *spectrum, size_t row, size_t column)
{
    size_t height = spectrum->shape[0];
    size_t width = spectrum->shape[1];
    return spectrum->data[(height - row) % height * width + (width - column) % width];
}

static void plain_spectra_are_even(void **state)
{
    (void)state;
    test_random random = {53};
    for (int trial = 0; trial < 30; trial++) {
        ond_shearlet_config config = random_config(&random);
        config.one_sided = 0;
        config.parseval = trial % 2;
        ond_filters *filters = make(&config, random_between(&random, 1, 70), random_between(&random, 1, 70));
        ond_array spectrum = {0};
        for (size_t i = 0; i < ond_filters_count(filters); i++) {
            assert_ok(ond_filters_spectrum(filters, i, &spectrum));
            for (size_t k = 0; k < ond_array_count(&spectrum); k++) {
                float other = opposite(&spectrum, k / spectrum.shape[1], k % spectrum.shape[1]);
                assert_true(fabsf(spectrum.data[k] - other) < 1e-6f);
            }
        }
        ond_array_free(&spectrum);
        ond_filters_destroy(filters);
    }
}

static double side_of(size_t place, size_t size, double both)
{
    if (place == 0 || 2 * place == size) {
        return 1;
    }
    return 2 * place < size ? both : 0;
}

/* Along the axis nearest to the direction of oscillation; diagonal atoms count as near the columns. */
static void assert_one_sided(const ond_filters *plain, const ond_filters *one_sided, size_t index, double both)
{
    static const double quarter = 0.78539816339744831;
    ond_filter_info info = ond_filters_info(one_sided, index);
    bool along_rows = info.angle_rad < quarter - 1e-9 && info.kind == OND_FILTER_BAND_PASS;
    bool along_columns = info.kind == OND_FILTER_BAND_PASS && !along_rows;
    ond_array from = {0};
    ond_array found = {0};
    assert_ok(ond_filters_spectrum(plain, index, &from));
    assert_ok(ond_filters_spectrum(one_sided, index, &found));
    for (size_t k = 0; k < ond_array_count(&found); k++) {
        size_t row = k / found.shape[1];
        size_t column = k % found.shape[1];
        double side = along_rows ? side_of(row, found.shape[0], both) : 1;
        side = along_columns ? side_of(column, found.shape[1], both) : side;
        assert_true(fabs((double)found.data[k] - side * (double)from.data[k]) < 1e-6);
    }
    ond_array_free(&from);
    ond_array_free(&found);
}

static void one_sided_atoms_are_analytic_along_their_axis(void **state)
{
    (void)state;
    test_random random = {54};
    for (int trial = 0; trial < 24; trial++) {
        ond_shearlet_config config = random_config(&random);
        config.full = 0; /* then the angle tells the axis */
        config.parseval = trial % 2;
        size_t height = random_between(&random, 8, 60);
        size_t width = random_between(&random, 8, 60);
        config.one_sided = 0;
        ond_filters *plain = make(&config, height, width);
        config.one_sided = 1;
        ond_filters *one_sided = make(&config, height, width);
        for (size_t i = 0; i < ond_filters_count(plain); i++) {
            assert_one_sided(plain, one_sided, i, config.parseval ? sqrt(2) : 2);
        }
        ond_filters_destroy(plain);
        ond_filters_destroy(one_sided);
    }
}

static void assert_energy_is_conserved(const ond_shearlet_config *bank, const ond_scattering_config *config,
                                       const ond_array *image)
{
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_scattering_energy energy;
    assert_ok(ond_shearlet_create(bank, &filters));
    assert_ok(ond_scattering_create(filters, config, &scattering));
    assert_ok(ond_scattering_measure_energy(scattering, image, &energy));
    double sum = energy.discarded + energy.propagated;
    for (int m = 0; m <= config->order; m++) {
        sum += energy.averaged[m];
    }
    if (fabs(sum / energy.image - 1) >= 1e-5) {
        fail_msg("system %d, J = %d, order %d, padding %d: %.9g of the energy is there", (int)bank->system,
                 bank->scales, config->order, (int)config->padding, sum / energy.image);
    }
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
}

static void scattering_on_one_sided_banks_conserves_energy(void **state)
{
    (void)state;
    test_random random = {55};
    const int scales[] = {4, 3, 3};
    for (int system = OND_SHEARLET_COMPACT; system <= OND_SHEARLET_MEYER_SIMPLE; system++) {
        for (int order = 0; order <= 3; order++) {
            for (int padding = OND_PADDING_REFLECT; padding <= OND_PADDING_PERIODIC; padding++) {
                ond_shearlet_config bank = ond_shearlet_config_default();
                ond_scattering_config config = ond_scattering_config_default();
                bank.system = (ond_shearlet_system)system;
                bank.scales = order < 3 ? scales[system] : 2;
                bank.one_sided = 1;
                config.order = order;
                config.padding = (ond_padding)padding;
                size_t height = padding == OND_PADDING_PERIODIC ? 48 : 41;
                ond_array image = random_array(&random, 2, (size_t[2]){height, 64});
                assert_energy_is_conserved(&bank, &config, &image);
                ond_array_free(&image);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(banks_of_every_size_are_parseval),
        cmocka_unit_test(large_odd_banks_are_parseval),
        cmocka_unit_test(adjoint_of_a_parseval_bank_is_its_inverse),
        cmocka_unit_test(adjoint_of_a_shearlet_bank_is_the_adjoint),
        cmocka_unit_test(plain_spectra_are_even),
        cmocka_unit_test(one_sided_atoms_are_analytic_along_their_axis),
        cmocka_unit_test(scattering_on_one_sided_banks_conserves_energy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
