/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FFT_STACKED_H
#define OND_FFT_STACKED_H

#include "fft/split.h"

/* Sixteen planes at once, one in each lane: nothing is turned between the passes over columns and over rows, and no
 * lane is empty whatever the sizes. Row r of a stack lies at r · stride: the real parts [width, 16], then, real_floats
 * behind them, the imaginary parts; of a half spectrum, half_stride and half_imaginary. Each plane gets the bits that
 * the passes of split.h give to it alone. */
typedef struct ond_stacked_fft {
    const ond_split_fft *split;
    size_t stride, imaginary;           /* of whole stacks */
    size_t half_stride, half_imaginary; /* of half spectra */
    size_t floats, half_floats;         /* of all rows */
} ond_stacked_fft;

ond_stacked_fft ond_stacked_fft_of(const ond_split_fft *split);

/* Inverse transforms of one column, the real parts [height, 16], then the imaginary parts -> the stack. */
void ond_stacked_column_backward(const ond_stacked_fft *fft, size_t column, const float *folded, float *stack,
                                 float *work);

/* The inverse transform of one row, and modulus = scale |·|, [width, 16]. */
void ond_stacked_row_modulus(const ond_stacked_fft *fft, const float *row, float scale, float *modulus, float *work);

/* Forward transforms of the real rows `row` and its partner row + 16, each [width, 16], into half spectra. Rows are
 * paired as in split.h, since a partner changes the rounding: where there is no second group of sixteen rows, a row is
 * its own partner, and a partner that would lie behind the height is 0. */
void ond_stacked_rows_real_forward(const ond_stacked_fft *fft, size_t row, const float *first, const float *second,
                                   float *half, float *work);

/* Forward transforms of the columns, and the conjugate half beside them: half spectra -> whole ones. */
void ond_stacked_columns_forward(const ond_stacked_fft *fft, const float *half, float *stack, float *work);

#endif
