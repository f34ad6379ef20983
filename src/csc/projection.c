/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "csc/pursuit.h"

#include <string.h>

/* Global pursuit with back-tracking (Sulam, Papyan, Romano & Elad 2018): γ_L by matching pursuit with the effective
 * dictionary, one atom after the other, until a layer above it, γᵢ = Dᵢ₊₁ γᵢ₊₁, gets more nonzeros than its budget. */
typedef struct projection {
    const ond_multilayer *problem;
    float *scratch;
} projection;

/* What rounding leaves of a zero. */
static void clear_rounding(float *codes, size_t count)
{
    static const float rounding = 1e-6f;
    float largest = 0;
    for (size_t i = 0; i < count; i++) {
        float magnitude = codes[i] < 0 ? -codes[i] : codes[i];
        largest = magnitude > largest ? magnitude : largest;
    }
    for (size_t i = 0; i < count; i++) {
        float magnitude = codes[i] < 0 ? -codes[i] : codes[i];
        codes[i] = magnitude > rounding * largest ? codes[i] : 0;
    }
}

static void propagate(const projection *self, const float *deepest)
{
    const ond_multilayer *p = self->problem;
    size_t last = p->count - 1;
    if (deepest != p->codes[last]) {
        memcpy(p->codes[last], deepest, p->operators[last]->code_size * sizeof *deepest);
    }
    for (size_t i = last; i > 0; i--) {
        ond_operator_apply(p->operators[i], p->codes[i], p->codes[i - 1], self->scratch);
        clear_rounding(p->codes[i - 1], p->operators[i - 1]->code_size);
    }
}

static ond_status is_within_budgets(void *context, const float *codes, bool *accepted)
{
    const projection *self = context;
    const ond_multilayer *p = self->problem;
    *accepted = true;
    if (p->budgets) {
        propagate(self, codes);
        for (size_t i = 0; i < p->count; i++) {
            *accepted = *accepted && ond_count_nonzeros(p->codes[i], p->operators[i]->code_size) <= p->budgets[i];
        }
    }
    return OND_OK;
}

static ond_status solve(projection *self, const ond_operator *effective)
{
    const ond_multilayer *p = self->problem;
    float *codes = ond_memory_allocate(effective->code_size, sizeof *codes);
    if (!codes) {
        return OND_ERROR_MEMORY;
    }
    ond_greedy_limit limit = {(size_t)p->config->terms, p->config->residual, is_within_budgets, self};
    ond_status status = ond_greedy_solve(effective, p->signal, &limit, codes, p->curve, p->report);
    if (status == OND_OK) {
        propagate(self, codes);
    }
    ond_memory_free(codes);
    return status;
}

ond_status ond_projection_solve(const ond_multilayer *problem)
{
    projection self = {.problem = problem};
    const ond_dictionary *layers[OND_MAX_LAYERS];
    ond_dictionary *product = NULL;
    ond_operator *effective = NULL;
    size_t scratch = 0;
    for (size_t i = 0; i < problem->count; i++) {
        size_t own = ond_operator_scratch(problem->operators[i]);
        scratch = own > scratch ? own : scratch;
        layers[i] = problem->operators[i]->dictionary;
    }
    OND_TRY(ond_dictionary_compose(layers, problem->count, &product));
    ond_status status = ond_operator_create(product, problem->operators[0]->height, problem->operators[0]->width,
                                            OND_PRODUCTS_FASTER, problem->config->planning, &effective);
    if (status == OND_OK) {
        self.scratch = ond_memory_allocate(scratch, sizeof *self.scratch);
        status = self.scratch ? solve(&self, effective) : OND_ERROR_MEMORY;
    }
    ond_memory_free(self.scratch);
    ond_operator_destroy(effective);
    ond_dictionary_destroy(product);
    return status;
}
