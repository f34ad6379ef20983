/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include "unit/io_bytes.h"

static const char *text_file(const char *text)
{
    return bytes_file("text.pnm", text, strlen(text));
}

static void assert_picture(const char *path, const double *wanted, size_t count)
{
    ond_array image = {0};
    assert_true(ond_image_recognize(path));
    assert_ok(ond_image_read(path, OND_NATIVE, &image));
    assert_values(&image, wanted, count);
    ond_array_free(&image);
}

static void assert_samples(const char *path, const double *wanted, size_t count)
{
    ond_array samples = {0};
    assert_ok(ond_image_read_samples(path, &samples));
    assert_values(&samples, wanted, count);
    ond_array_free(&samples);
}

static void one_is_black_in_a_bitmap(void **state)
{
    (void)state;
    assert_picture(text_file("P1 3 2 1 0 1\n011"), (double[]){0, 1, 0, 1, 0, 0}, 6);
    assert_samples(text_file("P1 3 2 1 0 1\n011"), (double[]){1, 0, 1, 0, 1, 1}, 6);
    assert_picture(bytes_file("bits.pbm", "P4\n9 2\n\x80\x80\x01\x00", 11),
                   (double[]){0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1}, 18);
}

static void plain_numbers_and_comments_are_read(void **state)
{
    (void)state;
    const char *path = text_file("P2#one\n# two\n2 # three\n2\n10 0\n5 # four\n\t10 2 trailing");
    assert_picture(path, (double[]){0, 0.5, 1, 0.2}, 4);
    assert_samples(path, (double[]){0, 5, 10, 2}, 4);
    assert_picture(text_file("P3 1 2 1000 1000 500 0 1 2 3"), (double[]){1, 0.001, 0.5, 0.002, 0, 0.003}, 6);
}

static void binary_samples_are_divided_by_the_largest(void **state)
{
    (void)state;
    assert_picture(bytes_file("a.pgm", "P5 3 1 200\n\x00\x64\xc8", 14), (double[]){0, 0.5, 1}, 3);
    assert_picture(bytes_file("b.pgm", "P5\n2 1\n1000\n\x03\xe8\x01\xf4", 16), (double[]){1, 0.5}, 2);
    assert_picture(bytes_file("c.ppm", "P6\n1 1\n255\n\xff\x00\x33", 14), (double[]){1, 0, 0.2}, 3);
    assert_samples(bytes_file("d.ppm", "P6 1 1 65535 \xff\xff\x00\x01\x12\x34", 19), (double[]){65535, 1, 4660}, 3);
}

static void header_is_described(void **state)
{
    (void)state;
    ond_image_info info = {0};
    assert_ok(ond_image_inspect(corpus_path("pnm_read/gray16.pgm"), &info));
    assert_int_equal(info.format, OND_FORMAT_PNM);
    assert_int_equal(info.bit_depth, 16);
    assert_int_equal(info.channels, 1);
    assert_int_equal(info.width, 3);
    assert_int_equal(info.height, 2);
    assert_ok(ond_image_inspect(corpus_path("pnm_read/bits.pbm"), &info));
    assert_int_equal(info.bit_depth, 1);
    assert_ok(ond_image_inspect(corpus_path("pnm_read/color.ppm"), &info));
    assert_int_equal(info.channels, 3);
}

static void truncated_files_are_refused(void **state)
{
    (void)state;
    const char *names[] = {"bits.pbm", "gray.pgm", "gray16.pgm", "color.ppm", "color16.ppm"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char relative[64];
        snprintf(relative, sizeof relative, "pnm_read/%s", names[i]);
        assert_truncations_fail(corpus_path(relative), read_as_picture);
    }
    ond_array image = {0};
    assert_fails(OND_ERROR_FORMAT, "truncated", ond_image_read(text_file("P2 2 2 9 1 2 3 "), OND_GRAY, &image));
    assert_fails(OND_ERROR_FORMAT, "truncated", ond_image_read(text_file("P2 2 2 9 11 22"), OND_GRAY, &image));
    assert_fails(OND_ERROR_FORMAT, "truncated", ond_image_read(text_file("P1 2 2 10 # "), OND_GRAY, &image));
    ond_array_free(&image);
}

static void changed_bits_are_survived(void **state)
{
    (void)state;
    flip_every_bit(corpus_path("pnm_read/gray.plain.pgm"), read_as_picture);
    flip_every_bit(corpus_path("pnm_read/color16.ppm"), read_as_picture);
}

