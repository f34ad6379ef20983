/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_ADAM_H
#define OND_LEARN_ADAM_H

#include "core/status.h"

#include <ondelet/tensors.h>

/* Kingma & Ba, Adam, ICLR 2015, algorithm 1, with gradients of norm 1 at most. */
typedef struct ond_adam {
    size_t count;      /* parameters */
    float *moments[2]; /* running means of the gradient and of its square */
} ond_adam;

/* To be freed in any case. */
ond_status ond_adam_create(size_t count, ond_adam *adam);
void ond_adam_free(ond_adam *adam);

/* Changes the parameters in step 0, 1, … with this learning rate. */
void ond_adam_step(const ond_adam *adam, size_t step, double rate, const float *gradient, float *parameters);

/* The moments, as "moment1" and "moment2". */
ond_status ond_adam_to_tensors(const ond_adam *adam, ond_tensors *tensors);
ond_status ond_adam_set(const ond_adam *adam, const ond_tensors *tensors);

#endif
