/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_REGIONS_H
#define OND_TASKS_EDGE_REGIONS_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* Basins of a map in 256 steps from 0 to 1: each minimum, as a plateau, floods what lies around it, and basins that
 * meet stay apart. `basin_of` [height, width] numbers them from 0.
 * Source: Meyer, Topographic distance and watershed lines, Signal Processing 38, 1994, section 3. */
ond_status ond_edge_basins(const float *map, size_t height, size_t width, uint32_t *basin_of, uint32_t *count);

/* How strong a closed contour passes through each pixel. Basins of the map are merged, always the two whose common
 * border has the smallest mean strength; a border's value is the strength at which its two sides become one. 0 off
 * the borders.
 * Source: Arbelaez, Maire, Fowlkes & Malik, Contour detection and hierarchical image segmentation, IEEE PAMI 33(5),
 * 2011, section 4. */
ond_status ond_edge_closed(const float *map, size_t height, size_t width, float *closed);

#endif
