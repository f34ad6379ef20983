/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_UNROLLED_H
#define OND_LEARN_UNROLLED_H

#include "learn/code_layer.h"

#include <ondelet/unrolled.h>

#include <stdint.h>

enum { OND_UNROLLED_LAYERS = 8 };

/* Codes of a multi-layer convolutional model by a pursuit of a fixed number of steps, and a linear head on the deepest
 * ones. All of it, dictionaries D_i, biases b_i (= −thresholds), steps c_i and head, is one row of parameters:
 *   γ_i = ReLU(ĝ_i − c_i D_iᵀ(D_i ĝ_i − γ_{i−1}) + b_i),  γ_0 the picture,
 * with ĝ = 0 at first (the forward pass of a network), then for each iteration ĝ_L = γ_L and ĝ_{i−1} = D_i ĝ_i
 * (ML-ISTA; with momentum on γ_L: ML-FISTA), or ĝ_i = γ_i, layer after layer (layered basis pursuit). Sulam, Aberdam,
 * Beck & Elad, On multi-layer basis pursuit, PAMI 2020, section 5; Grohs & Kutyniok (eds.), 2023, 7.5. */
typedef struct ond_unrolled {
    ond_unrolled_kind kind;
    size_t iterations; /* after the first pass; 0: the forward pass alone */
    size_t layer_count;
    ond_code_layer layers[OND_UNROLLED_LAYERS];
    size_t classes;
    size_t parameter_count;
    float *parameters;
} ond_unrolled;

/* Where the parameters of a layer, or of the head, lie in a row laid out like `parameters`. */
typedef struct ond_unrolled_view {
    float *dictionary[OND_UNROLLED_LAYERS]; /* [side, side, channels, codes] */
    float *bias[OND_UNROLLED_LAYERS];       /* [codes] */
    float *step[OND_UNROLLED_LAYERS];       /* one number */
    float *weight, *offset;                 /* of the head: [deepest codes, classes], [classes] */
} ond_unrolled_view;

ond_unrolled_view ond_unrolled_view_of(const ond_unrolled *network, float *parameters);

/* Layers whose sizes follow from the first picture; the parameters are zero.
 * @retval OND_ERROR_SHAPE  a patch is larger than what it lies in */
ond_status ond_unrolled_count(const ond_unrolled_architecture *architecture, size_t *parameters);
ond_status ond_unrolled_create(const ond_unrolled_architecture *architecture, ond_unrolled **network);
void ond_unrolled_destroy(ond_unrolled *network);
/* Dictionaries of norm 1, steps 1, biases 0. */
ond_status ond_unrolled_initialize(ond_unrolled *network, uint64_t seed);

/* pictures [items, height, width, channels] → outputs [items, classes] (before the softmax). */
ond_status ond_unrolled_predict(const ond_unrolled *network, size_t items, const float *pictures, float *outputs);

/* Mean cross-entropy of a mini-batch and its gradient with respect to all parameters; `right` counts the items whose
 * largest output is the label's. The bits do not depend on the number of threads. */
ond_status ond_unrolled_gradient(const ond_unrolled *network, size_t items, const float *pictures, const int *labels,
                                 double *loss, size_t *right, float *gradient);

/* The deepest codes after `slot` iterations, for tests: [items, code size]; as ond_unrolled_predict. */
ond_status ond_unrolled_codes(const ond_unrolled *network, size_t items, const float *pictures, float *codes);

#endif
