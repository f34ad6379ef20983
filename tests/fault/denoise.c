/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault/fault.h"
#include <math.h>
#include <unistd.h>

typedef struct fault_case {
    ond_denoise_method method;
    ond_noise_model noise;
    int rank;
} fault_case;

static ond_status denoise(void *context)
{
    static const size_t shape[3] = {3, 20, 17};
    static float pixels[3 * 20 * 17];
    const fault_case *wanted = context;
    test_random random = {12};
    for (size_t i = 0; i < sizeof pixels / sizeof pixels[0]; i++) {
        pixels[i] = (float)(100 + 10 * random_normal(&random));
    }
    ond_array noisy = ond_array_view(pixels, wanted->rank, shape + 3 - wanted->rank);
    ond_array clean = {0};
    ond_denoise_config config = {wanted->method, wanted->noise, 0, OND_PLANNING_ESTIMATE};
    ond_status status = ond_denoise(&noisy, &config, &clean, NULL);
    ond_array_free(&clean);
    return status;
}

static void denoising_survives_every_failed_allocation(void **state)
{
    (void)state;
    for (int method = OND_DENOISE_UNION; method <= OND_DENOISE_WAVELET; method++) {
        fault_case gray = {(ond_denoise_method)method, OND_NOISE_GAUSSIAN, 2};
        assert_true(fault_sweep(denoise, &gray) > 8);
    }
    fault_case color = {OND_DENOISE_LOCAL, OND_NOISE_POISSON, 3};
    assert_true(fault_sweep(denoise, &color) > 20);
}

static void denoising_survives_failures_in_threads(void **state)
{
    (void)state;
    fault_case gray = {OND_DENOISE_UNION, OND_NOISE_GAUSSIAN, 2};
    assert_true(fault_sweep_threads(denoise, &gray, 3) > 20);
}

/* Trains a tiny model, writes and reads it, and denoises by it. */
static bool stop(void *context, size_t step, double gain_db)
{
    (void)context;
    return step < 1 && isfinite(gain_db);
}

static ond_status train_and_use(void *context)
{
    (void)context;
    static const char path[] = "fault_denoise.safetensors";
    static float pixels[32 * 34];
    for (size_t i = 0; i < sizeof pixels / sizeof pixels[0]; i++) {
        pixels[i] = (float)(i % 9) / 9;
    }
    ond_array image = ond_array_view(pixels, 2, (size_t[2]){32, 34});
    ond_denoise_training training = {.steps = 1, .hidden = 2, .pairs = 1, .batch = 2, .patch = 16, .pool = 1};
    training.rate = 1e-3;
    training.noise_low = training.noise_high = 25;
    ond_denoise_model *model = NULL;
    ond_denoise_model *again = NULL;
    ond_denoiser *denoiser = NULL;
    ond_array clean = {0};
    ond_denoise_config config = ond_denoise_config_default();
    config.method = OND_DENOISE_LEARNED;
    config.noise_std = 0.1;
    ond_denoise_course course = {stop, NULL, "fault_denoise.checkpoint"};
    (void)unlink(course.checkpoint);
    ond_status status = ond_denoise_model_fit(&image, 1, &training, &course, &model);
    if (status == OND_OK) { /* stopped, or complete: it is taken up again */
        ond_denoise_model_destroy(model);
        model = NULL;
        status = ond_denoise_model_fit(&image, 1, &training, &course, &model);
    }
    (void)unlink(course.checkpoint);
    status = status ? status : ond_denoise_model_write(model, path);
    status = status ? status : ond_denoise_model_read(path, &again);
    status = status ? status : ond_denoiser_create(again, &config, 32, 34, &denoiser);
    status = status ? status : ond_denoiser_apply(denoiser, &image, &clean, NULL);
    ond_array_free(&clean);
    ond_denoiser_destroy(denoiser);
    ond_denoise_model_destroy(model);
    ond_denoise_model_destroy(again);
    (void)unlink(path);
    return status;
}

static void training_survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(train_and_use, NULL) > 40);
}

/* A model of sparse codes, read, used by several threads and written. */
static const char codes_path[] = "fault_denoise_codes.safetensors";

