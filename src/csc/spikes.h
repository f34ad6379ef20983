/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_SPIKES_H
#define OND_CSC_SPIKES_H

#include "csc/dictionary.h"

#include <stdint.h>

enum { OND_SPIKE_SLACK = 8 }; /* nonzeros are listed by so many */

/* A nonzero code: where the filter's first value falls in a padded image, and what it is multiplied by. */
typedef struct ond_spike {
    uint32_t place;
    float value;
} ond_spike;

/* Filters whose rows are padded with zeros to whole vectors, and the padded images that they are put into: these have
 * room for a filter that begins at the last pixel. */
typedef struct ond_taps {
    size_t atoms, channels, filter_height, filter_width;
    size_t height, width;
    size_t line;                        /* floats of a filter's row */
    size_t padded_height, padded_width; /* of an image */
    float *values;                      /* [atoms, channels, filter height, line] */
} ond_taps;

/* All but `values`, for images of this size. */
ond_taps ond_taps_measure(const ond_dictionary *dictionary, size_t height, size_t width);
/* Floats of `values`, and of a padded image. */
size_t ond_taps_size(const ond_taps *taps);
size_t ond_taps_padded(const ond_taps *taps);
void ond_taps_load(ond_taps *taps, const ond_dictionary *dictionary);

/* Nanoseconds of one nonzero in a sum, about (measured on one core of an EPYC; only ratios matter): one per vector. */
double ond_taps_cost(const ond_taps *taps);

/* images += Σ d * y for the nonzeros of one atom. @param images  [channels] padded images */
void ond_taps_add(const ond_taps *taps, size_t atom, const ond_spike *spikes, size_t count, float *images);

/* products = dᵀ image at the places of the spikes. @param images  [channels] padded images, with what follows the end
 * of a row or column in the padding: anything finite, where no filter reaches */
void ond_taps_correlate(const ond_taps *taps, size_t atom, const ond_spike *spikes, size_t count, const float *images,
                        float *products);

/* sum += a row of a padded image, with what was put behind the end of the plane. */
void ond_taps_fold_row(const ond_taps *taps, const float *image, size_t row, float *sum);

#endif
