/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/status.h"
#include "tasks/model.h"

#include <ondelet/runtime.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Raised when a reader of this version could not understand, or would misunderstand, what a writer of it leaves out. */
#define FORMAT "ondelet classifier"
#define FORMAT_VERSION "1"

enum { KEY_SIZE = 64, MOST_CLASSES = 1 << 20 };

static ond_status set_number(ond_tensors *tensors, const char *key, size_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%zu", value);
    return ond_tensors_metadata_set(tensors, key, text);
}

static ond_status get_number(const ond_tensors *tensors, const char *key, size_t most, size_t *value)
{
    const char *text = ond_tensors_metadata(tensors, key);
    char *end = NULL;
    unsigned long long number = text && text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    if (!end || *end || number > most) {
        return ond_fail(OND_ERROR_FORMAT, "%s = '%.40s' is no number up to %zu", key, text ? text : "", most);
    }
    *value = (size_t)number;
    return OND_OK;
}

/* The tables that a recipe is made of, under their names in the file. */
typedef struct table {
    const char *prefix;
    const ond_option *options;
    size_t offset;
} table;

enum { TABLES = 5 };

static void list_tables(table tables[TABLES])
{
    tables[0] = (table){"image", ond_extraction_options(), offsetof(ond_extractor_config, image)};
    tables[1] = (table){"morlet", ond_morlet_options(), offsetof(ond_extractor_config, morlet)};
    tables[2] = (table){"spline", ond_spline_options(), offsetof(ond_extractor_config, spline)};
    tables[3] = (table){"shearlet", ond_shearlet_options(), offsetof(ond_extractor_config, shearlet)};
    tables[4] = (table){"scattering", ond_scattering_options(), offsetof(ond_extractor_config, scattering)};
}

static ond_status write_recipe(const ond_model *model, ond_tensors *tensors)
{
    OND_TRY(ond_tensors_metadata_set(tensors, "input", model->extractor ? "images" : "features"));
    if (!model->extractor) {
        return OND_OK;
    }
    table tables[TABLES];
    list_tables(tables);
    OND_TRY(set_number(tensors, "image_rows", model->height));
    OND_TRY(set_number(tensors, "image_columns", model->width));
    const char *config = (const char *)ond_extractor_configuration(model->extractor);
    for (int i = 0; i < TABLES; i++) {
        OND_TRY(ond_tensors_options_set(tensors, tables[i].prefix, tables[i].options, config + tables[i].offset));
    }
    return OND_OK;
}

static ond_status fill(const ond_model *model, ond_tensors *tensors)
{
    OND_TRY(ond_tensors_metadata_set(tensors, "format", FORMAT));
    OND_TRY(ond_tensors_metadata_set(tensors, "format_version", FORMAT_VERSION));
    OND_TRY(ond_tensors_metadata_set(tensors, "ondelet_version", ond_version()));
    OND_TRY(set_number(tensors, "classes", ond_model_classes(model)));
    for (size_t i = 0; i < ond_model_classes(model); i++) {
        char key[KEY_SIZE];
        snprintf(key, sizeof key, "class.%zu", i);
        OND_TRY(ond_tensors_metadata_set(tensors, key, model->names[i]));
    }
    OND_TRY(write_recipe(model, tensors));
    return ond_head_to_tensors(model->head, "head", tensors);
}

ond_status ond_model_write(const ond_model *model, const char *path)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_create(&tensors));
    ond_status status = fill(model, tensors);
    if (status == OND_OK) {
        status = ond_tensors_write(tensors, path);
    }
    ond_tensors_destroy(tensors);
    return status;
}

static ond_status check_format(const ond_tensors *tensors)
{
    const char *format = ond_tensors_metadata(tensors, "format");
    const char *version = ond_tensors_metadata(tensors, "format_version");
    if (!format || strcmp(format, FORMAT) != 0) {
        return ond_fail(OND_ERROR_FORMAT, "is no model of a classifier: its format is '%.40s'", format ? format : "");
    }
    if (!version || strcmp(version, FORMAT_VERSION) != 0) {
        const char *writer = ond_tensors_metadata(tensors, "ondelet_version");
        return ond_fail(OND_ERROR_UNSUPPORTED,
                        "is a model of format version %.20s, written by ondelet %.20s; this one reads version %s",
                        version ? version : "(none)", writer ? writer : "(unknown)", FORMAT_VERSION);
    }
    return OND_OK;
}

static ond_status read_recipe(const ond_tensors *tensors, ond_extractor_config *config, ond_model_parts *parts)
{
    const char *input = ond_tensors_metadata(tensors, "input");
    if (!input || (strcmp(input, "images") != 0 && strcmp(input, "features") != 0)) {
        return ond_fail(OND_ERROR_FORMAT, "input = '%.40s' is neither images nor features", input ? input : "");
    }
    if (strcmp(input, "features") == 0) {
        return OND_OK;
    }
    enum { LARGEST = 1 << 30 };
    table tables[TABLES];
    list_tables(tables);
    OND_TRY(get_number(tensors, "image_rows", LARGEST, &parts->height));
    OND_TRY(get_number(tensors, "image_columns", LARGEST, &parts->width));
    for (int i = 0; i < TABLES; i++) {
        OND_TRY(
            ond_tensors_options_get(tensors, tables[i].prefix, tables[i].options, (char *)config + tables[i].offset));
    }
    parts->extractor = config;
    return OND_OK;
}

static ond_status read_names(const ond_tensors *tensors, size_t count, const char **names)
{
    for (size_t i = 0; i < count; i++) {
        char key[KEY_SIZE];
        snprintf(key, sizeof key, "class.%zu", i);
        names[i] = ond_tensors_metadata(tensors, key);
        if (!names[i]) {
            return ond_fail(OND_ERROR_FORMAT, "the name of class %zu of %zu is missing", i, count);
        }
    }
    return OND_OK;
}

static ond_status assemble(const ond_tensors *tensors, const char **names, size_t classes, ond_model **model)
{
    ond_extractor_config config = ond_extractor_config_default();
    ond_model_parts parts = {.class_names = names};
    ond_head *head = NULL;
    OND_TRY(read_names(tensors, classes, names));
    OND_TRY(read_recipe(tensors, &config, &parts));
    OND_TRY(ond_head_from_tensors(tensors, "head", &head));
    if (ond_head_classes(head) != classes) {
        size_t found = ond_head_classes(head);
        ond_head_destroy(head);
        return ond_fail(OND_ERROR_FORMAT, "the head has %zu classes, %zu have names", found, classes);
    }
    return ond_model_create(&parts, head, model);
}

static ond_status from_tensors(const ond_tensors *tensors, ond_model **model)
{
    size_t classes = 0;
    OND_TRY(check_format(tensors));
    OND_TRY(get_number(tensors, "classes", MOST_CLASSES, &classes));
    const char **names = ond_memory_allocate_zero(classes, sizeof *names);
    ond_status status = names ? assemble(tensors, names, classes, model) : OND_ERROR_MEMORY;
    ond_memory_free(names);
    return status;
}

ond_status ond_model_read(const char *path, ond_model **model)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_read(path, &tensors));
    ond_status status = from_tensors(tensors, model);
    ond_tensors_destroy(tensors);
    return status == OND_OK || status == OND_ERROR_MEMORY ? status : ond_fail_prefix(status, "%s: ", path);
}
