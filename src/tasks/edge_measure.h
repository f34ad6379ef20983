/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_MEASURE_H
#define OND_TASKS_EDGE_MEASURE_H

#include "core/status.h"

#include <ondelet/edges.h>

/* The formula of ond_edges. `strength`, `normal_rad`: [height, width] of the image.  */
ond_status ond_edge_measure(const ond_array *image, ond_edge_kind kind, float *strength, float *normal_rad);

/* CoShREM's measure of one channel, periodic beyond its borders:
 *     E = max(0, Σ_s [min(odd(s, o*), p) − even(s, o*) − τ]) / (n p),  p = odd(s*, o*) = max over s and o
 * with ten directions, each both ways, odd parts of n = 5 scales half an octave apart, and even parts an octave below
 * them. The direction is refined by the parabola through the odd parts beside o* at the scale s*.
 * @param least_contrast  τ, in the image's units  @param strength, normal_rad  [height, width]
 * Cost: 350 bytes a pixel.
 * Source: Reisenhofer & King, Edge, ridge, and blob detection with symmetric molecules, SIAM J. Imaging Sci. 12(4),
 * 2019, section 3; Reisenhofer, Kiefer & King, Shearlet-based detection of flame fronts, Exp. Fluids 57, 2016. */
ond_status ond_edge_coshrem(const float *gray, size_t height, size_t width, double least_contrast, float *strength,
                            float *normal_rad);

/* Modulus and direction of the gradient of a Gaussian mean of the image, the channels' gradients added as their matrix
 * of products (Di Zenzo, A note on the gradient of a multi-image, CVGIP 33(1), 1986). */
ond_status ond_edge_gradient(const ond_array *image, double sigma_px, float *modulus, float *normal_rad);

/* The mean of a map in the surroundings of each pixel: a Gaussian of 32 pixels, from squares of 8. */
ond_status ond_edge_surround(const float *map, size_t height, size_t width, float *surround);

#endif
