/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "learn/gemm.h"
#include "learn/unrolled_pass.h"

#include <math.h>
#include <string.h>

/* codes = ReLU(estimate − step · slope + bias), position by position; an estimate of NULL is 0. */
OND_HOT static void threshold(size_t positions, size_t channels, const float *restrict estimate, float step,
                              const float *restrict slope, const float *restrict bias, float *restrict codes)
{
    for (size_t i = 0; i < positions; i++) {
        for (size_t k = 0; k < channels; k++) {
            size_t at = i * channels + k;
            float value = (estimate ? estimate[at] : 0) - step * slope[at] + bias[k];
            codes[at] = value > 0 ? value : 0;
        }
    }
}

/* One layer in one slot: `below` is what its codes explain, `made` = D ĝ where it is known already, else NULL. */
static void step(ond_unrolled_pass *pass, size_t slot, size_t layer, const float *below, const float *made)
{
    const ond_code_layer *l = &pass->network->layers[layer];
    ond_unrolled_slot *s = ond_unrolled_slot_at(pass, slot, layer);
    const float *dictionary = pass->parameters.dictionary[layer];
    size_t count = pass->items * ond_code_layer_signal_size(l);
    if (slot == 0) {
        ond_vector_scale(s->error, -1, below, count);
    } else {
        if (made) {
            memcpy(s->error, made, count * sizeof *made);
        } else {
            ond_code_layer_synthesise(l, dictionary, pass->items, s->estimate, pass->scratch, s->error);
        }
        ond_vector_add_scaled(s->error, -1, below, count);
    }
    ond_code_layer_analyse(l, dictionary, pass->items, s->error, pass->scratch, s->slope);
    threshold(pass->items * l->rows * l->columns, l->codes, slot ? s->estimate : NULL, *pass->parameters.step[layer],
              s->slope, pass->parameters.bias[layer], s->codes);
}

double ond_unrolled_momentum(const ond_unrolled *network, size_t slot)
{
    double before = 1;
    double t = 1;
    if (network->kind != OND_UNROLLED_ML_FISTA) {
        return 0;
    }
    for (size_t k = 0; k < slot; k++) {
        before = t;
        t = (1 + sqrt(1 + 4 * t * t)) / 2;
    }
    return (before - 1) / t;
}

/* ĝ_L from the deepest codes of the slots before, ĝ_i = D ĝ_{i+1} above it. */
static void estimate_all(ond_unrolled_pass *pass, size_t slot)
{
    size_t last = pass->network->layer_count - 1;
    const ond_code_layer *l = &pass->network->layers[last];
    size_t count = pass->items * ond_code_layer_code_size(l);
    float *deepest = ond_unrolled_slot_at(pass, slot, last)->estimate;
    const float *codes = ond_unrolled_slot_at(pass, slot - 1, last)->codes;
    float momentum = (float)ond_unrolled_momentum(pass->network, slot);
    ond_vector_scale(deepest, slot > 1 ? 1 + momentum : 1, codes, count);
    if (slot > 1 && momentum != 0) {
        ond_vector_add_scaled(deepest, -momentum, ond_unrolled_slot_at(pass, slot - 2, last)->codes, count);
    }
    for (size_t i = last; i > 0; i--) {
        ond_code_layer_synthesise(&pass->network->layers[i], pass->parameters.dictionary[i], pass->items,
                                  ond_unrolled_slot_at(pass, slot, i)->estimate, pass->scratch,
                                  ond_unrolled_slot_at(pass, slot, i - 1)->estimate);
    }
}

/* All layers in each iteration. */
static void run_together(ond_unrolled_pass *pass)
{
    for (size_t slot = 0; slot <= pass->network->iterations; slot++) {
        if (slot > 0) {
            estimate_all(pass, slot);
        }
        const float *below = pass->pictures;
        for (size_t i = 0; i < pass->network->layer_count; i++) {
            const float *made = slot && i ? ond_unrolled_slot_at(pass, slot, i - 1)->estimate : NULL;
            step(pass, slot, i, below, made);
            below = ond_unrolled_slot_at(pass, slot, i)->codes;
        }
    }
}

/* Each layer to its end before the next. */
static void run_layered(ond_unrolled_pass *pass)
{
    const float *below = pass->pictures;
    for (size_t i = 0; i < pass->network->layer_count; i++) {
        size_t count = pass->items * ond_code_layer_code_size(&pass->network->layers[i]);
        for (size_t slot = 0; slot <= pass->network->iterations; slot++) {
            if (slot > 0) {
                memcpy(ond_unrolled_slot_at(pass, slot, i)->estimate, ond_unrolled_slot_at(pass, slot - 1, i)->codes,
                       count * sizeof(float));
            }
            step(pass, slot, i, below, NULL);
        }
        below = ond_unrolled_slot_at(pass, pass->network->iterations, i)->codes;
    }
}

void ond_unrolled_forward(ond_unrolled_pass *pass, size_t items, const float *pictures)
{
    const ond_unrolled *network = pass->network;
    size_t last = network->layer_count - 1;
    pass->items = items;
    pass->pictures = pictures;
    if (network->kind == OND_UNROLLED_LAYERED) {
        run_layered(pass);
    } else {
        run_together(pass);
    }
    ond_product product
        = {.rows = items, .columns = network->classes, .inner = ond_code_layer_code_size(&network->layers[last])};
    ond_gemm_alone(&product, ond_unrolled_slot_at(pass, network->iterations, last)->codes, pass->parameters.weight,
                   pass->outputs);
    for (size_t i = 0; i < items; i++) {
        ond_vector_add_scaled(pass->outputs + i * network->classes, 1, pass->parameters.offset, network->classes);
    }
}
