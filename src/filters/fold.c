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

/* Columns begin…end − 1 of one row, as far as they are among the first `columns`. */
static void add_run(const ond_complex *image, size_t width, size_t columns, ptrdiff_t begin, ptrdiff_t end,
                    const float *values, ond_complex *sum)
{
    if (begin >= end) {
        return;
    }
    size_t first = ond_frequency_index(begin, width);
    size_t last = first + (size_t)(end - begin);
    last = last < columns ? last : columns;
    if (first < last) {
        ond_vector_add_filtered(sum + first, values, image + first, last - first);
    }
}

void ond_filter_add_product(const ond_filter *filter, ond_plane image, size_t columns, ond_plane sum)
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
