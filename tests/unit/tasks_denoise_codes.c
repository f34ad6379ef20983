/* SPDX-License-Identifier: BSD-3-Clause */
/* Denoising by convolutional sparse codes, beside the definition in double precision. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 16, STRIDE = 8, CODES = 9, STEPS = 3, PATCH = SIDE * SIDE };
enum { IMAGE = 160, MARGIN = 40, PLANE = IMAGE + 2 * MARGIN, BLUR_REACH = 24 };
enum { REACH = (2 * STEPS - 1) * (SIDE - 1) - 9 }; /* of the grids' first pixels, which lie 9 outside of the picture */

static const char path[] = "denoise_codes_test.safetensors";

typedef struct operators {
    float analysis[PATCH * CODES], synthesis[PATCH * CODES], dictionary[PATCH * CODES], thresholds[STEPS * CODES];
} operators;

/* Numbers that half precision holds. */
static void fill(test_random *random, size_t count, bool is_positive, float *values)
{
    for (size_t i = 0; i < count; i++) {
        double value = round(64 * random_normal(random)) / 1024;
        values[i] = (float)(is_positive ? fabs(value) : value);
    }
}

static operators some_operators(void)
{
    operators o;
    test_random random = {77};
    fill(&random, PATCH * CODES, false, o.analysis);
    fill(&random, PATCH * CODES, false, o.synthesis);
    fill(&random, PATCH * CODES, false, o.dictionary);
    fill(&random, STEPS * CODES, true, o.thresholds);
    return o;
}

static void write_operators(operators *o, size_t side)
{
    ond_tensors *tensors = NULL;
    size_t shape[4] = {side, side, 1, CODES};
    ond_array arrays[4]
        = {ond_array_view(o->analysis, 4, shape), ond_array_view(o->synthesis, 4, shape),
           ond_array_view(o->dictionary, 4, shape), ond_array_view(o->thresholds, 2, (size_t[2]){STEPS, CODES})};
    const char *names[4] = {"analysis", "synthesis", "dictionary", "thresholds"};
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(ond_tensors_metadata_set(tensors, "format", "ondelet denoise codes 1"));
    for (int i = 0; i < 4; i++) {
        assert_ok(ond_tensors_add(tensors, names[i], &arrays[i]));
    }
    assert_ok(ond_tensors_write(tensors, path));
    ond_tensors_destroy(tensors);
}

static ond_array noisy_picture(void)
{
    test_random random = {5};
    ond_array image = {0};
    assert_ok(ond_array_resize(&image, 2, (size_t[2]){IMAGE, IMAGE}));
    for (size_t i = 0; i < (size_t)IMAGE * IMAGE; i++) {
        double shape = hypot((double)(i % IMAGE) - 75, (double)(i / IMAGE) - 70) < 18 ? 4 : 0;
        image.data[i] = (float)(shape + random_normal(&random));
    }
    return image;
}

static ond_status denoise(const ond_array *noisy, double noise_std, ond_array *clean)
{
    ond_denoise_model *model = NULL;
    ond_denoiser *denoiser = NULL;
    ond_denoise_config config = ond_denoise_config_default();
    config.method = OND_DENOISE_CSC;
    config.noise_std = noise_std;
    ond_status status = ond_denoise_model_read(path, &model);
    status = status ? status : ond_denoiser_create(model, &config, noisy->shape[0], noisy->shape[1], &denoiser);
    status = status ? status : ond_denoiser_apply(denoiser, noisy, clean, NULL);
    ond_denoiser_destroy(denoiser);
    ond_denoise_model_destroy(model);
    return status;
}

/* --- the definition, on a plane with mirrored margins --- */

static size_t mirrored(int position)
{
    int at = position < 0 ? -position : position;
    return (size_t)(at < IMAGE ? at : 2 * IMAGE - 2 - at);
}

