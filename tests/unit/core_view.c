/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <string.h>

enum { HEIGHT = 5, WIDTH = 7 };

static void packed_strides_are_filled_in(void **state)
{
    (void)state;
    unsigned char pixels[HEIGHT * WIDTH * 3];
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (unsigned char)(i * 11);
    }
    ond_image_view view = {.data = pixels, .height = HEIGHT, .width = WIDTH, .channels = 3};
    ond_array image = {0};
    assert_ok(ond_image_view_read(&view, &image));
    assert_int_equal(image.rank, 3);
    assert_int_equal(image.shape[0], 3);
    for (size_t channel = 0; channel < 3; channel++) {
        for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
            assert_true(image.data[channel * HEIGHT * WIDTH + i] == (float)(pixels[i * 3 + channel] / 255.0));
        }
    }
    ond_array_free(&image);
}

/* Every second pixel, rows from the last to the first, at an odd address. */
static void any_strides_and_addresses_are_read_in_place(void **state)
{
    (void)state;
    enum { PITCH = 2 * WIDTH * 4 + 3 };
    static unsigned char memory[1 + HEIGHT * PITCH];
    for (size_t row = 0; row < HEIGHT; row++) {
        for (size_t column = 0; column < WIDTH; column++) {
            float value = (float)(100 * row + column);
            uint16_t sample = (uint16_t)(1000 * row + column);
            memcpy(memory + 1 + row * PITCH + column * 8, &value, sizeof value);
            memcpy(memory + 1 + row * PITCH + column * 8 + 4, &sample, sizeof sample);
        }
    }
    ond_image_view floats = {memory + 1 + (HEIGHT - 1) * PITCH, OND_SAMPLE_F32, HEIGHT, WIDTH, 1, -PITCH, 8, 0};
    ond_image_view integers = {memory + 5, OND_SAMPLE_U16, HEIGHT, WIDTH, 0, PITCH, 8, 0};
    ond_array image = {0};
    assert_ok(ond_image_view_read(&floats, &image));
    assert_int_equal(image.rank, 2);
    assert_true(image.data[0] == 400 && image.data[WIDTH + 3] == 303 && image.data[4 * WIDTH + 6] == 6);
    assert_ok(ond_image_view_read(&integers, &image));
    assert_true(image.data[4 * WIDTH + 6] == (float)(4006 / 65535.0));
    ond_array_free(&image);
}

static void written_views_hold_what_was_read(void **state)
{
    (void)state;
    static const ond_sample_type types[] = {OND_SAMPLE_U8, OND_SAMPLE_U16, OND_SAMPLE_F32};
    static const size_t sizes[] = {1, 2, 4};
    for (size_t t = 0; t < 3; t++) {
        unsigned char from[3 * HEIGHT * WIDTH * 4];
        unsigned char to[sizeof from];
        for (size_t i = 0; i < sizeof from; i++) {
            from[i] = (unsigned char)(i * 7 % 60); /* finite as floats too */
        }
        memset(to, 0xee, sizeof to);
        ptrdiff_t size = (ptrdiff_t)sizes[t];
        ond_image_view source = {from, types[t], HEIGHT, WIDTH, 3, 0, 0, 0};
        ond_image_view planes = {to, types[t], HEIGHT, WIDTH, 3, WIDTH * size, size, HEIGHT * WIDTH * size};
        ond_array image = {0};
        ond_array again = {0};
        assert_ok(ond_image_view_read(&source, &image));
        assert_ok(ond_image_view_write(&image, &planes));
        assert_ok(ond_image_view_read(&planes, &again));
        assert_memory_equal(image.data, again.data, ond_array_count(&image) * sizeof(float));
        assert_memory_equal(to, from, sizes[t]);
        assert_true(types[t] == OND_SAMPLE_F32 || to[3 * HEIGHT * WIDTH * sizes[t]] == 0xee
                    || sizes[t] * 3 * HEIGHT * WIDTH == sizeof to);
        ond_array_free(&image);
        ond_array_free(&again);
    }
}

static void integers_are_clipped_and_rounded(void **state)
{
    (void)state;
    float values[] = {-1, 0.5f, 2, 254.6f / 255};
    const size_t shape[] = {1, 4};
    unsigned char bytes[4];
    ond_array image = ond_array_view(values, 2, shape);
    ond_image_view view = {.data = bytes, .height = 1, .width = 4};
    assert_ok(ond_image_view_write(&image, &view));
    assert_true(bytes[0] == 0 && bytes[1] == 128 && bytes[2] == 255 && bytes[3] == 255);
    values[1] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "element 1", ond_image_view_write(&image, &view));
    assert_int_equal(bytes[1], 128);
}

