/* SPDX-License-Identifier: BSD-3-Clause */
#include "filters/fold_points.h"

#include "core/memory.h"
#include "core/vector.h"
#include "fft/lines.h"

#include <string.h>

/* Points are rows apart: each is asked for so many before it is used. Without this, compilers make vectors of points
 * rather than of lanes. */
enum { AHEAD = 16 };

typedef struct layout {
    const ond_filter *filter;
    ond_stacked_grid image;
    ond_box grid, box; /* of the image; what the filter has in common with it */
    size_t height, width;
} layout;

/* The points of one row of a folded column; counts them alone where there is no room yet. */
static size_t lay_out_row(const layout *l, size_t column, size_t a, ond_fold_point *points)
{
    size_t count = 0;
    ptrdiff_t height = (ptrdiff_t)l->height;
    ptrdiff_t row = l->box.row_begin + (((ptrdiff_t)a - l->box.row_begin) % height + height) % height;
    for (; row < l->box.row_end; row += height) {
        size_t line = ond_frequency_index(row, l->image.height) * l->image.stride;
        for (size_t place = column; place < l->image.width; place += l->width) {
            ptrdiff_t signed_place = (ptrdiff_t)place;
            signed_place -= signed_place < l->grid.column_end ? 0 : (ptrdiff_t)l->image.width;
            float value = ond_filter_value(l->filter, row, signed_place);
            if (value != 0) {
                if (points) {
                    points[count] = (ond_fold_point){(uint32_t)(line + place * OND_LANES), value};
                }
                count++;
            }
        }
    }
    return count;
}

static size_t lay_out(const layout *l, ond_fold_points *made)
{
    size_t count = 0;
    for (size_t column = 0; column < l->width; column++) {
        made->column_begin[column] = count;
        for (size_t a = 0; a < l->height; a++) {
            size_t found = lay_out_row(l, column, a, made->points ? made->points + count : NULL);
            made->counts[column * l->height + a] = (uint32_t)found;
            count += found;
        }
    }
    return count;
}

static ond_status fill(const layout *l, ond_fold_points *made)
{
    made->column_begin = ond_memory_allocate(l->width, sizeof *made->column_begin);
    made->counts = ond_memory_allocate(l->width, l->height * sizeof *made->counts);
    if (!made->column_begin || !made->counts) {
        return OND_ERROR_MEMORY;
    }
    size_t count = lay_out(l, made);
    made->points = ond_memory_allocate_zero(count + AHEAD, sizeof *made->points);
    if (!made->points) {
        return OND_ERROR_MEMORY;
    }
    (void)lay_out(l, made);
    return OND_OK;
}

ond_status ond_fold_points_create(const ond_filter *filter, ond_stacked_grid image, size_t height, size_t width,
                                  ond_fold_points **points)
{
    ond_fold_points *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->height = height;
    made->width = width;
    made->imaginary = image.imaginary;
    ond_box grid = ond_box_of_grid(image.height, image.width);
    layout l = {filter, image, grid, ond_box_intersect(filter->box, grid), height, width};
    ond_status status = fill(&l, made);
    if (status != OND_OK) {
        ond_fold_points_destroy(made);
        return status;
    }
    *points = made;
    return OND_OK;
}

void ond_fold_points_destroy(ond_fold_points *points)
{
    if (!points) {
        return;
    }
    ond_memory_free(points->column_begin);
    ond_memory_free(points->counts);
    ond_memory_free(points->points);
    ond_memory_free(points);
}

OND_WIDE static void sum_points(const uint32_t *restrict counts, const ond_fold_point *restrict point, size_t height,
                                const float *restrict re, const float *restrict im, float *restrict folded)
{
    float *folded_im = folded + height * OND_LANES;
    for (size_t row = 0; row < height; row++) {
        float sum_re[OND_LANES] = {0};
        float sum_im[OND_LANES] = {0};
        const ond_fold_point *end = point + counts[row];
        for (; point < end; point++) {
            OND_PREFETCH(re + point[AHEAD].image);
            OND_PREFETCH(im + point[AHEAD].image);
            const float *part_re = re + point->image;
            const float *part_im = im + point->image;
            for (size_t lane = 0; lane < OND_LANES; lane++) {
                sum_re[lane] += point->value * part_re[lane];
                sum_im[lane] += point->value * part_im[lane];
            }
        }
        memcpy(folded + row * OND_LANES, sum_re, sizeof sum_re);
        memcpy(folded_im + row * OND_LANES, sum_im, sizeof sum_im);
    }
}

void ond_fold_column(const ond_fold_points *points, size_t column, const float *image, float *folded)
{
    sum_points(points->counts + column * points->height, points->points + points->column_begin[column], points->height,
               image, image + points->imaginary, folded);
}
