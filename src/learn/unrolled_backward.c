/* SPDX-License-Identifier: BSD-3-Clause */
/* The reverse pass of an unrolled pursuit. With g the gradient at the codes of a layer, a what the ReLU was given:
 *   δ = g · (a > 0),  ∂b += Σ δ,  ∂c −= ⟨δ, Dᵀe⟩,  u = D δ,
 *   ∂ĝ += δ − c Dᵀu,  ∂γ_{i−1} += c u,  ∂D −= c (corr(e, δ) + corr(u, ĝ)). */
#include "core/vector.h"
#include "learn/gemm.h"
#include "learn/unrolled_pass.h"

#include <string.h>

static void clear(float *values, size_t count)
{
    memset(values, 0, count * sizeof *values);
}

static size_t code_count(const ond_unrolled_pass *pass, size_t layer)
{
    return pass->items * ond_code_layer_code_size(&pass->network->layers[layer]);
}

static void scale(size_t count, float factor, float *values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] *= factor;
    }
}

static void mask(size_t count, const float *restrict codes, const float *restrict from, float *restrict to)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = codes[i] > 0 ? from[i] : 0;
    }
}

static void add_bias_and_step(ond_unrolled_pass *pass, size_t slot, size_t layer, const ond_unrolled_view *gradient)
{
    const ond_code_layer *l = &pass->network->layers[layer];
    const float *slope = ond_unrolled_slot_at(pass, slot, layer)->slope;
    size_t count = code_count(pass, layer);
    for (size_t i = 0; i < count; i += l->codes) {
        ond_vector_add_scaled(gradient->bias[layer], 1, pass->masked + i, l->codes);
    }
    *gradient->step[layer] -= ond_vector_dot(pass->masked, slope, count);
}

/* One layer in one slot: from pass->above[layer] to pass->above[layer − 1], where there is one, and to
 * pass->estimate[layer], where the slot had an estimate; both are added to. */
static void step_back(ond_unrolled_pass *pass, size_t slot, size_t layer, const ond_unrolled_view *gradient)
{
    const ond_code_layer *l = &pass->network->layers[layer];
    const ond_unrolled_slot *s = ond_unrolled_slot_at(pass, slot, layer);
    const float *dictionary = pass->parameters.dictionary[layer];
    float c = *pass->parameters.step[layer];
    size_t count = code_count(pass, layer);
    size_t signal = pass->items * ond_code_layer_signal_size(l);
    mask(count, s->codes, pass->above[layer + 1], pass->masked);
    add_bias_and_step(pass, slot, layer, gradient);
    ond_code_layer_synthesise(l, dictionary, pass->items, pass->masked, pass->scratch, pass->signal);
    if (slot > 0) {
        ond_vector_add_scaled(pass->estimate[layer], 1, pass->masked, count);
    }
    /* With −c in the codes, the gradient of the dictionary needs no sums of its own. */
    scale(count, -c, pass->masked);
    ond_code_layer_correlate(l, pass->items, s->error, pass->masked, pass->scratch, gradient->dictionary[layer]);
    if (layer > 0) {
        ond_vector_add_scaled(pass->above[layer], c, pass->signal, signal);
    }
    if (slot > 0) {
        scale(signal, -c, pass->signal);
        ond_code_layer_correlate(l, pass->items, pass->signal, s->estimate, pass->scratch, gradient->dictionary[layer]);
        ond_code_layer_analyse(l, dictionary, pass->items, pass->signal, pass->scratch, pass->masked);
        ond_vector_add_scaled(pass->estimate[layer], 1, pass->masked, count);
    }
}

static void clear_above(ond_unrolled_pass *pass)
{
    for (size_t i = 0; i + 1 < pass->network->layer_count; i++) {
        clear(pass->above[i + 1], code_count(pass, i));
    }
}

