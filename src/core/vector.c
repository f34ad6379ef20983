/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 8 };

/* All exponent bits set: NaN or infinity. Tested a block at a time, so that the loop vectorises. */
OND_HOT size_t ond_vector_find_nonfinite(const float *restrict x, size_t count)
{
    enum { BLOCK = 1024 };
    for (size_t begin = 0; begin < count; begin += BLOCK) {
        size_t end = begin + BLOCK < count ? begin + BLOCK : count;
        uint32_t found = 0;
        for (size_t i = begin; i < end; i++) {
            uint32_t bits;
            memcpy(&bits, &x[i], sizeof bits);
            found |= (bits & 0x7f800000u) == 0x7f800000u;
        }
        for (size_t i = begin; found && i < end; i++) {
            if (!isfinite(x[i])) {
                return i;
            }
        }
    }
    return count;
}

OND_HOT double ond_vector_sum(const float *restrict x, size_t count)
{
    double lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            lane[k] += (double)x[i + k];
        }
    }
    double sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    for (size_t i = whole; i < count; i++) {
        sum += (double)x[i];
    }
    return sum;
}

OND_HOT double ond_vector_sum_squares(const float *restrict x, size_t count)
{
    double lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            double value = (double)x[i + k];
            lane[k] += value * value;
        }
    }
    double sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    for (size_t i = whole; i < count; i++) {
        sum += (double)x[i] * (double)x[i];
    }
    return sum;
}

OND_HOT double ond_vector_sum_squared_difference(const float *restrict x, const float *restrict y, size_t count)
{
    double lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            double difference = (double)x[i + k] - (double)y[i + k];
            lane[k] += difference * difference;
        }
    }
    double sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    for (size_t i = whole; i < count; i++) {
        double difference = (double)x[i] - (double)y[i];
        sum += difference * difference;
    }
    return sum;
}

OND_HOT void ond_vector_add_scaled(float *restrict y, float a, const float *restrict x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        y[i] += a * x[i];
    }
}

OND_HOT void ond_vector_scale(float *restrict y, float a, const float *restrict x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        y[i] = a * x[i];
    }
}

/* Four terms at a time, so that y is read and written a quarter as often; 7 times as fast as sums in a local array. */
static inline void add_four(float *restrict y, const float *weights, const float *const *x, size_t count)
{
    const float *restrict a = x[0], *restrict b = x[1], *restrict c = x[2], *restrict d = x[3];
    float p = weights[0], q = weights[1], r = weights[2], s = weights[3];
    for (size_t i = 0; i < count; i++) {
        y[i] = (((y[i] + p * a[i]) + q * b[i]) + r * c[i]) + s * d[i];
    }
}

static inline void add_two(float *restrict y, const float *weights, const float *const *x, size_t count)
{
    const float *restrict a = x[0], *restrict b = x[1];
    float p = weights[0], q = weights[1];
    for (size_t i = 0; i < count; i++) {
        y[i] = (y[i] + p * a[i]) + q * b[i];
    }
}

OND_HOT void ond_vector_weighted_sum(float *restrict y, const float *weights, const float *const *x, size_t terms,
                                     size_t count)
{
    memset(y, 0, count * sizeof *y);
    size_t done = 0;
    for (; terms - done >= 4; done += 4) {
        add_four(y, weights + done, x + done, count);
    }
    if (terms - done >= 2) {
        add_two(y, weights + done, x + done, count);
        done += 2;
    }
    for (size_t i = 0; done < terms && i < count; i++) {
        y[i] += weights[done] * x[done][i];
    }
}

OND_HOT void ond_vector_split_pairs(float *restrict even, float *restrict odd, const float *restrict x, size_t pairs)
{
    for (size_t i = 0; i < pairs; i++) {
        even[i] = x[2 * i];
        odd[i] = x[2 * i + 1];
    }
}

OND_HOT void ond_vector_join_pairs(float *restrict x, const float *restrict even, const float *restrict odd,
                                   size_t pairs)
{
    for (size_t i = 0; i < pairs; i++) {
        x[2 * i] = even[i];
        x[2 * i + 1] = odd[i];
    }
}

OND_HOT float ond_vector_dot(const float *restrict x, const float *restrict y, size_t count)
{
    float lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            lane[k] += x[i + k] * y[i + k];
        }
    }
    float sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    for (size_t i = whole; i < count; i++) {
        sum += x[i] * y[i];
    }
    return sum;
}

/* Written as blocks of plain floats: as complex numbers compilers take it two floats at a time. */
OND_HOT void ond_vector_filtered(ond_complex *restrict z, const float *restrict filter,
                                 const ond_complex *restrict spectrum, size_t count)
{
    float *product = &z->re;
    const float *value = &spectrum->re;
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        float weight[2 * LANES];
        for (size_t k = 0; k < LANES; k++) {
            weight[2 * k] = filter[i + k];
            weight[2 * k + 1] = filter[i + k];
        }
        for (size_t k = 0; k < 2 * LANES; k++) {
            product[2 * i + k] = weight[k] * value[2 * i + k];
        }
    }
    for (size_t i = whole; i < count; i++) {
        z[i].re = filter[i] * spectrum[i].re;
        z[i].im = filter[i] * spectrum[i].im;
    }
}

/* In blocks as above. */
OND_HOT void ond_vector_add_filtered(ond_complex *restrict z, const float *restrict filter,
                                     const ond_complex *restrict spectrum, size_t count)
{
    float *sum = &z->re;
    const float *value = &spectrum->re;
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        float weight[2 * LANES];
        for (size_t k = 0; k < LANES; k++) {
            weight[2 * k] = filter[i + k];
            weight[2 * k + 1] = filter[i + k];
        }
        for (size_t k = 0; k < 2 * LANES; k++) {
            sum[2 * i + k] += weight[k] * value[2 * i + k];
        }
    }
    for (size_t i = whole; i < count; i++) {
        z[i].re += filter[i] * spectrum[i].re;
        z[i].im += filter[i] * spectrum[i].im;
    }
}

OND_HOT void ond_vector_modulus(float *restrict modulus, float scale, const ond_complex *restrict z, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        modulus[i] = scale * sqrtf(z[i].re * z[i].re + z[i].im * z[i].im);
    }
}

OND_HOT void ond_vector_modulus_adjoint(ond_complex *restrict z, float scale, const float *restrict cotangent,
                                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float square = z[i].re * z[i].re + z[i].im * z[i].im;
        float safe = square >= FLT_MIN ? square : INFINITY;
        float factor = scale * cotangent[i] / sqrtf(safe);
        z[i].re = factor * z[i].re;
        z[i].im = -factor * z[i].im;
    }
}