static void blur_plane(const double *plane, double *blurred)
{
    double weights[2 * BLUR_REACH + 1];
    double sum = 0;
    for (int i = -BLUR_REACH; i <= BLUR_REACH; i++) {
        sum += weights[i + BLUR_REACH] = exp(-0.5 * i * i / 64.0);
    }
    for (int row = BLUR_REACH; row < PLANE - BLUR_REACH; row++) {
        for (int column = BLUR_REACH; column < PLANE - BLUR_REACH; column++) {
            double total = 0;
            for (int i = -BLUR_REACH; i <= BLUR_REACH; i++) {
                for (int k = -BLUR_REACH; k <= BLUR_REACH; k++) {
                    total += weights[i + BLUR_REACH] * weights[k + BLUR_REACH] * plane[(row + i) * PLANE + column + k];
                }
            }
            blurred[row * PLANE + column] = total / (sum * sum);
        }
    }
}

static double shrunk(double value, double threshold)
{
    double size = fabs(value) - threshold;
    return size > 0 ? copysign(size, value) : 0;
}

/* picture += operator z over the grid of patches that begins at (top, left) */
static void add_patches(const float *atoms, const double *z, int top, int left, int grid, double *picture)
{
    for (int p = 0; p < grid * grid; p++) {
        for (int i = 0; i < PATCH; i++) {
            int row = top + p / grid * STRIDE + i / SIDE;
            int column = left + p % grid * STRIDE + i % SIDE;
            for (int k = 0; k < CODES; k++) {
                picture[row * PLANE + column] += (double)atoms[i * CODES + k] * z[p * CODES + k];
            }
        }
    }
}

static void estimate_at(const operators *o, const double *detail, int top, int left, double *sum)
{
    int grid = (PLANE - SIDE - STRIDE) / STRIDE + 1;
    double *z = calloc((size_t)(grid * grid * CODES), sizeof *z);
    double *made = malloc((size_t)PLANE * PLANE * sizeof *made);
    assert_true(z && made);
    for (int step = 0; step < STEPS; step++) {
        memset(made, 0, (size_t)PLANE * PLANE * sizeof *made);
        add_patches(o->synthesis, z, top, left, grid, made);
        for (int p = 0; p < grid * grid; p++) {
            double change[CODES] = {0};
            for (int i = 0; i < PATCH; i++) {
                int at = (top + p / grid * STRIDE + i / SIDE) * PLANE + left + p % grid * STRIDE + i % SIDE;
                for (int k = 0; k < CODES; k++) {
                    change[k] += (double)o->analysis[i * CODES + k] * (detail[at] - made[at]);
                }
            }
            for (int k = 0; k < CODES; k++) {
                double threshold = (double)o->thresholds[step * CODES + k];
                z[p * CODES + k] = shrunk(z[p * CODES + k] + change[k], threshold);
            }
        }
    }
    add_patches(o->dictionary, z, top, left, grid, sum);
    free(z);
    free(made);
}

/* The mean over the shifts whose row and column are both even or both odd. */
static double *expected(const operators *o, const ond_array *noisy)
{
    size_t count = (size_t)PLANE * PLANE;
    double *plane = malloc(4 * count * sizeof *plane);
    assert_non_null(plane);
    double *blurred = plane + count;
    double *detail = plane + 2 * count;
    double *sum = plane + 3 * count;
    memset(blurred, 0, 3 * count * sizeof *plane);
    for (int i = 0; i < PLANE * PLANE; i++) {
        plane[i] = (double)noisy->data[mirrored(i / PLANE - MARGIN) * IMAGE + mirrored(i % PLANE - MARGIN)];
    }
    blur_plane(plane, blurred);
    for (size_t i = 0; i < count; i++) {
        detail[i] = plane[i] - blurred[i];
    }
    for (int shift = 0; shift < STRIDE * STRIDE; shift++) {
        if (shift / STRIDE % 2 == shift % 2) {
            estimate_at(o, detail, shift / STRIDE, shift % STRIDE, sum);
        }
    }
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        plane[i] = blurred[i] + sum[i] / (STRIDE * STRIDE / 2);
        largest = fmax(largest, fabs(sum[i]));
    }
    assert_true(largest > 3); /* the codes do something */
    return plane;
}

