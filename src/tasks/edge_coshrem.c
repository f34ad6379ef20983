/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/parallel.h"
#include "fft/fft.h"
#include "tasks/edge_measure.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Scales, half an octave apart, coarse to fine; the even part is read one octave below the odd one. */
enum { SCALES = 7, PER_OCTAVE = 2, OFFSET = PER_OCTAVE, ODD_SCALES = SCALES - OFFSET, DIRECTIONS = 10 };

/* Supports as shares of the image's shorter side, and what turns supports into widths of the spectrum. */
static const double wavelet_support = 1.0 / 7, gaussian_support = 1.0 / 20;
static const double wavelet_width = 63.0 / 512, gaussian_width = 74.0 / 512;

/* How much less than the wavelet the Gaussian shrinks with the scale. */
static const double alpha = 0.8;

static const double pi = 3.14159265358979323846;

/* A filter oscillates along (1, shear), rows first, or along (shear, 1). Neighbours: the next directions on either
 * side; `turns`: they look the other way. The two diagonals are there twice. */
typedef struct direction {
    bool along_rows;
    double shear;
    int neighbours[2];
    bool turns[2];
} direction;

static const direction directions[DIRECTIONS]
    = {{false, 0, {9, 1}, {false, false}},   {false, 0.5, {0, 2}, {false, false}}, {false, 1, {1, 4}, {false, true}},
       {true, 1, {1, 4}, {true, false}},     {true, 0.5, {3, 5}, {false, false}},  {true, 0, {4, 6}, {false, false}},
       {true, -0.5, {5, 7}, {false, false}}, {true, -1, {6, 9}, {false, false}},   {false, -1, {6, 9}, {false, false}},
       {false, -0.5, {8, 0}, {false, false}}};

typedef struct coshrem {
    size_t height, width;
    ond_fft *fft;
    float least_contrast;
    ond_complex *spectrum;              /* of the image */
    ond_complex *planes[SCALES];        /* coefficients of the direction at work */
    float *odd[ODD_SCALES][DIRECTIONS]; /* imaginary parts of all, [height, width] */
    float *pivot;                       /* largest odd part so far */
    uint8_t *best;                      /* where it is: ((scale · DIRECTIONS) + direction) · 2 + polarity */
    float *strength, *normal_rad;
    int direction; /* at work */
} coshrem;

static void take_memory(coshrem *own, ond_arena *arena)
{
    size_t plane = own->fft->height * own->fft->complex_stride, pixels = own->height * own->width;
    own->spectrum = ond_arena_take(arena, plane, sizeof *own->spectrum);
    for (int s = 0; s < SCALES; s++) {
        own->planes[s] = ond_arena_take(arena, plane, sizeof *own->planes[s]);
    }
    for (int s = 0; s < ODD_SCALES; s++) {
        for (int o = 0; o < DIRECTIONS; o++) {
            own->odd[s][o] = ond_arena_take(arena, pixels, sizeof *own->odd[s][o]);
        }
    }
    own->pivot = ond_arena_take(arena, pixels, sizeof *own->pivot);
    own->best = ond_arena_take(arena, pixels, sizeof *own->best);
}

static ptrdiff_t signed_frequency(size_t index, size_t size)
{
    return index < (size + 1) / 2 ? (ptrdiff_t)index : (ptrdiff_t)index - (ptrdiff_t)size;
}

/* w² exp(−w²/2) at a signed frequency, 0 on the border of an even grid. */
static double wavelet(const coshrem *own, int scale, ptrdiff_t frequency, size_t size)
{
    size_t shorter = own->height < own->width ? own->height : own->width;
    double w = wavelet_width * wavelet_support * (double)shorter * 2 * pi * (double)frequency / (double)size
               / pow(2, (double)scale / PER_OCTAVE);
    return 2 * frequency == -(ptrdiff_t)size ? 0 : w * w * exp(-w * w / 2);
}

/* One over the sum of the odd part on one side: a step of height 1 gives 1. The phase π f / n puts the filter between
 * two pixels. */
