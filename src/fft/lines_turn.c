/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "fft/lines.h"

/* Written so that the vectors' loop is over columns: compilers make four rounds of permutations of it. */
OND_WIDE void ond_lines_turn(const float *restrict in, size_t stride, float *restrict out)
{
    for (size_t column = 0; column < OND_LANES; column++) {
        for (size_t row = 0; row < OND_LANES; row++) {
            out[column * OND_LANES + row] = in[row * stride + column];
        }
    }
}
