/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_SHEARLETS_H
#define ONDELET_SHEARLETS_H

#include <ondelet/filters.h>
#include <ondelet/option.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which cone-adapted discrete shearlet system. */
typedef enum ond_shearlet_system {
    OND_SHEARLET_COMPACT, /**< compactly supported, ShearLab's filters, in closed form for every size */
    OND_SHEARLET_MEYER, /**< band-limited, Häuser & Steidl's FFST with the smooth (Guo–Labate) seam, exactly Parseval */
    OND_SHEARLET_MEYER_SIMPLE /**< FFST with its simple seam, exactly Parseval */
} ond_shearlet_system;

/** The fan filter that cuts directions in the compact system. */
typedef enum ond_shearlet_directional {
    OND_SHEARLET_DMAXFLAT4, /**< maximally flat, 17 x 17: ShearLab's for images of 185 pixels or more */
    OND_SHEARLET_CD         /**< Cohen–Daubechies, 9 x 9: the one that ShearLab falls back to for smaller images */
} ond_shearlet_directional;

/** A shearlet bank. An atom oscillates along a line of slope k/2^s to the row axis or to the column axis, −2^s ≤ k ≤
 * 2^s: a scale has 2^(s+2) of them, numbered from −45° to 135° by the direction of oscillation (angle_rad).
 *
 *  The compact system's scales are an octave each, s ≤ 4 is free for each; the Meyer systems' are two octaves each,
 * with s = J − 1 at the finest and one less at each coarser scale. ond_filter_info.scale counts octaves in both.
 *
 *  One-sided atoms are the analytic signals of the others along their row or column axis: twice the spectrum for
 * positive frequencies of that axis, nothing for negative ones; √2 times in a Parseval bank. They are what the
 * scattering cascade and edges want. The Meyer systems allow decimation without aliasing (ond_filter_info.subsampling);
 * the compact system, whose side lobes hold 1e-3 of an atom's energy everywhere, allows none. */
typedef struct ond_shearlet_config {
    ond_shearlet_system system;
    int scales;       /**< J, 1…8, preset 4 */
    int shear_levels; /**< s of each scale as decimal digits 0…4 from coarse to fine, e.g. 1122 (compact system); −1,
                         the preset: the system's own, ⌈j/2⌉ for j = 1…J in the compact one */
    ond_shearlet_directional directional;
    int full;          /**< 0/1, preset 0: the compact system's seam shears |k| = 2^s in both cones */
    int parseval;      /**< 0/1, preset 1: divided by the root of the Littlewood–Paley sum, so that the adjoint is the
                          inverse */
    int one_sided;     /**< 0/1, preset 0 */
    int height, width; /**< of the frequency grid, any; preset 0: no grid yet */
} ond_shearlet_config;

OND_API ond_shearlet_config ond_shearlet_config_default(void);
OND_API const ond_option *ond_shearlet_options(void);

/** @param[in] config  NULL for the default
 *  @retval OND_ERROR_ARGUMENT  a field is outside its range, or is the compact system's and another is wanted
 *  Cost: about 10 ns per atom and grid point.
 *  Source: Kutyniok, Lim & Reisenhofer, ShearLab 3D, ACM TOMS 42(1), 2016; Häuser & Steidl, Fast Finite Shearlet
 * Transform, 2014; Guo & Labate, The construction of smooth Parseval frames of shearlets, MMNP 8(1), 2013. */
OND_CHECKED ond_status ond_shearlet_create(const ond_shearlet_config *config, ond_filters **filters);

#ifdef __cplusplus
}
#endif

#endif
