/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/status.h"
#include "io/elements.h"
#include "io/tensors.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* The file: 8 bytes, little-endian, the header's length; the header, a JSON object; the tensors' bytes. The header is
 * { name: {"dtype", "shape", "data_offsets": [begin, end]}, …, "__metadata__": {key: text} }, three levels deep. */
enum { LENGTH_SIZE = 8, LONGEST_HEADER = 1 << 22, DEEPEST_HEADER = 3, CAUSE_SIZE = 100 };

typedef struct tensor_entry {
    const char *name;
    const ond_element *element;
    int rank;
    size_t shape[OND_MAX_RANK];
    size_t count;
    uint64_t begin, end;
    size_t order; /* in the header, for empty tensors at one place */
} tensor_entry;

typedef struct tensor_header {
    json_t *json;
    tensor_entry *entries;
    size_t count;
} tensor_header;

static uint64_t header_length(const unsigned char bytes[LENGTH_SIZE])
{
    uint64_t length = 0;
    for (int i = LENGTH_SIZE - 1; i >= 0; i--) {
        length = length << 8 | bytes[i];
    }
    return length;
}

bool ond_tensors_recognize(const char *path)
{
    ond_stream *stream = NULL;
    const unsigned char *bytes = NULL;
    size_t count = 0;
    if (!path || ond_stream_open(path, &stream) != OND_OK) {
        return false;
    }
    bool readable = ond_stream_peek(stream, &bytes, &count) == OND_OK && count > LENGTH_SIZE;
    bool known = readable && header_length(bytes) <= LONGEST_HEADER && bytes[LENGTH_SIZE] == '{';
    ond_stream_park(stream);
    return known;
}

/* --- the header's text --- */

/* Nested JSON takes up to a hundred times its text's size in memory; the header of tensors is not nested. */
static ond_status check_depth(const char *text, size_t length)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (quoted) {
            quoted = text[i] != '"';
            i += text[i] == '\\'; /* the next one does not end the text */
            continue;
        }
        quoted = text[i] == '"';
        depth += (text[i] == '{' || text[i] == '[') - (text[i] == '}' || text[i] == ']');
        if (depth > DEEPEST_HEADER) {
            return ond_fail(OND_ERROR_FORMAT, "the header is nested deeper than %d levels at byte %zu", DEEPEST_HEADER,
                            i);
        }
    }
    return OND_OK;
}

static ond_status text_take(ond_stream *stream, char **text, size_t *length)
{
    unsigned char start[LENGTH_SIZE];
    size_t taken = 0;
    OND_TRY(ond_stream_read(stream, start, sizeof start, &taken));
    if (taken < sizeof start) {
        return ond_fail(OND_ERROR_FORMAT, "the file is truncated: %zu bytes, the header's length alone has %d", taken,
                        LENGTH_SIZE);
    }
    uint64_t declared = header_length(start), left = 0;
    if (declared > LONGEST_HEADER) {
        return ond_fail(OND_ERROR_FORMAT,
                        "no safetensors file, or damaged: a header of %llu bytes, at most %d make sense",
                        (unsigned long long)declared, LONGEST_HEADER);
    }
    if (ond_stream_remaining(stream, &left) && left < declared) {
        return ond_fail(OND_ERROR_FORMAT, "the file is truncated in its header: %llu bytes declared, %llu follow",
                        (unsigned long long)declared, (unsigned long long)left);
    }
    *length = (size_t)declared;
    *text = ond_memory_allocate(*length, 1);
    if (!*text) {
        return OND_ERROR_MEMORY;
    }
    OND_TRY(ond_stream_read(stream, *text, *length, &taken));
    return taken == *length ? OND_OK : ond_fail(OND_ERROR_FORMAT, "the file is truncated in its header");
}

static ond_status header_parse(ond_stream *stream, json_t **json)
{
    char *text = NULL;
    size_t length = 0;
    ond_status status = text_take(stream, &text, &length);
    if (status == OND_OK && (length == 0 || text[0] != '{')) {
        status = ond_fail(OND_ERROR_FORMAT, "the header is damaged (it does not begin with a brace)");
    }
    if (status == OND_OK) {
        status = check_depth(text, length);
    }
    if (status == OND_OK) {
        json_error_t cause;
        *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &cause);
        if (!*json && json_error_code(&cause) == json_error_out_of_memory) {
            status = ond_fail(OND_ERROR_MEMORY, "out of memory for the header");
        } else if (!json_is_object(*json)) {
            status = ond_fail(OND_ERROR_FORMAT, "the header is damaged (%.*s)", CAUSE_SIZE,
                              *json ? "no JSON object" : cause.text);
        }
    }
    ond_memory_free(text);
    return status;
}

