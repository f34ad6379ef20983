/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include "unit/io_bytes.h"
#include <math.h>
#include <unistd.h>

/* A .npy file with this dictionary; data as given. */
static const char *npy_file(int version, const char *dictionary, const void *data, size_t count)
{
    test_bytes bytes = {.count = 0};
    size_t length = strlen(dictionary);
    unsigned char start[12] = {0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)version, 0};
    start[8] = (unsigned char)(length & 255);
    start[9] = (unsigned char)(length >> 8);
    bytes_add(&bytes, start, version == 1 ? 10 : 12);
    bytes_add(&bytes, dictionary, length);
    bytes_add(&bytes, data, count);
    return bytes_file("made.npy", bytes.data, bytes.count);
}

#define DICTIONARY(type, order, shape) "{'descr': '" type "', 'fortran_order': " order ", 'shape': " shape ", }  \n"

static void assert_array(const char *path, const double *wanted, size_t count)
{
    ond_array array = {0};
    assert_ok(ond_array_read(path, &array));
    assert_values(&array, wanted, count);
    ond_array_free(&array);
}

static void every_type_is_read_in_both_byte_orders(void **state)
{
    (void)state;
    const struct {
        const char *dictionary;
        const char *data;
        size_t bytes;
        double wanted[2];
    } files[] = {
        {DICTIONARY("|u1", "False", "(2,)"), "\x01\xff", 2, {1, 255}},
        {DICTIONARY("|i1", "False", "(2,)"), "\x01\xff", 2, {1, -1}},
        {DICTIONARY("|b1", "False", "(2,)"), "\x00\x01", 2, {0, 1}},
        {DICTIONARY("<u2", "False", "(2,)"), "\x01\x02\xff\xff", 4, {513, 65535}},
        {DICTIONARY(">u2", "False", "(2,)"), "\x02\x01\xff\xff", 4, {513, 65535}},
        {DICTIONARY("<i2", "False", "(2,)"), "\x01\x02\xff\xff", 4, {513, -1}},
        {DICTIONARY(">i2", "False", "(2,)"), "\x02\x01\xff\xfe", 4, {513, -2}},
        {DICTIONARY("<u4", "False", "(2,)"), "\x01\x02\x00\x00\x00\x00\x00\x80", 8, {513, 2147483648.0}},
        {DICTIONARY(">u4", "False", "(2,)"), "\x00\x00\x02\x01\x80\x00\x00\x00", 8, {513, 2147483648.0}},
        {DICTIONARY("<i4", "False", "(2,)"), "\x01\x02\x00\x00\xfe\xff\xff\xff", 8, {513, -2}},
        {DICTIONARY(">i4", "False", "(2,)"), "\x00\x00\x02\x01\xff\xff\xff\xfe", 8, {513, -2}},
        {DICTIONARY("<i8", "False", "(1,)"), "\xfe\xff\xff\xff\xff\xff\xff\xff", 8, {-2}},
        {DICTIONARY(">u8", "False", "(1,)"), "\x00\x00\x00\x00\x00\x00\x02\x01", 8, {513}},
        {DICTIONARY("<f2", "False", "(2,)"), "\x00\x3c\x01\x80", 4, {1, -5.9604644775390625e-8}},
        {DICTIONARY(">f2", "False", "(2,)"), "\x7b\xff\xc1\x00", 4, {65504, -2.5}},
        {DICTIONARY("<f4", "False", "(2,)"), "\x00\x00\x80\x3f\x00\x00\x20\xc0", 8, {1, -2.5}},
        {DICTIONARY(">f4", "False", "(2,)"), "\x3f\x80\x00\x00\xc0\x20\x00\x00", 8, {1, -2.5}},
        {DICTIONARY("<f8", "False", "(1,)"), "\x00\x00\x00\x00\x00\x00\xf0\x3f", 8, {1}},
        {DICTIONARY(">f8", "False", "(1,)"), "\x3f\xf0\x00\x00\x00\x00\x00\x00", 8, {1}},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        bool single = text_contains(files[i].dictionary, "(1,)");
        for (int version = 1; version <= 3; version++) {
            assert_array(npy_file(version, files[i].dictionary, files[i].data, files[i].bytes), files[i].wanted,
                         single ? 1 : 2);
        }
    }
}

static void non_finite_numbers_are_read_as_they_are(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_ok(ond_array_read(corpus_path("npy_read/f4.npy"), &array));
    assert_shape(array, 2, 3);
    assert_true(isinf(array.data[4]) && isnan(array.data[5]));
    ond_array_free(&array);
}

