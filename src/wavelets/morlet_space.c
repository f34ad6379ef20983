/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "fft/fft.h"
#include "wavelets/morlet.h"

#include <math.h>

/* Kymatio sums the periods −2…2 of every axis. Where the envelope is wider than two images (many orientations, the
 * coarsest scale, an image of 2^J pixels) that cuts off its tails, unevenly; its users' numbers carry it. */
enum { PERIODS = 2, LARGEST_SIDE = 1024 };

bool ond_morlet_is_truncated(const ond_morlet_shape *shape, size_t height, size_t width)
{
    size_t side = height < width ? height : width;
    double reach = PERIODS * (double)side * shape->slant / shape->sigma;
    return exp(-0.5 * reach * reach) > 1e-8 && height <= LARGEST_SIDE && width <= LARGEST_SIDE;
}

typedef struct complex_sum {
    double re, im;
} complex_sum;

typedef struct quadratic {
    double row_row, row_column, column_column; /* of the exponent */
    double row_frequency, column_frequency;
} quadratic;

static quadratic quadratic_of(const ond_morlet_shape *shape)
{
    double c = cos(shape->angle_rad);
    double d = sin(shape->angle_rad);
    double s = shape->slant * shape->slant;
    double width = 2 * shape->sigma * shape->sigma;
    return (quadratic){
        .row_row = (c * c + s * d * d) / width,
        .row_column = (1 - s) * c * d / width,
        .column_column = (d * d + s * c * c) / width,
        .row_frequency = shape->frequency * c,
        .column_frequency = shape->frequency * d,
    };
}

/* Adds the wave and, apart, the envelope alone at one point of the plane. */
static void add_point(const quadratic *q, double u, double v, complex_sum *wave, double *envelope)
{
    double value = exp(-(q->row_row * u * u + 2 * q->row_column * u * v + q->column_column * v * v));
    double phase = u * q->row_frequency + v * q->column_frequency;
    wave->re += value * cos(phase);
    wave->im += value * sin(phase);
    *envelope += value;
}

typedef struct space_filter {
    size_t height, width;
    complex_sum *wave;
    double *envelope;
} space_filter;

static void sum_periods(const quadratic *q, const space_filter *space)
{
    for (size_t row = 0; row < space->height; row++) {
        for (size_t column = 0; column < space->width; column++) {
            size_t i = row * space->width + column;
            for (int a = -PERIODS; a <= PERIODS; a++) {
                for (int b = -PERIODS; b <= PERIODS; b++) {
                    double u = (double)row + a * (double)space->height;
                    double v = (double)column + b * (double)space->width;
                    add_point(q, u, v, &space->wave[i], &space->envelope[i]);
                }
            }
        }
    }
}

/* wave − K envelope with K = Σ wave / Σ envelope, scaled to the spectrum's peak, into a complex plane. */
static void correct_mean(const space_filter *space, double scale, const ond_fft *fft, ond_complex *plane)
{
    complex_sum total = {0, 0};
    double mass = 0;
    for (size_t i = 0; i < space->height * space->width; i++) {
        total.re += space->wave[i].re;
        total.im += space->wave[i].im;
        mass += space->envelope[i];
    }
    for (size_t row = 0; row < space->height; row++) {
        for (size_t column = 0; column < space->width; column++) {
            size_t i = row * space->width + column;
            plane[row * fft->complex_stride + column] = (ond_complex){
                (float)(scale * (space->wave[i].re - total.re / mass * space->envelope[i])),
                (float)(scale * (space->wave[i].im - total.im / mass * space->envelope[i])),
            };
        }
    }
}

static ond_status transform_and_set(ond_filters *filters, size_t index, const space_filter *space, double scale,
                                    ond_fft *fft)
{
    size_t grid = space->height * space->width;
    ond_complex *plane = ond_memory_allocate_zero(space->height * fft->complex_stride, sizeof *plane);
    double *spectrum = ond_memory_allocate(grid, sizeof *spectrum);
    ond_status status = OND_ERROR_MEMORY;
    if (plane && spectrum) {
        correct_mean(space, scale, fft, plane);
        ond_fft_forward(fft, plane);
        ond_box box = ond_box_of_grid(space->height, space->width);
        for (size_t i = 0; i < grid; i++) {
            size_t row = ond_frequency_index(box.row_begin + (ptrdiff_t)(i / space->width), space->height);
            size_t column = ond_frequency_index(box.column_begin + (ptrdiff_t)(i % space->width), space->width);
            spectrum[i] = (double)plane[row * fft->complex_stride + column].re;
        }
        status = ond_filter_set(filters, index, box, spectrum);
    }
    ond_memory_free(plane);
    ond_memory_free(spectrum);
    return status;
}

ond_status ond_morlet_set_from_space(ond_filters *filters, size_t index, const ond_morlet_shape *shape)
{
    size_t grid = filters->height * filters->width;
    space_filter space = {
        .height = filters->height,
        .width = filters->width,
        .wave = ond_memory_allocate_zero(grid, sizeof *space.wave),
        .envelope = ond_memory_allocate_zero(grid, sizeof *space.envelope),
    };
    ond_fft *fft = NULL;
    ond_status status = space.wave && space.envelope ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = ond_fft_create(filters->height, filters->width, OND_FFT_FORWARD, OND_PLANNING_ESTIMATE, &fft);
    }
    if (status == OND_OK) {
        quadratic q = quadratic_of(shape);
        sum_periods(&q, &space);
        double mass = 2 * acos(-1.0) * shape->sigma * shape->sigma / shape->slant;
        status = transform_and_set(filters, index, &space, shape->peak / mass, fft);
    }
    ond_fft_destroy(fft);
    ond_memory_free(space.wave);
    ond_memory_free(space.envelope);
    return status;
}
