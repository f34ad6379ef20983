/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "csc/pursuit.h"

#include <math.h>
#include <string.h>

/* Iterative shrinkage, plain and accelerated (Beck & Teboulle 2009), with restart by the gradient's direction. */
typedef struct state {
    float *point; /* z, where the gradient is taken */
    float *next;  /* the codes after the step */
    double step;  /* 1 / L */
    double t;
    ond_lasso_room room;
} state;

/* A zero border's norm comes from an iteration that approaches it from below. */
static const double norm_margin = 1e-4;

static ond_status find_step(const ond_lasso *lasso, double *step)
{
    double norm = 0;
    double mask = 1;
    if (lasso->norm_squared > 0) {
        norm = lasso->norm_squared;
    } else {
        OND_TRY(ond_operator_norm(lasso->operator_, &norm));
    }
    if (lasso->mask) {
        mask = 0;
        for (size_t i = 0; i < lasso->operator_->image_size; i++) {
            mask = fmax(mask, (double)lasso->mask[i]);
        }
    }
    bool is_exact = lasso->operator_->dictionary->info.border == OND_BORDER_CIRCULAR
                    || ond_dictionary_is_matrix(lasso->operator_->dictionary);
    norm *= mask * mask * (is_exact ? 1 : 1 + norm_margin);
    *step = norm > 0 ? 1 / norm : 1;
    return OND_OK;
}

/* next = point − gradient / L, shrunken. */
static void take_step(const ond_lasso *lasso, state *s)
{
    size_t count = lasso->operator_->code_size;
    float step = (float)s->step;
    for (size_t i = 0; i < count; i++) {
        s->next[i] = s->point[i] - step * s->room.codes[i];
    }
    ond_shrinking how = {lasso->lambda * s->step, lasso->weights, lasso->nonnegative, false};
    ond_shrink(how, s->next, count, s->next);
}

/* ⟨z − x⁺, x⁺ − x⟩ > 0: the step goes against the momentum. */
OND_HOT static double uphill(const float *restrict point, const float *restrict next, const float *restrict codes,
                             size_t count)
{
    enum { LANES = 8 };
    double lane[LANES] = {0};
    for (size_t i = 0; i < count; i++) {
        lane[i % LANES] += (double)((point[i] - next[i]) * (next[i] - codes[i]));
    }
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

/* point = next + m (next − codes); codes = next. */
OND_HOT static void go_on(float *restrict point, const float *restrict next, float *restrict codes, float momentum,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        point[i] = next[i] + momentum * (next[i] - codes[i]);
        codes[i] = next[i];
    }
}

static void accelerate(const ond_lasso *lasso, const ond_pursuit_config *config, float *codes, state *s)
{
    size_t count = lasso->operator_->code_size;
    if (config->method == OND_PURSUIT_ISTA) {
        go_on(s->point, s->next, codes, 0, count);
        return;
    }
    if (config->restart && uphill(s->point, s->next, codes, count) > 0) {
        s->t = 1;
    }
    double t = (1 + sqrt(1 + 4 * s->t * s->t)) / 2;
    go_on(s->point, s->next, codes, (float)((s->t - 1) / t), count);
    s->t = t;
}

/* The gap at z costs two sums; only when it is small is it worth computing the one at the codes. */
static bool is_done(const ond_lasso *lasso, const ond_pursuit_config *config, const float *codes, state *s,
                    int iteration)
{
    enum { PERIOD = 10 };
    ond_layer_report at_point = {0};
    if (config->tolerance <= 0 || (iteration + 1) % PERIOD != 0) {
        return false;
    }
    ond_lasso_judge(lasso, s->point, &s->room, &at_point);
    if (at_point.gap > 2 * config->tolerance * at_point.objective) {
        return false;
    }
    ond_lasso_evaluate(lasso, codes, &s->room, &at_point);
    bool is_small = at_point.gap <= config->tolerance * at_point.objective;
    if (!is_small) {
        ond_lasso_gradient(lasso, s->point, &s->room);
    }
    return is_small;
}

static ond_status iterate(const ond_lasso *lasso, const ond_pursuit_config *config, float *codes, ond_curve *curve,
                          state *s, ond_layer_report *report)
{
    size_t count = lasso->operator_->code_size;
    memset(codes, 0, count * sizeof *codes);
    memset(s->point, 0, count * sizeof *s->point);
    for (int i = 0; i < config->iterations; i++) {
        ond_lasso_gradient(lasso, s->point, &s->room);
        if (is_done(lasso, config, codes, s, i)) {
            report->converged = true;
            break;
        }
        if (i > 0 && curve) {
            ond_curve_add(curve, sqrt(ond_vector_sum_squares(s->room.image, lasso->operator_->image_size)));
        }
        take_step(lasso, s);
        accelerate(lasso, config, codes, s);
        report->iterations = i + 1;
    }
    OND_TRY(ond_lasso_finish(lasso, config, codes, &s->room, report));
    ond_curve_add(curve, report->residual);
    return OND_OK;
}

ond_status ond_fista_solve(const ond_lasso *lasso, const ond_pursuit_config *config, float *codes, ond_curve *curve,
                           ond_layer_report *report)
{
    state s = {.t = 1};
    OND_TRY(find_step(lasso, &s.step));
    s.point = ond_memory_allocate(lasso->operator_->code_size, sizeof *s.point);
    s.next = ond_memory_allocate(lasso->operator_->code_size, sizeof *s.next);
    ond_status status = ond_lasso_room_create(lasso->operator_, &s.room);
    status = s.point && s.next ? status : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = iterate(lasso, config, codes, curve, &s, report);
    }
    ond_lasso_room_free(&s.room);
    ond_memory_free(s.point);
    ond_memory_free(s.next);
    return status;
}
