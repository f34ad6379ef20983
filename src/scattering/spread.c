/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "scattering/sampler.h"

#include <string.h>

/* line += sample · weights of one output, in up to two pieces where the run wraps round. */
static void spread_sample(const ond_sampler *sampler, size_t output, float sample, float *line)
{
    size_t begin = sampler->begin[output];
    size_t count = sampler->count[output];
    size_t ahead = sampler->inputs - begin < count ? sampler->inputs - begin : count;
    const float *weights = sampler->weights + output * sampler->longest;
    ond_vector_add_scaled(line + begin, sample, weights, ahead);
    ond_vector_add_scaled(line, sample, weights + ahead, count - ahead);
}

void ond_spread_samples(const ond_sampler *rows, const ond_sampler *columns, const float *samples, float *scratch,
                        float *plane, size_t stride)
{
    size_t width = columns->inputs;
    for (size_t row = 0; row < rows->inputs; row++) {
        memset(plane + row * stride, 0, width * sizeof *plane);
    }
    for (size_t k = 0; k < rows->outputs; k++) {
        memset(scratch, 0, width * sizeof *scratch);
        for (size_t l = 0; l < columns->outputs; l++) {
            spread_sample(columns, l, samples[k * columns->outputs + l], scratch);
        }
        const float *weights = rows->weights + k * rows->longest;
        for (size_t i = 0; i < rows->count[k]; i++) {
            size_t row = (rows->begin[k] + i) % rows->inputs;
            ond_vector_add_scaled(plane + row * stride, weights[i], scratch, width);
        }
    }
}
