/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/status.h"
#include "io/elements.h"
#include "io/tensors.h"

#include <jansson.h>
#include <string.h>

enum { LENGTH_SIZE = 8, ALIGNMENT = 8, CHUNK = 1 << 14 };

/* A NULL that jansson returns can only come from memory: names and texts were checked when they were added. */
static ond_status json_kept(int result)
{
    return result == 0 ? OND_OK : ond_fail(OND_ERROR_MEMORY, "out of memory for the header");
}

static ond_status header_metadata(const ond_tensors *tensors, json_t *header)
{
    json_t *metadata = json_object();
    OND_TRY(json_kept(json_object_set_new(header, "__metadata__", metadata)));
    for (size_t i = 0; i < ond_tensors_metadata_count(tensors); i++) {
        const char *key = ond_tensors_metadata_key(tensors, i);
        OND_TRY(json_kept(json_object_set_new(metadata, key, json_string(ond_tensors_metadata(tensors, key)))));
    }
    return OND_OK;
}

/* How the numbers are kept. */
typedef struct storage {
    const char *name;
    size_t size; /* bytes */
} storage;

static const storage single_precision = {"F32", 4};
static const storage half_precision = {"F16", 2};

static ond_status header_entry(const ond_array *array, const char *name, const storage *kept, uint64_t begin,
                               json_t *header)
{
    uint64_t end = begin + (uint64_t)ond_array_count(array) * kept->size;
    json_t *entry = json_pack("{s:s, s:[], s:[I, I]}", "dtype", kept->name, "shape", "data_offsets", (json_int_t)begin,
                              (json_int_t)end);
    OND_TRY(json_kept(json_object_set_new(header, name, entry)));
    json_t *shape = json_object_get(entry, "shape");
    for (int axis = 0; axis < array->rank; axis++) {
        OND_TRY(json_kept(json_array_append_new(shape, json_integer((json_int_t)array->shape[axis]))));
    }
    return OND_OK;
}

static ond_status header_make(const ond_tensors *tensors, const storage *kept, json_t *header)
{
    if (ond_tensors_metadata_count(tensors) > 0) {
        OND_TRY(header_metadata(tensors, header));
    }
    uint64_t place = 0;
    for (size_t i = 0; i < ond_tensors_count(tensors); i++) {
        const ond_array *array = ond_tensors_array(tensors, i);
        OND_TRY(header_entry(array, ond_tensors_name(tensors, i), kept, place, header));
        place += (uint64_t)ond_array_count(array) * kept->size;
    }
    return OND_OK;
}

/* The text is filled up with blanks, so that the data is aligned. */
static ond_status header_write(const json_t *header, ond_file *file)
{
    size_t flags = JSON_COMPACT;
    size_t length = json_dumpb(header, NULL, 0, flags);
    OND_TRY(json_kept(length > 0 ? 0 : -1));
    size_t padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    unsigned char start[LENGTH_SIZE];
    for (int i = 0; i < LENGTH_SIZE; i++) {
        start[i] = (unsigned char)((uint64_t)padded >> 8 * i & 255);
    }
    char *text = ond_memory_allocate(padded, 1);
    if (!text) {
        return OND_ERROR_MEMORY;
    }
    memset(text, ' ', padded);
    ond_status status = json_kept(json_dumpb(header, text, length, flags) == length ? 0 : -1);
    if (status == OND_OK) {
        status = ond_file_write(file, start, sizeof start);
    }
    if (status == OND_OK) {
        status = ond_file_write(file, text, padded);
    }
    ond_memory_free(text);
    return status;
}

static ond_status data_write(const ond_array *array, const storage *kept, ond_file *file)
{
    size_t count = ond_array_count(array);
    bool is_half = kept->size == 2;
    if (!is_half && !ond_machine_is_big_endian()) {
        return ond_file_write(file, array->data, count * kept->size);
    }
    unsigned char chunk[CHUNK];
    size_t most = CHUNK / kept->size;
    for (size_t done = 0; done < count;) {
        size_t piece = count - done < most ? count - done : most;
        if (is_half) {
            ond_elements_to_half(array->data + done, piece, chunk);
        } else {
            memcpy(chunk, array->data + done, piece * kept->size);
        }
        if (ond_machine_is_big_endian()) {
            ond_elements_swap(chunk, piece, (unsigned)kept->size);
        }
        OND_TRY(ond_file_write(file, chunk, piece * kept->size));
        done += piece;
    }
    return OND_OK;
}

static ond_status tensors_put(const ond_tensors *tensors, const storage *kept, const json_t *header, ond_file *file)
{
    OND_TRY(header_write(header, file));
    for (size_t i = 0; i < ond_tensors_count(tensors); i++) {
        OND_TRY(data_write(ond_tensors_array(tensors, i), kept, file));
    }
    return OND_OK;
}

static ond_status tensors_write(const ond_tensors *tensors, const storage *kept, const char *path)
{
    if (!tensors || !path) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", tensors ? "path" : "set of tensors");
    }
    ond_file *file = NULL;
    json_t *header = json_object();
    ond_status status = header ? header_make(tensors, kept, header) : json_kept(-1);
    if (status == OND_OK) {
        status = ond_file_create(path, &file);
    }
    if (status == OND_OK) {
        status = tensors_put(tensors, kept, header, file);
    }
    if (status == OND_OK) {
        status = ond_file_finish(&file);
    }
    ond_file_destroy(file);
    json_decref(header);
    return status;
}

ond_status ond_tensors_write(const ond_tensors *tensors, const char *path)
{
    return tensors_write(tensors, &single_precision, path);
}

ond_status ond_tensors_write_half(const ond_tensors *tensors, const char *path)
{
    return tensors_write(tensors, &half_precision, path);
}
