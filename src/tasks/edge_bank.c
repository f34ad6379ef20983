/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/parallel.h"
#include "tasks/edge_bands.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* ω_0 in radians per pixel: at the border of the grid, where decimation folds, 1e-3 of the peak is left. */
static const double first_frequency = 1.0;

/* κ: half a step between orientations costs a quarter of the response. */
static const double elongation = 3.8;

/* Width of the Gaussian mean of a scale, in the scale's own pixels. */
static const double mean_width_px = 1.4;

double ond_edge_angle(int orientation)
{
    return pi * orientation / OND_EDGE_ORIENTATIONS;
}

static double directional(double row, double column, double frequency, double angle)
{
    double along = (row * cos(angle) + column * sin(angle)) / frequency;
    double across = elongation * (column * cos(angle) - row * sin(angle)) / frequency;
    double square = along * along;
    return along > 0 ? 4 * pi * square * exp(-square - across * across / 2) : 0;
}

static double mean(double row, double column, int scale)
{
    double width = mean_width_px * (double)(1 << scale);
    return exp(-(row * row + column * column) * width * width / 2);
}

/* Frequencies beyond which a filter of the scale is below the threshold of its support. */
static ond_box box_of(const ond_edge_bank *bank, int scale)
{
    static const double reach = 4.5;
    size_t height = bank->filters->height, width = bank->filters->width;
    double radius = reach * first_frequency / (double)(1 << scale) / (2 * pi);
    ptrdiff_t rows = (ptrdiff_t)ceil(radius * (double)height), columns = (ptrdiff_t)ceil(radius * (double)width);
    return ond_box_intersect((ond_box){-rows, rows + 1, -columns, columns + 1}, ond_box_of_grid(height, width));
}

static ond_status make_filter(const ond_edge_bank *bank, int scale, int orientation, double *spectrum)
{
    size_t index = (size_t)(scale * (OND_EDGE_ORIENTATIONS + 1) + orientation), count = 0;
    bool is_mean = orientation == OND_EDGE_ORIENTATIONS;
    double frequency = first_frequency / (double)(1 << scale), angle = ond_edge_angle(orientation);
    double row_step = 2 * pi / (double)bank->filters->height, column_step = 2 * pi / (double)bank->filters->width;
    ond_box box = box_of(bank, scale);
    for (ptrdiff_t i = box.row_begin; i < box.row_end; i++) {
        for (ptrdiff_t k = box.column_begin; k < box.column_end; k++) {
            double row = row_step * (double)i, column = column_step * (double)k;
            spectrum[count++] = is_mean ? mean(row, column, scale) : directional(row, column, frequency, angle);
        }
    }
    bank->filters->filters[index].info = (ond_filter_info){
        .kind = is_mean ? OND_FILTER_LOW_PASS : OND_FILTER_BAND_PASS,
        .scale = scale,
        .orientation = is_mean ? 0 : orientation,
        .angle_rad = angle,
        .center_frequency = frequency,
        .subsampling = scale,
        .one_sided = !is_mean,
    };
    return ond_filter_set(bank->filters, index, box, spectrum);
}

typedef struct bank_call {
    ond_edge_bank *bank;
    double **spectra; /* scratch of each worker */
} bank_call;

static ond_status make_one(void *context, size_t index, int worker)
{
    const bank_call *call = context;
    int scale = (int)index / (OND_EDGE_ORIENTATIONS + 1), orientation = (int)index % (OND_EDGE_ORIENTATIONS + 1);
    double **spectrum = &call->spectra[worker];
    if (!*spectrum) {
        *spectrum = ond_memory_allocate(call->bank->filters->height * call->bank->filters->width, sizeof **spectrum);
    }
    return *spectrum ? make_filter(call->bank, scale, orientation, *spectrum) : OND_ERROR_MEMORY;
}

static ond_status make_filters(ond_edge_bank *bank)
{
    size_t count = (size_t)OND_EDGE_SCALES * (OND_EDGE_ORIENTATIONS + 1);
    int workers = ond_parallel_workers(count);
    bank_call call = {bank, ond_memory_allocate_zero((size_t)workers, sizeof *call.spectra)};
    if (!call.spectra) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_parallel_for(count, workers, make_one, &call);
    for (int i = 0; i < workers; i++) {
        ond_memory_free(call.spectra[i]);
    }
    ond_memory_free(call.spectra);
    return status;
}

static ond_status create(ond_edge_bank *bank)
{
    size_t coarsest = (size_t)1 << (OND_EDGE_SCALES - 1), count = (size_t)OND_EDGE_SCALES * (OND_EDGE_ORIENTATIONS + 1);
    size_t height = ond_fft_good_size(bank->height + 2 * OND_EDGE_MARGIN, 2 * coarsest);
    size_t width = ond_fft_good_size(bank->width + 2 * OND_EDGE_MARGIN, 2 * coarsest);
    OND_TRY(ond_filters_create_empty("edges", count, height, width, &bank->filters));
    for (int s = 0; s < OND_EDGE_SCALES; s++) {
        ond_edge_scale *scale = &bank->scales[s];
        unsigned passes = OND_FFT_BACKWARD | (s == 0 ? OND_FFT_REAL_FORWARD : 0);
        OND_TRY(ond_fft_create(height >> s, width >> s, passes, OND_PLANNING_ESTIMATE, &scale->fft));
        scale->height = height >> s;
        scale->width = width >> s;
        scale->stride = scale->fft->complex_stride;
    }
    return make_filters(bank);
}

ond_status ond_edge_bank_create(size_t height, size_t width, ond_edge_bank *bank)
{
    *bank = (ond_edge_bank){.height = height, .width = width};
    ond_status status = create(bank);
    if (status != OND_OK) {
        ond_edge_bank_destroy(bank);
    }
    return status;
}

void ond_edge_bank_destroy(ond_edge_bank *bank)
{
    for (int s = 0; s < OND_EDGE_SCALES; s++) {
        ond_fft_destroy(bank->scales[s].fft);
    }
    ond_filters_destroy(bank->filters);
    *bank = (ond_edge_bank){0};
}
