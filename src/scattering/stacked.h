/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_STACKED_H
#define OND_SCATTERING_STACKED_H

#include "scattering/plan.h"

/* The cascade of forward.h for sixteen small images at once, one in each lane, with the same bits. For plans with
 * `points`. */

/* Everything one worker needs. */
typedef struct ond_stacked_scratch {
    float *stack[OND_MAX_ORDER + 1]; /* per layer: filtered, then the spectra of its moduli */
    float *folded;                   /* a column */
    float *half;
    float *moduli; /* of two rows */
    float *sums;   /* averaged along rows */
    float *samples;
    float *work;
} ond_stacked_scratch;

/* Up to sixteen images on their way. */
typedef struct ond_stacked_call {
    const ond_plan *plan;
    const ond_path_tree *tree;
    ond_padding padding;
    const ond_image_view *images; /* channels first … first + count − 1 */
    size_t first, count;
    float *features;     /* of the first */
    size_t feature_size; /* floats of one image's */
} ond_stacked_call;

ond_stacked_scratch ond_stacked_take_scratch(const ond_plan *plan, ond_arena *arena);

void ond_stacked_apply(const ond_stacked_call *call, const ond_stacked_scratch *scratch);

#endif
