/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_LINEAR_H
#define OND_CSC_LINEAR_H

#include "core/status.h"

/* Small dense linear algebra in double: matrices are row-major, n at most some hundreds. */

/* Largest eigenvalue of a symmetric matrix [n, n], which is destroyed. Source: Golub & Van Loan, Matrix Computations,
 * 4th ed., section 8.3.1 (tridiagonal form) and 8.4.1 (bisection). @param work  2 n */
double ond_symmetric_largest(double *matrix, size_t n, double *work);

/* Largest eigenvalue of the tridiagonal matrix with this diagonal [n] and off-diagonal [n − 1]. */
double ond_tridiagonal_largest(const double *diagonal, const double *beside, size_t n);

/* Lower triangle L of A = L Lᵀ in place. @retval false  not positive definite */
bool ond_cholesky(double *matrix, size_t n, size_t stride);

/* x of L y = x, then of Lᵀ x = y, in place. */
void ond_solve_lower(const double *lower, size_t n, size_t stride, double *x);
void ond_solve_upper(const double *lower, size_t n, size_t stride, double *x);

double ond_dot(const double *x, const double *y, size_t count);

#endif