/* --- one tensor's entry --- */

static const ond_element *element_named(const char *name)
{
    static const struct {
        const char *name;
        char kind;
        unsigned size;
    } types[] = {
        {"F32", 'f', 4}, {"F64", 'f', 8}, {"F16", 'f', 2}, {"I8", 'i', 1},  {"I16", 'i', 2}, {"I32", 'i', 4},
        {"I64", 'i', 8}, {"U8", 'u', 1},  {"U16", 'u', 2}, {"U32", 'u', 4}, {"U64", 'u', 8}, {"BOOL", 'b', 1},
    };
    if (strcmp(name, "BF16") == 0) {
        return ond_element_bfloat16();
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(name, types[i].name) == 0) {
            return ond_element_find(types[i].kind, types[i].size);
        }
    }
    return NULL;
}

static ond_status entry_damaged(const tensor_entry *entry, const char *cause)
{
    return ond_fail(OND_ERROR_FORMAT, "the tensor '%.*s' is damaged (%s)", CAUSE_SIZE, entry->name, cause);
}

static ond_status entry_shape(tensor_entry *entry, const json_t *shape)
{
    size_t axes = json_array_size(shape);
    if (!json_is_array(shape)) {
        return entry_damaged(entry, "its shape is no list");
    }
    if (axes > OND_MAX_RANK) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "the tensor '%.*s' has %zu axes, at most %d are supported", CAUSE_SIZE,
                        entry->name, axes, OND_MAX_RANK);
    }
    entry->rank = (int)axes;
    for (size_t axis = 0; axis < axes; axis++) {
        const json_t *size = json_array_get(shape, axis);
        if (!json_is_integer(size) || json_integer_value(size) < 0) {
            return entry_damaged(entry, "an axis of its shape is no number from 0 up");
        }
        entry->shape[axis] = (size_t)json_integer_value(size);
    }
    if (ond_shape_count(entry->rank, entry->shape, &entry->count) != OND_OK
        || entry->count > SIZE_MAX / sizeof(double)) {
        return entry_damaged(entry, "its shape is larger than memory");
    }
    return OND_OK;
}

static ond_status entry_offsets(tensor_entry *entry, const json_t *offsets)
{
    const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    bool fine = json_array_size(offsets) == 2 && json_is_integer(begin) && json_is_integer(end)
                && json_integer_value(begin) >= 0 && json_integer_value(end) >= json_integer_value(begin);
    if (!fine) {
        return entry_damaged(entry, "its data_offsets are not two rising numbers");
    }
    entry->begin = (uint64_t)json_integer_value(begin);
    entry->end = (uint64_t)json_integer_value(end);
    uint64_t wanted = (uint64_t)entry->count * entry->element->size;
    if (entry->end - entry->begin != wanted) {
        return ond_fail(OND_ERROR_FORMAT, "the tensor '%.*s' is damaged (%llu bytes of data, its shape takes %llu)",
                        CAUSE_SIZE, entry->name, (unsigned long long)(entry->end - entry->begin),
                        (unsigned long long)wanted);
    }
    return OND_OK;
}

static ond_status entry_parse(const json_t *json, tensor_entry *entry)
{
    const char *type = json_string_value(json_object_get(json, "dtype"));
    if (!*entry->name) {
        return ond_fail(OND_ERROR_FORMAT, "a tensor has an empty name");
    }
    if (!type) {
        return entry_damaged(entry, "it has no dtype");
    }
    entry->element = element_named(type);
    if (!entry->element) {
        return ond_fail(OND_ERROR_UNSUPPORTED,
                        "the tensor '%.*s' is of type '%.20s', F32, F16, BF16, F64, BOOL or integers are wanted",
                        CAUSE_SIZE, entry->name, type);
    }
    OND_TRY(entry_shape(entry, json_object_get(json, "shape")));
    return entry_offsets(entry, json_object_get(json, "data_offsets"));
}

/* --- all entries --- */

static int entry_compare(const void *left, const void *right)
{
    const tensor_entry *a = left, *b = right;
    if (a->begin != b->begin) {
        return a->begin < b->begin ? -1 : 1;
    }
    if (a->end != b->end) {
        return a->end < b->end ? -1 : 1;
    }
    return a->order < b->order ? -1 : 1;
}

