/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/gemm.h"

#include "core/parallel.h"

#include <cblas.h>
#include <pthread.h>

/* Tiles of C: large enough that packing the factors costs little, small enough for two threads to share a mini-batch.
 */
enum { SMALL_TILE = 128, LARGE_TILE = 256, LARGE_FROM = 1024, MOST_WORKERS = 64 };

typedef struct gemm_task {
    const ond_product *product;
    const float *left, *right;
    float *result;
    size_t tile_rows, tile_columns, tiles_across;
} gemm_task;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static bool one_at_a_time;

/* Threads of OpenBLAS beside ours would only be in each other's way, and its sums would depend on their number. Built
 * without threads it has one set of buffers for all callers, and mixes up their numbers. */
static void prepare(void)
{
    one_at_a_time = openblas_get_parallel() == OPENBLAS_SEQUENTIAL;
    openblas_set_num_threads(1);
}

void ond_blas_enter(void)
{
    pthread_once(&once, prepare);
    if (one_at_a_time) {
        pthread_mutex_lock(&turn);
    }
}

void ond_blas_leave(void)
{
    if (one_at_a_time) {
        pthread_mutex_unlock(&turn);
    }
}

static void multiply(const gemm_task *task, size_t row, size_t rows, size_t column, size_t columns)
{
    const ond_product *p = task->product;
    int left_stride = (int)(p->transpose_left ? p->rows : p->inner);
    int right_stride = (int)(p->transpose_right ? p->inner : p->columns);
    const float *left = task->left + (p->transpose_left ? row : row * p->inner);
    const float *right = task->right + (p->transpose_right ? column * p->inner : column);
    ond_blas_enter();
    cblas_sgemm(CblasRowMajor, p->transpose_left ? CblasTrans : CblasNoTrans,
                p->transpose_right ? CblasTrans : CblasNoTrans, (int)rows, (int)columns, (int)p->inner, 1.0F, left,
                left_stride, right, right_stride, p->add ? 1.0F : 0.0F, task->result + row * p->columns + column,
                (int)p->columns);
    ond_blas_leave();
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static ond_status tile_task(void *context, size_t index, int worker)
{
    (void)worker;
    const gemm_task *task = context;
    size_t row = index / task->tiles_across * task->tile_rows;
    size_t column = index % task->tiles_across * task->tile_columns;
    multiply(task, row, smaller(task->tile_rows, task->product->rows - row), column,
             smaller(task->tile_columns, task->product->columns - column));
    return OND_OK;
}

int ond_gemm_workers(size_t count)
{
    int workers = ond_parallel_workers(count);
    return workers < MOST_WORKERS ? workers : MOST_WORKERS;
}

void ond_gemm_alone(const ond_product *product, const float *left, const float *right, float *result)
{
    gemm_task task = {.product = product, .left = left, .right = right, .result = result};
    multiply(&task, 0, product->rows, 0, product->columns);
}

void ond_gemm(const ond_product *product, const float *left, const float *right, float *result)
{
    gemm_task task = {.product = product, .left = left, .right = right, .result = result};
    task.tile_rows = product->rows < LARGE_FROM ? SMALL_TILE : LARGE_TILE;
    task.tile_columns = product->columns < LARGE_FROM ? SMALL_TILE : LARGE_TILE;
    task.tiles_across = (product->columns + task.tile_columns - 1) / task.tile_columns;
    size_t tiles = task.tiles_across * ((product->rows + task.tile_rows - 1) / task.tile_rows);
    (void)ond_parallel_for(tiles, ond_gemm_workers(tiles), tile_task, &task); /* no tile can fail */
}
