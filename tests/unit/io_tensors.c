/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include "unit/io_bytes.h"
#include <math.h>

/* A safetensors file with this header; data as given. */
static const char *tensor_file(const char *header, const void *data, size_t count)
{
    test_bytes bytes = {.count = 0};
    size_t length = strlen(header);
    unsigned char start[8] = {(unsigned char)(length & 255), (unsigned char)(length >> 8)};
    bytes_add(&bytes, start, sizeof start);
    bytes_add(&bytes, header, length);
    bytes_add(&bytes, data, count);
    return bytes_file("made.safetensors", bytes.data, bytes.count);
}

static ond_status read_as_tensors(const char *path)
{
    ond_tensors *tensors = NULL;
    ond_status status = ond_tensors_read(path, &tensors);
    ond_tensors_destroy(tensors);
    return status;
}

static ond_status add(ond_tensors *tensors, const char *name, int rank, const size_t *shape, const float *values)
{
    float copy[64];
    ond_array array = ond_array_view(copy, rank, shape);
    memcpy(copy, values, ond_array_count(&array) * sizeof *copy);
    return ond_tensors_add(tensors, name, &array);
}

static ond_tensors *small_model(void)
{
    ond_tensors *tensors = NULL;
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(add(tensors, "layer0.weight", 2, (size_t[]){2, 3}, (float[]){1, -2, 0.5F, 3e38F, 1e-45F, -0.0F}));
    assert_ok(add(tensors, "bias", 1, (size_t[]){2}, (float[]){7, 8}));
    assert_ok(add(tensors, "scalar", 0, NULL, (float[]){NAN}));
    assert_ok(ond_tensors_metadata_set(tensors, "kind", "test"));
    assert_ok(ond_tensors_metadata_set(tensors, "classes", "[\"a \\\"quoted\\\" name\", \"Ω\", \"\n\"]"));
    return tensors;
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    ond_tensors *written = small_model(), *read = NULL;
    const char *path = scratch_path("model.safetensors");
    assert_ok(ond_tensors_write(written, path));
    assert_true(ond_tensors_recognize(path));
    assert_ok(ond_tensors_read(path, &read));
    assert_int_equal(ond_tensors_count(read), 3);
    for (size_t i = 0; i < 3; i++) {
        const ond_array *a = ond_tensors_array(written, i), *b = ond_tensors_array(read, i);
        assert_string_equal(ond_tensors_name(written, i), ond_tensors_name(read, i));
        assert_int_equal(a->rank, b->rank);
        assert_int_equal(ond_array_count(a), ond_array_count(b));
        assert_memory_equal(a->data, b->data, ond_array_count(a) * sizeof(float));
    }
    assert_shape(*ond_tensors_find(read, "layer0.weight"), 2, 3);
    assert_int_equal(ond_tensors_metadata_count(read), 2);
    assert_string_equal(ond_tensors_metadata_key(read, 0), "kind");
    assert_string_equal(ond_tensors_metadata(read, "classes"), ond_tensors_metadata(written, "classes"));
    assert_null(ond_tensors_find(read, "weight"));
    assert_null(ond_tensors_metadata(read, "weight"));
    assert_null(ond_tensors_name(read, 3));
    assert_null(ond_tensors_array(read, 3));
    assert_null(ond_tensors_metadata_key(read, 2));
    ond_tensors_destroy(written);
    ond_tensors_destroy(read);
}

static void the_bytes_are_those_of_the_format(void **state)
{
    (void)state;
    ond_tensors *tensors = NULL;
    test_bytes bytes;
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(add(tensors, "x", 2, (size_t[]){1, 2}, (float[]){1, -2.5F}));
    assert_ok(ond_tensors_metadata_set(tensors, "k", "old"));
    assert_ok(ond_tensors_metadata_set(tensors, "k", "v"));
    const char *path = scratch_path("bytes.safetensors");
    assert_ok(ond_tensors_write(tensors, path));
    bytes_load(&bytes, path);
    /* 81 characters, filled up to 88. */
    static const char wanted[] = "\x58\0\0\0\0\0\0\0"
                                 "{\"__metadata__\":{\"k\":\"v\"},"
                                 "\"x\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}       "
                                 "\x00\x00\x80\x3f\x00\x00\x20\xc0";
    assert_int_equal(bytes.count, sizeof wanted - 1);
    assert_memory_equal(bytes.data, wanted, sizeof wanted - 1);
    ond_tensors_destroy(tensors);
}

