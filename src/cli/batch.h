/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_BATCH_H
#define OND_CLI_BATCH_H

#include "cli/feature_output.h"

/* Images of one size that go through the cascade together. */
typedef struct feature_batch {
    ond_array images; /* [capacity, height, width] or [capacity, 3, height, width] */
    ond_array features;
    image_origin *origins;
    size_t count, capacity;
    size_t height, width;
} feature_batch;

typedef struct feature_job {
    const features_request *request;
    const input_list *inputs;
    feature_plans plans;
    feature_output output;
    feature_batch batch;
    size_t height, width;      /* of the first image, when all must have its size */
    image_place before, after; /* of the image at hand */
    size_t size_named;         /* for complain_of_size */
} feature_job;

/* Checks an image and puts it into the batch; computes the batch when it is full or the image is of another size. */
void batch_take(feature_job *job, const image_origin *origin, ond_array *image);
/* Computes an image that is too large for memory, behind what is in the batch. */
void batch_take_stored(feature_job *job, const image_origin *origin, const ond_planes *image);
/* Computes what is in the batch and writes its rows; all images before `place` are done then. */
void batch_flush(feature_job *job, image_place place);
/* Whether an image can be computed, after a complaint; the first one says what size all must have. */
bool batch_accepts(feature_job *job, const image_origin *origin, ond_array *image);
bool batch_accepts_stored(feature_job *job, const image_origin *origin, const ond_planes *image);
void batch_free(feature_job *job);

#endif
