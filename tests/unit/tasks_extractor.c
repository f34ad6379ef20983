/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <string.h>

static ond_extractor *make(const ond_extractor_config *config)
{
    ond_extractor *extractor = NULL;
    assert_ok(ond_extractor_create(config, &extractor));
    return extractor;
}

static ond_extractor_config small(void)
{
    ond_extractor_config config = ond_extractor_config_default();
    config.morlet.scales = config.spline.scales = config.shearlet.scales = 2;
    config.morlet.orientations = config.spline.orientations = 4;
    return config;
}

static void rows_are_the_scattering_coefficients(void **state)
{
    (void)state;
    test_random random = {80};
    ond_extractor_config config = small();
    ond_extractor *extractor = make(&config);
    ond_array images = random_array(&random, 3, (size_t[3]){3, 18, 21});
    ond_array rows = {0};
    ond_array wanted = {0};
    ond_filters *bank = NULL;
    ond_scattering *scattering = NULL;
    assert_ok(ond_extractor_apply(extractor, &images, &rows));
    assert_ok(ond_morlet_create(&config.morlet, &bank));
    assert_ok(ond_scattering_create(bank, &config.scattering, &scattering));
    assert_ok(ond_scattering_apply(scattering, &images, &wanted));
    size_t count;
    assert_ok(ond_extractor_describe(extractor, 18, 21, &count));
    assert_int_equal(rows.rank, 2);
    assert_int_equal(rows.shape[0], 3);
    assert_int_equal(rows.shape[1], count);
    assert_int_equal(ond_array_count(&wanted), 3 * count);
    assert_memory_equal(rows.data, wanted.data, 3 * count * sizeof(float));
    ond_array_free(&images);
    ond_array_free(&rows);
    ond_array_free(&wanted);
    ond_filters_destroy(bank);
    ond_scattering_destroy(scattering);
    ond_extractor_destroy(extractor);
}

static void pooled_rows_are_means_and_fit_any_size(void **state)
{
    (void)state;
    test_random random = {81};
    ond_extractor_config config = small();
    ond_extractor *maps = make(&config);
    config.image.pool = OND_POOLING_MEAN;
    ond_extractor *means = make(&config);
    for (size_t side = 16; side <= 40; side += 24) {
        ond_array image = random_array(&random, 2, (size_t[2]){side, side + 5});
        ond_array all = {0};
        ond_array pooled = {0};
        assert_ok(ond_extractor_apply(maps, &image, &all));
        assert_ok(ond_extractor_apply(means, &image, &pooled));
        assert_int_equal(pooled.shape[1], 25);
        size_t places = all.shape[1] / 25;
        for (size_t channel = 0; channel < 25; channel++) {
            double sum = 0;
            for (size_t i = 0; i < places; i++) {
                sum += (double)all.data[channel * places + i];
            }
            assert_true(fabs(sum / (double)places - (double)pooled.data[channel]) < 1e-6);
        }
        ond_array_free(&image);
        ond_array_free(&all);
        ond_array_free(&pooled);
    }
    ond_extractor_destroy(maps);
    ond_extractor_destroy(means);
}

static void images_are_prepared_in_order(void **state)
{
    (void)state;
    test_random random = {82};
    ond_extractor_config config = small();
    config.image.features = OND_FEATURES_PIXELS;
    config.image.color = OND_RGB;
    config.image.height = 8;
    config.image.width = 10;
    config.image.standardize_image = 1;
    config.image.pad_height = 11;
    config.image.pad_width = 12;
    ond_extractor *extractor = make(&config);
    ond_array image = random_array(&random, 3, (size_t[3]){3, 16, 30});
    ond_array prepared = {0};
    assert_ok(ond_extractor_prepare(extractor, &image, &prepared));
    assert_int_equal(prepared.rank, 4);
    assert_int_equal(prepared.shape[1], 3);
    assert_int_equal(prepared.shape[2], 11);
    assert_int_equal(prepared.shape[3], 12);
    double sum = 0;
    double squares = 0;
    for (size_t i = 0; i < ond_array_count(&prepared); i++) {
        size_t row = i / 12 % 11;
        size_t column = i % 12;
        bool inside = row >= 1 && row < 9 && column >= 1 && column < 11; /* the odd row goes below */
        assert_true(inside || prepared.data[i] == 0);
        sum += (double)prepared.data[i];
        squares += (double)prepared.data[i] * (double)prepared.data[i];
    }
    assert_true(fabs(sum / 240) < 1e-6);
    assert_true(fabs(squares / 240 - 1) < 1e-6);
    ond_array_free(&image);
    ond_array_free(&prepared);
    ond_extractor_destroy(extractor);
}

