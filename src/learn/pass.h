/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_PASS_H
#define OND_LEARN_PASS_H

#include "learn/network.h"

/* Rows going through a network forward and back, with all that lies between; for one thread of control, which itself
 * uses all threads. */
typedef struct ond_pass {
    const ond_network *network;
    size_t most_rows, rows;                /* room; rows of the last forward pass */
    const float *inputs;                   /* x_0, the caller's */
    float *values[OND_NETWORK_LAYERS + 1]; /* x_1, …, Φ(x) at 1…L: [rows, N_l] */
    float *slopes[2];                      /* scratch of the widest layer */
    double dropout;                        /* share of hidden numbers set to 0; 0: none */
    uint64_t dropout_key;
    float *memory;
} ond_pass;

/* @param most_rows  of one forward pass */
ond_status ond_pass_create(const ond_network *network, size_t most_rows, ond_pass **pass);
void ond_pass_destroy(ond_pass *pass);

/* inputs [rows, N_0], kept until the backward pass; rows ≤ most_rows. Returns Φ [rows, N_L], owned by the pass. */
const float *ond_pass_forward(ond_pass *pass, const float *inputs, size_t rows);

/* With inverted dropout (Srivastava et al., 2014, section 10): hidden numbers are set to 0 with probability `dropout`,
 * the others divided by 1 − dropout. The same key drops the same ones. */
const float *ond_pass_forward_dropout(ond_pass *pass, const float *inputs, size_t rows, double dropout, uint64_t key);

/* Of a loss with gradient `slope` [rows, N_L] at the outputs of the last forward pass; once for each of them.
 * gradient  with respect to the parameters, laid out as they are, overwritten; NULL: not wanted
 * inputs    with respect to the inputs, [rows, N_0]; NULL: not wanted */
void ond_pass_backward(ond_pass *pass, const float *slope, float *gradient, float *inputs);

#endif
