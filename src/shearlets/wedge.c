/* SPDX-License-Identifier: BSD-3-Clause */
#include "shearlets/wedge.h"

#include "core/memory.h"
#include "shearlets/directional.h"
#include "shearlets/layout.h"

#include <math.h>
#include <string.h>

#define TWO_PI 6.283185307179586476925

static double frequency_at(size_t place, size_t size)
{
    return TWO_PI * ((double)place - (double)(size / 2)) / (double)size;
}

static void tabulate_fan(ond_wedge *wedge, ond_shearlet_directional directional)
{
    for (size_t column = 0; column < wedge->width; column++) {
        double polynomial[OND_FAN_DEGREE + 1];
        ond_fan_polynomial(directional, frequency_at(column, wedge->width), polynomial);
        for (size_t i = 0; i <= OND_FAN_DEGREE; i++) {
            wedge->fan[i * wedge->width + column] = polynomial[i];
        }
    }
}

ond_status ond_wedge_create(size_t height, size_t width, ond_shearlet_directional directional, ond_wedge *wedge)
{
    enum { LINES = OND_FAN_DEGREE + 6 };
    double *memory = ond_memory_allocate(width, LINES * sizeof *memory);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    *wedge = (ond_wedge){
        .height = height,
        .width = width,
        .memory = memory,
        .fan = memory,
        .cosine = memory + (LINES - 5) * width,
        .product = memory + (LINES - 4) * width,
        .phase_cosine = memory + (LINES - 3) * width,
        .phase_sine = memory + (LINES - 2) * width,
        .gain = memory + (LINES - 1) * width,
    };
    tabulate_fan(wedge, directional);
    return OND_OK;
}

void ond_wedge_free(ond_wedge *wedge)
{
    ond_memory_free(wedge->memory);
    *wedge = (ond_wedge){0};
}

/* One term's shift of the row frequency, and its weight. */
static void tabulate_term(const ond_wedge *wedge, int level, int shear, int term)
{
    for (size_t column = 0; column < wedge->width; column++) {
        double u = ldexp(frequency_at(column, wedge->width) + TWO_PI * term, -level);
        double lowpass = ond_lowpass_product(level, u);
        wedge->gain[column] = lowpass * lowpass;
        wedge->phase_cosine[column] = cos(shear * u);
        wedge->phase_sine[column] = sin(shear * u);
    }
}

/* product *= H(ω); ω = 2ω */
static void filter_and_double(const double h[OND_LOWPASS_DEGREE + 1], size_t count, double *restrict cosine,
                              double *restrict product)
{
    for (size_t i = 0; i < count; i++) {
        double c = cosine[i];
        product[i] *= (((h[4] * c + h[3]) * c + h[2]) * c + h[1]) * c + h[0];
        cosine[i] = 2 * c * c - 1;
    }
}

static void add_fan(const double *restrict fan, size_t count, const double *restrict cosine,
                    const double *restrict product, double *restrict sum)
{
    for (size_t i = 0; i < count; i++) {
        double c = cosine[i];
        double value = fan[8 * count + i];
        value = value * c + fan[7 * count + i];
        value = value * c + fan[6 * count + i];
        value = value * c + fan[5 * count + i];
        value = value * c + fan[4 * count + i];
        value = value * c + fan[3 * count + i];
        value = value * c + fan[2 * count + i];
        value = value * c + fan[count + i];
        value = value * c + fan[i];
        sum[i] += product[i] * value;
    }
}

static void add_row(const ond_wedge *wedge, const double h[OND_LOWPASS_DEGREE + 1], int level, double omega,
                    double *sum)
{
    double row_cosine = cos(omega);
    double row_sine = sin(omega);
    for (size_t i = 0; i < wedge->width; i++) {
        wedge->cosine[i] = row_cosine * wedge->phase_cosine[i] + row_sine * wedge->phase_sine[i];
        wedge->product[i] = wedge->gain[i];
    }
    for (int i = 0; i <= level; i++) {
        filter_and_double(h, wedge->width, wedge->cosine, wedge->product);
    }
    add_fan(wedge->fan, wedge->width, wedge->cosine, wedge->product, sum);
}

/* Rows of positive frequency from those of negative frequency. */
static void mirror_rows(const ond_wedge *wedge, double *plane)
{
    size_t width = wedge->width;
    for (size_t row = wedge->height / 2 + 1; row < wedge->height; row++) {
        const double *opposite = plane + ond_mirrored_place(row, wedge->height) * width;
        for (size_t column = 0; column < width; column++) {
            plane[row * width + column] = opposite[ond_mirrored_place(column, width)];
        }
    }
}

void ond_wedge_evaluate(const ond_wedge *wedge, int level, int shear, double *plane)
{
    double h[OND_LOWPASS_DEGREE + 1];
    ond_lowpass_polynomial(h);
    memset(plane, 0, (wedge->height / 2 + 1) * wedge->width * sizeof *plane);
    for (int term = 0; term < 1 << level; term++) {
        tabulate_term(wedge, level, shear, term);
        for (size_t row = 0; row <= wedge->height / 2; row++) {
            add_row(wedge, h, level, frequency_at(row, wedge->height), plane + row * wedge->width);
        }
    }
    mirror_rows(wedge, plane);
}
