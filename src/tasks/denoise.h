/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_DENOISE_H
#define OND_TASKS_DENOISE_H

#include "core/planes.h"

#include <ondelet/bands.h>
#include <ondelet/denoise.h>

/* How one axis is cut into tiles. */
typedef struct ond_tile_axis {
    size_t own;    /* pixels that a tile delivers */
    size_t margin; /* before them */
    size_t padded; /* pixels that it looks at */
} ond_tile_axis;

/* What all planes of one size share. */
struct ond_denoiser {
    ond_denoise_method method; /* not AUTO */
    ond_noise_model noise;
    double noise_std;                                  /* 0: estimated */
    size_t height, width, padded_height, padded_width; /* padded: of a tile, where the plane is done in tiles */
    bool tiled;
    ond_tile_axis rows, columns; /* of tiles */
    ond_planning planning;
    ond_filters *bank;        /* NULL where the method has none */
    ond_bands *bands;         /* of the bank */
    ond_denoise_model *model; /* of OND_DENOISE_LEARNED and OND_DENOISE_CSC */
};

/* The padded sides and the bank of a denoiser whose method and size are set. */
ond_status ond_denoiser_create_bank(ond_denoiser *denoiser);

/* Decides about tiles from the padded size of the whole plane. */
void ond_denoiser_lay_out_tiles(ond_denoiser *denoiser);

/* A padded plane, or tile, in units of its noise. */
ond_status ond_denoise_padded(const ond_denoiser *denoiser, const ond_array *noisy, ond_array *clean);

/* One plane in place, tile by tile. */
ond_status ond_denoise_tiles(const ond_denoiser *denoiser, double noise_std, const ond_planes *planes, size_t plane);

/* One plane in place, `noise_std` > 0 in its units. */
ond_status ond_denoise_plane(const ond_denoiser *denoiser, double noise_std, const ond_planes *planes, size_t plane);

enum { OND_NOISE_MOST_PLANES = 3 };

/* Where noise is looked for: in planes of finite samples as they are after a change, away from the parts in which one
 * of them was clipped before it. */
typedef struct ond_noise_sample {
    const ond_planes *image;
    size_t first, planes;      /* at most OND_NOISE_MOST_PLANES */
    ond_samples_change change; /* or NULL */
    const void *context;       /* of the change */
} ond_noise_sample;

/* ond_noise_estimate of each plane. */
ond_status ond_noise_estimate_planes(const ond_noise_sample *sample, double *levels);

/* One plane on its way through a method: padded, so that borders and tiny sizes need no care; unit of the image. */
typedef struct ond_noisy_plane {
    const ond_array *noisy; /* [height, width], both sides 32 or more */
    double noise_std;       /* > 0 */
} ond_noisy_plane;

/* A method: estimates the clean plane. `pilot` NULL: the first stage, by hard thresholds; otherwise the second, by
 * empirical Wiener gains from the pilot's coefficients. */
typedef ond_status (*ond_denoise_stage)(const void *plan, const ond_noisy_plane *plane, const ond_array *pilot,
                                        ond_array *clean);

ond_status ond_denoise_shearlet_stage(const void *bands, const ond_noisy_plane *plane, const ond_array *pilot,
                                      ond_array *clean);
ond_status ond_denoise_local_stage(const void *unused, const ond_noisy_plane *plane, const ond_array *pilot,
                                   ond_array *clean);
ond_status ond_denoise_wavelet_stage(const void *bands, const ond_noisy_plane *plane, const ond_array *pilot,
                                     ond_array *clean);

/* What both parts of OND_DENOISE_UNION make of a plane [height, width] in units of its noise, which is not so large
 * that it is done in tiles. */
ond_status ond_denoiser_opinions(const ond_denoiser *denoiser, const float *plane, ond_array *shearlet,
                                 ond_array *local);

#endif
