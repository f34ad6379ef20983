/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FILTERS_FOLD_TABLE_H
#define OND_FILTERS_FOLD_TABLE_H

#include "fft/split.h"
#include "filters/filters.h"

#include <stdint.h>

/* Sixteen neighbours of the image's spectrum that come to one row of a strip. */
typedef struct ond_fold_term {
    uint32_t image;  /* place of their first real part */
    uint32_t values; /* of the filter's on them: bases[values & 1] + values / 2 */
} ond_fold_term;

/* ond_filter_fold of fold.h for one filter and one pair of sizes, laid out once: which terms come to each row of each
 * strip of sixteen columns of the folded plane. A term's values are the filter's own; only where the filter begins or
 * ends among the sixteen are they kept here, with 0 where it vanishes. Tables for small images keep them all, in the
 * order of the terms. A filter that is another's mirror image reads the other's values from right to left: fewer of
 * them then compete for the caches. */
typedef struct ond_fold_table {
    size_t height, width, strips; /* of the folded plane; its strips */
    size_t imaginary;             /* floats from the real to the imaginary parts of the image */
    size_t *strip_begin;          /* per strip: its first term */
    uint32_t *row_terms;          /* [strips, height]: how many terms */
    ond_fold_term *terms;
    float *edges;          /* [edges, 16] */
    uint32_t ahead;        /* terms are asked for so many before they are used; 0: the edges are all the terms */
    bool mirrored;         /* values of sixteen neighbours, the edges too, stand from right to left */
    const float *bases[2]; /* the filter's values or those of its mirror image; `edges` */
    size_t bytes;          /* of all this */
} ond_fold_table;

/* @param filter  outlives the table
 * @param mirror  NULL, or a filter that it mirrors (ond_filter_mirrors), which outlives the table too
 * @param image  the spectrum's sizes and stride; its memory ends sixteen floats behind the last row or later
 * @param height, width  of the folded plane; they divide the image's */
ond_status ond_fold_table_create(const ond_filter *filter, const ond_filter *mirror, ond_split_plane image,
                                 size_t height, size_t width, ond_fold_table **table);
void ond_fold_table_destroy(ond_fold_table *table);

/* One strip of the folded plane: the real parts [height, 16], then the imaginary parts. */
void ond_fold_strip(const ond_fold_table *table, size_t strip, const float *image, float *folded);

#endif
