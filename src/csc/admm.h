/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_ADMM_H
#define OND_CSC_ADMM_H

#include "csc/pursuit.h"
#include "csc/spikes.h"

enum {
    OND_ADMM_CHANNELS = 64, /* most of them: a system of this size is solved for every frequency */
    OND_ADMM_GROUPS = 4     /* atoms are dealt to groups, whatever the number of threads: the bits stay the same */
};

/* What a group of atoms is summed in while a step passes over them. */
typedef struct ond_admm_group {
    ond_complex *plane; /* one, at work */
    float *rows;        /* of a real plane, as many as a row pass takes */
    ond_spike *spikes;  /* [spike_limit + slack] of the atom at work */
    uint8_t *flags;     /* [real stride] of one row: whether y is not zero */
    size_t spike_count; /* above the limit: not listed */
    float *images;      /* [channels] padded images: Σ d * y of atoms with few nonzeros */
    ond_complex *sums;  /* [channels] planes: Σ d^ y^ of the others */
    bool has_sums;      /* else `sums` hold nothing yet */
    double residuals[5];
} ond_admm_group;

/* Basis pursuit by the alternating direction method with the variables x (whose system is solved in Fourier) and y
 * (shrunken), in the order x, relaxation, y, u (Wohlberg, Efficient algorithms for convolutional sparse
 * representations, IEEE TIP 2016).
 *
 * The state of y and u is their sum T = x_relaxed + u: with threshold t, u is T clipped to −t…t and y = T − u, so that
 * v = y − u = T − 2 clip(T). For each frequency and one channel
 *     x^ = v^ + conj(d^) w^,  w^ = (s^ − (D v)^) / (ρ + Σ |d^|²),
 * the Sherman–Morrison solution of (ρ + conj(d) dᵀ) x = conj(d) s + ρ v; with C channels the division becomes a C x C
 * Hermitian system. Codes are never transformed: x = v + Dᵀ w takes v as it is, and images of the codes follow from
 *     D T⁺ = α D x + (1 − α) D y + D u = (1 − α) D T + α (D y + D Dᵀ w),   D v = 2 D y − D T,
 * where D y is a sum over few nonzeros. What is rounded off in D T shrinks by |1 − α| in every step.
 *
 * With a mask W the signal itself is split: y₀ = D x − s with its dual u₀, the system has 1 for ρ and y₀ + s − u₀ for
 * s. */
typedef struct ond_admm {
    const ond_lasso *lasso;
    ond_dictionary circular;       /* the dictionary without its border: positions beyond it are held at zero */
    const ond_operator *operator_; /* of that, through Fourier: the lasso's where it is one, else our own */
    ond_operator *own_operator;
    double rho, relaxation;
    double factor;  /* by which ρ is to change in the next step; u is divided by it */
    bool is_primed; /* `made` and `held` are those of the state */
    float *state;   /* T [atoms] planes as the FFT's real planes */
    float *weights; /* [atoms] planes; without weights a line of ones (with the border), then one of infinities */
    bool has_weights;
    ond_complex *made, *held; /* (D y)^ and (D T)^ [channels] planes */
    ond_complex *solution;    /* w^ [channels] planes, with a mask (D x)^ behind it */
    ond_complex *signal;      /* s^ [channels] planes */
    ond_complex *gram;        /* Σ_m d_a conj(d_b) [channels, channels] planes */
    float *split;             /* with a mask: y₀ [channels, height, width] */
    float *split_dual;        /* and u₀ */
    float *image;             /* one real plane */
    ond_taps taps;            /* on the grid of the FFT */
    size_t spike_limit;       /* an atom with more nonzeros is transformed instead */
    ond_admm_group groups[OND_ADMM_GROUPS];
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

/* Elements of a complex plane. */
size_t ond_admm_plane(const ond_admm *admm);

/* The lines of thresholds (in units of λ/ρ) for row `row` of atom `atom`. */
const float *ond_admm_weights(const ond_admm *admm, size_t atom, size_t row);

/* Passes over one atom (admm_pass.c): T⁺ and the list of y⁺; the list of y as it is; d^ y^ or d^ T^ to the group's
 * sums. */
void ond_admm_update(ond_admm *admm, size_t atom, ond_admm_group *group);
void ond_admm_list(ond_admm *admm, size_t atom, ond_admm_group *group);
void ond_admm_transform(ond_admm *admm, size_t atom, bool is_shrunken, ond_admm_group *group);

/* D y, of most atoms from lists of their nonzeros (admm_spikes.c): how long a list may be; an empty group; one row of y
 * listed, `spike_count` being 0 before the first; the listed atom added, as it is or transformed; and the spectrum of
 * all groups together, with `rows` for scratch. */
void ond_admm_choose_limit(ond_admm *admm);
void ond_admm_clear(ond_admm *admm, ond_admm_group *group);
void ond_admm_list_row(const ond_admm *admm, const float *y, size_t row, ond_admm_group *group);
void ond_admm_add_codes(ond_admm *admm, size_t atom, ond_admm_group *group);
void ond_admm_collect(const ond_admm *admm, size_t channel, float *rows, ond_complex *plane);

/* The step's system for one row of frequencies: w and D T⁺ (admm_solve.c). */
void ond_admm_solve_row(ond_admm *admm, size_t row);

#endif
