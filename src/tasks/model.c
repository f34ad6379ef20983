/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/model.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/status.h"

#include <math.h>
#include <string.h>

ond_model_config ond_model_config_default(void)
{
    return (ond_model_config){ond_extractor_config_default(), ond_head_config_default()};
}

static ond_status copy_names(const char *const *names, size_t count, char ***copies)
{
    *copies = ond_memory_allocate_zero(count, sizeof **copies);
    if (!*copies) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        (*copies)[i] = ond_memory_copy_text(names[i]);
        if (!(*copies)[i]) {
            return OND_ERROR_MEMORY;
        }
    }
    return OND_OK;
}

/* The size that was trained on gives what the head takes. */
static ond_status check_size(const ond_model *model)
{
    size_t count = 0;
    if (!model->extractor || model->height == 0) {
        return OND_OK;
    }
    OND_TRY(ond_extractor_describe(model->extractor, model->height, model->width, &count));
    if (count != ond_head_inputs(model->head)) {
        return ond_fail(OND_ERROR_FORMAT, "images of %zu x %zu have %zu features, the head takes %zu", model->height,
                        model->width, count, ond_head_inputs(model->head));
    }
    return OND_OK;
}

static ond_status fill(ond_model *model, const ond_model_parts *parts)
{
    OND_TRY(copy_names(parts->class_names, ond_head_classes(model->head), &model->names));
    if (parts->extractor) {
        OND_TRY(ond_extractor_create(parts->extractor, &model->extractor));
    }
    return check_size(model);
}

ond_status ond_model_create(const ond_model_parts *parts, ond_head *head, ond_model **model)
{
    ond_model *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        ond_head_destroy(head);
        return OND_ERROR_MEMORY;
    }
    made->head = head;
    made->height = parts->height;
    made->width = parts->width;
    ond_status status = fill(made, parts);
    if (status != OND_OK) {
        ond_model_destroy(made);
        return status;
    }
    *model = made;
    return OND_OK;
}

void ond_model_destroy(ond_model *model)
{
    if (!model) {
        return;
    }
    for (size_t i = 0; model->names && i < ond_head_classes(model->head); i++) {
        ond_memory_free(model->names[i]);
    }
    ond_memory_free(model->names);
    ond_extractor_destroy(model->extractor);
    ond_head_destroy(model->head);
    ond_memory_free(model);
}

size_t ond_model_classes(const ond_model *model)
{
    return ond_head_classes(model->head);
}

const char *ond_model_class_name(const ond_model *model, size_t index)
{
    return model->names[index];
}

size_t ond_model_features(const ond_model *model)
{
    return ond_head_inputs(model->head);
}

const ond_extractor *ond_model_extractor(const ond_model *model)
{
    return model->extractor;
}

const ond_head *ond_model_head(const ond_model *model)
{
    return model->head;
}

void ond_model_image_size(const ond_model *model, size_t *height, size_t *width)
{
    *height = model->height;
    *width = model->width;
}

ond_status ond_model_predict_features(const ond_model *model, const ond_array *features, ond_array *scores)
{
    return ond_head_predict(model->head, features, scores);
}

ond_status ond_model_prepare(const ond_model *model, const ond_array *images, ond_array *prepared)
{
    if (!model->extractor) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "the model takes features, not images");
    }
    size_t count = 0;
    size_t height = images->rank >= 2 ? images->shape[images->rank - 2] : 0;
    size_t width = images->rank >= 2 ? images->shape[images->rank - 1] : 0;
    if (height > 0 && width > 0) {
        OND_TRY(ond_extractor_describe(model->extractor, height, width, &count));
    }
    if (count > 0 && count != ond_model_features(model)) {
        return ond_fail(OND_ERROR_SHAPE,
                        "images of %zu x %zu have %zu features, the model takes %zu: those of %zu x %zu", height, width,
                        count, ond_model_features(model), model->height, model->width);
    }
    return ond_extractor_prepare(model->extractor, images, prepared);
}

/* Blocks of images, so that memory does not grow with their number. */
enum { BLOCK_IMAGES = 128 };

static ond_status predict_block(const ond_model *model, const ond_array *images, ond_array *prepared,
                                ond_array *features, ond_array *scores)
{
    OND_TRY(ond_model_prepare(model, images, prepared));
    OND_TRY(ond_extractor_apply_prepared(model->extractor, prepared, features));
    return ond_head_predict(model->head, features, scores);
}

static ond_status predict_blocks(const ond_model *model, const ond_array *images, ond_array *scores)
{
    size_t size = ond_array_count(images) / images->shape[0];
    size_t classes = ond_model_classes(model);
    ond_array prepared = {0};
    ond_array features = {0};
    ond_status status = OND_OK;
    size_t shape[OND_MAX_RANK];
    memcpy(shape, images->shape, sizeof shape);
    for (size_t first = 0; first < images->shape[0] && status == OND_OK; first += shape[0]) {
        size_t left = images->shape[0] - first;
        shape[0] = left < BLOCK_IMAGES ? left : BLOCK_IMAGES;
        ond_array block = ond_array_view(images->data + first * size, images->rank, shape);
        ond_array own = ond_array_view(scores->data + first * classes, 2, (size_t[2]){shape[0], classes});
        status = predict_block(model, &block, &prepared, &features, &own);
    }
    ond_array_free(&prepared);
    ond_array_free(&features);
    return status;
}

ond_status ond_model_predict(const ond_model *model, const ond_array *images, ond_array *scores)
{
    OND_TRY(ond_array_check_filled(images, "the array of images"));
    if (!model->extractor) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "the model takes features, not images");
    }
    int axes = ond_extractor_configuration(model->extractor)->image.color == OND_RGB ? 3 : 2;
    ond_array several = ond_array_view(images->data, images->rank, images->shape);
    if (images->rank == axes) {
        several.rank = axes + 1;
        memmove(several.shape + 1, several.shape, (size_t)axes * sizeof *several.shape);
        several.shape[0] = 1;
    } else if (images->rank != axes + 1) {
        return ond_fail(OND_ERROR_SHAPE, "images have %d axes, %d or %d are wanted", images->rank, axes, axes + 1);
    }
    OND_TRY(ond_array_resize(scores, 2, (size_t[2]){several.shape[0], ond_model_classes(model)}));
    return predict_blocks(model, &several, scores);
}