static void bad_views_are_refused(void **state)
{
    (void)state;
    unsigned char byte = 0;
    ond_array image = {0};
    ond_image_view view = {.data = &byte, .height = 1, .width = 1};
    assert_fails(OND_ERROR_ARGUMENT, "missing", ond_image_view_read(NULL, &image));
    assert_fails(OND_ERROR_ARGUMENT, "missing",
                 ond_image_view_read(&(ond_image_view){.height = 1, .width = 1}, &image));
    assert_fails(OND_ERROR_SHAPE, "0 x 1",
                 ond_image_view_read(&(ond_image_view){.data = &byte, .height = 0, .width = 1}, &image));
    view.type = (ond_sample_type)3;
    assert_fails(OND_ERROR_ARGUMENT, "type 3", ond_image_view_read(&view, &image));
    view.type = OND_SAMPLE_U8;
    assert_fails(OND_ERROR_ARGUMENT, "missing", ond_image_view_write(&image, &view));
    assert_ok(ond_image_view_read(&view, &image));
    view.width = 2;
    assert_fails(OND_ERROR_SHAPE, "1 x 1 x 2", ond_image_view_write(&image, &view));
    ond_array_free(&image);
}

static void scattering_of_a_view_is_that_of_its_image(void **state)
{
    (void)state;
    enum { SIDE = 21, PITCH = 40 };
    static unsigned char frame[SIDE * PITCH * 3];
    test_random random = {77};
    for (size_t i = 0; i < sizeof frame; i++) {
        frame[i] = (unsigned char)random_between(&random, 0, 255);
    }
    ond_morlet_config config = {2, 3, OND_MORLET_KYMATIO, 0, 0};
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_array image = {0};
    ond_array wanted = {0};
    ond_array found = {0};
    assert_ok(ond_morlet_create(&config, &filters));
    for (int padding = OND_PADDING_REFLECT; padding <= OND_PADDING_ZERO; padding++) {
        ond_scattering_config how = ond_scattering_config_default();
        how.padding = (ond_padding)padding;
        assert_ok(ond_scattering_create(filters, &how, &scattering));
        for (size_t channels = 1; channels <= 3; channels += 2) {
            ond_image_view view = {frame + 6, OND_SAMPLE_U8, SIDE - 2, SIDE, channels, 3 * PITCH, 3, 1};
            assert_ok(ond_image_view_read(&view, &image));
            assert_ok(ond_scattering_apply(scattering, &image, &wanted));
            assert_ok(ond_scattering_apply_view(scattering, &view, &found));
            assert_int_equal(found.rank, channels == 1 ? 3 : 4);
            assert_int_equal(ond_array_count(&found), ond_array_count(&wanted));
            assert_memory_equal(found.data, wanted.data, ond_array_count(&found) * sizeof(float));
        }
        ond_scattering_destroy(scattering);
        scattering = NULL;
    }
    ond_filters_destroy(filters);
    ond_array_free(&image);
    ond_array_free(&wanted);
    ond_array_free(&found);
}

static void scattering_names_a_bad_sample_of_a_view(void **state)
{
    (void)state;
    float pixels[16 * 16 * 2] = {0};
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_array features = {0};
    ond_morlet_config config = {2, 2, OND_MORLET_KYMATIO, 0, 0};
    assert_ok(ond_morlet_create(&config, &filters));
    assert_ok(ond_scattering_create(filters, NULL, &scattering));
    pixels[2 * (16 * 3 + 4) + 1] = INFINITY;
    ond_image_view view = {pixels, OND_SAMPLE_F32, 16, 16, 2, 0, 0, 0};
    assert_fails(OND_ERROR_ARGUMENT, "image 1 holds inf at row 3, column 4",
                 ond_scattering_apply_view(scattering, &view, &features));
    view.channels = 1;
    view.pixel_stride = 8;
    ond_array_free(&features);
    assert_ok(ond_scattering_apply_view(scattering, &view, &features));
    ond_array_free(&features);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_strides_are_filled_in),
        cmocka_unit_test(any_strides_and_addresses_are_read_in_place),
        cmocka_unit_test(written_views_hold_what_was_read),
        cmocka_unit_test(integers_are_clipped_and_rounded),
        cmocka_unit_test(bad_views_are_refused),
        cmocka_unit_test(scattering_of_a_view_is_that_of_its_image),
        cmocka_unit_test(scattering_names_a_bad_sample_of_a_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
