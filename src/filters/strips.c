/* SPDX-License-Identifier: BSD-3-Clause */
#include "filters/strips.h"

#include "core/vector.h"

#include <string.h>

/* --- columns 0 and width/2 --- */

/* The part of the filter that is even along the column: what a real column of coefficients sees. */
static float even_value(const ond_filter *filter, ptrdiff_t row, size_t height, ptrdiff_t column)
{
    ptrdiff_t opposite = 2 * row == -(ptrdiff_t)height ? row : -row;
    return 0.5F * (ond_filter_value(filter, row, column) + ond_filter_value(filter, opposite, column));
}

ond_strip_range ond_strips_reached(const ond_filter *filter, size_t height, size_t width, float *weights)
{
    ptrdiff_t columns = (ptrdiff_t)(width + 1) / 2;
    ptrdiff_t begin = filter->box.column_begin > 0 ? filter->box.column_begin : 0;
    ptrdiff_t end = filter->box.column_end < columns ? filter->box.column_end : columns;
    ond_strip_range range = {0, 0, false};
    if (begin < end) {
        range.begin = (size_t)begin / OND_LANES;
        range.end = ((size_t)end + OND_LANES - 1) / OND_LANES;
    }
    ond_box grid = ond_box_of_grid(height, width);
    for (ptrdiff_t row = grid.row_begin; row < grid.row_end; row++) {
        float first = even_value(filter, row, height, 0);
        float last = width % 2 == 0 ? even_value(filter, row, height, grid.column_begin) : first;
        size_t place = ond_frequency_index(row, height);
        weights[place] = 0.5F * (first + last);
        weights[height + place] = 0.5F * (first - last);
        range.ends = range.ends || first != 0 || last != 0;
    }
    return range;
}

bool ond_strip_is_reached(ond_strip_range range, size_t strip)
{
    return (strip >= range.begin && strip < range.end) || (strip == 0 && range.ends);
}

/* to = weights · column 0 of the strip, or added to it. */
static void weigh_ends(const ond_real_fft *fft, const float *weights, const float *from, bool add, float *to)
{
    size_t im = fft->imaginary;
    for (size_t row = 0; row < fft->height; row++) {
        size_t here = row * OND_LANES;
        size_t there = (row > 0 ? fft->height - row : 0) * OND_LANES;
        float same = weights[row];
        float opposite = weights[fft->height + row];
        float re = same * from[here] + opposite * from[there];
        float imaginary = same * from[im + here] - opposite * from[im + there];
        to[here] = add ? to[here] + re : re;
        to[im + here] = add ? to[im + here] + imaginary : imaginary;
    }
}

/* --- the other columns --- */

/* A few rows of one strip. */
typedef struct strip_rows {
    size_t imaginary; /* floats from real to imaginary parts */
    ptrdiff_t column; /* the first of the strip */
    size_t count;
    const ond_run *runs; /* of the first row */
    const float *values; /* of the filter */
} strip_rows;

/* The filter's values on the strip: where they lie, or in `copy` with zeros beside the run. */
static inline __attribute__((always_inline)) const float *values_on(const strip_rows *rows, ond_run run, float *copy)
{
    ptrdiff_t begin = run.begin - rows->column;
    ptrdiff_t end = run.end - rows->column;
    const float *values = rows->values + run.offset;
    if (begin <= 0 && end >= OND_LANES) {
        return values - begin;
    }
    memset(copy, 0, OND_LANES * sizeof *copy);
    ptrdiff_t first = begin > 0 ? begin : 0;
    ptrdiff_t last = end < OND_LANES ? end : OND_LANES;
    if (first < last) {
        memcpy(copy + first, values + (first - begin), (size_t)(last - first) * sizeof *copy);
    }
    return copy;
}

/* Sums and products in local arrays: compilers then know that nothing overlaps. */
OND_WIDE static void multiply(const strip_rows *rows, const float *restrict from, float *restrict to)
{
    float copy[OND_LANES];
    for (size_t row = 0; row < rows->count; row++) {
        const float *weight = values_on(rows, rows->runs[row], copy);
        const float *re = from + row * OND_LANES;
        const float *im = re + rows->imaginary;
        float product[2][OND_LANES];
        for (size_t lane = 0; lane < OND_LANES; lane++) {
            product[0][lane] = weight[lane] * re[lane];
            product[1][lane] = weight[lane] * im[lane];
        }
        memcpy(to + row * OND_LANES, product[0], sizeof product[0]);
        memcpy(to + row * OND_LANES + rows->imaginary, product[1], sizeof product[1]);
    }
}

