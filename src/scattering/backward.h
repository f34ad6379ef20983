/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_BACKWARD_H
#define OND_SCATTERING_BACKWARD_H

#include "scattering/cascade.h"
#include "scattering/scattering.h"

/* What goes back through one layer. */
typedef struct ond_backward_layer {
    ond_complex *spectrum; /* conjugate of the gradient with respect to the layer's spectrum */
    float *samples;        /* S[p]x, before normalisation and logarithm */
    float *cotangent;      /* of those samples */
} ond_backward_layer;

/* Everything one worker needs: the cascade's own planes and what goes back. */
typedef struct ond_backward_scratch {
    ond_scratch forward;
    ond_backward_layer layer[OND_MAX_ORDER + 1];
} ond_backward_scratch;

/* One image on its way back. */
typedef struct ond_backward {
    const ond_scattering *scattering;
    const ond_plan *plan;
    const float *cotangent; /* of the image's features */
} ond_backward;

/* Scratch for `workers` in one block, or NULL. `own_image` as for ond_plan_allocate_scratch. */
void *ond_backward_allocate_scratch(const ond_plan *plan, int workers, bool own_image, ond_backward_scratch *scratch);

/* The gradient of one image. Up to `workers` first-order branches run at a time; their parts are added in order, so
 * that the bits do not depend on the number. Layer 0 of scratch[0] is the image's. */
ond_status ond_backward_image(const ond_backward *call, ond_channel image, int workers, ond_backward_scratch *scratch,
                              float *gradient);

#endif
