/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "csc/pursuit.h"

#include <float.h>
#include <math.h>

/* What soft thresholding takes away is v clipped to −t…t, or to −∞…t where results are not to be negative. */
static inline float clip(float v, float low, float t)
{
    float lower = -t < low ? -t : low;
    float above = v > lower ? v : lower;
    return above < t ? above : t;
}

OND_HOT static void shrink_plain(const float *v, float low, float t, size_t count, float *result)
{
    for (size_t i = 0; i < count; i++) {
        result[i] = v[i] - clip(v[i], low, t);
    }
}

OND_HOT static void shrink_weighted(const float *v, float low, float t, const float *restrict weights, size_t count,
                                    float *result)
{
    for (size_t i = 0; i < count; i++) {
        result[i] = v[i] - clip(v[i], low, t * weights[i]);
    }
}

static void shrink_hard(ond_shrinking how, const float *v, size_t count, float *result)
{
    for (size_t i = 0; i < count; i++) {
        float t = (float)how.threshold * (how.weights ? how.weights[i] : 1);
        bool is_kept = how.nonnegative ? v[i] >= t : fabsf(v[i]) >= t;
        result[i] = is_kept ? v[i] : 0;
    }
}

void ond_shrink(ond_shrinking how, const float *v, size_t count, float *result)
{
    float low = how.nonnegative ? -FLT_MAX : 0;
    if (how.hard) {
        shrink_hard(how, v, count, result);
    } else if (how.weights) {
        shrink_weighted(v, low, (float)how.threshold, how.weights, count, result);
    } else {
        shrink_plain(v, low, (float)how.threshold, count, result);
    }
}
