/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <string.h>

/* Laws of the adjoint of the scattering transform's derivative. */

enum { MORLET, SPLINE, SHEARLET, ONE_SIDED_SHEARLET, BANKS };

static ond_scattering *make(int bank, int scales, const ond_scattering_config *config)
{
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_morlet_config morlet = ond_morlet_config_default();
    ond_spline_config spline = ond_spline_config_default();
    ond_shearlet_config shearlet = ond_shearlet_config_default();
    morlet.scales = spline.scales = shearlet.scales = scales;
    morlet.orientations = spline.orientations = 3;
    shearlet.one_sided = bank == ONE_SIDED_SHEARLET;
    assert_ok(bank == MORLET   ? ond_morlet_create(&morlet, &filters)
              : bank == SPLINE ? ond_spline_create(&spline, &filters)
                               : ond_shearlet_create(&shearlet, &filters));
    assert_ok(ond_scattering_create(filters, config, &scattering));
    ond_filters_destroy(filters);
    return scattering;
}

static ond_array random_like_features(test_random *random, const ond_scattering *scattering, const ond_array *image)
{
    ond_array features = {0};
    assert_ok(ond_scattering_apply(scattering, image, &features));
    for (size_t i = 0; i < ond_array_count(&features); i++) {
        features.data[i] = (float)random_normal(random);
    }
    return features;
}

/* S(ax) = a S(x) for a > 0, so that the derivative at x along x is S(x) itself: no differences, no step to choose. */
static void derivative_along_the_image_is_the_transform(void **state)
{
    (void)state;
    test_random random = {70};
    for (int trial = 0; trial < 5 * 5 * BANKS; trial++) {
        ond_scattering_config config = ond_scattering_config_default();
        int bank = trial % BANKS;
        int scales = bank < SHEARLET ? 3 : 2;
        config.order = trial / BANKS % 5;
        config.padding = (ond_padding)(trial / BANKS / 5);
        config.averaging = trial % 3 == 2 ? OND_AVERAGING_GLOBAL : OND_AVERAGING_LOCAL;
        config.oversampling = trial % 7 == 3;
        ond_scattering *scattering = make(bank, scales, &config);
        bool whole = config.padding == OND_PADDING_NONE;
        ond_array image = random_array(&random, 2, (size_t[2]){whole ? 40 : 37, whole ? 24 : 29});
        ond_array cotangent = random_like_features(&random, scattering, &image);
        ond_array features = {0};
        ond_array gradient = {0};
        assert_ok(ond_scattering_apply(scattering, &image, &features));
        assert_ok(ond_scattering_adjoint(scattering, &image, &cotangent, &gradient));
        double found = inner_product(&gradient, &image);
        double wanted = inner_product(&cotangent, &features);
        assert_true(fabs(found - wanted) < 2e-6 * norm_of(&cotangent) * norm_of(&features));
        ond_array_free(&image);
        ond_array_free(&cotangent);
        ond_array_free(&features);
        ond_array_free(&gradient);
        ond_scattering_destroy(scattering);
    }
}

static double functional(const ond_scattering *scattering, const ond_array *x, const ond_array *v, double step,
                         const ond_array *cotangent)
{
    ond_array moved = {0};
    ond_array features = {0};
    assert_ok(ond_array_resize(&moved, x->rank, x->shape));
    for (size_t i = 0; i < ond_array_count(x); i++) {
        moved.data[i] = (float)((double)x->data[i] + step * (double)v->data[i]);
    }
    assert_ok(ond_scattering_apply(scattering, &moved, &features));
    double result = inner_product(&features, cotangent);
    ond_array_free(&moved);
    ond_array_free(&features);
    return result;
}

/* Fourth-order central differences of the library's own float transform, for every subsampling and padding. A step of
 * 1/100 leaves 1e-7 / 1e-2 of rounding, and as much where a coefficient passes near 0; the reference test compares with
 * differences in double. */
static void adjoint_agrees_with_finite_differences(void **state)
{
    (void)state;
    test_random random = {71};
    for (int trial = 0; trial < 40; trial++) {
        ond_scattering_config config = ond_scattering_config_default();
        config.padding = (ond_padding)(trial % 5);
        config.log = trial / 5 % 2;
        config.normalize = trial / 10 % 2;
        config.averaging = trial % 4 == 1 ? OND_AVERAGING_GLOBAL : OND_AVERAGING_LOCAL;
        config.order = trial % 3 == 0 ? 3 : 2;
        config.log_floor = 0.05;
        ond_scattering *scattering = make(trial / 20 ? SPLINE : MORLET, 3, &config);
        ond_array x = random_array(&random, 2, (size_t[2]){40, 32});
        ond_array v = random_array(&random, 2, x.shape);
        ond_array cotangent = random_like_features(&random, scattering, &x);
        ond_array gradient = {0};
        assert_ok(ond_scattering_adjoint(scattering, &x, &cotangent, &gradient));
        const double step = 0.01;
        double near
            = functional(scattering, &x, &v, step, &cotangent) - functional(scattering, &x, &v, -step, &cotangent);
        double far = functional(scattering, &x, &v, 2 * step, &cotangent)
                     - functional(scattering, &x, &v, -2 * step, &cotangent);
        double wanted = (8 * near - far) / (12 * step);
        assert_true(fabs(inner_product(&gradient, &v) - wanted) < 1e-3 * norm_of(&gradient) * norm_of(&v));
        ond_array_free(&x);
        ond_array_free(&v);
        ond_array_free(&cotangent);
        ond_array_free(&gradient);
        ond_scattering_destroy(scattering);
    }
}

