/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FFT_REAL_H
#define OND_FFT_REAL_H

#include "fft/lines.h"

/* Two-dimensional transforms of real planes, sixteen columns or thirty-two rows at a time, so that a caller can filter
 * columns and look at rows while they are in the cache. Nothing is normalised. Plans are immutable.
 *
 * Half a spectrum is held in strips of sixteen columns: the real parts [rows, 16], then the imaginary parts. Columns 0
 * and width/2 of a real plane's spectrum are spectra of real columns; for an even width they share column 0 as
 * X(row, 0) + i X(row, width/2). Between the passes over columns and over rows the same place holds tiles of sixteen
 * rows and columns. Rows that fill the last tiles are finite. */
typedef struct ond_real_fft {
    size_t height, width;
    size_t columns;         /* that are transformed: width/2, or (width + 1)/2 of an odd width */
    size_t strips;          /* of sixteen of them, the last perhaps not whole */
    size_t groups;          /* of sixteen rows, likewise */
    size_t strip_floats;    /* between strips */
    size_t imaginary;       /* floats from real to imaginary parts */
    size_t spectrum_floats; /* of all strips */
    size_t work_floats;     /* of `work` below */
    ond_line_fft along_columns, along_rows;
} ond_real_fft;

enum { OND_REAL_ROWS = 2 * OND_LANES }; /* that a pass over rows handles, or as many as are left */

/* Whether both sizes have no prime factor above 17. */
bool ond_real_fft_supports(size_t height, size_t width);

ond_status ond_real_fft_create(size_t height, size_t width, ond_real_fft **fft);
void ond_real_fft_destroy(ond_real_fft *fft);

/* One strip's columns back, in place. `ahead`: as in fft/lines.h, here and below. */
void ond_real_columns_backward(const ond_real_fft *fft, float *strip, float *work, ond_ahead ahead);

/* The rows from `row` (a multiple of OND_REAL_ROWS) on. */
void ond_real_rows_backward(const ond_real_fft *fft, size_t row, const float *spectrum, float *rows, size_t stride,
                            float *work, ond_ahead ahead);

void ond_real_rows_forward(const ond_real_fft *fft, size_t row, const float *rows, size_t stride, float *spectrum,
                           float *work, ond_ahead ahead);

/* One strip's columns forward; `columns` is another strip. */
void ond_real_columns_forward(const ond_real_fft *fft, const float *strip, float *columns, float *work,
                              ond_ahead ahead);

#endif
