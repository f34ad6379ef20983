/* SPDX-License-Identifier: BSD-3-Clause */
#include "filters/fold.h"

#include <string.h>

/* Signed frequency to index, for frequencies of the grid itself: no division. */
static size_t index_of(ptrdiff_t frequency, size_t size)
{
    return (size_t)(frequency < 0 ? frequency + (ptrdiff_t)size : frequency);
}

/* One row of the support, by runs that neither cross frequency zero in the image nor wrap around in the plane. As the
 * plane's width divides the image's, every run but the first begins at column 0 of the plane. */
static void fold_row(const ond_complex *image, size_t image_width, ptrdiff_t column, ptrdiff_t column_end,
                     const float *values, ond_complex *folded, size_t plane_width)
{
    size_t place = column < column_end ? ond_frequency_index(column, plane_width) : 0;
    while (column < column_end) {
        ptrdiff_t end = column + (ptrdiff_t)(plane_width - place);
        end = column < 0 && end > 0 ? 0 : end;
        end = end < column_end ? end : column_end;
        size_t count = (size_t)(end - column);
        ond_vector_add_filtered(folded + place, values, image + index_of(column, image_width), count);
        values += count;
        column = end;
        place = 0;
    }
}

void ond_filter_fold(const ond_filter *filter, ond_plane image, ond_plane plane)
{
    ond_box grid = ond_box_of_grid(image.height, image.width);
    ond_box box = ond_box_intersect(filter->box, grid);
    size_t first = ond_frequency_index(box.row_begin, plane.height);
    for (size_t a = 0; a < plane.height; a++) {
        ond_complex *folded = plane.data + a * plane.stride;
        memset(folded, 0, plane.width * sizeof *folded);
        size_t ahead = a >= first ? a - first : a + plane.height - first;
        ptrdiff_t row = box.row_begin + (ptrdiff_t)ahead;
        for (; row < box.row_end; row += (ptrdiff_t)plane.height) {
            ond_run run = filter->runs[row - filter->box.row_begin];
            ptrdiff_t begin = run.begin > grid.column_begin ? run.begin : grid.column_begin;
            ptrdiff_t end = run.end < grid.column_end ? run.end : grid.column_end;
            fold_row(image.data + index_of(row, image.height) * image.stride, image.width, begin, end,
                     filter->values + run.offset + (begin - run.begin), folded, plane.width);
        }
    }
}

/* fold_row with its arguments turned round. */
static void unfold_row(const ond_complex *folded, size_t plane_width, ptrdiff_t column, ptrdiff_t column_end,
                       const float *values, ond_complex *image, size_t image_width)
{
    size_t place = column < column_end ? ond_frequency_index(column, plane_width) : 0;
    while (column < column_end) {
        ptrdiff_t end = column + (ptrdiff_t)(plane_width - place);
        end = column < 0 && end > 0 ? 0 : end;
        end = end < column_end ? end : column_end;
        size_t count = (size_t)(end - column);
        ond_vector_add_filtered(image + index_of(column, image_width), values, folded + place, count);
        values += count;
        column = end;
        place = 0;
    }
}

void ond_filter_unfold(const ond_filter *filter, ond_plane plane, ond_plane image)
{
    ond_box grid = ond_box_of_grid(image.height, image.width);
    ond_box box = ond_box_intersect(filter->box, grid);
    for (ptrdiff_t row = box.row_begin; row < box.row_end; row++) {
        ond_run run = filter->runs[row - filter->box.row_begin];
        ptrdiff_t begin = run.begin > grid.column_begin ? run.begin : grid.column_begin;
        ptrdiff_t end = run.end < grid.column_end ? run.end : grid.column_end;
        unfold_row(plane.data + ond_frequency_index(row, plane.height) * plane.stride, plane.width, begin, end,
                   filter->values + run.offset + (begin - run.begin),
                   image.data + index_of(row, image.height) * image.stride, image.width);
    }
}

/* Columns begin…end − 1 of one row, as far as they are among the range. */
static void add_run(const ond_complex *image, size_t width, ond_columns range, ptrdiff_t begin, ptrdiff_t end,
                    const float *values, ond_complex *sum)
{
    if (begin >= end) {
        return;
    }
    size_t place = index_of(begin, width);
    size_t first = place > range.begin ? place : range.begin;
    size_t last = place + (size_t)(end - begin);
    last = last < range.end ? last : range.end;
    if (first < last) {
        ond_vector_add_filtered(sum + first, values + (first - place), image + first, last - first);
    }
}

