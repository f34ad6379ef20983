/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_SAMPLES_H
#define OND_LEARN_SAMPLES_H

#include "core/status.h"

#include <ondelet/array.h>

#include <stdint.h>

/* Labelled rows, checked. */
typedef struct ond_samples {
    const float *features; /* [count, columns], the caller's */
    size_t count, columns;
    uint32_t *labels; /* [count], each below `classes` */
    size_t classes;
    size_t *class_counts; /* [classes], each at least 2 */
} ond_samples;

ond_status ond_samples_create(const ond_array *features, const ond_array *labels, ond_samples *samples);
void ond_samples_free(ond_samples *samples);

/* Rows to learn from and rows held out, in rising order. */
typedef struct ond_split {
    uint32_t *training, *validation;
    size_t training_count, validation_count;
} ond_split;

/* Every class gives its share. `fold` of `folds` (2 or more): every row is held out in one of them.
 * `folds` 0: the given share of the rows, of each class at least one and not all.
 * `most`: rows to learn from, and twice as many held out, chosen evenly over the classes, so that choices take seconds;
 * 0: all */
ond_status ond_split_create(const ond_samples *samples, int fold, int folds, double share, size_t most, uint64_t seed,
                            ond_split *split);
/* No more folds than the smallest class has samples; 0 stays. */
int ond_folds_possible(const ond_samples *samples, int folds);
void ond_split_free(ond_split *split);

/* Weights that let every class weigh the same, of mean 1 over all rows: [classes]. */
void ond_class_weights(const ond_samples *samples, bool balance, float *weights);

#endif
