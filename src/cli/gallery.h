/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_GALLERY_H
#define OND_CLI_GALLERY_H

#include "cli/picture.h"

/* What the title of a gallery says. */
typedef struct gallery_facts {
    int scales;
    const char *orientations; /* of each scale */
    int most_orientations;    /* of a scale */
    size_t height, width;     /* of the bank's grid */
    double lower, upper;
} gallery_facts;

/* A picture of a bank: for each scale and orientation the real part in space and the modulus of the spectrum; the
 * low-pass; the Littlewood–Paley sum; which filter is the largest at each frequency. The bank has a grid. */
ond_status gallery_draw(const ond_filters *filters, const gallery_facts *facts, picture_sink sink);

#endif
