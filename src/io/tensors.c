/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/tensors.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/status.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 8, KEY_SIZE = 256, NUMBER_SIZE = 40 };

typedef struct named_array {
    char *name;
    ond_array array;
} named_array;

typedef struct named_text {
    char *key, *text;
} named_text;

struct ond_tensors {
    named_array *arrays;
    size_t count, room;
    named_text *texts;
    size_t text_count, text_room;
};

ond_status ond_tensors_create(ond_tensors **tensors)
{
    if (!tensors) {
        return ond_fail(OND_ERROR_ARGUMENT, "the output is missing");
    }
    ond_tensors *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    *tensors = made;
    return OND_OK;
}

void ond_tensors_destroy(ond_tensors *tensors)
{
    if (!tensors) {
        return;
    }
    for (size_t i = 0; i < tensors->count; i++) {
        ond_memory_free(tensors->arrays[i].name);
        ond_array_free(&tensors->arrays[i].array);
    }
    for (size_t i = 0; i < tensors->text_count; i++) {
        ond_memory_free(tensors->texts[i].key);
        ond_memory_free(tensors->texts[i].text);
    }
    ond_memory_free(tensors->arrays);
    ond_memory_free(tensors->texts);
    ond_memory_free(tensors);
}

/* Room for one item more in a list of `count`. */
static ond_status list_grow(void **items, size_t count, size_t *room, size_t size)
{
    if (count < *room) {
        return OND_OK;
    }
    size_t larger_room = *room ? 2 * *room : FIRST_ROOM;
    void *larger = ond_memory_allocate(larger_room, size);
    if (!larger) {
        return OND_ERROR_MEMORY;
    }
    if (count > 0) {
        memcpy(larger, *items, count * size);
    }
    ond_memory_free(*items);
    *items = larger;
    *room = larger_room;
    return OND_OK;
}

/* Bytes of one character that starts here, 0 when it is not UTF-8. Longer forms than needed and surrogates are none. */
static size_t utf8_length(const unsigned char *text)
{
    unsigned char first = text[0];
    size_t length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : 4;
    if (length == 1) {
        return 1;
    }
    if (first < 0xc2 || first > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool too_long = (first == 0xe0 && text[1] < 0xa0) || (first == 0xf0 && text[1] < 0x90);
    bool surrogate = first == 0xed && text[1] > 0x9f;
    bool too_large = first == 0xf4 && text[1] > 0x8f;
    return too_long || surrogate || too_large ? 0 : length;
}

static ond_status check_text(const char *text, const char *what)
{
    if (!text) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", what);
    }
    const unsigned char *next = (const unsigned char *)text;
    while (*next) {
        size_t length = utf8_length(next);
        if (length == 0) {
            return ond_fail(OND_ERROR_ARGUMENT, "the %s is not UTF-8 at byte %zu", what,
                            (size_t)(next - (const unsigned char *)text));
        }
        next += length;
    }
    return OND_OK;
}

ond_status ond_tensors_move(ond_tensors *tensors, const char *name, ond_array *array)
{
    ond_array moved = *array;
    *array = (ond_array){0};
    void *items = tensors->arrays;
    char *copy = NULL;
    ond_status status = list_grow(&items, tensors->count, &tensors->room, sizeof *tensors->arrays);
    tensors->arrays = items;
    if (status == OND_OK && !(copy = ond_memory_copy_text(name))) {
        status = OND_ERROR_MEMORY;
    }
    if (status != OND_OK) {
        ond_array_free(&moved);
        return status;
    }
    tensors->arrays[tensors->count++] = (named_array){copy, moved};
    return OND_OK;
}

