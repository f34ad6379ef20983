/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "tasks/edge_measure.h"
#include "tasks/edge_suppress.h"

#include <math.h>
#include <string.h>

enum { SQUARE = 8 };

/* In squares: 32 pixels. */
static const double surround_squares = 4;

static void average_squares(const float *map, size_t height, size_t width, float *squares)
{
    size_t columns = (width + SQUARE - 1) / SQUARE, rows = (height + SQUARE - 1) / SQUARE;
    for (size_t a = 0; a < rows; a++) {
        for (size_t b = 0; b < columns; b++) {
            double sum = 0, count = 0;
            for (size_t y = a * SQUARE; y < (a + 1) * SQUARE && y < height; y++) {
                for (size_t x = b * SQUARE; x < (b + 1) * SQUARE && x < width; x++) {
                    sum += (double)map[y * width + x];
                    count++;
                }
            }
            squares[a * columns + b] = (float)(sum / count);
        }
    }
}

/* Between the centres of squares. */
static void place_between(size_t pixel, size_t squares, size_t *first, size_t *second, float *part)
{
    float place = ((float)pixel + 0.5F) / SQUARE - 0.5F;
    place = fminf(fmaxf(place, 0), (float)(squares - 1));
    *first = (size_t)place;
    *second = *first + 1 < squares ? *first + 1 : *first;
    *part = place - (float)*first;
}

static void spread_squares(const float *squares, size_t height, size_t width, float *map)
{
    size_t columns = (width + SQUARE - 1) / SQUARE, rows = (height + SQUARE - 1) / SQUARE;
    for (size_t y = 0; y < height; y++) {
        size_t a, b, c, d;
        float v, u;
        place_between(y, rows, &a, &b, &v);
        for (size_t x = 0; x < width; x++) {
            place_between(x, columns, &c, &d, &u);
            map[y * width + x] = (1 - v) * ((1 - u) * squares[a * columns + c] + u * squares[a * columns + d])
                                 + v * ((1 - u) * squares[b * columns + c] + u * squares[b * columns + d]);
        }
    }
}

ond_status ond_edge_surround(const float *map, size_t height, size_t width, float *surround)
{
    size_t columns = (width + SQUARE - 1) / SQUARE, rows = (height + SQUARE - 1) / SQUARE;
    float *squares = ond_memory_allocate(rows * columns, 2 * sizeof *squares);
    if (!squares) {
        return OND_ERROR_MEMORY;
    }
    float *smoothed = squares + rows * columns;
    average_squares(map, height, width, squares);
    ond_status status = ond_edge_smooth(squares, rows, columns, surround_squares, smoothed);
    if (status == OND_OK) {
        spread_squares(smoothed, height, width, surround);
    }
    ond_memory_free(squares);
    return status;
}

/* Products of the derivatives of one channel, by differences of neighbours. */
static void add_products(const float *smooth, size_t height, size_t width, float *products)
{
    for (size_t i = 0; i < height * width; i++) {
        size_t y = i / width, x = i % width;
        float down = smooth[(y + 1 < height ? y + 1 : y) * width + x] - smooth[(y ? y - 1 : y) * width + x];
        float right = smooth[y * width + (x + 1 < width ? x + 1 : x)] - smooth[y * width + (x ? x - 1 : x)];
        products[3 * i] += down * down / 4;
        products[3 * i + 1] += right * right / 4;
        products[3 * i + 2] += down * right / 4;
    }
}

/* The largest eigenvalue's root and its direction. */
static void finish_gradient(const float *products, size_t count, float *modulus, float *normal_rad)
{
    static const float pi = 3.14159265F;
    for (size_t i = 0; i < count; i++) {
        float yy = products[3 * i], xx = products[3 * i + 1], yx = products[3 * i + 2];
        float angle = 0.5F * atan2f(2 * yx, yy - xx);
        normal_rad[i] = angle < 0 ? angle + pi : angle;
        modulus[i] = sqrtf(0.5F * (yy + xx + hypotf(yy - xx, 2 * yx)));
    }
}

ond_status ond_edge_gradient(const ond_array *image, double sigma_px, float *modulus, float *normal_rad)
{
    size_t height = image->shape[image->rank - 2], width = image->shape[image->rank - 1], plane = height * width;
    size_t channels = image->rank == 3 ? image->shape[0] : 1;
    float *smooth = ond_memory_allocate(plane, sizeof *smooth);
    float *products = ond_memory_allocate_zero(plane, 3 * sizeof *products);
    ond_status status = smooth && products ? OND_OK : OND_ERROR_MEMORY;
    for (size_t c = 0; status == OND_OK && c < channels; c++) {
        status = ond_edge_smooth(image->data + c * plane, height, width, sigma_px, smooth);
        if (status == OND_OK) {
            add_products(smooth, height, width, products);
        }
    }
    if (status == OND_OK) {
        finish_gradient(products, plane, modulus, normal_rad);
    }
    ond_memory_free(smooth);
    ond_memory_free(products);
    return status;
}
