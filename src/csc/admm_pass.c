/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "csc/admm.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The inner loops of ond_admm: everything that touches every coefficient. */

enum { LANES = 8 };

static inline float clip(float v, float low, float t)
{
    float lower = -t < low ? -t : low;
    float above = v > lower ? v : lower;
    return above < t ? above : t;
}

static float low_of(const ond_admm *admm)
{
    return admm->lasso->nonnegative ? -FLT_MAX : 0;
}

/* v = T − 2 clip(T) */
OND_HOT static void reflect(const float *restrict state, const float *restrict weights, float threshold, float low,
                            size_t count, float *restrict v)
{
    for (size_t i = 0; i < count; i++) {
        v[i] = state[i] - 2 * clip(state[i], low, threshold * weights[i]);
    }
}

/* T = y + u / divisor */
OND_HOT static void divide_dual(const float *restrict weights, float threshold, float low, float divisor, size_t count,
                                float *restrict state)
{
    for (size_t i = 0; i < count; i++) {
        float u = clip(state[i], low, threshold * weights[i]);
        state[i] = (state[i] - u) + u / divisor;
    }
}

/* What one row adds to the residuals: |x − y⁺|², |x|², |y⁺|², |y⁺ − y|², |u⁺|². */
typedef struct row_sums {
    float lane[5][LANES];
} row_sums;

typedef struct update {
    float threshold, low, scale, relaxation;
} update;

/* T⁺ = α x + (1 − α) y + u */
static inline void update_one(update how, float weight, float spectrum, float *state, row_sums *sums, size_t k)
{
    float t = how.threshold * weight;
    float x = spectrum * how.scale;
    float u = clip(*state, how.low, t);
    float y = *state - u;
    float next = how.relaxation * x + (1 - how.relaxation) * y + u;
    float next_u = clip(next, how.low, t);
    float next_y = next - next_u;
    *state = next;
    sums->lane[0][k] += (x - next_y) * (x - next_y);
    sums->lane[1][k] += x * x;
    sums->lane[2][k] += next_y * next_y;
    sums->lane[3][k] += (next_y - y) * (next_y - y);
    sums->lane[4][k] += next_u * next_u;
}

OND_HOT static void update_row(update how, const float *restrict weights, const float *restrict x, size_t count,
                               float *restrict state, double sums[5])
{
    row_sums row = {{{0}}};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            update_one(how, weights[i + k], x[i + k], &state[i + k], &row, k);
        }
    }
    for (size_t i = whole; i < count; i++) {
        update_one(how, weights[i], x[i], &state[i], &row, 0);
    }
    for (size_t s = 0; s < 5; s++) {
        for (size_t k = 0; k < LANES; k++) {
            sums[s] += (double)row.lane[s][k];
        }
    }
}

const float *ond_admm_weights(const ond_admm *admm, size_t atom, size_t row)
{
    size_t stride = admm->operator_->fft->real_stride;
    if (admm->has_weights) {
        return admm->weights + (atom * admm->operator_->height + row) * stride;
    }
    return admm->weights + (row < admm->lasso->operator_->rows ? 0 : stride);
}

void ond_admm_forward(ond_admm *admm, size_t atom, size_t group)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = fft->height * fft->complex_stride;
    size_t channels = admm->circular.info.channels;
    ond_complex *plane = admm->spectra + atom * size;
    const float *state = admm->state + atom * fft->height * fft->real_stride;
    float *buffer = admm->buffers + group * fft->group * fft->real_stride;
    float threshold = (float)(admm->lasso->lambda / (admm->rho * admm->factor));
    for (size_t first = 0; first < fft->height; first += fft->group) {
        for (size_t row = first; row < first + fft->group; row++) {
            reflect(state + row * fft->real_stride, ond_admm_weights(admm, atom, row), threshold, low_of(admm),
                    fft->width, buffer + (row - first) * fft->real_stride);
        }
        ond_fft_rows_real_forward(fft, buffer, plane + first * fft->complex_stride);
    }
    ond_fft_run(fft, OND_FFT_COLUMNS_HALF_FORWARD, plane);
    for (size_t c = 0; c < channels; c++) {
        ond_spectrum_add_product(fft, admm->operator_->spectra + (atom * channels + c) * size, plane,
                                 admm->sums + (group * channels + c) * size);
    }
}

void ond_admm_backward(ond_admm *admm, size_t atom, size_t group, double sums[5])
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = fft->height * fft->complex_stride;
    size_t channels = admm->circular.info.channels;
    ond_complex *plane = admm->spectra + atom * size;
    float *state = admm->state + atom * fft->height * fft->real_stride;
    float *buffer = admm->buffers + group * fft->group * fft->real_stride;
    update how = {(float)(admm->lasso->lambda / admm->rho), low_of(admm),
                  (float)(1.0 / ((double)fft->height * (double)fft->width)), (float)admm->relaxation};
    for (size_t c = 0; c < channels; c++) {
        ond_spectrum_add_conjugate(fft, admm->operator_->spectra + (atom * channels + c) * size,
                                   admm->solution + c * size, plane);
    }
    ond_fft_run(fft, OND_FFT_COLUMNS_HALF_BACKWARD, plane);
    for (size_t first = 0; first < fft->height; first += fft->group) {
        ond_fft_rows_real_backward(fft, plane + first * fft->complex_stride, buffer);
        for (size_t row = first; row < first + fft->group; row++) {
            update_row(how, ond_admm_weights(admm, atom, row), buffer + (row - first) * fft->real_stride, fft->width,
                       state + row * fft->real_stride, sums);
            if (admm->factor != 1) {
                divide_dual(ond_admm_weights(admm, atom, row), how.threshold, how.low, (float)admm->factor, fft->width,
                            state + row * fft->real_stride);
            }
        }
    }
}

