/* SPDX-License-Identifier: BSD-3-Clause */
#include "filters/fold_table.h"

#include "core/memory.h"

#include <string.h>

/* Terms are rows apart in the image and in the filter: each is asked for so many before it is used, in images from
 * LARGE_IMAGE points on more, whose rows come from farther away. */
enum { AHEAD = 48, FAR_AHEAD = 64, LARGE_IMAGE = 1 << 19 };

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
    ptrdiff_t row;
} pieces;

typedef struct layout {
    const ond_filter *filter, *mirror; /* the second may be NULL */
    ond_split_plane image;
    ond_box grid, box; /* of the image; what the filter has in common with it */
    size_t height, width;
} layout;

static pieces pieces_of(const layout *l, ptrdiff_t row)
{
    ond_run run = l->filter->runs[row - l->filter->box.row_begin];
    ptrdiff_t begin = run.begin > l->grid.column_begin ? run.begin : l->grid.column_begin;
    ptrdiff_t end = run.end < l->grid.column_end ? run.end : l->grid.column_end;
    pieces found = {.row = row};
    if (begin < end) {
        const float *values = l->filter->values + run.offset + (begin - run.begin);
        ptrdiff_t width = (ptrdiff_t)l->image.width;
        ptrdiff_t middle = begin < 0 ? (end < 0 ? end : 0) : begin; /* negative columns are before it */
        found = (pieces){{(size_t)(begin + width), (size_t)middle},
                         {(size_t)(middle + width), (size_t)end},
                         {values, values + (middle - begin)},
                         row};
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

/* Where the mirror image has its values on the opposites of sixteen columns from `column` on; −1 where it has not all
 * of them. */
static ptrdiff_t find_mirrored(const ond_filter *mirror, ptrdiff_t row, ptrdiff_t column)
{
    ond_run run = mirror->runs[row - mirror->box.row_begin];
    ptrdiff_t first = 1 - column - OND_LANES;
    bool inside = first >= run.begin && first + OND_LANES <= run.end;
    return inside ? (ptrdiff_t)run.offset + first - run.begin : -1;
}

/* Where table->bases[0] has the filter's values on sixteen columns that one piece of the run covers; −1 where it has
 * not. */
static ptrdiff_t find_values(const layout *l, const pieces *row, int piece, size_t begin)
{
    if (l->mirror) {
        ptrdiff_t column = (ptrdiff_t)begin - (piece == 0 ? (ptrdiff_t)l->image.width : 0);
        return find_mirrored(l->mirror, row->row, column);
    }
    return row->values[piece] + (begin - row->begin[piece]) - l->filter->values;
}

static void turn_round(float values[OND_LANES])
{
    for (size_t lane = 0; lane < OND_LANES / 2; lane++) {
        float value = values[lane];
        values[lane] = values[OND_LANES - 1 - lane];
        values[OND_LANES - 1 - lane] = value;
    }
}

/* The filter's values on columns begin…end − 1, which it does not leave out all, behind `before` zeros. */
static uint32_t place_values(const layout *l, const pieces *row, size_t before, size_t begin, size_t end,
                             ond_fold_table *table, extent *laid)
{
    for (int piece = 0; piece < 2; piece++) {
        if (table->ahead > 0 && columns_in(row, piece, begin, end) == OND_LANES) {
            ptrdiff_t values = find_values(l, row, piece, begin);
            if (values >= 0) {
                return (uint32_t)(2 * values);
            }
        }
    }
    size_t edge = laid->edges++ * OND_LANES;
    if (table->edges) {
        copy_values(row, begin, end, table->edges + edge + before);
        if (table->mirrored) {
            turn_round(table->edges + edge);
        }
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
    table->bases[0] = l->mirror ? l->mirror->values : l->filter->values;
    table->bases[1] = table->edges;
    table->bytes = sizeof *table + table->strips * (sizeof(size_t) + table->height * sizeof(uint32_t))
                   + (wanted.terms + table->ahead) * sizeof *terms + wanted.edges * OND_LANES * sizeof(float);
    (void)lay_out(l, table);
    return OND_OK;
}

ond_status ond_fold_table_create(const ond_filter *filter, const ond_filter *mirror, ond_split_plane image,
                                 size_t height, size_t width, ond_fold_table **table)
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
    made->mirrored = mirror && made->ahead > 0;
    layout l
        = {filter, made->mirrored ? mirror : NULL, image, grid, ond_box_intersect(filter->box, grid), height, width};
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

/* `in_order`: the values come one after the other, and everything from near caches. */
static inline __attribute__((always_inline)) void sum_rows(bool in_order, bool mirrored, const ond_fold_table *table,
                                                           const uint32_t *restrict row_terms,
                                                           const ond_fold_term *restrict term, const float *restrict re,
                                                           const float *restrict im, float *restrict folded)
{
    const float *const bases[] = {table->bases[0], table->bases[1]};
    size_t height = table->height;
    size_t ahead = table->ahead;
    float *folded_im = folded + height * OND_LANES;
    for (size_t row = 0; row < height; row++) {
        float sum_re[OND_LANES] = {0};
        float sum_im[OND_LANES] = {0};
        uint32_t count = row_terms[row];
        for (uint32_t i = 0; i < count; i++) {
            const float *values = bases[in_order ? 1 : term->values & 1] + term->values / 2;
            if (!in_order) {
                OND_PREFETCH(bases[term[ahead].values & 1] + term[ahead].values / 2);
                OND_PREFETCH(re + term[ahead].image);
                OND_PREFETCH(im + term[ahead].image);
            }
            const float *part_re = re + term->image;
            const float *part_im = im + term->image;
            for (size_t lane = 0; lane < OND_LANES; lane++) {
                float value = values[mirrored ? OND_LANES - 1 - lane : lane];
                sum_re[lane] += value * part_re[lane];
                sum_im[lane] += value * part_im[lane];
            }
            term++;
        }
        memcpy(folded + row * OND_LANES, sum_re, sizeof sum_re);
        memcpy(folded_im + row * OND_LANES, sum_im, sizeof sum_im);
    }
}

#define SUM(NAME, IN_ORDER, MIRRORED)                                                                                  \
    OND_WIDE static void NAME(const ond_fold_table *table, const uint32_t *row_terms, const ond_fold_term *terms,      \
                              const float *re, const float *im, float *folded)                                         \
    {                                                                                                                  \
        sum_rows(IN_ORDER, MIRRORED, table, row_terms, terms, re, im, folded);                                         \
    }

SUM(sum_in_order, true, false)
SUM(sum_terms, false, false)
SUM(sum_mirrored, false, true)

void ond_fold_strip(const ond_fold_table *table, size_t strip, const float *image, float *folded)
{
    typedef void summer(const ond_fold_table *, const uint32_t *, const ond_fold_term *, const float *, const float *,
                        float *);
    summer *sum = table->ahead == 0 ? sum_in_order : table->mirrored ? sum_mirrored : sum_terms;
    sum(table, table->row_terms + strip * table->height, table->terms + table->strip_begin[strip], image,
        image + table->imaginary, folded);
}
