/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/relevance.h"

#include "core/memory.h"
#include "core/vector.h"
#include "learn/pass.h"

#include <math.h>
#include <string.h>

/* ε, as a share of the root mean square of what a layer adds up. */
static const double stabilizer = 0.01;

static double root_mean_square(const float *values, size_t count)
{
    return sqrt(ond_vector_sum_squares(values, count) / (double)count);
}

/* R_j / (z_j + ε sign z_j) */
static void divide(const float *sums, const float *relevance, size_t count, float *quotient)
{
    double epsilon = stabilizer * root_mean_square(sums, count);
    for (size_t j = 0; j < count; j++) {
        double sum = (double)sums[j];
        double divisor = sum + (sum < 0 ? -epsilon : epsilon);
        quotient[j] = divisor != 0 ? (float)((double)relevance[j] / divisor) : 0;
    }
}

/* R_i = a_i Σ_j w_ji R_j / z_j for w [outputs, inputs]. */
static void spread(const float *weights, size_t outputs, const float *quotient, const float *values, size_t inputs,
                   float *relevance)
{
    memset(relevance, 0, inputs * sizeof *relevance);
    for (size_t j = 0; j < outputs; j++) {
        ond_vector_add_scaled(relevance, quotient[j], weights + j * inputs, inputs);
    }
    for (size_t i = 0; i < inputs; i++) {
        relevance[i] *= values[i];
    }
}

/* Sums W a + b of one layer. */
static void add_up(const ond_network *network, int layer, const float *values, float *sums)
{
    const size_t *sizes = network->architecture.sizes;
    const float *weights = ond_network_weights(network, layer);
    const float *biases = ond_network_biases(network, layer);
    for (size_t j = 0; j < sizes[layer]; j++) {
        sums[j] = biases[j] + ond_vector_dot(weights + j * sizes[layer - 1], values, sizes[layer - 1]);
    }
}

/* Scratch of the widest layer each. */
typedef struct buffers {
    float *sums, *quotient, *relevance;
} buffers;

/* From the class's raw score down to z. An activation passes relevance on as it is. */
static void propagate(const ond_pass *pass, const float *z, size_t class, const buffers *own, float *relevance)
{
    const ond_network *network = pass->network;
    const ond_architecture *a = &network->architecture;
    size_t classes = a->sizes[a->layers];
    for (size_t k = 0; k < classes; k++) { /* the class against the mean of the others */
        own->relevance[k] = pass->values[a->layers][k] * (k == class ? 1.0F : -1.0F / (float)(classes - 1));
    }
    for (int layer = a->layers; layer >= 1; layer--) {
        const float *values = layer > 1 ? pass->values[layer - 1] : z;
        add_up(network, layer, values, own->sums);
        divide(own->sums, own->relevance, a->sizes[layer], own->quotient);
        spread(ond_network_weights(network, layer), a->sizes[layer], own->quotient, values, a->sizes[layer - 1],
               layer > 1 ? own->relevance : relevance);
    }
}

static ond_status through_network(const ond_network *network, const float *z, size_t class, float *relevance)
{
    const ond_architecture *a = &network->architecture;
    size_t widest = 0;
    for (int layer = 0; layer <= a->layers; layer++) {
        widest = a->sizes[layer] > widest ? a->sizes[layer] : widest;
    }
    ond_pass *pass = NULL;
    OND_TRY(ond_pass_create(network, 1, &pass));
    float *memory = ond_memory_allocate(3 * widest, sizeof *memory);
    if (memory) {
        buffers own = {memory, memory + widest, memory + 2 * widest};
        (void)ond_pass_forward(pass, z, 1);
        propagate(pass, z, class, &own, relevance);
    }
    ond_pass_destroy(pass);
    ond_memory_free(memory);
    return memory ? OND_OK : OND_ERROR_MEMORY;
}

/* map(x) · scale: what the projection adds up. The means are its bias, as in any layer. */
static void scale_features(const ond_prepare *prepare, const float *x, float *scaled)
{
    for (size_t i = 0; i < prepare->inputs; i++) {
        float value = x[i];
        if (prepare->map == OND_FEATURE_ROOT) {
            value = copysignf(sqrtf(fabsf(value)), value);
        } else if (prepare->map == OND_FEATURE_LOG) {
            value = copysignf(logf(1 + fabsf(value) * prepare->map_scale), value);
        }
        scaled[i] = value * prepare->scale[i];
    }
}

/* From the class to z to x. */
static ond_status layers(const ond_head *head, const float *x, size_t class, float *memory, float *relevance)
{
    const ond_prepare *prepare = head->prepare;
    float *z = memory;
    float *of_z = z + prepare->outputs;
    float *quotient = of_z + prepare->outputs;
    float *scaled = quotient + prepare->outputs;
    ond_rows one = {.features = x, .columns = prepare->inputs, .items = NULL, .count = 1};
    OND_TRY(ond_prepare_apply(prepare, &one, z));
    OND_TRY(through_network(head->network, z, class, of_z));
    divide(z, of_z, prepare->outputs, quotient);
    scale_features(prepare, x, scaled);
    if (prepare->components) {
        spread(prepare->components, prepare->outputs, quotient, scaled, prepare->inputs, relevance);
    }
    for (size_t i = 0; i < prepare->inputs && !prepare->components; i++) {
        relevance[i] = quotient[i] * scaled[i];
    }
    return OND_OK;
}

static ond_status taylor(const ond_head *head, const float *x, size_t class, float *relevance)
{
    float *slope = ond_memory_allocate_zero(head->classes, sizeof *slope);
    if (!slope) {
        return OND_ERROR_MEMORY;
    }
    for (size_t k = 0; k < head->classes; k++) { /* the class against the mean of the others */
        slope[k] = k == class ? 1.0F : -1.0F / (float)(head->classes - 1);
    }
    ond_status status = ond_head_derive(head, x, slope, relevance);
    for (size_t i = 0; i < head->prepare->inputs && status == OND_OK; i++) {
        relevance[i] *= x[i];
    }
    ond_memory_free(slope);
    return status;
}

ond_status ond_head_relevance(const ond_head *head, const float *x, size_t class, float *relevance)
{
    if (head->config.kind == OND_HEAD_KERNEL || head->config.kind == OND_HEAD_AFFINE) {
        return taylor(head, x, class, relevance);
    }
    float *memory = ond_memory_allocate(3 * head->prepare->outputs + head->prepare->inputs, sizeof *memory);
    ond_status status = memory ? layers(head, x, class, memory, relevance) : OND_ERROR_MEMORY;
    ond_memory_free(memory);
    return status;
}
