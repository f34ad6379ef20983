/* SPDX-License-Identifier: BSD-3-Clause */
/* A large picture, which is denoised in tiles, against a part of it that is denoised in one piece. */
#include "support/test.h"

#include <math.h>
#include <string.h>

/* The part lies across the seams of the tiles, at about rows 650 and columns 600 and 1200. */
enum { HEIGHT = 1300, WIDTH = 1800, TOP = 200, LEFT = 350, SIDE = 950, BORDER = 192 };

static void draw(ond_array *image)
{
    test_random random = {91};
    for (size_t row = 0; row < HEIGHT; row++) {
        for (size_t column = 0; column < WIDTH; column++) {
            double wave = 60 * sin((double)row / 37) * cos((double)column / 53);
            double squares = (row / 40 + column / 61) % 2 ? 30 : 0;
            image->data[row * WIDTH + column] = (float)(128 + wave + squares + 25 * random_normal(&random));
        }
    }
}

static void take_part(const ond_array *image, ond_array *part)
{
    assert_ok(ond_array_resize(part, 2, (size_t[]){SIDE, SIDE}));
    for (size_t row = 0; row < SIDE; row++) {
        memcpy(part->data + row * SIDE, image->data + (TOP + row) * WIDTH + LEFT, SIDE * sizeof(float));
    }
}

/* Root of the mean square of the difference, away from the part's own borders. */
static double inner_difference(const ond_array *image, const ond_array *part)
{
    double sum = 0;
    double count = 0;
    for (size_t row = BORDER; row < SIDE - BORDER; row++) {
        for (size_t column = BORDER; column < SIDE - BORDER; column++) {
            double whole = (double)image->data[(TOP + row) * WIDTH + LEFT + column];
            double difference = whole - (double)part->data[row * SIDE + column];
            sum += difference * difference;
            count++;
        }
    }
    return sqrt(sum / count);
}

/* Wavelets are the quickest method whose filters reach as far as those of the others. */
static void tiles_leave_no_seams(void **state)
{
    (void)state;
    ond_denoise_config config = ond_denoise_config_default();
    ond_array image = {0};
    ond_array part = {0};
    config.method = OND_DENOISE_WAVELET;
    config.noise_std = 25;
    assert_ok(ond_array_resize(&image, 2, (size_t[]){HEIGHT, WIDTH}));
    draw(&image);
    take_part(&image, &part);
    assert_ok(ond_denoise(&image, &config, &image, NULL));
    assert_ok(ond_denoise(&part, &config, &part, NULL));
    double difference = inner_difference(&image, &part);
    if (!(difference < 1e-5 * 255)) {
        fail_msg("tiles differ from one piece by %g", difference);
    }
    ond_array_free(&image);
    ond_array_free(&part);
}

/* One long side is cut, the other is not; what is mirrored at the end lies in the last tile. */
static void a_long_strip_is_cut_along_its_length(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{30000, 40}, {40, 30000}};
    for (size_t i = 0; i < 2; i++) {
        ond_denoise_config config = ond_denoise_config_default();
        test_random random = {92};
        config.method = OND_DENOISE_LOCAL;
        ond_array image = random_array(&random, 2, shapes[i]);
        double found = 0;
        assert_ok(ond_denoise(&image, &config, &image, &found));
        double energy = 0;
        for (size_t k = 0; k < ond_array_count(&image); k++) {
            energy += (double)image.data[k] * (double)image.data[k];
        }
        assert_true(fabs(found - 1) < 0.05);
        assert_true(energy < 0.1 * (double)ond_array_count(&image)); /* it was noise alone */
        ond_array_free(&image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_leave_no_seams),
        cmocka_unit_test(a_long_strip_is_cut_along_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
