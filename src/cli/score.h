/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_SCORE_H
#define OND_CLI_SCORE_H

#include <ondelet/ondelet.h>

/* The values that an image may hold, and the one that PSNR and SSIM refer to. */
typedef struct value_range {
    double lowest, highest, peak;
} value_range;

typedef struct score {
    double psnr_db; /* infinite for equal images */
    double ssim;    /* NaN where it does not apply */
} score;

/* 0…peak, where the peak is given or, with 0, the smallest of 1, 255 and 65535 that the reference does not exceed;
 * wider where the reference is. */
value_range range_for(const ond_array *reference, double peak);

/* Compares an image, clipped to the range but not rounded, with a reference of the same shape. */
ond_status score_image(const ond_array *image, const ond_array *reference, value_range range, score *result);

#endif
