/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_THRESHOLD_H
#define ONDELET_THRESHOLD_H

#include <ondelet/dwt.h>
#include <ondelet/filters.h>
#include <ondelet/option.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What becomes of a coefficient c with |c| > T; others become 0. */
typedef enum ond_threshold_rule {
    OND_THRESHOLD_HARD,   /**< c */
    OND_THRESHOLD_SOFT,   /**< c − T c/|c| */
    OND_THRESHOLD_GARROTE /**< c − T²/c */
} ond_threshold_rule;

typedef enum ond_threshold_weights {
    OND_WEIGHTS_NONE, /**< T is the same for all bands */
    OND_WEIGHTS_NOISE /**< T times the standard deviation of the band's coefficients for white noise of unit variance */
} ond_threshold_weights;

/** What becomes of the coarsest band. A redundant one holds one large coefficient per pixel, and shrinking it darkens.
 */
typedef enum ond_threshold_low_pass {
    OND_LOW_PASS_AUTO,    /**< treated in a decimated wavelet transform under the hard rule, else spared */
    OND_LOW_PASS_TREATED, /**< as the other bands */
    OND_LOW_PASS_SPARED   /**< left as it is, and counted nowhere */
} ond_threshold_low_pass;

typedef struct ond_threshold_config {
    ond_threshold_rule rule;
    ond_threshold_weights weights;
    ond_threshold_low_pass low_pass;
    double value; /**< T ≥ 0, units of the image; preset 0 */
    double keep;  /**< N: the best N-term approximation. T is the largest magnitude left out (over the weight), so that
                       exactly N coefficients remain; among equal ones the first bands and pixels win. Soft and garrote
                       shrink by this T. A whole number; −1, the preset: by `value` */
} ond_threshold_config;

OND_API ond_threshold_config ond_threshold_config_default(void);
OND_API const ond_option *ond_threshold_options(void);

/** What was done; sums over the channels of a colour image. */
typedef struct ond_threshold_report {
    size_t terms_kept, terms; /**< coefficients; of the padded image when it is padded */
    bool low_pass_spared;     /**< it was left as it is; its coefficients are not among the terms */
    double relative_error;    /**< ‖image − result‖ / ‖image‖, pixels alone; 0 for a black image */
    double threshold;         /**< T, the largest of the channels */
} ond_threshold_report;

/** An image from its thresholded filter-bank coefficients.
 *  @param[in]  bank    Parseval, else its Parseval form is used (ond_filters_parseval); no one-sided filters. With a
 *                      grid, which must be the image's: borders are periodic. Without a grid: the image is mirrored
 *                      by 32 pixels or more on every side
 *  @param[in]  image   [height, width] or [channels, height, width] (each channel for itself); finite
 *  @param[in]  config  NULL for the default
 *  @param[out] result  the shape of `image`; may be `image`
 *  @param[out] report  may be NULL
 *  @retval OND_ERROR_UNSUPPORTED  one-sided filters; OND_ERROR_ARGUMENT, OND_ERROR_SHAPE, OND_ERROR_MEMORY
 *  Cost: two real FFTs per band and channel; with `keep` four, and one more when magnitudes tie at T. Memory of about
 *  ten images, whatever the number of bands; same bits for any number of threads.
 *  Source: Donoho & Johnstone, Ideal spatial adaptation by wavelet shrinkage, Biometrika 81(3), 1994; Gao, Wavelet
 *  shrinkage denoising using the non-negative garrote, JCGS 7(4), 1998. */
OND_CHECKED ond_status ond_threshold(const ond_filters *bank, const ond_array *image,
                                     const ond_threshold_config *config, ond_array *result,
                                     ond_threshold_report *report);

/** The same with a discrete wavelet transform, whose approximation band is the low-pass band.
 *  @param[in] dwt  of the image's size */
OND_CHECKED ond_status ond_threshold_dwt(const ond_dwt *dwt, const ond_array *image, const ond_threshold_config *config,
                                         ond_array *result, ond_threshold_report *report);

#ifdef __cplusplus
}
#endif

#endif
