/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_SELECTION_H
#define OND_TASKS_SELECTION_H

#include "core/status.h"

#include <ondelet/filters.h>

/* Coefficients band by band: of a filter bank, which are computed anew at every walk, or of another transform. */
typedef struct ond_band_source {
    void *object;
    size_t bands;
    /* Shows every band to the function; with `change` its coefficients are given back to the object afterwards. Bands
     * may come in any order and from several threads. */
    ond_status (*walk)(void *object, bool change, ond_band_function function, void *context);
} ond_band_source;

/* A coefficient's magnitude is its modulus times a factor of its band; bands whose factor is negative take no part. */
typedef float (*ond_band_factor)(const void *context, const ond_band *band);

/* The largest magnitudes of a source. */
typedef struct ond_selection {
    float threshold; /* the largest magnitude left out; 0 when none is */
    bool all;        /* none is left out */
    size_t ties;     /* so many of those equal to the threshold are taken as well */
} ond_selection;

/* Finds what separates the `count` largest magnitudes from the others, exactly, in two walks and memory for 2^16
 * counts. Floats that are not negative are in the order of their bits: the first walk counts the upper halves, the
 * second the lower halves of those whose upper half is the one looked for. */
ond_status ond_select_largest(const ond_band_source *source, ond_band_factor factor, const void *context, size_t count,
                              ond_selection *selection);

#endif
