/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernel ridge regression. With a centre at every sample: (K + λ I) α = T. With fewer centres (Nyström: Williams &
 * Seeger, 2001; Rudi, Camoriano & Rosasco, 2015, eq. 9): features φ(z) = L⁻¹ k(z), K_MM = L Lᵀ, and ridge regression of
 * them. */
#include "core/memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/vector.h"
#include "learn/gemm.h"
#include "learn/head.h"
#include "learn/lapack.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { BLOCK_ROWS = 128, GRAM_ROWS = 512 };

/* --- values --- */

typedef struct kernel_task {
    const ond_head *head;
    const float *z;
    size_t rows;
    float *values, *center_norms;
} kernel_task;

static ond_status kernel_block(void *context, size_t index, int worker)
{
    (void)worker;
    const kernel_task *task = context;
    const ond_head *head = task->head;
    size_t first = index * BLOCK_ROWS, left = task->rows - first, rows = left < BLOCK_ROWS ? left : BLOCK_ROWS;
    size_t n = head->prepare->outputs, m = head->center_count;
    /* A tiny width: infinity times a distance of 0 would be no number. */
    float *values = task->values + first * m, gamma = (float)fmin(head->gamma, (double)FLT_MAX);
    ond_product product = {.rows = rows, .columns = m, .inner = n, .transpose_right = true};
    ond_gemm_alone(&product, task->z + first * n, head->centers, values);
    for (size_t row = 0; row < rows; row++) {
        float norm = (float)ond_vector_sum_squares(task->z + (first + row) * n, n);
        float *value = values + row * m;
        for (size_t j = 0; j < m; j++) {
            float distance = norm + task->center_norms[j] - 2 * value[j];
            value[j] = expf(-gamma * (distance > 0 ? distance : 0));
        }
    }
    return OND_OK;
}

ond_status ond_kernel_rows(const ond_head *head, const float *z, size_t rows, float *values)
{
    kernel_task task = {.head = head, .z = z, .rows = rows, .values = values};
    size_t n = head->prepare->outputs, blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    task.center_norms = ond_memory_allocate(head->center_count, sizeof *task.center_norms);
    if (!task.center_norms) {
        return OND_ERROR_MEMORY;
    }
    for (size_t j = 0; j < head->center_count; j++) {
        task.center_norms[j] = (float)ond_vector_sum_squares(head->centers + j * n, n);
    }
    ond_status status = ond_parallel_for(blocks, ond_gemm_workers(blocks), kernel_block, &task);
    ond_memory_free(task.center_norms);
    return status;
}

/* --- centres --- */

static ond_status centers_choose(ond_head *head, const ond_lesson *lesson)
{
    size_t n = lesson->columns, most = (size_t)head->config.centers;
    head->center_count = lesson->count < most ? lesson->count : most;
    head->centers = ond_memory_allocate(head->center_count * n, sizeof *head->centers);
    uint32_t *items = ond_memory_allocate(lesson->count, sizeof *items);
    if (!head->centers || !items) {
        ond_memory_free(items);
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < lesson->count; i++) {
        items[i] = (uint32_t)i;
    }
    if (head->center_count < lesson->count) {
        ond_random random = ond_random_make((uint64_t)head->config.seed, 77);
        ond_random_shuffle(&random, items, lesson->count);
    }
    for (size_t j = 0; j < head->center_count; j++) {
        memcpy(head->centers + j * n, lesson->z + (size_t)items[j] * n, n * sizeof *head->centers);
    }
    ond_memory_free(items);
    return OND_OK;
}

/* --- the linear system --- */

typedef struct kernel_system {
    size_t m, classes;
    double *among;   /* K of the centres, [m, m] */
    double *gram;    /* Kᵀ W K over all samples, [m, m] */
    double *right;   /* Tᵀ W K, [classes, m]; then α, one class after the other */
    float *values;   /* K of some rows, [GRAM_ROWS, m] */
    double *wide;    /* the same in double */
    double *targets; /* [GRAM_ROWS, classes] */
} kernel_system;

static void system_free(kernel_system *system)
{
    ond_memory_free(system->among);
    ond_memory_free(system->gram);
    ond_memory_free(system->right);
    ond_memory_free(system->values);
    ond_memory_free(system->wide);
    ond_memory_free(system->targets);
}

static ond_status system_make(const ond_head *head, bool exact, kernel_system *system)
{
    size_t m = head->center_count, classes = head->classes;
    *system = (kernel_system){.m = m, .classes = classes};
    system->among = ond_memory_allocate(m, m * sizeof(double));
    system->gram = exact ? NULL : ond_memory_allocate_zero(m, m * sizeof(double));
    system->right = ond_memory_allocate_zero(classes, m * sizeof(double));
    system->values = ond_memory_allocate(GRAM_ROWS * m, sizeof(float));
    system->wide = ond_memory_allocate(GRAM_ROWS * m, sizeof(double));
    system->targets = ond_memory_allocate(GRAM_ROWS * classes, sizeof(double));
    bool ready = system->among && (exact || system->gram) && system->right && system->values && system->wide
                 && system->targets;
    return ready ? OND_OK : OND_ERROR_MEMORY;
}

