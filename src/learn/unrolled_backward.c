/* SPDX-License-Identifier: BSD-3-Clause */
/* The reverse pass of an unrolled pursuit. With g the gradient at the codes of a layer, a what the ReLU was given:
 *   δ = g · (a > 0),  ∂b += Σ δ,  ∂c −= ⟨δ, Dᵀe⟩,  u = D δ,
 *   ∂γ_{i−1} += c u,  ∂(D ĝ) = −c u + ∂ĝ_{i−1} (where ĝ_{i−1} = D ĝ),
 *   ∂ĝ += δ + Dᵀ∂(D ĝ),  ∂D += −c corr(e, δ) + corr(∂(D ĝ), ĝ). */
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

/* δ, and −c δ: with the factor here, neither the gradient of the dictionary nor what goes on needs a pass for it. */
OND_HOT static void mask(size_t count, float step, const float *restrict codes, const float *restrict from,
                         float *restrict kept, float *restrict scaled)
{
    for (size_t i = 0; i < count; i++) {
        kept[i] = codes[i] > 0 ? from[i] : 0;
        scaled[i] = -step * kept[i];
    }
}

/* One layer in one slot: from pass->above[layer + 1] adds to pass->above[layer], where there is one; leaves δ in
 * pass->estimate[layer] and −c u in pass->error[layer]. */
static void step_back(ond_unrolled_pass *pass, size_t slot, size_t layer, const ond_unrolled_view *gradient)
{
    const ond_code_layer *l = &pass->network->layers[layer];
    const ond_unrolled_slot *s = ond_unrolled_slot_at(pass, slot, layer);
    size_t count = code_count(pass, layer);
    float *kept = pass->estimate[layer];
    mask(count, *pass->parameters.step[layer], s->codes, pass->above[layer + 1], kept, pass->scaled);
    for (size_t i = 0; i < count; i += l->codes) {
        ond_vector_add_scaled(gradient->bias[layer], 1, kept + i, l->codes);
    }
    *gradient->step[layer] -= ond_vector_dot(kept, s->slope, count);
    ond_code_layer_correlate(l, pass->items, s->error, pass->scaled, pass->scratch, gradient->dictionary[layer]);
    if (slot > 0 || layer > 0) {
        ond_code_layer_synthesise(l, pass->parameters.dictionary[layer], pass->items, pass->scaled, pass->scratch,
                                  pass->error[layer]);
    }
    if (layer > 0) {
        ond_vector_add_scaled(pass->above[layer], -1, pass->error[layer], pass->items * ond_code_layer_signal_size(l));
    }
}

/* From the gradient with respect to D ĝ, in pass->error[layer], to those of D and ĝ. */
static void estimate_back(ond_unrolled_pass *pass, size_t slot, size_t layer, const ond_unrolled_view *gradient)
{
    const ond_code_layer *l = &pass->network->layers[layer];
    ond_code_layer_correlate(l, pass->items, pass->error[layer], ond_unrolled_slot_at(pass, slot, layer)->estimate,
                             pass->scratch, gradient->dictionary[layer]);
    ond_code_layer_add_analysis(l, pass->parameters.dictionary[layer], pass->items, pass->error[layer], pass->scratch,
                                pass->estimate[layer]);
}

static void clear_above(ond_unrolled_pass *pass)
{
    for (size_t i = 0; i + 1 < pass->network->layer_count; i++) {
        clear(pass->above[i + 1], code_count(pass, i));
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
        for (size_t i = last + 1; i-- > 0;) {
            step_back(pass, slot, i, gradient);
        }
        if (slot == 0) {
            return;
        }
        for (size_t i = 0; i <= last; i++) {
            if (i > 0) { /* ĝ_{i−1} = D_i ĝ_i has the same D ĝ as the step of its own layer */
                ond_vector_add_scaled(pass->error[i], 1, pass->estimate[i - 1], code_count(pass, i - 1));
            }
            estimate_back(pass, slot, i, gradient);
        }
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
            step_back(pass, slot, i, gradient);
            if (slot > 0) {
                estimate_back(pass, slot, i, gradient);
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
