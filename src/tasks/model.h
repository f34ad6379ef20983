/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_MODEL_H
#define OND_TASKS_MODEL_H

#include <ondelet/model.h>

struct ond_model {
    ond_extractor *extractor; /* NULL: the model takes features */
    size_t height, width;     /* of the images trained on; 0: several sizes, or features */
    ond_head *head;
    char **names;
};

/* Prepared images of a size that the head can take. */
ond_status ond_model_prepare(const ond_model *model, const ond_array *images, ond_array *prepared);

#endif
