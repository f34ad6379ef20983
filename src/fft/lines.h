/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FFT_LINES_H
#define OND_FFT_LINES_H

#include "core/status.h"

/* Fourier transforms of sixteen lines at once, one in each lane of a vector: every operation is then one of plain
 * loops over sixteen floats, with the same bits under every instruction set. Lines are split into real and imaginary
 * parts; what a caller does before and after (filtering, moduli) needs no shuffles either. */
enum { OND_LANES = 16, OND_TILE = OND_LANES * OND_LANES, OND_LINE_STAGES = 24 };

/* Groups of OND_LANES that hold so many lines, the last one perhaps in part. */
static inline size_t ond_lane_groups(size_t lines)
{
    return (lines + OND_LANES - 1) / OND_LANES;
}

/* Room for the longer of two kinds of lines. */
static inline size_t ond_lines_larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Point k of all lines: re[k · step + lane], im[k · step + lane]. */
typedef struct ond_lines {
    float *re, *im;
    size_t step;
} ond_lines;

typedef struct ond_lines_in {
    const float *re, *im;
    size_t step;
} ond_lines_in;

/* One step of the mixed-radix transform in natural order (Stockham; Van Loan, Computational Frameworks for the Fast
 * Fourier Transform, 1992, section 1.7): `blocks` · radix · `repeats` = length. */
typedef struct ond_line_stage {
    size_t radix, blocks, repeats;
    const float *twiddles; /* per block and output: cosine, sine */
} ond_line_stage;

typedef struct ond_line_fft {
    size_t length;
    int stage_count;
    ond_line_stage stages[OND_LINE_STAGES];
    float *twiddles;
} ond_line_fft;

/* Whether the length has no prime factor above 17. */
bool ond_line_fft_supports(size_t length);

/* The smallest multiple · s >= minimum with s free of larger prime factors. */
size_t ond_smooth_multiple(size_t minimum, size_t multiple, size_t largest_prime);

/* The same for 11, the largest prime whose stage still costs less than a longer line. */
size_t ond_line_fft_good_length(size_t minimum, size_t multiple);

ond_status ond_line_fft_create(size_t length, ond_line_fft *fft);
void ond_line_fft_free(ond_line_fft *fft);

/* Floats of `work` that the transforms want. */
size_t ond_line_fft_work(const ond_line_fft *fft);

/* Floats from real to imaginary parts that keep them from competing for the same cache lines at every length. */
static inline size_t ond_line_floats(size_t length)
{
    return (length + 1) * OND_LANES;
}

/* out = Σ in e^{±i 2π jk / length}, not normalised. The three do not overlap; `in` is kept. */
void ond_line_fft_backward(const ond_line_fft *fft, ond_lines_in in, ond_lines out, float *work);
void ond_line_fft_forward(const ond_line_fft *fft, ond_lines_in in, ond_lines out, float *work);

/* What is called at several moments of a transform: asks for a few lines of memory that the caller needs next, so that
 * they arrive while numbers are computed. */
typedef struct ond_ahead {
    void (*fetch)(void *context); /* NULL: nothing is wanted */
    void *context;
} ond_ahead;

static inline void ond_ahead_fetch(const ond_ahead *ahead)
{
    if (ahead->fetch) {
        ahead->fetch(ahead->context);
    }
}

/* How often a transform calls. */
size_t ond_line_fft_ahead_calls(const ond_line_fft *fft);

void ond_line_fft_backward_ahead(const ond_line_fft *fft, ond_lines_in in, ond_lines out, float *work, ond_ahead ahead);
void ond_line_fft_forward_ahead(const ond_line_fft *fft, ond_lines_in in, ond_lines out, float *work, ond_ahead ahead);

/* One stage, with the sign + (lines_radix.c). */
void ond_line_stage_run(const ond_line_stage *stage, const ond_lines_in *in, const ond_lines *out);

/* out[16 c + r] = in[r · stride + c]: a tile of sixteen rows and columns turned. */
void ond_lines_turn(const float *in, size_t stride, float *out);

/* The same for `count` tiles that begin every `in_step` and `out_step` floats. */
void ond_lines_turn_tiles(const float *in, size_t stride, size_t in_step, float *out, size_t out_step, size_t count);

/* rows[r · stride + 16 t + c] = in[256 t + 16 c + r]: `count` turned tiles back to sixteen rows. */
void ond_lines_turn_back(const float *in, float *rows, size_t stride, size_t count);

#endif