/* They would become infinities that nobody asked for. */
static void numbers_beyond_the_range_of_float_are_refused(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_fails(OND_ERROR_UNSUPPORTED, "numbers up to 3.40282e+38",
                 ond_array_read(corpus_path("npy_read/f8_big.npy"), &array));
    const unsigned char infinite[8] = {0x7f, 0xf0};
    assert_ok(ond_array_read(npy_file(1, DICTIONARY(">f8", "False", "(1,)"), infinite, sizeof infinite), &array));
    assert_true(array.data[0] == INFINITY);
    ond_array_free(&array);
}

static void fortran_order_is_turned_round(void **state)
{
    (void)state;
    ond_array array = {0};
    const unsigned char data[6] = {1, 4, 2, 5, 3, 6};
    assert_ok(ond_array_read(npy_file(1, DICTIONARY("|u1", "True", "(2, 3)"), data, 6), &array));
    assert_shape(array, 2, 3);
    assert_values(&array, (double[]){1, 2, 3, 4, 5, 6}, 6);
    assert_ok(ond_array_read(corpus_path("npy_read/u2_fortran.npy"), &array));
    assert_shape(array, 2, 3, 2);
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < 3; j++) {
            for (size_t k = 0; k < 2; k++) {
                assert_true(array.data[(i * 3 + j) * 2 + k] == (float)(i + 2 * j + 6 * k));
            }
        }
    }
    ond_array_free(&array);
}

static void spellings_of_the_header_are_understood(void **state)
{
    (void)state;
    const char *spellings[] = {
        "{\"shape\":(2L,1L),\"descr\":\"|u1\",\"fortran_order\":False}",
        "  { 'fortran_order' : False , 'shape' : ( 2 , 1 ) , 'descr' : 'u1' , } \n\n",
        "{'descr': '=u1', 'fortran_order': True, 'shape': (2,1,), }",
    };
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        assert_array(npy_file(1, spellings[i], "\x07\x09", 2), (double[]){7, 9}, 2);
    }
}

static void scalars_and_empty_arrays_are_read(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_ok(ond_array_read(corpus_path("npy_read/u1_scalar.npy"), &array));
    assert_int_equal(array.rank, 0);
    assert_values(&array, (double[]){7}, 1);
    assert_ok(ond_array_read(corpus_path("npy_read/u4_empty.npy"), &array));
    assert_shape(array, 0, 4);
    ond_array_free(&array);
}

static void truncated_files_are_refused(void **state)
{
    (void)state;
    const char *names[] = {"f4", "i8", "u1_scalar", "u2_fortran", "i4_v2", "bool_v3"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char relative[64];
        snprintf(relative, sizeof relative, "npy_read/%s.npy", names[i]);
        assert_truncations_fail(corpus_path(relative), read_as_array);
    }
    assert_truncations_fail(corpus_path("npy_read/f4_gzip.npy.gz"), read_as_array);
}

static void changed_bits_are_survived(void **state)
{
    (void)state;
    flip_every_bit(corpus_path("npy_read/u2_fortran.npy"), read_as_array);
    flip_every_bit(corpus_path("npy_read/f4_gzip.npy.gz"), read_as_array);
}

