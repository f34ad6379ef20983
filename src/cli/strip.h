/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_STRIP_H
#define OND_CLI_STRIP_H

#include "cli/picture.h"
#include "cli/score.h"

/* What a comparison picture shows. Images are [height, width] or [3, height, width], all of one shape. */
typedef struct strip_images {
    const ond_array *noisy, *clean;
    const ond_array *reference; /* or NULL */
    value_range range;          /* black and white */
    /* Second lines under the titles "noisy" and "denoised". */
    const char *noisy_facts, *clean_facts;
} strip_images;

/* A picture of noisy, denoised, the reference when there is one, and what was removed, amplified around gray; below
 * each a magnified detail. */
ond_status strip_draw(const strip_images *images, picture_sink sink);

#endif
