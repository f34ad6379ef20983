/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_CONFUSION_H
#define OND_CLI_CONFUSION_H

#include "cli/picture.h"
#include "cli/report.h"

/* How often images of one class were taken for another. */
typedef struct confusion {
    size_t classes;
    const char *const *names;
    size_t *counts; /* [true class, decided class] */
} confusion;

confusion confusion_create(size_t classes, const char *const *names);
void confusion_free(confusion *table);
void confusion_add(confusion *table, size_t truth, size_t decision);

/* Rows of scores [count, classes], of which the largest decides; labels [count]. */
void confusion_add_scores(confusion *table, const ond_array *scores, const ond_array *labels);
size_t decision_of(const float *scores, size_t classes);

/* Images in the table, and those decided wrongly. */
size_t confusion_total(const confusion *table);
size_t confusion_wrong(const confusion *table);

/* Of one class: precision, recall and F1 = 2 tp / (2 tp + fp + fn); NaN where there is nothing to divide by: a class
 * without images has no recall and no F1. */
typedef struct class_score {
    size_t images;
    double precision, recall, f1;
} class_score;
class_score confusion_score(const confusion *table, size_t index);
/* Mean F1 of the classes that have images. */
double confusion_macro_f1(const confusion *table);

/* Error, per-class scores and, for up to 20 classes, the matrix, to standard output. */
void confusion_print(const confusion *table);
json_t *confusion_json(const confusion *table);
/* The matrix as a picture, rows scaled to 1. */
ond_status confusion_draw(const confusion *table, picture_sink sink);

#endif
