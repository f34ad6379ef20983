/* SPDX-License-Identifier: BSD-3-Clause */
#include "fft/fft.h"

#include "core/memory.h"
#include "fft/backend.h"
#include "fft/lines.h"

#include <limits.h>

_Static_assert(OND_FFT_STRIP * sizeof(ond_complex) == OND_ALIGNMENT, "strips are aligned, and rows hold whole ones");

enum {
    CACHE_LINE_FLOATS = OND_ALIGNMENT / (int)sizeof(float),
    CACHE_LINE_COMPLEX = OND_ALIGNMENT / (int)sizeof(ond_complex),
    CONFLICT_BYTES = 512, /* strides that are multiples of this make columns collide in the cache */
    GROUP_BYTES = 16384   /* rows handled together fit half of a first-level cache */
};

static size_t padded_stride(size_t width, size_t line, size_t element_size)
{
    size_t stride = (width + line - 1) / line * line;
    while (stride > 2 * line && stride * element_size % CONFLICT_BYTES == 0) {
        stride += line;
    }
    return stride;
}

static size_t rows_per_group(size_t height, size_t row_bytes)
{
    for (size_t group = GROUP_BYTES / row_bytes; group > 1; group--) {
        if (height % group == 0) {
            return group;
        }
    }
    return 1;
}

static void set_geometry(ond_fft *fft, size_t height, size_t width, unsigned passes)
{
    bool has_half_only = (passes & ~(unsigned)(OND_FFT_REAL_FORWARD | OND_FFT_REAL_BACKWARD)) == 0;
    fft->height = height;
    fft->width = width;
    fft->half_width = width / 2 + 1;
    fft->real_stride = padded_stride(width, CACHE_LINE_FLOATS, sizeof(float));
    fft->complex_stride
        = padded_stride(has_half_only ? fft->half_width : width, CACHE_LINE_COMPLEX, sizeof(ond_complex));
    fft->group = rows_per_group(height, fft->complex_stride * sizeof(ond_complex));
}

ond_status ond_fft_create(size_t height, size_t width, unsigned passes, ond_planning planning, ond_fft **fft)
{
    if (height == 0 || width == 0 || height > INT_MAX / 64 || width > INT_MAX / 64) {
        return ond_fail(OND_ERROR_SHAPE, "an FFT of %zu x %zu is outside 1..%d", height, width, INT_MAX / 64);
    }
    ond_fft *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    set_geometry(made, height, width, passes);
    ond_status status = ond_fft_backend_create(made, passes, planning);
    if (status != OND_OK) {
        ond_fft_destroy(made);
        return status;
    }
    *fft = made;
    return OND_OK;
}

void ond_fft_destroy(ond_fft *fft)
{
    if (!fft) {
        return;
    }
    ond_fft_backend_destroy(fft);
    ond_memory_free(fft);
}

void ond_fft_mirror(const ond_fft *fft, ond_complex *plane)
{
    for (size_t row = 0; row < fft->height; row++) {
        size_t opposite = row > 0 ? fft->height - row : 0;
        ond_complex *missing = plane + row * fft->complex_stride + fft->half_width;
        const ond_complex *known = plane + opposite * fft->complex_stride + (fft->width - fft->half_width);
        for (size_t i = 0; i < fft->width - fft->half_width; i++) {
            missing[i] = (ond_complex){known[-(ptrdiff_t)i].re, -known[-(ptrdiff_t)i].im};
        }
    }
}

void ond_fft_real_forward(const ond_fft *fft, float *real, ond_complex *plane)
{
    for (size_t row = 0; row < fft->height; row += fft->group) {
        ond_fft_rows_real_forward(fft, real + row * fft->real_stride, plane + row * fft->complex_stride);
    }
    ond_fft_run(fft, OND_FFT_COLUMNS_HALF_FORWARD, plane);
}

void ond_fft_real_backward(const ond_fft *fft, ond_complex *plane, float *real)
{
    ond_fft_run(fft, OND_FFT_COLUMNS_HALF_BACKWARD, plane);
    for (size_t row = 0; row < fft->height; row += fft->group) {
        ond_fft_rows_real_backward(fft, plane + row * fft->complex_stride, real + row * fft->real_stride);
    }
}

static void run_rows(const ond_fft *fft, ond_fft_pass pass, ond_complex *plane)
{
    for (size_t row = 0; row < fft->height; row += fft->group) {
        ond_fft_run(fft, pass, plane + row * fft->complex_stride);
    }
}

void ond_fft_forward(const ond_fft *fft, ond_complex *plane)
{
    run_rows(fft, OND_FFT_ROWS_FORWARD, plane);
    ond_fft_run(fft, OND_FFT_COLUMNS_FORWARD, plane);
}

void ond_fft_backward(const ond_fft *fft, ond_complex *plane)
{
    ond_fft_run(fft, OND_FFT_COLUMNS_BACKWARD, plane);
    run_rows(fft, OND_FFT_ROWS_BACKWARD, plane);
}

size_t ond_fft_good_size(size_t minimum, size_t multiple)
{
    return ond_smooth_multiple(minimum, multiple, 7);
}
