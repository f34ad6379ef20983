/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/blur.h"

#include "core/border.h"
#include "core/memory.h"
#include "core/vector.h"

#include <math.h>

/* One line of a plane, `step` floats from sample to sample, against the Gaussian; mirrored at its ends. */
static void blur_line(const float *weights, size_t reach, const float *from, size_t count, size_t step, float *line,
                      float *to)
{
    for (size_t i = 0; i < count + 2 * reach; i++) {
        line[i] = from[ond_reflect((ptrdiff_t)i - (ptrdiff_t)reach, count) * step];
    }
    for (size_t i = 0; i < count; i++) {
        to[i * step] = ond_vector_dot(weights, line + i, 2 * reach + 1);
    }
}

/* 2 reach + 1 of them, with the sum 1. */
static void fill_weights(double sigma, size_t reach, float *weights)
{
    double sum = 0;
    for (size_t i = 0; i <= 2 * reach; i++) {
        double distance = (double)i - (double)reach;
        sum += exp(-0.5 * distance * distance / (sigma * sigma));
    }
    for (size_t i = 0; i <= 2 * reach; i++) {
        double distance = (double)i - (double)reach;
        weights[i] = (float)(exp(-0.5 * distance * distance / (sigma * sigma)) / sum);
    }
}

ond_status ond_blur(const float *plane, size_t height, size_t width, double sigma_px, size_t reach_px, float *blurred)
{
    size_t longest = (height > width ? height : width) + 2 * reach_px;
    float *weights = ond_memory_allocate(longest + 2 * reach_px + 1, sizeof *weights);
    if (!weights) {
        return OND_ERROR_MEMORY;
    }
    float *line = weights + 2 * reach_px + 1;
    fill_weights(sigma_px, reach_px, weights);
    for (size_t row = 0; row < height; row++) {
        blur_line(weights, reach_px, plane + row * width, width, 1, line, blurred + row * width);
    }
    for (size_t column = 0; column < width; column++) {
        blur_line(weights, reach_px, blurred + column, height, width, line, blurred + column);
    }
    ond_memory_free(weights);
    return OND_OK;
}
