/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/activation.h"

#include <math.h>

const char *const ond_activation_names[] = {"relu", "sigmoid", "tanh", "smooth-relu", "identity", NULL};

static float sigmoid(float x)
{
    /* The exponential never overflows. */
    float e = expf(-fabsf(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

static float smooth_relu(float x)
{
    return fmaxf(x, 0) + log1pf(expf(-fabsf(x)));
}

void ond_activation_apply(ond_activation activation, float *values, size_t count)
{
    switch (activation) {
    case OND_ACTIVATION_RELU:
        for (size_t i = 0; i < count; i++) {
            values[i] = values[i] > 0 ? values[i] : 0;
        }
        break;
    case OND_ACTIVATION_SIGMOID:
        for (size_t i = 0; i < count; i++) {
            values[i] = sigmoid(values[i]);
        }
        break;
    case OND_ACTIVATION_TANH:
        for (size_t i = 0; i < count; i++) {
            values[i] = tanhf(values[i]);
        }
        break;
    case OND_ACTIVATION_SMOOTH_RELU:
        for (size_t i = 0; i < count; i++) {
            values[i] = smooth_relu(values[i]);
        }
        break;
    case OND_ACTIVATION_IDENTITY:
        break;
    }
}

/* With a = activation(x): sigmoid' = a (1 − a), tanh' = 1 − a², smooth-relu' = sigmoid(x) = 1 − exp(−a). */
void ond_activation_derive(ond_activation activation, const float *values, float *slope, size_t count)
{
    switch (activation) {
    case OND_ACTIVATION_RELU:
        for (size_t i = 0; i < count; i++) {
            slope[i] = values[i] > 0 ? slope[i] : 0;
        }
        break;
    case OND_ACTIVATION_SIGMOID:
        for (size_t i = 0; i < count; i++) {
            slope[i] *= values[i] * (1 - values[i]);
        }
        break;
    case OND_ACTIVATION_TANH:
        for (size_t i = 0; i < count; i++) {
            slope[i] *= 1 - values[i] * values[i];
        }
        break;
    case OND_ACTIVATION_SMOOTH_RELU:
        for (size_t i = 0; i < count; i++) {
            slope[i] *= -expm1f(-values[i]);
        }
        break;
    case OND_ACTIVATION_IDENTITY:
        break;
    }
}