/* 1 − 1/classes for the sample's class and −1/classes for the others: means of zero need no bias. */
static double target_of(uint32_t label, size_t class, size_t classes)
{
    return (label == class ? 1.0 : 0.0) - 1.0 / (double)classes;
}

/* K of the centres, each value once: rounding must not make it unsymmetric. */
static ond_status among_centers(const ond_head *head, kernel_system *system)
{
    for (size_t first = 0; first < system->m; first += GRAM_ROWS) {
        size_t rows = system->m - first < GRAM_ROWS ? system->m - first : GRAM_ROWS;
        OND_TRY(ond_kernel_rows(head, head->centers + first * head->prepare->outputs, rows, system->values));
        for (size_t i = 0; i < rows * system->m; i++) {
            system->among[first * system->m + i] = (double)system->values[i];
        }
    }
    for (size_t i = 0; i < system->m; i++) {
        system->among[i * system->m + i] = 1;
    }
    ond_gram_mirror(system->among, system->m);
    return OND_OK;
}

static ond_status over_samples(const ond_head *head, const ond_lesson *lesson, kernel_system *system)
{
    size_t m = system->m, classes = system->classes;
    for (size_t first = 0; first < lesson->count; first += GRAM_ROWS) {
        size_t rows = lesson->count - first < GRAM_ROWS ? lesson->count - first : GRAM_ROWS;
        OND_TRY(ond_kernel_rows(head, lesson->z + first * lesson->columns, rows, system->values));
        for (size_t row = 0; row < rows; row++) {
            uint32_t label = lesson->labels[first + row];
            double root = sqrt((double)lesson->weights[label]);
            for (size_t j = 0; j < m; j++) {
                system->wide[row * m + j] = root * (double)system->values[row * m + j];
            }
            for (size_t k = 0; k < classes; k++) {
                system->targets[row * classes + k] = root * target_of(label, k, classes);
            }
        }
        ond_gram_add_symmetric(system->wide, m, rows, system->gram);
        ond_gram_add(system->targets, classes, system->wide, m, rows, system->right);
    }
    ond_gram_mirror(system->gram, m);
    return OND_OK;
}

/* (K + λ / w) α = T: a sample of weight w is fitted that much closer. */
static ond_status solve_exact(const ond_head *head, const ond_lesson *lesson, kernel_system *system)
{
    size_t m = system->m;
    bool definite = false;
    double added = fmax(head->config.penalty, 1e-7 * (double)m); /* float values are not definite to the last digit */
    for (size_t i = 0; i < m; i++) {
        system->among[i * m + i] += added / (double)lesson->weights[lesson->labels[i]];
        for (size_t k = 0; k < system->classes; k++) {
            system->right[k * m + i] = target_of(lesson->labels[i], k, system->classes);
        }
    }
    OND_TRY(ond_solve_definite(system->among, m, system->right, system->classes, &definite));
    return definite ? OND_OK : ond_fail(OND_ERROR_ARGUMENT, "penalty = %g is too small", head->config.penalty);
}

static ond_status solve_centers(const ond_head *head, kernel_system *system)
{
    bool definite = false;
    OND_TRY(ond_solve_nystrom(system->among, system->gram, system->m, head->config.penalty, system->right,
                              system->classes, &definite));
    return definite ? OND_OK : ond_fail(OND_ERROR_ARGUMENT, "penalty = %g is too small", head->config.penalty);
}

static ond_status network_from(ond_head *head, const kernel_system *system)
{
    ond_architecture a = {.layers = 1, .sizes = {system->m, system->classes}, .activation = OND_ACTIVATION_IDENTITY};
    OND_TRY(ond_network_create(&a, &head->network));
    for (size_t i = 0; i < system->m * system->classes; i++) {
        ond_network_weights(head->network, 1)[i] = (float)system->right[i];
    }
    return OND_OK;
}

ond_status ond_head_fit_kernel(ond_head *head, const ond_lesson *lesson)
{
    OND_TRY(centers_choose(head, lesson));
    bool exact = head->center_count == lesson->count;
    double spread = head->prepare->spread > 0 ? head->prepare->spread : 1;
    /* ‖z − z'‖² is twice the spread in the mean. */
    head->gamma = 1 / (2 * spread * head->config.width * head->config.width);
    kernel_system system;
    ond_status status = system_make(head, exact, &system);
    if (status == OND_OK) {
        status = among_centers(head, &system);
    }
    if (status == OND_OK && exact) {
        status = solve_exact(head, lesson, &system);
    } else if (status == OND_OK) {
        status = over_samples(head, lesson, &system);
        status = status == OND_OK ? solve_centers(head, &system) : status;
    }
    if (status == OND_OK) {
        status = network_from(head, &system);
    }
    system_free(&system);
    return status;
}
