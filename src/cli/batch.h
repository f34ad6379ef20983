/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_BATCH_H
#define OND_CLI_BATCH_H

#include "cli/features.h"
#include "cli/rows.h"
#include "cli/sidecar.h"

/* Images of one size that go through the cascade together. */
typedef struct feature_batch {
    ond_array images; /* [capacity, height, width] or [capacity, 3, height, width] */
    ond_array features;
    image_origin *origins;
    size_t count, capacity;
    size_t height, width;
    size_t run; /* images of this size in a row, those of earlier batches too */
} feature_batch;

typedef struct feature_job {
    const features_request *request;
    const input_list *inputs;
    feature_plans plans;
    sidecar_set sidecars;
    feature_rows rows;
    feature_batch batch;
    size_t height, width; /* of the first image, when all must have its size */
    size_t done, failed;
    bool broken; /* an output cannot be written: there is no sense in going on */
} feature_job;

/* Checks an image and puts it into the batch; computes the batch when it is full or the image is of another size. */
void batch_take(feature_job *job, const image_origin *origin, ond_array *image);
/* Computes what is in the batch and writes its rows. */
void batch_flush(feature_job *job);
void batch_free(feature_job *job);

#endif
