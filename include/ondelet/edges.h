/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_EDGES_H
#define ONDELET_EDGES_H

#include <ondelet/array.h>
#include <ondelet/option.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a boundary detector got right in one picture at one threshold. */
typedef struct ond_edge_counts {
    double truth_matched;    /**< boundary pixels with a detected partner, summed over the annotators */
    double truth;            /**< boundary pixels of all annotators */
    double detected_matched; /**< detected pixels with a partner in any annotator's map */
    double detected;         /**< detected pixels */
} ond_edge_counts;

/** A point of a precision–recall curve. */
typedef struct ond_edge_point {
    double threshold, recall, precision;
    double f_score; /**< 2 precision recall / (precision + recall) */
} ond_edge_point;

/** How well a detector does on a set of pictures. */
typedef struct ond_edge_score {
    ond_edge_point best;      /**< at the best threshold for the whole set: its f_score is ODS */
    ond_edge_point best_each; /**< at the best threshold of each picture: its f_score is OIS; threshold is 0 */
    double average_precision; /**< area under the curve */
} ond_edge_score;

/** Thins a map of 0 and 1 to lines one pixel wide; what is connected stays so.
 *  @param[in]  binary  [height, width]; a pixel is set when above 0.5
 *  @param[out] thinned [height, width], 0 or 1
 *  Source: Lam, Lee & Suen, Thinning methodologies, IEEE PAMI 14(9), 1992, p. 879, the algorithm A1 of Guo & Hall. */
OND_CHECKED ond_status ond_edge_thin(const ond_array *binary, ond_array *thinned);

/** Counts of the Berkeley boundary benchmark for one picture: at each threshold t the map strength ≥ t is thinned and
 *  matched with each annotator's map, one pixel to one pixel no farther than `distance` apart. The number of pairs is
 *  the largest possible; among such matchings near pixels are paired first.
 *  @param[in]  strength    [height, width], finite
 *  @param[in]  truth       [annotators, height, width]; a boundary pixel is above 0.5
 *  @param[in]  thresholds  `count` of them
 *  @param      distance    as a share of the picture's diagonal, 0…0.1; 0.0075 in the benchmark
 *  @param[out] counts      one for each threshold
 *  @retval OND_ERROR_SHAPE, OND_ERROR_ARGUMENT, OND_ERROR_MEMORY
 *  Cost: about 2 ms per threshold and annotator for a picture of 481 x 321; thresholds are shared out to threads.
 *  Source: Martin, Fowlkes & Malik, Learning to detect natural image boundaries, IEEE PAMI 26(5), 2004, section 4;
 *  Hopcroft & Karp, An n^5/2 algorithm for maximum matchings in bipartite graphs, SIAM J. Comput. 2(4), 1973. */
OND_CHECKED ond_status ond_edge_benchmark(const ond_array *strength, const ond_array *truth, const double *thresholds,
                                          size_t count, double distance, ond_edge_counts *counts);

/** The curve and the score of a set of pictures.
 *  @param[in]  counts      [pictures][thresholds], as ond_edge_benchmark gives them
 *  @param[in]  thresholds  rising
 *  @param[out] curve       `threshold_count` points; may be NULL
 *  @param[out] score       ODS between two thresholds is that of the interpolated recall and precision
 *  Source: Arbelaez, Maire, Fowlkes & Malik, Contour detection and hierarchical image segmentation, IEEE PAMI 33(5),
 *  2011, section 2. */
OND_CHECKED ond_status ond_edge_score_set(const ond_edge_counts *counts, size_t picture_count, const double *thresholds,
                                          size_t threshold_count, ond_edge_point *curve, ond_edge_score *score);

#ifdef __cplusplus
}
#endif

#endif
