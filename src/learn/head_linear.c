/* SPDX-License-Identifier: BSD-3-Clause */
/* Softmax of linear functions by L-BFGS, and ridge regression. */
#include "core/memory.h"
#include "learn/head.h"
#include "learn/lapack.h"
#include "learn/loss.h"
#include "learn/pass.h"

#include <lbfgs.h>
#include <math.h>
#include <string.h>

enum { BLOCK_ROWS = 4096, MOST_ITERATIONS = 500, LBFGS_ROUND = 16 };

static ond_status network_of_one_layer(ond_head *head, size_t inputs)
{
    ond_architecture a = {.layers = 1, .sizes = {inputs, head->classes}, .activation = OND_ACTIVATION_IDENTITY};
    return ond_network_create(&a, &head->network);
}

/* --- linear: mean cross-entropy + ½ penalty ‖W‖², convex --- */

typedef struct linear_problem {
    ond_head *head;
    const ond_lesson *lesson;
    ond_pass *pass;
    float *targets, *weights, *slope, *gradient; /* of a block of rows */
    ond_status status;
} linear_problem;

static void fill_targets(const linear_problem *problem, size_t first, size_t count)
{
    const ond_head *head = problem->head;
    float even = (float)(head->config.smoothing / (double)head->classes);
    for (size_t row = 0; row < count; row++) {
        float *target = problem->targets + row * head->classes;
        uint32_t label = problem->lesson->labels[first + row];
        for (size_t k = 0; k < head->classes; k++) {
            target[k] = even;
        }
        target[label] += (float)(1 - head->config.smoothing);
        problem->weights[row] = problem->lesson->weights[label];
    }
}

static lbfgsfloatval_t linear_evaluate(void *context, const lbfgsfloatval_t *x, lbfgsfloatval_t *g, const int n,
                                       const lbfgsfloatval_t step)
{
    (void)step;
    linear_problem *problem = context;
    const ond_lesson *lesson = problem->lesson;
    ond_network *network = problem->head->network;
    size_t parameters = network->parameter_count, weights = lesson->columns * problem->head->classes;
    double loss = 0, penalty = problem->head->config.penalty;
    for (size_t i = 0; i < parameters; i++) {
        network->parameters[i] = (float)x[i];
    }
    memset(g, 0, (size_t)n * sizeof *g);
    for (size_t first = 0; first < lesson->count; first += BLOCK_ROWS) {
        size_t count = lesson->count - first < BLOCK_ROWS ? lesson->count - first : BLOCK_ROWS;
        double share = (double)count / (double)lesson->count;
        fill_targets(problem, first, count);
        const float *outputs = ond_pass_forward(problem->pass, lesson->z + first * lesson->columns, count);
        loss += share
                * ond_loss_apply(OND_LOSS_SOFTMAX, count, problem->head->classes, outputs, problem->targets,
                                 problem->weights, problem->slope);
        ond_pass_backward(problem->pass, problem->slope, problem->gradient, NULL);
        for (size_t i = 0; i < parameters; i++) {
            g[i] += share * (double)problem->gradient[i];
        }
    }
    for (size_t i = 0; i < weights; i++) {
        loss += 0.5 * penalty * x[i] * x[i];
        g[i] += penalty * x[i];
    }
    return loss;
}

static ond_status linear_solve(linear_problem *problem)
{
    size_t parameters = problem->head->network->parameter_count;
    size_t rounded = (parameters + LBFGS_ROUND - 1) / LBFGS_ROUND * LBFGS_ROUND;
    double *x = ond_memory_allocate_zero(rounded, sizeof *x);
    if (!x) {
        return OND_ERROR_MEMORY;
    }
    lbfgs_parameter_t rules;
    lbfgs_parameter_init(&rules);
    rules.m = 10;
    rules.epsilon = 1e-4; /* of ‖gradient‖ / ‖x‖: what float products resolve */
    rules.max_iterations = MOST_ITERATIONS;
    int result = lbfgs((int)rounded, x, NULL, linear_evaluate, NULL, problem, &rules);
    /* Whatever ended the search, the last point is the best one found. */
    for (size_t i = 0; i < parameters; i++) {
        problem->head->network->parameters[i] = (float)x[i];
    }
    ond_memory_free(x);
    return result == LBFGSERR_OUTOFMEMORY ? ond_fail(OND_ERROR_MEMORY, "out of memory for L-BFGS") : OND_OK;
}

ond_status ond_head_fit_linear(ond_head *head, const ond_lesson *lesson)
{
    linear_problem problem = {.head = head, .lesson = lesson};
    size_t most = lesson->count < BLOCK_ROWS ? lesson->count : BLOCK_ROWS;
    OND_TRY(network_of_one_layer(head, lesson->columns));
    problem.targets = ond_memory_allocate(most * head->classes, sizeof(float));
    problem.slope = ond_memory_allocate(most * head->classes, sizeof(float));
    problem.weights = ond_memory_allocate(most, sizeof(float));
    problem.gradient = ond_memory_allocate(head->network->parameter_count, sizeof(float));
    ond_status status = OND_ERROR_MEMORY;
    if (problem.targets && problem.slope && problem.weights && problem.gradient) {
        status = ond_pass_create(head->network, most, &problem.pass);
    }
    if (status == OND_OK) {
        status = linear_solve(&problem);
    }
    ond_pass_destroy(problem.pass);
    ond_memory_free(problem.targets);
    ond_memory_free(problem.slope);
    ond_memory_free(problem.weights);
    ond_memory_free(problem.gradient);
    return status;
}

