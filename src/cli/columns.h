/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_COLUMNS_H
#define OND_CLI_COLUMNS_H

#include <ondelet/ondelet.h>

#include <stdbool.h>

enum { MOST_COLUMNS = 16 };

/* The angles that a gallery shows, one a column: all of the scale that has most, or as many of them as there is room,
 * evenly chosen so that they show as many filters as they can of the other scales too. */
typedef struct angle_columns {
    int count;
    double angles[MOST_COLUMNS];
} angle_columns;

/* `orientations`: of the scale that has most. */
angle_columns columns_choose(const ond_filters *filters, int orientations);

/* The column of an angle that is not taken yet, or -1. */
int columns_find(const angle_columns *columns, double angle_rad, const bool taken[MOST_COLUMNS]);

/* false from the low-pass on */
bool is_band_pass(const ond_filters *filters, size_t index);

#endif