static void hostile_headers_are_refused(void **state)
{
    (void)state;
    const struct {
        ond_status status;
        const char *words, *dictionary;
    } files[] = {
        {OND_ERROR_FORMAT, "not a dictionary", ""},
        {OND_ERROR_FORMAT, "not a dictionary", "[1, 2]"},
        {OND_ERROR_FORMAT, "lacks", "{}"},
        {OND_ERROR_FORMAT, "lacks", "{'descr': '<f4', 'fortran_order': False}"},
        {OND_ERROR_FORMAT, "two entries 'shape'", "{'shape': (1,), 'shape': (1,)}"},
        {OND_ERROR_FORMAT, "unknown entry 'color'", "{'color': 'red'}"},
        {OND_ERROR_FORMAT, "names and values", "{'an_entry_with_a_very_long_name': 1}"},
        {OND_ERROR_FORMAT, "names and values", "{'shape' (1,)}"},
        {OND_ERROR_FORMAT, "does not end", "{'shape': (1,) 'descr'"},
        {OND_ERROR_FORMAT, "does not end", "{'shape': (1,)"},
        {OND_ERROR_FORMAT, "goes on", DICTIONARY("<f4", "False", "(1,)") "x"},
        {OND_ERROR_FORMAT, "not a number from 0 up", DICTIONARY("<f4", "False", "(-1, 3)")},
        {OND_ERROR_FORMAT, "not a number from 0 up", DICTIONARY("<f4", "False", "(1, (2, 3))")},
        {OND_ERROR_FORMAT, "not a number from 0 up", DICTIONARY("<f4", "False", "(,)")},
        {OND_ERROR_FORMAT, "tuple of numbers", DICTIONARY("<f4", "False", "(1.5, 2)")},
        {OND_ERROR_FORMAT, "not a tuple", DICTIONARY("<f4", "False", "None")},
        {OND_ERROR_FORMAT, "neither True nor False", DICTIONARY("<f4", "Maybe", "(1,)")},
        {OND_ERROR_FORMAT, "short word in quotes", "{'descr': 4}"},
        {OND_ERROR_FORMAT, "short word in quotes", "{'descr': '<f4}"},
        {OND_ERROR_UNSUPPORTED, "records", "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}"},
        {OND_ERROR_UNSUPPORTED, "'<c8'", DICTIONARY("<c8", "False", "(1,)")},
        {OND_ERROR_UNSUPPORTED, "'|O'", DICTIONARY("|O", "False", "(1,)")},
        {OND_ERROR_UNSUPPORTED, "''", DICTIONARY("", "False", "(1,)")},
        {OND_ERROR_UNSUPPORTED, "more than 6 axes", DICTIONARY("<f4", "False", "(1,1,1,1,1,1,1)")},
        {OND_ERROR_UNSUPPORTED, "longer than memory", DICTIONARY("<f4", "False", "(99999999999999999999999,)")},
        {OND_ERROR_UNSUPPORTED, "more than memory", DICTIONARY("<f4", "False", "(4294967296, 4294967296)")},
        {OND_ERROR_UNSUPPORTED, "more than memory", DICTIONARY("<f8", "False", "(4611686018427387903,)")},
        {OND_ERROR_FORMAT, "declares 8000000000000 bytes", DICTIONARY("<f8", "False", "(1000000, 1000000)")},
        {OND_ERROR_FORMAT, "declares 16 bytes of data, 8 follow", DICTIONARY("<f8", "False", "(2,)")},
        {OND_ERROR_FORMAT, "4 bytes are left over", DICTIONARY("<f4", "False", "(1,)")},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        ond_array array = {0};
        const char *path = npy_file(1, files[i].dictionary, "12345678", 8);
        assert_fails(files[i].status, files[i].words, ond_array_read(path, &array));
        assert_int_equal(strncmp(ond_error_message(), path, strlen(path)), 0);
        assert_null(array.data);
    }
}

static void damaged_starts_are_refused(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_fails(OND_ERROR_UNSUPPORTED, "format 9", ond_array_read(npy_file(9, "{}", "", 0), &array));
    assert_fails(OND_ERROR_FORMAT, "not a NumPy or IDX array",
                 ond_array_read(bytes_file("x.npy", "abcdef", 6), &array));
    assert_fails(OND_ERROR_FORMAT, "empty", ond_array_read(bytes_file("x.npy", "", 0), &array));
    assert_fails(OND_ERROR_FORMAT, "a header of 4294967295 bytes",
                 ond_array_read(bytes_file("x.npy", "\x93NUMPY\x02\x00\xff\xff\xff\xff", 12), &array));
    assert_fails(OND_ERROR_FORMAT, "truncated in its header",
                 ond_array_read(bytes_file("x.npy", "\x93NUMPY\x02\x00\xff\xff\x00\x00", 12), &array));
    assert_fails(OND_ERROR_IO, "nosuch.npy: cannot open: ", ond_array_read("nosuch.npy", &array));
    assert_fails(OND_ERROR_IO, "folder", ond_array_read("/tmp", &array));
    assert_fails(OND_ERROR_ARGUMENT, "path", ond_array_read(NULL, &array));
    assert_fails(OND_ERROR_ARGUMENT, "output", ond_array_read("x.npy", NULL));
    assert_true(ond_array_recognize(corpus_path("npy_read/f4.npy")));
    assert_false(ond_array_recognize(corpus_path("png_read/basn0g02.png")));
    assert_false(ond_array_recognize("nosuch.npy"));
}