/* One channel: (s^ − Σ d^ v^) / (ρ + Σ |d^|²). */
OND_HOT static void solve_single(const ond_complex *restrict signal, const ond_complex *restrict gram,
                                 const ond_complex *restrict sum, float rho, size_t count,
                                 ond_complex *restrict solution)
{
    for (size_t i = 0; i < count; i++) {
        float scale = 1 / (rho + gram[i].re);
        solution[i].re = (signal[i].re - sum[i].re) * scale;
        solution[i].im = (signal[i].im - sum[i].im) * scale;
    }
}

typedef struct wide {
    double re, im;
} wide;

/* (ρ + G) w = b by Cholesky factors of one frequency's Hermitian matrix. */
static void solve_hermitian(size_t n, wide matrix[OND_ADMM_CHANNELS][OND_ADMM_CHANNELS], wide *b)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k <= i; k++) {
            wide sum = matrix[i][k];
            for (size_t t = 0; t < k; t++) { /* − L_it conj(L_kt) */
                sum.re -= matrix[i][t].re * matrix[k][t].re + matrix[i][t].im * matrix[k][t].im;
                sum.im -= matrix[i][t].im * matrix[k][t].re - matrix[i][t].re * matrix[k][t].im;
            }
            double scale = i == k ? sqrt(sum.re) : 1 / matrix[k][k].re;
            matrix[i][k] = i == k ? (wide){scale, 0} : (wide){sum.re * scale, sum.im * scale};
        }
        for (size_t t = 0; t < i; t++) {
            b[i].re -= matrix[i][t].re * b[t].re - matrix[i][t].im * b[t].im;
            b[i].im -= matrix[i][t].re * b[t].im + matrix[i][t].im * b[t].re;
        }
        b[i] = (wide){b[i].re / matrix[i][i].re, b[i].im / matrix[i][i].re};
    }
    for (size_t i = n; i-- > 0;) {
        b[i] = (wide){b[i].re / matrix[i][i].re, b[i].im / matrix[i][i].re};
        for (size_t t = 0; t < i; t++) { /* − conj(L_it) b_i */
            b[t].re -= matrix[i][t].re * b[i].re + matrix[i][t].im * b[i].im;
            b[t].im -= matrix[i][t].re * b[i].im - matrix[i][t].im * b[i].re;
        }
    }
}

static void solve_channels(ond_admm *admm, double rho, size_t place)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = fft->height * fft->complex_stride;
    size_t n = admm->circular.info.channels;
    wide matrix[OND_ADMM_CHANNELS][OND_ADMM_CHANNELS];
    wide b[OND_ADMM_CHANNELS];
    for (size_t i = 0; i < n; i++) {
        ond_complex s = admm->signal[i * size + place];
        ond_complex sum = admm->sums[i * size + place];
        b[i] = (wide){(double)s.re - (double)sum.re, (double)s.im - (double)sum.im};
        for (size_t k = 0; k <= i; k++) {
            ond_complex g = admm->gram[(i * n + k) * size + place];
            matrix[i][k] = (wide){(double)g.re + (i == k ? rho : 0), (double)g.im};
        }
    }
    solve_hermitian(n, matrix, b);
    for (size_t i = 0; i < n; i++) {
        admm->solution[i * size + place] = (ond_complex){(float)b[i].re, (float)b[i].im};
    }
}

OND_HOT static void add(ond_complex *restrict sum, const ond_complex *restrict other, size_t count)
{
    float *to = &sum->re;
    const float *from = &other->re;
    for (size_t i = 0; i < 2 * count; i++) {
        to[i] += from[i];
    }
}

void ond_admm_solve_row(ond_admm *admm, size_t row)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = fft->height * fft->complex_stride;
    size_t channels = admm->circular.info.channels;
    size_t offset = row * fft->complex_stride;
    double rho = admm->lasso->mask ? 1 : admm->rho;
    for (size_t group = 1; group < OND_ADMM_GROUPS; group++) {
        for (size_t c = 0; c < channels; c++) {
            add(admm->sums + c * size + offset, admm->sums + (group * channels + c) * size + offset, fft->half_width);
        }
    }
    if (admm->lasso->mask) { /* Σ d^ v^ is wanted once more, for D x */
        for (size_t c = 0; c < channels; c++) {
            memcpy(admm->solution + (channels + c) * size + offset, admm->sums + c * size + offset,
                   fft->half_width * sizeof *admm->sums);
        }
    }
    if (channels == 1) {
        solve_single(admm->signal + offset, admm->gram + offset, admm->sums + offset, (float)rho, fft->half_width,
                     admm->solution + offset);
        return;
    }
    for (size_t i = 0; i < fft->half_width; i++) {
        solve_channels(admm, rho, offset + i);
    }
}
