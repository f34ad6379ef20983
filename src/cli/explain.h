/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_EXPLAIN_H
#define OND_CLI_EXPLAIN_H

#include "cli/feature_walk.h"

typedef struct predict_config {
    int first; /* images; 0: all */
    ond_relevance_rule rule;
} predict_config;

typedef struct predict_request {
    cli_request common;
    predict_config own;
    const char *explain;
} predict_request;

enum { SHEET_IMAGES = 24 };

/* The first images with what speaks for their decisions. */
typedef struct explanation_sheet {
    const ond_model *model;
    ond_relevance_rule rule;
    ond_array images[SHEET_IMAGES], relevance[SHEET_IMAGES]; /* [height, width], as the cascade saw them */
    size_t decisions[SHEET_IMAGES];
    size_t count, left_out;
} explanation_sheet;

/* `image` [height, width] or [3, height, width]. */
ond_status sheet_take(explanation_sheet *sheet, const ond_array *image, size_t decision);
/* One picture: image and relevance side by side, several pairs in a row. */
ond_status sheet_write(const explanation_sheet *sheet, const char *path);
void sheet_free(explanation_sheet *sheet);

#endif
