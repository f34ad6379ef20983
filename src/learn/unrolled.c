/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/unrolled.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/vector.h"
#include "learn/gemm.h"
#include "learn/loss.h"
#include "learn/unrolled_pass.h"

#include <math.h>
#include <string.h>

ond_unrolled_view ond_unrolled_view_of(const ond_unrolled *network, float *parameters)
{
    ond_unrolled_view view;
    float *at = parameters;
    for (size_t i = 0; i < network->layer_count; i++) {
        const ond_code_layer *layer = &network->layers[i];
        view.dictionary[i] = at;
        view.bias[i] = at + ond_code_layer_dictionary_size(layer);
        view.step[i] = view.bias[i] + layer->codes;
        at = view.step[i] + 1;
    }
    view.weight = at;
    view.offset = at + ond_code_layer_code_size(&network->layers[network->layer_count - 1]) * network->classes;
    return view;
}

static ond_status add_layer(ond_unrolled *network, int codes, int side, int stride)
{
    const ond_code_layer *above = network->layer_count ? &network->layers[network->layer_count - 1] : NULL;
    ond_code_layer *layer = &network->layers[network->layer_count];
    if (above) {
        *layer = (ond_code_layer){.height = above->rows, .width = above->columns, .channels = above->codes};
    }
    layer->side = (size_t)side;
    layer->stride = (size_t)stride;
    layer->codes = (size_t)codes;
    if (layer->side > layer->height || layer->side > layer->width) {
        return ond_fail(OND_ERROR_SHAPE, "patches of layer %zu are %d x %d, what they lie in is %zu x %zu",
                        network->layer_count + 1, side, side, layer->height, layer->width);
    }
    layer->rows = (layer->height - layer->side) / layer->stride + 1;
    layer->columns = (layer->width - layer->side) / layer->stride + 1;
    network->layer_count++;
    network->parameter_count += ond_code_layer_dictionary_size(layer) + layer->codes + 1;
    return OND_OK;
}

static ond_status add_layers(const ond_unrolled_architecture *a, ond_unrolled *network)
{
    const int rows[3][3]
        = {{a->codes1, a->side1, a->stride1}, {a->codes2, a->side2, a->stride2}, {a->codes3, a->side3, a->stride3}};
    network->layers[0]
        = (ond_code_layer){.height = (size_t)a->height, .width = (size_t)a->width, .channels = (size_t)a->channels};
    for (int i = 0; i < 3 && rows[i][0] > 0; i++) {
        OND_TRY(add_layer(network, rows[i][0], rows[i][1], rows[i][2]));
    }
    size_t deepest = ond_code_layer_code_size(&network->layers[network->layer_count - 1]);
    network->parameter_count += (deepest + 1) * network->classes;
    return OND_OK;
}

static ond_status lay_out(const ond_unrolled_architecture *architecture, ond_unrolled *network)
{
    network->kind = architecture->pursuit;
    network->iterations = network->kind == OND_UNROLLED_FORWARD ? 0 : (size_t)architecture->iterations;
    network->classes = (size_t)architecture->classes;
    return add_layers(architecture, network);
}

ond_status ond_unrolled_count(const ond_unrolled_architecture *architecture, size_t *parameters)
{
    ond_unrolled network = {0};
    OND_TRY(lay_out(architecture, &network));
    *parameters = network.parameter_count;
    return OND_OK;
}

ond_status ond_unrolled_create(const ond_unrolled_architecture *architecture, ond_unrolled **network)
{
    ond_unrolled *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = lay_out(architecture, made);
    if (status == OND_OK) {
        made->parameters = ond_memory_allocate_zero(made->parameter_count, sizeof(float));
        status = made->parameters ? OND_OK : OND_ERROR_MEMORY;
    }
    if (status != OND_OK) {
        ond_unrolled_destroy(made);
        return status;
    }
    *network = made;
    return OND_OK;
}

