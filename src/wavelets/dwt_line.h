/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_WAVELETS_DWT_LINE_H
#define OND_WAVELETS_DWT_LINE_H

#include "wavelets/dwt_axis.h"

/* A weighted sum of vectors. */
typedef struct ond_dwt_terms {
    size_t count;
    float weights[OND_DWT_PARTS * OND_DWT_MOST_TAPS];
    const float *vectors[OND_DWT_PARTS * OND_DWT_MOST_TAPS];
} ond_dwt_terms;

/* Buffers for the transform of one row, set up for one axis and one direction. With every other number of the row in a
 * buffer of its own, the decimated transform too is a weighted sum of vectors. */
typedef struct ond_dwt_line {
    const ond_dwt_axis *axis;
    float *padded[OND_DWT_PARTS]; /* analysis: the samples in the first; synthesis: the coefficients of each part */
    ptrdiff_t begin[OND_DWT_PARTS], end[OND_DWT_PARTS]; /* places or indices in `padded` */
    float *phases[2];                                   /* samples two by two */
    ond_dwt_terms terms[2];                             /* of each part in analysis, of each phase in synthesis */
} ond_dwt_line;

enum { OND_DWT_LINE_BUFFERS = 4 };

/* Floats that each of a line's buffers must hold. */
size_t ond_dwt_line_room(const ond_dwt_axis *axis);

void ond_dwt_line_set_analysis(ond_dwt_line *line, const ond_dwt_axis *axis, float *const *buffers);
/* Where the samples are to be written. */
float *ond_dwt_line_samples(const ond_dwt_line *line);
/* Writes the coefficients of each part that has some; the line's samples stay. */
void ond_dwt_line_analyse(const ond_dwt_line *line, float *const outputs[OND_DWT_PARTS]);

void ond_dwt_line_set_synthesis(ond_dwt_line *line, const ond_dwt_axis *axis, float *const *buffers);
/* Where the coefficients of a part are to be written. */
float *ond_dwt_line_coefficients(const ond_dwt_line *line, int part);
void ond_dwt_line_synthesise(const ond_dwt_line *line, float *samples);

#endif
