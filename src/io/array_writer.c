/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/status.h"
#include "io/elements.h"
#include "io/file.h"

#include <string.h>

enum { PIECE = 1 << 12 }; /* floats turned round at a time */

struct ond_array_writer {
    ond_file *file;
    int rank;                   /* of an item */
    size_t shape[OND_MAX_RANK]; /* items so far, then the item's shape */
    size_t item_count;
    size_t begun; /* elements of the item at work */
    size_t header_size;
};

static ond_status floats_write(ond_file *file, const float *values, size_t count)
{
    if (!ond_machine_is_big_endian()) {
        return ond_file_write(file, values, count * sizeof *values);
    }
    unsigned char bytes[PIECE * sizeof *values];
    for (size_t done = 0; done < count;) {
        size_t piece = count - done < PIECE ? count - done : PIECE;
        memcpy(bytes, values + done, piece * sizeof *values);
        ond_elements_swap(bytes, piece, sizeof *values);
        OND_TRY(ond_file_write(file, bytes, piece * sizeof *values));
        done += piece;
    }
    return OND_OK;
}

/* --- a whole array --- */

static ond_status array_put(const ond_array *array, ond_file *file)
{
    char header[OND_NPY_HEADER_SIZE];
    size_t size = 0;
    ond_npy_header_format(array->rank, array->shape, header, &size);
    OND_TRY(ond_file_write(file, header, size));
    return floats_write(file, array->data, ond_array_count(array));
}

ond_status ond_array_write(const ond_array *array, const char *path)
{
    if (!array || !array->data || array->rank < 0 || array->rank > OND_MAX_RANK) {
        return ond_fail(OND_ERROR_ARGUMENT, "the array is missing");
    }
    ond_file *file = NULL;
    OND_TRY(ond_file_create(path, &file));
    ond_status status = array_put(array, file);
    if (status != OND_OK) {
        ond_file_destroy(file);
        return status;
    }
    return ond_file_finish(&file);
}

/* --- item by item --- */

static ond_status writer_put_header(ond_array_writer *writer)
{
    char header[OND_NPY_HEADER_SIZE];
    bool first = writer->header_size == 0;
    ond_npy_header_format(writer->rank + 1, writer->shape, header, &writer->header_size);
    return first ? ond_file_write(writer->file, header, writer->header_size)
                 : ond_file_rewrite(writer->file, header, writer->header_size);
}

/* Where a partial file goes on; NULL: a new file. */
typedef const size_t *kept_items;

static ond_status writer_open(ond_array_writer *writer, const char *path, kept_items kept)
{
    char header[OND_NPY_HEADER_SIZE];
    size_t header_size = 0, item_bytes = writer->item_count * sizeof(float), bytes = 0;
    if (!kept) {
        return ond_file_create(path, &writer->file);
    }
    ond_npy_header_format(writer->rank + 1, writer->shape, header, &header_size);
    if (*kept && item_bytes && *kept > (SIZE_MAX - header_size) / item_bytes) {
        return ond_fail(OND_ERROR_ARGUMENT, "%s: %zu items to go on from are more than a file can hold", path, *kept);
    }
    bytes = *kept ? header_size + *kept * item_bytes : 0;
    OND_TRY(ond_file_continue(path, bytes, &writer->file));
    writer->header_size = bytes ? header_size : 0;
    return OND_OK;
}

static ond_status writer_start(ond_array_writer *writer, const char *path, const size_t *item_shape, kept_items kept)
{
    OND_TRY(ond_shape_count(writer->rank, item_shape, &writer->item_count));
    for (int axis = 0; axis < writer->rank; axis++) {
        writer->shape[axis + 1] = item_shape[axis];
    }
    OND_TRY(writer_open(writer, path, kept));
    if (!ond_file_seekable(writer->file)) {
        return ond_fail(OND_ERROR_ARGUMENT, "%s: cannot hold an array written item by item: its header comes last",
                        ond_file_name(writer->file));
    }
    writer->shape[0] = kept ? *kept : 0;
    return writer->header_size ? OND_OK : writer_put_header(writer);
}

