/* SPDX-License-Identifier: BSD-3-Clause */
#include "fft/lines.h"

#include "core/memory.h"

#include <math.h>

/* Nanoseconds per point of one stage, roughly (measured with 512-bit vectors): what a choice of factors is judged by.
 */
typedef struct stage_price {
    size_t radix;
    double price;
} stage_price;

static const stage_price prices[] = {{17, 0.40}, {16, 0.25}, {13, 0.30}, {12, 0.155}, {11, 0.23}, {9, 0.15}, {8, 0.12},
                                     {7, 0.17},  {5, 0.13},  {4, 0.10},  {3, 0.10},   {2, 0.09},  {1, 0}};

enum { PRICES = sizeof prices / sizeof prices[0], LARGEST_LENGTH = 1 << 20, CACHED_LENGTH = 256 };

typedef struct factors {
    size_t radix[OND_LINE_STAGES];
    int count;
    double price;
} factors;

/* Tries every set of factors, largest first, behind those of `begun`. */
static void try_factors(size_t left, int first_price, const factors *begun, factors *best)
{
    if (left == 1 && begun->count > 0) {
        *best = best->count == 0 || begun->price < best->price ? *begun : *best;
        return;
    }
    for (int i = first_price; i < PRICES && begun->count < OND_LINE_STAGES; i++) {
        if (left % prices[i].radix == 0 && (prices[i].radix > 1 || left == 1)) {
            factors longer = *begun;
            longer.radix[longer.count++] = prices[i].radix;
            longer.price += prices[i].price;
            try_factors(left / prices[i].radix, i, &longer, best);
        }
    }
}

/* The last stage needs no twiddles, and that of 11 is the one that computing bounds, not memory: behind 12 (lengths of
 * 11 · 3 · 2^k) it goes last, for a twentieth of the time. */
static void put_eleven_last(factors *chosen)
{
    if (chosen->count > 2 && chosen->radix[0] == 12 && chosen->radix[1] == 11) {
        for (int i = 1; i + 1 < chosen->count; i++) {
            chosen->radix[i] = chosen->radix[i + 1];
        }
        chosen->radix[chosen->count - 1] = 11;
    }
}

/* The cheapest factors; none where a prime is too large. */
static factors factorize(size_t length)
{
    factors none = {.count = 0};
    factors best = {.count = 0};
    if (length >= 1 && length <= LARGEST_LENGTH) {
        try_factors(length, 0, &none, &best);
    }
    put_eleven_last(&best);
    return best;
}

bool ond_line_fft_supports(size_t length)
{
    return factorize(length).count > 0;
}

static bool is_smooth(size_t number, size_t largest_prime)
{
    for (size_t factor = 2; factor <= largest_prime; factor++) {
        while (number % factor == 0) {
            number /= factor;
        }
    }
    return number == 1;
}

size_t ond_smooth_multiple(size_t minimum, size_t multiple, size_t largest_prime)
{
    size_t factor = minimum > multiple ? (minimum + multiple - 1) / multiple : 1;
    while (!is_smooth(factor, largest_prime)) {
        factor++;
    }
    return factor * multiple;
}

size_t ond_line_fft_good_length(size_t minimum, size_t multiple)
{
    return ond_smooth_multiple(minimum, multiple, 11);
}

static void fill_twiddles(float *twiddles, size_t radix, size_t blocks)
{
    double step = 2 * acos(-1.0) / (double)(radix * blocks);
    for (size_t block = 0; block < blocks; block++) {
        for (size_t output = 0; output < radix; output++) {
            double angle = step * (double)(block * output);
            *twiddles++ = (float)cos(angle);
            *twiddles++ = (float)sin(angle);
        }
    }
}

ond_status ond_line_fft_create(size_t length, ond_line_fft *fft)
{
    factors chosen = factorize(length);
    *fft = (ond_line_fft){.length = length, .stage_count = chosen.count};
    size_t count = 0;
    size_t left = length;
    for (int i = 0; i < fft->stage_count; i++) {
        count += 2 * left;
        left /= chosen.radix[i];
    }
    fft->twiddles = ond_memory_allocate(count, sizeof *fft->twiddles);
    if (!fft->twiddles) {
        return OND_ERROR_MEMORY;
    }
    float *twiddles = fft->twiddles;
    size_t repeats = 1;
    left = length;
    for (int i = 0; i < fft->stage_count; i++) {
        left /= chosen.radix[i];
        fft->stages[i] = (ond_line_stage){chosen.radix[i], left, repeats, twiddles};
        fill_twiddles(twiddles, chosen.radix[i], left);
        twiddles += 2 * chosen.radix[i] * left;
        repeats *= chosen.radix[i];
    }
    return OND_OK;
}

void ond_line_fft_free(ond_line_fft *fft)
{
    ond_memory_free(fft->twiddles);
    *fft = (ond_line_fft){0};
}

