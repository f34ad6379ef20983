/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_DENOISE_H
#define ONDELET_DENOISE_H

#include <ondelet/array.h>
#include <ondelet/option.h>
#include <ondelet/planes.h>
#include <ondelet/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ond_denoise_method {
    OND_DENOISE_AUTO,     /**< what the model is for, without one OND_DENOISE_UNION */
    OND_DENOISE_UNION,    /**< mean of shearlets and sliding DCT, each refined with the mean of both as pilot */
    OND_DENOISE_SHEARLET, /**< hard threshold in a Parseval shearlet frame, then an empirical Wiener filter in it */
    OND_DENOISE_LOCAL,    /**< the same two stages in the DCT of every 8 x 8 block */
    OND_DENOISE_WAVELET,  /**< the same two stages in an undecimated wavelet transform: the fastest */
    OND_DENOISE_LEARNED, /**< the union, corrected by a network that was trained on pictures: the best on photographs */
    OND_DENOISE_CSC      /**< convolutional sparse codes by learned strided operators, averaged over 16 shifts */
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

/** The trained part of OND_DENOISE_LEARNED or of OND_DENOISE_CSC. That of the former is a network that sees, in units
 * of the noise, what both parts of the union left and where they differ, and corrects their mean. Immutable. */
typedef struct ond_denoise_model ond_denoise_model;

/** @param[in] path  a safetensors file that ond_denoise_model_write made: `models/denoise.safetensors`, for example
 *  @retval OND_ERROR_IO, OND_ERROR_FORMAT (damaged, of another kind or version), OND_ERROR_MEMORY */
OND_CHECKED ond_status ond_denoise_model_read(const char *path, ond_denoise_model **model);
/** A model's weights are numbers of 2-byte floats from its training on, and are written as such. */
OND_CHECKED ond_status ond_denoise_model_write(const ond_denoise_model *model, const char *path);
/** Accepts NULL. Denoisers made from it stay valid. */
OND_API void ond_denoise_model_destroy(ond_denoise_model *model);
/** What OND_DENOISE_AUTO stands for with this model: OND_DENOISE_LEARNED or OND_DENOISE_CSC, whichever it was trained
 * for; for NULL OND_DENOISE_UNION. */
OND_API ond_denoise_method ond_denoise_model_method(const ond_denoise_model *model);

/** How such a model is trained: on pictures in 0…1 with Gaussian noise of levels that are drawn anew for each crop, one
 *  model for all of them. */
typedef struct ond_denoise_training {
    int steps;         /**< mini-batches */
    int hidden, pairs; /**< size of the network: channels, and pairs of layers of 9 · hidden² weights each */
    int batch, patch;  /**< patches of a mini-batch, and their side in pixels */
    int pool;          /**< crops in memory that patches are drawn from; one is replaced every other step */
    double rate;       /**< learning rate */
    double noise_low, noise_high; /**< grey levels of 255 */
    int seed;
} ond_denoise_training;

OND_API ond_denoise_training ond_denoise_training_default(void);
OND_API const ond_option *ond_denoise_training_options(void);

/** Called after every step: by how many decibels the network is better than the untrained union, over the last steps,
 * 50 at most. Returns false to end the training: what was reached is the result. */
typedef bool (*ond_denoise_watch)(void *context, size_t step, double gain_db);

/** How a training is watched and kept. All fields may be empty. */
typedef struct ond_denoise_course {
    ond_denoise_watch watch;
    void *context;
    /** A file in which the training keeps where it stands: from time to time, and when `watch` ends it. Where the file
     * is there at the start the training goes on from it, to the bits that it would have reached undisturbed. It is as
     *  large as the pool, and stays when the training is complete. */
    const char *checkpoint;
} ond_denoise_course;