/* Each tensor begins where the one before ends, and the last ends with the file. */
static ond_status check_places(const tensor_header *header, const ond_stream *stream)
{
    uint64_t place = 0, follow = 0;
    for (size_t i = 0; i < header->count; i++) {
        const tensor_entry *entry = &header->entries[i];
        if (entry->begin != place) {
            return ond_fail(OND_ERROR_FORMAT, "the tensor '%.*s' begins at byte %llu of the data, %llu is wanted",
                            CAUSE_SIZE, entry->name, (unsigned long long)entry->begin, (unsigned long long)place);
        }
        place = entry->end;
    }
    if (!ond_stream_remaining(stream, &follow) || follow == place) {
        return OND_OK;
    }
    return ond_fail(OND_ERROR_FORMAT, "the header declares %llu bytes of data, %llu follow", (unsigned long long)place,
                    (unsigned long long)follow);
}

static ond_status header_entries(tensor_header *header)
{
    size_t most = json_object_size(header->json);
    const char *name = NULL;
    json_t *json = NULL;
    header->entries = ond_memory_allocate_zero(most, sizeof *header->entries);
    if (!header->entries) {
        return OND_ERROR_MEMORY;
    }
    json_object_foreach(header->json, name, json)
    {
        if (strcmp(name, "__metadata__") == 0) {
            continue;
        }
        tensor_entry *entry = &header->entries[header->count];
        entry->name = name;
        entry->order = header->count++;
        OND_TRY(entry_parse(json, entry));
    }
    qsort(header->entries, header->count, sizeof *header->entries, entry_compare);
    return OND_OK;
}

static ond_status metadata_take(json_t *metadata, ond_tensors *tensors)
{
    const char *key = NULL;
    json_t *text = NULL;
    if (metadata && !json_is_object(metadata)) {
        return ond_fail(OND_ERROR_FORMAT, "the header is damaged (its metadata is no object)");
    }
    json_object_foreach(metadata, key, text)
    {
        if (!json_is_string(text)) {
            return ond_fail(OND_ERROR_FORMAT, "the header is damaged (the metadata '%.*s' is no text)", CAUSE_SIZE,
                            key);
        }
        OND_TRY(ond_tensors_metadata_append(tensors, key, json_string_value(text)));
    }
    return OND_OK;
}

/* --- the data --- */

static ond_status data_take(ond_stream *stream, const tensor_entry *entry, ond_array *array)
{
    uint64_t ignored = 0;
    bool swapped = ond_machine_is_big_endian();
    if (ond_stream_remaining(stream, &ignored) || entry->count <= OND_ELEMENTS_TRUSTED) {
        OND_TRY(ond_array_resize(array, entry->rank, entry->shape));
        return ond_elements_take(stream, entry->element, swapped, array->data, entry->count);
    }
    float *values = NULL;
    ond_status status = ond_elements_take_growing(stream, entry->element, swapped, entry->count, &values);
    *array = ond_array_view(values, entry->rank, entry->shape);
    array->borrowed = false;
    return status;
}

static ond_status tensors_take(ond_stream *stream, tensor_header *header, ond_tensors *tensors)
{
    OND_TRY(header_parse(stream, &header->json));
    OND_TRY(header_entries(header));
    OND_TRY(check_places(header, stream));
    OND_TRY(metadata_take(json_object_get(header->json, "__metadata__"), tensors));
    for (size_t i = 0; i < header->count; i++) {
        ond_array array = {0};
        ond_status status = data_take(stream, &header->entries[i], &array);
        if (status != OND_OK) {
            ond_array_free(&array);
            return status;
        }
        OND_TRY(ond_tensors_move(tensors, header->entries[i].name, &array));
    }
    int byte = -1;
    OND_TRY(ond_stream_byte(stream, &byte));
    return byte < 0 ? OND_OK : ond_fail(OND_ERROR_FORMAT, "bytes are left over after the tensors");
}

static ond_status tensors_open(const char *path, ond_tensors *tensors)
{
    ond_stream *stream = NULL;
    tensor_header header = {0};
    ond_status status = ond_stream_open(path, &stream);
    if (status == OND_OK) {
        status = tensors_take(stream, &header, tensors);
    }
    ond_memory_free(header.entries);
    json_decref(header.json);
    ond_stream_close(stream);
    return status;
}

ond_status ond_tensors_read(const char *path, ond_tensors **tensors)
{
    if (!path || !tensors) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", path ? "output" : "path");
    }
    ond_tensors *made = NULL;
    OND_TRY(ond_tensors_create(&made));
    ond_status status = tensors_open(path, made);
    if (status != OND_OK) {
        ond_tensors_destroy(made);
        return ond_fail_prefix(status, "%s: ", ond_stream_name(path));
    }
    *tensors = made;
    return OND_OK;
}