/* --- ridge: Σ w ‖W z + b − t‖² + penalty n ‖W‖², with z of mean m and t the class's indicator --- */

typedef struct ridge_sums {
    double *gram, *right, *mean, *wide, *targets; /* [n, n], [classes, n], [n], a block's z and t, weighted */
    double total, *shares;                        /* of weight; of each class [classes] */
} ridge_sums;

/* Rows less the mean, times the root of their weight. */
static void ridge_add(const ond_lesson *lesson, size_t classes, ridge_sums *sums)
{
    size_t n = lesson->columns;
    enum { ROWS = 256 };
    for (size_t first = 0; first < lesson->count; first += ROWS) {
        size_t count = lesson->count - first < ROWS ? lesson->count - first : ROWS;
        memset(sums->targets, 0, count * classes * sizeof *sums->targets);
        for (size_t row = 0; row < count; row++) {
            uint32_t label = lesson->labels[first + row];
            double root = sqrt((double)lesson->weights[label]);
            for (size_t i = 0; i < n; i++) {
                sums->wide[row * n + i] = root * ((double)lesson->z[(first + row) * n + i] - sums->mean[i]);
            }
            sums->targets[row * classes + label] = root;
        }
        ond_gram_add_symmetric(sums->wide, n, count, sums->gram);
        ond_gram_add(sums->targets, classes, sums->wide, n, count, sums->right);
    }
    ond_gram_mirror(sums->gram, n);
}

static void ridge_mean(const ond_lesson *lesson, size_t classes, ridge_sums *sums)
{
    memset(sums->mean, 0, lesson->columns * sizeof *sums->mean);
    memset(sums->shares, 0, classes * sizeof *sums->shares);
    for (size_t row = 0; row < lesson->count; row++) {
        double weight = (double)lesson->weights[lesson->labels[row]];
        sums->total += weight;
        sums->shares[lesson->labels[row]] += weight;
        for (size_t i = 0; i < lesson->columns; i++) {
            sums->mean[i] += weight * (double)lesson->z[row * lesson->columns + i];
        }
    }
    for (size_t i = 0; i < lesson->columns; i++) {
        sums->mean[i] /= sums->total;
    }
    for (size_t k = 0; k < classes; k++) {
        sums->shares[k] /= sums->total;
    }
}

static ond_status ridge_solve(ond_head *head, const ond_lesson *lesson, ridge_sums *sums)
{
    size_t n = lesson->columns;
    bool definite = false;
    ridge_mean(lesson, head->classes, sums);
    ridge_add(lesson, head->classes, sums);
    for (size_t i = 0; i < n; i++) {
        sums->gram[i * n + i] += head->config.penalty * sums->total;
    }
    OND_TRY(ond_solve_definite(sums->gram, n, sums->right, head->classes, &definite));
    if (!definite) {
        return ond_fail(OND_ERROR_ARGUMENT, "penalty = %g is too small for features that depend on each other",
                        head->config.penalty);
    }
    for (size_t k = 0; k < head->classes; k++) {
        double bias = sums->shares[k];
        for (size_t i = 0; i < n; i++) {
            ond_network_weights(head->network, 1)[k * n + i] = (float)sums->right[k * n + i];
            bias -= sums->right[k * n + i] * sums->mean[i];
        }
        ond_network_biases(head->network, 1)[k] = (float)bias;
    }
    return OND_OK;
}

ond_status ond_head_fit_ridge(ond_head *head, const ond_lesson *lesson)
{
    enum { ROWS = 256 };
    size_t n = lesson->columns;
    OND_TRY(network_of_one_layer(head, n));
    ridge_sums sums = {.gram = ond_memory_allocate_zero(n, n * sizeof(double)),
                       .right = ond_memory_allocate_zero(head->classes, n * sizeof(double)),
                       .mean = ond_memory_allocate(n, sizeof(double)),
                       .wide = ond_memory_allocate(ROWS * n, sizeof(double)),
                       .targets = ond_memory_allocate(ROWS * head->classes, sizeof(double)),
                       .shares = ond_memory_allocate(head->classes, sizeof(double))};
    bool ready = sums.gram && sums.right && sums.mean && sums.wide && sums.targets && sums.shares;
    ond_status status = ready ? ridge_solve(head, lesson, &sums) : OND_ERROR_MEMORY;
    ond_memory_free(sums.gram);
    ond_memory_free(sums.right);
    ond_memory_free(sums.mean);
    ond_memory_free(sums.wide);
    ond_memory_free(sums.targets);
    ond_memory_free(sums.shares);
    return status;
}
