/* SPDX-License-Identifier: BSD-3-Clause */
/* The affine space of each class: its mean and its first principal directions (Bruna & Mallat, Invariant scattering
 * convolution networks, 2013, section 4.1). */
#include "core/memory.h"
#include "learn/head.h"
#include "learn/lapack.h"

#include <string.h>

enum { GRAM_ROWS = 256, MOST_ROWS = 16384 };

typedef struct class_rows {
    const ond_lesson *lesson;
    uint32_t *items; /* of one class */
    size_t count;
} class_rows;

static void class_gather(class_rows *rows, size_t class)
{
    rows->count = 0;
    for (size_t i = 0; i < rows->lesson->count; i++) {
        if (rows->lesson->labels[i] == class) {
            rows->items[rows->count++] = (uint32_t)i;
        }
    }
}

static void class_mean(const class_rows *rows, double *mean, float *kept)
{
    size_t n = rows->lesson->columns;
    memset(mean, 0, n * sizeof *mean);
    for (size_t row = 0; row < rows->count; row++) {
        const float *z = rows->lesson->z + (size_t)rows->items[row] * n;
        for (size_t i = 0; i < n; i++) {
            mean[i] += (double)z[i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        mean[i] /= (double)rows->count;
        kept[i] = (float)mean[i];
    }
}

typedef struct class_scratch {
    double *mean, *covariance, *wide, *values, *vectors; /* [n], [n, n], [GRAM_ROWS, n], [d], [d, n] */
} class_scratch;

static ond_status class_directions(const class_rows *rows, const class_scratch *scratch, size_t dimensions,
                                   float *directions)
{
    size_t n = rows->lesson->columns;
    memset(scratch->covariance, 0, n * n * sizeof(double));
    for (size_t first = 0; first < rows->count; first += GRAM_ROWS) {
        size_t count = rows->count - first < GRAM_ROWS ? rows->count - first : GRAM_ROWS;
        for (size_t i = 0; i < count * n; i++) {
            const float *z = rows->lesson->z + (size_t)rows->items[first + i / n] * n;
            scratch->wide[i] = (double)z[i % n] - scratch->mean[i % n];
        }
        ond_gram_add_symmetric(scratch->wide, n, count, scratch->covariance);
    }
    ond_gram_mirror(scratch->covariance, n);
    OND_TRY(ond_eigen_largest(scratch->covariance, n, dimensions, scratch->values, scratch->vectors));
    for (size_t i = 0; i < dimensions * n; i++) {
        directions[i] = (float)scratch->vectors[i];
    }
    return OND_OK;
}

static ond_status affine_learn(ond_head *head, class_rows *rows, const class_scratch *scratch)
{
    size_t n = rows->lesson->columns, dimensions = (size_t)head->dimensions;
    for (size_t class = 0; class < head->classes; class ++) {
        class_gather(rows, class);
        class_mean(rows, scratch->mean, head->means + class * n);
        if (dimensions > 0) {
            OND_TRY(class_directions(rows, scratch, dimensions, head->directions + class * dimensions * n));
        }
    }
    return OND_OK;
}

/* A class has no more directions than samples less one, and a space that is everything decides nothing. */
static size_t most_dimensions(const ond_head *head, const ond_lesson *lesson, class_rows *rows)
{
    size_t most = lesson->columns - 1;
    for (size_t class = 0; class < head->classes; class ++) {
        class_gather(rows, class);
        most = rows->count - 1 < most ? rows->count - 1 : most;
    }
    return most;
}

ond_status ond_head_fit_affine(ond_head *head, const ond_lesson *lesson)
{
    size_t n = lesson->columns;
    class_rows rows = {.lesson = lesson, .items = ond_memory_allocate(lesson->count, sizeof(uint32_t))};
    if (!rows.items) {
        return OND_ERROR_MEMORY;
    }
    size_t most = most_dimensions(head, lesson, &rows), d = (size_t)head->config.dimensions;
    d = d < most ? d : most;
    head->dimensions = head->config.dimensions = (int)d;
    head->means = ond_memory_allocate(head->classes * n, sizeof(float));
    head->directions = ond_memory_allocate(head->classes * d * n, sizeof(float));
    class_scratch scratch = {ond_memory_allocate(n, sizeof(double)), ond_memory_allocate(n, n * sizeof(double)),
                             ond_memory_allocate(GRAM_ROWS * n, sizeof(double)), ond_memory_allocate(d, sizeof(double)),
                             ond_memory_allocate(d, n * sizeof(double))};
    bool ready = head->means && head->directions && scratch.mean && scratch.covariance && scratch.wide && scratch.values
                 && scratch.vectors;
    ond_status status = ready ? affine_learn(head, &rows, &scratch) : OND_ERROR_MEMORY;
    ond_memory_free(rows.items);
    ond_memory_free(scratch.mean);
    ond_memory_free(scratch.covariance);
    ond_memory_free(scratch.wide);
    ond_memory_free(scratch.values);
    ond_memory_free(scratch.vectors);
    return status;
}
