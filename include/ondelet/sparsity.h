/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_SPARSITY_H
#define ONDELET_SPARSITY_H

#include <ondelet/dictionary.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Mutual coherence of atoms divided by their norms. */
typedef struct ond_coherence {
    double columns; /**< μ(D): largest |⟨dᵢ, dⱼ⟩| of two columns, that is, of shifts by multiples of the stride */
    double shifts; /**< over every shift, also those that the stride leaves out: ≥ columns */
} ond_coherence;

/** @param[out] coherence  0…1
 *  Cost: one FFT per atom and channel and one per pair of atoms, of twice the filters' size.
 *  Source: eq. (7.4); for filters Papyan, Sulam & Elad, Working locally thinking globally, IEEE TSP 2017. */
OND_CHECKED ond_status ond_dictionary_coherence(const ond_dictionary *dictionary, ond_coherence *coherence);

/** 1 + 1/μ ≤ spark: any fewer columns are independent. Infinite for μ = 0. */
OND_API double ond_spark_bound(double coherence);

/** How densely codes are set. */
typedef struct ond_density {
    size_t nonzeros; /**< ‖γ‖₀ */
    size_t stripe; /**< ‖γ‖₀,∞ over stripes: the most nonzeros among the codes whose atoms meet one atom, positions in a
                        window of 2 ⌈k/s⌉ − 1 */
    double least, most; /**< magnitudes of nonzeros; 0 when there are none */
} ond_density;

/** @param[in] codes  [atoms, rows, columns] or [atoms], of `dictionary`
 *  Windows wrap where the dictionary's border is circular. Cost: one pass. */
OND_CHECKED ond_status ond_codes_density(const ond_dictionary *dictionary, const ond_array *codes,
                                         ond_density *density);

/** ‖x‖₀,∞ over patches: the most nonzeros in what one atom covers of a signal, all channels; x may be the codes of the
 *  layer above.
 *  @param[in] signal  [channels, height, width], [height, width] or [channels], of `dictionary` */
OND_CHECKED ond_status ond_signal_patch(const ond_dictionary *dictionary, const ond_array *signal, size_t *patch);

/** What is known of one layer, and what it guarantees. Stripes count as ‖γ‖; of a dense dictionary that is ‖γ‖₀. */
typedef struct ond_layer_guarantee {
    ond_density density;
    double coherence;    /**< μ(Dᵢ) */
    double uniqueness;   /**< ½ (1 + 1/μ): theorem 7.1 wants ‖γᵢ‖ below */
    double thresholding; /**< right side of (7.14): theorem 7.2 wants ‖γᵢ‖ below */
    double threshold;    /**< βᵢ that separates the support from the rest, where theorem 7.2 holds; else 0 */
    double error; /**< εᵢ of (7.15): ‖γᵢ − γ̂ᵢ‖₂ of layered thresholding; infinite where 7.2 fails */
    double recovery; /**< ⅓ (1 + 1/μ): layered basis pursuit with λᵢ = 4 εᵢ₋₁ stays inside the support where ‖γᵢ‖ is
                          no larger */
} ond_layer_guarantee;

typedef struct ond_guarantees {
    size_t layers;
    ond_layer_guarantee layer[OND_MAX_LAYERS];
    bool theorem_7_1;           /**< the codes are the sparsest of every layer */
    bool theorem_7_2;           /**< layered thresholding finds their supports */
    bool layered_pursuit;       /**< layered basis pursuit stays inside their supports */
    bool has_effective;         /**< below: D₁⋯D_L exists and the rank was computed */
    double effective_coherence; /**< μ(D₁⋯D_L) */
    size_t rank;      /**< r: of the rows of Dᵢ₊₁⋯D_L where γᵢ is zero, on the support of γ_L (all i < L) */
    double holistic;  /**< ½ (1 + 1/μ(D₁⋯D_L)) + r: theorem 7.3 wants ‖γ_L‖₀ below */
    bool theorem_7_3; /**< the codes are the only ones of their model, for dictionaries in general position */
    size_t dimension; /**< ‖γ_L‖₀ − r: of the model's signals with these supports */
} ond_guarantees;

/** Which of theorems 7.1 to 7.3 hold for codes γ₁, …, γ_L of a model whose atoms have norm 1.
 *  @param[in] codes  `count` arrays; zeros are exact zeros
 *  @param     noise  ε₀ ≥ 0: ‖v‖₂ of the signal's noise
 *  @retval OND_ERROR_SHAPE  codes that do not belong to the dictionaries
 *  Cost: that of the coherences, and ‖γ_L‖₀³ for the rank, which is left out above 1000 nonzeros or
 *  where their atoms would take more than 400 MB.
 *  Source: Grohs & Kutyniok (eds.), Mathematical Aspects of Deep Learning, 2023, theorems 7.1, 7.2, 7.3. */
OND_CHECKED ond_status ond_codes_guarantees(const ond_dictionary *const *layers, size_t count, const ond_array *codes,
                                            double noise, ond_guarantees *guarantees);

#ifdef __cplusplus
}
#endif

#endif
