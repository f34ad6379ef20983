/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_TILING_H
#define OND_CLI_TILING_H

#include <ondelet/ondelet.h>

/* How a bank divides the plane of frequencies: each has the colour of the filter (or its mirror image) that is the
 * largest there; hue stands for the angle. [3, height, width], zero frequency in the middle. */
ond_status tiling_paint(const ond_filters *filters, ond_array *picture);

#endif
