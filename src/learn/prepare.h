/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_PREPARE_H
#define OND_LEARN_PREPARE_H

#include "core/status.h"

#include <ondelet/learn.h>

#include <stdint.h>

/* What is done to features before a decision: z = P ((map(x) − mean) · scale). */
typedef struct ond_prepare {
    ond_feature_map map;
    size_t inputs, outputs;
    float map_scale;   /* 1 / s of OND_FEATURE_LOG */
    float *mean;       /* [inputs] */
    float *scale;      /* [inputs] */
    float *components; /* P, [outputs, inputs]; NULL: none, and outputs = inputs */
    double spread;     /* mean of ‖z‖² over the samples it was made from */
} ond_prepare;

/* Which rows of a matrix: `items` NULL means the first `count`. */
typedef struct ond_rows {
    const float *features; /* [.., columns] */
    size_t columns;
    const uint32_t *items;
    size_t count;
} ond_rows;

/* Mean and scale from all rows; components from at most 16384 of them, evenly chosen. Fewer components are kept where
 * the rows have no more directions. */
ond_status ond_prepare_create(const ond_head_config *config, const ond_rows *rows, ond_prepare **prepare);
void ond_prepare_destroy(ond_prepare *prepare);

/* z of every row, [rows->count, outputs], on all threads. */
ond_status ond_prepare_apply(const ond_prepare *prepare, const ond_rows *rows, float *z);

/* The transposed derivative at one sample x [inputs]: a gradient with respect to z becomes one with respect to x. */
void ond_prepare_derive(const ond_prepare *prepare, const float *x, const float *z_gradient, float *x_gradient);

/* At most `most` of the rows, evenly chosen; `items` is memory that `some` points to. */
ond_status ond_rows_choose(const ond_rows *rows, size_t most, ond_rows *some, uint32_t **items);

/* Gives a preparation that has a mean and a scale its principal components, up to `count`. */
ond_status ond_components_find(ond_prepare *prepare, const ond_rows *rows, size_t count, bool whiten);

#endif
