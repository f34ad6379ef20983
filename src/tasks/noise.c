/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"
#include "tasks/sliding_dct.h"

#include <ondelet/denoise.h>

#include <math.h>
#include <stdlib.h>

/* White noise has the same variance in every coefficient of a block's cosine transform, a picture has most of its
 * energy in the low ones. Blocks are chosen by their low coefficients and judged by their high ones, which for white
 * noise are independent: the choice does not bias the estimate. */

enum {
    SIDE = OND_DCT_SIDE,
    FIRST_HIGH = 9 /* k + l from here on is high */
};

static const double share_of_blocks = 0.06; /* the smoothest */
static const size_t fewest_blocks = 24;

/* Squares of the coefficients of one block. */
typedef struct block_squares {
    double low;
    float high[SIDE * SIDE];
} block_squares;

static int compare_blocks(const void *a, const void *b)
{
    double difference = ((const block_squares *)a)->low - ((const block_squares *)b)->low;
    return (difference > 0) - (difference < 0);
}

static int compare_numbers(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

/* `basis` carries the unit: with it the squares of any picture fit a float. */
static block_squares measure_block(const float *image, size_t stride, double basis[SIDE][SIDE])
{
    double lines[SIDE][SIDE];
    block_squares squares = {0};
    size_t count = 0;
    for (size_t k = 0; k < SIDE; k++) {
        for (size_t column = 0; column < SIDE; column++) {
            lines[k][column] = 0;
            for (size_t row = 0; row < SIDE; row++) {
                lines[k][column] += basis[k][row] * (double)image[row * stride + column];
            }
        }
    }
    for (size_t k = 0; k < SIDE; k++) {
        for (size_t l = 0; l < SIDE; l++) {
            double sum = 0;
            for (size_t column = 0; column < SIDE; column++) {
                sum += basis[l][column] * lines[k][column];
            }
            if (k + l >= FIRST_HIGH) {
                squares.high[count++] = (float)(sum * sum);
            } else if (k + l > 0) {
                squares.low += sum * sum;
            }
        }
    }
    return squares;
}

static size_t count_high(void)
{
    size_t count = 0;
    for (size_t k = 0; k < SIDE; k++) {
        for (size_t l = 0; l < SIDE; l++) {
            count += k + l >= FIRST_HIGH;
        }
    }
    return count;
}

/* Median over the high coefficients of their mean squares over the smoothest blocks. */
static double judge(block_squares *blocks, size_t count)
{
    double means[SIDE * SIDE];
    size_t high = count_high();
    size_t chosen = (size_t)(share_of_blocks * (double)count);
    chosen = chosen > fewest_blocks ? chosen : fewest_blocks;
    chosen = chosen < count ? chosen : count;
    qsort(blocks, count, sizeof *blocks, compare_blocks);
    for (size_t k = 0; k < high; k++) {
        means[k] = 0;
        for (size_t b = 0; b < chosen; b++) {
            means[k] += (double)blocks[b].high[k] / (double)chosen;
        }
    }
    qsort(means, high, sizeof *means, compare_numbers);
    return sqrt(means[high / 2]);
}

/* Blocks overlap by half in all but large pictures, and in huge ones lie apart: there are enough. */
static size_t step_of(const ond_array *image)
{
    enum { ENOUGH = 1 << 18 };
    size_t pixels = image->shape[0] * image->shape[1];
    size_t step = pixels > (size_t)1 << 20 ? SIDE : SIDE / 2;
    while (pixels / (step * step) > ENOUGH) {
        step += SIDE / 2;
    }
    return step;
}

/* The smallest and the largest sample of a picture. */
typedef struct sample_range {
    float lowest, highest;
} sample_range;

static sample_range range_of(const ond_array *image)
{
    sample_range range = {image->data[0], image->data[0]};
    for (size_t i = 0; i < ond_array_count(image); i++) {
        range.lowest = image->data[i] < range.lowest ? image->data[i] : range.lowest;
        range.highest = image->data[i] > range.highest ? image->data[i] : range.highest;
    }
    return range;
}

/* Where black or white was clipped the noise was as well: blocks with more than a few such pixels say too little of it.
 */
static bool is_clipped(const float *corner, size_t stride, sample_range range)
{
    enum { TOLERATED = 2 };
    int clipped = 0;
    for (size_t row = 0; row < SIDE; row++) {
        for (size_t column = 0; column < SIDE; column++) {
            float sample = corner[row * stride + column];
            clipped += sample == range.lowest || sample == range.highest;
        }
    }
    return clipped > TOLERATED;
}

/* Measures the blocks of a grid, without the clipped ones unless too few would be left. Returns their number. */
static size_t measure_blocks(const ond_array *image, double basis[SIDE][SIDE], block_squares *blocks)
{
    size_t width = image->shape[1];
    size_t step = step_of(image);
    size_t rows = (image->shape[0] - SIDE) / step + 1;
    size_t columns = (width - SIDE) / step + 1;
    sample_range range = range_of(image);
    size_t count = 0;
    for (int all = 0; all < 2 && count < fewest_blocks; all++) {
        count = 0;
        for (size_t i = 0; i < rows * columns; i++) {
            const float *corner = image->data + i / columns * step * width + i % columns * step;
            if (all || !is_clipped(corner, width, range)) {
                blocks[count++] = measure_block(corner, width, basis);
            }
        }
    }
    return count;
}

static ond_status estimate(const ond_array *image, double unit, double *noise_std)
{
    size_t step = step_of(image);
    size_t most = ((image->shape[0] - SIDE) / step + 1) * ((image->shape[1] - SIDE) / step + 1);
    double basis[SIDE][SIDE];
    for (int k = 0; k < SIDE; k++) {
        for (int i = 0; i < SIDE; i++) {
            basis[k][i] = sqrt((k ? 2.0 : 1.0) / SIDE / unit) * cos(acos(-1.0) * (2 * i + 1) * k / (2.0 * SIDE));
        }
    }
    block_squares *blocks = ond_memory_allocate(most, sizeof *blocks);
    if (!blocks) {
        return OND_ERROR_MEMORY;
    }
    *noise_std = unit * judge(blocks, measure_blocks(image, basis, blocks));
    ond_memory_free(blocks);
    return OND_OK;
}

/* Too small for blocks: neighbouring pixels differ by √2 standard deviations of the noise. */
static double estimate_small(const ond_array *image)
{
    size_t count = ond_array_count(image);
    double sum = 0;
    for (size_t i = 1; i < count; i++) {
        double difference = (double)image->data[i] - (double)image->data[i - 1];
        sum += difference * difference;
    }
    return count > 1 ? sqrt(sum / (2 * (double)(count - 1))) : 0;
}

static double largest_magnitude(const ond_array *image)
{
    double peak = 0;
    for (size_t i = 0; i < ond_array_count(image); i++) {
        peak = fmax(peak, fabs((double)image->data[i]));
    }
    return peak;
}

ond_status ond_noise_estimate(const ond_array *image, double *noise_std)
{
    OND_TRY(ond_array_check_filled(image, "the image"));
    if (image->rank != 2) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the image is %s, [height, width] is wanted",
                        ond_shape_text(image->rank, image->shape, text));
    }
    OND_TRY(ond_array_check_finite(image, "the image"));
    if (image->shape[0] < SIDE || image->shape[1] < SIDE) {
        *noise_std = estimate_small(image);
        return OND_OK;
    }
    double unit = largest_magnitude(image);
    *noise_std = 0;
    return unit > 0 ? estimate(image, unit, noise_std) : OND_OK;
}
