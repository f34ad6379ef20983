/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_WAVELETS_DWT_AXIS_H
#define OND_WAVELETS_DWT_AXIS_H

#include "wavelets/dwt_filters.h"

/* Takes every place of an infinite line back to one of 0…length−1: the line repeats after `period`, and what is not
 * stored of a period lies mirrored, place p at turn − p. A period of 0 leaves places as they are. */
typedef struct ond_dwt_fold {
    ptrdiff_t period, length, turn;
} ond_dwt_fold;

/* One side of the image at one level: how samples become coefficients, and back. */
typedef struct ond_dwt_axis {
    const ond_dwt_filters *filters;
    size_t length;                   /* samples */
    size_t count[OND_DWT_PARTS];     /* coefficients; a side of one pixel has no high ones */
    ptrdiff_t origin[OND_DWT_PARTS]; /* site of the first coefficient */
    ptrdiff_t step;                  /* from site to site: 2 decimated, 1 undecimated */
    ptrdiff_t spacing;               /* from tap to tap: 1 decimated, 2^(level−1) undecimated */
    ond_dwt_fold samples, sites;     /* places outside */
    double synthesis_scale;          /* one over the number of shifted transforms that are averaged */
} ond_dwt_axis;

/* How many levels an image of this size gets. */
int ond_dwt_levels_for(const ond_dwt_config *config, size_t height, size_t width);

/* The axes of all levels, finest first, of a side of `length` ≥ 1 samples. `filters` must outlive them. */
void ond_dwt_axes_make(const ond_dwt_config *config, const ond_dwt_filters *filters, size_t length, int levels,
                       ond_dwt_axis *axes);

static inline ptrdiff_t ond_dwt_fold_place(const ond_dwt_fold *fold, ptrdiff_t place)
{
    if (fold->period == 0) {
        return place;
    }
    if (place < -fold->period || place >= 2 * fold->period) {
        place %= fold->period;
    }
    place += place < 0 ? fold->period : place >= fold->period ? -fold->period : 0;
    return place < fold->length ? place : fold->turn - place;
}

/* Which sample, inside or outside, tap `tap` of coefficient `index` reads. */
static inline ptrdiff_t ond_dwt_place_of(const ond_dwt_axis *axis, int part, ptrdiff_t index, int tap)
{
    return axis->origin[part] + axis->step * index + (axis->filters->analysis[part].first + tap) * axis->spacing;
}

/* How far from the first site lies the site whose synthesis tap `tap` reaches `place`: `step` times an index of a
 * coefficient, inside or outside; when it is no multiple, there is no such site. */
static inline ptrdiff_t ond_dwt_distance_of(const ond_dwt_axis *axis, int part, ptrdiff_t place, int tap)
{
    return place - (axis->filters->synthesis[part].first + tap) * axis->spacing - axis->origin[part];
}

/* The coefficient that is stored for one that may lie outside. */
static inline ptrdiff_t ond_dwt_fold_index(const ond_dwt_axis *axis, int part, ptrdiff_t index)
{
    ptrdiff_t site = axis->origin[part] + axis->step * index;
    return (ond_dwt_fold_place(&axis->sites, site) - axis->origin[part]) / axis->step;
}

#endif