/** Trains a model. The same pictures, options and processor give the same bits, whatever the number of threads.
 *  @param[in]  images  `count` pictures [height, width], sides of at least `patch`, values in 0…1
 *  @param[in]  config  NULL for the default
 *  @param[in]  course  NULL: neither watched nor kept
 *  @retval OND_ERROR_ARGUMENT, OND_ERROR_SHAPE, OND_ERROR_MEMORY
 *  @retval OND_ERROR_FORMAT, OND_ERROR_IO  the checkpoint is damaged or of another training, or cannot be written
 *  Cost: 54 · hidden² · (pairs + 1) multiplications per pixel of a mini-batch; a third of a second per step and thread
 *  by default. Memory: 16 · pool · crop² bytes, crops being 128 pixels wide at most. */
OND_CHECKED ond_status ond_denoise_model_fit(const ond_array *images, size_t count, const ond_denoise_training *config,
                                             const ond_denoise_course *course, ond_denoise_model **model);

/** What images of one size share: filters, borders, options. Immutable, used by any number of threads at once. */
typedef struct ond_denoiser ond_denoiser;

/** @param[in] model          NULL: none, then the method cannot be OND_DENOISE_LEARNED
 *  @param[in] config         NULL for the default
 *  @param[in] height, width  pixels, at least 1
 *  @retval OND_ERROR_ARGUMENT, OND_ERROR_SHAPE, OND_ERROR_MEMORY
 *  Cost: that of a shearlet bank of the padded size, about a quarter of denoising one image. Images above about 2^21
 *  pixels are done in tiles of at most 1024 x 1024 that overlap by 96 on each side: memory beside the image stays
 *  below 0.5 GB, and the result is that of the whole image to 1e-5 of its range (root mean square). */
OND_CHECKED ond_status ond_denoiser_create(const ond_denoise_model *model, const ond_denoise_config *config,
                                           size_t height, size_t width, ond_denoiser **denoiser);
/** Accepts NULL. */
OND_API void ond_denoiser_destroy(ond_denoiser *denoiser);

/** Removes noise.
 *  @param[in]  noisy   [height, width] as the denoiser was made for, or [3, height, width] for colour (decorrelated
 *                      first; three equal channels as their one); finite, any units; nothing is clipped
 *  @param[out] clean   the shape of `noisy`; may be the same array
 *  @param[out] noise_std_used  what was given or estimated; may be NULL. Where colours have noise of their own each,
 *                      estimates are made for each of the decorrelated ones, and this is their root mean square
 *  @retval OND_ERROR_SHAPE, OND_ERROR_ARGUMENT (a NaN or infinity), OND_ERROR_MEMORY
 *  Cost: about 250 real FFTs of the padded size and 3000 multiplications per pixel for OND_DENOISE_UNION; those of the
 *  network besides, 80 000 per pixel, for OND_DENOISE_LEARNED.
 *  Source: Kutyniok, Lim & Reisenhofer, ShearLab 3D, 2016; Guleryuz, Weighted averaging for denoising with overcomplete
 *  dictionaries, IEEE TIP 16(12), 2007. */
OND_CHECKED ond_status ond_denoiser_apply(const ond_denoiser *denoiser, const ond_array *noisy, ond_array *clean,
                                          double *noise_std_used);

/** The same in place, for an image that need not lie in memory.
 *  @param[in,out] image  1 plane or 3 of the denoiser's size, and maybe one more for alpha, which stays as it is.
 *                        Unspecified after a failure
 *  Memory: that of a row of tiles, 4 · 1024 · width bytes, and of the tile at work. The bits of ond_denoiser_apply. */
OND_CHECKED ond_status ond_denoiser_apply_planes(const ond_denoiser *denoiser, const ond_planes *image,
                                                 double *noise_std_used);

/** The same for one image, with a denoiser of its size made for it, without a model. */
OND_CHECKED ond_status ond_denoise(const ond_array *noisy, const ond_denoise_config *config, ond_array *clean,
                                   double *noise_std_used);

#ifdef __cplusplus
}
#endif

#endif
