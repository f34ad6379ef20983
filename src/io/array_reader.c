/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/status.h"
#include "io/elements.h"

#include <ondelet/image.h>

#include <assert.h>
#include <string.h>

enum {
    LIMIT_FACTOR = 64 /* elements per pixel of ond_image_limit */
};

struct ond_array_reader {
    char *path;
    ond_stream *stream;
    ond_array_header header;
    size_t items, item_count; /* items of the first axis, elements of each */
    size_t next;
    size_t begun;    /* elements taken of it */
    ond_array whole; /* a Fortran-order file */
};

bool ond_array_recognize(const char *path)
{
    ond_stream *stream = NULL;
    const unsigned char *bytes = NULL;
    size_t count = 0;
    if (!path || ond_stream_open(path, &stream) != OND_OK) {
        return false;
    }
    bool readable = ond_stream_peek(stream, &bytes, &count) == OND_OK;
    bool gzip = readable && count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    bool known = gzip || (readable && (ond_npy_starts(bytes, count) || ond_idx_starts(bytes, count)));
    ond_stream_park(stream);
    return known;
}

/* --- opening --- */

static ond_status reader_header(ond_array_reader *reader)
{
    const unsigned char *start = NULL;
    size_t available = 0;
    OND_TRY(ond_stream_inflate(reader->stream));
    OND_TRY(ond_stream_peek(reader->stream, &start, &available));
    if (available == 0) {
        return ond_fail(OND_ERROR_FORMAT, "the file is empty");
    }
    if (ond_npy_starts(start, available)) {
        return ond_npy_header_read(reader->stream, &reader->header);
    }
    if (ond_idx_starts(start, available)) {
        return ond_idx_header_read(reader->stream, &reader->header);
    }
    return ond_fail(OND_ERROR_FORMAT, "not a NumPy or IDX array");
}

static ond_status check_product(const ond_array_header *header)
{
    size_t count = 0;
    if (ond_shape_count(header->rank, header->shape, &count) != OND_OK || count > SIZE_MAX / header->element->size) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_UNSUPPORTED, "an array of %s is more than memory can hold",
                        ond_shape_text(header->rank, header->shape, text));
    }
    return OND_OK;
}

static ond_status check_size(const ond_array_reader *reader)
{
    uint64_t declared = (uint64_t)reader->items * reader->item_count * reader->header.element->size;
    uint64_t follow = 0;
    if (!ond_stream_remaining(reader->stream, &follow) || declared == follow) {
        return OND_OK;
    }
    if (declared > follow) {
        return ond_fail(OND_ERROR_FORMAT, "the file is truncated: its header declares %llu bytes of data, %llu follow",
                        (unsigned long long)declared, (unsigned long long)follow);
    }
    return ond_fail(OND_ERROR_FORMAT, "%llu bytes are left over after the array",
                    (unsigned long long)(follow - declared));
}

static ond_status reader_start(ond_array_reader *reader, const char *path)
{
    reader->path = ond_memory_copy_text(ond_stream_name(path));
    if (!reader->path) {
        return OND_ERROR_MEMORY;
    }
    OND_TRY(ond_stream_open(path, &reader->stream));
    OND_TRY(reader_header(reader));
    ond_array_header *header = &reader->header;
    OND_TRY(check_product(header));
    reader->items = header->rank ? header->shape[0] : 1;
    reader->item_count = 1;
    for (int axis = 1; axis < header->rank; axis++) {
        reader->item_count *= header->shape[axis];
    }
    header->fortran = header->fortran && header->rank > 1;
    return check_size(reader);
}

static ond_status reader_check_limit(const ond_array_reader *reader, size_t count)
{
    if (count / LIMIT_FACTOR > ond_image_limit() || count > SIZE_MAX / sizeof(float)) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_UNSUPPORTED, "an array of %s is more than %d times the limit of %zu pixels",
                        ond_shape_text(reader->header.rank, reader->header.shape, text), LIMIT_FACTOR,
                        ond_image_limit());
    }
    return OND_OK;
}

static ond_status reader_fail(const ond_array_reader *reader, ond_status status)
{
    if (status != OND_OK) {
        (void)ond_fail_prefix(status, "%s: ", reader->path);
    }
    return status;
}

