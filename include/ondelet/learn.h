/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_LEARN_H
#define ONDELET_LEARN_H

#include <ondelet/array.h>
#include <ondelet/option.h>
#include <ondelet/tensors.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The function between the layers of a network, applied to each number. */
typedef enum ond_activation {
    OND_ACTIVATION_RELU,        /**< max(x, 0) */
    OND_ACTIVATION_SIGMOID,     /**< 1 / (1 + exp(−x)) */
    OND_ACTIVATION_TANH,        /**< tanh x */
    OND_ACTIVATION_SMOOTH_RELU, /**< log(1 + exp x) */
    OND_ACTIVATION_IDENTITY     /**< x */
} ond_activation;

#ifdef __cplusplus
}
#endif

#endif