static void every_type_becomes_float(void **state)
{
    (void)state;
    const struct {
        const char *type, *data;
        size_t bytes;
        double wanted[2];
    } types[] = {
        {"F32", "\x00\x00\x80\x3f\x00\x00\x20\xc0", 8, {1, -2.5}},
        {"F16", "\x00\x3c\xff\x7b", 4, {1, 65504}},
        {"F16", "\x01\x00\x00\xc1", 4, {0x1p-24, -2.5}},
        {"BF16", "\x80\x3f\x20\xc0", 4, {1, -2.5}},
        {"F64", "\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\x04\xc0", 16, {1, -2.5}},
        {"I8", "\x01\xff", 2, {1, -1}},
        {"U8", "\x01\xff", 2, {1, 255}},
        {"BOOL", "\x00\x01", 2, {0, 1}},
        {"I16", "\x01\x02\xff\xff", 4, {513, -1}},
        {"U16", "\x01\x02\xff\xff", 4, {513, 65535}},
        {"I32", "\x01\x02\x00\x00\xfe\xff\xff\xff", 8, {513, -2}},
        {"U32", "\x01\x02\x00\x00\x00\x00\x00\x80", 8, {513, 2147483648.0}},
        {"I64", "\x01\0\0\0\0\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff", 16, {1, -2}},
        {"U64", "\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80", 16, {1, 9223372036854775808.0}},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char header[200];
        snprintf(header, sizeof header, "{\"x\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[0,%zu]}}",
                 types[i].type, types[i].bytes);
        ond_tensors *tensors = NULL;
        assert_ok(ond_tensors_read(tensor_file(header, types[i].data, types[i].bytes), &tensors));
        assert_values(ond_tensors_find(tensors, "x"), types[i].wanted, 2);
        ond_tensors_destroy(tensors);
    }
}

/* As Python's writer orders them: names sorted in the header, data by size of type; blanks behind the header. */
static void foreign_files_are_read_in_the_order_of_their_data(void **state)
{
    (void)state;
    static const char header[] = "{\"__metadata__\":{\"format\":\"pt\"},"
                                 "\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[4,5]},"
                                 "\"none\":{\"dtype\":\"F32\",\"shape\":[0,4],\"data_offsets\":[4,4]},"
                                 "\"z\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}   ";
    ond_tensors *tensors = NULL;
    assert_ok(ond_tensors_read(tensor_file(header, "\x00\x00\x80\x3f\x09", 5), &tensors));
    assert_string_equal(ond_tensors_name(tensors, 0), "z");
    assert_string_equal(ond_tensors_name(tensors, 1), "none");
    assert_string_equal(ond_tensors_name(tensors, 2), "a");
    assert_true(ond_tensors_find(tensors, "a")->data[0] == 9);
    assert_int_equal(ond_array_count(ond_tensors_find(tensors, "none")), 0);
    assert_string_equal(ond_tensors_metadata(tensors, "format"), "pt");
    ond_tensors_destroy(tensors);
    assert_ok(read_as_tensors(tensor_file("{}", "", 0)));
}

#define ENTRY(type, shape, begin, end)                                                                                 \
    "{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" #begin "," #end "]}"

/* Writes floats as F16 and reads them again. */
static void through_half(float *values, size_t count)
{
    ond_tensors *written = NULL, *read = NULL;
    const ond_array *back = NULL;
    ond_array array = ond_array_view(values, 1, (size_t[]){count});
    const char *path = scratch_path("half.safetensors");
    assert_ok(ond_tensors_create(&written));
    assert_ok(ond_tensors_add(written, "values", &array));
    assert_ok(ond_tensors_write_half(written, path));
    assert_ok(ond_tensors_read(path, &read));
    back = ond_tensors_find(read, "values");
    assert_non_null(back);
    memcpy(values, back->data, count * sizeof *values);
    ond_tensors_destroy(written);
    ond_tensors_destroy(read);
}

