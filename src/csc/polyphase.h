/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_POLYPHASE_H
#define OND_CSC_POLYPHASE_H

#include "csc/pursuit.h"

/* A problem whose dictionary has stride s, as one of stride 1 on the grid of the codes: the s² samples of an image or
 * filter that belong to one position of the grid become channels,
 *     x'[c, p; u] = x[c, s u + p],  d'[m, c, p; t] = d[m, c, s t + p],  p in {0…s−1}²,
 * and (D z)[c, s u + p] = Σ_m Σ_v z[m, v] d'[m, c, p; u − v]. Where s does not divide the image, as a zero border
 * allows, zeros are put behind it: no code reaches them. */
typedef struct ond_polyphase {
    ond_lasso lasso; /* with the codes, weights and λ of the original */
    ond_dictionary *dictionary;
    ond_operator *operator_;
    float *signal, *mask;
} ond_polyphase;

/* To be freed in any case. */
ond_status ond_polyphase_create(const ond_lasso *lasso, ond_planning planning, ond_polyphase *made);
void ond_polyphase_free(ond_polyphase *made);

#endif
