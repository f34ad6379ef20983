/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FILTERS_FOLD_H
#define OND_FILTERS_FOLD_H

#include "core/vector.h"
#include "filters/filters.h"

/* A complex plane, usually a spectrum with zero frequency at [0, 0]. */
typedef struct ond_plane {
    ond_complex *data;
    size_t height, width;
    size_t stride;
} ond_plane;

/* Filters an image and subsamples it, in Fourier: plane[a, b] = Σ_{i,k} (X ψ^)[a + i·plane height, b + k·plane width].
 *
 * The image may be at a lower resolution than the bank's grid; the filter is then cropped to the frequencies that
 * remain (which is what Kymatio's filters at lower levels are). The plane's sizes divide the image's. An inverse
 * transform that is not normalised gives height · width of the image times the filtered image at every (image height /
 * plane height)th pixel. */
void ond_filter_fold(const ond_filter *filter, ond_plane image, ond_plane plane);

/* The transpose of ond_filter_fold: image[a + i·plane height, b + k·plane width] += plane[a, b] ψ^ at that frequency.
 */
void ond_filter_unfold(const ond_filter *filter, ond_plane plane, ond_plane image);

/* Columns begin…end − 1 of a plane. */
typedef struct ond_columns {
    size_t begin, end;
} ond_columns;

/* sum += X ψ^ on some columns, without subsampling. The first width/2 + 1 are enough where the filter is even and the
 * image real. */
void ond_filter_add_product(const ond_filter *filter, ond_plane image, ond_columns columns, ond_plane sum);

/* product = X ψ^ on some columns, none of them behind width/2, of an even filter; 0 where it vanishes. */
void ond_filter_product(const ond_filter *filter, ond_plane image, ond_columns columns, ond_plane product);

/* sum += weight · filter · (what folds to `folded`, repeated) on the first `columns`; the adjoint of ond_filter_fold on
 * them, up to the weight. The folded plane is whole, its size divides that of the sum. */
void ond_filter_add_unfolded(const ond_filter *filter, float weight, ond_plane folded, size_t columns, ond_plane sum);

#endif
