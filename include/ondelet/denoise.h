/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_DENOISE_H
#define ONDELET_DENOISE_H

#include <ondelet/array.h>
#include <ondelet/option.h>
#include <ondelet/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ond_denoise_method {
    OND_DENOISE_AUTO,     /**< the best that needs no training: at present OND_DENOISE_UNION */
    OND_DENOISE_UNION,    /**< mean of shearlets and sliding DCT, each refined with the mean of both as pilot */
    OND_DENOISE_SHEARLET, /**< hard threshold in a Parseval shearlet frame, then an empirical Wiener filter in it */
    OND_DENOISE_LOCAL,    /**< the same two stages in the DCT of every 8 x 8 block */
    OND_DENOISE_WAVELET   /**< the same two stages in an undecimated wavelet transform: the fastest */
} ond_denoise_method;

typedef enum ond_noise_model {
    OND_NOISE_GAUSSIAN, /**< the same standard deviation everywhere */
    OND_NOISE_POISSON   /**< variance = gain · mean (photon counting): stabilised by Anscombe's transform */
} ond_noise_model;

typedef struct ond_denoise_config {
    ond_denoise_method method;
    ond_noise_model noise;
    double noise_std; /**< standard deviation of the noise in units of the image; for Poisson noise the square root of
                         the gain. 0, the preset: estimated */
    ond_planning planning; /**< time spent on choosing fast FFTs, once for each size; preset OND_PLANNING_ESTIMATE */
} ond_denoise_config;

OND_API ond_denoise_config ond_denoise_config_default(void);
OND_API const ond_option *ond_denoise_options(void);

/** Standard deviation of white Gaussian noise in an image, from the high frequencies of its smoothest blocks.
 *  @param[in]  image      [height, width], finite
 *  @param[out] noise_std  units of the image; 0 for a constant image */
OND_CHECKED ond_status ond_noise_estimate(const ond_array *image, double *noise_std);

/** What images of one size share: filters, borders, options. Immutable, used by any number of threads at once. */
typedef struct ond_denoiser ond_denoiser;

/** @param[in] config         NULL for the default
 *  @param[in] height, width  pixels, at least 1
 *  @retval OND_ERROR_ARGUMENT, OND_ERROR_SHAPE, OND_ERROR_MEMORY
 *  Cost: that of a shearlet bank of the padded size, about a seventh of denoising one image. */
OND_CHECKED ond_status ond_denoiser_create(const ond_denoise_config *config, size_t height, size_t width,
                                           ond_denoiser **denoiser);
/** Accepts NULL. */
OND_API void ond_denoiser_destroy(ond_denoiser *denoiser);

/** Removes noise.
 *  @param[in]  noisy   [height, width] as the denoiser was made for, or [3, height, width] for colour (decorrelated
 *                      first); finite, any units; nothing is clipped
 *  @param[out] clean   the shape of `noisy`; may be the same array
 *  @param[out] noise_std_used  what was given or estimated; may be NULL
 *  @retval OND_ERROR_SHAPE, OND_ERROR_ARGUMENT (a NaN or infinity), OND_ERROR_MEMORY
 *  Cost: about 250 real FFTs of the padded size and 3000 multiplications per pixel for OND_DENOISE_UNION.
 *  Source: Kutyniok, Lim & Reisenhofer, ShearLab 3D, 2016; Guleryuz, Weighted averaging for denoising with overcomplete
 *  dictionaries, IEEE TIP 16(12), 2007. */
OND_CHECKED ond_status ond_denoiser_apply(const ond_denoiser *denoiser, const ond_array *noisy, ond_array *clean,
                                          double *noise_std_used);

/** The same for one image, with a denoiser of its size made for it. */
OND_CHECKED ond_status ond_denoise(const ond_array *noisy, const ond_denoise_config *config, ond_array *clean,
                                   double *noise_std_used);

#ifdef __cplusplus
}
#endif

#endif
