/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/lowpass.h"

#include "core/memory.h"

#include <math.h>
#include <string.h>

static const ond_filter *low_pass_of(const ond_filters *filters)
{
    return &filters->filters[filters->count - 1];
}

/* φ^[a, b] φ^[0, 0] = φ^[a, 0] φ^[0, b] to single precision. */
static bool is_separable(const ond_filter *filter)
{
    double peak = (double)ond_filter_value(filter, 0, 0);
    if (peak <= 0) {
        return false;
    }
    for (ptrdiff_t row = filter->box.row_begin; row < filter->box.row_end; row++) {
        double down = (double)ond_filter_value(filter, row, 0);
        for (ptrdiff_t column = filter->box.column_begin; column < filter->box.column_end; column++) {
            double product = down * (double)ond_filter_value(filter, 0, column);
            if (fabs(product - peak * (double)ond_filter_value(filter, row, column)) > 1e-6 * peak * peak) {
                return false;
            }
        }
    }
    return true;
}

/* One factor of a separable low-pass, cropped to the frequencies of a level: φ^[f, 0] / √φ^[0, 0]. */
static void factor_of(const ond_filter *filter, bool along_rows, size_t size, double *gain)
{
    double root = sqrt((double)ond_filter_value(filter, 0, 0));
    ptrdiff_t lowest = -(ptrdiff_t)(size / 2);
    for (size_t i = 0; i < size; i++) {
        ptrdiff_t frequency = lowest + (ptrdiff_t)i;
        gain[i] = (double)(along_rows ? ond_filter_value(filter, frequency, 0) : ond_filter_value(filter, 0, frequency))
                  / root;
    }
}

static ond_status create_factor(const ond_filter *filter, bool along_rows, const ond_axis *axis, int level,
                                ond_sampler *sampler)
{
    size_t inputs = axis->padded >> level;
    double *gain = ond_memory_allocate(inputs, sizeof *gain);
    if (!gain) {
        return OND_ERROR_MEMORY;
    }
    factor_of(filter, along_rows, inputs, gain);
    ond_status status = ond_sampler_create_filter(inputs, axis->outputs, gain, ldexp((double)axis->first, -level),
                                                  ldexp((double)axis->stride, -level), sampler);
    ond_memory_free(gain);
    return status;
}

/* The level's samples that lie on the image. */
static ond_status create_mean(const ond_axis *axis, int level, ond_sampler *sampler)
{
    size_t step = (size_t)1 << level;
    size_t begin = (axis->inner_begin + step - 1) >> level;
    size_t end = (axis->inner_end + step - 1) >> level;
    return ond_sampler_create_mean(axis->padded >> level, begin, end > begin ? end : begin + 1, sampler);
}

/* How often an axis can be folded so that all outputs remain samples. */
static size_t fold_factor(const ond_axis *axis, int level)
{
    size_t size = axis->padded >> level;
    size_t factor = 1;
    while (size % (2 * factor) == 0 && (axis->first >> level) % (2 * factor) == 0
           && (axis->stride >> level) % (2 * factor) == 0) {
        factor *= 2;
    }
    return factor;
}

static ond_status create_folded(const ond_axis *rows, const ond_axis *columns, int level,
                                const ond_scattering_config *config, ond_lowpass *lowpass)
{
    size_t fold_rows = fold_factor(rows, level);
    size_t fold_columns = fold_factor(columns, level);
    lowpass->first_row = (rows->first >> level) / fold_rows;
    lowpass->first_column = (columns->first >> level) / fold_columns;
    lowpass->row_step = (rows->stride >> level) / fold_rows;
    lowpass->column_step = (columns->stride >> level) / fold_columns;
    return ond_fft_create((rows->padded >> level) / fold_rows, (columns->padded >> level) / fold_columns,
                          OND_FFT_BACKWARD, config->planning, &lowpass->fft);
}

