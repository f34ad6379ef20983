/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_TRAINING_CURVE_H
#define OND_CLI_TRAINING_CURVE_H

#include <ondelet/ondelet.h>

/* The course of a training as a picture (.png or .svg): loss above, errors below, against the steps. What is not known
 * is left out. */
ond_status training_curve_write(const ond_head_progress *points, size_t count, const char *path);

#endif
