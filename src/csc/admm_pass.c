/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "csc/admm.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Passes of ond_admm over the coefficients of one atom. */

enum { LANES = 16 };

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

/* y = T − clip(T) */
OND_WIDE static void shrink(const float *restrict state, const float *restrict weights, float threshold, float low,
                            size_t count, float *restrict y)
{
    for (size_t i = 0; i < count; i++) {
        y[i] = state[i] - clip(state[i], low, threshold * weights[i]);
    }
}

/* T = y + u / divisor */
OND_WIDE static void divide_dual(const float *restrict weights, float threshold, float low, float divisor, size_t count,
                                 float *restrict state)
{
    for (size_t i = 0; i < count; i++) {
        float u = clip(state[i], low, threshold * weights[i]);
        state[i] = (state[i] - u) + u / divisor;
    }
}

/* What some rows add to the residuals: |x − y⁺|², |x|², |y⁺|², |y⁺ − y|², |u⁺|². */
typedef struct row_sums {
    float lane[5][LANES];
} row_sums;

typedef struct update {
    float threshold, low, scale, relaxation;
} update;

/* x = v + Dᵀ w; T⁺ = α x + (1 − α) y + u; y⁺ takes the place of Dᵀ w. */
static inline void update_one(update how, float weight, float *back, float *state, row_sums *sums, size_t k)
{
    float t = how.threshold * weight;
    float u = clip(*state, how.low, t);
    float y = *state - u;
    float x = *back * how.scale + (y - u);
    float next = how.relaxation * x + (1 - how.relaxation) * y + u;
    float next_u = clip(next, how.low, t);
    float next_y = next - next_u;
    *state = next;
    *back = next_y;
    sums->lane[0][k] += (x - next_y) * (x - next_y);
    sums->lane[1][k] += x * x;
    sums->lane[2][k] += next_y * next_y;
    sums->lane[3][k] += (next_y - y) * (next_y - y);
    sums->lane[4][k] += next_u * next_u;
}

OND_WIDE static void update_row(update how, const float *restrict weights, size_t count, float *restrict back,
                                float *restrict state, row_sums *sums)
{
    row_sums own = *sums;
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            update_one(how, weights[i + k], &back[i + k], &state[i + k], &own, k);
        }
    }
    for (size_t i = whole; i < count; i++) {
        update_one(how, weights[i], &back[i], &state[i], &own, 0);
    }
    *sums = own;
}

static void add_sums(const row_sums *rows, double sums[5])
{
    for (size_t s = 0; s < 5; s++) {
        for (size_t k = 0; k < LANES; k++) {
            sums[s] += (double)rows->lane[s][k];
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

static float *state_of(const ond_admm *admm, size_t atom, size_t row)
{
    const ond_fft *fft = admm->operator_->fft;
    return admm->state + (atom * fft->height + row) * fft->real_stride;
}

static void update_rows(ond_admm *admm, size_t atom, size_t first, ond_admm_group *group)
{
    const ond_fft *fft = admm->operator_->fft;
    update how = {(float)(admm->lasso->lambda / admm->rho), low_of(admm),
                  (float)(1.0 / ((double)fft->height * (double)fft->width)), (float)admm->relaxation};
    row_sums sums = {{{0}}};
    for (size_t row = first; row < first + fft->group; row++) {
        const float *weights = ond_admm_weights(admm, atom, row);
        float *state = state_of(admm, atom, row);
        float *back = group->rows + (row - first) * fft->real_stride;
        update_row(how, weights, fft->width, back, state, &sums);
        ond_admm_list_row(admm, back, row, group);
        if (admm->factor != 1) {
            divide_dual(weights, how.threshold, how.low, (float)admm->factor, fft->width, state);
        }
    }
    add_sums(&sums, group->residuals);
}

void ond_admm_update(ond_admm *admm, size_t atom, ond_admm_group *group)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = ond_admm_plane(admm);
    size_t channels = admm->circular.info.channels;
    const ond_complex *spectra = admm->operator_->spectra + atom * channels * size;
    ond_spectrum_set_conjugate(fft, spectra, admm->solution, group->plane);
    for (size_t c = 1; c < channels; c++) {
        ond_spectrum_add_conjugate(fft, spectra + c * size, admm->solution + c * size, group->plane);
    }
    ond_fft_run(fft, OND_FFT_COLUMNS_HALF_BACKWARD, group->plane);
    group->spike_count = 0;
    for (size_t first = 0; first < fft->height; first += fft->group) {
        ond_fft_rows_real_backward(fft, group->plane + first * fft->complex_stride, group->rows);
        update_rows(admm, atom, first, group);
    }
}

static void load_rows(const ond_admm *admm, size_t atom, size_t first, bool is_shrunken, float *rows)
{
    const ond_fft *fft = admm->operator_->fft;
    float threshold = (float)(admm->lasso->lambda / (admm->rho * admm->factor));
    for (size_t row = first; row < first + fft->group; row++) {
        const float *state = state_of(admm, atom, row);
        float *to = rows + (row - first) * fft->real_stride;
        if (is_shrunken) {
            shrink(state, ond_admm_weights(admm, atom, row), threshold, low_of(admm), fft->width, to);
        } else {
            memcpy(to, state, fft->width * sizeof *to);
        }
    }
}

void ond_admm_list(ond_admm *admm, size_t atom, ond_admm_group *group)
{
    const ond_fft *fft = admm->operator_->fft;
    group->spike_count = 0;
    for (size_t first = 0; first < fft->height; first += fft->group) {
        load_rows(admm, atom, first, true, group->rows);
        for (size_t row = first; row < first + fft->group; row++) {
            ond_admm_list_row(admm, group->rows + (row - first) * fft->real_stride, row, group);
        }
    }
}

void ond_admm_transform(ond_admm *admm, size_t atom, bool is_shrunken, ond_admm_group *group)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = ond_admm_plane(admm);
    size_t channels = admm->circular.info.channels;
    for (size_t first = 0; first < fft->height; first += fft->group) {
        load_rows(admm, atom, first, is_shrunken, group->rows);
        ond_fft_rows_real_forward(fft, group->rows, group->plane + first * fft->complex_stride);
    }
    ond_fft_run(fft, OND_FFT_COLUMNS_HALF_FORWARD, group->plane);
    if (!group->has_sums) {
        memset(group->sums, 0, channels * size * sizeof *group->sums);
        group->has_sums = true;
    }
    for (size_t c = 0; c < channels; c++) {
        ond_spectrum_add_product(fft, admm->operator_->spectra + (atom * channels + c) * size, group->plane,
                                 group->sums + c * size);
    }
}
