/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_SAMPLES_H
#define OND_TASKS_EDGE_SAMPLES_H

#include "core/random.h"
#include "core/status.h"

#include <ondelet/array.h>

#include <stdint.h>

/* Pixels that are learned from. */
typedef struct ond_edge_samples {
    size_t count, room;
    uint32_t *pixels;
    float *labels;  /* share of the annotators who see a boundary, fading with the distance */
    float *weights; /* inverse chance of being chosen; 1 on average */
} ond_edge_samples;

ond_status ond_edge_samples_create(size_t room, ond_edge_samples *samples);
void ond_edge_samples_destroy(ond_edge_samples *samples);

/* Adds about `most` pixels of a picture, or what there is room for: half of them near boundaries, the others anywhere
 * else, the more likely the stronger the picture's gradient is there.
 * @param image  [height, width]  @param truth  [annotators, height, width] */
ond_status ond_edge_samples_add(ond_edge_samples *samples, const ond_array *image, const ond_array *truth,
                                double softness_px, size_t most, ond_random *random);

#endif
