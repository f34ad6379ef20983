/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_DENOISE_MODEL_H
#define OND_TASKS_DENOISE_MODEL_H

#include "learn/residual_network.h"
#include "tasks/denoise_codes.h"

#include <ondelet/denoise.h>

#include <stdatomic.h>

/* One of the two; the other is NULL. */
struct ond_denoise_model {
    ond_residual_network *network; /* of OND_DENOISE_LEARNED */
    ond_denoise_codes *codes;      /* of OND_DENOISE_CSC */
    atomic_int owners;
};

/* Takes the network, also on failure. */
ond_status ond_denoise_model_create(ond_residual_network *network, ond_denoise_model **model);
/* One more owner. */
ond_denoise_model *ond_denoise_model_share(const ond_denoise_model *model);

#endif
