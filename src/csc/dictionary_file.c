/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "csc/dictionary.h"

#include <ondelet/tensors.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "layers.N.filters" [atoms, channels, height, width], and of each layer the texts "layers.N.stride" (preset 1) and
 * "layers.N.border" ("circular", the preset, or "zero"). A filter bank as a layer is for one size of image alone:
 * "layers.N.grid" is "HEIGHT WIDTH". */

enum { KEY_SIZE = 40, TEXT_SIZE = 64 };

static const char format_key[] = "format";
static const char format_text[] = "ondelet.dictionary";
static const char *const borders[] = {"circular", "zero"};

static const char *layer_key(size_t layer, const char *name, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "layers.%u.%s", (unsigned)layer, name);
    return key;
}

static ond_status read_stride(const ond_tensors *tensors, size_t layer, size_t *stride)
{
    char key[KEY_SIZE];
    char *end = NULL;
    const char *text = ond_tensors_metadata(tensors, layer_key(layer, "stride", key));
    *stride = 1;
    if (text) {
        long value = strtol(text, &end, 10);
        if (end == text || *end || value < 1) {
            return ond_fail(OND_ERROR_FORMAT, "%s is '%.40s', a whole number of at least 1 is wanted", key, text);
        }
        *stride = (size_t)value;
    }
    return OND_OK;
}

static ond_status read_border(const ond_tensors *tensors, size_t layer, ond_border *border)
{
    char key[KEY_SIZE];
    const char *text = ond_tensors_metadata(tensors, layer_key(layer, "border", key));
    *border = OND_BORDER_CIRCULAR;
    if (text && strcmp(text, borders[OND_BORDER_ZERO]) == 0) {
        *border = OND_BORDER_ZERO;
    } else if (text && strcmp(text, borders[OND_BORDER_CIRCULAR]) != 0) {
        return ond_fail(OND_ERROR_FORMAT, "%s is '%.40s', 'circular' or 'zero' is wanted", key, text);
    }
    return OND_OK;
}

static ond_status read_grid(const ond_tensors *tensors, size_t layer, ond_dictionary *dictionary)
{
    char key[KEY_SIZE];
    const char *text = ond_tensors_metadata(tensors, layer_key(layer, "grid", key));
    if (!text) {
        return OND_OK;
    }
    char *end = NULL;
    unsigned long height = strtoul(text, &end, 10);
    unsigned long width = strtoul(end, &end, 10);
    ond_dictionary_info *info = &dictionary->info;
    if (*end || height != info->filter_height || width != info->filter_width) {
        return ond_fail(OND_ERROR_FORMAT, "%s is '%.40s', the filters' size '%zu %zu' is wanted", key, text,
                        info->filter_height, info->filter_width);
    }
    info->height = height;
    info->width = width;
    return OND_OK;
}

static ond_status read_layer(const ond_tensors *tensors, size_t layer, ond_dictionary **dictionary)
{
    static const size_t any[4] = {0, 0, 0, 0};
    char key[KEY_SIZE];
    const ond_array *filters = NULL;
    size_t stride = 1;
    ond_border border = OND_BORDER_CIRCULAR;
    OND_TRY(ond_tensors_get(tensors, layer_key(layer, "filters", key), 4, any, &filters));
    OND_TRY(read_stride(tensors, layer, &stride));
    OND_TRY(read_border(tensors, layer, &border));
    ond_status status = ond_dictionary_create(filters, stride, border, dictionary);
    if (status == OND_ERROR_ARGUMENT) {
        return ond_fail_prefix(OND_ERROR_FORMAT, "layer %zu: ", layer + 1);
    }
    OND_TRY(status);
    return read_grid(tensors, layer, *dictionary);
}

static void destroy_layers(ond_dictionary **layers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ond_dictionary_destroy(layers[i]);
        layers[i] = NULL;
    }
}

static ond_status read_layers(const ond_tensors *tensors, ond_dictionary *layers[OND_MAX_LAYERS], size_t *count)
{
    char key[KEY_SIZE];
    *count = 0;
    while (*count < OND_MAX_LAYERS && ond_tensors_find(tensors, layer_key(*count, "filters", key))) {
        OND_TRY(read_layer(tensors, *count, &layers[*count]));
        (*count)++;
    }
    if (*count == 0) {
        return ond_fail(OND_ERROR_FORMAT, "not a dictionary: it has no tensor 'layers.0.filters'");
    }
    if (ond_layers_check((const ond_dictionary *const *)layers, *count) != OND_OK) {
        return ond_fail_prefix(OND_ERROR_FORMAT, "%s", "");
    }
    return OND_OK;
}

ond_status ond_dictionary_read(const char *path, ond_dictionary *layers[OND_MAX_LAYERS], size_t *count)
{
    ond_tensors *tensors = NULL;
    ond_dictionary *made[OND_MAX_LAYERS] = {NULL};
    OND_TRY(ond_tensors_read(path, &tensors));
    ond_status status = read_layers(tensors, made, count);
    ond_tensors_destroy(tensors);
    if (status != OND_OK) {
        destroy_layers(made, OND_MAX_LAYERS);
        return ond_fail_prefix(status, "%s: ", strcmp(path, "-") == 0 ? "standard input" : path);
    }
    memcpy(layers, made, *count * sizeof *made);
    return OND_OK;
}

static ond_status add_layer(ond_tensors *tensors, const ond_dictionary *dictionary, size_t layer)
{
    char key[KEY_SIZE];
    char text[TEXT_SIZE];
    const ond_dictionary_info *info = &dictionary->info;
    size_t shape[4] = {info->atoms, info->channels, info->filter_height, info->filter_width};
    ond_array filters = ond_array_view(dictionary->values, 4, shape);
    OND_TRY(ond_tensors_add(tensors, layer_key(layer, "filters", key), &filters));
    snprintf(text, sizeof text, "%zu", info->stride);
    OND_TRY(ond_tensors_metadata_set(tensors, layer_key(layer, "stride", key), text));
    OND_TRY(ond_tensors_metadata_set(tensors, layer_key(layer, "border", key), borders[info->border]));
    if (info->height > 0) {
        snprintf(text, sizeof text, "%zu %zu", info->height, info->width);
        OND_TRY(ond_tensors_metadata_set(tensors, layer_key(layer, "grid", key), text));
    }
    return OND_OK;
}

static ond_status fill(ond_tensors *tensors, const ond_dictionary *const *layers, size_t count)
{
    OND_TRY(ond_tensors_metadata_set(tensors, format_key, format_text));
    for (size_t i = 0; i < count; i++) {
        OND_TRY(add_layer(tensors, layers[i], i));
    }
    return OND_OK;
}

ond_status ond_dictionary_write(const ond_dictionary *const *layers, size_t count, const char *path)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_layers_check(layers, count));
    OND_TRY(ond_tensors_create(&tensors));
    ond_status status = fill(tensors, layers, count);
    status = status == OND_OK ? ond_tensors_write(tensors, path) : status;
    ond_tensors_destroy(tensors);
    return status;
}
