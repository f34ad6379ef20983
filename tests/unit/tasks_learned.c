/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 96, PICTURES = 4 };

/* Shapes with edges and a texture, in 0…1; every picture another. */
static ond_array picture(size_t index, size_t height, size_t width)
{
    ond_array image = {0};
    assert_ok(ond_array_resize(&image, 2, (size_t[2]){height, width}));
    for (size_t row = 0; row < height; row++) {
        for (size_t column = 0; column < width; column++) {
            double y = (double)row / (double)height;
            double x = (double)column / (double)width;
            double turn = 0.7 * (double)index;
            double u = cos(turn) * x + sin(turn) * y;
            double disc = hypot(x - 0.5, y - 0.4) < 0.3 ? 0.4 : 0;
            image.data[row * width + column] = (float)(0.3 + disc + (u > 0.5 ? 0.2 : 0) + 0.05 * sin(60 * u));
        }
    }
    return image;
}

static ond_denoise_training small_training(int steps)
{
    ond_denoise_training training = ond_denoise_training_default();
    training.steps = steps;
    training.hidden = 8;
    training.pairs = 1;
    training.batch = 8;
    training.patch = 32;
    training.pool = 6;
    training.rate = 5e-3;
    training.noise_low = 15;
    training.noise_high = 50;
    return training;
}

typedef struct watched {
    size_t calls, last_step, stop_at;
    double gain_db;
} watched;

static bool watch(void *context, size_t step, double gain_db)
{
    watched *w = context;
    w->calls++;
    w->last_step = step;
    w->gain_db = gain_db;
    return step != w->stop_at;
}

static void fill_pictures(ond_array pictures[PICTURES])
{
    for (size_t i = 0; i < PICTURES; i++) {
        pictures[i] = picture(i, SIDE, SIDE + 2 * i);
    }
}

static void free_pictures(ond_array pictures[PICTURES])
{
    for (size_t i = 0; i < PICTURES; i++) {
        ond_array_free(&pictures[i]);
    }
}

static double mean_squared_error(const ond_array *a, const ond_array *b)
{
    double sum = 0;
    for (size_t i = 0; i < ond_array_count(a); i++) {
        sum += pow((double)a->data[i] - (double)b->data[i], 2);
    }
    return sum / (double)ond_array_count(a);
}

/* On a picture of the same kind that was not trained on, with odd sides. */
static void training_makes_the_union_better(void **state)
{
    (void)state;
    ond_array pictures[PICTURES];
    fill_pictures(pictures);
    watched w = {0};
    ond_denoise_training training = small_training(400);
    ond_denoise_model *model = NULL;
    assert_ok(ond_denoise_model_fit(pictures, PICTURES, &training, &(ond_denoise_course){.watch = watch, .context = &w},
                                    &model));
    assert_int_equal(w.calls, 400);
    assert_int_equal(w.last_step, 400);
    if (!(w.gain_db > 0.1)) {
        fail_msg("the network is %g dB better than the union", w.gain_db);
    }

    ond_array wanted = picture(9, 95, 97);
    ond_array noisy = picture(9, 95, 97);
    ond_array clean = {0};
    test_random random = {6};
    for (size_t i = 0; i < ond_array_count(&noisy); i++) {
        noisy.data[i] += (float)(25.0 / 255 * random_normal(&random));
    }
    ond_denoise_config config = ond_denoise_config_default();
    config.noise_std = 25.0 / 255;
    assert_ok(ond_denoise(&noisy, &config, &clean, NULL));
    double without = mean_squared_error(&clean, &wanted);
    ond_denoiser *denoiser = NULL;
    assert_ok(ond_denoiser_create(model, &config, 95, 97, &denoiser));
    ond_denoise_model_destroy(model); /* the denoiser keeps what it needs */
    assert_ok(ond_denoiser_apply(denoiser, &noisy, &clean, NULL));
    assert_true(mean_squared_error(&clean, &wanted) < without);
    ond_denoiser_destroy(denoiser);
    ond_array_free(&wanted);
    ond_array_free(&noisy);
    ond_array_free(&clean);
    free_pictures(pictures);
}

