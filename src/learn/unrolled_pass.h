/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_UNROLLED_PASS_H
#define OND_LEARN_UNROLLED_PASS_H

#include "learn/unrolled.h"

enum { OND_UNROLLED_CHUNK = 32 }; /* items that go through together: few products, patches that fit the cache */

/* What one step made of one layer, kept for the way back. */
typedef struct ond_unrolled_slot {
    float *estimate; /* ĝ; not there in the first slot */
    float *error;    /* D ĝ − γ of the layer above the codes */
    float *slope;    /* Dᵀ error */
    float *codes;    /* γ */
} ond_unrolled_slot;

/* A chunk of items on its way forward and back; memory for one worker. */
typedef struct ond_unrolled_pass {
    const ond_unrolled *network;
    ond_unrolled_view parameters;
    size_t items;
    ond_unrolled_slot *slots; /* [iterations + 1][layers] */
    const float *pictures;
    float *outputs;                        /* [items, classes] */
    float *scratch;                        /* of the layer that wants most */
    float *above[OND_UNROLLED_LAYERS + 1]; /* gradients with respect to the codes of each layer, in this slot */
    float *estimate[OND_UNROLLED_LAYERS];  /* and to its estimate */
    float *error[OND_UNROLLED_LAYERS];     /* and to D ĝ */
    float *deepest[3];                     /* and to the deepest codes of three neighbouring slots */
    float *scaled;                         /* codes of a backward step */
    float *memory;
} ond_unrolled_pass;

ond_status ond_unrolled_pass_create(const ond_unrolled *network, ond_unrolled_pass **pass);
void ond_unrolled_pass_destroy(ond_unrolled_pass *pass);

static inline ond_unrolled_slot *ond_unrolled_slot_at(const ond_unrolled_pass *pass, size_t slot, size_t layer)
{
    return &pass->slots[slot * pass->network->layer_count + layer];
}

/* Weight of the momentum with which slot s ≥ 1 starts: 0 for all but ML-FISTA. */
double ond_unrolled_momentum(const ond_unrolled *network, size_t slot);

/* At most OND_UNROLLED_CHUNK pictures, kept until the way back. Fills pass->outputs. */
void ond_unrolled_forward(ond_unrolled_pass *pass, size_t items, const float *pictures);

/* `outputs` in the pass hold the gradient of a loss with respect to them; adds that with respect to the parameters to
 * `gradient`. */
void ond_unrolled_backward(ond_unrolled_pass *pass, const ond_unrolled_view *gradient);

#endif