static ond_status reader_open(const char *path, ond_array_reader **reader)
{
    ond_array_reader *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = reader_start(made, path);
    if (status != OND_OK) {
        status = made->path ? reader_fail(made, status) : status;
        ond_array_reader_destroy(made);
        return status;
    }
    *reader = made;
    return OND_OK;
}

/* --- elements --- */

static ond_status reader_take(ond_array_reader *reader, float *values, size_t count)
{
    return ond_elements_take(reader->stream, reader->header.element, reader->header.swapped, values, count);
}

static ond_status reader_check_end(ond_array_reader *reader)
{
    int byte = -1;
    OND_TRY(ond_stream_byte(reader->stream, &byte));
    return byte < 0 ? OND_OK : ond_fail(OND_ERROR_FORMAT, "bytes are left over after the array");
}

static bool array_is_ready(const ond_array *array, const ond_array_header *header)
{
    size_t bytes = (size_t)header->rank * sizeof header->shape[0];
    return array->data && array->rank == header->rank && memcmp(array->shape, header->shape, bytes) == 0;
}

/* All elements, in the file's order. */
static ond_status reader_take_all(ond_array_reader *reader, ond_array *array)
{
    const ond_array_header *header = &reader->header;
    size_t count = reader->items * reader->item_count;
    uint64_t ignored = 0;
    bool trusted = ond_stream_remaining(reader->stream, &ignored) || count <= OND_ELEMENTS_TRUSTED;
    if (trusted || array->borrowed || array_is_ready(array, header)) {
        OND_TRY(ond_array_resize(array, header->rank, header->shape));
        OND_TRY(reader_take(reader, array->data, count));
        return reader_check_end(reader);
    }
    float *values = NULL;
    ond_status status = ond_elements_take_growing(reader->stream, header->element, header->swapped, count, &values);
    status = status == OND_OK ? reader_check_end(reader) : status;
    if (status != OND_OK) {
        ond_memory_free(values);
        return status;
    }
    ond_array_free(array);
    *array = ond_array_view(values, header->rank, header->shape);
    array->borrowed = false;
    return OND_OK;
}

/* From first axis fastest to last axis fastest. */
static void array_from_fortran(const ond_array *fortran, ond_array *array)
{
    size_t index[OND_MAX_RANK] = {0};
    size_t stride[OND_MAX_RANK] = {1};
    size_t count = ond_array_count(array);
    size_t from = 0;
    assert(fortran->data && array->data);
    for (int axis = 1; axis < array->rank; axis++) {
        stride[axis] = stride[axis - 1] * array->shape[axis - 1];
    }
    for (size_t to = 0; to < count; to++) {
        array->data[to] = fortran->data[from];
        int axis = array->rank - 1;
        for (; axis >= 0 && ++index[axis] == array->shape[axis]; axis--) {
            from -= (array->shape[axis] - 1) * stride[axis];
            index[axis] = 0;
        }
        from += axis >= 0 ? stride[axis] : 0;
    }
}

static ond_status reader_take_whole(ond_array_reader *reader, ond_array *array)
{
    OND_TRY(reader_check_limit(reader, reader->items * reader->item_count));
    if (!reader->header.fortran) {
        return reader_take_all(reader, array);
    }
    ond_array fortran = {0};
    ond_status status = reader_take_all(reader, &fortran);
    if (status == OND_OK) {
        status = ond_array_resize(array, reader->header.rank, reader->header.shape);
    }
    if (status == OND_OK) {
        array_from_fortran(&fortran, array);
    }
    ond_array_free(&fortran);
    return status;
}

ond_status ond_array_read(const char *path, ond_array *array)
{
    if (!path || !array) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", path ? "output" : "path");
    }
    ond_array_reader *reader = NULL;
    OND_TRY(reader_open(path, &reader));
    ond_status status = reader_fail(reader, reader_take_whole(reader, array));
    ond_array_reader_destroy(reader);
    return status;
}

/* --- items one after the other --- */

static ond_status reader_check_items(const ond_array_reader *reader)
{
    if (reader->items == 0) {
        return OND_OK;
    }
    if (reader->item_count == 0) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the array is %s: its items are empty",
                        ond_shape_text(reader->header.rank, reader->header.shape, text));
    }
    return reader_check_limit(reader, reader->item_count);
}

