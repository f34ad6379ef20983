/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "csc/polish.h"

#include <math.h>

void ond_curve_add(ond_curve *curve, double value)
{
    if (curve && curve->count < curve->capacity) {
        curve->values[curve->count++] = value;
    }
}

ond_status ond_lasso_room_create(const ond_operator *operator_, ond_lasso_room *room)
{
    room->image = ond_memory_allocate(operator_->image_size, sizeof *room->image);
    room->masked = ond_memory_allocate(operator_->image_size, sizeof *room->masked);
    room->codes = ond_memory_allocate(operator_->code_size, sizeof *room->codes);
    room->scratch = ond_operator_scratch_create(operator_);
    return room->image && room->masked && room->codes && room->scratch ? OND_OK : OND_ERROR_MEMORY;
}

void ond_lasso_room_free(ond_lasso_room *room)
{
    ond_memory_free(room->image);
    ond_memory_free(room->masked);
    ond_memory_free(room->codes);
    ond_memory_free(room->scratch);
}

OND_HOT static void subtract(float *restrict y, const float *restrict x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        y[i] -= x[i];
    }
}

void ond_lasso_gradient(const ond_lasso *lasso, const float *codes, ond_lasso_room *room)
{
    const ond_operator *operator_ = lasso->operator_;
    ond_operator_apply(operator_, codes, room->image, room->scratch);
    subtract(room->image, lasso->signal, operator_->image_size);
    if (!lasso->mask) {
        ond_operator_adjoint(operator_, room->image, room->codes, room->scratch);
        return;
    }
    for (size_t i = 0; i < operator_->image_size; i++) {
        room->image[i] *= lasso->mask[i];
        room->masked[i] = lasso->mask[i] * room->image[i];
    }
    ond_operator_adjoint(operator_, room->masked, room->codes, room->scratch);
}

/* Four sums at a time, so that they do not wait for each other. */
OND_HOT static double weighted_sum_of_magnitudes(const float *restrict x, const float *restrict weights, size_t count)
{
    enum { LANES = 8 };
    double lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            lane[k] += (double)(weights[i + k] * fabsf(x[i + k]));
        }
    }
    double sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    for (size_t i = whole; i < count; i++) {
        sum += (double)(weights[i] * fabsf(x[i]));
    }
    return sum;
}

OND_HOT static double sum_of_magnitudes(const float *restrict x, size_t count)
{
    enum { LANES = 8 };
    double lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            lane[k] += (double)fabsf(x[i + k]);
        }
    }
    double sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    for (size_t i = whole; i < count; i++) {
        sum += (double)fabsf(x[i]);
    }
    return sum;
}

/* Of |x|, or of sign · x. Lanes, since compilers keep the order of comparisons. */
OND_HOT static float largest(const float *restrict x, size_t count, float sign)
{
    enum { LANES = 16 };
    float lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            float value = sign != 0 ? sign * x[i + k] : fabsf(x[i + k]);
            lane[k] = value > lane[k] ? value : lane[k];
        }
    }
    for (size_t i = whole; i < count; i++) {
        float value = sign != 0 ? sign * x[i] : fabsf(x[i]);
        lane[0] = value > lane[0] ? value : lane[0];
    }
    float found = 0;
    for (size_t k = 0; k < LANES; k++) {
        found = lane[k] > found ? lane[k] : found;
    }
    return found;
}

/* The largest a <= 1 with a |Dᵀ r| <= λ w: where the dual point a r is feasible. */
static double dual_scale(const ond_lasso *lasso, const float *gradient)
{
    size_t count = lasso->operator_->code_size;
    if (!lasso->weights) {
        double reached = (double)largest(gradient, count, lasso->nonnegative ? -1.0f : 0);
        return reached > lasso->lambda ? lasso->lambda / reached : 1;
    }
    double scale = 1;
    for (size_t i = 0; i < count; i++) {
        double reached = lasso->nonnegative ? -(double)gradient[i] : fabs((double)gradient[i]);
        double allowed = lasso->lambda * (double)lasso->weights[i];
        if (reached * scale > allowed) {
            scale = allowed / reached;
        }
    }
    return scale;
}

static double find_limit(const ond_lasso *lasso, const float *gradient)
{
    size_t count = lasso->operator_->code_size;
    if (!lasso->weights) {
        return (double)largest(gradient, count, lasso->nonnegative ? -1.0f : 0);
    }
    double limit = 0;
    for (size_t i = 0; i < count; i++) {
        double reached = lasso->nonnegative ? -(double)gradient[i] : fabs((double)gradient[i]);
        limit = lasso->weights[i] > 0 ? fmax(limit, reached / (double)lasso->weights[i]) : limit;
    }
    return limit;
}

ond_status ond_lasso_take_share(ond_lasso *lasso, double share)
{
    ond_lasso_room room = {0};
    if (!(share > 0)) {
        return OND_OK;
    }
    float *zeros = ond_memory_allocate_zero(lasso->operator_->code_size, sizeof *zeros);
    ond_status status = ond_lasso_room_create(lasso->operator_, &room);
    status = zeros ? status : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        ond_lasso_gradient(lasso, zeros, &room);
        double limit = share * find_limit(lasso, room.codes);
        lasso->lambda = limit > 0 ? limit : lasso->lambda;
    }
    ond_lasso_room_free(&room);
    ond_memory_free(zeros);
    return status;
}

size_t ond_count_nonzeros(const float *codes, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += codes[i] != 0;
    }
    return found;
}

void ond_lasso_judge(const ond_lasso *lasso, const float *codes, const ond_lasso_room *room, ond_layer_report *report)
{
    const ond_operator *operator_ = lasso->operator_;
    double squares = ond_vector_sum_squares(room->image, operator_->image_size);
    double magnitudes = lasso->weights ? weighted_sum_of_magnitudes(codes, lasso->weights, operator_->code_size)
                                       : sum_of_magnitudes(codes, operator_->code_size);
    double scale = dual_scale(lasso, room->codes);
    double along = 0; /* ⟨W x, r⟩ with r = W x − W D γ */
    for (size_t i = 0; i < operator_->image_size; i++) {
        double weight = lasso->mask ? (double)lasso->mask[i] : 1;
        along -= weight * (double)lasso->signal[i] * (double)room->image[i];
    }
    report->lambda = lasso->lambda;
    report->residual = sqrt(squares);
    report->objective = squares / 2 + lasso->lambda * magnitudes;
    /* ½‖x‖² − ½‖x − a r‖² = a ⟨x, r⟩ − ½ a² ‖r‖² */
    report->gap = fmax(report->objective - (scale * along - scale * scale * squares / 2), 0);
}

void ond_lasso_evaluate(const ond_lasso *lasso, const float *codes, ond_lasso_room *room, ond_layer_report *report)
{
    ond_lasso_gradient(lasso, codes, room);
    ond_lasso_judge(lasso, codes, room, report);
    report->nonzeros = ond_count_nonzeros(codes, lasso->operator_->code_size);
}

ond_status ond_lasso_finish(const ond_lasso *lasso, const ond_pursuit_config *config, float *codes,
                            ond_lasso_room *room, ond_layer_report *report)
{
    if (config->polish) {
        OND_TRY(ond_polish(lasso, codes));
    }
    ond_lasso_evaluate(lasso, codes, room, report);
    return OND_OK;
}
