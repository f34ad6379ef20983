/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_RELEVANCE_H
#define OND_LEARN_RELEVANCE_H

#include "learn/head.h"

/* How much each feature of one sample speaks for a class: layer-wise relevance propagation by the ε-rule through the
 * network and the preparation, so that the relevances add up to the raw score less what biases took (Bach et al., 2015,
 * equations 56 and 58). Heads without layers (kernel, affine): feature times derivative, the first term of Taylor's
 * series (equation 28).
 * x, relevance [inputs]; class < classes */
ond_status ond_head_relevance(const ond_head *head, const float *x, size_t class, float *relevance);

#endif
