/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include "unit/io_bytes.h"
#include <unistd.h>

static void every_type_is_read(void **state)
{
    (void)state;
    const struct {
        const char *name;
        double first, maximum;
        size_t count;
    } files[] = {
        {"u1.idx", 0, 255, 24},  {"i1.idx", 0, 0, 3},   {"i2.idx", 1, 0, 4},
        {"i4.idx", 70000, 0, 2}, {"f4.idx", 0.5, 0, 2}, {"f8.idx", 0.1, 0, 2},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char relative[64];
        ond_array array = {0};
        ond_array_reader *reader = NULL;
        snprintf(relative, sizeof relative, "idx_read/%s", files[i].name);
        assert_true(ond_array_recognize(corpus_path(relative)));
        assert_ok(ond_array_read(corpus_path(relative), &array));
        assert_int_equal(ond_array_count(&array), files[i].count);
        assert_true(array.data[0] == (float)files[i].first);
        assert_ok(ond_array_reader_create(corpus_path(relative), &reader));
        assert_true(ond_array_reader_maximum(reader) == files[i].maximum);
        ond_array_reader_destroy(reader);
        ond_array_free(&array);
    }
}

static void assert_counts_up(const char *path)
{
    ond_array array = {0};
    assert_ok(ond_array_read(path, &array));
    assert_shape(array, 2, 3, 4);
    for (size_t i = 0; i < 24; i++) {
        assert_true(array.data[i] == (float)i);
    }
    ond_array_free(&array);
}

static void gzip_is_unpacked(void **state)
{
    (void)state;
    assert_true(ond_array_recognize(corpus_path("idx_read/u1.idx.gz")));
    assert_counts_up(corpus_path("idx_read/u1.idx"));
    assert_counts_up(corpus_path("idx_read/u1.idx.gz"));
    assert_counts_up(corpus_path("idx_read/members.idx.gz"));
}

static void packed_items_are_read_one_by_one(void **state)
{
    (void)state;
    ond_array_reader *reader = NULL;
    ond_array item = {0};
    bool end = false;
    assert_ok(ond_array_reader_create(corpus_path("idx_read/u1.idx.gz"), &reader));
    for (size_t i = 0; i < 2; i++) {
        assert_ok(ond_array_reader_next(reader, &item, &end));
        assert_shape(item, 3, 4);
        assert_true(item.data[11] == (float)(12 * i + 11));
    }
    assert_ok(ond_array_reader_next(reader, &item, &end));
    assert_true(end);
    ond_array_reader_destroy(reader);
    ond_array_free(&item);
}

static void truncated_files_are_refused(void **state)
{
    (void)state;
    assert_truncations_fail(corpus_path("idx_read/u1.idx"), read_as_array);
    assert_truncations_fail(corpus_path("idx_read/f8.idx"), read_as_array);
    assert_truncations_fail(corpus_path("idx_read/u1.idx.gz"), read_as_array);
    assert_truncations_fail(corpus_path("idx_read/members.idx.gz"), read_as_array);
}

static void changed_bits_are_survived(void **state)
{
    (void)state;
    flip_every_bit(corpus_path("idx_read/u1.idx"), read_as_array);
    flip_every_bit(corpus_path("idx_read/u1.idx.gz"), read_as_array);
}

static void damage_is_named(void **state)
{
    (void)state;
    ond_array array = {0};
    test_bytes bytes;
    assert_fails(OND_ERROR_FORMAT, "lie.idx: the file is truncated: its header declares 281462092005375 bytes",
                 ond_array_read(corpus_path("idx_read/lie.idx"), &array));
    assert_fails(OND_ERROR_FORMAT, "the gzip data is truncated",
                 ond_array_read(corpus_path("idx_read/bomb.idx.gz"), &array));
    assert_fails(OND_ERROR_UNSUPPORTED, "7 axes", ond_array_read(bytes_file("x.idx", "\x00\x00\x08\x07", 4), &array));
    bytes_load(&bytes, corpus_path("idx_read/u1.idx"));
    assert_fails(OND_ERROR_FORMAT, "1 bytes are left over",
                 ond_array_read(bytes_file("x.idx", bytes.data, bytes.count + 1), &array));
    bytes_load(&bytes, corpus_path("idx_read/u1.idx.gz"));
    bytes_add(&bytes, "x", 1);
    assert_fails(OND_ERROR_FORMAT, "x.idx", ond_array_read(bytes_file("x.idx", bytes.data, bytes.count), &array));
    bytes.data[bytes.count - 7] ^= 1; /* the checksum */
    assert_fails(OND_ERROR_FORMAT, "the gzip data is damaged",
                 ond_array_read(bytes_file("x.idx", bytes.data, bytes.count - 1), &array));
    ond_array_free(&array);
}

/* More than is taken on trust, through a pipe: the size is not known beforehand. */
static void long_input_from_a_pipe_is_read(void **state)
{
    (void)state;
    enum { ITEMS = 1100, ITEM = 1000 };
    const char *path = scratch_path("long.idx");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite("\x00\x00\x08\x02\x00\x00\x04\x4c\x00\x00\x03\xe8", 1, 12, file);
    for (int i = 0; i < ITEMS * ITEM; i++) {
        fputc(i % 251, file);
    }
    assert_int_equal(fclose(file), 0);
    char command[256];
    snprintf(command, sizeof command, "cat '%s'", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    char name[32];
    snprintf(name, sizeof name, "/dev/fd/%d", fileno(pipe));
    ond_array array = {0};
    assert_true(ond_array_recognize(name));
    assert_ok(ond_array_read(name, &array));
    assert_shape(array, ITEMS, ITEM);
    for (int i = 0; i < ITEMS * ITEM; i++) {
        assert_true(array.data[i] == (float)(i % 251));
    }
    pclose(pipe);
    ond_array_free(&array);
}

static void lying_header_in_a_pipe_costs_little_memory(void **state)
{
    (void)state;
    int kept = dup(STDIN_FILENO);
    int ends[2];
    ond_array array = {0};
    assert_int_equal(pipe(ends), 0);
    /* 2^33 elements, within the limit, of which three come */
    assert_int_equal(write(ends[1],
                           "\x00\x00\x08\x02\x00\x02\x00\x00\x00\x01\x00\x00"
                           "abc",
                           15),
                     15);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assert_fails(OND_ERROR_FORMAT, "standard input: the file is truncated", ond_array_read("-", &array));
    assert_null(array.data);
    dup2(kept, STDIN_FILENO);
    close(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(gzip_is_unpacked),
        cmocka_unit_test(packed_items_are_read_one_by_one),
        cmocka_unit_test(truncated_files_are_refused),
        cmocka_unit_test(changed_bits_are_survived),
        cmocka_unit_test(damage_is_named),
        cmocka_unit_test(long_input_from_a_pipe_is_read),
        cmocka_unit_test(lying_header_in_a_pipe_costs_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