static void denoise_with(const ond_denoise_model *model, ond_array *clean)
{
    ond_array noisy = picture(3, 50, 64);
    ond_denoiser *denoiser = NULL;
    ond_denoise_config config = ond_denoise_config_default();
    config.method = OND_DENOISE_LEARNED;
    config.noise_std = 0.1;
    assert_ok(ond_denoiser_create(model, &config, 50, 64, &denoiser));
    assert_ok(ond_denoiser_apply(denoiser, &noisy, clean, NULL));
    ond_denoiser_destroy(denoiser);
    ond_array_free(&noisy);
}

static void training_gives_the_same_bits_for_any_threads_and_through_a_file(void **state)
{
    (void)state;
    static const char path[] = "learned_test.safetensors";
    ond_array pictures[PICTURES];
    fill_pictures(pictures);
    ond_denoise_training training = small_training(12);
    ond_array results[3] = {{0}};
    ond_denoise_model *model = NULL;
    for (int i = 0; i < 2; i++) {
        assert_ok(ond_threads_set(1 + 2 * i));
        assert_ok(ond_denoise_model_fit(pictures, PICTURES, &training, NULL, &model));
        denoise_with(model, &results[i]);
        if (i == 0) {
            ond_denoise_model_destroy(model);
        }
    }
    assert_ok(ond_threads_set(1));
    assert_ok(ond_denoise_model_write(model, path));
    ond_denoise_model_destroy(model);
    assert_ok(ond_denoise_model_read(path, &model));
    denoise_with(model, &results[2]);
    ond_denoise_model_destroy(model);
    for (int i = 1; i < 3; i++) {
        assert_memory_equal(results[0].data, results[i].data, ond_array_count(&results[0]) * sizeof(float));
    }
    for (int i = 0; i < 3; i++) {
        ond_array_free(&results[i]);
    }
    (void)unlink(path);
    free_pictures(pictures);
}

static void a_watch_may_end_the_training(void **state)
{
    (void)state;
    ond_array one = picture(0, 64, 64);
    ond_denoise_training training = small_training(100000);
    watched w = {.stop_at = 50};
    ond_denoise_model *model = NULL;
    assert_ok(ond_denoise_model_fit(&one, 1, &training, &(ond_denoise_course){.watch = watch, .context = &w}, &model));
    assert_int_equal(w.last_step, 50);
    ond_denoise_model_destroy(model);
    ond_array_free(&one);
}

