/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "fft/lines.h"

/* The loop over lanes stands outside of straight-line transforms of a few points, which compilers turn into vectors.
 * Everything below is inlined with constant radices and unrolled into scalars first. */
#define INLINED static inline __attribute__((always_inline))
#define UNROLLED _Pragma("GCC unroll 17")
#ifdef __clang__
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif

INLINED ond_complex sum(ond_complex a, ond_complex b)
{
    return (ond_complex){a.re + b.re, a.im + b.im};
}

INLINED ond_complex difference(ond_complex a, ond_complex b)
{
    return (ond_complex){a.re - b.re, a.im - b.im};
}

INLINED ond_complex scaled(ond_complex a, float factor)
{
    return (ond_complex){a.re * factor, a.im * factor};
}

INLINED ond_complex times_i(ond_complex a)
{
    return (ond_complex){-a.im, a.re};
}

INLINED ond_complex product(ond_complex a, float cosine, float sine)
{
    return (ond_complex){a.re * cosine - a.im * sine, a.re * sine + a.im * cosine};
}

INLINED void two(ond_complex *a, ond_complex *b)
{
    ond_complex other = difference(*a, *b);
    *a = sum(*a, *b);
    *b = other;
}

INLINED void four(ond_complex *a, ond_complex *b, ond_complex *c, ond_complex *d)
{
    ond_complex even = sum(*a, *c);
    ond_complex odd = difference(*a, *c);
    ond_complex side = sum(*b, *d);
    ond_complex turned = times_i(difference(*b, *d));
    *a = sum(even, side);
    *b = sum(odd, turned);
    *c = difference(even, side);
    *d = difference(odd, turned);
}

/* An odd number of points: sums and differences of opposite points need real factors only.
 * `table`: cos 2πk/n, then sin 2πk/n, for k = 0…(n − 1)/2. */
INLINED void odd_points(ond_complex *x, size_t n, const float *table)
{
    size_t half = n / 2;
    const float *cosine = table;
    const float *sine = table + half + 1;
    ond_complex plus[9];
    ond_complex minus[9];
    ond_complex first = x[0];
    UNROLLED for (size_t r = 1; r <= half; r++)
    {
        plus[r] = sum(x[r], x[n - r]);
        minus[r] = difference(x[r], x[n - r]);
    }
    UNROLLED for (size_t r = 1; r <= half; r++)
    {
        x[0] = sum(x[0], plus[r]);
    }
    UNROLLED for (size_t k = 1; k <= half; k++)
    {
        ond_complex even = first;
        ond_complex odd = {0, 0};
        UNROLLED for (size_t r = 1; r <= half; r++)
        {
            size_t angle = k * r % n;
            size_t folded = angle <= half ? angle : n - angle;
            even = sum(even, scaled(plus[r], cosine[folded]));
            odd = sum(odd, scaled(minus[r], angle <= half ? sine[folded] : -sine[folded]));
        }
        odd = times_i(odd);
        x[k] = sum(even, odd);
        x[n - k] = difference(even, odd);
    }
}

static const float table_3[] = {1, -0.5F, 0, 0.86602540378443865F};
static const float table_5[]
    = {1, 0.30901699437494742F, -0.80901699437494742F, 0, 0.95105651629515357F, 0.58778525229247313F};
static const float table_7[] = {1, 0.62348980185873353F, -0.22252093395631440F, -0.90096886790241913F,
                                0, 0.78183148246802981F, 0.97492791218182361F,  0.43388373911755812F};
static const float table_11[] = {
    1, 0.84125353283118117F, 0.41541501300188643F, -0.14231483827328514F, -0.65486073394528506F, -0.95949297361449739F,
    0, 0.54064081745559758F, 0.90963199535451837F, 0.98982144188093273F,  0.75574957435425828F,  0.28173255684142970F};
static const float table_13[] = {1,
                                 0.88545602565320990F,
                                 0.56806474673115581F,
                                 0.12053668025532305F,
                                 -0.35460488704253562F,
                                 -0.74851074817110110F,
                                 -0.97094181742605202F,
                                 0,
                                 0.46472317204376854F,
                                 0.82298386589365640F,
                                 0.99270887409805400F,
                                 0.93501624268541482F,
                                 0.66312265824079521F,
                                 0.23931566428755776F};
static const float table_17[] = {1,
                                 0.93247222940435581F,
                                 0.73900891722065912F,
                                 0.44573835577653831F,
                                 0.092268359463302016F,
                                 -0.27366299007208289F,
                                 -0.60263463637925638F,
                                 -0.85021713572961422F,
                                 -0.98297309968390177F,
                                 0,
                                 0.36124166618715295F,
                                 0.67369564364655721F,
                                 0.89516329135506234F,
                                 0.99573417629503446F,
                                 0.96182564317281904F,
                                 0.79801722728023949F,
                                 0.52643216287735580F,
                                 0.18374951781657034F};

