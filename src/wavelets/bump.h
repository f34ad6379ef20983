/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_WAVELETS_BUMP_H
#define OND_WAVELETS_BUMP_H

#include "filters/filters.h"

/* A Gaussian in frequency, peak exp(0) at (row, column) radians per pixel:
 * exp(−½ d' S d), d = ω − centre, S = [row_row, row_column; row_column, column_column] in pixels². */
typedef struct ond_bump {
    double row, column;
    double row_row, row_column, column_column;
} ond_bump;

/* Frequencies where the bump exceeds exp(−½ reach²); a whole axis of the grid where it reaches over the border. */
ond_box ond_bump_box(const ond_bump *bump, double reach, size_t height, size_t width);

/* The smallest box around two boxes of one grid. */
ond_box ond_box_unite(ond_box a, ond_box b);

/* values += amplitude · the bump, 2π-periodic in both axes, at the frequencies of `box` on a height x width grid. */
void ond_bump_add(const ond_bump *bump, double amplitude, size_t height, size_t width, ond_box box, double *values);

/* The periodic bump's value at zero frequency. */
double ond_bump_at_zero(const ond_bump *bump);

#endif