static double step_factor(const coshrem *own, int scale, size_t size)
{
    double sum = 0;
    for (size_t i = 1; i < (size + 1) / 2; i++) { /* Σ_x sin(θ (x + 1/2)) over m places is sin²(m θ/2) / sin(θ/2) */
        double half = pi * (double)i / (double)size, root = sin((double)(size / 2) * half);
        sum += wavelet(own, scale, (ptrdiff_t)i, size) * root * root / sin(half) / (double)size;
    }
    return sum > 0 ? 1 / sum : 0;
}

/* One row of spectrum · conjugate of the filter. */
static void filter_row(const coshrem *own, int scale, size_t row, double factor)
{
    const direction *d = &directions[own->direction];
    size_t stride = own->fft->complex_stride, sizes[2] = {own->height, own->width};
    size_t shorter = own->height < own->width ? own->height : own->width;
    double reach = gaussian_width * gaussian_support * (double)shorter / pow(2, alpha * scale / PER_OCTAVE);
    for (size_t column = 0; column < own->width; column++) {
        ptrdiff_t at[2] = {signed_frequency(row, own->height), signed_frequency(column, own->width)};
        ptrdiff_t along = at[!d->along_rows], across = at[d->along_rows];
        size_t size = sizes[!d->along_rows], other = sizes[d->along_rows];
        ond_complex *to = &own->planes[scale][row * stride + column], from = own->spectrum[row * stride + column];
        if (d->along_rows ? along <= 0 : along >= 0) {
            *to = (ond_complex){0, 0};
            continue;
        }
        double turns = (double)across / (double)other - d->shear * (double)along / (double)size;
        double v = reach * 2 * pi * (turns - floor(turns + 0.5));
        double value = factor * wavelet(own, scale, along, size) * exp(-v * v / 2);
        double phase = pi * (double)along / (double)size, re = value * cos(phase), im = -value * sin(phase);
        to->re = (float)((double)from.re * re - (double)from.im * im);
        to->im = (float)((double)from.re * im + (double)from.im * re);
    }
}

static ond_status filter_scale(void *context, size_t index, int worker)
{
    const coshrem *own = context;
    int scale = (int)index;
    (void)worker;
    size_t size = directions[own->direction].along_rows ? own->height : own->width;
    double factor = step_factor(own, scale, size) / ((double)own->height * (double)own->width);
    for (size_t row = 0; row < own->height; row++) {
        filter_row(own, scale, row, factor);
    }
    ond_fft_backward(own->fft, own->planes[scale]);
    return OND_OK;
}

/* The pixel that a filter of this polarity is read at: filters lie between pixels, both polarities on the same one. */
static size_t place_of(const coshrem *own, int number, bool negative, size_t row, size_t column, size_t stride)
{
    if (directions[number].along_rows) {
        return (negative ? (row ? row : own->height) - 1 : row) * stride + column;
    }
    return row * stride + (negative ? column : column + 1 < own->width ? column + 1 : 0);
}

/* E = max(0, Σ_s min(odd, p) − even − τ) / (n p) for one direction, where its odd part is the largest so far. */
static void try_polarity(const coshrem *own, size_t row, size_t column, bool negative)
{
    size_t pixel = row * own->width + column;
    size_t place = place_of(own, own->direction, negative, row, column, own->fft->complex_stride);
    float odd[ODD_SCALES], sum = 0;
    int best = 0;
    for (int s = 0; s < ODD_SCALES; s++) {
        float im = own->planes[s + OFFSET][place].im;
        odd[s] = negative ? -im : im;
        best = odd[s] > odd[best] ? s : best;
    }
    if (odd[best] <= own->pivot[pixel]) {
        return;
    }
    for (int s = 0; s < ODD_SCALES; s++) {
        sum += odd[s] - fabsf(own->planes[s][place].re) - own->least_contrast;
    }
    own->pivot[pixel] = odd[best];
    own->best[pixel] = (uint8_t)((best * DIRECTIONS + own->direction) * 2 + negative);
    own->strength[pixel] = fmaxf(sum / (ODD_SCALES * odd[best]), 0);
}

