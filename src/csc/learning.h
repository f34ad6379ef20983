/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_LEARNING_H
#define OND_CSC_LEARNING_H

#include "csc/operator.h"

#include <ondelet/dictionary_learning.h>

struct ond_learner {
    ond_learning_config config;
    size_t count;
    ond_dictionary *layers[OND_MAX_LAYERS]; /* changed in place */
    double *power[OND_MAX_LAYERS];          /* [atoms] running means of Σ γ² of each atom: its quadratic bound */
    size_t images;
};

/* gradient[m, c, t] += Σ_v codes[m, v] residual[c, s v + t], in double: the gradient of ½‖D γ − x‖² with residual D γ −
 * x. Zero codes cost nothing. */
void ond_correlate_codes(const ond_operator *operator_, const float *codes, const float *residual, double *gradient);

/* atom ← atom − step · gradient, for each atom with its own step. */
void ond_atoms_move(ond_dictionary *dictionary, const double *gradient, const double *steps);

/* Hard threshold: entries below √(2 step ζ) become zero, but the largest of an atom stays. */
void ond_atoms_threshold(ond_dictionary *dictionary, const double *steps, double sparsity);

/* Of each atom the largest entries stay, `filled` of all and at least one; equal ones all do. */
void ond_atoms_limit(ond_dictionary *dictionary, double filled);

/* Each channel's mean is taken away (zero_mean), and atoms get norm 1; an atom of zeros stays one. */
void ond_atoms_project(ond_dictionary *dictionary, bool zero_mean);

/* Gradients of ½‖D₁⋯D_L γ − x‖² for all layers: forward and back through the operators.
 *  @param gradients  one per layer [atoms, channels, size…], added to; powers: [atoms] Σ γᵢ², added to, or NULL */
ond_status ond_layers_gradient(ond_operator *const *operators, size_t count, const float *codes, const float *image,
                               double *const *gradients, double *const *powers, double *squared_residual);

/* energy += ‖D₁ ⋯ Dᵢ₋₁ Δ Dᵢ₊₁ ⋯ D_L γ‖²: what a change Δ of layer i = `layer` does to the image of γ. */
ond_status ond_layers_change(ond_operator *const *operators, size_t count, size_t layer, const ond_operator *change,
                             const float *codes, double *energy);

/* Consensus: one image's dictionary step in Fourier. */
typedef struct ond_consensus {
    size_t count; /* images */
    ond_dictionary *dictionary;
    ond_fft *fft;
    double rho, relaxation;
    float *states;        /* [count, atoms, channels] planes: U, and W = D_k + U before the mean */
    ond_complex *signals; /* [count, channels] planes */
    ond_complex *codes;   /* [atoms] planes of one image */
    ond_complex *work;    /* [atoms] planes */
    ond_complex *sum;     /* two planes */
    float *real;
} ond_consensus;
ond_status ond_consensus_create(ond_dictionary *dictionary, const float *images, size_t count, size_t height,
                                size_t width, double rho, ond_consensus **made);
void ond_consensus_destroy(ond_consensus *consensus);
/* @param codes  [count] pointers to [atoms, height, width] */
void ond_consensus_step(ond_consensus *consensus, const float *const *codes, bool zero_mean);

#endif
