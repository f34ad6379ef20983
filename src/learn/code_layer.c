/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/code_layer.h"

#include "core/vector.h"
#include "learn/gemm.h"

#include <string.h>

size_t ond_code_layer_signal_size(const ond_code_layer *layer)
{
    return layer->height * layer->width * layer->channels;
}

size_t ond_code_layer_code_size(const ond_code_layer *layer)
{
    return layer->rows * layer->columns * layer->codes;
}

static size_t patch_size(const ond_code_layer *layer)
{
    return layer->side * layer->side * layer->channels;
}

size_t ond_code_layer_dictionary_size(const ond_code_layer *layer)
{
    return patch_size(layer) * layer->codes;
}

size_t ond_code_layer_scratch_size(const ond_code_layer *layer)
{
    return layer->rows * layer->columns * patch_size(layer);
}

/* First sample of row `row` of the patch of a code. */
static size_t patch_row(const ond_code_layer *layer, size_t code_row, size_t code_column, size_t row)
{
    return ((code_row * layer->stride + row) * layer->width + code_column * layer->stride) * layer->channels;
}

/* One patch is all of a picture: the signal is the matrix of patches. */
static bool is_whole(const ond_code_layer *layer)
{
    return layer->side == layer->height && layer->side == layer->width;
}

static const float *gather(const ond_code_layer *layer, size_t items, const float *signal, float *scratch)
{
    size_t run = layer->side * layer->channels;
    float *patches = scratch;
    if (is_whole(layer)) {
        return signal;
    }
    for (size_t item = 0; item < items; item++) {
        const float *from = signal + item * ond_code_layer_signal_size(layer);
        for (size_t row = 0; row < layer->rows; row++) {
            for (size_t column = 0; column < layer->columns; column++) {
                for (size_t k = 0; k < layer->side; k++) {
                    memcpy(patches, from + patch_row(layer, row, column, k), run * sizeof *patches);
                    patches += run;
                }
            }
        }
    }
    return scratch;
}

OND_HOT static void add_run(float *restrict to, const float *restrict from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[i] += from[i];
    }
}

/* The adjoint of gather. */
static void spread(const ond_code_layer *layer, size_t items, const float *patches, float *signal)
{
    size_t run = layer->side * layer->channels;
    memset(signal, 0, items * ond_code_layer_signal_size(layer) * sizeof *signal);
    for (size_t item = 0; item < items; item++) {
        float *to = signal + item * ond_code_layer_signal_size(layer);
        for (size_t row = 0; row < layer->rows; row++) {
            for (size_t column = 0; column < layer->columns; column++) {
                for (size_t k = 0; k < layer->side; k++) {
                    add_run(to + patch_row(layer, row, column, k), patches, run);
                    patches += run;
                }
            }
        }
    }
}

static void analyse(const ond_code_layer *layer, const float *dictionary, size_t items, const float *signal, bool add,
                    float *scratch, float *codes)
{
    const float *patches = gather(layer, items, signal, scratch);
    ond_product product = {
        .rows = items * layer->rows * layer->columns,
        .columns = layer->codes,
        .inner = patch_size(layer),
        .add = add,
    };
    ond_gemm_alone(&product, patches, dictionary, codes);
}

void ond_code_layer_analyse(const ond_code_layer *layer, const float *dictionary, size_t items, const float *signal,
                            float *scratch, float *codes)
{
    analyse(layer, dictionary, items, signal, false, scratch, codes);
}

void ond_code_layer_add_analysis(const ond_code_layer *layer, const float *dictionary, size_t items,
                                 const float *signal, float *scratch, float *codes)
{
    analyse(layer, dictionary, items, signal, true, scratch, codes);
}

void ond_code_layer_synthesise(const ond_code_layer *layer, const float *dictionary, size_t items, const float *codes,
                               float *scratch, float *signal)
{
    ond_product product = {
        .rows = items * layer->rows * layer->columns,
        .columns = patch_size(layer),
        .inner = layer->codes,
        .transpose_right = true,
    };
    ond_gemm_alone(&product, codes, dictionary, is_whole(layer) ? signal : scratch);
    if (!is_whole(layer)) {
        spread(layer, items, scratch, signal);
    }
}

void ond_code_layer_correlate(const ond_code_layer *layer, size_t items, const float *signal, const float *codes,
                              float *scratch, float *sums)
{
    const float *patches = gather(layer, items, signal, scratch);
    ond_product product = {
        .rows = patch_size(layer),
        .columns = layer->codes,
        .inner = items * layer->rows * layer->columns,
        .transpose_left = true,
        .add = true,
    };
    ond_gemm_alone(&product, patches, codes, sums);
}
