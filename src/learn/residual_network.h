/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_RESIDUAL_NETWORK_H
#define OND_LEARN_RESIDUAL_NETWORK_H

#include <ondelet/tensors.h>

#include <stdint.h>

/* Convolutions of 3 x 3 with zeros around the picture, in pairs that add to what they were given:
 *   h = ReLU(c_0 * x + b_0),  h ← h + b'_k + c'_k * ReLU(c_k * h + b_k) for k = 1…pairs,  y = c_last * h + b_last.
 * Each pair is a layered thresholding (non-negative, thresholds −b) and a product with a second dictionary:
 * Papyan, Romano & Elad, JMLR 18, 2017, eq. (12); He et al., CVPR 2016, for the sums. Shared by threads once made. */
typedef struct ond_residual_network ond_residual_network;

typedef struct ond_residual_shape {
    size_t inputs, hidden, outputs, pairs;
} ond_residual_shape;

/* Normal weights after He et al., ICCV 2015; the last layer is zero, so that a new network answers 0.
 * @retval OND_ERROR_MEMORY */
ond_status ond_residual_network_create(ond_residual_shape shape, uint64_t seed, ond_residual_network **network);
void ond_residual_network_destroy(ond_residual_network *network);
ond_residual_shape ond_residual_network_shape(const ond_residual_network *network);

/* All weights and biases in one row, for optimisers. */
size_t ond_residual_network_parameter_count(const ond_residual_network *network);
float *ond_residual_network_parameters(ond_residual_network *network);

/* Tensors "layer0.weight" [3, 3, inputs, outputs] (row, column), "layer0.bias" [outputs], "layer1.weight", …
 * @retval OND_ERROR_FORMAT  layers that are missing or do not fit each other */
ond_status ond_residual_network_read(const ond_tensors *tensors, ond_residual_network **network);
ond_status ond_residual_network_write(const ond_residual_network *network, ond_tensors *tensors);

/* input [height, width, inputs] → output [height, width, outputs]. Memory: two pictures of hidden channels. The bits do
 * not depend on the number of threads. */
ond_status ond_residual_network_apply(const ond_residual_network *network, size_t height, size_t width,
                                      const float *input, float *output);

/* loss = weight Σ (y − wanted)² for one picture; its gradient with respect to the parameters is written to `gradient`.
 * Memory: 2 pairs + 3 pictures of hidden channels. One thread. */
ond_status ond_residual_network_gradient(const ond_residual_network *network, size_t height, size_t width,
                                         const float *input, const float *wanted, double weight, double *loss,
                                         float *gradient);

#endif
