/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/network.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/vector.h"
#include "learn/activation.h"
#include "learn/gemm.h"

#include <math.h>
#include <string.h>

enum { BLOCK_ROWS = 256 };

static ond_status architecture_check(const ond_architecture *architecture)
{
    if (architecture->layers < 1 || architecture->layers > OND_NETWORK_LAYERS) {
        return ond_fail(OND_ERROR_ARGUMENT, "a network of %d layers, 1..%d are supported", architecture->layers,
                        OND_NETWORK_LAYERS);
    }
    for (int layer = 0; layer <= architecture->layers; layer++) {
        if (architecture->sizes[layer] < 1 || architecture->sizes[layer] > OND_NETWORK_WIDEST) {
            return ond_fail(OND_ERROR_ARGUMENT, "layer %d of the network has %zu numbers, 1..%d are supported", layer,
                            architecture->sizes[layer], OND_NETWORK_WIDEST);
        }
    }
    return OND_OK;
}

size_t ond_network_offset(const ond_architecture *architecture, int layer)
{
    size_t offset = 0;
    for (int l = 1; l < layer; l++) {
        offset += (architecture->sizes[l - 1] + 1) * architecture->sizes[l];
    }
    return offset;
}

ond_status ond_network_create(const ond_architecture *architecture, ond_network **network)
{
    OND_TRY(architecture_check(architecture));
    ond_network *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->architecture = *architecture;
    made->parameter_count = ond_network_offset(architecture, architecture->layers + 1);
    made->parameters = ond_memory_allocate_zero(made->parameter_count, sizeof *made->parameters);
    if (!made->parameters) {
        ond_network_destroy(made);
        return OND_ERROR_MEMORY;
    }
    *network = made;
    return OND_OK;
}

void ond_network_destroy(ond_network *network)
{
    if (network) {
        ond_memory_free(network->parameters);
        ond_memory_free(network);
    }
}

float *ond_network_weights(const ond_network *network, int layer)
{
    return network->parameters + ond_network_offset(&network->architecture, layer);
}

float *ond_network_biases(const ond_network *network, int layer)
{
    const size_t *sizes = network->architecture.sizes;
    return ond_network_weights(network, layer) + sizes[layer - 1] * sizes[layer];
}

void ond_network_initialize(ond_network *network, uint64_t seed)
{
    const ond_architecture *a = &network->architecture;
    for (int layer = 1; layer <= a->layers; layer++) {
        size_t from = a->sizes[layer - 1], to = a->sizes[layer];
        bool halves = layer < a->layers
                      && (a->activation == OND_ACTIVATION_RELU || a->activation == OND_ACTIVATION_SMOOTH_RELU);
        double deviation = sqrt(2.0 / (double)(halves ? from : from + to));
        ond_random random = ond_random_make(seed, (uint64_t)layer);
        float *weights = ond_network_weights(network, layer);
        for (size_t i = 0; i < from * to; i++) {
            weights[i] = (float)(deviation * ond_random_normal(&random));
        }
        memset(weights + from * to, 0, to * sizeof *weights);
    }
}

/* --- rows to outputs --- */

typedef struct predict_task {
    const ond_network *network;
    const float *inputs;
    float *outputs;
    size_t rows, widest; /* of the hidden layers */
    float *scratch;      /* two layers for each worker */
} predict_task;

static ond_status predict_block(void *context, size_t index, int worker)
{
    const predict_task *task = context;
    const ond_architecture *a = &task->network->architecture;
    size_t first = index * BLOCK_ROWS, rows = task->rows - first < BLOCK_ROWS ? task->rows - first : BLOCK_ROWS;
    const float *from = task->inputs + first * a->sizes[0];
    float *scratch = task->scratch + (size_t)worker * 2 * BLOCK_ROWS * task->widest;
    for (int layer = 1; layer <= a->layers; layer++) {
        bool last = layer == a->layers;
        float *to = last ? task->outputs + first * a->sizes[layer]
                         : scratch + (size_t)(layer % 2) * BLOCK_ROWS * task->widest;
        const float *biases = ond_network_biases(task->network, layer);
        for (size_t row = 0; row < rows; row++) {
            memcpy(to + row * a->sizes[layer], biases, a->sizes[layer] * sizeof *to);
        }
        ond_product product = {.rows = rows,
                               .columns = a->sizes[layer],
                               .inner = a->sizes[layer - 1],
                               .transpose_right = true,
                               .add = true};
        ond_gemm_alone(&product, from, ond_network_weights(task->network, layer), to);
        if (!last) {
            ond_activation_apply(a->activation, to, rows * a->sizes[layer]);
        }
        from = to;
    }
    return OND_OK;
}

ond_status ond_network_predict(const ond_network *network, const float *inputs, size_t rows, float *outputs)
{
    predict_task task = {.network = network, .inputs = inputs, .outputs = outputs, .rows = rows};
    for (int layer = 1; layer < network->architecture.layers; layer++) {
        size_t size = network->architecture.sizes[layer];
        task.widest = size > task.widest ? size : task.widest;
    }
    size_t blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    int workers = ond_gemm_workers(blocks);
    task.scratch = ond_memory_allocate((size_t)workers * 2 * BLOCK_ROWS * task.widest, sizeof *task.scratch);
    if (!task.scratch) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_parallel_for(blocks, workers, predict_block, &task);
    ond_memory_free(task.scratch);
    return status;
}
