/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_VECTOR_H
#define OND_CORE_VECTOR_H

#include <stddef.h>

/* Layout of fftwf_complex. C99 complex products call __mulsc3 and do not vectorise. */
typedef struct ond_complex {
    float re, im;
} ond_complex;

/* Compiled once per instruction set and chosen when the program starts. ThreadSanitizer crashes in the chooser; clang
 * before 18 gives the chosen function a name that other files cannot link. */
#if defined(__x86_64__) && !defined(OND_ONE_CLONE) && (!defined(__clang__) || __clang_major__ >= 18)
#define OND_HOT __attribute__((target_clones("default", "avx2")))
#if defined(__SANITIZE_ADDRESS__) /* GCC aligns the sanitizer's frames to 32 bytes only (its bug 110027) */
#define OND_WIDE OND_HOT
#else
#define OND_WIDE __attribute__((target_clones("default", "avx2", "avx512f"))) /* loops of sixteen floats */
#endif
#else
#define OND_HOT
#define OND_WIDE
#endif

/* Asks for memory that will be read soon. */
#define OND_PREFETCH(address) __builtin_prefetch(address)

/* Index of the first NaN or infinity, or `count`. */
size_t ond_vector_find_nonfinite(const float *restrict x, size_t count);

/* Sums in double, in order of blocks that do not depend on the instruction set. */
double ond_vector_sum(const float *restrict x, size_t count);
double ond_vector_sum_squares(const float *restrict x, size_t count);
double ond_vector_sum_squared_difference(const float *restrict x, const float *restrict y, size_t count);

/* y += a x */
void ond_vector_add_scaled(float *restrict y, float a, const float *restrict x, size_t count);

/* y = a x */
void ond_vector_scale(float *restrict y, float a, const float *restrict x, size_t count);

/* y = Σ_t weights[t] x[t], term after term */
void ond_vector_weighted_sum(float *restrict y, const float *weights, const float *const *x, size_t terms,
                             size_t count);

/* x = even[0], odd[0], even[1], … apart, and together again */
void ond_vector_split_pairs(float *restrict even, float *restrict odd, const float *restrict x, size_t pairs);
void ond_vector_join_pairs(float *restrict x, const float *restrict even, const float *restrict odd, size_t pairs);

/* Σ x y in float, over eight interleaved partial sums. */
float ond_vector_dot(const float *restrict x, const float *restrict y, size_t count);

/* z = filter · spectrum */
void ond_vector_filtered(ond_complex *restrict z, const float *restrict filter, const ond_complex *restrict spectrum,
                         size_t count);

/* z += filter · spectrum */
void ond_vector_add_filtered(ond_complex *restrict z, const float *restrict filter,
                             const ond_complex *restrict spectrum, size_t count);

/* modulus = scale |z| */
void ond_vector_modulus(float *restrict modulus, float scale, const ond_complex *restrict z, size_t count);

/* z = scale · cotangent · z̄ / |z|, and 0 where |z|² is below the smallest normal number: the conjugate of the gradient
 * of Σ cotangent · scale |z|. */
void ond_vector_modulus_adjoint(ond_complex *restrict z, float scale, const float *restrict cotangent, size_t count);

#endif
