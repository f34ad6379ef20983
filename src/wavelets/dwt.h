/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_WAVELETS_DWT_H
#define OND_WAVELETS_DWT_H

#include "wavelets/dwt_axis.h"

enum { OND_DWT_MOST_LEVELS = 12, OND_DWT_MOST_BANDS = 1 + 3 * OND_DWT_MOST_LEVELS };

struct ond_dwt {
    size_t height, width, count, band_count;
    int levels;
    ond_dwt_filters filters;
    ond_dwt_axis down[OND_DWT_MOST_LEVELS], across[OND_DWT_MOST_LEVELS]; /* finest first */
    ond_dwt_band bands[OND_DWT_MOST_BANDS];
};

/* Mean variances of the coefficients of one side for white noise of unit variance, of each part at each level, finest
 * first. @retval OND_ERROR_MEMORY */
ond_status ond_dwt_variances(const ond_dwt_config *config, const ond_dwt_filters *filters, size_t length, int levels,
                             double (*variances)[OND_DWT_PARTS]);

#endif
