/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "csc/linear.h"
#include "csc/pursuit.h"

#include <math.h>
#include <string.h>

/* Holistic pursuit (Aberdam, Sulam & Elad, Multi-layer sparse coding: the holistic way, 2019): basis pursuit for γ₂
 * with D₁D₂ inside a subspace, range(K); the smallest |D₂ γ₂| becomes a zero of γ₁ for good, which takes one dimension
 * from the subspace; and so on. Dense and in double: for problems of up to some hundred atoms. */
typedef struct holistic {
    size_t n, m1, m2;                         /* sizes of x, γ₁, γ₂ */
    double *first;                            /* D₂ [m1, m2] */
    double *effective;                        /* D₁D₂ [n, m2] */
    double *signal;                           /* [n] */
    size_t free_count;                        /* columns of K */
    double *basis;                            /* K [m2, free_count], rows of length m2 */
    double *image;                            /* (D₁D₂ K)ᵀ [free_count, n] */
    double *lower;                            /* factor of (DK)ᵀ DK + ρ [m2, m2] */
    double *right, *x, *gamma, *dual, *codes; /* [m2] each */
    double *work;                             /* [m2] */
    unsigned char *is_zero;                   /* [m1] */
} holistic;

enum { MOST_SIZE = 2048 };

/* K x, or Kᵀ v */
static void expand(const holistic *h, const double *x, double *codes)
{
    for (size_t i = 0; i < h->m2; i++) {
        codes[i] = ond_dot(h->basis + i * h->m2, x, h->free_count);
    }
}

static void collapse(const holistic *h, const double *codes, double *x)
{
    memset(x, 0, h->free_count * sizeof *x);
    for (size_t i = 0; i < h->m2; i++) {
        for (size_t k = 0; k < h->free_count; k++) {
            x[k] += h->basis[i * h->m2 + k] * codes[i];
        }
    }
}

/* K loses the direction in which row `row` of D₂ sees it: a Householder reflection that turns that direction into the
 * last column. */
static void forbid(holistic *h, size_t row)
{
    double *v = h->work;
    collapse(h, h->first + row * h->m2, v);
    double norm = sqrt(ond_dot(v, v, h->free_count));
    h->is_zero[row] = 1;
    if (norm <= 1e-12 * sqrt(ond_dot(h->first + row * h->m2, h->first + row * h->m2, h->m2))) {
        return; /* zero already for all that is left */
    }
    size_t last = h->free_count - 1;
    v[last] += v[last] > 0 ? norm : -norm;
    double scale = 2 / ond_dot(v, v, h->free_count);
    for (size_t i = 0; i < h->m2; i++) {
        double *line = h->basis + i * h->m2;
        double along = scale * ond_dot(line, v, h->free_count);
        for (size_t k = 0; k < h->free_count; k++) {
            line[k] -= along * v[k];
        }
    }
    h->free_count = last;
}

static ond_status prepare(holistic *h, double rho)
{
    size_t free_count = h->free_count;
    memset(h->image, 0, free_count * h->n * sizeof *h->image);
    for (size_t i = 0; i < h->n; i++) {
        for (size_t m = 0; m < h->m2; m++) {
            for (size_t k = 0; k < free_count; k++) {
                h->image[k * h->n + i] += h->effective[i * h->m2 + m] * h->basis[m * h->m2 + k];
            }
        }
    }
    for (size_t k = 0; k < free_count; k++) {
        h->right[k] = ond_dot(h->image + k * h->n, h->signal, h->n);
        for (size_t i = 0; i <= k; i++) {
            double product = ond_dot(h->image + k * h->n, h->image + i * h->n, h->n);
            h->lower[k * h->m2 + i] = product + (i == k ? rho : 0);
        }
    }
    if (!ond_cholesky(h->lower, free_count, h->m2)) {
        return ond_fail(OND_ERROR_INTERNAL, "the system of holistic pursuit is not positive definite");
    }
    return OND_OK;
}

