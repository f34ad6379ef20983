/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/unrolled_pass.h"

#include "core/memory.h"

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Cuts the pass out of an arena, or measures it while the arena has no base. */
static void lay_out(ond_unrolled_pass *pass, ond_arena *arena)
{
    const ond_unrolled *n = pass->network;
    size_t items = OND_UNROLLED_CHUNK;
    size_t scratch = 0;
    size_t codes = 0;
    for (size_t slot = 0; slot <= n->iterations; slot++) {
        for (size_t i = 0; i < n->layer_count; i++) {
            const ond_code_layer *l = &n->layers[i];
            ond_unrolled_slot *s = ond_unrolled_slot_at(pass, slot, i);
            s->estimate = slot ? ond_arena_take(arena, items * ond_code_layer_code_size(l), sizeof(float)) : NULL;
            s->error = ond_arena_take(arena, items * ond_code_layer_signal_size(l), sizeof(float));
            s->slope = ond_arena_take(arena, items * ond_code_layer_code_size(l), sizeof(float));
            s->codes = ond_arena_take(arena, items * ond_code_layer_code_size(l), sizeof(float));
        }
    }
    for (size_t i = 0; i < n->layer_count; i++) {
        const ond_code_layer *l = &n->layers[i];
        scratch = larger(scratch, ond_code_layer_scratch_size(l));
        codes = larger(codes, ond_code_layer_code_size(l));
        pass->above[i + 1] = ond_arena_take(arena, items * ond_code_layer_code_size(l), sizeof(float));
        pass->estimate[i] = ond_arena_take(arena, items * ond_code_layer_code_size(l), sizeof(float));
        pass->error[i] = ond_arena_take(arena, items * ond_code_layer_signal_size(l), sizeof(float));
    }
    for (int i = 0; i < 3; i++) {
        size_t deepest = ond_code_layer_code_size(&n->layers[n->layer_count - 1]);
        pass->deepest[i] = ond_arena_take(arena, items * deepest, sizeof(float));
    }
    pass->outputs = ond_arena_take(arena, items * n->classes, sizeof(float));
    pass->scratch = ond_arena_take(arena, items * scratch, sizeof(float));
    pass->scaled = ond_arena_take(arena, items * codes, sizeof(float));
}

ond_status ond_unrolled_pass_create(const ond_unrolled *network, ond_unrolled_pass **pass)
{
    ond_unrolled_pass *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->network = network;
    made->parameters = ond_unrolled_view_of(network, network->parameters);
    made->slots = ond_memory_allocate_zero((network->iterations + 1) * network->layer_count, sizeof *made->slots);
    if (made->slots) {
        ond_arena arena = {0};
        lay_out(made, &arena);
        made->memory = ond_memory_allocate(arena.used, 1);
        arena = (ond_arena){.base = (char *)made->memory};
        if (made->memory) {
            lay_out(made, &arena);
            *pass = made;
            return OND_OK;
        }
    }
    ond_unrolled_pass_destroy(made);
    return OND_ERROR_MEMORY;
}

void ond_unrolled_pass_destroy(ond_unrolled_pass *pass)
{
    if (pass) {
        ond_memory_free(pass->slots);
        ond_memory_free(pass->memory);
        ond_memory_free(pass);
    }
}
