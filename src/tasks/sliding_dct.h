/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_SLIDING_DCT_H
#define OND_TASKS_SLIDING_DCT_H

#include "core/status.h"

enum { OND_DCT_SIDE = 8 };

/* Shrinks the cosine transform of every 8 x 8 block of an image and averages the overlapping results, each block
 * weighted by the inverse of the variance that its shrinkage leaves.
 *
 * Without a pilot coefficients below `threshold` in magnitude become 0 and the others stay; the block's mean always
 * stays. With a pilot P they are multiplied by P²/(P² + threshold²).
 *
 * `noisy`, `pilot` (may be NULL) and `result` are height x width, contiguous; both sides 8 or more. */
ond_status ond_sliding_dct(const float *noisy, const float *pilot, size_t height, size_t width, float threshold,
                           float *result);

#endif