static ond_status compare_row(void *context, size_t row, int worker)
{
    const coshrem *own = context;
    (void)worker;
    for (size_t column = 0; column < own->width; column++) {
        try_polarity(own, row, column, false);
        try_polarity(own, row, column, true);
        for (int s = 0; s < ODD_SCALES; s++) {
            own->odd[s][own->direction][row * own->width + column]
                = own->planes[s + OFFSET][row * own->fft->complex_stride + column].im;
        }
    }
    return OND_OK;
}

/* The direction across the edge, `turn` steps (−1/2…1/2) on from one of the ten. */
static double angle_of(int number, double turn)
{
    const direction *d = &directions[number];
    bool along_rows = d->along_rows;
    if (number == 2 || number == 3) {
        along_rows = turn > 0;
    } else if (number == 7 || number == 8) {
        along_rows = turn < 0;
    }
    double shear = d->shear + (along_rows ? -0.5 : 0.5) * turn;
    double angle = along_rows ? atan2(shear, 1) : atan2(1, shear);
    return angle < 0 ? angle + pi : angle;
}

static ond_status direct_row(void *context, size_t row, int worker)
{
    const coshrem *own = context;
    (void)worker;
    for (size_t column = 0; column < own->width; column++) {
        size_t pixel = row * own->width + column;
        bool negative = own->best[pixel] % 2;
        int number = own->best[pixel] / 2 % DIRECTIONS, s = own->best[pixel] / 2 / DIRECTIONS;
        double beside[2], turn = 0;
        for (int k = 0; k < 2; k++) {
            int other = directions[number].neighbours[k];
            bool turned = negative != directions[number].turns[k];
            float value = own->odd[s][other][place_of(own, other, turned, row, column, own->width)];
            beside[k] = turned ? -(double)value : (double)value;
        }
        double bend = beside[0] - 2 * (double)own->pivot[pixel] + beside[1];
        if (bend < 0) {
            turn = fmin(fmax(0.5 * (beside[0] - beside[1]) / bend, -0.5), 0.5);
        }
        own->normal_rad[pixel] = (float)angle_of(number, turn);
    }
    return OND_OK;
}

static ond_status run(coshrem *own, const float *gray)
{
    float *real = (float *)own->planes[0];
    for (size_t row = 0; row < own->height; row++) {
        memcpy(real + row * own->fft->real_stride, gray + row * own->width, own->width * sizeof *real);
    }
    ond_fft_real_forward(own->fft, real, own->spectrum);
    ond_fft_mirror(own->fft, own->spectrum);
    memset(own->strength, 0, own->height * own->width * sizeof *own->strength);
    for (own->direction = 0; own->direction < DIRECTIONS; own->direction++) {
        OND_TRY(ond_parallel_for(SCALES, ond_parallel_workers(SCALES), filter_scale, own));
        OND_TRY(ond_parallel_for(own->height, ond_parallel_workers(own->height), compare_row, own));
    }
    return ond_parallel_for(own->height, ond_parallel_workers(own->height), direct_row, own);
}

ond_status ond_edge_coshrem(const float *gray, size_t height, size_t width, double least_contrast, float *strength,
                            float *normal_rad)
{
    coshrem own = {.height = height,
                   .width = width,
                   .least_contrast = (float)least_contrast,
                   .strength = strength,
                   .normal_rad = normal_rad};
    ond_arena arena = {0};
    OND_TRY(ond_fft_create(height, width, OND_FFT_REAL_FORWARD | OND_FFT_BACKWARD, OND_PLANNING_ESTIMATE, &own.fft));
    take_memory(&own, &arena);
    void *memory = ond_memory_allocate_zero(arena.used, 1);
    ond_status status = memory ? OND_OK : OND_ERROR_MEMORY;
    if (memory) {
        arena = (ond_arena){.base = memory};
        take_memory(&own, &arena);
        status = run(&own, gray);
    }
    ond_memory_free(memory);
    ond_fft_destroy(own.fft);
    return status;
}
