/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/linear.h"

#include <float.h>
#include <math.h>

double ond_dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += x[i] * y[i];
    }
    return sum;
}

/* The Householder vector, of norm √2, that takes the row's first `count` values to the last of them; returns what they
 * become. */
static double reflect_row(double *row, size_t count)
{
    double norm = sqrt(ond_dot(row, row, count));
    if (norm == 0) {
        return 0;
    }
    double last = row[count - 1];
    double image = last > 0 ? -norm : norm;
    double scale = 1 / sqrt(norm * (norm + fabs(last)));
    row[count - 1] -= image;
    for (size_t i = 0; i < count; i++) {
        row[i] *= scale;
    }
    return image;
}

/* A ← (1 − v vᵀ) A (1 − v vᵀ) on the leading block. */
static void reflect_block(double *matrix, size_t n, size_t count, const double *v, double *p)
{
    for (size_t i = 0; i < count; i++) {
        p[i] = ond_dot(matrix + i * n, v, count);
    }
    double half = ond_dot(p, v, count) / 2;
    for (size_t i = 0; i < count; i++) {
        p[i] -= half * v[i];
    }
    for (size_t i = 0; i < count; i++) {
        double *row = matrix + i * n;
        for (size_t k = 0; k < count; k++) {
            row[k] -= v[i] * p[k] + p[i] * v[k];
        }
    }
}

/* How many eigenvalues lie below `x`: negative pivots of T − x (Sturm). */
static size_t count_below(const double *diagonal, const double *beside, size_t n, double x)
{
    size_t below = 0;
    double pivot = 1;
    for (size_t i = 0; i < n; i++) {
        double square = i > 0 ? beside[i - 1] * beside[i - 1] : 0;
        pivot = diagonal[i] - x - (i > 0 ? square / pivot : 0);
        if (pivot == 0) {
            pivot = -DBL_MIN;
        }
        below += pivot < 0;
    }
    return below;
}

double ond_tridiagonal_largest(const double *diagonal, const double *beside, size_t n)
{
    double low = diagonal[0];
    double high = diagonal[0];
    for (size_t i = 0; i < n; i++) {
        double radius = (i > 0 ? fabs(beside[i - 1]) : 0) + (i + 1 < n ? fabs(beside[i]) : 0);
        low = fmax(low, diagonal[i]);
        high = fmax(high, diagonal[i] + radius);
    }
    while (high - low > 4 * DBL_EPSILON * fmax(fabs(high), DBL_MIN)) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) {
            break;
        }
        if (count_below(diagonal, beside, n, middle) == n) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high;
}

double ond_symmetric_largest(double *matrix, size_t n, double *work)
{
    double *beside = work;
    double *diagonal = work + n;
    for (size_t row = n; row-- > 1;) {
        beside[row - 1] = reflect_row(matrix + row * n, row);
        reflect_block(matrix, n, row, matrix + row * n, diagonal);
    }
    for (size_t i = 0; i < n; i++) {
        diagonal[i] = matrix[i * n + i];
    }
    return ond_tridiagonal_largest(diagonal, beside, n);
}

bool ond_cholesky(double *matrix, size_t n, size_t stride)
{
    for (size_t i = 0; i < n; i++) {
        double *row = matrix + i * stride;
        for (size_t k = 0; k < i; k++) {
            row[k] = (row[k] - ond_dot(row, matrix + k * stride, k)) / matrix[k * stride + k];
        }
        double square = row[i] - ond_dot(row, row, i);
        if (!(square > 0)) {
            return false;
        }
        row[i] = sqrt(square);
    }
    return true;
}

void ond_solve_lower(const double *lower, size_t n, size_t stride, double *x)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = (x[i] - ond_dot(lower + i * stride, x, i)) / lower[i * stride + i];
    }
}

void ond_solve_upper(const double *lower, size_t n, size_t stride, double *x)
{
    for (size_t i = n; i-- > 0;) {
        x[i] /= lower[i * stride + i];
        for (size_t k = 0; k < i; k++) {
            x[k] -= lower[i * stride + k] * x[i];
        }
    }
}