static double soft(double v, double t)
{
    return v > t ? v - t : v < -t ? v + t : 0;
}

/* min ½‖y − D₁D₂ γ‖² + λ‖γ‖₁ over γ = K x, by the alternating direction method. Returns the number of iterations. */
static int solve_inside(holistic *h, const ond_pursuit_config *config, double lambda, double rho, bool *converged)
{
    size_t m2 = h->m2;
    memset(h->dual, 0, m2 * sizeof *h->dual);
    memset(h->gamma, 0, m2 * sizeof *h->gamma);
    *converged = false;
    for (int i = 0; i < config->iterations; i++) {
        for (size_t k = 0; k < m2; k++) {
            h->codes[k] = h->gamma[k] - h->dual[k];
        }
        collapse(h, h->codes, h->x);
        for (size_t k = 0; k < h->free_count; k++) {
            h->x[k] = h->right[k] + rho * h->x[k];
        }
        ond_solve_lower(h->lower, h->free_count, m2, h->x);
        ond_solve_upper(h->lower, h->free_count, m2, h->x);
        expand(h, h->x, h->codes);
        double split = 0;
        double moved = 0;
        for (size_t k = 0; k < m2; k++) {
            double next = soft(h->codes[k] + h->dual[k], lambda / rho);
            moved += (next - h->gamma[k]) * (next - h->gamma[k]);
            split += (h->codes[k] - next) * (h->codes[k] - next);
            h->dual[k] += h->codes[k] - next;
            h->gamma[k] = next;
        }
        double norm = ond_dot(h->codes, h->codes, m2);
        *converged = split + moved <= config->tolerance * config->tolerance * norm;
        if (*converged) {
            return i + 1;
        }
    }
    return config->iterations;
}

/* The row of D₂ with the smallest |D₂ γ₂| among those not yet zero. */
static size_t smallest_row(const holistic *h)
{
    size_t best = 0;
    double least = HUGE_VAL;
    for (size_t row = 0; row < h->m1; row++) {
        double magnitude = fabs(ond_dot(h->first + row * h->m2, h->codes, h->m2));
        if (!h->is_zero[row] && magnitude < least) {
            least = magnitude;
            best = row;
        }
    }
    return best;
}

static void write_result(const holistic *h, const ond_multilayer *p, double lambda)
{
    double squares = 0;
    double magnitudes = 0;
    for (size_t row = 0; row < h->m1; row++) {
        p->codes[0][row] = h->is_zero[row] ? 0 : (float)ond_dot(h->first + row * h->m2, h->codes, h->m2);
    }
    for (size_t k = 0; k < h->m2; k++) {
        p->codes[1][k] = (float)h->codes[k];
        magnitudes += fabs(h->codes[k]);
    }
    for (size_t i = 0; i < h->n; i++) {
        double difference = h->signal[i] - ond_dot(h->effective + i * h->m2, h->codes, h->m2);
        squares += difference * difference;
    }
    p->report->residual = sqrt(squares);
    p->report->objective = squares / 2 + lambda * magnitudes;
    p->report->gap = -1;
}

static ond_status pursue(holistic *h, const ond_multilayer *p)
{
    static const double usual_rho = 0.1;
    double lambda = p->lambdas[1];
    double rho = p->config->rho > 0 ? p->config->rho : usual_rho;
    for (int zeros = 0;; zeros++) {
        OND_TRY(prepare(h, rho));
        p->report->iterations += solve_inside(h, p->config, lambda, rho, &p->report->converged);
        if (zeros == p->config->cosparsity || h->free_count <= 1) {
            break;
        }
        forbid(h, smallest_row(h));
    }
    write_result(h, p, lambda);
    return OND_OK;
}

