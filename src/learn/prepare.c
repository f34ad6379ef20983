/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/prepare.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "learn/gemm.h"

#include <math.h>
#include <string.h>

enum { BLOCK_ROWS = 256, BLOCK_COLUMNS = 256 };

/* Constant features, and those that hardly move, are not blown up: this share of the largest standard deviation is
 * added to each. */
static const double deviation_share = 0.1;

static const float *row_of(const ond_rows *rows, size_t index)
{
    return rows->features + (rows->items ? rows->items[index] : index) * rows->columns;
}

ond_status ond_rows_choose(const ond_rows *rows, size_t most, ond_rows *some, uint32_t **items)
{
    size_t count = rows->count < most ? rows->count : most;
    *items = ond_memory_allocate(count, sizeof **items);
    if (!*items) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        size_t place = i * rows->count / count;
        (*items)[i] = rows->items ? rows->items[place] : (uint32_t)place;
    }
    *some = (ond_rows){rows->features, rows->columns, *items, count};
    return OND_OK;
}

static void map_row(const ond_prepare *prepare, const float *x, float *mapped, size_t count)
{
    switch (prepare->map) {
    case OND_FEATURE_ROOT:
        for (size_t i = 0; i < count; i++) {
            float root = sqrtf(fabsf(x[i]));
            mapped[i] = x[i] < 0 ? -root : root;
        }
        break;
    case OND_FEATURE_LOG:
        for (size_t i = 0; i < count; i++) {
            float size = log1pf(fabsf(x[i]) * prepare->map_scale);
            mapped[i] = x[i] < 0 ? -size : size;
        }
        break;
    case OND_FEATURE_NONE:
        memcpy(mapped, x, count * sizeof *mapped);
        break;
    }
}

/* --- mean and scale --- */

typedef struct moment_task {
    const ond_prepare *prepare;
    const ond_rows *rows;
    double *sums, *squares; /* [inputs] */
} moment_task;

/* All rows, some columns. The first row is taken off, so that large means cost no digits. */
static ond_status moment_block(void *context, size_t index, int worker)
{
    (void)worker;
    const moment_task *task = context;
    size_t begin = index * BLOCK_COLUMNS, left = task->prepare->inputs - begin;
    size_t count = left < BLOCK_COLUMNS ? left : BLOCK_COLUMNS;
    float first[BLOCK_COLUMNS], mapped[BLOCK_COLUMNS];
    double sums[BLOCK_COLUMNS] = {0}, squares[BLOCK_COLUMNS] = {0};
    map_row(task->prepare, row_of(task->rows, 0) + begin, first, count);
    for (size_t row = 0; row < task->rows->count; row++) {
        map_row(task->prepare, row_of(task->rows, row) + begin, mapped, count);
        for (size_t i = 0; i < count; i++) {
            double difference = (double)(mapped[i] - first[i]);
            sums[i] += difference;
            squares[i] += difference * difference;
        }
    }
    double samples = (double)task->rows->count;
    for (size_t i = 0; i < count; i++) {
        double mean = sums[i] / samples;
        task->sums[begin + i] = (double)first[i] + mean;
        task->squares[begin + i] = sqrt(fmax(squares[i] / samples - mean * mean, 0));
    }
    return OND_OK;
}

static ond_status moments_find(ond_prepare *prepare, const ond_rows *rows, bool standardize)
{
    double *means = ond_memory_allocate(prepare->inputs, sizeof *means);
    double *deviations = ond_memory_allocate(prepare->inputs, sizeof *deviations);
    ond_status status = means && deviations ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        moment_task task = {prepare, rows, means, deviations};
        size_t blocks = (prepare->inputs + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
        status = ond_parallel_for(blocks, ond_parallel_workers(blocks), moment_block, &task);
    }
    double largest = 0;
    for (size_t i = 0; status == OND_OK && i < prepare->inputs; i++) {
        largest = fmax(largest, deviations[i]);
    }
    for (size_t i = 0; status == OND_OK && i < prepare->inputs; i++) {
        double deviation = deviations[i] + deviation_share * largest;
        prepare->mean[i] = (float)means[i];
        prepare->scale[i] = standardize && deviation > 0 ? (float)(1 / deviation) : 1;
    }
    ond_memory_free(means);
    ond_memory_free(deviations);
    return status;
}

/* 1 / the root mean square of everything. */
static void map_scale_find(ond_prepare *prepare, const ond_rows *rows)
{
    double sum = 0;
    for (size_t row = 0; row < rows->count; row++) {
        const float *x = row_of(rows, row);
        for (size_t i = 0; i < rows->columns; i++) {
            sum += (double)x[i] * (double)x[i];
        }
    }
    double mean = sum / ((double)rows->count * (double)rows->columns);
    prepare->map_scale = mean > 0 ? (float)(1 / sqrt(mean)) : 1;
}

/* --- rows to z --- */

typedef struct apply_task {
    const ond_prepare *prepare;
    const ond_rows *rows;
    float *z, *scratch;
} apply_task;

