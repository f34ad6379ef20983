/* SPDX-License-Identifier: BSD-3-Clause */
#include "filters/fold_table.h"

#include "core/memory.h"

#include <string.h>

/* Terms are rows apart in the image and in the filter: each is asked for so many before it is used, in images from
 * LARGE_IMAGE points on twice as many, whose rows come from farther away. */
enum { AHEAD = 32, FAR_AHEAD = 64, LARGE_IMAGE = 1 << 19 };

/* Up to so many points, values kept in order take less than two megabytes for a bank, and a third off the time. */
enum { SMALL_IMAGE = 1 << 15 };

static uint32_t choose_ahead(size_t points)
{
    if (points <= SMALL_IMAGE) {
        return 0;
    }
    return points < LARGE_IMAGE ? AHEAD : FAR_AHEAD;
}

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

/* How much of a table is laid out. */
typedef struct extent {
    size_t terms, edges;
} extent;

/* Columns begin…end − 1 of a row, sixteen or less, and how many of them a piece of the run has. */
static size_t columns_in(const pieces *row, int piece, size_t begin, size_t end)
{
    size_t first = row->begin[piece] > begin ? row->begin[piece] : begin;
    size_t last = row->end[piece] < end ? row->end[piece] : end;
    return first < last ? last - first : 0;
}

static void copy_values(const pieces *row, size_t begin, size_t end, float values[OND_LANES])
{
    for (int piece = 0; piece < 2; piece++) {
        size_t count = columns_in(row, piece, begin, end);
        if (count > 0) {
            size_t first = row->begin[piece] > begin ? row->begin[piece] : begin;
            memcpy(values + (first - begin), row->values[piece] + (first - row->begin[piece]), count * sizeof *values);
        }
    }
}

/* The filter's values on columns begin…end − 1, which it does not leave out all, behind `before` zeros. */
static uint32_t place_values(const layout *l, const pieces *row, size_t before, size_t begin, size_t end,
                             ond_fold_table *table, extent *laid)
{
    for (int piece = 0; piece < 2; piece++) {
        if (table->ahead > 0 && columns_in(row, piece, begin, end) == OND_LANES) {
            const float *values = row->values[piece] + (begin - row->begin[piece]);
            return (uint32_t)(2 * (values - l->filter->values));
        }
    }
    size_t edge = laid->edges++ * OND_LANES;
    if (table->edges) {
        copy_values(row, begin, end, table->edges + edge + before);
    }
    return (uint32_t)(2 * edge + 1);
}

/* Sixteen neighbours or fewer, of which the filter has some. */
typedef struct neighbours {
    size_t first;      /* the column that meets lane 0 */
    size_t begin, end; /* those to be taken */
    size_t place;      /* in the image, of the first */
} neighbours;

static void lay_out_term(const layout *l, const pieces *row, neighbours some, ond_fold_table *table, extent *laid)
{
    if (columns_in(row, 0, some.begin, some.end) + columns_in(row, 1, some.begin, some.end) > 0) {
        uint32_t values = place_values(l, row, some.begin - some.first, some.begin, some.end, table, laid);
        if (table->terms) {
            table->terms[laid->terms] = (ond_fold_term){(uint32_t)some.place, values};
        }
        laid->terms++;
    }
}

/* The terms of one row of a strip; counts them alone where the table has no room yet. Neighbours on both sides of the
 * image's gap are two terms. */
static void lay_out_row(const layout *l, size_t strip, size_t a, ond_fold_table *table, extent *laid)
{
    ptrdiff_t height = (ptrdiff_t)l->height;
    ptrdiff_t row = l->box.row_begin + (((ptrdiff_t)a - l->box.row_begin) % height + height) % height;
    size_t middle = l->image.gap > 0 ? l->image.width / 2 : l->image.width;
    for (; row < l->box.row_end; row += height) {
        pieces found = pieces_of(l, row);
        size_t line = ond_frequency_index(row, l->image.height) * l->image.stride;
        for (size_t copy = 0; copy < l->image.width; copy += l->width) {
            size_t first = copy + strip * OND_LANES;
            size_t end = first + OND_LANES < copy + l->width ? first + OND_LANES : copy + l->width;
            if (first < middle) {
                neighbours left = {first, first, end < middle ? end : middle, line + first};
                lay_out_term(l, &found, left, table, laid);
            }
            if (end > middle) {
                neighbours right = {first, first > middle ? first : middle, end, line + first + l->image.gap};
                lay_out_term(l, &found, right, table, laid);
            }
        }
    }
}

static extent lay_out(const layout *l, ond_fold_table *table)
{
    extent laid = {0, 0};
    for (size_t strip = 0; strip < table->strips; strip++) {
        table->strip_begin[strip] = laid.terms;
        for (size_t a = 0; a < table->height; a++) {
            size_t begun = laid.terms;
            lay_out_row(l, strip, a, table, &laid);
            table->row_terms[strip * table->height + a] = (uint32_t)(laid.terms - begun);
        }
    }
    return laid;
}

