/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "learn/gemm.h"
#include "learn/residual_layers.h"

#include <string.h>

/* What each layer was given, h_0 … of the forward pass, and two pictures for the way back. */
typedef struct tape {
    const ond_residual_network *network;
    ond_framed given[OND_RESIDUAL_MOST_LAYERS];          /* given[i]: input of layer i */
    ond_framed output;                                   /* of the last layer; then its error */
    ond_framed errors[2];                                /* with respect to h, and to the middle of a pair */
    float *turned;                                       /* the kernel of one layer, for the way back */
    ond_residual_layer layers[OND_RESIDUAL_MOST_LAYERS]; /* gradients, laid out as the parameters */
} tape;

static ond_status allocate(tape *t, size_t height, size_t width)
{
    const ond_residual_network *n = t->network;
    size_t largest = 0;
    for (size_t i = 0; i < n->count; i++) {
        size_t size = 9 * n->layers[i].inputs * n->layers[i].outputs;
        largest = size > largest ? size : largest;
        OND_TRY(ond_framed_allocate(height, width, n->layers[i].inputs, &t->given[i]));
    }
    OND_TRY(ond_framed_allocate(height, width, n->shape.outputs, &t->output));
    for (int i = 0; i < 2; i++) {
        OND_TRY(ond_framed_allocate(height, width, n->shape.hidden, &t->errors[i]));
    }
    t->turned = ond_memory_allocate(largest + n->shape.hidden, sizeof *t->turned);
    return t->turned ? OND_OK : OND_ERROR_MEMORY;
}

static void release(tape *t)
{
    for (size_t i = 0; i < t->network->count; i++) {
        ond_framed_free(&t->given[i]);
    }
    ond_framed_free(&t->output);
    ond_framed_free(&t->errors[0]);
    ond_framed_free(&t->errors[1]);
    ond_memory_free(t->turned);
}

static size_t framed_count(const ond_framed *picture)
{
    return (picture->height + 2) * ond_framed_stride(picture);
}

static const ond_convolution_mode rectify = {false, true, 1};
static const ond_convolution_mode plain = {false, false, 1};
static const ond_convolution_mode sum = {true, false, 1};

static ond_status forward(tape *t)
{
    const ond_residual_layer *layers = t->network->layers;
    size_t last = t->network->count - 1;
    OND_TRY(ond_convolve(&layers[0], &t->given[0], rectify, &t->given[1]));
    for (size_t i = 1; i < last; i += 2) {
        OND_TRY(ond_convolve(&layers[i], &t->given[i], rectify, &t->given[i + 1]));
        memcpy(t->given[i + 2].data, t->given[i].data, framed_count(&t->given[i]) * sizeof(float));
        OND_TRY(ond_convolve(&layers[i + 1], &t->given[i + 1], sum, &t->given[i + 2]));
    }
    return ond_convolve(&layers[last], &t->given[last], plain, &t->output);
}

/* Turns the output into 2 weight (y − wanted) and returns the loss. */
static double turn_into_error(const float *wanted, double weight, const ond_framed *output)
{
    size_t row = output->width * output->channels;
    double loss = 0;
    for (size_t i = 0; i < output->height; i++) {
        float *line = output->data + (i + 1) * ond_framed_stride(output) + output->channels;
        for (size_t k = 0; k < row; k++) {
            double difference = (double)line[k] - (double)wanted[i * row + k];
            loss += difference * difference;
            line[k] = (float)(2 * weight * difference);
        }
    }
    return weight * loss;
}

/* Gradients of kernel and bias from what the layer was given and the error of what it made, whose frame is zero. */
static void collect(const ond_framed *given, const ond_framed *error, const ond_residual_layer *gradient)
{
    ond_product product = {
        .rows = given->channels,
        .columns = error->channels,
        .inner = (error->height - 1) * (error->width + 2) + error->width,
        .transpose_left = true,
    };
    const float *begin = error->data + ond_framed_stride(error) + error->channels;
    for (size_t tap = 0; tap < 9; tap++) {
        const float *pixels = given->data + tap / 3 * ond_framed_stride(given) + tap % 3 * given->channels;
        ond_gemm_alone(&product, pixels, begin, gradient->weight + tap * given->channels * error->channels);
    }
    memset(gradient->bias, 0, error->channels * sizeof(float));
    for (size_t i = 0; i < product.inner; i++) {
        for (size_t channel = 0; channel < error->channels; channel++) {
            gradient->bias[channel] += begin[i * error->channels + channel];
        }
    }
}

/* The adjoint of a convolution is the convolution with the kernel turned about, inputs and outputs exchanged. */
static ond_status back(tape *t, const ond_residual_layer *layer, const ond_framed *error, bool add,
                       const ond_framed *to)
{
    size_t inputs = layer->inputs;
    size_t outputs = layer->outputs;
    for (size_t tap = 0; tap < 9; tap++) {
        const float *from = layer->weight + (8 - tap) * inputs * outputs;
        float *turned = t->turned + tap * inputs * outputs;
        for (size_t in = 0; in < inputs; in++) {
            for (size_t out = 0; out < outputs; out++) {
                turned[out * inputs + in] = from[in * outputs + out];
            }
        }
    }
    float *no_bias = t->turned + 9 * inputs * outputs;
    memset(no_bias, 0, inputs * sizeof *no_bias);
    ond_residual_layer turned = {outputs, inputs, t->turned, no_bias};
    return ond_convolve(&turned, error, add ? sum : plain, to);
}

/* Errors pass a ReLU only where its result was positive. */
static void pass_relu(const ond_framed *result, const ond_framed *error)
{
    size_t count = framed_count(result);
    for (size_t i = 0; i < count; i++) {
        error->data[i] = result->data[i] > 0 ? error->data[i] : 0;
    }
}

static ond_status backward(tape *t)
{
    const ond_residual_layer *layers = t->network->layers;
    size_t last = t->network->count - 1;
    const ond_framed *outer = &t->errors[0];
    const ond_framed *inner = &t->errors[1];
    collect(&t->given[last], &t->output, &t->layers[last]);
    OND_TRY(back(t, &layers[last], &t->output, false, outer));
    for (size_t i = last - 1; i > 1; i -= 2) {
        collect(&t->given[i], outer, &t->layers[i]);
        OND_TRY(back(t, &layers[i], outer, false, inner));
        pass_relu(&t->given[i], inner);
        collect(&t->given[i - 1], inner, &t->layers[i - 1]);
        OND_TRY(back(t, &layers[i - 1], inner, true, outer));
    }
    pass_relu(&t->given[1], outer);
    collect(&t->given[0], outer, &t->layers[0]);
    return OND_OK;
}

ond_status ond_residual_network_gradient(const ond_residual_network *network, size_t height, size_t width,
                                         const float *input, const float *wanted, double weight, double *loss,
                                         float *gradient)
{
    tape *t = ond_memory_allocate_zero(1, sizeof *t);
    if (!t) {
        return OND_ERROR_MEMORY;
    }
    t->network = network;
    (void)ond_residual_layers(network->shape, gradient, t->layers);
    ond_status status = allocate(t, height, width);
    if (status == OND_OK) {
        ond_framed_fill(input, &t->given[0]);
        status = forward(t);
    }
    if (status == OND_OK) {
        *loss = turn_into_error(wanted, weight, &t->output);
        status = backward(t);
    }
    release(t);
    ond_memory_free(t);
    return status;
}
