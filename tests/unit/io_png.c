/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include "unit/io_bytes.h"
#include <math.h>
#include <unistd.h>

/* Whole samples of this depth, as floats 0…1. */
static ond_array random_picture(int rank, const size_t *shape, int bit_depth)
{
    test_random random = {(uint64_t)bit_depth};
    ond_array image = {0};
    assert_ok(ond_array_resize(&image, rank, shape));
    size_t maximum = bit_depth == 16 ? 65535 : 255;
    for (size_t i = 0; i < ond_array_count(&image); i++) {
        image.data[i] = (float)random_between(&random, 0, maximum) / (float)maximum;
    }
    return image;
}

static void assert_round_trip(int rank, const size_t *shape, int bit_depth)
{
    ond_array image = random_picture(rank, shape, bit_depth);
    ond_array again = {0};
    const char *path = scratch_path("round.png");
    assert_ok(ond_image_write(&image, bit_depth, path));
    assert_ok(ond_image_read(path, OND_NATIVE, &again));
    assert_int_equal(again.rank, rank);
    assert_memory_equal(again.data, image.data, ond_array_count(&image) * sizeof *image.data);
    ond_array_free(&image);
    ond_array_free(&again);
}

static void gray_and_color_come_back_bit_for_bit(void **state)
{
    (void)state;
    assert_round_trip(2, (size_t[]){7, 13}, 8);
    assert_round_trip(2, (size_t[]){7, 13}, 16);
    assert_round_trip(3, (size_t[]){3, 6, 5}, 8);
    assert_round_trip(3, (size_t[]){3, 6, 5}, 16);
}

static void every_sixteen_bit_value_comes_back(void **state)
{
    (void)state;
    ond_array image = {0};
    ond_array samples = {0};
    assert_ok(ond_array_resize(&image, 2, (size_t[]){256, 256}));
    for (size_t i = 0; i < 65536; i++) {
        image.data[i] = (float)i / 65535;
    }
    assert_ok(ond_image_write(&image, 16, scratch_path("ramp.png")));
    assert_ok(ond_image_read_samples(scratch_path("ramp.png"), &samples));
    assert_shape(samples, 256, 256, 1);
    for (size_t i = 0; i < 65536; i++) {
        assert_true(samples.data[i] == (float)i);
    }
    ond_array_free(&image);
    ond_array_free(&samples);
}

static void alpha_is_written_and_dropped_when_read(void **state)
{
    (void)state;
    size_t shape[3] = {4, 3, 2};
    ond_array image = random_picture(3, shape, 8);
    ond_array again = {0};
    const char *path = scratch_path("alpha.png");
    ond_image_info info = {0};
    assert_ok(ond_image_write(&image, 8, path));
    assert_ok(ond_image_inspect(path, &info));
    assert_int_equal(info.channels, 4);
    assert_true(info.transparent);
    assert_ok(ond_image_read(path, OND_NATIVE, &again));
    assert_shape(again, 3, 3, 2);
    assert_memory_equal(again.data, image.data, 18 * sizeof *again.data);
    ond_array_free(&image);
    ond_array_free(&again);
}

static void values_are_clipped_and_rounded(void **state)
{
    (void)state;
    float values[6] = {-1.0f, 0.00195f, 0.00197f, 0.5f, 0.999f, 7.0f};
    ond_array image = ond_array_view(values, 3, (size_t[]){1, 1, 6});
    ond_array samples = {0};
    assert_ok(ond_image_write(&image, 8, scratch_path("clipped.png")));
    assert_ok(ond_image_read_samples(scratch_path("clipped.png"), &samples));
    assert_values(&samples, (double[]){0, 0, 1, 128, 255, 255}, 6);
    ond_array_free(&samples);
}

static void color_becomes_luminance_and_gray_is_repeated(void **state)
{
    (void)state;
    float values[6] = {1, 0.2f, 0, 0.2f, 0, 0.2f};
    ond_array image = ond_array_view(values, 3, (size_t[]){3, 1, 2});
    ond_array gray = {0};
    ond_array color = {0};
    assert_ok(ond_image_write(&image, 8, scratch_path("color.png")));
    assert_ok(ond_image_read(scratch_path("color.png"), OND_GRAY, &gray));
    assert_shape(gray, 1, 2);
    assert_values(&gray, (double[]){0.299, 51 / 255.0}, 2);
    assert_ok(ond_image_write(&gray, 16, scratch_path("gray.png")));
    assert_ok(ond_image_read(scratch_path("gray.png"), OND_RGB, &color));
    assert_shape(color, 3, 1, 2);
    assert_true(color.data[0] == color.data[2] && color.data[0] == color.data[4]);
    ond_array_free(&gray);
    ond_array_free(&color);
}

