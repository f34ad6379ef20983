/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "wavelets/dwt.h"

#include <string.h>

/* The variance of a coefficient is the squared norm of the vector that the image is multiplied with to get it. */

/* Two lines for a vector on its way from level to level. */
typedef struct gain_scratch {
    double *vector, *next;
} gain_scratch;

typedef struct span {
    ptrdiff_t begin, end;
} span;

static double square_sum(const double *vector, span range)
{
    double sum = 0;
    for (ptrdiff_t i = range.begin; i < range.end; i++) {
        sum += vector[i] * vector[i];
    }
    return sum;
}

/* The adjoint of one part of an axis on a vector that is zero outside of `range`; leaves `vector` zero. */
static span spread(const ond_dwt_axis *axis, int part, double *vector, span range, double *next)
{
    const ond_dwt_taps *taps = &axis->filters->analysis[part];
    span reached = {(ptrdiff_t)axis->length, 0};
    for (ptrdiff_t i = range.begin; i < range.end; i++) {
        for (int tap = 0; tap < taps->count; tap++) {
            ptrdiff_t place = ond_dwt_fold_place(&axis->samples, ond_dwt_place_of(axis, part, i, tap));
            next[place] += taps->values[tap] * vector[i];
            reached.begin = place < reached.begin ? place : reached.begin;
            reached.end = place >= reached.end ? place + 1 : reached.end;
        }
        vector[i] = 0;
    }
    return reached;
}

/* Variance of coefficient `index` at the last of `levels`. */
static double variance_of(const ond_dwt_axis *axes, int levels, int part, ptrdiff_t index, gain_scratch scratch)
{
    span range = {index, index + 1};
    scratch.vector[index] = 1;
    for (int level = levels; level > 0; level--) {
        range = spread(&axes[level - 1], level == levels ? part : OND_DWT_LOW, scratch.vector, range, scratch.next);
        double *swapped = scratch.vector;
        scratch.vector = scratch.next;
        scratch.next = swapped;
    }
    double variance = square_sum(scratch.vector, range);
    memset(scratch.vector + range.begin, 0, (size_t)(range.end - range.begin) * sizeof *scratch.vector);
    return variance;
}

/* Coefficients away from the borders all have the variance of the middle one: a shorter side with the same remainders
 * stands for a long one. */
static size_t short_side(const ond_dwt_filters *filters, size_t length, int level)
{
    size_t period = (size_t)1 << level;
    size_t enough = 2 * (size_t)filters->analysis[OND_DWT_LOW].count * period;
    return length > enough ? length - (length - enough) / period * period : length;
}

static double mean_variance(const ond_dwt_axis *axes, int level, int part, size_t left_out, gain_scratch scratch)
{
    size_t count = axes[level - 1].count[part];
    double sum = 0;
    double middle = 0;
    for (size_t i = 0; i < count; i++) {
        double variance = variance_of(axes, level, part, (ptrdiff_t)i, scratch);
        sum += variance;
        middle = i == count / 2 ? variance : middle;
    }
    return (sum + (double)left_out * middle) / (double)(count + left_out);
}

static void measure_decimated(const ond_dwt_config *config, const ond_dwt_filters *filters, size_t length, int levels,
                              gain_scratch scratch, double (*variances)[OND_DWT_PARTS])
{
    for (int level = 1; level <= levels; level++) {
        ond_dwt_axis axes[OND_DWT_MOST_LEVELS];
        size_t shorter = short_side(filters, length, level);
        ond_dwt_axes_make(config, filters, shorter, level, axes);
        for (int part = 0; part < OND_DWT_PARTS; part++) {
            variances[level - 1][part] = mean_variance(axes, level, part, (length - shorter) >> level, scratch);
        }
    }
}