static void arrays_of_every_rank_come_back(void **state)
{
    (void)state;
    test_random random = {5};
    const size_t shape[OND_MAX_RANK] = {3, 1, 4, 2, 5, 2};
    for (int rank = 0; rank <= OND_MAX_RANK; rank++) {
        ond_array array = random_array(&random, rank, shape);
        ond_array again = {0};
        assert_ok(ond_array_write(&array, scratch_path("rank.npy")));
        assert_ok(ond_array_read(scratch_path("rank.npy"), &again));
        assert_true(relative_error(&again, &array) == 0);
        ond_array_free(&array);
        ond_array_free(&again);
    }
}

static void header_is_written_as_numpy_writes_it(void **state)
{
    (void)state;
    float value = 1;
    ond_array array = ond_array_view(&value, 1, (size_t[]){1});
    test_bytes bytes;
    assert_ok(ond_array_write(&array, scratch_path("one.npy")));
    bytes_load(&bytes, scratch_path("one.npy"));
    assert_int_equal(bytes.count, 132);
    assert_memory_equal(bytes.data,
                        "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } ", 68);
    assert_memory_equal(bytes.data + 127, "\n\x00\x00\x80\x3f", 5);
}

static void items_are_written_and_read_one_by_one(void **state)
{
    (void)state;
    test_random random = {6};
    ond_array all = random_array(&random, 3, (size_t[]){1000, 7, 9});
    ond_array_writer *writer = NULL;
    ond_array_reader *reader = NULL;
    const char *path = scratch_path("items.npy");
    assert_ok(ond_array_writer_create(path, 2, all.shape + 1, &writer));
    for (size_t i = 0; i < 1000; i++) {
        ond_array item = ond_array_item(&all, i);
        assert_ok(ond_array_writer_append(writer, &item));
    }
    assert_int_not_equal(access(path, F_OK), 0);
    assert_ok(ond_array_writer_finish(&writer));
    assert_null(writer);
    assert_ok(ond_array_reader_create(path, &reader));
    size_t shape[OND_MAX_RANK] = {0};
    assert_int_equal(ond_array_reader_shape(reader, shape), 3);
    assert_memory_equal(shape, all.shape, sizeof shape);
    assert_true(ond_array_reader_maximum(reader) == 0);
    ond_array item = {0};
    bool end = false;
    for (size_t i = 0; i < 1000; i++) {
        assert_ok(ond_array_reader_next(reader, &item, &end));
        assert_false(end);
        assert_shape(item, 7, 9);
        assert_memory_equal(item.data, all.data + i * 63, 63 * sizeof *item.data);
    }
    const float *kept = item.data;
    assert_ok(ond_array_reader_next(reader, &item, &end));
    assert_true(end && item.data == kept);
    ond_array_reader_destroy(reader);
    ond_array_free(&item);
    ond_array_free(&all);
}

static void scalars_are_items_of_a_vector(void **state)
{
    (void)state;
    float value = 0;
    ond_array item = ond_array_view(&value, 0, NULL);
    ond_array_writer *writer = NULL;
    ond_array_reader *reader = NULL;
    bool end = false;
    assert_ok(ond_array_writer_create(scratch_path("vector.npy"), 0, NULL, &writer));
    for (value = 1; value <= 3; value++) {
        assert_ok(ond_array_writer_append(writer, &item));
    }
    assert_ok(ond_array_writer_finish(&writer));
    assert_array(scratch_path("vector.npy"), (double[]){1, 2, 3}, 3);
    assert_ok(ond_array_reader_create(scratch_path("vector.npy"), &reader));
    assert_ok(ond_array_reader_next(reader, &item, &end));
    assert_true(!end && value == 1);
    ond_array_reader_destroy(reader);
}

static void fortran_items_are_in_order(void **state)
{
    (void)state;
    ond_array_reader *reader = NULL;
    ond_array item = {0};
    bool end = false;
    const unsigned char data[6] = {1, 4, 2, 5, 3, 6};
    assert_ok(ond_array_reader_create(npy_file(1, DICTIONARY("|u1", "True", "(2, 3)"), data, 6), &reader));
    assert_true(ond_array_reader_maximum(reader) == 255);
    assert_ok(ond_array_reader_next(reader, &item, &end));
    assert_values(&item, (double[]){1, 2, 3}, 3);
    assert_ok(ond_array_reader_next(reader, &item, &end));
    assert_values(&item, (double[]){4, 5, 6}, 3);
    assert_ok(ond_array_reader_next(reader, &item, &end));
    assert_true(end);
    ond_array_reader_destroy(reader);
    ond_array_free(&item);
}

