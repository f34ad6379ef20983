/* SPDX-License-Identifier: BSD-3-Clause */
#include "shearlets/directional.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

enum { TAPS = 5 }; /* of a symmetric filter, from its middle */

/* Maximally flat, 9 taps. */
static const double lowpass[TAPS]
    = {0.582566738241592, 0.276348304703363, -0.0517766952966370, -0.0263483047033631, 0.0104933261758410};

/* A fan filter is a one-dimensional prototype on McClellan's transform of its argument cos ω to a function of two
 * frequencies, the kernel; shifted by π along one axis and divided by its l1 norm in space. */
typedef struct fan {
    double prototype[TAPS];
    double kernel[TAPS][TAPS]; /* quadrant from its middle */
    double norm;
} fan;

static const fan fans[] = {
    [OND_SHEARLET_DMAXFLAT4] = {
        .prototype = {0.60355339059327376, 0.25, -0.051776695296636893}, /* ½ − 2p₂, ¼, ⅛ − √2/8 */
        .kernel = {{0, 1454 / 4096.0, 0, 34 / 4096.0, 0},
                   {1454 / 4096.0, 0, -276 / 4096.0, 0, -3 / 4096.0},
                   {0, -276 / 4096.0, 0, 52 / 4096.0, 0},
                   {34 / 4096.0, 0, 52 / 4096.0, 0, -5 / 4096.0},
                   {0, -3 / 4096.0, 0, -5 / 4096.0, 0}},
        .norm = 1.9862770198316932,
    },
    [OND_SHEARLET_CD] = {
        .prototype = {0.602949018236, 0.266864118443, -0.078223266529, -0.016864118443, 0.026748757411},
        .kernel = {{0, 0.25}, {0.25, 0}},
        .norm = 1.694383457919002,
    },
};

/* t₀ + 2 Σ t_n cos nω as a polynomial in cos ω, by the Chebyshev polynomials. */
static void from_taps(const double taps[TAPS], double polynomial[TAPS])
{
    polynomial[0] = taps[0] - 2 * taps[2] + 2 * taps[4];
    polynomial[1] = 2 * taps[1] - 6 * taps[3];
    polynomial[2] = 4 * taps[2] - 16 * taps[4];
    polynomial[3] = 8 * taps[3];
    polynomial[4] = 16 * taps[4];
}

void ond_lowpass_polynomial(double polynomial[OND_LOWPASS_DEGREE + 1])
{
    from_taps(lowpass, polynomial);
}

static double lowpass_value(double omega)
{
    double value = lowpass[0];
    for (int n = 1; n < TAPS; n++) {
        value += 2 * lowpass[n] * cos(n * omega);
    }
    return value;
}

double ond_lowpass_product(int count, double omega)
{
    double value = 1;
    for (int i = 0; i < count; i++) {
        value *= lowpass_value(ldexp(omega, i));
    }
    return value;
}

double ond_band_value(int octave, double omega)
{
    return ond_lowpass_product(octave, omega) * lowpass_value(ldexp(omega, octave) + PI);
}

/* The kernel at a fixed second frequency, as a polynomial in the cosine of the first. */
static void kernel_polynomial(const fan *filter, double omega, double polynomial[TAPS])
{
    double taps[TAPS];
    for (int row = 0; row < TAPS; row++) {
        taps[row] = filter->kernel[row][0];
        for (int column = 1; column < TAPS; column++) {
            taps[row] += 2 * filter->kernel[row][column] * cos(column * omega);
        }
    }
    from_taps(taps, polynomial);
}

/* polynomial = polynomial · factor + constant; what exceeds the degree of every fan filter is zero. */
static void multiply_add(double polynomial[OND_FAN_DEGREE + 1], const double factor[TAPS], double constant)
{
    double product[OND_FAN_DEGREE + 1] = {constant};
    for (int i = 0; i <= OND_FAN_DEGREE; i++) {
        for (int k = 0; k < TAPS && i + k <= OND_FAN_DEGREE; k++) {
            product[i + k] += polynomial[i] * factor[k];
        }
    }
    memcpy(polynomial, product, sizeof product);
}

void ond_fan_polynomial(ond_shearlet_directional which, double omega, double polynomial[OND_FAN_DEGREE + 1])
{
    const fan *filter = &fans[which];
    double outer[TAPS];
    double inner[TAPS];
    from_taps(filter->prototype, outer);
    kernel_polynomial(filter, omega + PI, inner);
    memset(polynomial, 0, (OND_FAN_DEGREE + 1) * sizeof *polynomial);
    for (int i = TAPS - 1; i >= 0; i--) {
        multiply_add(polynomial, inner, outer[i] / filter->norm);
    }
}
