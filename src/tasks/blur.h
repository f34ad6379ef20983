/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_BLUR_H
#define OND_TASKS_BLUR_H

#include "core/status.h"

#include <stddef.h>

/* A plane [height, width] smoothed by a Gaussian cut off at `reach_px`; mirrored at its borders. */
ond_status ond_blur(const float *plane, size_t height, size_t width, double sigma_px, size_t reach_px, float *blurred);

#endif