ond_status ond_tensors_add(ond_tensors *tensors, const char *name, const ond_array *array)
{
    if (!tensors) {
        return ond_fail(OND_ERROR_ARGUMENT, "the set of tensors is missing");
    }
    OND_TRY(check_text(name, "tensor's name"));
    OND_TRY(ond_array_check_filled(array, name));
    if (!*name || strcmp(name, "__metadata__") == 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "'%s' cannot be the name of a tensor", name);
    }
    if (ond_tensors_find(tensors, name)) {
        return ond_fail(OND_ERROR_ARGUMENT, "there is a tensor '%s' already", name);
    }
    ond_array copy = {0};
    OND_TRY(ond_array_resize(&copy, array->rank, array->shape));
    size_t count = ond_array_count(array);
    if (count > 0) {
        memcpy(copy.data, array->data, count * sizeof *copy.data);
    }
    return ond_tensors_move(tensors, name, &copy);
}

size_t ond_tensors_count(const ond_tensors *tensors)
{
    return tensors->count;
}

const char *ond_tensors_name(const ond_tensors *tensors, size_t index)
{
    return index < tensors->count ? tensors->arrays[index].name : NULL;
}

const ond_array *ond_tensors_array(const ond_tensors *tensors, size_t index)
{
    return index < tensors->count ? &tensors->arrays[index].array : NULL;
}

const ond_array *ond_tensors_find(const ond_tensors *tensors, const char *name)
{
    for (size_t i = 0; i < tensors->count; i++) {
        if (strcmp(tensors->arrays[i].name, name) == 0) {
            return &tensors->arrays[i].array;
        }
    }
    return NULL;
}

static ond_status fail_shape(const char *name, const ond_array *found, int rank, const size_t *shape)
{
    char is[OND_SHAPE_TEXT_SIZE], wanted[OND_SHAPE_TEXT_SIZE];
    ond_shape_text(found->rank, found->shape, is);
    if (!shape) {
        return ond_fail(OND_ERROR_FORMAT, "the tensor '%s' is %s, %d axes are wanted", name, is, rank);
    }
    return ond_fail(OND_ERROR_FORMAT, "the tensor '%s' is %s, %s is wanted (0: any size)", name, is,
                    ond_shape_text(rank, shape, wanted));
}

ond_status ond_tensors_check_format(const ond_tensors *tensors, const char *wanted)
{
    const char *found = ond_tensors_metadata(tensors, "format");
    if (!found || strcmp(found, wanted) != 0) {
        return ond_fail(OND_ERROR_FORMAT, "the format is '%.40s', '%s' is wanted", found ? found : "", wanted);
    }
    return OND_OK;
}

ond_status ond_tensors_get(const ond_tensors *tensors, const char *name, int rank, const size_t *shape,
                           const ond_array **array)
{
    if (!tensors || !name || !array) {
        return ond_fail(OND_ERROR_ARGUMENT, "the set of tensors, the name or the output is missing");
    }
    const ond_array *found = ond_tensors_find(tensors, name);
    if (!found) {
        return ond_fail(OND_ERROR_FORMAT, "there is no tensor '%s'", name);
    }
    bool fits = found->rank == rank;
    for (int axis = 0; fits && shape && axis < rank; axis++) {
        fits = shape[axis] == 0 || shape[axis] == found->shape[axis];
    }
    if (!fits) {
        return fail_shape(name, found, rank, shape);
    }
    if (ond_array_check_finite(found, name) != OND_OK) {
        return ond_fail(OND_ERROR_FORMAT, "the tensor '%s' holds a NaN or an infinity", name);
    }
    *array = found;
    return OND_OK;
}

/* --- texts --- */

static named_text *text_find(const ond_tensors *tensors, const char *key)
{
    for (size_t i = 0; i < tensors->text_count; i++) {
        if (strcmp(tensors->texts[i].key, key) == 0) {
            return &tensors->texts[i];
        }
    }
    return NULL;
}

ond_status ond_tensors_metadata_append(ond_tensors *tensors, const char *key, const char *text)
{
    void *items = tensors->texts;
    ond_status status = list_grow(&items, tensors->text_count, &tensors->text_room, sizeof *tensors->texts);
    tensors->texts = items;
    OND_TRY(status);
    named_text added = {ond_memory_copy_text(key), ond_memory_copy_text(text)};
    if (!added.key || !added.text) {
        ond_memory_free(added.key);
        ond_memory_free(added.text);
        return OND_ERROR_MEMORY;
    }
    tensors->texts[tensors->text_count++] = added;
    return OND_OK;
}