static ond_status apply_block(void *context, size_t index, int worker)
{
    const apply_task *task = context;
    const ond_prepare *p = task->prepare;
    size_t first = index * BLOCK_ROWS, left = task->rows->count - first, count = left < BLOCK_ROWS ? left : BLOCK_ROWS;
    float *z = task->z + first * p->outputs;
    float *mapped = p->components ? task->scratch + (size_t)worker * BLOCK_ROWS * p->inputs : z;
    for (size_t row = 0; row < count; row++) {
        float *to = mapped + row * p->inputs;
        map_row(p, row_of(task->rows, first + row), to, p->inputs);
        for (size_t i = 0; i < p->inputs; i++) {
            to[i] = (to[i] - p->mean[i]) * p->scale[i];
        }
    }
    if (p->components) {
        ond_product product = {.rows = count, .columns = p->outputs, .inner = p->inputs, .transpose_right = true};
        ond_gemm_alone(&product, mapped, p->components, z);
    }
    return OND_OK;
}

ond_status ond_prepare_apply(const ond_prepare *prepare, const ond_rows *rows, float *z)
{
    apply_task task = {.prepare = prepare, .rows = rows, .z = z};
    size_t blocks = (rows->count + BLOCK_ROWS - 1) / BLOCK_ROWS;
    int workers = ond_gemm_workers(blocks);
    if (prepare->components) {
        task.scratch = ond_memory_allocate((size_t)workers * BLOCK_ROWS * prepare->inputs, sizeof *task.scratch);
        if (!task.scratch) {
            return OND_ERROR_MEMORY;
        }
    }
    ond_status status = ond_parallel_for(blocks, workers, apply_block, &task);
    ond_memory_free(task.scratch);
    return status;
}

void ond_prepare_derive(const ond_prepare *prepare, const float *x, const float *z_gradient, float *x_gradient)
{
    if (prepare->components) {
        ond_product product = {.rows = 1, .columns = prepare->inputs, .inner = prepare->outputs};
        ond_gemm_alone(&product, z_gradient, prepare->components, x_gradient);
    } else {
        memcpy(x_gradient, z_gradient, prepare->inputs * sizeof *x_gradient);
    }
    const float smallest = 1e-12F; /* the root's slope has no bound at 0 */
    for (size_t i = 0; i < prepare->inputs; i++) {
        float slope = 1;
        if (prepare->map == OND_FEATURE_ROOT) {
            slope = 0.5F / sqrtf(fmaxf(fabsf(x[i]), smallest));
        } else if (prepare->map == OND_FEATURE_LOG) {
            slope = prepare->map_scale / (1 + fabsf(x[i]) * prepare->map_scale);
        }
        x_gradient[i] *= prepare->scale[i] * slope;
    }
}

/* --- making one --- */

/* Mean of ‖z‖² over some rows; 1 where they are all the same, since one divides by it. */
static ond_status spread_find(ond_prepare *prepare, const ond_rows *rows)
{
    enum { MOST = 2048 };
    ond_rows some;
    uint32_t *items = NULL;
    OND_TRY(ond_rows_choose(rows, MOST, &some, &items));
    float *z = ond_memory_allocate(some.count * prepare->outputs, sizeof *z);
    ond_status status = z ? ond_prepare_apply(prepare, &some, z) : OND_ERROR_MEMORY;
    double sum = 0;
    for (size_t i = 0; status == OND_OK && i < some.count * prepare->outputs; i++) {
        sum += (double)z[i] * (double)z[i];
    }
    prepare->spread = sum > 0 ? sum / (double)some.count : 1;
    ond_memory_free(items);
    ond_memory_free(z);
    return status;
}

/* Ridge regression takes many features as well as few, and gains by them, as long as their products fit. */
static int choose_components(const ond_head_config *config, const ond_rows *rows)
{
    enum { USUAL = 512, MOST_UNPROJECTED = 4096 };
    if (config->components >= 0) {
        return config->components;
    }
    bool plain = config->kind == OND_HEAD_RIDGE && rows->columns <= MOST_UNPROJECTED && rows->columns <= rows->count;
    return plain && !config->whiten ? 0 : USUAL;
}

static ond_status prepare_make(ond_prepare *prepare, const ond_rows *rows, const ond_head_config *config)
{
    prepare->mean = ond_memory_allocate_zero(prepare->inputs, sizeof *prepare->mean);
    prepare->scale = ond_memory_allocate_zero(prepare->inputs, sizeof *prepare->scale);
    if (!prepare->mean || !prepare->scale) {
        return OND_ERROR_MEMORY;
    }
    if (prepare->map == OND_FEATURE_LOG) {
        map_scale_find(prepare, rows);
    }
    OND_TRY(moments_find(prepare, rows, config->standardize));
    size_t components = (size_t)choose_components(config, rows);
    bool fewer = components < prepare->inputs || rows->count < prepare->inputs;
    if (components > 0 && (fewer || config->whiten)) {
        OND_TRY(ond_components_find(prepare, rows, components, config->whiten));
    }
    return spread_find(prepare, rows);
}

ond_status ond_prepare_create(const ond_head_config *config, const ond_rows *rows, ond_prepare **prepare)
{
    ond_prepare *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->map = config->map;
    made->map_scale = 1;
    made->inputs = made->outputs = rows->columns;
    ond_status status = prepare_make(made, rows, config);
    if (status != OND_OK) {
        ond_prepare_destroy(made);
        return status;
    }
    *prepare = made;
    return OND_OK;
}

void ond_prepare_destroy(ond_prepare *prepare)
{
    if (prepare) {
        ond_memory_free(prepare->mean);
        ond_memory_free(prepare->scale);
        ond_memory_free(prepare->components);
        ond_memory_free(prepare);
    }
}
