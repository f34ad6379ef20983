/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"
#include "tasks/fill.h"

#include <math.h>
#include <string.h>

enum { HEIGHT = 33, WIDTH = 47, PIXELS = HEIGHT * WIDTH };

static const size_t image_shape[2] = {HEIGHT, WIDTH};

static ond_filters *make_bank(void)
{
    ond_separable_config config = {2, 0, 0};
    ond_filters *filters = NULL;
    assert_ok(ond_separable_create(&config, &filters));
    return filters;
}

static ond_inpaint_config few_iterations(void)
{
    ond_inpaint_config config = ond_inpaint_config_default();
    config.iterations = 12;
    return config;
}

/* Smooth, and not constant. */
static ond_array make_image(void)
{
    ond_array image = {0};
    assert_ok(ond_array_resize(&image, 2, image_shape));
    for (size_t i = 0; i < PIXELS; i++) {
        double y = (double)(i / WIDTH) / HEIGHT;
        double x = (double)(i % WIDTH) / WIDTH;
        image.data[i] = (float)(0.5 + 0.3 * sin(5 * x + 2 * y) + 0.1 * cos(7 * y));
    }
    return image;
}

static ond_array make_mask(uint64_t seed, double share)
{
    test_random random = {seed};
    ond_array mask = {0};
    assert_ok(ond_array_resize(&mask, 2, image_shape));
    for (size_t i = 0; i < PIXELS; i++) {
        mask.data[i] = random_uniform(&random) < share ? 1 : 0;
    }
    return mask;
}

static void known_pixels_keep_their_bits(void **state)
{
    (void)state;
    ond_filters *bank = make_bank();
    ond_array image = make_image();
    ond_array mask = make_mask(1, 0.5);
    ond_array result = {0};
    ond_inpaint_config config = few_iterations();
    assert_ok(ond_inpaint(bank, &image, &mask, &config, &result));
    double worst = 0;
    for (size_t i = 0; i < PIXELS; i++) {
        if (mask.data[i] > 0.5F) {
            assert_memory_equal(&result.data[i], &image.data[i], sizeof(float));
        } else {
            worst = fmax(worst, fabs((double)result.data[i] - (double)image.data[i]));
        }
    }
    assert_true(worst > 0 && worst < 0.05);
    ond_filters_destroy(bank);
    ond_array_free(&image);
    ond_array_free(&mask);
    ond_array_free(&result);
}

static void missing_pixels_may_hold_anything(void **state)
{
    (void)state;
    ond_filters *bank = make_bank();
    ond_array image = make_image();
    ond_array mask = make_mask(2, 0.4);
    ond_array result = {0};
    ond_array again = {0};
    ond_inpaint_config config = few_iterations();
    assert_ok(ond_inpaint(bank, &image, &mask, &config, &result));
    for (size_t i = 0; i < PIXELS; i++) {
        if (mask.data[i] <= 0.5F) {
            image.data[i] = i % 3 ? NAN : INFINITY;
        }
    }
    assert_ok(ond_inpaint(bank, &image, &mask, &config, &again));
    assert_memory_equal(result.data, again.data, PIXELS * sizeof(float));
    assert_ok(ond_inpaint(bank, &image, &mask, &config, &image)); /* in place */
    assert_memory_equal(result.data, image.data, PIXELS * sizeof(float));
    ond_filters_destroy(bank);
    ond_array_free(&image);
    ond_array_free(&mask);
    ond_array_free(&result);
    ond_array_free(&again);
}

static void units_do_not_matter(void **state)
{
    (void)state;
    ond_filters *bank = make_bank();
    ond_array image = make_image();
    ond_array mask = make_mask(3, 0.4);
    ond_array result = {0};
    ond_array scaled = {0};
    ond_inpaint_config config = few_iterations();
    assert_ok(ond_inpaint(bank, &image, &mask, &config, &result));
    for (size_t i = 0; i < PIXELS; i++) {
        image.data[i] = 65536 * image.data[i] - 131072;
    }
    assert_ok(ond_inpaint(bank, &image, &mask, &config, &scaled));
    for (size_t i = 0; i < PIXELS; i++) {
        scaled.data[i] = (scaled.data[i] + 131072) / 65536;
    }
    assert_true(relative_error(&scaled, &result) < 1e-4); /* a rounding at a threshold may go either way */
    ond_filters_destroy(bank);
    ond_array_free(&image);
    ond_array_free(&mask);
    ond_array_free(&result);
    ond_array_free(&scaled);
}