static ond_status writer_make(const char *path, int rank, const size_t *item_shape, kept_items kept,
                              ond_array_writer **writer)
{
    if (!path || !writer || (rank > 0 && !item_shape)) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", !path ? "path" : !writer ? "output" : "item shape");
    }
    if (rank < 0 || rank >= OND_MAX_RANK) {
        return ond_fail(OND_ERROR_ARGUMENT, "items of %d axes, 0 to %d are possible", rank, OND_MAX_RANK - 1);
    }
    if (strcmp(path, "-") == 0) {
        return ond_fail(OND_ERROR_ARGUMENT,
                        "standard output: cannot hold an array written item by item: its header comes last");
    }
    ond_array_writer *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->rank = rank;
    ond_status status = writer_start(made, path, item_shape, kept);
    if (status != OND_OK) {
        ond_array_writer_destroy(made);
        return status;
    }
    *writer = made;
    return OND_OK;
}

ond_status ond_array_writer_create(const char *path, int rank, const size_t *item_shape, ond_array_writer **writer)
{
    return writer_make(path, rank, item_shape, NULL, writer);
}

ond_status ond_array_writer_continue(const char *path, int rank, const size_t *item_shape, size_t items,
                                     ond_array_writer **writer)
{
    return writer_make(path, rank, item_shape, &items, writer);
}

static ond_status check_whole(const ond_array_writer *writer)
{
    if (writer->begun > 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "%s: %zu of %zu elements of an item are there, all are wanted first",
                        ond_file_name(writer->file), writer->begun, writer->item_count);
    }
    return OND_OK;
}

ond_status ond_array_writer_commit(ond_array_writer *writer)
{
    size_t bytes = 0;
    OND_TRY(writer ? check_whole(writer) : ond_fail(OND_ERROR_ARGUMENT, "the writer is missing"));
    return ond_file_commit(writer->file, &bytes);
}

ond_status ond_array_writer_put(ond_array_writer *writer, const float *values, size_t count)
{
    if (!writer || !values) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", writer ? "values" : "writer");
    }
    if (count > writer->item_count - writer->begun) {
        return ond_fail(OND_ERROR_SHAPE, "%s: %zu elements, the item has %zu left", ond_file_name(writer->file), count,
                        writer->item_count - writer->begun);
    }
    OND_TRY(floats_write(writer->file, values, count));
    writer->begun += count;
    if (writer->begun == writer->item_count) {
        writer->begun = 0;
        writer->shape[0]++;
    }
    return OND_OK;
}

ond_status ond_array_writer_append(ond_array_writer *writer, const ond_array *item)
{
    if (!writer || !item || !item->data) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", writer ? "item" : "writer");
    }
    const size_t *wanted = writer->shape + 1;
    if (item->rank != writer->rank || memcmp(item->shape, wanted, (size_t)writer->rank * sizeof *wanted) != 0) {
        char found_text[OND_SHAPE_TEXT_SIZE];
        char wanted_text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "%s: an item is %s, the items before it %s", ond_file_name(writer->file),
                        ond_shape_text(item->rank, item->shape, found_text),
                        ond_shape_text(writer->rank, wanted, wanted_text));
    }
    OND_TRY(check_whole(writer));
    return ond_array_writer_put(writer, item->data, writer->item_count);
}

ond_status ond_array_writer_finish(ond_array_writer **writer)
{
    if (!writer || !*writer) {
        return ond_fail(OND_ERROR_ARGUMENT, "the writer is missing");
    }
    ond_status status = check_whole(*writer);
    if (status == OND_OK) {
        status = writer_put_header(*writer);
    }
    if (status == OND_OK) {
        status = ond_file_finish(&(*writer)->file);
    }
    ond_array_writer_destroy(*writer);
    *writer = NULL;
    return status;
}

void ond_array_writer_destroy(ond_array_writer *writer)
{
    if (!writer) {
        return;
    }
    ond_file_destroy(writer->file);
    ond_memory_free(writer);
}