/* All finite positive numbers of the format in order, and their negatives. */
static double half_number(unsigned code)
{
    unsigned exponent = code >> 10, fraction = code & 1023;
    return exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, (int)exponent - 25);
}

static void every_half_is_kept_and_between_them_the_nearer_is_taken(void **state)
{
    (void)state;
    enum { FINITE = 0x7c00 };
    static float values[4 * FINITE];
    for (unsigned i = 0; i < FINITE; i++) {
        double low = half_number(i), high = i + 1 < FINITE ? half_number(i + 1) : 65536;
        values[4 * i] = -(float)low;
        values[4 * i + 1] = (float)(0.5 * (low + high));
        values[4 * i + 2] = (float)(low + 0.499 * (high - low));
        values[4 * i + 3] = (float)(low + 0.501 * (high - low));
    }
    through_half(values, (size_t)4 * FINITE);
    for (unsigned i = 0; i < FINITE; i++) {
        double low = half_number(i), high = i + 1 < FINITE ? half_number(i + 1) : (double)INFINITY;
        assert_true((double)values[4 * i] == -low && signbit(values[4 * i]));
        assert_true((double)values[4 * i + 1] == (i % 2 == 0 ? low : high));
        assert_true((double)values[4 * i + 2] == low);
        assert_true((double)values[4 * i + 3] == high);
    }
}

