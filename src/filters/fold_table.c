/* SPDX-License-Identifier: BSD-3-Clause */
#include "filters/fold_table.h"

#include "core/memory.h"

#include <string.h>

/* A run of one row in up to two pieces of columns 0…width − 1, in the order of the run. */
typedef struct pieces {
    size_t begin[2], end[2];
    const float *values[2];
} pieces;

typedef struct layout {
    const ond_filter *filter;
    ond_split_plane image;
    ond_box grid, box; /* of the image; what the filter has in common with it */
    size_t height, width;
} layout;

static pieces pieces_of(const layout *l, ptrdiff_t row)
{
    ond_run run = l->filter->runs[row - l->filter->box.row_begin];
    ptrdiff_t begin = run.begin > l->grid.column_begin ? run.begin : l->grid.column_begin;
    ptrdiff_t end = run.end < l->grid.column_end ? run.end : l->grid.column_end;
    pieces found = {.begin = {0, 0}};
    if (begin < end) {
        const float *values = l->filter->values + run.offset + (begin - run.begin);
        ptrdiff_t width = (ptrdiff_t)l->image.width;
        ptrdiff_t middle = begin < 0 ? (end < 0 ? end : 0) : begin; /* negative columns are before it */
        found = (pieces){{(size_t)(begin + width), (size_t)middle},
                         {(size_t)(middle + width), (size_t)end},
                         {values, values + (middle - begin)}};
        if (begin >= 0) {
            found.begin[0] = found.end[0] = 0;
        }
        if (end <= 0) {
            found.begin[1] = found.end[1] = 0;
        }
    }
    return found;
}

/* The filter on columns begin…end − 1 (sixteen or less) of a row; false where it vanishes. */
static bool take_values(const pieces *row, size_t begin, size_t end, float values[OND_LANES])
{
    bool found = false;
    for (int piece = 0; piece < 2; piece++) {
        size_t first = row->begin[piece] > begin ? row->begin[piece] : begin;
        size_t last = row->end[piece] < end ? row->end[piece] : end;
        if (first < last && values) {
            memcpy(values + (first - begin), row->values[piece] + (first - row->begin[piece]),
                   (last - first) * sizeof *values);
        }
        found = found || first < last;
    }
    return found;
}

/* The terms of one row of a strip; counts them alone where the table has no room yet. */
static size_t lay_out_row(const layout *l, size_t strip, size_t a, ond_fold_table *table, size_t term)
{
    size_t begun = term;
    ptrdiff_t height = (ptrdiff_t)l->height;
    ptrdiff_t row = l->box.row_begin + (((ptrdiff_t)a - l->box.row_begin) % height + height) % height;
    for (; row < l->box.row_end; row += height) {
        pieces found = pieces_of(l, row);
        size_t line = ond_frequency_index(row, l->image.height) * l->image.stride;
        for (size_t copy = 0; copy < l->image.width; copy += l->width) {
            size_t begin = copy + strip * OND_LANES;
            size_t end = begin + OND_LANES < copy + l->width ? begin + OND_LANES : copy + l->width;
            float *values = table->term_values ? table->term_values + term * OND_LANES : NULL;
            if (take_values(&found, begin, end, values)) {
                if (values) {
                    table->term_offset[term] = (uint32_t)(line + begin);
                }
                term++;
            }
        }
    }
    return term - begun;
}

static size_t lay_out(const layout *l, ond_fold_table *table)
{
    size_t term = 0;
    for (size_t strip = 0; strip < table->strips; strip++) {
        table->strip_begin[strip] = term;
        for (size_t a = 0; a < table->height; a++) {
            size_t count = lay_out_row(l, strip, a, table, term);
            table->row_terms[strip * table->height + a] = (uint32_t)count;
            term += count;
        }
    }
    return term;
}

static ond_status fill(const layout *l, ond_fold_table *table)
{
    table->strip_begin = ond_memory_allocate(table->strips, sizeof *table->strip_begin);
    table->row_terms = ond_memory_allocate(table->strips, table->height * sizeof *table->row_terms);
    if (!table->strip_begin || !table->row_terms) {
        return OND_ERROR_MEMORY;
    }
    size_t terms = lay_out(l, table);
    table->term_offset = ond_memory_allocate(terms, sizeof *table->term_offset);
    float *values = ond_memory_allocate_zero(terms, OND_LANES * sizeof *values);
    table->term_values = values;
    if (!table->term_offset || !values) {
        return OND_ERROR_MEMORY;
    }
    (void)lay_out(l, table);
    return OND_OK;
}

ond_status ond_fold_table_create(const ond_filter *filter, ond_split_plane image, size_t height, size_t width,
                                 ond_fold_table **table)
{
    if (image.height * image.stride > UINT32_MAX) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "a padded image of %zu x %zu is larger than 2^31 pixels", image.height,
                        image.width);
    }
    ond_fold_table *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->height = height;
    made->strips = (width + OND_LANES - 1) / OND_LANES;
    made->imaginary = image.stride / 2;
    ond_box grid = ond_box_of_grid(image.height, image.width);
    layout l = {filter, image, grid, ond_box_intersect(filter->box, grid), height, width};
    ond_status status = fill(&l, made);
    if (status != OND_OK) {
        ond_fold_table_destroy(made);
        return status;
    }
    *table = made;
    return OND_OK;
}

void ond_fold_table_destroy(ond_fold_table *table)
{
    if (!table) {
        return;
    }
    ond_memory_free(table->strip_begin);
    ond_memory_free(table->row_terms);
    ond_memory_free(table->term_offset);
    ond_memory_free(table->term_values);
    ond_memory_free(table);
}

OND_WIDE static void sum_terms(const uint32_t *restrict row_terms, const uint32_t *restrict offset,
                               const float *restrict values, size_t height, const float *restrict re,
                               const float *restrict im, float *restrict folded)
{
    float *folded_im = folded + height * OND_LANES;
    for (size_t row = 0; row < height; row++) {
        float sum_re[OND_LANES] = {0};
        float sum_im[OND_LANES] = {0};
        for (uint32_t term = 0; term < row_terms[row]; term++) {
            for (size_t lane = 0; lane < OND_LANES; lane++) {
                sum_re[lane] += values[lane] * re[*offset + lane];
                sum_im[lane] += values[lane] * im[*offset + lane];
            }
            values += OND_LANES;
            offset++;
        }
        memcpy(folded + row * OND_LANES, sum_re, sizeof sum_re);
        memcpy(folded_im + row * OND_LANES, sum_im, sizeof sum_im);
    }
}

void ond_fold_strip(const ond_fold_table *table, size_t strip, const float *image, float *folded)
{
    size_t begin = table->strip_begin[strip];
    sum_terms(table->row_terms + strip * table->height, table->term_offset + begin,
              table->term_values + begin * OND_LANES, table->height, image, image + table->imaginary, folded);
}
