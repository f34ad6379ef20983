/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "csc/operator.h"

#include <string.h>

/* Products by FFT. Codes are put on the image's grid with zeros between them; a zero border is a circular one on a
 * larger grid. */

static size_t plane_size(const ond_fft *fft)
{
    return fft->height * fft->complex_stride;
}

static size_t real_size(const ond_fft *fft)
{
    return fft->height * fft->real_stride;
}

void ond_plane_load(const ond_fft *fft, const float *plane, size_t height, size_t width, float *real)
{
    memset(real, 0, real_size(fft) * sizeof *real);
    for (size_t row = 0; row < height; row++) {
        memcpy(real + row * fft->real_stride, plane + row * width, width * sizeof *plane);
    }
}

OND_HOT static void add_product(const ond_complex *restrict a, const ond_complex *restrict b, ond_complex *restrict sum,
                                size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sum[i].re += a[i].re * b[i].re - a[i].im * b[i].im;
        sum[i].im += a[i].re * b[i].im + a[i].im * b[i].re;
    }
}

OND_HOT static void add_conjugate(const ond_complex *restrict a, const ond_complex *restrict b,
                                  ond_complex *restrict sum, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sum[i].re += a[i].re * b[i].re + a[i].im * b[i].im;
        sum[i].im += a[i].re * b[i].im - a[i].im * b[i].re;
    }
}

OND_HOT static void set_conjugate(const ond_complex *restrict a, const ond_complex *restrict b,
                                  ond_complex *restrict product, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        product[i].re = a[i].re * b[i].re + a[i].im * b[i].im;
        product[i].im = a[i].re * b[i].im - a[i].im * b[i].re;
    }
}

void ond_spectrum_add_product(const ond_fft *fft, const ond_complex *a, const ond_complex *b, ond_complex *sum)
{
    for (size_t row = 0; row < fft->height; row++) {
        size_t offset = row * fft->complex_stride;
        add_product(a + offset, b + offset, sum + offset, fft->half_width);
    }
}

void ond_spectrum_add_conjugate(const ond_fft *fft, const ond_complex *a, const ond_complex *b, ond_complex *sum)
{
    for (size_t row = 0; row < fft->height; row++) {
        size_t offset = row * fft->complex_stride;
        add_conjugate(a + offset, b + offset, sum + offset, fft->half_width);
    }
}

void ond_spectrum_set_conjugate(const ond_fft *fft, const ond_complex *a, const ond_complex *b, ond_complex *product)
{
    for (size_t row = 0; row < fft->height; row++) {
        size_t offset = row * fft->complex_stride;
        set_conjugate(a + offset, b + offset, product + offset, fft->half_width);
    }
}

void ond_fourier_reload(const ond_operator *operator_, float *real)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    size_t taps = info->filter_height * info->filter_width;
    for (size_t i = 0; i < info->atoms * info->channels; i++) {
        ond_plane_load(operator_->fft, operator_->dictionary->values + i * taps, info->filter_height,
                       info->filter_width, real);
        ond_fft_real_forward(operator_->fft, real, operator_->spectra + i * plane_size(operator_->fft));
    }
}

ond_status ond_fourier_create(ond_operator *operator_, ond_planning planning)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    bool is_circular = info->border == OND_BORDER_CIRCULAR;
    size_t height = is_circular ? operator_->height : ond_fft_good_size(operator_->height, 1);
    size_t width = is_circular ? operator_->width : ond_fft_good_size(operator_->width, 1);
    OND_TRY(ond_fft_create(height, width, OND_FFT_REAL_FORWARD | OND_FFT_REAL_BACKWARD, planning, &operator_->fft));
    float *real = ond_memory_allocate(real_size(operator_->fft), sizeof *real);
    size_t shape = plane_size(operator_->fft) * sizeof(ond_complex);
    operator_->spectra = ond_memory_allocate(info->atoms * info->channels, shape);
    bool has_memory = real && operator_->spectra;
    if (has_memory) {
        ond_fourier_reload(operator_, real);
    }
    ond_memory_free(real);
    return has_memory ? OND_OK : OND_ERROR_MEMORY;
}

