/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_SUPPRESS_H
#define OND_TASKS_EDGE_SUPPRESS_H

#include "core/status.h"

#include <stddef.h>

/* Gaussian mean of a plane; borders are mirrored. `smoothed` may not be `plane`. */
ond_status ond_edge_smooth(const float *plane, size_t height, size_t width, double sigma_px, float *smoothed);

/* Direction across the ridges of a map: that of its largest negative second derivative, after smoothing. Radians from
 * the downward row axis towards the column axis, modulo π. */
ond_status ond_edge_ridge_normal(const float *map, size_t height, size_t width, double sigma_px, float *normal_rad);

/* Leaves the pixels that are largest along their normal, compared with the interpolated values one pixel to either
 * side; the others become 0. `offset_px` (may be NULL) is how far along the normal the parabola through the three
 * values has its peak, −1/2…1/2. */
void ond_edge_suppress(const float *strength, const float *normal_rad, size_t height, size_t width, float *thin,
                       float *offset_px);

/* Moves the offsets of pixels with thin > 0 to the nearest maximum of another map along the normal, if there is one
 * within four pixels. */
void ond_edge_refine(const float *map, const float *normal_rad, const float *thin, size_t height, size_t width,
                     float *offset_px);

#endif
