/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_ACTIVATION_H
#define OND_LEARN_ACTIVATION_H

#include <ondelet/learn.h>

/* values = activation(values) */
void ond_activation_apply(ond_activation activation, float *values, size_t count);

/* slope *= activation'(x), from what the activation made of x. */
void ond_activation_derive(ond_activation activation, const float *values, float *slope, size_t count);

/* "relu", "sigmoid", …, ended by NULL, in the order of the enumeration. */
extern const char *const ond_activation_names[];

#endif