static void image_without_gaps_is_unchanged(void **state)
{
    (void)state;
    ond_filters *bank = make_bank();
    ond_array image = make_image();
    ond_array mask = make_mask(4, 2);
    ond_array result = {0};
    assert_ok(ond_inpaint(bank, &image, &mask, NULL, &result));
    assert_memory_equal(result.data, image.data, PIXELS * sizeof(float));
    ond_filters_destroy(bank);
    ond_array_free(&image);
    ond_array_free(&mask);
    ond_array_free(&result);
}

static void constant_image_is_filled_with_its_value(void **state)
{
    (void)state;
    ond_filters *bank = make_bank();
    ond_array image = make_image();
    ond_array mask = make_mask(5, 0.01);
    ond_array result = {0};
    ond_inpaint_config config = few_iterations();
    mask.data[5] = 1;
    for (size_t i = 0; i < PIXELS; i++) {
        image.data[i] = mask.data[i] > 0.5F ? 7 : 100;
    }
    assert_ok(ond_inpaint(bank, &image, &mask, &config, &result));
    for (size_t i = 0; i < PIXELS; i++) {
        assert_true(result.data[i] == 7);
    }
    ond_filters_destroy(bank);
    ond_array_free(&image);
    ond_array_free(&mask);
    ond_array_free(&result);
}

static void one_known_pixel_and_tiny_images_are_enough(void **state)
{
    (void)state;
    ond_filters *bank = make_bank();
    ond_inpaint_config config = few_iterations();
    for (size_t width = 1; width < 7; width++) {
        float pixels[6] = {3, 4, 5, 6, 7, 8};
        float known[6] = {0};
        size_t shape[2] = {1, width};
        ond_array image = ond_array_view(pixels, 2, shape);
        ond_array mask = ond_array_view(known, 2, shape);
        ond_array result = {0};
        known[width - 1] = 1;
        for (config.iterations = 1; config.iterations < 5; config.iterations++) {
            assert_ok(ond_inpaint(bank, &image, &mask, &config, &result));
            for (size_t i = 0; i < width; i++) {
                assert_true(result.data[i] == pixels[width - 1]);
            }
        }
        ond_array_free(&result);
    }
    ond_filters_destroy(bank);
}

static void channels_are_filled_for_themselves(void **state)
{
    (void)state;
    ond_filters *bank = make_bank();
    test_random random = {6};
    size_t shape[3] = {3, HEIGHT, WIDTH};
    ond_array image = random_array(&random, 3, shape);
    ond_array mask = make_mask(7, 0.7);
    ond_array result = {0};
    ond_array single = {0};
    ond_inpaint_config config = few_iterations();
    assert_ok(ond_inpaint(bank, &image, &mask, &config, &result));
    assert_ok(ond_threads_set(3));
    for (size_t i = 0; i < 3; i++) {
        ond_array from = ond_array_item(&image, i);
        ond_array to = ond_array_item(&result, i);
        assert_ok(ond_inpaint(bank, &from, &mask, &config, &single));
        assert_memory_equal(to.data, single.data, PIXELS * sizeof(float));
    }
    assert_ok(ond_threads_set(1));
    ond_filters_destroy(bank);
    ond_array_free(&image);
    ond_array_free(&mask);
    ond_array_free(&result);
    ond_array_free(&single);
}

static void unfit_input_is_refused(void **state)
{
    (void)state;
    ond_filters *bank = make_bank();
    ond_array image = make_image();
    ond_array mask = make_mask(8, 0.5);
    ond_array result = {0};
    size_t turned[2] = {WIDTH, HEIGHT};
    ond_array other = ond_array_view(mask.data, 2, turned);
    ond_array none = {0};
    assert_fails(OND_ERROR_SHAPE, "the mask is 47 x 33, the image is 33 x 47",
                 ond_inpaint(bank, &image, &other, NULL, &result));
    assert_int_not_equal(ond_inpaint(bank, &image, &none, NULL, &result), OND_OK);
    assert_int_not_equal(ond_inpaint(bank, &none, &mask, NULL, &result), OND_OK);
    ond_inpaint_config config = ond_inpaint_config_default();
    config.iterations = 0;
    assert_fails(OND_ERROR_ARGUMENT, "iterations = 0", ond_inpaint(bank, &image, &mask, &config, &result));
    mask.data[0] = 1;
    image.data[0] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "known pixel 0 of the image is nan",
                 ond_inpaint(bank, &image, &mask, NULL, &result));
    memset(mask.data, 0, PIXELS * sizeof(float));
    assert_fails(OND_ERROR_ARGUMENT, "all 1551 pixels are missing", ond_inpaint(bank, &image, &mask, NULL, &result));
    mask.data[3] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "the mask", ond_inpaint(bank, &image, &mask, NULL, &result));
    ond_filters_destroy(bank);
    assert_ok(ond_spline_create(NULL, &bank));
    mask.data[3] = 1;
    assert_fails(OND_ERROR_UNSUPPORTED, "one-sided", ond_inpaint(bank, &image, &mask, NULL, &result));
    ond_filters_destroy(bank);
    ond_array_free(&image);
    ond_array_free(&mask);
    ond_array_free(&result);
}

