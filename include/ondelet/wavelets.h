/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_WAVELETS_H
#define ONDELET_WAVELETS_H

#include <ondelet/filters.h>
#include <ondelet/option.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which published numbers a Morlet bank follows. */
typedef enum ond_morlet_parameters {
    OND_MORLET_KYMATIO, /**< σ = 0.8, ξ = 3π/4, slant 4/L, low-pass σ = 0.8; Kymatio's and ScatNet's filters, bit-near
                         */
    OND_MORLET_BRUNA_MALLAT /**< σ = 0.85, ξ = 3π/4, isotropic, low-pass σ = 0.7; scaled to upper frame bound 1 */
} ond_morlet_parameters;

/** Complex Morlet wavelets ψ(u) = α (e^{iu·ξ} − β) e^{−|u|²/(2σ²)}, dilated by 2^j and rotated, with a Gaussian
 * low-pass. */
typedef struct ond_morlet_config {
    int scales;       /**< J: octaves, 1…12, preset 3 */
    int orientations; /**< L: angles in a half turn, 1…64, preset 8 */
    ond_morlet_parameters parameters;
    int height,
        width; /**< of the frequency grid; preset 0: no grid yet (ond_scattering and ond_filters_remake give one) */
} ond_morlet_config;

OND_API ond_morlet_config ond_morlet_config_default(void);
OND_API const ond_option *ond_morlet_options(void);

/** @param[in] config  NULL for the default
 *  @retval OND_ERROR_ARGUMENT  a field is outside its range; OND_ERROR_MEMORY
 *  Cost: about 5 ns per filter and grid point of its support.
 *  Source: Andreux et al., Kymatio, JMLR 21(60), 2020; Bruna & Mallat, IEEE PAMI 35(8), 2013, section 2.1. */
OND_CHECKED ond_status ond_morlet_create(const ond_morlet_config *config, ond_filters **filters);

/** Unitary cubic-spline wavelets: a Battle–Lemarié radial profile times a cubic-spline window of the angle. One-sided,
 *  band-limited, Littlewood–Paley sum 1 at every frequency of the square. */
typedef struct ond_spline_config {
    int scales;       /**< J: octaves, 1…12, preset 3 */
    int orientations; /**< L: angles in a half turn, 1…64, preset 8 */
    int height, width;
} ond_spline_config;

OND_API ond_spline_config ond_spline_config_default(void);
OND_API const ond_option *ond_spline_options(void);

/** As ond_morlet_create.
 *  Source: Grohs & Kutyniok (eds.), Mathematical Aspects of Deep Learning, 2023, section 8.3.4. */
OND_CHECKED ond_status ond_spline_create(const ond_spline_config *config, ond_filters **filters);

/** Undecimated separable wavelets: three even bands per octave (oscillating down the rows, diagonally, along the
 * columns) from a symmetric filter of 9 taps, normalised so that the bank is exactly Parseval. */
typedef struct ond_separable_config {
    int scales; /**< J: octaves, 1…12, preset 4 */
    int height, width;
} ond_separable_config;

OND_API ond_separable_config ond_separable_config_default(void);
OND_API const ond_option *ond_separable_options(void);

/** As ond_morlet_create. */
OND_CHECKED ond_status ond_separable_create(const ond_separable_config *config, ond_filters **filters);

#ifdef __cplusplus
}
#endif

#endif
