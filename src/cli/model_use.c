/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/model_use.h"

ond_model *model_open(const char *path)
{
    ond_model *model = NULL;
    if (ond_model_read(path, &model)) {
        complain_of(path);
        return NULL;
    }
    return model;
}

bool holds_features(const char *path)
{
    ond_array_reader *reader = NULL;
    size_t shape[OND_MAX_RANK];
    if (!ond_array_recognize(path) || ond_array_reader_create(path, &reader)) {
        return false;
    }
    int rank = ond_array_reader_shape(reader, shape);
    ond_array_reader_destroy(reader);
    return rank == 2 || rank == 4;
}

bool model_walk(const ond_model *model, const input_list *inputs, feature_walk *walk)
{
    *walk = (feature_walk){.inputs = inputs,
                           .extractor = ond_model_extractor(model),
                           .wanted = ond_model_features(model),
                           .is_trained = true};
    ond_model_image_size(model, &walk->height, &walk->width);
    for (size_t i = 0; i < inputs->count && !walk->extractor; i++) {
        if (!holds_features(inputs->files[i].path)) {
            complain("%s: the model was trained on features: an array of two or four axes is wanted",
                     inputs->files[i].shown);
            return false;
        }
    }
    return true;
}