static void an_array_without_items_is_complete(void **state)
{
    (void)state;
    ond_array_writer *writer = NULL;
    ond_array_reader *reader = NULL;
    ond_array item = {0};
    bool end = false;
    assert_ok(ond_array_writer_create(scratch_path("none.npy"), 2, (size_t[]){4, 4}, &writer));
    assert_ok(ond_array_writer_finish(&writer));
    assert_ok(ond_array_reader_create(scratch_path("none.npy"), &reader));
    assert_ok(ond_array_reader_next(reader, &item, &end));
    assert_true(end);
    ond_array_reader_destroy(reader);
    assert_fails(OND_ERROR_SHAPE, "5 x 0: its items are empty",
                 ond_array_reader_create(npy_file(1, DICTIONARY("|u1", "False", "(5, 0)"), "", 0), &reader));
}

static void item_of_another_shape_is_refused(void **state)
{
    (void)state;
    float values[6] = {0};
    ond_array item = ond_array_view(values, 2, (size_t[]){2, 3});
    ond_array other = ond_array_view(values, 2, (size_t[]){3, 2});
    ond_array_writer *writer = NULL;
    ond_array again = {0};
    const char *path = scratch_path("shapes.npy");
    assert_ok(ond_array_writer_create(path, 2, item.shape, &writer));
    assert_ok(ond_array_writer_append(writer, &item));
    assert_fails(OND_ERROR_SHAPE, "3 x 2", ond_array_writer_append(writer, &other));
    assert_fails(OND_ERROR_ARGUMENT, "item", ond_array_writer_append(writer, NULL));
    assert_ok(ond_array_writer_finish(&writer));
    assert_ok(ond_array_read(path, &again));
    assert_shape(again, 1, 2, 3);
    ond_array_free(&again);
}

static void items_go_on_where_they_were_committed(void **state)
{
    (void)state;
    const char *path = scratch_path("begun.npy");
    ond_array_writer *writer = NULL;
    ond_array again = {0};
    size_t shape[1] = {2};
    for (size_t begun = 0; begun < 3; begun++) {
        float values[2] = {(float)begun, -1};
        ond_array item = ond_array_view(values, 1, shape);
        assert_ok(ond_array_writer_continue(path, 1, shape, begun, &writer));
        assert_ok(ond_array_writer_append(writer, &item));
        assert_ok(ond_array_writer_commit(writer));
        assert_ok(ond_array_writer_append(writer, &item)); /* is lost when the process is killed */
        if (begun < 2) {
            ond_array_writer_destroy(writer);
        }
    }
    assert_ok(ond_array_writer_finish(&writer));
    assert_ok(ond_array_read(path, &again));
    assert_shape(again, 4, 2);
    assert_values(&again, (double[]){0, -1, 1, -1, 2, -1, 2, -1}, 8);
    ond_array_free(&again);
    assert_fails(OND_ERROR_IO, "cannot open what was begun", ond_array_writer_continue(path, 1, shape, 1, &writer));
    assert_fails(OND_ERROR_ARGUMENT, "more than a file can hold",
                 ond_array_writer_continue(path, 1, shape, SIZE_MAX / 2, &writer));
    assert_fails(OND_ERROR_ARGUMENT, "writer", ond_array_writer_commit(NULL));
}

static void items_are_passed_over(void **state)
{
    (void)state;
    enum { ITEMS = 40000 };
    static unsigned char data[ITEMS];
    for (size_t i = 0; i < ITEMS; i++) {
        data[i] = (unsigned char)(i % 251);
    }
    const char *path = npy_file(1, DICTIONARY("|u1", "False", "(20000, 2)"), data, ITEMS);
    for (size_t skipped = 0; skipped <= 20000; skipped += 6667) {
        ond_array_reader *reader = NULL;
        ond_array item = {0};
        bool end = false;
        assert_ok(ond_array_reader_create(path, &reader));
        assert_ok(ond_array_reader_next(reader, &item, &end));
        assert_ok(ond_array_reader_skip(reader, skipped));
        assert_ok(ond_array_reader_next(reader, &item, &end));
        assert_int_equal(end, skipped + 1 >= 20000);
        size_t at = 2 * (skipped + 1);
        assert_true(end || (item.data[0] == (float)data[at] && item.data[1] == (float)data[at + 1]));
        ond_array_reader_destroy(reader);
        ond_array_free(&item);
    }
    assert_fails(OND_ERROR_ARGUMENT, "reader", ond_array_reader_skip(NULL, 1));
}

