/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_ADMM_H
#define OND_CSC_ADMM_H

#include "csc/pursuit.h"

enum {
    OND_ADMM_CHANNELS = 64, /* most of them: a system of this size is solved for every frequency */
    OND_ADMM_GROUPS = 4     /* atoms are dealt to groups, whatever the number of threads: the bits stay the same */
};

/* Basis pursuit by the alternating direction method with the variables x (whose system is solved in Fourier) and y
 * (shrunken), in the order x, relaxation, y, u (Wohlberg, Efficient algorithms for convolutional sparse
 * representations, IEEE TIP 2016).
 *
 * The state of y and u is their sum T = x_relaxed + u: with threshold t, u is T clipped to −t…t and y = T − u, so that
 * v = y − u = T − 2 clip(T) goes into the next x. For each frequency and one channel
 *     x^ = v^ + conj(d^) (s^ − Σ d^ v^) / (ρ + Σ |d^|²),
 * the Sherman–Morrison solution of (ρ + conj(d) dᵀ) x = conj(d) s + ρ v; with C channels the division becomes a C x C
 * Hermitian system. With a mask W the signal itself is split: y₀ = D x − s with its dual u₀, the system has 1 for ρ and
 * y₀ + s − u₀ for s. */
typedef struct ond_admm {
    const ond_lasso *lasso;
    ond_dictionary circular; /* the dictionary without its border: positions beyond it are held at zero */
    ond_operator *operator_; /* of that, through Fourier */
    double rho, relaxation;
    double factor;        /* by which ρ is to change in the next step; u is divided by it */
    bool is_primed;       /* spectra and sums hold v^ and Σ d^ v^ of the state already */
    float *state;         /* T [atoms] planes as the FFT's real planes */
    ond_complex *spectra; /* v^, then x^ [atoms] planes */
    float *weights;       /* [atoms] planes, or one line when there are none */
    bool has_weights;
    size_t line_kinds;     /* without weights: a line of ones (with the border), then one of infinities */
    ond_complex *sums;     /* [groups, channels] planes: Σ d^ v^ */
    ond_complex *solution; /* [2, channels] planes: of the step's system, and Σ d^ v^ once more with a mask */
    ond_complex *signal;   /* s^ [channels] planes */
    ond_complex *gram;     /* Σ_m d_a conj(d_b) [channels, channels] planes; without channels one real line of it */
    float *split;          /* with a mask: y₀ [channels, height, width] */
    float *split_dual;     /* and u₀ */
    float *buffers;        /* [groups] rows of real planes */
    float *image;          /* one real plane, and a complex one behind it */
    ond_complex *plane;
    double primal, dual; /* relative residuals of the last step */
} ond_admm;

ond_status ond_admm_create(const ond_lasso *lasso, const ond_pursuit_config *config, ond_admm **admm);
void ond_admm_destroy(ond_admm *admm);
ond_status ond_admm_step(ond_admm *admm);

/* ρ changes by this factor within the next step, whose pass over the state is needed anyway. */
void ond_admm_rescale(ond_admm *admm, double factor);

/* The dictionary's values have changed: its spectra are made anew, T goes on. */
void ond_admm_reload(ond_admm *admm);

/* y and u [code_size] of the lasso's operator. */
void ond_admm_codes(const ond_admm *admm, float *codes);
void ond_admm_duals(const ond_admm *admm, float *duals);

/* The lines of thresholds (in units of λ/ρ) for row `row` of atom `atom`. */
const float *ond_admm_weights(const ond_admm *admm, size_t atom, size_t row);

/* Passes over one atom's plane, and over one row of frequencies. */
void ond_admm_forward(ond_admm *admm, size_t atom, size_t group);
void ond_admm_backward(ond_admm *admm, size_t atom, size_t group, double sums[5]);
void ond_admm_solve_row(ond_admm *admm, size_t row);

#endif
