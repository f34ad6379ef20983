/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_THRESHOLD_H
#define OND_TASKS_THRESHOLD_H

#include "tasks/selection.h"

#include <ondelet/threshold.h>

/* Every field in its range; NULL is the default. Decides what is to become of the low-pass band. */
ond_status ond_threshold_check(const ond_threshold_config *config, bool redundant, ond_threshold_config *checked);

/* Thresholds the coefficients of one plane and adds to `terms_kept`, `terms` and `threshold` of the report. */
ond_status ond_threshold_source(const ond_threshold_config *config, const ond_band_source *source,
                                ond_threshold_report *report);

/* ‖image − result‖² and ‖image‖², summed over rows and planes. */
typedef struct ond_error_sums {
    double error, image;
} ond_error_sums;

/* Compares one row of the image with that of the result, which then takes its place in `row`. */
void ond_threshold_take_row(const float *image, const float *result, size_t width, float *row, ond_error_sums *sums);
double ond_threshold_error(const ond_error_sums *sums);

#endif
