/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/ssim.h"

#include "cli/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double window_sigma = 1.5, k1 = 0.01, k2 = 0.03;

/* The five local sums that the formula takes: a, b, a², b², ab. */
enum { SUMS = 5 };

typedef struct plane_pair {
    const float *a, *b;
    size_t height, width;
} plane_pair;

bool ssim_applies(const ond_array *array)
{
    bool is_image = array->rank == 2 || (array->rank == 3 && (array->shape[0] == 1 || array->shape[0] == 3));
    return is_image && array->shape[array->rank - 2] >= SSIM_WINDOW && array->shape[array->rank - 1] >= SSIM_WINDOW;
}

static void make_window(double window[SSIM_WINDOW])
{
    double sum = 0;
    for (int i = 0; i < SSIM_WINDOW; i++) {
        int middle = SSIM_WINDOW / 2;
        double distance = i - middle;
        window[i] = exp(-distance * distance / (2 * window_sigma * window_sigma));
        sum += window[i];
    }
    for (int i = 0; i < SSIM_WINDOW; i++) {
        window[i] /= sum;
    }
}

/* The window's sums down the columns, for the output row `row`. The window is separable. */
static void sum_columns(const plane_pair *pair, const double window[SSIM_WINDOW], size_t row, double *sums)
{
    memset(sums, 0, SUMS * pair->width * sizeof *sums);
    for (size_t i = 0; i < SSIM_WINDOW; i++) {
        const float *a = pair->a + (row + i) * pair->width, *b = pair->b + (row + i) * pair->width;
        for (size_t column = 0; column < pair->width; column++) {
            double x = (double)a[column], y = (double)b[column], *sum = sums + SUMS * column;
            sum[0] += window[i] * x;
            sum[1] += window[i] * y;
            sum[2] += window[i] * x * x;
            sum[3] += window[i] * y * y;
            sum[4] += window[i] * x * y;
        }
    }
}

static double similarity(const double sum[SUMS], double peak)
{
    double c1 = k1 * k1 * peak * peak, c2 = k2 * k2 * peak * peak;
    double mean_product = sum[0] * sum[1], mean_squares = sum[0] * sum[0] + sum[1] * sum[1];
    double covariance = sum[4] - mean_product, variances = sum[2] + sum[3] - mean_squares;
    return (2 * mean_product + c1) * (2 * covariance + c2) / ((mean_squares + c1) * (variances + c2));
}

static double sum_row(const double *columns, size_t width, const double window[SSIM_WINDOW], double peak)
{
    double total = 0;
    for (size_t column = 0; column + SSIM_WINDOW <= width; column++) {
        double sum[SUMS] = {0};
        for (size_t i = 0; i < SSIM_WINDOW; i++) {
            for (size_t j = 0; j < SUMS; j++) {
                sum[j] += window[i] * columns[SUMS * (column + i) + j];
            }
        }
        total += similarity(sum, peak);
    }
    return total;
}

static double ssim_plane(const plane_pair *pair, double peak)
{
    double window[SSIM_WINDOW], total = 0;
    double *columns = allocate(SUMS * pair->width, sizeof *columns);
    make_window(window);
    for (size_t row = 0; row + SSIM_WINDOW <= pair->height; row++) {
        sum_columns(pair, window, row, columns);
        total += sum_row(columns, pair->width, window, peak);
    }
    free(columns);
    return total / (double)((pair->height - SSIM_WINDOW + 1) * (pair->width - SSIM_WINDOW + 1));
}

double ssim(const ond_array *a, const ond_array *b, double peak)
{
    size_t height = a->shape[a->rank - 2], width = a->shape[a->rank - 1];
    size_t channels = a->rank == 3 ? a->shape[0] : 1;
    double total = 0;
    for (size_t channel = 0; channel < channels; channel++) {
        size_t start = channel * height * width;
        total += ssim_plane(&(plane_pair){a->data + start, b->data + start, height, width}, peak);
    }
    return total / (double)channels;
}
