/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/planes.h"
#include "tasks/denoise.h"
#include "tasks/sliding_dct.h"

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
static size_t step_of(const ond_planes *image)
{
    enum { ENOUGH = 1 << 18 };
    size_t pixels = image->height * image->width;
    size_t step = pixels > (size_t)1 << 20 ? SIDE : SIDE / 2;
    while (pixels / (step * step) > ENOUGH) {
        step += SIDE / 2;
    }
    return step;
}

/* What is known of a plane before its blocks are measured. */
typedef struct sample_range {
    size_t width;
    float lowest, highest;
    double squares; /* of the differences of neighbours, row behind row */
    float last;
} sample_range;

static ond_status widen_range(void *context, size_t first, size_t count, const float *samples)
{
    sample_range *range = context;
    if (first == 0) {
        range->lowest = range->highest = range->last = samples[0];
    }
    for (size_t i = 0; i < count * range->width; i++) {
        double difference = (double)samples[i] - (double)range->last;
        range->squares += difference * difference;
        range->last = samples[i];
        range->lowest = samples[i] < range->lowest ? samples[i] : range->lowest;
        range->highest = samples[i] > range->highest ? samples[i] : range->highest;
    }
    return OND_OK;
}

/* Where black or white was clipped the noise was as well: blocks with more than a few such pixels say too little of it.
 */
static bool is_clipped(const float *corner, size_t stride, const sample_range *range)
{
    enum { TOLERATED = 2 };
    int clipped = 0;
    for (size_t row = 0; row < SIDE; row++) {
        for (size_t column = 0; column < SIDE; column++) {
            float sample = corner[row * stride + column];
            clipped += sample == range->lowest || sample == range->highest;
        }
    }
    return clipped > TOLERATED;
}

/* The grid of blocks of a plane. */
typedef struct block_grid {
    const ond_planes *image;
    size_t plane, step, rows, columns;
    double basis[SIDE][SIDE];
    float *band; /* the rows of one row of blocks */
    block_squares *blocks;
    size_t count; /* measured */
} block_grid;

static ond_status measure_blocks(block_grid *grid, const sample_range *range, bool all)
{
    size_t width = grid->image->width;
    grid->count = 0;
    for (size_t row = 0; row < grid->rows; row++) {
        OND_TRY(ond_planes_fetch_rows(grid->image, grid->plane, row * grid->step, SIDE, grid->band));
        for (size_t column = 0; column < grid->columns; column++) {
            const float *corner = grid->band + column * grid->step;
            if (all || !is_clipped(corner, width, range)) {
                grid->blocks[grid->count++] = measure_block(corner, width, grid->basis);
            }
        }
    }
    return OND_OK;
}

/* Without the clipped ones unless too few would be left. */
static ond_status measure_grid(block_grid *grid, const sample_range *range)
{
    OND_TRY(measure_blocks(grid, range, false));
    return grid->count < fewest_blocks ? measure_blocks(grid, range, true) : OND_OK;
}

static ond_status estimate(const ond_planes *image, size_t plane, const sample_range *range, double unit,
                           double *noise_std)
{
    size_t step = step_of(image);
    block_grid grid = {.image = image,
                       .plane = plane,
                       .step = step,
                       .rows = (image->height - SIDE) / step + 1,
                       .columns = (image->width - SIDE) / step + 1};
    for (int k = 0; k < SIDE; k++) {
        for (int i = 0; i < SIDE; i++) {
            grid.basis[k][i] = sqrt((k ? 2.0 : 1.0) / SIDE / unit) * cos(acos(-1.0) * (2 * i + 1) * k / (2.0 * SIDE));
        }
    }
    grid.band = ond_memory_allocate(image->width, SIDE * sizeof *grid.band);
    grid.blocks = grid.band ? ond_memory_allocate(grid.rows * grid.columns, sizeof *grid.blocks) : NULL;
    ond_status status = grid.blocks ? measure_grid(&grid, range) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        *noise_std = unit * judge(grid.blocks, grid.count);
    }
    ond_memory_free(grid.blocks);
    ond_memory_free(grid.band);
    return status;
}

ond_status ond_noise_estimate_plane(const ond_planes *image, size_t plane, double *noise_std)
{
    sample_range range = {.width = image->width};
    OND_TRY(ond_planes_visit(image, plane, widen_range, &range));
    *noise_std = 0;
    if (image->height < SIDE || image->width < SIDE) { /* neighbours differ by √2 standard deviations of the noise */
        size_t pairs = image->height * image->width - 1;
        *noise_std = pairs > 0 ? sqrt(range.squares / (2 * (double)pairs)) : 0;
        return OND_OK;
    }
    double unit = fmax(fabs((double)range.lowest), fabs((double)range.highest));
    return unit > 0 ? estimate(image, plane, &range, unit, noise_std) : OND_OK;
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
    ond_array view = ond_array_view(image->data, image->rank, image->shape);
    ond_planes planes = {0};
    OND_TRY(ond_planes_view(&view, &planes));
    return ond_noise_estimate_plane(&planes, 0, noise_std);
}