ond_status ond_lowpass_create(const ond_filters *filters, const ond_axis *rows, const ond_axis *columns, int level,
                              const ond_scattering_config *config, ond_lowpass *lowpass)
{
    bool mean = config->averaging == OND_AVERAGING_GLOBAL;
    *lowpass = (ond_lowpass){.output_height = rows->outputs, .output_width = columns->outputs};
    lowpass->filter = low_pass_of(filters);
    lowpass->separable = mean || is_separable(lowpass->filter);
    if (mean) {
        OND_TRY(create_mean(rows, level, &lowpass->rows));
        return create_mean(columns, level, &lowpass->columns);
    }
    if (lowpass->separable) {
        OND_TRY(create_factor(lowpass->filter, true, rows, level, &lowpass->rows));
        return create_factor(lowpass->filter, false, columns, level, &lowpass->columns);
    }
    return create_folded(rows, columns, level, config, lowpass);
}

void ond_lowpass_free(ond_lowpass *lowpass)
{
    ond_sampler_free(&lowpass->rows);
    ond_sampler_free(&lowpass->columns);
    ond_fft_destroy(lowpass->fft);
    *lowpass = (ond_lowpass){0};
}

size_t ond_lowpass_scratch(const ond_lowpass *lowpass)
{
    if (lowpass->separable) {
        return ond_sample_scratch(&lowpass->columns);
    }
    return 2 * lowpass->fft->height * lowpass->fft->complex_stride;
}

static void apply_folded(const ond_lowpass *lowpass, ond_plane spectrum, ond_complex *scratch, float *samples)
{
    const ond_fft *fft = lowpass->fft;
    ond_plane plane = {scratch, fft->height, fft->width, fft->complex_stride};
    ond_filter_fold(lowpass->filter, spectrum, plane);
    ond_fft_backward(fft, scratch);
    float scale = 1 / ((float)spectrum.height * (float)spectrum.width);
    for (size_t k = 0; k < lowpass->output_height; k++) {
        const ond_complex *row = scratch + (lowpass->first_row + k * lowpass->row_step) * fft->complex_stride;
        for (size_t l = 0; l < lowpass->output_width; l++) {
            *samples++ = scale * row[lowpass->first_column + l * lowpass->column_step].re;
        }
    }
}

void ond_lowpass_apply(const ond_lowpass *lowpass, const float *plane, size_t stride, ond_plane spectrum,
                       float *scratch, float *samples)
{
    if (lowpass->separable) {
        ond_sample_plane(&lowpass->rows, &lowpass->columns, plane, stride, scratch, samples);
    } else {
        apply_folded(lowpass, spectrum, (ond_complex *)(void *)scratch, samples);
    }
}

static void spread_folded(const ond_lowpass *lowpass, const float *samples, ond_complex *scratch, ond_plane spectrum)
{
    const ond_fft *fft = lowpass->fft;
    ond_plane plane = {scratch, fft->height, fft->width, fft->complex_stride};
    float scale = 1 / ((float)spectrum.height * (float)spectrum.width);
    memset(scratch, 0, fft->height * fft->complex_stride * sizeof *scratch);
    for (size_t k = 0; k < lowpass->output_height; k++) {
        ond_complex *row = scratch + (lowpass->first_row + k * lowpass->row_step) * fft->complex_stride;
        for (size_t l = 0; l < lowpass->output_width; l++) {
            row[lowpass->first_column + l * lowpass->column_step].re = scale * *samples++;
        }
    }
    ond_fft_backward(fft, scratch); /* of real samples: the conjugate of the forward transform */
    ond_filter_unfold(lowpass->filter, plane, spectrum);
}

void ond_lowpass_adjoint(const ond_lowpass *lowpass, const float *samples, float *scratch, float *plane, size_t stride,
                         ond_plane spectrum)
{
    if (lowpass->separable) {
        ond_spread_samples(&lowpass->rows, &lowpass->columns, samples, scratch, plane, stride);
    } else {
        spread_folded(lowpass, samples, (ond_complex *)(void *)scratch, spectrum);
    }
}
