/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_LOWPASS_H
#define OND_SCATTERING_LOWPASS_H

#include "fft/fft.h"
#include "filters/filters.h"
#include "filters/fold.h"
#include "scattering/geometry.h"
#include "scattering/sampler.h"

/* Low-pass and subsampling of planes at one resolution, decided once: two banded matrices where the low-pass is
 * separable (a Gaussian, a mean), otherwise a multiplication and an inverse FFT. */
typedef struct ond_lowpass {
    bool separable;
    ond_sampler rows, columns;
    /* not separable: */
    const ond_filter *filter;
    ond_fft *fft;                                          /* of the folded size */
    size_t first_row, first_column, row_step, column_step; /* outputs in the folded plane */
    size_t output_height, output_width;
} ond_lowpass;

/* @param level  planes hold every 2^level-th pixel of the padded axes */
ond_status ond_lowpass_create(const ond_filters *filters, const ond_axis *rows, const ond_axis *columns, int level,
                              const ond_scattering_config *config, ond_lowpass *lowpass);
void ond_lowpass_free(ond_lowpass *lowpass);

/* Floats of scratch that ond_lowpass_apply wants. */
size_t ond_lowpass_scratch(const ond_lowpass *lowpass);

/* @param plane     the samples; read when separable
 * @param spectrum  their spectrum; read otherwise
 * @param samples   output height x width, contiguous */
void ond_lowpass_apply(const ond_lowpass *lowpass, const float *plane, size_t stride, ond_plane spectrum,
                       float *scratch, float *samples);

/* The transpose of ond_lowpass_apply. Separable: the gradient with respect to the plane, which is overwritten.
 * Otherwise: the conjugate of the gradient with respect to the spectrum, which is added to. */
void ond_lowpass_adjoint(const ond_lowpass *lowpass, const float *samples, float *scratch, float *plane, size_t stride,
                         ond_plane spectrum);

#endif
