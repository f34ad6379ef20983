/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_samples.h"

#include "core/memory.h"
#include "core/vector.h"
#include "tasks/edge_suppress.h"

#include <math.h>
#include <string.h>

ond_status ond_edge_samples_create(size_t room, ond_edge_samples *samples)
{
    *samples = (ond_edge_samples){.room = room};
    samples->pixels = ond_memory_allocate(room, sizeof *samples->pixels);
    samples->labels = ond_memory_allocate(room, sizeof *samples->labels);
    samples->weights = ond_memory_allocate(room, sizeof *samples->weights);
    if (!samples->pixels || !samples->labels || !samples->weights) {
        ond_edge_samples_destroy(samples);
        return OND_ERROR_MEMORY;
    }
    return OND_OK;
}

void ond_edge_samples_destroy(ond_edge_samples *samples)
{
    ond_memory_free(samples->pixels);
    ond_memory_free(samples->labels);
    ond_memory_free(samples->weights);
    *samples = (ond_edge_samples){0};
}

/* max(0, 1 − distance / softness) around one boundary pixel. */
static void spread(float *map, size_t height, size_t width, size_t pixel, double softness)
{
    ptrdiff_t reach = (ptrdiff_t)softness, row = (ptrdiff_t)(pixel / width), column = (ptrdiff_t)(pixel % width);
    for (ptrdiff_t y = row - reach; y <= row + reach; y++) {
        for (ptrdiff_t x = column - reach; x <= column + reach; x++) {
            if (y < 0 || x < 0 || y >= (ptrdiff_t)height || x >= (ptrdiff_t)width) {
                continue;
            }
            float *to = &map[(size_t)y * width + (size_t)x];
            float near = (float)(1 - hypot((double)(y - row), (double)(x - column)) / softness);
            *to = near > *to ? near : *to;
        }
    }
}

/* Mean over the annotators. `one` is scratch. */
static void make_labels(const ond_array *truth, double softness, float *one, float *labels)
{
    size_t height = truth->shape[1], width = truth->shape[2], plane = height * width;
    memset(labels, 0, plane * sizeof *labels);
    for (size_t a = 0; a < truth->shape[0]; a++) {
        memset(one, 0, plane * sizeof *one);
        for (size_t i = 0; i < plane; i++) {
            if (truth->data[a * plane + i] > 0.5F) {
                spread(one, height, width, i, softness);
            }
        }
        ond_vector_add_scaled(labels, 1 / (float)truth->shape[0], one, plane);
    }
}

/* Modulus of the gradient by differences of neighbours, over its mean. */
static void make_gradient(const float *smooth, size_t height, size_t width, float *gradient)
{
    double sum = 0;
    for (size_t i = 0; i < height * width; i++) {
        size_t y = i / width, x = i % width;
        float down = smooth[(y + 1 < height ? y + 1 : y) * width + x] - smooth[(y ? y - 1 : y) * width + x];
        float right = smooth[y * width + (x + 1 < width ? x + 1 : x)] - smooth[y * width + (x ? x - 1 : x)];
        gradient[i] = hypotf(down, right);
        sum += (double)gradient[i];
    }
    float scale = sum > 0 ? (float)((double)(height * width) / sum) : 0;
    for (size_t i = 0; i < height * width; i++) {
        gradient[i] *= scale;
    }
}

static void choose(ond_edge_samples *samples, const float *labels, const float *gradient, size_t pixels, size_t most,
                   ond_random *random)
{
    static const double flat = 0.4; /* chance of a pixel without gradient, beside one with a mean gradient */
    double near = 0, far = 0;
    for (size_t i = 0; i < pixels; i++) {
        near += labels[i] > 0;
        far += labels[i] > 0 ? 0 : flat + (double)gradient[i];
    }
    double half = (double)most / 2, near_chance = near > half ? half / near : 1;
    for (size_t i = 0; i < pixels && samples->count < samples->room; i++) {
        double far_chance = fmin(1, half * (flat + (double)gradient[i]) / far);
        double chance = labels[i] > 0 ? near_chance : far_chance;
        if (ond_random_uniform(random) < chance) {
            samples->pixels[samples->count] = (uint32_t)i;
            samples->labels[samples->count] = labels[i];
            samples->weights[samples->count++] = (float)((double)most / (chance * (double)pixels));
        }
    }
}

ond_status ond_edge_samples_add(ond_edge_samples *samples, const ond_array *image, const ond_array *truth,
                                double softness_px, size_t most, ond_random *random)
{
    static const double smoothing_px = 1.5;
    size_t height = image->shape[0], width = image->shape[1], plane = height * width;
    float *planes = ond_memory_allocate(plane, 3 * sizeof *planes);
    if (!planes) {
        return OND_ERROR_MEMORY;
    }
    float *labels = planes, *gradient = planes + plane, *scratch = planes + 2 * plane;
    make_labels(truth, softness_px, scratch, labels);
    ond_status status = ond_edge_smooth(image->data, height, width, smoothing_px, scratch);
    if (status == OND_OK) {
        make_gradient(scratch, height, width, gradient);
        choose(samples, labels, gradient, plane, most, random);
    }
    ond_memory_free(planes);
    return status;
}
