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

/* [2, 30, 20], each sample its own number. */
static ond_array numbered(void)
{
    ond_array image = {0};
    assert_ok(ond_array_resize(&image, 3, (size_t[3]){2, 30, 20}));
    for (size_t i = 0; i < ond_array_count(&image); i++) {
        image.data[i] = (float)i;
    }
    return image;
}

static void a_crop_is_the_middle_of_every_channel(void **state)
{
    (void)state;
    ond_array image = numbered();
    ond_array fitted = {0};
    ond_fit_config config = ond_fit_config_default();
    config.crop_height = 7;
    config.crop_width = 10;
    assert_ok(ond_image_fit(&image, &config, &fitted));
    assert_true(fitted.rank == 3 && fitted.shape[0] == 2 && fitted.shape[1] == 7 && fitted.shape[2] == 10);
    for (size_t i = 0; i < ond_array_count(&fitted); i++) {
        size_t row = 11 + i / 10 % 7;
        assert_true(fitted.data[i] == image.data[i / 70 * 600 + row * 20 + 5 + i % 10]);
    }
    ond_array_free(&image);
    ond_array_free(&fitted);
}

static void the_short_side_keeps_the_proportions(void **state)
{
    (void)state;
    ond_array image = numbered();
    ond_array fitted = {0};
    ond_array resized = {0};
    ond_fit_config config = ond_fit_config_default();
    config.short_side = 12;
    assert_ok(ond_image_fit(&image, &config, &fitted));
    assert_ok(ond_image_resize(&image, 18, 12, &resized));
    assert_true(relative_error(&fitted, &resized) == 0);
    assert_ok(ond_image_fit(&image, NULL, &fitted));
    assert_true(relative_error(&fitted, &image) == 0);
    ond_array_free(&image);
    ond_array_free(&fitted);
    ond_array_free(&resized);
}

/* Halving puts the hat of radius 2 on samples at distances 1/2 and 3/2: weights 3/8 and 1/8. */
static void the_linear_kernel_is_a_hat_that_widens(void **state)
{
    (void)state;
    float values[8] = {0, 0, 0, 1, 0, 0, 0, 0};
    ond_array image = ond_array_view(values, 2, (size_t[2]){1, 8});
    ond_array fitted = {0};
    ond_fit_config config = ond_fit_config_default();
    config.height = 1;
    config.width = 4;
    config.interpolation = OND_LINEAR;
    assert_ok(ond_image_fit(&image, &config, &fitted));
    const float wanted[4] = {0, 0.375f, 0.125f, 0};
    for (size_t i = 0; i < 4; i++) {
        assert_true(fabsf(fitted.data[i] - wanted[i]) < 1e-6f);
    }
    ond_array_free(&fitted);
}

static void a_padded_image_is_in_the_middle_of_zeros(void **state)
{
    (void)state;
    ond_array image = numbered();
    ond_array padded = {0};
    assert_ok(ond_image_pad(&image, 33, 26, &padded));
    assert_true(padded.rank == 3 && padded.shape[0] == 2 && padded.shape[1] == 33 && padded.shape[2] == 26);
    for (size_t i = 0; i < ond_array_count(&padded); i++) {
        size_t row = i / 26 % 33;
        size_t column = i % 26;
        bool inside = row >= 1 && row < 31 && column >= 3 && column < 23;
        float wanted = inside ? image.data[i / (33 * 26) * 600 + (row - 1) * 20 + column - 3] : 0;
        assert_true(padded.data[i] == wanted);
    }
    float own[600];
    ond_array place = ond_array_view(own, 2, (size_t[2]){30, 20});
    ond_array plane = ond_array_item(&image, 1);
    assert_ok(ond_image_pad(&plane, 30, 20, &place));
    assert_true(relative_error(&place, &plane) == 0);
    assert_fails(OND_ERROR_SHAPE, "30 x 20 does not fit into the padded size of 29 x 90",
                 ond_image_pad(&image, 29, 90, &padded));
    assert_fails(OND_ERROR_SHAPE, "0 x 20", ond_image_pad(&image, 0, 20, &padded));
    image.data[700] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan at row 5, column 0", ond_image_pad(&image, 33, 26, &padded));
    assert_fails(OND_ERROR_ARGUMENT, "missing", ond_image_pad(NULL, 33, 26, &padded));
    ond_array_free(&image);
    ond_array_free(&padded);
}

static void contradicting_sizes_are_refused(void **state)
{
    (void)state;
    ond_array image = numbered();
    ond_array fitted = {0};
    ond_fit_config config = ond_fit_config_default();
    config.crop_height = config.crop_width = 21;
    assert_fails(OND_ERROR_SHAPE, "a crop of 21 x 21", ond_image_fit(&image, &config, &fitted));
    config.crop_width = 0;
    assert_fails(OND_ERROR_ARGUMENT, "rows and columns are wanted", ond_image_fit(&image, &config, &fitted));
    config = ond_fit_config_default();
    config.height = config.width = config.short_side = 8;
    assert_fails(OND_ERROR_ARGUMENT, "one of the two", ond_image_fit(&image, &config, &fitted));
    config.short_side = -1;
    assert_fails(OND_ERROR_ARGUMENT, "short_side", ond_image_fit(&image, &config, &fitted));
    ond_array_free(&image);
    ond_array_free(&fitted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_size_is_the_same_image),
        cmocka_unit_test(straight_lines_stay_straight),
        cmocka_unit_test(shrinking_keeps_the_mean_and_removes_what_would_alias),
        cmocka_unit_test(extreme_sizes_work_and_empty_ones_are_refused),
        cmocka_unit_test(a_crop_is_the_middle_of_every_channel),
        cmocka_unit_test(the_short_side_keeps_the_proportions),
        cmocka_unit_test(the_linear_kernel_is_a_hat_that_widens),
        cmocka_unit_test(a_padded_image_is_in_the_middle_of_zeros),
        cmocka_unit_test(contradicting_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