static void first_fill_lies_between_what_is_known(void **state)
{
    (void)state;
    test_random random = {9};
    for (int trial = 0; trial < 30; trial++) {
        size_t height = random_between(&random, 1, 40);
        size_t width = random_between(&random, 1, 40);
        float plane[1600];
        uint8_t known[1600];
        for (size_t i = 0; i < height * width; i++) {
            known[i] = random_between(&random, 0, 9) == 0;
            plane[i] = known[i] ? (float)random_uniform(&random) : NAN;
        }
        known[0] = 1;
        plane[0] = 0.5F;
        assert_ok(ond_fill_missing(height, width, known, plane));
        for (size_t i = 0; i < height * width; i++) {
            assert_true(plane[i] >= 0 && plane[i] <= 1);
        }
    }
}

/* PSNR of the middle 256 x 256 pixels of a test image of which half is known: 1 dB above biharmonic splines (33.72 dB
 * by scikit-image 0.26 on the same pixels). */
static void half_of_a_photograph_comes_back(void **state)
{
    (void)state;
    enum { SIDE = 256, FULL = 512 };
    skip_without_shared_data();
    ond_array photograph = {0};
    ond_array full_mask = {0};
    assert_ok(ond_image_read(shared_path("data/denoise/set12/08_lena.png"), OND_GRAY, &photograph));
    assert_ok(ond_image_read(shared_path("data/inpaint/mask_keep50_512.png"), OND_GRAY, &full_mask));
    size_t shape[2] = {SIDE, SIDE};
    ond_array image = {0};
    ond_array mask = {0};
    ond_array result = {0};
    assert_ok(ond_array_resize(&image, 2, shape));
    assert_ok(ond_array_resize(&mask, 2, shape));
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        size_t from = (i / SIDE + (FULL - SIDE) / 2) * FULL + i % SIDE + (FULL - SIDE) / 2;
        image.data[i] = photograph.data[from];
        mask.data[i] = full_mask.data[from];
    }
    ond_filters *bank = NULL;
    ond_inpaint_config config = ond_inpaint_config_default();
    config.iterations = 30;
    assert_ok(ond_shearlet_create(NULL, &bank));
    assert_ok(ond_inpaint(bank, &image, &mask, &config, &result));
    double squares = 0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        double difference = fmin(fmax((double)result.data[i], 0), 1) - (double)image.data[i];
        squares += difference * difference;
    }
    double psnr_db = -10 * log10(squares / (SIDE * SIDE));
    print_message("%.2f dB\n", psnr_db);
    assert_true(psnr_db > 35.1);
    ond_filters_destroy(bank);
    ond_array_free(&photograph);
    ond_array_free(&full_mask);
    ond_array_free(&image);
    ond_array_free(&mask);
    ond_array_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_pixels_keep_their_bits),
        cmocka_unit_test(missing_pixels_may_hold_anything),
        cmocka_unit_test(units_do_not_matter),
        cmocka_unit_test(image_without_gaps_is_unchanged),
        cmocka_unit_test(constant_image_is_filled_with_its_value),
        cmocka_unit_test(one_known_pixel_and_tiny_images_are_enough),
        cmocka_unit_test(channels_are_filled_for_themselves),
        cmocka_unit_test(unfit_input_is_refused),
        cmocka_unit_test(first_fill_lies_between_what_is_known),
        cmocka_unit_test(half_of_a_photograph_comes_back), /* last: it leaves the program without the data */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
