/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FILTERS_STRIPS_H
#define OND_FILTERS_STRIPS_H

#include "fft/real.h"
#include "filters/filters.h"

/* Products of even filters and half spectra of real planes, one strip of sixteen columns at a time (fft/real.h). */

/* Strips begin…end − 1 are what a filter reaches, and strip 0 when `ends`: columns 0 and width/2, which lie there. */
typedef struct ond_strip_range {
    size_t begin, end;
    bool ends;
} ond_strip_range;

/* Finds the range, and the filter's weights of column 0: X(row, 0) ψ(row, 0) + i X(row, width/2) ψ(row, width/2), where
 * X of both is even up to conjugation, is `same`[row] times the number at (row, 0) plus `opposite`[row] times the
 * conjugate of that at (−row, 0).
 * @param[out] weights  `same` [height], `opposite` [height] */
ond_strip_range ond_strips_reached(const ond_filter *filter, size_t height, size_t width, float *weights);

bool ond_strip_is_reached(ond_strip_range range, size_t strip);

/* A strip of a filter that will be wanted. */
typedef struct ond_strip_wanted {
    const ond_filter *filter;
    size_t strip;
    size_t calls; /* that fetch it all */
    size_t row;   /* of the box: 0 at first, and the next one as it goes on */
} ond_strip_wanted;

/* Asks for some of its values (ond_ahead of fft/lines.h). */
void ond_strip_fetch(void *wanted);

/* product = X ψ^ on one strip. */
void ond_strip_product(const ond_real_fft *fft, const ond_filter *filter, const float *weights, size_t strip,
                       const float *spectrum, float *product);

/* sum += X ψ^ on one strip. */
void ond_strip_add_product(const ond_real_fft *fft, const ond_filter *filter, const float *weights, size_t strip,
                           const float *spectrum, float *sum);

#endif
