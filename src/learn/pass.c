/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/pass.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "learn/activation.h"
#include "learn/gemm.h"

#include <string.h>

enum { BLOCK_ROWS = 32, BLOCK_COLUMNS = 64 };

static size_t widest_layer(const ond_architecture *a)
{
    size_t widest = 0;
    for (int layer = 1; layer <= a->layers; layer++) {
        widest = a->sizes[layer] > widest ? a->sizes[layer] : widest;
    }
    return widest;
}

/* Sizes are not checked for overflow here: a network's parameters, which are more, were allocated. */
static void pass_layout(ond_pass *pass, ond_arena *arena)
{
    const ond_architecture *a = &pass->network->architecture;
    for (int layer = 1; layer <= a->layers; layer++) {
        pass->values[layer] = ond_arena_take(arena, pass->most_rows * a->sizes[layer], sizeof(float));
    }
    for (int i = 0; i < 2; i++) {
        pass->slopes[i] = ond_arena_take(arena, pass->most_rows * widest_layer(a), sizeof(float));
    }
}

ond_status ond_pass_create(const ond_network *network, size_t most_rows, ond_pass **pass)
{
    if (most_rows < 1 || most_rows > OND_NETWORK_WIDEST) {
        return ond_fail(OND_ERROR_ARGUMENT, "a batch of %zu rows, 1..%d are supported", most_rows, OND_NETWORK_WIDEST);
    }
    ond_pass *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->network = network;
    made->most_rows = most_rows;
    ond_arena arena = {0};
    pass_layout(made, &arena);
    made->memory = ond_memory_allocate(arena.used, 1);
    if (!made->memory) {
        ond_pass_destroy(made);
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = (char *)made->memory};
    pass_layout(made, &arena);
    *pass = made;
    return OND_OK;
}

void ond_pass_destroy(ond_pass *pass)
{
    if (pass) {
        ond_memory_free(pass->memory);
        ond_memory_free(pass);
    }
}

/* --- numbers of one layer, shared out by blocks of rows --- */

typedef struct layer_task {
    const ond_pass *pass;
    int layer;
    float *values, *slope; /* [rows, size] */
    size_t size;
} layer_task;

