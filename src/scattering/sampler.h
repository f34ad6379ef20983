/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_SAMPLER_H
#define OND_SCATTERING_SAMPLER_H

#include "core/status.h"

/* Neighbouring outputs together, each group with the run of inputs that any of them reads. */
typedef struct ond_sampler_blocks {
    size_t size, count;          /* outputs of a block; blocks */
    size_t *begin, *input_count; /* per block */
    size_t longest;              /* the largest of these counts */
    float *weights;              /* per block, longest x size */
} ond_sampler_blocks;

/* A circular convolution along one axis evaluated at few positions: a banded matrix. */
typedef struct ond_sampler {
    size_t inputs, outputs;
    size_t *begin, *count; /* per output: the inputs begin … begin + count − 1 (modulo inputs) have a weight */
    size_t longest;        /* the largest of these counts */
    float *weights;        /* outputs x longest, each row from its `begin` on */
    ond_sampler_blocks eights, fours;
} ond_sampler;

/* Samples at positions first, first + stride, … (in inputs, not necessarily whole).
 * @param gain     real, even spectrum of the kernel at the frequencies −inputs/2 … (signed order), `inputs` of them */
ond_status ond_sampler_create_filter(size_t inputs, size_t outputs, const double *gain, double first, double stride,
                                     ond_sampler *sampler);

/* The mean of the inputs begin … end − 1 as the one output. */
ond_status ond_sampler_create_mean(size_t inputs, size_t begin, size_t end, ond_sampler *sampler);

void ond_sampler_free(ond_sampler *sampler);

/* Floats of scratch for ond_sample_plane. */
size_t ond_sample_scratch(const ond_sampler *columns);

/* samples[k, l] = Σ rows[k, i] plane[i, j] columns[l, j]; `samples` is rows.outputs x columns.outputs, contiguous.
 * The plane's stride is a multiple of 16; what its rows hold behind their width is read and ignored. */
void ond_sample_plane(const ond_sampler *rows, const ond_sampler *columns, const float *plane, size_t stride,
                      float *scratch, float *samples);

/* The same in two steps for a plane that comes in groups of sixteen rows, turned: [columns.inputs, 16].
 * First, per group: sums[r, l] = Σ_j columns[l, j] lines[j, r], sixteen rows of ond_sample_line_stride floats.
 * Then: samples[k, l] = Σ_i rows[k, i] sums[i, l]. */
size_t ond_sample_line_stride(const ond_sampler *columns);
void ond_sample_lines(const ond_sampler *columns, const float *lines, float *sums);
void ond_sample_sums(const ond_sampler *rows, const ond_sampler *columns, const float *sums, float *samples);

/* The same for stacks of sixteen planes (fft/stacked.h), one in each lane, with the same bits. First, per row:
 * sums[l, lane] = Σ_j columns[l, j] row[j, lane], ond_sample_stacked_stride floats. Then samples[k, l, lane]. */
size_t ond_sample_stacked_stride(const ond_sampler *columns);
void ond_sample_stacked_row(const ond_sampler *columns, const float *row, float *sums);
void ond_sample_stacked_sums(const ond_sampler *rows, const ond_sampler *columns, const float *sums, float *samples);

/* The transpose: plane[i, j] = Σ rows[k, i] samples[k, l] columns[l, j]. Scratch as for ond_sample_plane. */
void ond_spread_samples(const ond_sampler *rows, const ond_sampler *columns, const float *samples, float *scratch,
                        float *plane, size_t stride);

#endif
