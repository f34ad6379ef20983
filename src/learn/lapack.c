/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/lapack.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "learn/gemm.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdint.h>

enum { TILE = 256 };

static ond_status lapack_status(lapack_int info, const char *what)
{
    if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR) {
        return ond_fail(OND_ERROR_MEMORY, "out of memory for %s", what);
    }
    if (info < 0) { /* an argument is not finite */
        return ond_fail(OND_ERROR_ARGUMENT, "the numbers are too large for %s", what);
    }
    return info == 0 ? OND_OK : ond_fail(OND_ERROR_INTERNAL, "LAPACK fails with %d in %s", (int)info, what);
}

ond_status ond_solve_definite(double *matrix, size_t size, double *right, size_t count, bool *definite)
{
    lapack_int n = (lapack_int)size;
    ond_blas_enter();
    lapack_int info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'U', n, matrix, n);
    if (info == 0) {
        info = LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'U', n, (lapack_int)count, matrix, n, right, n);
    }
    ond_blas_leave();
    *definite = info == 0;
    if (info > 0) {
        return OND_OK;
    }
    return lapack_status(info, "a linear system");
}

/* --- Nyström --- */

/* Lower half: L with K + added I = L Lᵀ. The upper half keeps K, so that a larger `added` can be tried. */
static ond_status factor_kernel(double *kernel, size_t size, bool *definite)
{
    lapack_int n = (lapack_int)size, info = 1;
    double *diagonal = ond_memory_allocate(size, sizeof *diagonal);
    if (!diagonal) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < size; i++) {
        diagonal[i] = kernel[i * size + i];
    }
    double added = 1e-7;
    for (int i = 0; i < 6 && info > 0; i++, added *= 10) {
        for (size_t row = 0; row < size; row++) {
            for (size_t k = 0; k < row; k++) {
                kernel[row * size + k] = kernel[k * size + row];
            }
            kernel[row * size + row] = diagonal[row] + added;
        }
        /* Row-major lower is column-major upper. */
        ond_blas_enter();
        info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'U', n, kernel, n);
        ond_blas_leave();
    }
    ond_memory_free(diagonal);
    *definite = info == 0;
    return info > 0 ? OND_OK : lapack_status(info, "a factorisation");
}

/* right becomes L⁻¹ right, or right L⁻¹ or L⁻ᵀ; size is that of L and the length of right's rows. */
static void triangular_solve(CBLAS_SIDE side, CBLAS_TRANSPOSE transpose, int rows, int columns, const double *factor,
                             int size, double *right)
{
    ond_blas_enter();
    cblas_dtrsm(CblasRowMajor, side, CblasLower, transpose, CblasNonUnit, rows, columns, 1.0, factor, size, right,
                size);
    ond_blas_leave();
}

/* G becomes L⁻¹ G L⁻ᵀ: first every column by itself, then every row. */
typedef struct whiten_task {
    const double *factor;
    double *gram;
    size_t size;
} whiten_task;

static ond_status whiten_columns(void *context, size_t index, int worker)
{
    (void)worker;
    const whiten_task *task = context;
    size_t first = index * TILE, left = task->size - first;
    int n = (int)task->size, columns = (int)(left < TILE ? left : TILE);
    triangular_solve(CblasLeft, CblasNoTrans, n, columns, task->factor, n, task->gram + first);
    return OND_OK;
}

static ond_status whiten_rows(void *context, size_t index, int worker)
{
    (void)worker;
    const whiten_task *task = context;
    size_t first = index * TILE, left = task->size - first;
    int n = (int)task->size, rows = (int)(left < TILE ? left : TILE);
    triangular_solve(CblasRight, CblasTrans, rows, n, task->factor, n, task->gram + first * task->size);
    return OND_OK;
}

static void whiten_gram(const double *factor, double *gram, size_t size)
{
    whiten_task task = {factor, gram, size};
    size_t blocks = (size + TILE - 1) / TILE;
    (void)ond_parallel_for(blocks, ond_gemm_workers(blocks), whiten_columns, &task); /* no block can fail */
    (void)ond_parallel_for(blocks, ond_gemm_workers(blocks), whiten_rows, &task);
}

ond_status ond_solve_nystrom(double *kernel, double *gram, size_t size, double penalty, double *right, size_t count,
                             bool *definite)
{
    int n = (int)size;
    OND_TRY(factor_kernel(kernel, size, definite));
    if (!*definite) {
        return OND_OK;
    }
    whiten_gram(kernel, gram, size);
    triangular_solve(CblasRight, CblasTrans, (int)count, n, kernel, n, right);
    for (size_t i = 0; i < size; i++) {
        gram[i * size + i] += penalty;
    }
    OND_TRY(ond_solve_definite(gram, size, right, count, definite));
    if (*definite) {
        triangular_solve(CblasRight, CblasNoTrans, (int)count, n, kernel, n, right);
    }
    return OND_OK;
}