void ond_unrolled_destroy(ond_unrolled *network)
{
    if (network) {
        ond_memory_free(network->parameters);
        ond_memory_free(network);
    }
}

/* Divides a dictionary by its norm, found by power iteration: a lower bound that is close enough for a start. */
static ond_status normalise(const ond_code_layer *layer, float *dictionary, ond_random *random)
{
    enum { ROUNDS = 30 };
    size_t codes = ond_code_layer_code_size(layer);
    size_t signal = ond_code_layer_signal_size(layer);
    float *memory = ond_memory_allocate(codes + signal + ond_code_layer_scratch_size(layer), sizeof *memory);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    double norm = 1;
    for (size_t i = 0; i < codes; i++) {
        memory[i] = (float)ond_random_normal(random);
    }
    for (int round = 0; round < ROUNDS; round++) {
        double length = sqrt(ond_vector_sum_squares(memory, codes));
        for (size_t i = 0; i < codes && length > 0; i++) {
            memory[i] = (float)((double)memory[i] / length);
        }
        ond_code_layer_synthesise(layer, dictionary, 1, memory, memory + codes + signal, memory + codes);
        norm = sqrt(ond_vector_sum_squares(memory + codes, signal));
        ond_code_layer_analyse(layer, dictionary, 1, memory + codes, memory + codes + signal, memory);
    }
    for (size_t i = 0; i < ond_code_layer_dictionary_size(layer) && norm > 0; i++) {
        dictionary[i] = (float)((double)dictionary[i] / norm);
    }
    ond_memory_free(memory);
    return OND_OK;
}

ond_status ond_unrolled_initialize(ond_unrolled *network, uint64_t seed)
{
    ond_unrolled_view view = ond_unrolled_view_of(network, network->parameters);
    ond_random random = ond_random_make(seed, 0);
    for (size_t i = 0; i < network->layer_count; i++) {
        for (size_t k = 0; k < ond_code_layer_dictionary_size(&network->layers[i]); k++) {
            view.dictionary[i][k] = (float)ond_random_normal(&random);
        }
        OND_TRY(normalise(&network->layers[i], view.dictionary[i], &random));
        *view.step[i] = 1;
    }
    size_t deepest = ond_code_layer_code_size(&network->layers[network->layer_count - 1]);
    for (size_t k = 0; k < deepest * network->classes; k++) {
        view.weight[k] = (float)(ond_random_normal(&random) / sqrt((double)deepest));
    }
    return OND_OK;
}

/* Chunks of items, dealt to workers that have a pass each. */
typedef struct sweep {
    const ond_unrolled *network;
    size_t items;
    const float *pictures;
    float *outputs, *codes; /* NULL: not wanted */
    const int *labels;      /* NULL: prediction */
    float *gradients;       /* [chunks, parameters] */
    double *losses;         /* [chunks] */
    size_t *right;          /* [chunks] */
    ond_unrolled_pass **passes;
    int workers;
} sweep;

static size_t chunk_count(size_t items)
{
    return (items + OND_UNROLLED_CHUNK - 1) / OND_UNROLLED_CHUNK;
}

/* The loss of a chunk, as its part of the mean over all items; its gradient takes the place of the outputs. */
static void judge(const sweep *s, size_t chunk, ond_unrolled_pass *pass)
{
    size_t classes = s->network->classes;
    double loss = 0;
    size_t right = 0;
    for (size_t i = 0; i < pass->items; i++) {
        float *row = pass->outputs + i * classes;
        size_t label = (size_t)s->labels[chunk * OND_UNROLLED_CHUNK + i];
        size_t best = 0;
        for (size_t k = 1; k < classes; k++) {
            best = row[k] > row[best] ? k : best;
        }
        right += best == label;
        double log_sum = 0;
        for (size_t k = 0; k < classes; k++) {
            log_sum += exp((double)row[k] - (double)row[best]);
        }
        log_sum = log(log_sum) + (double)row[best];
        loss += log_sum - (double)row[label];
        for (size_t k = 0; k < classes; k++) {
            double share = exp((double)row[k] - log_sum) - (k == label ? 1 : 0);
            row[k] = (float)(share / (double)s->items);
        }
    }
    s->losses[chunk] = loss / (double)s->items;
    s->right[chunk] = right;
}

