/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "csc/operator.h"

#include <ondelet/pursuit.h>

#include <math.h>

enum { MARGIN = 16 };

/* Mirrored with the edge repeated: −1 is 0. */
static size_t mirrored(ptrdiff_t position, size_t size)
{
    ptrdiff_t period = 2 * (ptrdiff_t)size;
    ptrdiff_t inside = ((position % period) + period) % period;
    return (size_t)(inside < (ptrdiff_t)size ? inside : period - 1 - inside);
}

/* y^ = x^ / (1 + a (|G₁|² + |G₂|²)), |G|² = 2 − 2 cos ω */
static void divide(const ond_fft *fft, double smoothness, ond_complex *plane)
{
    const double turn = 2 * acos(-1.0);
    double scale = 1 / ((double)fft->height * (double)fft->width);
    for (size_t row = 0; row < fft->height; row++) {
        double down = 2 - 2 * cos(turn * (double)row / (double)fft->height);
        for (size_t i = 0; i < fft->half_width; i++) {
            double across = 2 - 2 * cos(turn * (double)i / (double)fft->width);
            float factor = (float)(scale / (1 + smoothness * (down + across)));
            plane[row * fft->complex_stride + i].re *= factor;
            plane[row * fft->complex_stride + i].im *= factor;
        }
    }
}

static void smooth_plane(const ond_fft *fft, const float *image, size_t height, size_t width, double smoothness,
                         float *real, ond_complex *plane, float *result)
{
    for (size_t row = 0; row < fft->height; row++) {
        const float *line = image + mirrored((ptrdiff_t)row - MARGIN, height) * width;
        for (size_t i = 0; i < fft->width; i++) {
            real[row * fft->real_stride + i] = line[mirrored((ptrdiff_t)i - MARGIN, width)];
        }
    }
    ond_fft_real_forward(fft, real, plane);
    divide(fft, smoothness, plane);
    ond_fft_real_backward(fft, plane, real);
    for (size_t i = 0; i < height * width; i++) {
        result[i] = real[(i / width + MARGIN) * fft->real_stride + i % width + MARGIN];
    }
}

ond_status ond_smooth_part(const ond_array *image, double smoothness, ond_array *smooth)
{
    OND_TRY(ond_array_check_image(image, "the image"));
    if (!(smoothness > 0) || !isfinite(smoothness)) {
        return ond_fail(OND_ERROR_ARGUMENT, "smoothness = %g is not positive", smoothness);
    }
    OND_TRY(ond_array_check_finite(image, "the image"));
    size_t height = image->shape[image->rank - 2];
    size_t width = image->shape[image->rank - 1];
    ond_fft *fft = NULL;
    OND_TRY(ond_array_resize(smooth, image->rank, image->shape));
    OND_TRY(ond_fft_create(height + 2 * MARGIN, width + 2 * MARGIN, OND_FFT_REAL_FORWARD | OND_FFT_REAL_BACKWARD,
                           OND_PLANNING_ESTIMATE, &fft));
    float *real = ond_memory_allocate(fft->height * fft->real_stride, sizeof *real);
    ond_complex *plane = ond_memory_allocate(fft->height * fft->complex_stride, sizeof *plane);
    bool has_memory = real && plane;
    for (size_t c = 0; has_memory && c < ond_array_count(image) / height / width; c++) {
        size_t offset = c * height * width;
        smooth_plane(fft, image->data + offset, height, width, smoothness, real, plane, smooth->data + offset);
    }
    ond_memory_free(real);
    ond_memory_free(plane);
    ond_fft_destroy(fft);
    return has_memory ? ond_array_check_result(smooth) : OND_ERROR_MEMORY;
}
