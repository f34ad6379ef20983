/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_NETWORK_H
#define OND_LEARN_NETWORK_H

#include "core/status.h"

#include <ondelet/learn.h>

#include <stdint.h>

/* A feed-forward network of architecture a = (N, ϱ), Berner, Grohs, Kutyniok & Petersen, The modern mathematics of deep
 * learning, 2022, definition 1.4:
 *     x_0 = x,   x_l = ϱ(W_l x_{l−1} + b_l) for l < L,   Φ(x) = W_L x_{L−1} + b_L
 * with W_l of N_l rows and N_{l−1} columns. The last layer has no activation: losses bring their own. */
enum { OND_NETWORK_LAYERS = 16, OND_NETWORK_WIDEST = 1 << 24 };

typedef struct ond_architecture {
    int layers;                           /* L, 1…OND_NETWORK_LAYERS */
    size_t sizes[OND_NETWORK_LAYERS + 1]; /* N_0 (inputs), …, N_L (outputs), each 1…OND_NETWORK_WIDEST */
    ond_activation activation;
} ond_architecture;

typedef struct ond_network {
    ond_architecture architecture;
    size_t parameter_count;
    float *parameters; /* W_1 row by row, b_1, W_2, b_2, … */
} ond_network;

/* All parameters 0: a network of one layer, trained by a convex loss, needs no other start.
 * @retval OND_ERROR_ARGUMENT  a number of layers or a size outside its range */
ond_status ond_network_create(const ond_architecture *architecture, ond_network **network);
void ond_network_destroy(ond_network *network);

/* Seeded random weights, biases 0. Variance 2 / N_{l−1} before ReLU and smooth ReLU (He, Zhang, Ren & Sun, 2015, eq.
 * 10), else 2 / (N_{l−1} + N_l) (Glorot & Bengio, 2010, eq. 12), normal. */
void ond_network_initialize(ond_network *network, uint64_t seed);

/* W_l and b_l for l = 1…layers. */
float *ond_network_weights(const ond_network *network, int layer);
float *ond_network_biases(const ond_network *network, int layer);
/* The place of W_l in a block like `parameters`: a gradient, for example. */
size_t ond_network_offset(const ond_architecture *architecture, int layer);

/* Φ of every row, on all threads; the memory is a few hundred rows per thread, however many there are. A row's output
 * depends on nothing but the row, to rounding.
 * inputs [rows, N_0], outputs [rows, N_L]; finite inputs are the caller's business */
ond_status ond_network_predict(const ond_network *network, const float *inputs, size_t rows, float *outputs);

/* Appends "PREFIX.layerN.weight" [N_l, N_{l−1}], "PREFIX.layerN.bias" [N_l] and the texts "PREFIX.sizes" ("784 100 10")
 * and "PREFIX.activation". */
ond_status ond_network_to_tensors(const ond_network *network, const char *prefix, ond_tensors *tensors);
/* @retval OND_ERROR_FORMAT  a text or an array is missing or does not fit; the message names it */
ond_status ond_network_from_tensors(const ond_tensors *tensors, const char *prefix, ond_network **network);

#endif
