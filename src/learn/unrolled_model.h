/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_UNROLLED_MODEL_H
#define OND_LEARN_UNROLLED_MODEL_H

#include "learn/unrolled.h"

struct ond_unrolled_model {
    ond_unrolled_architecture architecture;
    ond_unrolled *network;
};

/* With parameters of zero. */
ond_status ond_unrolled_model_create(const ond_unrolled_architecture *architecture, ond_unrolled_model **model);

/* [count, height, width] or [count, channels, height, width]; of the architecture's sizes if `fixed`, else the
 * architecture takes theirs. */
ond_status ond_unrolled_check_pictures(const ond_array *pictures, ond_unrolled_architecture *architecture, bool fixed);

/* How a picture is laid before a network: moved, with zeros where it came from, and multiplied. */
typedef struct ond_unrolled_placing {
    int down, right;
    float scale;
} ond_unrolled_placing;

/* Picture `index` with its channels last. */
void ond_unrolled_turn_picture(const ond_array *pictures, size_t index, const ond_unrolled_architecture *architecture,
                               ond_unrolled_placing placing, float *to);

/* Floats of a picture. */
size_t ond_unrolled_picture_size(const ond_unrolled_architecture *architecture);

#endif
