/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_squares.h"

#include "core/memory.h"
#include "tasks/edge_suppress.h"

#include <math.h>
#include <string.h>

enum { SIDE = 16, ORIENTATIONS = OND_EDGE_ORIENTATIONS };

static const double smoothing_squares = 1.5;

/* Adds the moduli at one place of the scale. */
static void add_place(const ond_edge_bands *bands, size_t channels, int scale, size_t place, float *sums)
{
    for (size_t c = 0; c < channels; c++) {
        for (size_t o = 0; o < ORIENTATIONS; o++) {
            const ond_complex *value = bands[c].data[scale][o] + place;
            float modulus = sqrtf(value->re * value->re + value->im * value->im);
            if (c == 0) {
                sums[o] += modulus;
            }
            sums[ORIENTATIONS + c] += modulus;
        }
    }
}

/* Sums over the places of each square, and over all in `whole`; then means. */
static void average(const ond_edge_bank *bank, const ond_edge_bands *bands, size_t channels, int scale,
                    const ond_edge_squares *squares, double *whole)
{
    size_t step = (size_t)1 << scale, size = squares->size, total = 0;
    for (size_t a = 0; a < squares->rows; a++) {
        for (size_t b = 0; b < squares->columns; b++) {
            float *sums = squares->values + (a * squares->columns + b) * size;
            size_t count = 0;
            for (size_t y = a * SIDE; y < (a + 1) * SIDE && y < bank->height; y += step) {
                for (size_t x = b * SIDE; x < (b + 1) * SIDE && x < bank->width; x += step) {
                    size_t row = (y + OND_EDGE_MARGIN) >> scale, column = (x + OND_EDGE_MARGIN) >> scale;
                    add_place(bands, channels, scale, row * bank->scales[scale].stride + column, sums);
                    count++;
                }
            }
            total += count;
            for (size_t i = 0; i < size; i++) {
                whole[i] += (double)sums[i];
                sums[i] /= (float)count;
            }
        }
    }
    for (size_t i = 0; i < size; i++) {
        squares->whole[i] = (float)(whole[i] / (double)total);
    }
}

/* `planes` has room for two planes of squares. */
static ond_status smooth(const ond_edge_squares *squares, float *planes)
{
    size_t count = squares->rows * squares->columns;
    for (size_t i = 0; i < squares->size; i++) {
        for (size_t k = 0; k < count; k++) {
            planes[k] = squares->values[k * squares->size + i];
        }
        OND_TRY(ond_edge_smooth(planes, squares->rows, squares->columns, smoothing_squares, planes + count));
        for (size_t k = 0; k < count; k++) {
            squares->values[k * squares->size + i] = planes[count + k];
        }
    }
    return OND_OK;
}

ond_status ond_edge_squares_create(const ond_edge_bank *bank, const ond_edge_bands *bands, size_t channels, int scale,
                                   ond_edge_squares *squares)
{
    double whole[ORIENTATIONS + 3] = {0};
    *squares = (ond_edge_squares){.rows = (bank->height + SIDE - 1) / SIDE,
                                  .columns = (bank->width + SIDE - 1) / SIDE,
                                  .size = ORIENTATIONS + channels};
    size_t count = squares->rows * squares->columns;
    squares->values = ond_memory_allocate_zero(count * squares->size, sizeof *squares->values);
    squares->whole = ond_memory_allocate_zero(squares->size, sizeof *squares->whole);
    float *planes = ond_memory_allocate(count, 2 * sizeof *planes);
    ond_status status = squares->values && squares->whole && planes ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        average(bank, bands, channels, scale, squares, whole);
        status = smooth(squares, planes);
    }
    ond_memory_free(planes);
    return status;
}

void ond_edge_squares_destroy(ond_edge_squares *squares)
{
    ond_memory_free(squares->values);
    ond_memory_free(squares->whole);
    *squares = (ond_edge_squares){0};
}

static void place_between(size_t pixel, size_t squares, size_t *first, size_t *second, float *part)
{
    float place = ((float)pixel + 0.5F) / SIDE - 0.5F;
    place = fminf(fmaxf(place, 0), (float)(squares - 1));
    *first = (size_t)place;
    *second = *first + 1 < squares ? *first + 1 : *first;
    *part = place - (float)*first;
}

void ond_edge_squares_at(const ond_edge_squares *squares, size_t row, size_t column, float *values)
{
    size_t a, b, c, d, size = squares->size;
    float v, u;
    place_between(row, squares->rows, &a, &b, &v);
    place_between(column, squares->columns, &c, &d, &u);
    const float *upper = squares->values + a * squares->columns * size;
    const float *lower = squares->values + b * squares->columns * size;
    for (size_t i = 0; i < size; i++) {
        values[i] = (1 - v) * ((1 - u) * upper[c * size + i] + u * upper[d * size + i])
                    + v * ((1 - u) * lower[c * size + i] + u * lower[d * size + i]);
    }
}
