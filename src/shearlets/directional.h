/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SHEARLETS_DIRECTIONAL_H
#define OND_SHEARLETS_DIRECTIONAL_H

#include <ondelet/shearlets.h>

/* The filters of the compact system. All are even, so that their spectra are polynomials in cosines: coefficients are
 * those of cos⁰, cos¹, … */
enum { OND_LOWPASS_DEGREE = 4, OND_FAN_DEGREE = 8 };

/* The one-dimensional low-pass H as a polynomial in cos ω. */
void ond_lowpass_polynomial(double polynomial[OND_LOWPASS_DEGREE + 1]);

/* H(ω) H(2ω) … H(2^(count − 1) ω) */
double ond_lowpass_product(int count, double omega);

/* The band-pass `octave` octaves below the finest one: H(ω) … H(2^(octave − 1) ω) · H(2^octave ω + π). */
double ond_band_value(int octave, double omega);

/* The fan filter D(a, ω), which lets pass |a| < |ω|, as a polynomial in cos a. */
void ond_fan_polynomial(ond_shearlet_directional which, double omega, double polynomial[OND_FAN_DEGREE + 1]);

#endif