/* Some columns of one row. Of the negative frequencies only the unpaired −width/2 is among them. */
static void multiply_row(const ond_complex *image, size_t width, ond_columns columns, ond_run run, const float *values,
                         ond_complex *product)
{
    ptrdiff_t first = (ptrdiff_t)columns.begin;
    ptrdiff_t last = (ptrdiff_t)columns.end;
    ptrdiff_t begin = run.begin > first ? run.begin : first;
    ptrdiff_t end = run.end < last ? run.end : last;
    if (begin >= end) {
        memset(product + first, 0, (size_t)(last - first) * sizeof *product);
    } else {
        memset(product + first, 0, (size_t)(begin - first) * sizeof *product);
        ond_vector_filtered(product + begin, values + (begin - run.begin), image + begin, (size_t)(end - begin));
        memset(product + end, 0, (size_t)(last - end) * sizeof *product);
    }
    ptrdiff_t unpaired = run.begin + (ptrdiff_t)width;
    if (run.begin < 0 && run.begin < run.end && unpaired >= first && unpaired < last) {
        ond_vector_filtered(product + unpaired, values, image + unpaired, 1);
    }
}

void ond_filter_product(const ond_filter *filter, ond_plane image, ond_columns columns, ond_plane product)
{
    ond_box grid = ond_box_of_grid(image.height, image.width);
    for (ptrdiff_t row = grid.row_begin; row < grid.row_end; row++) {
        size_t offset = index_of(row, image.height) * image.stride;
        if (row < filter->box.row_begin || row >= filter->box.row_end) {
            memset(product.data + offset + columns.begin, 0, (columns.end - columns.begin) * sizeof *product.data);
            continue;
        }
        ond_run run = filter->runs[row - filter->box.row_begin];
        multiply_row(image.data + offset, image.width, columns, run, filter->values + run.offset,
                     product.data + offset);
    }
}

void ond_filter_add_product(const ond_filter *filter, ond_plane image, ond_columns columns, ond_plane sum)
{
    for (ptrdiff_t row = filter->box.row_begin; row < filter->box.row_end; row++) {
        ond_run run = filter->runs[row - filter->box.row_begin];
        const float *values = filter->values + run.offset;
        size_t offset = ond_frequency_index(row, image.height) * image.stride;
        ptrdiff_t middle
            = run.begin > 0 ? run.begin : (run.end < 0 ? run.end : 0); /* negative columns come last in a row */
        add_run(image.data + offset, image.width, columns, run.begin, middle, values, sum.data + offset);
        add_run(image.data + offset, image.width, columns, middle, run.end, values + (middle - run.begin),
                sum.data + offset);
    }
}

/* Columns begin…end − 1 of one row, which are columns of the grid. */
static void add_unfolded_row(const ond_complex *folded, size_t folded_width, size_t begin, size_t end,
                             const float *values, float weight, ond_complex *sum)
{
    size_t place = begin % folded_width;
    for (size_t column = begin; column < end; column++) {
        float value = weight * *values++;
        sum[column].re += value * folded[place].re;
        sum[column].im += value * folded[place].im;
        place = place + 1 < folded_width ? place + 1 : 0;
    }
}

void ond_filter_add_unfolded(const ond_filter *filter, float weight, ond_plane folded, size_t columns, ond_plane sum)
{
    for (ptrdiff_t row = filter->box.row_begin; row < filter->box.row_end; row++) {
        ond_run run = filter->runs[row - filter->box.row_begin];
        const ond_complex *from = folded.data + ond_frequency_index(row, folded.height) * folded.stride;
        ond_complex *to = sum.data + index_of(row, sum.height) * sum.stride;
        const float *values = filter->values + run.offset;
        ptrdiff_t begin = run.begin > 0 ? run.begin : 0;
        ptrdiff_t end = run.end < (ptrdiff_t)columns ? run.end : (ptrdiff_t)columns;
        if (begin < end) {
            add_unfolded_row(from, folded.width, (size_t)begin, (size_t)end, values + (begin - run.begin), weight, to);
        }
        size_t first = ond_frequency_index(run.begin, sum.width);
        if (run.begin < 0 && run.begin < run.end && first < columns) {
            add_unfolded_row(from, folded.width, first, first + 1, values, weight, to);
        }
    }
}
