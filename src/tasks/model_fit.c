/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/status.h"
#include "tasks/model.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK_IMAGES = 128, NAME_SIZE = 24 };

static ond_status extract_block(const ond_extractor *extractor, const ond_array *block, ond_array *prepared,
                                ond_array *rows)
{
    OND_TRY(ond_extractor_prepare(extractor, block, prepared));
    return ond_extractor_apply_prepared(extractor, prepared, rows);
}

/* Features of all images, [count, features]. */
static ond_status extract(const ond_extractor *extractor, const ond_array *images, ond_array *features)
{
    size_t count = 0;
    size_t shape[OND_MAX_RANK];
    memcpy(shape, images->shape, sizeof shape);
    OND_TRY(ond_extractor_describe(extractor, shape[images->rank - 2], shape[images->rank - 1], &count));
    OND_TRY(ond_array_resize(features, 2, (size_t[2]){shape[0], count}));
    size_t size = ond_array_count(images) / images->shape[0];
    ond_array prepared = {0};
    ond_status status = OND_OK;
    for (size_t first = 0; first < images->shape[0] && status == OND_OK; first += shape[0]) {
        size_t left = images->shape[0] - first;
        shape[0] = left < BLOCK_IMAGES ? left : BLOCK_IMAGES;
        ond_array block = ond_array_view(images->data + first * size, images->rank, shape);
        ond_array rows = ond_array_view(features->data + first * count, 2, (size_t[2]){shape[0], count});
        status = extract_block(extractor, &block, &prepared, &rows);
    }
    ond_array_free(&prepared);
    return status;
}

/* "0", "1", … in one block. */
static ond_status number_names(size_t classes, const char ***names)
{
    *names = ond_memory_allocate_zero(classes, sizeof(char *) + NAME_SIZE);
    if (!*names) {
        return OND_ERROR_MEMORY;
    }
    char *texts = (char *)(*names + classes);
    for (size_t i = 0; i < classes; i++) {
        snprintf(texts + i * NAME_SIZE, NAME_SIZE, "%zu", i);
        (*names)[i] = texts + i * NAME_SIZE;
    }
    return OND_OK;
}

static ond_status fit_head(const ond_extractor *extractor, const ond_array *images, const ond_array *labels,
                           const ond_head_config *config, ond_head **head)
{
    ond_array features = {0};
    ond_status status = extract(extractor, images, &features);
    if (status == OND_OK) {
        status = ond_head_fit(&features, labels, config, NULL, head);
    }
    ond_array_free(&features);
    return status;
}

static ond_status fit(const ond_extractor *extractor, const ond_array *images, const ond_array *labels,
                      const ond_head_config *config, ond_model **model)
{
    const char **names = NULL;
    ond_head *head = NULL;
    OND_TRY(fit_head(extractor, images, labels, config, &head));
    ond_status status = number_names(ond_head_classes(head), &names);
    if (status != OND_OK) {
        ond_head_destroy(head);
        return status;
    }
    ond_model_parts parts = {
        .extractor = ond_extractor_configuration(extractor),
        .height = images->shape[images->rank - 2],
        .width = images->shape[images->rank - 1],
        .class_names = names,
    };
    status = ond_model_create(&parts, head, model);
    ond_memory_free(names);
    return status;
}

ond_status ond_model_fit(const ond_array *images, const ond_array *labels, const ond_model_config *config,
                         ond_model **model)
{
    ond_model_config used = config ? *config : ond_model_config_default();
    OND_TRY(ond_array_check_filled(images, "the array of images"));
    OND_TRY(ond_array_check_filled(labels, "the array of labels"));
    int axes = used.extractor.image.color == OND_RGB ? 4 : 3;
    if (images->rank != axes || labels->rank != 1 || labels->shape[0] != images->shape[0]) {
        char first[OND_SHAPE_TEXT_SIZE];
        char second[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "images are %s and labels %s, %d axes and as many labels as images are wanted",
                        ond_shape_text(images->rank, images->shape, first),
                        ond_shape_text(labels->rank, labels->shape, second), axes);
    }
    ond_extractor *extractor = NULL;
    OND_TRY(ond_extractor_create(&used.extractor, &extractor));
    ond_status status = fit(extractor, images, labels, &used.head, model);
    ond_extractor_destroy(extractor);
    return status;
}
