/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>

/* Smooth shading with a dark disc and stripes, other in each colour, with white noise: -5...235. */
static ond_array picture(size_t colors, size_t height, size_t width, double noise_std)
{
    ond_array image = {0};
    test_random random = {9};
    size_t shape[3] = {colors, height, width};
    assert_ok(ond_array_resize(&image, colors == 1 ? 2 : 3, colors == 1 ? shape + 1 : shape));
    for (size_t i = 0; i < ond_array_count(&image); i++) {
        double color = (double)(i / (height * width));
        double row = (double)(i % (height * width) / width);
        double column = (double)(i % width);
        double value = 120 + 30 * color + 50 * sin(row / 37 + color) * cos(column / 53);
        if (hypot(row - 90, column - 100) < 60) {
            value = -5 + 20 * color; /* the first colour is black here */
        }
        if (row > 0.75 * (double)height) {
            value += 15 * sin(column * 1.1);
        }
        image.data[i] = (float)(value + noise_std * random_normal(&random));
    }
    return image;
}

/* As a file of 8 bits holds it. */
static void round_and_clip(ond_array *image)
{
    for (size_t i = 0; i < ond_array_count(image); i++) {
        image->data[i] = fminf(fmaxf(roundf(image->data[i]), 0), 255);
    }
}

static void noise_is_found_in_pictures(void **state)
{
    (void)state;
    for (double noise_std = 2; noise_std < 70; noise_std *= 2) {
        ond_array noisy = picture(1, 200, 210, noise_std);
        double found = 0;
        assert_ok(ond_noise_estimate(&noisy, &found));
        assert_true(found > 0.85 * noise_std && found < 1.1 * noise_std);
        ond_array_free(&noisy);
    }
}

static void the_estimate_follows_the_units(void **state)
{
    (void)state;
    ond_array noisy = picture(1, 60, 50, 3);
    double found = 0;
    double scaled = 0;
    assert_ok(ond_noise_estimate(&noisy, &found));
    assert_true(found > 0);
    for (int power = -60; power <= 60; power += 120) {
        for (size_t i = 0; i < ond_array_count(&noisy); i++) {
            noisy.data[i] = ldexpf(noisy.data[i], power);
        }
        assert_ok(ond_noise_estimate(&noisy, &scaled));
        assert_true(fabs(ldexp(scaled, -power) / found - 1) < 1e-6);
        for (size_t i = 0; i < ond_array_count(&noisy); i++) {
            noisy.data[i] = ldexpf(noisy.data[i], -power);
        }
    }
    ond_array_free(&noisy);
}

static void white_noise_alone_is_measured(void **state)
{
    (void)state;
    test_random random = {4};
    ond_array noise = random_array(&random, 2, (size_t[2]){256, 256});
    ond_array clean = {0};
    double found = 0;
    assert_ok(ond_noise_estimate(&noise, &found));
    assert_true(fabs(found - 1) < 0.05);
    assert_ok(ond_denoise(&noise, NULL, &clean, &found));
    assert_true(fabs(found - 1) < 0.05);
    assert_true(norm_of(&clean) < 0.15 * norm_of(&noise));
    ond_array_free(&noise);
    ond_array_free(&clean);
}

/* Black parts hold half of the noise: neither a plane nor a sum of colours may be judged by them. */
static void clipped_parts_do_not_count(void **state)
{
    (void)state;
    for (size_t colors = 1; colors <= 3; colors += 2) {
        for (double noise_std = 5; noise_std < 50; noise_std *= 3) {
            ond_array noisy = picture(colors, 200, 210, noise_std);
            ond_array clean = {0};
            ond_denoise_config config = ond_denoise_config_default();
            double found = 0;
            config.method = OND_DENOISE_WAVELET;
            round_and_clip(&noisy);
            assert_ok(ond_denoise(&noisy, &config, &clean, &found));
            assert_true(found > 0.9 * noise_std && found < 1.1 * noise_std);
            ond_array_free(&noisy);
            ond_array_free(&clean);
        }
    }
}

/* Where hardly a block is free of clipping the least clipped ones are taken, not all. */
static void a_picture_clipped_nearly_everywhere_is_judged_by_the_rest(void **state)
{
    (void)state;
    ond_array noisy = picture(1, 64, 512, 20);
    for (size_t i = 0; i < ond_array_count(&noisy); i++) {
        bool is_free = i % 512 < 10;
        noisy.data[i] += is_free ? 0 : -200;
    }
    round_and_clip(&noisy);
    double found = 0;
    assert_ok(ond_noise_estimate(&noisy, &found));
    assert_true(found > 15 && found < 25);
    ond_array_free(&noisy);
}

static void a_line_is_judged_by_its_neighbours(void **state)
{
    (void)state;
    test_random random = {4};
    for (size_t height = 1; height < 8; height += 6) {
        ond_array noise = random_array(&random, 2, (size_t[2]){height, 5000});
        double found = 0;
        assert_ok(ond_noise_estimate(&noise, &found));
        assert_true(fabs(found - 1) < 0.05);
        ond_array_free(&noise);
    }
    float one = 3;
    double found = 1;
    ond_array pixel = ond_array_view(&one, 2, (size_t[2]){1, 1});
    assert_ok(ond_noise_estimate(&pixel, &found));
    assert_true(found == 0);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    ond_array image = picture(1, 12, 13, 0);
    ond_array empty = {0};
    double found = 0;
    assert_fails(OND_ERROR_ARGUMENT, "missing", ond_noise_estimate(&empty, &found));
    ond_array line = ond_array_view(image.data, 1, (size_t[1]){12});
    assert_fails(OND_ERROR_SHAPE, "[height, width]", ond_noise_estimate(&line, &found));
    image.data[20] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan", ond_noise_estimate(&image, &found));
    ond_array_free(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_found_in_pictures),
        cmocka_unit_test(the_estimate_follows_the_units),
        cmocka_unit_test(white_noise_alone_is_measured),
        cmocka_unit_test(clipped_parts_do_not_count),
        cmocka_unit_test(a_picture_clipped_nearly_everywhere_is_judged_by_the_rest),
        cmocka_unit_test(a_line_is_judged_by_its_neighbours),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
