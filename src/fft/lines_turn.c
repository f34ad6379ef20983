/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "fft/lines.h"

#include <string.h>

/* Written so that the vectors' loop is over columns: compilers make four rounds of permutations of it. */
static inline __attribute__((always_inline)) void turn(const float *restrict in, size_t stride, float *restrict out)
{
    for (size_t column = 0; column < OND_LANES; column++) {
        for (size_t row = 0; row < OND_LANES; row++) {
            out[column * OND_LANES + row] = in[row * stride + column];
        }
    }
}

OND_WIDE void ond_lines_turn(const float *restrict in, size_t stride, float *restrict out)
{
    turn(in, stride, out);
}

OND_WIDE static void turn_whole_tiles(const float *restrict in, size_t in_step, float *restrict out, size_t out_step,
                                      size_t count)
{
    for (size_t tile = 0; tile < count; tile++) {
        turn(in + tile * in_step, OND_LANES, out + tile * out_step);
    }
}

OND_WIDE void ond_lines_turn_tiles(const float *restrict in, size_t stride, size_t in_step, float *restrict out,
                                   size_t out_step, size_t count)
{
    if (stride == OND_LANES) {
        turn_whole_tiles(in, in_step, out, out_step, count);
        return;
    }
    for (size_t tile = 0; tile < count; tile++) {
        turn(in + tile * in_step, stride, out + tile * out_step);
    }
}

OND_WIDE void ond_lines_turn_back(const float *restrict in, float *restrict out, size_t stride, size_t count)
{
    for (size_t tile = 0; tile < count; tile++) {
        _Alignas(OND_ALIGNMENT) float rows[OND_TILE];
        turn(in + tile * OND_TILE, OND_LANES, rows); /* between constant strides, which compilers turn well */
        for (size_t row = 0; row < OND_LANES; row++) {
            memcpy(out + row * stride + tile * OND_LANES, rows + row * OND_LANES, OND_LANES * sizeof *out);
        }
    }
}
