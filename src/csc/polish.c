/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/polish.h"

#include "core/memory.h"
#include "csc/linear.h"

#include <math.h>
#include <string.h>

/* What a solver in float leaves is refined in double on its support: with the signs s fixed, the minimum solves
 * D_Sᵀ W² D_S a = D_Sᵀ W² x − λ w s, by conjugate gradients. Codes whose sign turns are dropped, codes whose
 * correlation exceeds λ w come in, until neither happens: then the optimality conditions hold (an active set method
 * like the feature-sign search of Lee, Battle, Raina & Ng 2007, with all changes of a round at once). Since a round may
 * fail to descend, the best point of all rounds is the result. */
typedef struct polish {
    const ond_lasso *lasso;
    size_t count;                            /* of the support */
    size_t *support;                         /* [code_size] */
    double *values, *best;                   /* [code_size]: of all codes */
    double *residual, *direction, *image_of; /* [code_size]: on the support */
    double *point;                           /* [code_size]: on the support */
    double *image;                           /* [image_size] */
    signed char *signs;                      /* [code_size]: 0 outside the support */
} polish;

enum { ROUNDS = 40, STEPS = 400 };
static const double most_work = 1e9; /* multiplications of one round: seconds */

/* Where filter row `i` of code `index` lies in a plane. */
typedef struct footprint {
    size_t row, column;
    const float *filter;
} footprint;

static footprint footprint_of(const ond_operator *operator_, size_t index)
{
    size_t plane = operator_->rows * operator_->columns;
    size_t stride = operator_->dictionary->info.stride;
    return (footprint){index % plane / operator_->columns * stride, index % operator_->columns * stride,
                       operator_->dictionary->values + index / plane * ond_atom_size(operator_->dictionary)};
}

static void scatter(const ond_operator *operator_, size_t index, double value, double *image)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    footprint f = footprint_of(operator_, index);
    for (size_t line = 0; line < info->channels * info->filter_height; line++) {
        size_t row = (f.row + line % info->filter_height) % operator_->height;
        double *target = image + (line / info->filter_height * operator_->height + row) * operator_->width;
        for (size_t k = 0; k < info->filter_width; k++) {
            size_t column = f.column + k;
            target[column < operator_->width ? column : column % operator_->width]
                += value * (double)f.filter[line * info->filter_width + k];
        }
    }
}

static double gather(const ond_operator *operator_, size_t index, const double *image)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    footprint f = footprint_of(operator_, index);
    double sum = 0;
    for (size_t line = 0; line < info->channels * info->filter_height; line++) {
        size_t row = (f.row + line % info->filter_height) % operator_->height;
        const double *source = image + (line / info->filter_height * operator_->height + row) * operator_->width;
        for (size_t k = 0; k < info->filter_width; k++) {
            size_t column = f.column + k;
            sum += source[column < operator_->width ? column : column % operator_->width]
                   * (double)f.filter[line * info->filter_width + k];
        }
    }
    return sum;
}

static double penalty_of(const polish *p, size_t index)
{
    return p->lasso->lambda * (p->lasso->weights ? (double)p->lasso->weights[index] : 1);
}

/* image = W² D_S v, v given on the support */
static void synthesize(polish *p, const double *v)
{
    const ond_operator *operator_ = p->lasso->operator_;
    memset(p->image, 0, operator_->image_size * sizeof *p->image);
    for (size_t i = 0; i < p->count; i++) {
        scatter(operator_, p->support[i], v[i], p->image);
    }
}

static void apply_mask(const polish *p)
{
    for (size_t i = 0; p->lasso->mask && i < p->lasso->operator_->image_size; i++) {
        double weight = (double)p->lasso->mask[i];
        p->image[i] *= weight * weight;
    }
}

static void analyse(const polish *p, double *result)
{
    for (size_t i = 0; i < p->count; i++) {
        result[i] = gather(p->lasso->operator_, p->support[i], p->image);
    }
}

/* image = W² (x − D values); returns ½‖W (x − D values)‖². */
static double load_residual(polish *p)
{
    const ond_operator *operator_ = p->lasso->operator_;
    double squares = 0;
    synthesize(p, p->point);
    for (size_t i = 0; i < operator_->image_size; i++) {
        double weight = p->lasso->mask ? (double)p->lasso->mask[i] : 1;
        double difference = weight * ((double)p->lasso->signal[i] - p->image[i]);
        squares += difference * difference;
        p->image[i] = weight * difference;
    }
    return squares / 2;
}

static void collect_support(polish *p)
{
    p->count = 0;
    for (size_t i = 0; i < p->lasso->operator_->code_size; i++) {
        if (p->signs[i] != 0) {
            p->point[p->count] = p->values[i];
            p->support[p->count++] = i;
        }
    }
}

