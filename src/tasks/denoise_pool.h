/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_DENOISE_POOL_H
#define OND_TASKS_DENOISE_POOL_H

#include "core/random.h"

#include <ondelet/denoise.h>
#include <ondelet/tensors.h>

/* A crop of a picture, noise on it and the opinions of both parts of the union; all [side, side], in units of the
 * noise. */
typedef struct ond_pool_item {
    float *clean, *noisy, *shearlet, *local;
    double log_noise; /* grey levels of 255 */
    double log_error; /* log of the mean squared error of the mean opinion, in units of the noise */
} ond_pool_item;

/* Crops that mini-batches are drawn from. They are replaced one after the other while the training goes on, so that
 * noise and places are ever new. */
typedef struct ond_pool {
    const ond_denoise_training *config;
    const ond_array *images;
    size_t image_count;
    size_t side; /* of a crop */
    ond_denoiser *denoiser;
    ond_pool_item *items;
    float *memory;
    double offset, slope; /* of the usual log error over the log noise */
    ond_random random;
} ond_pool;

/* @retval OND_ERROR_SHAPE, OND_ERROR_ARGUMENT  a picture is not [height, width], smaller than a patch, or not finite.
 * The pool is to be freed in any case. */
ond_status ond_pool_create(const ond_array *images, size_t image_count, const ond_denoise_training *config,
                           ond_pool *pool);
/* The first crops. */
ond_status ond_pool_fill(ond_pool *pool);
void ond_pool_free(ond_pool *pool);
/* Replaces a crop where this step is due for it. */
ond_status ond_pool_renew(ond_pool *pool, size_t step);

/* All of the pool, instead of ond_pool_fill. */
ond_status ond_pool_to_tensors(const ond_pool *pool, ond_tensors *tensors);
ond_status ond_pool_set(ond_pool *pool, const ond_tensors *tensors);

/* A patch of a crop. */
typedef struct ond_sample {
    const ond_pool_item *item;
    size_t top, left, turn;
    double weight; /* of its squared error: one over what is usual at its noise level */
} ond_sample;

void ond_pool_draw(ond_pool *pool, ond_sample *sample);

/* input [patch/2, patch/2, 12], wanted [patch/2, patch/2, 4]; scratch of five patches. */
ond_status ond_pool_gather(const ond_pool *pool, const ond_sample *sample, float *scratch, float *input, float *wanted);

#endif