static ond_status allocate(holistic *h)
{
    size_t square = h->m2 * h->m2;
    size_t count = h->m1 * h->m2 + 2 * h->n * h->m2 + h->n + 2 * square + 6 * h->m2;
    double *memory = ond_memory_allocate_zero(count, sizeof *memory);
    h->is_zero = ond_memory_allocate_zero(h->m1, sizeof *h->is_zero);
    h->first = memory;
    if (!memory || !h->is_zero) {
        return OND_ERROR_MEMORY;
    }
    h->effective = h->first + h->m1 * h->m2;
    h->image = h->effective + h->n * h->m2;
    h->signal = h->image + h->n * h->m2;
    h->basis = h->signal + h->n;
    h->lower = h->basis + square;
    h->right = h->lower + square;
    h->x = h->right + h->m2;
    h->gamma = h->x + h->m2;
    h->dual = h->gamma + h->m2;
    h->codes = h->dual + h->m2;
    h->work = h->codes + h->m2;
    return OND_OK;
}

/* Column `k` of a dictionary as a matrix on this size. */
static void load_columns(const ond_operator *operator_, float *code, float *image, float *scratch, double *matrix)
{
    memset(code, 0, operator_->code_size * sizeof *code);
    for (size_t k = 0; k < operator_->code_size; k++) {
        code[k] = 1;
        ond_operator_apply(operator_, code, image, scratch);
        code[k] = 0;
        for (size_t i = 0; i < operator_->image_size; i++) {
            matrix[i * operator_->code_size + k] = (double)image[i];
        }
    }
}

static ond_status load(holistic *h, const ond_multilayer *p)
{
    size_t matrix = h->n * h->m1;
    float *room = ond_memory_allocate(h->m1 + h->m2 + h->n, sizeof *room);
    float *scratch[2] = {ond_operator_scratch_create(p->operators[0]), ond_operator_scratch_create(p->operators[1])};
    double *outer = ond_memory_allocate(matrix, sizeof *outer);
    bool has_memory = room && scratch[0] && scratch[1] && outer;
    if (has_memory) {
        load_columns(p->operators[0], room, room + h->m1, scratch[0], outer);
        load_columns(p->operators[1], room, room + h->m2, scratch[1], h->first);
        for (size_t i = 0; i < h->n; i++) {
            for (size_t j = 0; j < h->m1; j++) {
                for (size_t k = 0; k < h->m2; k++) {
                    h->effective[i * h->m2 + k] += outer[i * h->m1 + j] * h->first[j * h->m2 + k];
                }
            }
            h->signal[i] = (double)p->signal[i];
        }
    }
    for (size_t k = 0; k < h->m2; k++) {
        h->basis[k * h->m2 + k] = 1;
    }
    h->free_count = h->m2;
    ond_memory_free(room);
    ond_memory_free(scratch[0]);
    ond_memory_free(scratch[1]);
    ond_memory_free(outer);
    return has_memory ? OND_OK : OND_ERROR_MEMORY;
}

ond_status ond_holistic_solve(const ond_multilayer *problem)
{
    if (problem->count != 2) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "holistic pursuit of %zu layers, 2 are wanted", problem->count);
    }
    holistic h = {.n = problem->operators[0]->image_size,
                  .m1 = problem->operators[0]->code_size,
                  .m2 = problem->operators[1]->code_size};
    if (h.n > MOST_SIZE || h.m1 > MOST_SIZE || h.m2 > MOST_SIZE) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "holistic pursuit of %zu, %zu and %zu numbers, at most %d are wanted",
                        h.n, h.m1, h.m2, MOST_SIZE);
    }
    if ((size_t)problem->config->cosparsity >= h.m2) {
        return ond_fail(OND_ERROR_ARGUMENT, "cosparsity = %d leaves nothing of %zu codes, at most %zu is wanted",
                        problem->config->cosparsity, h.m2, h.m2 - 1);
    }
    ond_status status = allocate(&h);
    status = status == OND_OK ? load(&h, problem) : status;
    status = status == OND_OK ? pursue(&h, problem) : status;
    ond_memory_free(h.first);
    ond_memory_free(h.is_zero);
    return status;
}
