/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/residual_network.h"

#include "core/memory.h"
#include "core/random.h"
#include "learn/residual_layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 40 };

size_t ond_residual_layers(ond_residual_shape shape, float *parameters, ond_residual_layer *layers)
{
    size_t count = 2 * shape.pairs + 2;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        ond_residual_layer *layer = &layers[i];
        layer->inputs = i == 0 ? shape.inputs : shape.hidden;
        layer->outputs = i + 1 == count ? shape.outputs : shape.hidden;
        layer->weight = parameters ? parameters + used : NULL;
        used += 9 * layer->inputs * layer->outputs;
        layer->bias = parameters ? parameters + used : NULL;
        used += layer->outputs;
    }
    return used;
}

/* Parameters are zero. */
static ond_status allocate(ond_residual_shape shape, ond_residual_network **network)
{
    ond_residual_network *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->shape = shape;
    made->count = 2 * shape.pairs + 2;
    made->parameter_count = ond_residual_layers(shape, NULL, made->layers);
    made->parameters = ond_memory_allocate_zero(made->parameter_count, sizeof *made->parameters);
    if (!made->parameters) {
        ond_memory_free(made);
        return OND_ERROR_MEMORY;
    }
    (void)ond_residual_layers(shape, made->parameters, made->layers);
    *network = made;
    return OND_OK;
}

/* The second of a pair starts small: many pairs add up. */
static const double second_scale = 0.3;

ond_status ond_residual_network_create(ond_residual_shape shape, uint64_t seed, ond_residual_network **network)
{
    OND_TRY(allocate(shape, network));
    ond_random random = ond_random_make(seed, 0);
    for (size_t i = 0; i + 1 < (*network)->count; i++) {
        ond_residual_layer *layer = &(*network)->layers[i];
        double deviation = sqrt(2.0 / (9 * (double)layer->inputs));
        deviation *= i > 0 && i % 2 == 0 ? second_scale : 1;
        for (size_t k = 0; k < 9 * layer->inputs * layer->outputs; k++) {
            layer->weight[k] = (float)(deviation * ond_random_normal(&random));
        }
    }
    return OND_OK;
}

void ond_residual_network_destroy(ond_residual_network *network)
{
    if (network) {
        ond_memory_free(network->parameters);
        ond_memory_free(network);
    }
}

ond_residual_shape ond_residual_network_shape(const ond_residual_network *network)
{
    return network->shape;
}

size_t ond_residual_network_parameter_count(const ond_residual_network *network)
{
    return network->parameter_count;
}

float *ond_residual_network_parameters(ond_residual_network *network)
{
    return network->parameters;
}

static const char *tensor_name(size_t layer, const char *part, char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "layer%zu.%s", layer, part);
    return name;
}

/* The shape that the first and the last layer tell. */
static ond_status find_shape(const ond_tensors *tensors, ond_residual_shape *shape)
{
    char name[NAME_SIZE];
    const ond_array *weight = NULL;
    size_t count = 0;
    while (ond_tensors_find(tensors, tensor_name(count, "weight", name))) {
        count++;
    }
    if (count < 2 || count > OND_RESIDUAL_MOST_LAYERS || count % 2 != 0) {
        return ond_fail(OND_ERROR_FORMAT, "%zu layers, an even number of 2 to %d is wanted", count,
                        OND_RESIDUAL_MOST_LAYERS);
    }
    shape->pairs = count / 2 - 1;
    OND_TRY(ond_tensors_get(tensors, tensor_name(0, "weight", name), 4, (size_t[4]){3, 3, 0, 0}, &weight));
    shape->inputs = weight->shape[2];
    shape->hidden = weight->shape[3];
    OND_TRY(ond_tensors_get(tensors, tensor_name(count - 1, "weight", name), 4, (size_t[4]){3, 3, shape->hidden, 0},
                            &weight));
    shape->outputs = weight->shape[3];
    return OND_OK;
}

static ond_status read_layers(const ond_tensors *tensors, ond_residual_network *network)
{
    char name[NAME_SIZE];
    for (size_t i = 0; i < network->count; i++) {
        const ond_residual_layer *layer = &network->layers[i];
        const ond_array *weight = NULL;
        const ond_array *bias = NULL;
        size_t shape[4] = {3, 3, layer->inputs, layer->outputs};
        OND_TRY(ond_tensors_get(tensors, tensor_name(i, "weight", name), 4, shape, &weight));
        OND_TRY(ond_tensors_get(tensors, tensor_name(i, "bias", name), 1, shape + 3, &bias));
        memcpy(layer->weight, weight->data, ond_array_count(weight) * sizeof(float));
        memcpy(layer->bias, bias->data, ond_array_count(bias) * sizeof(float));
    }
    return OND_OK;
}

ond_status ond_residual_network_read(const ond_tensors *tensors, ond_residual_network **network)
{
    ond_residual_shape shape = {0};
    ond_residual_network *made = NULL;
    OND_TRY(find_shape(tensors, &shape));
    OND_TRY(allocate(shape, &made));
    ond_status status = read_layers(tensors, made);
    if (status != OND_OK) {
        ond_residual_network_destroy(made);
        return status;
    }
    *network = made;
    return OND_OK;
}

ond_status ond_residual_network_write(const ond_residual_network *network, ond_tensors *tensors)
{
    char name[NAME_SIZE];
    for (size_t i = 0; i < network->count; i++) {
        const ond_residual_layer *layer = &network->layers[i];
        size_t shape[4] = {3, 3, layer->inputs, layer->outputs};
        ond_array weight = ond_array_view(layer->weight, 4, shape);
        ond_array bias = ond_array_view(layer->bias, 1, shape + 3);
        OND_TRY(ond_tensors_add(tensors, tensor_name(i, "weight", name), &weight));
        OND_TRY(ond_tensors_add(tensors, tensor_name(i, "bias", name), &bias));
    }
    return OND_OK;
}
