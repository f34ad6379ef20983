/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_FILL_H
#define OND_TASKS_FILL_H

#include "core/status.h"

#include <stdint.h>

/* Fills the missing pixels of a plane smoothly: from the finest of the means over squares of 2, 4, 8, … pixels that
 * knows anything, interpolated. Known ones stay. At least one is known. */
ond_status ond_fill_missing(size_t height, size_t width, const uint8_t *known, float *plane);

#endif
