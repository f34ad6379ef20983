/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include "unit/io_bytes.h"
#include <math.h>

static ond_array smooth_picture(size_t channels, size_t height, size_t width)
{
    ond_array image = {0};
    assert_ok(ond_array_resize(&image, 3, (size_t[]){channels, height, width}));
    for (size_t i = 0; i < ond_array_count(&image); i++) {
        size_t row = i / width % height;
        size_t column = i % width;
        size_t channel = i / width / height;
        image.data[i] = 0.5f + 0.4f * sinf(0.1f * (float)row + 0.15f * (float)column + (float)channel);
    }
    return image;
}

static void assert_close_round_trip(size_t channels)
{
    ond_array image = smooth_picture(channels, 37, 50);
    ond_array again = {0};
    const char *path = scratch_path("round.jpg");
    assert_ok(ond_image_write(&image, 8, path));
    assert_ok(ond_image_read(path, OND_NATIVE, &again));
    assert_int_equal(again.rank, channels == 1 ? 2 : 3);
    for (size_t i = 0; i < ond_array_count(&image); i++) {
        assert_true(fabsf(again.data[i] - image.data[i]) < 0.03f);
    }
    ond_array_free(&image);
    ond_array_free(&again);
}

static void gray_and_color_come_back_within_quality(void **state)
{
    (void)state;
    assert_close_round_trip(1);
    assert_close_round_trip(3);
}

static void every_kind_is_read(void **state)
{
    (void)state;
    const struct {
        const char *path;
        size_t height, width, channels;
        bool progressive;
    } files[] = {
        {"jpeg_read/gray.jpg", 9, 17, 1, false},        {"jpeg_read/color.jpg", 21, 19, 3, false},
        {"jpeg_read/restart.jpg", 16, 24, 3, false},    {"jpeg_read/progressive.jpg", 20, 18, 3, true},
        {"jpeg_read/arithmetic.jpg", 16, 16, 3, false},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        ond_array samples = {0};
        ond_image_info info = {0};
        assert_true(ond_image_recognize(corpus_path(files[i].path)));
        assert_ok(ond_image_inspect(corpus_path(files[i].path), &info));
        assert_ok(ond_image_read_samples(corpus_path(files[i].path), &samples));
        assert_shape(samples, files[i].height, files[i].width, files[i].channels);
        assert_int_equal(info.format, OND_FORMAT_JPEG);
        assert_int_equal(info.height, files[i].height);
        assert_int_equal(info.width, files[i].width);
        assert_int_equal(info.channels, files[i].channels);
        assert_int_equal(info.bit_depth, 8);
        assert_int_equal(info.interlaced, files[i].progressive);
        ond_array_free(&samples);
    }
}

static void printing_inks_are_refused(void **state)
{
    (void)state;
    ond_array image = {0};
    assert_fails(OND_ERROR_UNSUPPORTED, "cmyk.jpg: the JPEG file holds 4 inks",
                 ond_image_read(corpus_path("jpeg_read/cmyk.jpg"), OND_RGB, &image));
}

static void truncated_files_are_refused(void **state)
{
    (void)state;
    assert_truncations_fail(corpus_path("jpeg_read/gray.jpg"), read_as_picture);
    assert_truncations_fail(corpus_path("jpeg_read/color.jpg"), read_as_picture);
    assert_truncations_fail(corpus_path("jpeg_read/restart.jpg"), read_as_picture);
    assert_truncations_fail(corpus_path("jpeg_read/progressive.jpg"), read_as_picture);
    assert_truncations_fail(corpus_path("jpeg_read/arithmetic.jpg"), read_as_picture);
}

static void changed_bits_are_survived(void **state)
{
    (void)state;
    flip_every_bit(corpus_path("jpeg_read/gray.jpg"), read_as_picture);
    flip_every_bit(corpus_path("jpeg_read/progressive.jpg"), read_as_picture);
}

static void corrupt_data_is_an_error(void **state)
{
    (void)state;
    test_bytes bytes;
    ond_array image = {0};
    bytes_load(&bytes, corpus_path("jpeg_read/restart.jpg"));
    memset(bytes.data + bytes.count - 60, 0x55, 40); /* over a few restart markers */
    const char *path = bytes_file("corrupt.jpg", bytes.data, bytes.count);
    assert_fails(OND_ERROR_FORMAT, "corrupt.jpg: the JPEG file is damaged", ond_image_read(path, OND_RGB, &image));
    ond_array_free(&image);
}

/* Sets the sides in the frame header, wherever it is. */
static const char *file_with_sides(const char *source, unsigned side)
{
    test_bytes bytes;
    bytes_load(&bytes, corpus_path(source));
    for (size_t i = 0; i + 9 < bytes.count; i++) {
        if (bytes.data[i] == 0xff && (bytes.data[i + 1] == 0xc0 || bytes.data[i + 1] == 0xc2)) {
            bytes.data[i + 5] = bytes.data[i + 7] = (unsigned char)(side >> 8);
            bytes.data[i + 6] = bytes.data[i + 8] = (unsigned char)(side & 255);
            break;
        }
    }
    return bytes_file("lie.jpg", bytes.data, bytes.count);
}

static void file_too_short_for_its_size_is_refused_at_once(void **state)
{
    (void)state;
    ond_array image = {0};
    assert_fails(OND_ERROR_FORMAT, "truncated: 16384 x 16384 pixels cannot be in",
                 ond_image_read(file_with_sides("jpeg_read/gray.jpg", 16384), OND_GRAY, &image));
    assert_fails(OND_ERROR_FORMAT, "truncated",
                 ond_image_read(file_with_sides("jpeg_read/progressive.jpg", 16000), OND_GRAY, &image));
    assert_null(image.data);
    assert_fails(OND_ERROR_FORMAT,
                 "lie.jpg: ", ond_image_read(file_with_sides("jpeg_read/gray.jpg", 0), OND_GRAY, &image));
}

static void limit_is_kept(void **state)
{
    (void)state;
    size_t preset = ond_image_limit();
    ond_array image = {0};
    assert_ok(ond_image_limit_set(100));
    assert_fails(OND_ERROR_UNSUPPORTED, "21 x 19 pixels are more than the limit of 100",
                 ond_image_read(corpus_path("jpeg_read/color.jpg"), OND_GRAY, &image));
    assert_ok(ond_image_limit_set(preset));
}

static void what_cannot_be_written_is_refused(void **state)
{
    (void)state;
    ond_array alpha = smooth_picture(4, 2, 2);
    ond_array wide = {0};
    assert_ok(ond_array_resize(&wide, 2, (size_t[]){1, 70000}));
    memset(wide.data, 0, 70000 * sizeof *wide.data);
    assert_fails(OND_ERROR_SHAPE, "4 channels", ond_image_write(&alpha, 8, scratch_path("alpha.jpeg")));
    assert_fails(OND_ERROR_SHAPE, "wide.jpg: 1 x 70000", ond_image_write(&wide, 8, scratch_path("wide.jpg")));
    ond_array_free(&alpha);
    ond_array_free(&wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gray_and_color_come_back_within_quality),
        cmocka_unit_test(every_kind_is_read),
        cmocka_unit_test(printing_inks_are_refused),
        cmocka_unit_test(truncated_files_are_refused),
        cmocka_unit_test(changed_bits_are_survived),
        cmocka_unit_test(corrupt_data_is_an_error),
        cmocka_unit_test(file_too_short_for_its_size_is_refused_at_once),
        cmocka_unit_test(limit_is_kept),
        cmocka_unit_test(what_cannot_be_written_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
