/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/adam.h"

#include "core/memory.h"
#include "core/vector.h"
#include "io/record.h"

#include <math.h>

ond_status ond_adam_create(size_t count, ond_adam *adam)
{
    adam->count = count;
    adam->moments[0] = ond_memory_allocate_zero(count, sizeof(float));
    adam->moments[1] = ond_memory_allocate_zero(count, sizeof(float));
    return adam->moments[0] && adam->moments[1] ? OND_OK : OND_ERROR_MEMORY;
}

void ond_adam_free(ond_adam *adam)
{
    ond_memory_free(adam->moments[0]);
    ond_memory_free(adam->moments[1]);
}

void ond_adam_step(const ond_adam *adam, size_t step, double rate, const float *gradient, float *parameters)
{
    const float keep[2] = {0.9F, 0.999F};
    double norm = sqrt(ond_vector_sum_squares(gradient, adam->count));
    double n = (double)step + 1;
    float scale = (float)(norm > 1 ? 1 / norm : 1);
    float first = (float)(rate / (1 - pow((double)keep[0], n)));
    float second = (float)(1 / (1 - pow((double)keep[1], n)));
    for (size_t i = 0; i < adam->count; i++) {
        float slope = scale * gradient[i];
        adam->moments[0][i] = keep[0] * adam->moments[0][i] + (1 - keep[0]) * slope;
        adam->moments[1][i] = keep[1] * adam->moments[1][i] + (1 - keep[1]) * slope * slope;
        parameters[i] -= first * adam->moments[0][i] / (sqrtf(second * adam->moments[1][i]) + 1e-8F);
    }
}

ond_status ond_adam_to_tensors(const ond_adam *adam, ond_tensors *tensors)
{
    OND_TRY(ond_record_put_row(tensors, "moment1", adam->moments[0], adam->count));
    return ond_record_put_row(tensors, "moment2", adam->moments[1], adam->count);
}

ond_status ond_adam_set(const ond_adam *adam, const ond_tensors *tensors)
{
    OND_TRY(ond_record_get_row(tensors, "moment1", adam->moments[0], adam->count));
    return ond_record_get_row(tensors, "moment2", adam->moments[1], adam->count);
}
