/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/spikes.h"

#include "core/vector.h"

#include <string.h>

enum { VECTOR = 8, LANES = 16 };

ond_taps ond_taps_measure(const ond_dictionary *dictionary, size_t height, size_t width)
{
    const ond_dictionary_info *info = &dictionary->info;
    size_t line = (info->filter_width + VECTOR - 1) / VECTOR * VECTOR;
    return (ond_taps){.atoms = info->atoms,
                      .channels = info->channels,
                      .filter_height = info->filter_height,
                      .filter_width = info->filter_width,
                      .height = height,
                      .width = width,
                      .line = line,
                      .padded_height = height + info->filter_height - 1,
                      .padded_width = (width + line + LANES - 2) / LANES * LANES};
}

size_t ond_taps_size(const ond_taps *taps)
{
    return taps->atoms * taps->channels * taps->filter_height * taps->line;
}

size_t ond_taps_padded(const ond_taps *taps)
{
    return taps->padded_height * taps->padded_width;
}

void ond_taps_load(ond_taps *taps, const ond_dictionary *dictionary)
{
    memset(taps->values, 0, ond_taps_size(taps) * sizeof *taps->values);
    for (size_t row = 0; row < taps->atoms * taps->channels * taps->filter_height; row++) {
        memcpy(taps->values + row * taps->line, dictionary->values + row * taps->filter_width,
               taps->filter_width * sizeof *taps->values);
    }
}

double ond_taps_cost(const ond_taps *taps)
{
    return (double)(taps->channels * taps->filter_height * (taps->line / VECTOR));
}

OND_HOT static void add_filters(const ond_spike *restrict spikes, size_t count, const float *restrict filter,
                                size_t filter_height, size_t line, size_t stride, float *restrict image)
{
    for (size_t s = 0; s < count; s++) {
        float *to = image + spikes[s].place;
        float value = spikes[s].value;
        for (size_t row = 0; row < filter_height; row++) {
            for (size_t i = 0; i < line; i += VECTOR) {
                for (size_t k = 0; k < VECTOR; k++) {
                    to[row * stride + i + k] += value * filter[row * line + i + k];
                }
            }
        }
    }
}

/* products += */
OND_HOT static void add_products(const ond_spike *restrict spikes, size_t count, const float *restrict filter,
                                 size_t filter_height, size_t line, size_t stride, const float *restrict image,
                                 float *restrict products)
{
    for (size_t s = 0; s < count; s++) {
        const float *from = image + spikes[s].place;
        float lane[VECTOR] = {0};
        for (size_t row = 0; row < filter_height; row++) {
            for (size_t i = 0; i < line; i += VECTOR) {
                for (size_t k = 0; k < VECTOR; k++) {
                    lane[k] += from[row * stride + i + k] * filter[row * line + i + k];
                }
            }
        }
        products[s] += ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    }
}

static const float *filter_of(const ond_taps *taps, size_t atom, size_t channel)
{
    return taps->values + (atom * taps->channels + channel) * taps->filter_height * taps->line;
}

void ond_taps_add(const ond_taps *taps, size_t atom, const ond_spike *spikes, size_t count, float *images)
{
    for (size_t c = 0; count > 0 && c < taps->channels; c++) {
        add_filters(spikes, count, filter_of(taps, atom, c), taps->filter_height, taps->line, taps->padded_width,
                    images + c * ond_taps_padded(taps));
    }
}

void ond_taps_correlate(const ond_taps *taps, size_t atom, const ond_spike *spikes, size_t count, const float *images,
                        float *products)
{
    memset(products, 0, count * sizeof *products);
    for (size_t c = 0; count > 0 && c < taps->channels; c++) {
        add_products(spikes, count, filter_of(taps, atom, c), taps->filter_height, taps->line, taps->padded_width,
                     images + c * ond_taps_padded(taps), products);
    }
}

void ond_taps_fold_row(const ond_taps *taps, const float *image, size_t row, float *sum)
{
    for (size_t i = row; i < taps->padded_height; i += taps->height) {
        const float *line = image + i * taps->padded_width;
        ond_vector_add_scaled(sum, 1, line, taps->width);
        ond_vector_add_scaled(sum, 1, line + taps->width, taps->filter_width - 1);
    }
}
