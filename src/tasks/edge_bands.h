/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_BANDS_H
#define OND_TASKS_EDGE_BANDS_H

#include "core/vector.h"
#include "fft/fft.h"
#include "filters/filters.h"

/* One-sided directional filters, all orientations alike, an octave apart:
 *
 *     ψ^(ω) = 4π (u/ω_s)² exp(−(u/ω_s)²) exp(−(κ v/ω_s)²/2)  for u > 0, else 0,
 *
 * with u along and v across the direction of oscillation, and ω_s = ω_0 2^−s. Coefficients are even + i odd: a step of
 * height 1 gives |odd| = 1 and even = 0 at its place at every scale; a line gives odd = 0. Beside them a Gaussian mean
 * for each scale. Filtered images are sampled at every 2^s-th pixel.
 * Source: Reisenhofer, Kiefer & King, Shearlet-based detection of flame fronts, Exp. Fluids 57, 2016, section 3. */
enum { OND_EDGE_SCALES = 4, OND_EDGE_ORIENTATIONS = 8, OND_EDGE_MARGIN = 48 };

/* One scale. Pixel (row, column) of the image lies at ((row + margin) / 2^s, (column + margin) / 2^s) of its planes. */
typedef struct ond_edge_scale {
    ond_fft *fft;
    size_t height, width, stride;
} ond_edge_scale;

/* Filters and plans for images of one size. Immutable, may be shared by threads. */
typedef struct ond_edge_bank {
    size_t height, width; /* of the image */
    ond_filters *filters; /* scale after scale: orientations, then the mean */
    ond_edge_scale scales[OND_EDGE_SCALES];
} ond_edge_bank;

ond_status ond_edge_bank_create(size_t height, size_t width, ond_edge_bank *bank);
void ond_edge_bank_destroy(ond_edge_bank *bank);

/* The direction of oscillation of an orientation, from the downward row axis towards the column axis, in radians. */
double ond_edge_angle(int orientation);

/* Filtered planes of one channel. */
typedef struct ond_edge_bands {
    ond_complex *data[OND_EDGE_SCALES][OND_EDGE_ORIENTATIONS]; /* height x stride of the scale */
    float *mean[OND_EDGE_SCALES];                              /* height x width of the scale */
    int first_scale;                                           /* finer ones are NULL */
    void *memory;
} ond_edge_bands;

/* Filters one plane [height, width] of the bank's size, from bands->first_scale on. `bands` is made by the first call,
 * and used again. */
ond_status ond_edge_bands_apply(const ond_edge_bank *bank, const float *plane, ond_edge_bands *bands);
void ond_edge_bands_destroy(ond_edge_bands *bands);

#endif