static void palette_is_resolved_as_color(void **state)
{
    (void)state;
    ond_array image = {0};
    ond_array samples = {0};
    ond_image_info info = {0};
    assert_ok(ond_image_inspect(corpus_path("png_read/basn3p04.png"), &info));
    assert_true(info.palette && !info.interlaced && info.format == OND_FORMAT_PNG);
    assert_int_equal(info.channels, 1);
    assert_int_equal(info.bit_depth, 4);
    assert_int_equal(info.height, 32);
    assert_ok(ond_image_read(corpus_path("png_read/basn3p04.png"), OND_NATIVE, &image));
    assert_shape(image, 3, 32, 32);
    assert_ok(ond_image_read_samples(corpus_path("png_read/basn3p04.png"), &samples));
    assert_shape(samples, 32, 32, 1);
    ond_array_free(&image);
    ond_array_free(&samples);
}

static void interlaced_files_say_so(void **state)
{
    (void)state;
    ond_image_info info = {0};
    assert_ok(ond_image_inspect(corpus_path("png_read/basi6a08.png"), &info));
    assert_true(info.interlaced && info.transparent && !info.palette);
    assert_int_equal(info.channels, 4);
}

static void truncated_files_are_refused(void **state)
{
    (void)state;
    assert_truncations_fail(corpus_path("png_read/basi0g01.png"), read_as_picture);
    assert_truncations_fail(corpus_path("png_read/basn3p04.png"), read_as_picture);
    assert_truncations_fail(corpus_path("png_read/basi4a08.png"), read_as_picture);
}

static void changed_bits_are_survived(void **state)
{
    (void)state;
    flip_every_bit(corpus_path("png_read/basi3p02.png"), read_as_picture);
    flip_every_bit(corpus_path("png_read/basn0g02.png"), read_as_picture);
}

static void damage_is_named(void **state)
{
    (void)state;
    ond_array image = {0};
    assert_fails(OND_ERROR_FORMAT, "CRC", ond_image_read(corpus_path("png_read/xcsn0g01.png"), OND_GRAY, &image));
    assert_fails(OND_ERROR_FORMAT, "no image data",
                 ond_image_read(corpus_path("png_read/xdtn0g01.png"), OND_GRAY, &image));
    assert_fails(OND_ERROR_FORMAT, "signature", ond_image_read(corpus_path("png_read/xs4n0g01.png"), OND_GRAY, &image));
    assert_fails(OND_ERROR_FORMAT, "begin with its header",
                 ond_image_read(corpus_path("png_read/late_header.png"), OND_GRAY, &image));
    ond_array_free(&image);
}

static void limit_is_checked_before_memory_is_taken(void **state)
{
    (void)state;
    size_t preset = ond_image_limit();
    ond_array image = {0};
    assert_int_equal(preset, (size_t)1 << 28);
    assert_ok(ond_image_limit_set(32 * 32 - 1));
    assert_fails(OND_ERROR_UNSUPPORTED, "32 x 32 pixels are more than the limit of 1023",
                 ond_image_read(corpus_path("png_read/basn0g16.png"), OND_GRAY, &image));
    assert_fails(OND_ERROR_UNSUPPORTED, "limit", ond_image_read_samples(corpus_path("png_read/basi6a08.png"), &image));
    assert_ok(ond_image_limit_set(32 * 32));
    assert_ok(ond_image_read(corpus_path("png_read/basn0g16.png"), OND_GRAY, &image));
    assert_fails(OND_ERROR_ARGUMENT, "limit of 0", ond_image_limit_set(0));
    assert_ok(ond_image_limit_set(preset));
    ond_array_free(&image);
}

static uint32_t crc_of(const unsigned char *data, size_t count)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < count; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
        }
    }
    return ~crc;
}

static void file_too_short_for_its_size_is_refused_at_once(void **state)
{
    (void)state;
    test_bytes bytes;
    ond_array image = {0};
    bytes_load(&bytes, corpus_path("png_read/basn2c08.png"));
    const unsigned char sides[8] = {0, 0, 0x40, 0, 0, 0, 0x40, 0}; /* 16384 x 16384: just within the limit */
    memcpy(bytes.data + 16, sides, sizeof sides);
    uint32_t crc = crc_of(bytes.data + 12, 17);
    for (int i = 0; i < 4; i++) {
        bytes.data[29 + i] = (unsigned char)(crc >> (24 - 8 * i));
    }
    const char *path = bytes_file("lie.png", bytes.data, bytes.count);
    assert_fails(OND_ERROR_FORMAT, "truncated: 16384 x 16384 pixels cannot be in",
                 ond_image_read(path, OND_RGB, &image));
    assert_null(image.data);
}

static void borrowed_output_must_fit(void **state)
{
    (void)state;
    static float memory[32 * 32];
    ond_array fits = ond_array_view(memory, 2, (size_t[]){32, 32});
    ond_array other = ond_array_view(memory, 2, (size_t[]){16, 64});
    assert_ok(ond_image_read(corpus_path("png_read/basn0g02.png"), OND_GRAY, &fits));
    assert_ptr_equal(fits.data, memory);
    assert_fails(OND_ERROR_SHAPE, "16 x 64", ond_image_read(corpus_path("png_read/basn0g02.png"), OND_GRAY, &other));
}

