/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_color.h"

#include "core/memory.h"

#include <math.h>

/* sRGB's linear light from 0…1, tabulated: finer than 16 bits show. */
enum { STEPS = 4096 };

static double linear_light(double value)
{
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

/* Cube root with CIE's straight piece near zero. */
static double lightness(double ratio)
{
    static const double bend = 216.0 / 24389.0;
    return ratio > bend ? cbrt(ratio) : (841.0 / 108.0) * ratio + 4.0 / 29.0;
}

static double between(const float *table, double value)
{
    double place = fmin(fmax(value, 0), 1) * STEPS;
    size_t step = place >= STEPS ? STEPS - 1 : (size_t)place;
    double part = place - (double)step;
    return (1 - part) * (double)table[step] + part * (double)table[step + 1];
}

static void convert_pixel(const float *light, const double color[3], float lab[3])
{
    static const double xyz_of_rgb[3][3] = {
        {0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047},
        {0.2126729, 0.7151522, 0.0721750},
        {0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883},
    };
    double linear[3], root[3];
    for (int i = 0; i < 3; i++) {
        linear[i] = between(light, color[i]);
    }
    for (int i = 0; i < 3; i++) {
        const double *row = xyz_of_rgb[i];
        root[i] = lightness(row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2]);
    }
    lab[0] = (float)(1.16 * root[1] - 0.16);
    lab[1] = (float)(5 * (root[0] - root[1]));
    lab[2] = (float)(2 * (root[1] - root[2]));
}

ond_status ond_edge_lab(const ond_array *image, ond_array *lab)
{
    size_t plane = image->shape[1] * image->shape[2];
    OND_TRY(ond_array_resize(lab, 3, image->shape));
    float *light = ond_memory_allocate(STEPS + 1, sizeof *light);
    if (!light) {
        return OND_ERROR_MEMORY;
    }
    for (int i = 0; i <= STEPS; i++) {
        light[i] = (float)linear_light((double)i / STEPS);
    }
    for (size_t i = 0; i < plane; i++) {
        double color[3] = {(double)image->data[i], (double)image->data[plane + i], (double)image->data[2 * plane + i]};
        float values[3];
        convert_pixel(light, color, values);
        for (size_t c = 0; c < 3; c++) {
            lab->data[c * plane + i] = values[c];
        }
    }
    ond_memory_free(light);
    return OND_OK;
}

ond_status ond_edge_opponent(const ond_array *image, ond_array *opponent)
{
    size_t plane = image->shape[1] * image->shape[2];
    OND_TRY(ond_array_resize(opponent, 3, image->shape));
    const float *red = image->data, *green = red + plane, *blue = green + plane;
    float *to = opponent->data;
    for (size_t i = 0; i < plane; i++) {
        to[i] = (red[i] + green[i] + blue[i]) / 3;
        to[plane + i] = (red[i] - green[i]) / 2;
        to[2 * plane + i] = (red[i] + green[i] - 2 * blue[i]) / 4;
    }
    return OND_OK;
}
