/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_SSIM_H
#define OND_CLI_SSIM_H

#include <ondelet/ondelet.h>

enum { SSIM_WINDOW = 11 };

/* Structural similarity: mean over all places where an 11 x 11 Gaussian window (σ = 1.5) lies inside the image, of
 *   (2 μa μb + c1) (2 σab + c2) / ((μa² + μb² + c1) (σa² + σb² + c2)),  c1 = (0.01 peak)², c2 = (0.03 peak)²,
 * and over the channels.
 * @param a, b  [height, width] or [channels, height, width], at least 11 x 11; same shape, finite
 * Source: Wang, Bovik, Sheikh & Simoncelli, IEEE Trans. Image Processing 13(4), 2004. */
double ssim(const ond_array *a, const ond_array *b, double peak);

/* Whether ssim() can be computed. */
bool ssim_applies(const ond_array *array);

#endif