static void damaged_headers_are_named(void **state)
{
    (void)state;
    const struct {
        ond_status status;
        const char *words, *header;
    } files[] = {
        {OND_ERROR_FORMAT, "begin with a brace", ""},
        {OND_ERROR_FORMAT, "begin with a brace", "[]"},
        {OND_ERROR_FORMAT, "begin with a brace", " {}"},
        {OND_ERROR_FORMAT, "damaged", "{\"x\":"},
        {OND_ERROR_FORMAT, "damaged", "{} x"},
        {OND_ERROR_FORMAT, "damaged", "{\"\xff\":1}"},
        {OND_ERROR_FORMAT, "duplicate", "{\"x\":" ENTRY("U8", "[8]", 0, 8) ",\"x\":" ENTRY("U8", "[8]", 0, 8) "}"},
        {OND_ERROR_FORMAT, "deeper than 3 levels", "{\"x\":[[[[]]]]}"},
        {OND_ERROR_FORMAT, "deeper than 3 levels", "{\"\\\"}}}}}\":[[[[]]]]}"},
        {OND_ERROR_FORMAT, "damaged", "{\"[[[[[[\\\\\":"},
        {OND_ERROR_FORMAT, "'x' is damaged (it has no dtype)", "{\"x\":1}"},
        {OND_ERROR_FORMAT, "empty name", "{\"\":" ENTRY("U8", "[8]", 0, 8) "}"},
        {OND_ERROR_UNSUPPORTED, "'x' is of type 'F8_E4M3'", "{\"x\":" ENTRY("F8_E4M3", "[8]", 0, 8) "}"},
        {OND_ERROR_UNSUPPORTED, "7 axes", "{\"x\":" ENTRY("U8", "[8,1,1,1,1,1,1]", 0, 8) "}"},
        {OND_ERROR_FORMAT, "its shape is no list", "{\"x\":" ENTRY("U8", "8", 0, 8) "}"},
        {OND_ERROR_FORMAT, "no number from 0 up", "{\"x\":" ENTRY("U8", "[-8]", 0, 8) "}"},
        {OND_ERROR_FORMAT, "no number from 0 up", "{\"x\":" ENTRY("U8", "[8.5]", 0, 8) "}"},
        {OND_ERROR_FORMAT, "larger than memory", "{\"x\":" ENTRY("U8", "[4294967296,4294967296]", 0, 8) "}"},
        {OND_ERROR_FORMAT, "larger than memory", "{\"x\":" ENTRY("F64", "[2305843009213693952]", 0, 8) "}"},
        {OND_ERROR_FORMAT, "too big integer", "{\"x\":" ENTRY("U8", "[99999999999999999999]", 0, 8) "}"},
        {OND_ERROR_FORMAT, "8 bytes of data, its shape takes 36", "{\"x\":" ENTRY("F32", "[3,3]", 0, 8) "}"},
        {OND_ERROR_FORMAT, "two rising numbers", "{\"x\":" ENTRY("U8", "[8]", 8, 0) "}"},
        {OND_ERROR_FORMAT, "two rising numbers", "{\"x\":" ENTRY("U8", "[8]", -8, 0) "}"},
        {OND_ERROR_FORMAT, "two rising numbers", "{\"x\":{\"dtype\":\"U8\",\"shape\":[8]}}"},
        {OND_ERROR_FORMAT, "begins at byte 1 of the data, 0", "{\"x\":" ENTRY("U8", "[8]", 1, 9) "}"},
        {OND_ERROR_FORMAT, "'y' begins at byte 3 of the data, 4",
         "{\"x\":" ENTRY("U8", "[4]", 0, 4) ",\"y\":" ENTRY("U8", "[5]", 3, 8) "}"},
        {OND_ERROR_FORMAT, "'y' begins at byte 5 of the data, 4",
         "{\"x\":" ENTRY("U8", "[4]", 0, 4) ",\"y\":" ENTRY("U8", "[3]", 5, 8) "}"},
        {OND_ERROR_FORMAT, "declares 9 bytes of data, 8 follow", "{\"x\":" ENTRY("U8", "[9]", 0, 9) "}"},
        {OND_ERROR_FORMAT, "declares 4611686018427387904 bytes of data, 8 follow",
         "{\"x\":" ENTRY("F32", "[1152921504606846976]", 0, 4611686018427387904) "}"},
        {OND_ERROR_FORMAT, "declares 7 bytes of data, 8 follow", "{\"x\":" ENTRY("U8", "[7]", 0, 7) "}"},
        {OND_ERROR_FORMAT, "metadata is no object", "{\"__metadata__\":[],\"x\":" ENTRY("U8", "[8]", 0, 8) "}"},
        {OND_ERROR_FORMAT, "'k' is no text", "{\"__metadata__\":{\"k\":1},\"x\":" ENTRY("U8", "[8]", 0, 8) "}"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *path = tensor_file(files[i].header, "\1\2\3\4\5\6\7\10", 8);
        assert_fails(files[i].status, files[i].words, read_as_tensors(path));
        assert_int_equal(strncmp(ond_error_message(), path, strlen(path)), 0);
    }
}

static void impossible_lengths_are_refused(void **state)
{
    (void)state;
    static const char longest[] = "\xff\xff\xff\xff\xff\xff\xff\xff{}";
    const char *path = bytes_file("long.safetensors", longest, sizeof longest - 1);
    assert_false(ond_tensors_recognize(path));
    assert_fails(OND_ERROR_FORMAT, "at most", read_as_tensors(path));
    static const char lie[] = "\x00\x10\0\0\0\0\0\0{}";
    assert_fails(OND_ERROR_FORMAT, "4096 bytes declared, 2 follow",
                 read_as_tensors(bytes_file("lie.safetensors", lie, sizeof lie - 1)));
    assert_fails(OND_ERROR_IO, "cannot open", read_as_tensors(scratch_path("absent.safetensors")));
}

static void cut_and_flipped_files_are_refused_or_read(void **state)
{
    (void)state;
    const char *path
        = tensor_file("{\"__metadata__\":{\"k\":\"v\"},\"x\":" ENTRY("F16", "[2]", 0, 4) "}", "\1\2\3\4", 4);
    assert_truncations_fail(path, read_as_tensors);
    flip_every_bit(path, read_as_tensors);
}

static void only_proper_names_are_taken(void **state)
{
    (void)state;
    ond_tensors *tensors = small_model();
    float one = 1;
    ond_array array = ond_array_view(&one, 1, (size_t[]){1}), empty = {0};
    assert_fails(OND_ERROR_ARGUMENT, "'bias' already", ond_tensors_add(tensors, "bias", &array));
    assert_fails(OND_ERROR_ARGUMENT, "cannot be the name", ond_tensors_add(tensors, "", &array));
    assert_fails(OND_ERROR_ARGUMENT, "cannot be the name", ond_tensors_add(tensors, "__metadata__", &array));
    assert_fails(OND_ERROR_ARGUMENT, "is missing", ond_tensors_add(tensors, NULL, &array));
    assert_fails(OND_ERROR_ARGUMENT, "y is missing", ond_tensors_add(tensors, "y", &empty));
    static const char *const bad[] = {"a\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xf8"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_fails(OND_ERROR_ARGUMENT, "not UTF-8 at byte", ond_tensors_add(tensors, bad[i], &array));
        assert_fails(OND_ERROR_ARGUMENT, "not UTF-8 at byte", ond_tensors_metadata_set(tensors, "k", bad[i]));
    }
    assert_ok(ond_tensors_add(tensors, "é€😀", &array));
    ond_tensors_destroy(tensors);
}

static void a_wanted_tensor_must_have_its_shape(void **state)
{
    (void)state;
    ond_tensors *tensors = small_model();
    const ond_array *found = NULL;
    assert_ok(ond_tensors_get(tensors, "layer0.weight", 2, (size_t[]){0, 3}, &found));
    assert_true(found->data[0] == 1);
    assert_ok(ond_tensors_get(tensors, "bias", 1, NULL, &found));
    assert_fails(OND_ERROR_FORMAT, "no tensor 'x'", ond_tensors_get(tensors, "x", 1, NULL, &found));
    assert_fails(OND_ERROR_FORMAT, "'bias' is 2, 3 is wanted",
                 ond_tensors_get(tensors, "bias", 1, (size_t[]){3}, &found));
    assert_fails(OND_ERROR_FORMAT, "'bias' is 2, 2 axes are wanted", ond_tensors_get(tensors, "bias", 2, NULL, &found));
    assert_fails(OND_ERROR_FORMAT, "'scalar' holds a NaN", ond_tensors_get(tensors, "scalar", 0, NULL, &found));
    ond_tensors_destroy(tensors);
}

static void configs_are_kept_as_texts(void **state)
{
    (void)state;
    ond_tensors *tensors = small_model();
    ond_scattering_config config = ond_scattering_config_default(), read;
    config.order = 1;
    config.log_floor = 0.1;
    config.log = true;
    assert_ok(ond_tensors_options_set(tensors, "scattering", ond_scattering_options(), &config));
    assert_string_equal(ond_tensors_metadata(tensors, "scattering.order"), "1");
    assert_string_equal(ond_tensors_metadata(tensors, "scattering.log"), "true");
    assert_string_equal(ond_tensors_metadata(tensors, "scattering.padding"), "reflect");
    assert_ok(ond_tensors_options_get(tensors, "scattering", ond_scattering_options(), &read));
    for (const ond_option *option = ond_scattering_options(); option->name; option++) {
        assert_true(ond_option_value(option, &config) == ond_option_value(option, &read));
    }
    assert_ok(ond_tensors_options_get(tensors, "absent", ond_scattering_options(), &read));
    assert_int_equal(read.order, 2);
    assert_ok(ond_tensors_metadata_set(tensors, "scattering.order", "99"));
    assert_fails(OND_ERROR_FORMAT, "scattering: order = 99 is outside",
                 ond_tensors_options_get(tensors, "scattering", ond_scattering_options(), &read));
    ond_tensors_destroy(tensors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(the_bytes_are_those_of_the_format),
        cmocka_unit_test(every_type_becomes_float),
        cmocka_unit_test(foreign_files_are_read_in_the_order_of_their_data),
        cmocka_unit_test(every_half_is_kept_and_between_them_the_nearer_is_taken),
        cmocka_unit_test(damaged_headers_are_named),
        cmocka_unit_test(impossible_lengths_are_refused),
        cmocka_unit_test(cut_and_flipped_files_are_refused_or_read),
        cmocka_unit_test(only_proper_names_are_taken),
        cmocka_unit_test(a_wanted_tensor_must_have_its_shape),
        cmocka_unit_test(configs_are_kept_as_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