static ond_status do_chunk(void *context, size_t chunk, int worker)
{
    const sweep *s = context;
    const ond_unrolled *n = s->network;
    ond_unrolled_pass *pass = s->passes[worker];
    size_t first = chunk * OND_UNROLLED_CHUNK;
    size_t items = s->items - first < OND_UNROLLED_CHUNK ? s->items - first : OND_UNROLLED_CHUNK;
    ond_unrolled_forward(pass, items, s->pictures + first * ond_code_layer_signal_size(&n->layers[0]));
    if (s->outputs) {
        memcpy(s->outputs + first * n->classes, pass->outputs, items * n->classes * sizeof(float));
    }
    if (s->codes) {
        size_t size = ond_code_layer_code_size(&n->layers[n->layer_count - 1]);
        memcpy(s->codes + first * size, ond_unrolled_slot_at(pass, n->iterations, n->layer_count - 1)->codes,
               items * size * sizeof(float));
    }
    if (s->labels) {
        float *sums = s->gradients + chunk * n->parameter_count;
        memset(sums, 0, n->parameter_count * sizeof *sums);
        judge(s, chunk, pass);
        ond_unrolled_view view = ond_unrolled_view_of(n, sums);
        ond_unrolled_backward(pass, &view);
    }
    return OND_OK;
}

static ond_status run_sweep(sweep *s)
{
    size_t chunks = chunk_count(s->items);
    s->workers = ond_gemm_workers(chunks);
    s->passes = ond_memory_allocate_zero((size_t)s->workers, sizeof *s->passes);
    ond_status status = s->passes ? OND_OK : OND_ERROR_MEMORY;
    for (int i = 0; i < s->workers && status == OND_OK; i++) {
        status = ond_unrolled_pass_create(s->network, &s->passes[i]);
    }
    if (status == OND_OK) {
        status = ond_parallel_for(chunks, s->workers, do_chunk, s);
    }
    for (int i = 0; s->passes && i < s->workers; i++) {
        ond_unrolled_pass_destroy(s->passes[i]);
    }
    ond_memory_free(s->passes);
    return status;
}

ond_status ond_unrolled_predict(const ond_unrolled *network, size_t items, const float *pictures, float *outputs)
{
    sweep s = {.network = network, .items = items, .pictures = pictures, .outputs = outputs};
    return run_sweep(&s);
}

ond_status ond_unrolled_codes(const ond_unrolled *network, size_t items, const float *pictures, float *codes)
{
    sweep s = {.network = network, .items = items, .pictures = pictures, .codes = codes};
    return run_sweep(&s);
}

ond_status ond_unrolled_gradient(const ond_unrolled *network, size_t items, const float *pictures, const int *labels,
                                 double *loss, size_t *right, float *gradient)
{
    size_t chunks = chunk_count(items);
    sweep s = {.network = network, .items = items, .pictures = pictures, .labels = labels};
    s.gradients = ond_memory_allocate(chunks * network->parameter_count, sizeof *s.gradients);
    s.losses = ond_memory_allocate(chunks, sizeof *s.losses);
    s.right = ond_memory_allocate(chunks, sizeof *s.right);
    ond_status status = s.gradients && s.losses && s.right ? run_sweep(&s) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        *loss = 0;
        *right = 0;
        memset(gradient, 0, network->parameter_count * sizeof *gradient);
        for (size_t i = 0; i < chunks; i++) {
            *loss += s.losses[i];
            *right += s.right[i];
            ond_vector_add_scaled(gradient, 1, s.gradients + i * network->parameter_count, network->parameter_count);
        }
    }
    ond_memory_free(s.gradients);
    ond_memory_free(s.losses);
    ond_memory_free(s.right);
    return status;
}
