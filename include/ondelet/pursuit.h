/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_PURSUIT_H
#define ONDELET_PURSUIT_H

#include <ondelet/dictionary.h>
#include <ondelet/option.h>
#include <ondelet/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How codes γ₁, …, γ_L of a signal x = D₁ γ₁, γ₁ = D₂ γ₂, … are sought. */
typedef enum ond_pursuit_method {
    OND_PURSUIT_THRESHOLD, /**< layer after layer γᵢ = S(Dᵢᵀ γᵢ₋₁); non-negative, it is the forward pass of a network of
                                rectifiers whose biases are −λᵢ (7.12, 7.13) */
    OND_PURSUIT_ISTA, /**< layer after layer, basis pursuit min ½‖γᵢ₋₁ − Dᵢ γ‖² + λᵢ‖γ‖₁ (7.16) */
    OND_PURSUIT_FISTA,   /**< the same, accelerated */
    OND_PURSUIT_ADMM,    /**< the same in Fourier, then values refined on the support that was found; the fastest for
                              images. Channels times stride squared: at most 64 */
    OND_PURSUIT_OMP,     /**< layer after layer, orthogonal matching pursuit with up to `terms` atoms */
    OND_PURSUIT_ML_ISTA, /**< min ½‖x − D₁⋯D_L γ‖² + Σ λᵢ‖Dᵢ₊₁⋯D_L γ‖₁ + λ_L‖γ‖₁ over γ = γ_L (7.23, 7.28) */
    OND_PURSUIT_ML_FISTA, /**< the same, accelerated */
    OND_PURSUIT_PROJECTION, /**< γ_L by OMP with D₁⋯D_L, as many atoms as keep every γᵢ = Dᵢ₊₁ γᵢ₊₁ within its budget
                                 of nonzeros (7.17) */
    OND_PURSUIT_HOLISTIC /**< two layers: basis pursuit with D₁D₂, zeros of γ₁ = D₂γ₂ found one by one and kept
                              (section 7.5) */
} ond_pursuit_method;

typedef enum ond_shrinkage { OND_SHRINK_SOFT, OND_SHRINK_HARD } ond_shrinkage;

typedef struct ond_pursuit_config {
    ond_pursuit_method method;
    ond_shrinkage rule; /**< of THRESHOLD: soft sign(v)(|v| − λ), or hard: v where |v| ≥ λ */
    int nonnegative;    /**< codes ≥ 0; not for OMP, PROJECTION and HOLISTIC */
    double lambda;      /**< λ > 0 of every layer, in units of the signal (THRESHOLD: the threshold) */
    double share; /**< ISTA, FISTA, ADMM: λ of a layer as this share, < 1, of the largest |Dᵀ W² x| / w, above which
                       all codes are zero; 0: `lambda` */
    int iterations;   /**< at most; of HOLISTIC for each of its problems */
    double tolerance; /**< stop when the duality gap is below this share of the objective (ISTA, FISTA), the primal and
                           dual residuals below this share of the codes (ADMM), the change of the codes below this
                           share of them (ML-ISTA, ML-FISTA, HOLISTIC); 0: never */
    int polish;  /**< ISTA, FISTA, ADMM: their codes are refined in double on the support that they found, so that they
                      are exact to about 1e-6; seconds for large images, and left out where it would be minutes */
    int restart; /**< FISTA forgets its momentum when it points uphill (O'Donoghue & Candès 2015) */
    int terms;   /**< most atoms of OMP and PROJECTION */
    double residual;   /**< OMP and PROJECTION stop when ‖x − D γ‖ is no larger */
    double rho;        /**< ADMM's penalty; 0: 50 λ + 1 (HOLISTIC: 0.1) */
    double relaxation; /**< ADMM's α, 1…2 */
    int adapt;         /**< ADMM balances its residuals by changing the penalty */
    double step; /**< of the first layer of ML-ISTA, as a share of its bound 1/‖D₁‖²: the smaller, the nearer the
                      limit to the minimum, and the slower */
    int cosparsity; /**< how many zeros of γ₁ HOLISTIC seeks */
    ond_planning planning;
} ond_pursuit_config;

OND_API ond_pursuit_config ond_pursuit_config_default(void);
OND_API const ond_option *ond_pursuit_options(void);

