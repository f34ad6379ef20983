/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_UNIT_IO_BYTES_H
#define OND_UNIT_IO_BYTES_H

/* Files made byte by byte, for the tests of the readers. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct test_bytes {
    unsigned char data[1 << 16];
    size_t count;
} test_bytes;

static inline void bytes_add(test_bytes *bytes, const void *data, size_t count)
{
    assert_true(count <= sizeof bytes->data - bytes->count);
    memcpy(bytes->data + bytes->count, data, count);
    bytes->count += count;
}

static inline void bytes_load(test_bytes *bytes, const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    bytes->count = fread(bytes->data, 1, sizeof bytes->data, file);
    fclose(file);
}

/* Path of a scratch file that holds these bytes. */
static inline const char *bytes_file(const char *name, const void *data, size_t count)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* Path of a committed input of the fuzz targets; in a static buffer. */
static inline const char *corpus_path(const char *relative)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", OND_SOURCE_DIR, relative);
    return path;
}

typedef ond_status (*test_reader)(const char *path);

static inline ond_status read_as_picture(const char *path)
{
    ond_array image = {0};
    ond_status status = ond_image_read(path, OND_NATIVE, &image);
    ond_array_free(&image);
    return status;
}

static inline ond_status read_as_array(const char *path)
{
    ond_array array = {0};
    ond_status status = ond_array_read(path, &array);
    ond_array_free(&array);
    return status;
}

/* The complete file is read; cut anywhere it is a format error that begins with the path. */
static inline void assert_truncations_fail(const char *path, test_reader read)
{
    test_bytes whole;
    bytes_load(&whole, path);
    assert_ok(read(path));
    for (size_t count = 0; count < whole.count; count++) {
        const char *cut = bytes_file("cut", whole.data, count);
        if (read(cut) != OND_ERROR_FORMAT || strncmp(ond_error_message(), cut, strlen(cut)) != 0) {
            fail_msg("%s cut after %zu of %zu bytes: %s", path, count, whole.count, ond_error_message());
        }
    }
}

/* Every single changed bit gives a picture or array, or a clean failure. Sanitizers watch. */
static inline void flip_every_bit(const char *path, test_reader read)
{
    test_bytes whole;
    bytes_load(&whole, path);
    for (size_t bit = 0; bit < whole.count * 8; bit++) {
        whole.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
        ond_status status = read(bytes_file("flipped", whole.data, whole.count));
        assert_true(status == OND_OK || status == OND_ERROR_FORMAT || status == OND_ERROR_UNSUPPORTED);
        whole.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
}

static inline void assert_values(const ond_array *array, const double *wanted, size_t count)
{
    assert_int_equal(ond_array_count(array), count);
    for (size_t i = 0; i < count; i++) {
        if (array->data[i] != (float)wanted[i]) {
            fail_msg("element %zu is %.9g, %.9g is wanted", i, (double)array->data[i], wanted[i]);
        }
    }
}

#define assert_shape(array, ...)                                                                                       \
    do {                                                                                                               \
        const size_t assert_shape_[] = {__VA_ARGS__};                                                                  \
        assert_int_equal((array).rank, sizeof assert_shape_ / sizeof assert_shape_[0]);                                \
        for (int axis_ = 0; axis_ < (array).rank; axis_++) {                                                           \
            assert_int_equal((array).shape[axis_], assert_shape_[axis_]);                                              \
        }                                                                                                              \
    } while (0)

#endif