/* Column 0 is left to weigh_ends. */
OND_WIDE static void add_product(const strip_rows *rows, const float *restrict from, float *restrict to)
{
    float copy[OND_LANES];
    float kept[OND_LANES] = {rows->column > 0 ? 1 : 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    for (size_t row = 0; row < rows->count; row++) {
        const float *weight = values_on(rows, rows->runs[row], copy);
        const float *re = from + row * OND_LANES;
        const float *im = re + rows->imaginary;
        float *to_re = to + row * OND_LANES;
        float *to_im = to_re + rows->imaginary;
        float sum[2][OND_LANES];
        for (size_t lane = 0; lane < OND_LANES; lane++) {
            float value = kept[lane] * weight[lane];
            sum[0][lane] = to_re[lane] + value * re[lane];
            sum[1][lane] = to_im[lane] + value * im[lane];
        }
        memcpy(to_re, sum[0], sizeof sum[0]);
        memcpy(to_im, sum[1], sizeof sum[1]);
    }
}

void ond_strip_fetch(void *wanted)
{
    ond_strip_wanted *next = wanted;
    const ond_filter *filter = next->filter;
    size_t rows = (size_t)(filter->box.row_end - filter->box.row_begin);
    size_t end = next->row + (rows + next->calls - 1) / next->calls;
    ptrdiff_t column = (ptrdiff_t)(next->strip * OND_LANES);
    for (; next->row < end && next->row < rows; next->row++) {
        ond_run run = filter->runs[next->row];
        if (run.begin <= column && column < run.end) {
            OND_PREFETCH(filter->values + run.offset + (column - run.begin));
        }
    }
}

/* Rows of the box that are begin…end − 1, which lie in the plane one after the other. */
static strip_rows rows_between(const ond_real_fft *fft, const ond_filter *filter, size_t strip, ptrdiff_t begin,
                               ptrdiff_t end, size_t *offset)
{
    ptrdiff_t first = filter->box.row_begin > begin ? filter->box.row_begin : begin;
    ptrdiff_t last = filter->box.row_end < end ? filter->box.row_end : end;
    if (first >= last) {
        return (strip_rows){0};
    }
    *offset = ond_frequency_index(first, fft->height) * OND_LANES;
    return (strip_rows){.imaginary = fft->imaginary,
                        .column = (ptrdiff_t)(strip * OND_LANES),
                        .count = (size_t)(last - first),
                        .runs = filter->runs + (first - filter->box.row_begin),
                        .values = filter->values};
}

/* Rows of frequencies from 0 on, then the negative ones. */
static void run_halves(const ond_real_fft *fft, const ond_filter *filter, size_t strip, const float *from, float *to,
                       void (*kernel)(const strip_rows *rows, const float *from, float *to))
{
    ptrdiff_t height = (ptrdiff_t)fft->height;
    for (ptrdiff_t begin = 0; begin >= -height; begin -= height) {
        size_t offset = 0;
        strip_rows rows = rows_between(fft, filter, strip, begin, begin + height, &offset);
        kernel(&rows, from + offset, to + offset);
    }
}

static void clear_rows(const ond_real_fft *fft, ptrdiff_t begin, ptrdiff_t end, float *strip)
{
    for (ptrdiff_t row = begin; row < end; row++) {
        float *re = strip + ond_frequency_index(row, fft->height) * OND_LANES;
        memset(re, 0, OND_LANES * sizeof *re);
        memset(re + fft->imaginary, 0, OND_LANES * sizeof *re);
    }
}

void ond_strip_product(const ond_real_fft *fft, const ond_filter *filter, const float *weights, size_t strip,
                       const float *spectrum, float *product)
{
    ond_box grid = ond_box_of_grid(fft->height, fft->width);
    clear_rows(fft, grid.row_begin, filter->box.row_begin, product);
    clear_rows(fft, filter->box.row_end, grid.row_end, product);
    run_halves(fft, filter, strip, spectrum, product, multiply);
    if (strip == 0) {
        weigh_ends(fft, weights, spectrum, false, product);
    }
}

void ond_strip_add_product(const ond_real_fft *fft, const ond_filter *filter, const float *weights, size_t strip,
                           const float *spectrum, float *sum)
{
    run_halves(fft, filter, strip, spectrum, sum, add_product);
    if (strip == 0) {
        weigh_ends(fft, weights, spectrum, true, sum);
    }
}
