/* SPDX-License-Identifier: BSD-3-Clause */
#include "fft/stacked.h"

/* An odd number of lines between rows keeps those of a column from competing for the same cache lines. */
ond_stacked_fft ond_stacked_fft_of(const ond_split_fft *split)
{
    ond_stacked_fft fft = {
        .split = split,
        .stride = split->group_floats + OND_LANES,
        .imaginary = split->real_floats,
        .half_stride = (2 * split->half_width + 1) * OND_LANES,
        .half_imaginary = split->half_width * OND_LANES,
    };
    fft.floats = split->height * fft.stride;
    fft.half_floats = (split->height + 1) * fft.half_stride; /* the last for partners that are no rows */
    return fft;
}

void ond_stacked_column_backward(const ond_stacked_fft *fft, size_t column, const float *folded, float *stack,
                                 float *work)
{
    float *to = stack + column * OND_LANES;
    ond_lines_in in = {folded, folded + fft->split->height * OND_LANES, OND_LANES};
    ond_line_fft_backward(&fft->split->along_columns, in, (ond_lines){to, to + fft->imaginary, fft->stride}, work);
}

void ond_stacked_row_modulus(const ond_stacked_fft *fft, const float *row, float scale, float *modulus, float *work)
{
    ond_split_rows_modulus(fft->split, row, scale, modulus, work);
}

void ond_stacked_rows_real_forward(const ond_stacked_fft *fft, size_t row, const float *first, const float *second,
                                   float *half, float *work)
{
    size_t height = fft->split->height;
    size_t partner = row + OND_LANES < height ? row + OND_LANES : height;
    ond_split_pair_forward(fft->split, first, second, fft->half_imaginary, half + row * fft->half_stride,
                           half + partner * fft->half_stride, work);
}

/* X(−row, −column) is the conjugate of X(row, column): fills the columns behind half_width. */
OND_WIDE static void mirror_row(const float *restrict known, size_t width, size_t begin, size_t imaginary,
                                float *restrict row)
{
    for (size_t column = begin; column < width; column++) {
        const float *from = known + (width - column) * OND_LANES;
        float *to = row + column * OND_LANES;
        for (size_t lane = 0; lane < OND_LANES; lane++) {
            to[lane] = from[lane];
            to[imaginary + lane] = -from[imaginary + lane];
        }
    }
}

void ond_stacked_columns_forward(const ond_stacked_fft *fft, const float *half, float *stack, float *work)
{
    const ond_split_fft *split = fft->split;
    for (size_t column = 0; column < split->half_width; column++) {
        const float *from = half + column * OND_LANES;
        float *to = stack + column * OND_LANES;
        ond_line_fft_forward(&split->along_columns, (ond_lines_in){from, from + fft->half_imaginary, fft->half_stride},
                             (ond_lines){to, to + fft->imaginary, fft->stride}, work);
    }
    for (size_t row = 0; row < split->height; row++) {
        const float *known = stack + (row > 0 ? split->height - row : 0) * fft->stride;
        mirror_row(known, split->width, split->half_width, fft->imaginary, stack + row * fft->stride);
    }
}
