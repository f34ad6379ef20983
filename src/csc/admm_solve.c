/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "csc/admm.h"

#include <math.h>

/* The system of one step, frequency by frequency: w of (ρ + G) w = s^ − (2 D y − D T)^, and
 * D T⁺ = (1 − α) D T + α (D y + G w). */

static inline float next_held(float relaxation, float held, float made, float gained)
{
    return (1 - relaxation) * held + relaxation * (made + gained);
}

typedef struct step_factors {
    float rho, relaxation;
} step_factors;

/* One channel: G = Σ |d^|² is real. */
OND_WIDE static void solve_single(step_factors step, const ond_complex *restrict signal,
                                  const ond_complex *restrict gram, const ond_complex *restrict made, size_t count,
                                  ond_complex *restrict held, ond_complex *restrict solution)
{
    for (size_t i = 0; i < count; i++) {
        float scale = 1 / (step.rho + gram[i].re);
        float re = (signal[i].re - (2 * made[i].re - held[i].re)) * scale;
        float im = (signal[i].im - (2 * made[i].im - held[i].im)) * scale;
        solution[i].re = re;
        solution[i].im = im;
        held[i].re = next_held(step.relaxation, held[i].re, made[i].re, gram[i].re * re);
        held[i].im = next_held(step.relaxation, held[i].im, made[i].im, gram[i].re * im);
    }
}

/* With a mask: (D x)^ = (D y)^ + ((D T⁺)^ − (D T)^) / α, the last two one after the other. */
static void find_image(const ond_admm *admm, size_t channel, size_t offset, bool is_solved)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = ond_admm_plane(admm);
    const ond_complex *made = admm->made + channel * size + offset;
    const ond_complex *held = admm->held + channel * size + offset;
    ond_complex *image = admm->solution + (admm->circular.info.channels + channel) * size + offset;
    float share = (float)(1 / admm->relaxation);
    for (size_t i = 0; i < fft->half_width; i++) {
        if (is_solved) {
            image[i] = (ond_complex){image[i].re + share * held[i].re, image[i].im + share * held[i].im};
        } else {
            image[i] = (ond_complex){made[i].re - share * held[i].re, made[i].im - share * held[i].im};
        }
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

/* D T⁺ of one frequency, from w. */
static void hold_channels(ond_admm *admm, size_t place, const wide *w)
{
    size_t size = ond_admm_plane(admm);
    size_t n = admm->circular.info.channels;
    for (size_t i = 0; i < n; i++) {
        wide gained = {0, 0};
        for (size_t k = 0; k < n; k++) {
            ond_complex g = admm->gram[(i * n + k) * size + place];
            gained.re += (double)g.re * w[k].re - (double)g.im * w[k].im;
            gained.im += (double)g.re * w[k].im + (double)g.im * w[k].re;
        }
        ond_complex made = admm->made[i * size + place];
        ond_complex *held = &admm->held[i * size + place];
        held->re = next_held((float)admm->relaxation, held->re, made.re, (float)gained.re);
        held->im = next_held((float)admm->relaxation, held->im, made.im, (float)gained.im);
    }
}

static void solve_channels(ond_admm *admm, double rho, size_t place)
{
    size_t size = ond_admm_plane(admm);
    size_t n = admm->circular.info.channels;
    wide matrix[OND_ADMM_CHANNELS][OND_ADMM_CHANNELS];
    wide b[OND_ADMM_CHANNELS];
    for (size_t i = 0; i < n; i++) {
        ond_complex s = admm->signal[i * size + place];
        ond_complex made = admm->made[i * size + place];
        ond_complex held = admm->held[i * size + place];
        b[i].re = (double)s.re - (2 * (double)made.re - (double)held.re);
        b[i].im = (double)s.im - (2 * (double)made.im - (double)held.im);
        for (size_t k = 0; k <= i; k++) {
            ond_complex g = admm->gram[(i * n + k) * size + place];
            matrix[i][k] = (wide){(double)g.re + (i == k ? rho : 0), (double)g.im};
        }
    }
    solve_hermitian(n, matrix, b);
    for (size_t i = 0; i < n; i++) {
        admm->solution[i * size + place] = (ond_complex){(float)b[i].re, (float)b[i].im};
    }
    hold_channels(admm, place, b);
}

static void solve_frequencies(ond_admm *admm, size_t offset)
{
    size_t count = admm->operator_->fft->half_width;
    double rho = admm->lasso->mask ? 1 : admm->rho;
    if (admm->circular.info.channels == 1) {
        solve_single((step_factors){(float)rho, (float)admm->relaxation}, admm->signal + offset, admm->gram + offset,
                     admm->made + offset, count, admm->held + offset, admm->solution + offset);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        solve_channels(admm, rho, offset + i);
    }
}

void ond_admm_solve_row(ond_admm *admm, size_t row)
{
    size_t offset = row * admm->operator_->fft->complex_stride;
    size_t masked = admm->lasso->mask ? admm->circular.info.channels : 0;
    for (size_t c = 0; c < masked; c++) {
        find_image(admm, c, offset, false);
    }
    solve_frequencies(admm, offset);
    for (size_t c = 0; c < masked; c++) {
        find_image(admm, c, offset, true);
    }
}
