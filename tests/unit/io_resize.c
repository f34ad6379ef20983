/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>

static void same_size_is_the_same_image(void **state)
{
    (void)state;
    test_random random = {50};
    ond_array image = random_array(&random, 3, (size_t[3]){2, 9, 14});
    ond_array resized = {0};
    assert_ok(ond_image_resize(&image, 9, 14, &resized));
    assert_true(relative_error(&resized, &image) < 1e-6);
    ond_array_free(&image);
    ond_array_free(&resized);
}

/* Inside, Keys' kernel reproduces straight lines at any ratio of enlargement. */
static void straight_lines_stay_straight(void **state)
{
    (void)state;
    ond_array image = {0};
    ond_array resized = {0};
    assert_ok(ond_array_resize(&image, 2, (size_t[2]){20, 30}));
    for (size_t i = 0; i < 600; i++) {
        image.data[i] = (float)(3 * (double)(i / 30) - 2 * (double)(i % 30) + 7);
    }
    assert_ok(ond_image_resize(&image, 47, 75, &resized));
    for (size_t row = 8; row < 39; row++) {
        for (size_t column = 8; column < 67; column++) {
            double u = ((double)row + 0.5) * 20 / 47 - 0.5;
            double v = ((double)column + 0.5) * 30 / 75 - 0.5;
            assert_true(fabs((double)resized.data[row * 75 + column] - (3 * u - 2 * v + 7)) < 1e-4);
        }
    }
    ond_array_free(&image);
    ond_array_free(&resized);
}

static void shrinking_keeps_the_mean_and_removes_what_would_alias(void **state)
{
    (void)state;
    ond_array image = {0};
    ond_array resized = {0};
    assert_ok(ond_array_resize(&image, 2, (size_t[2]){64, 64}));
    for (size_t i = 0; i < 64 * 64; i++) {
        image.data[i] = (float)(0.5 + 0.5 * ((i / 64 + i % 64) % 2 ? 1 : -1)); /* a checkerboard of pixels */
    }
    assert_ok(ond_image_resize(&image, 16, 16, &resized));
    for (size_t i = 0; i < 256; i++) {
        assert_true(fabsf(resized.data[i] - 0.5f) < 0.01f);
    }
    ond_array_free(&image);
    ond_array_free(&resized);
}

static void extreme_sizes_work_and_empty_ones_are_refused(void **state)
{
    (void)state;
    float pixel = 3;
    ond_array image = ond_array_view(&pixel, 2, (size_t[2]){1, 1});
    ond_array resized = {0};
    assert_ok(ond_image_resize(&image, 5, 1000, &resized));
    assert_true(fabsf(resized.data[4999] - 3) < 1e-6f);
    ond_array small = {0};
    assert_ok(ond_image_resize(&resized, 1, 1, &small));
    assert_true(fabsf(small.data[0] - 3) < 1e-5f);
    assert_fails(OND_ERROR_SHAPE, "0 x 4", ond_image_resize(&image, 0, 4, &resized));
    ond_array line = ond_array_view(&pixel, 1, (size_t[1]){1});
    assert_fails(OND_ERROR_SHAPE, "the image is 1", ond_image_resize(&line, 4, 4, &resized));
    ond_array_free(&resized);
    ond_array_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_size_is_the_same_image),
        cmocka_unit_test(straight_lines_stay_straight),
        cmocka_unit_test(shrinking_keeps_the_mean_and_removes_what_would_alias),
        cmocka_unit_test(extreme_sizes_work_and_empty_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
