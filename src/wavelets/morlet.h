/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_WAVELETS_MORLET_H
#define OND_WAVELETS_MORLET_H

#include "filters/filters.h"

/* One Morlet wavelet: a Gaussian of standard deviation `sigma` along the wave and `sigma / slant` across it, in pixels,
 * times a wave of `frequency` radians per pixel in direction `angle_rad` (0 is down the rows). */
typedef struct ond_morlet_shape {
    double sigma, slant, frequency, angle_rad;
    double peak; /* of the spectrum, before the correction at zero: 1, or Kymatio's π/3.1415 */
} ond_morlet_shape;

/* Whether Kymatio's sum over five periods in space differs from the complete one by more than 1e-8. */
bool ond_morlet_is_truncated(const ond_morlet_shape *shape, size_t height, size_t width);

/* The filter from five periods in space, as Kymatio makes it, tails cut off included. */
ond_status ond_morlet_set_from_space(ond_filters *filters, size_t index, const ond_morlet_shape *shape);

#endif