ond_status ond_tensors_metadata_set(ond_tensors *tensors, const char *key, const char *text)
{
    if (!tensors) {
        return ond_fail(OND_ERROR_ARGUMENT, "the set of tensors is missing");
    }
    OND_TRY(check_text(key, "key"));
    OND_TRY(check_text(text, "text"));
    named_text *found = text_find(tensors, key);
    if (!found) {
        return ond_tensors_metadata_append(tensors, key, text);
    }
    char *copy = ond_memory_copy_text(text);
    if (!copy) {
        return OND_ERROR_MEMORY;
    }
    ond_memory_free(found->text);
    found->text = copy;
    return OND_OK;
}

const char *ond_tensors_metadata(const ond_tensors *tensors, const char *key)
{
    const named_text *found = text_find(tensors, key);
    return found ? found->text : NULL;
}

size_t ond_tensors_metadata_count(const ond_tensors *tensors)
{
    return tensors->text_count;
}

const char *ond_tensors_metadata_key(const ond_tensors *tensors, size_t index)
{
    return index < tensors->text_count ? tensors->texts[index].key : NULL;
}

/* --- configs --- */

static ond_status option_key(const char *prefix, const ond_option *option, char key[KEY_SIZE])
{
    int length = snprintf(key, KEY_SIZE, "%s.%s", prefix, option->name);
    if (length < 0 || length >= KEY_SIZE) {
        return ond_fail(OND_ERROR_ARGUMENT, "the prefix '%.40s...' is too long, a key has up to %d characters", prefix,
                        KEY_SIZE - 1);
    }
    return OND_OK;
}

/* As many digits as bring the number back, with a decimal point in any locale. */
static ond_status print_number(double value, char text[NUMBER_SIZE])
{
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0) {
        return ond_fail(OND_ERROR_MEMORY, "out of memory for a locale");
    }
    locale_t previous = uselocale(plain);
    snprintf(text, NUMBER_SIZE, "%.17g", value);
    uselocale(previous);
    freelocale(plain);
    return OND_OK;
}

static ond_status option_text(const ond_option *option, const void *config, char number[NUMBER_SIZE], const char **text)
{
    double value = ond_option_value(option, config);
    switch (option->kind) {
    case OND_OPTION_CHOICE:
        *text = ond_option_choice(option, config);
        return OND_OK;
    case OND_OPTION_BOOL:
        *text = value != 0 ? "true" : "false";
        return OND_OK;
    case OND_OPTION_INT:
    case OND_OPTION_REAL:
        break;
    }
    *text = number;
    return print_number(value, number);
}

ond_status ond_tensors_options_set(ond_tensors *tensors, const char *prefix, const ond_option *options,
                                   const void *config)
{
    if (!tensors || !prefix || !options || !config) {
        return ond_fail(OND_ERROR_ARGUMENT, "the set of tensors, the prefix, the options or the config is missing");
    }
    for (const ond_option *option = options; option->name; option++) {
        char key[KEY_SIZE], number[NUMBER_SIZE];
        const char *text = NULL;
        OND_TRY(option_key(prefix, option, key));
        OND_TRY(option_text(option, config, number, &text));
        OND_TRY(ond_tensors_metadata_set(tensors, key, text));
    }
    return OND_OK;
}

ond_status ond_tensors_options_get(const ond_tensors *tensors, const char *prefix, const ond_option *options,
                                   void *config)
{
    if (!tensors || !prefix || !options || !config) {
        return ond_fail(OND_ERROR_ARGUMENT, "the set of tensors, the prefix, the options or the config is missing");
    }
    ond_options_default(options, config);
    for (const ond_option *option = options; option->name; option++) {
        char key[KEY_SIZE];
        OND_TRY(option_key(prefix, option, key));
        const char *text = ond_tensors_metadata(tensors, key);
        if (text && ond_option_parse(option, text, config) != OND_OK) {
            return ond_fail_prefix(OND_ERROR_FORMAT, "%s: ", prefix);
        }
    }
    return OND_OK;
}
