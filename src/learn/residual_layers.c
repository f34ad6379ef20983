/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/residual_layers.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/vector.h"
#include "learn/gemm.h"

#include <string.h>

enum { BLOCK_POSITIONS = 512 /* about as many pixels a matrix product takes at once: their channels fit the cache */ };

size_t ond_framed_stride(const ond_framed *picture)
{
    return (picture->width + 2) * picture->channels;
}

ond_status ond_framed_allocate(size_t height, size_t width, size_t channels, ond_framed *picture)
{
    size_t shape[3] = {height + 2, width + 2, channels};
    size_t count = 0;
    OND_TRY(ond_shape_count(3, shape, &count));
    *picture = (ond_framed){height, width, channels, ond_memory_allocate_zero(count, sizeof(float))};
    return picture->data ? OND_OK : OND_ERROR_MEMORY;
}

void ond_framed_free(ond_framed *picture)
{
    ond_memory_free(picture->data);
    *picture = (ond_framed){0};
}

void ond_framed_fill(const float *pixels, const ond_framed *to)
{
    size_t row = to->width * to->channels;
    for (size_t i = 0; i < to->height; i++) {
        memcpy(to->data + (i + 1) * ond_framed_stride(to) + to->channels, pixels + i * row, row * sizeof *pixels);
    }
}

void ond_framed_copy(const ond_framed *from, float *pixels)
{
    size_t row = from->width * from->channels;
    for (size_t i = 0; i < from->height; i++) {
        memcpy(pixels + i * row, from->data + (i + 1) * ond_framed_stride(from) + from->channels, row * sizeof *pixels);
    }
}

typedef struct convolution {
    const ond_residual_layer *layer;
    const ond_framed *from, *to;
    ond_convolution_mode mode;
    size_t block_rows;
} convolution;

OND_HOT static void add_bias(const float *restrict bias, size_t channels, size_t width, bool rectified,
                             float *restrict row)
{
    for (size_t i = 0; i < width; i++) {
        for (size_t channel = 0; channel < channels; channel++) {
            float value = row[i * channels + channel] + bias[channel];
            row[i * channels + channel] = rectified && value < 0 ? 0 : value;
        }
    }
}

/* Each of the nine taps is one product of matrices, [positions, inputs] · [inputs, outputs]. The positions run through
 * the frame between the rows, where zeros replace the result. */
static ond_status convolve_block(void *context, size_t block, int worker)
{
    (void)worker;
    const convolution *c = context;
    const ond_framed *from = c->from;
    const ond_framed *to = c->to;
    size_t first = block * c->block_rows;
    size_t rows = from->height - first < c->block_rows ? from->height - first : c->block_rows;
    float *begin = to->data + (first + 1) * ond_framed_stride(to) + to->channels;
    for (size_t tap = 0; tap < 9; tap++) {
        ond_product product = {
            .rows = (rows - 1) * (from->width + 2) + from->width,
            .columns = to->channels,
            .inner = from->channels,
            .add = c->mode.add || tap > 0,
        };
        const float *pixels = from->data + (first + tap / 3) * ond_framed_stride(from) + tap % 3 * from->channels;
        ond_gemm_alone(&product, pixels, c->layer->weight + tap * from->channels * to->channels, begin);
    }
    for (size_t row = 0; row < rows; row++) {
        float *line = begin + row * ond_framed_stride(to);
        add_bias(c->layer->bias, to->channels, to->width, c->mode.rectified, line);
        if (row + 1 < rows) {
            memset(line + to->width * to->channels, 0, 2 * to->channels * sizeof *line);
        }
    }
    return OND_OK;
}

ond_status ond_convolve(const ond_residual_layer *layer, const ond_framed *from, ond_convolution_mode mode,
                        const ond_framed *to)
{
    size_t rows = BLOCK_POSITIONS / (from->width + 2);
    convolution c = {layer, from, to, mode, rows ? rows : 1};
    size_t blocks = (from->height + c.block_rows - 1) / c.block_rows;
    return ond_parallel_for(blocks, mode.workers, convolve_block, &c);
}

static ond_status run_layers(const ond_residual_network *network, const ond_framed *input, const ond_framed hidden[2],
                             const ond_framed *output)
{
    size_t last = network->count - 1;
    int workers = ond_parallel_workers(input->height);
    ond_convolution_mode rectify = {false, true, workers};
    ond_convolution_mode add = {true, false, workers};
    OND_TRY(ond_convolve(&network->layers[0], input, rectify, &hidden[0]));
    for (size_t i = 1; i < last; i += 2) {
        OND_TRY(ond_convolve(&network->layers[i], &hidden[0], rectify, &hidden[1]));
        OND_TRY(ond_convolve(&network->layers[i + 1], &hidden[1], add, &hidden[0]));
    }
    return ond_convolve(&network->layers[last], &hidden[0], (ond_convolution_mode){false, false, workers}, output);
}

ond_status ond_residual_network_apply(const ond_residual_network *network, size_t height, size_t width,
                                      const float *input, float *output)
{
    const size_t channels[4]
        = {network->shape.inputs, network->shape.hidden, network->shape.hidden, network->shape.outputs};
    ond_framed pictures[4] = {{0}};
    ond_status status = OND_OK;
    for (size_t i = 0; i < 4 && status == OND_OK; i++) {
        status = ond_framed_allocate(height, width, channels[i], &pictures[i]);
    }
    if (status == OND_OK) {
        ond_framed_fill(input, &pictures[0]);
        status = run_layers(network, &pictures[0], &pictures[1], &pictures[3]);
    }
    if (status == OND_OK) {
        ond_framed_copy(&pictures[3], output);
    }
    for (size_t i = 0; i < 4; i++) {
        ond_framed_free(&pictures[i]);
    }
    return status;
}
