/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_FEATURE_WALK_H
#define OND_CLI_FEATURE_WALK_H

#include "cli/images.h"

/* Neighbouring images of one size on their way through an extractor. */
typedef struct feature_block {
    size_t count;
    const image_origin *origins; /* [count] */
    const size_t *ordinals;      /* [count], among all images of the inputs, those that failed too */
    ond_array images;            /* [count, height, width] or [count, 3, height, width]; empty for rows of features */
    ond_array features;          /* [count, features] */
} feature_block;

/* Returns false to end the walk. */
typedef bool (*block_taker)(void *context, const feature_block *block);

/* Takes the images of all inputs through an extractor, in batches of one size, one batch in memory at a time. */
typedef struct feature_walk {
    const input_list *inputs;
    const ond_extractor *extractor; /* NULL: the inputs are array files whose items are features */
    size_t most;                    /* images; 0: all */
    size_t wanted;                  /* features that every image must give; 0: as many as the first one gives */
    size_t height, width;           /* of the image that they were counted on, for messages; 0: unknown */
    bool is_trained;                /* the extractor is a model's */
    bool mixed;                     /* images of more than one size came */
    block_taker take;
    void *context;
    size_t done, failed; /* images; failures were complained of */
    size_t size_named;   /* for complain_of_size */
} feature_walk;

/* False when the taker ended the walk or a signal did. */
bool feature_walk_run(feature_walk *walk);

#endif
