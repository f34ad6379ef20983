/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_WAVELETS_DWT_FILTERS_H
#define OND_WAVELETS_DWT_FILTERS_H

#include <ondelet/dwt.h>

enum { OND_DWT_MOST_TAPS = 20 };

/* The two parts of a level. */
enum { OND_DWT_LOW, OND_DWT_HIGH, OND_DWT_PARTS };

/* Tap j stands at place first + j from the coefficient's site. */
typedef struct ond_dwt_taps {
    int count, first;
    double values[OND_DWT_MOST_TAPS];
} ond_dwt_taps;

/* Analysis: c[s] = Σ_j values[j] x[s + first + j] at the sites s of the part. Synthesis adds values[j] c[s] to
 * x[s + first + j]. Decimated, low sites are even and high sites have the parity `high_site`. */
typedef struct ond_dwt_filters {
    ond_dwt_taps analysis[OND_DWT_PARTS], synthesis[OND_DWT_PARTS];
    int high_site;
    bool orthogonal;
} ond_dwt_filters;

ond_dwt_filters ond_dwt_filters_of(ond_dwt_family family);

#endif
