/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_WORK_BANK_H
#define OND_TASKS_WORK_BANK_H

#include "core/status.h"

#include <ondelet/filters.h>

/* An image as planes of one size, one after the other. */
typedef struct ond_planes {
    size_t channels, height, width;
} ond_planes;

/* @retval OND_ERROR_SHAPE  neither [height, width] nor [channels, height, width] */
ond_status ond_planes_of(const ond_array *image, ond_planes *planes);

/* A Parseval bank of even filters for planes of one size, and how they are mirrored to fit its grid. */
typedef struct ond_work_bank {
    ond_filters *bank;
    ond_planes planes;
    size_t margin; /* mirrored pixels before the first row and column */
    size_t height, width;
} ond_work_bank;

/* From the user's bank: with a grid, which must be that of the planes, or without. */
ond_status ond_work_bank_create(const ond_filters *filters, ond_planes planes, ond_work_bank *work);
void ond_work_bank_destroy(ond_work_bank *work);

/* A plane, mirrored, on the grid. */
void ond_work_bank_pad(const ond_work_bank *work, const float *plane, float *padded);

/* Where a plane's row begins in a padded one. */
const float *ond_work_bank_row(const ond_work_bank *work, const float *padded, size_t row);

#endif
