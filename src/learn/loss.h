/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_LOSS_H
#define OND_LEARN_LOSS_H

#include "core/status.h"

typedef enum ond_loss {
    OND_LOSS_SOFTMAX, /* cross-entropy −Σ t log softmax(y); the targets t of a row are a distribution */
    OND_LOSS_SQUARED, /* ½ Σ (y − t)² */
    OND_LOSS_LOGISTIC /* Σ log(1 + exp y) − t y; each target is a probability of its own */
} ond_loss;

/* Mean loss of rows: Σ_r w_r loss_r / rows, and its gradient with respect to the outputs.
 * outputs, targets  [rows, columns]
 * weights   [rows], or NULL for ones
 * gradient  [rows, columns], may be `outputs` itself; NULL when it is not wanted */
double ond_loss_apply(ond_loss loss, size_t rows, size_t columns, const float *outputs, const float *targets,
                      const float *weights, float *gradient);

/* Every row becomes its softmax: exp(y) / Σ exp(y). */
void ond_softmax(float *rows_of_outputs, size_t rows, size_t columns);

#endif
