/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_MODEL_H
#define OND_TASKS_EDGE_MODEL_H

#include "learn/network.h"
#include "tasks/edge_features.h"

#include <ondelet/edges.h>

/* Two networks for gray and two for colour. The first reads the features of a pixel; the second reads them again,
 * together with the features of the first's map and that map's values around the pixel. Both give the logarithm of the
 * odds of an edge. */
typedef struct ond_edge_networks {
    ond_network *first, *second; /* NULL: not in the model */
} ond_edge_networks;

struct ond_edge_model {
    ond_edge_networks gray, color;
};

enum { OND_EDGE_GRID = 5 }; /* points in a row of the second network's look at the map */

/* Number of inputs of the second network. */
size_t ond_edge_context_count(size_t channels);

/* Where each input of the second network for the mirrored image is among those for the image. */
void ond_edge_context_mirror(size_t channels, size_t *places);

/* What the first network says of a whole image. */
typedef struct ond_edge_first {
    const ond_edge_scene *image;
    float *log_odds;    /* [pixels] */
    ond_edge_scene map; /* of its probabilities */
} ond_edge_first;

/* Runs the first network. The image's scene must outlive the result. */
ond_status ond_edge_first_create(const ond_edge_scene *image, const ond_network *network, ond_edge_first *first);
void ond_edge_first_destroy(ond_edge_first *first);

/* Inputs of the second network for one pixel. */
void ond_edge_context_at(const ond_edge_first *first, size_t row, size_t column, float *inputs);

/* Probability of an edge at every pixel. @param probability  [height, width] of the bank */
ond_status ond_edge_learned(const ond_edge_bank *bank, const ond_edge_networks *networks, const ond_array *channels,
                            float *probability);

/* What the networks see of an image, which is brought to a usual brightness and contrast: lightness and two opponent
 * colours, or gray. */
ond_status ond_edge_model_channels(const ond_array *image, ond_array *channels);

#endif
