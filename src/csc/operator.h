/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_OPERATOR_H
#define OND_CSC_OPERATOR_H

#include "csc/dictionary.h"
#include "fft/fft.h"

/* How products with a dictionary are done. */
typedef enum ond_products { OND_PRODUCTS_FASTER, OND_PRODUCTS_DIRECT, OND_PRODUCTS_FOURIER } ond_products;

/* A dictionary at work on images of one size. Immutable: scratch is the caller's, one piece per thread. Images are
 * [channels, height, width], codes [atoms, rows, columns], both without padding. */
typedef struct ond_operator {
    const ond_dictionary *dictionary; /* borrowed */
    size_t height, width, rows, columns;
    size_t image_size, code_size; /* elements */
    bool by_fourier;
    ond_fft *fft;         /* by_fourier: of the image when circular, else of a good size that holds it */
    ond_complex *spectra; /* by_fourier: [atoms, channels] planes of the first half_width columns */
} ond_operator;

ond_status ond_operator_create(const ond_dictionary *dictionary, size_t height, size_t width, ond_products products,
                               ond_planning planning, ond_operator **made);
void ond_operator_destroy(ond_operator *operator_);

/* Floats of scratch, to be allocated aligned. */
size_t ond_operator_scratch(const ond_operator *operator_);
float *ond_operator_scratch_create(const ond_operator *operator_);

/* image = D codes, codes = Dᵀ image */
void ond_operator_apply(const ond_operator *operator_, const float *codes, float *image, float *scratch);
void ond_operator_adjoint(const ond_operator *operator_, const float *image, float *codes, float *scratch);

/* The direct way and the way through Fourier, for ond_operator_apply and _adjoint alone. */
size_t ond_direct_scratch(const ond_operator *operator_);
void ond_direct_apply(const ond_operator *operator_, const float *codes, float *image, float *scratch);
void ond_direct_adjoint(const ond_operator *operator_, const float *image, float *codes, float *scratch);
ond_status ond_fourier_create(ond_operator *operator_, ond_planning planning);
size_t ond_fourier_scratch(const ond_operator *operator_);
void ond_fourier_apply(const ond_operator *operator_, const float *codes, float *image, float *scratch);
void ond_fourier_adjoint(const ond_operator *operator_, const float *image, float *codes, float *scratch);

/* The filters' spectra, anew. @param real  a real plane of scratch */
void ond_fourier_reload(const ond_operator *operator_, float *real);

/* Spectra of an image's or a filter's planes in the padded planes of an FFT; zeros where the plane is smaller. */
void ond_plane_load(const ond_fft *fft, const float *plane, size_t height, size_t width, float *real);

/* sum += a · b, sum += conj(a) · b, or product = conj(a) · b, over a plane's first half_width columns. */
void ond_spectrum_add_product(const ond_fft *fft, const ond_complex *a, const ond_complex *b, ond_complex *sum);
void ond_spectrum_add_conjugate(const ond_fft *fft, const ond_complex *a, const ond_complex *b, ond_complex *sum);
void ond_spectrum_set_conjugate(const ond_fft *fft, const ond_complex *a, const ond_complex *b, ond_complex *product);

/* ‖D‖², exact as ond_dictionary_norm says. */
ond_status ond_operator_norm(const ond_operator *operator_, double *norm_squared);

#endif