/* to[i] = Σ_j taps[j] from[i + (first + j) spacing], circular. */
static void filter_around(const ond_dwt_taps *taps, const ond_dwt_axis *axis, const double *from, double *to)
{
    ond_dwt_fold around = {axis->samples.period, axis->samples.period, 0};
    memset(to, 0, (size_t)around.period * sizeof *to);
    for (int tap = 0; tap < taps->count; tap++) {
        ptrdiff_t place = ond_dwt_fold_place(&around, (taps->first + tap) * axis->spacing);
        for (ptrdiff_t i = 0; i < around.period; i++) {
            to[i] += taps->values[tap] * from[place];
            place = place + 1 == around.period ? 0 : place + 1;
        }
    }
}

/* The mean over all sites s of the squared norm of a filter w on the circle of the mirrored side, after the circle is
 * folded onto the samples; when the side is shorter than `length`, w vanishes on all that was left out.
 * Folding adds Σ_i w[i − s] w[turn − i − s], and over all s these products add up to half of (Σ w)² ± (Σ (−1)ⁱ w[i])²:
 * minus where the mirror lies between samples, plus where it is a sample, whose square then is counted twice. */
static double folded_variance(const ond_dwt_axis *axis, const double *filter, size_t length)
{
    ptrdiff_t period = axis->samples.period;
    double square = square_sum(filter, (span){0, period});
    if (axis->samples.length == period) {
        return square;
    }
    double sum = 0;
    double alternating = 0;
    for (ptrdiff_t i = 0; i < period; i++) {
        sum += filter[i];
        alternating += i % 2 ? -filter[i] : filter[i];
    }
    if (axis->filters->orthogonal) {
        return square + (sum * sum - alternating * alternating) / 2 / (double)length;
    }
    ptrdiff_t opposite = period / 2;
    double twice = filter[0] * filter[0] + filter[opposite] * filter[opposite];
    return square + ((sum * sum + alternating * alternating) / 2 - twice) / (double)length;
}

/* Every level filters the same circle: the image's, mirrored or not. */
static void measure_undecimated(const ond_dwt_axis *axes, size_t length, int levels, gain_scratch scratch,
                                double (*variances)[OND_DWT_PARTS])
{
    const ond_dwt_taps *taps = axes->filters->analysis;
    scratch.vector[0] = 1;
    for (int level = 1; level <= levels; level++) {
        ond_dwt_axis axis = axes[level - 1];
        axis.samples = axes[0].samples;
        for (int part = OND_DWT_PARTS - 1; part >= 0; part--) {
            filter_around(&taps[part], &axis, scratch.vector, scratch.next);
            variances[level - 1][part] = folded_variance(&axis, scratch.next, length);
        }
        double *swapped = scratch.vector;
        scratch.vector = scratch.next;
        scratch.next = swapped;
    }
}

/* Longest line of any level. */
static size_t longest_line(const ond_dwt_axis *axes, int levels)
{
    size_t longest = (size_t)axes[0].samples.period;
    for (int level = 1; level <= levels; level++) {
        size_t count = axes[level - 1].count[OND_DWT_LOW];
        longest = count > longest ? count : longest;
    }
    return longest;
}

ond_status ond_dwt_variances(const ond_dwt_config *config, const ond_dwt_filters *filters, size_t length, int levels,
                             double (*variances)[OND_DWT_PARTS])
{
    if (length == 1 || levels == 0) {
        for (int level = 0; level < levels; level++) {
            variances[level][OND_DWT_LOW] = 1;
            variances[level][OND_DWT_HIGH] = 0;
        }
        return OND_OK;
    }
    ond_dwt_axis axes[OND_DWT_MOST_LEVELS];
    size_t side = short_side(filters, length, levels);
    ond_dwt_axes_make(config, filters, side, levels, axes);
    size_t longest = longest_line(axes, levels);
    double *memory = ond_memory_allocate_zero(2 * longest, sizeof *memory);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    gain_scratch scratch = {memory, memory + longest};
    if (config->undecimated) {
        measure_undecimated(axes, length, levels, scratch, variances);
    } else {
        measure_decimated(config, filters, length, levels, scratch, variances);
    }
    ond_memory_free(memory);
    return OND_OK;
}
