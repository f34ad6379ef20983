/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_DISKS_H
#define OND_CLI_DISKS_H

#include "cli/picture.h"

/* Scattering coefficients of orders 1 and 2 over a partition of the disk of frequencies: a ring for each scale, cut
 * into sectors by orientation; for order 2 each sector is cut again by the second scale (outwards the finer) and,
 * within it, by the second orientation (the middle is parallel to the first). Source: Grohs & Kutyniok (eds.),
 * Mathematical Aspects of Deep Learning, 2023, section 8.3.3, figure 8.5.
 * @param[in] features  [paths, 1, 1] or [paths]: means over the image, of a wavelet bank, order 2 */
ond_status disks_draw(const ond_scattering *scattering, const ond_array *features, int scales, int orientations,
                      picture_sink sink);

#endif
