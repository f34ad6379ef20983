/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/sampler.h"

#include "core/memory.h"
#include "core/vector.h"

#include <string.h>

enum { EIGHT = 8 };

static void free_blocks(ond_sampler_blocks *blocks)
{
    ond_memory_free(blocks->begin);
    ond_memory_free(blocks->input_count);
    ond_memory_free(blocks->weights);
}

void ond_sampler_free(ond_sampler *sampler)
{
    ond_memory_free(sampler->begin);
    ond_memory_free(sampler->count);
    ond_memory_free(sampler->weights);
    free_blocks(&sampler->eights);
    free_blocks(&sampler->fours);
    *sampler = (ond_sampler){0};
}

/* Columns whose sums are kept in registers together. Planes' rows are padded to whole narrow strips. */
enum { NARROW_STRIP = 16, WIDE_STRIP = 32 };

enum { ROWS_TOGETHER = 4 }; /* independent sums hide the latency of additions */

static size_t padded_width(const ond_sampler *columns)
{
    return (columns->inputs + NARROW_STRIP - 1) / NARROW_STRIP * NARROW_STRIP;
}

size_t ond_sample_scratch(const ond_sampler *columns)
{
    return ROWS_TOGETHER * (padded_width(columns) + columns->outputs);
}

/* A circular run of rows with their weights. */
typedef struct row_run {
    const float *weights;
    size_t begin, count, ahead; /* the first `ahead` rows come before the wrap */
} row_run;

/* out[c] = Σ_i weights[i] plane[i, c] for neighbouring columns. */
OND_HOT static void sum_wide_strip(row_run run, const float *restrict plane, size_t stride, float *restrict out)
{
    float sum[WIDE_STRIP] = {0};
    for (size_t i = 0; i < run.count; i++) {
        const float *row = plane + (i < run.ahead ? run.begin + i : i - run.ahead) * stride;
        for (size_t c = 0; c < WIDE_STRIP; c++) {
            sum[c] += run.weights[i] * row[c];
        }
    }
    memcpy(out, sum, sizeof sum);
}

OND_HOT static void sum_narrow_strip(row_run run, const float *restrict plane, size_t stride, float *restrict out)
{
    float sum[NARROW_STRIP] = {0};
    for (size_t i = 0; i < run.count; i++) {
        const float *row = plane + (i < run.ahead ? run.begin + i : i - run.ahead) * stride;
        for (size_t c = 0; c < NARROW_STRIP; c++) {
            sum[c] += run.weights[i] * row[c];
        }
    }
    memcpy(out, sum, sizeof sum);
}

/* The same for four outputs that read every row: each row is loaded once. out[r, c] = Σ_i weights[r, i] plane[i, c].
 * Four sums by name: compilers keep them in registers, but not a table of sums. */
OND_HOT static void sum_dense_strip(const float *restrict weights, size_t count, const float *restrict plane,
                                    size_t stride, float *restrict out, size_t out_stride)
{
    float first[NARROW_STRIP] = {0};
    float second[NARROW_STRIP] = {0};
    float third[NARROW_STRIP] = {0};
    float fourth[NARROW_STRIP] = {0};
    for (size_t i = 0; i < count; i++) {
        const float *row = plane + i * stride;
        for (size_t c = 0; c < NARROW_STRIP; c++) {
            first[c] += weights[i] * row[c];
            second[c] += weights[count + i] * row[c];
            third[c] += weights[2 * count + i] * row[c];
            fourth[c] += weights[3 * count + i] * row[c];
        }
    }
    memcpy(out, first, sizeof first);
    memcpy(out + out_stride, second, sizeof second);
    memcpy(out + 2 * out_stride, third, sizeof third);
    memcpy(out + 3 * out_stride, fourth, sizeof fourth);
}

static row_run run_of(const ond_sampler *sampler, size_t output)
{
    size_t begin = sampler->begin[output];
    size_t count = sampler->count[output];
    size_t before_wrap = sampler->inputs - begin;
    return (row_run){sampler->weights + output * sampler->longest, begin, count,
                     before_wrap < count ? before_wrap : count};
}

/* Four rows of samples: out[r, l] = Σ_j columns[l, j] rows[r, j], eight outputs at a time. */
OND_HOT static void sum_columns(const ond_sampler *columns, const float *restrict rows, size_t stride,
                                float *restrict out)
{
    size_t inputs = columns->inputs;
    size_t outputs = columns->outputs;
    for (size_t block = 0; block < columns->eights.count; block++) {
        size_t first = block * EIGHT;
        const float *weights = columns->eights.weights + block * columns->eights.longest * EIGHT;
        size_t place = columns->eights.begin[block];
        float sum[ROWS_TOGETHER][EIGHT] = {{0}};
        for (size_t i = 0; i < columns->eights.input_count[block]; i++, weights += EIGHT) {
            for (size_t r = 0; r < ROWS_TOGETHER; r++) {
                for (size_t l = 0; l < EIGHT; l++) {
                    sum[r][l] += rows[r * stride + place] * weights[l];
                }
            }
            place = place + 1 < inputs ? place + 1 : 0;
        }
        size_t left = outputs - first < EIGHT ? outputs - first : EIGHT;
        for (size_t r = 0; r < ROWS_TOGETHER; r++) {
            memcpy(out + r * outputs + first, sum[r], left * sizeof *out);
        }
    }
}

static void sum_rows(row_run run, const float *plane, size_t stride, size_t width, float *out)
{
    size_t c = 0;
    for (; c + WIDE_STRIP <= width; c += WIDE_STRIP) {
        sum_wide_strip(run, plane + c, stride, out + c);
    }
    for (; c < width; c += NARROW_STRIP) {
        sum_narrow_strip(run, plane + c, stride, out + c);
    }
}

static bool are_dense(const ond_sampler *rows, size_t first)
{
    for (size_t r = 0; r < ROWS_TOGETHER; r++) {
        if (rows->count[first + r] < rows->inputs) {
            return false;
        }
    }
    return true;
}

void ond_sample_plane(const ond_sampler *rows, const ond_sampler *columns, const float *plane, size_t stride,
                      float *scratch, float *samples)
{
    size_t width = padded_width(columns);
    float *last = scratch + ROWS_TOGETHER * width; /* rows that are too many for the output */
    for (size_t first = 0; first < rows->outputs; first += ROWS_TOGETHER) {
        size_t together = rows->outputs - first < ROWS_TOGETHER ? rows->outputs - first : ROWS_TOGETHER;
        if (together == ROWS_TOGETHER && are_dense(rows, first)) {
            for (size_t c = 0; c < width; c += NARROW_STRIP) {
                sum_dense_strip(rows->weights + first * rows->longest, rows->inputs, plane + c, stride, scratch + c,
                                width);
            }
        } else {
            for (size_t r = 0; r < together; r++) {
                sum_rows(run_of(rows, first + r), plane, stride, width, scratch + r * width);
            }
        }
        float *out = samples + first * columns->outputs;
        sum_columns(columns, scratch, width, together == ROWS_TOGETHER ? out : last);
        if (together < ROWS_TOGETHER) {
            memcpy(out, last, together * columns->outputs * sizeof *out);
        }
    }
}
