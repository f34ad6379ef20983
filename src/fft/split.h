/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FFT_SPLIT_H
#define OND_FFT_SPLIT_H

#include "core/vector.h"
#include "fft/lines.h"

/* A complex plane whose rows hold their real parts, then their imaginary parts: row r has re at data + r · stride and
 * im at data + r · stride + stride / 2. Columns from width / 2 on lie `gap` floats further, so that they begin a vector
 * too: folding adds them to the first ones. Rows are padded to whole vectors with finite numbers. */
typedef struct ond_split_plane {
    float *data;
    size_t height, width;
    size_t stride; /* floats between rows */
    size_t gap;
} ond_split_plane;

/* Two-dimensional transforms as passes over sixteen lines at a time, in the order in which a scattering cascade needs
 * them. Between the passes over columns and over rows a plane is `turned`: groups of sixteen rows, each with the real
 * parts [width, 16], then the imaginary parts [width, 16]. Plans are immutable. */
typedef struct ond_split_fft {
    size_t height, width;
    size_t half_width;   /* width / 2 + 1 */
    size_t stride, gap;  /* of planes */
    size_t groups;       /* of sixteen rows, the last perhaps not whole */
    size_t group_floats; /* of one turned group */
    size_t real_floats;  /* of the moduli of one group: [width, 16] and padding */
    size_t all_strips;   /* of sixteen columns */
    size_t strips;       /* of sixteen columns of a half spectrum */
    size_t strip_floats; /* of one of them: the real parts [rows, 16], then the imaginary parts */
    size_t work_floats;  /* of `work` below */
    ond_line_fft along_columns, along_rows;
} ond_split_fft;

/* Whether both sizes have no prime factor above 17. */
bool ond_split_fft_supports(size_t height, size_t width);

ond_status ond_split_fft_create(size_t height, size_t width, ond_split_fft **fft);
void ond_split_fft_destroy(ond_split_fft *fft);

ond_split_plane ond_split_plane_of(const ond_split_fft *fft, float *data);

/* Inverse transforms of sixteen columns, the real parts [height, 16], then the imaginary parts -> turned groups. Rows
 * that fill the last group are 0. */
void ond_split_strip_backward(const ond_split_fft *fft, size_t strip, const float *columns, float *turned, float *work);

/* Inverse transforms of one turned group's rows, and modulus = scale |·|, [width, 16]. */
void ond_split_rows_modulus(const ond_split_fft *fft, const float *group, float scale, float *modulus, float *work);

/* Turns sixteen rows of a real plane (of which all exist, those behind the height being 0) to [width, 16]. */
void ond_split_turn_rows(const ond_split_fft *fft, const float *rows, size_t stride, float *turned);

/* Forward transforms of the real rows of groups `group` and `group` + 1 (NULL behind the last), into the strips of half
 * a spectrum. */
void ond_split_rows_real_forward(const ond_split_fft *fft, size_t group, const float *first, const float *second,
                                 float *strips, float *work);

/* Forward transforms of two groups of real rows, [width, 16], into their half spectra [half_width, 16], imaginary parts
 * `apart` floats behind real ones. */
void ond_split_pair_forward(const ond_split_fft *fft, const float *first, const float *second, size_t apart,
                            float *first_half, float *second_half, float *work);

/* Forward transforms of one strip's columns, into the plane. */
void ond_split_strip_forward(const ond_split_fft *fft, size_t strip, const float *strips, float *plane, float *work);

/* The conjugate half of one row of the plane, when all strips are there. */
void ond_split_mirror_row(const ond_split_fft *fft, size_t row, float *plane);

/* All strips, then all rows: strips -> whole plane. */
void ond_split_columns_forward(const ond_split_fft *fft, const float *strips, float *plane, float *work);

#endif
