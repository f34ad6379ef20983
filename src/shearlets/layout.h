/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SHEARLETS_LAYOUT_H
#define OND_SHEARLETS_LAYOUT_H

#include "core/status.h"

#include <ondelet/shearlets.h>

enum { OND_SHEARLET_SCALES = 8, OND_SHEAR_LEVEL = 4 /* highest of the compact system */ };

/* The axis near which an atom oscillates. */
typedef enum ond_shear_axis { OND_SHEAR_ROW, OND_SHEAR_COLUMN } ond_shear_axis;

/* One atom of a scale of level s. It oscillates in direction (rows, columns) = (1, shear/2^s) near the row axis,
 * (shear/2^s, 1) near the column axis. */
typedef struct ond_shear {
    ond_shear_axis axis;
    int shear;
} ond_shear;

/* Where each atom of a bank stands. Scale 0 is the finest. */
typedef struct ond_shear_layout {
    int scales;
    bool full;
    int level[OND_SHEARLET_SCALES];
    size_t first[OND_SHEARLET_SCALES + 1]; /* index of each scale's first atom; the low-pass follows the last scale's */
} ond_shear_layout;

/* Fails when the config's shear levels or its choices do not suit its system. */
ond_status ond_shear_lay_out(const ond_shearlet_config *config, ond_shear_layout *layout);

/* Atoms of a scale. */
size_t ond_shear_count(const ond_shear_layout *layout, int scale);
ond_shear ond_shear_at(const ond_shear_layout *layout, int scale, size_t orientation);

/* Where −ω stands among `size` frequencies in rising order; the unpaired first one of an even size is its own mirror.
 */
static inline size_t ond_mirrored_place(size_t place, size_t size)
{
    return place == 0 && size % 2 == 0 ? 0 : 2 * (size / 2) - place;
}

/* The atom's index in the bank, or SIZE_MAX where the system has none. */
size_t ond_shear_index(const ond_shear_layout *layout, int scale, ond_shear shear);

#endif
