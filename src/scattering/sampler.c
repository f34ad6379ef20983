/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/sampler.h"

#include "core/memory.h"
#include "core/vector.h"

#include <math.h>
#include <string.h>

/* Weights below this share of the largest are left out. */
static const double negligible = 3e-7;

enum { FOUR = 4, EIGHT = 8 };

static ond_status allocate_blocks(size_t inputs, size_t outputs, size_t size, ond_sampler_blocks *blocks)
{
    size_t count = (outputs + size - 1) / size;
    *blocks = (ond_sampler_blocks){
        .size = size,
        .count = count,
        .begin = ond_memory_allocate_zero(count, sizeof(size_t)),
        .input_count = ond_memory_allocate_zero(count, sizeof(size_t)),
        .weights = ond_memory_allocate_zero(count, inputs * size * sizeof(float)),
    };
    return blocks->begin && blocks->input_count && blocks->weights ? OND_OK : OND_ERROR_MEMORY;
}

static void free_blocks(ond_sampler_blocks *blocks)
{
    ond_memory_free(blocks->begin);
    ond_memory_free(blocks->input_count);
    ond_memory_free(blocks->weights);
}

static ond_status allocate(size_t inputs, size_t outputs, ond_sampler *sampler)
{
    *sampler = (ond_sampler){
        .inputs = inputs,
        .outputs = outputs,
        .begin = ond_memory_allocate_zero(outputs, sizeof(size_t)),
        .count = ond_memory_allocate_zero(outputs, sizeof(size_t)),
        .weights = ond_memory_allocate_zero(outputs, inputs * sizeof(float)),
    };
    if (!sampler->begin || !sampler->count || !sampler->weights) {
        return OND_ERROR_MEMORY;
    }
    OND_TRY(allocate_blocks(inputs, outputs, EIGHT, &sampler->eights));
    return allocate_blocks(inputs, outputs, FOUR, &sampler->fours);
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

/* Kernel of a gain on −inputs/2…, evaluated at `offset` from its centre: 1/inputs Σ_f gain(f) cos(2π f offset /
 * inputs). */
static double kernel_at(const double *gain, size_t inputs, double offset)
{
    double sum = 0;
    double step = 2 * acos(-1.0) * offset / (double)inputs;
    ptrdiff_t lowest = -(ptrdiff_t)(inputs / 2);
    for (size_t i = 0; i < inputs; i++) {
        if (fabs(gain[i]) > 1e-14) {
            sum += gain[i] * cos(step * (double)(lowest + (ptrdiff_t)i));
        }
    }
    return sum / (double)inputs;
}

/* The shortest circular run of `row` that holds everything above the threshold. */
static void find_run(const double *row, size_t inputs, double threshold, size_t *begin, size_t *count)
{
    size_t longest_gap = 0;
    size_t gap_end = 0;
    size_t gap = 0;
    for (size_t i = 0; i < 2 * inputs; i++) {
        gap = fabs(row[i % inputs]) <= threshold ? gap + 1 : 0;
        if (gap > longest_gap && gap <= inputs) {
            longest_gap = gap;
            gap_end = i % inputs;
        }
    }
    *begin = longest_gap ? (gap_end + 1) % inputs : 0;
    *count = inputs - longest_gap;
}

static void set_output(ond_sampler *sampler, size_t output, const double *row, double threshold)
{
    find_run(row, sampler->inputs, threshold, &sampler->begin[output], &sampler->count[output]);
    if (2 * sampler->count[output] > sampler->inputs) { /* several full rows together are faster than one short run */
        sampler->begin[output] = 0;
        sampler->count[output] = sampler->inputs;
    }
    float *weights = sampler->weights + output * sampler->inputs;
    for (size_t i = 0; i < sampler->count[output]; i++) {
        weights[i] = (float)row[(sampler->begin[output] + i) % sampler->inputs];
    }
}

/* Weight of an input for an output, wherever its run begins. */
static float weight_of(const ond_sampler *sampler, size_t output, size_t input)
{
    size_t place = (input + sampler->inputs - sampler->begin[output]) % sampler->inputs;
    return place < sampler->count[output] ? sampler->weights[output * sampler->inputs + place] : 0;
}

/* Neighbouring outputs read one run of inputs: from the first one's begin to the last one's end. */
static void set_block(const ond_sampler *sampler, ond_sampler_blocks *blocks, size_t block)
{
    size_t inputs = sampler->inputs;
    size_t size = blocks->size;
    size_t first = block * size;
    size_t last = first + size < sampler->outputs ? first + size : sampler->outputs;
    size_t begin = sampler->begin[first];
    size_t reach = 0;
    for (size_t output = first; output < last; output++) {
        size_t end = (sampler->begin[output] + inputs - begin) % inputs + sampler->count[output];
        reach = end > reach ? end : reach;
    }
    blocks->begin[block] = begin;
    blocks->input_count[block] = reach < inputs ? reach : inputs;
    float *weights = blocks->weights + block * inputs * size;
    for (size_t i = 0; i < blocks->input_count[block]; i++) {
        for (size_t output = first; output < last; output++) {
            weights[i * size + output - first] = weight_of(sampler, output, (begin + i) % inputs);
        }
    }
}

static void set_blocks(ond_sampler *sampler)
{
    for (size_t block = 0; block < sampler->eights.count; block++) {
        set_block(sampler, &sampler->eights, block);
    }
    for (size_t block = 0; block < sampler->fours.count; block++) {
        set_block(sampler, &sampler->fours, block);
    }
}

/* All outputs have the same kernel when the stride is whole; else each is evaluated. */
static void set_filter(ond_sampler *sampler, const double *gain, double first, double stride, double *row,
                       double *kernel)
{
    size_t inputs = sampler->inputs;
    bool whole = stride == floor(stride);
    double peak = fabs(kernel_at(gain, inputs, 0));
    for (size_t output = 0; output < sampler->outputs; output++) {
        size_t shift = whole ? (size_t)((double)output * stride) : 0;
        if (output == 0 || !whole) {
            double position = first + (double)output * stride;
            for (size_t i = 0; i < inputs; i++) {
                kernel[i] = kernel_at(gain, inputs, (double)i - position);
            }
        }
        for (size_t i = 0; i < inputs; i++) {
            row[(i + shift) % inputs] = kernel[i];
        }
        set_output(sampler, output, row, negligible * peak);
    }
    set_blocks(sampler);
}

ond_status ond_sampler_create_filter(size_t inputs, size_t outputs, const double *gain, double first, double stride,
                                     ond_sampler *sampler)
{
    double *row = ond_memory_allocate(inputs, 2 * sizeof *row);
    ond_status status = row ? allocate(inputs, outputs, sampler) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        set_filter(sampler, gain, first, stride, row, row + inputs);
    }
    ond_memory_free(row);
    return status;
}

ond_status ond_sampler_create_mean(size_t inputs, size_t begin, size_t end, ond_sampler *sampler)
{
    OND_TRY(allocate(inputs, 1, sampler));
    sampler->begin[0] = begin;
    sampler->count[0] = end - begin;
    for (size_t i = 0; i < end - begin; i++) {
        sampler->weights[i] = 1 / (float)(end - begin);
    }
    set_blocks(sampler);
    return OND_OK;
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
    return (row_run){sampler->weights + output * sampler->inputs, begin, count,
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
        const float *weights = columns->eights.weights + block * inputs * EIGHT;
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
                sum_dense_strip(rows->weights + first * rows->inputs, rows->inputs, plane + c, stride, scratch + c,
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
