/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_EDGES_H
#define ONDELET_EDGES_H

#include <ondelet/array.h>
#include <ondelet/option.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A trained detector; see below. */
typedef struct ond_edge_model ond_edge_model;

typedef enum ond_edge_method {
    OND_EDGE_MEASURE, /**< odd parts of one-sided shearlets over four scales, against their surroundings: no training */
    OND_EDGE_LEARNED, /**< a trained model: boundaries of things rather than steps of brightness */
    OND_EDGE_GRADIENT, /**< modulus of the gradient of a Gaussian mean: the classical baseline */
    OND_EDGE_COSHREM   /**< the measure from complex shearlets as its authors define it, of brightness alone: precise on
                          clean images, with a contrast to choose */
} ond_edge_method;

typedef enum ond_edge_kind {
    OND_EDGE_STEPS, /**< borders between bright and dark */
    OND_EDGE_RIDGES /**< lines, bright or dark: even parts instead of odd ones */
} ond_edge_kind;

typedef struct ond_edge_config {
    ond_edge_method method;
    ond_edge_kind kind; /**< OND_EDGE_MEASURE finds both, the others steps alone */
    double low, high;   /**< of ond_edge_select, 0…1; −1, the preset: the method's own */
    double contrast;    /**< smallest step, in levels of 255, for OND_EDGE_COSHREM; > 0 keeps noise out */
} ond_edge_config;

OND_API ond_edge_config ond_edge_config_default(void);
OND_API const ond_option *ond_edge_options(void);

/** What is known of the edges of an image; all [height, width]. `{0}` before the first use. */
typedef struct ond_edge_map {
    ond_array strength; /**< 0…1 */
    ond_array
        normal_rad; /**< direction across the edge, from the downward row axis towards the column axis, modulo π */
    ond_array thin; /**< the strength where it is largest along the normal, else 0 */
    ond_array offset_px; /**< how far along the normal from such a pixel's centre the edge lies */
    double low, high;    /**< thresholds asked for, or the method's own */
} ond_edge_map;

/** Finds edges.
 *
 *  OND_EDGE_MEASURE: c(s, o) = even + i odd are coefficients of one-sided directional filters, o of 8 orientations and
 *  s of 4 octaves, in brightness and two opponent colours. With the noise σ that is estimated from the image
 *      r(o) = max(0, |Σ_s w_s odd(s, o)| − 3 σ) · min(1, share of the two finest scales in the sum / 0.3)
 *      r = max_o r(o),   strength = 1 − exp(−r / (2 (m + q + 4 σ)))
 *  where m is the mean of r around (Gaussian, 32 pixels) and q the root mean square of r in the image: neither
 *  brightness nor contrast of the whole image counts. Ridges: even parts less twice the odd ones, in two scales next
 *  to each other.
 *
 *  OND_EDGE_LEARNED: small networks give each pixel the probability p of a boundary from shearlet coefficients in the
 *  frame of its strongest edge; √p and the strength of the strongest closed contour through the pixel are averaged.
 *  Pictures are brought to the same brightness and contrast before (gains up to 10), so that neither counts. One with
 *  next to no colour is given to the networks for gray where the model has them.
 *
 *  @param[in]  image   [height, width], or [3, height, width] for colour, finite
 *  @param[in]  config  NULL for the default
 *  @param[in]  model   for OND_EDGE_LEARNED; else NULL
 *  @param[out] map     freed by ond_edge_map_free
 *  @retval OND_ERROR_UNSUPPORTED  ridges by a method that finds none
 *  Cost for a colour picture of 481 x 321: measure 0.4 s, learned 1.5 s, coshrem 0.5 s, gradient 0.03 s.
 *  Source: Reisenhofer, Kiefer & King, Shearlet-based detection of flame fronts, Exp. Fluids 57, 2016; Kovesi, Image
 *  features from phase congruency, Videre 1(3), 1999; Arbelaez, Maire, Fowlkes & Malik, Contour detection and
 *  hierarchical image segmentation, IEEE PAMI 33(5), 2011; Canny, A computational approach to edge detection, PAMI
 *  8(6), 1986. */
OND_CHECKED ond_status ond_edges(const ond_array *image, const ond_edge_config *config, const ond_edge_model *model,
                                 ond_edge_map *map);
OND_API void ond_edge_map_free(ond_edge_map *map);

/** Lines whose strength reaches `map->high` somewhere and `map->low` everywhere (hysteresis), of eight pixels
 * or more.
 *  @param[out] binary  [height, width], 0 or 1, lines one pixel wide */
OND_CHECKED ond_status ond_edge_select(const ond_edge_map *map, ond_array *binary);