/* --- eigenvectors --- */

/* An eigenvector's sign is chance: the number of largest size becomes positive. */
static void choose_sign(double *vector, size_t size)
{
    size_t largest = 0;
    for (size_t i = 1; i < size; i++) {
        largest = fabs(vector[i]) > fabs(vector[largest]) ? i : largest;
    }
    for (size_t i = 0; vector[largest] < 0 && i < size; i++) {
        vector[i] = i == largest ? vector[i] : -vector[i];
    }
    vector[largest] = fabs(vector[largest]);
}

/* From rising to falling. */
static void turn_round(double *values, double *vectors, size_t size, size_t count)
{
    for (size_t low = 0, high = count - 1; low < high; low++, high--) {
        double kept = values[low];
        values[low] = values[high];
        values[high] = kept;
        for (size_t i = 0; i < size; i++) {
            kept = vectors[low * size + i];
            vectors[low * size + i] = vectors[high * size + i];
            vectors[high * size + i] = kept;
        }
    }
}

static ond_status eigen_find(double *matrix, size_t size, size_t count, double *all, lapack_int *places,
                             double *vectors)
{
    lapack_int n = (lapack_int)size, found = 0;
    ond_blas_enter();
    lapack_int info = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'I', 'U', n, matrix, n, 0, 0, n - (lapack_int)count + 1, n,
                                     0, &found, all, vectors, n, places);
    ond_blas_leave();
    OND_TRY(lapack_status(info, "eigenvectors"));
    return (size_t)found == count ? OND_OK : ond_fail(OND_ERROR_INTERNAL, "%d of %zu eigenvectors", (int)found, count);
}

ond_status ond_eigen_largest(double *matrix, size_t size, size_t count, double *values, double *vectors)
{
    double *all = ond_memory_allocate(size, sizeof *all);
    lapack_int *places = ond_memory_allocate(2 * size, sizeof *places);
    ond_status status = all && places ? eigen_find(matrix, size, count, all, places, vectors) : OND_ERROR_MEMORY;
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        values[i] = all[i];
        choose_sign(vectors + i * size, size);
    }
    if (status == OND_OK) {
        turn_round(values, vectors, size, count);
    }
    ond_memory_free(all);
    ond_memory_free(places);
    return status;
}

/* --- sums of products --- */

typedef struct gram_task {
    const double *left, *right;
    size_t left_columns, right_columns, rows, tiles_across;
    bool symmetric;
    double *sum;
} gram_task;

static ond_status gram_tile(void *context, size_t index, int worker)
{
    (void)worker;
    const gram_task *task = context;
    size_t row = index / task->tiles_across * TILE, column = index % task->tiles_across * TILE;
    if (task->symmetric && column < row) {
        return OND_OK;
    }
    size_t rows = task->left_columns - row < TILE ? task->left_columns - row : TILE;
    size_t columns = task->right_columns - column < TILE ? task->right_columns - column : TILE;
    ond_blas_enter();
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)rows, (int)columns, (int)task->rows, 1.0,
                task->left + row, (int)task->left_columns, task->right + column, (int)task->right_columns, 1.0,
                task->sum + row * task->right_columns + column, (int)task->right_columns);
    ond_blas_leave();
    return OND_OK;
}

static void gram_run(gram_task task)
{
    task.tiles_across = (task.right_columns + TILE - 1) / TILE;
    size_t tiles = task.tiles_across * ((task.left_columns + TILE - 1) / TILE);
    (void)ond_parallel_for(tiles, ond_gemm_workers(tiles), gram_tile, &task); /* no tile can fail */
}

void ond_gram_add(const double *left, size_t left_columns, const double *right, size_t right_columns, size_t rows,
                  double *sum)
{
    gram_run((gram_task){left, right, left_columns, right_columns, rows, 0, false, sum});
}

void ond_gram_add_symmetric(const double *x, size_t columns, size_t rows, double *sum)
{
    gram_run((gram_task){x, x, columns, columns, rows, 0, true, sum});
}

void ond_gram_mirror(double *sum, size_t columns)
{
    for (size_t i = 1; i < columns; i++) {
        for (size_t k = 0; k < i; k++) {
            sum[i * columns + k] = sum[k * columns + i];
        }
    }
}
