/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FILTERS_FOLD_POINTS_H
#define OND_FILTERS_FOLD_POINTS_H

#include "filters/filters.h"

#include <stdint.h>

/* One frequency of the image's spectrum. */
typedef struct ond_fold_point {
    uint32_t image; /* place of its real parts */
    float value;    /* of the filter */
} ond_fold_point;

/* As ond_fold_table, for stacks of sixteen images (fft/stacked.h): point by point, in the same order, so that each
 * image's sums have the same bits. Eight bytes for each point of the filter's support. */
typedef struct ond_fold_points {
    size_t height, width; /* of the folded planes */
    size_t imaginary;     /* floats from the real to the imaginary parts of the image */
    size_t *column_begin; /* per column: its first point */
    uint32_t *counts;     /* [width, height]: how many points come to each row of a column */
    ond_fold_point *points;
} ond_fold_points;

/* The spectrum of a stack: point (row, column) has the real parts at row · stride + 16 column. */
typedef struct ond_stacked_grid {
    size_t height, width, stride, imaginary;
} ond_stacked_grid;

/* @param height, width  of the folded planes; they divide the image's */
ond_status ond_fold_points_create(const ond_filter *filter, ond_stacked_grid image, size_t height, size_t width,
                                  ond_fold_points **points);
void ond_fold_points_destroy(ond_fold_points *points);

/* One column of the folded planes: the real parts [height, 16], then the imaginary parts. */
void ond_fold_column(const ond_fold_points *points, size_t column, const float *image, float *folded);

#endif
