/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_EXTRACTOR_H
#define ONDELET_EXTRACTOR_H

#include <ondelet/image.h>
#include <ondelet/scattering.h>
#include <ondelet/shearlets.h>
#include <ondelet/wavelets.h>

#ifdef __cplusplus
extern "C" {
#endif

/** From an image to one row of features: resized, standardised, padded, scattered, pooled. Fixed: nothing is learned
 *  here. Immutable; may be shared by any number of threads. */
typedef struct ond_extractor ond_extractor;

typedef enum ond_feature_kind {
    OND_FEATURES_SCATTERING,
    OND_FEATURES_PIXELS /**< the prepared image itself: what a head does without scattering */
} ond_feature_kind;

typedef enum ond_pooling {
    OND_POOLING_NONE, /**< every place counts: images of one size only */
    OND_POOLING_MEAN  /**< the mean of every channel: images of any size */
} ond_pooling;

typedef enum ond_bank_family { OND_BANK_MORLET, OND_BANK_SPLINE, OND_BANK_SHEARLET } ond_bank_family;

/** What becomes of an image before and after the cascade. */
typedef struct ond_extraction_config {
    ond_feature_kind features;
    int color;             /**< OND_GRAY, preset, or OND_RGB: the features of the three colours one after the other */
    int standardize_image; /**< 0/1: zero mean and unit variance for each image */
    ond_pooling pool;
    ond_bank_family bank;
    int height, width;         /**< every image is brought to this size first; preset 0: left as it is */
    int pad_height, pad_width; /**< then put in the middle of zeros of this size; preset 0: not padded */
} ond_extraction_config;

OND_API const ond_option *ond_extraction_options(void);

/** All that the features depend on. Of the three banks the one that `image.bank` names counts; its grid is chosen by
 * the cascade, and shearlets are taken one-sided and Parseval. */
typedef struct ond_extractor_config {
    ond_extraction_config image;
    ond_morlet_config morlet;
    ond_spline_config spline;
    ond_shearlet_config shearlet;
    ond_scattering_config scattering;
} ond_extractor_config;

OND_API ond_extractor_config ond_extractor_config_default(void);

/** @param[in] config  NULL for the default
 *  @retval OND_ERROR_ARGUMENT  a field is outside its range */
OND_CHECKED ond_status ond_extractor_create(const ond_extractor_config *config, ond_extractor **extractor);
/** Accepts NULL. */
OND_API void ond_extractor_destroy(ond_extractor *extractor);

OND_API const ond_extractor_config *ond_extractor_configuration(const ond_extractor *extractor);

/** How many features an image of this size has. @retval OND_ERROR_SHAPE  it is too small for the scales, or too large
 * for the padding */
OND_CHECKED ond_status ond_extractor_describe(const ond_extractor *extractor, size_t height, size_t width,
                                              size_t *count);

/** Images as the cascade sees them: in the colours wanted, resized, standardised, padded.
 *  @param[in]  images    [height, width], [3, height, width] or several of one size with an axis in front: a gray image
 *                        has two axes, so that [3, height, width] is three gray ones unless `image.color` is OND_RGB;
 *                        finite
 *  @param[out] prepared  [count, colours, height, width], colours 1 or 3
 *  @retval OND_ERROR_SHAPE     no images, or larger than the padding
 *  @retval OND_ERROR_ARGUMENT  not finite, or constant and to be standardised: the first is named */
OND_CHECKED ond_status ond_extractor_prepare(const ond_extractor *extractor, const ond_array *images,
                                             ond_array *prepared);

/** @param[in]  images    as for ond_extractor_prepare
 *  @param[out] features  [count, ond_extractor_describe]
 *  Cost: ond_scattering_apply; runs on ond_threads() threads, same bits for any number. */
OND_CHECKED ond_status ond_extractor_apply(const ond_extractor *extractor, const ond_array *images,
                                           ond_array *features);

/** The same from images that are prepared already, [count, colours, height, width]. */
OND_CHECKED ond_status ond_extractor_apply_prepared(const ond_extractor *extractor, const ond_array *prepared,
                                                    ond_array *features);

/** Gradient with respect to the prepared images of Σ cotangent · features.
 *  @param[in]  prepared   as ond_extractor_prepare gives them
 *  @param[in]  cotangent  as ond_extractor_apply gives them
 *  @param[out] gradient   of the shape of `prepared`
 *  Cost: ond_scattering_adjoint. */
OND_CHECKED ond_status ond_extractor_adjoint(const ond_extractor *extractor, const ond_array *prepared,
                                             const ond_array *cotangent, ond_array *gradient);

#ifdef __cplusplus
}
#endif

#endif
