/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FFT_FFT_H
#define OND_FFT_FFT_H

#include "core/status.h"
#include "core/vector.h"

#include <ondelet/runtime.h>

/* The one-dimensional passes that two-dimensional transforms are made of. Keeping them apart lets an executor work on
 * rows while they are in the first-level cache, between the pass over columns and the next one. */
typedef enum ond_fft_pass {
    OND_FFT_ROWS_REAL_FORWARD,     /* real rows -> the first width/2 + 1 columns of complex rows */
    OND_FFT_ROWS_REAL_BACKWARD,    /* the reverse; the complex rows are destroyed */
    OND_FFT_ROWS_FORWARD,          /* complex rows, in place */
    OND_FFT_ROWS_BACKWARD,         /* complex rows, in place */
    OND_FFT_COLUMNS_HALF_FORWARD,  /* the first width/2 + 1 columns of a complex plane, in place */
    OND_FFT_COLUMNS_HALF_BACKWARD, /* the first width/2 + 1 columns of a complex plane, in place */
    OND_FFT_COLUMNS_FORWARD,       /* columns of a complex plane, in place */
    OND_FFT_COLUMNS_BACKWARD,      /* columns of a complex plane, in place */
    OND_FFT_STRIP_FORWARD,         /* OND_FFT_STRIP columns of a complex plane, in place */
    OND_FFT_STRIP_BACKWARD,        /* OND_FFT_STRIP columns of a complex plane, in place */
    OND_FFT_PASSES
} ond_fft_pass;

/* Columns that one strip pass handles: a cache line. Strips that begin at multiples of it stay inside of a row. */
enum { OND_FFT_STRIP = 8 };

/* Sets of passes, for ond_fft_create. */
enum {
    OND_FFT_REAL_FORWARD = 1 << OND_FFT_ROWS_REAL_FORWARD | 1 << OND_FFT_COLUMNS_HALF_FORWARD,
    OND_FFT_REAL_BACKWARD = 1 << OND_FFT_ROWS_REAL_BACKWARD | 1 << OND_FFT_COLUMNS_HALF_BACKWARD,
    OND_FFT_FORWARD = 1 << OND_FFT_ROWS_FORWARD | 1 << OND_FFT_COLUMNS_FORWARD,
    OND_FFT_BACKWARD = 1 << OND_FFT_ROWS_BACKWARD | 1 << OND_FFT_COLUMNS_BACKWARD,
    OND_FFT_REAL_STRIPS = 1 << OND_FFT_ROWS_REAL_FORWARD | 1 << OND_FFT_ROWS_REAL_BACKWARD | 1 << OND_FFT_STRIP_FORWARD
                          | 1 << OND_FFT_STRIP_BACKWARD /* real transforms whose columns go strip by strip */
};

/* Plans for all transforms of one size. Nothing is normalised: forward then backward multiplies by height · width.
 * Planes are rows of a fixed stride, aligned to OND_ALIGNMENT; strides are not powers of two, so that a column's
 * samples do not compete for the same cache lines; where only whole real transforms are wanted, complex rows have room
 * for half_width numbers alone. A one-dimensional batch is a plane whose columns are left alone. */
typedef struct ond_fft {
    size_t height, width;
    size_t half_width;     /* width / 2 + 1: the columns of a real image's spectrum that say everything */
    size_t real_stride;    /* floats between rows of a real plane */
    size_t complex_stride; /* complex numbers between rows of a complex plane */
    size_t group;          /* rows that one row pass handles; divides height */
    void *plans[OND_FFT_PASSES];
} ond_fft;

/* @param passes  a union of the sets above */
ond_status ond_fft_create(size_t height, size_t width, unsigned passes, ond_planning planning, ond_fft **fft);
void ond_fft_destroy(ond_fft *fft);

/* Row passes handle `group` rows from the given ones on; column passes handle the whole plane. */
void ond_fft_rows_real_forward(const ond_fft *fft, float *real, ond_complex *plane);
void ond_fft_rows_real_backward(const ond_fft *fft, ond_complex *plane, float *real);
void ond_fft_run(const ond_fft *fft, ond_fft_pass pass, ond_complex *plane);

/* Fills the columns behind half_width of a real image's spectrum: X(-row, -column) is the conjugate of X(row, column).
 */
void ond_fft_mirror(const ond_fft *fft, ond_complex *plane);

/* Whole transforms. The real ones write and read the first half_width columns only. */
void ond_fft_real_forward(const ond_fft *fft, float *real, ond_complex *plane);
void ond_fft_real_backward(const ond_fft *fft, ond_complex *plane, float *real); /* destroys `plane` */
void ond_fft_forward(const ond_fft *fft, ond_complex *plane);
void ond_fft_backward(const ond_fft *fft, ond_complex *plane);

/* "fftw-3.3.10-sse2-avx": the library behind the plans. */
const char *ond_fft_version(void);

/* The smallest multiple · s >= minimum with s free of prime factors above 7. */
size_t ond_fft_good_size(size_t minimum, size_t multiple);

#endif