static void bad_headers_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *text, *words;
    } files[] = {
        {"P5 0 4 255\n", "width is 0"},
        {"P5 4 0 255\n", "height is 0"},
        {"P5 4 4 0\n", "largest sample is 0"},
        {"P5 4 4 65536\n", "largest sample is above 65535"},
        {"P5 -4 4 255\n", "width is not a number"},
        {"P5 4x4 255\n", "width is not a number"},
        {"P5 99999999999999999999999 4 255\n", "width is above"},
        {"P5 100000 2000 255\n.", "cannot be in 1 bytes"},
        {"P6 2147483647 2147483647 65535\n.", "truncated"},
        {"P2 1 1 9 12", "sample is above 9"},
        {"P2 1 1 9 a", "sample is not a number"},
        {"P1 2 1 12", "neither 0 nor 1"},
        {"P5 1 1 9 \x0a", "sample is above 9"},
        {"P7 1 1 9 1", "not a PNG, JPEG or PNM picture"},
    };
    ond_array image = {0};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        assert_fails(OND_ERROR_FORMAT, files[i].words, ond_image_read(text_file(files[i].text), OND_GRAY, &image));
    }
    ond_array_free(&image);
}

static void assert_round_trip(const char *name, int bit_depth, size_t channels)
{
    test_random random = {11};
    ond_array image = {0};
    ond_array again = {0};
    double maximum = bit_depth == 16 ? 65535 : 255;
    assert_ok(ond_array_resize(&image, 3, (size_t[]){channels, 5, 7}));
    for (size_t i = 0; i < ond_array_count(&image); i++) {
        image.data[i] = (float)((double)random_between(&random, 0, (size_t)maximum) / maximum);
    }
    assert_ok(ond_image_write(&image, bit_depth, scratch_path(name)));
    assert_ok(ond_image_read(scratch_path(name), channels == 3 ? OND_RGB : OND_GRAY, &again));
    assert_memory_equal(again.data, image.data, ond_array_count(&image) * sizeof *image.data);
    ond_array_free(&image);
    ond_array_free(&again);
}

static void gray_and_color_come_back_bit_for_bit(void **state)
{
    (void)state;
    assert_round_trip("a.pam", 8, 1);
    assert_round_trip("a.pam", 16, 3);
    assert_round_trip("a.pgm", 8, 1);
    assert_round_trip("a.PGM", 16, 1);
    assert_round_trip("a.ppm", 8, 3);
    assert_round_trip("a.ppm", 16, 3);
    assert_round_trip("gray.ppm", 16, 1);
}

static void any_map_has_its_own_header(void **state)
{
    (void)state;
    const char *path = bytes_file(
        "a.pam",
        "P7\n# by hand\nHEIGHT 1\nTUPLTYPE RGB_ALPHA and more\nDEPTH 4\nWIDTH 2\nMAXVAL 10\nENDHDR\n\1\2\3\4\5\6\7\10",
        91);
    ond_image_info info;
    assert_ok(ond_image_inspect(path, &info));
    assert_true(info.channels == 4 && info.transparent && info.height == 1 && info.width == 2);
    assert_samples(path, (double[]){1, 2, 3, 4, 5, 6, 7, 8}, 8);
    assert_picture(path, (double[]){0.1, 0.5, 0.2, 0.6, 0.3, 0.7}, 6);
    ond_array image = {0};
    static const struct {
        const char *text, *words;
    } files[] = {
        {"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nENDHDR\n\1", "lacks width, height, depth or maximum"},
        {"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 5\nMAXVAL 9\nENDHDR\n\1", "depth is above 4"},
        {"P7\nWIDTH 1\nHEIGHT 0\nDEPTH 1\nMAXVAL 9\nENDHDR\n\1", "height is 0"},
        {"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 9\n", "truncated"},
        {"P7\nWIDTH 1\nHEIGHT 3\nDEPTH 1\nMAXVAL 9\nENDHDR\n\1", "truncated"},
        {"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 1\nENDHDR\n\2", "sample is above 1"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        assert_fails(OND_ERROR_FORMAT, files[i].words, ond_image_read(text_file(files[i].text), OND_GRAY, &image));
    }
    ond_array_free(&image);
}

static void color_does_not_fit_a_graymap(void **state)
{
    (void)state;
    float values[3] = {0};
    ond_array image = ond_array_view(values, 3, (size_t[]){3, 1, 1});
    assert_fails(OND_ERROR_SHAPE, "3 channels, a .pgm file has 1", ond_image_write(&image, 8, scratch_path("c.pgm")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_black_in_a_bitmap),
        cmocka_unit_test(plain_numbers_and_comments_are_read),
        cmocka_unit_test(binary_samples_are_divided_by_the_largest),
        cmocka_unit_test(header_is_described),
        cmocka_unit_test(truncated_files_are_refused),
        cmocka_unit_test(changed_bits_are_survived),
        cmocka_unit_test(bad_headers_are_refused),
        cmocka_unit_test(gray_and_color_come_back_bit_for_bit),
        cmocka_unit_test(any_map_has_its_own_header),
        cmocka_unit_test(color_does_not_fit_a_graymap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