static void writer_refuses_what_it_cannot_do(void **state)
{
    (void)state;
    ond_array_writer *writer = NULL;
    size_t shape[OND_MAX_RANK] = {1, 1, 1, 1, 1, 1};
    float values[1] = {0};
    ond_array item = ond_array_view(values, 1, shape);
    assert_fails(OND_ERROR_ARGUMENT, "standard output", ond_array_writer_create("-", 1, shape, &writer));
    assert_fails(OND_ERROR_ARGUMENT, "6 axes", ond_array_writer_create("x.npy", 6, shape, &writer));
    assert_fails(OND_ERROR_IO, "cannot create", ond_array_writer_create("/nosuch/x.npy", 1, shape, &writer));
    assert_fails(OND_ERROR_ARGUMENT, "path", ond_array_writer_create(NULL, 1, shape, &writer));
    assert_fails(OND_ERROR_ARGUMENT, "writer", ond_array_writer_finish(&writer));
    assert_ok(ond_array_writer_create("/dev/full", 1, shape, &writer));
    assert_ok(ond_array_writer_append(writer, &item));
    assert_fails(OND_ERROR_IO, "/dev/full: cannot write: No space left", ond_array_writer_finish(&writer));
    assert_null(writer);
    assert_fails(OND_ERROR_IO, "No space left", ond_array_write(&item, "/dev/full"));
    assert_ok(ond_array_writer_create("/dev/null", 1, shape, &writer));
    assert_ok(ond_array_writer_append(writer, &item));
    assert_ok(ond_array_writer_finish(&writer));
    assert_ok(ond_array_writer_create(scratch_path("gone.npy"), 1, shape, &writer));
    ond_array_writer_destroy(writer);
    ond_array_writer_destroy(NULL);
    assert_int_not_equal(access(scratch_path("gone.npy"), F_OK), 0);
    assert_fails(OND_ERROR_ARGUMENT, "array", ond_array_write(&(ond_array){0}, "x.npy"));
}

static void limit_is_64_elements_per_pixel(void **state)
{
    (void)state;
    size_t preset = ond_image_limit();
    ond_array array = {0};
    ond_array_reader *reader = NULL;
    unsigned char data[192] = {0};
    assert_ok(ond_image_limit_set(1));
    assert_ok(ond_array_read(npy_file(1, DICTIONARY("|u1", "False", "(64,)"), data, 64), &array));
    const char *large = npy_file(1, DICTIONARY("|u1", "False", "(3, 64)"), data, 192);
    assert_fails(OND_ERROR_UNSUPPORTED, "an array of 3 x 64 is more than 64 times the limit of 1",
                 ond_array_read(large, &array));
    assert_ok(ond_array_reader_create(large, &reader)); /* one item is within it */
    ond_array_reader_destroy(reader);
    assert_ok(ond_image_limit_set(preset));
    ond_array_free(&array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read_in_both_byte_orders),
        cmocka_unit_test(non_finite_numbers_are_read_as_they_are),
        cmocka_unit_test(numbers_beyond_the_range_of_float_are_refused),
        cmocka_unit_test(fortran_order_is_turned_round),
        cmocka_unit_test(spellings_of_the_header_are_understood),
        cmocka_unit_test(scalars_and_empty_arrays_are_read),
        cmocka_unit_test(truncated_files_are_refused),
        cmocka_unit_test(changed_bits_are_survived),
        cmocka_unit_test(hostile_headers_are_refused),
        cmocka_unit_test(damaged_starts_are_refused),
        cmocka_unit_test(arrays_of_every_rank_come_back),
        cmocka_unit_test(header_is_written_as_numpy_writes_it),
        cmocka_unit_test(items_are_written_and_read_one_by_one),
        cmocka_unit_test(scalars_are_items_of_a_vector),
        cmocka_unit_test(fortran_items_are_in_order),
        cmocka_unit_test(an_array_without_items_is_complete),
        cmocka_unit_test(item_of_another_shape_is_refused),
        cmocka_unit_test(items_go_on_where_they_were_committed),
        cmocka_unit_test(items_are_passed_over),
        cmocka_unit_test(writer_refuses_what_it_cannot_do),
        cmocka_unit_test(limit_is_64_elements_per_pixel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
