/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_MEASURE_H
#define OND_TASKS_EDGE_MEASURE_H

#include "core/status.h"

#include <ondelet/edges.h>

/* The formula of ond_edges. `strength`, `normal_rad`: [height, width] of the image.  */
ond_status ond_edge_measure(const ond_array *image, ond_edge_kind kind, float *strength, float *normal_rad);

/* Modulus and direction of the gradient of a Gaussian mean of the image, the channels' gradients added as their matrix
 * of products (Di Zenzo, A note on the gradient of a multi-image, CVGIP 33(1), 1986). */
ond_status ond_edge_gradient(const ond_array *image, double sigma_px, float *modulus, float *normal_rad);

/* The mean of a map in the surroundings of each pixel: a Gaussian of 32 pixels, from squares of 8. */
ond_status ond_edge_surround(const float *map, size_t height, size_t width, float *surround);

#endif