static void it_is_what_the_definition_says(void **state)
{
    (void)state;
    operators o = some_operators();
    ond_array noisy = noisy_picture();
    ond_array clean = {0};
    write_operators(&o, SIDE);
    assert_ok(denoise(&noisy, 1, &clean));
    double *wanted = expected(&o, &noisy);
    double worst = 0;
    for (int row = REACH; row < IMAGE - REACH; row++) { /* away from what margins of different widths change */
        for (int column = REACH; column < IMAGE - REACH; column++) {
            double found = (double)clean.data[row * IMAGE + column];
            worst = fmax(worst, fabs(found - wanted[(row + MARGIN) * PLANE + column + MARGIN]));
        }
    }
    assert_true(worst < 5e-6);
    free(wanted);
    ond_array_free(&noisy);
    ond_array_free(&clean);
    (void)unlink(path);
}

/* Twice the picture with twice the noise is twice the result, and threads change no bit. */
static void it_scales_with_the_noise_and_threads_change_nothing(void **state)
{
    (void)state;
    operators o = some_operators();
    ond_array noisy = noisy_picture();
    ond_array results[3] = {{0}};
    write_operators(&o, SIDE);
    for (int i = 0; i < 2; i++) {
        assert_ok(ond_threads_set(1 + 2 * i));
        assert_ok(denoise(&noisy, 1, &results[i]));
    }
    assert_ok(ond_threads_set(1));
    for (size_t i = 0; i < ond_array_count(&noisy); i++) {
        noisy.data[i] *= 2;
    }
    assert_ok(denoise(&noisy, 2, &results[2]));
    for (size_t i = 0; i < ond_array_count(&noisy); i++) {
        assert_true(results[0].data[i] == results[1].data[i]);
        assert_true(results[2].data[i] == 2 * results[0].data[i]);
    }
    ond_array_free(&noisy);
    for (int i = 0; i < 3; i++) {
        ond_array_free(&results[i]);
    }
    (void)unlink(path);
}

static void models_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    operators o = some_operators();
    ond_array noisy = noisy_picture();
    ond_array clean = {0};
    write_operators(&o, 3);
    assert_fails(OND_ERROR_FORMAT, "patches of 3 x 3", denoise(&noisy, 1, &clean));
    o.thresholds[4] = -1;
    write_operators(&o, SIDE);
    assert_fails(OND_ERROR_FORMAT, "threshold 4 is -1", denoise(&noisy, 1, &clean));
    ond_denoise_config config = ond_denoise_config_default();
    ond_denoiser *denoiser = NULL;
    config.method = OND_DENOISE_CSC;
    assert_fails(OND_ERROR_ARGUMENT, "without a model", ond_denoiser_create(NULL, &config, 64, 64, &denoiser));
    o.thresholds[4] = 1;
    write_operators(&o, SIDE);
    ond_denoise_model *model = NULL;
    assert_ok(ond_denoise_model_read(path, &model));
    config.method = OND_DENOISE_LEARNED;
    assert_fails(OND_ERROR_ARGUMENT, "without a model", ond_denoiser_create(model, &config, 64, 64, &denoiser));
    ond_denoise_model_destroy(model);
    ond_array_free(&noisy);
    ond_array_free(&clean);
    (void)unlink(path);
}

/* A model that was trained for something else would give a picture, and a bad one. */
static void settings_of_another_training_are_refused(void **state)
{
    (void)state;
    static const char *const settings[][3] = {
        {"stride", "8", NULL},          {"blur_px", "8", NULL},           {"stride", "3", "stride is '3', 8 is wanted"},
        {"blur_px", "5", "blur_px is"}, {"blur_px", "nan", "blur_px is"}, {"stride", "", "stride is ''"}};
    operators o = some_operators();
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        ond_tensors *tensors = NULL;
        ond_denoise_model *model = NULL;
        write_operators(&o, SIDE);
        assert_ok(ond_tensors_read(path, &tensors));
        assert_ok(ond_tensors_metadata_set(tensors, settings[i][0], settings[i][1]));
        assert_ok(ond_tensors_write(tensors, path));
        ond_tensors_destroy(tensors);
        ond_status status = ond_denoise_model_read(path, &model);
        if (settings[i][2]) {
            assert_fails(OND_ERROR_FORMAT, settings[i][2], status);
        } else {
            assert_ok(status);
        }
        ond_denoise_model_destroy(model);
    }
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_the_definition_says),
        cmocka_unit_test(it_scales_with_the_noise_and_threads_change_nothing),
        cmocka_unit_test(models_that_do_not_fit_are_refused),
        cmocka_unit_test(settings_of_another_training_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
