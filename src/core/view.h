/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_VIEW_H
#define OND_CORE_VIEW_H

#include <ondelet/view.h>

/* Checks a view of the user's and writes out its strides; the functions below want it so. */
ond_status ond_view_prepare(const ond_image_view *view, ond_image_view *prepared);

/* Contiguous planes. */
ond_image_view ond_view_of_planes(float *planes, size_t channels, size_t height, size_t width);

/* One row of one channel as floats. */
void ond_view_row(const ond_image_view *view, size_t channel, size_t row, float *values);

/* The first sample of a channel that is NaN or infinite, if there is one. */
typedef struct ond_view_defect {
    size_t row, column;
    float value;
} ond_view_defect;
bool ond_view_find_nonfinite(const ond_image_view *view, size_t channel, ond_view_defect *defect);

#endif
