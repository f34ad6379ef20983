/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_GEMM_H
#define OND_LEARN_GEMM_H

#include <stdbool.h>
#include <stddef.h>

/* Matrix products in float. Matrices are row-major without gaps. OpenBLAS runs one thread per
 * call, for the whole process from the first product on; threads of ours share out fixed tiles of C, so that any number
 * of them gives the same bits. (Processors of another kind may give others: OpenBLAS chooses its kernels by them.) */
typedef struct ond_product {
    size_t rows, columns, inner;          /* of C, and what is summed over; each below 2^31 */
    bool transpose_left, transpose_right; /* left is stored as [inner, rows], right as [columns, inner] */
    bool add;                             /* C += rather than C = */
} ond_product;

/* C = op(left) op(right), on all threads. */
void ond_gemm(const ond_product *product, const float *left, const float *right, float *result);

/* Every call of OpenBLAS or LAPACK stands between these: they make it run one thread, and where it was built without
 * threads let one caller in at a time. */
void ond_blas_enter(void);
void ond_blas_leave(void);

/* How many workers may multiply beside each other for `count` items: OpenBLAS has so many buffers only. */
int ond_gemm_workers(size_t count);

/* The same on the calling thread alone: for tasks that run beside each other already. */
void ond_gemm_alone(const ond_product *product, const float *left, const float *right, float *result);

#endif
