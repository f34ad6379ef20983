/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_LAPACK_H
#define OND_LEARN_LAPACK_H

#include "core/status.h"

/* Symmetric matrices in double, the only place that knows LAPACK. Full square storage: rows and columns alike. */

/* Solves A x = b for several b.
 * matrix   [size, size], positive definite; overwritten
 * right    [count, size]: one b after the other, overwritten by the x
 * definite false when A is not positive definite to rounding; nothing is solved then */
ond_status ond_solve_definite(double *matrix, size_t size, double *right, size_t count, bool *definite);

/* Ridge regression on Nyström features: with K = L Lᵀ solves (L⁻¹ G L⁻ᵀ + penalty) β = L⁻¹ b and gives α = L⁻ᵀ β.
 * kernel  [size, size], positive semidefinite; overwritten. A multiple of the identity just large enough for its
 *         factorisation is added first: float kernels are definite to rounding only
 * gram    G, [size, size]; overwritten
 * right   [count, size]: one b after the other, overwritten by the α */
ond_status ond_solve_nystrom(double *kernel, double *gram, size_t size, double penalty, double *right, size_t count,
                             bool *definite);

/* The largest eigenvalues, falling, and their orthonormal eigenvectors, one after the other: [count, size]. In each the
 * number of largest size is positive. The matrix is overwritten. */
ond_status ond_eigen_largest(double *matrix, size_t size, size_t count, double *values, double *vectors);

/* sum += leftᵀ right, on all threads, the same bits for any number of them.
 * left [rows, left_columns], right [rows, right_columns], sum [left_columns, right_columns] */
void ond_gram_add(const double *left, size_t left_columns, const double *right, size_t right_columns, size_t rows,
                  double *sum);

/* sum += xᵀ x for x [rows, columns]: the upper half only, until ond_gram_mirror fills the lower. */
void ond_gram_add_symmetric(const double *x, size_t columns, size_t rows, double *sum);
void ond_gram_mirror(double *sum, size_t columns);

#endif
