/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_TRAINING_CURVE_H
#define OND_CLI_TRAINING_CURVE_H

#include "cli/picture.h"

/* The course of a training as a picture: loss above, errors below, against the steps. What is not known is left out. */
ond_status training_curve_draw(const ond_head_progress *points, size_t count, picture_sink sink);

#endif
