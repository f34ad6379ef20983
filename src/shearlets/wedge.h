/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SHEARLETS_WEDGE_H
#define OND_SHEARLETS_WEDGE_H

#include "core/status.h"

#include <ondelet/shearlets.h>

/* Evaluates the sheared wedge filters of the compact system on one grid of signed frequencies in rising order. */
typedef struct ond_wedge {
    size_t height, width;
    double *memory;
    double *fan;                              /* polynomials, coefficient by coefficient, for each column */
    double *cosine, *product;                 /* of one row */
    double *phase_cosine, *phase_sine, *gain; /* of one term, for each column */
} ond_wedge;

ond_status ond_wedge_create(size_t height, size_t width, ond_shearlet_directional directional, ond_wedge *wedge);
/* Accepts {0}. */
void ond_wedge_free(ond_wedge *wedge);

/* The wedge around rows = shear/2^level · columns, height x width. It is even; the opposite shear's is the same with
 * the rows mirrored.
 *
 * wedge(ω_r, ω_c) = Σ_m L_s(u_m)² D(2^(s+1) a_m, ω_c) L_(s+1)(a_m) over m = 0…2^s − 1, where u_m = (ω_c + 2πm)/2^s,
 * a_m = ω_r − shear · u_m and L_n(ω) = H(ω) … H(2^(n−1) ω): shearing on a grid 2^s times as dense, in closed form. */
void ond_wedge_evaluate(const ond_wedge *wedge, int level, int shear, double *plane);

#endif
