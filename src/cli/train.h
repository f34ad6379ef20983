/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_TRAIN_H
#define OND_CLI_TRAIN_H

#include "cli/command.h"
#include "cli/labelled.h"

typedef struct train_config {
    int first;     /* images; 0: all */
    int splits;    /* random splits to measure the error on; 0: none */
    int per_class; /* training images of each class in a split */
    int resume;    /* 0/1 */
} train_config;

typedef struct train_request {
    cli_request common;
    train_config train;
    ond_extractor_config extractor;
    ond_head_config head;
    const char *cache, *curve, *resize, *pad;
} train_request;

/* Features of all images that could be read, with their classes. */
typedef struct training_table {
    ond_array features; /* [rows, features] */
    ond_array labels;   /* [rows] */
    size_t rows, failed;
    const char **names; /* of the classes with two images or more: those of the set, not copied */
    size_t classes;
    size_t height, width; /* of the images; 0: of several sizes, or there are none */
} training_table;

/* One training: progress on stderr, a checkpoint beside the output, a curve. False after a complaint or a signal. */
bool train_head(const train_request *request, const training_table *table, ond_head **head);

/* Features of a set, taken from the cache when it holds them and written to it when not. False when nothing can be
 * trained on, after a complaint. */
bool table_fill(const train_request *request, const labelled_set *set, training_table *table);
void table_free(training_table *table);

/* Settings that suit the images, for those that the user did not give. */
void choose_settings(train_request *request, const labelled_set *set);

/* Error on random splits; see train_config. */
exit_status measure_splits(const train_request *request, const training_table *table);

#endif