static void write_codes(void)
{
    enum { OPERATORS = 3, SIDE = 4, CODES = 3 };
    static const char *const names[OPERATORS] = {"analysis", "synthesis", "dictionary"};
    static float numbers[SIDE * SIDE * CODES];
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        numbers[i] = (float)(i % 7) / 64;
    }
    ond_array atoms = ond_array_view(numbers, 4, (size_t[4]){SIDE, SIDE, 1, CODES});
    ond_array thresholds = ond_array_view(numbers, 2, (size_t[2]){2, CODES});
    ond_tensors *tensors = NULL;
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(ond_tensors_metadata_set(tensors, "format", "ondelet denoise codes 1"));
    for (int i = 0; i < OPERATORS; i++) {
        assert_ok(ond_tensors_add(tensors, names[i], &atoms));
    }
    assert_ok(ond_tensors_add(tensors, "thresholds", &thresholds));
    assert_ok(ond_tensors_write(tensors, codes_path));
    ond_tensors_destroy(tensors);
}

static ond_status use_codes(void *context)
{
    (void)context;
    static float pixels[20 * 17] = {1};
    ond_array image = ond_array_view(pixels, 2, (size_t[2]){20, 17});
    ond_array clean = {0};
    ond_denoise_model *model = NULL;
    ond_denoiser *denoiser = NULL;
    ond_denoise_config config = {OND_DENOISE_CSC, OND_NOISE_GAUSSIAN, 0.1, OND_PLANNING_ESTIMATE};
    ond_status status = ond_denoise_model_read(codes_path, &model);
    status = status ? status : ond_denoiser_create(model, &config, 20, 17, &denoiser);
    status = status ? status : ond_denoiser_apply(denoiser, &image, &clean, NULL);
    status = status ? status : ond_denoise_model_write(model, "fault_denoise_codes_again.safetensors");
    ond_array_free(&clean);
    ond_denoiser_destroy(denoiser);
    ond_denoise_model_destroy(model);
    (void)unlink("fault_denoise_codes_again.safetensors");
    return status;
}

static void sparse_codes_survive_every_failed_allocation(void **state)
{
    (void)state;
    write_codes();
    assert_true(fault_sweep_threads(use_codes, NULL, 3) > 30);
    (void)unlink(codes_path);
}

static ond_status estimate(void *context)
{
    (void)context;
    static float pixels[64 * 64] = {1};
    ond_array image = ond_array_view(pixels, 2, (size_t[2]){64, 64});
    double found = 0;
    return ond_noise_estimate(&image, &found);
}

static void estimation_survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(estimate, NULL) > 0);
}

/* A picture that does not lie in memory, denoised and scattered. */
static ond_status work_on_planes(void *context)
{
    (void)context;
    enum { SIDE = 40 };
    ond_planes image = {0};
    ond_planes features = {0};
    ond_denoiser *denoiser = NULL;
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_denoise_config config = {OND_DENOISE_WAVELET, OND_NOISE_GAUSSIAN, 1, OND_PLANNING_ESTIMATE};
    ond_morlet_config bank = ond_morlet_config_default();
    ond_scattering_config mean = ond_scattering_config_default();
    mean.averaging = OND_AVERAGING_GLOBAL;
    bank.scales = 2;
    ond_status status = ond_planes_create(3, SIDE, SIDE, &image);
    for (size_t i = 0; i < 3 * SIDE * SIDE && status == OND_OK; i++) {
        float value = (float)(i * i % 37);
        status = image.store(image.context, &(ond_plane_box){i / SIDE / SIDE, i / SIDE % SIDE, i % SIDE, 1, 1}, &value);
    }
    status = status ? status : ond_denoiser_create(NULL, &config, SIDE, SIDE, &denoiser);
    status = status ? status : ond_denoiser_apply_planes(denoiser, &image, NULL);
    status = status ? status : ond_morlet_create(&bank, &filters);
    status = status ? status : ond_scattering_create(filters, NULL, &scattering);
    status = status ? status : ond_planes_create(3 * ond_scattering_paths(scattering), SIDE / 4, SIDE / 4, &features);
    status = status ? status : ond_scattering_apply_planes(scattering, &image, &features);
    ond_planes_destroy(&features);
    ond_scattering_destroy(scattering);
    scattering = NULL;
    status = status ? status : ond_scattering_create(filters, &mean, &scattering);
    status = status ? status : ond_planes_create(3 * ond_scattering_paths(scattering), 1, 1, &features);
    status = status ? status : ond_scattering_apply_planes(scattering, &image, &features);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
    ond_denoiser_destroy(denoiser);
    ond_planes_destroy(&features);
    ond_planes_destroy(&image);
    return status;
}

static void planes_survive_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(work_on_planes, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(denoising_survives_every_failed_allocation),
        cmocka_unit_test(denoising_survives_failures_in_threads),
        cmocka_unit_test(training_survives_every_failed_allocation),
        cmocka_unit_test(sparse_codes_survive_every_failed_allocation),
        cmocka_unit_test(estimation_survives_every_failed_allocation),
        cmocka_unit_test(planes_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
