/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_MOSAIC_H
#define OND_CLI_MOSAIC_H

#include "cli/picture.h"

/* All paths of orders 1 and 2 as maps over the image: for order 1 a row for each scale, a column for each orientation;
 * for order 2 a block for each pair of scales, in it a row for each first and a column for each second orientation.
 * Brightness is of one row, and of one block.
 * @param[in] features  [paths, height, width], of a bank of `scales` and `orientations`, order 2 */
ond_status mosaic_draw(const ond_scattering *scattering, const ond_array *features, int scales, int orientations,
                       picture_sink sink);

#endif