static void recognition_leaves_standard_input_unread(void **state)
{
    (void)state;
    int kept = dup(STDIN_FILENO);
    int ends[2];
    test_bytes bytes;
    ond_array image = {0};
    bytes_load(&bytes, corpus_path("png_read/basn0g02.png"));
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes.data, bytes.count), bytes.count);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assert_false(ond_array_recognize("-"));
    assert_true(ond_image_recognize("-"));
    assert_ok(ond_image_read("-", OND_GRAY, &image));
    assert_shape(image, 32, 32);
    assert_fails(OND_ERROR_FORMAT, "standard input: the file is empty", ond_image_read("-", OND_GRAY, &image));
    dup2(kept, STDIN_FILENO);
    close(kept);
    ond_array_free(&image);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    ond_array image = {0};
    ond_image_info info = {0};
    assert_fails(OND_ERROR_IO, "nosuch.png: cannot open: ", ond_image_read("nosuch.png", OND_GRAY, &image));
    assert_fails(OND_ERROR_IO, "/tmp: cannot read: this is a folder", ond_image_inspect("/tmp", &info));
    assert_fails(OND_ERROR_FORMAT, "the file is empty", ond_image_inspect(bytes_file("empty", "", 0), &info));
    assert_fails(OND_ERROR_FORMAT, "not a PNG, JPEG or PNM picture",
                 ond_image_inspect(bytes_file("text", "hello, world", 12), &info));
    assert_fails(OND_ERROR_ARGUMENT, "path", ond_image_read(NULL, OND_GRAY, &image));
    assert_fails(OND_ERROR_ARGUMENT, "output", ond_image_read("x.png", OND_GRAY, NULL));
    assert_fails(OND_ERROR_ARGUMENT, "colour 9", ond_image_read("x.png", (ond_color)9, &image));
    assert_false(ond_image_recognize("nosuch.png"));
    assert_false(ond_image_recognize("/tmp"));
    assert_false(ond_image_recognize(scratch_path("text")));
    assert_true(ond_image_recognize(corpus_path("png_read/basn0g02.png")));
}

static void what_cannot_be_written_is_refused(void **state)
{
    (void)state;
    float values[8] = {0};
    ond_array image = ond_array_view(values, 2, (size_t[]){2, 4});
    ond_array flat = ond_array_view(values, 1, (size_t[]){8});
    ond_array five = ond_array_view(values, 3, (size_t[]){5, 1, 1});
    ond_array empty = ond_array_view(values, 2, (size_t[]){0, 4});
    const char *path = scratch_path("refused.png");
    assert_fails(OND_ERROR_ARGUMENT, "refused.gif: the ending is none of",
                 ond_image_write(&image, 8, scratch_path("refused.gif")));
    assert_fails(OND_ERROR_ARGUMENT, "bit depth of 12", ond_image_write(&image, 12, path));
    assert_fails(OND_ERROR_ARGUMENT, "bit depth of 16", ond_image_write(&image, 16, scratch_path("refused.jpg")));
    assert_fails(OND_ERROR_SHAPE, "the image is 8", ond_image_write(&flat, 8, path));
    assert_fails(OND_ERROR_SHAPE, "5 channels", ond_image_write(&five, 8, path));
    assert_fails(OND_ERROR_SHAPE, "empty", ond_image_write(&empty, 8, path));
    assert_fails(OND_ERROR_IO, "cannot create", ond_image_write(&image, 8, "/nosuch/folder/x.png"));
    assert_fails(OND_ERROR_ARGUMENT, "path", ond_image_write(&image, 8, NULL));
    values[3] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "at element 3", ond_image_write(&image, 8, path));
    assert_int_not_equal(access(path, F_OK), 0);
}

static void full_disk_is_an_error(void **state)
{
    (void)state;
    const char *endings[] = {"png", "jpg", "pgm", "ppm"};
    ond_array image = random_picture(2, (size_t[]){300, 300}, 8);
    for (size_t i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "full.%s", endings[i]);
        const char *path = scratch_path(name);
        assert_int_equal(symlink("/dev/full", path), 0);
        assert_fails(OND_ERROR_IO, "cannot write: No space left", ond_image_write(&image, 8, path));
    }
    ond_array_free(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gray_and_color_come_back_bit_for_bit),
        cmocka_unit_test(every_sixteen_bit_value_comes_back),
        cmocka_unit_test(alpha_is_written_and_dropped_when_read),
        cmocka_unit_test(values_are_clipped_and_rounded),
        cmocka_unit_test(color_becomes_luminance_and_gray_is_repeated),
        cmocka_unit_test(palette_is_resolved_as_color),
        cmocka_unit_test(interlaced_files_say_so),
        cmocka_unit_test(truncated_files_are_refused),
        cmocka_unit_test(changed_bits_are_survived),
        cmocka_unit_test(damage_is_named),
        cmocka_unit_test(limit_is_checked_before_memory_is_taken),
        cmocka_unit_test(file_too_short_for_its_size_is_refused_at_once),
        cmocka_unit_test(borrowed_output_must_fit),
        cmocka_unit_test(recognition_leaves_standard_input_unread),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(what_cannot_be_written_is_refused),
        cmocka_unit_test(full_disk_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