static ond_status too_large(const ond_split_plane *image)
{
    return ond_fail(OND_ERROR_UNSUPPORTED, "a padded image of %zu x %zu is larger than 2^31 pixels", image->height,
                    image->width);
}

static ond_status fill(const layout *l, ond_fold_table *table)
{
    table->strip_begin = ond_memory_allocate(table->strips, sizeof *table->strip_begin);
    table->row_terms = ond_memory_allocate(table->strips, table->height * sizeof *table->row_terms);
    if (!table->strip_begin || !table->row_terms) {
        return OND_ERROR_MEMORY;
    }
    extent wanted = lay_out(l, table);
    if (wanted.edges > INT32_MAX / OND_LANES) {
        return too_large(&l->image);
    }
    ond_fold_term *terms = ond_memory_allocate_zero(wanted.terms + table->ahead, sizeof *terms);
    table->edges = ond_memory_allocate_zero(wanted.edges, OND_LANES * sizeof *table->edges);
    table->terms = terms;
    if (!terms || !table->edges) {
        return OND_ERROR_MEMORY;
    }
    table->bases[0] = l->filter->values;
    table->bases[1] = table->edges;
    table->bytes = sizeof *table + table->strips * (sizeof(size_t) + table->height * sizeof(uint32_t))
                   + (wanted.terms + table->ahead) * sizeof *terms + wanted.edges * OND_LANES * sizeof(float);
    (void)lay_out(l, table);
    return OND_OK;
}

ond_status ond_fold_table_create(const ond_filter *filter, ond_split_plane image, size_t height, size_t width,
                                 ond_fold_table **table)
{
    if (image.height * image.stride > UINT32_MAX || filter->count > INT32_MAX) {
        return too_large(&image);
    }
    ond_fold_table *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->height = height;
    made->width = width;
    made->strips = (width + OND_LANES - 1) / OND_LANES;
    made->imaginary = image.stride / 2;
    made->ahead = choose_ahead(image.height * image.width);
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
    ond_memory_free(table->terms);
    ond_memory_free(table->edges);
    ond_memory_free(table);
}

/* `ahead` 0: the values come one after the other, and everything from near caches. */
static inline __attribute__((always_inline)) void sum_rows(uint32_t ahead, const uint32_t *restrict row_terms,
                                                           const ond_fold_term *restrict term,
                                                           const float *const bases[2], size_t height,
                                                           const float *restrict re, const float *restrict im,
                                                           float *restrict folded)
{
    float *folded_im = folded + height * OND_LANES;
    for (size_t row = 0; row < height; row++) {
        float sum_re[OND_LANES] = {0};
        float sum_im[OND_LANES] = {0};
        uint32_t count = row_terms[row];
        for (uint32_t i = 0; i < count; i++) {
            const float *values = bases[ahead ? term->values & 1 : 1] + term->values / 2;
            if (ahead) {
                OND_PREFETCH(bases[term[ahead].values & 1] + term[ahead].values / 2);
                OND_PREFETCH(re + term[ahead].image);
                OND_PREFETCH(im + term[ahead].image);
            }
            const float *part_re = re + term->image;
            const float *part_im = im + term->image;
            for (size_t lane = 0; lane < OND_LANES; lane++) {
                sum_re[lane] += values[lane] * part_re[lane];
                sum_im[lane] += values[lane] * part_im[lane];
            }
            term++;
        }
        memcpy(folded + row * OND_LANES, sum_re, sizeof sum_re);
        memcpy(folded_im + row * OND_LANES, sum_im, sizeof sum_im);
    }
}

OND_WIDE static void sum_terms(const uint32_t *row_terms, const ond_fold_term *term, const float *const bases[2],
                               size_t height, const float *re, const float *im, float *folded)
{
    sum_rows(AHEAD, row_terms, term, bases, height, re, im, folded);
}

OND_WIDE static void sum_far_terms(const uint32_t *row_terms, const ond_fold_term *term, const float *const bases[2],
                                   size_t height, const float *re, const float *im, float *folded)
{
    sum_rows(FAR_AHEAD, row_terms, term, bases, height, re, im, folded);
}

OND_WIDE static void sum_in_order(const uint32_t *row_terms, const ond_fold_term *term, const float *const bases[2],
                                  size_t height, const float *re, const float *im, float *folded)
{
    sum_rows(0, row_terms, term, bases, height, re, im, folded);
}

void ond_fold_strip(const ond_fold_table *table, size_t strip, const float *image, float *folded)
{
    const uint32_t *rows = table->row_terms + strip * table->height;
    size_t begin = table->strip_begin[strip];
    const float *imaginary = image + table->imaginary;
    const ond_fold_term *terms = table->terms + begin;
    switch (table->ahead) {
    case 0:
        sum_in_order(rows, terms, table->bases, table->height, image, imaginary, folded);
        break;
    case AHEAD:
        sum_terms(rows, terms, table->bases, table->height, image, imaginary, folded);
        break;
    default:
        sum_far_terms(rows, terms, table->bases, table->height, image, imaginary, folded);
        break;
    }
}