/* 8 = 2 · 4, 9 = 3 · 3, 16 = 4 · 4 points: columns, twiddles, rows; the results are read in turned order. */
INLINED void eight(ond_complex *x)
{
    const float root = 0.70710678118654752F;
    UNROLLED for (size_t i = 0; i < 4; i++)
    {
        two(&x[i], &x[i + 4]);
    }
    x[5] = scaled((ond_complex){x[5].re - x[5].im, x[5].re + x[5].im}, root);
    x[6] = times_i(x[6]);
    x[7] = scaled((ond_complex){-x[7].re - x[7].im, x[7].re - x[7].im}, root);
    four(&x[0], &x[1], &x[2], &x[3]);
    four(&x[4], &x[5], &x[6], &x[7]);
    ond_complex y[8] = {x[0], x[4], x[1], x[5], x[2], x[6], x[3], x[7]};
    UNROLLED for (size_t i = 0; i < 8; i++)
    {
        x[i] = y[i];
    }
}

INLINED void nine(ond_complex *x)
{
    ond_complex y[9];
    UNROLLED for (size_t i = 0; i < 3; i++)
    {
        ond_complex column[3] = {x[i], x[i + 3], x[i + 6]};
        odd_points(column, 3, table_3);
        y[i] = column[0];
        y[3 + i] = column[1];
        y[6 + i] = column[2];
    }
    y[4] = product(y[4], 0.76604444311897804F, 0.64278760968653933F);
    y[5] = product(y[5], 0.17364817766693035F, 0.98480775301220806F);
    y[7] = product(y[7], 0.17364817766693035F, 0.98480775301220806F);
    y[8] = product(y[8], -0.93969262078590838F, 0.34202014332566873F);
    UNROLLED for (size_t k = 0; k < 3; k++)
    {
        odd_points(&y[3 * k], 3, table_3);
        x[k] = y[3 * k];
        x[k + 3] = y[3 * k + 1];
        x[k + 6] = y[3 * k + 2];
    }
}

INLINED void twelve(ond_complex *x)
{
    const float cosine = 0.86602540378443865F;
    UNROLLED for (size_t i = 0; i < 4; i++)
    {
        ond_complex column[3] = {x[i], x[i + 4], x[i + 8]};
        odd_points(column, 3, table_3);
        x[i] = column[0];
        x[i + 4] = column[1];
        x[i + 8] = column[2];
    }
    x[5] = product(x[5], cosine, 0.5F);
    x[6] = product(x[6], 0.5F, cosine);
    x[7] = times_i(x[7]);
    x[9] = product(x[9], 0.5F, cosine);
    x[10] = product(x[10], -0.5F, cosine);
    x[11] = (ond_complex){-x[11].re, -x[11].im};
    ond_complex y[12];
    UNROLLED for (size_t k = 0; k < 3; k++)
    {
        four(&x[4 * k], &x[4 * k + 1], &x[4 * k + 2], &x[4 * k + 3]);
        UNROLLED for (size_t i = 0; i < 4; i++)
        {
            y[k + 3 * i] = x[4 * k + i];
        }
    }
    UNROLLED for (size_t i = 0; i < 12; i++)
    {
        x[i] = y[i];
    }
}

INLINED void sixteen(ond_complex *x)
{
    static const float cosine[]
        = {1, 0.92387953251128676F, 0.70710678118654752F, 0.38268343236508977F, 0, 0, -0.70710678118654752F, 0,
           0, -0.92387953251128676F};
    static const float sine[]
        = {0, 0.38268343236508977F, 0.70710678118654752F, 0.92387953251128676F, 1, 0, 0.70710678118654752F, 0,
           0, -0.38268343236508977F};
    UNROLLED for (size_t i = 0; i < 4; i++)
    {
        four(&x[i], &x[i + 4], &x[i + 8], &x[i + 12]);
    }
    UNROLLED for (size_t k = 1; k < 4; k++)
    {
        UNROLLED for (size_t i = 1; i < 4; i++)
        {
            x[4 * k + i] = k * i == 4 ? times_i(x[4 * k + i]) : product(x[4 * k + i], cosine[k * i], sine[k * i]);
        }
    }
    ond_complex y[16];
    UNROLLED for (size_t k = 0; k < 4; k++)
    {
        four(&x[4 * k], &x[4 * k + 1], &x[4 * k + 2], &x[4 * k + 3]);
        UNROLLED for (size_t i = 0; i < 4; i++)
        {
            y[k + 4 * i] = x[4 * k + i];
        }
    }
    UNROLLED for (size_t i = 0; i < 16; i++)
    {
        x[i] = y[i];
    }
}