/* Conjugate gradients from the point; the residual of the normal equations is Dᵀ W² (x − D a) − λ w s. */
static void solve_on_support(polish *p)
{
    static const double precise = 1e-11;
    load_residual(p);
    analyse(p, p->residual);
    double scale = 0;
    for (size_t i = 0; i < p->count; i++) {
        double penalty = penalty_of(p, p->support[i]);
        p->residual[i] -= penalty * p->signs[p->support[i]];
        p->direction[i] = p->residual[i];
        scale += penalty * penalty;
    }
    double square = ond_dot(p->residual, p->residual, p->count);
    for (int step = 0; step < STEPS && square > precise * precise * scale; step++) {
        synthesize(p, p->direction);
        apply_mask(p);
        analyse(p, p->image_of);
        double curvature = ond_dot(p->direction, p->image_of, p->count);
        if (!(curvature > 0)) {
            break;
        }
        double length = square / curvature;
        for (size_t i = 0; i < p->count; i++) {
            p->point[i] += length * p->direction[i];
            p->residual[i] -= length * p->image_of[i];
        }
        double next = ond_dot(p->residual, p->residual, p->count);
        for (size_t i = 0; i < p->count; i++) {
            p->direction[i] = p->residual[i] + next / square * p->direction[i];
        }
        square = next;
    }
}

/* Takes the point over; codes whose sign turned leave. Returns how many. */
static size_t drop_turned(polish *p)
{
    size_t dropped = 0;
    for (size_t i = 0; i < p->count; i++) {
        size_t index = p->support[i];
        bool has_turned = p->point[i] * p->signs[index] <= 0;
        p->values[index] = has_turned ? 0 : p->point[i];
        p->signs[index] = has_turned ? 0 : p->signs[index];
        dropped += has_turned;
    }
    return dropped;
}

static size_t admit_violators(polish *p)
{
    static const double tolerated = 1e-9;
    const ond_operator *operator_ = p->lasso->operator_;
    size_t admitted = 0;
    for (size_t index = 0; index < operator_->code_size; index++) {
        if (p->signs[index] != 0) {
            continue;
        }
        double correlation = gather(operator_, index, p->image);
        double excess = (p->lasso->nonnegative ? correlation : fabs(correlation)) - penalty_of(p, index);
        if (excess > tolerated * p->lasso->lambda) {
            p->signs[index] = correlation > 0 ? 1 : -1;
            admitted++;
        }
    }
    return admitted;
}

static double objective_of(polish *p)
{
    collect_support(p);
    double objective = load_residual(p);
    for (size_t i = 0; i < p->count; i++) {
        objective += penalty_of(p, p->support[i]) * fabs(p->point[i]);
    }
    return objective;
}

static double work_of(const polish *p)
{
    double size = (double)ond_atom_size(p->lasso->operator_->dictionary);
    return size * ((double)p->lasso->operator_->code_size + 2.0 * STEPS * (double)p->count);
}

static void refine(polish *p)
{
    size_t size = p->lasso->operator_->code_size * sizeof(double);
    double least = objective_of(p);
    memcpy(p->best, p->values, size);
    for (int round = 0; round < ROUNDS && work_of(p) < most_work; round++) {
        solve_on_support(p);
        size_t changes = drop_turned(p);
        double objective = objective_of(p); /* leaves the residual in the image */
        if (objective <= least) {
            least = objective;
            memcpy(p->best, p->values, size);
        }
        changes += changes > 0 ? 0 : admit_violators(p);
        if (changes == 0) {
            break;
        }
        collect_support(p);
    }
}

ond_status ond_polish(const ond_lasso *lasso, float *codes)
{
    polish p = {.lasso = lasso};
    size_t count = lasso->operator_->code_size;
    double *memory = ond_memory_allocate_zero(6 * count + lasso->operator_->image_size, sizeof *memory);
    p.support = ond_memory_allocate(count, sizeof *p.support);
    p.signs = ond_memory_allocate_zero(count, sizeof *p.signs);
    bool has_memory = memory && p.support && p.signs;
    if (has_memory) {
        double **parts[] = {&p.values, &p.best, &p.residual, &p.direction, &p.image_of, &p.point};
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            *parts[i] = memory + i * count;
        }
        p.image = memory + 6 * count;
        for (size_t i = 0; i < count; i++) {
            p.values[i] = (double)codes[i];
            p.signs[i] = codes[i] > 0 ? 1 : codes[i] < 0 ? -1 : 0;
        }
        refine(&p);
        for (size_t i = 0; i < count; i++) {
            codes[i] = (float)p.best[i];
        }
    }
    ond_memory_free(memory);
    ond_memory_free(p.support);
    ond_memory_free(p.signs);
    return has_memory ? OND_OK : OND_ERROR_MEMORY;
}
