/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FILTERS_BANDS_H
#define OND_FILTERS_BANDS_H

#include "fft/fft.h"
#include "filters/filters.h"
#include "filters/strips.h"

#include <ondelet/bands.h>

/* One size that bands are transformed at. */
typedef struct ond_band_grid {
    size_t row_step, column_step;
    ond_fft *fft; /* NULL where there are strips */
} ond_band_grid;

/* What is known of one band. */
typedef struct ond_band_part {
    double noise_gain;
    size_t grid;                     /* in the plan's list */
    size_t column_begin, column_end; /* of the half spectrum that its filter reaches; whole strips */
    ond_strip_range strips;          /* likewise, where there are */
    const float *weights;            /* of column 0 of the strips */
} ond_band_part;

struct ond_bands {
    ond_filters *filters;
    ond_bands_config config;
    ond_band_part *parts; /* one per filter */
    ond_band_grid *grids; /* the first is the whole grid */
    size_t grid_count;
    ond_real_fft *real; /* strips: every band keeps every pixel, and the sizes are what they take; else NULL */
    float *weights;     /* of all parts */
};

/* Sums are made of a fixed number of groups of bands, which are added in order: the bits do not depend on the number of
 * threads. */
enum { OND_BAND_GROUPS = 4 };

/* What a run does with its bands. */
typedef struct ond_bands_job {
    const ond_bands *bands;
    const ond_array *images; /* NULL: there is no analysis, the function brings the coefficients */
    size_t count;            /* of images */
    bool by_rows;            /* the function sees a few rows at a time */
    ond_band_function function;
    void *context;
    ond_array (*planes)(void *context, size_t band); /* instead of a function: where a band's coefficients go to or come
                                                        from, an array of its height and width */
    bool checked;                                    /* coefficients in planes that are not finite are an error */
    float *result;                                   /* NULL: there is no synthesis */
} ond_bands_job;

ond_status ond_bands_run(const ond_bands_job *job);

/* The two ways: planes by the FFT library, and strips (bands_strips.c). */
ond_status ond_bands_run_planes(const ond_bands_job *job);
ond_status ond_bands_run_strips(const ond_bands_job *job);

#endif