/* Without logarithm features are homogeneous: ⟨gradient, x⟩ = ⟨cotangent, features⟩. */
static void adjoint_reaches_the_prepared_pixels(void **state)
{
    (void)state;
    test_random random = {83};
    for (int trial = 0; trial < 12; trial++) {
        ond_extractor_config config = small();
        config.image.bank = (ond_bank_family)(trial % 3);
        config.image.pool = trial / 3 % 2 ? OND_POOLING_MEAN : OND_POOLING_NONE;
        config.image.color = trial / 6 ? OND_RGB : OND_GRAY;
        config.image.features = trial == 7 ? OND_FEATURES_PIXELS : OND_FEATURES_SCATTERING;
        config.image.pad_height = config.image.pad_width = 24;
        ond_extractor *extractor = make(&config);
        ond_array images = random_array(&random, trial / 6 ? 4 : 3, (size_t[4]){2, trial / 6 ? 3 : 20, 20, 20});
        ond_array prepared = {0};
        ond_array features = {0};
        ond_array gradient = {0};
        assert_ok(ond_extractor_prepare(extractor, &images, &prepared));
        assert_ok(ond_extractor_apply_prepared(extractor, &prepared, &features));
        ond_array cotangent = random_array(&random, 2, features.shape);
        assert_ok(ond_extractor_adjoint(extractor, &prepared, &cotangent, &gradient));
        assert_int_equal(ond_array_count(&gradient), ond_array_count(&prepared));
        double found = inner_product(&gradient, &prepared);
        double wanted = inner_product(&cotangent, &features);
        assert_true(fabs(found - wanted) < 3e-6 * norm_of(&cotangent) * norm_of(&features));
        ond_array *all[] = {&images, &prepared, &features, &cotangent, &gradient};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            ond_array_free(all[i]);
        }
        ond_extractor_destroy(extractor);
    }
}

static void wrong_images_are_named(void **state)
{
    (void)state;
    test_random random = {84};
    ond_extractor_config config = small();
    ond_extractor *extractor = NULL;
    config.image.height = 8;
    assert_fails(OND_ERROR_ARGUMENT, "8 x 0", ond_extractor_create(&config, &extractor));
    config = small();
    config.image.standardize_image = 1;
    config.image.pad_height = config.image.pad_width = 16;
    extractor = make(&config);
    ond_array images = random_array(&random, 3, (size_t[3]){2, 16, 16});
    ond_array rows = {0};
    for (size_t i = 0; i < 256; i++) {
        images.data[256 + i] = 0.1f;
    }
    assert_fails(OND_ERROR_ARGUMENT, "image 1 is constant", ond_extractor_apply(extractor, &images, &rows));
    images.data[16 + 3] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "image 0 holds nan at row 1, column 3",
                 ond_extractor_apply(extractor, &images, &rows));
    ond_array large = random_array(&random, 2, (size_t[2]){17, 16});
    assert_fails(OND_ERROR_SHAPE, "17 x 16 does not fit", ond_extractor_apply(extractor, &large, &rows));
    ond_array odd = random_array(&random, 1, (size_t[1]){16});
    assert_fails(OND_ERROR_SHAPE, "images are 16", ond_extractor_apply(extractor, &odd, &rows));
    ond_array_free(&images);
    ond_array_free(&large);
    ond_array_free(&odd);
    ond_array_free(&rows);
    ond_extractor_destroy(extractor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_the_scattering_coefficients),
        cmocka_unit_test(pooled_rows_are_means_and_fit_any_size),
        cmocka_unit_test(images_are_prepared_in_order),
        cmocka_unit_test(adjoint_reaches_the_prepared_pixels),
        cmocka_unit_test(wrong_images_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