/** A point of a contour, between the pixels. */
typedef struct ond_contour_point {
    float row, column; /**< pixel centres are whole numbers */
    float strength;
    float normal_rad; /**< as in ond_edge_map */
    float curvature;  /**< 1/pixel, positive when the contour turns from the row axis towards the column axis; NaN near
                           its ends, where it is not stable */
} ond_contour_point;

/** A chain of points, each the next to the one before. */
typedef struct ond_contour {
    size_t begin, count; /**< points */
    bool closed;         /**< the last is followed by the first */
} ond_contour;

typedef struct ond_contours {
    ond_contour *items;
    size_t count;
    ond_contour_point *points;
    size_t point_count;
} ond_contours;

/** Follows the lines of a binary map from end to end, or from junction to junction.
 *  @param[in]  binary    as ond_edge_select gives it
 *  @param[out] contours  longest first; freed by ond_contours_free */
OND_CHECKED ond_status ond_edge_trace(const ond_edge_map *map, const ond_array *binary, ond_contours *contours);
OND_API void ond_contours_free(ond_contours *contours);

/** A trained edge detector is a pair of small networks that read shearlet features, for gray, for colour, or both.
 *  Immutable, may be shared by threads. This reads one that ond_edge_model_write, or `ondelet train edges`, has
 * written.
 *  @retval OND_ERROR_IO, OND_ERROR_FORMAT, OND_ERROR_MEMORY */
OND_CHECKED ond_status ond_edge_model_read(const char *path, ond_edge_model **model);
/** Writes a safetensors file. */
OND_CHECKED ond_status ond_edge_model_write(const ond_edge_model *model, const char *path);
/** Accepts NULL. */
OND_API void ond_edge_model_destroy(ond_edge_model *model);

/** How a detector is trained. */
typedef struct ond_edge_training {
    int samples;          /**< pixels of each picture that are learned from */
    int epochs;           /**< how often each is seen */
    int hidden;           /**< width of the first hidden layer; the second is a third of it */
    int second;           /**< 0/1: a second network that sees the first's map */
    double dropout;       /**< share of hidden numbers set to 0 in each step, 0…0.9: 200 pictures are few */
    double input_dropout; /**< share of features set to their mean in each step, 0…0.9 */
    double rate;          /**< of learning, at the start */
    double softness_px;   /**< an annotator's boundary fades to 0 over so many pixels */
    int seed;
} ond_edge_training;

OND_API ond_edge_training ond_edge_training_default(void);
OND_API const ond_option *ond_edge_training_options(void);

/** Where pictures for training come from.
 *  @param[in]  index  below the number of pictures; each is asked for several times
 *  @param[out] image  [height, width] or [3, height, width], 0…1
 *  @param[out] truth  [annotators, height, width] of the image's size; a boundary pixel is above 0.5 */
typedef ond_status (*ond_edge_pictures)(void *context, size_t index, ond_array *image, ond_array *truth);

/** Told of the progress of training. @param stage  what is being done @param loss  NaN where there is none yet
 *  @param[out] stop  true ends the training: the model is then not made */
typedef void (*ond_edge_watch)(void *context, const char *stage, size_t done, size_t total, double loss, bool *stop);

/** How a training is watched and kept. All fields may be empty. */
typedef struct ond_edge_course {
    ond_edge_watch watch;
    void *context;
    /** A file in which the training keeps the networks that are complete, and after each epoch the one at work. Where
     * the file is there at the start the training goes on from it, to the bits that it would have reached undisturbed;
     *  features of the pictures are computed anew. It stays when the training is complete. */
    const char *checkpoint;
} ond_edge_course;

/** Trains the networks for gray pictures (`channels` = 1) or for colour (3), and puts them into a model.
 *  @param[in]      training  NULL for the default
 *  @param          count     of pictures, ≥ 1; gray images are repeated for colour, colour ones made gray
 *  @param[in]      course    NULL: neither watched nor kept
 *  @param[in, out] model     made when NULL; otherwise its networks for this number of channels are replaced
 *  @retval OND_ERROR_ARGUMENT  a field outside its range; stopped; no boundary in any picture
 *  @retval OND_ERROR_FORMAT, OND_ERROR_IO  the checkpoint is damaged or of another training, or cannot be written
 *  Cost: about 3 s per picture of 481 x 321, and 2 kB of memory for each sample.
 *  Source: Andrade-Loarca, Kutyniok, Öktem & Petersen, Extraction of digital wavefront sets using applied harmonic
 *  analysis and deep neural networks, SIAM J. Imaging Sci. 12(4), 2019; Tu & Bai, Auto-context, IEEE PAMI 32(10), 2010.
 */
OND_CHECKED ond_status ond_edge_model_train(const ond_edge_training *training, int channels, size_t count,
                                            ond_edge_pictures pictures, void *pictures_context,
                                            const ond_edge_course *course, ond_edge_model **model);

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
