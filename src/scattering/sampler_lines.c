/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "fft/lines.h"
#include "scattering/sampler.h"

#include <string.h>

enum { FOUR = 4 };

size_t ond_sample_line_stride(const ond_sampler *columns)
{
    return (columns->outputs + OND_LANES - 1) / OND_LANES * OND_LANES;
}

/* Four outputs of sixteen lines: out[l, r] = Σ_i weights[i, l] lines[begin + i, r], circular in i. Sums by name:
 * compilers keep them in registers, but not a table of sums. */
OND_WIDE static void sum_four(const ond_sampler *sampler, size_t block, const float *restrict lines, size_t stride,
                              float *restrict out)
{
    size_t count = sampler->fours.input_count[block];
    size_t begin = sampler->fours.begin[block];
    size_t ahead = sampler->inputs - begin < count ? sampler->inputs - begin : count;
    const float *restrict weights = sampler->fours.weights + block * sampler->fours.longest * FOUR;
    float first[OND_LANES] = {0};
    float second[OND_LANES] = {0};
    float third[OND_LANES] = {0};
    float fourth[OND_LANES] = {0};
    for (size_t i = 0; i < count; i++) {
        const float *line = lines + (i < ahead ? begin + i : i - ahead) * stride;
        const float *weight = weights + i * FOUR;
        for (size_t lane = 0; lane < OND_LANES; lane++) {
            first[lane] += weight[0] * line[lane];
            second[lane] += weight[1] * line[lane];
            third[lane] += weight[2] * line[lane];
            fourth[lane] += weight[3] * line[lane];
        }
    }
    memcpy(out, first, sizeof first);
    memcpy(out + OND_LANES, second, sizeof second);
    memcpy(out + 2 * (size_t)OND_LANES, third, sizeof third);
    memcpy(out + 3 * (size_t)OND_LANES, fourth, sizeof fourth);
}

void ond_sample_lines(const ond_sampler *columns, const float *lines, float *sums)
{
    size_t stride = ond_sample_line_stride(columns);
    _Alignas(OND_ALIGNMENT) float tile[OND_LANES * OND_LANES] = {0};
    _Alignas(OND_ALIGNMENT) float turned[OND_LANES * OND_LANES];
    for (size_t first = 0; first < columns->outputs; first += OND_LANES) {
        size_t begin = first / FOUR;
        for (size_t block = begin; block < columns->fours.count && block < begin + OND_LANES / FOUR; block++) {
            sum_four(columns, block, lines, OND_LANES, tile + (block - begin) * FOUR * OND_LANES);
        }
        ond_lines_turn(tile, OND_LANES, turned);
        for (size_t row = 0; row < OND_LANES; row++) {
            memcpy(sums + row * stride + first, turned + row * OND_LANES, OND_LANES * sizeof *turned);
        }
    }
}

void ond_sample_sums(const ond_sampler *rows, const ond_sampler *columns, const float *sums, float *samples)
{
    size_t stride = ond_sample_line_stride(columns);
    size_t outputs = columns->outputs;
    _Alignas(OND_ALIGNMENT) float tile[FOUR * OND_LANES];
    for (size_t k = 0; k < rows->outputs; k += FOUR) {
        size_t together = rows->outputs - k < FOUR ? rows->outputs - k : FOUR;
        for (size_t first = 0; first < outputs; first += OND_LANES) {
            size_t count = outputs - first < OND_LANES ? outputs - first : OND_LANES;
            sum_four(rows, k / FOUR, sums + first, stride, tile);
            for (size_t i = 0; i < together; i++) {
                memcpy(samples + (k + i) * outputs + first, tile + i * OND_LANES, count * sizeof *tile);
            }
        }
    }
}

size_t ond_sample_stacked_stride(const ond_sampler *columns)
{
    return columns->fours.count * FOUR * OND_LANES;
}

void ond_sample_stacked_row(const ond_sampler *columns, const float *row, float *sums)
{
    for (size_t block = 0; block < columns->fours.count; block++) {
        sum_four(columns, block, row, OND_LANES, sums + block * FOUR * OND_LANES);
    }
}

void ond_sample_stacked_sums(const ond_sampler *rows, const ond_sampler *columns, const float *sums, float *samples)
{
    size_t stride = ond_sample_stacked_stride(columns);
    size_t outputs = columns->outputs;
    _Alignas(OND_ALIGNMENT) float tile[FOUR * OND_LANES];
    for (size_t k = 0; k < rows->outputs; k += FOUR) {
        size_t together = rows->outputs - k < FOUR ? rows->outputs - k : FOUR;
        for (size_t l = 0; l < outputs; l++) {
            sum_four(rows, k / FOUR, sums + l * OND_LANES, stride, tile);
            for (size_t i = 0; i < together; i++) {
                memcpy(samples + ((k + i) * outputs + l) * OND_LANES, tile + i * OND_LANES, OND_LANES * sizeof *tile);
            }
        }
    }
}
