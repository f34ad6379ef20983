/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_FEATURES_H
#define OND_TASKS_EDGE_FEATURES_H

#include "tasks/edge_squares.h"

#include <ondelet/array.h>

/* One scale of an image: for each place, next to each other, with C channels and O orientations:
 *   C x O  log-moduli of the bands
 *   O      log of the locally averaged modulus of channel 0
 *   C − 1  log of the locally averaged sum of moduli of the other channels
 *   C      means */
typedef struct ond_edge_cells {
    size_t height, width, size; /* size: numbers of a place */
    float *values;
} ond_edge_cells;

/* Second order: energies of the finest scales, filtered again at the coarsest. */
enum { OND_EDGE_ENERGIES = 2, OND_EDGE_SECOND_SCALE = 2 };

/* What is known of an image before features of single pixels are gathered. Logarithms are log(1 + 100 |x|). */
typedef struct ond_edge_scene {
    const ond_edge_bank *bank;
    size_t channels; /* 1 or 3 */
    ond_edge_bands bands[3];
    ond_edge_cells cells[OND_EDGE_SCALES];
    ond_edge_squares squares[OND_EDGE_SCALES];
    ond_edge_bands second[OND_EDGE_ENERGIES]; /* of Σ_o |c(s, o)|, s = 0, 1, of channel 0; from SECOND_SCALE on */
} ond_edge_scene;

/* @param channels  [height, width] or [3, height, width], of the bank's size */
ond_status ond_edge_scene_create(const ond_edge_bank *bank, const ond_array *channels, ond_edge_scene *scene);
void ond_edge_scene_destroy(ond_edge_scene *scene);

/* The frame of a pixel: the direction across its strongest edge, from dark to bright. */
typedef struct ond_edge_frame {
    int orientation;  /* of the bank */
    int sign;         /* −1: the direction points the other way */
    double normal[2]; /* row, column; a unit vector */
} ond_edge_frame;

ond_edge_frame ond_edge_frame_at(const ond_edge_scene *scene, size_t row, size_t column);

/* Number of features of a pixel for images with so many channels. */
size_t ond_edge_feature_count(size_t channels);

/* Features of one pixel, in its frame: turning the image by a multiple of the orientations' step leaves them as they
 * are. */
void ond_edge_features_at(const ond_edge_scene *scene, size_t row, size_t column, float *features);

/* Where each feature of the mirrored image is among those of the image. @param places  ond_edge_feature_count */
void ond_edge_feature_mirror(size_t channels, size_t *places);

#endif