ond_status ond_array_reader_create(const char *path, ond_array_reader **reader)
{
    if (!path || !reader) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", path ? "output" : "path");
    }
    ond_array_reader *made = NULL;
    OND_TRY(reader_open(path, &made));
    ond_status status = reader_fail(made, reader_check_items(made));
    if (status != OND_OK) {
        ond_array_reader_destroy(made);
        return status;
    }
    *reader = made;
    return OND_OK;
}

int ond_array_reader_shape(const ond_array_reader *reader, size_t shape[OND_MAX_RANK])
{
    memcpy(shape, reader->header.shape, sizeof reader->header.shape);
    return reader->header.rank;
}

double ond_array_reader_maximum(const ond_array_reader *reader)
{
    return reader->header.element->maximum;
}

static ond_status reader_take_fortran(ond_array_reader *reader)
{
    if (!reader->whole.data) {
        OND_TRY(reader_take_whole(reader, &reader->whole));
    }
    assert(reader->whole.data);
    return OND_OK;
}

static ond_status reader_take_item(ond_array_reader *reader, ond_array *item)
{
    const ond_array_header *header = &reader->header;
    OND_TRY(ond_array_resize(item, header->rank ? header->rank - 1 : 0, header->shape + 1));
    if (!header->fortran) {
        return reader_take(reader, item->data, reader->item_count);
    }
    OND_TRY(reader_take_fortran(reader));
    memcpy(item->data, reader->whole.data + reader->next * reader->item_count, reader->item_count * sizeof(float));
    return OND_OK;
}

ond_status ond_array_reader_next(ond_array_reader *reader, ond_array *item, bool *end)
{
    if (!reader || !item || !end) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", !reader ? "reader" : !item ? "item" : "end");
    }
    if (reader->begun > 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "%s: %zu of %zu elements of an item were taken, all are wanted first",
                        reader->path, reader->begun, reader->item_count);
    }
    *end = reader->next == reader->items;
    if (*end) {
        return reader_fail(reader, reader_check_end(reader));
    }
    OND_TRY(reader_fail(reader, reader_take_item(reader, item)));
    reader->next++;
    return OND_OK;
}

/* Elements from number `taken` on. */
static ond_status reader_take_part(ond_array_reader *reader, size_t taken, float *values, size_t count)
{
    if (!reader->header.fortran) {
        return reader_take(reader, values, count);
    }
    OND_TRY(reader_take_fortran(reader));
    memcpy(values, reader->whole.data + taken, count * sizeof *values);
    return OND_OK;
}

ond_status ond_array_reader_take(ond_array_reader *reader, float *values, size_t count)
{
    if (!reader || !values) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", reader ? "output" : "reader");
    }
    size_t taken = reader->next * reader->item_count + reader->begun;
    if (count > reader->items * reader->item_count - taken) {
        return ond_fail(OND_ERROR_ARGUMENT, "%s: %zu elements wanted, %zu are left", reader->path, count,
                        reader->items * reader->item_count - taken);
    }
    OND_TRY(reader_fail(reader, reader_take_part(reader, taken, values, count)));
    reader->next += (reader->begun + count) / reader->item_count;
    reader->begun = (reader->begun + count) % reader->item_count;
    return OND_OK;
}

ond_status ond_array_reader_skip(ond_array_reader *reader, size_t count)
{
    if (!reader) {
        return ond_fail(OND_ERROR_ARGUMENT, "the reader is missing");
    }
    size_t left = reader->items - reader->next;
    count = count < left ? count : left;
    if (!reader->header.fortran) { /* else the file is read whole */
        uint64_t bytes = (uint64_t)count * reader->item_count * reader->header.element->size;
        OND_TRY(reader_fail(reader, ond_stream_skip(reader->stream, bytes)));
    }
    reader->next += count;
    return OND_OK;
}

void ond_array_reader_destroy(ond_array_reader *reader)
{
    if (!reader) {
        return;
    }
    ond_stream_close(reader->stream);
    ond_array_free(&reader->whole);
    ond_memory_free(reader->path);
    ond_memory_free(reader);
}
