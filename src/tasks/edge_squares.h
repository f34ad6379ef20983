/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_SQUARES_H
#define OND_TASKS_EDGE_SQUARES_H

#include "tasks/edge_bands.h"

/* How busy the surroundings of each place are at one scale: means of moduli over squares of 16 pixels, smoothed over
 * 24 pixels more, and over the whole image. Each has size = O + C numbers with O orientations and C channels:
 *   O  moduli of channel 0
 *   C  sums over the orientations of each channel */
typedef struct ond_edge_squares {
    size_t rows, columns, size;
    float *values; /* rows x columns x size */
    float *whole;  /* size */
} ond_edge_squares;

/* @param bands  of each channel  @param squares  to be freed in any case */
ond_status ond_edge_squares_create(const ond_edge_bank *bank, const ond_edge_bands *bands, size_t channels, int scale,
                                   ond_edge_squares *squares);
void ond_edge_squares_destroy(ond_edge_squares *squares);

/* The numbers around a pixel, interpolated between the centres of squares. */
void ond_edge_squares_at(const ond_edge_squares *squares, size_t row, size_t column, float *values);

#endif