static void layer_run(const ond_pass *pass, int layer, float *slope, ond_parallel_task run)
{
    layer_task task = {.pass = pass,
                       .layer = layer,
                       .values = pass->values[layer],
                       .slope = slope,
                       .size = pass->network->architecture.sizes[layer]};
    size_t blocks = (pass->rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    (void)ond_parallel_for(blocks, ond_parallel_workers(blocks), run, &task); /* no block can fail */
}

static size_t block_count(const layer_task *task, size_t index)
{
    size_t left = task->pass->rows - index * BLOCK_ROWS;
    return (left < BLOCK_ROWS ? left : BLOCK_ROWS) * task->size;
}

/* A number between two layers stays or goes by a hash of its place, whoever asks and in which order. */
static bool is_dropped(const layer_task *task, size_t place)
{
    uint64_t hash = ond_random_make(task->pass->dropout_key + (uint64_t)task->layer, place).state;
    return (double)(hash >> 11) * 0x1p-53 < task->pass->dropout;
}

static ond_status add_biases(void *context, size_t index, int worker)
{
    (void)worker;
    const layer_task *task = context;
    float *values = task->values + index * BLOCK_ROWS * task->size;
    const float *biases = ond_network_biases(task->pass->network, task->layer);
    for (size_t done = 0; done < block_count(task, index); done += task->size) {
        memcpy(values + done, biases, task->size * sizeof *values);
    }
    return OND_OK;
}

static ond_status activate(void *context, size_t index, int worker)
{
    (void)worker;
    const layer_task *task = context;
    size_t first = index * BLOCK_ROWS * task->size, count = block_count(task, index);
    float *values = task->values + first;
    ond_activation_apply(task->pass->network->architecture.activation, values, count);
    if (task->pass->dropout > 0) {
        float kept = (float)(1 / (1 - task->pass->dropout));
        for (size_t i = 0; i < count; i++) {
            values[i] = is_dropped(task, first + i) ? 0 : values[i] * kept;
        }
    }
    return OND_OK;
}

static ond_status derive(void *context, size_t index, int worker)
{
    (void)worker;
    const layer_task *task = context;
    size_t first = index * BLOCK_ROWS * task->size, count = block_count(task, index);
    float *values = task->values + first, *slope = task->slope + first;
    if (task->pass->dropout > 0) {
        float share = (float)(1 - task->pass->dropout), kept = 1 / share;
        for (size_t i = 0; i < count; i++) {
            values[i] *= share;
            slope[i] = is_dropped(task, first + i) ? 0 : slope[i] * kept;
        }
    }
    ond_activation_derive(task->pass->network->architecture.activation, values, slope, count);
    return OND_OK;
}

/* --- forward --- */

const float *ond_pass_forward_dropout(ond_pass *pass, const float *inputs, size_t rows, double dropout, uint64_t key)
{
    const ond_architecture *a = &pass->network->architecture;
    const float *from = inputs;
    pass->inputs = inputs;
    pass->rows = rows;
    pass->dropout = dropout;
    pass->dropout_key = key;
    for (int layer = 1; layer <= a->layers; layer++) {
        layer_run(pass, layer, NULL, add_biases);
        ond_product product = {.rows = rows,
                               .columns = a->sizes[layer],
                               .inner = a->sizes[layer - 1],
                               .transpose_right = true,
                               .add = true};
        ond_gemm(&product, from, ond_network_weights(pass->network, layer), pass->values[layer]);
        if (layer < a->layers) {
            layer_run(pass, layer, NULL, activate);
        }
        from = pass->values[layer];
    }
    return from;
}

const float *ond_pass_forward(ond_pass *pass, const float *inputs, size_t rows)
{
    return ond_pass_forward_dropout(pass, inputs, rows, 0, 0);
}

/* --- backward --- */

typedef struct sum_task {
    const float *slope;
    float *sums;
    size_t rows, size;
} sum_task;

/* Sums over the rows, of some columns. */
static ond_status sum_columns(void *context, size_t index, int worker)
{
    (void)worker;
    const sum_task *task = context;
    size_t begin = index * BLOCK_COLUMNS, left = task->size - begin;
    size_t columns = left < BLOCK_COLUMNS ? left : BLOCK_COLUMNS;
    double sums[BLOCK_COLUMNS] = {0};
    for (size_t row = 0; row < task->rows; row++) {
        const float *slope = task->slope + row * task->size + begin;
        for (size_t k = 0; k < columns; k++) {
            sums[k] += (double)slope[k];
        }
    }
    for (size_t k = 0; k < columns; k++) {
        task->sums[begin + k] = (float)sums[k];
    }
    return OND_OK;
}

static void layer_gradient(const ond_pass *pass, int layer, const float *slope, float *gradient)
{
    const ond_architecture *a = &pass->network->architecture;
    size_t from = a->sizes[layer - 1], to = a->sizes[layer];
    float *weights = gradient + ond_network_offset(a, layer);
    ond_product product = {.rows = to, .columns = from, .inner = pass->rows, .transpose_left = true};
    ond_gemm(&product, slope, layer > 1 ? pass->values[layer - 1] : pass->inputs, weights);
    sum_task sums = {.slope = slope, .sums = weights + from * to, .rows = pass->rows, .size = to};
    size_t blocks = (to + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    (void)ond_parallel_for(blocks, ond_parallel_workers(blocks), sum_columns, &sums);
}

void ond_pass_backward(ond_pass *pass, const float *slope, float *gradient, float *inputs)
{
    const ond_architecture *a = &pass->network->architecture;
    for (int layer = a->layers; layer >= 1; layer--) {
        if (gradient) {
            layer_gradient(pass, layer, slope, gradient);
        }
        float *next = layer > 1 ? pass->slopes[layer % 2] : inputs;
        if (!next) {
            break;
        }
        ond_product product = {.rows = pass->rows, .columns = a->sizes[layer - 1], .inner = a->sizes[layer]};
        ond_gemm(&product, slope, ond_network_weights(pass->network, layer), next);
        if (layer > 1) {
            layer_run(pass, layer - 1, next, derive);
        }
        slope = next;
    }
}