/* Errors of the estimates go on to the deepest one: ĝ_{i−1} = D_i ĝ_i. */
static void estimates_back(ond_unrolled_pass *pass, size_t slot, const ond_unrolled_view *gradient)
{
    for (size_t i = 1; i < pass->network->layer_count; i++) {
        const ond_code_layer *l = &pass->network->layers[i];
        ond_code_layer_correlate(l, pass->items, pass->estimate[i - 1], ond_unrolled_slot_at(pass, slot, i)->estimate,
                                 pass->scratch, gradient->dictionary[i]);
        ond_code_layer_analyse(l, pass->parameters.dictionary[i], pass->items, pass->estimate[i - 1], pass->scratch,
                               pass->masked);
        ond_vector_add_scaled(pass->estimate[i], 1, pass->masked, code_count(pass, i));
    }
}

/* pass->deepest[0] holds the gradient with respect to the last codes. */
static void together_back(ond_unrolled_pass *pass, const ond_unrolled_view *gradient)
{
    size_t last = pass->network->layer_count - 1;
    size_t count = code_count(pass, last);
    clear(pass->deepest[1], count);
    for (size_t slot = pass->network->iterations + 1; slot-- > 0;) {
        clear_above(pass);
        memcpy(pass->above[last + 1], pass->deepest[0], count * sizeof(float));
        for (size_t i = 0; i <= last; i++) {
            clear(pass->estimate[i], code_count(pass, i));
        }
        for (size_t i = last + 1; i-- > 0;) {
            step_back(pass, slot, i, gradient);
        }
        if (slot == 0) {
            return;
        }
        estimates_back(pass, slot, gradient);
        float momentum = slot > 1 ? (float)ond_unrolled_momentum(pass->network, slot) : 0;
        clear(pass->deepest[2], count);
        ond_vector_add_scaled(pass->deepest[1], 1 + momentum, pass->estimate[last], count);
        ond_vector_add_scaled(pass->deepest[2], -momentum, pass->estimate[last], count);
        float *free = pass->deepest[0];
        pass->deepest[0] = pass->deepest[1];
        pass->deepest[1] = pass->deepest[2];
        pass->deepest[2] = free;
    }
}

static void layered_back(ond_unrolled_pass *pass, const ond_unrolled_view *gradient)
{
    size_t last = pass->network->layer_count - 1;
    clear_above(pass);
    memcpy(pass->above[last + 1], pass->deepest[0], code_count(pass, last) * sizeof(float));
    for (size_t i = last + 1; i-- > 0;) {
        for (size_t slot = pass->network->iterations + 1; slot-- > 0;) {
            clear(pass->estimate[i], code_count(pass, i));
            step_back(pass, slot, i, gradient);
            if (slot > 0) {
                memcpy(pass->above[i + 1], pass->estimate[i], code_count(pass, i) * sizeof(float));
            }
        }
    }
}

void ond_unrolled_backward(ond_unrolled_pass *pass, const ond_unrolled_view *gradient)
{
    const ond_unrolled *network = pass->network;
    size_t last = network->layer_count - 1;
    size_t deepest = ond_code_layer_code_size(&network->layers[last]);
    const float *codes = ond_unrolled_slot_at(pass, network->iterations, last)->codes;
    ond_product weight
        = {.rows = deepest, .columns = network->classes, .inner = pass->items, .transpose_left = true, .add = true};
    ond_gemm_alone(&weight, codes, pass->outputs, gradient->weight);
    for (size_t i = 0; i < pass->items; i++) {
        ond_vector_add_scaled(gradient->offset, 1, pass->outputs + i * network->classes, network->classes);
    }
    ond_product back = {.rows = pass->items, .columns = deepest, .inner = network->classes, .transpose_right = true};
    ond_gemm_alone(&back, pass->outputs, pass->parameters.weight, pass->deepest[0]);
    if (network->kind == OND_UNROLLED_LAYERED) {
        layered_back(pass, gradient);
    } else {
        together_back(pass, gradient);
    }
}
