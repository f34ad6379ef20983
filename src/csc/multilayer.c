/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "csc/pursuit.h"

#include <math.h>
#include <string.h>

/* ML-ISTA and ML-FISTA: nested proximal gradient mappings (Sulam, Aberdam, Beck & Elad 2020; eq. 7.27 and 7.28),
 *
 *     hat_{i−1} = Dᵢ hatᵢ from hat_L = γ (or its extrapolation) down,
 *     γᵢ = S(hatᵢ − μᵢ Dᵢᵀ (hat_{i−1} − γ_{i−1})) from γ₀ = x up, with threshold μᵢ lᵢ.
 *
 * With lᵢ taken literally the limit belongs to other penalties than it seems: those are lᵢ / Π_{j<i} μⱼ. So lᵢ is
 * computed from the wanted penalties, lᵢ = λᵢ Π_{j<i} μⱼ, and F(limit) − min F = O(μ₁). */
typedef struct nest {
    double steps[OND_MAX_LAYERS], thresholds[OND_MAX_LAYERS];
    float *hats[OND_MAX_LAYERS + 1]; /* [0]: an image */
    float *previous;                 /* γ_L of the iteration before */
    float *difference;               /* hat_{i−1} − γ_{i−1} */
    float *gradient;
    float *scratch;
} nest;

static size_t largest(const ond_multilayer *p, size_t (*size)(const ond_operator *operator_))
{
    size_t found = 0;
    for (size_t i = 0; i < p->count; i++) {
        size_t own = size(p->operators[i]);
        found = own > found ? own : found;
    }
    return found;
}

static size_t image_size(const ond_operator *operator_)
{
    return operator_->image_size;
}

static size_t code_size(const ond_operator *operator_)
{
    return operator_->code_size;
}

static ond_status find_steps(const ond_multilayer *p, nest *n)
{
    double product = 1;
    for (size_t i = 0; i < p->count; i++) {
        double norm = 0;
        OND_TRY(ond_operator_norm(p->operators[i], &norm));
        n->steps[i] = (i == 0 ? p->config->step : 1) / norm;
        n->thresholds[i] = n->steps[i] * p->lambdas[i] * product;
        product *= n->steps[i];
    }
    return OND_OK;
}

static ond_status allocate(const ond_multilayer *p, nest *n)
{
    bool has_memory = true;
    for (size_t i = 0; i <= p->count; i++) {
        size_t size = i == 0 ? p->operators[0]->image_size : p->operators[i - 1]->code_size;
        n->hats[i] = ond_memory_allocate_zero(size, sizeof *n->hats[i]);
        has_memory = has_memory && n->hats[i];
    }
    n->previous = ond_memory_allocate_zero(p->operators[p->count - 1]->code_size, sizeof *n->previous);
    n->difference = ond_memory_allocate(largest(p, image_size), sizeof *n->difference);
    n->gradient = ond_memory_allocate(largest(p, code_size), sizeof *n->gradient);
    n->scratch = ond_memory_allocate(largest(p, ond_operator_scratch), sizeof *n->scratch);
    return has_memory && n->previous && n->difference && n->gradient && n->scratch ? OND_OK : OND_ERROR_MEMORY;
}

static void release(const ond_multilayer *p, nest *n)
{
    for (size_t i = 0; i <= p->count; i++) {
        ond_memory_free(n->hats[i]);
    }
    ond_memory_free(n->previous);
    ond_memory_free(n->difference);
    ond_memory_free(n->gradient);
    ond_memory_free(n->scratch);
}

static void synthesize(const ond_multilayer *p, nest *n)
{
    for (size_t i = p->count; i-- > 0;) {
        ond_operator_apply(p->operators[i], n->hats[i + 1], n->hats[i], n->scratch);
    }
}

OND_HOT static void subtract(const float *restrict a, const float *restrict b, size_t count, float *restrict result)
{
    for (size_t i = 0; i < count; i++) {
        result[i] = a[i] - b[i];
    }
}

OND_HOT static void descend(const float *restrict hat, const float *restrict gradient, float step, size_t count,
                            float *restrict result)
{
    for (size_t i = 0; i < count; i++) {
        result[i] = hat[i] - step * gradient[i];
    }
}

static void ascend(const ond_multilayer *p, nest *n)
{
    for (size_t i = 0; i < p->count; i++) {
        const ond_operator *operator_ = p->operators[i];
        const float *below = i == 0 ? p->signal : p->codes[i - 1];
        subtract(n->hats[i], below, operator_->image_size, n->difference);
        ond_operator_adjoint(operator_, n->difference, n->gradient, n->scratch);
        descend(n->hats[i + 1], n->gradient, (float)n->steps[i], operator_->code_size, p->codes[i]);
        ond_shrinking how = {n->thresholds[i], p->weights[i], p->config->nonnegative != 0, false};
        ond_shrink(how, p->codes[i], operator_->code_size, p->codes[i]);
    }
}

/* hat_L = γ + m (γ − previous); returns ‖γ − previous‖ / ‖γ‖. */
static double extrapolate(float *hat, float *previous, const float *codes, float momentum, size_t count)
{
    double change = ond_vector_sum_squared_difference(codes, previous, count);
    double norm = ond_vector_sum_squares(codes, count);
    for (size_t i = 0; i < count; i++) {
        hat[i] = codes[i] + momentum * (codes[i] - previous[i]);
        previous[i] = codes[i];
    }
    return norm > 0 ? sqrt(change / norm) : change > 0;
}

/* F of (7.23) at γ_L, from hats synthesized from it. */
static void judge(const ond_multilayer *p, nest *n)
{
    size_t last = p->count - 1;
    memcpy(n->hats[p->count], p->codes[last], p->operators[last]->code_size * sizeof(float));
    synthesize(p, n);
    double squares = ond_vector_sum_squared_difference(n->hats[0], p->signal, p->operators[0]->image_size);
    p->report->residual = sqrt(squares);
    p->report->objective = squares / 2;
    for (size_t i = 0; i < p->count; i++) {
        for (size_t k = 0; k < p->operators[i]->code_size; k++) {
            double weight = p->weights[i] ? (double)p->weights[i][k] : 1;
            p->report->objective += p->lambdas[i] * weight * fabs((double)n->hats[i + 1][k]);
        }
    }
    p->report->gap = -1;
}

static void iterate(const ond_multilayer *p, nest *n)
{
    const ond_pursuit_config *config = p->config;
    size_t last = p->count - 1;
    double t = 1;
    for (int i = 0; i < config->iterations && !p->report->converged; i++) {
        synthesize(p, n);
        if (i > 0 && p->curve) {
            ond_curve_add(p->curve,
                          sqrt(ond_vector_sum_squared_difference(n->hats[0], p->signal, p->operators[0]->image_size)));
        }
        ascend(p, n);
        double next = (1 + sqrt(1 + 4 * t * t)) / 2;
        double momentum = config->method == OND_PURSUIT_ML_FISTA ? (t - 1) / next : 0;
        double change = extrapolate(n->hats[p->count], n->previous, p->codes[last], (float)momentum,
                                    p->operators[last]->code_size);
        t = next;
        p->report->iterations = i + 1;
        p->report->converged = change < config->tolerance;
    }
    judge(p, n);
    ond_curve_add(p->curve, p->report->residual);
}

ond_status ond_ml_solve(const ond_multilayer *problem)
{
    nest n = {0};
    ond_status status = find_steps(problem, &n);
    status = status == OND_OK ? allocate(problem, &n) : status;
    if (status == OND_OK) {
        iterate(problem, &n);
    }
    release(problem, &n);
    return status;
}