static size_t buffers(const ond_line_fft *fft)
{
    return fft->stage_count > 2 ? 2 : (size_t)fft->stage_count - 1;
}

size_t ond_line_fft_work(const ond_line_fft *fft)
{
    return buffers(fft) * 2 * ond_line_floats(fft->length);
}

/* The stages from `first` on, one after the other, of transforms that are `done` apart in the whole. */
static void run_stages(const ond_line_fft *fft, int first, const ond_lines_in *in, const ond_lines *out, float *work,
                       const ond_ahead *ahead)
{
    size_t done = fft->stages[first].repeats;
    size_t half = ond_line_floats(fft->length / done);
    ond_lines_in from = *in;
    for (int i = first; i < fft->stage_count; i++) {
        float *place = work + (size_t)((i - first) % 2) * 2 * half;
        ond_lines to = {place, place + half, OND_LANES};
        ond_line_stage stage
            = {fft->stages[i].radix, fft->stages[i].blocks, fft->stages[i].repeats / done, fft->stages[i].twiddles};
        ond_ahead_fetch(ahead);
        ond_line_stage_run(&stage, &from, i + 1 < fft->stage_count ? &to : out);
        from = (ond_lines_in){to.re, to.im, to.step};
    }
}

/* One stage leaves as many shorter transforms as it has radix, interleaved; each goes on while it is in the cache. */
static void run_depth_first(const ond_line_fft *fft, int first, const ond_lines_in *in, const ond_lines *out,
                            float *work, const ond_ahead *ahead)
{
    size_t length = fft->length / fft->stages[first].repeats;
    if (length <= CACHED_LENGTH || first + 1 == fft->stage_count) {
        run_stages(fft, first, in, out, work, ahead);
        return;
    }
    size_t half = ond_line_floats(length);
    ond_line_stage stage = {fft->stages[first].radix, fft->stages[first].blocks, 1, fft->stages[first].twiddles};
    ond_line_stage_run(&stage, in, &(ond_lines){work, work + half, OND_LANES});
    for (size_t k = 0; k < stage.radix; k++) {
        ond_lines_in left = {work + k * OND_LANES, work + half + k * OND_LANES, stage.radix * OND_LANES};
        ond_lines to = {out->re + k * out->step, out->im + k * out->step, stage.radix * out->step};
        run_depth_first(fft, first + 1, &left, &to, work + 2 * half, ahead);
    }
}

/* Every stage on all points. */
static void run_whole(const ond_line_fft *fft, const ond_lines_in *in, const ond_lines *out, float *work,
                      const ond_ahead *ahead)
{
    size_t half = ond_line_floats(fft->length);
    int last = fft->stage_count - 1;
    ond_lines_in from = *in;
    for (int i = 0; i < last; i++) {
        float *place = work + (size_t)(i % 2) * 2 * half;
        ond_ahead_fetch(ahead);
        ond_line_stage_run(&fft->stages[i], &from, &(ond_lines){place, place + half, OND_LANES});
        from = (ond_lines_in){place, place + half, OND_LANES};
    }
    ond_ahead_fetch(ahead);
    ond_line_stage_run(&fft->stages[last], &from, out);
}

size_t ond_line_fft_ahead_calls(const ond_line_fft *fft)
{
    size_t calls = 1;
    size_t length = fft->length;
    int first = 0;
    for (; length > CACHED_LENGTH && first + 1 < fft->stage_count; first++) {
        calls *= fft->stages[first].radix;
        length /= fft->stages[first].radix;
    }
    return calls * (size_t)(fft->stage_count - first);
}

void ond_line_fft_backward_ahead(const ond_line_fft *fft, ond_lines_in in, ond_lines out, float *work, ond_ahead ahead)
{
    if (fft->length <= CACHED_LENGTH) {
        run_whole(fft, &in, &out, work, &ahead);
    } else {
        run_depth_first(fft, 0, &in, &out, work, &ahead);
    }
}

void ond_line_fft_backward(const ond_line_fft *fft, ond_lines_in in, ond_lines out, float *work)
{
    ond_line_fft_backward_ahead(fft, in, out, work, (ond_ahead){NULL, NULL});
}

/* Exchanging real and imaginary parts on both sides changes the sign of the exponent. */
void ond_line_fft_forward_ahead(const ond_line_fft *fft, ond_lines_in in, ond_lines out, float *work, ond_ahead ahead)
{
    ond_line_fft_backward_ahead(fft, (ond_lines_in){in.im, in.re, in.step}, (ond_lines){out.im, out.re, out.step}, work,
                                ahead);
}

void ond_line_fft_forward(const ond_line_fft *fft, ond_lines_in in, ond_lines out, float *work)
{
    ond_line_fft_forward_ahead(fft, in, out, work, (ond_ahead){NULL, NULL});
}
