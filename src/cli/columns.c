/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/columns.h"

#include <math.h>

bool is_band_pass(const ond_filters *filters, size_t index)
{
    return index < ond_filters_count(filters) && ond_filters_info(filters, index).kind == OND_FILTER_BAND_PASS;
}

int columns_find(const angle_columns *columns, double angle_rad, const bool taken[MOST_COLUMNS])
{
    for (int column = 0; column < columns->count; column++) {
        if (!taken[column] && fabs(columns->angles[column] - angle_rad) < 1e-6) {
            return column;
        }
    }
    return -1;
}

/* Where the scale begins that has most orientations. */
static size_t find_fullest(const ond_filters *filters, int orientations)
{
    size_t index = 0;
    while (ond_filters_info(filters, index).orientation + 1 < orientations) {
        index++;
    }
    return index + 1 - (size_t)orientations;
}

static double angle_at(const ond_filters *filters, size_t begin, int orientation)
{
    return ond_filters_info(filters, begin + (size_t)orientation).angle_rad;
}

/* Every `step`th angle of those that differ, from `first` on; `*angles` is the number of all that differ. */
static angle_columns every(const ond_filters *filters, int orientations, int step, int first, int *angles)
{
    angle_columns columns = {.count = 0};
    size_t begin = find_fullest(filters, orientations);
    *angles = 0;
    for (int i = 0; i < orientations; i++) {
        double angle = angle_at(filters, begin, i);
        if (i > 0 && fabs(angle - angle_at(filters, begin, i - 1)) < 1e-6) {
            continue;
        }
        if (*angles >= first && (*angles - first) % step == 0 && columns.count < MOST_COLUMNS) {
            columns.angles[columns.count++] = angle;
        }
        (*angles)++;
    }
    return columns;
}

static int count_shown(const ond_filters *filters, const angle_columns *columns)
{
    static const bool none[MOST_COLUMNS];
    int shown = 0;
    for (size_t i = 0; is_band_pass(filters, i); i++) {
        shown += columns_find(columns, ond_filters_info(filters, i).angle_rad, none) >= 0;
    }
    return shown;
}

angle_columns columns_choose(const ond_filters *filters, int orientations)
{
    int angles = 0, most = -1;
    angle_columns best = every(filters, orientations, 1, 0, &angles);
    int step = (angles + MOST_COLUMNS - 1) / MOST_COLUMNS;
    for (int first = 0; first < step; first++) {
        angle_columns columns = every(filters, orientations, step, first, &angles);
        int shown = count_shown(filters, &columns);
        if (shown > most) {
            most = shown;
            best = columns;
        }
    }
    return best;
}
