/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_suppress.h"

#include "core/border.h"
#include "core/memory.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { MOST_TAPS = 64 };

/* Half of a symmetric kernel of sum 1. Returns its reach. */
static size_t gaussian_taps(double sigma, float taps[MOST_TAPS])
{
    size_t reach = (size_t)ceil(3 * sigma);
    reach = reach < MOST_TAPS ? reach : MOST_TAPS - 1;
    double sum = 0;
    for (size_t i = 0; i <= reach; i++) {
        sum += (i ? 2 : 1) * exp(-(double)(i * i) / (2 * sigma * sigma));
    }
    for (size_t i = 0; i <= reach; i++) {
        taps[i] = (float)(exp(-(double)(i * i) / (2 * sigma * sigma)) / sum);
    }
    return reach;
}

/* `mirrored` holds the row with `reach` samples more on either side. */
static void smooth_row(const float *mirrored, size_t width, const float *taps, size_t reach, float *to)
{
    const float *row = mirrored + reach;
    for (size_t x = 0; x < width; x++) {
        to[x] = taps[0] * row[x];
    }
    for (size_t i = 1; i <= reach; i++) {
        for (size_t x = 0; x < width; x++) {
            to[x] += taps[i] * (mirrored[reach + x - i] + row[x + i]);
        }
    }
}

ond_status ond_edge_smooth(const float *plane, size_t height, size_t width, double sigma_px, float *smoothed)
{
    float taps[MOST_TAPS];
    size_t reach = gaussian_taps(sigma_px, taps);
    float *rows = ond_memory_allocate(height * width, sizeof *rows);
    float *mirrored = ond_memory_allocate(width + 2 * reach, sizeof *mirrored);
    if (!rows || !mirrored) {
        ond_memory_free(rows);
        ond_memory_free(mirrored);
        return OND_ERROR_MEMORY;
    }
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width + 2 * reach; x++) {
            mirrored[x] = plane[y * width + ond_reflect((ptrdiff_t)x - (ptrdiff_t)reach, width)];
        }
        smooth_row(mirrored, width, taps, reach, rows + y * width);
    }
    ond_memory_free(mirrored);
    for (size_t y = 0; y < height; y++) {
        float *to = smoothed + y * width;
        const float *middle = rows + y * width;
        for (size_t x = 0; x < width; x++) {
            to[x] = taps[0] * middle[x];
        }
        for (size_t i = 1; i <= reach; i++) {
            const float *above = rows + ond_reflect((ptrdiff_t)y - (ptrdiff_t)i, height) * width;
            const float *below = rows + ond_reflect((ptrdiff_t)(y + i), height) * width;
            for (size_t x = 0; x < width; x++) {
                to[x] += taps[i] * (above[x] + below[x]);
            }
        }
    }
    ond_memory_free(rows);
    return OND_OK;
}

static size_t clamp(ptrdiff_t place, size_t size)
{
    return place < 0 ? 0 : (size_t)place < size ? (size_t)place : size - 1;
}

/* Of the matrix of second derivatives the direction whose eigenvalue is the lesser one. */
static float ridge_angle(const float *map, size_t height, size_t width, size_t y, size_t x)
{
    const float *row[3];
    size_t column[3];
    for (size_t i = 0; i < 3; i++) {
        row[i] = map + clamp((ptrdiff_t)(y + i) - 1, height) * width;
        column[i] = clamp((ptrdiff_t)(x + i) - 1, width);
    }
    float yy = row[0][column[1]] + row[2][column[1]] - 2 * row[1][column[1]];
    float xx = row[1][column[0]] + row[1][column[2]] - 2 * row[1][column[1]];
    float yx = (row[0][column[0]] + row[2][column[2]] - row[0][column[2]] - row[2][column[0]]) / 4;
    return 0.5F * atan2f(-2 * yx, xx - yy);
}

ond_status ond_edge_ridge_normal(const float *map, size_t height, size_t width, double sigma_px, float *normal_rad)
{
    float *smoothed = ond_memory_allocate(height * width, sizeof *smoothed);
    ond_status status = smoothed ? ond_edge_smooth(map, height, width, sigma_px, smoothed) : OND_ERROR_MEMORY;
    for (size_t i = 0; status == OND_OK && i < height * width; i++) {
        normal_rad[i] = ridge_angle(smoothed, height, width, i / width, i % width);
    }
    ond_memory_free(smoothed);
    return status;
}

static float interpolate(const float *map, size_t height, size_t width, float y, float x)
{
    y = fminf(fmaxf(y, 0), (float)(height - 1));
    x = fminf(fmaxf(x, 0), (float)(width - 1));
    size_t row = (size_t)y, column = (size_t)x;
    size_t below = row + 1 < height ? row + 1 : row, right = column + 1 < width ? column + 1 : column;
    float v = y - (float)row, u = x - (float)column;
    return (1 - v) * ((1 - u) * map[row * width + column] + u * map[row * width + right])
           + v * ((1 - u) * map[below * width + column] + u * map[below * width + right]);
}

void ond_edge_suppress(const float *strength, const float *normal_rad, size_t height, size_t width, float *thin,
                       float *offset_px)
{
    for (size_t i = 0; i < height * width; i++) {
        float own = strength[i], y = (float)(i / width), x = (float)(i % width);
        float n[2] = {cosf(normal_rad[i]), sinf(normal_rad[i])};
        float ahead = own > 0 ? interpolate(strength, height, width, y + n[0], x + n[1]) : 0;
        float behind = own > 0 ? interpolate(strength, height, width, y - n[0], x - n[1]) : 0;
        bool stays = own > 0 && own >= ahead && own > behind;
        float bend = 2 * own - ahead - behind;
        thin[i] = stays ? own : 0;
        if (offset_px) {
            offset_px[i] = stays && bend > 0 ? 0.5F * (ahead - behind) / bend : 0;
        }
    }
}

enum { REFINE_STEPS = 9, REFINE_SAMPLES = 2 * REFINE_STEPS + 1 };
static const float refine_step_px = 0.5F;

/* The maximum nearest to the middle sample, between samples; false when the samples have none inside. */
static bool nearest_peak(const float f[REFINE_SAMPLES], float *place)
{
    for (int reach = 0; reach < REFINE_STEPS; reach++) {
        for (int side = -1; side <= 1; side += 2) {
            int i = REFINE_STEPS + side * reach;
            float bend = 2 * f[i] - f[i - 1] - f[i + 1];
            if (f[i] >= f[i - 1] && f[i] >= f[i + 1] && bend > 0) {
                *place = refine_step_px * ((float)(i - REFINE_STEPS) + 0.5F * (f[i + 1] - f[i - 1]) / bend);
                return true;
            }
        }
    }
    return false;
}

void ond_edge_refine(const float *map, const float *normal_rad, const float *thin, size_t height, size_t width,
                     float *offset_px)
{
    for (size_t i = 0; i < height * width; i++) {
        if (thin[i] > 0) {
            float f[REFINE_SAMPLES], n[2] = {cosf(normal_rad[i]), sinf(normal_rad[i])};
            for (int k = 0; k < REFINE_SAMPLES; k++) {
                float t = refine_step_px * (float)(k - REFINE_STEPS);
                f[k] = interpolate(map, height, width, (float)(i / width) + t * n[0], (float)(i % width) + t * n[1]);
            }
            nearest_peak(f, &offset_px[i]);
        }
    }
}