typedef struct workspace {
    float *real;
    ond_complex *plane;
    ond_complex *sums; /* one per channel */
} workspace;

static size_t place_workspace(const ond_operator *operator_, workspace *w, float *scratch)
{
    size_t real = real_size(operator_->fft);
    size_t plane = 2 * plane_size(operator_->fft);
    if (scratch) {
        w->real = scratch;
        w->plane = (ond_complex *)(void *)(scratch + real);
        w->sums = (ond_complex *)(void *)(scratch + real + plane);
    }
    return real + plane * (1 + operator_->dictionary->info.channels);
}

size_t ond_fourier_scratch(const ond_operator *operator_)
{
    return place_workspace(operator_, NULL, NULL);
}

static void spread_codes(const ond_operator *operator_, const float *codes, float *real)
{
    const ond_fft *fft = operator_->fft;
    size_t stride = operator_->dictionary->info.stride;
    if (stride == 1) {
        ond_plane_load(fft, codes, operator_->rows, operator_->columns, real);
        return;
    }
    memset(real, 0, real_size(fft) * sizeof *real);
    for (size_t row = 0; row < operator_->rows; row++) {
        for (size_t i = 0; i < operator_->columns; i++) {
            real[row * stride * fft->real_stride + i * stride] = codes[row * operator_->columns + i];
        }
    }
}

/* Every stride-th sample, scaled: FFTW leaves out 1 / grid. */
static void gather(const ond_fft *fft, const float *real, size_t rows, size_t columns, size_t stride, float *plane)
{
    float scale = (float)(1.0 / ((double)fft->height * (double)fft->width));
    for (size_t row = 0; row < rows; row++) {
        const float *line = real + row * stride * fft->real_stride;
        if (stride == 1) {
            ond_vector_scale(plane + row * columns, scale, line, columns);
            continue;
        }
        for (size_t i = 0; i < columns; i++) {
            plane[row * columns + i] = scale * line[i * stride];
        }
    }
}

void ond_fourier_apply(const ond_operator *operator_, const float *codes, float *image, float *scratch)
{
    workspace w = {0};
    const ond_fft *fft = operator_->fft;
    const ond_dictionary_info *info = &operator_->dictionary->info;
    size_t size = plane_size(fft);
    place_workspace(operator_, &w, scratch);
    memset(w.sums, 0, info->channels * size * sizeof *w.sums);
    for (size_t m = 0; m < info->atoms; m++) {
        spread_codes(operator_, codes + m * operator_->rows * operator_->columns, w.real);
        ond_fft_real_forward(fft, w.real, w.plane);
        for (size_t c = 0; c < info->channels; c++) {
            ond_spectrum_add_product(fft, operator_->spectra + (m * info->channels + c) * size, w.plane,
                                     w.sums + c * size);
        }
    }
    for (size_t c = 0; c < info->channels; c++) {
        ond_fft_real_backward(fft, w.sums + c * size, w.real);
        gather(fft, w.real, operator_->height, operator_->width, 1, image + c * operator_->height * operator_->width);
    }
}

void ond_fourier_adjoint(const ond_operator *operator_, const float *image, float *codes, float *scratch)
{
    workspace w = {0};
    const ond_fft *fft = operator_->fft;
    const ond_dictionary_info *info = &operator_->dictionary->info;
    size_t size = plane_size(fft);
    place_workspace(operator_, &w, scratch);
    for (size_t c = 0; c < info->channels; c++) {
        ond_plane_load(fft, image + c * operator_->height * operator_->width, operator_->height, operator_->width,
                       w.real);
        ond_fft_real_forward(fft, w.real, w.sums + c * size);
    }
    for (size_t m = 0; m < info->atoms; m++) {
        memset(w.plane, 0, size * sizeof *w.plane);
        for (size_t c = 0; c < info->channels; c++) {
            ond_spectrum_add_conjugate(fft, operator_->spectra + (m * info->channels + c) * size, w.sums + c * size,
                                       w.plane);
        }
        ond_fft_real_backward(fft, w.plane, w.real);
        gather(fft, w.real, operator_->rows, operator_->columns, info->stride,
               codes + m * operator_->rows * operator_->columns);
    }
}
