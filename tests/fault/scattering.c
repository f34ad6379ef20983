/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"

#include "fault/fault.h"

static float pixels[24 * 20];
static const size_t shape[2] = {24, 20};

static ond_array picture(void)
{
    test_random random = {60};
    for (size_t i = 0; i < 24 * 20; i++) {
        pixels[i] = (float)random_uniform(&random);
    }
    return ond_array_view(pixels, 2, shape);
}

static ond_status make_bank(bool spline, int height, int width, ond_filters **filters)
{
    ond_morlet_config morlet = {2, 3, OND_MORLET_BRUNA_MALLAT, height, width};
    ond_spline_config other = {2, 3, height, width};
    return spline ? ond_spline_create(&other, filters) : ond_morlet_create(&morlet, filters);
}

static ond_status walk_step(void *context, const ond_scattering_step *step)
{
    *(size_t *)context += step->channel;
    return OND_OK;
}

/* Enough of them for a stack. */
static ond_status use_small_images(const ond_scattering *scattering)
{
    ond_array image = picture();
    ond_array small = ond_array_view(image.data, 3, (size_t[3]){12, 8, 5});
    ond_array features = {0};
    ond_status status = ond_scattering_apply(scattering, &small, &features);
    ond_array_free(&features);
    return status;
}

/* Outputs that exist already keep their shape; the status of the first failure comes back. */
static ond_status use_scattering(const ond_scattering *scattering)
{
    ond_array image = picture();
    ond_array features = {0};
    ond_array gradient = {0};
    ond_scattering_energy energy;
    size_t visited = 0;
    ond_image_view view = {image.data, OND_SAMPLE_F32, 24, 20, 1, 0, 0, 0};
    ond_status status = ond_scattering_apply(scattering, &image, &features);
    status = status == OND_OK ? ond_scattering_apply_view(scattering, &view, &features) : status;
    status = status == OND_OK ? ond_scattering_adjoint(scattering, &image, &features, &gradient) : status;
    status = status == OND_OK ? ond_scattering_visit(scattering, &image, walk_step, &visited) : status;
    status = status == OND_OK ? ond_scattering_measure_energy(scattering, &image, &energy) : status;
    status = status == OND_OK ? use_small_images(scattering) : status;
    ond_array_free(&features);
    ond_array_free(&gradient);
    return status;
}

static ond_status scatter(void *context)
{
    const bool *spline = context;
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_status status = make_bank(*spline, 0, 0, &filters);
    status = status == OND_OK ? ond_scattering_create(filters, NULL, &scattering) : status;
    ond_filters_destroy(filters);
    status = status == OND_OK ? use_scattering(scattering) : status;
    ond_scattering_destroy(scattering);
    return status;
}

static void scattering_survives_every_failed_allocation(void **state)
{
    (void)state;
    for (int spline = 0; spline < 2; spline++) {
        bool kind = spline == 1;
        assert_true(fault_sweep(scatter, &kind) > 30);
    }
}

static void scattering_survives_failures_in_threads(void **state)
{
    (void)state;
    bool spline = false;
    assert_true(fault_sweep_threads(scatter, &spline, 3) > 30);
}

static ond_status use_bank(const ond_filters *filters)
{
    ond_array image = picture();
    ond_array coefficients = {0};
    ond_array back = {0};
    ond_filters *parseval = NULL;
    ond_status status = ond_filters_analysis(filters, &image, &coefficients);
    status = status == OND_OK ? ond_filters_synthesis(filters, &coefficients, &back) : status;
    status = status == OND_OK ? ond_filters_parseval(filters, &parseval) : status;
    status = status == OND_OK ? ond_filters_littlewood_paley(filters, &back) : status;
    ond_filters_destroy(parseval);
    ond_array_free(&coefficients);
    ond_array_free(&back);
    return status;
}

static ond_status transform(void *context)
{
    const bool *spline = context;
    ond_filters *filters = NULL;
    ond_status status = make_bank(*spline, 24, 20, &filters);
    status = status == OND_OK ? use_bank(filters) : status;
    ond_filters_destroy(filters);
    return status;
}

static void transforms_survive_every_failed_allocation(void **state)
{
    (void)state;
    for (int spline = 0; spline < 2; spline++) {
        bool kind = spline == 1;
        assert_true(fault_sweep(transform, &kind) > 20);
    }
}

static ond_status edge_bank(void *context)
{
    (void)context;
    ond_morlet_config config = {3, 16, OND_MORLET_KYMATIO, 24, 24}; /* wider than five periods: made in space */
    ond_filters *filters = NULL;
    ond_status status = ond_morlet_create(&config, &filters);
    ond_filters_destroy(filters);
    return status;
}

static ond_status resize(void *context)
{
    (void)context;
    ond_array image = picture();
    ond_array resized = {0};
    ond_status status = ond_image_resize(&image, 7, 31, &resized);
    ond_array_free(&resized);
    return status;
}

static void rare_paths_survive_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(edge_bank, NULL) > 20);
    assert_true(fault_sweep(resize, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scattering_survives_every_failed_allocation),
        cmocka_unit_test(scattering_survives_failures_in_threads),
        cmocka_unit_test(transforms_survive_every_failed_allocation),
        cmocka_unit_test(rare_paths_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