static void adjoint_is_linear_in_the_cotangent(void **state)
{
    (void)state;
    test_random random = {72};
    for (int bank = 0; bank < BANKS; bank++) {
        ond_scattering_config config = ond_scattering_config_default();
        config.log = config.normalize = bank % 2;
        ond_scattering *scattering = make(bank, 2, &config);
        ond_array x = random_array(&random, 2, (size_t[2]){32, 27});
        ond_array first = random_like_features(&random, scattering, &x);
        ond_array second = random_like_features(&random, scattering, &x);
        ond_array a = {0};
        ond_array b = {0};
        ond_array sum = {0};
        assert_ok(ond_scattering_adjoint(scattering, &x, &first, &a));
        assert_ok(ond_scattering_adjoint(scattering, &x, &second, &b));
        for (size_t i = 0; i < ond_array_count(&first); i++) {
            first.data[i] = 0.25f * first.data[i] - 3 * second.data[i];
        }
        assert_ok(ond_scattering_adjoint(scattering, &x, &first, &sum));
        for (size_t i = 0; i < ond_array_count(&a); i++) {
            a.data[i] = 0.25f * a.data[i] - 3 * b.data[i];
        }
        assert_true(relative_error(&sum, &a) < 3e-6);
        ond_array *all[] = {&x, &first, &second, &a, &b, &sum};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            ond_array_free(all[i]);
        }
        ond_scattering_destroy(scattering);
    }
}

/* A black image: every modulus is 0, only order 0 has a gradient, and nothing becomes NaN. */
static void black_images_have_the_gradient_of_order_zero(void **state)
{
    (void)state;
    test_random random = {73};
    ond_scattering_config config = ond_scattering_config_default();
    config.log = config.normalize = 1;
    ond_scattering *scattering = make(MORLET, 2, &config);
    ond_array x = {0};
    assert_ok(ond_array_resize(&x, 2, (size_t[2]){16, 16}));
    memset(x.data, 0, ond_array_count(&x) * sizeof *x.data);
    ond_array cotangent = random_like_features(&random, scattering, &x);
    ond_array all = {0};
    ond_array first = {0};
    assert_ok(ond_scattering_adjoint(scattering, &x, &cotangent, &all));
    size_t samples = cotangent.shape[1] * cotangent.shape[2];
    memset(cotangent.data + samples, 0, (ond_array_count(&cotangent) - samples) * sizeof *cotangent.data);
    assert_ok(ond_scattering_adjoint(scattering, &x, &cotangent, &first));
    assert_true(norm_of(&first) > 0.01);
    assert_true(relative_error(&all, &first) < 1e-6);
    ond_array_free(&x);
    ond_array_free(&cotangent);
    ond_array_free(&all);
    ond_array_free(&first);
    ond_scattering_destroy(scattering);
}

static void threads_and_batches_give_the_same_bits(void **state)
{
    (void)state;
    test_random random = {74};
    for (int bank = 0; bank < BANKS; bank++) {
        ond_scattering_config config = ond_scattering_config_default();
        config.normalize = bank % 2;
        ond_scattering *scattering = make(bank, 2, &config);
        ond_array images = random_array(&random, 4, (size_t[4]){2, 2, 30, 33});
        ond_array cotangent = random_like_features(&random, scattering, &images);
        ond_array wanted = {0};
        ond_array found = {0};
        assert_ok(ond_scattering_adjoint(scattering, &images, &cotangent, &wanted));
        for (int threads = 2; threads <= 6; threads++) { /* over images, then over paths */
            assert_ok(ond_threads_set(threads));
            assert_ok(ond_scattering_adjoint(scattering, &images, &cotangent, &found));
            assert_memory_equal(found.data, wanted.data, ond_array_count(&wanted) * sizeof(float));
        }
        assert_ok(ond_threads_set(1));
        ond_array group = ond_array_item(&images, 1);
        ond_array image = ond_array_item(&group, 1);
        ond_array group_cotangent = ond_array_item(&cotangent, 1);
        ond_array own = ond_array_item(&group_cotangent, 1);
        assert_ok(ond_scattering_adjoint(scattering, &image, &own, &found));
        assert_memory_equal(found.data, wanted.data + 3 * 30 * 33, (size_t)30 * 33 * sizeof(float));
        ond_array_free(&images);
        ond_array_free(&cotangent);
        ond_array_free(&wanted);
        ond_array_free(&found);
        ond_scattering_destroy(scattering);
    }
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    test_random random = {75};
    ond_scattering *scattering = make(MORLET, 2, NULL);
    ond_array x = random_array(&random, 2, (size_t[2]){16, 16});
    ond_array cotangent = random_like_features(&random, scattering, &x);
    ond_array gradient = {0};
    ond_array short_one = ond_array_item(&cotangent, 0);
    assert_fails(OND_ERROR_SHAPE, "the cotangent is 4 x 4, the features are",
                 ond_scattering_adjoint(scattering, &x, &short_one, &gradient));
    cotangent.data[5] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "the cotangent", ond_scattering_adjoint(scattering, &x, &cotangent, &gradient));
    cotangent.data[5] = 0;
    x.data[18] = INFINITY;
    assert_fails(OND_ERROR_ARGUMENT, "row 1, column 2", ond_scattering_adjoint(scattering, &x, &cotangent, &gradient));
    ond_array_free(&x);
    ond_array_free(&cotangent);
    ond_array_free(&gradient);
    ond_scattering_destroy(scattering);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivative_along_the_image_is_the_transform),
        cmocka_unit_test(adjoint_agrees_with_finite_differences),
        cmocka_unit_test(adjoint_is_linear_in_the_cotangent),
        cmocka_unit_test(black_images_have_the_gradient_of_order_zero),
        cmocka_unit_test(threads_and_batches_give_the_same_bits),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
