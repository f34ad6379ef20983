/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_PURSUIT_H
#define OND_CSC_PURSUIT_H

#include "csc/operator.h"

#include <ondelet/pursuit.h>

/* min ½‖W (x − D γ)‖² + λ Σ w |γ|, possibly with γ ≥ 0. */
typedef struct ond_lasso {
    const ond_operator *operator_;
    const float *signal;  /* [image_size] */
    const float *mask;    /* W [image_size], or NULL */
    const float *weights; /* w [code_size], or NULL */
    double lambda;
    bool nonnegative;
    double norm_squared; /* ‖D‖² where it is known, else 0 */
} ond_lasso;

/* Where residual norms are noted; `curve` may be NULL. */
typedef struct ond_curve {
    double *values;
    size_t count, capacity;
} ond_curve;
void ond_curve_add(ond_curve *curve, double value);

/* Room for one evaluation: two images, codes and an operator's scratch. */
typedef struct ond_lasso_room {
    float *image, *masked, *codes, *scratch;
} ond_lasso_room;
ond_status ond_lasso_room_create(const ond_operator *operator_, ond_lasso_room *room);
void ond_lasso_room_free(ond_lasso_room *room);

/* room->image = W (D codes − x), room->codes = Dᵀ W room->image: the gradient. */
void ond_lasso_gradient(const ond_lasso *lasso, const float *codes, ond_lasso_room *room);

/* Objective, residual, gap and nonzeros of codes, into the report; the gradient at them stays in the room. */
void ond_lasso_evaluate(const ond_lasso *lasso, const float *codes, ond_lasso_room *room, ond_layer_report *report);
/* The same of codes whose gradient is in the room already. */
void ond_lasso_judge(const ond_lasso *lasso, const float *codes, const ond_lasso_room *room, ond_layer_report *report);

/* λ = share · the smallest one for which all codes are zero, where there is one: share > 0 and a correlation. */
ond_status ond_lasso_take_share(ond_lasso *lasso, double share);

/* result = shrunken v; may be v. Thresholds are threshold · weights; weights NULL: 1. */
typedef struct ond_shrinking {
    double threshold;
    const float *weights;
    bool nonnegative, hard;
} ond_shrinking;
void ond_shrink(ond_shrinking how, const float *v, size_t count, float *result);

/* Solvers. `codes` [code_size] is the result; they start at zero. */
ond_status ond_fista_solve(const ond_lasso *lasso, const ond_pursuit_config *config, float *codes, ond_curve *curve,
                           ond_layer_report *report);
ond_status ond_admm_solve(const ond_lasso *lasso, const ond_pursuit_config *config, float *codes, ond_curve *curve,
                          ond_layer_report *report);
/* @param budget  called after every atom with the codes so far; false ends without the last atom; NULL: none */
typedef struct ond_greedy_limit {
    size_t terms;
    double residual;
    ond_status (*accept)(void *context, const float *codes, bool *accepted);
    void *context;
} ond_greedy_limit;
ond_status ond_greedy_solve(const ond_operator *operator_, const float *signal, const ond_greedy_limit *limit,
                            float *codes, ond_curve *curve, ond_layer_report *report);

/* All layers at once. */
typedef struct ond_multilayer {
    size_t count;
    ond_operator *operators[OND_MAX_LAYERS];
    double lambdas[OND_MAX_LAYERS];
    const float *weights[OND_MAX_LAYERS];
    const float *signal;
    float *codes[OND_MAX_LAYERS];
    const size_t *budgets;
    const ond_pursuit_config *config;
    ond_curve *curve;
    ond_layer_report *report; /* of the last layer */
} ond_multilayer;
ond_status ond_ml_solve(const ond_multilayer *problem);
ond_status ond_projection_solve(const ond_multilayer *problem);
ond_status ond_holistic_solve(const ond_multilayer *problem);

/* The end of a basis pursuit: polishes, if the config says so, and fills the report. */
ond_status ond_lasso_finish(const ond_lasso *lasso, const ond_pursuit_config *config, float *codes,
                            ond_lasso_room *room, ond_layer_report *report);

size_t ond_count_nonzeros(const float *codes, size_t count);

#endif
