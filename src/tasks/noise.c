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
    float lowest, highest; /* as given */
    double largest;        /* magnitude after the change, as all below */
    double squares;        /* of the differences of neighbours, row behind row */
    float last;
} sample_range;

/* The grid of blocks of all planes, and a band of rows at work. */
typedef struct noise_search {
    const ond_noise_sample *sample;
    size_t width, step, rows, columns; /* of the planes; of the grid */
    sample_range ranges[OND_NOISE_MOST_PLANES];
    double basis[SIDE][SIDE];
    float *band;           /* [planes, rows of a band, width] */
    bool *clipped;         /* [columns] */
    block_squares *blocks; /* [planes, rows, columns] */
    size_t count;          /* measured in each plane */
} noise_search;

static ond_status fetch_band(const noise_search *search, size_t first, size_t rows)
{
    const ond_noise_sample *sample = search->sample;
    for (size_t k = 0; k < sample->planes; k++) {
        OND_TRY(ond_planes_fetch_rows(sample->image, sample->first + k, first, rows,
                                      search->band + k * rows * search->width));
    }
    return OND_OK;
}

static void change_band(const noise_search *search, size_t rows)
{
    if (search->sample->change) {
        search->sample->change(search->sample->context, rows * search->width, search->band);
    }
}

static void find_limits(sample_range *range, bool begin, size_t count, const float *samples)
{
    if (begin) {
        range->lowest = range->highest = samples[0];
    }
    for (size_t i = 0; i < count; i++) {
        range->lowest = samples[i] < range->lowest ? samples[i] : range->lowest;
        range->highest = samples[i] > range->highest ? samples[i] : range->highest;
    }
}

static void add_differences(sample_range *range, bool begin, size_t count, const float *samples)
{
    range->last = begin ? samples[0] : range->last;
    for (size_t i = 0; i < count; i++) {
        double difference = (double)samples[i] - (double)range->last;
        range->squares += difference * difference;
        range->last = samples[i];
        range->largest = fmax(range->largest, fabs((double)samples[i]));
    }
}

static ond_status find_ranges(noise_search *search)
{
    size_t height = search->sample->image->height;
    size_t rows = 0;
    for (size_t first = 0; first < height; first += rows) {
        rows = height - first < SIDE ? height - first : SIDE;
        size_t count = rows * search->width;
        OND_TRY(fetch_band(search, first, rows));
        for (size_t k = 0; k < search->sample->planes; k++) {
            find_limits(&search->ranges[k], first == 0, count, search->band + k * count);
        }
        change_band(search, rows);
        for (size_t k = 0; k < search->sample->planes; k++) {
            add_differences(&search->ranges[k], first == 0, count, search->band + k * count);
        }
    }
    return OND_OK;
}

/* Where black or white was clipped the noise was as well: blocks with more than a few such pixels say too little of it.
 */
static int count_clipped(const float *corner, size_t stride, const sample_range *range)
{
    int clipped = 0;
    for (size_t row = 0; row < SIDE; row++) {
        for (size_t column = 0; column < SIDE; column++) {
            float sample = corner[row * stride + column];
            clipped += sample == range->lowest || sample == range->highest;
        }
    }
    return clipped;
}

/* In the band as given: a sum of colours does not show which of them was clipped. */
static void mark_clipped(const noise_search *search, int tolerated)
{
    for (size_t column = 0; column < search->columns; column++) {
        search->clipped[column] = false;
        for (size_t k = 0; k < search->sample->planes; k++) {
            const float *corner = search->band + k * SIDE * search->width + column * search->step;
            bool clipped = count_clipped(corner, search->width, &search->ranges[k]) > tolerated;
            search->clipped[column] = search->clipped[column] || clipped;
        }
    }
}

static ond_status measure_blocks(noise_search *search, int tolerated)
{
    search->count = 0;
    for (size_t row = 0; row < search->rows; row++) {
        OND_TRY(fetch_band(search, row * search->step, SIDE));
        mark_clipped(search, tolerated);
        change_band(search, SIDE);
        for (size_t column = 0; column < search->columns; column++) {
            if (search->clipped[column]) {
                continue;
            }
            for (size_t k = 0; k < search->sample->planes; k++) {
                const float *corner = search->band + k * SIDE * search->width + column * search->step;
                search->blocks[k * search->rows * search->columns + search->count]
                    = measure_block(corner, search->width, search->basis);
            }
            search->count++;
        }
    }
    return OND_OK;
}

/* More and more clipped blocks, until there are enough or all. */
static ond_status measure_grid(noise_search *search)
{
    for (int tolerated = 2;; tolerated *= 2) {
        OND_TRY(measure_blocks(search, tolerated));
        if (search->count >= fewest_blocks || tolerated >= SIDE * SIDE) {
            return OND_OK;
        }
    }
}

static ond_status judge_planes(noise_search *search, double *levels)
{
    double unit = 0;
    for (size_t k = 0; k < search->sample->planes; k++) {
        unit = fmax(unit, search->ranges[k].largest);
        levels[k] = 0;
    }
    if (unit == 0) {
        return OND_OK;
    }
    for (int k = 0; k < SIDE; k++) {
        for (int i = 0; i < SIDE; i++) {
            search->basis[k][i]
                = sqrt((k ? 2.0 : 1.0) / SIDE / unit) * cos(acos(-1.0) * (2 * i + 1) * k / (2.0 * SIDE));
        }
    }
    OND_TRY(measure_grid(search));
    for (size_t k = 0; k < search->sample->planes; k++) {
        levels[k] = unit * judge(search->blocks + k * search->rows * search->columns, search->count);
    }
    return OND_OK;
}

/* In an image too small for blocks neighbours differ by √2 standard deviations of the noise. */
static void judge_neighbours(const noise_search *search, double *levels)
{
    size_t pairs = search->sample->image->height * search->width - 1;
    for (size_t k = 0; k < search->sample->planes; k++) {
        levels[k] = pairs > 0 ? sqrt(search->ranges[k].squares / (2 * (double)pairs)) : 0;
    }
}

static ond_status run_search(noise_search *search, double *levels)
{
    OND_TRY(find_ranges(search));
    if (search->blocks) {
        return judge_planes(search, levels);
    }
    judge_neighbours(search, levels);
    return OND_OK;
}

ond_status ond_noise_estimate_planes(const ond_noise_sample *sample, double *levels)
{
    noise_search search = {.sample = sample, .width = sample->image->width, .step = step_of(sample->image)};
    bool has_blocks = sample->image->height >= SIDE && search.width >= SIDE;
    search.rows = has_blocks ? (sample->image->height - SIDE) / search.step + 1 : 0;
    search.columns = has_blocks ? (search.width - SIDE) / search.step + 1 : 0;
    size_t blocks = sample->planes * search.rows * search.columns;
    search.band = ond_memory_allocate(sample->planes * search.width, SIDE * sizeof *search.band);
    search.clipped = search.band ? ond_memory_allocate(search.columns, sizeof *search.clipped) : NULL;
    search.blocks = search.clipped && has_blocks ? ond_memory_allocate(blocks, sizeof *search.blocks) : NULL;
    bool enough = search.clipped && (search.blocks || !has_blocks);
    ond_status status = enough ? run_search(&search, levels) : OND_ERROR_MEMORY;
    ond_memory_free(search.blocks);
    ond_memory_free(search.clipped);
    ond_memory_free(search.band);
    return status;
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
    return ond_noise_estimate_planes(&(ond_noise_sample){.image = &planes, .planes = 1}, noise_std);
}
