/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_RESIDUAL_LAYERS_H
#define OND_LEARN_RESIDUAL_LAYERS_H

#include "learn/residual_network.h"

enum { OND_RESIDUAL_MOST_PAIRS = 32, OND_RESIDUAL_MOST_LAYERS = 2 * OND_RESIDUAL_MOST_PAIRS + 2 };

typedef struct ond_residual_layer {
    size_t inputs, outputs;
    float *weight; /* [3, 3, inputs, outputs] */
    float *bias;   /* [outputs] */
} ond_residual_layer;

struct ond_residual_network {
    ond_residual_shape shape;
    size_t count; /* layers */
    ond_residual_layer layers[OND_RESIDUAL_MOST_LAYERS];
    size_t parameter_count;
    float *parameters; /* weight and bias of each layer, one behind the other */
};

/* The layers of a shape, over `parameters` where it is not NULL. Returns how many floats they take. */
size_t ond_residual_layers(ond_residual_shape shape, float *parameters, ond_residual_layer *layers);

/* A picture with a border of zeros one pixel wide: [height + 2, width + 2, channels]. */
typedef struct ond_framed {
    size_t height, width, channels;
    float *data;
} ond_framed;

size_t ond_framed_stride(const ond_framed *picture);
/* Cleared. */
ond_status ond_framed_allocate(size_t height, size_t width, size_t channels, ond_framed *picture);
void ond_framed_free(ond_framed *picture);
/* Between the inside of the frame and [height, width, channels]. */
void ond_framed_fill(const float *pixels, const ond_framed *to);
void ond_framed_copy(const ond_framed *from, float *pixels);

/* What a convolution does with its sums. */
typedef struct ond_convolution_mode {
    bool add;       /* to what `to` holds */
    bool rectified; /* ReLU behind the bias */
    int workers;
} ond_convolution_mode;

/* to = layer * from (+ to). `from` and `to` are different pictures of one size. */
ond_status ond_convolve(const ond_residual_layer *layer, const ond_framed *from, ond_convolution_mode mode,
                        const ond_framed *to);

#endif