/** What a signal needs beyond a config. Every member may be NULL. */
typedef struct ond_pursuit_extras {
    const double *lambdas;    /**< one per layer, > 0, instead of the config's */
    const ond_array *weights; /**< one array per layer, each {0} or [atoms] or [atoms, rows, columns], ≥ 0: the penalty
                                   is λ Σ w |γ|. Not for OMP, PROJECTION and HOLISTIC */
    const ond_array *mask; /**< [height, width] or the signal's shape, ≥ 0: W in ½‖W (x − D γ)‖². ISTA, FISTA, ADMM
                                of one layer */
    const size_t *budgets; /**< PROJECTION: most nonzeros of each layer */
    ond_array *curve;      /**< [n]: ‖x − D γ‖ after every iteration or atom (ADMM: its primal residual) */
} ond_pursuit_extras;

/** One layer's problem and what came of it. Where the problem is one of all layers together (ML-ISTA, ML-FISTA,
 *  PROJECTION, HOLISTIC), the last layer's row holds it. */
typedef struct ond_layer_report {
    int iterations;             /**< or atoms taken */
    bool converged;             /**< before `iterations` were over */
    double lambda;              /**< that the codes are a solution for: λ of the problem as written above */
    double objective, residual; /**< ½‖…‖² + λ‖…‖₁ and ‖…‖ */
    double gap; /**< ≥ objective − minimum: a certificate from a dual point; −1 where the problem is not convex or
                     has none */
    double primal, dual; /**< relative residuals of ADMM */
    size_t nonzeros;
} ond_layer_report;

typedef struct ond_pursuit_report {
    size_t layers;
    ond_layer_report layer[OND_MAX_LAYERS];
} ond_pursuit_report;

/** Codes of one signal.
 *  @param[in]  layers  `count` dictionaries D₁, …, D_L
 *  @param[in]  signal  [channels, height, width], [height, width] for one channel, or [n] for matrices; finite
 *  @param[in]  config  NULL for the default
 *  @param[in]  extras  NULL for none
 *  @param[out] codes   `count` arrays [atoms, rows, columns] (or [atoms])
 *  @param[out] report  may be NULL, which saves its sums
 *  @retval OND_ERROR_ARGUMENT, OND_ERROR_SHAPE; OND_ERROR_UNSUPPORTED  ADMM with a stride or above 16 channels,
 *          HOLISTIC with other than two layers, PROJECTION where there is no effective dictionary
 *  Cost of one iteration: one product with D and one with Dᵀ; ADMM the same with half of its memory traffic.
 *  Source: Grohs & Kutyniok (eds.), Mathematical Aspects of Deep Learning, 2023, chapter 7; Beck & Teboulle 2009;
 *  Wohlberg 2016 (ADMM); Pati et al. 1993 (OMP); Aberdam, Sulam & Elad 2019 (holistic pursuit). */
OND_CHECKED ond_status ond_pursuit(const ond_dictionary *const *layers, size_t count, const ond_array *signal,
                                   const ond_pursuit_config *config, const ond_pursuit_extras *extras, ond_array *codes,
                                   ond_pursuit_report *report);

/** The smooth part of an image, which sparse codes of small filters do not represent well:
 *  argmin ½‖y − x‖² + (smoothness / 2)(‖∂₁y‖² + ‖∂₂y‖²), differences of neighbours, the image mirrored by 16 pixels.
 *  @param[in]  image       [height, width] or [channels, height, width]
 *  @param      smoothness  > 0; 5 is usual
 *  @param[out] smooth      the shape of `image`; image − smooth is what to code */
OND_CHECKED ond_status ond_smooth_part(const ond_array *image, double smoothness, ond_array *smooth);

/** Codes by homotopy with an analysis matrix of its own: z ← ReLU(z + Wᵀ(x − D z) − λₖ), λₖ = λ₀ (λ/λ₀)^(k/N) for
 *  k = 1…N, from z = 0 (Zarka et al., Deep network classification by scattering and homotopy dictionary learning,
 * 2020).
 *  @param analysis    W: atoms and channels as `dictionary`, filters of 1 x 1 both
 *  @param iterations  N ≥ 1
 *  @param lambda0, lambda  λ₀ ≥ λ > 0 */
OND_CHECKED ond_status ond_homotopy(const ond_dictionary *dictionary, const ond_dictionary *analysis,
                                    const ond_array *signal, int iterations, double lambda0, double lambda,
                                    ond_array *codes);

#ifdef __cplusplus
}
#endif

#endif