/* Stopped twice, at steps that are no multiples of anything. */
static void a_stopped_training_goes_on_to_the_same_bits(void **state)
{
    (void)state;
    const char *path = scratch_path("denoise.checkpoint");
    ond_array one = picture(0, 64, 70);
    ond_denoise_training training = small_training(63);
    ond_denoise_model *model = NULL;
    assert_ok(ond_denoise_model_fit(&one, 1, &training, NULL, &model));
    assert_ok(ond_denoise_model_write(model, scratch_path("whole.safetensors")));
    ond_denoise_model_destroy(model);
    static const size_t stops[] = {7, 52, 0};
    for (size_t i = 0; i < 3; i++) {
        watched w = {.stop_at = stops[i]};
        ond_denoise_course course = {watch, &w, path};
        assert_ok(ond_denoise_model_fit(&one, 1, &training, &course, &model));
        assert_int_equal(w.last_step, stops[i] ? stops[i] : 63);
        if (i < 2) {
            ond_denoise_model_destroy(model);
        }
    }
    assert_ok(ond_denoise_model_write(model, scratch_path("resumed.safetensors")));
    ond_denoise_model_destroy(model);
    assert_same_file(scratch_path("whole.safetensors"), scratch_path("resumed.safetensors"));

    ond_denoise_course course = {.checkpoint = path};
    training.rate /= 2;
    assert_fails(OND_ERROR_FORMAT, "of a training with rate",
                 ond_denoise_model_fit(&one, 1, &training, &course, &model));
    training.rate *= 2;
    one.data[0] += 1;
    assert_fails(OND_ERROR_FORMAT, "of another training", ond_denoise_model_fit(&one, 1, &training, &course, &model));
    (void)unlink(path);
    ond_array_free(&one);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    ond_array tiny = picture(0, 64, 31);
    ond_denoise_training training = small_training(1);
    ond_denoise_model *model = NULL;
    ond_denoiser *denoiser = NULL;
    assert_fails(OND_ERROR_ARGUMENT, "no pictures", ond_denoise_model_fit(NULL, 0, &training, NULL, &model));
    assert_fails(OND_ERROR_SHAPE, "picture 0 is 64 x 31, at least 32 x 32",
                 ond_denoise_model_fit(&tiny, 1, &training, NULL, &model));
    training.patch = 17;
    assert_fails(OND_ERROR_ARGUMENT, "patch = 17", ond_denoise_model_fit(&tiny, 1, &training, NULL, &model));
    training.patch = 16;
    training.noise_high = 1;
    assert_fails(OND_ERROR_ARGUMENT, "noise_high", ond_denoise_model_fit(&tiny, 1, &training, NULL, &model));
    training = small_training(1);
    training.patch = 16;
    tiny.data[7] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan", ond_denoise_model_fit(&tiny, 1, &training, NULL, &model));
    ond_denoise_config config = ond_denoise_config_default();
    config.method = OND_DENOISE_LEARNED;
    assert_fails(OND_ERROR_ARGUMENT, "without a model", ond_denoiser_create(NULL, &config, 8, 8, &denoiser));
    assert_fails(OND_ERROR_ARGUMENT, "without a model", ond_denoise(&tiny, &config, &tiny, NULL));
    ond_array_free(&tiny);
}

static void a_file_of_another_kind_is_refused(void **state)
{
    (void)state;
    static const char path[] = "learned_other.safetensors";
    ond_tensors *tensors = NULL;
    ond_denoise_model *model = NULL;
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(ond_tensors_write(tensors, path));
    assert_fails(OND_ERROR_FORMAT, "'ondelet denoise 1' is wanted", ond_denoise_model_read(path, &model));
    assert_ok(ond_tensors_metadata_set(tensors, "format", "ondelet denoise 1"));
    assert_ok(ond_tensors_write(tensors, path));
    assert_fails(OND_ERROR_FORMAT, "0 layers", ond_denoise_model_read(path, &model));
    static float zeros[9 * 3 * 4];
    ond_array first = ond_array_view(zeros, 4, (size_t[4]){3, 3, 3, 4});
    ond_array last = ond_array_view(zeros, 4, (size_t[4]){3, 3, 4, 2});
    ond_array bias = ond_array_view(zeros, 1, (size_t[1]){4});
    ond_array last_bias = ond_array_view(zeros, 1, (size_t[1]){2});
    assert_ok(ond_tensors_add(tensors, "layer0.weight", &first));
    assert_ok(ond_tensors_add(tensors, "layer0.bias", &bias));
    assert_ok(ond_tensors_add(tensors, "layer1.weight", &last));
    assert_ok(ond_tensors_add(tensors, "layer1.bias", &last_bias));
    assert_ok(ond_tensors_write(tensors, path));
    assert_fails(OND_ERROR_FORMAT, "3 inputs and 2 outputs, 12 and 4 are wanted", ond_denoise_model_read(path, &model));
    ond_tensors_destroy(tensors);
    assert_null(model);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_makes_the_union_better),
        cmocka_unit_test(training_gives_the_same_bits_for_any_threads_and_through_a_file),
        cmocka_unit_test(a_watch_may_end_the_training),
        cmocka_unit_test(a_stopped_training_goes_on_to_the_same_bits),
        cmocka_unit_test(wrong_arguments_are_named),
        cmocka_unit_test(a_file_of_another_kind_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