INLINED const float *table_of(size_t radix)
{
    switch (radix) {
    case 3:
        return table_3;
    case 5:
        return table_5;
    case 7:
        return table_7;
    case 11:
        return table_11;
    case 13:
        return table_13;
    default:
        return table_17;
    }
}

INLINED void points(ond_complex *x, size_t radix)
{
    switch (radix) {
    case 1:
        break;
    case 2:
        two(&x[0], &x[1]);
        break;
    case 4:
        four(&x[0], &x[1], &x[2], &x[3]);
        break;
    case 8:
        eight(x);
        break;
    case 9:
        nine(x);
        break;
    case 12:
        twelve(x);
        break;
    case 16:
        sixteen(x);
        break;
    default:
        odd_points(x, radix, table_of(radix));
        break;
    }
}

typedef struct step_sizes {
    size_t in, out; /* floats between the inputs and between the outputs of one small transform */
} step_sizes;

/* Of one lane. */
INLINED void small_transform(size_t radix, size_t step, const float *restrict re, const float *restrict im,
                             ond_complex *x)
{
    UNROLLED for (size_t i = 0; i < radix; i++)
    {
        x[i] = (ond_complex){re[i * step], im[i * step]};
    }
    points(x, radix);
}

INLINED void last_step(size_t radix, step_sizes step, const float *restrict re, const float *restrict im,
                       float *restrict to_re, float *restrict to_im)
{
    INDEPENDENT for (size_t lane = 0; lane < OND_LANES; lane++)
    {
        ond_complex x[17];
        small_transform(radix, step.in, re + lane, im + lane, x);
        UNROLLED for (size_t k = 0; k < radix; k++)
        {
            to_re[k * step.out + lane] = x[k].re;
            to_im[k * step.out + lane] = x[k].im;
        }
    }
}

INLINED void step_with_twiddles(size_t radix, step_sizes step, const float *restrict twiddles, const float *restrict re,
                                const float *restrict im, float *restrict to_re, float *restrict to_im)
{
    INDEPENDENT for (size_t lane = 0; lane < OND_LANES; lane++)
    {
        ond_complex x[17];
        small_transform(radix, step.in, re + lane, im + lane, x);
        UNROLLED for (size_t k = 0; k < radix; k++)
        {
            ond_complex y = k > 0 ? product(x[k], twiddles[2 * k], twiddles[2 * k + 1]) : x[k];
            to_re[k * step.out + lane] = y.re;
            to_im[k * step.out + lane] = y.im;
        }
    }
}

INLINED void all_steps(size_t radix, const ond_line_stage *stage, const ond_lines_in *from_lines,
                       const ond_lines *to_lines)
{
    const ond_lines_in in = *from_lines;
    const ond_lines out = *to_lines;
    step_sizes step = {stage->blocks * stage->repeats * in.step, stage->repeats * out.step};
    for (size_t block = 0; block < stage->blocks; block++) {
        for (size_t repeat = 0; repeat < stage->repeats; repeat++) {
            size_t from = (block * stage->repeats + repeat) * in.step;
            size_t to = (block * stage->repeats * radix + repeat) * out.step;
            if (block == 0) {
                last_step(radix, step, in.re + from, in.im + from, out.re + to, out.im + to);
            } else {
                step_with_twiddles(radix, step, stage->twiddles + 2 * radix * block, in.re + from, in.im + from,
                                   out.re + to, out.im + to);
            }
        }
    }
}

#define STAGE(RADIX)                                                                                                   \
    OND_WIDE static void stage_##RADIX(const ond_line_stage *stage, const ond_lines_in *in, const ond_lines *out)      \
    {                                                                                                                  \
        all_steps(RADIX, stage, in, out);                                                                              \
    }

STAGE(1)
STAGE(2)
STAGE(3)
STAGE(4)
STAGE(5)
STAGE(7)
STAGE(8)
STAGE(9)
STAGE(11)
STAGE(12)
STAGE(13)
STAGE(16)
STAGE(17)

/* By pointers: lines that are passed by value are copied in larger pieces than they were just written in, which waits.
 */
void ond_line_stage_run(const ond_line_stage *stage, const ond_lines_in *in, const ond_lines *out)
{
    typedef void stage_runner(const ond_line_stage *, const ond_lines_in *, const ond_lines *);
    static stage_runner *const runners[] = {
        [1] = stage_1,   [2] = stage_2,   [3] = stage_3,   [4] = stage_4,   [5] = stage_5,
        [7] = stage_7,   [8] = stage_8,   [9] = stage_9,   [11] = stage_11, [12] = stage_12,
        [13] = stage_13, [16] = stage_16, [17] = stage_17,
    };
    runners[stage->radix](stage, in, out);
}
