/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FILTERS_BANDS_H
#define OND_FILTERS_BANDS_H

#include "fft/fft.h"
#include "filters/filters.h"

#include <ondelet/bands.h>

/* One size that bands are transformed at. */
typedef struct ond_band_grid {
    size_t row_step, column_step;
    ond_fft *fft;
} ond_band_grid;

/* What is known of one band. */
typedef struct ond_band_part {
    double noise_gain;
    size_t grid;                     /* in the plan's list */
    size_t column_begin, column_end; /* of the half spectrum that its filter reaches; whole strips */
} ond_band_part;

struct ond_bands {
    ond_filters *filters;
    ond_bands_config config;
    ond_band_part *parts; /* one per filter */
    ond_band_grid *grids; /* the first is the whole grid */
    size_t grid_count;
};

/* What a run does with its bands. */
typedef struct ond_bands_job {
    const ond_bands *bands;
    const ond_array *images; /* NULL: there is no analysis, the function brings the coefficients */
    size_t count;            /* of images */
    bool by_rows;            /* the function sees a few rows at a time */
    ond_band_function function;
    void *context;
    float *result; /* NULL: there is no synthesis */
} ond_bands_job;

ond_status ond_bands_run(const ond_bands_job *job);

#endif
