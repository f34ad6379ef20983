/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SHEARLETS_SHEARLETS_H
#define OND_SHEARLETS_SHEARLETS_H

#include "filters/filters.h"
#include "shearlets/layout.h"

/* A bank being made. */
typedef struct ond_shearlet_job {
    ond_filters *filters;
    const ond_shearlet_config *config;
    ond_shear_layout layout;
} ond_shearlet_job;

/* Sets every filter's spectrum on the bank's grid. The compact system's is not normalised yet. */
ond_status ond_compact_fill(const ond_shearlet_job *job);
ond_status ond_meyer_fill(const ond_shearlet_job *job);

/* An atom's spectrum along its axis of oscillation, or the low-pass's (scale J) along either. */
double ond_compact_profile(const ond_shearlet_job *job, int scale, double omega);
double ond_meyer_profile(const ond_shearlet_job *job, int scale, double omega);

/* What a spectrum is multiplied by at a signed frequency of its axis of oscillation: 1 but in one-sided banks. */
double ond_shearlet_side(const ond_shearlet_config *config, ptrdiff_t frequency, size_t size);

#endif
